//! The grammar of commands: lists, pipelines, loops, branches.

use std::rc::Rc;

use super::SyntaxError;
use super::draft::Begun;
use super::scan::{Parser, is_name};
use super::tree::{AndOr, Command, CommandKind, Connector, List, Part, Pipeline, Word};

/// Words that end a list where a command could begin.
const ENDS: &[&str] = &["then", "do", "done", "fi", "elif", "else", "esac", "}"];

/// What bash has and the sandbox has not.
const REFUSED: &[&str] = &["function", "select", "coproc", "[["];

impl Parser {
    /// Takes commands up to the end of the text.
    pub(super) fn whole(&mut self) -> Result<List, SyntaxError> {
        self.commands(true)
    }

    /// Takes commands up to a parenthesis or a word of [`ENDS`]: where the text ends before, more is to come.
    pub(super) fn list(&mut self) -> Result<List, SyntaxError> {
        self.commands(false)
    }

    /// Takes commands. Those that are complete when more is to come are kept for the next time.
    fn commands(&mut self, is_whole: bool) -> Result<List, SyntaxError> {
        let start = self.at;
        // The text of a here-document that was announced before is not this list's to skip.
        let keeps = self.pending.is_empty();
        let mut begun = self.resume(keeps);
        let ended = self.items(&mut begun, is_whole);
        match ended {
            Ok(()) => Ok(List(begun.items)),
            Err(error) => {
                if keeps && matches!(error, SyntaxError::Incomplete | SyntaxError::Open(_)) {
                    begun.items.truncate(begun.sure);
                    self.begun.insert(start, begun);
                }
                Err(error)
            }
        }
    }

    fn items(&mut self, begun: &mut Begun, is_whole: bool) -> Result<(), SyntaxError> {
        loop {
            self.skip_lines()?;
            if self.pending.is_empty() {
                (begun.sure, begun.at) = (begun.items.len(), self.at);
            }
            match self.peek() {
                None if is_whole => return Ok(()),
                None => return Err(SyntaxError::Incomplete),
                Some(_) if self.list_ends() => return Ok(()),
                Some(_) => {}
            }
            begun.items.push(self.and_or()?);
            self.skip_blanks();
            match self.peek() {
                Some(';') if self.peek_at(1) == Some(';') => return Ok(()),
                Some(';') => self.at += 1,
                Some('\n' | ')') | None => {}
                Some('&') => {
                    return Err(SyntaxError::Refused(
                        "the sandbox's terminal runs no commands in the background (&): open another terminal"
                            .to_owned(),
                    ));
                }
                Some(_) => return Err(self.unexpected()),
            }
        }
    }

    fn list_ends(&self) -> bool {
        self.peek() == Some(')') || self.sees(";;") || ENDS.contains(&self.bare_word().as_str())
    }

    /// A list that may not be empty.
    pub(super) fn body(&mut self) -> Result<Rc<List>, SyntaxError> {
        let list = self.list()?;
        if list.0.is_empty() { Err(self.unexpected()) } else { Ok(Rc::new(list)) }
    }

    fn and_or(&mut self) -> Result<AndOr, SyntaxError> {
        let first = self.pipeline()?;
        let mut rest = Vec::new();
        loop {
            self.skip_blanks();
            let connector = if self.takes("&&") {
                Connector::And
            } else if self.takes("||") {
                Connector::Or
            } else {
                return Ok(AndOr { first, rest });
            };
            self.skip_lines()?;
            rest.push((connector, self.pipeline()?));
        }
    }

    fn pipeline(&mut self) -> Result<Pipeline, SyntaxError> {
        let mut is_negated = false;
        while self.takes_word("!") {
            is_negated = !is_negated;
            self.skip_blanks();
        }
        let mut commands = vec![self.command()?];
        loop {
            self.skip_blanks();
            let joins = self.sees("|&");
            if self.sees("||") || !(self.takes("|&") || self.takes("|")) {
                break;
            }
            if joins {
                return Err(SyntaxError::Refused("write 2>&1 | in place of |&".to_owned()));
            }
            self.skip_lines()?;
            commands.push(self.command()?);
        }
        Ok(Pipeline { is_negated, commands: commands.into_iter().map(Rc::new).collect() })
    }

    fn command(&mut self) -> Result<Command, SyntaxError> {
        self.enter()?;
        self.skip_blanks();
        let word = self.bare_word();
        if REFUSED.contains(&word.as_str()) {
            return Err(SyntaxError::Refused(format!("the sandbox's terminal does not have {word}")));
        }
        let kind = if self.sees("((") && self.closes_arithmetic().is_some() {
            self.arithmetic_command()?
        } else if self.takes("(") {
            let list = self.body()?;
            if !self.takes(")") {
                return Err(self.unexpected());
            }
            CommandKind::Subshell(list)
        } else if self.takes_word("{") {
            let list = self.body()?;
            self.expect_word("}")?;
            CommandKind::Group(list)
        } else if self.takes_word("for") {
            self.for_loop()?
        } else if word == "while" || word == "until" {
            self.at += 5;
            let condition = self.body()?;
            let again = condition.clone();
            CommandKind::While { is_until: word == "until", condition, again, body: self.do_group()? }
        } else if self.takes_word("if") {
            self.branches()?
        } else if self.takes_word("case") {
            self.case()?
        } else {
            let command = self.simple()?;
            self.leave();
            return Ok(command);
        };
        let mut redirects = Vec::new();
        self.skip_blanks();
        while self.redirect(&mut redirects)? {
            self.skip_blanks();
        }
        self.leave();
        Ok(Command { kind, redirects })
    }

    pub(super) fn do_group(&mut self) -> Result<Rc<List>, SyntaxError> {
        self.skip_lines()?;
        self.expect_word("do")?;
        let body = self.body()?;
        self.expect_word("done")?;
        Ok(body)
    }

    fn for_loop(&mut self) -> Result<CommandKind, SyntaxError> {
        self.skip_blanks();
        if self.sees("((") && self.closes_arithmetic().is_some() {
            return self.counting_loop();
        }
        let name = self.bare_word();
        if !is_name(&name) {
            return Err(self.unexpected());
        }
        self.at += name.chars().count();
        self.skip_lines()?;
        let mut words = None;
        if self.takes_word("in") {
            let mut found = Vec::new();
            self.skip_blanks();
            while let Some(word) = self.word()? {
                found.push(word);
                self.skip_blanks();
            }
            words = Some(found);
        }
        self.skip_blanks();
        if !self.takes(";") && self.peek().is_some_and(|letter| letter != '\n') && words.is_some() {
            return Err(self.unexpected());
        }
        Ok(CommandKind::For { name, words, body: self.do_group()? })
    }

    fn branches(&mut self) -> Result<CommandKind, SyntaxError> {
        let mut branches = Vec::new();
        loop {
            let condition = self.body()?;
            self.expect_word("then")?;
            branches.push((condition, self.body()?));
            if self.takes_word("elif") {
                continue;
            }
            let otherwise = if self.takes_word("else") { Some(self.body()?) } else { None };
            self.expect_word("fi")?;
            return Ok(CommandKind::If { branches, otherwise });
        }
    }

    fn case(&mut self) -> Result<CommandKind, SyntaxError> {
        self.skip_blanks();
        let word = self.word()?.ok_or_else(|| self.unexpected())?;
        self.skip_lines()?;
        self.expect_word("in")?;
        let mut arms = Vec::new();
        loop {
            self.skip_lines()?;
            if self.takes_word("esac") {
                return Ok(CommandKind::Case { word, arms });
            }
            self.takes("(");
            let mut patterns = Vec::new();
            loop {
                self.skip_blanks();
                patterns.push(self.word()?.ok_or_else(|| self.unexpected())?);
                self.skip_blanks();
                if !self.takes("|") {
                    break;
                }
            }
            if !self.takes(")") {
                return Err(self.unexpected());
            }
            let body = self.list()?;
            arms.push((patterns, Rc::new(body)));
            if !self.takes(";;") {
                self.skip_lines()?;
                self.expect_word("esac")?;
                return Ok(CommandKind::Case { word, arms });
            }
        }
    }

    fn simple(&mut self) -> Result<Command, SyntaxError> {
        let (mut assignments, mut words, mut redirects) = (Vec::new(), Vec::new(), Vec::new());
        loop {
            self.skip_blanks();
            if self.redirect(&mut redirects)? {
                continue;
            }
            let Some(word) = self.word()? else { break };
            match assignment(&word) {
                Some(pair) if words.is_empty() => assignments.push(pair),
                _ => words.push(word),
            }
        }
        let is_after_equals = self.at.checked_sub(1).and_then(|at| self.text.get(at)) == Some(&'=');
        if self.peek() == Some('(') && is_after_equals {
            return Err(SyntaxError::Refused(super::NO_ARRAYS.to_owned()));
        }
        if self.peek() == Some('(') && words.len() == 1 {
            return Err(SyntaxError::Refused("the sandbox's terminal does not have functions".to_owned()));
        }
        if self.peek() == Some('(') || (assignments.is_empty() && words.is_empty() && redirects.is_empty()) {
            return Err(self.unexpected());
        }
        Ok(Command { kind: CommandKind::Simple { assignments, words }, redirects })
    }
}

/// The name and the value of `NAME=VALUE`; `NAME+=VALUE` begins with the value that there is.
fn assignment(word: &Word) -> Option<(String, Word)> {
    let (first, rest) = word.0.split_first()?;
    let Part::Text { text, is_quoted: false } = first else { return None };
    let (name, value) = text.split_once('=')?;
    let (name, appends) = name.strip_suffix('+').map_or((name, false), |name| (name, true));
    if !is_name(name) {
        return None;
    }
    let mut parts = Vec::new();
    if appends {
        parts.push(Part::Variable { name: name.to_owned(), operation: None, is_quoted: true });
    }
    if !value.is_empty() {
        parts.push(Part::Text { text: value.to_owned(), is_quoted: false });
    }
    parts.extend(rest.iter().cloned());
    Some((name.to_owned(), Word(parts)))
}
