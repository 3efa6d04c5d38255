//! The API's timestamps: whole seconds, written as RFC 3339 in UTC.
//!
//! Models `metav1.Time`, staging/src/k8s.io/apimachinery/pkg/apis/meta/v1/time.go, Kubernetes v1.36. Like
//! there, the fraction of a second is lost when a time goes into an object; rules such as `minReadySeconds`
//! count from the rounded value. Left out: time zones other than UTC.

use std::fmt;

use crate::sim::Time;

/// The instant at which every cluster is born, in seconds since 1970: 2026-01-05T09:00:00Z.
const BIRTH: i64 = 1_767_603_600;
const SECONDS_A_DAY: i64 = 86_400;

/// An instant in whole seconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Timestamp(i64);

impl Timestamp {
    /// The timestamp that the API server writes at `time`.
    pub fn at(time: Time) -> Self {
        Self(BIRTH.saturating_add(i64::try_from(time.seconds()).unwrap_or(i64::MAX)))
    }

    /// The instant of the simulation; an earlier one than the cluster's birth is its birth.
    pub fn time(self) -> Time {
        Time::from_ms(u64::try_from(self.0.saturating_sub(BIRTH)).unwrap_or_default().saturating_mul(1000))
    }

    /// Seconds since 1970.
    pub fn unix_seconds(self) -> i64 {
        self.0
    }

    /// Seconds from this instant to `now`; negative when it lies ahead.
    pub fn age_seconds(self, now: Time) -> i64 {
        Self::at(now).0.saturating_sub(self.0)
    }

    /// `Mon, 05 Jan 2026 09:00:00 +0000`: RFC 1123 with a numeric zone, as descriptions show it.
    pub fn rfc1123(self) -> String {
        const DAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
        const MONTHS: [&str; 12] =
            ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
        let days = self.0.div_euclid(SECONDS_A_DAY);
        let (year, month, day) = civil_from_days(days);
        let at = |names: &[&'static str], index: i64| {
            usize::try_from(index).ok().and_then(|index| names.get(index).copied()).unwrap_or_default()
        };
        // 1970-01-01 was a Thursday.
        let (weekday, month) = (at(&DAYS, days.rem_euclid(7)), at(&MONTHS, month - 1));
        let second = self.0.rem_euclid(SECONDS_A_DAY);
        let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
        format!("{weekday}, {day:02} {month} {year:04} {hour:02}:{minute:02}:{second:02} +0000")
    }

    /// Reads `2026-01-05T09:00:00Z`, with an optional fraction that is dropped and an optional offset.
    pub fn parse(text: &str) -> Option<Self> {
        let (date, clock) = text.split_once(['T', 't'])?;
        let mut date = date.splitn(3, '-').map(|part| part.parse::<i64>().ok());
        let (year, month, day) = (date.next()??, date.next()??, date.next()??);
        let offset_at = clock.find(['Z', 'z', '+', '-'])?;
        let (clock, offset) = (clock.get(..offset_at)?, clock.get(offset_at..)?);
        let mut clock = clock.split(['.', ':']).map(|part| part.parse::<i64>().ok());
        let (hour, minute, second) = (clock.next()??, clock.next()??, clock.next()??);
        let valid = (1..=12).contains(&month)
            && (1..=31).contains(&day)
            && (0..24).contains(&hour)
            && (0..60).contains(&minute)
            && (0..=60).contains(&second)
            && (0..=9999).contains(&year);
        if !valid {
            return None;
        }
        let seconds = days_from_civil(year, month, day) * SECONDS_A_DAY + hour * 3600 + minute * 60 + second;
        Some(Self(seconds - offset_seconds(offset)?))
    }
}

fn offset_seconds(offset: &str) -> Option<i64> {
    if offset.eq_ignore_ascii_case("z") {
        return Some(0);
    }
    let sign = if offset.starts_with('-') { -1 } else { 1 };
    let (hours, minutes) = offset.get(1..)?.split_once(':')?;
    Some(sign * (hours.parse::<i64>().ok()? * 3600 + minutes.parse::<i64>().ok()? * 60))
}

/// Days since 1970-01-01 of a date in the Gregorian calendar (Hinnant, "chrono-compatible low-level date
/// algorithms").
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = civil_from_days(self.0.div_euclid(SECONDS_A_DAY));
        let second = self.0.rem_euclid(SECONDS_A_DAY);
        let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
        write!(f, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timestamps_are_whole_seconds_and_round_trip() {
        assert_eq!(Timestamp::at(Time::from_ms(1_999)).to_string(), "2026-01-05T09:00:01Z");
        assert_eq!(Timestamp::at(Time::ZERO).rfc1123(), "Mon, 05 Jan 2026 09:00:00 +0000");
        for text in ["1970-01-01T00:00:00Z", "2024-02-29T23:59:59Z", "2100-03-01T12:00:00Z"] {
            assert_eq!(Timestamp::parse(text).map(|t| t.to_string()).as_deref(), Some(text));
        }
        assert_eq!(
            Timestamp::parse("2026-01-05T10:00:00.123+01:00").map(Timestamp::time),
            Some(Time::from_ms(0))
        );
        for text in ["", "now", "2026-13-01T00:00:00Z", "2026-01-01", "2026-01-01T1Z", "é-é-éTé"] {
            assert_eq!(Timestamp::parse(text), None, "{text}");
        }
    }
}
