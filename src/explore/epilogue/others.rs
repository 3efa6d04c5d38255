//! What is asked of a `DaemonSet`, of a Deployment, and of what belongs together.

use super::ensure;
use crate::api::Kind;
use crate::api::daemonset::DaemonSet;
use crate::api::deployment::{Deployment, ReplicaSet};
use crate::api::meta::Condition;
use crate::api::object::Typed as _;
use crate::api::pod::Pod;
use crate::explore::run::Run;
use crate::explore::workloads::{DAEMON_SET, DEPLOYMENT, IMAGE, STATEFUL_SET};

pub(super) fn daemon_update_stops(run: &mut Run) -> Result<(), String> {
    let agents = run.pods("agent").len();
    run.line(&format!("kubectl set image ds/{DAEMON_SET} main={IMAGE}:bad"));
    run.wait(500);
    let set: DaemonSet = run.typed(DAEMON_SET).ok_or("there is no set")?;
    let desired = set.status.desired_number_scheduled;
    let rolling = set.spec.update_strategy.rolling_update.as_ref();
    let of = |number: Option<&crate::api::intstr::IntOrString>| {
        number.and_then(|number| number.scaled(desired, true).ok()).unwrap_or_default()
    };
    let surge = of(rolling.and_then(|rolling| rolling.max_surge.as_ref()));
    let away = of(rolling.and_then(|rolling| rolling.max_unavailable.as_ref()));
    let budget = if surge > 0 { 0 } else { away.max(1) };
    let available = set.status.number_available;
    run.line(&format!("kubectl rollout undo ds/{DAEMON_SET}"));
    ensure(
        available >= desired - budget || run.is_over(),
        format!("only {available} of {desired} nodes have an available pod, {agents} had one"),
    )
}

pub(super) fn deadline_is_told(run: &mut Run) -> Result<(), String> {
    let wanted: Deployment = run.typed(DEPLOYMENT).ok_or("there is no deployment")?;
    if wanted.spec.replicas == Some(0) {
        return Ok(());
    }
    // A rollout that goes back to an old set may never be told of: `getNewReplicaSet` notes a rollout only
    // when it makes the set, and `syncRolloutStatus` looks at no deadline while the condition says that a new
    // set is available, unless it catches the counts in the middle.
    let bad = format!("{IMAGE}:bad");
    let sets = run.cluster.server().list(Kind::ReplicaSet, Some("default")).filter_map(ReplicaSet::of);
    let is_known = sets
        .filter(|set| set.metadata.is_controlled_by(&wanted.metadata.uid))
        .any(|set| set.spec.template.spec.containers.iter().any(|container| container.image == bad));
    run.line(&format!("kubectl set image deploy/{DEPLOYMENT} main={bad}"));
    let is_told = run.wait_for(600, |run| {
        run.typed::<Deployment>(DEPLOYMENT).is_some_and(|deployment| {
            Condition::find(&deployment.status.conditions, "Progressing").is_some_and(|condition| {
                condition.status == "False" && condition.reason == "ProgressDeadlineExceeded"
            })
        })
    });
    let is_overlooked = is_known
        && run.typed::<Deployment>(DEPLOYMENT).is_some_and(|deployment| {
            Condition::find(&deployment.status.conditions, "Progressing")
                .is_some_and(|condition| condition.reason == "NewReplicaSetAvailable")
        });
    ensure(is_told || is_overlooked, "nothing is said of the deadline")?;
    run.line(&format!("kubectl rollout undo deploy/{DEPLOYMENT}"));
    Ok(())
}

pub(super) fn dependents_follow(run: &mut Run) -> Result<(), String> {
    // Claims of pods that are gone stay as the controller left them: those may name the set as their owner.
    let used: Vec<String> =
        run.pods("nginx").iter().flat_map(Pod::claim_names).map(std::borrow::Cow::into_owned).collect();
    let claims = |run: &Run| {
        let claims = run.cluster.server().list(Kind::PersistentVolumeClaim, Some("default"));
        claims.filter(|claim| used.contains(&claim.meta().name)).count()
    };
    let kept = run.set()?.spec.persistent_volume_claim_retention_policy;
    let are_kept = kept.is_none_or(|policy| policy.when_deleted != "Delete");
    let before = claims(run);
    run.line(&format!("kubectl delete sts {STATEFUL_SET} --wait=false"));
    let is_gone = run.wait_for(180, |run| run.pods("nginx").is_empty());
    ensure(is_gone, "pods are left of the deleted set")?;
    ensure(!are_kept || claims(run) == before || run.is_over(), "claims went with the set")?;
    let uids = |run: &Run| -> Vec<String> {
        run.pods("front")
            .into_iter()
            .filter(|pod| !pod.is_terminating())
            .map(|pod| pod.metadata.uid)
            .collect()
    };
    let before = uids(run);
    run.line(&format!("kubectl delete deploy {DEPLOYMENT} --cascade=orphan --wait=false"));
    run.wait(60);
    ensure(uids(run) == before || run.is_over(), "pods went with their Deployment, which had orphaned them")
}

pub(super) fn orphans_are_adopted(run: &mut Run) -> Result<(), String> {
    // Pods that have failed may still lie about; nobody replaces them.
    let ready: Vec<_> = run.pods("front").into_iter().filter(Pod::is_ready).collect();
    let wanted = ready.len();
    let Some(pod) = ready.into_iter().next() else { return Ok(()) };
    let name = pod.metadata.name;
    run.line(&format!("kubectl label pod {name} app-"));
    let is_released = run.wait_for(120, |run| {
        let released = run.pod(&name).is_some_and(|pod| pod.metadata.controller_of().is_none());
        released && run.pods("front").iter().filter(|pod| pod.is_ready()).count() >= wanted
    });
    ensure(is_released, format!("{name} is not released and replaced"))?;
    run.line(&format!("kubectl label pod {name} app=front"));
    let is_taken = run.wait_for(120, |run| {
        run.pod(&name).is_none_or(|pod| pod.metadata.controller_of().is_some() || pod.is_terminating())
    });
    ensure(is_taken, format!("{name} is not taken on"))
}
