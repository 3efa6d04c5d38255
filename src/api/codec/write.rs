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

    /// Writes a value that is an object, in the place of all fields.
    #[inline(never)]
    pub fn whole(&mut self, field: &dyn Field) {
        if let Value::Object(fields) = field.write() {
            self.fields = fields;
        }
    }

    /// The object in another one, as the field that stands for a variant.
    #[inline(never)]
    pub fn finish_variant(self, name: &str) -> Value {
        let mut variant = Self::default();
        variant.value(name, self.finish());
        variant.finish()
    }

    /// The object.
    pub fn finish(self) -> Value {
        Value::Object(self.fields)
    }
}
