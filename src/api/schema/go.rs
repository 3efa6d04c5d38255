//! How Go writes strings and numbers, and reads base64.
//!
//! Models `strconv.Quote`, the number formatting and `[]byte` decoding of encoding/json, Go 1.26.
//! Left out: characters that Go holds unprintable beyond the control characters.

use serde_json::{Number, Value};
use std::fmt::Write as _;

/// A text in double quotes with Go's escapes.
pub fn quote(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c.is_control() => {
                // Writing to a string cannot fail.
                write!(out, "\\x{:02x}", u32::from(c)).unwrap_or_default();
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// A number as an integer, if it is one.
pub(super) fn integer(number: &Number) -> Option<i64> {
    number.as_i64().or_else(|| {
        let float = number.as_f64()?;
        // Past this bound not every integer is a float, and Go prints an exponent.
        #[expect(clippy::cast_possible_truncation, reason = "whole and within the range of i64")]
        (float.fract() == 0.0 && float.abs() < 9.0e15).then_some(float as i64)
    })
}

/// A number as encoding/json writes it.
pub(super) fn number_text(number: &Number) -> String {
    if let Some(whole) = integer(number) {
        return whole.to_string();
    }
    match number.as_f64() {
        Some(float) if number.is_f64() && (float.abs() < 1e-6 || float.abs() >= 1e21) => {
            let text = format!("{float:e}");
            match text.split_once('e') {
                Some((mantissa, exponent)) if !exponent.starts_with('-') => format!("{mantissa}e+{exponent}"),
                _ => text,
            }
        }
        Some(float) if number.is_f64() => float.to_string(),
        _ => number.to_string(),
    }
}

/// A value as Go's `%v` prints it, such as `map[spec:map[replicas:3]]`.
pub fn go_print(value: &Value) -> String {
    match value {
        Value::Null => "<nil>".to_owned(),
        Value::Bool(set) => set.to_string(),
        Value::Number(number) => {
            number.as_f64().filter(|_| number.is_f64()).map_or_else(|| number.to_string(), print_float)
        }
        Value::String(text) => text.clone(),
        Value::Array(items) => format!("[{}]", items.iter().map(go_print).collect::<Vec<_>>().join(" ")),
        Value::Object(entries) => {
            let entries: Vec<_> =
                entries.iter().map(|(key, value)| format!("{key}:{}", go_print(value))).collect();
            format!("map[{}]", entries.join(" "))
        }
    }
}

fn print_float(float: f64) -> String {
    let text = format!("{float:e}");
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    match exponent.parse::<i32>().unwrap_or_default() {
        exponent if !(-4..6).contains(&exponent) => {
            let sign = if exponent < 0 { '-' } else { '+' };
            format!("{mantissa}e{sign}{:02}", exponent.abs())
        }
        _ => float.to_string(),
    }
}

/// What encoding/json calls a value it did not expect.
pub fn json_word(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "bool",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

/// Checks base64 and writes it without line breaks; the error is Go's.
pub(super) fn canonical_base64(text: &str) -> Result<String, String> {
    let alphabet = |b: u8| b.is_ascii_alphanumeric() || b == b'+' || b == b'/';
    let mut quantum = 0;
    let mut out = String::new();
    let mut bytes = text.bytes().enumerate().filter(|(_, b)| !matches!(b, b'\r' | b'\n')).peekable();
    while let Some((at, b)) = bytes.next() {
        if alphabet(b) {
            quantum = (quantum + 1) % 4;
            out.push(char::from(b));
            continue;
        }
        let bad = |at: usize| Err(format!("illegal base64 data at input byte {at}"));
        if b != b'=' || quantum < 2 {
            return bad(at);
        }
        out.push('=');
        if quantum == 2 {
            match bytes.next() {
                Some((_, b'=')) => out.push('='),
                Some((at, _)) => return bad(at),
                None => return bad(text.len()),
            }
        }
        return match bytes.next() {
            Some((at, _)) => bad(at),
            None => Ok(out),
        };
    }
    if quantum == 0 {
        Ok(out)
    } else {
        Err(format!("illegal base64 data at input byte {}", text.len() - quantum))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_as_go_does() {
        let printed = go_print(&serde_json::json!({"b": [1, "x", null, 0.5, 1e-7, 1e6], "a": {"c": true}}));
        assert_eq!(printed, "map[a:map[c:true] b:[1 x <nil> 0.5 1e-07 1e+06]]");
        assert_eq!(quote("a\"b\\c\n\u{1}é"), r#""a\"b\\c\n\x01é""#);
        for (json, text) in [
            ("2", "2"),
            ("2.0", "2"),
            ("2.5", "2.5"),
            ("1e21", "1e+21"),
            ("1e-7", "1e-7"),
            ("99999999999", "99999999999"),
        ] {
            let Value::Number(number) = serde_json::from_str(json).unwrap() else { panic!("{json}") };
            assert_eq!(number_text(&number), text);
        }
        for (from, to) in [
            ("YWJj", Ok("YWJj")),
            ("YW\nI=", Ok("YWI=")),
            ("", Ok("")),
            ("YQ==", Ok("YQ==")),
            ("not base64", Err("illegal base64 data at input byte 3")),
            ("YQ", Err("illegal base64 data at input byte 0")),
            ("YQ=", Err("illegal base64 data at input byte 3")),
        ] {
            assert_eq!(canonical_base64(from), to.map(str::to_owned).map_err(str::to_owned), "{from}");
        }
    }
}
