//! The functions of Go templates.
//!
//! Models funcs.go of Go's text/template, and `exists` and `base64decode` of
//! k8s.io/cli-runtime/pkg/printers, Kubernetes v1.36. Left out: `call`, as nothing here is a function.

use serde_json::Value;

use super::found::Found;
use super::printf::{sprint, sprintf, sprintln};
use crate::base64;
use crate::kubectl::output::go_value::{compare, is_equal, print_value, type_name};

const FUNCTIONS: [&str; 20] = [
    "and",
    "or",
    "not",
    "len",
    "index",
    "slice",
    "print",
    "printf",
    "println",
    "eq",
    "ne",
    "lt",
    "le",
    "gt",
    "ge",
    "html",
    "js",
    "urlquery",
    "exists",
    "base64decode",
];

/// Tells whether a name is a function.
pub(super) fn is_function(name: &str) -> bool {
    FUNCTIONS.contains(&name)
}

/// How many arguments a function takes: the least, and whether it takes more.
pub(super) fn arity(name: &str) -> (usize, bool) {
    match name {
        "print" | "println" | "html" | "js" | "urlquery" => (0, true),
        "not" | "len" | "base64decode" => (1, false),
        "ne" | "lt" | "le" | "gt" | "ge" => (2, false),
        _ => (1, true),
    }
}

/// Tells whether an argument of a function must be a text.
pub(super) fn wants_text(name: &str, index: usize) -> bool {
    index == 0 && matches!(name, "printf" | "base64decode")
}

/// Calls a function other than `and` and `or`, whose arguments are not all evaluated.
pub(super) fn call<'v>(name: &str, args: &[Found<'v>]) -> Result<Found<'v>, String> {
    let [first, rest @ ..] = args else {
        return Ok(Found::text(if name == "println" { "\n" } else { "" }));
    };
    let values = || args.iter().map(|arg| arg.value().clone()).collect::<Vec<Value>>();
    Ok(match name {
        "not" => Found::owned(Value::from(!first.is_true())),
        "len" => Found::owned(Value::from(length(first)?)),
        "index" => index(first, rest)?,
        "slice" => slice(first, rest)?,
        "print" => Found::text(&sprint(&values())),
        "println" => Found::text(&sprintln(&values())),
        "html" => escaped(&values(), html),
        "js" => escaped(&values(), js),
        "urlquery" => escaped(&values(), urlquery),
        "printf" => {
            let args: Vec<Value> = rest.iter().map(|arg| arg.value().clone()).collect();
            Found::text(&sprintf(first.value().as_str().unwrap_or_default(), &args))
        }
        "eq" => Found::owned(Value::from(any_equal(first, rest)?)),
        "ne" => Found::owned(Value::from(!any_equal(first, rest)?)),
        "exists" => Found::owned(Value::from(exists(first, rest))),
        "base64decode" => Found::text(&base64decode(first.value().as_str().unwrap_or_default())?),
        _ => {
            let operator = match name {
                "lt" => "<",
                "le" => "<=",
                "gt" => ">",
                _ => ">=",
            };
            let second = rest.first().map_or(&Value::Null, Found::value);
            Found::owned(Value::from(compare(operator, first.value(), second)?))
        }
    })
}

/// What values print, with some characters written otherwise.
fn escaped(values: &[Value], escape: fn(char) -> Option<String>) -> Found<'static> {
    let shown = |value: &Value| if value.is_null() { "<no value>".into() } else { value.clone() };
    let text = sprint(&values.iter().map(shown).collect::<Vec<Value>>());
    Found::text(&text.chars().map(|c| escape(c).unwrap_or_else(|| c.to_string())).collect::<String>())
}

/// As `HTMLEscape` writes a character.
fn html(c: char) -> Option<String> {
    let text = match c {
        '\0' => "\u{fffd}",
        '"' => "&#34;",
        '\'' => "&#39;",
        '&' => "&amp;",
        '<' => "&lt;",
        '>' => "&gt;",
        _ => return None,
    };
    Some(text.to_owned())
}

/// As `JSEscape` writes a character.
fn js(c: char) -> Option<String> {
    match c {
        '\\' | '\'' | '"' => Some(format!("\\{c}")),
        '<' | '>' | '&' | '=' => Some(format!("\\u{:04X}", u32::from(c))),
        _ if c.is_control() => Some(format!("\\u{:04X}", u32::from(c))),
        _ => None,
    }
}

/// As `url.QueryEscape` writes a character.
fn urlquery(c: char) -> Option<String> {
    match c {
        ' ' => Some("+".to_owned()),
        '-' | '_' | '.' | '~' => None,
        _ if c.is_ascii_alphanumeric() => None,
        _ => {
            let bytes: Vec<String> = c.to_string().bytes().map(|byte| format!("%{byte:02X}")).collect();
            Some(bytes.concat())
        }
    }
}

fn length(item: &Found<'_>) -> Result<usize, String> {
    match item.value() {
        Value::Array(items) => Ok(items.len()),
        Value::Object(fields) => Ok(fields.len()),
        Value::String(text) => Ok(text.len()),
        Value::Null if item.is_missing() => {
            Err("reflect: call of reflect.Value.Type on zero Value".to_owned())
        }
        Value::Null => Err("len of nil pointer".to_owned()),
        other => Err(format!("len of type {}", type_name(other))),
    }
}

/// A position in a list of a length; Go lets the length itself through, to fail later.
fn position(index: &Value, length: usize) -> Result<usize, String> {
    let number = match index {
        Value::Number(number) if !number.is_f64() => number.as_i64().unwrap_or(-1),
        Value::Null => return Err("cannot index slice/array with nil".to_owned()),
        other => return Err(format!("cannot index slice/array with type {}", type_name(other))),
    };
    usize::try_from(number)
        .ok()
        .filter(|position| *position <= length)
        .ok_or_else(|| format!("index out of range: {number}"))
}

fn index<'v>(item: &Found<'v>, indexes: &[Found<'v>]) -> Result<Found<'v>, String> {
    if item.value().is_null() {
        return Err("index of untyped nil".to_owned());
    }
    let mut current = item.clone();
    for index in indexes {
        current = match current.value() {
            Value::Null => return Err("index of nil pointer".to_owned()),
            Value::Array(items) => {
                let at = position(index.value(), items.len())?;
                current.element(at).ok_or("reflect: slice index out of range")?
            }
            Value::String(text) => {
                let at = position(index.value(), text.len())?;
                let byte = text.as_bytes().get(at).ok_or("reflect: string index out of range")?;
                Found::owned(Value::from(*byte))
            }
            Value::Object(_) => match index.value() {
                Value::String(key) => current.member(key).unwrap_or_else(Found::nil),
                Value::Null => return Err("value is nil; should be of type string".to_owned()),
                other => return Err(format!("value has type {}; should be string", type_name(other))),
            },
            other => return Err(format!("can't index item of type {}", type_name(other))),
        };
    }
    Ok(current)
}

fn slice<'v>(item: &Found<'v>, indexes: &[Found<'v>]) -> Result<Found<'v>, String> {
    if indexes.len() > 3 {
        return Err(format!("too many slice indexes: {}", indexes.len()));
    }
    let length = match item.value() {
        Value::String(text) => text.len(),
        Value::Array(items) => items.len(),
        Value::Null => return Err("slice of untyped nil".to_owned()),
        other => return Err(format!("can't slice item of type {}", type_name(other))),
    };
    let mut bounds = [0, length];
    for (bound, index) in bounds.iter_mut().zip(indexes) {
        *bound = position(index.value(), length)?;
    }
    let [from, to] = bounds;
    if from > to {
        return Err(format!("invalid slice index: {from} > {to}"));
    }
    Ok(match item.value() {
        Value::Array(items) => Found::owned(Value::Array(items.get(from..to).unwrap_or_default().to_vec())),
        other => {
            let bytes = other.as_str().unwrap_or_default().as_bytes().get(from..to).unwrap_or_default();
            Found::text(&String::from_utf8_lossy(bytes))
        }
    })
}

fn any_equal(first: &Found<'_>, rest: &[Found<'_>]) -> Result<bool, String> {
    if rest.is_empty() {
        return Err("missing argument for comparison".to_owned());
    }
    for arg in rest {
        let (a, b) = (first.value(), arg.value());
        for value in [a, b] {
            if value.is_array() || value.is_object() {
                return Err(format!("non-comparable type {}: {}", type_name(value), print_value(value)));
            }
        }
        let equal = if a.is_null() || b.is_null() { a.is_null() && b.is_null() } else { is_equal(a, b)? };
        if equal {
            return Ok(true);
        }
    }
    Ok(false)
}

fn exists(item: &Found<'_>, indexes: &[Found<'_>]) -> bool {
    let mut current = item.value();
    for index in indexes {
        let next = match (current, index.value()) {
            (Value::Array(items), Value::Number(at)) => {
                at.as_u64().and_then(|at| usize::try_from(at).ok()).and_then(|at| items.get(at))
            }
            (Value::Object(fields), Value::String(key)) => fields.get(key),
            _ => None,
        };
        let Some(next) = next else { return false };
        current = next;
    }
    !current.is_null()
}

fn base64decode(text: &str) -> Result<String, String> {
    base64::decode(text).map_err(|at| format!("base64 decode failed: illegal base64 data at input byte {at}"))
}
