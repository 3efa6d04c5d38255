//! Rejects nodes without room; prefers those with the most room, and with cpu and memory used alike.
//!
//! Models pkg/scheduler/framework/plugins/noderesources (`fit.go`, `least_allocated.go`,
//! `balanced_allocation.go`), Kubernetes v1.36. Left out: resource claims, other scoring strategies.

use std::borrow::Cow;

use crate::scheduler::framework::{MAX_NODE_SCORE, Plugin, Rejection};
use crate::scheduler::node_state::NodeState;
use crate::scheduler::resources::{PodRequests, Resources};

/// Rejects a node without room for what is asked.
pub(crate) fn filter(asked: &Resources, node: &NodeState) -> Option<Rejection> {
    let (has, used) = (&node.allocatable, &node.requested);
    let mut reasons: Vec<Cow<'static, str>> = Vec::new();
    let mut is_resolvable = true;
    if node.pod_count + 1 > has.pods {
        reasons.push("Too many pods".into());
    }
    if asked.is_zero() {
        let is_full = !reasons.is_empty();
        return is_full.then_some(Rejection { plugin: Plugin::NodeResourcesFit, reasons, is_resolvable });
    }
    let mut check = |asked: i64, has: i64, used: i64, reason: &dyn Fn() -> Cow<'static, str>| {
        if asked > 0 && asked > has - used {
            reasons.push(reason());
            is_resolvable &= asked <= has;
        }
    };
    check(asked.milli_cpu, has.milli_cpu, used.milli_cpu, &|| "Insufficient cpu".into());
    check(asked.memory, has.memory, used.memory, &|| "Insufficient memory".into());
    check(asked.ephemeral_storage, has.ephemeral_storage, used.ephemeral_storage, &|| {
        "Insufficient ephemeral-storage".into()
    });
    for (name, amount) in &asked.scalar {
        check(*amount, has.scalar(name), used.scalar(name), &|| format!("Insufficient {name}").into());
    }
    (!reasons.is_empty()).then_some(Rejection { plugin: Plugin::NodeResourcesFit, reasons, is_resolvable })
}

/// The share of cpu and memory that stays free, with the pod on the node.
pub(crate) fn least_allocated(asked: &PodRequests, node: &NodeState) -> i64 {
    let shares = [
        (node.allocatable.milli_cpu, node.non_zero_milli_cpu + asked.non_zero_milli_cpu),
        (node.allocatable.memory, node.non_zero_memory + asked.non_zero_memory),
    ];
    let (mut sum, mut weights) = (0, 0);
    for (capacity, requested) in shares.into_iter().filter(|(capacity, _)| *capacity > 0) {
        sum += if requested > capacity { 0 } else { (capacity - requested) * MAX_NODE_SCORE / capacity };
        weights += 1;
    }
    if weights == 0 { 0 } else { sum / weights }
}

/// How much the pod brings the node's use of cpu and of memory together: 75 changes nothing.
pub(crate) fn balanced_allocation(asked: &Resources, node: &NodeState) -> i64 {
    if asked.milli_cpu == 0 && asked.memory == 0 {
        return 0;
    }
    let (has, used) = (&node.allocatable, &node.requested);
    let with_pod = balance(
        has,
        used.milli_cpu.saturating_add(asked.milli_cpu),
        used.memory.saturating_add(asked.memory),
    );
    let without_pod = balance(has, used.milli_cpu, used.memory);
    MAX_NODE_SCORE / 2 + (MAX_NODE_SCORE / 2 + with_pod - without_pod) / 2
}

#[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, reason = "shares between 0 and 1")]
fn balance(has: &Resources, milli_cpu: i64, memory: i64) -> i64 {
    let share = |used: i64, capacity: i64| (used as f64 / capacity as f64).min(1.0);
    // Of two shares the standard deviation is half their distance; one share alone has none.
    let deviation = if has.milli_cpu == 0 || has.memory == 0 {
        0.0
    } else {
        ((share(milli_cpu, has.milli_cpu) - share(memory, has.memory)) / 2.0).abs()
    };
    ((1.0 - deviation) * MAX_NODE_SCORE as f64) as i64
}
