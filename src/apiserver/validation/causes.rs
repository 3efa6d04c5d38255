//! What is wrong with an object, in the server's words.
//!
//! Models `field.Error` and `field.Path`, staging/src/k8s.io/apimachinery/pkg/util/validation/field,
//! Kubernetes v1.36.

use std::fmt;

use serde_json::Value;

use super::super::Cause;
use crate::api::schema::quote;

/// The path of a field.
#[derive(Clone, Debug)]
pub(super) struct Path(String);

impl Path {
    /// A path from the object's root.
    pub(super) fn new(name: &str) -> Self {
        Self(name.to_owned())
    }

    /// The field under this one.
    pub(super) fn child(&self, name: &str) -> Self {
        Self(format!("{}.{name}", self.0))
    }

    /// An item of this list.
    pub(super) fn index(&self, index: usize) -> Self {
        Self(format!("{}[{index}]", self.0))
    }

    /// An entry of this map.
    pub(super) fn key(&self, key: &str) -> Self {
        Self(format!("{}[{key}]", self.0))
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What was found so far.
#[derive(Debug, Default)]
pub(super) struct Causes(pub(super) Vec<Cause>);

impl Causes {
    fn push(&mut self, path: &Path, message: String) {
        let cause = Cause { field: path.to_string(), message };
        // Rules overlap; the same complaint is made once.
        if !self.0.contains(&cause) {
            self.0.push(cause);
        }
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// A value breaks a rule.
    pub(super) fn invalid(&mut self, path: &Path, value: impl Into<Value>, detail: &str) {
        self.invalid_shown(path, &shown(&value.into()), detail);
    }

    /// A value breaks a rule; it is shown in a form of its own.
    pub(super) fn invalid_shown(&mut self, path: &Path, shown: &str, detail: &str) {
        let colon = if detail.is_empty() { "" } else { ": " };
        self.push(path, format!("Invalid value: {shown}{colon}{detail}"));
    }

    /// A value breaks several rules.
    pub(super) fn invalid_each(&mut self, path: &Path, value: &str, details: Vec<String>) {
        for detail in details {
            self.invalid(path, value, &detail);
        }
    }

    /// A value is missing.
    pub(super) fn required(&mut self, path: &Path, detail: &str) {
        let colon = if detail.is_empty() { "" } else { ": " };
        self.push(path, format!("Required value{colon}{detail}"));
    }

    /// A value that may not be given here.
    pub(super) fn forbidden(&mut self, path: &Path, detail: &str) {
        self.push(path, format!("Forbidden: {detail}"));
    }

    /// A value other than those that are known.
    pub(super) fn not_supported(&mut self, path: &Path, value: impl Into<Value>, supported: &[&str]) {
        self.not_supported_shown(path, &shown(&value.into()), supported);
    }

    /// A value other than those that are known, shown in a form of its own.
    pub(super) fn not_supported_shown(&mut self, path: &Path, shown: &str, supported: &[&str]) {
        let listed: Vec<String> = supported.iter().map(|value| quote(value)).collect();
        self.push(path, format!("Unsupported value: {shown}: supported values: {}", listed.join(", ")));
    }

    /// A text that must be one of those that are known.
    pub(super) fn one_of(&mut self, path: &Path, value: &str, supported: &[&str]) {
        if !supported.contains(&value) {
            self.not_supported(path, value, supported);
        }
    }

    /// As [`Self::one_of`], for a text that must also be there.
    pub(super) fn required_one_of(&mut self, path: &Path, value: &str, supported: &[&str]) {
        if value.is_empty() {
            self.required(path, "");
        } else {
            self.one_of(path, value, supported);
        }
    }

    /// The same value twice.
    pub(super) fn duplicate(&mut self, path: &Path, value: impl Into<Value>) {
        self.push(path, format!("Duplicate value: {}", shown(&value.into())));
    }

    /// The same value twice, shown in a form of its own.
    pub(super) fn duplicate_shown(&mut self, path: &Path, shown: &str, detail: &str) {
        let colon = if detail.is_empty() { "" } else { ": " };
        self.push(path, format!("Duplicate value: {shown}{colon}{detail}"));
    }

    /// A reference to nothing.
    pub(super) fn not_found(&mut self, path: &Path, value: impl Into<Value>) {
        self.push(path, format!("Not found: {}", shown(&value.into())));
    }

    /// A reference to nothing, with what there is.
    pub(super) fn not_found_because(&mut self, path: &Path, value: &str, detail: &str) {
        self.push(path, format!("Not found: {}: {detail}", quote(value)));
    }

    /// A value with too many bytes.
    pub(super) fn too_long(&mut self, path: &Path, max: usize) {
        self.push(path, format!("Too long: may not be more than {max} bytes"));
    }

    /// A list with too many items.
    pub(super) fn too_many(&mut self, path: &Path, count: usize, max: usize) {
        self.push(path, format!("Too many: {count}: must have at most {max} items"));
    }

    /// A number below zero.
    pub(super) fn non_negative(&mut self, path: &Path, value: i64) {
        if value < 0 {
            self.invalid(path, value, "must be greater than or equal to 0");
        }
    }

    /// A number of zero or below.
    pub(super) fn positive(&mut self, path: &Path, value: i64) {
        if value <= 0 {
            self.invalid(path, value, "must be greater than zero");
        }
    }
}

/// A value as complaints show it: text in quotes, all else as JSON.
pub(super) fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => quote(text),
        value => value.to_string(),
    }
}
