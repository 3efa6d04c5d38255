//! Reads a manifest into the shape of its kind, or says what is wrong with it in the server's words.
//!
//! Models the strict decoding of the apiserver: `UnmarshalStrict` of sigs.k8s.io/json and
//! staging/src/k8s.io/apimachinery/pkg/runtime/serializer/json/json.go, Kubernetes v1.36.
//! Left out: duplicate keys, which a parsed value no longer has; numbers in place of a `[]byte`.

use super::go::{canonical_base64, integer, json_word, number_text, quote};
use super::{Field, Struct, Type, bare_name, go_time, root};
use crate::api::quantity::Quantity;
use serde_json::{Map, Value};
use std::fmt;

/// Why a value is not an object of its kind; its `Display` is the server's wording.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DecodeError {
    /// The kind is not in the table.
    NotRegistered {
        /// The API version asked for.
        api_version: String,
        /// The kind asked for.
        kind: String,
    },
    /// A value has the wrong type or cannot be read.
    Malformed(String),
    /// Everything can be read, but there are fields that the kind does not have.
    Strict(Vec<String>),
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotRegistered { api_version, kind } => {
                write!(f, "no kind {} is registered for version {}", quote(kind), quote(api_version))
            }
            Self::Malformed(message) => f.write_str(message),
            Self::Strict(errors) => write!(f, "strict decoding error: {}", errors.join(", ")),
        }
    }
}

impl std::error::Error for DecodeError {}

impl DecodeError {
    /// The whole sentence of a bad request: which object it was, what it was wanted as, and why not.
    pub fn cannot_be_handled(&self, api_version: &str, kind: &str, wanted_kind: &str) -> String {
        let version = quote(api_version.rsplit('/').next().unwrap_or_default());
        format!("{kind} in version {version} cannot be handled as a {wanted_kind}: {self}")
    }
}

/// Reads an object strictly.
///
/// The result has no nulls, no empty values that Go would leave out, and canonical quantities, times and
/// base64. [`mod@super::encode`] adds what Go writes for absent fields.
pub fn decode(value: &Value, api_version: &str, kind: &str) -> Result<Value, DecodeError> {
    let (object, warnings) = decode_with_warnings(value, api_version, kind)?;
    if warnings.is_empty() { Ok(object) } else { Err(DecodeError::Strict(warnings)) }
}

/// Reads an object and drops fields that its kind does not have; also tells which, for the server to warn of.
pub fn decode_with_warnings(
    value: &Value,
    api_version: &str,
    kind: &str,
) -> Result<(Value, Vec<String>), DecodeError> {
    let ty = root_type(api_version, kind)?;
    let mut decoder = Decoder::default();
    let object = decoder.value(value, &ty).map_err(DecodeError::Malformed)?;
    decoder.finish(object)
}

/// Reads an object that the converter has accepted, keeping only the low bits of integers too large.
pub(super) fn decode_lenient(value: &Value, api_version: &str, kind: &str) -> Result<Value, DecodeError> {
    let ty = root_type(api_version, kind)?;
    let mut decoder = Decoder { wraps_integers: true, ..Decoder::default() };
    let object = decoder.value(value, &ty).map_err(DecodeError::Malformed)?;
    decoder.finish(object).map(|(object, _)| object)
}

pub(super) fn root_type(api_version: &str, kind: &str) -> Result<Type, DecodeError> {
    root(api_version, kind).map(|found| Type::Named(found.name)).ok_or_else(|| DecodeError::NotRegistered {
        api_version: api_version.to_owned(),
        kind: kind.to_owned(),
    })
}

/// More strict errors than this are not counted.
const MAX_STRICT_ERRORS: usize = 100;

#[derive(Default)]
struct Decoder {
    /// The first type mismatch: decoding goes on after it, but the object is refused.
    saved: Option<String>,
    strict: Vec<String>,
    /// Where decoding is, with indices and map keys, for unknown fields.
    path: String,
    /// Where decoding is, names of fields only, for type mismatches.
    fields: Vec<&'static str>,
    owner: &'static str,
    wraps_integers: bool,
}

/// `Err` is what a type's own unmarshaller says: it ends the decoding at once.
type Decoded = Result<Option<Value>, String>;

impl Decoder {
    fn finish(self, object: Option<Value>) -> Result<(Value, Vec<String>), DecodeError> {
        if let Some(message) = self.saved {
            return Err(DecodeError::Malformed(message));
        }
        Ok((object.unwrap_or_else(|| Value::Object(Map::new())), self.strict))
    }

    fn value(&mut self, value: &Value, ty: &Type) -> Decoded {
        if value.is_null() {
            return Ok(None);
        }
        let ty = if let Type::Pointer(inner) = ty { inner } else { ty };
        Ok(match (ty.resolve(), value) {
            (Type::Raw, _) | (Type::String, Value::String(_)) | (Type::Bool, Value::Bool(_)) => {
                Some(value.clone())
            }
            (Type::Int32 | Type::Int64, Value::Number(number)) => self.integer(number, ty),
            (Type::Bytes, Value::String(text)) => self.save(canonical_base64(text)),
            (Type::Quantity, _) => Some(Value::String(quantity(value)?)),
            (Type::IntOrString, _) => Some(self.int_or_string(value)?),
            (Type::Time, _) => Some(self.time(value, false)?),
            (Type::MicroTime, _) => Some(self.time(value, true)?),
            (Type::Slice(element), Value::Array(items)) => Some(self.list(items, element)?),
            (Type::Map(_, element), Value::Object(entries)) => Some(self.map(entries, element)?),
            (Type::Named(_), Value::Object(entries)) => match ty.structure() {
                Some(found) => Some(self.object(entries, found)?),
                None => None,
            },
            _ => {
                let mismatch = self.mismatch(json_word(value), &ty.go_name());
                self.save(Err(mismatch))
            }
        })
    }

    fn integer(&mut self, number: &serde_json::Number, ty: &Type) -> Option<Value> {
        let whole = integer(number);
        let narrow = *ty.resolve() == Type::Int32;
        match whole {
            Some(whole) if !narrow || i32::try_from(whole).is_ok() => Some(Value::from(whole)),
            #[expect(
                clippy::cast_possible_truncation,
                reason = "the conversion upstream does not check either"
            )]
            Some(whole) if self.wraps_integers => Some(Value::from(whole as i32)),
            _ => {
                let mismatch = self.mismatch(&format!("number {}", number_text(number)), &ty.go_name());
                self.save(Err(mismatch))
            }
        }
    }

    fn int_or_string(&self, value: &Value) -> Result<Value, String> {
        match value {
            Value::String(_) => Ok(value.clone()),
            Value::Number(number) => integer(number)
                .filter(|whole| i32::try_from(*whole).is_ok())
                .map(Value::from)
                .ok_or_else(|| self.mismatch(&format!("number {}", number_text(number)), "int32")),
            _ => Err(self.mismatch(json_word(value), "int32")),
        }
    }

    fn time(&self, value: &Value, micros: bool) -> Result<Value, String> {
        match value {
            Value::String(text) => go_time::canonical(text, micros).map(Value::String),
            _ => Err(self.mismatch(json_word(value), "string")),
        }
    }

    fn list(&mut self, items: &[Value], element: &Type) -> Result<Value, String> {
        let mut out = Vec::new();
        for (index, item) in items.iter().enumerate() {
            let depth = self.path.len();
            self.path.extend(["[", &index.to_string(), "]"]);
            let decoded = self.value(item, element)?;
            self.path.truncate(depth);
            out.push(decoded.unwrap_or_else(|| zero(element)));
        }
        Ok(Value::Array(out))
    }

    fn map(&mut self, entries: &Map<String, Value>, element: &Type) -> Result<Value, String> {
        let mut out = Map::new();
        for (key, item) in entries {
            let depth = self.enter(key);
            let decoded = self.value(item, element)?;
            self.path.truncate(depth);
            out.insert(key.clone(), decoded.unwrap_or_else(|| zero(element)));
        }
        Ok(Value::Object(out))
    }

    fn object(&mut self, entries: &Map<String, Value>, found: &'static Struct) -> Result<Value, String> {
        let mut out = Map::new();
        for (key, item) in entries {
            let depth = self.enter(key);
            if let Some(field) = found.field(key) {
                let owner = std::mem::replace(&mut self.owner, bare_name(found.name));
                self.fields.push(field.name);
                let decoded = self.value(item, &field.ty)?;
                self.fields.pop();
                self.owner = owner;
                out.extend(decoded.filter(|value| !omitted(field, value)).map(|value| (key.clone(), value)));
            } else {
                let error = format!("unknown field {}", quote(&self.path));
                if self.strict.len() < MAX_STRICT_ERRORS && !self.strict.contains(&error) {
                    self.strict.push(error);
                }
            }
            self.path.truncate(depth);
        }
        Ok(Value::Object(out))
    }

    /// Goes down to a key; the length to cut the path to afterwards.
    fn enter(&mut self, key: &str) -> usize {
        let depth = self.path.len();
        if depth > 0 {
            self.path.push('.');
        }
        self.path.push_str(key);
        depth
    }

    fn save(&mut self, result: Result<String, String>) -> Option<Value> {
        match result {
            Ok(text) => Some(Value::String(text)),
            Err(message) => {
                self.saved.get_or_insert(message);
                None
            }
        }
    }

    fn mismatch(&self, word: &str, go_type: &str) -> String {
        if self.fields.is_empty() {
            return format!("json: cannot unmarshal {word} into Go value of type {go_type}");
        }
        let (owner, fields) = (self.owner, self.fields.join("."));
        format!("json: cannot unmarshal {word} into Go struct field {owner}.{fields} of type {go_type}")
    }
}

/// A quantity's unmarshaller takes any JSON for text.
fn quantity(value: &Value) -> Result<String, String> {
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number_text(number),
        _ => value.to_string(),
    };
    Quantity::parse(text.trim()).map(|quantity| quantity.to_string()).map_err(|error| error.to_string())
}

/// What Go has for a null among a list's items or a map's values.
fn zero(ty: &Type) -> Value {
    if matches!(ty, Type::Pointer(_)) {
        return Value::Null;
    }
    match ty.resolve() {
        Type::String => Value::from(""),
        Type::Quantity => Value::from("0"),
        Type::Bool => Value::from(false),
        Type::Int32 | Type::Int64 | Type::IntOrString => Value::from(0),
        Type::Named(_) => Value::Object(Map::new()),
        _ => Value::Null,
    }
}

/// Whether Go leaves the field out for its value.
pub(super) fn omitted(field: &Field, value: &Value) -> bool {
    if !field.omit_empty || matches!(field.ty, Type::Pointer(_)) {
        return false;
    }
    match (field.ty.resolve(), value) {
        (Type::String | Type::Bytes, Value::String(text)) => text.is_empty(),
        (Type::Bool, Value::Bool(set)) => !set,
        (Type::Int32 | Type::Int64, Value::Number(number)) => number.as_i64() == Some(0),
        (Type::Slice(_), Value::Array(items)) => items.is_empty(),
        (Type::Map(..), Value::Object(entries)) => entries.is_empty(),
        _ => value.is_null(),
    }
}

#[cfg(test)]
#[path = "decode_tests.rs"]
mod tests;
