//! What is asked of a cluster that has converged: one thing at a time, and what must come of it, or must not.
//!
//! Properties that speak of a cluster at rest alone are in `liveness`. Not here: L-09 (v1.36 has no Recreate
//! strategy for `StatefulSet`s) and L-18 (a test of its own, as a run cannot lose a change on purpose).

use super::run::Run;
use super::workloads::{DAEMON_SET, DEPLOYMENT, IMAGE, STATEFUL_SET};
use crate::api::apps::StatefulSet;
use crate::api::daemonset::DaemonSet;
use crate::api::deployment::{Deployment, ReplicaSet};
use crate::api::meta::Condition;
use crate::api::object::Typed;
use crate::api::pod::Pod;
use crate::api::{Kind, ObjectKey};
use crate::sim::Span;

/// One thing that is asked.
#[derive(Clone, Copy, Debug)]
pub struct Epilogue {
    /// The number of the property.
    pub id: &'static str,
    /// The property as a sentence.
    pub sentence: &'static str,
    play: fn(&mut Run) -> Result<(), String>,
}

const fn epilogue(
    id: &'static str,
    sentence: &'static str,
    play: fn(&mut Run) -> Result<(), String>,
) -> Epilogue {
    Epilogue { id, sentence, play }
}

/// All of them.
pub const EPILOGUES: &[Epilogue] = &[
    epilogue("L-04", "scaling to 0 ends", scaling_to_zero_ends),
    epilogue(
        "L-05",
        "a pod that is deleted while a later one is not ready is made again",
        predecessor_returns,
    ),
    epilogue("L-06", "the missing claim of a pending pod is made again", missing_claim_returns),
    epilogue(
        "L-08a",
        "a broken ordered rollout stays stuck after a revert until its pod is deleted",
        revert_is_not_enough,
    ),
    epilogue("L-08b", "a drain against a budget of 0 evicts nothing", budget_of_zero_holds),
    epilogue(
        "L-08c",
        "a DaemonSet's update with pods that are never ready stops at maxUnavailable",
        daemon_update_stops,
    ),
    epilogue("L-08d", "under OnDelete nothing is updated until a pod is deleted", on_delete_waits),
    epilogue(
        "L-10",
        "a Deployment without progress says so after its deadline, and is complete once it can",
        deadline_is_told,
    ),
    epilogue("L-12", "a drain ends when the budgets allow it", drain_ends),
    epilogue("L-13", "dependents go with their owner, or stay without one", dependents_follow),
    epilogue(
        "L-14",
        "a pod without its last finalizer is gone, and another takes its name",
        finalizers_free_names,
    ),
    epilogue("L-15", "a crash loop backs off, and is over when its cause is", crash_loop_ends),
    epilogue(
        "L-16",
        "a lost node's Deployment pods are replaced, and its other pods wait for it",
        lost_node_is_made_up_for,
    ),
    epilogue(
        "L-19",
        "a pod that no longer fits is released, and one that fits again is taken on",
        orphans_are_adopted,
    ),
];

impl Run {
    /// Asks for one thing, then for everything as it was.
    pub fn play_epilogue(&mut self, epilogue: &Epilogue) {
        self.note(&format!("epilogue {}", epilogue.id));
        if let Err(what) = (epilogue.play)(self) {
            self.fail(epilogue.id, format!("{}; {what}", epilogue.sentence));
        }
        self.line("kubectl apply -f all.yaml");
        self.converge();
        self.rest();
    }

    fn typed<T: Typed + Clone>(&self, name: &str) -> Option<T> {
        let found = self.cluster.server().get(&ObjectKey::new(T::KIND, "default", name)).ok()?;
        T::of(found).map(|typed| (**typed).clone())
    }

    fn set(&self) -> Result<StatefulSet, String> {
        self.typed(STATEFUL_SET).ok_or_else(|| "there is no set".to_owned())
    }

    fn pod(&self, name: &str) -> Option<Pod> {
        self.typed(name)
    }

    fn uid(&self, pod: &str) -> String {
        self.pod(pod).map(|pod| pod.metadata.uid).unwrap_or_default()
    }

    /// The pods with a label `app`.
    fn pods(&self, app: &str) -> Vec<Pod> {
        let pods = self.cluster.server().list(Kind::Pod, Some("default")).filter_map(Pod::of);
        let wanted = pods.filter(|pod| pod.metadata.labels.get("app").is_some_and(|label| label == app));
        wanted.map(|pod| (**pod).clone()).collect()
    }

    /// Waits until something holds; says whether it did in time. A run that is over holds anything.
    fn wait_for(&mut self, seconds: u64, holds: impl Fn(&Self) -> bool) -> bool {
        for _ in 0..seconds {
            if self.is_over() || holds(self) {
                return true;
            }
            self.pass(Span::from_seconds(1));
        }
        holds(self)
    }

    fn wait(&mut self, seconds: u64) {
        self.pass(Span::from_seconds(seconds));
    }

    /// The name of the set's first pod, when the set has one.
    fn first_pod(&self) -> Result<Option<String>, String> {
        let set = self.set()?;
        let start = set.spec.ordinals.as_ref().map_or(0, |ordinals| ordinals.start);
        let has_pods = set.spec.replicas.unwrap_or(1) > 0;
        Ok(has_pods.then(|| format!("{STATEFUL_SET}-{start}")))
    }

    fn is_new_and_ready(&self, pod: &str, old: &str) -> bool {
        self.pod(pod).is_some_and(|pod| pod.metadata.uid != old && pod.is_ready())
    }

    fn budget(&mut self, name: &str, app: &str, wants: &str) {
        let text = format!(
            "{{apiVersion: policy/v1, kind: PodDisruptionBudget, metadata: {{name: {name}}}, \
             spec: {{{wants}, selector: {{matchLabels: {{app: {app}}}}}}}}}"
        );
        self.file("budget.yaml", text);
        self.line("kubectl apply -f budget.yaml");
        self.wait(2);
    }
}

fn ensure(holds: bool, what: impl Into<String>) -> Result<(), String> {
    if holds { Ok(()) } else { Err(what.into()) }
}

fn scaling_to_zero_ends(run: &mut Run) -> Result<(), String> {
    let pods = run.pods("nginx").len() as u64;
    run.line(&format!("kubectl scale sts {STATEFUL_SET} --replicas=0"));
    let gone = run.wait_for(60 + 45 * pods, |run| run.pods("nginx").is_empty());
    ensure(gone, format!("{} pods are left", run.pods("nginx").len()))
}

fn predecessor_returns(run: &mut Run) -> Result<(), String> {
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

fn missing_claim_returns(run: &mut Run) -> Result<(), String> {
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

fn revert_is_not_enough(run: &mut Run) -> Result<(), String> {
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

fn budget_of_zero_holds(run: &mut Run) -> Result<(), String> {
    let Some(first) = run.first_pod()? else { return Ok(()) };
    let Some(pod) = run.pod(&first) else { return Err(format!("{first} is not there")) };
    run.budget(STATEFUL_SET, "nginx", "maxUnavailable: 0");
    let node = pod.spec.node_name.clone();
    run.line_in(1, &format!("kubectl drain {node} --ignore-daemonsets --timeout=90s"));
    run.wait(100);
    let now = run.pod(&first);
    run.line(&format!("kubectl uncordon {node}"));
    let stays = now.is_some_and(|now| now.metadata.uid == pod.metadata.uid && !now.is_terminating());
    ensure(stays || run.is_over(), format!("{first} was evicted"))
}

fn daemon_update_stops(run: &mut Run) -> Result<(), String> {
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

fn on_delete_waits(run: &mut Run) -> Result<(), String> {
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

fn deadline_is_told(run: &mut Run) -> Result<(), String> {
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

fn drain_ends(run: &mut Run) -> Result<(), String> {
    // A pod whose volume is on the drained node has nowhere to go, and no other may leave while it waits.
    if run.cluster.config().local_volumes {
        return Ok(());
    }
    run.budget(STATEFUL_SET, "nginx", "maxUnavailable: 1");
    run.budget(DEPLOYMENT, "front", "maxUnavailable: 1");
    let node = run.any_node();
    run.line_in(1, &format!("kubectl drain {node} --ignore-daemonsets --force"));
    let exit = |run: &Run| run.cluster.terminal(1).and_then(|terminal| terminal.entries().last()?.exit);
    let has_ended = run.wait_for(900, |run| exit(run).is_some());
    let exit = exit(run);
    run.line(&format!("kubectl uncordon {node}"));
    ensure(has_ended && (exit == Some(0) || run.is_over()), format!("the drain of {node}: {exit:?}"))
}

fn dependents_follow(run: &mut Run) -> Result<(), String> {
    // Claims of pods that are gone stay as the controller left them: those may name the set as their owner.
    let used: Vec<String> = run.pods("nginx").iter().flat_map(Pod::claim_names).map(str::to_owned).collect();
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

fn finalizers_free_names(run: &mut Run) -> Result<(), String> {
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

fn crash_loop_ends(run: &mut Run) -> Result<(), String> {
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

fn lost_node_is_made_up_for(run: &mut Run) -> Result<(), String> {
    let Some(first) = run.first_pod()? else { return Ok(()) };
    let Some(pod) = run.pod(&first) else { return Err(format!("{first} is not there")) };
    let node = pod.spec.node_name.clone();
    let there = |run: &Run, app: &str| -> Vec<String> {
        run.pods(app)
            .into_iter()
            .filter(|pod| pod.spec.node_name == node)
            .map(|pod| pod.metadata.uid)
            .collect()
    };
    let (agents, webs) = (there(run, "agent"), there(run, "nginx"));
    run.line(&format!("fault stop node/{node}"));
    let is_replaced = run.wait_for(900, |run| {
        let front: Option<Deployment> = run.typed(DEPLOYMENT);
        let lost = |pod: &Pod| pod.spec.node_name == node && !pod.is_terminating();
        let is_complete =
            front.is_some_and(|front| front.status.available_replicas == front.spec.replicas.unwrap_or(1));
        is_complete
            && !run.pods("front").iter().any(lost)
            && run.pod(&first).is_some_and(|pod| pod.is_terminating())
    });
    ensure(is_replaced, "the pods of the lost node are not replaced")?;
    run.wait(300);
    let stay = there(run, "agent") == agents && there(run, "nginx") == webs;
    run.line(&format!("fault start node/{node}"));
    ensure(stay || run.is_over(), "pods of the lost node are gone although nobody could have ended them")?;
    let old = pod.metadata.uid;
    let is_back = run.wait_for(300, |run| run.is_new_and_ready(&first, &old));
    ensure(is_back, format!("{first} is not back after its node"))
}

fn orphans_are_adopted(run: &mut Run) -> Result<(), String> {
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
