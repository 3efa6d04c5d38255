//! `$((…))`: whole numbers, as in C.
//!
//! Left out: assignments within an expression, numbers of other bases than 8, 10 and 16.

/// Parentheses within parentheses.
const DEPTH_MAX: u32 = 30;

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

/// Works an expression out; `value` gives the text of a variable.
///
/// # Errors
/// What bash says after the expression.
pub(super) fn evaluate(text: &str, value: &dyn Fn(&str) -> Option<String>) -> Result<i64, String> {
    evaluate_at(text, value, 0)
}

fn evaluate_at(text: &str, value: &dyn Fn(&str) -> Option<String>, depth: u32) -> Result<i64, String> {
    if text.trim().is_empty() {
        return Ok(0);
    }
    let mut reader = Reader { rest: text.trim_start(), value, depth };
    let number = reader.choice()?;
    if reader.rest.is_empty() { Ok(number) } else { Err(reader.wrong()) }
}

struct Reader<'a> {
    rest: &'a str,
    value: &'a dyn Fn(&str) -> Option<String>,
    depth: u32,
}

impl Reader<'_> {
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

    fn choice(&mut self) -> Result<i64, String> {
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            return Err("expression recursion level exceeded".to_owned());
        }
        let condition = self.level(0)?;
        let result = if self.takes("?") {
            let yes = self.choice()?;
            if !self.takes(":") {
                return Err(self.wrong());
            }
            let no = self.choice()?;
            if condition != 0 { yes } else { no }
        } else {
            condition
        };
        self.depth -= 1;
        Ok(result)
    }

    fn level(&mut self, level: usize) -> Result<i64, String> {
        let Some(operators) = LEVELS.get(level) else {
            return self.operand();
        };
        let mut left = self.level(level + 1)?;
        while let Some(operator) = self.operator(operators) {
            let right = self.level(level + 1)?;
            left = apply(operator, left, right)?;
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

    fn operand(&mut self) -> Result<i64, String> {
        let mut signs = Vec::new();
        while let Some(sign) = ["-", "+", "!", "~"].iter().find(|sign| self.rest.starts_with(**sign)) {
            self.takes(sign);
            signs.push(*sign);
        }
        let mut number = if self.takes("(") {
            let inner = self.choice()?;
            if !self.takes(")") {
                return Err(self.wrong());
            }
            inner
        } else {
            self.number()?
        };
        for sign in signs.into_iter().rev() {
            number = match sign {
                "-" => number.wrapping_neg(),
                "!" => i64::from(number == 0),
                "~" => !number,
                _ => number,
            };
        }
        Ok(number)
    }

    fn number(&mut self) -> Result<i64, String> {
        let length = self.rest.find(|letter: char| !(letter.is_ascii_alphanumeric() || letter == '_'));
        let (word, rest) = self.rest.split_at(length.unwrap_or(self.rest.len()));
        let is_name = word.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_');
        let number = if is_name {
            evaluate_at(&(self.value)(word).unwrap_or_default(), self.value, self.depth + 1)?
        } else {
            let parsed = match (word.strip_prefix("0x"), word.strip_prefix('0')) {
                (Some(digits), _) => i64::from_str_radix(digits, 16),
                (None, Some(digits)) if !digits.is_empty() => i64::from_str_radix(digits, 8),
                _ => word.parse(),
            };
            parsed.ok().ok_or_else(|| self.wrong())?
        };
        self.rest = rest.trim_start();
        Ok(number)
    }
}

fn apply(operator: &str, left: i64, right: i64) -> Result<i64, String> {
    let shift = u32::try_from(right.rem_euclid(64)).unwrap_or_default();
    Ok(match operator {
        "||" => i64::from(left != 0 || right != 0),
        "&&" => i64::from(left != 0 && right != 0),
        "|" => left | right,
        "^" => left ^ right,
        "&" => left & right,
        "==" => i64::from(left == right),
        "!=" => i64::from(left != right),
        "<=" => i64::from(left <= right),
        ">=" => i64::from(left >= right),
        "<" => i64::from(left < right),
        ">" => i64::from(left > right),
        "<<" => left.wrapping_shl(shift),
        ">>" => left.wrapping_shr(shift),
        "+" => left.wrapping_add(right),
        "-" => left.wrapping_sub(right),
        "*" => left.wrapping_mul(right),
        _ if right == 0 => return Err("division by 0 (error token is \"0\")".to_owned()),
        "/" => left.wrapping_div(right),
        _ => left.wrapping_rem(right),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_are_worked_out_as_in_c() {
        let value = |name: &str| (name == "i").then(|| "4".to_owned());
        let cases = [
            ("1 + 2 * 3", 7),
            ("(1+2)*3", 9),
            ("i+1", 5),
            ("none", 0),
            ("7/2", 3),
            ("-7 % 3", -1),
            ("1 < 2 && 3 >= 3", 1),
            ("i == 4 ? 10 : 20", 10),
            ("1<<4 | 1", 17),
            ("!0 + ~0", 0),
            ("0x10 + 010", 24),
            ("", 0),
        ];
        for (text, expected) in cases {
            assert_eq!(evaluate(text, &value), Ok(expected), "{text}");
        }
        for wrong in ["1 +", "1/0", "(1", "1 2", "a b", &"(".repeat(100)] {
            assert!(evaluate(wrong, &value).is_err(), "{wrong}");
        }
        let circle = |name: &str| Some(name.to_owned());
        assert!(evaluate("x", &circle).is_err());
    }
}
