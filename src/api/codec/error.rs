//! Why a value does not fit a field.

use std::fmt;

use serde_json::Value;

/// A value does not fit: the path of the field, and what is wrong with it.
///
/// Manifests are checked against the schema before, so that people hardly ever see one.
#[derive(Clone, Debug, PartialEq, Eq)]
// In a box: every read of a field returns it.
pub struct FieldError(Box<(String, String)>);

impl FieldError {
    /// The value here is not what it should be.
    pub(crate) fn new(problem: impl Into<String>) -> Self {
        Self(Box::new((String::new(), problem.into())))
    }

    /// The value here has another type than the `expected` one.
    pub(crate) fn mismatch(found: &Value, expected: &str) -> Self {
        let found = match found {
            Value::Null => "null",
            Value::Bool(_) => "a boolean",
            Value::Number(_) => "a number",
            Value::String(_) => "a string",
            Value::Array(_) => "a list",
            Value::Object(_) => "an object",
        };
        Self::new(format!("expected {expected}, found {found}"))
    }

    /// There is no variant of this name.
    pub(crate) fn no_variant(name: &str) -> Self {
        Self::new("no such variant").inside(name)
    }

    /// The same, seen from the object that the value is the field `name` of.
    pub(super) fn inside(mut self, name: &str) -> Self {
        let path = &mut self.0.0;
        if !path.is_empty() && !path.starts_with('[') {
            path.insert(0, '.');
        }
        path.insert_str(0, name);
        self
    }

    /// The same, seen from the list that the value is an item of.
    pub(super) fn inside_item(mut self, index: usize) -> Self {
        let separator = if self.0.0.is_empty() { "" } else { "." };
        self.0.0.insert_str(0, &format!("[{index}]{separator}"));
        self
    }
}

impl fmt::Display for FieldError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (path, problem) = &*self.0;
        if path.is_empty() { f.write_str(problem) } else { write!(f, "{path}: {problem}") }
    }
}

impl std::error::Error for FieldError {}
