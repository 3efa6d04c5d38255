//! `base64`: a text as base64, and back.
//!
//! Left out: bytes that are no text come out as text, with a sign in place of each.

use super::Wrong;
use super::filter::{Filter, Filtering, Flow};
use super::options::{Options, wrong};
use crate::base64::{decode, encode};
use crate::shell::host::{Call, Program};
use crate::shell::io::Io;

/// Letters of a line.
const WIDTH: usize = 76;

#[derive(Clone)]
struct Base64 {
    decodes: bool,
    ignores_others: bool,
    width: usize,
    text: String,
}

/// `base64`: `-d` decodes, `-w` letters a line, 0 for one line without an end; `-i` takes no notice of what
/// is no base64.
pub(super) fn base64(call: Call) -> Result<Box<dyn Program>, Wrong> {
    let options = Options::parse(&call, "dDiw:", &[("decode", 'd'), ("wrap", 'w'), ("ignore-garbage", 'i')])?;
    let width = options.value('w').map_or(Some(WIDTH), |text| text.parse().ok());
    let Some(width) = width else {
        let text = options.value('w').unwrap_or_default();
        return Err(wrong(&call, &format!("invalid wrap size: '{text}'")));
    };
    let filter = Base64 {
        decodes: options.has('d') || options.has('D'),
        ignores_others: options.has('i'),
        width,
        text: String::new(),
    };
    Ok(Filtering::make(call, options.operands, filter))
}

impl Base64 {
    fn decoded(&self, io: &mut Io<'_>) -> i32 {
        let is_digit = |letter: &char| letter.is_ascii_alphanumeric() || matches!(letter, '+' | '/' | '=');
        let text: String =
            self.text.chars().filter(|letter| !self.ignores_others || is_digit(letter)).collect();
        match decode(&text) {
            Ok(text) => {
                io.out(&text);
                0
            }
            Err(at) => {
                // What stands before it is printed all the same.
                let before = text.get(..at).unwrap_or(&text).replace('\n', "");
                let whole = before.get(..before.len() / 4 * 4).unwrap_or_default();
                io.out(&decode(whole).unwrap_or_default());
                io.err("base64: invalid input\n");
                1
            }
        }
    }
}

impl Filter for Base64 {
    fn line(&mut self, line: &str, has_end: bool, _: &mut Io<'_>) -> Flow {
        self.text.push_str(line);
        if has_end {
            self.text.push('\n');
        }
        Flow::More
    }

    fn end(&mut self, io: &mut Io<'_>) -> i32 {
        if self.decodes {
            return self.decoded(io);
        }
        let text = encode(self.text.as_bytes());
        if self.width == 0 {
            io.out(&text);
            return 0;
        }
        let mut rest = text.as_str();
        while !rest.is_empty() {
            let (line, after) = rest.split_at(self.width.min(rest.len()));
            io.out(&format!("{line}\n"));
            rest = after;
        }
        0
    }

    fn boxed_clone(&self) -> Box<dyn Filter> {
        Box::new(self.clone())
    }
}
