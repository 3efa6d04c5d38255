//! How much of a text is read, so that no paste can stop the page.
//!
//! Models the limits of go.yaml.in/yaml/v2 (depth, flow level, aliases), with smaller numbers of our own.
//! Left out: a limit on time; every step over a text of this size is short.

use super::error::YamlError;

/// The longest text that is read, in bytes.
pub const MAX_BYTES: usize = 1 << 20;
/// The most documents of one text.
pub const MAX_DOCUMENTS: usize = 200;
/// The deepest nesting.
pub const MAX_DEPTH: usize = 100;
/// How many nodes a document may have beyond the letters of its text; only aliases can make more.
pub(super) const EXTRA_NODES: usize = 100_000;
/// How many bytes of text a document's value may have beyond the text itself.
pub(super) const EXTRA_BYTES: usize = 4 << 20;
/// How many more brackets may open than close; the scanner's work grows with the square of it.
const MAX_OPEN_BRACKETS: usize = 1_000;
const MAX_DIRECTIVES: usize = 64;

/// Refuses text that is too long.
pub(super) fn check_length(text: &str) -> Result<(), YamlError> {
    if text.len() <= MAX_BYTES {
        return Ok(());
    }
    Err(YamlError::new(format!("text of {} bytes is too long: the limit is {MAX_BYTES}", text.len()), None))
}

/// Refuses a document before it is scanned, if scanning it could take long or Go would refuse its version.
pub(super) fn check_text(text: &str) -> Result<(), YamlError> {
    check_length(text)?;
    let mut open: usize = 0;
    for byte in text.bytes() {
        match byte {
            b'[' | b'{' => open += 1,
            b']' | b'}' => open = open.saturating_sub(1),
            _ => {}
        }
        if open > MAX_OPEN_BRACKETS {
            return Err(YamlError::new(format!("yaml: exceeded max depth of {MAX_DEPTH}"), None));
        }
    }
    check_directives(text)
}

fn check_directives(text: &str) -> Result<(), YamlError> {
    let mut directives = 0;
    for (index, line) in text.lines().enumerate() {
        if let Some(directive) = line.strip_prefix('%') {
            directives += 1;
            let mut words = directive.split_whitespace();
            let version = (words.next() == Some("YAML")).then(|| words.next().unwrap_or_default());
            if version.is_some_and(|version| version != "1.1") {
                let line = if index == 0 { String::new() } else { format!("line {index}: ") };
                let message = format!("yaml: {line}found incompatible YAML document");
                return Err(YamlError::new(message, Some(index + 1)));
            }
            if directives > MAX_DIRECTIVES {
                return Err(YamlError::new("yaml: too many directives", Some(index + 1)));
            }
        } else if !line.trim_start().is_empty() && !line.trim_start().starts_with('#') {
            return Ok(());
        }
    }
    Ok(())
}
