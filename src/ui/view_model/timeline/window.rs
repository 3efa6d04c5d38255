//! Which part of the session is drawn.

use crate::sim::{Span, Time};

/// The shortest part that is drawn.
const SHORTEST_MS: u64 = 5_000;
/// The whole session is drawn over at least this span.
const FIRST_MS: u64 = 60_000;

/// How far apart the labels of an axis may be, in seconds; beyond the last, so many of it.
const STEPS_S: [u64; 13] = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600];

/// A part of the session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// Its beginning.
    pub from: Time,
    /// Its end.
    pub to: Time,
}

impl Window {
    /// All of a session. The end lies ahead and moves on in steps, so that what is drawn stays in place as
    /// time goes on.
    pub fn whole(now: Time) -> Self {
        let mut to = FIRST_MS;
        while to < now.ms().saturating_add(1_000) {
            to += to / 4;
        }
        Self { from: Time::ZERO, to: Time::from_ms(to) }
    }

    /// Its length in milliseconds.
    pub fn ms(self) -> u64 {
        (self.to - self.from).ms().max(1)
    }

    /// Whether it holds an instant.
    pub fn holds(self, at: Time) -> bool {
        self.from <= at && at <= self.to
    }

    /// The place of an instant, `width` being its end; instants outside lie on its edges.
    #[expect(clippy::cast_precision_loss, reason = "a session's milliseconds are far below 2^52")]
    pub fn place(self, at: Time, width: f64) -> f64 {
        (at.since(self.from).ms() as f64 / self.ms() as f64).min(1.0) * width
    }

    /// The instant at a share of its length, from 0 to 1.
    pub fn instant(self, share: f64) -> Time {
        self.from + scaled(self.ms(), share.clamp(0.0, 1.0))
    }

    /// The round instants of an axis, at most so many and one.
    pub fn ticks(self, most: u32) -> Vec<Time> {
        let most = u64::from(most.max(1));
        let is_enough = |step: &u64| self.ms() <= step * 1_000 * most;
        let hours = || self.ms().div_ceil(3_600_000 * most) * 3_600;
        let step = STEPS_S.into_iter().find(is_enough).unwrap_or_else(hours) * 1_000;
        let first = self.from.ms().div_ceil(step);
        (first..=self.to.ms() / step).map(|nth| Time::from_ms(nth * step)).collect()
    }

    /// A part that is shorter or longer by a factor, with an instant at the same place, within a session that
    /// has come to `now`; `None` when it is all of it.
    pub fn zoomed(self, factor: f64, around: Time, now: Time) -> Option<Self> {
        let whole = Self::whole(now);
        let ms = scaled(self.ms(), factor).ms().max(SHORTEST_MS);
        if ms >= whole.ms() {
            return None;
        }
        let before = scaled(ms, self.place(around, 1.0));
        Some(Self::within(Time::from_ms(around.ms().saturating_sub(before.ms())), ms, whole))
    }

    /// A part that lies later by a share of its length, or earlier.
    pub fn panned(self, share: f64, now: Time) -> Option<Self> {
        let whole = Self::whole(now);
        if self.ms() >= whole.ms() {
            return None;
        }
        let by = scaled(self.ms(), share.abs()).ms();
        let from = if share < 0.0 { self.from.ms().saturating_sub(by) } else { self.from.ms() + by };
        Some(Self::within(Time::from_ms(from), self.ms(), whole))
    }

    fn within(from: Time, ms: u64, whole: Self) -> Self {
        let from = Time::from_ms(from.ms().min(whole.to.ms().saturating_sub(ms)));
        Self { from, to: from + Span::from_ms(ms) }
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "clamped, and a session's milliseconds are far below 2^52"
)]
fn scaled(ms: u64, factor: f64) -> Span {
    Span::from_ms((ms as f64 * factor).round().clamp(0.0, 1e15) as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round() {
        for ((from, to, most), expected) in [
            ((0, 60_000, 5), vec![0, 15, 30, 45, 60]),
            ((0, 122_000, 5), vec![0, 30, 60, 90, 120]),
            ((12_345, 17_345, 7), vec![13, 14, 15, 16, 17]),
            ((0, 7_200_000, 6), vec![0, 1_800, 3_600, 5_400, 7_200]),
            ((0, 90_000_000, 5), vec![0, 18_000, 36_000, 54_000, 72_000, 90_000]),
        ] {
            let window = Window { from: Time::from_ms(from), to: Time::from_ms(to) };
            let ticks: Vec<u64> = window.ticks(most).iter().map(|tick| tick.seconds()).collect();
            assert_eq!(ticks, expected, "{window:?}");
        }
    }
}
