//! Lines that descriptions of several kinds share: labels, annotations, tolerations, dates.
//!
//! Models `printLabelsMultiline`, `printAnnotationsMultiline` and `printTolerationsMultilineWithIndent`,
//! staging/src/k8s.io/kubectl/pkg/describe/describe.go, Kubernetes v1.36.

use serde_json::Value;

use crate::api::codec::from_value;
use crate::api::labels::LabelSelector;
use crate::api::{LabelMap, Timestamp};
use crate::collections::sort_by_key;
use crate::kubectl::output::prefix_writer::PrefixWriter;

/// The longest annotation that stands on its key's line.
const ANNOTATION_CHARS_MAX: usize = 140;
/// kubectl's own note, which it never shows.
const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";

/// The value at a path of fields.
pub(super) fn at<'a>(value: &'a Value, path: &[&str]) -> Option<&'a Value> {
    path.iter().try_fold(value, |value, key| value.get(*key)).filter(|value| !value.is_null())
}

/// The text at a path of fields; numbers and booleans as they are written, empty when there is none.
pub(super) fn text(value: &Value, path: &[&str]) -> String {
    match at(value, path) {
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
        None => String::new(),
    }
}

/// The number at a path of fields; 0 where there is none.
pub(super) fn number(value: &Value, path: &[&str]) -> String {
    at(value, path).map_or_else(|| "0".to_owned(), Value::to_string)
}

/// The items of the list at a path of fields.
pub(super) fn items<'a>(value: &'a Value, path: &[&str]) -> &'a [Value] {
    at(value, path).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// The entries of the map at a path of fields, by key.
pub(super) fn entries(value: &Value, path: &[&str]) -> LabelMap {
    let map = at(value, path).and_then(Value::as_object);
    map.into_iter().flatten().map(|(key, value)| (key.clone(), text(value, &[]))).collect()
}

/// The items as text, joined.
pub(super) fn joined(value: &Value, path: &[&str], separator: &str) -> String {
    items(value, path).iter().map(|item| text(item, &[])).collect::<Vec<_>>().join(separator)
}

/// A moment as RFC 1123 writes it.
pub(super) fn date(text: &str) -> String {
    Timestamp::parse(text).map_or_else(|| "Mon, 01 Jan 0001 00:00:00 +0000".to_owned(), Timestamp::rfc1123)
}

/// `Title:  key=value`, one line for each.
pub(super) fn labels(w: &mut PrefixWriter, title: &str, labels: &LabelMap) {
    labels_indented(w, "", title, labels);
}

/// The same at an indentation.
pub(super) fn labels_indented(w: &mut PrefixWriter, indent: &str, title: &str, labels: &LabelMap) {
    w.write(0, &format!("{indent}{title}:\t"));
    if labels.is_empty() {
        w.write_line(0, "<none>");
    }
    for (index, (key, value)) in labels.iter().enumerate() {
        let start = if index == 0 { String::new() } else { format!("{indent}\t") };
        w.write_line(0, &format!("{start}{key}={value}"));
    }
}

/// `Title:  key: value`, one line for each; long ones below their key.
pub(super) fn annotations(w: &mut PrefixWriter, title: &str, annotations: &LabelMap) {
    w.write(0, &format!("{title}:\t"));
    let shown: Vec<_> = annotations.iter().filter(|(key, _)| *key != LAST_APPLIED).collect();
    if shown.is_empty() {
        w.write_line(0, "<none>");
    }
    for (index, (key, value)) in shown.into_iter().enumerate() {
        let start = if index == 0 { "" } else { "\t" };
        let value = value.strip_suffix('\n').unwrap_or(value);
        if value.len() + key.len() + 2 <= ANNOTATION_CHARS_MAX && !value.contains('\n') {
            w.write_line(0, &format!("{start}{key}: {value}"));
            continue;
        }
        w.write_line(0, &format!("{start}{key}:"));
        for line in value.split('\n') {
            w.write_line(0, &format!("\t  {}", shorten(line, ANNOTATION_CHARS_MAX - 2)));
        }
    }
}

fn shorten(line: &str, chars_max: usize) -> String {
    if line.len() <= chars_max {
        return line.to_owned();
    }
    let short: String = line.chars().take(chars_max).collect();
    format!("{short}...")
}

/// One line for each toleration, by key.
pub(super) fn tolerations(w: &mut PrefixWriter, title: &str, tolerations: &[Value]) {
    w.write(0, &format!("{title}:\t"));
    if tolerations.is_empty() {
        w.write_line(0, "<none>");
    }
    let mut sorted: Vec<&Value> = tolerations.iter().collect();
    sort_by_key(&mut sorted, |toleration| text(toleration, &["key"]));
    for (index, toleration) in sorted.into_iter().enumerate() {
        let (key, value) = (text(toleration, &["key"]), text(toleration, &["value"]));
        let effect = text(toleration, &["effect"]);
        let mut line = if index == 0 { key.clone() } else { format!("\t{key}") };
        if !value.is_empty() {
            line.push_str(&format!("={value}"));
        }
        if !effect.is_empty() {
            line.push_str(&format!(":{effect}"));
        }
        if text(toleration, &["operator"]) == "Exists" && value.is_empty() {
            line.push_str(if key.is_empty() && effect.is_empty() { "op=Exists" } else { " op=Exists" });
        }
        if let Some(seconds) = at(toleration, &["tolerationSeconds"]) {
            line.push_str(&format!(" for {seconds}s"));
        }
        w.write_line(0, &line);
    }
}

/// How pods are to be spread, by the label of the nodes.
pub(super) fn spread_constraints(w: &mut PrefixWriter, indent: &str, constraints: &[Value]) {
    let mut sorted: Vec<&Value> = constraints.iter().collect();
    sort_by_key(&mut sorted, |constraint| text(constraint, &["topologyKey"]));
    for (index, constraint) in sorted.into_iter().enumerate() {
        let field = |name: &str| text(constraint, &[name]);
        let selector = at(constraint, &["labelSelector"])
            .and_then(|selector| from_value::<LabelSelector>(selector.clone()).ok())
            .map_or_else(String::new, |selector| format!(" for selector {selector}"));
        let title = if index == 0 { "Topology Spread Constraints:" } else { "" };
        w.write_line(
            0,
            &format!(
                "{indent}{title}\t{}:{} when max skew {} is exceeded{selector}",
                field("topologyKey"),
                field("whenUnsatisfiable"),
                field("maxSkew"),
            ),
        );
    }
}

/// The profile that filters system calls.
pub(super) fn seccomp(w: &mut PrefixWriter, level: usize, of: &Value) {
    let Some(profile) = at(of, &["securityContext", "seccompProfile"]) else {
        return;
    };
    line(w, level, "SeccompProfile", &text(profile, &["type"]));
    if text(profile, &["type"]) == "Localhost" {
        let level = if level == 0 { 0 } else { level + 1 };
        line(w, level, "LocalhostProfile", &text(profile, &["localhostProfile"]));
    }
}

/// `Title:  value`.
pub(super) fn line(w: &mut PrefixWriter, level: usize, title: &str, value: &str) {
    w.write_line(level, &format!("{title}:\t{value}"));
}
