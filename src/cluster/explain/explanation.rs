//! What is said about an object: a sentence, the rule behind it with its facts, who decided, and what mends.

use crate::api::ObjectKey;
use crate::sim::Time;

use super::print::{clock, clock_to_the_second};
use super::rule::Rule;

/// How an object stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// What should be is.
    #[default]
    Settled,
    /// Something is being done.
    Working,
    /// Something must happen first, and will.
    Waiting,
    /// Something must happen first, and does not happen by itself.
    Blocked,
}

impl Class {
    /// Its word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Settled => "Settled",
            Self::Working => "Working",
            Self::Waiting => "Waiting",
            Self::Blocked => "Blocked",
        }
    }
}

/// A field of an object, as it stands in the manifest that holds the object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// The object whose manifest it is.
    pub object: ObjectKey,
    /// Its path, such as `spec.updateStrategy.rollingUpdate.partition`.
    pub path: String,
}

/// Something that a person can do about it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mend {
    /// What, and what comes of it.
    pub words: String,
    /// The line to type; words in capitals are to be filled in.
    pub line: Option<String>,
    /// The field to edit.
    pub field: Option<Field>,
}

impl Mend {
    /// A line to type.
    pub(super) fn line(words: impl Into<String>, line: impl Into<String>) -> Self {
        Self { words: words.into(), line: Some(line.into()), field: None }
    }

    /// A field to edit.
    pub(super) fn edit(words: impl Into<String>, field: Field) -> Self {
        Self { words: words.into(), line: None, field: Some(field) }
    }
}

/// Why an object is as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explanation {
    /// The object.
    pub object: ObjectKey,
    /// How it stands.
    pub class: Class,
    /// Whose decision it is.
    pub by: &'static str,
    /// The rule behind it.
    pub rule: Rule,
    /// What it waits for, or what happens next: one sentence.
    pub sentence: String,
    /// The facts behind the rule: name or field, and value.
    pub facts: Vec<(String, String)>,
    /// When it was decided, or since when it is so.
    pub at: Option<Time>,
    /// Whether that is known to the second only, as from a condition.
    pub is_to_the_second: bool,
    /// The field that the rule reads.
    pub field: Option<Field>,
    /// What a person can do about it, the best first.
    pub mends: Vec<Mend>,
    /// The object that holds this one up.
    pub held_up_by: Option<ObjectKey>,
    /// What others say about the object: who, and a sentence.
    pub also: Vec<(&'static str, String)>,
}

impl Explanation {
    /// Puts what is easiest before all else that mends it, which then is another way.
    pub(super) fn first_mend(&mut self, mend: Option<Mend>) {
        let Some(mend) = mend else { return };
        if let Some(second) = self.mends.first_mut()
            && !second.words.starts_with("Or ")
        {
            if let Some(first) = second.words.get_mut(..1) {
                first.make_ascii_lowercase();
            }
            second.words.insert_str(0, "Or ");
        }
        self.mends.insert(0, mend);
    }

    /// An explanation by a rule, which says how grave it is.
    pub(super) fn new(object: &ObjectKey, rule: Rule, sentence: impl Into<String>) -> Self {
        Self {
            object: object.clone(),
            class: rule.class(),
            by: rule.by,
            rule,
            sentence: sentence.into(),
            facts: Vec::new(),
            at: None,
            is_to_the_second: false,
            field: None,
            mends: Vec::new(),
            held_up_by: None,
            also: Vec::new(),
        }
    }

    /// With a fact.
    #[expect(clippy::needless_pass_by_value, reason = "numbers and texts alike are handed over")]
    pub(super) fn fact(mut self, name: &str, value: impl ToString) -> Self {
        self.facts.push((name.to_owned(), value.to_string()));
        self
    }

    /// By somebody else than its rule's.
    pub(super) fn by(mut self, by: &'static str) -> Self {
        self.by = by;
        self
    }

    /// With a time.
    pub(super) fn at(mut self, at: Option<Time>) -> Self {
        self.at = at;
        self
    }

    /// With a time of which only the second is known.
    pub(super) fn at_a_second(mut self) -> Self {
        self.is_to_the_second = true;
        self
    }

    /// With a field.
    pub(super) fn field(mut self, field: Field) -> Self {
        self.field = Some(field);
        self
    }

    /// With something to do.
    pub(super) fn mend(mut self, mend: Mend) -> Self {
        self.mends.push(mend);
        self
    }

    /// In another class than its rule's.
    pub(super) fn class(mut self, class: Class) -> Self {
        self.class = class;
        self
    }

    /// `statefulset-controller at 01:23.4`: who decided, and when as far as that is known.
    pub fn decided(&self) -> String {
        match self.at {
            Some(at) if self.is_to_the_second => format!("{} at {}", self.by, clock_to_the_second(at)),
            Some(at) => format!("{} at {}", self.by, clock(at)),
            None => self.by.to_owned(),
        }
    }

    /// Whether nothing but a person ends it.
    pub fn is_blocked(&self) -> bool {
        self.class == Class::Blocked
    }
}
