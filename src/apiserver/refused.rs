//! A note of each eviction that a budget refused: the API's answer goes to whoever asked, and nothing else
//! remembers it.
//!
//! Models nothing of Kubernetes: there a refused eviction leaves no trace but an audit log. It is what the
//! page's board of budgets shows.

use crate::api::ObjectKey;
use crate::sim::Time;

/// Notes that are kept.
const KEPT: usize = 200;

/// An eviction that was refused, once or many times in a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefusedEviction {
    /// The budget that refused it.
    pub budget: ObjectKey,
    /// The pod that was to go.
    pub pod: ObjectKey,
    /// Why, in the server's words.
    pub why: String,
    /// How often.
    pub times: u64,
    /// When last.
    pub last: Time,
}

/// Takes note of a refusal; the same again is counted.
pub(super) fn note(
    notes: &mut Vec<RefusedEviction>,
    budget: ObjectKey,
    pod: ObjectKey,
    why: &str,
    now: Time,
) {
    let known = notes.iter().position(|note| note.budget == budget && note.pod == pod && note.why == why);
    let times = known.map_or(0, |index| notes.remove(index).times) + 1;
    if notes.len() >= KEPT {
        notes.remove(0);
    }
    notes.push(RefusedEviction { budget, pod, why: why.to_owned(), times, last: now });
}
