//! Why a text is not YAML, in the words kubectl's users know.
//!
//! Models the errors of go.yaml.in/yaml/v2 (`parser.fail`, scannerc.go, parserc.go), Kubernetes v1.36.
//! The scanner behind `serde_yaml` descends from the same C library, so the problem's words agree; the
//! line is counted as Go counts it, which for the parser's errors is one less than the place.
//! Left out: columns.

use std::fmt;

/// What is wrong with a text, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct YamlError {
    /// kubectl's words, such as `yaml: line 4: did not find expected key`.
    pub message: String,
    /// The line of the fault in the text, from 1, if it has a place.
    pub line: Option<usize>,
}

impl YamlError {
    pub(super) fn new(message: impl Into<String>, line: Option<usize>) -> Self {
        Self { message: message.into(), line }
    }

    /// Moves the place down by the lines before the document; the words keep their own count.
    pub(super) fn below(mut self, lines: usize) -> Self {
        self.line = self.line.map(|line| line + lines);
        self
    }
}

impl fmt::Display for YamlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for YamlError {}

/// Says an error of `serde_yaml` as Go would.
pub(super) fn translate(error: &serde_yaml::Error, text: &str) -> YamlError {
    let shown = error.to_string();
    let place = error.location();
    let line = place.as_ref().map(serde_yaml::Location::line);
    let (problem, context) = match shown.split_once(", ") {
        // The problem itself may hold a comma: `did not find expected ',' or ']'`.
        Some(_) => split_context(&shown),
        None => (shown.as_str(), ""),
    };
    let problem = without_place(problem);
    match problem {
        "unknown anchor" => {
            let name = place.map(|place| alias_name(text, place.index())).unwrap_or_default();
            return YamlError::new(format!("yaml: unknown anchor '{name}' referenced"), line);
        }
        "repetition limit exceeded" => {
            return YamlError::new("yaml: document contains excessive aliasing", None);
        }
        "control characters are not allowed" => {
            let offset =
                shown.rsplit(' ').next().and_then(|word| word.parse::<usize>().ok()).unwrap_or_default();
            let before = text.as_bytes().get(..offset).unwrap_or_default();
            return YamlError::new(format!("yaml: {problem}"), Some(line_breaks(before) + 1));
        }
        _ => {}
    }
    let from_zero = line.unwrap_or_default().saturating_sub(1);
    let go_line = if from_zero > 0 {
        from_zero + usize::from(is_scanner_problem(problem))
    } else {
        line_of(context).unwrap_or_default().saturating_sub(1)
    };
    let shown_line = if go_line == 0 { String::new() } else { format!("line {go_line}: ") };
    YamlError::new(format!("yaml: {shown_line}{problem}"), line)
}

/// The parser's problems are counted differently from the scanner's.
fn is_scanner_problem(problem: &str) -> bool {
    !(problem.starts_with("did not find expected <")
        || problem.starts_with("did not find expected ',' or")
        || [
            "did not find expected key",
            "did not find expected node content",
            "did not find expected '-' indicator",
        ]
        .contains(&problem)
        || problem.starts_with("found duplicate %")
        || ["found incompatible YAML document", "found undefined tag handle"].contains(&problem))
}

/// Parts `problem at line 2 column 3, while parsing … at line 1 column 1`.
fn split_context(shown: &str) -> (&str, &str) {
    [", while ", ", block "].iter().find_map(|mark| shown.split_once(mark)).unwrap_or((shown, ""))
}

fn without_place(problem: &str) -> &str {
    [" at line ", " at position "]
        .iter()
        .find_map(|mark| problem.rsplit_once(mark))
        .map_or(problem, |(before, _)| before)
}

fn line_of(context: &str) -> Option<usize> {
    context.rsplit_once(" at line ")?.1.split(' ').next()?.parse().ok()
}

/// The name after the asterisk at an offset.
fn alias_name(text: &str, offset: usize) -> &str {
    let rest = text.get(offset..).unwrap_or_default();
    let rest = rest.strip_prefix('*').unwrap_or(rest);
    let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '-')).unwrap_or(rest.len());
    rest.get(..end).unwrap_or_default()
}

pub(super) fn line_breaks(bytes: &[u8]) -> usize {
    bytes.split(|byte| *byte == b'\n').count() - 1
}
