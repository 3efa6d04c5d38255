//! Formats values by verbs.
//!
//! Models `Sprint`, `Sprintln` and `Sprintf` of Go's `fmt` over the values of JSON.
//! Left out: `%x` of lists, argument indexes.

use serde_json::Value;

use crate::api::yaml::float::format_g;
use crate::kubectl::output::go_value::{go_syntax, print_value, type_name};

/// The widest padding; more says an error, as Go does.
const MAX_WIDTH: usize = 1_000_000;
const MAX_PADDING: usize = 10_000;

/// Joins values, with a space between two of which neither is a text.
pub(super) fn sprint(values: &[Value]) -> String {
    let mut out = String::new();
    let mut after_text = true;
    for (index, value) in values.iter().enumerate() {
        if index > 0 && !after_text && !value.is_string() {
            out.push(' ');
        }
        out.push_str(&print_value(value));
        after_text = value.is_string();
    }
    out
}

/// Joins values with spaces and ends the line.
pub(super) fn sprintln(values: &[Value]) -> String {
    let mut out = values.iter().map(print_value).collect::<Vec<_>>().join(" ");
    out.push('\n');
    out
}

/// Flags, width and precision of a verb.
#[expect(clippy::struct_excessive_bools, reason = "they are five flags")]
#[derive(Default)]
struct Spec {
    minus: bool,
    plus: bool,
    space: bool,
    zero: bool,
    sharp: bool,
    width: usize,
    precision: Option<usize>,
}

/// Formats values by a format with verbs.
pub(super) fn sprintf(format: &str, values: &[Value]) -> String {
    let mut out = String::new();
    let mut values = values.iter();
    let mut rest = format;
    while let Some((text, after)) = rest.split_once('%') {
        out.push_str(text);
        let (spec, after) = spec(after);
        let Some(verb) = after.chars().next() else {
            out.push_str("%!(NOVERB)");
            rest = "";
            break;
        };
        rest = after.get(verb.len_utf8()..).unwrap_or_default();
        if verb == '%' {
            out.push('%');
        } else if let Some(value) = values.next() {
            out.push_str(&pad(&spec, verb, one(&spec, verb, value)));
        } else {
            out.extend(["%!", &verb.to_string(), "(MISSING)"]);
        }
    }
    out.push_str(rest);
    let extra: Vec<String> =
        values.map(|value| format!("{}={}", type_name(value), print_value(value))).collect();
    if !extra.is_empty() {
        out.extend(["%!(EXTRA ", &extra.join(", "), ")"]);
    }
    out
}

fn spec(mut rest: &str) -> (Spec, &str) {
    let mut spec = Spec::default();
    while let Some(flag @ ('-' | '+' | ' ' | '0' | '#')) = rest.chars().next() {
        match flag {
            '-' => spec.minus = true,
            '+' => spec.plus = true,
            ' ' => spec.space = true,
            '0' => spec.zero = true,
            _ => spec.sharp = true,
        }
        rest = rest.get(1..).unwrap_or_default();
    }
    let (width, after) = digits(rest);
    spec.width = width.unwrap_or_default().min(MAX_PADDING);
    rest = after;
    if let Some(after) = rest.strip_prefix('.') {
        let (precision, after) = digits(after);
        spec.precision = Some(precision.unwrap_or_default().min(MAX_PADDING));
        rest = after;
    }
    (spec, rest)
}

fn digits(text: &str) -> (Option<usize>, &str) {
    let length = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, rest) = text.split_at_checked(length).unwrap_or(("", text));
    (number.parse().ok().filter(|number| *number <= MAX_WIDTH), rest)
}

/// One value by one verb, without padding.
fn one(spec: &Spec, verb: char, value: &Value) -> String {
    if verb == 'v' && spec.sharp && !value.is_null() {
        return go_syntax(value);
    }
    if let Value::Array(items) = value {
        return format!("[{}]", items.iter().map(|item| one(spec, verb, item)).collect::<Vec<_>>().join(" "));
    }
    if let Value::Object(fields) = value {
        let shown: Vec<String> = fields
            .iter()
            .map(|(key, item)| {
                format!("{}:{}", one(spec, verb, &Value::from(key.as_str())), one(spec, verb, item))
            })
            .collect();
        return format!("map[{}]", shown.join(" "));
    }
    let sign = |text: String| {
        if text.starts_with('-') {
            text
        } else if spec.plus && verb != 'v' {
            format!("+{text}")
        } else if spec.space {
            format!(" {text}")
        } else {
            text
        }
    };
    match (verb, value) {
        ('v', Value::Number(_)) => sign(print_value(value)),
        ('T', _) => type_name(value).to_owned(),
        ('t', Value::Bool(flag)) => flag.to_string(),
        ('v' | 's', Value::String(text)) => match spec.precision {
            Some(precision) => text.chars().take(precision).collect(),
            None => text.clone(),
        },
        ('v', _) => print_value(value),
        ('q', Value::String(text)) => format!("{text:?}"),
        ('x', Value::String(text)) => hex(text),
        ('X', Value::String(text)) => hex(text).to_ascii_uppercase(),
        (_, Value::Number(number)) => match (number.is_f64(), number.as_i64(), number.as_f64()) {
            (false, Some(integer), _) => integer_verb(spec, verb, integer).map(sign),
            (true, _, Some(float)) => float_verb(spec, verb, float).map(sign),
            _ => None,
        }
        .unwrap_or_else(|| bad(verb, value)),
        _ => bad(verb, value),
    }
}

fn hex(text: &str) -> String {
    let digit = |value: u8| char::from_digit(u32::from(value), 16).unwrap_or_default();
    text.bytes().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

fn integer_verb(spec: &Spec, verb: char, integer: i64) -> Option<String> {
    let magnitude = integer.unsigned_abs();
    let sharp = |prefix: &'static str| if spec.sharp { prefix } else { "" };
    let digits = match verb {
        'd' => magnitude.to_string(),
        'b' => format!("{}{magnitude:b}", sharp("0b")),
        'o' => format!("{}{magnitude:o}", sharp("0")),
        'O' => format!("0o{magnitude:o}"),
        'x' => format!("{}{magnitude:x}", sharp("0x")),
        'X' => format!("{}{magnitude:X}", sharp("0X")),
        'c' => {
            return Some(
                u32::try_from(integer).ok().and_then(char::from_u32).unwrap_or('\u{fffd}').to_string(),
            );
        }
        'q' => {
            return Some(format!(
                "'{}'",
                u32::try_from(integer).ok().and_then(char::from_u32).unwrap_or('\u{fffd}')
            ));
        }
        'U' => return Some(format!("U+{magnitude:04X}")),
        _ => return None,
    };
    Some(if integer < 0 { format!("-{digits}") } else { digits })
}

fn float_verb(spec: &Spec, verb: char, float: f64) -> Option<String> {
    let precision = spec.precision.unwrap_or(6);
    match verb {
        'f' | 'F' => Some(format!("{float:.precision$}")),
        'g' | 'G' => Some(format_g(float)),
        'e' | 'E' => {
            let shown = format!("{float:.precision$e}");
            let (mantissa, exponent) = shown.split_once('e')?;
            let exponent: i32 = exponent.parse().ok()?;
            let sign = if exponent < 0 { '-' } else { '+' };
            Some(format!("{mantissa}{verb}{sign}{:02}", exponent.abs()))
        }
        _ => None,
    }
}

fn bad(verb: char, value: &Value) -> String {
    match value {
        Value::Null => format!("%!{verb}(<nil>)"),
        _ => format!("%!{verb}({}={})", type_name(value), print_value(value)),
    }
}

fn pad(spec: &Spec, verb: char, text: String) -> String {
    let missing = spec.width.saturating_sub(text.chars().count());
    if missing == 0 {
        return text;
    }
    if spec.minus {
        return text + &" ".repeat(missing);
    }
    if spec.zero && matches!(verb, 'd' | 'f' | 'g' | 'e' | 'x' | 'X' | 'o' | 'b' | 'v') {
        let split = usize::from(text.starts_with(['-', '+']));
        let (sign, digits) = text.split_at_checked(split).unwrap_or(("", &text));
        return format!("{sign}{}{digits}", "0".repeat(missing));
    }
    " ".repeat(missing) + &text
}
