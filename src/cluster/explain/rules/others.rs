//! The rules of the controllers of budgets, nodes, volumes and owners.

use super::{Ends, Rule, rule};

const PDB: &str = "controllermanager";
const NODE: &str = "node-controller";
const TAINTS: &str = "taint-eviction-controller";
const POD_GC: &str = "pod-garbage-collector-controller";

const BUDGET: &str = "An eviction is allowed while more Pods are healthy than the budget wants: disruptionsAllowed = \
                      currentHealthy − desiredHealthy.";
const EXPECTED: &str = "For a percentage, and for maxUnavailable, the budget asks the Pods' controllers how many Pods \
                        there should be.";
const LOST: &str = "A node whose kubelet has not been heard of for 50 s is lost: its Ready condition becomes Unknown \
                    and it is tainted unreachable.";
const EVICT: &str = "A Pod stays on a node with a NoExecute taint as long as it tolerates it (tolerationSeconds, 300 \
                     unless the Pod says otherwise), and is deleted then.";
const COLLECT: &str = "Pods of nodes that do not exist any more, and terminating Pods that no kubelet will ever see, \
                       are removed by the Pod garbage collector, which looks every 20 s.";

pub(super) const BUDGETS_AND_NODES: &[Rule] = &[
    rule(
        PDB,
        "Pods",
        Ends::Person,
        "spec.selector",
        "A budget protects the Pods whose labels its selector matches.",
    ),
    rule(PDB, "Scale", Ends::Person, "spec.selector", EXPECTED),
    rule(PDB, "ManagedPods", Ends::Person, "spec.minAvailable", EXPECTED),
    rule(
        PDB,
        "EvictedPod",
        Ends::Itself,
        "",
        "An eviction that was granted counts as an unhealthy Pod until its deletion is seen, for at most 2 minutes.",
    ),
    rule(PDB, "HealthyPods", Ends::Other, "spec", BUDGET),
    rule(PDB, "LargerScale", Ends::Person, "spec", BUDGET),
    rule(PDB, "SparePod", Ends::Other, "spec", BUDGET),
    rule(
        PDB,
        "PodDeletion",
        Ends::Itself,
        "",
        "A Pod marked as DisruptionTarget that is not deleted within 2 minutes gets the mark taken back.",
    ),
    rule(
        PDB,
        "MarkTakenBack",
        Ends::Done,
        "",
        "A Pod marked as DisruptionTarget that is not deleted within 2 minutes gets the mark taken back.",
    ),
    rule(NODE, "Heartbeat", Ends::Itself, "", LOST),
    rule(
        NODE,
        "EvictionRate",
        Ends::Itself,
        "",
        "In a zone 0.1 nodes a second are tainted for eviction; when all of them are lost, or many in a small \
         cluster, none is.",
    ),
    rule(NODE, "KubeletReturn", Ends::Person, "spec.taints", LOST),
    rule(
        NODE,
        "KubeletReady",
        Ends::Other,
        "",
        "The kubelet itself reports whether its node is ready; a node that is not gets a NoExecute taint not-ready.",
    ),
    rule(
        NODE,
        "NextLook",
        Ends::Itself,
        "spec.taints",
        "The controller looks at all nodes every 5 s, and takes the taints of those that are well again away.",
    ),
    rule(TAINTS, "TolerationSeconds", Ends::Itself, "spec.tolerations", EVICT),
    rule(TAINTS, "Evicted", Ends::Done, "spec.tolerations", EVICT),
    rule(POD_GC, "NodeQuarantine", Ends::Itself, "", COLLECT),
    rule(POD_GC, "CollectorLook", Ends::Itself, "", COLLECT),
    rule(POD_GC, "Removed", Ends::Done, "", COLLECT),
];

const BINDER: &str = "persistentvolume-controller";
const LOCAL_PATH: &str = "rancher.io/local-path";
const NAMED: &str = "A claim that names its volume gets that one or none: it must exist, be free, and have the size, \
                     the class and the access modes that are asked for.";
const BOUND: &str = "A bound claim keeps its volume for good; when the volume is gone the claim is Lost, and so is the \
                     data.";
const CONSUMER: &str = "WaitForFirstConsumer: a claim of such a class is bound only when a Pod that uses it is \
                        scheduled, so that the volume lies where the Pod can run.";
const PROVISION: &str =
    "A claim for which no volume fits gets one made by the provisioner that its class names.";
const RECLAIM: &str =
    "A volume with the reclaim policy Delete is deleted by its provisioner when its claim is gone.";
const PROTECT: &str = "A finalizer keeps a claim as long as a Pod uses it, and a volume as long as a claim is bound to \
                       it.";

pub(super) const STORAGE_AND_OWNERS: &[Rule] = &[
    rule(
        BINDER,
        "VolumeAvailable",
        Ends::Person,
        "spec.storageClassName",
        "A claim without a class waits for a volume that somebody made, which fits and is free.",
    ),
    rule(BINDER, "VolumeExists", Ends::Person, "spec.volumeName", NAMED),
    rule(BINDER, "VolumeMatches", Ends::Person, "spec.volumeName", NAMED),
    rule(BINDER, "VolumeFree", Ends::Person, "spec.volumeName", NAMED),
    rule(BINDER, "VolumeLost", Ends::Person, "spec.volumeName", BOUND),
    rule(BINDER, "WaitForFirstConsumer", Ends::Itself, "spec.storageClassName", CONSUMER),
    rule(BINDER, "WaitForPodScheduled", Ends::Other, "spec.storageClassName", CONSUMER),
    rule(BINDER, "ProvisionerExists", Ends::Person, "spec.storageClassName", PROVISION),
    rule(BINDER, "ClaimSaved", Ends::Itself, "", PROVISION),
    rule(BINDER, "ExternalProvisioning", Ends::Itself, "spec.storageClassName", PROVISION),
    rule(
        BINDER,
        "ClaimBound",
        Ends::Other,
        "spec.claimRef",
        "Volume and claim are bound to each other, one write after the other.",
    ),
    rule(BINDER, "VolumeDeleted", Ends::Itself, "spec.persistentVolumeReclaimPolicy", RECLAIM),
    rule(LOCAL_PATH, "NodeSelected", Ends::Itself, "spec.storageClassName", CONSUMER),
    rule(LOCAL_PATH, "VolumeMade", Ends::Done, "spec.storageClassName", PROVISION),
    rule(LOCAL_PATH, "ProvisionerRecovery", Ends::Person, "spec.storageClassName", PROVISION),
    rule(LOCAL_PATH, "VolumeDeleted", Ends::Done, "spec.persistentVolumeReclaimPolicy", RECLAIM),
    rule("pvc-protection-controller", "ClaimUnused", Ends::Other, "metadata.finalizers", PROTECT),
    rule("pv-protection-controller", "VolumeUnused", Ends::Other, "metadata.finalizers", PROTECT),
    rule(
        "namespace-controller",
        "NamespaceContentRemaining",
        Ends::Other,
        "spec.finalizers",
        "A namespace goes when everything in it is gone.",
    ),
    rule(
        "garbage-collector-controller",
        "DependentsFirst",
        Ends::Other,
        "metadata.finalizers",
        "Foreground deletion: an owner goes when those of its dependents that block it are gone.",
    ),
];
