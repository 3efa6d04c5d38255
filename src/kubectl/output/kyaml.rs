//! Prints values as KYAML: YAML with braces and quotes, so that indentation means nothing.
//!
//! Models `Encoder`, sigs.k8s.io/yaml/kyaml, as Kubernetes v1.36 uses it. Left out: comments, which values
//! do not keep.

use std::fmt::Write as _;

use serde_json::Value;

use super::order::Order;
use crate::api::yaml::scalar::{Scalar, resolve};

/// What ends a line within a text.
const FOLD: &str = "\\\n";

/// A value as one document.
pub fn kyaml(order: Order, value: &Value) -> String {
    let mut out = "---\n".to_owned();
    node(&mut out, value, 0, order);
    out.push('\n');
    out
}

fn indent(out: &mut String, level: usize) {
    out.extend(std::iter::repeat_n("  ", level));
}

fn node(out: &mut String, value: &Value, level: usize, order: Order) {
    match value {
        Value::String(text) => quoted(out, text, level + 1),
        Value::Array(items) if items.is_empty() => out.push_str("[]"),
        // Objects and lists begin right behind the bracket.
        Value::Array(items) if items.iter().all(|item| item.is_object() || item.is_array()) => {
            for (index, item) in items.iter().enumerate() {
                out.push_str(if index == 0 { "[" } else { ", " });
                node(out, item, level, order.element());
            }
            out.push(']');
        }
        Value::Array(items) => {
            out.push_str("[\n");
            for item in items {
                indent(out, level + 1);
                node(out, item, level + 1, order.element());
                out.push_str(",\n");
            }
            indent(out, level);
            out.push(']');
        }
        Value::Object(fields) if fields.is_empty() => out.push_str("{}"),
        Value::Object(fields) => {
            out.push_str("{\n");
            for (key, value, order) in order.entries(fields) {
                indent(out, level + 1);
                self::key(out, key);
                out.push_str(": ");
                node(out, value, level + 1, order);
                out.push_str(",\n");
            }
            indent(out, level);
            out.push('}');
        }
        scalar => write!(out, "{scalar}").unwrap_or_default(),
    }
}

/// A key stands without quotes where nothing else could be meant.
fn key(out: &mut String, key: &str) {
    const AMBIGUOUS: [&str; 8] = ["y", "n", "t", "f", "inf", "nan", "infinity", "~"];
    let last = key.chars().count().saturating_sub(1);
    let is_plain = key.chars().enumerate().all(|(index, letter)| {
        letter.is_alphanumeric() || letter == '_' || (index > 0 && index < last && "-./".contains(letter))
    });
    let lower = key.to_ascii_lowercase();
    let is_text = matches!(resolve(key), Scalar::Text) && !AMBIGUOUS.contains(&lower.as_str());
    if is_plain && is_text && !key.is_empty() {
        out.push_str(key);
        return;
    }
    out.push('"');
    for letter in key.chars() {
        match letter {
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            other => escaped(out, other),
        }
    }
    out.push('"');
}

/// A text in double quotes; one of several lines has a line for each, below each other.
fn quoted(out: &mut String, text: &str, level: usize) {
    out.push('"');
    let is_long = text.contains('\n');
    if is_long {
        out.push_str(FOLD);
    }
    for letter in text.chars() {
        if is_long && out.ends_with('\n') {
            indent(out, level);
            // Leading blanks must be told from the indentation.
            out.push(if letter.is_whitespace() && letter != '\n' { '\\' } else { ' ' });
        }
        match letter {
            '\n' => out.push_str("\\n\\\n"),
            '\t' => out.push('\t'),
            other => escaped(out, other),
        }
    }
    if is_long {
        if !out.ends_with('\n') {
            out.push_str(FOLD);
        }
        indent(out, level);
    }
    out.push('"');
}

fn escaped(out: &mut String, letter: char) {
    match letter {
        '"' | '\\' => out.extend(['\\', letter]),
        '\u{7}' => out.push_str("\\a"),
        '\u{8}' => out.push_str("\\b"),
        '\u{c}' => out.push_str("\\f"),
        '\r' => out.push_str("\\r"),
        '\u{b}' => out.push_str("\\v"),
        '\0' => out.push_str("\\0"),
        '\u{1b}' => out.push_str("\\e"),
        '\u{85}' => out.push_str("\\N"),
        '\u{a0}' => out.push_str("\\_"),
        '\u{2028}' => out.push_str("\\L"),
        '\u{2029}' => out.push_str("\\P"),
        _ if letter < ' ' || letter == '\u{7f}' => {
            write!(out, "\\x{:02x}", u32::from(letter)).unwrap_or_default();
        }
        _ if letter.is_control() => write!(out, "\\u{:04x}", u32::from(letter)).unwrap_or_default(),
        _ => out.push(letter),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Order, kyaml};

    #[test]
    fn values_are_written_with_braces_and_quotes() {
        let value = json!({
            "apiVersion": "v1",
            "empty": {"list": [], "map": {}},
            "labels": {"app.kubernetes.io/name": "x", "no": "y", "1": true, "a b": null},
            "names": ["a", "b"],
            "ports": [{"port": 80}, {"port": 81}],
            "text": "one\n  two\n",
        });
        let expected = "---\n{\n  apiVersion: \"v1\",\n  empty: {\n    list: [],\n    map: {},\n  },\n  labels: {\n    \
                        \"1\": true,\n    \"a b\": null,\n    app.kubernetes.io/name: \"x\",\n    \"no\": \"y\",\n  },\n  \
                        names: [\n    \"a\",\n    \"b\",\n  ],\n  ports: [{\n    port: 80,\n  }, {\n    port: 81,\n  }],\n  \
                        text: \"\\\n     one\\n\\\n    \\  two\\n\\\n    \",\n}\n";
        assert_eq!(kyaml(Order::Sorted, &value), expected);
        let map = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {}});
        let expected = "---\n{\n  kind: \"ConfigMap\",\n  apiVersion: \"v1\",\n  metadata: {},\n}\n";
        assert_eq!(kyaml(Order::Object, &map), expected);
    }
}
