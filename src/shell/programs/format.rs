//! Formats of `printf`, in the shell and in awk.

use std::num::IntErrorKind;

use super::numbers::{exponential, general, number};
use super::quoting::quote;
use crate::shell::console::OUTPUT_MAX;
use crate::shell::escapes::{Place, unescaped};

/// The widest field.
const WIDTH_MAX: usize = 10_000;
/// What may stand behind `%`.
const VERBS: &str = "diuxXocfFeEgGbqs";

/// A value that is written.
#[derive(Clone, Debug, Default)]
pub(super) struct Argument {
    pub(super) text: String,
    /// What it is as a number, where that is known; a shell's printf reads its text.
    pub(super) number: Option<f64>,
    /// `%c` writes the letter with this number.
    pub(super) is_code: bool,
}

impl Argument {
    /// A word of the shell.
    pub(super) fn word(text: &str) -> Self {
        Self { text: text.to_owned(), ..Self::default() }
    }
}

/// What a format made.
#[derive(Clone, Debug, Default)]
pub(super) struct Formatted {
    pub(super) text: String,
    /// How many values it took.
    pub(super) taken: usize,
    /// What is wrong with values and format, in printf's words.
    pub(super) wrong: Vec<String>,
    /// Nothing more is written: at a `\c`, or where the format is wrong.
    pub(super) is_cut: bool,
}

/// A piece of a format that begins with `%`.
#[derive(Default)]
struct Directive {
    flags: String,
    width: usize,
    precision: Option<usize>,
}

type Letters<'a> = std::iter::Peekable<std::str::Chars<'a>>;

/// Writes values by a format.
pub(super) fn format(format: &str, values: &[Argument]) -> Formatted {
    let mut made = Formatted::default();
    let mut letters = format.chars().peekable();
    while let Some(letter) = letters.next() {
        if letter != '%' {
            made.text.push(letter);
            continue;
        }
        let directive = made.directive(&mut letters, values);
        match letters.next() {
            None => {
                made.text.push('%');
                made.wrong.push("`%': missing format character".to_owned());
                made.is_cut = true;
            }
            Some('%') => made.text.push('%'),
            Some(verb) if !VERBS.contains(verb) => {
                made.wrong.push(format!("`{verb}': invalid format character"));
                made.is_cut = true;
            }
            Some(verb) => {
                let value = made.next(values);
                let text = made.one(verb, &value, &directive);
                made.text.push_str(&pad(&text, &directive, verb));
            }
        }
        if made.is_cut || made.text.len() > OUTPUT_MAX {
            break;
        }
    }
    made
}

impl Formatted {
    fn next(&mut self, values: &[Argument]) -> Argument {
        self.taken += 1;
        values.get(self.taken - 1).cloned().unwrap_or_default()
    }

    /// Flags, width and precision.
    fn directive(&mut self, letters: &mut Letters<'_>, values: &[Argument]) -> Directive {
        let mut directive = Directive::default();
        while let Some(flag) = letters.next_if(|letter| matches!(letter, '-' | '0' | '+' | ' ' | '#')) {
            directive.flags.push(flag);
        }
        let mut number = |letters: &mut Letters<'_>| -> Option<i64> {
            if letters.next_if_eq(&'*').is_some() {
                let value = self.next(values);
                return Some(self.whole(&value));
            }
            let mut digits = String::new();
            while let Some(digit) = letters.next_if(char::is_ascii_digit) {
                digits.push(digit);
            }
            digits.parse().ok()
        };
        let size = |number: i64| usize::try_from(number.unsigned_abs()).unwrap_or(WIDTH_MAX).min(WIDTH_MAX);
        let width = number(letters).unwrap_or(0);
        if width < 0 {
            directive.flags.push('-');
        }
        directive.width = size(width);
        directive.precision = letters.next_if_eq(&'.').map(|_| size(number(letters).unwrap_or(0)));
        while letters.next_if(|letter| matches!(letter, 'l' | 'h')).is_some() {}
        directive
    }

    fn one(&mut self, verb: char, value: &Argument, directive: &Directive) -> String {
        let precision = directive.precision;
        let decimal = |number: f64| match verb {
            'f' | 'F' => format!("{number:.*}", precision.unwrap_or(6)),
            'e' | 'E' => exponential(number, precision.unwrap_or(6)),
            _ => general(number, precision.unwrap_or(6)),
        };
        match verb {
            'd' | 'i' => signed(&digits(self.whole(value), precision), directive),
            'u' | 'x' | 'X' | 'o' => {
                let number = self.whole(value);
                let (prefix, text) = match verb {
                    'u' => ("", format!("{}", number.cast_unsigned())),
                    'x' => ("0x", format!("{number:x}")),
                    'X' => ("0X", format!("{number:X}")),
                    _ => ("0", format!("{number:o}")),
                };
                let has_prefix = directive.flags.contains('#') && number != 0;
                format!("{}{text:0>1$}", if has_prefix { prefix } else { "" }, precision.unwrap_or(0))
            }
            'f' | 'F' | 'e' | 'g' => signed(&decimal(self.real(value)), directive),
            'E' | 'G' => signed(&decimal(self.real(value)), directive).to_ascii_uppercase(),
            'c' if value.is_code => char::from_u32(number_as_code(value.number.unwrap_or_default()))
                .map(String::from)
                .unwrap_or_default(),
            'c' => value.text.chars().next().map(String::from).unwrap_or_default(),
            'b' => {
                let (text, is_cut) = unescaped(&value.text, Place::Value);
                self.is_cut |= is_cut;
                text
            }
            'q' => quote(&value.text),
            _ => match precision {
                Some(length) => value.text.chars().take(length).collect(),
                None => value.text.clone(),
            },
        }
    }

    fn real(&mut self, value: &Argument) -> f64 {
        if let Some(number) = value.number {
            return number;
        }
        let text = value.text.trim_start();
        if let Some(code) = code(text) {
            return f64::from(code);
        }
        let is_whole = text.parse::<f64>().is_ok() || text.is_empty();
        if !is_whole {
            self.wrong.push(format!("{}: invalid number", value.text));
        }
        number(text)
    }

    #[expect(
        clippy::cast_possible_truncation,
        reason = "a number out of range is cut to the largest, as in awk"
    )]
    fn whole(&mut self, value: &Argument) -> i64 {
        if let Some(number) = value.number {
            return number as i64;
        }
        let text = value.text.trim_start();
        if let Some(code) = code(text) {
            return i64::from(code);
        }
        let (sign, bare) =
            text.strip_prefix('-').map_or(("", text.trim_start_matches('+')), |bare| ("-", bare));
        let (radix, bare) =
            match (bare.strip_prefix("0x").or(bare.strip_prefix("0X")), bare.strip_prefix('0')) {
                (Some(hexadecimal), _) => (16, hexadecimal),
                (None, Some(octal)) if !octal.is_empty() => (8, octal),
                _ => (10, bare),
            };
        let end = bare.find(|letter: char| !letter.is_digit(radix)).unwrap_or(bare.len());
        let read = i64::from_str_radix(&format!("{sign}{}", bare.get(..end).unwrap_or_default()), radix);
        if end < bare.len() || (end == 0 && !text.is_empty()) {
            self.wrong.push(format!("{}: invalid number", value.text));
        }
        read.unwrap_or_else(|error| match error.kind() {
            IntErrorKind::PosOverflow => i64::MAX,
            IntErrorKind::NegOverflow => i64::MIN,
            _ => 0,
        })
    }
}

/// The number of the letter behind a quote: `"'A"` is 65.
fn code(text: &str) -> Option<u32> {
    let letter = text.strip_prefix(['\'', '"'])?.chars().next();
    Some(letter.map_or(0, u32::from))
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "no letter has such a number")]
fn number_as_code(number: f64) -> u32 {
    number.max(0.0) as u32
}

/// A whole number with so many digits at least.
fn digits(number: i64, least: Option<usize>) -> String {
    let sign = if number < 0 { "-" } else { "" };
    format!("{sign}{:0>1$}", number.unsigned_abs(), least.unwrap_or(0))
}

/// A number with the sign that the flags ask for.
fn signed(text: &str, directive: &Directive) -> String {
    let sign = match text.starts_with('-') {
        false if directive.flags.contains('+') => "+",
        false if directive.flags.contains(' ') => " ",
        _ => "",
    };
    format!("{sign}{text}")
}

fn pad(text: &str, directive: &Directive, verb: char) -> String {
    let flags = &directive.flags;
    let missing = directive.width.saturating_sub(text.chars().count());
    if flags.contains('-') {
        return format!("{text}{}", " ".repeat(missing));
    }
    let is_whole = matches!(verb, 'd' | 'i' | 'u' | 'x' | 'X' | 'o');
    if flags.contains('0')
        && !matches!(verb, 's' | 'c' | 'b' | 'q')
        && !(is_whole && directive.precision.is_some())
    {
        let (sign, digits) = text.split_at(usize::from(text.starts_with(['-', '+', ' '])));
        return format!("{sign}{}{digits}", "0".repeat(missing));
    }
    format!("{}{text}", " ".repeat(missing))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_written_by_formats() {
        let cases = [
            ("%s-%d\n", &["web", "3"][..], "web-3\n"),
            ("%5s|%-5s|", &["a", "b"], "    a|b    |"),
            ("%05d %x %.2f%%", &["42", "255", "3.14159"], "00042 ff 3.14%"),
            ("%.2s %c", &["abc", "xyz"], "ab x"),
            ("%*d", &["4", "7"], "   7"),
            ("%e %.2E", &["1234.5", "0.00012"], "1.234500e+03 1.20E-04"),
            ("%g %g %G", &["1e10", "0.5", "0.00001"], "1e+10 0.5 1E-05"),
            ("%q %q", &["a b", ""], "a\\ b ''"),
            ("%", &[], "%"),
            ("%+d % d %+.1f %.3d %5.2d|", &["1", "2", "3", "4", "5"], "+1  2 +3.0 004    05|"),
            ("%#x %#o %u %x", &["31", "8", "-1", "0x1f"], "0x1f 010 18446744073709551615 1f"),
            ("%d %d %d", &["'A", "010", ""], "65 8 0"),
            (
                "%d %d",
                &["0xffffffffffffffff", "-9999999999999999999"],
                "9223372036854775807 -9223372036854775808",
            ),
            (
                "%d %o",
                &["7777777777777777777777", "0x7fffffffffffffff"],
                "9223372036854775807 777777777777777777777",
            ),
            ("%-*d|%*s|", &["5", "42", "-4", "x"], "42   |x   |"),
            ("a%z%d", &["1"], "a"),
        ];
        for (text, values, expected) in cases {
            let values: Vec<Argument> = values.iter().map(|value| Argument::word(value)).collect();
            assert_eq!(format(text, &values).text, expected, "{text}");
        }
    }
}
