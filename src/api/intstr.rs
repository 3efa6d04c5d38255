//! Numbers that may also be percentages, and how they are rounded.
//!
//! Models `intstr.IntOrString` and `GetScaledValueFromIntOrPercent`,
//! staging/src/k8s.io/apimachinery/pkg/util/intstr/intstr.go, Kubernetes v1.36.

use std::fmt;

/// A number, or a string such as `25%`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum IntOrString {
    /// An absolute number.
    Int(i64),
    /// A percentage; any other text is an error where it is used.
    String(String),
}

/// Zero, as in Go.
impl Default for IntOrString {
    fn default() -> Self {
        Self::Int(0)
    }
}

impl IntOrString {
    /// The number that it stands for, of `total`.
    ///
    /// # Errors
    /// Upstream's sentence when the text is not a percentage.
    pub fn scaled(&self, total: i64, round_up: bool) -> Result<i64, String> {
        match self {
            Self::Int(number) => Ok(*number),
            Self::String(text) => {
                let percent = self.percent().ok_or_else(|| {
                    format!(
                        "invalid value for IntOrString: invalid type: string is not a percentage: {text:?}"
                    )
                })?;
                let product = percent.saturating_mul(total);
                Ok(if round_up {
                    product.saturating_add(99).div_euclid(100)
                } else {
                    product.div_euclid(100)
                })
            }
        }
    }

    /// The percentage, when it is one.
    pub fn percent(&self) -> Option<i64> {
        match self {
            Self::Int(_) => None,
            Self::String(text) => text.strip_suffix('%')?.parse().ok(),
        }
    }
}

impl fmt::Display for IntOrString {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Int(number) => write!(f, "{number}"),
            Self::String(text) => f.write_str(text),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentages_round_as_asked() {
        // 25 % of 10 is 2.5: a surge rounds it up to 3, an unavailability down to 2.
        let quarter = IntOrString::String("25%".into());
        assert_eq!(quarter.scaled(10, true), Ok(3));
        assert_eq!(quarter.scaled(10, false), Ok(2));
        assert_eq!(IntOrString::Int(4).scaled(10, true), Ok(4));
        assert!(IntOrString::String("many".into()).scaled(10, true).is_err());
    }
}
