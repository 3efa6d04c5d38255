//! Fields of pods that belong to features which are off: they are dropped without a word.
//!
//! Models `dropDisabledFields`, pkg/api/pod/util.go, Kubernetes v1.36, with the gates as they are by default:
//! `ContainerStopSignals`, `ClusterTrustBundleProjection`, `PodCertificateRequest` and `GenericWorkload` are
//! off.

use super::super::fields::{CONTAINER_LISTS, Fields, each, under};

/// Drops them from the spec of a pod or of a template.
pub(super) fn drop_from(spec: &mut Fields) {
    spec.remove("schedulingGroup");
    for list in CONTAINER_LISTS {
        for container in each(spec, list) {
            let is_empty = under(container, "lifecycle")
                .is_some_and(|lifecycle| lifecycle.remove("stopSignal").is_some() && lifecycle.is_empty());
            if is_empty {
                container.remove("lifecycle");
            }
        }
    }
    for volume in each(spec, "volumes") {
        for source in under(volume, "projected").into_iter().flat_map(|found| each(found, "sources")) {
            source.remove("clusterTrustBundle");
            source.remove("podCertificate");
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::drop_from;

    #[test]
    fn what_is_off_goes_and_the_rest_stays() {
        let mut spec = json!({
            "schedulingGroup": {"podGroupName": "a"},
            "containers": [
                {"name": "a", "lifecycle": {"stopSignal": "SIGINT"}},
                {"name": "b", "lifecycle": {"stopSignal": "SIGINT", "preStop": {"sleep": {"seconds": 1}}}},
            ],
            "volumes": [{"name": "v", "projected": {"sources": [
                {"clusterTrustBundle": {"path": "a"}},
                {"podCertificate": {"keyType": "a"}},
                {"secret": {"name": "a"}},
            ]}}],
        });
        drop_from(spec.as_object_mut().unwrap());
        let expected = json!({
            "containers": [
                {"name": "a"},
                {"name": "b", "lifecycle": {"preStop": {"sleep": {"seconds": 1}}}},
            ],
            "volumes": [{"name": "v", "projected": {"sources": [{}, {}, {"secret": {"name": "a"}}]}}],
        });
        assert_eq!(spec, expected);
    }
}
