//! From a request's body to an object: strict decoding and defaults for what people wrote.
//!
//! Models the decoding of staging/src/k8s.io/apiserver/pkg/endpoints/handlers/create.go with field validation
//! `Strict`, which kubectl asks for, Kubernetes v1.36. Left out: conversion between versions.

use std::rc::Rc;

use serde_json::Value;

use super::validation::Author;
use super::{Body, StatusError, defaults, fields};
use crate::api::codec::to_value;
use crate::api::pod::PodSpec;
use crate::api::shared::Shared;
use crate::api::{Kind, Object, schema};

/// The object in a body, complete and in the request's namespace, and who wrote it.
pub(super) fn object_of(kind: Kind, namespace: &str, body: Body) -> Result<(Object, Author), StatusError> {
    let (mut object, author) = match body {
        Body::Typed(object) => (object, Author::Component),
        Body::Manifest(value) => read(kind, &value)?,
    };
    if object.kind() != kind {
        let (have, want) = (object.kind().resource().kind, kind.resource().kind);
        return Err(StatusError::bad_request(format!("{have} cannot be handled as a {want}")));
    }
    let given = object.meta().namespace.as_str();
    if given != namespace {
        if !given.is_empty() && kind.is_namespaced() {
            return Err(StatusError::bad_request(
                "the namespace of the provided object does not match the namespace sent on the request",
            ));
        }
        namespace.clone_into(&mut object.meta_mut().namespace);
    }
    Ok((object, author))
}

/// The pod spec that was completed last, as it came and as it became: pods of one template follow each other,
/// and have one spec.
#[derive(Clone, Debug, Default)]
pub(super) struct LastCompleted(Option<(Shared<PodSpec>, Shared<PodSpec>)>);

impl LastCompleted {
    /// A new pod with what a pod has by default and its template has not, such as requests from limits.
    pub(super) fn with_defaults(&mut self, body: Body) -> Body {
        let Body::Typed(Object::Pod(mut pod)) = body else {
            return body;
        };
        if let Some((before, after)) = &self.0
            && *before == pod.spec
        {
            Rc::make_mut(&mut pod).spec = after.clone();
            return Body::Typed(Object::Pod(pod));
        }
        let before = pod.spec.clone();
        let mut value = to_value(&*pod);
        defaults::apply(Kind::Pod, &mut value);
        let Ok(Object::Pod(complete)) = Object::from_value(Kind::Pod, value) else {
            return Body::Typed(Object::Pod(pod));
        };
        self.0 = Some((before, complete.spec.clone()));
        Body::Typed(Object::Pod(complete))
    }
}

/// Decodes strictly.
fn read(kind: Kind, value: &Value) -> Result<(Object, Author), StatusError> {
    let (version, name) = (kind.api_version(), kind.resource().kind);
    let decoded = schema::decode(value, &version, name)
        .map_err(|error| StatusError::bad_request(error.cannot_be_handled(&version, name, name)))?;
    complete(kind, decoded)
}

/// Fills in the defaults of a decoded value and makes an object of it.
pub(super) fn complete(kind: Kind, mut decoded: Value) -> Result<(Object, Author), StatusError> {
    let without_selector = fields::at(&decoded, &["spec", "selector"]).is_null();
    if kind == Kind::Secret {
        merge_string_data(&mut decoded);
    }
    defaults::apply(kind, &mut decoded);
    let object =
        Object::from_value(kind, decoded).map_err(|error| StatusError::bad_request(error.to_string()))?;
    Ok((object, Author::Person { without_selector }))
}

/// Plain text in a Secret goes where the encoded is.
fn merge_string_data(secret: &mut Value) {
    let Value::Object(fields) = secret else {
        return;
    };
    let Some(Value::Object(plain)) = fields.remove("stringData") else {
        return;
    };
    let data = fields::made_under(fields, "data");
    if let Some(data) = data {
        for (key, value) in plain {
            let bytes = value.as_str().unwrap_or_default().as_bytes();
            data.insert(key, base64(bytes).into());
        }
    }
}

fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let byte = |index: usize| u32::from(chunk.get(index).copied().unwrap_or_default());
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for place in 0..4 {
            let index = usize::try_from(bits >> (18 - 6 * place) & 63).unwrap_or_default();
            let letter = ALPHABET.get(index).copied().unwrap_or_default();
            text.push(if place <= chunk.len() { char::from(letter) } else { '=' });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::api::codec::from_value;
    use crate::api::pod::Pod;

    #[test]
    fn encodes_base64() {
        for (plain, encoded) in
            [("", ""), ("a", "YQ=="), ("ab", "YWI="), ("abc", "YWJj"), ("hello", "aGVsbG8=")]
        {
            assert_eq!(base64(plain.as_bytes()), encoded);
        }
    }

    fn pod(name: &str, cpu: &str) -> Pod {
        let container =
            json!({"name": "web", "image": "nginx", "resources": {"limits": {"cpu": cpu}, "requests": {}}});
        from_value(json!({"metadata": {"name": name}, "spec": {"containers": [container]}})).unwrap()
    }

    fn completed(last: &mut LastCompleted, pod: Pod) -> Value {
        match last.with_defaults(Body::Typed(Object::Pod(Rc::new(pod)))) {
            Body::Typed(object) => object.to_value(),
            Body::Manifest(value) => value,
        }
    }

    #[test]
    fn what_was_completed_before_changes_nothing() {
        let mut last = LastCompleted::default();
        for (name, cpu) in [("a", "1"), ("b", "1"), ("c", "2"), ("d", "2"), ("e", "1"), ("a", "1")] {
            let after_others = completed(&mut last, pod(name, cpu));
            assert_eq!(
                after_others,
                completed(&mut LastCompleted::default(), pod(name, cpu)),
                "{name} {cpu}"
            );
            assert_eq!(after_others["metadata"]["name"], name);
            assert_eq!(after_others["spec"]["containers"][0]["resources"]["requests"]["cpu"], cpu);
            assert_eq!(after_others["spec"]["restartPolicy"], "Always");
        }
    }
}
