//! What the server accepts and warns of.
//!
//! Models `WarningsOnCreate` and `WarningsOnUpdate` of pkg/registry and the `GetWarningsFor…` functions of
//! pkg/api, Kubernetes v1.36. Left out: overlapping paths of volumes, `AppArmor`, forms of IP addresses,
//! fields of nodes.

use serde_json::Value;

use super::names::dns_label;
use crate::api::quantity::Quantity;
use crate::api::schema::quote;
use crate::api::{Kind, Object};
use crate::apiserver::fields::{at, number, text};
use crate::collections::SortedMap;

const NULL_SELECTOR: &str = "a null labelSelector results in matching no pod";

/// Labels of nodes that have newer names.
const OLD_LABELS: &[(&str, &str)] = &[
    ("beta.kubernetes.io/arch", "deprecated since v1.14; use \"kubernetes.io/arch\" instead"),
    ("beta.kubernetes.io/os", "deprecated since v1.14; use \"kubernetes.io/os\" instead"),
    (
        "failure-domain.beta.kubernetes.io/region",
        "deprecated since v1.17; use \"topology.kubernetes.io/region\" instead",
    ),
    (
        "failure-domain.beta.kubernetes.io/zone",
        "deprecated since v1.17; use \"topology.kubernetes.io/zone\" instead",
    ),
    (
        "beta.kubernetes.io/instance-type",
        "deprecated since v1.17; use \"node.kubernetes.io/instance-type\" instead",
    ),
];

/// Annotations of pods that do nothing any more.
const OLD_ANNOTATIONS: &[(&str, &str)] = &[
    (
        "scheduler.alpha.kubernetes.io/critical-pod",
        "non-functional in v1.16+; use the \"priorityClassName\" field instead",
    ),
    ("security.alpha.kubernetes.io/sysctls", "non-functional in v1.11+; use the \"sysctls\" field instead"),
    (
        "security.alpha.kubernetes.io/unsafe-sysctls",
        "non-functional in v1.11+; use the \"sysctls\" field instead",
    ),
];

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
        Kind::Pod => found.pod("", &value),
        Kind::Deployment | Kind::ReplicaSet | Kind::DaemonSet | Kind::StatefulSet if !same_spec => {
            found.pod("spec.template.", at(&value, &["spec", "template"]));
        }
        Kind::Service => found.service(&value),
        Kind::PersistentVolumeClaim => {
            found.storage_class_annotation(new);
            found.claim("spec", at(&value, &["spec"]));
        }
        Kind::PersistentVolume => {
            found.storage_class_annotation(new);
            if at(&value, &["spec", "persistentVolumeReclaimPolicy"]) == "Recycle" {
                found.0.push(
                    "spec.persistentVolumeReclaimPolicy: The Recycle reclaim policy is deprecated. Instead, the \
                     recommended approach is to use dynamic provisioning."
                        .to_owned(),
                );
            }
        }
        _ => {}
    }
    if new.kind() == Kind::StatefulSet {
        for (index, claim) in list(&value, &["spec", "volumeClaimTemplates"]).enumerate() {
            found.claim(&format!("spec.volumeClaimTemplates[{index}]"), at(claim, &["spec"]));
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

fn old_label(label: &str) -> Option<&'static str> {
    OLD_LABELS.iter().find(|(old, _)| *old == label).map(|(_, message)| *message)
}

#[derive(Default)]
struct Found(Vec<String>);

impl Found {
    fn add(&mut self, path: &str, message: &str) {
        self.0.push(format!("{path}: {message}"));
    }

    /// A pod or the template of one, whose fields are below `prefix`.
    fn pod(&mut self, prefix: &str, pod: &Value) {
        let spec = at(pod, &["spec"]);
        for label in at(spec, &["nodeSelector"]).as_object().into_iter().flat_map(|labels| labels.keys()) {
            if let Some(message) = old_label(label) {
                self.add(&format!("{prefix}spec.nodeSelector[{label}]"), message);
            }
        }
        self.node_affinity(
            &format!("{prefix}spec.affinity.nodeAffinity"),
            at(spec, &["affinity", "nodeAffinity"]),
        );
        for (index, constraint) in list(spec, &["topologySpreadConstraints"]).enumerate() {
            let path = format!("{prefix}spec.topologySpreadConstraints[{index}]");
            let key = text(constraint, "topologyKey");
            if let Some(message) = old_label(key) {
                self.add(&format!("{path}.topologyKey"), &format!("{key} is {message}"));
            }
            if at(constraint, &["labelSelector"]).is_null() {
                self.add(&format!("{path}.labelSelector"), NULL_SELECTOR);
            }
        }
        for (key, message) in OLD_ANNOTATIONS {
            if !at(pod, &["metadata", "annotations", key]).is_null() {
                self.add(&format!("{prefix}metadata.annotations[{key}]"), message);
            }
        }
        let path = format!("{prefix}spec");
        let containers = containers(&path, spec);
        for (path, container) in &containers {
            self.bytes(path, container);
            self.environment(path, container);
        }
        self.ports(&containers);
        if number(spec, "terminationGracePeriodSeconds").is_some_and(|seconds| seconds < 0) {
            let message = "must be >= 0; negative values are invalid and will be treated as 1";
            self.add(&format!("{path}.terminationGracePeriodSeconds"), message);
        }
        for kind in ["podAffinity", "podAntiAffinity"] {
            self.pod_affinity(&format!("{path}.affinity.{kind}"), at(spec, &["affinity", kind]));
        }
    }

    fn node_affinity(&mut self, path: &str, affinity: &Value) {
        const REQUIRED: &str = "requiredDuringSchedulingIgnoredDuringExecution";
        const PREFERRED: &str = "preferredDuringSchedulingIgnoredDuringExecution";
        let required = list(affinity, &[REQUIRED, "nodeSelectorTerms"])
            .enumerate()
            .map(|(index, term)| (format!("{path}.{REQUIRED}.nodeSelectorTerms[{index}]"), term));
        let preferred = list(affinity, &[PREFERRED]).enumerate().map(|(index, term)| {
            (format!("{path}.{PREFERRED}[{index}].preference"), at(term, &["preference"]))
        });
        for (path, term) in required.chain(preferred) {
            for (index, requirement) in list(term, &["matchExpressions"]).enumerate() {
                let key = text(requirement, "key");
                if let Some(message) = old_label(key) {
                    self.add(
                        &format!("{path}.matchExpressions[{index}].key"),
                        &format!("{key} is {message}"),
                    );
                }
            }
        }
    }

    fn pod_affinity(&mut self, path: &str, affinity: &Value) {
        for (list_name, below) in [
            ("requiredDuringSchedulingIgnoredDuringExecution", ""),
            ("preferredDuringSchedulingIgnoredDuringExecution", "podAffinityTerm"),
        ] {
            for (index, term) in list(affinity, &[list_name]).enumerate() {
                let term = if below.is_empty() { term } else { at(term, &[below]) };
                let dot = if below.is_empty() { "" } else { "." };
                if at(term, &["labelSelector"]).is_null() {
                    self.add(
                        &format!("{path}.{list_name}[{index}]{dot}{below}.labelSelector"),
                        NULL_SELECTOR,
                    );
                }
            }
        }
    }

    fn bytes(&mut self, path: &str, container: &Value) {
        for (name, kind) in [
            ("memory", "limits"),
            ("memory", "requests"),
            ("ephemeral-storage", "limits"),
            ("ephemeral-storage", "requests"),
        ] {
            let amount = at(container, &["resources", kind, name]);
            self.fraction(&format!("{path}.resources.{kind}[{name}]"), amount);
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

    fn environment(&mut self, path: &str, container: &Value) {
        let mut seen: Vec<&str> = Vec::new();
        for (index, variable) in list(container, &["env"]).enumerate() {
            let (name, value) = (text(variable, "name"), text(variable, "value"));
            if !seen.contains(&name) {
                seen.push(name);
                continue;
            }
            let before = format!("$({name})");
            if !at(variable, &["valueFrom"]).is_null() || value == before || !value.contains(&before) {
                let message = format!(
                    "hides previous definition of {}, which may be dropped when using apply",
                    quote(name)
                );
                self.add(&format!("{path}.env[{index}]"), &message);
            }
        }
    }

    fn ports(&mut self, containers: &[(String, &Value)]) {
        let mut known: Vec<(String, &Value)> = Vec::new();
        let mut names: SortedMap<String, String> = SortedMap::new();
        for (path, container) in containers {
            for (index, port) in list(container, &["ports"]).enumerate() {
                let path = format!("{path}.ports[{index}]");
                for (other_path, other) in &known {
                    if let Some(how) = clash(port, other) {
                        self.add(&path, &format!("{how} port definition with {other_path}"));
                    }
                }
                known.push((path, port));
            }
        }
        for (path, port) in &known {
            let name = text(port, "name");
            if name.is_empty() {
                continue;
            }
            if let Some(first) = names.get(name) {
                let message = format!(
                    "duplicate port name {} with {first}, services and probes that select ports by name will use \
                     {first}",
                    quote(name)
                );
                self.add(path, &message);
            } else {
                names.insert(name.to_owned(), path.clone());
            }
        }
    }

    fn storage_class_annotation(&mut self, object: &Object) {
        const OLD: &str = "volume.beta.kubernetes.io/storage-class";
        if object.meta().annotations.contains_key(OLD) {
            let message = "deprecated since v1.8; use \"storageClassName\" attribute instead";
            self.add(&format!("metadata.annotations[{OLD}]"), message);
        }
    }

    fn claim(&mut self, path: &str, spec: &Value) {
        for kind in ["requests", "limits"] {
            let amount = at(spec, &["resources", kind, "storage"]);
            self.fraction(&format!("{path}.resources.{kind}[storage]"), amount);
        }
    }

    fn service(&mut self, service: &Value) {
        let spec = at(service, &["spec"]);
        let is_set = |field: &str| !at(spec, &[field]).is_null();
        let type_ = text(spec, "type");
        if text(spec, "clusterIP") == "None" {
            if !text(spec, "loadBalancerIP").is_empty() {
                self.0.push("spec.loadBalancerIP is ignored for headless services".to_owned());
            }
            if is_set("externalIPs") {
                self.0.push("spec.externalIPs is ignored for headless services".to_owned());
            }
            if !matches!(text(spec, "sessionAffinity"), "None" | "") {
                self.0.push("spec.SessionAffinity is ignored for headless services".to_owned());
            }
        } else if is_set("externalIPs") && type_ != "ExternalName" {
            self.0.push(
                "spec.externalIPs is deprecated and may no longer be implemented in some clusters".to_owned(),
            );
        }
        if type_ == "ExternalName" && is_set("externalIPs") {
            self.0.push("spec.externalIPs is ignored when spec.type is \"ExternalName\"".to_owned());
        }
        if type_ != "ExternalName" && !text(spec, "externalName").is_empty() {
            self.0.push("spec.externalName is ignored when spec.type is not \"ExternalName\"".to_owned());
        }
    }
}

/// The containers of a pod with their paths, init containers first.
fn containers<'a>(path: &str, spec: &'a Value) -> Vec<(String, &'a Value)> {
    let of = |field: &'static str| {
        list(spec, &[field]).enumerate().map(move |(index, one)| (format!("{path}.{field}[{index}]"), one))
    };
    of("initContainers").chain(of("containers")).collect()
}

/// How two ports of a pod are in each other's way.
fn clash(port: &Value, other: &Value) -> Option<&'static str> {
    let same = |field: &str| at(port, &[field]) == at(other, &[field]);
    let protocol = |port: &Value| match text(port, "protocol") {
        "" => "TCP".to_owned(),
        given => given.to_owned(),
    };
    if !same("containerPort") || protocol(port) != protocol(other) {
        return None;
    }
    let on_host = |port: &Value| number(port, "hostPort").unwrap_or_default();
    if same("hostIP") && on_host(port) == on_host(other) {
        Some("duplicate")
    } else if on_host(port) == 0 || on_host(other) == 0 {
        Some("overlapping")
    } else {
        let one_is_open = text(port, "hostIP").is_empty() != text(other, "hostIP").is_empty();
        (on_host(port) == on_host(other) && one_is_open).then_some("dangerously ambiguous")
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
        let service =
            json!({"metadata": {"name": "s"}, "spec": {"clusterIP": "None", "sessionAffinity": "ClientIP"}});
        assert_eq!(of(Kind::Service, service), ["spec.SessionAffinity is ignored for headless services"]);
        let clean = json!({"metadata": {"name": "p"}, "spec": {"containers": [{"name": "a"}]}});
        assert!(of(Kind::Pod, clean).is_empty());
    }
}
