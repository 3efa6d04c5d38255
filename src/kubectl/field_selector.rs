//! Reads field selectors as typed with `--field-selector`: `status.phase=Running,spec.nodeName!=node-1`.
//!
//! Models staging/src/k8s.io/apimachinery/pkg/fields/selector.go and the field labels that each kind's
//! strategy in pkg/registry serves, Kubernetes v1.36. Left out: escapes of `\,` and `\=` in values.

use serde_json::Value;

use crate::api::Kind;

use super::quote::quote;

/// One requirement on one field.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Term {
    field: String,
    equal: bool,
    value: String,
}

/// A selector that was read: all terms must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FieldQuery(Vec<Term>);

impl FieldQuery {
    /// Reads a selector for a kind; the empty text picks everything.
    ///
    /// # Errors
    /// The server's own words.
    pub fn parse(text: &str, kind: Kind) -> Result<Self, String> {
        let mut terms = Vec::new();
        for part in text.split(',').filter(|part| !part.is_empty()) {
            let (field, equal, value) = if let Some((field, value)) = part.split_once("!=") {
                (field, false, value)
            } else if let Some((field, value)) = part.split_once("==") {
                (field, true, value)
            } else if let Some((field, value)) = part.split_once('=') {
                (field, true, value)
            } else {
                return Err(format!("invalid selector: '{text}'; can't understand '{part}'"));
            };
            check_field(kind, field)?;
            terms.push(Term { field: field.to_owned(), equal, value: value.to_owned() });
        }
        Ok(Self(terms))
    }

    /// Whether an object, as the server writes it, meets every term.
    pub fn matches(&self, object: &Value) -> bool {
        self.0.iter().all(|term| (field_text(object, &term.field) == term.value) == term.equal)
    }

    /// Whether it picks everything.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

fn field_text(object: &Value, path: &str) -> String {
    if path == "source" {
        let component = field_text(object, "source.component");
        return if component.is_empty() { field_text(object, "reportingComponent") } else { component };
    }
    let mut at = object;
    for part in path.split('.') {
        match at.get(part) {
            Some(next) => at = next,
            // A switch that is not set is off.
            None if matches!(path, "spec.unschedulable" | "spec.hostNetwork") => return "false".to_owned(),
            None => return String::new(),
        }
    }
    match at {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

fn check_field(kind: Kind, field: &str) -> Result<(), String> {
    if matches!(field, "metadata.name" | "metadata.namespace")
        && (kind.is_namespaced() || field == "metadata.name")
    {
        return Ok(());
    }
    let fields: &[&str] = match kind {
        Kind::Pod => &[
            "spec.nodeName",
            "spec.restartPolicy",
            "spec.schedulerName",
            "spec.serviceAccountName",
            "spec.hostNetwork",
            "status.phase",
            "status.podIP",
            "status.podIPs",
            "status.nominatedNodeName",
        ],
        Kind::Node => &["spec.unschedulable"],
        Kind::Namespace => &["status.phase"],
        Kind::Secret => &["type"],
        Kind::Service => &["spec.clusterIP", "spec.type"],
        Kind::Event => &[
            "involvedObject.kind",
            "involvedObject.namespace",
            "involvedObject.name",
            "involvedObject.uid",
            "involvedObject.apiVersion",
            "involvedObject.resourceVersion",
            "involvedObject.fieldPath",
            "reason",
            "reportingComponent",
            "source",
            "type",
        ],
        _ => {
            return Err(format!(
                "{} is not a known field selector: only \"metadata.name\", \"metadata.namespace\"",
                quote(field)
            ));
        }
    };
    if fields.contains(&field) { Ok(()) } else { Err(format!("field label not supported: {field}")) }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::FieldQuery;
    use crate::api::Kind;

    #[test]
    fn fields_pick_as_upstream() {
        let pod = json!({"metadata": {"name": "web-0"}, "status": {"phase": "Running"}, "spec": {}});
        let cases = [
            ("", true),
            ("status.phase=Running", true),
            ("status.phase!=Running", false),
            ("metadata.name==web-0,spec.nodeName=", true),
            ("spec.hostNetwork=false", true),
        ];
        for (text, expected) in cases {
            assert_eq!(FieldQuery::parse(text, Kind::Pod).unwrap().matches(&pod), expected, "{text}");
        }
        for event in [json!({"source": {"component": "kubelet"}}), json!({"reportingComponent": "kubelet"})] {
            assert!(FieldQuery::parse("source=kubelet", Kind::Event).unwrap().matches(&event));
        }
    }

    #[test]
    fn wrong_fields_are_refused_in_the_servers_words() {
        let cases = [
            (Kind::Pod, "foo", "invalid selector: 'foo'; can't understand 'foo'"),
            (Kind::Pod, "spec.foo=1", "field label not supported: spec.foo"),
            (
                Kind::StatefulSet,
                "spec.replicas=1",
                "\"spec.replicas\" is not a known field selector: only \"metadata.name\", \"metadata.namespace\"",
            ),
        ];
        for (kind, text, expected) in cases {
            assert_eq!(FieldQuery::parse(text, kind).unwrap_err(), expected);
        }
    }
}
