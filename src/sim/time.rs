//! Simulated time: instants and spans in whole milliseconds.
//!
//! `Time` counts from the birth of the cluster. The API's timestamps, in whole seconds like upstream's, are
//! made from it in `api::timestamp`.

use std::ops::{Add, AddAssign, Sub};

/// An instant: milliseconds since the cluster was made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Time(u64);

/// A length of simulated time in milliseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span(u64);

impl Time {
    /// The birth of the cluster.
    pub const ZERO: Self = Self(0);

    /// The instant `ms` milliseconds after the cluster's birth.
    pub const fn from_ms(ms: u64) -> Self {
        Self(ms)
    }

    /// Milliseconds since the cluster's birth.
    pub const fn ms(self) -> u64 {
        self.0
    }

    /// Whole seconds since the cluster's birth, rounded down.
    pub const fn seconds(self) -> u64 {
        self.0 / 1000
    }

    /// The time that passed since `earlier`; zero when `earlier` is later.
    pub const fn since(self, earlier: Self) -> Span {
        Span(self.0.saturating_sub(earlier.0))
    }
}

impl Span {
    /// No time at all.
    pub const ZERO: Self = Self(0);

    /// A span of `ms` milliseconds.
    pub const fn from_ms(ms: u64) -> Self {
        Self(ms)
    }

    /// A span of `seconds` seconds.
    pub const fn from_seconds(seconds: u64) -> Self {
        Self(seconds.saturating_mul(1000))
    }

    /// Its length in milliseconds.
    pub const fn ms(self) -> u64 {
        self.0
    }

    /// Its length in whole seconds, rounded down.
    pub const fn seconds(self) -> u64 {
        self.0 / 1000
    }
}

impl Add<Span> for Time {
    type Output = Self;

    fn add(self, span: Span) -> Self {
        Self(self.0.saturating_add(span.0))
    }
}

impl AddAssign<Span> for Time {
    fn add_assign(&mut self, span: Span) {
        *self = *self + span;
    }
}

impl Sub for Time {
    type Output = Span;

    fn sub(self, earlier: Self) -> Span {
        self.since(earlier)
    }
}

impl Add for Span {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_never_runs_below_zero_or_over_the_end() {
        let (early, late) = (Time::from_ms(5), Time::from_ms(1_500));
        assert_eq!(late - early, Span::from_ms(1_495));
        assert_eq!(early - late, Span::ZERO);
        assert_eq!(Time::from_ms(u64::MAX) + Span::from_seconds(1), Time::from_ms(u64::MAX));
        assert_eq!((late + Span::from_seconds(2)).seconds(), 3);
    }
}
