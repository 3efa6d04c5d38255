//! Recognises dates and times in YAML.
//!
//! Models `parseTimestamp`, go.yaml.in/yaml/v2 resolve.go, with the leniency of Go's `time.Parse`.
//! Left out: the value of the time; only whether text is one matters, since it stays text.

/// Tells whether text is a date, or a date and time in one of the three accepted forms.
pub fn is_timestamp(text: &str) -> bool {
    date(text).is_some_and(|rest| match rest.as_bytes().first() {
        None => true,
        Some(b'T' | b't') => rest.get(1..).and_then(clock).is_some_and(is_zone),
        Some(b' ') => rest.get(1..).and_then(clock) == Some(""),
        Some(_) => false,
    })
}

fn date(text: &str) -> Option<&str> {
    let year_text = text.get(..4)?;
    if !year_text.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let year: u32 = year_text.parse().ok()?;
    let (month, rest) = number(text.get(4..)?.strip_prefix('-')?)?;
    let (day, rest) = number(rest.strip_prefix('-')?)?;
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let days = match month {
        2 => 28 + u32::from(leap),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return None,
    };
    (1..=days).contains(&day).then_some(rest)
}

/// Reads `hour:minute:second` and a fraction; returns what follows.
fn clock(text: &str) -> Option<&str> {
    let (hour, rest) = number(text)?;
    let (minute, rest) = number(rest.strip_prefix(':')?)?;
    let (second, rest) = number(rest.strip_prefix(':')?)?;
    if hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let fraction =
        rest.strip_prefix(['.', ',']).filter(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
    Some(fraction.map_or(rest, |rest| rest.trim_start_matches(|c: char| c.is_ascii_digit())))
}

fn is_zone(text: &str) -> bool {
    match text.as_bytes() {
        [b'Z'] => true,
        [b'+' | b'-', a, b, b':', c, d] => {
            let two = |high: &u8, low: &u8| {
                (high.is_ascii_digit() && low.is_ascii_digit()).then(|| (high - b'0') * 10 + (low - b'0'))
            };
            two(a, b).is_some_and(|hours| hours <= 24) && two(c, d).is_some_and(|minutes| minutes <= 60)
        }
        _ => false,
    }
}

/// Reads one or two digits.
fn number(text: &str) -> Option<(u32, &str)> {
    let length = text.bytes().take(2).take_while(u8::is_ascii_digit).count();
    let (digits, rest) = text.split_at_checked(length)?;
    Some((digits.parse().ok()?, rest))
}

#[cfg(test)]
mod tests {
    use super::is_timestamp;

    #[test]
    fn dates_and_times_are_recognised() {
        for text in [
            "2024-01-01",
            "2024-2-29",
            "2026-11-21T05:34:50Z",
            "2026-11-21t5:3:5.123456Z",
            "2026-11-21T05:34:50+01:00",
            "2026-11-21 05:34:50",
        ] {
            assert!(is_timestamp(text), "{text}");
        }
        for text in [
            "2023-02-29",
            "2024-13-01",
            "2024-01",
            "24-01-01",
            "2026-11-21T05:34:50",
            "2024-01-01x",
            "2024-é",
        ] {
            assert!(!is_timestamp(text), "{text}");
        }
    }
}
