//! What the server accepts and warns of.
//!
//! Models `WarningsOnCreate` and `WarningsOnUpdate` of pkg/registry and the `GetWarningsFor…` functions of
//! pkg/api, Kubernetes v1.36. Left out: fields of nodes.
//!
//! - `pod`: pods and templates. `ports`: those of all containers of a pod. `paths`: those of its volumes'
//!   files. `service`: Services and slices of endpoints. `storage`: volumes and classes. `certificates`:
//!   Secrets for TLS.

mod pod;
mod ports;
mod paths;
mod service;
mod storage;
mod certificates;

use serde_json::Value;

use super::addresses;
use super::names::dns_label;
use crate::api::quantity::Quantity;
use crate::api::schema::quote;
use crate::api::volume::BETA_STORAGE_CLASS;
use crate::api::{Kind, Object};
use crate::apiserver::fields::{at, number};

/// The warnings that come with an object that was made or changed.
pub fn warnings(new: &Object, old: Option<&Object>) -> Vec<String> {
    let value = new.to_value();
    let mut found = Found::default();
    let same_spec = old.is_some_and(|old| old.meta().generation == new.meta().generation);
    match new.kind() {
        Kind::Deployment | Kind::ReplicaSet | Kind::Pod if old.is_none() => {
            let wrong = dns_label(&new.meta().name);
            if !wrong.is_empty() {
                let used = match new.kind() {
                    Kind::Pod => "the Pod's hostname",
                    _ => "Pod names and hostnames",
                };
                let why = "which can result in surprising behavior; a DNS label is recommended";
                found.0.push(format!("metadata.name: this is used in {used}, {why}: [{}]", wrong.join(" ")));
            }
        }
        _ => {}
    }
    match new.kind() {
        // Nobody is warned of a changed pod: components change pods all the time.
        Kind::Pod if old.is_none() => found.pod("", &value),
        Kind::Deployment | Kind::ReplicaSet | Kind::DaemonSet | Kind::StatefulSet if !same_spec => {
            found.pod("spec.template.", at(&value, &["spec", "template"]));
        }
        Kind::Service => found.service(&value),
        Kind::Secret => found.certificate(&value),
        Kind::PersistentVolumeClaim => {
            found.storage_class_annotation(new);
            found.claim("spec", at(&value, &["spec"]));
        }
        Kind::PersistentVolume => {
            found.storage_class_annotation(new);
            found.volume(&value);
        }
        Kind::EndpointSlice => found.endpoint_slice(&value, old.is_none()),
        Kind::StorageClass => found.class(&value),
        Kind::ServiceAccount => {
            const KEY: &str = "kubernetes.io/enforce-mountable-secrets";
            let has_key = |object: &Object| object.meta().annotations.contains_key(KEY);
            if has_key(new) && !old.is_some_and(has_key) {
                let message =
                    "deprecated in v1.32+; prefer separate namespaces to isolate access to mounted secrets";
                found.add(&format!("metadata.annotations[{KEY}]"), message);
            }
        }
        _ => {}
    }
    if new.kind() == Kind::StatefulSet {
        for (index, claim) in list(&value, &["spec", "volumeClaimTemplates"]).enumerate() {
            // Upstream's path of an update has one step more than that of a creation.
            let below = if old.is_none() { "" } else { ".Spec" };
            found.claim(&format!("spec.volumeClaimTemplates[{index}]{below}"), at(claim, &["spec"]));
        }
        if number(at(&value, &["spec"]), "revisionHistoryLimit").is_some_and(|limit| limit < 0) {
            found.0.push(
                "spec.revisionHistoryLimit: a negative value retains all historical revisions; a value >= 0 is \
                 recommended"
                    .to_owned(),
            );
        }
    }
    found.0
}

fn list<'a>(value: &'a Value, path: &[&str]) -> impl Iterator<Item = &'a Value> + use<'a> {
    at(value, path).as_array().into_iter().flatten()
}

#[derive(Default)]
pub(super) struct Found(Vec<String>);

impl Found {
    fn add(&mut self, path: &str, message: &str) {
        self.0.push(format!("{path}: {message}"));
    }

    fn address(&mut self, path: &str, address: &Value) {
        if let Some(warning) = address.as_str().and_then(addresses::ip_warning) {
            self.add(path, &warning);
        }
    }

    fn fraction(&mut self, path: &str, amount: &Value) {
        let Some(amount) = amount.as_str().and_then(|text| Quantity::parse(text).ok()) else {
            return;
        };
        if amount.milli_value() % 1000 != 0 {
            let shown = quote(&amount.to_string());
            self.add(path, &format!("fractional byte value {shown} is invalid, must be an integer"));
        }
    }

    fn storage_class_annotation(&mut self, object: &Object) {
        if object.meta().annotations.contains_key(BETA_STORAGE_CLASS) {
            let message = "deprecated since v1.8; use \"storageClassName\" attribute instead";
            self.add(&format!("metadata.annotations[{BETA_STORAGE_CLASS}]"), message);
        }
    }

    fn claim(&mut self, path: &str, spec: &Value) {
        for kind in ["requests", "limits"] {
            let amount = at(spec, &["resources", kind, "storage"]);
            self.fraction(&format!("{path}.resources.{kind}[storage]"), amount);
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn of(kind: Kind, value: Value) -> Vec<String> {
        warnings(&Object::from_value(kind, value).unwrap(), None)
    }

    #[test]
    fn what_is_accepted_may_be_warned_of() {
        let pod = json!({
            "nodeSelector": {"beta.kubernetes.io/os": "linux"},
            "topologySpreadConstraints": [{"topologyKey": "zone", "maxSkew": 1, "whenUnsatisfiable": "DoNotSchedule"}],
            "containers": [
                {
                    "name": "a",
                    "env": [{"name": "X", "value": "1"}, {"name": "X", "value": "2"}, {"name": "X", "value": "$(X)3"}],
                    "ports": [{"containerPort": 80, "name": "web", "protocol": "TCP"}],
                    "resources": {"limits": {"memory": "100m"}},
                },
                {"name": "b", "ports": [{"containerPort": 80, "name": "web", "protocol": "TCP"}]},
            ],
        });
        let expected = [
            "metadata.name: this is used in Pod names and hostnames, which can result in surprising behavior; a DNS label \
             is recommended: [must not contain dots]",
            "spec.template.spec.nodeSelector[beta.kubernetes.io/os]: deprecated since v1.14; use \"kubernetes.io/os\" instead",
            "spec.template.spec.topologySpreadConstraints[0].labelSelector: a null labelSelector results in matching no pod",
            "spec.template.spec.containers[0].resources.limits[memory]: fractional byte value \"100m\" is invalid, must be an \
             integer",
            "spec.template.spec.containers[0].env[1]: hides previous definition of \"X\", which may be dropped when using apply",
            "spec.template.spec.containers[1].ports[0]: duplicate port definition with spec.template.spec.containers[0].ports[0]",
            "spec.template.spec.containers[1].ports[0]: duplicate port name \"web\" with \
             spec.template.spec.containers[0].ports[0], services and probes that select ports by name will use \
             spec.template.spec.containers[0].ports[0]",
        ];
        let deployment = json!({"metadata": {"name": "a.b"}, "spec": {"template": {"spec": pod}}});
        assert_eq!(of(Kind::Deployment, deployment), expected);
        let clean = json!({"metadata": {"name": "p"}, "spec": {"containers": [{"name": "a"}]}});
        assert!(of(Kind::Pod, clean).is_empty());
    }

    #[test]
    fn an_update_of_a_set_names_its_claims_by_another_path() {
        let template =
            json!({"metadata": {"name": "www"}, "spec": {"resources": {"requests": {"storage": "1.5"}}}});
        let set = json!({"metadata": {"name": "web"}, "spec": {"volumeClaimTemplates": [template]}});
        let set = Object::from_value(Kind::StatefulSet, set).unwrap();
        let rest =
            "resources.requests[storage]: fractional byte value \"1500m\" is invalid, must be an integer";
        assert_eq!(warnings(&set, None), [format!("spec.volumeClaimTemplates[0].{rest}")]);
        assert_eq!(warnings(&set, Some(&set)), [format!("spec.volumeClaimTemplates[0].Spec.{rest}")]);
    }
}
