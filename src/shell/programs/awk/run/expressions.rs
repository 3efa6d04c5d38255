//! What expressions of awk come to, and what is assigned to variables, arrays and fields.

use super::values::{Value, index, truth};
use super::{Leave, Result, Run, bounded, joined};
use crate::shell::programs::awk::tree::Expression;
use crate::shell::programs::format::{Argument, format};
use crate::shell::regex::{Dialect, Regex};

/// Fields that a line may get by assigning one.
const FIELDS_MAX: usize = 10_000;

impl Run<'_, '_> {
    pub(super) fn key(&mut self, keys: &[Expression]) -> Result<String> {
        let keys = keys.iter().map(|key| self.text(key)).collect::<Result<Vec<_>>>()?;
        joined(&keys, &self.get("SUBSEP").text())
    }

    pub(super) fn regex(&mut self, expression: &Expression) -> Result<Regex> {
        if let Expression::Regex(regex) = expression {
            return Ok(regex.clone());
        }
        let text = self.text(expression)?;
        Regex::new(&text, Dialect::Awk, false).map_err(Leave::Wrong)
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
                    self.join_fields()?;
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
                    return Err(Leave::Wrong("too many fields".into()));
                }
                if self.fields.len() < number {
                    self.fields.resize(number, String::new());
                }
                if let Some(field) = self.fields.get_mut(number - 1) {
                    *field = value.text();
                }
                let count = self.fields.len();
                self.set_count("NF", count);
                self.join_fields()?;
            }
            _ => return Err(Leave::Wrong("syntax error: nothing to assign to".into())),
        }
        Ok(())
    }

    fn join_fields(&mut self) -> Result<()> {
        let separator = self.get("OFS").text();
        self.line = joined(&self.fields, &separator)?;
        Ok(())
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
            Expression::Getline(from, target) => self.getline(from, target.as_deref())?,
        })
    }

    pub(super) fn text(&mut self, expression: &Expression) -> Result<String> {
        Ok(self.evaluate(expression)?.text())
    }

    pub(super) fn formatted(&mut self, values: &[Expression]) -> Result<String> {
        let mut values = values.iter().map(|value| self.evaluate(value)).collect::<Result<Vec<_>>>()?;
        if values.is_empty() {
            return Ok(String::new());
        }
        let pattern = values.remove(0).text();
        let argument = |value: &Value| Argument {
            text: value.text(),
            number: Some(value.number()),
            is_code: matches!(value, Value::Number(_)),
        };
        let values: Vec<Argument> = values.iter().map(argument).collect();
        let made = format(&pattern, &values);
        if made.taken > values.len() {
            let why = format!(
                "run time error: not enough arguments passed to printf(\"{}\")",
                pattern.escape_default()
            );
            return Err(Leave::Wrong(why.into()));
        }
        bounded(made.text)
    }
}

fn binary(operator: &str, left: &Value, right: &Value) -> Result<Value> {
    if operator == " " {
        return bounded(left.text() + &right.text()).map(Value::Text);
    }
    let (x, y) = (left.number(), right.number());
    Ok(Value::Number(match operator {
        "+" => x + y,
        "-" => x - y,
        "*" => x * y,
        "/" | "%" if y == 0.0 => return Err(Leave::Wrong("division by zero".into())),
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
