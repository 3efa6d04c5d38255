//! Which pods of a node a drain evicts, leaves alone or stops at.
//!
//! Models staging/src/k8s.io/kubectl/pkg/drain/filters.go, Kubernetes v1.36. Left out: whether a DaemonSet
//! still exists.

use std::rc::Rc;

use crate::api::pod::Pod;
use crate::api::{Kind, Object};
use crate::apiserver::ApiServer;
use crate::kubectl::label_selector::LabelQuery;

/// What the flags allow.
#[derive(Clone, Debug, Default)]
pub(super) struct Options {
    pub force: bool,
    pub ignore_daemon_sets: bool,
    pub delete_empty_dir: bool,
    pub skip_after_seconds: i64,
    pub pod_selector: LabelQuery,
}

/// What becomes of a pod.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    Evicted,
    EvictedWith(&'static str),
    Left,
    LeftWith(&'static str),
    Refused(&'static str),
}

/// The pods of a node that are to be evicted.
#[derive(Clone, Debug, Default)]
pub(super) struct Sorted {
    /// To be evicted.
    pub pods: Vec<Rc<Pod>>,
    /// What is said about some of the pods; empty when nothing is.
    pub warning: String,
    /// Why the node cannot be drained.
    pub errors: Vec<String>,
}

/// Sorts the pods of a node.
pub(super) fn sort(api: &ApiServer, node: &str, options: &Options) -> Sorted {
    let mut sorted = Sorted::default();
    let (mut warnings, mut errors) = (Grouped::default(), Grouped::default());
    for object in api.list(Kind::Pod, None) {
        let Object::Pod(pod) = object else { continue };
        if pod.spec.node_name != node || !options.pod_selector.matches(&pod.metadata.labels) {
            continue;
        }
        let fate = fate(api, pod, options);
        match fate {
            Fate::EvictedWith(why) | Fate::LeftWith(why) => warnings.add(why, pod),
            Fate::Refused(why) => errors.add(why, pod),
            Fate::Evicted | Fate::Left => {}
        }
        if matches!(fate, Fate::Evicted | Fate::EvictedWith(_)) {
            sorted.pods.push(pod.clone());
        }
    }
    sorted.warning = warnings.lines().join("; ");
    sorted.errors = errors.lines().into_iter().map(|line| format!("cannot delete {line}")).collect();
    sorted
}

fn fate(api: &ApiServer, pod: &Pod, options: &Options) -> Fate {
    let ending_since = pod.metadata.deletion_timestamp.map(|since| since.age_seconds(api.now()));
    if options.skip_after_seconds > 0
        && ending_since.is_some_and(|seconds| seconds > options.skip_after_seconds)
    {
        return Fate::Left;
    }
    let controller = pod.metadata.controller_of();
    let is_over = pod.is_terminal();
    if controller.is_some_and(|owner| owner.kind == "DaemonSet") && !is_over {
        return if options.ignore_daemon_sets {
            Fate::LeftWith("ignoring DaemonSet-managed Pods")
        } else {
            Fate::Refused("DaemonSet-managed Pods (use --ignore-daemonsets to ignore)")
        };
    }
    if pod.metadata.annotations.contains_key("kubernetes.io/config.mirror") {
        return Fate::Left;
    }
    let has_empty_dir = pod.spec.volumes.iter().any(|volume| volume.extra.contains_key("emptyDir"));
    if has_empty_dir && !is_over && !options.delete_empty_dir {
        return Fate::Refused("Pods with local storage (use --delete-emptydir-data to override)");
    }
    // The last filter's word counts: a warning about local storage is lost.
    if is_over || controller.is_some() {
        return Fate::Evicted;
    }
    if options.force {
        return Fate::EvictedWith("deleting Pods that declare no controller");
    }
    Fate::Refused("Pods that declare no controller (use --force to override)")
}

/// Pods by what is said about them.
#[derive(Default)]
struct Grouped(Vec<(&'static str, Vec<String>)>);

impl Grouped {
    fn add(&mut self, why: &'static str, pod: &Pod) {
        let name = format!("{}/{}", pod.metadata.namespace, pod.metadata.name);
        match self.0.iter_mut().find(|(known, _)| *known == why) {
            Some((_, names)) => names.push(name),
            None => self.0.push((why, vec![name])),
        }
    }

    fn lines(&self) -> Vec<String> {
        self.0.iter().map(|(why, names)| format!("{why}: {}", names.join(", "))).collect()
    }
}
