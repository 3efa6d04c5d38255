//! Says what an unquoted YAML scalar means.
//!
//! Models `resolve`, go.yaml.in/yaml/v2 resolve.go, the rules of YAML 1.1 that Kubernetes v1.36 reads and
//! writes manifests by: `yes`, `no`, `on`, `off` are booleans, `012` is octal, `1_000` is a number.
//! Left out: explicit tags other than those the reader looks at.

use super::timestamp::is_timestamp;

/// The meaning of an unquoted scalar.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Scalar {
    /// Nothing: empty, `~`, `null`.
    Null,
    /// A boolean.
    Bool(bool),
    /// An integer that fits 64 bits with sign.
    Int(i64),
    /// A larger integer.
    Uint(u64),
    /// A floating point number.
    Float(f64),
    /// A date or time, which stays text.
    Timestamp,
    /// Text.
    Text,
}

/// Resolves an unquoted scalar.
pub fn resolve(text: &str) -> Scalar {
    let Some(first) = text.bytes().next() else { return Scalar::Null };
    match text {
        "y" | "Y" | "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => {
            Scalar::Bool(true)
        }
        "n" | "N" | "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => {
            Scalar::Bool(false)
        }
        "~" | "null" | "Null" | "NULL" => Scalar::Null,
        ".nan" | ".NaN" | ".NAN" => Scalar::Float(f64::NAN),
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => Scalar::Float(f64::INFINITY),
        "-.inf" | "-.Inf" | "-.INF" => Scalar::Float(f64::NEG_INFINITY),
        _ if first == b'.' => finite(text).map_or(Scalar::Text, Scalar::Float),
        _ if matches!(first, b'+' | b'-' | b'0'..=b'9') => number_or_timestamp(text),
        _ => Scalar::Text,
    }
}

/// Tells whether text looks like a base 60 number of YAML 1.1, such as `1:30`; it is written in quotes.
pub fn is_base60(text: &str) -> bool {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, ""));
    let mut groups = whole.split(':');
    let first = groups.next().unwrap_or_default();
    let mut minutes = groups.peekable();
    first.starts_with(|c: char| c.is_ascii_digit())
        && first.bytes().all(|b| b.is_ascii_digit() || b == b'_')
        && minutes.peek().is_some()
        && minutes.all(|group| match group.as_bytes() {
            [b'0'..=b'9'] => true,
            [b'0'..=b'5', low] => low.is_ascii_digit(),
            _ => false,
        })
        && fraction.bytes().all(|b| b.is_ascii_digit() || b == b'_')
}

fn number_or_timestamp(text: &str) -> Scalar {
    if is_timestamp(text) {
        return Scalar::Timestamp;
    }
    let plain = text.replace('_', "");
    if let Some(number) = integer(&plain) {
        return number;
    }
    if is_yaml_float(&plain) {
        return finite(&plain).map_or(Scalar::Text, Scalar::Float);
    }
    Scalar::Text
}

/// Reads an integer with Go's prefixes; a leading zero means octal.
fn integer(text: &str) -> Option<Scalar> {
    let (negative, unsigned) = match text.as_bytes().first()? {
        b'-' => (true, text.get(1..)?),
        b'+' => (false, text.get(1..)?),
        _ => (false, text),
    };
    let lower = unsigned.to_ascii_lowercase();
    let (digits, radix) = match (lower.get(..2), lower.len()) {
        (Some("0x"), 3..) => (lower.get(2..)?, 16),
        (Some("0o"), 3..) => (lower.get(2..)?, 8),
        (Some("0b"), 3..) => (lower.get(2..)?, 2),
        _ if lower.len() > 1 && lower.starts_with('0') => (lower.get(1..)?, 8),
        _ => (lower.as_str(), 10),
    };
    if !digits.bytes().all(|b| b.is_ascii_alphanumeric()) {
        return None;
    }
    let magnitude = u64::from_str_radix(digits, radix).ok()?;
    if negative {
        return 0_i64.checked_sub_unsigned(magnitude).map(Scalar::Int);
    }
    if text.starts_with('+') && magnitude > i64::MAX.unsigned_abs() {
        return None;
    }
    Some(i64::try_from(magnitude).map_or(Scalar::Uint(magnitude), Scalar::Int))
}

/// Tells whether text is digits with at most one point and one exponent.
fn is_yaml_float(text: &str) -> bool {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent.strip_prefix(['-', '+']).unwrap_or(exponent))),
        None => (unsigned, None),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    digits(whole)
        && digits(fraction)
        && !(whole.is_empty() && fraction.is_empty())
        && exponent.is_none_or(|part| !part.is_empty() && digits(part))
}

fn finite(text: &str) -> Option<f64> {
    text.parse::<f64>().ok().filter(|value| value.is_finite())
}

#[cfg(test)]
mod tests {
    use super::{Scalar, is_base60, resolve};

    #[test]
    fn scalars_mean_what_yaml_1_1_says() {
        let cases = [
            ("", Scalar::Null),
            ("~", Scalar::Null),
            ("nil", Scalar::Text),
            ("yes", Scalar::Bool(true)),
            ("n", Scalar::Bool(false)),
            ("oN", Scalar::Text),
            ("off", Scalar::Bool(false)),
            ("0", Scalar::Int(0)),
            ("-0", Scalar::Int(0)),
            ("012", Scalar::Int(10)),
            ("0o14", Scalar::Int(12)),
            ("0x10", Scalar::Int(16)),
            ("-0x10", Scalar::Int(-16)),
            ("0b11", Scalar::Int(3)),
            ("1_000", Scalar::Int(1000)),
            ("08", Scalar::Float(8.0)),
            ("1e3", Scalar::Float(1000.0)),
            ("1.", Scalar::Float(1.0)),
            (".5", Scalar::Float(0.5)),
            (".", Scalar::Text),
            ("1:30", Scalar::Text),
            ("18446744073709551615", Scalar::Uint(u64::MAX)),
            ("18446744073709551616", Scalar::Float(18_446_744_073_709_551_616.0)),
            ("2024-01-01", Scalar::Timestamp),
            ("2026-11-21T05:34:50Z", Scalar::Timestamp),
            ("1.2.3", Scalar::Text),
            ("-", Scalar::Text),
            ("1e", Scalar::Text),
            ("12e03", Scalar::Float(12_000.0)),
            ("<<", Scalar::Text),
        ];
        for (text, wanted) in cases {
            assert_eq!(resolve(text), wanted, "{text:?}");
        }
    }

    #[test]
    fn base_60_is_noticed() {
        for text in ["1:30", "-12:30:45", "1:30.5", "190:20:30"] {
            assert!(is_base60(text), "{text}");
        }
        for text in ["1:60", "a:30", "1:", ":30", "nginx:1.2", "10", "1:30x", "1:123"] {
            assert!(!is_base60(text), "{text}");
        }
    }
}
