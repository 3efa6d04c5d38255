//! The line that is being typed: its history and its completion.

use super::{Page, State};

/// Candidates that are listed.
const CANDIDATES_SHOWN: usize = 40;

/// The line that is being typed, or the lines of one that was recalled.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Prompt {
    /// Its text.
    pub text: String,
    /// What may stand at the cursor, after Tab.
    pub candidates: Vec<String>,
    /// Grows when the field holds something else than the text, which is to be put in its place.
    pub renewed: u64,
    /// Grows when a line was put in for a person to look at.
    pub proposed: u64,
    /// How far back in the history it is: 0 is the line that is being typed.
    back: usize,
    /// What was typed before going back.
    typed: String,
}

impl Prompt {
    /// Whether it is an earlier line, as it was.
    pub fn is_recalled(&self) -> bool {
        self.back > 0
    }
}

impl State {
    pub(super) fn type_text(&mut self, text: String) {
        let (renewed, proposed) = (self.prompt.renewed, self.prompt.proposed);
        self.prompt = Prompt { text, renewed, proposed, ..Prompt::default() };
    }

    /// Puts a line into the prompt, for a person to run.
    pub(super) fn propose(&mut self, line: String) {
        let (renewed, proposed) = (self.prompt.renewed + 1, self.prompt.proposed + 1);
        self.prompt = Prompt { text: line, renewed, proposed, ..Prompt::default() };
        self.page = Page::Terminal;
    }

    /// Goes back in the history, or forth again.
    // Out of line, so that the page's start does not carry it.
    #[inline(never)]
    pub(super) fn recall(&mut self, goes_back: bool) {
        let lines: Vec<&str> = self
            .cluster
            .terminal(self.tabs.current)
            .map(|terminal| terminal.entries().iter().map(|entry| entry.line.as_str()).collect())
            .unwrap_or_default();
        let mut history: Vec<&str> = Vec::new();
        for line in lines.into_iter().rev() {
            if history.last() != Some(&line) {
                history.push(line);
            }
        }
        let prompt = &self.prompt;
        let back =
            if goes_back { (prompt.back + 1).min(history.len()) } else { prompt.back.saturating_sub(1) };
        if back == prompt.back {
            return;
        }
        let typed = if prompt.back == 0 { prompt.text.clone() } else { prompt.typed.clone() };
        let text = match back.checked_sub(1).and_then(|index| history.get(index)) {
            Some(line) => (*line).to_owned(),
            None => typed.clone(),
        };
        let (renewed, proposed) = (self.prompt.renewed, self.prompt.proposed);
        self.prompt = Prompt { text, candidates: Vec::new(), renewed, proposed, back, typed };
    }

    /// Completes the word before the cursor as far as it is certain, and lists what may follow.
    // Out of line, so that the page's start does not carry it.
    #[inline(never)]
    pub(super) fn complete(&mut self, cursor: usize) {
        let text = self.prompt.text.clone();
        let cursor =
            (0..=cursor.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or_default();
        let found = self.cluster.complete(&text, cursor);
        let Some(first) = found.candidates.first() else {
            self.prompt.candidates.clear();
            return;
        };
        let mut sure = first.as_str();
        for candidate in &found.candidates {
            let same = sure.char_indices().zip(candidate.chars()).take_while(|((_, a), b)| a == b).last();
            let length = same.map_or(0, |((at, letter), _)| at + letter.len_utf8());
            sure = sure.get(..length).unwrap_or_default();
        }
        let head = text.get(..found.from).unwrap_or_default();
        let rest = text.get(cursor..).unwrap_or_default();
        self.prompt.text = format!("{head}{sure}{rest}");
        let is_open = found.candidates.len() > 1;
        self.prompt.candidates = if is_open { found.candidates.clone() } else { Vec::new() };
        self.prompt.candidates.truncate(CANDIDATES_SHOWN);
    }
}
