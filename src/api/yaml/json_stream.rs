//! Reads JSON values that follow each other in a text.
//!
//! Models `Decoder` and the scanner of Go's `encoding/json`, whose words and offsets kubectl shows,
//! Kubernetes v1.36. Left out: nothing; the nesting is limited to fewer levels than Go's 10000.

use serde_json::{Map, Number, Value};

use super::float::to_number;
use super::limits::MAX_DEPTH;

/// A value and where it stands.
pub(super) struct Found {
    pub(super) value: Value,
    pub(super) start: usize,
    pub(super) end: usize,
}

/// What is wrong, and how many bytes were read then; at the end of the text no offset is told.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct JsonFault {
    pub(super) message: String,
    pub(super) offset: Option<usize>,
}

/// Reads the value at or after a position; `None` at the end of the text.
pub(super) fn next_value(text: &str, position: usize) -> Result<Option<Found>, JsonFault> {
    let mut reader = Reader { text, at: position, depth: 0 };
    reader.skip_space();
    if reader.peek().is_none() {
        return Ok(None);
    }
    let start = reader.at;
    let value = reader.value()?;
    Ok(Some(Found { value, start, end: reader.at }))
}

/// What Go's `json.Unmarshal` says of a text that is no JSON value; `None` when it is one.
pub fn unmarshal_fault(text: &str) -> Option<String> {
    let end = match next_value(text, 0) {
        Ok(Some(found)) => found.end,
        Ok(None) => return Some("unexpected end of JSON input".to_owned()),
        Err(fault) if fault.message == END => return Some("unexpected end of JSON input".to_owned()),
        Err(fault) => return Some(fault.message),
    };
    let rest = text.get(end..).unwrap_or_default().trim_start();
    rest.chars().next().map(|letter| format!("invalid character '{letter}' after top-level value"))
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
    depth: usize,
}

const END: &str = "unexpected EOF";

impl Reader<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn skip_space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\r' | b'\n')) {
            self.at += 1;
        }
    }

    /// The fault at the next byte.
    fn fault(&self, what: &str) -> JsonFault {
        let Some(byte) = self.peek() else { return JsonFault { message: END.to_owned(), offset: None } };
        let shown = match byte {
            b'\'' => "\\'".to_owned(),
            b'"' => "\"".to_owned(),
            0x00..=0x1f | 0x7f => match byte {
                b'\n' => "\\n".to_owned(),
                b'\t' => "\\t".to_owned(),
                b'\r' => "\\r".to_owned(),
                _ => format!("\\x{byte:02x}"),
            },
            b'\\' => "\\\\".to_owned(),
            _ => char::from(byte).to_string(),
        };
        JsonFault { message: format!("invalid character '{shown}' {what}"), offset: Some(self.at + 1) }
    }

    fn value(&mut self) -> Result<Value, JsonFault> {
        self.skip_space();
        match self.peek() {
            Some(b'{') => self.nested(Self::object),
            Some(b'[') => self.nested(Self::array),
            Some(b'"') => Ok(Value::String(self.string()?)),
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(b't') => self.literal("true", Value::Bool(true)),
            Some(b'f') => self.literal("false", Value::Bool(false)),
            Some(b'n') => self.literal("null", Value::Null),
            _ => Err(self.fault("looking for beginning of value")),
        }
    }

    fn nested(&mut self, read: fn(&mut Self) -> Result<Value, JsonFault>) -> Result<Value, JsonFault> {
        if self.depth >= MAX_DEPTH {
            return Err(self.fault("exceeded max depth"));
        }
        self.depth += 1;
        self.at += 1;
        let value = read(self);
        self.depth -= 1;
        value
    }

    fn object(&mut self) -> Result<Value, JsonFault> {
        let mut fields = Map::new();
        self.skip_space();
        if self.peek() == Some(b'}') {
            self.at += 1;
            return Ok(Value::Object(fields));
        }
        loop {
            self.skip_space();
            if self.peek() != Some(b'"') {
                return Err(self.fault("looking for beginning of object key string"));
            }
            let key = self.string()?;
            self.skip_space();
            if self.peek() != Some(b':') {
                return Err(self.fault("after object key"));
            }
            self.at += 1;
            let value = self.value()?;
            fields.insert(key, value);
            self.skip_space();
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b'}') => break,
                _ => return Err(self.fault("after object key:value pair")),
            }
        }
        self.at += 1;
        Ok(Value::Object(fields))
    }

    fn array(&mut self) -> Result<Value, JsonFault> {
        let mut items = Vec::new();
        self.skip_space();
        if self.peek() == Some(b']') {
            self.at += 1;
            return Ok(Value::Array(items));
        }
        loop {
            items.push(self.value()?);
            self.skip_space();
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b']') => break,
                _ => return Err(self.fault("after array element")),
            }
        }
        self.at += 1;
        Ok(Value::Array(items))
    }

    fn literal(&mut self, word: &str, value: Value) -> Result<Value, JsonFault> {
        for expected in word.bytes() {
            if self.peek() != Some(expected) {
                return Err(self.fault(&format!("in literal {word} (expecting '{}')", char::from(expected))));
            }
            self.at += 1;
        }
        Ok(value)
    }

    fn number(&mut self) -> Result<Value, JsonFault> {
        let start = self.at;
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        match self.peek() {
            Some(b'0') => self.at += 1,
            Some(b'1'..=b'9') => self.digits(),
            _ => return Err(self.fault("in numeric literal")),
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.some_digits("after decimal point in numeric literal")?;
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            self.some_digits("in exponent of numeric literal")?;
        }
        let literal = self.text.get(start..self.at).unwrap_or_default();
        let number =
            literal.parse::<i64>().map(Number::from).or_else(|_| literal.parse::<u64>().map(Number::from));
        Ok(match number {
            Ok(number) => Value::Number(number),
            Err(_) => literal.parse::<f64>().ok().and_then(to_number).map_or(Value::Null, Value::Number),
        })
    }

    fn digits(&mut self) {
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
    }

    fn some_digits(&mut self, what: &str) -> Result<(), JsonFault> {
        if !matches!(self.peek(), Some(b'0'..=b'9')) {
            return Err(self.fault(what));
        }
        self.digits();
        Ok(())
    }

    fn string(&mut self) -> Result<String, JsonFault> {
        self.at += 1;
        let mut out = String::new();
        loop {
            let rest = self.text.get(self.at..).unwrap_or_default();
            let plain = rest.find(|c: char| c == '"' || c == '\\' || c < ' ').unwrap_or(rest.len());
            out.push_str(rest.get(..plain).unwrap_or_default());
            self.at += plain;
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(out);
                }
                Some(b'\\') => {
                    self.at += 1;
                    out.push(self.escaped()?);
                }
                _ => return Err(self.fault("in string literal")),
            }
        }
    }

    fn escaped(&mut self) -> Result<char, JsonFault> {
        let letter = match self.peek() {
            Some(b'n') => '\n',
            Some(b't') => '\t',
            Some(b'r') => '\r',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(byte @ (b'"' | b'\\' | b'/')) => char::from(byte),
            Some(b'u') => {
                self.at += 1;
                return self.unicode();
            }
            _ => return Err(self.fault("in string escape code")),
        };
        self.at += 1;
        Ok(letter)
    }

    /// Reads four digits, and four more if they are the second half of a pair.
    fn unicode(&mut self) -> Result<char, JsonFault> {
        let first = self.four_digits()?;
        if (0xd800..0xdc00).contains(&first) && self.text.get(self.at..self.at + 2) == Some("\\u") {
            let back = self.at;
            self.at += 2;
            let second = self.four_digits()?;
            if (0xdc00..0xe000).contains(&second) {
                let code = 0x1_0000 + ((first - 0xd800) << 10) + (second - 0xdc00);
                return Ok(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
            }
            self.at = back;
        }
        Ok(char::from_u32(first).unwrap_or(char::REPLACEMENT_CHARACTER))
    }

    fn four_digits(&mut self) -> Result<u32, JsonFault> {
        let mut code = 0;
        for _ in 0..4 {
            let Some(digit) = self.peek().and_then(|byte| char::from(byte).to_digit(16)) else {
                return Err(self.fault("in \\u hexadecimal character escape"));
            };
            code = code * 16 + digit;
            self.at += 1;
        }
        Ok(code)
    }
}
