//! What is asked of a cluster that has converged: one thing at a time, and what must come of it, or must not.
//!
//! Properties that speak of a cluster at rest alone are in `liveness`. Not here: L-09 (v1.36 has no Recreate
//! strategy for `StatefulSet`s) and L-18 (a test of its own, as a run cannot lose a change on purpose).
//!
//! - `sets`, `others`, `nodes`: what is asked, by what it is asked of.

mod sets;
mod others;
mod nodes;

use self::nodes::{budget_of_zero_holds, drain_ends, lost_node_is_made_up_for};
use self::others::{daemon_update_stops, deadline_is_told, dependents_follow, orphans_are_adopted};
use self::sets::{
    crash_loop_ends, finalizers_free_names, missing_claim_returns, on_delete_waits, predecessor_returns,
    revert_is_not_enough, scaling_to_zero_ends,
};
use super::run::{Failure, Run, Summary};
use super::workloads::STATEFUL_SET;
use crate::api::apps::StatefulSet;
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
    /// Runs without any fault up to where everything has converged, and then asks for one thing.
    ///
    /// # Errors
    /// What does not hold.
    pub fn run_directed(&mut self, epilogue: &Epilogue) -> Result<Summary, Failure> {
        self.plan.heal();
        self.set_up();
        self.converge();
        if !self.is_over() {
            self.play_epilogue(epilogue);
        }
        self.summary()
    }

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
