//! One flag: its names, what its value may be, and what pflag says of a wrong one.

use crate::kubectl::go_duration;
use crate::kubectl::quote::quote;

/// What a flag's value may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FlagKind {
    /// `true` or `false`; `true` without a value.
    Switch,
    /// Any text.
    Text,
    /// A whole number.
    Number,
    /// A span of time such as `30s`.
    Duration,
    /// Texts, divided by commas; may be given several times.
    List,
    /// Texts, one each time it is given.
    Array,
}

/// A flag.
#[derive(Clone, Copy, Debug)]
pub struct Flag {
    /// Its long name.
    pub name: &'static str,
    /// Its short name.
    pub short: Option<char>,
    /// What its value may be.
    pub kind: FlagKind,
    /// Its value when it is not given.
    pub default: &'static str,
    /// Its value when it is given without one; none means that a value must follow.
    pub bare: Option<&'static str>,
    /// What is said to whoever gives it, where it is to go.
    pub deprecated: Option<&'static str>,
    /// Whether kubectl has it and the sandbox does not.
    pub absent: bool,
    /// What it does.
    pub help: &'static str,
}

impl Flag {
    const fn new(name: &'static str, kind: FlagKind, default: &'static str, help: &'static str) -> Self {
        Self { name, short: None, kind, default, bare: None, deprecated: None, absent: false, help }
    }

    /// A flag that is on or off.
    pub const fn switch(name: &'static str, help: &'static str) -> Self {
        Self { bare: Some("true"), ..Self::new(name, FlagKind::Switch, "false", help) }
    }

    /// A flag that takes a text.
    pub const fn text(name: &'static str, default: &'static str, help: &'static str) -> Self {
        Self::new(name, FlagKind::Text, default, help)
    }

    /// A flag that takes a number.
    pub const fn number(name: &'static str, default: &'static str, help: &'static str) -> Self {
        Self::new(name, FlagKind::Number, default, help)
    }

    /// A flag that takes a span of time.
    pub const fn duration(name: &'static str, default: &'static str, help: &'static str) -> Self {
        Self::new(name, FlagKind::Duration, default, help)
    }

    /// A flag that takes texts divided by commas.
    pub const fn list(name: &'static str, help: &'static str) -> Self {
        Self::new(name, FlagKind::List, "", help)
    }

    /// A flag that takes one text each time.
    pub const fn array(name: &'static str, help: &'static str) -> Self {
        Self::new(name, FlagKind::Array, "", help)
    }

    /// The same with a short name.
    #[must_use]
    pub const fn short(mut self, short: char) -> Self {
        self.short = Some(short);
        self
    }

    /// The same with another default.
    #[must_use]
    pub const fn default(mut self, default: &'static str) -> Self {
        self.default = default;
        self
    }

    /// The same with a value for when none is given.
    #[must_use]
    pub const fn bare(mut self, bare: &'static str) -> Self {
        self.bare = Some(bare);
        self
    }

    /// The same as one that is to go.
    #[must_use]
    pub const fn deprecated(mut self, instead: &'static str) -> Self {
        self.deprecated = Some(instead);
        self
    }

    /// The same as one that the sandbox does not have.
    #[must_use]
    pub const fn absent(mut self) -> Self {
        self.absent = true;
        self
    }

    /// How errors name it: `-o, --output`.
    pub(super) fn both_names(&self) -> String {
        match self.short {
            Some(short) => format!("-{short}, --{}", self.name),
            None => format!("--{}", self.name),
        }
    }

    pub(super) fn check(&self, value: &str) -> Result<(), String> {
        let wrong = match self.kind {
            FlagKind::Switch => parse_switch(value).err(),
            FlagKind::Number => parse_number(value).err(),
            FlagKind::Duration => go_duration::parse(value).err(),
            FlagKind::Text | FlagKind::List | FlagKind::Array => None,
        };
        match wrong {
            Some(why) => Err(format!(
                "invalid argument {} for {} flag: {why}",
                quote(value),
                quote(&self.both_names())
            )),
            None => Ok(()),
        }
    }
}

pub(super) fn parse_switch(value: &str) -> Result<bool, String> {
    match value {
        "1" | "t" | "T" | "true" | "TRUE" | "True" => Ok(true),
        "0" | "f" | "F" | "false" | "FALSE" | "False" => Ok(false),
        _ => Err(format!("strconv.ParseBool: parsing {}: invalid syntax", quote(value))),
    }
}

/// Reads a number as `strconv.ParseInt` with base 0: decimal, `0x`, `0o`, `0b`.
pub(super) fn parse_number(value: &str) -> Result<i64, String> {
    let (negative, digits) = match value.strip_prefix(['-', '+']) {
        Some(digits) => (value.starts_with('-'), digits),
        None => (false, value),
    };
    let lower = digits.to_ascii_lowercase();
    let (base, digits) = match lower.as_str() {
        text if text.starts_with("0x") => (16, text.get(2..).unwrap_or_default()),
        text if text.starts_with("0o") => (8, text.get(2..).unwrap_or_default()),
        text if text.starts_with("0b") => (2, text.get(2..).unwrap_or_default()),
        text if text.len() > 1 && text.starts_with('0') => (8, text.get(1..).unwrap_or_default()),
        text => (10, text),
    };
    let digits = digits.replace('_', "");
    let syntax = digits.is_empty() || !digits.chars().all(|c| c.is_digit(base));
    if syntax {
        return Err(format!("strconv.ParseInt: parsing {}: invalid syntax", quote(value)));
    }
    i64::from_str_radix(&digits, base)
        .map(|number| if negative { -number } else { number })
        .ok()
        .ok_or_else(|| format!("strconv.ParseInt: parsing {}: value out of range", quote(value)))
}
