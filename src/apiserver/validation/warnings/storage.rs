//! What volumes and classes are warned of.
//!
//! Models `GetWarningsForPersistentVolume`, pkg/api/persistentvolume/util.go, and
//! `GetWarningsForStorageClass`, pkg/api/storage/util.go, Kubernetes v1.36.

use serde_json::Value;

use super::pod::{OLD_VOLUMES, old_label};
use super::{Found, list};
use crate::apiserver::fields::{at, text};

impl Found {
    pub(super) fn volume(&mut self, volume: &Value) {
        const MOUNT_OPTIONS: &str = "volume.beta.kubernetes.io/mount-options";
        if !at(volume, &["metadata", "annotations", MOUNT_OPTIONS]).is_null() {
            let message = "deprecated since v1.31; use \"mountOptions\" attribute instead";
            self.add(&format!("metadata.annotations[{MOUNT_OPTIONS}]"), message);
        }
        let spec = at(volume, &["spec"]);
        if text(spec, "persistentVolumeReclaimPolicy") == "Recycle" {
            let message = "The Recycle reclaim policy is deprecated. Instead, the recommended approach is to use dynamic \
                           provisioning.";
            self.add("spec.persistentVolumeReclaimPolicy", message);
        }
        for (index, term) in list(spec, &["nodeAffinity", "required", "nodeSelectorTerms"]).enumerate() {
            self.node_term(&format!("spec.nodeAffinity.required.nodeSelectorTerms[{index}]"), term, false);
        }
        for source in ["cephfs", "photonPersistentDisk", "scaleIO", "storageos", "glusterfs", "rbd"] {
            let known = OLD_VOLUMES.iter().find(|(old, _)| *old == source);
            if let Some((_, message)) = known.filter(|_| !at(spec, &[source]).is_null()) {
                let shown = if source == "storageos" { "storageOS" } else { source };
                self.add(&format!("spec.{shown}"), message);
            }
        }
    }

    pub(super) fn class(&mut self, class: &Value) {
        for (index, term) in list(class, &["allowedTopologies"]).enumerate() {
            for (place, expression) in list(term, &["matchLabelExpressions"]).enumerate() {
                if let Some(message) = old_label(text(expression, "key")) {
                    let path = format!("allowedTopologies[{index}].matchLabelExpressions[{place}].key");
                    self.add(&path, message);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::warnings;
    use crate::api::{Kind, Object};

    fn of(kind: Kind, value: Value) -> Vec<String> {
        warnings(&Object::from_value(kind, value).unwrap(), None)
    }

    #[test]
    fn old_names_and_sources_are_told() {
        let required = json!({"nodeSelectorTerms": [{"matchExpressions": [
            {"key": "beta.kubernetes.io/os", "operator": "Exists"}]}]});
        let volume = json!({
            "metadata": {"name": "v", "annotations": {"volume.beta.kubernetes.io/mount-options": "ro"}},
            "spec": {"nodeAffinity": {"required": required}, "storageos": {}, "rbd": {}},
        });
        let expected = [
            "metadata.annotations[volume.beta.kubernetes.io/mount-options]: deprecated since v1.31; use \"mountOptions\" \
             attribute instead",
            "spec.nodeAffinity.required.nodeSelectorTerms[0].matchExpressions[0].key: beta.kubernetes.io/os is \
             deprecated since v1.14; use \"kubernetes.io/os\" instead",
            "spec.storageOS: deprecated in v1.22, non-functional in v1.25+",
            "spec.rbd: deprecated in v1.28, non-functional in v1.31+",
        ];
        assert_eq!(of(Kind::PersistentVolume, volume), expected);
        let class = json!({"metadata": {"name": "c"}, "provisioner": "p", "allowedTopologies": [
            {"matchLabelExpressions": [{"key": "failure-domain.beta.kubernetes.io/zone", "values": ["a"]}]}]});
        let expected = "allowedTopologies[0].matchLabelExpressions[0].key: deprecated since v1.17; use \
                        \"topology.kubernetes.io/zone\" instead";
        assert_eq!(of(Kind::StorageClass, class), [expected]);
        let account = json!({"metadata": {"name": "a", "annotations": {
            "kubernetes.io/enforce-mountable-secrets": "true"}}});
        assert!(of(Kind::ServiceAccount, account)[0].contains("deprecated in v1.32+"));
    }

    #[test]
    fn old_labels_of_nodes_and_odd_values_are_told() {
        let preferred = json!([{"weight": 1, "preference": {"matchExpressions": [
            {"key": "a", "operator": "In", "values": ["a b"]}]}}]);
        let pod = json!({"metadata": {"name": "p"}, "spec": {
            "nodeSelector": {"node-role.kubernetes.io/master": ""},
            "affinity": {"nodeAffinity": {"preferredDuringSchedulingIgnoredDuringExecution": preferred}},
        }});
        let told = of(Kind::Pod, pod);
        let expected = "spec.nodeSelector[node-role.kubernetes.io/master]: use \
                        \"node-role.kubernetes.io/control-plane\" instead";
        assert_eq!(told[0], expected);
        let path = "spec.affinity.nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution[0].preference";
        assert!(told[1].starts_with(&format!("{path}.matchExpressions[0].values[0]: a b is invalid, ")));
    }
}
