//! What is asked of a `StatefulSet`.

use super::ensure;
use crate::api::{Kind, ObjectKey};
use crate::explore::run::Run;
use crate::explore::workloads::{IMAGE, STATEFUL_SET};

pub(super) fn scaling_to_zero_ends(run: &mut Run) -> Result<(), String> {
    let pods = run.pods("nginx").len() as u64;
    run.line(&format!("kubectl scale sts {STATEFUL_SET} --replicas=0"));
    let gone = run.wait_for(60 + 45 * pods, |run| run.pods("nginx").is_empty());
    ensure(gone, format!("{} pods are left", run.pods("nginx").len()))
}

pub(super) fn predecessor_returns(run: &mut Run) -> Result<(), String> {
    let (set, Some(first)) = (run.set()?, run.first_pod()?) else { return Ok(()) };
    if set.spec.replicas.unwrap_or(1) < 2 {
        return Ok(());
    }
    let start = set.spec.ordinals.as_ref().map_or(0, |ordinals| ordinals.start);
    let second = format!("{STATEFUL_SET}-{}", start + 1);
    run.line(&format!("fault unready pod/{second}"));
    run.wait(3);
    let old = run.uid(&first);
    run.line(&format!("kubectl delete pod {first} --wait=false"));
    let is_back = run.wait_for(240, |run| run.is_new_and_ready(&first, &old));
    run.line(&format!("fault ready pod/{second}"));
    ensure(is_back, format!("{first} is not back"))
}

pub(super) fn missing_claim_returns(run: &mut Run) -> Result<(), String> {
    let Some(first) = run.first_pod()?.filter(|_| run.workloads.has_claims) else { return Ok(()) };
    let claim = ObjectKey::new(Kind::PersistentVolumeClaim, "default", format!("www-{first}"));
    let uid = |run: &Run| {
        run.cluster.server().get(&claim).map(|claim| claim.meta().uid.clone()).unwrap_or_default()
    };
    let nodes: Vec<String> = run.cluster.config().nodes.iter().map(|node| node.name.clone()).collect();
    for node in &nodes {
        run.line(&format!("kubectl cordon {node}"));
    }
    run.line(&format!("kubectl delete pod {first} --wait=false"));
    let old_pod = run.uid(&first);
    let is_pending = run.wait_for(120, |run| {
        run.pod(&first).is_some_and(|pod| pod.metadata.uid != old_pod && !pod.is_bound())
    });
    ensure(is_pending, format!("{first} is not made again"))?;
    let old_claim = uid(run);
    run.line(&format!("kubectl delete pvc {} --wait=false", claim.name));
    // Nobody tells the set's controller of a claim that is gone. The scheduler finds out when it looks at the
    // pod again, at the latest after five minutes, and what it says of the pod wakes the controller.
    let is_back = run.wait_for(400, |run| !uid(run).is_empty() && uid(run) != old_claim);
    for node in &nodes {
        run.line(&format!("kubectl uncordon {node}"));
    }
    ensure(is_back, "the claim is not made again")
}

pub(super) fn revert_is_not_enough(run: &mut Run) -> Result<(), String> {
    let set = run.set()?;
    let replicas = set.spec.replicas.unwrap_or(1);
    if set.spec.pod_management_policy == "Parallel" || replicas == 0 {
        return Ok(());
    }
    let start = set.spec.ordinals.as_ref().map_or(0, |ordinals| ordinals.start);
    let last = format!("{STATEFUL_SET}-{}", start + replicas - 1);
    run.line(&format!("kubectl set image sts/{STATEFUL_SET} main={IMAGE}:bad"));
    run.wait(120);
    let stuck = run.uid(&last);
    run.line(&format!("kubectl set image sts/{STATEFUL_SET} main={IMAGE}:1"));
    run.wait(600);
    let is_stuck = run.pod(&last).is_some_and(|pod| pod.metadata.uid == stuck && !pod.is_ready());
    ensure(is_stuck || run.is_over(), format!("{last} got over it by itself"))?;
    run.line(&format!("kubectl delete pod {last} --wait=false"));
    Ok(())
}

pub(super) fn on_delete_waits(run: &mut Run) -> Result<(), String> {
    let Some(first) = run.first_pod()? else { return Ok(()) };
    run.line(&format!(
        "kubectl patch sts {STATEFUL_SET} -p '{{\"spec\":{{\"updateStrategy\":{{\"$retainKeys\":[\"type\"],\"type\":\"OnDelete\"}}}}}}'"
    ));
    let uids =
        |run: &Run| -> Vec<String> { run.pods("nginx").into_iter().map(|pod| pod.metadata.uid).collect() };
    let before = uids(run);
    run.line(&format!("kubectl set image sts/{STATEFUL_SET} main={IMAGE}:4"));
    run.wait(300);
    ensure(uids(run) == before || run.is_over(), "pods were replaced")?;
    let old = run.uid(&first);
    run.line(&format!("kubectl delete pod {first} --wait=false"));
    let is_back = run.wait_for(240, |run| run.is_new_and_ready(&first, &old));
    ensure(is_back, format!("{first} is not back"))?;
    let update = run.set()?.status.update_revision;
    let revision =
        run.pod(&first).and_then(|pod| pod.metadata.labels.get("controller-revision-hash").cloned());
    ensure(revision.as_ref() == Some(&update) || run.is_over(), format!("{first} came back as {revision:?}"))
}

pub(super) fn finalizers_free_names(run: &mut Run) -> Result<(), String> {
    let Some(first) = run.first_pod()? else { return Ok(()) };
    let patch = |value: &str| {
        format!("kubectl patch pod {first} --type=merge -p '{{\"metadata\":{{\"finalizers\":{value}}}}}'")
    };
    run.line(&patch("[\"example.com/hold\"]"));
    let old = run.uid(&first);
    run.line(&format!("kubectl delete pod {first} --wait=false"));
    run.wait(90);
    ensure(run.uid(&first) == old || run.is_over(), format!("{first} went in spite of its finalizer"))?;
    run.line(&patch("null"));
    let is_back = run.wait_for(240, |run| run.is_new_and_ready(&first, &old));
    ensure(is_back, format!("{first} is not back"))
}

pub(super) fn crash_loop_ends(run: &mut Run) -> Result<(), String> {
    let Some(first) = run.first_pod()? else { return Ok(()) };
    let restarts = |run: &Run| {
        let statuses = run.pod(&first).map(|pod| pod.status.container_statuses).unwrap_or_default();
        statuses.first().map_or(0, |status| status.restart_count)
    };
    let old = restarts(run);
    run.line(&format!("fault crash-loop pod/{first} --code=1"));
    run.wait(300);
    let (early, at) = (restarts(run) - old, run.cluster.now());
    run.wait(300);
    let late = restarts(run) - old - early;
    run.line(&format!("fault clear pod/{first}"));
    let has_backoff = !run.cluster.kubelets().timing().stand_in;
    ensure(early >= 2 || run.is_over(), format!("{early} restarts until {} ms", at.ms()))?;
    ensure(!has_backoff || late < early || run.is_over(), format!("{early} restarts, then {late}"))
}
