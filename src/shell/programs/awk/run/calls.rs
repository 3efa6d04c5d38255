//! awk's own functions, and how lines are split into fields.

use super::values::{Value, count, index};
use super::{Leave, Result, State};
use crate::shell::programs::awk::tree::Expression;
use crate::shell::programs::numbers::number;
use crate::shell::programs::sed;
use crate::shell::programs::sed_script::Piece;
use crate::shell::regex::{Dialect, Regex};

impl State {
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
                let from = number(&text(self, 1)?).round();
                let length =
                    if arguments.len() > 2 { number(&text(self, 2)?).round() } else { f64::INFINITY };
                let begin = index(from.max(1.0)) - 1;
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
            "split" => {
                let separator = if arguments.len() > 2 { text(self, 2)? } else { self.get("FS").text() };
                let parts = split(&text(self, 0)?, &separator);
                let Some(Expression::Variable(array)) = arguments.get(1) else {
                    return Err(Leave::Wrong("split needs an array".to_owned()));
                };
                let total = parts.len();
                let entries = parts.into_iter().enumerate();
                let array_values =
                    entries.map(|(at, part)| ((at + 1).to_string(), Value::Input(part))).collect();
                self.arrays.insert(array.clone(), array_values);
                count(total)
            }
            "sub" | "gsub" => self.replace(name == "gsub", arguments)?,
            _ => return Err(Leave::Wrong(format!("the sandbox's awk does not have the function {name}"))),
        })
    }

    fn replace(&mut self, all: bool, arguments: &[Expression]) -> Result<Value> {
        let (Some(pattern), Some(with)) = (arguments.first(), arguments.get(1)) else {
            return Err(Leave::Wrong("sub and gsub need a pattern and a text".to_owned()));
        };
        let regex = self.regex(pattern)?;
        let with = self.text(with)?;
        let whole = Expression::Field(Box::new(Expression::Number(0.0)));
        let target = arguments.get(2).unwrap_or(&whole);
        let text = self.text(target)?;
        let Some((changed, times)) = sed::substitute(&text, &regex, &pieces(&with), all, 1) else {
            return Ok(count(0));
        };
        self.assign(target, Value::Text(changed))?;
        Ok(count(times))
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

pub(super) fn split(line: &str, separator: &str) -> Vec<String> {
    if separator.is_empty() || separator == " " {
        return line.split_whitespace().map(str::to_owned).collect();
    }
    if line.is_empty() {
        return Vec::new();
    }
    if separator.chars().count() == 1 {
        return line.split(separator).map(str::to_owned).collect();
    }
    let Ok(regex) = Regex::new(separator, Dialect::Extended, false) else { return vec![line.to_owned()] };
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
