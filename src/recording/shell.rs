//! The parts of a recorded line that belong to the shell: substitutions, `2>&1`, `>/dev/null && echo WORDS`,
//! and what stands behind a pipe.
//!
//! The recordings were typed into bash. kubectl's part of a line runs in the simulated cluster; the text
//! tools behind a pipe are the host's own, and see only what kubectl printed. Left out: other lists of
//! commands, redirections to files, variables.

use std::io::Write as _;
use std::process::{Command, Stdio};

/// A line, split at what only a shell understands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Line {
    /// What kubectl gets: text, and lines whose output takes their place.
    pub(super) parts: Vec<Part>,
    /// Whether errors go where the output goes.
    pub(super) joins_errors: bool,
    /// Whether the output goes nowhere.
    pub(super) drops_output: bool,
    /// What is printed when kubectl succeeds: `&& echo WORDS`.
    pub(super) echo: Option<String>,
    /// What stands behind the first pipe; empty when there is none.
    pub(super) pipeline: String,
}

/// A piece of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// Text as it stands.
    Text(String),
    /// `$(LINE)`: its words take its place.
    Output(String),
}

/// Splits a line.
pub(super) fn parse(line: &str) -> Line {
    let mut parsed = Line::default();
    let mut text = String::new();
    let mut rest = line;
    let mut quote = None;
    while let Some(letter) = rest.chars().next() {
        if quote != Some('\'')
            && let Some((inner, after)) = rest.strip_prefix("$(").and_then(split_at_parenthesis)
        {
            parsed.parts.push(Part::Text(std::mem::take(&mut text)));
            parsed.parts.push(Part::Output(inner.to_owned()));
            rest = after;
            continue;
        }
        if quote.is_none() {
            if letter == '|' {
                rest.get(1..).unwrap_or_default().trim().clone_into(&mut parsed.pipeline);
                break;
            }
            if let Some(after) = rest.strip_prefix(">/dev/null") {
                parsed.drops_output = true;
                rest = after;
                continue;
            }
            if let Some(words) = rest.strip_prefix("&& echo ") {
                parsed.echo = Some(format!("{}\n", words.trim()));
                break;
            }
            if let Some(after) = rest.strip_prefix("2>&1") {
                parsed.joins_errors = true;
                rest = after;
                continue;
            }
        }
        quote = match (quote, letter) {
            (None, '\'' | '"') => Some(letter),
            (Some(open), letter) if open == letter => None,
            (open, _) => open,
        };
        text.push(letter);
        rest = rest.get(letter.len_utf8()..).unwrap_or_default();
    }
    parsed.parts.push(Part::Text(text));
    parsed
}

/// The text up to the parenthesis that closes one which is open, and what follows.
fn split_at_parenthesis(text: &str) -> Option<(&str, &str)> {
    let (mut depth, mut quote) = (1, None);
    for (at, letter) in text.char_indices() {
        match (quote, letter) {
            (None, '\'' | '"') => quote = Some(letter),
            (Some(open), letter) if open == letter => quote = None,
            (None, '(') => depth += 1,
            (None, ')') => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some((text.get(..at)?, text.get(at + 1..)?));
        }
    }
    None
}

/// The output of a substituted line as words of another.
pub(super) fn as_words(output: &str) -> String {
    output.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Lets the host's tools read a text; returns their exit code and what they printed.
///
/// # Errors
/// When the host has no shell.
pub(super) fn filter(pipeline: &str, input: &str) -> Result<(i32, String), String> {
    let failed = |error: std::io::Error| format!("{pipeline:?}: {error}");
    let mut child = Command::new("sh")
        .args(["-c", pipeline])
        .env("LC_ALL", "C")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(failed)?;
    if let Some(mut stdin) = child.stdin.take() {
        // A tool such as `head` may stop reading before the end.
        match stdin.write_all(input.as_bytes()) {
            Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => return Err(failed(error)),
            _ => {}
        }
    }
    let output = child.wait_with_output().map_err(failed)?;
    Ok((output.status.code().unwrap_or(-1), String::from_utf8_lossy(&output.stdout).into_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(line: &str) -> (String, bool, String) {
        let parsed = parse(line);
        let text = parsed.parts.iter().map(|part| match part {
            Part::Text(text) => text.clone(),
            Part::Output(line) => format!("<{line}>"),
        });
        (text.collect(), parsed.joins_errors, parsed.pipeline)
    }

    #[test]
    fn lines_are_split_as_bash_does() {
        let table = [
            ("kubectl get pods", "kubectl get pods", false, ""),
            ("k a | sort | uniq -c", "k a ", false, "sort | uniq -c"),
            (
                "k drain $(k get pod a -o jsonpath='{.x}') --y 2>&1 | sed 's/|/b/'",
                "k drain <k get pod a -o jsonpath='{.x}'> --y  ",
                true,
                "sed 's/|/b/'",
            ),
            (
                "k x $(k y '{[?(@.a==1)]}' | cut -d' ' -f1)",
                "k x <k y '{[?(@.a==1)]}' | cut -d' ' -f1>",
                false,
                "",
            ),
            ("k p -p '{\"a\":\"$(x) | y\"}'", "k p -p '{\"a\":\"$(x) | y\"}'", false, ""),
        ];
        for (line, text, joins, pipeline) in table {
            assert_eq!(parts(line), (text.to_owned(), joins, pipeline.to_owned()), "{line}");
        }
    }

    #[test]
    fn output_may_go_nowhere_and_words_be_echoed() {
        let parsed = parse("k rollout restart sts/web >/dev/null && echo restarted");
        let expected = Line {
            parts: vec![Part::Text("k rollout restart sts/web  ".into())],
            drops_output: true,
            echo: Some("restarted\n".into()),
            ..Line::default()
        };
        assert_eq!(parsed, expected);
    }

    #[test]
    fn the_hosts_tools_read_what_kubectl_printed() {
        assert_eq!(
            filter("sort | uniq -c | awk '{print $1, $2}'", "b\na\nb\n"),
            Ok((0, "1 a\n2 b\n".into()))
        );
        assert_eq!(filter("grep -c x", "a\n").map(|(exit, _)| exit), Ok(1));
        assert_eq!(as_words("node-1\n  node-2\n"), "node-1 node-2");
    }
}
