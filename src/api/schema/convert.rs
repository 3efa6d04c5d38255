//! Reads a patched object into the shape of its kind; the complaints differ from those about a manifest.
//!
//! Models `FromUnstructuredWithValidation`, staging/src/k8s.io/apimachinery/pkg/runtime/converter.go,
//! Kubernetes v1.36. Left out: the arbitrary order in which Go visits a map's keys; here it is the
//! alphabet's.

use super::decode::{DecodeError, decode_lenient, root_type};
use super::go::{canonical_base64, json_word, number_text};
use super::{Struct, Type, go_time};
use crate::api::quantity::Quantity;
use crate::collections::sort;
use serde_json::{Map, Value};

/// Reads the outcome of a strategic merge patch into the same form as [`mod@super::decode`], drops unknown
/// fields, and tells which.
pub fn convert_with_warnings(
    value: &Value,
    api_version: &str,
    kind: &str,
) -> Result<(Value, Vec<String>), DecodeError> {
    let ty = root_type(api_version, kind)?;
    let mut converter = Converter::default();
    converter.value(value, &ty).map_err(DecodeError::Malformed)?;
    sort(&mut converter.unknown);
    Ok((decode_lenient(value, api_version, kind)?, converter.unknown))
}

#[derive(Default)]
struct Converter {
    path: String,
    unknown: Vec<String>,
}

impl Converter {
    fn value(&mut self, value: &Value, ty: &Type) -> Result<(), String> {
        if value.is_null() {
            return Ok(());
        }
        let ty = if let Type::Pointer(inner) = ty { inner } else { ty };
        match (ty.resolve(), value) {
            (Type::String | Type::Bool | Type::Int32 | Type::Int64, _) => simple(value, ty),
            (Type::Quantity, _) => {
                let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                Quantity::parse(text.trim()).map(|_| ()).map_err(|error| error.to_string())
            }
            (Type::Raw, _) | (Type::IntOrString, Value::String(_)) => Ok(()),
            (Type::IntOrString, Value::Number(number)) => {
                let fits = super::go::integer(number).is_some_and(|whole| i32::try_from(whole).is_ok());
                if fits { Ok(()) } else { Err(mismatch(&format!("number {}", number_text(number)), "int32")) }
            }
            (Type::IntOrString, _) => Err(mismatch(json_word(value), "int32")),
            (time @ (Type::Time | Type::MicroTime), _) => match value {
                Value::String(text) => go_time::canonical(text, *time == Type::MicroTime).map(|_| ()),
                _ => Err(mismatch(json_word(value), "string")),
            },
            (Type::Bytes, Value::String(text)) => canonical_base64(text)
                .map(|_| ())
                .map_err(|error| format!("error decoding from json: {error}")),
            (Type::Slice(element), Value::Array(items)) => self.list(items, element),
            (Type::Map(_, element), Value::Object(entries)) => {
                entries.values().try_for_each(|item| self.value(item, element))
            }
            (Type::Slice(_) | Type::Bytes, _) => Err(format!("cannot restore slice from {}", go_kind(value))),
            (Type::Map(..), _) => Err(format!("cannot restore map from {}", go_kind(value))),
            (_, Value::Object(entries)) => ty.structure().map_or(Ok(()), |found| self.object(entries, found)),
            _ => Err(format!("cannot restore struct from: {}", go_kind(value))),
        }
    }

    fn list(&mut self, items: &[Value], element: &Type) -> Result<(), String> {
        for (index, item) in items.iter().enumerate() {
            let depth = self.path.len();
            self.path.extend(["[", &index.to_string(), "]"]);
            self.value(item, element)?;
            self.path.truncate(depth);
        }
        Ok(())
    }

    fn object(&mut self, entries: &Map<String, Value>, found: &Struct) -> Result<(), String> {
        let depth = self.path.len();
        let dot = if depth > 0 { "." } else { "" };
        for field in &found.fields {
            if let Some(item) = entries.get(field.name) {
                self.path.push_str(dot);
                self.path.push_str(field.name);
                self.value(item, &field.ty)?;
                self.path.truncate(depth);
            }
        }
        let path = &self.path;
        let unknown = entries.keys().filter(|key| found.field(key).is_none());
        self.unknown.extend(unknown.map(|key| format!("unknown field \"{path}{dot}{key}\"")));
        Ok(())
    }
}

/// Strings, booleans and integers: Go converts between integers and whole floats only.
fn simple(value: &Value, ty: &Type) -> Result<(), String> {
    let target = ty.resolve();
    let is_integer = matches!(target, Type::Int32 | Type::Int64);
    match (value, target) {
        (Value::String(_), Type::String) | (Value::Bool(_), Type::Bool) => Ok(()),
        (Value::Number(number), _) if is_integer && super::go::integer(number).is_some() => Ok(()),
        // Go can turn a number into a string of one character, and refuses that more precisely.
        (Value::Number(number), Type::String) if !number.is_f64() => {
            Err(format!("cannot convert int64 to {}", ty.go_name()))
        }
        (Value::Number(_), _) if is_integer => Err(format!("cannot convert float64 to {}", ty.go_name())),
        _ => Err(format!("unrecognized type: {}", target.go_name())),
    }
}

fn mismatch(word: &str, go_type: &str) -> String {
    format!("json: cannot unmarshal {word} into Go value of type {go_type}")
}

/// What Go's reflection calls a JSON value.
fn go_kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "invalid",
        Value::Bool(_) => "bool",
        Value::Number(number) if number.is_f64() => "float64",
        Value::Number(_) => "int64",
        Value::String(_) => "string",
        Value::Array(_) => "slice",
        Value::Object(_) => "map",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn complains_as_the_converter_does() {
        let table = r#"
            {spec: {replicas: x}} => unrecognized type: int32
            {spec: {replicas: 1.5}} => cannot convert float64 to int32
            {spec: {serviceName: 5}} => cannot convert int64 to string
            {spec: {podManagementPolicy: 5}} => cannot convert int64 to v1.PodManagementPolicyType
            {spec: {podManagementPolicy: [x]}} => unrecognized type: string
            {spec: x} => cannot restore struct from: string
            {metadata: {labels: 5}} => cannot restore map from int64
            {metadata: {labels: {a: 5}}} => cannot convert int64 to string
            {spec: {volumeClaimTemplates: {}}} => cannot restore slice from map
            {spec: {template: {spec: {overhead: {cpu: 1kk}}}}} => unable to parse quantity's suffix
            {spec: {updateStrategy: {rollingUpdate: {maxUnavailable: true}}}} => json: cannot unmarshal bool into Go value of type int32
            {spec: {b: 1, a: 1}, x: 1} => strict decoding error: unknown field "spec.a", unknown field "spec.b", unknown field "x"
            {spec: {replicas: 4294967297, template: null}} => {"spec":{"replicas":1}}"#;
        for row in table.lines().filter(|row| !row.trim().is_empty()) {
            let (yaml, expected) = row.trim().split_once(" => ").unwrap();
            let value: Value = serde_yaml::from_str(yaml).unwrap();
            let said = match convert_with_warnings(&value, "apps/v1", "StatefulSet") {
                Ok((value, unknown)) if unknown.is_empty() => value.to_string(),
                Ok((_, unknown)) => DecodeError::Strict(unknown).to_string(),
                Err(error) => error.to_string(),
            };
            assert_eq!(said, expected, "{yaml}");
        }
    }
}
