//! Prints values as JSON, indented or on one line.
//!
//! Models `encoding/json` of Go's library as the printers of k8s.io/cli-runtime use it, Kubernetes v1.36:
//! four spaces, `<`, `>` and `&` escaped; `order` says how keys follow each other. Left out: nothing.

use std::fmt::Write as _;

use serde_json::Value;

use super::order::Order;
use crate::api::yaml::float::format_json;

/// Prints a value as `-o json` does, with a newline at the end.
pub fn pretty(value: &Value) -> String {
    pretty_in(Order::Sorted, value)
}

/// The same with keys in an order of their own.
pub fn pretty_in(order: Order, value: &Value) -> String {
    let mut out = String::new();
    write_value(&mut out, value, Some(0), order);
    out.push('\n');
    out
}

/// Prints a value on one line without spaces.
pub fn compact(value: &Value) -> String {
    let mut out = String::new();
    write_value(&mut out, value, None, Order::Sorted);
    out
}

fn write_value(out: &mut String, value: &Value, depth: Option<usize>, order: Order) {
    let inner = depth.map(|depth| depth + 1);
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(true) => out.push_str("true"),
        Value::Bool(false) => out.push_str("false"),
        Value::Number(number) => match number.as_f64() {
            Some(float) if number.is_f64() => out.push_str(&format_json(float)),
            _ => out.push_str(&number.to_string()),
        },
        Value::String(text) => write_string(out, text),
        Value::Array(items) if items.is_empty() => out.push_str("[]"),
        Value::Object(fields) if fields.is_empty() => out.push_str("{}"),
        Value::Array(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                separate(out, index, inner);
                write_value(out, item, inner, order.element());
            }
            new_line(out, depth);
            out.push(']');
        }
        Value::Object(fields) => {
            out.push('{');
            for (index, (key, item, order)) in order.entries(fields).into_iter().enumerate() {
                separate(out, index, inner);
                write_string(out, key);
                out.push_str(if inner.is_some() { ": " } else { ":" });
                write_value(out, item, inner, order);
            }
            new_line(out, depth);
            out.push('}');
        }
    }
}

fn separate(out: &mut String, index: usize, depth: Option<usize>) {
    if index > 0 {
        out.push(',');
    }
    new_line(out, depth);
}

fn new_line(out: &mut String, depth: Option<usize>) {
    if let Some(depth) = depth {
        out.push('\n');
        out.extend(std::iter::repeat_n("    ", depth));
    }
}

/// Writes a quoted string with Go's escapes.
fn write_string(out: &mut String, text: &str) {
    out.push('"');
    for letter in text.chars() {
        match letter {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '\0'..='\u{1f}' | '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => {
                // Writing to a String cannot fail.
                write!(out, "\\u{:04x}", u32::from(letter)).unwrap_or_default();
            }
            _ => out.push(letter),
        }
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Order, compact, pretty, pretty_in};

    #[test]
    fn json_is_escaped_and_indented_as_go_does() {
        let value = json!({"b": [], "a": {"x": {}, "y": [1, 2.0, true, null]}, "c": "<a>&\"\\\n\u{1}\u{8}é"});
        assert_eq!(
            compact(&value),
            r#"{"a":{"x":{},"y":[1,2,true,null]},"b":[],"c":"\u003ca\u003e\u0026\"\\\n\u0001\bé"}"#
        );
        let wanted =
            "{\n    \"a\": [\n        1,\n        {\n            \"b\": \"c\"\n        }\n    ]\n}\n";
        assert_eq!(pretty(&json!({"a": [1, {"b": "c"}]})), wanted);
    }

    #[test]
    fn a_structs_keys_come_as_they_are_declared() {
        let deployment = json!({
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "metadata": {"labels": {"b": "1", "a": "2"}, "name": "web"},
            "nonsense": 1,
            "spec": {
                "replicas": 1,
                "selector": {"matchLabels": {"app": "web"}},
                "strategy": {},
                "template": {"spec": {"containers": [{"image": "x", "name": "a", "resources": {}}]}},
            },
        });
        let keys = |value: &serde_json::Value| {
            let text = pretty_in(Order::Object, value);
            let keys: Vec<&str> =
                text.lines().filter_map(|line| line.trim().split_once("\":")).map(|(key, _)| key).collect();
            keys.join(" ").replace('"', "")
        };
        assert_eq!(
            keys(&deployment),
            "kind apiVersion metadata name labels a b spec replicas selector matchLabels app template spec containers \
             name image resources strategy nonsense"
        );
        let event =
            json!({"apiVersion": "v1", "kind": "Event", "metadata": {}, "count": 1, "type": "Normal"});
        let list = json!({"apiVersion": "v1", "items": [event], "kind": "EventList", "metadata": {}});
        assert_eq!(keys(&list), "kind apiVersion metadata items kind apiVersion metadata count type");
    }
}
