//! Times as Go reads and prints them.
//!
//! Models `time.Parse` with the layouts of `metav1.Time` and `metav1.MicroTime`,
//! staging/src/k8s.io/apimachinery/pkg/apis/meta/v1/time.go and `micro_time.go`, Kubernetes v1.36.
//! Left out: leap seconds, years before 0 and after 9999 once moved to UTC.

use super::go::quote;

const SECONDS_LAYOUT: &str = "2006-01-02T15:04:05Z07:00";
const MICROS_LAYOUT: &str = "2006-01-02T15:04:05.000000Z07:00";

/// Reads a time and prints it in UTC, or says what is wrong with it in Go's words.
pub(super) fn canonical(text: &str, micros: bool) -> Result<String, String> {
    let layout = if micros { MICROS_LAYOUT } else { SECONDS_LAYOUT };
    let mut scan = Scan { whole: text, rest: text, layout };
    let time = scan.time(micros)?;
    if !scan.rest.is_empty() {
        return Err(format!("parsing time {}: extra text: {}", quote(text), quote(scan.rest)));
    }
    if time.day < 1 || time.day > days_in(time.year, time.month) {
        return Err(scan.out_of_range("day"));
    }
    Ok(time.print(micros))
}

struct Time {
    year: i64,
    month: i64,
    day: i64,
    hour: i64,
    minute: i64,
    second: i64,
    micro: i64,
    offset_minutes: i64,
}

impl Time {
    fn print(&self, micros: bool) -> String {
        let days = days_from_civil(self.year, self.month, self.day);
        let minutes = (days * 24 + self.hour) * 60 + self.minute - self.offset_minutes;
        let (year, month, day) = civil_from_days(minutes.div_euclid(1440));
        let minute = minutes.rem_euclid(1440);
        let fraction = if micros { format!(".{:06}", self.micro) } else { String::new() };
        format!(
            "{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}{fraction}Z",
            minute / 60,
            minute % 60,
            self.second
        )
    }
}

struct Scan<'a> {
    whole: &'a str,
    rest: &'a str,
    layout: &'static str,
}

impl Scan<'_> {
    fn time(&mut self, micros: bool) -> Result<Time, String> {
        let year = self.number(4, "2006", "")?;
        self.literal("-")?;
        let month = self.number(2, "01", "month")?;
        self.literal("-")?;
        let day = self.number(2, "02", "")?;
        self.literal("T")?;
        let hour = self.number(2, "15", "hour")?;
        self.literal(":")?;
        let minute = self.number(2, "04", "minute")?;
        self.literal(":")?;
        let second = self.number(2, "05", "second")?;
        let micro = self.fraction(micros)?;
        let offset_minutes = self.zone()?;
        Ok(Time { year, month, day, hour, minute, second, micro, offset_minutes })
    }

    fn number(&mut self, width: usize, element: &str, part: &str) -> Result<i64, String> {
        let digits = self.rest.bytes().take(width).take_while(u8::is_ascii_digit).count();
        // Only the hour may have one digit.
        if digits < width && !(element == "15" && digits == 1) {
            return Err(self.cannot_parse(self.rest, element));
        }
        let (number, rest) = self.rest.split_at(digits);
        self.rest = rest;
        let number = number.parse().unwrap_or_default();
        let fits = match part {
            "month" => (1..=12).contains(&number),
            "hour" => number < 24,
            "minute" | "second" => number < 60,
            _ => true,
        };
        if fits { Ok(number) } else { Err(self.out_of_range(part)) }
    }

    fn literal(&mut self, text: &str) -> Result<(), String> {
        let rest = self.rest.strip_prefix(text).ok_or_else(|| self.cannot_parse(self.rest, text))?;
        self.rest = rest;
        Ok(())
    }

    /// The fraction of a second: six digits where the layout has them, otherwise any number or none.
    fn fraction(&mut self, micros: bool) -> Result<i64, String> {
        let after_point = self.rest.strip_prefix(['.', ',']).unwrap_or_default();
        let digits = after_point.bytes().take_while(u8::is_ascii_digit).count();
        if micros && digits < 6 {
            return Err(self.cannot_parse(self.rest, ".000000"));
        }
        let taken = if micros { 6 } else { digits };
        if taken == 0 {
            return Ok(0);
        }
        let (fraction, rest) = after_point.split_at(taken);
        self.rest = rest;
        Ok(fraction.get(..6).unwrap_or_default().parse().unwrap_or_default())
    }

    fn zone(&mut self) -> Result<i64, String> {
        if let Some(rest) = self.rest.strip_prefix('Z') {
            self.rest = rest;
            return Ok(0);
        }
        let bad = || self.cannot_parse(self.rest, "Z07:00");
        let (zone, rest) = self.rest.split_at_checked(6).ok_or_else(bad)?;
        let sign = match zone.get(..1) {
            Some("+") => 1,
            Some("-") => -1,
            _ => return Err(bad()),
        };
        let (hours, minutes) = zone.get(1..).and_then(|zone| zone.split_once(':')).ok_or_else(bad)?;
        let two_digits = |text: &str| {
            if text.len() == 2 && text.bytes().all(|b| b.is_ascii_digit()) {
                text.parse::<i64>().ok()
            } else {
                None
            }
        };
        let (hours, minutes) = two_digits(hours).zip(two_digits(minutes)).ok_or_else(bad)?;
        if hours > 24 {
            return Err(self.out_of_range("time zone offset hour"));
        }
        if minutes > 60 {
            return Err(self.out_of_range("time zone offset minute"));
        }
        self.rest = rest;
        Ok(sign * (hours * 60 + minutes))
    }

    fn cannot_parse(&self, rest: &str, element: &str) -> String {
        let (whole, layout) = (quote(self.whole), quote(self.layout));
        format!("parsing time {whole} as {layout}: cannot parse {} as {}", quote(rest), quote(element))
    }

    fn out_of_range(&self, part: &str) -> String {
        format!("parsing time {}: {part} out of range", quote(self.whole))
    }
}

fn days_in(year: i64, month: i64) -> i64 {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    match month {
        2 => 28 + i64::from(leap),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days since 1970-01-01, counting years from March.
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let (era, day_of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::canonical;

    #[test]
    fn prints_in_utc() {
        for (from, micros, to) in [
            ("2026-01-02T03:04:05Z", false, "2026-01-02T03:04:05Z"),
            ("2026-01-01T01:30:00+02:00", false, "2025-12-31T23:30:00Z"),
            ("2024-02-28T23:00:00.25-05:30", false, "2024-02-29T04:30:00Z"),
            ("2026-01-02T03:04:05.123456Z", true, "2026-01-02T03:04:05.123456Z"),
            ("1969-12-31T23:59:59Z", false, "1969-12-31T23:59:59Z"),
        ] {
            assert_eq!(canonical(from, micros).as_deref(), Ok(to), "{from}");
        }
    }

    #[test]
    fn complains_as_go_does() {
        let layout = "2006-01-02T15:04:05Z07:00";
        for (from, rest) in [
            ("soon", format!(" as \"{layout}\": cannot parse \"soon\" as \"2006\"")),
            ("2026", format!(" as \"{layout}\": cannot parse \"\" as \"-\"")),
            ("2026-01-02", format!(" as \"{layout}\": cannot parse \"\" as \"T\"")),
            ("2026-13-02T00:00:00Z", ": month out of range".to_owned()),
            ("2026-02-30T00:00:00Z", ": day out of range".to_owned()),
            ("2026-02-03T00:00:00", format!(" as \"{layout}\": cannot parse \"\" as \"Z07:00\"")),
            ("2026-02-03T00:00:00Zz", ": extra text: \"z\"".to_owned()),
            (
                "2026-02-03T00:00:00é123456",
                format!(" as \"{layout}\": cannot parse \"é123456\" as \"Z07:00\""),
            ),
        ] {
            let expected = format!("parsing time \"{from}\"{rest}");
            assert_eq!(canonical(from, false), Err(expected));
        }
        let micros = canonical("2026-01-02T03:04:05Z", true).unwrap_err();
        assert!(micros.ends_with("cannot parse \"Z\" as \".000000\""), "{micros}");
    }
}
