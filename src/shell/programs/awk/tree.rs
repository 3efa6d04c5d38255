//! What an awk program means.

use crate::shell::regex::Regex;

/// A whole program.
#[derive(Clone, Debug, Default)]
pub(super) struct Script {
    pub(super) rules: Vec<Rule>,
    /// A `getline` of it reads the files that awk goes through.
    pub(super) has_getline: bool,
    /// It has to do with `RS`.
    pub(super) has_records: bool,
}

/// Where what is printed goes.
#[derive(Clone, Debug)]
pub(super) struct Target {
    pub(super) way: Way,
    pub(super) name: Expression,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// `>`.
    To,
    /// `>>`.
    Append,
    /// `|`.
    Pipe,
}

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
    Print(Vec<Expression>, Option<Target>),
    Printf(Vec<Expression>, Option<Target>),
    Run(Expression),
    If(Expression, Box<Self>, Option<Box<Self>>),
    While(Expression, Box<Self>),
    /// `do … while (…)`.
    Do(Box<Self>, Expression),
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
    /// Where a line comes from, and what takes it.
    Getline(From, Option<Box<Self>>),
}

/// Where `getline` reads.
#[derive(Clone, Debug)]
pub(super) enum From {
    /// The files that awk goes through.
    Input,
    File(Box<Expression>),
    Command(Box<Expression>),
}
