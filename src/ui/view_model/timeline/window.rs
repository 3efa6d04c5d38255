//! Which part of the session is drawn.

use crate::sim::{Span, Time};

/// The shortest part that is drawn.
const SHORTEST_MS: u64 = 5_000;
/// The whole session is drawn over at least this span.
const FIRST_MS: u64 = 60_000;

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
