//! The rules that explanations name: whose they are, how the object then stands, and the field they read.
//!
//! A controller's verdicts are looked up here by who gave them and their name. What the sandbox finds out by
//! itself, because no controller speaks of it, has rules in the same form beside the code that finds it.

use super::explanation::Class;
use super::rules::docs::page_of;

/// What ends it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ends {
    /// Nothing needs to.
    Settled,
    /// It is being done.
    Done,
    /// It ends by itself.
    Itself,
    /// It ends when the object that is waited for is well; that may never be.
    Other,
    /// Only a person ends it.
    Person,
}

/// One rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Whose decision it is, such as `statefulset-controller`.
    pub by: &'static str,
    /// Its name among those, such as `PodReady`.
    pub name: &'static str,
    /// What ends it.
    pub ends: Ends,
    /// The rule in a sentence.
    pub text: &'static str,
    /// The field of the object that it reads; empty for none.
    pub path: &'static str,
}

impl Rule {
    /// The page of Kubernetes' documentation that tells of it, where there is one.
    pub fn page(&self) -> Option<String> {
        page_of(self.by, self.name)
    }

    /// How an object stands by this rule, when nothing more is known.
    pub(super) fn class(&self) -> Class {
        match self.ends {
            Ends::Settled => Class::Settled,
            Ends::Done => Class::Working,
            Ends::Itself | Ends::Other => Class::Waiting,
            Ends::Person => Class::Blocked,
        }
    }
}

/// A rule.
pub(super) const fn rule(
    by: &'static str,
    name: &'static str,
    ends: Ends,
    path: &'static str,
    text: &'static str,
) -> Rule {
    Rule { by, name, ends, text, path }
}
