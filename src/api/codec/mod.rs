//! How API objects become JSON values and come back, with little code for each struct.
//!
//! Structs are declared with [`api_struct!`], which makes of each field one call to a function that all
//! fields share; derived serde code, with its buffering for flattened maps, is ten times as much. Values are
//! taken over, not copied: fields are moved out of the value's map, and what is left of it is the struct's
//! `extra`.
//!
//! - `declare`: the macros.
//! - [`read`], [`write`](mod@write): what the calls do.
//! - `values`: numbers, texts, lists and maps as fields.
//! - `error`: why a value does not fit.

mod declare;
mod error;
pub mod read;
mod values;
pub mod write;

use serde_json::{Map, Value};

pub(crate) use declare::{api_enum, api_struct, api_words};
pub use declare::{camel, camel_length};
pub use error::FieldError;

/// What can be a field of an API object, an object itself included.
pub trait Field {
    /// Takes over what the value says. `null` says nothing, as in Go.
    ///
    /// # Errors
    /// When the value has another type; the field may have been changed in part.
    fn read(&mut self, value: Value) -> Result<(), FieldError>;

    /// The field as JSON.
    fn write(&self) -> Value;

    /// Whether Go's `omitempty` leaves it out; structs never are.
    fn is_empty(&self) -> bool {
        false
    }
}

/// A map of these fields. Unlike `collect`, which sorts first, it compiles to little.
pub fn map_of(fields: impl IntoIterator<Item = (String, Value)>) -> Map<String, Value> {
    let mut map = Map::new();
    map.extend(fields);
    map
}

/// Makes a field, or a whole object, of a value.
///
/// # Errors
/// When the value has another type.
pub fn from_value<T: Field + Default>(value: Value) -> Result<T, FieldError> {
    let mut made = T::default();
    made.read(value)?;
    Ok(made)
}

/// The JSON value of a field or of a whole object.
pub fn to_value<T: Field>(field: &T) -> Value {
    field.write()
}

#[cfg(test)]
mod tests;
