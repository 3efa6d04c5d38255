//! Prints, names and compares values as Go does in templates.
//!
//! Models `fmt.Sprint` of Go's library, `strconv.Unquote`, and the comparisons that k8s.io/client-go's
//! JSONPath and `text/template` share, Kubernetes v1.36. Left out: types that JSON does not have.

use std::cmp::Ordering;

use serde_json::Value;

use crate::api::yaml::float::format_g;
use crate::kubectl::quote::quote;

/// Prints a value as `fmt.Sprint`: `map[a:1 b:[x y]]`.
pub fn print_value(value: &Value) -> String {
    match value {
        Value::Null => "<nil>".to_owned(),
        Value::Bool(flag) => flag.to_string(),
        Value::Number(number) => match number.as_f64() {
            Some(float) if number.is_f64() => format_g(float),
            _ => number.to_string(),
        },
        Value::String(text) => text.clone(),
        Value::Array(items) => format!("[{}]", items.iter().map(print_value).collect::<Vec<_>>().join(" ")),
        Value::Object(fields) => {
            let fields: Vec<String> =
                fields.iter().map(|(key, value)| format!("{key}:{}", print_value(value))).collect();
            format!("map[{}]", fields.join(" "))
        }
    }
}

/// The name of a value's Go type.
pub fn type_name(value: &Value) -> &'static str {
    match value {
        Value::Null => "<nil>",
        Value::Bool(_) => "bool",
        Value::Number(number) if number.is_f64() => "float64",
        Value::Number(_) => "int64",
        Value::String(_) => "string",
        Value::Array(_) => "[]interface {}",
        Value::Object(_) => "map[string]interface {}",
    }
}

const BAD_TYPE: &str = "invalid type for comparison";
const BAD_PAIR: &str = "incompatible types for comparison";

/// Compares two values with `==`, `!=`, `<`, `<=`, `>` or `>=`.
pub fn compare(operator: &str, a: &Value, b: &Value) -> Result<bool, String> {
    let less_or_equal = |a, b| Ok::<_, String>(is_less(a, b)? || is_equal(a, b)?);
    match operator {
        "==" => is_equal(a, b),
        "!=" => is_equal(a, b).map(|equal| !equal),
        "<" => is_less(a, b),
        "<=" => less_or_equal(a, b),
        ">" => less_or_equal(a, b).map(|less| !less),
        ">=" => is_less(a, b).map(|less| !less),
        _ => Err(format!("unrecognized filter operator {operator}")),
    }
}

/// Tells whether two values of one basic type are equal.
pub fn is_equal(a: &Value, b: &Value) -> Result<bool, String> {
    Ok(ordering(a, b)? == Some(Ordering::Equal))
}

fn is_less(a: &Value, b: &Value) -> Result<bool, String> {
    let order = ordering(a, b)?;
    if a.is_boolean() {
        return Err(BAD_TYPE.to_owned());
    }
    Ok(order == Some(Ordering::Less))
}

fn ordering(a: &Value, b: &Value) -> Result<Option<Ordering>, String> {
    for value in [a, b] {
        if matches!(value, Value::Null | Value::Array(_) | Value::Object(_)) {
            return Err(BAD_TYPE.to_owned());
        }
    }
    match (a, b) {
        (Value::Bool(a), Value::Bool(b)) => Ok(Some(a.cmp(b))),
        (Value::String(a), Value::String(b)) => Ok(Some(a.cmp(b))),
        (Value::Number(a), Value::Number(b)) if a.is_f64() && b.is_f64() => {
            Ok(a.as_f64().partial_cmp(&b.as_f64()))
        }
        (Value::Number(a), Value::Number(b)) if !a.is_f64() && !b.is_f64() => {
            Ok(match (a.as_i64(), b.as_i64()) {
                (None, None) => Some(a.as_u64().cmp(&b.as_u64())),
                (a, b) => Some(a.unwrap_or(i64::MAX).cmp(&b.unwrap_or(i64::MAX))),
            })
        }
        _ => Err(BAD_PAIR.to_owned()),
    }
}

/// Resolves the escapes of a Go string in quotes of one kind; `None` if it is not one.
pub fn go_unquote(text: &str, quote: char) -> Option<String> {
    let mut out = String::new();
    let mut rest = text;
    while let Some(letter) = rest.chars().next() {
        rest = rest.get(letter.len_utf8()..)?;
        if letter == quote || letter == '\n' {
            return None;
        }
        if letter != '\\' {
            out.push(letter);
            continue;
        }
        let escape = rest.chars().next()?;
        rest = rest.get(escape.len_utf8()..)?;
        let digits = match escape {
            'x' => 2,
            'u' => 4,
            'U' => 8,
            '0'..='7' => 0,
            _ => {
                out.push(simple_escape(escape, quote)?);
                continue;
            }
        };
        let code = if digits == 0 {
            let octal = format!("{escape}{}", rest.get(..2)?);
            rest = rest.get(2..)?;
            u32::from_str_radix(&octal, 8).ok().filter(|code| *code < 256)?
        } else {
            let hex = rest.get(..digits)?;
            rest = rest.get(digits..)?;
            u32::from_str_radix(hex, 16).ok()?
        };
        out.push(char::from_u32(code)?);
    }
    Some(out)
}

fn simple_escape(letter: char, quote: char) -> Option<char> {
    Some(match letter {
        'a' => '\u{7}',
        'b' => '\u{8}',
        'f' => '\u{c}',
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'v' => '\u{b}',
        '\\' => '\\',
        '"' | '\'' if letter == quote => letter,
        _ => return None,
    })
}

/// A value as Go's `%#v` prints it.
pub fn go_syntax(value: &Value) -> String {
    match value {
        Value::Null => "interface {}(nil)".to_owned(),
        Value::String(text) => quote(text),
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(go_syntax).collect();
            format!("[]interface {{}}{{{}}}", items.join(", "))
        }
        Value::Object(fields) => {
            let fields: Vec<String> =
                fields.iter().map(|(name, field)| format!("{}:{}", quote(name), go_syntax(field))).collect();
            format!("map[string]interface {{}}{{{}}}", fields.join(", "))
        }
        scalar => print_value(scalar),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{go_unquote, print_value};

    #[test]
    fn values_read_as_go_prints_them() {
        let value = json!({"b": ["x", 1, null], "a": {"c": true, "d": 0.5}});
        assert_eq!(print_value(&value), "map[a:map[c:true d:0.5] b:[x 1 <nil>]]");
    }

    #[test]
    fn escapes_are_gos() {
        let cases = [
            ("a\\nb", Some("a\nb")),
            ("\\\"", Some("\"")),
            ("\\'", None),
            ("\\x41\\u00e9\\101", Some("AéA")),
            ("\\q", None),
            ("\\", None),
            ("\\u12", None),
        ];
        for (text, wanted) in cases {
            assert_eq!(go_unquote(text, '"').as_deref(), wanted, "{text}");
        }
    }
}
