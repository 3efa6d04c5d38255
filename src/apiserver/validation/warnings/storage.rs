//! What volumes, classes and slices of endpoints are warned of.
//!
//! Models `GetWarningsForPersistentVolume`, pkg/api/persistentvolume/util.go, `GetWarningsForStorageClass`,
//! pkg/api/storage/util.go, and `WarningsOnCreate` of pkg/registry/discovery/endpointslice/strategy.go,
//! Kubernetes v1.36.

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

    pub(super) fn endpoint_slice(&mut self, slice: &Value, is_new: bool) {
        const MANAGER: [&str; 3] = ["metadata", "labels", "endpointslice.kubernetes.io/managed-by"];
        if is_new && text(slice, "addressType") == "FQDN" {
            self.add("spec.addressType", "FQDN endpoints are deprecated");
        }
        if at(slice, &MANAGER) == "endpointslice-controller.k8s.io" {
            return;
        }
        for (index, endpoint) in list(slice, &["endpoints"]).enumerate() {
            for (place, address) in list(endpoint, &["addresses"]).enumerate() {
                self.address(&format!("endpoints[{index}].addresses[{place}]"), address);
            }
        }
    }
}
