//! `sleep`, and how lengths of time are written.

use super::Wrong;
use super::options::wrong;
use crate::shell::host::{Call, Program, Progress};
use crate::shell::io::Io;
use crate::sim::{Span, Time};

/// What `sleep infinity` sleeps: ten thousand years.
const FOREVER_MS: u64 = 10_000 * 365 * 86_400_000;

#[derive(Clone)]
struct Sleep {
    span: Span,
    until: Option<Time>,
}

/// `sleep 5`, `sleep 0.5`, `sleep 1m`.
#[expect(clippy::needless_pass_by_value, reason = "all programs are made alike")]
pub(super) fn sleep(call: Call) -> Result<Box<dyn Program>, Wrong> {
    if call.args().is_empty() {
        return Err(wrong(&call, "missing operand"));
    }
    let mut ms: u64 = 0;
    for text in call.args() {
        let invalid = || wrong(&call, &format!("invalid time interval '{text}'"));
        ms = milliseconds(text).ok_or_else(invalid)?.saturating_add(ms);
    }
    Ok(Box::new(Sleep { span: Span::from_ms(ms), until: None }))
}

/// A length of time such as `5`, `0.5`, `2m`.
pub(super) fn milliseconds(text: &str) -> Option<u64> {
    if matches!(text, "infinity" | "inf") {
        return Some(FOREVER_MS);
    }
    let (digits, factor) = match text.chars().last()? {
        's' => (text.strip_suffix('s')?, 1_000),
        'm' => (text.strip_suffix('m')?, 60_000),
        'h' => (text.strip_suffix('h')?, 3_600_000),
        'd' => (text.strip_suffix('d')?, 86_400_000),
        _ => (text, 1_000),
    };
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    let is_number = |text: &str| text.bytes().all(|digit| digit.is_ascii_digit());
    if !is_number(whole) || !is_number(part) || (whole.is_empty() && part.is_empty()) || whole.len() > 9 {
        return None;
    }
    let thousandths: u64 = format!("{part:0<3}").get(..3)?.parse().ok()?;
    Some((whole.parse::<u64>().unwrap_or(0) * 1_000 + thousandths) * factor / 1_000)
}

impl Program for Sleep {
    fn poll(&mut self, io: &mut Io<'_>) -> Progress {
        let until = *self.until.get_or_insert(io.now() + self.span);
        if io.now() >= until {
            return Progress::Done(0);
        }
        io.rests();
        Progress::Wait { wake_at: Some(until) }
    }

    fn boxed_clone(&self) -> Box<dyn Program> {
        Box::new(self.clone())
    }

    fn title(&self) -> String {
        "sleep".to_owned()
    }
}
