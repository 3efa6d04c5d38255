//! What an expression of a template gives: a value, or nothing.

use std::borrow::Cow;

use serde_json::Value;

use crate::kubectl::output::go_value::type_name;

/// What an expression gives.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Found<'v> {
    pub(super) value: Cow<'v, Value>,
    /// There is nothing, not even a null.
    pub(super) missing: bool,
    /// It was taken out of a map or list, where Go keeps values as interfaces.
    pub(super) interface: bool,
}

impl<'v> Found<'v> {
    pub(super) fn borrowed(value: &'v Value) -> Self {
        Self { value: Cow::Borrowed(value), missing: false, interface: false }
    }

    pub(super) fn owned(value: Value) -> Self {
        Self { value: Cow::Owned(value), missing: false, interface: false }
    }

    pub(super) fn text(text: &str) -> Self {
        Self::owned(Value::from(text))
    }

    /// The null that stands for a key that a map does not have.
    pub(super) fn nil() -> Self {
        Self { interface: true, ..Self::owned(Value::Null) }
    }

    pub(super) fn nothing() -> Self {
        Self { missing: true, ..Self::owned(Value::Null) }
    }

    pub(super) fn value(&self) -> &Value {
        &self.value
    }

    pub(super) fn is_missing(&self) -> bool {
        self.missing
    }

    /// Go's notion of truth: not empty, not zero.
    pub(super) fn is_true(&self) -> bool {
        match self.value() {
            Value::Null => false,
            Value::Bool(flag) => *flag,
            Value::Number(number) => number.as_f64() != Some(0.0),
            Value::String(text) => !text.is_empty(),
            Value::Array(items) => !items.is_empty(),
            Value::Object(fields) => !fields.is_empty(),
        }
    }

    pub(super) fn inside(value: Cow<'v, Value>) -> Self {
        Self { value, missing: false, interface: true }
    }

    pub(super) fn member(&self, key: &str) -> Option<Self> {
        match &self.value {
            Cow::Borrowed(value) => {
                value.as_object()?.get(key).map(|value| Self::inside(Cow::Borrowed(value)))
            }
            Cow::Owned(value) => {
                value.as_object()?.get(key).map(|value| Self::inside(Cow::Owned(value.clone())))
            }
        }
    }

    pub(super) fn element(&self, at: usize) -> Option<Self> {
        match &self.value {
            Cow::Borrowed(value) => value.as_array()?.get(at).map(|value| Self::inside(Cow::Borrowed(value))),
            Cow::Owned(value) => {
                value.as_array()?.get(at).map(|value| Self::inside(Cow::Owned(value.clone())))
            }
        }
    }

    /// Forgets that it came out of an interface; a null becomes nothing.
    pub(super) fn concrete(mut self) -> Self {
        self.missing |= self.interface && self.value.is_null();
        self.interface = false;
        self
    }

    pub(super) fn type_name(&self) -> &'static str {
        if self.interface { "interface {}" } else { type_name(&self.value) }
    }
}
