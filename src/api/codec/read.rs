//! Reading the fields of an object out of its map.
//!
//! Nothing here is generic: a struct costs one call for each field.

use serde_json::{Map, Value};

use super::{Field, FieldError};
use crate::api::Extra;

/// The fields of an object that were not read yet.
#[derive(Debug)]
pub struct Reader {
    fields: Map<String, Value>,
    error: Option<FieldError>,
}

impl Reader {
    /// Takes the fields of an object.
    ///
    /// # Errors
    /// When the value is no object; `null` is one without fields.
    pub fn open(value: Value) -> Result<Self, FieldError> {
        let fields = match value {
            Value::Object(fields) => fields,
            Value::Null => Map::new(),
            other => return Err(FieldError::mismatch(&other, "an object")),
        };
        Ok(Self { fields, error: None })
    }

    /// Takes the one field of an object, which stands for a variant: its name, and the fields in it.
    ///
    /// # Errors
    /// When the value is no object with an object in it.
    pub fn open_variant(value: Value) -> Result<(String, Self), FieldError> {
        let Value::Object(fields) = value else {
            return Err(FieldError::mismatch(&value, "an object"));
        };
        match fields.into_iter().next() {
            Some((name, value)) => Self::open(value).map(|reader| (name, reader)),
            None => Err(FieldError::new("expected an object with one field, found none")),
        }
    }

    /// Reads all fields that are left as one value.
    #[inline(never)]
    pub fn whole(&mut self, place: &mut dyn Field) {
        self.error = place.read(Value::Object(std::mem::take(&mut self.fields))).err();
    }

    /// Reads a field, if there is one of this name and no field before it failed.
    #[inline(never)]
    pub fn field(&mut self, name: &str, place: &mut dyn Field) {
        if self.error.is_some() {
            return;
        }
        if let Some(value) = self.fields.remove(name)
            && !value.is_null()
            && let Err(error) = place.read(value)
        {
            self.error = Some(error.inside(name));
        }
    }

    /// All fields that were not read.
    #[inline(never)]
    pub fn rest(&mut self, extra: &mut Extra) {
        *extra = std::mem::take(&mut self.fields).into();
    }

    /// Ends the reading.
    ///
    /// # Errors
    /// That of the first field that did not fit.
    #[inline(never)]
    pub fn finish(self) -> Result<(), FieldError> {
        self.error.map_or(Ok(()), Err)
    }
}
