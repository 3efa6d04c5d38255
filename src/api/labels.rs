//! Label selectors: which objects a selector picks.
//!
//! Models `metav1.LabelSelector`, its matching, `FormatLabelSelector` and `FormatLabels`,
//! staging/src/k8s.io/apimachinery/pkg/apis/meta/v1/helpers.go, pkg/labels/selector.go and labels.go,
//! Kubernetes v1.36.
//! Left out: the text form typed with `-l`, which kubectl parses.

use std::fmt;

use super::LabelMap;
use super::codec::api_struct;
use crate::collections::{sort, sort_by_key};

api_struct! {
    /// A selector as objects carry it: all parts must match.
    #[derive(Clone, Debug, Default, PartialEq)]
    pub struct LabelSelector {
        /// Labels that must have these values.
        pub match_labels: LabelMap [omitempty],
        /// Further requirements.
        pub match_expressions: Vec<Requirement> [omitempty],
    }

    /// One requirement on one key.
    #[derive(Clone, Debug, Default, PartialEq)]
    pub struct Requirement {
        /// The label's name.
        pub key: String,
        /// `In`, `NotIn`, `Exists`, `DoesNotExist`; node selectors know `Gt` and `Lt` too.
        pub operator: String,
        /// The values that the operator speaks of.
        pub values: Vec<String> [omitempty],
    }
}

impl Requirement {
    /// Whether the labels meet this requirement.
    pub fn matches(&self, labels: &LabelMap) -> bool {
        let value = labels.get(&self.key);
        match self.operator.as_str() {
            "In" | "=" | "==" => value.is_some_and(|value| self.values.contains(value)),
            "NotIn" | "!=" => value.is_none_or(|value| !self.values.contains(value)),
            "Exists" => value.is_some(),
            "DoesNotExist" => value.is_none(),
            "Gt" => self.compare(value).is_some_and(|(value, bound)| value > bound),
            "Lt" => self.compare(value).is_some_and(|(value, bound)| value < bound),
            _ => false,
        }
    }

    fn compare(&self, value: Option<&String>) -> Option<(i64, i64)> {
        Some((value?.parse().ok()?, self.values.first()?.parse().ok()?))
    }
}

impl LabelSelector {
    /// Whether it has no requirement; such a selector matches everything.
    pub fn is_empty(&self) -> bool {
        self.match_labels.is_empty() && self.match_expressions.is_empty()
    }

    /// Whether the labels meet every requirement.
    pub fn matches(&self, labels: &LabelMap) -> bool {
        self.match_labels.iter().all(|(key, value)| labels.get(key) == Some(value))
            && self.match_expressions.iter().all(|requirement| requirement.matches(labels))
    }
}

/// As it is typed, with its values in order: `app=nginx`, `tier in (a,b)`.
impl fmt::Display for Requirement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut values: Vec<&str> = self.values.iter().map(String::as_str).collect();
        sort(&mut values);
        let (key, values) = (&self.key, values.join(","));
        match self.operator.as_str() {
            "=" => write!(f, "{key}={values}"),
            "In" => write!(f, "{key} in ({values})"),
            "NotIn" => write!(f, "{key} notin ({values})"),
            "DoesNotExist" => write!(f, "!{key}"),
            _ => f.write_str(key),
        }
    }
}

/// As it is typed, by the keys of its requirements, not by their texts: `app=nginx,tier in (a,b)`.
impl fmt::Display for LabelSelector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut all: Vec<Requirement> = self
            .match_labels
            .iter()
            .map(|(key, value)| Requirement {
                key: key.clone(),
                operator: "=".to_owned(),
                values: vec![value.clone()],
            })
            .chain(self.match_expressions.iter().cloned())
            .collect();
        sort_by_key(&mut all, |requirement| requirement.key.clone());
        let texts: Vec<String> = all.iter().map(ToString::to_string).collect();
        f.write_str(&or_none(&texts))
    }
}

/// All labels as one text, sorted as texts: `app.kubernetes.io/name=web` goes before `app=web`.
pub fn format_labels(labels: &LabelMap) -> String {
    let mut texts: Vec<String> = labels.iter().map(|(key, value)| format!("{key}={value}")).collect();
    sort(&mut texts);
    or_none(&texts)
}

fn or_none(texts: &[String]) -> String {
    if texts.is_empty() { "<none>".to_owned() } else { texts.join(",") }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::codec::from_value;
    use super::*;

    #[test]
    fn requirements_match_as_upstream() {
        let labels: LabelMap =
            [("app", "web"), ("index", "3")].map(|(k, v)| (k.to_owned(), v.to_owned())).into();
        let table = [
            ("app", "In", &["web", "db"][..], true),
            ("app", "NotIn", &["web"], false),
            ("tier", "NotIn", &["web"], true),
            ("app", "Exists", &[], true),
            ("tier", "DoesNotExist", &[], true),
            ("index", "Gt", &["2"], true),
            ("index", "Lt", &["3"], false),
            ("app", "Gt", &["2"], false),
            ("app", "Near", &["web"], false),
        ];
        for (key, operator, values, expected) in table {
            let requirement = Requirement {
                key: key.to_owned(),
                operator: operator.to_owned(),
                values: values.iter().map(|&value| value.to_owned()).collect(),
            };
            assert_eq!(requirement.matches(&labels), expected, "{key} {operator} {values:?}");
        }
        assert!(LabelSelector::default().matches(&labels));
    }

    #[test]
    fn selectors_are_sorted_by_key_and_labels_by_text() {
        let table = [
            (json!({}), "<none>"),
            (
                json!({"matchLabels": {"app.kubernetes.io/name": "mysql", "app": "mysql"}}),
                "app=mysql,app.kubernetes.io/name=mysql",
            ),
            (
                json!({
                    "matchLabels": {"app": "z"},
                    "matchExpressions": [
                        {"key": "zone", "operator": "In", "values": ["b", "a"]},
                        {"key": "tier", "operator": "NotIn", "values": ["x"]},
                        {"key": "canary", "operator": "DoesNotExist"},
                        {"key": "disk", "operator": "Exists"},
                    ],
                }),
                "app=z,!canary,disk,tier notin (x),zone in (a,b)",
            ),
        ];
        for (selector, expected) in table {
            let selector: LabelSelector = from_value(selector).unwrap();
            assert_eq!(selector.to_string(), expected);
        }
        let labels = [("app", "mysql"), ("app.kubernetes.io/name", "mysql")];
        let labels = labels.map(|(key, value)| (key.to_owned(), value.to_owned())).into();
        assert_eq!(format_labels(&labels), "app.kubernetes.io/name=mysql,app=mysql");
        assert_eq!(format_labels(&LabelMap::default()), "<none>");
    }
}
