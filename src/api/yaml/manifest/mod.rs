//! Reads the documents of a manifest file, in YAML or JSON.
//!
//! Models `YAMLOrJSONDecoder` and `YAMLReader`, k8s.io/apimachinery/pkg/util/yaml/decoder.go, Kubernetes
//! v1.36: a text that starts with a brace is JSON until that fails; documents end at lines that start with
//! `---`. Left out: lists, which the caller takes apart.

use serde_json::Value;

use super::error::{YamlError, line_breaks};
use super::json_stream::{JsonFault, next_value};
use super::limits::{MAX_DOCUMENTS, check_length};
use super::load::parse;

/// One document of a file.
#[derive(Clone, Debug, PartialEq)]
pub struct Document {
    /// What it says.
    pub value: Value,
    /// Its first line in the file, from 1, that is neither empty nor a comment.
    pub line: usize,
}

/// The documents of a file up to the first broken one.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Manifest {
    /// The documents that could be read; empty ones are left out.
    pub documents: Vec<Document>,
    /// Why the next one could not: what kubectl prints after `error: error parsing FILE: `.
    pub error: Option<YamlError>,
}

/// Reads a file's text.
pub fn read_manifest(text: &str) -> Manifest {
    let mut manifest = Manifest::default();
    manifest.error = read(text, &mut manifest.documents).err();
    manifest
}

fn read(text: &str, documents: &mut Vec<Document>) -> Result<(), YamlError> {
    check_length(text)?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if text.trim_start().starts_with('{') {
        read_json(text, documents)
    } else {
        read_yaml(text, 0, documents)
    }
}

fn push(documents: &mut Vec<Document>, value: Value, line: usize) -> Result<(), YamlError> {
    if value.is_null() {
        return Ok(());
    }
    if documents.len() >= MAX_DOCUMENTS {
        // No real tool has this limit: nothing is begun that would be left half done.
        documents.clear();
        return Err(YamlError::new(
            format!("too many documents: the sandbox reads at most {MAX_DOCUMENTS}"),
            Some(line),
        ));
    }
    documents.push(Document { value, line });
    Ok(())
}

/// Reads JSON values one after another, and YAML from where one of the first two is broken.
fn read_json(text: &str, documents: &mut Vec<Document>) -> Result<(), YamlError> {
    let line_at = |offset: usize| line_breaks(text.as_bytes().get(..offset).unwrap_or_default()) + 1;
    let mut position = 0;
    let mut count = 0;
    loop {
        let fault = match next_value(text, position) {
            Ok(None) => return Ok(()),
            Ok(Some(found)) => {
                push(documents, found.value, line_at(found.start))?;
                position = found.end;
                count += 1;
                continue;
            }
            Err(fault) => fault,
        };
        let JsonFault { message, offset } = fault;
        let line = Some(line_at(offset.unwrap_or(text.len()).saturating_sub(1)));
        if count > 1 {
            return Err(YamlError::new(message, line));
        }
        let words =
            offset.map_or_else(|| message.clone(), |offset| format!("json: offset {offset}: {message}"));
        let json_error = YamlError::new(words, line);
        let rest = text.get(position..).unwrap_or_default();
        let blank = rest.len() - rest.trim_start().len();
        let skipped = rest.get(..blank).and_then(|blank| blank.find('\n')).map_or(blank, |at| at + 1);
        let known = documents.len();
        let after = rest.get(skipped..).filter(|after| after.len() >= 4).ok_or_else(|| json_error.clone())?;
        let result = read_yaml(after, line_at(position + skipped) - 1, documents);
        // Whoever started with JSON is told what is wrong with the JSON.
        return if result.is_err() && documents.len() == known { Err(json_error) } else { result };
    }
}

/// Reads the YAML documents of a text that starts after some lines of the file.
fn read_yaml(text: &str, lines_before: usize, documents: &mut Vec<Document>) -> Result<(), YamlError> {
    let mut chunk = Chunk::default();
    for (index, line) in text.lines().enumerate() {
        let number = lines_before + index;
        if let Some(after) = line.strip_prefix("---") {
            let after = after.trim();
            if !after.is_empty() && !after.starts_with('#') {
                let message = format!("invalid Yaml document separator: {after}");
                return Err(YamlError::new(message, Some(number + 1)));
            }
            if !chunk.text.is_empty() {
                chunk.take().load(documents)?;
                continue;
            }
        }
        chunk.push(line, number);
    }
    chunk.take().load(documents)
}

/// The lines of one document.
#[derive(Default)]
struct Chunk {
    text: String,
    /// Lines of the file before the first one.
    before: usize,
    first_content: Option<usize>,
}

impl Chunk {
    fn take(&mut self) -> Self {
        std::mem::take(self)
    }

    fn push(&mut self, line: &str, number: usize) {
        if self.text.is_empty() {
            self.before = number;
        }
        let content = line.trim_start();
        if self.first_content.is_none()
            && !(content.is_empty() || content.starts_with('#') || line.starts_with("---"))
        {
            self.first_content = Some(number + 1);
        }
        self.text.push_str(line);
        self.text.push('\n');
    }

    fn load(self, documents: &mut Vec<Document>) -> Result<(), YamlError> {
        if self.first_content.is_none() {
            return Ok(());
        }
        let value = parse(&self.text).map_err(|mut error| {
            error.message.insert_str(0, "error converting YAML to JSON: ");
            error.below(self.before)
        })?;
        push(documents, value, self.first_content.unwrap_or(self.before + 1))
    }
}

#[cfg(test)]
mod tests;
