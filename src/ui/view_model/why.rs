//! The one sentence that says why an object is as it is, and how grave it is.

use crate::api::object::Typed as _;
use crate::api::pod::Pod;
use crate::api::{Kind, Object, ObjectKey};
use crate::cluster::{Cluster, Verdict};
use crate::kubectl::printers::pod_status;

use super::status::Shape;

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

/// Why an object is as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WhyView {
    /// How grave it is.
    pub tone: Tone,
    /// One sentence.
    pub sentence: String,
    /// The rule behind it: fact and value.
    pub facts: Vec<(String, String)>,
}

/// Waits that only a person can end.
const ENDED_BY_PEOPLE: [&str; 5] = ["BrokenRollout", "NotedSize", "NoWakeup", "OnDelete", "PassedByNode"];

/// Waits of a `DaemonSet` for whichever of its new pods become available.
const WAITS_FOR_ITS_PODS: [&str; 3] = ["MaxUnavailable", "MaxSurge", "NewPodAvailable"];

/// Why an object is as it is.
pub fn why(cluster: &Cluster, key: &ObjectKey) -> WhyView {
    let Some(decision) = cluster.reason_for(key) else {
        return WhyView {
            tone: Tone::Settled,
            sentence: "No controller has looked at it yet".into(),
            ..WhyView::default()
        };
    };
    let Some(reason) = decision.verdict.reason() else {
        return WhyView { sentence: "Everything is as it should be".into(), ..WhyView::default() };
    };
    let tone = match &decision.verdict {
        Verdict::Converged => Tone::Settled,
        Verdict::Progressing(_) => Tone::Working,
        Verdict::Failed(_) => Tone::Blocked,
        // The partition is a person's choice: the set rests where it was told to.
        Verdict::Waiting(reason) if reason.name == "Partition" => Tone::Settled,
        Verdict::Waiting(reason) => {
            let holds_up =
                if WAITS_FOR_ITS_PODS.contains(&reason.name) { Some(key) } else { reason.object.as_ref() };
            let is_stuck = holds_up.is_some_and(|object| is_failing(cluster, object));
            let by_people = ENDED_BY_PEOPLE.contains(&reason.name);
            if is_stuck || by_people || cluster.next_due().is_none() { Tone::Blocked } else { Tone::Waiting }
        }
    };
    WhyView { tone, sentence: capitalised(&reason.sentence), facts: reason.facts.clone() }
}

/// Whether a pod, or a pod that an object controls, fails so that it does not become well by itself.
fn is_failing(cluster: &Cluster, key: &ObjectKey) -> bool {
    let fails = |pod: &Pod| Shape::of(pod, &pod_status(pod)) == Shape::Failed;
    match cluster.server().get(key) {
        Ok(Object::Pod(pod)) => fails(pod),
        Ok(Object::ReplicaSet(_) | Object::DaemonSet(_)) => {
            let owner =
                cluster.server().get(key).map(|object| object.meta().uid.as_str()).unwrap_or_default();
            let pods = cluster.server().list(Kind::Pod, Some(&key.namespace)).filter_map(Pod::of);
            pods.filter(|pod| pod.metadata.is_controlled_by(owner)).any(|pod| fails(pod))
        }
        _ => false,
    }
}

/// The sentence with a capital letter, unless it begins with a name.
fn capitalised(sentence: &str) -> String {
    let mut letters = sentence.chars();
    match letters.next() {
        Some(first) => std::iter::once(first.to_ascii_uppercase()).chain(letters).collect(),
        None => String::new(),
    }
}
