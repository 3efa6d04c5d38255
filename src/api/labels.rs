//! Label selectors: which objects a selector picks.
//!
//! Models `metav1.LabelSelector`, its matching and `FormatLabelSelector`,
//! staging/src/k8s.io/apimachinery/pkg/apis/meta/v1/helpers.go and pkg/labels/selector.go, Kubernetes v1.36.
//! Left out: the text form typed with `-l`, which kubectl parses.

use std::fmt;

use super::LabelMap;
use super::codec::api_struct;
use crate::collections::sort;

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

/// As it is typed, sorted by key: `app=nginx,tier in (a,b)`.
impl fmt::Display for LabelSelector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut parts: Vec<String> =
            self.match_labels.iter().map(|(key, value)| format!("{key}={value}")).collect();
        parts.extend(self.match_expressions.iter().map(|requirement| {
            let (key, values) = (&requirement.key, requirement.values.join(","));
            match requirement.operator.as_str() {
                "In" => format!("{key} in ({values})"),
                "NotIn" => format!("{key} notin ({values})"),
                "DoesNotExist" => format!("!{key}"),
                _ => key.clone(),
            }
        }));
        sort(&mut parts);
        f.write_str(if parts.is_empty() { "<none>".to_owned() } else { parts.join(",") }.as_str())
    }
}

#[cfg(test)]
mod tests {
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
}
