//! Reading the fields of an object out of its map.
//!
//! Nothing here is generic: a struct costs one call for each field.

use serde_json::{Map, Value};

use super::{Field, FieldError};

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
    pub fn rest(&mut self, extra: &mut Map<String, Value>) {
        *extra = std::mem::take(&mut self.fields);
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

/// The one field of an object that stands for a variant.
#[derive(Debug)]
pub struct Tagged {
    name: String,
    value: Value,
}

impl Tagged {
    /// Takes the first field of an object.
    ///
    /// # Errors
    /// When the value is no object or an empty one.
    pub fn open(value: Value) -> Result<Self, FieldError> {
        let Value::Object(fields) = value else {
            return Err(FieldError::mismatch(&value, "an object"));
        };
        match fields.into_iter().next() {
            Some((name, value)) => Ok(Self { name, value }),
            None => Err(FieldError::new("expected an object with one field, found none")),
        }
    }

    /// What the field holds, when this is its name.
    #[inline(never)]
    pub fn take(&mut self, name: &str) -> Option<Value> {
        (self.name == name).then(|| self.value.take())
    }

    /// That no variant has the name.
    pub fn unknown(self) -> FieldError {
        FieldError::new("no such variant").inside(&self.name)
    }
}
