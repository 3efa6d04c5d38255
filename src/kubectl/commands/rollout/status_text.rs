//! How far the update of an object is, in one sentence.
//!
//! Models `StatusViewerFor` and `StatefulSetStatusViewer`,
//! `staging/src/k8s.io/kubectl/pkg/polymorphichelpers/rollout_status.go`, Kubernetes v1.36.

use super::{daemon_set, deployment};
use crate::api::Object;
use crate::api::apps::StatefulSet;

/// The sentence about an object, and whether its update is done; `None` for kinds that have no updates.
pub(super) fn of(object: &Object, revision: i64) -> Option<Result<(String, bool), String>> {
    match object {
        Object::StatefulSet(set) => Some(stateful_set(set)),
        Object::DaemonSet(set) => Some(daemon_set::status(set)),
        Object::Deployment(found) => Some(deployment::status(found, revision)),
        _ => None,
    }
}

/// The sentence, and whether the update is done.
///
/// # Errors
/// When the strategy has no end to wait for.
fn stateful_set(set: &StatefulSet) -> Result<(String, bool), String> {
    let (spec, status) = (&set.spec, &set.status);
    if spec.update_strategy.type_ != "RollingUpdate" {
        return Err("rollout status is only available for RollingUpdate strategy type".to_owned());
    }
    if status.observed_generation == 0 || set.metadata.generation > status.observed_generation {
        return Ok(("Waiting for statefulset spec update to be observed...\n".to_owned(), false));
    }
    if let Some(missing) =
        spec.replicas.map(|replicas| replicas - status.ready_replicas).filter(|missing| *missing > 0)
    {
        return Ok((format!("Waiting for {missing} pods to be ready...\n"), false));
    }
    if let Some(rolling_update) = &spec.update_strategy.rolling_update {
        if let (Some(replicas), Some(partition)) = (spec.replicas, rolling_update.partition) {
            let wanted = replicas - partition;
            if status.updated_replicas < wanted {
                return Ok((
                    format!(
                        "Waiting for partitioned roll out to finish: {} out of {wanted} new pods have been updated...\n",
                        status.updated_replicas
                    ),
                    false,
                ));
            }
        }
        return Ok((
            format!(
                "partitioned roll out complete: {} new pods have been updated...\n",
                status.updated_replicas
            ),
            true,
        ));
    }
    if status.update_revision != status.current_revision {
        return Ok((
            format!(
                "waiting for statefulset rolling update to complete {} pods at revision {}...\n",
                status.updated_replicas, status.update_revision
            ),
            false,
        ));
    }
    Ok((
        format!(
            "statefulset rolling update complete {} pods at revision {}...\n",
            status.current_replicas, status.current_revision
        ),
        true,
    ))
}

#[cfg(test)]
mod tests {
    use crate::api::codec::from_value;
    use serde_json::json;

    use super::stateful_set;

    #[test]
    fn the_sentences_are_upstreams() {
        let rolling = json!({"type": "RollingUpdate", "rollingUpdate": {"partition": 0}});
        let part = json!({"type": "RollingUpdate", "rollingUpdate": {"partition": 2}});
        let plain = json!({"type": "RollingUpdate"});
        let cases = [
            (
                2,
                &rolling,
                json!({"observedGeneration": 1}),
                "Waiting for statefulset spec update to be observed...\n",
                false,
            ),
            (2, &rolling, json!({}), "Waiting for statefulset spec update to be observed...\n", false),
            (
                2,
                &rolling,
                json!({"observedGeneration": 2, "readyReplicas": 1}),
                "Waiting for 2 pods to be ready...\n",
                false,
            ),
            (
                2,
                &rolling,
                json!({"observedGeneration": 2, "readyReplicas": 3, "updatedReplicas": 1}),
                "Waiting for partitioned roll out to finish: 1 out of 3 new pods have been updated...\n",
                false,
            ),
            (
                2,
                &rolling,
                json!({"observedGeneration": 2, "readyReplicas": 3, "updatedReplicas": 3}),
                "partitioned roll out complete: 3 new pods have been updated...\n",
                true,
            ),
            (
                2,
                &part,
                json!({"observedGeneration": 2, "readyReplicas": 3, "updatedReplicas": 1}),
                "partitioned roll out complete: 1 new pods have been updated...\n",
                true,
            ),
            (
                2,
                &plain,
                json!({"observedGeneration": 2, "readyReplicas": 3, "updatedReplicas": 1, "updateRevision": "b", "currentRevision": "a"}),
                "waiting for statefulset rolling update to complete 1 pods at revision b...\n",
                false,
            ),
            (
                2,
                &plain,
                json!({"observedGeneration": 2, "readyReplicas": 3, "currentReplicas": 3, "updateRevision": "b", "currentRevision": "b"}),
                "statefulset rolling update complete 3 pods at revision b...\n",
                true,
            ),
        ];
        for (generation, strategy, status, sentence, done) in cases {
            let set = json!({"metadata": {"generation": generation}, "spec": {"replicas": 3, "updateStrategy": strategy}, "status": status});
            let set = from_value(set).unwrap();
            assert_eq!(stateful_set(&set), Ok((sentence.to_owned(), done)));
        }
        let on_delete = from_value(json!({"spec": {"updateStrategy": {"type": "OnDelete"}}})).unwrap();
        assert_eq!(
            stateful_set(&on_delete),
            Err("rollout status is only available for RollingUpdate strategy type".to_owned())
        );
    }
}
