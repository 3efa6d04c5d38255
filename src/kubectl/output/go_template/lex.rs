//! Cuts a Go template into tokens.
//!
//! Models lex.go of Go's text/template/parse. Left out: other delimiters than `{{` and `}}`, complex
//! numbers.

/// A piece of a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) kind: Kind,
    /// Where it starts, in bytes.
    pub(super) at: usize,
    pub(super) text: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// What is wrong with the rest of the template.
    Error,
    Bool,
    /// A printable letter without a meaning of its own, such as a comma.
    Char,
    CharConstant,
    Assign,
    Declare,
    End,
    Field,
    Identifier,
    LeftDelim,
    LeftParen,
    Number,
    Pipe,
    RawString,
    RightDelim,
    RightParen,
    Space,
    String,
    Text,
    Variable,
    /// A dot, `nil`, or a word that controls the flow.
    Keyword,
}

const KEYWORDS: [&str; 11] =
    ["block", "break", "continue", "define", "else", "end", "if", "range", "nil", "template", "with"];
const BLANKS: [char; 4] = [' ', '\t', '\r', '\n'];

/// Cuts a template; the last token is the end or an error.
pub(super) fn lex(text: &str) -> Vec<Token> {
    let mut lexer = Lexer { text, at: 0, start: 0, parens: 0, tokens: Vec::new() };
    if let Err(message) = lexer.run() {
        lexer.tokens.push(Token { kind: Kind::Error, at: lexer.start, text: message });
    }
    lexer.tokens
}

struct Lexer<'t> {
    text: &'t str,
    at: usize,
    start: usize,
    parens: usize,
    tokens: Vec<Token>,
}

type Lexed = Result<(), String>;

impl<'t> Lexer<'t> {
    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn next(&mut self) -> Option<char> {
        let letter = self.peek()?;
        self.at += letter.len_utf8();
        Some(letter)
    }

    fn take_while(&mut self, wanted: impl Fn(char) -> bool) {
        while self.peek().is_some_and(&wanted) {
            self.next();
        }
    }

    fn word(&self) -> &'t str {
        self.text.get(self.start..self.at).unwrap_or_default()
    }

    fn emit(&mut self, kind: Kind) {
        self.tokens.push(Token { kind, at: self.start, text: self.word().to_owned() });
        self.start = self.at;
    }

    fn skip(&mut self, bytes: usize) {
        self.at += bytes;
        self.start = self.at;
    }

    fn run(&mut self) -> Lexed {
        let mut trim = false;
        loop {
            if trim {
                let blank = self.rest().len() - self.rest().trim_start_matches(BLANKS).len();
                self.skip(blank);
            }
            let length = self.rest().find("{{");
            self.at += length.unwrap_or(self.rest().len());
            let trims_before = length.is_some() && has_left_trim(self.rest().get(2..).unwrap_or_default());
            let end = self.at;
            if trims_before {
                self.at = self.start + self.word().trim_end_matches(BLANKS).len();
            }
            if self.at > self.start {
                self.emit(Kind::Text);
            }
            self.at = end;
            self.start = end;
            if length.is_none() {
                self.emit(Kind::End);
                return Ok(());
            }
            trim = self.action(trims_before)?;
        }
    }

    /// Cuts one action; tells whether the blanks after it go.
    fn action(&mut self, trimmed: bool) -> Result<bool, String> {
        let marker = if trimmed { 2 } else { 0 };
        if self.rest().get(2 + marker..).is_some_and(|rest| rest.starts_with("/*")) {
            self.at += 2 + marker;
            return self.comment();
        }
        self.at += 2;
        self.emit(Kind::LeftDelim);
        self.skip(marker);
        self.parens = 0;
        loop {
            let rest = self.rest();
            let trims = has_right_trim(rest);
            if trims || rest.starts_with("}}") {
                if self.parens > 0 {
                    return Err("unclosed left paren".to_owned());
                }
                self.skip(if trims { 2 } else { 0 });
                self.at += 2;
                self.emit(Kind::RightDelim);
                return Ok(trims);
            }
            self.inside()?;
        }
    }

    fn comment(&mut self) -> Result<bool, String> {
        let Some(end) = self.rest().find("*/") else { return Err("unclosed comment".to_owned()) };
        self.at += end + 2;
        let trims = has_right_trim(self.rest());
        if !trims && !self.rest().starts_with("}}") {
            return Err("comment ends before closing delimiter".to_owned());
        }
        self.skip(if trims { 4 } else { 2 });
        Ok(trims)
    }

    fn inside(&mut self) -> Lexed {
        let Some(letter) = self.next() else { return Err("unclosed action".to_owned()) };
        match letter {
            _ if BLANKS.contains(&letter) => {
                // The blank before a trim marker belongs to the marker.
                while self.peek().is_some_and(|c| BLANKS.contains(&c)) && !has_right_trim(self.rest()) {
                    self.next();
                }
                self.emit(Kind::Space);
            }
            '=' => self.emit(Kind::Assign),
            ':' if self.peek() == Some('=') => {
                self.next();
                self.emit(Kind::Declare);
            }
            ':' => return Err("expected :=".to_owned()),
            '|' => self.emit(Kind::Pipe),
            '"' => self.quoted('"', Kind::String, "unterminated quoted string")?,
            '\'' => self.quoted('\'', Kind::CharConstant, "unterminated character constant")?,
            '`' => {
                let Some(end) = self.rest().find('`') else {
                    return Err("unterminated raw quoted string".to_owned());
                };
                self.at += end + 1;
                self.emit(Kind::RawString);
            }
            '$' => self.name(Kind::Variable)?,
            '.' if !self.peek().is_some_and(|c| c.is_ascii_digit()) => self.name(Kind::Field)?,
            '(' => {
                self.parens += 1;
                self.emit(Kind::LeftParen);
            }
            ')' => {
                let Some(parens) = self.parens.checked_sub(1) else {
                    return Err("unexpected right paren".to_owned());
                };
                self.parens = parens;
                self.emit(Kind::RightParen);
            }
            '.' | '+' | '-' | '0'..='9' => self.number()?,
            _ if is_alphanumeric(letter) => self.name(Kind::Identifier)?,
            ' '..='~' => self.emit(Kind::Char),
            _ => return Err(format!("unrecognized character in action: {}", show(Some(letter)))),
        }
        Ok(())
    }

    /// Cuts a field, a variable or a word, whose first letter was taken.
    fn name(&mut self, kind: Kind) -> Lexed {
        self.take_while(is_alphanumeric);
        if !self.at_terminator() {
            return Err(format!("bad character {}", show(self.peek())));
        }
        self.emit(match self.word() {
            "." => Kind::Keyword,
            "true" | "false" if kind == Kind::Identifier => Kind::Bool,
            word if kind == Kind::Identifier && KEYWORDS.contains(&word) => Kind::Keyword,
            _ => kind,
        });
        Ok(())
    }

    fn at_terminator(&self) -> bool {
        self.rest().starts_with("}}")
            || self.peek().is_none_or(|letter| {
                BLANKS.contains(&letter) || matches!(letter, '.' | ',' | '|' | ':' | ')' | '(' | '=')
            })
    }

    fn quoted(&mut self, quote: char, kind: Kind, unterminated: &str) -> Lexed {
        loop {
            match self.next() {
                Some('\\') if self.peek().is_some_and(|c| c != '\n') => {
                    self.next();
                }
                None | Some('\\' | '\n') => return Err(unterminated.to_owned()),
                Some(letter) if letter == quote => break,
                Some(_) => {}
            }
        }
        self.emit(kind);
        Ok(())
    }

    fn number(&mut self) -> Lexed {
        self.take_while(|c| {
            c.is_ascii_hexdigit() || matches!(c, '.' | '_' | 'x' | 'X' | 'o' | 'O' | 'b' | 'B')
        });
        if self.word().ends_with(['e', 'E']) && !self.word().contains(['x', 'X']) {
            self.take_while(|c| c == '+' || c == '-' || c.is_ascii_digit());
        }
        if self.peek().is_some_and(is_alphanumeric) {
            self.next();
            return Err(format!("bad number syntax: {:?}", self.word()));
        }
        self.emit(Kind::Number);
        Ok(())
    }
}

fn has_left_trim(rest: &str) -> bool {
    let mut letters = rest.chars();
    letters.next() == Some('-') && letters.next().is_some_and(|c| BLANKS.contains(&c))
}

fn has_right_trim(rest: &str) -> bool {
    rest.get(1..).is_some_and(|after| after.starts_with("-}}")) && rest.starts_with(BLANKS)
}

fn is_alphanumeric(letter: char) -> bool {
    letter == '_' || letter.is_alphabetic() || letter.is_numeric()
}

/// A letter as Go's `%#U` shows it.
fn show(letter: Option<char>) -> String {
    match letter {
        None => "U+FFFFFFFFFFFFFFFF".to_owned(),
        Some(letter) if letter.is_control() => format!("U+{:04X}", u32::from(letter)),
        Some(letter) => format!("U+{:04X} '{letter}'", u32::from(letter)),
    }
}
