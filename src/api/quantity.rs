//! Amounts of cpu, memory and storage: parsing, comparing, adding, and printing in canonical form.
//!
//! Models `resource.Quantity`, staging/src/k8s.io/apimachinery/pkg/api/resource/quantity.go, Kubernetes
//! v1.36. Left out: amounts above 1.7e29, which are held at that bound; CBOR.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

/// The family of suffixes a quantity was written with, and is printed with again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Format {
    /// `12e6`
    DecimalExponent,
    /// `12Mi`, twelve times two to the twentieth
    BinarySi,
    /// `12M` or `500m`
    #[default]
    DecimalSi,
}

/// Why a text is not a quantity; its `Display` is the server's wording.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParseQuantityError {
    /// The text does not have the shape of a number with a suffix.
    FormatWrong,
    /// The suffix is none of the known ones.
    Suffix,
}

impl fmt::Display for ParseQuantityError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::FormatWrong => {
                "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"
            }
            Self::Suffix => "unable to parse quantity's suffix",
        })
    }
}

impl std::error::Error for ParseQuantityError {}

/// A fixed-point amount, exact to a billionth.
///
/// Two quantities are equal when their amounts are, however they were written.
#[derive(Clone, Debug, Default)]
pub struct Quantity {
    nano: i128,
    format: Format,
    /// The text it was parsed from, where upstream prints that text again.
    verbatim: Option<String>,
}

const NANO: i128 = 1_000_000_000;
const MILLI_IN_NANO: i128 = 1_000_000;
const DECIMAL_SUFFIXES: [(&str, i32); 10] =
    [("n", -9), ("u", -6), ("m", -3), ("", 0), ("k", 3), ("M", 6), ("G", 9), ("T", 12), ("P", 15), ("E", 18)];
const BINARY_SUFFIXES: [(&str, i32); 6] =
    [("Ki", 10), ("Mi", 20), ("Gi", 30), ("Ti", 40), ("Pi", 50), ("Ei", 60)];

impl Quantity {
    /// An amount of whole units.
    pub fn from_value(value: i64, format: Format) -> Self {
        Self { nano: i128::from(value) * NANO, format, verbatim: None }
    }

    /// An amount of thousandths.
    pub fn from_milli(milli: i64, format: Format) -> Self {
        Self { nano: i128::from(milli) * MILLI_IN_NANO, format, verbatim: None }
    }

    /// The family of suffixes it is printed with.
    pub fn format(&self) -> Format {
        self.format
    }

    /// Whether the amount is zero.
    pub fn is_zero(&self) -> bool {
        self.nano == 0
    }

    /// Whether the amount is below zero.
    pub fn is_negative(&self) -> bool {
        self.nano < 0
    }

    /// The amount in whole units, rounded away from zero.
    pub fn value(&self) -> i64 {
        saturate(div_away_from_zero(self.nano, NANO))
    }

    /// The amount in thousandths, rounded away from zero.
    pub fn milli_value(&self) -> i64 {
        saturate(div_away_from_zero(self.nano, MILLI_IN_NANO))
    }

    /// Adds an amount; a zero takes over the other's format.
    pub fn add(&mut self, other: &Self) {
        self.change(other, i128::saturating_add);
    }

    /// Takes an amount away; a zero takes over the other's format.
    pub fn sub(&mut self, other: &Self) {
        self.change(other, i128::saturating_sub);
    }

    fn change(&mut self, other: &Self, op: fn(i128, i128) -> i128) {
        if self.is_zero() {
            self.format = other.format;
        }
        self.verbatim = None;
        self.nano = op(self.nano, other.nano);
    }

    /// Reads a quantity from a manifest's text.
    pub fn parse(text: &str) -> Result<Self, ParseQuantityError> {
        let parts = Parts::scan(text).ok_or(ParseQuantityError::FormatWrong)?;
        let (format, exponent) = interpret_suffix(parts.suffix).ok_or(ParseQuantityError::Suffix)?;
        Ok(parts.quantity(text, format, exponent))
    }
}

impl FromStr for Quantity {
    type Err = ParseQuantityError;
    fn from_str(text: &str) -> Result<Self, ParseQuantityError> {
        Self::parse(text)
    }
}

impl PartialEq for Quantity {
    fn eq(&self, other: &Self) -> bool {
        self.nano == other.nano
    }
}

impl Eq for Quantity {}

impl PartialOrd for Quantity {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Quantity {
    fn cmp(&self, other: &Self) -> Ordering {
        self.nano.cmp(&other.nano)
    }
}

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(text) = &self.verbatim {
            return f.write_str(text);
        }
        if self.nano == 0 {
            return f.write_str("0");
        }
        let whole = self.nano % NANO == 0;
        if self.format == Format::BinarySi && whole && self.nano.abs() >= 1024 * NANO {
            let (number, times) = strip_factors(self.nano / NANO, 1024, 6);
            let suffix = suffix_of(&BINARY_SUFFIXES, times * 10).unwrap_or_default();
            return write!(f, "{number}{suffix}");
        }
        let (mut number, times) = strip_factors(self.nano, 10, 27);
        let mut exponent = times - 9;
        while exponent % 3 != 0 {
            number *= 10;
            exponent -= 1;
        }
        match self.format {
            Format::DecimalExponent if exponent == 0 => write!(f, "{number}"),
            Format::DecimalExponent => write!(f, "{number}e{exponent}"),
            Format::BinarySi | Format::DecimalSi => {
                write!(f, "{number}{}", suffix_of(&DECIMAL_SUFFIXES, exponent).unwrap_or_default())
            }
        }
    }
}

/// A quantity's text taken apart: sign, whole digits without leading zeros, fraction digits, suffix.
struct Parts<'a> {
    negative: bool,
    whole: &'a str,
    fraction: &'a str,
    suffix: &'a str,
}

impl<'a> Parts<'a> {
    /// Takes the text apart; `None` when it does not have the shape of a quantity.
    fn scan(text: &'a str) -> Option<Self> {
        if text.is_empty() {
            return None;
        }
        let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
        let negative = text.starts_with('-');
        let (whole, rest) = split_digits(unsigned.trim_start_matches('0'));
        let (fraction, suffix) = match rest.strip_prefix('.') {
            Some(rest) => split_digits(rest),
            None => ("", rest),
        };
        let after_letters = suffix.trim_start_matches(|c| "eEinumkKMGTP".contains(c));
        let digits = after_letters.strip_prefix(['-', '+']).unwrap_or(after_letters);
        digits.bytes().all(|b| b.is_ascii_digit()).then_some(Self { negative, whole, fraction, suffix })
    }

    fn quantity(&self, text: &str, format: Format, exponent: i32) -> Quantity {
        let digits = format!("{}{}", self.whole, self.fraction);
        let unscaled = digits
            .bytes()
            .fold(0_i128, |sum, b| sum.saturating_mul(10).saturating_add(i128::from(b.saturating_sub(b'0'))));
        let places = count(self.fraction.len());
        let mut format = format;
        let nano = if format == Format::BinarySi {
            let two = 1_i128.checked_shl(u32::try_from(exponent).unwrap_or(0)).unwrap_or(i128::MAX);
            let amount = scale_up(unscaled.saturating_mul(two), 9 - places);
            amount.min(i128::from(i64::MAX) * NANO)
        } else {
            scale_up(unscaled, exponent.saturating_sub(places).saturating_add(9))
        };
        let verbatim = self.is_printed_again(format, exponent, unscaled).then(|| text.to_owned());
        if format == Format::BinarySi && verbatim.is_none() && nano > 0 && nano < NANO {
            format = Format::DecimalSi;
        }
        Quantity { nano: if self.negative { -nano } else { nano }, format, verbatim }
    }

    /// Whether upstream keeps the text as it is: it looks at the digits only, and so keeps `1.500` and
    /// `01Gi`.
    fn is_printed_again(&self, format: Format, exponent: i32, unscaled: i128) -> bool {
        let (places, whole) = (count(self.fraction.len()), count(self.whole.len()).max(1));
        if format == Format::BinarySi {
            let precision = 15 - whole - exponent * 3 / 10 - 1;
            return precision >= 0 && self.fraction.is_empty() && unscaled & 7 != 0;
        }
        let scale = exponent.saturating_sub(places);
        18 - whole - places >= 0
            && scale >= -9
            && scale % 3 == 0
            && !self.whole.is_empty()
            && !format!("{}{}", self.whole, self.fraction).ends_with("000")
    }
}

fn split_digits(text: &str) -> (&str, &str) {
    text.split_at(text.bytes().take_while(u8::is_ascii_digit).count())
}

fn interpret_suffix(suffix: &str) -> Option<(Format, i32)> {
    if let Some((_, exponent)) = DECIMAL_SUFFIXES.iter().find(|(name, _)| *name == suffix) {
        return Some((Format::DecimalSi, *exponent));
    }
    if let Some((_, exponent)) = BINARY_SUFFIXES.iter().find(|(name, _)| *name == suffix) {
        return Some((Format::BinarySi, *exponent));
    }
    let digits = suffix.strip_prefix(['e', 'E'])?;
    Some((Format::DecimalExponent, digits.parse().ok()?))
}

fn suffix_of(table: &[(&'static str, i32)], exponent: i32) -> Option<&'static str> {
    table.iter().find(|(_, e)| *e == exponent).map(|(name, _)| *name)
}

/// Multiplies by a power of ten; a negative power divides, rounding up.
fn scale_up(value: i128, power: i32) -> i128 {
    let factor = u32::try_from(power.abs()).ok().and_then(|p| 10_i128.checked_pow(p));
    match (factor, power >= 0) {
        _ if value == 0 => 0,
        (Some(factor), true) => value.saturating_mul(factor),
        (None, true) => i128::MAX,
        (Some(factor), false) => div_away_from_zero(value, factor),
        (None, false) => 1,
    }
}

fn div_away_from_zero(value: i128, by: i128) -> i128 {
    value / by + (value % by).signum()
}

fn strip_factors(mut value: i128, factor: i128, at_most: i32) -> (i128, i32) {
    let mut times = 0;
    while times < at_most && value % factor == 0 {
        value /= factor;
        times += 1;
    }
    (value, times)
}

fn saturate(value: i128) -> i64 {
    i64::try_from(value).unwrap_or(if value < 0 { i64::MIN } else { i64::MAX })
}

fn count(len: usize) -> i32 {
    i32::try_from(len).unwrap_or(i32::MAX / 4)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn printed(text: &str) -> String {
        Quantity::parse(text).map_or_else(|e| format!("error: {e}"), |q| q.to_string())
    }

    #[test]
    fn prints_the_canonical_form() {
        let table = "
            0 0 | 00 0 | 1 1 | 0.5 500m | 1.5 1500m | 100m 100m | 1000m 1 | 1500m 1500m | .5 500m | 2. 2. | -1.5 -1500m
            1000 1k | 10000 10k | 1100 1100 | 12500 12500 | 1000000 1M | 128974848 128974848 | 0.3 300m | 0.25 250m
            1Gi 1Gi | 1024Mi 1Gi | 1536Mi 1536Mi | 1.5Gi 1536Mi | 0.5Gi 512Mi | 1024Ki 1Mi | 1000Mi 1000Mi | 1Ki 1Ki
            0.1Ki 102400m | 0.0001Ki 102400u | 1.1Ki 1126400m | 8Gi 8Gi | 8192Mi 8Gi | 7Ei 7Ei | 16Ei 9223372036854775807
            1e3 1e3 | 1E3 1E3 | 1e4 10e3 | 129e6 129e6 | 1e-3 1e-3 | 0.1m 100u | 0.1n 1n | 1u 1u | 1000k 1M | 5E 5E
            01Gi 01Gi | 1.500 1.500 | +5 +5 | 0100m 0100m";
        for row in table.split(['|', '\n']).map(str::trim).filter(|row| !row.is_empty()) {
            let (from, to) = row.split_once(' ').unwrap();
            assert_eq!(printed(from), to, "{from}");
        }
    }

    #[test]
    fn refuses_what_the_server_refuses() {
        let shape =
            "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
        for text in ["lots", "", "1 Gi", "1.2.3", "1Gi!", "0x10", "1,5", "é"] {
            assert_eq!(printed(text), format!("error: {shape}"), "{text}");
        }
        for text in ["1kk", "1e", "1Kib", "1mi", "1K", "1i", "1e99999999999"] {
            let expected = if text == "1Kib" {
                shape.to_owned()
            } else {
                "unable to parse quantity's suffix".to_owned()
            };
            assert_eq!(printed(text), format!("error: {expected}"), "{text}");
        }
    }

    #[test]
    fn counts_and_compares() {
        let q = |text: &str| Quantity::parse(text).unwrap();
        assert_eq!(q("1.5Gi").value(), 1_610_612_736);
        assert_eq!((q("0.1").milli_value(), q("1m").value(), q("-1m").value()), (100, 1, -1));
        assert_eq!(q("1Gi"), q("1024Mi"));
        assert!(q("1G") < q("1Gi") && q("-1") < q("0"));
        let mut sum = Quantity::default();
        sum.add(&q("512Mi"));
        sum.add(&q("1.5Gi"));
        assert_eq!(sum.to_string(), "2Gi");
        sum.sub(&q("1Gi"));
        assert_eq!(sum.to_string(), "1Gi");
        assert_eq!(Quantity::from_milli(250, Format::DecimalSi).to_string(), "250m");
        assert_eq!(Quantity::from_value(110, Format::DecimalSi).to_string(), "110");
        assert_eq!(q("1e100").value(), i64::MAX);
    }
}
