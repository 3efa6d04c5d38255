//! What an awk program means.

use crate::shell::regex::Regex;

/// A pattern with what is done.
#[derive(Clone, Debug)]
pub(super) struct Rule {
    pub(super) pattern: Pattern,
    /// Without one, the line is printed.
    pub(super) action: Option<Vec<Statement>>,
}

/// When a rule is for a line.
#[derive(Clone, Debug)]
pub(super) enum Pattern {
    Begin,
    End,
    Always,
    When(Expression),
    /// From one line to another; whether it is within.
    Range(Expression, Expression, bool),
}

#[derive(Clone, Debug)]
pub(super) enum Statement {
    Print(Vec<Expression>),
    Printf(Vec<Expression>),
    Run(Expression),
    If(Expression, Box<Self>, Option<Box<Self>>),
    While(Expression, Box<Self>),
    For(Option<Expression>, Option<Expression>, Option<Expression>, Box<Self>),
    ForIn(String, String, Box<Self>),
    Block(Vec<Self>),
    Delete(String, Vec<Expression>),
    Next,
    Exit(Option<Expression>),
    Break,
    Continue,
}

#[derive(Clone, Debug)]
pub(super) enum Expression {
    Number(f64),
    Text(String),
    Regex(Regex),
    Variable(String),
    Field(Box<Self>),
    Element(String, Vec<Self>),
    Not(Box<Self>),
    Negative(Box<Self>),
    Binary(&'static str, Box<Self>, Box<Self>),
    And(Box<Self>, Box<Self>),
    Or(Box<Self>, Box<Self>),
    Choice(Box<Self>, Box<Self>, Box<Self>),
    Match(Box<Self>, Box<Self>),
    In(Vec<Self>, String),
    /// Target, operator before `=` or none, value.
    Assign(Box<Self>, &'static str, Box<Self>),
    /// Target, how much is added, whether the new value counts.
    Step(Box<Self>, f64, bool),
    Call(String, Vec<Self>),
}
