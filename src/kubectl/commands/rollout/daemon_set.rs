//! How far the rolling update of a `DaemonSet` is, in one sentence.
//!
//! Models `DaemonSetStatusViewer`, `staging/src/k8s.io/kubectl/pkg/polymorphichelpers/rollout_status.go`,
//! Kubernetes v1.36.

use crate::api::daemonset::DaemonSet;
use crate::kubectl::quote::quote;

/// The sentence, and whether the update is done.
///
/// # Errors
/// When the strategy has no end to wait for.
pub(super) fn status(set: &DaemonSet) -> Result<(String, bool), String> {
    let (spec, status) = (&set.spec, &set.status);
    if spec.update_strategy.type_ != "RollingUpdate" {
        return Err("rollout status is only available for RollingUpdate strategy type".to_owned());
    }
    if set.metadata.generation > status.observed_generation {
        return Ok(("Waiting for daemon set spec update to be observed...\n".to_owned(), false));
    }
    let (name, desired) = (quote(&set.metadata.name), status.desired_number_scheduled);
    let (updated, available) = (status.updated_number_scheduled, status.number_available);
    let waiting = if updated < desired {
        format!("{updated} out of {desired} new pods have been updated...")
    } else if available < desired {
        format!("{available} of {desired} updated pods are available...")
    } else {
        return Ok((format!("daemon set {name} successfully rolled out\n"), true));
    };
    Ok((format!("Waiting for daemon set {name} rollout to finish: {waiting}\n"), false))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::status;
    use crate::api::codec::from_value;

    #[test]
    fn the_sentences_are_upstreams() {
        let waiting = "Waiting for daemon set \"demo\" rollout to finish: ";
        let cases = [
            (
                json!({"observedGeneration": 1}),
                "Waiting for daemon set spec update to be observed...\n",
                false,
            ),
            (
                json!({"observedGeneration": 2, "desiredNumberScheduled": 4, "updatedNumberScheduled": 1}),
                &format!("{waiting}1 out of 4 new pods have been updated...\n"),
                false,
            ),
            (
                json!({"observedGeneration": 2, "desiredNumberScheduled": 4, "updatedNumberScheduled": 4,
                       "numberAvailable": 3}),
                &format!("{waiting}3 of 4 updated pods are available...\n"),
                false,
            ),
            (json!({"observedGeneration": 2}), "daemon set \"demo\" successfully rolled out\n", true),
        ];
        let rolling = json!({"updateStrategy": {"type": "RollingUpdate"}});
        for (seen, sentence, done) in cases {
            let set = json!({"metadata": {"name": "demo", "generation": 2}, "spec": rolling, "status": seen});
            assert_eq!(status(&from_value(set).unwrap()), Ok((sentence.to_owned(), done)));
        }
        let on_delete = from_value(json!({"spec": {"updateStrategy": {"type": "OnDelete"}}})).unwrap();
        let error = "rollout status is only available for RollingUpdate strategy type";
        assert_eq!(status(&on_delete), Err(error.to_owned()));
    }
}
