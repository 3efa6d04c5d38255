//! What the scheduler holds to before it looks at single nodes.

use crate::cluster::explain::rule::{Ends, Rule, rule};
use crate::scheduler::DEFAULT_SCHEDULER;

pub(super) const SCHEDULER: &str = DEFAULT_SCHEDULER;

pub(super) const QUEUED: Rule = rule(
    SCHEDULER,
    "Queued",
    Ends::Done,
    "",
    "The scheduler takes the Pods without a node one after another: those of higher priority first, then those that \
     wait longest.",
);
pub(super) const GATED: Rule = rule(
    SCHEDULER,
    "Gated",
    Ends::Person,
    "spec.schedulingGates",
    "The scheduler leaves a Pod alone as long as it has scheduling gates.",
);
pub(super) const OTHER_SCHEDULER: Rule = rule(
    SCHEDULER,
    "OtherScheduler",
    Ends::Person,
    "spec.schedulerName",
    "Each scheduler looks only after Pods whose schedulerName is its own. Here there is only default-scheduler.",
);
pub(super) const BINDING: Rule = rule(
    SCHEDULER,
    "VolumesBinding",
    Ends::Itself,
    "spec.volumes",
    "When a node is chosen the Pod's claims get their volumes there, and only then is the Pod bound; after 10 minutes \
     the scheduler gives up and begins anew.",
);
pub(super) const NOT_BOUND: Rule = rule(
    SCHEDULER,
    "NotBound",
    Ends::Itself,
    "",
    "A Pod that could not be bound to the node that was chosen goes back into the queue, and is tried again after 1 s, \
     doubling up to 10 s.",
);
pub(super) const PREEMPTING: Rule = rule(
    SCHEDULER,
    "Preempting",
    Ends::Itself,
    "spec.priority",
    "A Pod that fits nowhere may drive out Pods of lower priority. It waits until they are gone; the node is kept for \
     it meanwhile.",
);
pub(super) const NO_NODES: Rule = rule(
    SCHEDULER,
    "NoNodes",
    Ends::Person,
    "",
    "A Pod needs a node; the scheduler tries again when one joins.",
);
pub(super) const CLAIM_MISSING: Rule = rule(
    SCHEDULER,
    "ClaimMissing",
    Ends::Person,
    "spec.volumes",
    "A Pod is scheduled only when all claims that it names exist.",
);
pub(super) const CLAIM_UNBOUND: Rule = rule(
    SCHEDULER,
    "ClaimUnbound",
    Ends::Itself,
    "spec.volumes",
    "A claim whose class binds at once must have its volume before its Pod is scheduled, as the volume says where the \
     Pod can run.",
);

pub(in crate::cluster::explain) const RULES: &[&Rule] = &[
    &QUEUED,
    &GATED,
    &OTHER_SCHEDULER,
    &BINDING,
    &NOT_BOUND,
    &PREEMPTING,
    &NO_NODES,
    &CLAIM_MISSING,
    &CLAIM_UNBOUND,
];
