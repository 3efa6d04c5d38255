//! How pods of an old template give way to new ones.
//!
//! Models `rollingUpdate` and `updatedDesiredNodeCounts`, `pkg/controller/daemon/update.go`, Kubernetes
//! v1.36. Left out: an order among nodes, which is arbitrary upstream and by name here.

use super::assess::{Deletion, Purpose, UpdateState};
use super::plan::{Plan, View};
use super::rows::Row;
use super::template::{surge_count, unavailable_count};
use super::waiting::WaitingFor;

/// How far an update may go at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Budgets {
    /// Nodes with a new pod beside an old one that is available.
    pub(crate) max_surge: i64,
    /// Nodes whose pod may be away.
    pub(crate) max_unavailable: i64,
    /// Nodes that should run a pod.
    pub(crate) desired: i64,
}

/// The budgets for the nodes that there are. Percentages are rounded up; with neither, one node at a time
/// may be without its pod.
///
/// # Errors
/// When a field is no number and no percentage.
pub(crate) fn updated_desired_node_counts(view: &View<'_>) -> Result<Budgets, String> {
    let desired = view.table.tally().desired;
    let mut max_unavailable = unavailable_count(view.set, desired)
        .map_err(|error| format!("invalid value for MaxUnavailable: {error}"))?;
    let max_surge =
        surge_count(view.set, desired).map_err(|error| format!("invalid value for MaxSurge: {error}"))?;
    if desired > 0 && max_unavailable == 0 && max_surge == 0 {
        max_unavailable = 1;
    }
    Ok(Budgets { max_surge, max_unavailable, desired })
}

/// Which old pods go and which nodes get a new one beside the old, and what holds the rest back.
///
/// # Errors
/// A sentence, when a budget cannot be read or a node that is needed is gone.
pub(crate) fn rolling_update(view: &View<'_>) -> Result<(Plan, Option<WaitingFor>), String> {
    let budgets = updated_desired_node_counts(view)
        .map_err(|error| format!("couldn't get unavailable numbers: {error}"))?;
    if budgets.max_surge == 0 { Ok(replace_within_budget(view, budgets)) } else { surge(view, budgets) }
}

fn old_pods<'a>(
    rows: impl Iterator<Item = (&'a String, &'a Row)>,
    purpose: &Purpose,
) -> impl Iterator<Item = Deletion> {
    rows.filter_map(|(_, row)| {
        let pod = row.assessment()?.old_pod.clone()?;
        Some(Deletion { pod, purpose: purpose.clone() })
    })
}

fn at_most(count: i64) -> usize {
    usize::try_from(count).unwrap_or_default()
}

/// Deletes old pods: those that are not available are free, the others cost the budget.
fn replace_within_budget(view: &View<'_>, budgets: Budgets) -> (Plan, Option<WaitingFor>) {
    use UpdateState::{Empty, Excess, NewUnavailable, OldAvailable, OldUnavailable, Surged, Surging};
    let table = view.table;
    let away = [Excess, Empty, Surging, Surged, NewUnavailable, OldUnavailable(true), OldUnavailable(false)];
    let unavailable: i64 = away.iter().map(|state| table.count_of(*state)).sum();
    let free = [OldUnavailable(true), OldUnavailable(false)];
    let free = free.iter().flat_map(|state| table.in_state(*state));
    let candidates = [OldAvailable(true), OldAvailable(false)];
    let outdated: i64 = candidates.iter().map(|state| table.count_of(*state)).sum();
    let candidates = candidates.iter().flat_map(|state| table.in_state(*state));
    let remaining = budgets.max_unavailable - unavailable;
    let mut delete: Vec<Deletion> = old_pods(free, &Purpose::Update).collect();
    delete.extend(old_pods(candidates.take(at_most(remaining)), &Purpose::Update));
    let wait = (outdated > 0).then_some(WaitingFor::MaxUnavailable {
        unavailable,
        max_unavailable: budgets.max_unavailable,
        outdated,
    });
    (Plan { delete, ..Plan::default() }, wait)
}

/// Creates new pods beside old ones: for old pods that are not available they are free, the others cost the
/// budget; an old pod goes once the new one is available.
fn surge(view: &View<'_>, budgets: Budgets) -> Result<(Plan, Option<WaitingFor>), String> {
    use UpdateState::{Excess, OldAvailable, OldUnavailable, Surged, Surging};
    let table = view.table;
    let unsuitable = [OldAvailable(false), OldUnavailable(false)];
    let gone = unsuitable.iter().flat_map(|state| table.in_state(*state)).find(|(_, row)| !row.has_node());
    if let Some((node, _)) = gone {
        return Err(format!("couldn't get node for nodeName {node:?}: node {node:?} not found"));
    }
    let surging = table.count_of(Excess) + table.count_of(Surging);
    let name = |(name, _): (&String, &Row)| name.clone();
    let mut create: Vec<String> = table.in_state(OldUnavailable(true)).map(name).collect();
    let candidates = table.in_state(OldAvailable(true));
    create.extend(candidates.take(at_most(budgets.max_surge - surging)).map(name));
    let mut delete: Vec<Deletion> =
        old_pods(table.in_state(OldUnavailable(false)), &Purpose::Update).collect();
    delete.extend(old_pods(table.in_state(Surged), &Purpose::Replaced));
    // Pods of nodes that no longer suit serve until the nodes that do are served.
    let surplus = table.served() - budgets.desired;
    delete.extend(old_pods(table.in_state(OldAvailable(false)).take(at_most(surplus)), &Purpose::Update));
    let outdated = table.count_of(OldAvailable(true));
    let wait = if outdated > 0 {
        Some(WaitingFor::MaxSurge { surging, max_surge: budgets.max_surge, outdated })
    } else if let Some((node, row)) = table.in_state(Surging).next() {
        let old = row.assessment().and_then(|assessment| assessment.old_pod.clone());
        Some(WaitingFor::NewPodAvailable { old: old.unwrap_or_default(), node: node.clone() })
    } else {
        let mut sunset = old_pods(table.in_state(OldAvailable(false)), &Purpose::Update);
        sunset.next().map(|first| WaitingFor::Sunset { first: first.pod, count: 1 + sunset.count() })
    };
    Ok((Plan { create, delete, ..Plan::default() }, wait))
}

/// `OnDelete`: old pods stay until a person deletes them.
pub(crate) fn on_delete(view: &View<'_>) -> Option<WaitingFor> {
    use UpdateState::{OldAvailable, OldUnavailable};
    let states = [OldUnavailable(true), OldAvailable(true)];
    let mut old = old_pods(states.iter().flat_map(|state| view.table.in_state(*state)), &Purpose::Update);
    let first = old.next()?.pod;
    Some(WaitingFor::OnDelete { pod: first, count: 1 + old.count() })
}
