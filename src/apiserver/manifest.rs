//! From a request's body to an object: strict decoding and defaults for what people wrote.
//!
//! Models the decoding of staging/src/k8s.io/apiserver/pkg/endpoints/handlers/create.go with field validation
//! `Strict`, which kubectl asks for, Kubernetes v1.36. Left out: conversion between versions.

use serde_json::Value;

use super::validation::Author;
use super::{Body, StatusError, defaults, fields};
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

/// A new pod with what a pod has by default and its template has not, such as requests from limits.
pub(super) fn with_defaults(body: Body) -> Body {
    let Body::Typed(object @ Object::Pod(_)) = body else {
        return body;
    };
    let mut value = object.to_value();
    defaults::apply(Kind::Pod, &mut value);
    Body::Typed(Object::from_value(Kind::Pod, value).unwrap_or(object))
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
    #[test]
    fn encodes_base64() {
        for (plain, encoded) in
            [("", ""), ("a", "YQ=="), ("ab", "YWI="), ("abc", "YWJj"), ("hello", "aGVsbG8=")]
        {
            assert_eq!(super::base64(plain.as_bytes()), encoded);
        }
    }
}
