//! Runs an awk program on one line after the other.

use super::tree::{Expression, Pattern, Rule, Statement};
use crate::collections::SortedMap;
use crate::shell::programs::format::{format, number, short};
use crate::shell::programs::sed;
use crate::shell::programs::sed_script::Piece;
use crate::shell::regex::{Dialect, Regex};

/// Statements and values that one line may cost.
const STEPS_MAX: u32 = 200_000;
/// Fields that a line may get by assigning one.
const FIELDS_MAX: usize = 10_000;
/// Bytes of a text.
const TEXT_MAX: usize = 1 << 20;

/// A value; what comes from the input counts as a number when it looks like one.
#[derive(Clone, Debug)]
pub(super) enum Value {
    Number(f64),
    Text(String),
    Input(String),
}

/// Why statements are left.
#[derive(Clone, Debug)]
pub(super) enum Leave {
    Next,
    Exit,
    Break,
    Continue,
    Wrong(String),
}

type Result<T> = std::result::Result<T, Leave>;

/// A running program.
#[derive(Clone, Debug, Default)]
pub(super) struct State {
    pub(super) variables: SortedMap<String, Value>,
    arrays: SortedMap<String, SortedMap<String, Value>>,
    line: String,
    fields: Vec<String>,
    pub(super) printed: String,
    pub(super) exit: i32,
    steps: u32,
}

impl Value {
    fn number(&self) -> f64 {
        match self {
            Self::Number(value) => *value,
            Self::Text(text) | Self::Input(text) => number(text),
        }
    }

    pub(super) fn text(&self) -> String {
        match self {
            Self::Number(value) => short(*value),
            Self::Text(text) | Self::Input(text) => text.clone(),
        }
    }

    fn holds(&self) -> bool {
        match self {
            Self::Number(value) => *value != 0.0,
            Self::Input(text) if looks_like_number(text) => number(text) != 0.0,
            Self::Text(text) | Self::Input(text) => !text.is_empty(),
        }
    }

    fn is_numeric(&self) -> bool {
        match self {
            Self::Number(_) => true,
            Self::Text(_) => false,
            Self::Input(text) => looks_like_number(text) || text.is_empty(),
        }
    }
}

fn looks_like_number(text: &str) -> bool {
    let text = text.trim();
    !text.is_empty() && text.contains(|letter: char| letter.is_ascii_digit()) && text.parse::<f64>().is_ok()
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a number out of range is cut to the nearest"
)]
fn index(value: f64) -> usize {
    value.max(0.0) as usize
}

#[expect(clippy::cast_precision_loss, reason = "counts are small")]
fn count(value: usize) -> Value {
    Value::Number(value as f64)
}

fn truth(holds: bool) -> Value {
    Value::Number(f64::from(u8::from(holds)))
}

impl State {
    pub(super) fn set_line(&mut self, line: &str) {
        line.clone_into(&mut self.line);
        let separator = self.get("FS").text();
        self.fields = split(line, &separator);
        self.variables.insert("NF".to_owned(), count(self.fields.len()));
    }

    pub(super) fn get(&self, name: &str) -> Value {
        self.variables.get(name).cloned().unwrap_or(Value::Input(String::new()))
    }

    pub(super) fn set_count(&mut self, name: &str, value: usize) {
        self.variables.insert(name.to_owned(), count(value));
    }

    /// Runs the rules for a line.
    pub(super) fn run_rules(&mut self, rules: &mut [Rule]) -> Result<()> {
        self.steps = 0;
        for rule in rules {
            let picks = match &mut rule.pattern {
                Pattern::Begin | Pattern::End => false,
                Pattern::Always => true,
                Pattern::When(condition) => self.evaluate(condition)?.holds(),
                Pattern::Range(first, last, is_within) => {
                    let picks = *is_within || self.evaluate(first)?.holds();
                    *is_within = picks && !self.evaluate(last)?.holds();
                    picks
                }
            };
            if !picks {
                continue;
            }
            match &rule.action {
                None => self.print(&self.line.clone()),
                Some(statements) => self.run_all(statements)?,
            }
        }
        Ok(())
    }

    pub(super) fn run_all(&mut self, statements: &[Statement]) -> Result<()> {
        statements.iter().try_for_each(|statement| self.run(statement))
    }

    fn print(&mut self, text: &str) {
        let end = match self.variables.get("ORS") {
            Some(end) => end.text(),
            None => "\n".to_owned(),
        };
        self.printed.push_str(text);
        self.printed.push_str(&end);
    }

    fn count_step(&mut self) -> Result<()> {
        self.steps += 1;
        if self.steps > STEPS_MAX || self.printed.len() > TEXT_MAX {
            return Err(Leave::Wrong("the program goes on for too long".to_owned()));
        }
        Ok(())
    }

    fn run(&mut self, statement: &Statement) -> Result<()> {
        self.count_step()?;
        match statement {
            Statement::Print(values) => {
                let values = values.iter().map(|value| self.text(value)).collect::<Result<Vec<_>>>()?;
                let separator = match self.variables.get("OFS") {
                    Some(separator) => separator.text(),
                    None => " ".to_owned(),
                };
                let text = if values.is_empty() { self.line.clone() } else { values.join(&separator) };
                self.print(&text);
            }
            Statement::Printf(values) => {
                let text = self.formatted(values)?;
                self.printed.push_str(&text);
            }
            Statement::Run(expression) => drop(self.evaluate(expression)?),
            Statement::If(condition, yes, no) => {
                if self.evaluate(condition)?.holds() {
                    self.run(yes)?;
                } else if let Some(no) = no {
                    self.run(no)?;
                }
            }
            Statement::While(condition, body) => self.repeat(Some(condition), None, body)?,
            Statement::For(first, condition, step, body) => {
                if let Some(first) = first {
                    self.evaluate(first)?;
                }
                self.repeat(condition.as_ref(), step.as_ref(), body)?;
            }
            Statement::ForIn(name, array, body) => {
                let keys: Vec<String> =
                    self.arrays.get(array).map(|array| array.keys().cloned().collect()).unwrap_or_default();
                for key in keys {
                    self.variables.insert(name.clone(), Value::Input(key));
                    match self.run(body) {
                        Err(Leave::Break) => break,
                        Ok(()) | Err(Leave::Continue) => {}
                        Err(leave) => return Err(leave),
                    }
                }
            }
            Statement::Block(statements) => self.run_all(statements)?,
            Statement::Delete(name, keys) if keys.is_empty() => drop(self.arrays.remove(name)),
            Statement::Delete(name, keys) => {
                let key = self.key(keys)?;
                if let Some(array) = self.arrays.get_mut(name) {
                    array.remove(&key);
                }
            }
            Statement::Next => return Err(Leave::Next),
            Statement::Exit(status) => {
                if let Some(status) = status {
                    self.exit = i32::try_from(index(self.evaluate(status)?.number())).unwrap_or(1);
                }
                return Err(Leave::Exit);
            }
            Statement::Break => return Err(Leave::Break),
            Statement::Continue => return Err(Leave::Continue),
        }
        Ok(())
    }

    fn repeat(
        &mut self,
        condition: Option<&Expression>,
        step: Option<&Expression>,
        body: &Statement,
    ) -> Result<()> {
        loop {
            self.count_step()?;
            if let Some(condition) = condition
                && !self.evaluate(condition)?.holds()
            {
                return Ok(());
            }
            match self.run(body) {
                Err(Leave::Break) => return Ok(()),
                Ok(()) | Err(Leave::Continue) => {}
                Err(leave) => return Err(leave),
            }
            if let Some(step) = step {
                self.evaluate(step)?;
            }
        }
    }

    fn text(&mut self, expression: &Expression) -> Result<String> {
        Ok(self.evaluate(expression)?.text())
    }

    fn formatted(&mut self, values: &[Expression]) -> Result<String> {
        let mut values = values.iter().map(|value| self.text(value)).collect::<Result<Vec<_>>>()?;
        if values.is_empty() {
            return Ok(String::new());
        }
        let pattern = values.remove(0);
        Ok(format(&pattern, &values).0)
    }

    fn key(&mut self, keys: &[Expression]) -> Result<String> {
        let keys = keys.iter().map(|key| self.text(key)).collect::<Result<Vec<_>>>()?;
        Ok(keys.join("\u{1c}"))
    }

    fn regex(&mut self, expression: &Expression) -> Result<Regex> {
        if let Expression::Regex(regex) = expression {
            return Ok(regex.clone());
        }
        let text = self.text(expression)?;
        Regex::new(&text, Dialect::Extended, false).map_err(Leave::Wrong)
    }

    fn field(&self, number: usize) -> Value {
        if number == 0 {
            return Value::Input(self.line.clone());
        }
        Value::Input(self.fields.get(number - 1).cloned().unwrap_or_default())
    }

    fn assign(&mut self, target: &Expression, value: Value) -> Result<()> {
        match target {
            Expression::Variable(name) => {
                if name == "NF" {
                    self.fields.resize(index(value.number()).min(FIELDS_MAX), String::new());
                    self.join_fields();
                }
                self.variables.insert(name.clone(), value);
            }
            Expression::Element(name, keys) => {
                let key = self.key(keys)?;
                self.arrays.entry(name.clone()).or_default().insert(key, value);
            }
            Expression::Field(number) => {
                let number = index(self.evaluate(number)?.number());
                if number == 0 {
                    self.set_line(&value.text());
                    return Ok(());
                }
                if number > FIELDS_MAX {
                    return Err(Leave::Wrong("too many fields".to_owned()));
                }
                if self.fields.len() < number {
                    self.fields.resize(number, String::new());
                }
                if let Some(field) = self.fields.get_mut(number - 1) {
                    *field = value.text();
                }
                self.set_count("NF", self.fields.len());
                self.join_fields();
            }
            _ => return Err(Leave::Wrong("syntax error: nothing to assign to".to_owned())),
        }
        Ok(())
    }

    fn join_fields(&mut self) {
        let separator = match self.variables.get("OFS") {
            Some(separator) => separator.text(),
            None => " ".to_owned(),
        };
        self.line = self.fields.join(&separator);
    }

    fn evaluate(&mut self, expression: &Expression) -> Result<Value> {
        self.count_step()?;
        Ok(match expression {
            Expression::Number(value) => Value::Number(*value),
            Expression::Text(text) => Value::Text(text.clone()),
            Expression::Regex(regex) => truth(regex.fits(&self.line)),
            Expression::Variable(name) => self.get(name),
            Expression::Field(number) => {
                let number = index(self.evaluate(number)?.number());
                self.field(number)
            }
            Expression::Element(name, keys) => {
                let key = self.key(keys)?;
                let array = self.arrays.entry(name.clone()).or_default();
                array.entry(key).or_insert(Value::Input(String::new())).clone()
            }
            Expression::Not(inner) => truth(!self.evaluate(inner)?.holds()),
            Expression::Negative(inner) => Value::Number(-self.evaluate(inner)?.number()),
            Expression::And(left, right) => {
                truth(self.evaluate(left)?.holds() && self.evaluate(right)?.holds())
            }
            Expression::Or(left, right) => {
                truth(self.evaluate(left)?.holds() || self.evaluate(right)?.holds())
            }
            Expression::Choice(condition, yes, no) => {
                let chosen = if self.evaluate(condition)?.holds() { yes } else { no };
                self.evaluate(chosen)?
            }
            Expression::Match(left, right) => {
                let text = self.text(left)?;
                truth(self.regex(right)?.fits(&text))
            }
            Expression::In(keys, array) => {
                let key = self.key(keys)?;
                truth(self.arrays.get(array).is_some_and(|array| array.contains_key(&key)))
            }
            Expression::Binary(operator, left, right) => {
                let (left, right) = (self.evaluate(left)?, self.evaluate(right)?);
                binary(operator, &left, &right)?
            }
            Expression::Assign(target, operator, value) => {
                let mut value = self.evaluate(value)?;
                if !operator.is_empty() {
                    value = binary(operator, &self.evaluate(target)?, &value)?;
                }
                self.assign(target, value.clone())?;
                value
            }
            Expression::Step(target, by, is_new) => {
                let before = self.evaluate(target)?.number();
                self.assign(target, Value::Number(before + by))?;
                Value::Number(if *is_new { before + by } else { before })
            }
            Expression::Call(name, arguments) => self.call(name, arguments)?,
        })
    }

    fn call(&mut self, name: &str, arguments: &[Expression]) -> Result<Value> {
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
        let mut pieces = Vec::new();
        for (at, piece) in with.split('&').enumerate() {
            if at > 0 {
                pieces.push(Piece::Group(0));
            }
            pieces.push(Piece::Text(piece.to_owned()));
        }
        let Some(changed) = sed::substitute(&text, &regex, &pieces, all, 1) else {
            return Ok(Value::Number(0.0));
        };
        self.assign(target, Value::Text(changed))?;
        Ok(Value::Number(1.0))
    }
}

fn binary(operator: &str, left: &Value, right: &Value) -> Result<Value> {
    if operator == " " {
        let text = left.text() + &right.text();
        if text.len() > TEXT_MAX {
            return Err(Leave::Wrong("the text is too long".to_owned()));
        }
        return Ok(Value::Text(text));
    }
    let (x, y) = (left.number(), right.number());
    Ok(Value::Number(match operator {
        "+" => x + y,
        "-" => x - y,
        "*" => x * y,
        "/" | "%" if y == 0.0 => return Err(Leave::Wrong("division by zero".to_owned())),
        "/" => x / y,
        "%" => x % y,
        "^" => x.powf(y),
        _ => {
            let order = if left.is_numeric() && right.is_numeric() {
                x.partial_cmp(&y).unwrap_or(std::cmp::Ordering::Equal)
            } else {
                left.text().cmp(&right.text())
            };
            let holds = match operator {
                "<" => order.is_lt(),
                "<=" => order.is_le(),
                ">" => order.is_gt(),
                ">=" => order.is_ge(),
                "==" => order.is_eq(),
                _ => order.is_ne(),
            };
            return Ok(truth(holds));
        }
    }))
}

fn split(line: &str, separator: &str) -> Vec<String> {
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
