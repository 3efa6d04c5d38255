//! Reads label selectors as typed with `-l`: `app=web,tier in (a,b),!old`.
//!
//! Models the parser of staging/src/k8s.io/apimachinery/pkg/labels/selector.go with its error words,
//! Kubernetes v1.36. Left out: the length limits' exact order among several errors of one requirement.

use crate::api::LabelMap;
use crate::api::labels::Requirement;
use crate::collections::sort;

use super::label_syntax::{label_key_errors, label_value_errors};
use super::quote::quote;

/// A selector that was read: all requirements must hold.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LabelQuery(Vec<Requirement>);

impl LabelQuery {
    /// Reads a selector; the empty text picks everything.
    ///
    /// # Errors
    /// The server's own words.
    pub fn parse(text: &str) -> Result<Self, String> {
        Parser { tokens: tokens(text), at: 0 }.parse().map(Self)
    }

    /// What must hold, in the order of the keys.
    pub fn requirements(&self) -> &[Requirement] {
        &self.0
    }

    /// Whether the labels meet every requirement.
    pub fn matches(&self, labels: &LabelMap) -> bool {
        self.0.iter().all(|requirement| match requirement.operator.as_str() {
            // The API's `NotIn` and the typed one agree: a missing label is not in.
            "gt" | "lt" => compare(requirement, labels),
            _ => requirement.matches(labels),
        })
    }
}

fn compare(requirement: &Requirement, labels: &LabelMap) -> bool {
    let value = labels.get(&requirement.key).and_then(|value| value.parse::<i64>().ok());
    let bound = requirement.values.first().and_then(|value| value.parse::<i64>().ok());
    match (value, bound) {
        (Some(value), Some(bound)) if requirement.operator == "gt" => value > bound,
        (Some(value), Some(bound)) => value < bound,
        _ => false,
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Token {
    Word,
    In,
    NotIn,
    Not,
    Equals,
    DoubleEquals,
    NotEquals,
    Greater,
    Less,
    Open,
    Close,
    Comma,
    End,
    Wrong,
}

fn is_special(letter: char) -> bool {
    matches!(letter, '=' | '!' | '(' | ')' | ',' | '>' | '<')
}

fn tokens(text: &str) -> Vec<(Token, String)> {
    let letters: Vec<char> = text.chars().collect();
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(&letter) = letters.get(at) {
        if matches!(letter, ' ' | '\t' | '\r' | '\n') {
            at += 1;
            continue;
        }
        let special = is_special(letter);
        let end = (at..letters.len())
            .find(|&i| {
                letters
                    .get(i)
                    .is_none_or(|&c| is_special(c) != special || matches!(c, ' ' | '\t' | '\r' | '\n'))
            })
            .unwrap_or(letters.len());
        let run: String = letters.get(at..end).unwrap_or_default().iter().collect();
        if special {
            at += push_symbol(&mut tokens, &run);
        } else {
            at = end;
            let token = match run.as_str() {
                "in" => Token::In,
                "notin" => Token::NotIn,
                _ => Token::Word,
            };
            tokens.push((token, run));
        }
    }
    tokens.push((Token::End, String::new()));
    tokens
}

/// Takes the longest symbol at the start of a run of symbols, and says how long it was.
fn push_symbol(tokens: &mut Vec<(Token, String)>, run: &str) -> usize {
    const SYMBOLS: [(&str, Token); 9] = [
        ("==", Token::DoubleEquals),
        ("!=", Token::NotEquals),
        ("=", Token::Equals),
        ("!", Token::Not),
        (">", Token::Greater),
        ("<", Token::Less),
        ("(", Token::Open),
        (")", Token::Close),
        (",", Token::Comma),
    ];
    for (symbol, token) in SYMBOLS {
        if run.starts_with(symbol) {
            tokens.push((token, symbol.to_owned()));
            return symbol.len();
        }
    }
    tokens.push((Token::Wrong, run.to_owned()));
    run.chars().count().max(1)
}

struct Parser {
    tokens: Vec<(Token, String)>,
    at: usize,
}

impl Parser {
    /// The next token where a value may stand: there `in` and `notin` are words.
    fn peek(&self) -> (Token, String) {
        let (token, text) = self.peek_operator();
        match token {
            Token::In | Token::NotIn => (Token::Word, text),
            _ => (token, text),
        }
    }

    fn peek_operator(&self) -> (Token, String) {
        self.tokens.get(self.at).cloned().unwrap_or((Token::End, String::new()))
    }

    fn take(&mut self) -> (Token, String) {
        let next = self.peek();
        self.at += 1;
        next
    }

    fn parse(mut self) -> Result<Vec<Requirement>, String> {
        let mut requirements = Vec::new();
        loop {
            let (token, text) = self.peek();
            match token {
                Token::Word | Token::Not => {
                    let requirement =
                        self.requirement().map_err(|why| format!("unable to parse requirement: {why}"))?;
                    requirements.push(requirement);
                    let (token, text) = self.take();
                    match token {
                        Token::End => return Ok(requirements),
                        Token::Comma => {
                            let (next, text) = self.peek();
                            if next != Token::Word && next != Token::Not {
                                return Err(format!("found '{text}', expected: identifier after ','"));
                            }
                        }
                        _ => return Err(format!("found '{text}', expected: ',' or 'end of string'")),
                    }
                }
                Token::End => return Ok(requirements),
                _ => return Err(format!("found '{text}', expected: !, identifier, or 'end of string'")),
            }
        }
    }

    fn requirement(&mut self) -> Result<Requirement, String> {
        let (mut token, mut key) = self.take();
        let negated = token == Token::Not;
        if negated {
            (token, key) = self.take();
        }
        if token != Token::Word {
            return Err(format!("found '{key}', expected: identifier"));
        }
        if let Some(why) = label_key_errors(&key).first() {
            return Err(format!("key: Invalid value: {}: {why}", quote(&key)));
        }
        let bare = matches!(self.peek().0, Token::End | Token::Comma);
        if negated || bare {
            let operator = if negated { "DoesNotExist" } else { "Exists" };
            return Ok(Requirement { key, operator: operator.to_owned(), values: Vec::new() });
        }
        let operator = self.operator()?;
        let values =
            if matches!(operator, "In" | "NotIn") { self.values()? } else { vec![self.exact_value()?] };
        check_values(&key, operator, &values)?;
        Ok(Requirement { key, operator: operator.to_owned(), values })
    }

    fn operator(&mut self) -> Result<&'static str, String> {
        let (token, text) = self.peek_operator();
        self.at += 1;
        Ok(match token {
            Token::In => "In",
            Token::NotIn => "NotIn",
            Token::Equals | Token::DoubleEquals => "=",
            Token::NotEquals => "!=",
            Token::Greater => "gt",
            Token::Less => "lt",
            _ => return Err(format!("found '{text}', expected: in, notin, =, ==, !=, gt, lt")),
        })
    }

    fn values(&mut self) -> Result<Vec<String>, String> {
        let (token, text) = self.take();
        if token != Token::Open {
            return Err(format!("found '{text}' expected: '('"));
        }
        let mut values = Vec::new();
        // An empty place before or between commas stands for the empty value.
        let mut place = String::new();
        let mut filled = false;
        loop {
            let (token, text) = self.take();
            match token {
                Token::Word if !filled => {
                    place = text;
                    filled = true;
                }
                Token::Word => return Err(format!("found '{text}', expected: ',' or ')'")),
                Token::Comma | Token::Close => {
                    if !values.contains(&place) {
                        values.push(std::mem::take(&mut place));
                    }
                    place.clear();
                    filled = false;
                    if token == Token::Close {
                        sort(&mut values);
                        return Ok(values);
                    }
                }
                _ if filled => return Err(format!("found '{text}', expected: ',' or ')'")),
                _ if values.is_empty() => {
                    return Err(format!("found '{text}', expected: ',', ')' or identifier"));
                }
                _ => return Err(format!("found '{text}', expected: ',', or identifier")),
            }
        }
    }

    fn exact_value(&mut self) -> Result<String, String> {
        if matches!(self.peek().0, Token::End | Token::Comma) {
            return Ok(String::new());
        }
        let (token, text) = self.take();
        if token == Token::Word { Ok(text) } else { Err(format!("found '{text}', expected: identifier")) }
    }
}

fn check_values(key: &str, operator: &str, values: &[String]) -> Result<(), String> {
    for (index, value) in values.iter().enumerate() {
        if matches!(operator, "gt" | "lt") && value.parse::<i64>().is_err() {
            return Err(format!(
                "values[{index}]: Invalid value: {}: for 'Gt', 'Lt' operators, the value must be an integer",
                quote(value)
            ));
        }
        if let Some(why) = label_value_errors(value).first() {
            return Err(format!("values[{index}][{key}]: Invalid value: {}: {why}", quote(value)));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::LabelQuery;
    use crate::api::LabelMap;

    fn labels() -> LabelMap {
        [("app", "web"), ("index", "3"), ("empty", "")].map(|(k, v)| (k.to_owned(), v.to_owned())).into()
    }

    #[test]
    fn selectors_pick_as_upstream() {
        let cases = [
            ("", true),
            ("app=web", true),
            ("app==web,index", true),
            ("app!=web", false),
            ("nope!=web", true),
            ("app in (db, web)", true),
            ("app notin (db,web)", false),
            ("!app", false),
            ("!nope", true),
            ("empty=", true),
            ("empty in ()", true),
            ("empty in (,a)", true),
            ("index>2,index<4", true),
            ("index > 3", false),
            ("in in (notin)", false),
            ("example.com/a notin (b)", true),
        ];
        for (text, expected) in cases {
            assert_eq!(LabelQuery::parse(text).unwrap().matches(&labels()), expected, "{text}");
        }
    }

    #[test]
    fn wrong_selectors_are_refused_in_the_servers_words() {
        let cases = [
            ("a b", "unable to parse requirement: found 'b', expected: in, notin, =, ==, !=, gt, lt"),
            ("a=b c", "found 'c', expected: ',' or 'end of string'"),
            (",a", "found ',', expected: !, identifier, or 'end of string'"),
            ("a,,b", "found ',', expected: identifier after ','"),
            ("a in b", "unable to parse requirement: found 'b' expected: '('"),
            ("a in (b", "unable to parse requirement: found '', expected: ',' or ')'"),
            ("a==!", "unable to parse requirement: found '!', expected: identifier"),
            ("!", "unable to parse requirement: found '', expected: identifier"),
            (
                "a>x",
                "unable to parse requirement: values[0]: Invalid value: \"x\": for 'Gt', 'Lt' operators, the value must be an integer",
            ),
        ];
        for (text, expected) in cases {
            assert_eq!(LabelQuery::parse(text).unwrap_err(), expected, "{text}");
        }
        assert!(
            LabelQuery::parse("-a=b")
                .unwrap_err()
                .contains("Invalid value: \"-a\": name part must consist of")
        );
    }
}
