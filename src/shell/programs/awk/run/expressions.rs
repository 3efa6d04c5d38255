//! What expressions of awk come to, and what is assigned to variables, arrays and fields.

use super::values::{Value, index, truth};
use super::{Leave, Result, State, TEXT_MAX};
use crate::shell::programs::awk::tree::Expression;
use crate::shell::programs::format::format;
use crate::shell::regex::{Dialect, Regex};

/// Fields that a line may get by assigning one.
const FIELDS_MAX: usize = 10_000;

impl State {
    pub(super) fn key(&mut self, keys: &[Expression]) -> Result<String> {
        let keys = keys.iter().map(|key| self.text(key)).collect::<Result<Vec<_>>>()?;
        Ok(keys.join("\u{1c}"))
    }

    pub(super) fn regex(&mut self, expression: &Expression) -> Result<Regex> {
        if let Expression::Regex(regex) = expression {
            return Ok(regex.clone());
        }
        let text = self.text(expression)?;
        Regex::new(&text, Dialect::Extended, false).map_err(Leave::Wrong)
    }

    pub(super) fn field(&self, number: usize) -> Value {
        if number == 0 {
            return Value::Input(self.line.clone());
        }
        Value::Input(self.fields.get(number - 1).cloned().unwrap_or_default())
    }

    pub(super) fn assign(&mut self, target: &Expression, value: Value) -> Result<()> {
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

    pub(super) fn join_fields(&mut self) {
        let separator = match self.variables.get("OFS") {
            Some(separator) => separator.text(),
            None => " ".to_owned(),
        };
        self.line = self.fields.join(&separator);
    }

    pub(super) fn evaluate(&mut self, expression: &Expression) -> Result<Value> {
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

    pub(super) fn text(&mut self, expression: &Expression) -> Result<String> {
        Ok(self.evaluate(expression)?.text())
    }

    pub(super) fn formatted(&mut self, values: &[Expression]) -> Result<String> {
        let mut values = values.iter().map(|value| self.text(value)).collect::<Result<Vec<_>>>()?;
        if values.is_empty() {
            return Ok(String::new());
        }
        let pattern = values.remove(0);
        Ok(format(&pattern, &values).0)
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
