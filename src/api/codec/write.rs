//! Writing the fields of an object into a map.
//!
//! Nothing here is generic: a struct costs one call for each field.

use serde_json::{Map, Value};

use super::Field;

/// The fields of an object that were written so far.
#[derive(Debug, Default)]
pub struct Writer {
    fields: Map<String, Value>,
}

impl Writer {
    /// Writes a field.
    #[inline(never)]
    pub fn field(&mut self, name: &str, field: &dyn Field) {
        self.fields.insert(name.to_owned(), field.write());
    }

    /// Writes a field unless it is empty.
    #[inline(never)]
    pub fn field_unless_empty(&mut self, name: &str, field: &dyn Field) {
        if !field.is_empty() {
            self.field(name, field);
        }
    }

    /// Writes a field that was made a value by other means.
    #[inline(never)]
    pub fn value(&mut self, name: &str, value: Value) {
        self.fields.insert(name.to_owned(), value);
    }

    /// Writes the fields that the struct does not name.
    #[inline(never)]
    pub fn rest(&mut self, extra: &Map<String, Value>) {
        self.fields.extend(extra.iter().map(|(name, value)| (name.clone(), value.clone())));
    }

    /// The object.
    pub fn finish(self) -> Value {
        Value::Object(self.fields)
    }
}
