//! What pods and the templates of pods are warned of.
//!
//! Models `warningsForPodSpecAndMeta`, pkg/api/pod/warnings.go, Kubernetes v1.36, in its order. Left out:
//! `AppArmor` profiles that a pod's annotations give its containers.

use serde_json::{Value, json};

use super::super::names::label_value;
use super::{Found, list};
use crate::api::schema::quote;
use crate::apiserver::fields::{at, number, text};

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
    ("app.kubernetes.io/created-by", "deprecated since v1.9"),
    (
        "scheduler.alpha.kubernetes.io/preferAvoidPods",
        "deprecated since v1.22; use Taints and Tolerations instead",
    ),
    ("node-role.kubernetes.io/master", "use \"node-role.kubernetes.io/control-plane\" instead"),
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

/// Why an annotation about system calls does nothing.
const NO_SECCOMP: &str = "non-functional in v1.27+; use the \"seccompProfile\" field instead";

/// Sources of volumes that are no longer served. The driver of git repositories is behind a gate that is off.
pub(super) const OLD_VOLUMES: &[(&str, &str)] = &[
    ("photonPersistentDisk", "deprecated in v1.11, non-functional in v1.16+"),
    ("gitRepo", "deprecated in v1.11, and disabled by default in v1.33+"),
    ("scaleIO", "deprecated in v1.16, non-functional in v1.22+"),
    ("flocker", "deprecated in v1.22, non-functional in v1.25+"),
    ("storageos", "deprecated in v1.22, non-functional in v1.25+"),
    ("quobyte", "deprecated in v1.22, non-functional in v1.25+"),
    ("glusterfs", "deprecated in v1.25, non-functional in v1.26+"),
    ("cephfs", "deprecated in v1.28, non-functional in v1.31+"),
    ("rbd", "deprecated in v1.28, non-functional in v1.31+"),
];

/// What a label of nodes is warned of.
pub(super) fn old_label(label: &str) -> Option<&'static str> {
    OLD_LABELS.iter().find(|(old, _)| *old == label).map(|(_, message)| *message)
}

impl Found {
    /// A pod or the template of one, whose fields are below `prefix`.
    pub(super) fn pod(&mut self, prefix: &str, pod: &Value) {
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
            self.annotation(prefix, pod, key, message);
        }
        let path = format!("{prefix}spec");
        self.volumes(&path, spec);
        self.overlapping_paths(spec);
        self.repeated(&path, spec);
        for name in ["memory", "ephemeral-storage"] {
            self.fraction(&format!("{path}.overhead[{name}]"), at(spec, &["overhead", name]));
        }
        if at(spec, &["securityContext", "seccompProfile"]).is_null() {
            self.annotation(prefix, pod, "seccomp.security.alpha.kubernetes.io/pod", NO_SECCOMP);
        }
        let containers = containers(&path, spec);
        for (path, container) in &containers {
            if at(container, &["securityContext", "seccompProfile"]).is_null() {
                let key =
                    format!("container.seccomp.security.alpha.kubernetes.io/{}", text(container, "name"));
                self.annotation(prefix, pod, &key, NO_SECCOMP);
            }
            self.app_armor(prefix, pod, container);
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
        for (index, server) in list(spec, &["dnsConfig", "nameservers"]).enumerate() {
            self.address(&format!("{path}.dnsConfig.nameservers[{index}]"), server);
        }
        for (index, alias) in list(spec, &["hostAliases"]).enumerate() {
            self.address(&format!("{path}.hostAliases[{index}].ip"), at(alias, &["ip"]));
        }
    }

    /// The old way to say a container's profile, unless it says what the pod's does.
    fn app_armor(&mut self, prefix: &str, pod: &Value, container: &Value) {
        const MESSAGE: &str = "deprecated since v1.30; use the \"appArmorProfile\" field instead";
        const PROFILE: [&str; 2] = ["securityContext", "appArmorProfile"];
        let key = format!("container.apparmor.security.beta.kubernetes.io/{}", text(container, "name"));
        let Some(annotation) = at(pod, &["metadata", "annotations", key.as_str()]).as_str() else {
            return;
        };
        let said = match annotation {
            "unconfined" => json!({"type": "Unconfined"}),
            "runtime/default" => json!({"type": "RuntimeDefault"}),
            other => match other.strip_prefix("localhost/").filter(|profile| !profile.is_empty()) {
                Some(profile) => json!({"type": "Localhost", "localhostProfile": profile}),
                None => Value::Null,
            },
        };
        let of_pod = at(at(pod, &["spec"]), &PROFILE);
        if at(container, &PROFILE).is_null() && (of_pod.is_null() || *of_pod != said) {
            self.annotation(prefix, pod, &key, MESSAGE);
        }
    }

    fn annotation(&mut self, prefix: &str, pod: &Value, key: &str, message: &str) {
        if !at(pod, &["metadata", "annotations", key]).is_null() {
            self.add(&format!("{prefix}metadata.annotations[{key}]"), message);
        }
    }

    fn volumes(&mut self, path: &str, spec: &Value) {
        for (index, volume) in list(spec, &["volumes"]).enumerate() {
            let path = format!("{path}.volumes[{index}]");
            for (source, message) in OLD_VOLUMES {
                if !at(volume, &[source]).is_null() {
                    // Go calls the field by another name than the API does.
                    let shown = if *source == "storageos" { "storageOS" } else { source };
                    self.add(&format!("{path}.{shown}"), message);
                }
            }
            let claim = at(volume, &["ephemeral", "volumeClaimTemplate", "spec"]);
            self.claim(&format!("{path}.ephemeral.volumeClaimTemplate.spec"), claim);
        }
    }

    /// Names of hosts and of secrets that come twice.
    fn repeated(&mut self, path: &str, spec: &Value) {
        for (field, key, word) in [("hostAliases", "ip", "ip"), ("imagePullSecrets", "name", "name")] {
            let mut seen: Vec<&str> = Vec::new();
            for (index, value) in list(spec, &[field]).map(|item| text(item, key)).enumerate() {
                if seen.contains(&value) {
                    self.add(
                        &format!("{path}.{field}[{index}].{key}"),
                        &format!("duplicate {word} {}", quote(value)),
                    );
                }
                seen.push(value);
            }
        }
        for (index, secret) in list(spec, &["imagePullSecrets"]).enumerate() {
            if text(secret, "name").is_empty() {
                self.add(&format!("{path}.imagePullSecrets[{index}].name"), "invalid empty name \"\"");
            }
        }
    }

    fn node_affinity(&mut self, path: &str, affinity: &Value) {
        const REQUIRED: &str = "requiredDuringSchedulingIgnoredDuringExecution";
        const PREFERRED: &str = "preferredDuringSchedulingIgnoredDuringExecution";
        for (index, term) in list(affinity, &[REQUIRED, "nodeSelectorTerms"]).enumerate() {
            self.node_term(&format!("{path}.{REQUIRED}.nodeSelectorTerms[{index}]"), term, false);
        }
        for (index, term) in list(affinity, &[PREFERRED]).enumerate() {
            self.node_term(
                &format!("{path}.{PREFERRED}[{index}].preference"),
                at(term, &["preference"]),
                true,
            );
        }
    }

    /// A term that picks nodes; values are looked at where validation does not.
    pub(super) fn node_term(&mut self, path: &str, term: &Value, are_values_looked_at: bool) {
        for (index, requirement) in list(term, &["matchExpressions"]).enumerate() {
            let path = format!("{path}.matchExpressions[{index}]");
            let key = text(requirement, "key");
            if let Some(message) = old_label(key) {
                self.add(&format!("{path}.key"), &format!("{key} is {message}"));
            }
            let values = list(requirement, &["values"]).filter_map(Value::as_str).enumerate();
            for (index, value) in values.filter(|_| are_values_looked_at) {
                for message in label_value(value) {
                    self.add(&format!("{path}.values[{index}]"), &format!("{value} is invalid, {message}"));
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
}

/// The containers of a pod with their paths, init containers first.
fn containers<'a>(path: &str, spec: &'a Value) -> Vec<(String, &'a Value)> {
    let of = |field: &'static str| {
        list(spec, &[field]).enumerate().map(move |(index, one)| (format!("{path}.{field}[{index}]"), one))
    };
    of("initContainers").chain(of("containers")).collect()
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
    fn templates_are_warned_of_in_upstreams_order() {
        let annotations = json!({
            "seccomp.security.alpha.kubernetes.io/pod": "x",
            "container.seccomp.security.alpha.kubernetes.io/a": "x",
            "container.seccomp.security.alpha.kubernetes.io/b": "x",
            "container.apparmor.security.beta.kubernetes.io/a": "unconfined",
            "container.apparmor.security.beta.kubernetes.io/b": "runtime/default",
        });
        let seccomp = json!({"seccompProfile": {"type": "RuntimeDefault"}});
        let spec = json!({
            "volumes": [
                {"name": "v", "gitRepo": {"repository": "x"}},
                {"name": "e", "ephemeral": {"volumeClaimTemplate": {"spec": {"resources": {"requests":
                    {"storage": "1.5"}}}}}},
            ],
            "hostAliases": [{"ip": "1.2.3.4"}, {"ip": "1.2.3.4"}, {"ip": "FE80::1"}],
            "imagePullSecrets": [{"name": "r"}, {"name": "r"}, {"name": ""}],
            "overhead": {"memory": "100m"},
            "securityContext": {"appArmorProfile": {"type": "RuntimeDefault"}},
            "containers": [
                {"name": "a", "image": "i", "ports": [
                    {"containerPort": 80, "hostIP": "1.1.1.1", "protocol": "TCP"},
                ]},
                {"name": "b", "image": "i", "securityContext": seccomp},
            ],
        });
        let template = json!({"metadata": {"annotations": annotations}, "spec": spec});
        let expected = [
            "spec.volumes[0].gitRepo: deprecated in v1.11, and disabled by default in v1.33+",
            "spec.volumes[1].ephemeral.volumeClaimTemplate.spec.resources.requests[storage]: fractional byte value \
             \"1500m\" is invalid, must be an integer",
            "spec.hostAliases[1].ip: duplicate ip \"1.2.3.4\"",
            "spec.imagePullSecrets[1].name: duplicate name \"r\"",
            "spec.imagePullSecrets[2].name: invalid empty name \"\"",
            "spec.overhead[memory]: fractional byte value \"100m\" is invalid, must be an integer",
            "metadata.annotations[seccomp.security.alpha.kubernetes.io/pod]: non-functional in v1.27+; use the \
             \"seccompProfile\" field instead",
            "metadata.annotations[container.seccomp.security.alpha.kubernetes.io/a]: non-functional in v1.27+; use the \
             \"seccompProfile\" field instead",
            "metadata.annotations[container.apparmor.security.beta.kubernetes.io/a]: deprecated since v1.30; use the \
             \"appArmorProfile\" field instead",
            "spec.containers[0].ports[0]: hostIP set without hostPort: {Name: HostPort:0 ContainerPort:80 Protocol:TCP \
             HostIP:1.1.1.1}",
            "spec.hostAliases[2].ip: IPv6 address \"FE80::1\" should be in RFC 5952 canonical format (\"fe80::1\")",
        ];
        let deployment = json!({"metadata": {"name": "web"}, "spec": {"template": template}});
        let below: Vec<String> = expected.iter().map(|line| format!("spec.template.{line}")).collect();
        assert_eq!(of(Kind::Deployment, deployment), below);
        let mut pod = template.clone();
        pod["metadata"]["name"] = "p".into();
        assert_eq!(of(Kind::Pod, pod.clone()), expected);
        let pod = Object::from_value(Kind::Pod, pod).unwrap();
        assert!(warnings(&pod, Some(&pod)).is_empty(), "of a changed pod nobody is warned");
    }
}
