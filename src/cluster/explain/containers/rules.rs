//! What kubelets hold to when they start containers and say whether they are ready.

use crate::cluster::explain::rule::{Ends, Rule, rule};

const KUBELET: &str = "kubelet";

pub(super) const STARTING: Rule = rule(
    KUBELET,
    "Starting",
    Ends::Done,
    "spec.containers",
    "The kubelet of a Pod's node mounts its volumes, pulls its images and starts its containers: init containers one \
     after another, then all others at once.",
);
pub(super) const INIT_RUNS: Rule = rule(
    KUBELET,
    "InitContainer",
    Ends::Itself,
    "spec.initContainers",
    "Init containers run one after another. The next one starts when the one before has ended with code 0, or, if it \
     is a sidecar (restartPolicy Always), when its startup probe has passed.",
);
pub(super) const RESTARTING: Rule = rule(
    KUBELET,
    "Restarting",
    Ends::Done,
    "spec.restartPolicy",
    "The kubelet starts a container that ended again, as the restart policy says: at first at once, then after \
     10 s, 20 s, up to 5 min.",
);
pub(super) const ENDED: Rule = rule(
    KUBELET,
    "ContainerEnded",
    Ends::Settled,
    "spec.restartPolicy",
    "With restartPolicy Never a container that ended is not started again; with OnFailure it is unless its code is 0. \
     Until the other containers end the Pod is Running and not Ready.",
);
pub(super) const IMAGE_PULL: Rule = rule(
    KUBELET,
    "ImagePull",
    Ends::Person,
    "spec.containers",
    "The kubelet pulls an image again and again, with a wait that doubles up to 5 min. An image that no registry has \
     never comes.",
);
pub(super) const NEVER_PULL: Rule = rule(
    KUBELET,
    "ImageNeverPull",
    Ends::Person,
    "spec.containers",
    "With imagePullPolicy Never the kubelet uses only images that are on its node already.",
);
pub(super) const IMAGE_NAME: Rule = rule(
    KUBELET,
    "InvalidImageName",
    Ends::Person,
    "spec.containers",
    "An image is named [REGISTRY/]PATH[:TAG][@DIGEST], and its path has no capital letters. The kubelet pulls nothing \
     that is named otherwise.",
);
pub(super) const CONTAINER_CONFIG: Rule = rule(
    KUBELET,
    "ContainerConfig",
    Ends::Person,
    "spec.containers",
    "The kubelet makes a container only when each ConfigMap, Secret and key that its variables name exists or is \
     optional. It tries again 10 to 15 s after each failure (CreateContainerConfigError).",
);
pub(super) const MOUNT: Rule = rule(
    KUBELET,
    "Mount",
    Ends::Person,
    "spec.volumes",
    "The kubelet starts no container of a Pod before all its volumes are mounted. Each ConfigMap, Secret and key that \
     a volume names must exist or be optional. A mount that failed is tried again after a wait that doubles from \
     0.5 s up to 2 min.",
);
pub(super) const RUN_CONTAINER: Rule = rule(
    KUBELET,
    "StartError",
    Ends::Person,
    "spec.containers",
    "The first word of a container's command must be a program of its image: it is looked up in the folders of PATH, \
     or is a path, and no shell splits it into words. A container whose program cannot be started ends with code 128 \
     (StartError), and is started again after a wait that doubles from 10 s up to 5 min.",
);
pub(super) const POST_START: Rule = rule(
    KUBELET,
    "PostStartHook",
    Ends::Itself,
    "spec.containers",
    "A postStart hook runs beside the container's program. Until it has ended the kubelet does not report that the \
     container runs, and starts none after it. A hook that fails has the container killed and started again \
     (PostStartHookError).",
);
pub(super) const CRASH_LOOP: Rule = rule(
    KUBELET,
    "CrashLoop",
    Ends::Person,
    "spec.containers",
    "A container that ends again and again is started after a wait that doubles from 10 s up to 5 min \
     (CrashLoopBackOff), for ever.",
);
pub(super) const UNREADY: Rule = rule(
    KUBELET,
    "Unready",
    Ends::Itself,
    "spec.containers",
    "A container that runs is ready once its readiness probe has passed; without a probe at once.",
);
pub(super) const READINESS_GATE: Rule = rule(
    KUBELET,
    "ReadinessGate",
    Ends::Person,
    "spec.readinessGates",
    "A Pod with readiness gates is Ready only when each condition that they name is True as well. Who named a \
     condition sets it; nothing in this cluster does.",
);

pub(in crate::cluster::explain) const RULES: &[&Rule] = &[
    &STARTING,
    &INIT_RUNS,
    &RESTARTING,
    &ENDED,
    &IMAGE_PULL,
    &NEVER_PULL,
    &IMAGE_NAME,
    &CONTAINER_CONFIG,
    &MOUNT,
    &RUN_CONTAINER,
    &POST_START,
    &CRASH_LOOP,
    &UNREADY,
    &READINESS_GATE,
];
