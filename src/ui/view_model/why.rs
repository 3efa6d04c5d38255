//! Why an object is as it is: one sentence for its strip, and all that is known for the inspector.
//!
//! What is said is found out by `cluster::explain`; here it is only put into the words of the page.

use super::attempts::AttemptView;
use crate::api::ObjectKey;
use crate::cluster::Cluster;
use crate::cluster::explain::{Class, Explanation, Field, Mend};

/// How grave a reason is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tone {
    /// What should be is.
    #[default]
    Settled,
    /// Something is being done.
    Working,
    /// Something must happen first, and will.
    Waiting,
    /// Something must happen first, and will not happen by itself.
    Blocked,
}

impl From<Class> for Tone {
    fn from(class: Class) -> Self {
        match class {
            Class::Settled => Self::Settled,
            Class::Working => Self::Working,
            Class::Waiting => Self::Waiting,
            Class::Blocked => Self::Blocked,
        }
    }
}

impl Tone {
    /// The class it is drawn with.
    pub fn class(self) -> &'static str {
        match self {
            Self::Settled => "tone-settled",
            Self::Working => "tone-working",
            Self::Waiting => "tone-waiting",
            Self::Blocked => "tone-blocked",
        }
    }

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

/// Why an object is as it is, in short.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WhyView {
    /// How grave it is.
    pub tone: Tone,
    /// One sentence.
    pub sentence: String,
}

impl WhyView {
    fn of(about: &Explanation) -> Self {
        Self { tone: about.class.into(), sentence: capitalised(&about.sentence) }
    }
}

/// Why an object is as it is, in short.
pub fn why(cluster: &Cluster, key: &ObjectKey) -> WhyView {
    WhyView::of(&cluster.explain(key))
}

/// A field to go to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldView {
    /// The object whose manifest holds it.
    pub object: ObjectKey,
    /// Its path.
    pub path: String,
    /// `spec.paused of deployment/web`: the object is named when it is another one.
    pub words: String,
}

impl FieldView {
    fn of(field: &Field, about: &ObjectKey) -> Self {
        let words = if field.object == *about {
            field.path.clone()
        } else {
            format!("{} of {}", field.path, named(&field.object))
        };
        Self { object: field.object.clone(), path: field.path.clone(), words }
    }
}

/// What a person can do about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MendView {
    /// What, and what comes of it.
    pub words: String,
    /// A line for the terminal.
    pub line: Option<String>,
    /// A field to edit.
    pub field: Option<FieldView>,
}

impl MendView {
    fn of(mend: &Mend, about: &ObjectKey) -> Self {
        let field = mend.field.as_ref().map(|field| FieldView::of(field, about));
        Self { words: mend.words.clone(), line: mend.line.clone(), field }
    }
}

/// All that is known of why an object is as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReasonsView {
    /// The sentence and how grave it is.
    pub why: WhyView,
    /// The rule's name.
    pub name: &'static str,
    /// The rule.
    pub rule: &'static str,
    /// The page of Kubernetes' documentation that tells of it, and what the page is about.
    pub page: Option<(String, String)>,
    /// Its facts: name and value.
    pub facts: Vec<(String, String)>,
    /// `statefulset-controller at 01:23.4`.
    pub decided: String,
    /// The field that the rule reads.
    pub field: Option<FieldView>,
    /// The object that holds it up: its key, and how it is named.
    pub held_up_by: Option<(ObjectKey, String)>,
    /// What others say: who, and a sentence.
    pub also: Vec<(String, String)>,
    /// What a person can do, the best first.
    pub mends: Vec<MendView>,
    /// The scheduler's attempts, the newest first.
    pub attempts: Vec<AttemptView>,
}

impl ReasonsView {
    /// All that is known of an object.
    pub fn of(cluster: &Cluster, key: &ObjectKey) -> Self {
        let about = cluster.explain(key);
        Self {
            why: WhyView::of(&about),
            name: about.rule.name,
            rule: about.rule.text,
            page: about.rule.page().map(|page| (page.clone(), page_words(&page))),
            decided: about.decided(),
            field: about.field.as_ref().map(|field| FieldView::of(field, key)),
            held_up_by: about.held_up_by.filter(|other| other != key).map(|other| {
                let name = named(&other);
                (other, name)
            }),
            also: about
                .also
                .into_iter()
                .map(|(by, sentence)| (by.to_owned(), capitalised(&sentence)))
                .collect(),
            mends: about.mends.iter().map(|mend| MendView::of(mend, key)).collect(),
            attempts: cluster.attempts(key).into_iter().map(AttemptView::of).collect(),
            facts: about.facts,
        }
    }
}

/// `statefulset: forced rollback` of `…/controllers/statefulset/#forced-rollback`.
fn page_words(page: &str) -> String {
    let (path, anchor) = page.split_once('#').unwrap_or((page, ""));
    let name = path.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
    let words = |text: &str| text.replace('-', " ");
    if anchor.is_empty() { words(name) } else { format!("{}: {}", words(name), words(anchor)) }
}

fn named(key: &ObjectKey) -> String {
    format!("{}/{}", key.kind.resource().singular, key.name)
}

/// The sentence with a capital letter, unless it begins with a name.
fn capitalised(sentence: &str) -> String {
    let first_word = sentence.split([' ', ':', ',']).next().unwrap_or_default();
    if first_word.contains(['/', '-', '.']) {
        return sentence.to_owned();
    }
    let mut letters = sentence.chars();
    match letters.next() {
        Some(first) => std::iter::once(first.to_ascii_uppercase()).chain(letters).collect(),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::{capitalised, page_words};

    #[test]
    fn a_page_is_named_by_its_address() {
        for (page, words) in [
            ("https://kubernetes.io/docs/a/statefulset/#forced-rollback", "statefulset: forced rollback"),
            ("https://kubernetes.io/docs/tasks/safely-drain-node/", "safely drain node"),
        ] {
            assert_eq!(page_words(page), words);
        }
    }

    #[test]
    fn names_keep_their_small_letter() {
        for (sentence, shown) in [
            ("waiting for Pod web-1", "Waiting for Pod web-1"),
            ("node-1 is cordoned", "node-1 is cordoned"),
            ("configmap/a is as it was written", "configmap/a is as it was written"),
            ("", ""),
        ] {
            assert_eq!(capitalised(sentence), shown);
        }
    }
}
