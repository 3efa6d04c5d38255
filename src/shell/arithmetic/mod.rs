//! `$((…))`, `((…))` and `let`: whole numbers, as in C, with `**` as in bash.
//!
//! Left out: elements of arrays, bases over 36.
//!
//! - `operators`: what each makes of its sides.

mod operators;
#[cfg(test)]
mod tests;

use self::operators::{apply, signed};

/// Parentheses within parentheses.
const DEPTH_MAX: u32 = 30;
/// Variables that one expression may look up: each may hold an expression itself.
const LOOKS_MAX: u32 = 10_000;
/// What bash says where it gives up.
const TOO_DEEP: &str = "expression recursion level exceeded";

/// Operators of two sides, the loosest first.
const LEVELS: &[&[&str]] = &[
    &["||"],
    &["&&"],
    &["|"],
    &["^"],
    &["&"],
    &["==", "!="],
    &["<=", ">=", "<", ">"],
    &["<<", ">>"],
    &["+", "-"],
    &["*", "/", "%"],
];

/// What may stand between a variable and what it is set to.
const ASSIGNMENTS: &[&str] = &["=", "+=", "-=", "*=", "/=", "%=", "<<=", ">>=", "&=", "^=", "|="];

/// What an expression reads and sets.
pub(super) trait Variables {
    /// The text of a variable.
    fn value(&self, name: &str) -> Option<String>;

    /// Sets a variable.
    fn set(&mut self, name: &str, number: i64);
}

/// Works an expression out.
///
/// # Errors
/// What bash says after the expression.
pub(super) fn evaluate(text: &str, variables: &mut dyn Variables) -> Result<i64, String> {
    evaluate_at(text, variables, 0, &mut { LOOKS_MAX })
}

fn evaluate_at(
    text: &str,
    variables: &mut dyn Variables,
    depth: u32,
    looks: &mut u32,
) -> Result<i64, String> {
    if text.trim().is_empty() {
        return Ok(0);
    }
    let mut reader = Reader { rest: text.trim_start(), variables, depth, looks, skips: 0 };
    let mut number = reader.assignment()?;
    while reader.takes(",") {
        number = reader.assignment()?;
    }
    if reader.rest.is_empty() { Ok(number) } else { Err(reader.wrong()) }
}

struct Reader<'a, 'v> {
    rest: &'a str,
    variables: &'v mut dyn Variables,
    depth: u32,
    /// How many variables may still be looked up.
    looks: &'v mut u32,
    /// What is read is not worked out while this is more than 0: the side of `&&`, `||` or `?` that does not
    /// count.
    skips: u32,
}

impl<'a> Reader<'a, '_> {
    fn wrong(&self) -> String {
        format!("syntax error in expression (error token is \"{}\")", self.rest)
    }

    fn takes(&mut self, token: &str) -> bool {
        match self.rest.strip_prefix(token) {
            Some(rest) => {
                self.rest = rest.trim_start();
                true
            }
            None => false,
        }
    }

    /// The name of a variable that is next, and what follows it.
    fn name(&self) -> Option<(&'a str, &'a str)> {
        let is_part = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
        let length = self.rest.find(|letter| !is_part(letter)).unwrap_or(self.rest.len());
        let (name, after) = self.rest.split_at_checked(length)?;
        (!name.is_empty() && !name.starts_with(|first: char| first.is_ascii_digit()))
            .then(|| (name, after.trim_start()))
    }

    fn enter(&mut self) -> Result<(), String> {
        self.depth += 1;
        if self.depth > DEPTH_MAX { Err(TOO_DEEP.to_owned()) } else { Ok(()) }
    }

    fn set(&mut self, name: &str, number: i64) {
        if self.skips == 0 {
            self.variables.set(name, number);
        }
    }

    fn value(&mut self, name: &str) -> Result<i64, String> {
        if self.skips > 0 {
            return Ok(0);
        }
        *self.looks = self.looks.checked_sub(1).ok_or(TOO_DEEP)?;
        let text = self.variables.value(name).unwrap_or_default();
        evaluate_at(&text, self.variables, self.depth + 1, self.looks)
    }

    fn assignment(&mut self) -> Result<i64, String> {
        self.enter()?;
        let assigned = self.name().and_then(|(name, after)| {
            let found = ASSIGNMENTS.iter().find(|operator| after.starts_with(**operator))?;
            (!after.starts_with("==")).then_some((name, *found, after))
        });
        let number = if let Some((name, operator, after)) = assigned {
            let operator_of_two = operator.trim_end_matches('=');
            let left = if operator_of_two.is_empty() { 0 } else { self.value(name)? };
            self.rest = after.get(operator.len()..).unwrap_or_default().trim_start();
            let mut number = self.assignment()?;
            if !operator_of_two.is_empty() {
                number = self.apply(operator_of_two, left, number)?;
            }
            self.set(name, number);
            number
        } else {
            self.choice()?
        };
        self.depth -= 1;
        Ok(number)
    }

    fn choice(&mut self) -> Result<i64, String> {
        let condition = self.level(0)?;
        if !self.takes("?") {
            return Ok(condition);
        }
        let yes = self.unless(condition == 0, Self::assignment)?;
        if !self.takes(":") {
            return Err(self.wrong());
        }
        let no = self.unless(condition != 0, Self::assignment)?;
        Ok(if condition != 0 { yes } else { no })
    }

    /// Reads on, and works out what is read unless it does not count.
    fn unless(
        &mut self,
        skips: bool,
        read: impl FnOnce(&mut Self) -> Result<i64, String>,
    ) -> Result<i64, String> {
        self.skips += u32::from(skips);
        let number = read(self);
        self.skips -= u32::from(skips);
        number
    }

    fn level(&mut self, level: usize) -> Result<i64, String> {
        let Some(operators) = LEVELS.get(level) else {
            return self.power();
        };
        let mut left = self.level(level + 1)?;
        while let Some(operator) = self.operator(operators) {
            let is_settled = (operator == "&&" && left == 0) || (operator == "||" && left != 0);
            let right = self.unless(is_settled, |reader| reader.level(level + 1))?;
            left = self.apply(operator, left, right)?;
        }
        Ok(left)
    }

    fn operator<'o>(&mut self, operators: &[&'o str]) -> Option<&'o str> {
        let found = operators.iter().find(|operator| {
            let is_longer = |longer: &str| operator.len() < longer.len() && self.rest.starts_with(longer);
            self.rest.starts_with(**operator)
                && !["||", "&&", "<<", ">>", "<=", ">=", "**"].iter().any(|longer| is_longer(longer))
        })?;
        self.takes(found);
        Some(found)
    }

    /// `A ** B`, from the right; a sign belongs to its operand.
    fn power(&mut self) -> Result<i64, String> {
        let left = self.operand()?;
        if !self.takes("**") {
            return Ok(left);
        }
        self.enter()?;
        let right = self.power()?;
        self.depth -= 1;
        self.apply("**", left, right)
    }

    fn operand(&mut self) -> Result<i64, String> {
        let mut signs = Vec::new();
        while let Some(sign) = ["-", "+", "!", "~"].iter().find(|sign| self.rest.starts_with(**sign)) {
            if let Some(number) = self.stepped()? {
                return Ok(signed(number, &signs));
            }
            self.takes(sign);
            signs.push(*sign);
        }
        let number = if self.takes("(") {
            let inner = self.assignment()?;
            if !self.takes(")") {
                return Err(self.wrong());
            }
            inner
        } else {
            self.number()?
        };
        Ok(signed(number, &signs))
    }

    /// `++NAME` and `--NAME`.
    fn stepped(&mut self) -> Result<Option<i64>, String> {
        let step = match self.rest.get(..2) {
            Some("++") => 1,
            Some("--") => -1,
            _ => return Ok(None),
        };
        let before = self.rest;
        self.rest = before.get(2..).unwrap_or_default().trim_start();
        let Some((name, after)) = self.name() else {
            self.rest = before;
            return Ok(None);
        };
        self.rest = after;
        let number = self.value(name)?.wrapping_add(step);
        self.set(name, number);
        Ok(Some(number))
    }

    fn number(&mut self) -> Result<i64, String> {
        if let Some((name, after)) = self.name() {
            let number = self.value(name)?;
            self.rest = after;
            let is_followed = |token: &str| after.starts_with(token);
            let step = i64::from(is_followed("++")) - i64::from(is_followed("--"));
            if step != 0 {
                self.rest = after.get(2..).unwrap_or_default().trim_start();
                self.set(name, number.wrapping_add(step));
            }
            return Ok(number);
        }
        let length = self.rest.find(|letter: char| !letter.is_ascii_alphanumeric());
        let (word, rest) = self.rest.split_at(length.unwrap_or(self.rest.len()));
        if let (Some(digits), Ok(base @ 2..=36)) = (rest.strip_prefix('#'), word.parse::<u32>()) {
            let end = digits.find(|letter: char| !letter.is_ascii_alphanumeric()).unwrap_or(digits.len());
            let (digits, rest) = digits.split_at(end);
            let number = i64::from_str_radix(digits, base);
            let token = format!("{word}#{digits}");
            let too_great = || format!("{token}: value too great for base (error token is \"{token}\")");
            let number = number.ok().ok_or_else(too_great)?;
            self.rest = rest.trim_start();
            return Ok(number);
        }
        let is_octal = word.starts_with('0') && word.chars().all(|letter| letter.is_ascii_digit());
        if is_octal && word.contains(['8', '9']) {
            return Err(format!("value too great for base (error token is \"{word}\")"));
        }
        let parsed = match (word.strip_prefix("0x"), word.strip_prefix('0')) {
            (Some(digits), _) => i64::from_str_radix(digits, 16),
            (None, Some(digits)) if !digits.is_empty() => i64::from_str_radix(digits, 8),
            _ => word.parse(),
        };
        let number = parsed.ok().ok_or_else(|| self.wrong())?;
        self.rest = rest.trim_start();
        Ok(number)
    }

    fn apply(&self, operator: &str, left: i64, right: i64) -> Result<i64, String> {
        if self.skips > 0 { Ok(0) } else { apply(operator, left, right) }
    }
}
