//! Reads spans of time as Go writes them: `30s`, `1m30s`, `500ms`.
//!
//! Models `time.ParseDuration` of Go's library with its error words. Left out: parts below a millisecond are
//! cut off.

use super::quote::quote;

/// Reads a duration, in milliseconds; negative ones are allowed.
///
/// # Errors
/// Go's own words.
pub fn parse(text: &str) -> Result<i64, String> {
    let invalid = || format!("time: invalid duration {}", quote(text));
    let (negative, mut rest) = match text.strip_prefix(['-', '+']) {
        Some(rest) => (text.starts_with('-'), rest),
        None => (false, text),
    };
    if rest == "0" {
        return Ok(0);
    }
    if rest.is_empty() {
        return Err(invalid());
    }
    let mut total = 0.0_f64;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
        let (number, after) = rest.split_at(digits);
        let amount: f64 = number.parse().ok().ok_or_else(invalid)?;
        let unit_end = after.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(after.len());
        let (unit, after) = after.split_at(unit_end);
        if unit.is_empty() {
            return Err(format!("time: missing unit in duration {}", quote(text)));
        }
        let unit_ms = unit_ms(unit)
            .ok_or_else(|| format!("time: unknown unit {} in duration {}", quote(unit), quote(text)))?;
        total += amount * unit_ms;
        rest = after;
    }
    // 2^63 nanoseconds are Go's limit.
    if total > 9.2e12 {
        return Err(invalid());
    }
    #[expect(clippy::cast_possible_truncation, reason = "bounded just above")]
    let total = total as i64;
    Ok(if negative { -total } else { total })
}

/// Prints a span as Go does: `12s`, `1m30s`, `1h0m0s`.
pub fn print(ms: i64) -> String {
    if ms == 0 {
        return "0s".to_owned();
    }
    let (seconds, fraction) = (ms / 1000, ms % 1000);
    if seconds == 0 {
        return format!("{fraction}ms");
    }
    let (hours, minutes, rest) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    let fraction = format!("{:.3}", f64::from(i32::try_from(fraction).unwrap_or_default()) / 1000.0);
    let fraction = fraction.trim_start_matches('0').trim_end_matches('0').trim_end_matches('.');
    match (hours, minutes) {
        (0, 0) => format!("{rest}{fraction}s"),
        (0, _) => format!("{minutes}m{rest}{fraction}s"),
        _ => format!("{hours}h{minutes}m{rest}{fraction}s"),
    }
}

fn unit_ms(unit: &str) -> Option<f64> {
    Some(match unit {
        "ns" => 0.000_001,
        "us" | "µs" | "μs" => 0.001,
        "ms" => 1.0,
        "s" => 1000.0,
        "m" => 60_000.0,
        "h" => 3_600_000.0,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::{parse, print};

    #[test]
    fn durations_print_as_in_go() {
        for (ms, expected) in [
            (0, "0s"),
            (12_000, "12s"),
            (90_000, "1m30s"),
            (3_600_000, "1h0m0s"),
            (1_500, "1.5s"),
            (250, "250ms"),
        ] {
            assert_eq!(print(ms), expected);
        }
    }

    #[test]
    fn durations_read_as_go_reads_them() {
        let cases = [
            ("0", Ok(0)),
            ("30s", Ok(30_000)),
            ("1m30s", Ok(90_000)),
            ("1.5h", Ok(5_400_000)),
            ("-1s", Ok(-1000)),
            ("500ms", Ok(500)),
            ("5", Err("time: missing unit in duration \"5\"")),
            ("abc", Err("time: invalid duration \"abc\"")),
            ("", Err("time: invalid duration \"\"")),
            ("5x", Err("time: unknown unit \"x\" in duration \"5x\"")),
            ("99999999999h", Err("time: invalid duration \"99999999999h\"")),
        ];
        for (text, expected) in cases {
            assert_eq!(parse(text), expected.map_err(str::to_owned), "{text}");
        }
    }
}
