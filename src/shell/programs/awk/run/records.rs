//! Records: the lines of the files, or what `RS` makes of their text.

use std::collections::VecDeque;

use super::State;
use crate::shell::regex::{Dialect, Regex};

/// What is still to be read.
#[derive(Clone, Debug, Default)]
pub(in crate::shell::programs::awk) struct Records {
    /// Files with their texts, where all is read before the first record is looked at.
    files: VecDeque<(String, String)>,
    number: usize,
    of_file: usize,
}

impl Records {
    /// A file begins.
    pub(in crate::shell::programs::awk) fn begin(&mut self, name: &str) {
        self.files.push_back((name.to_owned(), String::new()));
    }

    /// A line of the file that was begun last.
    pub(in crate::shell::programs::awk) fn add(&mut self, line: &str, has_end: bool) {
        if let Some((_, text)) = self.files.back_mut() {
            text.push_str(line);
            text.push_str(if has_end { "\n" } else { "" });
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
            if let Some(record) = cut(text, &separator) {
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

/// Takes the first record off a text.
pub(super) fn cut(text: &mut String, separator: &str) -> Option<String> {
    if separator.is_empty() {
        let begin = text.find(|letter| letter != '\n').unwrap_or(text.len());
        text.drain(..begin);
    }
    if text.is_empty() {
        return None;
    }
    let (end, next) = place(text, separator);
    let rest = text.split_off(next);
    let mut record = std::mem::replace(text, rest);
    record.truncate(end);
    Some(record)
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
    let letters: Vec<char> = text.chars().collect();
    let regex = Regex::new(separator, Dialect::Awk, false).ok();
    let found = regex.and_then(|regex| regex.find(&letters, 0));
    let bytes = |index: usize| {
        let at = found.as_ref().and_then(|groups| *groups.get(index)?)?;
        Some(letters.iter().take(at).map(|letter| letter.len_utf8()).sum::<usize>())
    };
    match (bytes(0), bytes(1)) {
        (Some(begin), Some(end)) if end > begin => (begin, end),
        _ => whole,
    }
}

#[cfg(test)]
mod tests {
    use super::cut;

    #[test]
    fn texts_are_cut_into_records() {
        for (text, separator, expected) in [
            ("a\nb\n", "\n", vec!["a", "b"]),
            ("a,b\n", ",", vec!["a", "b\n"]),
            ("\n\na\nb\n\n\n\nc\n", "", vec!["a\nb", "c"]),
            ("a--b---c", "--+", vec!["a", "b", "c"]),
        ] {
            let mut text = text.to_owned();
            let records: Vec<String> = std::iter::from_fn(|| cut(&mut text, separator)).collect();
            assert_eq!(records, expected, "{separator:?}");
        }
    }
}
