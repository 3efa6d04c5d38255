//! What a parsed Go template is made of, and how its parts are shown in errors.
//!
//! Models node.go of Go's text/template/parse. Left out: `define`, `template` and `block`.

use serde_json::Value;

/// A part of a template.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Node {
    Text(String),
    /// Prints what a pipeline gives.
    Action(Pipe),
    If {
        pipe: Pipe,
        then: Vec<Self>,
        otherwise: Vec<Self>,
    },
    With {
        pipe: Pipe,
        then: Vec<Self>,
        otherwise: Vec<Self>,
    },
    Range {
        pipe: Pipe,
        body: Vec<Self>,
        otherwise: Vec<Self>,
    },
    Break,
    Continue,
}

/// Commands of which each gets the result of the one before.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Pipe {
    pub(super) at: usize,
    /// The variables that are set.
    pub(super) variables: Vec<String>,
    /// They exist already.
    pub(super) assigns: bool,
    pub(super) commands: Vec<Command>,
}

/// A function or value with its arguments.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Command {
    pub(super) at: usize,
    pub(super) args: Vec<Operand>,
}

/// A value in a command.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Operand {
    pub(super) at: usize,
    pub(super) term: Term,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Term {
    Dot,
    Nil,
    /// A boolean or number, with its text.
    Constant(Value, String),
    /// A text, with its quoted form.
    Text(String, String),
    Field(Vec<String>),
    /// A variable, and fields of it.
    Variable(String, Vec<String>),
    Function(String),
    Pipe(Pipe),
    Chain(Box<Operand>, Vec<String>),
}

impl Pipe {
    pub(super) fn show(&self) -> String {
        let mut out = String::new();
        if !self.variables.is_empty() {
            out.push_str(&self.variables.join(", "));
            out.push_str(if self.assigns { " = " } else { " := " });
        }
        let commands: Vec<String> = self.commands.iter().map(Command::show).collect();
        out + &commands.join(" | ")
    }
}

impl Command {
    pub(super) fn show(&self) -> String {
        let args: Vec<String> = self
            .args
            .iter()
            .map(|arg| match &arg.term {
                Term::Pipe(pipe) => format!("({})", pipe.show()),
                _ => arg.show(),
            })
            .collect();
        args.join(" ")
    }
}

impl Operand {
    pub(super) fn show(&self) -> String {
        let dotted = |fields: &[String]| fields.iter().flat_map(|field| [".", field]).collect::<String>();
        match &self.term {
            Term::Dot => ".".to_owned(),
            Term::Nil => "nil".to_owned(),
            Term::Constant(_, text) | Term::Text(_, text) | Term::Function(text) => text.clone(),
            Term::Field(fields) => dotted(fields),
            Term::Variable(name, fields) => name.clone() + &dotted(fields),
            Term::Pipe(pipe) => pipe.show(),
            Term::Chain(inner, fields) => match &inner.term {
                Term::Pipe(pipe) => format!("({})", pipe.show()) + &dotted(fields),
                _ => inner.show() + &dotted(fields),
            },
        }
    }
}
