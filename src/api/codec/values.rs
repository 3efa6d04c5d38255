//! What fields are made of: texts, numbers, lists and maps.

use serde_json::Value;

use super::{Field, FieldError, map_of};
use crate::api::Timestamp;
use crate::api::intstr::IntOrString;
use crate::api::meta::ResourceVersion;
use crate::collections::SortedMap;
use crate::sim::Time;

fn text(value: Value) -> Result<String, FieldError> {
    match value {
        Value::String(text) => Ok(text),
        other => Err(FieldError::mismatch(&other, "a string")),
    }
}

impl Field for String {
    fn read(&mut self, value: Value) -> Result<(), FieldError> {
        *self = text(value)?;
        Ok(())
    }

    fn write(&self) -> Value {
        Value::String(self.clone())
    }

    fn is_empty(&self) -> bool {
        self.is_empty()
    }
}

impl Field for bool {
    fn read(&mut self, value: Value) -> Result<(), FieldError> {
        *self = value.as_bool().ok_or_else(|| FieldError::mismatch(&value, "a boolean"))?;
        Ok(())
    }

    fn write(&self) -> Value {
        Value::Bool(*self)
    }

    fn is_empty(&self) -> bool {
        !*self
    }
}

impl Field for i64 {
    fn read(&mut self, value: Value) -> Result<(), FieldError> {
        *self = value.as_i64().ok_or_else(|| FieldError::mismatch(&value, "an integer"))?;
        Ok(())
    }

    fn write(&self) -> Value {
        Value::from(*self)
    }

    fn is_empty(&self) -> bool {
        *self == 0
    }
}

impl Field for u64 {
    fn read(&mut self, value: Value) -> Result<(), FieldError> {
        *self = value.as_u64().ok_or_else(|| FieldError::mismatch(&value, "a whole number"))?;
        Ok(())
    }

    fn write(&self) -> Value {
        Value::from(*self)
    }

    fn is_empty(&self) -> bool {
        *self == 0
    }
}

impl Field for u32 {
    fn read(&mut self, value: Value) -> Result<(), FieldError> {
        let number = value.as_u64().and_then(|number| Self::try_from(number).ok());
        *self = number.ok_or_else(|| FieldError::mismatch(&value, "a whole number"))?;
        Ok(())
    }

    fn write(&self) -> Value {
        Value::from(*self)
    }

    fn is_empty(&self) -> bool {
        *self == 0
    }
}

impl Field for f64 {
    fn read(&mut self, value: Value) -> Result<(), FieldError> {
        *self = value.as_f64().ok_or_else(|| FieldError::mismatch(&value, "a number"))?;
        Ok(())
    }

    fn write(&self) -> Value {
        Value::from(*self)
    }
}

/// In milliseconds.
impl Field for Time {
    fn read(&mut self, value: Value) -> Result<(), FieldError> {
        let mut ms = 0;
        Field::read(&mut ms, value)?;
        *self = Self::from_ms(ms);
        Ok(())
    }

    fn write(&self) -> Value {
        Value::from(self.ms())
    }
}

impl Field for Value {
    fn read(&mut self, value: Value) -> Result<(), FieldError> {
        *self = value;
        Ok(())
    }

    fn write(&self) -> Value {
        self.clone()
    }
}

impl Field for IntOrString {
    fn read(&mut self, value: Value) -> Result<(), FieldError> {
        *self = match value {
            Value::String(text) => Self::String(text),
            other => match other.as_i64() {
                Some(number) => Self::Int(number),
                None => return Err(FieldError::mismatch(&other, "an integer or a string")),
            },
        };
        Ok(())
    }

    fn write(&self) -> Value {
        match self {
            Self::Int(number) => Value::from(*number),
            Self::String(text) => Value::String(text.clone()),
        }
    }
}

impl Field for Timestamp {
    fn read(&mut self, value: Value) -> Result<(), FieldError> {
        let text = text(value)?;
        *self = Self::parse(&text)
            .ok_or_else(|| FieldError::new(format!("cannot read {text:?} as an RFC 3339 time")))?;
        Ok(())
    }

    fn write(&self) -> Value {
        Value::String(self.to_string())
    }
}

impl Field for ResourceVersion {
    fn read(&mut self, value: Value) -> Result<(), FieldError> {
        let text = text(value)?;
        self.0 = if text.is_empty() {
            0
        } else {
            text.parse()
                .map_err(|error| FieldError::new(format!("invalid resource version {text:?}: {error}")))?
        };
        Ok(())
    }

    fn write(&self) -> Value {
        Value::String(self.0.to_string())
    }

    fn is_empty(&self) -> bool {
        self.is_unset()
    }
}

impl<T: Field + Default> Field for Option<T> {
    fn read(&mut self, value: Value) -> Result<(), FieldError> {
        if value.is_null() {
            *self = None;
            return Ok(());
        }
        self.insert(T::default()).read(value)
    }

    fn write(&self) -> Value {
        self.as_ref().map_or(Value::Null, T::write)
    }

    fn is_empty(&self) -> bool {
        self.is_none()
    }
}

/// A list, seen without the type of its items.
trait List {
    /// Puts an empty item at the end.
    fn add(&mut self) -> &mut dyn Field;

    /// The item at this place.
    fn at(&self, index: usize) -> &dyn Field;
}

impl<T: Field + Default> List for Vec<T> {
    fn add(&mut self) -> &mut dyn Field {
        let index = self.len();
        self.push(T::default());
        &mut self[index]
    }

    fn at(&self, index: usize) -> &dyn Field {
        &self[index]
    }
}

fn read_items(value: Value, list: &mut dyn List) -> Result<(), FieldError> {
    match value {
        Value::Array(items) => {
            for (index, value) in items.into_iter().enumerate() {
                list.add().read(value).map_err(|error| error.inside_item(index))?;
            }
            Ok(())
        }
        Value::Null => Ok(()),
        other => Err(FieldError::mismatch(&other, "a list")),
    }
}

fn write_items(length: usize, list: &dyn List) -> Value {
    Value::Array((0..length).map(|index| list.at(index).write()).collect())
}

impl<T: Field + Default> Field for Vec<T> {
    fn read(&mut self, value: Value) -> Result<(), FieldError> {
        self.clear();
        read_items(value, self)
    }

    fn write(&self) -> Value {
        write_items(self.len(), self)
    }

    fn is_empty(&self) -> bool {
        self.is_empty()
    }
}

impl<T: Field + Default> Field for SortedMap<String, T> {
    fn read(&mut self, value: Value) -> Result<(), FieldError> {
        self.clear();
        match value {
            Value::Object(entries) => {
                for (key, value) in entries {
                    let mut item = T::default();
                    item.read(value).map_err(|error| error.inside(&key))?;
                    self.insert(key, item);
                }
                Ok(())
            }
            Value::Null => Ok(()),
            other => Err(FieldError::mismatch(&other, "an object")),
        }
    }

    fn write(&self) -> Value {
        Value::Object(map_of(self.iter().map(|(key, value)| (key.clone(), value.write()))))
    }

    fn is_empty(&self) -> bool {
        self.is_empty()
    }
}
