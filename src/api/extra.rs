//! The fields of an object that the simulation does not interpret, kept as they came.
//!
//! Upstream has a type for each of them. Here they are JSON, which is large and hardly ever changes: all
//! versions of an object, and all objects made of one template, share it until one of them changes it.

use std::fmt;
use std::ops::{Deref, DerefMut};
use std::sync::OnceLock;

use serde_json::{Map, Value};

use super::shared::Shared;

/// Fields by name; without any, as most have none, nothing is kept.
#[derive(Clone, Default)]
pub struct Extra(Option<Shared<Map<String, Value>>>);

impl Extra {
    /// No fields.
    pub const fn new() -> Self {
        Self(None)
    }
}

impl From<Map<String, Value>> for Extra {
    fn from(fields: Map<String, Value>) -> Self {
        Self((!fields.is_empty()).then(|| fields.into()))
    }
}

impl IntoIterator for Extra {
    type Item = (String, Value);
    type IntoIter = serde_json::map::IntoIter;

    fn into_iter(self) -> Self::IntoIter {
        Map::clone(&self).into_iter()
    }
}

impl Deref for Extra {
    type Target = Map<String, Value>;

    // Out of line, as it is asked for everywhere.
    #[inline(never)]
    fn deref(&self) -> &Self::Target {
        static NONE: OnceLock<Map<String, Value>> = OnceLock::new();
        self.0.as_deref().unwrap_or_else(|| NONE.get_or_init(Map::new))
    }
}

impl DerefMut for Extra {
    #[inline(never)]
    fn deref_mut(&mut self) -> &mut Self::Target {
        self.0.get_or_insert_default()
    }
}

impl PartialEq for Extra {
    fn eq(&self, other: &Self) -> bool {
        match (&self.0, &other.0) {
            (Some(fields), Some(others)) => fields == others,
            _ => self.is_empty() && other.is_empty(),
        }
    }
}

impl fmt::Debug for Extra {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(formatter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_shared_until_one_changes_it() {
        let mut first = Extra::new();
        assert_eq!(first.get("a"), None);
        first.insert("a".to_owned(), Value::Bool(true));
        let mut second = first.clone();
        let values = first.get("a").zip(second.get("a"));
        assert!(values.is_some_and(|(first, second)| std::ptr::eq(first, second)));
        assert_eq!(second.remove("a"), Some(Value::Bool(true)));
        assert_ne!(first, second);
        assert_eq!(second, Extra::new(), "no field is left");
        assert_eq!(second, Extra::from(Map::new()));
    }
}
