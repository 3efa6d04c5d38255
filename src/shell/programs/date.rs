//! `date`, on virtual time.
//!
//! Left out: zones other than UTC, and of `-d` all but instants: `@SECONDS`, `YYYY-MM-DDTHH:MM:SSZ` and
//! parts of that.

use super::Wrong;
use super::options::Options;
use crate::shell::host::Call;
use crate::shell::io::Io;

const DAYS: [&str; 7] = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

const LONG_DAYS: [&str; 7] = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
const LONG_MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// `date [-d INSTANT] [+FORMAT]`; always in UTC.
pub(super) fn date(call: &Call, io: &mut Io<'_>) -> i32 {
    let options = match Options::parse(call, "ud:", &[("utc", 'u'), ("date", 'd')]) {
        Ok(options) => options,
        Err(Wrong(mistake, exit)) => {
            mistake.tell(io);
            return exit;
        }
    };
    let now = io.now();
    let now = io.host().unix_seconds(now);
    let given = options.value('d').map_or(Some(now), |text| instant(text.trim(), now));
    let Some(seconds) = given else {
        io.hint("the sandbox's date -d reads instants only: @SECONDS, or 2006-01-02T15:04:05Z");
        return 1;
    };
    let operands = options.operands;
    let format = match operands.first().map(|operand| operand.strip_prefix('+').ok_or(operand)) {
        None => "%a %b %e %H:%M:%S UTC %Y",
        Some(Ok(format)) => format,
        Some(Err(operand)) => {
            io.err(&format!("date: invalid date '{operand}'\n"));
            return 1;
        }
    };
    io.out(&(date_text(format, seconds) + "\n"));
    0
}

/// An instant, in seconds since 1970, as a format of `date` writes it.
pub fn date_text(format: &str, seconds: u64) -> String {
    let (days, rest) = (seconds / 86_400, seconds % 86_400);
    let (hour, minute, second) = (rest / 3_600, rest / 60 % 60, rest % 60);
    let (year, month, day) = civil(days);
    let name = |names: &[&'static str], index: u64| {
        usize::try_from(index).ok().and_then(|index| names.get(index)).copied().unwrap_or_default()
    };
    let mut text = String::new();
    let mut letters = format.chars();
    while let Some(letter) = letters.next() {
        if letter != '%' {
            text.push(letter);
            continue;
        }
        match letters.next() {
            Some('Y') => text.push_str(&year.to_string()),
            Some('m') => text.push_str(&format!("{month:02}")),
            Some('d') => text.push_str(&format!("{day:02}")),
            Some('e') => text.push_str(&format!("{day:>2}")),
            Some('H') => text.push_str(&format!("{hour:02}")),
            Some('M') => text.push_str(&format!("{minute:02}")),
            Some('S') => text.push_str(&format!("{second:02}")),
            Some('j') => text.push_str(&format!("{:03}", days - day_of(year, 1, 1) + 1)),
            Some('y') => text.push_str(&format!("{:02}", year % 100)),
            Some('D') => text.push_str(&format!("{month:02}/{day:02}/{:02}", year % 100)),
            Some('R') => text.push_str(&format!("{hour:02}:{minute:02}")),
            Some('k') => text.push_str(&format!("{hour:>2}")),
            Some('I') => text.push_str(&format!("{:02}", (hour + 11) % 12 + 1)),
            Some('p') => text.push_str(if hour < 12 { "AM" } else { "PM" }),
            Some('u') => text.push_str(&((days + 3) % 7 + 1).to_string()),
            Some('w') => text.push_str(&((days + 4) % 7).to_string()),
            Some('N') => text.push_str("000000000"),
            Some('F') => text.push_str(&format!("{year}-{month:02}-{day:02}")),
            Some('T') => text.push_str(&format!("{hour:02}:{minute:02}:{second:02}")),
            Some('a') => text.push_str(name(&DAYS, (days + 4) % 7)),
            Some('b' | 'h') => text.push_str(name(&MONTHS, month - 1)),
            Some('A') => text.push_str(name(&LONG_DAYS, (days + 4) % 7)),
            Some('B') => text.push_str(name(&LONG_MONTHS, month - 1)),
            Some('s') => text.push_str(&seconds.to_string()),
            Some('Z') => text.push_str("UTC"),
            Some('z') => text.push_str("+0000"),
            Some('n') => text.push('\n'),
            Some('%') | None => text.push('%'),
            Some(other) => {
                text.push('%');
                text.push(other);
            }
        }
    }
    text
}

/// An instant that was written, in seconds since 1970.
fn instant(text: &str, now: u64) -> Option<u64> {
    if matches!(text, "now" | "") {
        return Some(now);
    }
    if let Some(seconds) = text.strip_prefix('@') {
        return seconds.parse().ok().filter(|seconds| *seconds <= LAST);
    }
    let text = text.strip_suffix('Z').or_else(|| text.strip_suffix("UTC")).unwrap_or(text).trim_end();
    let (date, time) = text.split_once(['T', ' ']).unwrap_or((text, "00:00:00"));
    let numbers = |text: &str, between: char| -> Option<Vec<u64>> {
        text.split(between).map(|part| part.parse().ok().filter(|_| part.len() <= 4)).collect()
    };
    let (date, time) = (numbers(date, '-')?, numbers(time, ':')?);
    let ([year, month, day], [hour, minute, rest @ ..]) = (&date[..], &time[..]) else { return None };
    let second = match rest {
        [] => 0,
        [second] => *second,
        _ => return None,
    };
    let is_time = *hour < 24 && *minute < 60 && second < 60;
    let days = (*year >= 1970 && is_time).then(|| day_of(*year, *month, *day))?;
    (civil(days) == (*year, *month, *day)).then(|| days * 86_400 + hour * 3_600 + minute * 60 + second)
}

/// The last instant that has a year of four digits.
const LAST: u64 = 253_402_300_799;

/// The day since 1970 of a date: the other way round than [`civil`].
fn day_of(year: u64, month: u64, day: u64) -> u64 {
    let from_march = (month + 9) % 12;
    let year = year - u64::from(month <= 2);
    let (era, of_era) = (year / 400, year % 400);
    let of_year = (153 * from_march + 2) / 5 + day;
    (era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year).saturating_sub(719_469)
}

/// Year, month and day of a day since 1970, counted in eras of 400 years that begin in March.
fn civil(days: u64) -> (u64, u64, u64) {
    let shifted = days + 719_468;
    let era = shifted / 146_097;
    let of_era = shifted % 146_097;
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    (year_of_era + era * 400 + u64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::{date_text, instant};

    #[test]
    fn instants_are_written_by_formats() {
        let cases = [
            (0, "%a %b %e %H:%M:%S UTC %Y", "Thu Jan  1 00:00:00 UTC 1970"),
            (951_782_400, "%F %T %s", "2000-02-29 00:00:00 951782400"),
            (1_767_225_599, "%Y-%m-%dT%H:%M:%SZ", "2025-12-31T23:59:59Z"),
        ];
        for (seconds, format, expected) in cases {
            assert_eq!(date_text(format, seconds), expected);
        }
    }

    #[test]
    fn instants_are_read() {
        let cases = [
            ("@0", Some(0)),
            ("@951782400", Some(951_782_400)),
            ("now", Some(7)),
            ("2000-02-29", Some(951_782_400)),
            ("2025-12-31T23:59:59Z", Some(1_767_225_599)),
            ("2025-12-31 23:59 UTC", Some(1_767_225_540)),
            ("1970-01-01T00:00:00Z", Some(0)),
            ("9999-12-31T23:59:59Z", Some(253_402_300_799)),
            ("2025-02-29", None),
            ("2025-13-01", None),
            ("1969-12-31", None),
            ("2025-12-31T24:00:00Z", None),
            ("@99999999999999", None),
            ("@-1", None),
            ("yesterday", None),
            ("1 hour ago", None),
        ];
        for (text, expected) in cases {
            assert_eq!(instant(text, 7), expected, "{text}");
        }
    }
}
