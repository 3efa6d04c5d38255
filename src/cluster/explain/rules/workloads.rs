//! The rules of the controllers of workloads.

use super::{Ends, Rule, rule};

const CATCH_UP: &str = "A controller counts what its own cache shows. Until that shows what it wrote itself, it does \
                        nothing, so as not to do it twice.";
const EXPECTATIONS: &str = "After it created or deleted Pods a controller waits until its watch has shown them all, so \
                            that it does not count too few and create them again.";
const READY: &str = "A Pod counts once its Ready condition is True, which the kubelet sets when all its containers run \
                     and pass their readiness probes.";
const AVAILABLE: &str =
    "A Pod counts as Available when it has been Ready for minReadySeconds without a break.";
const ORDERED_READY: &str = "OrderedReady: Pods are created in the order of their ordinals, and each only when all \
                             before it are Running and Ready; while one is not, nothing else is touched.";
const SCALE_DOWN: &str = "OrderedReady: a scale-down takes one Pod at a time, from the highest ordinal, and only while \
                          all Pods below it are healthy.";
const ONE_UPDATE: &str = "A rolling update deletes Pods from the highest ordinal down, one at a time, and goes on when \
                          the one before is back, Running and Ready with the new revision.";
const FINISHED: &str = "A Pod that failed or succeeded is deleted so that another takes its place.";
const GARBAGE: &str = "A set that is being deleted creates and deletes no Pods any more; the garbage collector removes \
                       them with it, or makes them independent.";

const STS: &str = "statefulset-controller";

pub(super) const STATEFUL_SET: &[Rule] = &[
    rule(STS, "PodReady", Ends::Other, "spec.podManagementPolicy", ORDERED_READY),
    rule(STS, "PodAvailable", Ends::Itself, "spec.minReadySeconds", AVAILABLE),
    rule(
        STS,
        "PodTermination",
        Ends::Other,
        "spec.podManagementPolicy",
        "A Pod of a StatefulSet keeps its name. The name is free again only when the old Pod's object is gone, which \
         is after its kubelet has stopped it.",
    ),
    rule(STS, "PodsReady", Ends::Other, "spec.podManagementPolicy", READY),
    rule(
        STS,
        "StaleClaim",
        Ends::Other,
        "spec.persistentVolumeClaimRetentionPolicy.whenScaled",
        "With whenScaled Delete a claim goes with its Pod. A claim that is still on its way out must be gone before a \
         Pod of the name is created, or the new Pod would lose it.",
    ),
    rule(STS, "ScaleDownTermination", Ends::Other, "spec.replicas", SCALE_DOWN),
    rule(STS, "ScaleDownReady", Ends::Other, "spec.replicas", SCALE_DOWN),
    rule(STS, "ScaleDownAvailable", Ends::Other, "spec.replicas", SCALE_DOWN),
    rule(STS, "UpdatedPod", Ends::Other, "spec.updateStrategy", ONE_UPDATE),
    rule(
        STS,
        "MaxUnavailable",
        Ends::Other,
        "spec.updateStrategy.rollingUpdate.maxUnavailable",
        "A rolling update deletes a Pod only while fewer than maxUnavailable Pods are away.",
    ),
    rule(
        STS,
        "OnDelete",
        Ends::Person,
        "spec.updateStrategy.type",
        "OnDelete: a Pod gets the new template only when somebody deletes it; the controller replaces no Pod for it.",
    ),
    rule(
        STS,
        "Partition",
        Ends::Settled,
        "spec.updateStrategy.rollingUpdate.partition",
        "A rolling update reaches only Pods whose ordinal is at or above the partition; the others keep their \
         revision, and come back with it when they are deleted.",
    ),
    rule(
        STS,
        "BrokenRollout",
        Ends::Person,
        "spec.podManagementPolicy",
        "OrderedReady waits for a Pod to become Ready before it replaces it, even when the Pod's template was taken \
         back and its own can never become Ready (Kubernetes issue 67250).",
    ),
    rule(STS, "SetDeletion", Ends::Itself, "", GARBAGE),
    rule(STS, "CacheCatchUp", Ends::Itself, "", CATCH_UP),
    rule(STS, "Create", Ends::Done, "spec.replicas", ORDERED_READY),
    rule(STS, "DeleteFinished", Ends::Done, "", FINISHED),
    rule(STS, "ScaleDown", Ends::Done, "spec.replicas", SCALE_DOWN),
    rule(STS, "Update", Ends::Done, "spec.updateStrategy", ONE_UPDATE),
    rule(
        STS,
        "Repair",
        Ends::Done,
        "spec.volumeClaimTemplates",
        "Name, labels, volumes and claims of each Pod must be those of its ordinal; what is missing is put back.",
    ),
];

const DS: &str = "daemonset-controller";
const ONE_A_NODE: &str = "A DaemonSet wants one Pod on each node that its node selector, its node affinity and its \
                          tolerations allow.";
const TAKES_DOWN: &str = "A rolling update deletes old Pods only while fewer than maxUnavailable nodes are without an \
                          available Pod.";
const SURGES: &str = "With maxSurge a node's new Pod is created beside the old one, on at most maxSurge nodes at a \
                      time, and the old one goes when the new one is Available.";

pub(super) const DAEMON_SET: &[Rule] = &[
    rule(DS, "Expectations", Ends::Itself, "", EXPECTATIONS),
    rule(
        DS,
        "FailedPodBackoff",
        Ends::Itself,
        "spec.template.spec.containers",
        "A daemon Pod that failed is deleted and created anew, with a wait for each node that doubles from 1 s up to \
         15 minutes.",
    ),
    rule(DS, "PodTermination", Ends::Other, "", "A node gets its next Pod when the one before it is gone."),
    rule(DS, "PodsReady", Ends::Other, "spec.template.spec.containers", READY),
    rule(DS, "PodsAvailable", Ends::Itself, "spec.minReadySeconds", AVAILABLE),
    rule(DS, "MaxUnavailable", Ends::Other, "spec.updateStrategy.rollingUpdate.maxUnavailable", TAKES_DOWN),
    rule(DS, "MaxSurge", Ends::Other, "spec.updateStrategy.rollingUpdate.maxSurge", SURGES),
    rule(DS, "NewPodAvailable", Ends::Other, "spec.updateStrategy.rollingUpdate.maxSurge", SURGES),
    rule(
        DS,
        "Sunset",
        Ends::Other,
        "spec.updateStrategy.rollingUpdate.maxSurge",
        "With maxSurge old Pods on nodes that no longer suit serve on until enough other Pods are Available.",
    ),
    rule(
        DS,
        "OnDelete",
        Ends::Person,
        "spec.updateStrategy.type",
        "OnDelete: a node gets a Pod of the new template only when somebody deletes the old one.",
    ),
    rule(
        DS,
        "NoWakeup",
        Ends::Person,
        "spec.minReadySeconds",
        "The controller's queue holds one wakeup for a set: an earlier one keeps out the one that is needed, and \
         nothing else wakes it.",
    ),
    rule(
        DS,
        "PassedByNode",
        Ends::Person,
        "spec.template.spec",
        "The controller looks at a node again when the node, the set or one of the set's Pods changes; another \
         set's Pod is none of them.",
    ),
    rule(DS, "SuitableNode", Ends::Person, "spec.template.spec.nodeSelector", ONE_A_NODE),
    rule(
        DS,
        "Selector",
        Ends::Person,
        "spec.selector",
        "An empty selector selects every Pod; the controller does nothing for such a set.",
    ),
    rule(DS, "SetDeletion", Ends::Itself, "", GARBAGE),
    rule(DS, "CacheCatchUp", Ends::Itself, "", CATCH_UP),
    rule(DS, "Create", Ends::Done, "spec.template.spec.nodeSelector", ONE_A_NODE),
    rule(DS, "Surge", Ends::Done, "spec.updateStrategy.rollingUpdate.maxSurge", SURGES),
    rule(DS, "DeleteFinished", Ends::Done, "", FINISHED),
    rule(DS, "DeleteExcess", Ends::Done, "", ONE_A_NODE),
    rule(DS, "DeleteUnsuitable", Ends::Done, "spec.template.spec.nodeSelector", ONE_A_NODE),
    rule(DS, "Replace", Ends::Done, "spec.updateStrategy.rollingUpdate.maxSurge", SURGES),
    rule(DS, "Update", Ends::Done, "spec.updateStrategy.rollingUpdate.maxUnavailable", TAKES_DOWN),
];

const DEPLOY: &str = "deployment-controller";
const ROLLING: &str = "A rolling update adds Pods of the new template up to replicas + maxSurge, and takes old ones \
                       away only as long as replicas − maxUnavailable Pods stay Available.";

pub(super) const DEPLOYMENT: &[Rule] = &[
    rule(DEPLOY, "Deletion", Ends::Itself, "", GARBAGE),
    rule(
        DEPLOY,
        "Paused",
        Ends::Person,
        "spec.paused",
        "A paused Deployment is still scaled, but a new template waits until somebody resumes it.",
    ),
    rule(
        DEPLOY,
        "ReplicaFailure",
        Ends::Person,
        "spec.template",
        "A ReplicaSet whose Pods are refused by the API server keeps trying; the Deployment says so in ReplicaFailure.",
    ),
    rule(
        DEPLOY,
        "ProgressDeadline",
        Ends::Other,
        "spec.progressDeadlineSeconds",
        "A rollout without progress for progressDeadlineSeconds is reported as failed (Progressing False, \
         ProgressDeadlineExceeded). Nothing is rolled back, and it goes on as soon as Pods become Available.",
    ),
    rule(
        DEPLOY,
        "OldPodsGone",
        Ends::Other,
        "spec.strategy.type",
        "Recreate: Pods of the new template are created only when all Pods of the old one are gone.",
    ),
    rule(DEPLOY, "MinimumAvailability", Ends::Other, "spec.strategy.rollingUpdate.maxUnavailable", ROLLING),
    rule(
        DEPLOY,
        "Replicas",
        Ends::Other,
        "spec.replicas",
        "A Deployment sets the size of its ReplicaSets; their own controller creates and deletes the Pods.",
    ),
    rule(
        DEPLOY,
        "NotedSize",
        Ends::Person,
        "spec.replicas",
        "A Deployment whose size differs from the one noted on its ReplicaSets only scales in that sync; here each \
         sync finds that and nothing to scale.",
    ),
    rule(DEPLOY, "PodsAvailable", Ends::Other, "spec.template.spec.containers", AVAILABLE),
    rule(
        DEPLOY,
        "CreateReplicaSet",
        Ends::Done,
        "spec.template",
        "Each template has a ReplicaSet of its own, named by the template's hash.",
    ),
    rule(DEPLOY, "Scale", Ends::Done, "spec.strategy", ROLLING),
    rule(
        DEPLOY,
        "CleanUp",
        Ends::Done,
        "spec.revisionHistoryLimit",
        "Of the ReplicaSets at size 0 the newest revisionHistoryLimit are kept, so that a rollout can be undone.",
    ),
    rule(
        DEPLOY,
        "RollBack",
        Ends::Done,
        "spec.template",
        "Going back puts an earlier template in, which is rolled out as any new one.",
    ),
];

const RS: &str = "replicaset-controller";
const COUNT: &str = "A ReplicaSet creates Pods while there are fewer than replicas, and deletes some while there are \
                     more: those first that are not running, not ready, or young.";

pub(super) const REPLICA_SET: &[Rule] = &[
    rule(RS, "Expectations", Ends::Itself, "", EXPECTATIONS),
    rule(RS, "PodsReady", Ends::Other, "spec.template.spec.containers", READY),
    rule(RS, "PodsAvailable", Ends::Itself, "spec.minReadySeconds", AVAILABLE),
    rule(RS, "SetDeletion", Ends::Itself, "", GARBAGE),
    rule(RS, "CacheCatchUp", Ends::Itself, "", CATCH_UP),
    rule(RS, "Create", Ends::Done, "spec.replicas", COUNT),
    rule(RS, "Delete", Ends::Done, "spec.replicas", COUNT),
];
