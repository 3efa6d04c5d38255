//! Writes an object as Go does: structs even when empty, and null for lists, maps and times that are absent.
//!
//! Models the `omitempty` and `omitzero` rules of encoding/json over the types of Kubernetes v1.36.
//! Left out: fields that the kind does not have; they are dropped.

use super::decode::omitted;
use super::{Field, Struct, Type, root, struct_named};
use crate::api::codec::map_of;
use serde_json::{Map, Value};

/// Writes an object of a kind as the server would; `None` when the kind is not served.
pub fn encode(value: &Value, api_version: &str, kind: &str) -> Option<Value> {
    root(api_version, kind).map(|found| object(value, found))
}

/// Writes a part of an object, such as a `PodTemplateSpec`; `None` when there is no such struct.
pub fn encode_struct(value: &Value, name: &str) -> Option<Value> {
    struct_named(name).map(|found| object(value, found))
}

fn object(value: &Value, found: &Struct) -> Value {
    let mut out = Map::new();
    for field in &found.fields {
        let present = value.get(field.name).filter(|value| !value.is_null());
        if let Some(written) = member(present, field) {
            out.insert(field.name.to_owned(), written);
        }
    }
    Value::Object(out)
}

fn member(present: Option<&Value>, field: &Field) -> Option<Value> {
    if present.is_none() && field.omit_zero {
        return None;
    }
    let written = match present {
        Some(value) => any(value, &field.ty),
        None => absent(&field.ty),
    };
    // Go's omitempty never drops a struct, so a time that is not set is still written, as null.
    let is_struct = !matches!(field.ty, Type::Pointer(_))
        && matches!(
            field.ty.resolve(),
            Type::Named(_) | Type::Raw | Type::Quantity | Type::IntOrString | Type::Time | Type::MicroTime
        );
    let dropped = field.omit_empty && !is_struct && (present.is_none() || omitted(field, &written));
    (!dropped).then_some(written)
}

fn any(value: &Value, ty: &Type) -> Value {
    match (ty.resolve(), value) {
        (_, Value::Null) => absent(ty),
        (Type::Slice(element), Value::Array(items)) => items.iter().map(|item| any(item, element)).collect(),
        (Type::Map(_, element), Value::Object(entries)) => {
            Value::Object(map_of(entries.iter().map(|(key, item)| (key.clone(), any(item, element)))))
        }
        (Type::Named(_), Value::Object(_)) => match ty.structure() {
            Some(found) => object(value, found),
            None => value.clone(),
        },
        _ => value.clone(),
    }
}

/// What Go writes for a field that was never set.
fn absent(ty: &Type) -> Value {
    if matches!(ty, Type::Pointer(_)) {
        return Value::Null;
    }
    match ty.resolve() {
        Type::String => Value::from(""),
        Type::Bool => Value::from(false),
        Type::Int32 | Type::Int64 | Type::IntOrString => Value::from(0),
        Type::Quantity => Value::from("0"),
        Type::Named(_) => ty.structure().map_or(Value::Null, |found| object(&Value::Null, found)),
        _ => Value::Null,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::schema::decode;
    use serde_json::json;

    /// The name suffix of a ControllerRevision: FNV-1 over its content, then the alphabet without vowels.
    fn revision_hash(content: &str) -> String {
        let hash = content
            .bytes()
            .fold(0x811c_9dc5_u32, |hash, byte| hash.wrapping_mul(0x0100_0193) ^ u32::from(byte));
        let alphabet = b"bcdfghjklmnpqrstvwxz2456789";
        hash.to_string()
            .bytes()
            .map(|digit| char::from(alphabet[usize::from(digit) % alphabet.len()]))
            .collect()
    }

    #[test]
    fn a_template_is_written_as_its_recorded_revision_was() {
        // What has to be in the content for the recorded name web-847b47bbbc: `resources: {}` (a struct is
        // never left out), `securityContext: {}` (defaulting sets the pointer), no `creationTimestamp`
        // (omitzero drops it since v1.34), and `$patch: replace` in the template itself.
        let template = json!({
            "metadata": {"labels": {"app": "nginx"}},
            "spec": {
                "containers": [{
                    "name": "nginx", "image": "registry.k8s.io/nginx-slim:0.8", "imagePullPolicy": "IfNotPresent",
                    "ports": [{"containerPort": 80, "name": "web", "protocol": "TCP"}],
                    "terminationMessagePath": "/dev/termination-log", "terminationMessagePolicy": "File",
                    "volumeMounts": [{"name": "www", "mountPath": "/usr/share/nginx/html"}],
                }],
                "dnsPolicy": "ClusterFirst", "restartPolicy": "Always", "schedulerName": "default-scheduler",
                "securityContext": {}, "terminationGracePeriodSeconds": 30,
            },
        });
        let set = json!({"spec": {"template": template}});
        let decoded = decode(&set, "apps/v1", "StatefulSet").unwrap();
        let mut template = encode_struct(&decoded["spec"]["template"], "PodTemplateSpec").unwrap();
        template["$patch"] = json!("replace");
        let content = json!({"spec": {"template": template}}).to_string();
        assert_eq!(revision_hash(&format!("{content}0")), "847b47bbbc", "{content}");
    }

    #[test]
    fn writes_empty_structs_and_absent_lists() {
        for (api_version, kind, from, to) in [
            ("v1", "Pod", json!({}), json!({"metadata": {}, "spec": {"containers": null}, "status": {}})),
            (
                "v1",
                "Service",
                json!({"spec": {"ports": [{"port": 80}]}}),
                json!({"metadata": {}, "spec": {"ports": [{"port": 80, "targetPort": 0}]}, "status": {"loadBalancer": {}}}),
            ),
            (
                "v1",
                "Event",
                json!({}),
                json!({"metadata": {}, "involvedObject": {}, "source": {}, "firstTimestamp": null, "lastTimestamp": null,
                    "eventTime": null, "reportingComponent": "", "reportingInstance": ""}),
            ),
            ("v1", "ConfigMap", json!({"data": {}, "nonsense": 1}), json!({"metadata": {}})),
        ] {
            assert_eq!(encode(&from, api_version, kind), Some(to), "{kind}");
        }
        let condition = encode_struct(&json!({"type": "Ready", "status": "True"}), "PodCondition");
        let expected =
            json!({"type": "Ready", "status": "True", "lastProbeTime": null, "lastTransitionTime": null});
        assert_eq!(condition, Some(expected));
    }
}
