//! What a container wrote: pieces of text with their times, the oldest dropped when it grows too long.

use std::collections::VecDeque;

use crate::api::Timestamp;
use crate::sim::{Span, Time};

/// Bytes that a log keeps; a kubelet rotates logs too.
const BYTES_MAX: usize = 256 << 10;

/// A piece that was written at once.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Piece {
    at: Time,
    text: String,
    /// What was typed: whoever typed it has seen it.
    is_typed: bool,
}

/// A log.
#[derive(Clone, Debug, Default)]
pub struct Log {
    pieces: VecDeque<Piece>,
    dropped: u64,
    bytes: usize,
}

/// How much of a log is wanted.
#[derive(Clone, Copy, Debug, Default)]
pub struct Wanted {
    /// So many of the last lines.
    pub tail: Option<usize>,
    /// Not older than this.
    pub since: Option<Time>,
    /// With the time before each line.
    pub timestamps: bool,
}

impl Log {
    pub(super) fn add(&mut self, at: Time, text: &str) {
        self.push(at, text, false);
    }

    pub(super) fn add_typed(&mut self, at: Time, text: &str) {
        self.push(at, text, true);
    }

    fn push(&mut self, at: Time, text: &str, is_typed: bool) {
        if text.is_empty() {
            return;
        }
        self.bytes += text.len();
        match self.pieces.back_mut() {
            Some(last) if last.at == at && last.is_typed == is_typed && !last.text.ends_with('\n') => {
                last.text.push_str(text);
            }
            _ => self.pieces.push_back(Piece { at, text: text.to_owned(), is_typed }),
        }
        while self.bytes > BYTES_MAX
            && let Some(first) = self.pieces.pop_front()
        {
            self.bytes -= first.text.len();
            self.dropped += 1;
        }
    }

    /// Where it ends: what is written later comes behind.
    pub fn end(&self) -> u64 {
        self.dropped + self.pieces.len() as u64
    }

    /// What was written from a position on, without what was typed.
    pub(super) fn after(&self, position: u64) -> String {
        let skip = usize::try_from(position.saturating_sub(self.dropped)).unwrap_or(usize::MAX);
        let pieces = self.pieces.iter().skip(skip).filter(|piece| !piece.is_typed);
        pieces.map(|piece| piece.text.as_str()).collect()
    }

    /// Its whole lines with the times at which they began; the last one may have no end.
    fn lines(&self) -> Vec<(Time, String)> {
        let mut lines: Vec<(Time, String)> = Vec::new();
        let mut is_open = false;
        for piece in &self.pieces {
            for part in piece.text.split_inclusive('\n') {
                match lines.last_mut() {
                    Some((_, line)) if is_open => line.push_str(part),
                    _ => lines.push((piece.at, part.to_owned())),
                }
                is_open = !part.ends_with('\n');
            }
        }
        lines
    }

    /// The text that is wanted. A line without an end shows once its writer has ended.
    pub(super) fn text(&self, wanted: &Wanted, has_ended: bool) -> String {
        let mut lines = self.lines();
        if !has_ended {
            lines.retain(|(_, line)| line.ends_with('\n'));
        }
        if let Some(since) = wanted.since {
            lines.retain(|(at, _)| *at >= since);
        }
        let skip = wanted.tail.map_or(0, |tail| lines.len().saturating_sub(tail));
        let shown = lines.into_iter().skip(skip);
        shown.map(|(at, line)| if wanted.timestamps { stamp(at) + " " + &line } else { line }).collect()
    }

    /// The line that has no end yet.
    pub(super) fn open_line(&self) -> String {
        self.lines().pop().map(|(_, line)| line).filter(|line| !line.ends_with('\n')).unwrap_or_default()
    }
}

/// A time as logs have it.
pub fn stamp(at: Time) -> String {
    let whole = Timestamp::at(at).to_string();
    format!("{}.{:03}000000Z", whole.trim_end_matches('Z'), (at - Time::from_ms(at.seconds() * 1_000)).ms())
}

/// The instant so many seconds ago.
pub fn ago(now: Time, seconds: u64) -> Time {
    let span = Span::from_seconds(seconds);
    Time::from_ms(now.ms().saturating_sub(span.ms()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn log() -> Log {
        let mut log = Log::default();
        log.add(Time::from_ms(1_000), "a\nb");
        log.add_typed(Time::from_ms(1_500), "typed\n");
        log.add(Time::from_ms(2_250), "c\n");
        log.add(Time::from_ms(3_000), "$ ");
        log
    }

    #[test]
    fn lines_are_picked_by_count_and_time() {
        let text = |tail, since: Option<u64>, has_ended| {
            let since = since.map(Time::from_ms);
            log().text(&Wanted { tail, since, timestamps: false }, has_ended)
        };
        assert_eq!(text(None, None, false), "a\nbtyped\nc\n");
        assert_eq!(text(Some(1), None, false), "c\n");
        assert_eq!(text(Some(1), None, true), "$ ");
        assert_eq!(text(Some(0), None, false), "");
        assert_eq!(text(None, Some(2_000), false), "c\n");
        let stamped = log().text(&Wanted { tail: Some(1), since: None, timestamps: true }, false);
        assert_eq!(stamped, "2026-01-05T09:00:02.250000000Z c\n");
    }

    #[test]
    fn who_follows_sees_what_comes_and_not_what_was_typed() {
        let log = log();
        assert_eq!(log.after(0), "a\nbc\n$ ");
        assert_eq!(log.after(log.end()), "");
        assert_eq!(log.open_line(), "$ ");
    }

    #[test]
    fn a_long_log_loses_its_beginning() {
        let mut log = Log::default();
        for line in 0..30_000_u64 {
            log.add(Time::from_ms(line), &format!("line {line}\n"));
        }
        let text = log.text(&Wanted::default(), false);
        assert!(text.len() <= BYTES_MAX && text.ends_with("line 29999\n") && log.end() == 30_000);
    }
}
