//! Rules of pods: placement, phases, containers.

use super::nodes::bound;
use super::{Invariant, Memory, Seen, Truth};
use crate::api::node::Node;
use crate::api::pod::{Pod, PodSpec};
use crate::api::quantity::Quantity;
use crate::api::scheduling::{HostPort, Taint, Toleration, node_affinity_matches, untolerated_taint};
use crate::api::{Kind, Object, ObjectKey};
use crate::cluster::Cluster;

/// The rules.
pub const INVARIANTS: &[Invariant] = &[
    Invariant {
        id: "S-09",
        sentence: "a pod is bound once, and nothing else of its spec changes but what the API allows",
        check: spec_is_fixed,
    },
    Invariant {
        id: "S-10",
        sentence: "a pod's phase goes from Pending to Running to Succeeded or Failed, and never back",
        check: phase_goes_forward,
    },
    Invariant {
        id: "S-11",
        sentence: "a kubelet calls a pod ready only when it runs with all containers ready; restart counts never fall",
        check: ready_means_running,
    },
    Invariant {
        id: "S-12",
        sentence: "a container runs only when the pod's claims are bound",
        check: claims_come_first,
    },
    Invariant {
        id: "S-13",
        sentence: "a pod is bound only to a node that has room for it, that it selects and whose taints it bears",
        check: binding_fits,
    },
];

fn pods<'a>(seen: &'a Seen<'_>) -> Option<(&'a Pod, &'a Pod)> {
    match (seen.before?, seen.after()?) {
        (Object::Pod(before), Object::Pod(after)) => Some((before, after)),
        _ => None,
    }
}

fn spec_is_fixed(seen: &Seen<'_>) -> Result<(), String> {
    let Some((before, after)) = pods(seen) else {
        return Ok(());
    };
    if before.is_bound() && before.spec.node_name != after.spec.node_name {
        return Err(format!("moved from {} to {}", before.spec.node_name, after.spec.node_name));
    }
    if without_mutable(&before.spec) != without_mutable(&after.spec) {
        return Err("its spec changed".into());
    }
    // For how long something is tolerated may change.
    let is_same = |was: &Toleration, is: &Toleration| {
        let is = Toleration { toleration_seconds: was.toleration_seconds, ..is.clone() };
        *was == is
    };
    let kept = |was: &Toleration| after.spec.tolerations.iter().any(|is| is_same(was, is));
    if let Some(lost) = before.spec.tolerations.iter().find(|was| !kept(was)) {
        return Err(format!("it no longer tolerates {}", lost.key));
    }
    match (before.spec.termination_grace_period_seconds, after.spec.termination_grace_period_seconds) {
        (Some(was), Some(1)) if was < 0 => Ok(()),
        (was, is) if was == is => Ok(()),
        (was, is) => Err(format!("its grace went from {was:?} to {is:?}")),
    }
}

fn without_mutable(spec: &PodSpec) -> PodSpec {
    let mut spec = spec.clone();
    spec.node_name.clear();
    spec.tolerations.clear();
    spec.termination_grace_period_seconds = None;
    spec.extra.remove("activeDeadlineSeconds");
    for container in spec.containers.iter_mut().chain(&mut spec.init_containers) {
        container.image.clear();
    }
    spec
}

fn rank(phase: &str) -> u8 {
    match phase {
        "Pending" => 1,
        "Running" | "Unknown" => 2,
        "Succeeded" | "Failed" => 3,
        _ => 0,
    }
}

fn phase_goes_forward(seen: &Seen<'_>) -> Result<(), String> {
    let Some((before, after)) = pods(seen) else {
        return Ok(());
    };
    let (was, is) = (before.status.phase.as_str(), after.status.phase.as_str());
    if rank(is) < rank(was) || (rank(was) == 3 && is != was) {
        return Err(format!("from {was} to {is}"));
    }
    Ok(())
}

fn ready_means_running(seen: &Seen<'_>) -> Result<(), String> {
    let Some(Object::Pod(after)) = seen.after() else {
        return Ok(());
    };
    // The collector of pods marks those of a node that is gone as failed, and leaves all else as it was; a
    // person may write whatever they like into a status.
    let is_news = match seen.before {
        Some(Object::Pod(before)) => before.status != after.status,
        _ => true,
    };
    if is_news && after.is_ready() && !seen.is_by_controllers() && !seen.by_person {
        let all_ready = after.status.container_statuses.iter().all(|status| status.ready);
        if after.status.phase != "Running" || !all_ready {
            return Err(format!("ready in phase {} with containers that are not", after.status.phase));
        }
    }
    if let Some(Object::Pod(before)) = seen.before {
        for status in &after.status.container_statuses {
            let old = before.status.container_statuses.iter().find(|old| old.name == status.name);
            if old.is_some_and(|old| old.restart_count > status.restart_count) {
                return Err(format!("the restart count of {} fell", status.name));
            }
        }
    }
    Ok(())
}

fn runs(pod: &Pod) -> bool {
    pod.status.container_statuses.iter().any(|status| status.state.running.is_some())
}

fn claims_come_first(seen: &Seen<'_>) -> Result<(), String> {
    let Some((before, after)) = pods(seen) else {
        return Ok(());
    };
    if runs(before) || !runs(after) {
        return Ok(());
    }
    for name in after.claim_names() {
        let key = ObjectKey::new(Kind::PersistentVolumeClaim, after.metadata.namespace.clone(), name.clone());
        match seen.memory.objects.get(&key) {
            Some(Object::PersistentVolumeClaim(claim)) if claim.status.phase == "Bound" => {}
            _ => return Err(format!("runs while claim {name} is not bound")),
        }
    }
    Ok(())
}

fn milli(list: &crate::api::pod::ResourceList, name: &str) -> i128 {
    list.get(name)
        .and_then(|text| Quantity::parse(text).ok())
        .map_or(0, |quantity| quantity.milli_value().into())
}

fn requested(pod: &Pod, name: &str) -> i128 {
    let sum: i128 =
        pod.spec.containers.iter().map(|container| milli(&container.resources.requests, name)).sum();
    let init =
        pod.spec.init_containers.iter().map(|container| milli(&container.resources.requests, name)).max();
    sum.max(init.unwrap_or_default())
}

fn binding_fits(seen: &Seen<'_>) -> Result<(), String> {
    let Some((pod, nodes)) = bound(seen) else {
        return Ok(());
    };
    let name = &pod.spec.node_name;
    let mut misfits: Vec<String> = Vec::new();
    for node in nodes {
        match misfit(seen, pod, node) {
            None => return Ok(()),
            Some(what) => misfits.push(what),
        }
    }
    // What speaks against the node as it is says more than what spoke against it once.
    let why = misfits.first().map_or("which does not exist", String::as_str);
    Err(format!("bound to {name}, {why}"))
}

/// Why a pod does not fit on a node as the scheduler may have seen it.
fn misfit(seen: &Seen<'_>, pod: &Pod, node: &Node) -> Option<String> {
    if !node_affinity_matches(&pod.spec, node) {
        return Some("which it does not select".to_owned());
    }
    // The taint of a cordon has a rule of its own.
    let taints: Vec<Taint> =
        node.spec.taints.iter().filter(|t| t.key != "node.kubernetes.io/unschedulable").cloned().collect();
    let effects = ["NoSchedule", "NoExecute"];
    if let Some(taint) = untolerated_taint(&taints, &pod.spec.tolerations, &effects) {
        return Some(format!("whose taint {} it does not tolerate", taint.key));
    }
    let others = || {
        seen.memory.objects.iter().filter_map(|(key, object)| match object {
            Object::Pod(other)
                if other.spec.node_name == pod.spec.node_name
                    && !other.is_terminal()
                    && !seen.memory.may_be_taken_for_unbound(key, seen.event.at) =>
            {
                Some(&**other)
            }
            _ => None,
        })
    };
    for resource in ["cpu", "memory"] {
        let used: i128 = others().map(|pod| requested(pod, resource)).sum();
        let room = milli(&node.status.allocatable, resource);
        if requested(pod, resource) > 0 && used + requested(pod, resource) > room {
            return Some(format!("whose {resource} does not suffice"));
        }
    }
    let ports = HostPort::of(pod);
    if others().flat_map(HostPort::of).any(|used| ports.iter().any(|port| port.conflicts(&used))) {
        return Some("where its host port is taken".to_owned());
    }
    let room = milli(&node.status.allocatable, "pods") / 1000;
    let is_full = i128::try_from(others().count()).unwrap_or(i128::MAX) >= room;
    is_full.then(|| format!("which holds {room} pods already"))
}

/// The rules that ask the machines themselves.
pub const TRUTHS: &[Truth] = &[Truth {
    id: "S-16",
    sentence: "a pod's name is free only when none of its containers runs, unless it was force-deleted",
    check: names_are_freed_late,
}];

fn names_are_freed_late(cluster: &Cluster, memory: &Memory) -> Result<(), String> {
    for running in cluster.kubelets().running() {
        let meta = &running.pod.metadata;
        let key = ObjectKey::new(Kind::Pod, meta.namespace.as_str(), meta.name.as_str());
        let is_held = memory.objects.get(&key).is_some_and(|object| object.meta().uid == meta.uid);
        // Whoever removes a pod that its kubelet has not ended knows that it may run on.
        if !is_held && !memory.forced.contains(&meta.uid) {
            return Err(format!("{key} runs on {}, and its name is free", running.node));
        }
    }
    Ok(())
}
