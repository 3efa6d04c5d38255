//! The rules that keep a pod off a node, one or more for each filter of the scheduler.

use crate::cluster::explain::rule::{Ends, Rule, rule};
use crate::scheduler::DEFAULT_SCHEDULER;

const SCHEDULER: &str = DEFAULT_SCHEDULER;

pub(super) const CORDONED: Rule = rule(
    SCHEDULER,
    "Cordoned",
    Ends::Person,
    "",
    "A cordoned node (spec.unschedulable) gets no new Pods until it is uncordoned.",
);
pub(super) const TAINTED: Rule = rule(
    SCHEDULER,
    "Tainted",
    Ends::Person,
    "spec.tolerations",
    "A node with a NoSchedule or NoExecute taint takes only Pods that tolerate it.",
);
pub(super) const NO_NODE_MATCHES: Rule = rule(
    SCHEDULER,
    "NoNodeMatches",
    Ends::Person,
    "spec.nodeSelector",
    "A Pod runs only on nodes that have all labels of its node selector and match its required node affinity.",
);
pub(super) const PORTS_TAKEN: Rule = rule(
    SCHEDULER,
    "PortsTaken",
    Ends::Person,
    "spec.containers",
    "A host port can be taken once on each node.",
);
pub(super) const TOO_LARGE: Rule = rule(
    SCHEDULER,
    "TooLarge",
    Ends::Person,
    "spec.containers",
    "A Pod fits a node when what it requests is free there. What is more than a node has at all never is.",
);
pub(super) const NO_ROOM: Rule = rule(
    SCHEDULER,
    "NoRoom",
    Ends::Person,
    "spec.containers",
    "A Pod fits a node when its requests and those of the Pods there are no more than the node's allocatable amounts; \
     what is really used does not count.",
);
pub(super) const CLAIM_IN_USE: Rule = rule(
    SCHEDULER,
    "ClaimInUse",
    Ends::Person,
    "spec.volumes",
    "A claim with the access mode ReadWriteOncePod can be used by one Pod in the whole cluster.",
);
pub(super) const VOLUME_ELSEWHERE: Rule = rule(
    SCHEDULER,
    "VolumeElsewhere",
    Ends::Person,
    "spec.volumes",
    "A bound volume ties its Pods to the nodes from which it can be reached: its own node, or its zone.",
);
pub(super) const VOLUME_ZONE: Rule = rule(
    SCHEDULER,
    "VolumeZone",
    Ends::Person,
    "",
    "A bound volume that has labels of a zone or region keeps its Pods off nodes whose labels name others; nodes \
     without such labels take them.",
);
pub(super) const NO_VOLUME: Rule = rule(
    SCHEDULER,
    "NoVolume",
    Ends::Person,
    "spec.volumes",
    "A claim that waits for its first consumer needs, on the Pod's node, a free volume that fits, or a class whose \
     provisioner can make one there.",
);
pub(super) const SPREAD: Rule = rule(
    SCHEDULER,
    "Spread",
    Ends::Person,
    "spec.topologySpreadConstraints",
    "With whenUnsatisfiable DoNotSchedule a Pod goes only where the numbers of matching Pods then differ by at most \
     maxSkew between the zones, or nodes, that the constraint counts.",
);
pub(super) const ANTI_AFFINITY: Rule = rule(
    SCHEDULER,
    "AntiAffinity",
    Ends::Person,
    "spec.affinity.podAntiAffinity",
    "Required anti-affinity keeps a Pod off every node, or zone, where a matching Pod runs: with one Pod a node there \
     can be no more Pods than nodes.",
);
pub(super) const EXISTING: Rule = rule(
    SCHEDULER,
    "ExistingAntiAffinity",
    Ends::Person,
    "metadata.labels",
    "The required anti-affinity of Pods that run already keeps matching Pods off their nodes too.",
);
pub(super) const AFFINITY: Rule = rule(
    SCHEDULER,
    "Affinity",
    Ends::Person,
    "spec.affinity.podAffinity",
    "Required affinity lets a Pod run only on a node, or in a zone, where a matching Pod runs.",
);

pub(in crate::cluster::explain) const RULES: &[&Rule] = &[
    &CORDONED,
    &TAINTED,
    &NO_NODE_MATCHES,
    &PORTS_TAKEN,
    &TOO_LARGE,
    &NO_ROOM,
    &CLAIM_IN_USE,
    &VOLUME_ELSEWHERE,
    &VOLUME_ZONE,
    &NO_VOLUME,
    &SPREAD,
    &ANTI_AFFINITY,
    &EXISTING,
    &AFFINITY,
];
