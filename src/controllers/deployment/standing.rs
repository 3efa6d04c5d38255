//! What a Deployment waits for when a sync has nothing to do.
//!
//! Models the conditions that `reconcileOldReplicaSets`, `rolloutRecreate` and `DeploymentComplete` test in
//! pkg/controller/deployment, Kubernetes v1.36, in the order in which they hold a rollout up. Left out:
//! nothing.

use super::annotations::desired_replicas;
use super::conditions::{PROGRESSING, REPLICA_FAILURE, reason};
use super::fenceposts::{max_unavailable, replicas};
use super::replica_sets::{active, size, total_actual, total_size};
use super::status::{Sums, is_complete};
use super::waiting::{Outcome, WaitingFor};
use crate::api::deployment::{Deployment, DeploymentStatus};
use crate::api::meta::Condition;

/// How things stand, given the status that was just computed.
pub(super) fn standing(deployment: &Deployment, sets: Sums<'_>, status: &DeploymentStatus) -> Outcome {
    if deployment.metadata.is_terminating() {
        return Outcome::Waiting(WaitingFor::Deletion);
    }
    if deployment.spec.paused {
        let template_waits =
            sets.new.is_none_or(|new| size(new) < replicas(deployment)) || total_size(sets.old) > 0;
        return Outcome::Waiting(WaitingFor::Paused { template_waits });
    }
    if is_complete(deployment, status) && total_size(sets.old) == 0 {
        return Outcome::Converged;
    }
    if let Some(wait) = failure(sets).or_else(|| deadline(deployment, sets, status)) {
        return Outcome::Waiting(wait);
    }
    if let Some(wait) = noted_size(deployment, sets) {
        return Outcome::Waiting(wait);
    }
    let Some(new) = sets.new else {
        let count = total_actual(sets.old);
        return Outcome::Waiting(WaitingFor::OldPodsGone { count });
    };
    let set = new.metadata.name.clone();
    let (unavailable, old) = (size(new) - new.status.available_replicas, total_size(sets.old));
    if old > 0 && unavailable > 0 {
        let min_available = replicas(deployment) - max_unavailable(deployment);
        return Outcome::Waiting(WaitingFor::MinimumAvailability { set, unavailable, old, min_available });
    }
    if let Some(lagging) = sets.all().find(|set| set.status.replicas != size(set)) {
        let (has, wants) = (lagging.status.replicas, size(lagging));
        return Outcome::Waiting(WaitingFor::Replicas { set: lagging.metadata.name.clone(), has, wants });
    }
    Outcome::Waiting(WaitingFor::PodsAvailable { set, count: unavailable })
}

fn failure(sets: Sums<'_>) -> Option<WaitingFor> {
    sets.new.into_iter().chain(sets.old).find_map(|set| {
        let failure = Condition::find(&set.status.conditions, REPLICA_FAILURE)?;
        let (set, message) = (set.metadata.name.clone(), failure.message.clone());
        Some(WaitingFor::ReplicaFailure { set, message })
    })
}

/// The one active set is an old one of the right size on which another size is noted (`isScalingEvent`
/// with `FindActiveOrLatest`): the size was changed together with the template in the middle of a rollout.
fn noted_size(deployment: &Deployment, sets: Sums<'_>) -> Option<WaitingFor> {
    let wants = replicas(deployment);
    let active = active(sets.all());
    let [only] = active.as_slice() else { return None };
    let is_new = sets.new.is_some_and(|new| new.metadata.uid == only.metadata.uid);
    let noted = desired_replicas(only).filter(|noted| *noted != wants)?;
    let set = only.metadata.name.clone();
    (!is_new && size(only) == wants).then_some(WaitingFor::NotedSize { set, noted, wants })
}

fn deadline(deployment: &Deployment, sets: Sums<'_>, status: &DeploymentStatus) -> Option<WaitingFor> {
    let progressing = Condition::find(&status.conditions, PROGRESSING)?;
    let new = sets.new.filter(|_| progressing.reason == reason::TIMED_OUT)?;
    Some(WaitingFor::ProgressDeadline {
        set: new.metadata.name.clone(),
        seconds: deployment.spec.progress_deadline_seconds?,
        unavailable: size(new) - new.status.available_replicas,
    })
}

#[cfg(test)]
mod tests {
    use std::rc::Rc;

    use super::super::annotations::DESIRED_REPLICAS;
    use super::super::conditions::condition;
    use super::super::status::calculate_status;
    use super::*;
    use crate::api::Timestamp;
    use crate::api::deployment::ReplicaSet;
    use crate::sim::Time;

    /// `replicas=3 paused: new 3/3/1, old 1/1/1` — sets with size/pods/available; what is waited for.
    fn check(line: &str, expected: &str) {
        let (words, sets) = line.split_once(':').unwrap();
        let mut deployment = Deployment::default();
        deployment.spec.strategy.type_ = "RollingUpdate".into();
        deployment.spec.progress_deadline_seconds = Some(10);
        for word in words.split_whitespace() {
            match word.split_once('=').unwrap_or((word, "")) {
                ("replicas", value) => deployment.spec.replicas = value.parse().ok(),
                ("paused", _) => deployment.spec.paused = true,
                ("deleting", _) => deployment.metadata.deletion_timestamp = Some(Timestamp::at(Time::ZERO)),
                (told, _) => deployment.status.conditions.push(condition(
                    PROGRESSING,
                    "True",
                    told,
                    String::new(),
                    Time::ZERO,
                )),
            }
        }
        let (mut new, mut old) = (None, Vec::new());
        for word in sets.split(',').map(str::trim).filter(|word| !word.is_empty()) {
            let words: Vec<&str> = word.split_whitespace().collect();
            let counts: Vec<i64> = words[1].split('/').map(|count| count.parse().unwrap()).collect();
            let mut set = ReplicaSet::default();
            set.spec.replicas = Some(counts[0]);
            set.status.replicas = counts[1];
            set.status.available_replicas = counts[2];
            set.metadata.uid = word.to_owned();
            let noted = words.get(2).and_then(|word| word.strip_prefix("noted="));
            if let Some(noted) = noted {
                set.metadata.annotations.insert(DESIRED_REPLICAS.to_owned(), noted.to_owned());
            } else if words.len() > 2 {
                let failure = condition(REPLICA_FAILURE, "True", "FailedCreate", "no".into(), Time::ZERO);
                set.status.conditions.push(failure);
            }
            if words[0] == "new" { new = Some(Rc::new(set)) } else { old.push(Rc::new(set)) }
        }
        let sets = Sums { new: new.as_ref(), old: &old };
        let status = calculate_status(&deployment, sets, Time::from_ms(60_000));
        let name = match standing(&deployment, sets, &status) {
            Outcome::Waiting(wait) => wait.name(),
            _ => "",
        };
        assert_eq!(name, expected, "{line}");
    }

    #[test]
    fn the_first_thing_that_holds_it_up_is_told() {
        check("replicas=3: new 3/3/3, old 0/0/0", "");
        check("replicas=3 deleting: new 3/3/3", "Deletion");
        check("replicas=3 paused: new 3/3/3", "Paused");
        check("replicas=3: new 1/0/0 failed, old 3/3/3", "ReplicaFailure");
        check("replicas=3 ProgressDeadlineExceeded: new 1/0/0, old 3/3/3", "ProgressDeadline");
        check("replicas=3: old 0/2/2", "OldPodsGone");
        check("replicas=3: old 0/0/0", "OldPodsGone");
        check("replicas=2: new 0/0/0, old 2/2/2 noted=3", "NotedSize");
        check("replicas=2: old 2/2/2 noted=3", "NotedSize");
        check("replicas=2: old 2/2/2 noted=2", "OldPodsGone");
        check("replicas=2: new 2/2/1 noted=3", "PodsAvailable");
        check("replicas=3: new 1/1/0, old 3/3/3", "MinimumAvailability");
        check("replicas=3: new 3/1/0, old 0/0/0", "Replicas");
        check("replicas=3: new 3/3/3, old 0/1/1", "Replicas");
        check("replicas=3: new 3/3/2", "PodsAvailable");
    }
}
