//! Splits a typed line into words as a shell does.
//!
//! Quotes, backslashes, comments, line continuations and the `$ ` of pasted examples are understood. Left
//! out: pipes, lists of commands, redirections, substitutions and variables; such a line is refused whole.

/// Why a line could not be split, in the sandbox's own words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WordsError(pub String);

/// Splits a line; no words when it is empty or a comment.
///
/// # Errors
/// When the line needs a part of the shell that the sandbox does not have.
pub fn split(line: &str) -> Result<Vec<String>, WordsError> {
    let line = without_prompt(line);
    let mut splitter = Splitter { rest: line.chars().collect(), at: 0, words: Vec::new(), word: None };
    splitter.run()?;
    Ok(splitter.words)
}

/// Pasted examples often carry the prompt.
fn without_prompt(line: &str) -> &str {
    let trimmed = line.trim_start();
    trimmed.strip_prefix("$ ").unwrap_or(trimmed)
}

struct Splitter {
    rest: Vec<char>,
    at: usize,
    words: Vec<String>,
    word: Option<String>,
}

impl Splitter {
    fn next(&mut self) -> Option<char> {
        let next = self.peek();
        self.at += 1;
        next
    }

    fn peek(&self) -> Option<char> {
        self.rest.get(self.at).copied()
    }

    fn push(&mut self, letter: char) {
        self.word.get_or_insert_default().push(letter);
    }

    fn end_word(&mut self) {
        self.words.extend(self.word.take());
    }

    fn run(&mut self) -> Result<(), WordsError> {
        while let Some(letter) = self.next() {
            match letter {
                '\\' => self.backslash(),
                '\'' => self.single_quoted()?,
                '"' => self.double_quoted()?,
                '\n' => self.line_end()?,
                _ if letter.is_whitespace() => self.end_word(),
                '#' if self.word.is_none() => self.skip_comment(),
                '$' => self.dollar()?,
                '|' | ';' | '&' | '<' | '>' | '`' | '(' | ')' => return Err(self.unsupported(letter)),
                _ => self.push(letter),
            }
        }
        self.end_word();
        Ok(())
    }

    fn backslash(&mut self) {
        match self.next() {
            Some('\n') => {}
            Some('\r') if self.peek() == Some('\n') => self.at += 1,
            Some(letter) => self.push(letter),
            None => self.push('\\'),
        }
    }

    fn single_quoted(&mut self) -> Result<(), WordsError> {
        self.word.get_or_insert_default();
        loop {
            match self.next() {
                Some('\'') => return Ok(()),
                Some(letter) => self.push(letter),
                None => return Err(WordsError("the quote ' is not closed".to_owned())),
            }
        }
    }

    fn double_quoted(&mut self) -> Result<(), WordsError> {
        self.word.get_or_insert_default();
        loop {
            match self.next() {
                Some('"') => return Ok(()),
                Some('\\') => match self.next() {
                    Some('\n') => {}
                    Some(letter @ ('"' | '\\' | '$' | '`')) => self.push(letter),
                    Some(letter) => {
                        self.push('\\');
                        self.push(letter);
                    }
                    None => self.push('\\'),
                },
                Some('$') => self.dollar()?,
                Some('`') => return Err(self.unsupported('`')),
                Some(letter) => self.push(letter),
                None => return Err(WordsError("the quote \" is not closed".to_owned())),
            }
        }
    }

    fn dollar(&mut self) -> Result<(), WordsError> {
        match self.peek() {
            Some(next)
                if next.is_ascii_alphanumeric()
                    || matches!(next, '_' | '{' | '(' | '\'' | '?' | '@' | '*') =>
            {
                Err(self.unsupported('$'))
            }
            _ => {
                self.push('$');
                Ok(())
            }
        }
    }

    fn skip_comment(&mut self) {
        while self.peek().is_some_and(|letter| letter != '\n') {
            self.at += 1;
        }
    }

    /// A line may be followed by empty ones, not by another command.
    fn line_end(&mut self) -> Result<(), WordsError> {
        self.end_word();
        let more = self.rest.get(self.at..).unwrap_or_default();
        let text: String = more.iter().collect();
        let has_more = text.lines().map(str::trim).any(|line| !line.is_empty() && !line.starts_with('#'));
        if has_more && !self.words.is_empty() {
            return Err(WordsError("the sandbox's terminal takes one command at a time".to_owned()));
        }
        Ok(())
    }

    fn unsupported(&self, letter: char) -> WordsError {
        let next = self.peek();
        let what = match (letter, next) {
            ('|', Some('|')) => "|| between commands",
            ('|', _) => "pipes (|)",
            ('&', Some('&')) => "&& between commands",
            ('&', _) => "commands in the background (&)",
            (';', _) => "several commands in one line (;)",
            ('<' | '>', _) => "redirections (< and >)",
            ('$', Some('(')) | ('`', _) => "command substitution ($(…))",
            ('$', _) => "shell variables ($NAME)",
            _ => "parentheses outside quotes",
        };
        WordsError(format!(
            "the sandbox's terminal does not support {what} yet; it runs one kubectl command at a time"
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::split;

    #[test]
    fn lines_split_as_in_a_shell() {
        let cases: &[(&str, &[&str])] = &[
            ("", &[]),
            ("   # only a comment", &[]),
            ("kubectl get pods", &["kubectl", "get", "pods"]),
            ("  $ kubectl get  pods # all of them", &["kubectl", "get", "pods"]),
            ("k get 'a b' \"c d\" e\\ f", &["k", "get", "a b", "c d", "e f"]),
            ("k patch -p '{\"a\":\"$(x) | y\"}'", &["k", "patch", "-p", "{\"a\":\"$(x) | y\"}"]),
            ("k -o=jsonpath=\"{.a}\\n\"'x'", &["k", "-o=jsonpath={.a}\\nx"]),
            ("k get \\\n  pods\n\n# done\n", &["k", "get", "pods"]),
            ("k get ''", &["k", "get", ""]),
            ("k a#b a$ \"$\" $", &["k", "a#b", "a$", "$", "$"]),
            ("k get \\\r\n pods", &["k", "get", "pods"]),
            ("ключ 日本", &["ключ", "日本"]),
        ];
        for (line, expected) in cases {
            assert_eq!(split(line).as_deref().unwrap(), *expected, "{line}");
        }
    }

    #[test]
    fn what_a_shell_would_do_more_is_refused() {
        let cases = [
            ("k get pods | grep x", "pipes"),
            ("k a && k b", "&&"),
            ("k a; k b", "several commands"),
            ("k a > f", "redirections"),
            ("k get $(x)", "substitution"),
            ("k get \"$X\"", "variables"),
            ("k get 'x", "not closed"),
            ("k get \"x", "not closed"),
            ("k a\nk b", "one command at a time"),
            ("for i in 0 1; do k; done", "several commands"),
        ];
        for (line, part) in cases {
            let refused = split(line).unwrap_err().0;
            assert!(refused.contains(part), "{line}: {refused}");
        }
    }
}
