//! Why a sync did what it did, as values: shown to people, printed by `why`, and tested.
//!
//! Models the log lines with which upstream's controllers explain themselves ("StatefulSet is waiting for Pod
//! to be Running and Ready"), Kubernetes v1.36. Left out: log levels.

use crate::api::ObjectKey;
use crate::sim::Time;

/// One reason: a name that tests and the page know it by, and a sentence for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    /// The variant of the controller's own enum, such as `PodReady`.
    pub name: &'static str,
    /// One sentence: `waiting for Pod web-1 to be Running and Ready before web-2 is created (OrderedReady)`.
    pub sentence: String,
    /// The object that is waited for or acted on.
    pub object: Option<ObjectKey>,
    /// The rule behind it, with its values: field or fact, and value.
    pub facts: Vec<(String, String)>,
    /// When time alone ends it; how long that still takes depends on when one asks.
    pub until: Option<Time>,
}

/// How a sync ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// What should be is.
    Converged,
    /// Something was done, and more may be to do.
    Progressing(Reason),
    /// Something must happen first.
    Waiting(Reason),
    /// A request was refused; the sync will be tried again.
    Failed(Reason),
}

impl Verdict {
    /// The reason, where there is one.
    pub fn reason(&self) -> Option<&Reason> {
        match self {
            Self::Converged => None,
            Self::Progressing(reason) | Self::Waiting(reason) | Self::Failed(reason) => Some(reason),
        }
    }
}

/// A verdict with its time and object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// When the sync ran.
    pub at: Time,
    /// Whose decision it was, such as `statefulset-controller`.
    pub by: &'static str,
    /// What the sync was about.
    pub object: ObjectKey,
    /// The uid of that object, as its name may be used again; empty when the controller saw none.
    pub uid: String,
    /// How it ended.
    pub verdict: Verdict,
}
