//! Takes out what no two clusters share: times, ages, uids, addresses, versions, generated names.
//!
//! Each uid, address and generated name is replaced by its place in the order of first appearance, so that
//! two that were equal stay equal. Everything else stays as it was: a comparison is never loosened here for
//! one recording's sake.

use std::collections::BTreeMap;

/// Replaces names by their place in the order of first appearance.
#[derive(Clone, Debug, Default)]
pub struct Normaliser {
    places: BTreeMap<String, usize>,
}

impl Normaliser {
    /// The text without what no two clusters share.
    pub fn text(&mut self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        for (index, line) in text.split('\n').enumerate() {
            if index > 0 {
                out.push('\n');
            }
            out.push_str(&self.line(line));
        }
        out
    }

    fn line(&mut self, line: &str) -> String {
        let line = without_date(line);
        let mut out = String::new();
        let mut rest = line.as_str();
        while let Some(first) = rest.chars().next() {
            let is_word = is_word_char(first);
            let end = rest.find(|c| is_word_char(c) != is_word).unwrap_or(rest.len());
            let (token, tail) = rest.split_at(end);
            out.push_str(&if is_word { self.word(token) } else { token.to_owned() });
            rest = tail;
        }
        collapse_spaces(&out)
    }

    fn word(&mut self, word: &str) -> String {
        if is_age(word) {
            return "AGE".into();
        }
        if is_timestamp(word) {
            return "TIME".into();
        }
        if is_address(word) {
            return self.place("IP", word);
        }
        if let Some(at) = find_uuid(word) {
            let (before, rest) = word.split_at(at);
            let (uuid, after) = rest.split_at(UUID_LEN);
            let place = self.place("UID", uuid);
            return format!("{before}{place}{after}");
        }
        let name = word.trim_end_matches([':', '.']);
        if let Some(prefix) = generated_prefix(name) {
            let place = self.place(&format!("{prefix}-GENERATED"), name);
            return format!("{place}{}", word.get(name.len()..).unwrap_or_default());
        }
        word.to_owned()
    }

    fn place(&mut self, what: &str, word: &str) -> String {
        let next = self.places.keys().filter(|key| key.starts_with(what)).count();
        let place = *self.places.entry(format!("{what} {word}")).or_insert(next);
        format!("{what}{place}")
    }
}

const UUID_LEN: usize = 36;

fn is_word_char(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | ':')
}

/// `12s`, `5m3s`, `2d4h`: digits and a unit, again and again.
fn is_age(word: &str) -> bool {
    let mut digits = 0;
    let mut parts = 0;
    for c in word.chars() {
        match c {
            '0'..='9' => digits += 1,
            's' | 'm' | 'h' | 'd' | 'y' if digits > 0 => {
                parts += 1;
                digits = 0;
            }
            _ => return false,
        }
    }
    parts > 0 && digits == 0
}

fn is_timestamp(word: &str) -> bool {
    crate::api::Timestamp::parse(word).is_some()
}

fn is_address(word: &str) -> bool {
    let parts: Vec<&str> = word.split('.').collect();
    parts.len() == 4 && parts.iter().all(|part| part.parse::<u8>().is_ok())
}

/// What stands before the five letters that the server adds to a `generateName`, as of a pod's volume
/// `kube-api-access-2lqqt` or of a slice `nginx-ft5nv`.
fn generated_prefix(word: &str) -> Option<&str> {
    const LETTERS: &str = "bcdfghjklmnpqrstvwxz2456789";
    let (prefix, suffix) = word.rsplit_once('-')?;
    let is_generated = suffix.len() == 5 && suffix != "https" && suffix.chars().all(|c| LETTERS.contains(c));
    (is_generated && !prefix.is_empty()).then_some(prefix)
}

fn find_uuid(word: &str) -> Option<usize> {
    (0..word.len().saturating_sub(UUID_LEN - 1)).find(|&at| {
        word.get(at..at + UUID_LEN).is_some_and(|part| {
            part.bytes().enumerate().all(|(index, byte)| match index {
                8 | 13 | 18 | 23 => byte == b'-',
                _ => byte.is_ascii_hexdigit(),
            })
        })
    })
}

/// `Sat, 21 Nov 2026 05:36:55 +0000` and `resourceVersion: "123"`.
fn without_date(line: &str) -> String {
    const DATE_LEN: usize = 31;
    const DAYS: [&str; 7] = ["Mon, ", "Tue, ", "Wed, ", "Thu, ", "Fri, ", "Sat, ", "Sun, "];
    let starts = DAYS.iter().flat_map(|day| line.match_indices(day));
    let dated = starts
        .map(|(at, _)| at)
        .find(|at| line.get(*at..at + DATE_LEN).is_some_and(|date| date.ends_with("+0000")));
    if let Some(at) = dated {
        let (before, rest) = line.split_at(at);
        return without_date(&format!("{before}DATE{}", rest.get(DATE_LEN..).unwrap_or_default()));
    }
    if let Some((before, _)) = line.split_once("resourceVersion: \"") {
        return format!("{before}resourceVersion: VERSION");
    }
    line.to_owned()
}

/// Runs of spaces inside a line depend on how wide the ages are; the indentation does not.
fn collapse_spaces(line: &str) -> String {
    let indent = line.len() - line.trim_start_matches(' ').len();
    let (start, rest) = line.split_at(indent);
    let mut out = start.to_owned();
    let mut spaces = 0;
    for c in rest.chars() {
        if c == ' ' {
            spaces += 1;
            if spaces > 2 {
                continue;
            }
        } else {
            spaces = 0;
        }
        out.push(c);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_differs_between_clusters_is_taken_out() {
        let table = [
            ("web-0   1/1     Running   1 (6s ago)   15s", "web-0  1/1  Running  1 (AGE ago)  AGE"),
            (
                "web-847b47bbbc   statefulset.apps/web   5   68s",
                "web-847b47bbbc  statefulset.apps/web  5  AGE",
            ),
            ("  10.244.1.7:80 10.244.1.8 10.244.1.7", "  10.244.1.7:80 IP0 IP1"),
            ("CreationTimestamp:  Sat, 21 Nov 2026 05:36:55 +0000", "CreationTimestamp:  DATE"),
            ("Sat, 21 Nov 2026 05:36:55 +0000   Mon, 05 Jan 2026 09:00:00 +0000   x", "DATE  DATE  x"),
            ("creationTimestamp: \"2026-11-21T05:36:55Z\"", "creationTimestamp: \"TIME\""),
            ("resourceVersion: \"123\"", "resourceVersion: VERSION"),
            ("pvc-e4bf8da5-7401-4216-9e1f-e658f3b1d1ae", "pvc-UID0"),
            ("kube-api-access-2lqqt nginx-ft5nv", "kube-api-access-GENERATED0 nginx-GENERATED0"),
            ("  kube-api-access-2lqqt:", "  kube-api-access-GENERATED0:"),
            ("nginx-zzzzz nginx-ft5nv", "nginx-GENERATED1 nginx-GENERATED0"),
            ("web-https web-0 web-clear", "web-https web-0 web-clear"),
        ];
        let mut normaliser = Normaliser::default();
        for (line, expected) in table {
            assert_eq!(normaliser.text(line), expected);
        }
        assert_eq!(normaliser.text("uid: e4bf8da5-7401-4216-9e1f-e658f3b1d1ae"), "uid: UID0");
    }
}
