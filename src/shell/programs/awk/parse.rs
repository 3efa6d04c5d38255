//! From a text to an awk program.
//!
//! Left out: functions of one's own, `getline`, output to files and commands.

use super::tree::{Expression, Pattern, Rule, Statement};
use crate::shell::regex::{Dialect, Regex};

/// Expressions and statements within each other.
const DEPTH_MAX: u32 = 40;

/// Operators of one program.
const OPERATORS_MAX: u32 = 300;

/// Operators of two sides, the loosest first.
const LEVELS: &[&[&str]] = &[&["<=", ">=", "==", "!=", "<", ">"], &[" "], &["+", "-"], &["*", "/", "%"]];

/// Reads a program.
pub(super) fn parse(text: &str) -> Result<Vec<Rule>, String> {
    let mut parser =
        Parser { letters: text.chars().collect(), at: 0, depth: 0, in_print: false, operators: 0 };
    let mut rules = Vec::new();
    loop {
        parser.skip_ends();
        if parser.peek(0).is_none() {
            return Ok(rules);
        }
        rules.push(parser.rule()?);
    }
}

struct Parser {
    letters: Vec<char>,
    at: usize,
    depth: u32,
    /// `>` would be an output file.
    in_print: bool,
    /// Operators so far: each makes the tree deeper.
    operators: u32,
}

impl Parser {
    fn peek(&self, offset: usize) -> Option<char> {
        self.letters.get(self.at + offset).copied()
    }

    fn skip_blanks(&mut self) {
        loop {
            match self.peek(0) {
                Some(' ' | '\t' | '\r') => self.at += 1,
                Some('\\') if self.peek(1) == Some('\n') => self.at += 2,
                Some('#') => {
                    while self.peek(0).is_some_and(|letter| letter != '\n') {
                        self.at += 1;
                    }
                }
                _ => return,
            }
        }
    }

    fn skip_ends(&mut self) {
        self.skip_blanks();
        while matches!(self.peek(0), Some('\n' | ';')) {
            self.at += 1;
            self.skip_blanks();
        }
    }

    fn skip_lines(&mut self) {
        self.skip_blanks();
        while self.peek(0) == Some('\n') {
            self.at += 1;
            self.skip_blanks();
        }
    }

    fn wrong<T>(&self) -> Result<T, String> {
        let rest: String = self.letters.iter().skip(self.at).take(20).collect();
        Err(if rest.is_empty() {
            "syntax error at the end".to_owned()
        } else {
            format!("syntax error at or near {rest}")
        })
    }

    fn sees(&self, token: &str) -> bool {
        token.chars().enumerate().all(|(offset, letter)| self.peek(offset) == Some(letter))
    }

    fn takes(&mut self, token: &str) -> bool {
        self.skip_blanks();
        let sees = self.sees(token);
        if sees {
            self.at += token.chars().count();
        }
        sees
    }

    fn expect(&mut self, token: &str) -> Result<(), String> {
        if self.takes(token) { Ok(()) } else { self.wrong() }
    }

    fn word(&self) -> String {
        let rest = self.letters.iter().skip(self.at);
        let word: String =
            rest.take_while(|letter| letter.is_ascii_alphanumeric() || **letter == '_').collect();
        if word.starts_with(|first: char| first.is_ascii_digit()) { String::new() } else { word }
    }

    fn takes_word(&mut self, word: &str) -> bool {
        self.skip_blanks();
        let takes = self.word() == word;
        if takes {
            self.at += word.len();
        }
        takes
    }

    fn rule(&mut self) -> Result<Rule, String> {
        let pattern = if self.takes_word("BEGIN") {
            Pattern::Begin
        } else if self.takes_word("END") {
            Pattern::End
        } else if self.sees("{") {
            Pattern::Always
        } else {
            let first = self.expression()?;
            if self.takes(",") {
                self.skip_lines();
                Pattern::Range(first, self.expression()?, false)
            } else {
                Pattern::When(first)
            }
        };
        self.skip_blanks();
        let action = if self.sees("{") { Some(self.block()?) } else { None };
        Ok(Rule { pattern, action })
    }

    fn block(&mut self) -> Result<Vec<Statement>, String> {
        self.expect("{")?;
        let mut statements = Vec::new();
        loop {
            self.skip_ends();
            if self.takes("}") {
                return Ok(statements);
            }
            statements.push(self.statement()?);
        }
    }

    fn enter(&mut self) -> Result<(), String> {
        self.depth += 1;
        if self.depth > DEPTH_MAX { Err("program is nested too deeply".to_owned()) } else { Ok(()) }
    }

    fn statement(&mut self) -> Result<Statement, String> {
        self.enter()?;
        self.skip_lines();
        let statement = self.one_statement()?;
        self.depth -= 1;
        self.skip_blanks();
        match self.peek(0) {
            Some(';' | '\n') => self.at += 1,
            Some('}') | None => {}
            Some(_)
                if matches!(
                    statement,
                    Statement::Block(_)
                        | Statement::If(..)
                        | Statement::While(..)
                        | Statement::For(..)
                        | Statement::ForIn(..)
                ) => {}
            Some(_) => return self.wrong(),
        }
        Ok(statement)
    }

    fn one_statement(&mut self) -> Result<Statement, String> {
        if self.sees("{") {
            return Ok(Statement::Block(self.block()?));
        }
        if self.takes_word("print") {
            return Ok(Statement::Print(self.arguments()?));
        }
        if self.takes_word("printf") {
            return Ok(Statement::Printf(self.arguments()?));
        }
        if self.takes_word("if") {
            self.expect("(")?;
            let condition = self.expression()?;
            self.expect(")")?;
            let yes = Box::new(self.statement()?);
            let before = self.at;
            self.skip_ends();
            if self.takes_word("else") {
                return Ok(Statement::If(condition, yes, Some(Box::new(self.statement()?))));
            }
            self.at = before;
            return Ok(Statement::If(condition, yes, None));
        }
        if self.takes_word("while") {
            self.expect("(")?;
            let condition = self.expression()?;
            self.expect(")")?;
            return Ok(Statement::While(condition, Box::new(self.statement()?)));
        }
        if self.takes_word("for") {
            return self.for_loop();
        }
        if self.takes_word("delete") {
            self.skip_blanks();
            let name = self.name()?;
            let keys = if self.takes("[") { self.keys("]")? } else { Vec::new() };
            return Ok(Statement::Delete(name, keys));
        }
        if self.takes_word("exit") {
            self.skip_blanks();
            let ends = matches!(self.peek(0), None | Some(';' | '\n' | '}'));
            return Ok(Statement::Exit(if ends { None } else { Some(self.expression()?) }));
        }
        for (word, statement) in
            [("next", Statement::Next), ("break", Statement::Break), ("continue", Statement::Continue)]
        {
            if self.takes_word(word) {
                return Ok(statement);
            }
        }
        Ok(Statement::Run(self.expression()?))
    }

    fn name(&mut self) -> Result<String, String> {
        let name = self.word();
        self.at += name.len();
        if name.is_empty() { self.wrong() } else { Ok(name) }
    }

    fn for_loop(&mut self) -> Result<Statement, String> {
        self.expect("(")?;
        self.skip_blanks();
        let begin = self.at;
        let name = self.word();
        self.at += name.len();
        if !name.is_empty() && self.takes_word("in") {
            self.skip_blanks();
            let array = self.name()?;
            if self.takes(")") {
                return Ok(Statement::ForIn(name, array, Box::new(self.statement()?)));
            }
        }
        self.at = begin;
        let first = if self.takes(";") { None } else { Some(self.until(";")?) };
        let condition = if self.takes(";") { None } else { Some(self.until(";")?) };
        let step = if self.takes(")") { None } else { Some(self.until(")")?) };
        Ok(Statement::For(first, condition, step, Box::new(self.statement()?)))
    }

    fn until(&mut self, end: &str) -> Result<Expression, String> {
        let expression = self.expression()?;
        self.expect(end)?;
        Ok(expression)
    }

    /// What `print` prints, with parentheses around it or without.
    fn arguments(&mut self) -> Result<Vec<Expression>, String> {
        self.in_print = true;
        let mut arguments = Vec::new();
        self.skip_blanks();
        while !matches!(self.peek(0), None | Some(';' | '\n' | '}')) {
            arguments.push(self.expression()?);
            if !self.takes(",") {
                break;
            }
            self.skip_lines();
        }
        self.in_print = false;
        self.skip_blanks();
        if matches!(self.peek(0), Some('>' | '|')) {
            return Err("the sandbox's awk prints to standard output alone".to_owned());
        }
        // `print(a, b)` has been read as one group.
        if let [Expression::Call(name, _)] = arguments.as_slice()
            && name.is_empty()
            && let Some(Expression::Call(_, inner)) = arguments.pop()
        {
            return Ok(inner);
        }
        Ok(arguments)
    }

    fn keys(&mut self, end: &str) -> Result<Vec<Expression>, String> {
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

    fn expression(&mut self) -> Result<Expression, String> {
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

    fn choice(&mut self) -> Result<Expression, String> {
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

    fn or(&mut self) -> Result<Expression, String> {
        let mut left = self.and()?;
        while self.takes("||") {
            self.count()?;
            self.skip_lines();
            left = Expression::Or(Box::new(left), Box::new(self.and()?));
        }
        Ok(left)
    }

    fn and(&mut self) -> Result<Expression, String> {
        let mut left = self.member()?;
        while self.takes("&&") {
            self.count()?;
            self.skip_lines();
            left = Expression::And(Box::new(left), Box::new(self.member()?));
        }
        Ok(left)
    }

    fn member(&mut self) -> Result<Expression, String> {
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

    fn matched(&mut self) -> Result<Expression, String> {
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

    fn level(&mut self, level: usize) -> Result<Expression, String> {
        let Some(operators) = LEVELS.get(level) else {
            return self.unary();
        };
        let mut left = self.level(level + 1)?;
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

    fn count(&mut self) -> Result<(), String> {
        self.operators += 1;
        if self.operators > OPERATORS_MAX { Err("the program is too long".to_owned()) } else { Ok(()) }
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
            Some(letter) if letter.is_ascii_alphabetic() || letter == '_' => self.word() != "in",
            _ => false,
        }
    }

    fn unary(&mut self) -> Result<Expression, String> {
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

    fn power(&mut self) -> Result<Expression, String> {
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

    fn primary(&mut self) -> Result<Expression, String> {
        self.skip_blanks();
        match self.peek(0) {
            Some('$') => {
                self.at += 1;
                self.enter()?;
                let number = self.primary()?;
                self.depth -= 1;
                Ok(Expression::Field(Box::new(number)))
            }
            Some('(') => {
                self.at += 1;
                let mut inner = self.keys(")")?;
                if inner.len() == 1 {
                    Ok(inner.remove(0))
                } else {
                    Ok(Expression::Call(String::new(), inner))
                }
            }
            Some('"') => {
                self.at += 1;
                let text = self.quoted('"')?;
                Ok(Expression::Text(crate::shell::programs::format::escapes(&text).0))
            }
            Some('/') => {
                self.at += 1;
                let text = self.quoted('/')?;
                Ok(Expression::Regex(Regex::new(&text, Dialect::Extended, false)?))
            }
            Some(letter) if letter.is_ascii_digit() || letter == '.' => {
                let rest = self.letters.iter().skip(self.at);
                let digits: String =
                    rest.take_while(|letter| letter.is_ascii_digit() || **letter == '.').collect();
                self.at += digits.len();
                digits.parse().map(Expression::Number).or_else(|_| self.wrong())
            }
            _ => {
                let name = self.name()?;
                match self.peek(0) {
                    Some('(') => {
                        self.at += 1;
                        Ok(Expression::Call(name, self.keys(")")?))
                    }
                    Some('[') => {
                        self.at += 1;
                        Ok(Expression::Element(name, self.keys("]")?))
                    }
                    _ if name == "length" => Ok(Expression::Call(name, Vec::new())),
                    _ => Ok(Expression::Variable(name)),
                }
            }
        }
    }

    /// The text up to a delimiter, with its backslashes but for those before the delimiter.
    fn quoted(&mut self, delimiter: char) -> Result<String, String> {
        let mut text = String::new();
        loop {
            let Some(letter) = self.peek(0).filter(|letter| *letter != '\n') else { return self.wrong() };
            self.at += 1;
            if letter == delimiter {
                return Ok(text);
            }
            if letter == '\\' && self.peek(0) == Some(delimiter) {
                self.at += 1;
                text.push(delimiter);
                continue;
            }
            text.push(letter);
            if letter == '\\' {
                text.extend(self.peek(0));
                self.at += 1;
            }
        }
    }
}
