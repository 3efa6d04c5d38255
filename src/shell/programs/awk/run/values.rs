//! Values of awk: what comes from the input counts as a number when it looks like one.

use crate::shell::programs::numbers::{number, short};

/// A value; what comes from the input counts as a number when it looks like one.
#[derive(Clone, Debug)]
pub(in crate::shell::programs::awk) enum Value {
    Number(f64),
    Text(String),
    Input(String),
}

impl Value {
    pub(super) fn number(&self) -> f64 {
        match self {
            Self::Number(value) => *value,
            Self::Text(text) | Self::Input(text) => number(text),
        }
    }

    pub(in crate::shell::programs::awk) fn text(&self) -> String {
        match self {
            // There is no -0.
            Self::Number(value) => short(*value + 0.0),
            Self::Text(text) | Self::Input(text) => text.clone(),
        }
    }

    pub(super) fn holds(&self) -> bool {
        match self {
            Self::Number(value) => *value != 0.0,
            Self::Input(text) if looks_like_number(text) => number(text) != 0.0,
            Self::Text(text) | Self::Input(text) => !text.is_empty(),
        }
    }

    pub(super) fn is_numeric(&self) -> bool {
        match self {
            Self::Number(_) => true,
            Self::Text(_) => false,
            Self::Input(text) => looks_like_number(text) || text.is_empty(),
        }
    }
}

pub(super) fn looks_like_number(text: &str) -> bool {
    let text = text.trim();
    !text.is_empty() && text.contains(|letter: char| letter.is_ascii_digit()) && text.parse::<f64>().is_ok()
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a number out of range is cut to the nearest"
)]
pub(super) fn index(value: f64) -> usize {
    value.max(0.0) as usize
}

#[expect(clippy::cast_precision_loss, reason = "counts are small")]
pub(super) fn count(value: usize) -> Value {
    Value::Number(value as f64)
}

pub(super) fn truth(holds: bool) -> Value {
    Value::Number(f64::from(u8::from(holds)))
}
