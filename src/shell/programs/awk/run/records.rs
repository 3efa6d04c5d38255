//! Records: the lines of the files, or what `RS` makes of their text.

use std::collections::VecDeque;

use super::State;
use crate::shell::regex::{Dialect, Regex};

/// Letters among which the end of a record is looked for first: a pattern is looked for among letters, and
/// the whole rest of the text is not parted into them for each record.
const WINDOW: usize = 2_000;

/// A text of which records are taken.
#[derive(Clone, Debug, Default)]
pub(super) struct Text {
    whole: String,
    at: usize,
}

impl From<String> for Text {
    fn from(whole: String) -> Self {
        Self { whole, at: 0 }
    }
}

/// What is still to be read.
#[derive(Clone, Debug, Default)]
pub(in crate::shell::programs::awk) struct Records {
    /// Files with their texts, where all is read before the first record is looked at.
    files: VecDeque<(String, Text)>,
    number: usize,
    of_file: usize,
}

impl Records {
    /// A file begins.
    pub(in crate::shell::programs::awk) fn begin(&mut self, name: &str) {
        self.files.push_back((name.to_owned(), Text::default()));
    }

    /// A line of the file that was begun last.
    pub(in crate::shell::programs::awk) fn add(&mut self, line: &str, has_end: bool) {
        if let Some((_, text)) = self.files.back_mut() {
            text.whole.push_str(line);
            text.whole.push_str(if has_end { "\n" } else { "" });
        }
    }
}

impl State {
    /// A file begins from which the records come.
    pub(in crate::shell::programs::awk) fn begin_file(&mut self, name: &str) {
        self.records.of_file = 0;
        self.set_text("FILENAME", name);
    }

    /// A record has been read: the counts go on.
    pub(in crate::shell::programs::awk) fn count_record(&mut self) {
        self.records.number += 1;
        self.records.of_file += 1;
        self.set_count("NR", self.records.number);
        self.set_count("FNR", self.records.of_file);
    }

    /// The next record of the files, which counts.
    pub(in crate::shell::programs::awk) fn next_record(&mut self) -> Option<String> {
        let separator = self.get("RS").text();
        loop {
            let (name, text) = self.records.files.front_mut()?;
            let name = name.clone();
            if let Some(record) = text.cut(&separator) {
                if self.records.of_file == 0 {
                    self.begin_file(&name);
                }
                self.count_record();
                return Some(record);
            }
            self.records.files.pop_front();
            self.records.of_file = 0;
        }
    }
}

impl Text {
    /// Takes the next record.
    pub(super) fn cut(&mut self, separator: &str) -> Option<String> {
        let mut rest = self.whole.get(self.at..)?;
        if separator.is_empty() {
            rest = rest.trim_start_matches('\n');
            self.at = self.whole.len() - rest.len();
        }
        if rest.is_empty() {
            return None;
        }
        let (end, next) = place(rest, separator);
        let record = rest.get(..end)?.to_owned();
        self.at += next;
        Some(record)
    }
}

/// Where the first record ends, and where the next one begins.
fn place(text: &str, separator: &str) -> (usize, usize) {
    let whole = (text.len(), text.len());
    if separator.is_empty() {
        return match text.find("\n\n") {
            Some(end) => (end, end + 2),
            None => (text.strip_suffix('\n').unwrap_or(text).len(), text.len()),
        };
    }
    if separator.chars().count() == 1 {
        return text.find(separator).map_or(whole, |end| (end, end + separator.len()));
    }
    let Ok(regex) = Regex::new(separator, Dialect::Awk, false) else { return whole };
    // Most records are short.
    for window in [WINDOW, usize::MAX] {
        let letters: Vec<char> = text.chars().take(window).collect();
        let found = regex.find(&letters, 0);
        let place = |index: usize| found.as_ref().and_then(|groups| *groups.get(index)?);
        if let (Some(begin), Some(end)) = (place(0), place(1))
            && end > begin
            && (end < letters.len() || letters.len() < window)
        {
            let bytes = |at: usize| letters.iter().take(at).map(|letter| letter.len_utf8()).sum::<usize>();
            return (bytes(begin), bytes(end));
        }
        if letters.len() < window {
            break;
        }
    }
    whole
}

#[cfg(test)]
mod tests {
    use super::Text;

    #[test]
    fn texts_are_cut_into_records() {
        for (text, separator, expected) in [
            ("a\nb\n", "\n", vec!["a", "b"]),
            ("a,b\n", ",", vec!["a", "b\n"]),
            ("\n\na\nb\n\n\n\nc\n", "", vec!["a\nb", "c"]),
            ("a--b---c", "--+", vec!["a", "b", "c"]),
        ] {
            let mut text = Text::from(text.to_owned());
            let records: Vec<String> = std::iter::from_fn(|| text.cut(separator)).collect();
            assert_eq!(records, expected, "{separator:?}");
        }
    }
}
