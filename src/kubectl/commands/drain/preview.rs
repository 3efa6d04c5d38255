//! What a drain would do with each pod of a node, without doing it.
//!
//! Models no command: kubectl's own `--dry-run` says less. The filters are the drain's, the budgets'
//! arithmetic the eviction's (`pkg/registry/core/pod/storage/eviction.go`, Kubernetes v1.36), counted down
//! pod by pod.

use std::rc::Rc;

use super::filters::{self, Options};
use crate::api::pod::Pod;
use crate::api::policy::PodDisruptionBudget;
use crate::api::{Kind, Object, ObjectKey};
use crate::apiserver::{ApiServer, can_ignore_budgets, may_evict_unhealthy};
use crate::collections::SortedMap;

/// What the flags allow.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command")]
pub struct DrainOptions {
    /// `--force`.
    pub force: bool,
    /// `--ignore-daemonsets`.
    pub ignore_daemon_sets: bool,
    /// `--delete-emptydir-data`.
    pub delete_empty_dir: bool,
    /// `--disable-eviction`: budgets are not asked.
    pub deletes: bool,
}

/// What becomes of a pod.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It is evicted, or deleted.
    Evicted,
    /// Its eviction is refused by a budget, and tried again.
    Waits,
    /// It stays.
    Left,
    /// It stops the drain.
    Refused,
}

/// A pod of the node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PreviewRow {
    /// The pod, with its namespace.
    pub pod: String,
    /// What becomes of it.
    pub fate: Fate,
    /// Why.
    pub why: String,
    /// The budget that refuses its eviction.
    pub budget: Option<ObjectKey>,
}

/// What a drain of the node would do with each of its pods.
pub fn preview(api: &ApiServer, node: &str, options: &DrainOptions) -> Vec<PreviewRow> {
    let filters = Options {
        force: options.force,
        ignore_daemon_sets: options.ignore_daemon_sets,
        delete_empty_dir: options.delete_empty_dir,
        ..Options::default()
    };
    let mut spent = SortedMap::new();
    let mut rows = Vec::new();
    for object in api.list(Kind::Pod, None) {
        let Object::Pod(pod) = object else { continue };
        if pod.spec.node_name != node {
            continue;
        }
        let mut budget = None;
        let (fate, why) = match filters::fate(api, pod, &filters) {
            filters::Fate::Evicted if !options.deletes => budget_fate(api, pod, &mut spent, &mut budget),
            filters::Fate::EvictedWith(why) if !options.deletes => {
                match budget_fate(api, pod, &mut spent, &mut budget) {
                    (Fate::Evicted, _) => (Fate::Evicted, why),
                    waits => waits,
                }
            }
            filters::Fate::Evicted => (Fate::Evicted, String::new()),
            filters::Fate::EvictedWith(why) => (Fate::Evicted, why),
            filters::Fate::Left => (Fate::Left, String::new()),
            filters::Fate::LeftWith(why) => (Fate::Left, why),
            filters::Fate::Refused(why) => (Fate::Refused, why),
        };
        let pod = format!("{}/{}", pod.metadata.namespace, pod.metadata.name);
        rows.push(PreviewRow { pod, fate, why, budget });
    }
    rows
}

/// Whether the pod's budgets would let it go now, after those that went before it.
fn budget_fate(
    api: &ApiServer,
    pod: &Rc<Pod>,
    spent: &mut SortedMap<ObjectKey, i64>,
    refusing: &mut Option<ObjectKey>,
) -> (Fate, String) {
    if can_ignore_budgets(pod) {
        return (Fate::Evicted, String::new());
    }
    let protects = |budget: &PodDisruptionBudget| {
        budget.spec.selector.as_ref().is_some_and(|selector| selector.matches(&pod.metadata.labels))
    };
    for object in api.list(Kind::PodDisruptionBudget, Some(&pod.metadata.namespace)) {
        let Object::PodDisruptionBudget(budget) = object else { continue };
        if !protects(budget) {
            continue;
        }
        if !pod.is_ready() && may_evict_unhealthy(budget) {
            return (Fate::Evicted, "it is not ready, and its budget does not count it".to_owned());
        }
        let spent = spent.entry(object.key()).or_default();
        let (allowed, name) = (budget.status.disruptions_allowed, &budget.metadata.name);
        if *spent >= allowed {
            let why =
                format!("budget {name} allows {} more now; it is asked again every 5 s", allowed - *spent);
            *refusing = Some(object.key());
            return (Fate::Waits, why);
        }
        *spent += 1;
        return (Fate::Evicted, format!("budget {name} allows it: {} of {allowed}", *spent));
    }
    (Fate::Evicted, String::new())
}
