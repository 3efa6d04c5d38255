//! Prints a value as Go source would, for the few errors that show one so.
//!
//! Models the verb `%#v` of Go's `fmt` over the values of go.yaml.in/yaml/v2. Left out: types that YAML
//! does not make.

use serde_json::Value;

use super::float::format_g;

/// Prints a value in Go syntax: `[]interface {}{"a", 1}`.
pub(super) fn go_syntax(value: &Value) -> String {
    match value {
        Value::Null => "interface {}(nil)".to_owned(),
        Value::Bool(flag) => flag.to_string(),
        Value::Number(number) => match number.as_f64() {
            Some(float) if number.is_f64() => format_g(float),
            _ => number.to_string(),
        },
        Value::String(text) => format!("{text:?}"),
        Value::Array(items) => {
            format!("[]interface {{}}{{{}}}", items.iter().map(go_syntax).collect::<Vec<_>>().join(", "))
        }
        Value::Object(fields) => {
            let fields: Vec<String> =
                fields.iter().map(|(key, value)| format!("{key:?}:{}", go_syntax(value))).collect();
            format!("map[interface {{}}]interface {{}}{{{}}}", fields.join(", "))
        }
    }
}
