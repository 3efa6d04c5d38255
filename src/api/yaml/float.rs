//! Prints floating point numbers as Go does.
//!
//! Models `strconv.FormatFloat` with the shortest digits: format `g` (YAML, `fmt.Sprint`) and the rule of
//! `encoding/json`. Left out: other formats and precisions.

use serde_json::Number;

/// Prints `value` as Go's `%v`: `0.5`, `1e+06`, `+Inf`.
pub fn format_g(value: f64) -> String {
    if value.is_nan() {
        return "NaN".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { "+Inf" } else { "-Inf" }.to_owned();
    }
    let (mantissa, exponent) = split(value);
    if value == 0.0 || (-4..6).contains(&exponent) {
        return format!("{value}");
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{mantissa}e{sign}{:02}", exponent.abs())
}

/// Prints `value` as Go's `encoding/json`: plain digits up to 1e21, then `1e+21`.
pub fn format_json(value: f64) -> String {
    let (mantissa, exponent) = split(value);
    if value == 0.0 || (-6..21).contains(&exponent) {
        return format!("{value}");
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{mantissa}e{sign}{}", exponent.abs())
}

/// A float as a JSON number: whole ones lose their point; infinities are none.
pub fn to_number(value: f64) -> Option<Number> {
    #[expect(clippy::cast_possible_truncation, reason = "whole and within the range, so exact")]
    if value.fract() == 0.0 && value.abs() < 9.2e18 {
        return Some(Number::from(value as i64));
    }
    Number::from_f64(value)
}

/// The shortest digits of a finite number, as mantissa and decimal exponent.
fn split(value: f64) -> (String, i32) {
    let text = format!("{value:e}");
    match text.split_once('e') {
        Some((mantissa, exponent)) => (mantissa.to_owned(), exponent.parse().unwrap_or_default()),
        None => (text, 0),
    }
}

#[cfg(test)]
mod tests {
    use super::{format_g, format_json};

    #[test]
    fn floats_read_as_go_prints_them() {
        let cases = [
            (0.0, "0", "0"),
            (0.5, "0.5", "0.5"),
            (-2.25, "-2.25", "-2.25"),
            (123_456.0, "123456", "123456"),
            (1e6, "1e+06", "1000000"),
            (1_234_567.5, "1.2345675e+06", "1234567.5"),
            (1e21, "1e+21", "1e+21"),
            (0.0001, "0.0001", "0.0001"),
            (0.00001, "1e-05", "0.00001"),
            (1e-7, "1e-07", "1e-7"),
        ];
        for (value, general, json) in cases {
            assert_eq!(format_g(value), general);
            assert_eq!(format_json(value), json);
        }
    }
}
