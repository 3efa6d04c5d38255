//! Expressions of awk, from the loosest operator to a single value.

use super::Parser;
use crate::shell::mistake::Mistake;
use crate::shell::programs::awk::tree::{Expression, Target, Way};

/// Operators of one program.
const OPERATORS_MAX: u32 = 300;

/// Variables that change how awk works, and do not here.
pub(in crate::shell::programs::awk) const LACKING: &[&str] =
    &["OFMT", "CONVFMT", "IGNORECASE", "FIELDWIDTHS", "FPAT", "RT"];

/// Operators of two sides, the loosest first.
const LEVELS: &[&[&str]] = &[&["<=", ">=", "==", "!=", "<", ">"], &[" "], &["+", "-"], &["*", "/", "%"]];

impl Parser {
    /// What `print` prints, with parentheses around it or without.
    pub(super) fn arguments(&mut self) -> Result<Vec<Expression>, Mistake> {
        self.in_print = true;
        let mut arguments = Vec::new();
        self.skip_blanks();
        while !matches!(self.peek(0), None | Some(';' | '\n' | '}' | '>' | '|')) {
            arguments.push(self.expression()?);
            if !self.takes(",") {
                break;
            }
            self.skip_lines();
        }
        self.in_print = false;
        // `print(a, b)` has been read as one group.
        if let [Expression::Call(name, _)] = arguments.as_slice()
            && name.is_empty()
            && let Some(Expression::Call(_, inner)) = arguments.pop()
        {
            return Ok(inner);
        }
        Ok(arguments)
    }

    /// Where what is printed goes, when that is said.
    pub(super) fn target(&mut self) -> Result<Option<Target>, Mistake> {
        let ways = [(">>", Way::Append), (">", Way::To), ("|", Way::Pipe)];
        let Some((_, way)) = ways.into_iter().find(|(token, _)| self.takes(token)) else { return Ok(None) };
        Ok(Some(Target { way, name: self.level(1)? }))
    }

    pub(super) fn keys(&mut self, end: &str) -> Result<Vec<Expression>, Mistake> {
        let was_print = std::mem::take(&mut self.in_print);
        let mut keys = Vec::new();
        if !self.takes(end) {
            loop {
                self.skip_lines();
                keys.push(self.expression()?);
                if !self.takes(",") {
                    break;
                }
            }
            self.expect(end)?;
        }
        self.in_print = was_print;
        Ok(keys)
    }

    pub(super) fn expression(&mut self) -> Result<Expression, Mistake> {
        self.enter()?;
        let left = self.choice()?;
        self.skip_blanks();
        let is_target =
            matches!(left, Expression::Variable(_) | Expression::Field(_) | Expression::Element(..));
        if is_target {
            for (token, operator) in
                [("+=", "+"), ("-=", "-"), ("*=", "*"), ("/=", "/"), ("%=", "%"), ("^=", "^"), ("=", "")]
            {
                if self.sees(token) && !self.sees("==") {
                    if let Expression::Variable(name) = &left
                        && LACKING.contains(&name.as_str())
                    {
                        return Err(Mistake::lacks(format!("the variable {name}")));
                    }
                    self.at += token.len();
                    self.skip_lines();
                    let value = self.expression()?;
                    self.depth -= 1;
                    return Ok(Expression::Assign(Box::new(left), operator, Box::new(value)));
                }
            }
        }
        self.depth -= 1;
        Ok(left)
    }

    fn choice(&mut self) -> Result<Expression, Mistake> {
        let condition = self.or()?;
        if !self.takes("?") {
            return Ok(condition);
        }
        self.skip_lines();
        let yes = self.expression()?;
        self.skip_lines();
        self.expect(":")?;
        self.skip_lines();
        let no = self.expression()?;
        Ok(Expression::Choice(Box::new(condition), Box::new(yes), Box::new(no)))
    }

    fn or(&mut self) -> Result<Expression, Mistake> {
        let mut left = self.and()?;
        while self.takes("||") {
            self.count()?;
            self.skip_lines();
            left = Expression::Or(Box::new(left), Box::new(self.and()?));
        }
        Ok(left)
    }

    fn and(&mut self) -> Result<Expression, Mistake> {
        let mut left = self.member()?;
        while self.takes("&&") {
            self.count()?;
            self.skip_lines();
            left = Expression::And(Box::new(left), Box::new(self.member()?));
        }
        Ok(left)
    }

    fn member(&mut self) -> Result<Expression, Mistake> {
        let mut left = self.matched()?;
        while self.takes_word("in") {
            self.count()?;
            self.skip_blanks();
            let array = self.name()?;
            let keys = match left {
                Expression::Call(name, keys) if name.is_empty() => keys,
                other => vec![other],
            };
            left = Expression::In(keys, array);
        }
        Ok(left)
    }

    fn matched(&mut self) -> Result<Expression, Mistake> {
        let mut left = self.level(0)?;
        loop {
            self.skip_blanks();
            let is_negated = self.sees("!~");
            if !is_negated && !self.sees("~") {
                return Ok(left);
            }
            self.at += if is_negated { 2 } else { 1 };
            self.count()?;
            let right = self.level(0)?;
            left = Expression::Match(Box::new(left), Box::new(right));
            if is_negated {
                left = Expression::Not(Box::new(left));
            }
        }
    }

    fn level(&mut self, level: usize) -> Result<Expression, Mistake> {
        let Some(operators) = LEVELS.get(level) else {
            return self.unary();
        };
        let mut left = self.level(level + 1)?;
        if level == 0 {
            left = self.piped(left)?;
        }
        loop {
            self.skip_blanks();
            let Some(operator) = operators.iter().find(|operator| self.goes_on(operator)) else {
                return Ok(left);
            };
            self.count()?;
            if *operator != " " {
                self.at += operator.len();
                self.skip_lines();
            }
            let right = self.level(level + 1)?;
            left = Expression::Binary(operator, Box::new(left), Box::new(right));
            // Comparisons do not follow each other.
            if level == 0 {
                return Ok(left);
            }
        }
    }

    pub(super) fn count(&mut self) -> Result<(), Mistake> {
        self.operators += 1;
        if self.operators > OPERATORS_MAX { Err("the program is too long".into()) } else { Ok(()) }
    }

    fn goes_on(&self, operator: &str) -> bool {
        match operator {
            " " => self.begins_value(),
            ">" if self.in_print => false,
            _ => {
                self.sees(operator)
                    && !(operator.len() == 1
                        && operator != "<"
                        && operator != ">"
                        && self.peek(1) == Some('='))
            }
        }
    }

    /// Whether a value begins here, which is then joined to the one before.
    fn begins_value(&self) -> bool {
        match self.peek(0) {
            Some('"' | '$' | '(') => true,
            Some('!') => !matches!(self.peek(1), Some('=' | '~')),
            Some('-' | '+') => false,
            Some(letter) if letter.is_ascii_digit() || letter == '.' => true,
            Some(letter) if letter.is_ascii_alphabetic() || letter == '_' => {
                !matches!(self.word().as_str(), "in" | "BEGIN" | "END")
            }
            _ => false,
        }
    }

    fn unary(&mut self) -> Result<Expression, Mistake> {
        self.enter()?;
        self.skip_blanks();
        let result = if self.sees("++") || self.sees("--") {
            let by = if self.sees("++") { 1.0 } else { -1.0 };
            self.at += 2;
            Expression::Step(Box::new(self.primary()?), by, true)
        } else if self.takes("!") {
            Expression::Not(Box::new(self.unary()?))
        } else if self.takes("-") {
            Expression::Negative(Box::new(self.unary()?))
        } else if self.takes("+") {
            self.unary()?
        } else {
            self.power()?
        };
        self.depth -= 1;
        Ok(result)
    }

    fn power(&mut self) -> Result<Expression, Mistake> {
        let mut value = self.primary()?;
        let by = if self.sees("++") { 1.0 } else { -1.0 };
        let is_target =
            matches!(value, Expression::Variable(_) | Expression::Field(_) | Expression::Element(..));
        if is_target && (self.sees("++") || self.sees("--")) {
            self.at += 2;
            value = Expression::Step(Box::new(value), by, false);
        }
        self.skip_blanks();
        if self.sees("^") && self.peek(1) != Some('=') {
            self.at += 1;
            value = Expression::Binary("^", Box::new(value), Box::new(self.unary()?));
        }
        Ok(value)
    }

    pub(super) fn until(&mut self, end: &str) -> Result<Expression, Mistake> {
        let expression = self.expression()?;
        self.expect(end)?;
        Ok(expression)
    }
}
