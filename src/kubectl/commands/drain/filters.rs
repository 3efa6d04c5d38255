//! Which pods of a node a drain evicts, leaves alone or stops at.
//!
//! Models staging/src/k8s.io/kubectl/pkg/drain/filters.go, Kubernetes v1.36. Upstream groups messages in Go's
//! random map order; here they are in the order of the alphabet.

use std::rc::Rc;

use super::evicting::is_skipped;
use crate::api::pod::Pod;
use crate::api::{Kind, Object, ObjectKey};
use crate::apiserver::ApiServer;
use crate::collections::SortedMap;
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

/// What becomes of a pod, and what is said about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    Evicted,
    EvictedWith(String),
    Left,
    LeftWith(String),
    Refused(String),
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
        if matches!(fate, Fate::Evicted | Fate::EvictedWith(_)) {
            sorted.pods.push(pod.clone());
        }
        match fate {
            Fate::EvictedWith(why) | Fate::LeftWith(why) => warnings.add(why, pod),
            Fate::Refused(why) => errors.add(why, pod),
            Fate::Evicted | Fate::Left => {}
        }
    }
    sorted.warning = warnings.lines().join("; ");
    sorted.errors = errors.lines().into_iter().map(|line| format!("cannot delete {line}")).collect();
    sorted
}

/// The filters in their order. The last one's word counts: what an earlier one warned of is lost.
pub(super) fn fate(api: &ApiServer, pod: &Rc<Pod>, options: &Options) -> Fate {
    if is_skipped(&Object::Pod(Rc::clone(pod)), options.skip_after_seconds, api.now()) {
        return Fate::Left;
    }
    let controller = pod.metadata.controller_of();
    // A pod that is over may always go.
    let is_over = pod.is_terminal();
    if let Some(owner) = controller
        && owner.kind == "DaemonSet"
        && owner.api_version == "apps/v1"
        && !is_over
    {
        let key = ObjectKey::new(Kind::DaemonSet, pod.metadata.namespace.as_str(), owner.name.as_str());
        match api.get(&key) {
            Err(error) if !(error.is_not_found() && options.force) => return Fate::Refused(error.message),
            // An orphan goes on to the other filters.
            Err(_) => {}
            Ok(_) if options.ignore_daemon_sets => {
                return Fate::LeftWith("ignoring DaemonSet-managed Pods".to_owned());
            }
            Ok(_) => {
                return Fate::Refused(
                    "DaemonSet-managed Pods (use --ignore-daemonsets to ignore)".to_owned(),
                );
            }
        }
    }
    if pod.metadata.annotations.contains_key("kubernetes.io/config.mirror") {
        return Fate::Left;
    }
    let has_empty_dir = pod.spec.volumes.iter().any(|volume| volume.extra.contains_key("emptyDir"));
    if has_empty_dir && !is_over && !options.delete_empty_dir {
        return Fate::Refused("Pods with local storage (use --delete-emptydir-data to override)".to_owned());
    }
    if is_over || controller.is_some() {
        return Fate::Evicted;
    }
    if options.force {
        return Fate::EvictedWith("deleting Pods that declare no controller".to_owned());
    }
    Fate::Refused("Pods that declare no controller (use --force to override)".to_owned())
}

/// Pods by what is said about them.
#[derive(Default)]
struct Grouped(SortedMap<String, Vec<String>>);

impl Grouped {
    fn add(&mut self, why: String, pod: &Pod) {
        let name = format!("{}/{}", pod.metadata.namespace, pod.metadata.name);
        self.0.entry(why).or_default().push(name);
    }

    fn lines(&self) -> Vec<String> {
        self.0.iter().map(|(why, names)| format!("{why}: {}", names.join(", "))).collect()
    }
}
