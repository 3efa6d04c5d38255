//! The description of kinds that have none of their own: all fields, one below the other.
//!
//! Models `GenericDescriber`, staging/src/k8s.io/kubectl/pkg/describe/describe.go, Kubernetes v1.36, and
//! the short descriptions of maps, secrets, accounts and namespaces.

use serde_json::Value;

use super::lines::{annotations, date, entries, items, labels, line, text};
use crate::api::ObjectMeta;
use crate::collections::sort_by_key;
use crate::kubectl::output::prefix_writer::PrefixWriter;

fn head(w: &mut PrefixWriter, meta: &ObjectMeta) {
    line(w, 0, "Name", &meta.name);
    line(w, 0, "Namespace", &meta.namespace);
    labels(w, "Labels", &meta.labels);
    annotations(w, "Annotations", &meta.annotations);
}

/// A namespace.
pub(super) fn namespace(w: &mut PrefixWriter, meta: &ObjectMeta, value: &Value) {
    line(w, 0, "Name", &meta.name);
    labels(w, "Labels", &meta.labels);
    annotations(w, "Annotations", &meta.annotations);
    line(w, 0, "Status", &text(value, &["status", "phase"]));
    let conditions = items(value, &["status", "conditions"]);
    if !conditions.is_empty() {
        w.write_line(0, "Conditions:");
        w.write_line(1, "Type\tStatus\tLastTransitionTime\tReason\tMessage");
        w.write_line(1, "----\t------\t------------------\t------\t-------");
    }
    for condition in conditions {
        let field = |name: &str| text(condition, &[name]);
        let (type_, status, reason) = (field("type"), field("status"), field("reason"));
        let moved = date(&field("lastTransitionTime"));
        w.write_line(1, &format!("{type_}\t{status}\t{moved}\t{reason}\t{}", field("message")));
    }
    w.write_line(0, "\nNo resource quota.\n\nNo LimitRange resource.");
}

/// A config map: its texts in full.
pub(super) fn config_map(w: &mut PrefixWriter, meta: &ObjectMeta, value: &Value) {
    head(w, meta);
    w.write_line(0, "\nData\n====");
    for (key, text) in entries(value, &["data"]) {
        w.write_line(0, &format!("{key}:\n----\n{text}\n"));
    }
    w.write_line(0, "\nBinaryData\n====");
    for (key, text) in entries(value, &["binaryData"]) {
        w.write_line(0, &format!("{key}: {} bytes", decoded_len(&text)));
    }
    w.write_line(0, "");
}

/// A secret: only how long its values are.
pub(super) fn secret(w: &mut PrefixWriter, meta: &ObjectMeta, value: &Value) {
    head(w, meta);
    line(w, 0, "\nType", &text(value, &["type"]));
    w.write_line(0, "\nData\n====");
    for (key, text) in entries(value, &["data"]) {
        line(w, 0, &key, &format!("{} bytes", decoded_len(&text)));
    }
}

fn decoded_len(base64: &str) -> usize {
    base64.trim_end_matches('=').len() * 3 / 4
}

/// A service account: the secrets for pulling images.
pub(super) fn service_account(w: &mut PrefixWriter, meta: &ObjectMeta, value: &Value) {
    head(w, meta);
    let secrets = items(value, &["imagePullSecrets"]);
    if secrets.is_empty() {
        w.write_line(0, "Image pull secrets:\t<none>");
    }
    for (index, secret) in secrets.iter().enumerate() {
        let start = if index == 0 { "Image pull secrets:" } else { "                   " };
        w.write_line(0, &format!("{start}\t{}", text(secret, &["name"])));
    }
}

/// Any other kind: the fields as the server writes them, by name.
pub(super) fn other(w: &mut PrefixWriter, meta: &ObjectMeta, value: &Value) {
    const SHOWN_ABOVE: [&str; 4] = ["name", "namespace", "labels", "annotations"];
    head(w, meta);
    let mut value = value.clone();
    if let Some(Value::Object(metadata)) = value.get_mut("metadata") {
        metadata.retain(|key, _| !SHOWN_ABOVE.contains(&key.as_str()));
    }
    fields(w, 0, &value);
}

fn fields(w: &mut PrefixWriter, level: usize, value: &Value) {
    let Value::Object(all) = value else {
        return w.write_line(level, &printed(value));
    };
    let mut sorted: Vec<(&String, &Value)> = all.iter().collect();
    sort_by_key(&mut sorted, |(key, _)| *key);
    for (key, value) in sorted {
        let title = title(key);
        match value {
            Value::Object(_) => {
                w.write_line(level, &format!("{title}:"));
                fields(w, level + 1, value);
            }
            Value::Array(items) => {
                w.write_line(level, &format!("{title}:"));
                for item in items {
                    fields(w, level + 1, item);
                }
            }
            scalar => line(w, level, &title, &printed(scalar)),
        }
    }
}

fn printed(value: &Value) -> String {
    if value.is_null() { "<nil>".to_owned() } else { text(value, &[]) }
}

/// `creationTimestamp` → `Creation Timestamp`, `uid` → `UID` (`smartLabelFor`).
fn title(field: &str) -> String {
    const ACRONYMS: [&str; 4] = ["API", "URL", "UID", "GUID"];
    if field.chars().any(|letter| !letter.is_alphabetic() && letter != '-') {
        return field.to_owned();
    }
    let words = words(field);
    let is_upper = |word: &str| word.chars().all(|letter| !letter.is_alphabetic() || letter.is_uppercase());
    let mut merged: Vec<String> = Vec::new();
    let mut rest = words.iter().peekable();
    while let Some(word) = rest.next() {
        // `DNSPolicy` stays one word.
        let next_is_upper = rest.peek().is_some_and(|next| next.starts_with(char::is_uppercase));
        let joined = if word.len() >= 2 && is_upper(word) && next_is_upper { rest.next() } else { None };
        merged.push(format!("{word}{}", joined.map_or("", String::as_str)));
    }
    for word in &mut merged {
        if ACRONYMS.contains(&word.to_ascii_uppercase().as_str()) {
            word.make_ascii_uppercase();
        } else if !word.chars().any(char::is_uppercase)
            && let Some(first) = word.get_mut(..1)
        {
            first.make_ascii_uppercase();
        }
    }
    merged.join(" ")
}

/// The words of a name in camel case: `podIPs` is `pod`, `I`, `Ps`.
fn words(field: &str) -> Vec<String> {
    let class = |letter: char| (letter.is_lowercase(), letter.is_uppercase());
    let mut words: Vec<String> = Vec::new();
    for letter in field.chars() {
        let previous = words.last().and_then(|word| word.chars().next_back());
        match words.last_mut() {
            Some(word) if previous.map(class) == Some(class(letter)) => word.push(letter),
            Some(word) if letter.is_lowercase() && previous.is_some_and(char::is_uppercase) => {
                let capital = word.pop().unwrap_or_default();
                if word.is_empty() {
                    words.pop();
                }
                words.push(format!("{capital}{letter}"));
            }
            _ => words.push(letter.to_string()),
        }
    }
    words
}

#[cfg(test)]
mod tests {
    #[test]
    fn titles_are_kubectls() {
        for (field, expected) in [
            ("creationTimestamp", "Creation Timestamp"),
            ("apiVersion", "API Version"),
            ("uid", "UID"),
            ("kind", "Kind"),
            ("podIPs", "Pod I Ps"),
            ("dnsPolicy", "Dns Policy"),
            ("hostIP", "Host IP"),
            ("DNSPolicy", "DNSPolicy"),
            ("externalURL", "External URL"),
            ("app-name", "App - Name"),
            ("$patch", "$patch"),
            ("kubernetes.io/x", "kubernetes.io/x"),
            ("x1", "x1"),
            ("", ""),
        ] {
            assert_eq!(super::title(field), expected);
        }
    }
}
