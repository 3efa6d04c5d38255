//! awk's own functions, and how lines are split into fields.

use super::values::{Value, count, index};
use super::{Leave, Result, Run, bounded};
use crate::shell::mistake::Mistake;
use crate::shell::programs::awk::tree::Expression;
use crate::shell::programs::numbers::number;
use crate::shell::programs::substitute::{Piece, substitute};
use crate::shell::regex::{Dialect, Regex};

impl Run<'_, '_> {
    pub(super) fn call(&mut self, name: &str, arguments: &[Expression]) -> Result<Value> {
        let text = |state: &mut Self, index: usize| match arguments.get(index) {
            Some(argument) => state.text(argument),
            None => Ok(String::new()),
        };
        Ok(match name {
            "length" => {
                if let Some(Expression::Variable(name)) = arguments.first()
                    && let Some(array) = self.arrays.get(name)
                {
                    return Ok(count(array.len()));
                }
                let text = if arguments.is_empty() { self.line.clone() } else { text(self, 0)? };
                count(text.chars().count())
            }
            "substr" => {
                let letters: Vec<char> = text(self, 0)?.chars().collect();
                // What begins before the text begins with it.
                let from = number(&text(self, 1)?).round().max(1.0);
                let length =
                    if arguments.len() > 2 { number(&text(self, 2)?).round() } else { f64::INFINITY };
                let begin = index(from) - 1;
                let end = index((from + length).max(1.0)).saturating_sub(1).min(letters.len());
                Value::Text(letters.get(begin..end).unwrap_or_default().iter().collect())
            }
            "index" => {
                let (text, part) = (text(self, 0)?, text(self, 1)?);
                let at = text.find(&part).and_then(|at| text.get(..at));
                count(at.map_or(0, |before| before.chars().count() + 1))
            }
            "tolower" => Value::Text(text(self, 0)?.to_ascii_lowercase()),
            "toupper" => Value::Text(text(self, 0)?.to_ascii_uppercase()),
            "int" => Value::Number(number(&text(self, 0)?).trunc()),
            "sprintf" => Value::Text(self.formatted(arguments)?),
            "split" => self.split(arguments)?,
            "sub" | "gsub" => self.replace(name == "gsub", arguments)?,
            "match" => self.matched(arguments)?,
            "system" => {
                let line = text(self, 0)?;
                Value::Number(f64::from(self.system(&line)?))
            }
            "close" => {
                let name = text(self, 0)?;
                Value::Number(self.close(&name)?)
            }
            "fflush" => {
                self.flush();
                count(0)
            }
            "sqrt" | "exp" | "log" | "sin" | "cos" | "atan2" => {
                let (x, y) = (number(&text(self, 0)?), number(&text(self, 1)?));
                Value::Number(worked_out(name, x, y))
            }
            _ => return Err(Leave::Wrong(Mistake::lacks(format!("the function {name}")))),
        })
    }

    /// `split(TEXT, ARRAY, SEPARATOR)`.
    fn split(&mut self, arguments: &[Expression]) -> Result<Value> {
        let (Some(line), Some(Expression::Variable(array))) = (arguments.first(), arguments.get(1)) else {
            return Err(Leave::Wrong("split needs an array".into()));
        };
        let line = self.text(line)?;
        let parts = match arguments.get(2) {
            Some(Expression::Regex(regex)) => split_by(&line, regex),
            Some(separator) => split(&line, &self.text(separator)?),
            None => split(&line, &self.get("FS").text()),
        };
        let total = parts.len();
        let entries = parts.into_iter().enumerate();
        let values = entries.map(|(at, part)| ((at + 1).to_string(), Value::Input(part))).collect();
        self.arrays.insert(array.clone(), values);
        Ok(count(total))
    }

    /// `match(TEXT, PATTERN)`, which sets `RSTART` and `RLENGTH`.
    fn matched(&mut self, arguments: &[Expression]) -> Result<Value> {
        let (Some(text), Some(pattern)) = (arguments.first(), arguments.get(1)) else {
            return Err(Leave::Wrong("match needs a text and a pattern".into()));
        };
        let letters: Vec<char> = self.text(text)?.chars().collect();
        let found = self.regex(pattern)?.find(&letters, 0);
        let place = |index: usize| found.as_ref().and_then(|groups| *groups.get(index)?);
        let (at, length) = match (place(0), place(1)) {
            (Some(begin), Some(end)) => (count(begin + 1), count(end - begin)),
            _ => (count(0), Value::Number(-1.0)),
        };
        self.variables.insert("RSTART".to_owned(), at.clone());
        self.variables.insert("RLENGTH".to_owned(), length);
        Ok(at)
    }

    fn replace(&mut self, all: bool, arguments: &[Expression]) -> Result<Value> {
        let (Some(pattern), Some(with)) = (arguments.first(), arguments.get(1)) else {
            return Err(Leave::Wrong("sub and gsub need a pattern and a text".into()));
        };
        let regex = self.regex(pattern)?;
        let with = self.text(with)?;
        let whole = Expression::Field(Box::new(Expression::Number(0.0)));
        let target = arguments.get(2).unwrap_or(&whole);
        let text = self.text(target)?;
        let Some((changed, times)) = substitute(&text, &regex, &pieces(&with), all, 1) else {
            return Ok(count(0));
        };
        self.assign(target, Value::Text(bounded(changed)?))?;
        Ok(count(times))
    }
}

/// What a function of numbers comes to.
fn worked_out(name: &str, x: f64, y: f64) -> f64 {
    match name {
        "sqrt" => x.sqrt(),
        "exp" => x.exp(),
        "log" => x.ln(),
        "sin" => x.sin(),
        "cos" => x.cos(),
        _ => x.atan2(y),
    }
}

/// What a match is replaced by: `&` is the match itself, unless a backslash stands before it.
fn pieces(with: &str) -> Vec<Piece> {
    let (mut pieces, mut text) = (Vec::new(), String::new());
    let mut letters = with.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '&' => {
                pieces.push(Piece::Text(std::mem::take(&mut text)));
                pieces.push(Piece::Group(0));
            }
            '\\' => text.push(letters.next_if(|next| matches!(next, '&' | '\\')).unwrap_or('\\')),
            letter => text.push(letter),
        }
    }
    pieces.push(Piece::Text(text));
    pieces
}

/// The fields of a line: between blanks, one letter, or what a pattern fits; without a separator its letters.
pub(super) fn split(line: &str, separator: &str) -> Vec<String> {
    if separator == " " {
        return line.split_whitespace().map(str::to_owned).collect();
    }
    if separator.is_empty() {
        return line.chars().map(String::from).collect();
    }
    if line.is_empty() {
        return Vec::new();
    }
    if separator.chars().count() == 1 && separator != "\\" {
        return line.split(separator).map(str::to_owned).collect();
    }
    match Regex::new(separator, Dialect::Awk, false) {
        Ok(regex) => split_by(line, &regex),
        Err(_) => line.split(separator).map(str::to_owned).collect(),
    }
}

fn split_by(line: &str, regex: &Regex) -> Vec<String> {
    if line.is_empty() {
        return Vec::new();
    }
    let letters: Vec<char> = line.chars().collect();
    let (mut fields, mut from) = (Vec::new(), 0);
    while let Some(groups) = regex.find(&letters, from) {
        let (Some(Some(begin)), Some(Some(end))) = (groups.first().copied(), groups.get(1).copied()) else {
            break;
        };
        if end == begin {
            break;
        }
        fields.push(letters.get(from..begin).unwrap_or_default().iter().collect());
        from = end;
    }
    fields.push(letters.get(from..).unwrap_or_default().iter().collect());
    fields
}
