//! Reads Rust (and, near enough, JavaScript) as tokens: comments and strings apart, `use` trees spelled out.

use std::path::{Path, PathBuf};

/// A word, a `::`, or any other single sign, with its line (from 1).
#[derive(Clone, Debug)]
pub(crate) struct Token {
    pub(crate) line: usize,
    pub(crate) text: String,
}

/// A file, read as far as the rules need.
#[derive(Debug)]
pub(crate) struct SourceFile {
    /// Relative to the package.
    pub(crate) path: PathBuf,
    pub(crate) raw: String,
    /// Of all the code, tests included.
    pub(crate) tokens: Vec<Token>,
    /// The comments of each line.
    pub(crate) comments: Vec<String>,
    /// Whether a string touches this line.
    pub(crate) has_string: Vec<bool>,
    /// The line where `#[cfg(test)] mod` begins, or one past the last.
    pub(crate) tests_begin: usize,
    /// `src/api/meta.rs` is `["api", "meta"]`; empty outside `src` and for its root files.
    pub(crate) module: Vec<String>,
    /// The folders of `src/controllers`.
    pub(crate) sibling_folders: Vec<String>,
}

impl SourceFile {
    pub(crate) fn parse(path: &Path, raw: &str) -> Self {
        let lexed = lex(raw);
        let tokens = tokenize(&lexed.code);
        let tests_begin = tests_begin(&tokens).unwrap_or(raw.lines().count() + 1);
        Self {
            path: path.to_owned(),
            raw: raw.to_owned(),
            comments: lexed.comments,
            has_string: lexed.has_string,
            tests_begin,
            module: module_of(path),
            tokens,
            sibling_folders: Vec::new(),
        }
    }

    pub(crate) fn with_sibling_folders(mut self, folders: &[String]) -> Self {
        self.sibling_folders = folders.to_vec();
        self
    }

    /// The folder of `src` it belongs to.
    pub(crate) fn layer(&self) -> Option<&str> {
        self.module.first().map(String::as_str)
    }

    /// Whether all of it is test code.
    pub(crate) fn is_test_file(&self) -> bool {
        self.module.is_empty() && !self.path.starts_with("src")
            || self.module.iter().any(|part| part == "tests" || part.ends_with("_tests"))
    }

    /// The part that is tests.
    pub(crate) fn test_text(&self) -> &str {
        if self.is_test_file() {
            return &self.raw;
        }
        let before: usize = self.raw.split_inclusive('\n').take(self.tests_begin - 1).map(str::len).sum();
        &self.raw[before..]
    }

    /// Every path of the code above the tests that begins at the crate's root, without `crate`, groups
    /// spelled out.
    pub(crate) fn paths(&self) -> Vec<(usize, Vec<String>)> {
        let mut found = Vec::new();
        if self.is_test_file() {
            return found;
        }
        let mut index = 0;
        while let Some(token) = self.tokens.get(index) {
            if token.line >= self.tests_begin {
                break;
            }
            let begins = index == 0 || self.tokens[index - 1].text != "::";
            let followed = self.tokens.get(index + 1).is_some_and(|next| next.text == "::");
            if begins && followed && matches!(token.text.as_str(), "crate" | "kubesets") {
                index = self.use_tree(index + 2, &[], &mut found);
            } else if begins && followed && token.text == "super" {
                let (prefix, next) = self.climb(index);
                index = match prefix {
                    Some(prefix) => self.use_tree(next, &prefix, &mut found),
                    None => next,
                };
            } else {
                index += 1;
            }
        }
        found
    }

    /// Resolves `super::super::…`; `None` when it climbs past the root (a module nested in the file).
    fn climb(&self, mut index: usize) -> (Option<Vec<String>>, usize) {
        let mut climbed = 0;
        while self.tokens.get(index).is_some_and(|token| token.text == "super") {
            climbed += 1;
            index += 2;
        }
        let left = self.module.len().checked_sub(climbed);
        (left.map(|left| self.module[..left].to_vec()), index)
    }

    /// Reads the use tree that begins at `index`; returns where it ends.
    fn use_tree(&self, mut index: usize, prefix: &[String], found: &mut Vec<(usize, Vec<String>)>) -> usize {
        let mut path = prefix.to_vec();
        let mut line = 0;
        while let Some(token) = self.tokens.get(index) {
            match token.text.as_str() {
                "::" => index += 1,
                "{" if self.tokens[index - 1].text == "::" => {
                    index += 1;
                    while self.tokens.get(index).is_some_and(|token| token.text != "}") {
                        index = self.use_tree(index, &path, found);
                        if self.tokens.get(index).is_some_and(|token| token.text == ",") {
                            index += 1;
                        }
                    }
                    return index + 1;
                }
                text if is_word(text) && (line == 0 || self.tokens[index - 1].text == "::") => {
                    line = token.line;
                    path.push(text.to_owned());
                    index += 1;
                }
                _ => break,
            }
        }
        if line == 0 {
            return index + 1; // `*`, or nothing readable
        }
        found.push((line, path));
        // `as name` belongs to the tree.
        if self.tokens.get(index).is_some_and(|token| token.text == "as") { index + 2 } else { index }
    }

    /// The variants of each enum of this name, with their lines.
    pub(crate) fn variants_of(&self, name: &str) -> Vec<(usize, String)> {
        let mut variants = Vec::new();
        for (index, pair) in self.tokens.windows(2).enumerate() {
            if pair[0].text == "enum" && pair[1].text == name {
                self.variants_from(index + 2, &mut variants);
            }
        }
        variants
    }

    fn variants_from(&self, begin: usize, variants: &mut Vec<(usize, String)>) {
        let Some(open) = self.tokens[begin..].iter().position(|token| token.text == "{") else { return };
        let mut depth = 1;
        let mut expected = true;
        for token in &self.tokens[begin + open + 1..] {
            match token.text.as_str() {
                "{" | "(" | "[" => depth += 1,
                "}" | ")" | "]" => depth -= 1,
                "," if depth == 1 => expected = true,
                text if depth == 1 && expected && is_word(text) => {
                    variants.push((token.line, text.to_owned()));
                    expected = false;
                }
                _ => {}
            }
            if depth == 0 {
                return;
            }
        }
    }
}

/// Splits `PodManager` and `pod_manager` into lower-case words.
pub(crate) fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    for sign in name.chars() {
        if sign == '_' || sign == '-' || sign.is_uppercase() {
            words.push(String::new());
        }
        if let (Some(word), true) = (words.last_mut(), sign.is_alphanumeric()) {
            word.push(sign.to_ascii_lowercase());
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

/// Whether `text` holds `word` with no letter, digit or underscore beside it.
pub(crate) fn has_word(text: &str, word: &str) -> bool {
    text.match_indices(word).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let after = text[at + word.len()..].chars().next();
        ![before, after].into_iter().flatten().any(is_word_sign)
    })
}

fn is_word_sign(sign: char) -> bool {
    sign.is_alphanumeric() || sign == '_'
}

fn is_word(text: &str) -> bool {
    text.chars().next().is_some_and(is_word_sign)
}

fn module_of(path: &Path) -> Vec<String> {
    let Ok(inside) = path.strip_prefix("src") else { return Vec::new() };
    let mut parts: Vec<String> = inside
        .with_extension("")
        .components()
        .map(|part| part.as_os_str().to_string_lossy().into_owned())
        .collect();
    if parts.last().is_some_and(|last| last == "mod") {
        parts.pop();
    }
    if matches!(parts.first().map(String::as_str), Some("lib" | "main" | "bin")) {
        return Vec::new();
    }
    parts
}

/// Where `#[cfg(test)]`, perhaps further attributes, and `mod` follow each other.
fn tests_begin(tokens: &[Token]) -> Option<usize> {
    let is = |index: usize, text: &str| tokens.get(index).is_some_and(|token| token.text == text);
    let attribute = ["#", "[", "cfg", "(", "test", ")", "]"];
    for start in 0..tokens.len() {
        if !attribute.iter().enumerate().all(|(offset, text)| is(start + offset, text)) {
            continue;
        }
        let mut next = start + attribute.len();
        while is(next, "#") {
            let mut depth = 0;
            next += 1;
            while let Some(token) = tokens.get(next) {
                next += 1;
                depth += i32::from(token.text == "[") - i32::from(token.text == "]");
                if depth == 0 {
                    break;
                }
            }
        }
        // A `mod tests;` names a file of its own: this file goes on.
        if is(next, "mod") && is(next + 2, "{") {
            return Some(tokens[start].line);
        }
    }
    None
}

fn tokenize(code: &[String]) -> Vec<Token> {
    let mut tokens = Vec::new();
    for (index, line) in code.iter().enumerate() {
        let mut signs = line.chars().peekable();
        while let Some(sign) = signs.next() {
            let mut text = sign.to_string();
            if sign.is_whitespace() {
                continue;
            }
            if is_word_sign(sign) {
                while let Some(next) = signs.next_if(|next| is_word_sign(*next)) {
                    text.push(next);
                }
            } else if sign == ':' && signs.next_if_eq(&':').is_some() {
                text.push(':');
            }
            tokens.push(Token { line: index + 1, text });
        }
    }
    tokens
}

struct Lexed {
    code: Vec<String>,
    comments: Vec<String>,
    has_string: Vec<bool>,
}

#[derive(Clone, Copy)]
enum Within {
    Code,
    LineComment,
    BlockComment {
        depth: usize,
    },
    /// Ends at `"` and so many `#`; `None` for a string with escapes.
    Text {
        hashes: Option<usize>,
    },
}

/// Tells code, comments and strings apart, line by line.
fn lex(raw: &str) -> Lexed {
    let mut lexed = Lexed { code: Vec::new(), comments: Vec::new(), has_string: Vec::new() };
    let mut within = Within::Code;
    for line in raw.lines() {
        let signs: Vec<char> = line.chars().collect();
        let (mut code, mut comment) = (String::new(), String::new());
        let mut has_string = matches!(within, Within::Text { .. });
        let mut at = 0;
        while at < signs.len() {
            match within {
                Within::Code => {
                    let (next, step) = lex_code(&signs, at, &mut code);
                    has_string |= matches!(next, Within::Text { .. });
                    within = next;
                    at += step;
                }
                Within::LineComment => {
                    comment.push(signs[at]);
                    at += 1;
                }
                Within::BlockComment { depth } => {
                    let pair = (signs[at], signs.get(at + 1).copied());
                    within = match pair {
                        ('/', Some('*')) => Within::BlockComment { depth: depth + 1 },
                        ('*', Some('/')) if depth == 1 => Within::Code,
                        ('*', Some('/')) => Within::BlockComment { depth: depth - 1 },
                        _ => within,
                    };
                    comment.push(signs[at]);
                    at += if matches!(pair, ('/', Some('*')) | ('*', Some('/'))) { 2 } else { 1 };
                }
                Within::Text { hashes: None } if signs[at] == '\\' => at += 2,
                Within::Text { hashes } => {
                    let hashes = hashes.unwrap_or_default();
                    let ends =
                        signs[at] == '"' && signs[at + 1..].iter().take(hashes).all(|sign| *sign == '#');
                    if ends && signs.len() > at + hashes {
                        within = Within::Code;
                        code.push_str("\"\"");
                        at += hashes;
                    }
                    at += 1;
                }
            }
        }
        if matches!(within, Within::LineComment) {
            within = Within::Code;
        }
        lexed.code.push(code);
        lexed.comments.push(comment);
        lexed.has_string.push(has_string);
    }
    lexed
}

/// Reads one piece of code; returns what comes next and how many signs were read.
fn lex_code(signs: &[char], at: usize, code: &mut String) -> (Within, usize) {
    let sign = signs[at];
    let next = signs.get(at + 1).copied();
    match (sign, next) {
        ('/', Some('/')) => return (Within::LineComment, 2),
        ('/', Some('*')) => return (Within::BlockComment { depth: 1 }, 2),
        ('"', _) => return (Within::Text { hashes: None }, 1),
        // A character, which may be a quotation mark; otherwise a lifetime.
        ('\'', Some('\\')) => {
            let end = signs.iter().skip(at + 3).position(|sign| *sign == '\'').unwrap_or_default();
            return (Within::Code, end + 4);
        }
        ('\'', _) if signs.get(at + 2) == Some(&'\'') => return (Within::Code, 3),
        _ => {}
    }
    let word_before = at > 0 && is_word_sign(signs[at - 1]) && signs[at - 1] != 'b';
    if sign == 'r' && !word_before {
        let hashes = signs[at + 1..].iter().take_while(|sign| **sign == '#').count();
        if signs.get(at + 1 + hashes) == Some(&'"') {
            return (Within::Text { hashes: Some(hashes) }, hashes + 2);
        }
    }
    code.push(sign);
    (Within::Code, 1)
}
