//! What every new pod gets: a service account with its token, tolerations, a priority; and what of that a
//! changed pod gets again.
//!
//! Models plugin/pkg/admission/{serviceaccount,defaulttolerationseconds,priority,podtopologylabels,
//! runtimeclass}, Kubernetes v1.36. Left out: priority classes other than the two that every cluster has;
//! runtime classes, of which there is none; limits on which secrets may be mounted.

use std::rc::Rc;

use serde_json::{Value, json};

use super::super::fields;
use super::super::{ApiServer, Build, StatusError};
use crate::api::codec::map_of;
use crate::api::pod::{Container, Pod, Volume};
use crate::api::scheduling::Toleration;
use crate::api::schema::quote;
use crate::api::{Extra, Kind, LabelMap, Object, ObjectKey};

/// Labels of a node that its pods get.
const TOPOLOGY_LABELS: [&str; 2] = ["topology.kubernetes.io/zone", "topology.kubernetes.io/region"];
const TOKEN_VOLUME: &str = "kube-api-access";
const TOKEN_PATH: &str = "/var/run/secrets/kubernetes.io/serviceaccount";
/// Taints of nodes whose pods stay for a while.
const TOLERATED: [&str; 2] = ["node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"];
/// Seconds that a pod stays on a node that is not ready or cannot be reached.
const TOLERATION_SECONDS: i64 = 300;

impl ApiServer {
    /// Completes a new pod, or refuses it.
    // Out of line, so that the page's start does not carry it.
    #[inline(never)]
    pub(super) fn admit_pod(&mut self, pod: &mut Pod) -> Result<(), StatusError> {
        let account = self.service_account(pod)?;
        let automount = pod
            .spec
            .extra
            .get("automountServiceAccountToken")
            .or_else(|| account.as_ref()?.get("automountServiceAccountToken"))
            .and_then(Value::as_bool);
        if automount != Some(false) {
            self.mount_token(pod);
        }
        if let Some(secrets) = account.and_then(|mut fields| fields.remove("imagePullSecrets"))
            && !pod.spec.extra.contains_key("imagePullSecrets")
        {
            pod.spec.extra.insert("imagePullSecrets".into(), secrets);
        }
        add_default_tolerations(&mut pod.spec.tolerations);
        set_priority(pod)?;
        check_runtime_class(pod)?;
        if pod.is_bound() {
            let labels = topology_labels(self, &pod.spec.node_name);
            pod.metadata.labels.extend(labels);
        }
        Ok(())
    }

    /// Names the pod's service account, and returns the account's fields when it is stored.
    fn service_account(&self, pod: &mut Pod) -> Result<Option<Extra>, StatusError> {
        let extra = &mut pod.spec.extra;
        let name = match extra.get("serviceAccountName").and_then(Value::as_str) {
            Some(name) if !name.is_empty() => name.to_owned(),
            _ => "default".to_owned(),
        };
        for field in ["serviceAccount", "serviceAccountName"] {
            if extra.get(field).and_then(Value::as_str) != Some(name.as_str()) {
                extra.insert(field.to_owned(), name.as_str().into());
            }
        }
        let namespace = &pod.metadata.namespace;
        let key = ObjectKey::new(Kind::ServiceAccount, namespace.as_str(), name.as_str());
        match self.store.get(&key) {
            Some(Object::ServiceAccount(account)) if account.extra.is_empty() => Ok(None),
            Some(Object::ServiceAccount(account)) => Ok(Some(account.extra.clone())),
            // Every namespace has this one: its controller does nothing else.
            _ if name == "default" => Ok(None),
            _ => {
                let why = format!(
                    "error looking up service account {namespace}/{name}: serviceaccount \"{name}\" not found"
                );
                Err(StatusError::forbidden(Kind::Pod, super::shown_name(&pod.metadata), &why))
            }
        }
    }

    fn mount_token(&mut self, pod: &mut Pod) {
        let prefix = format!("{TOKEN_VOLUME}-");
        let existing = pod.spec.volumes.iter().find(|volume| volume.name.starts_with(&prefix));
        let exists = existing.is_some();
        let name = match existing {
            Some(volume) => volume.name.clone(),
            None => format!("{prefix}{}", self.rng.safe_suffix(5)),
        };
        let mut needed = false;
        let spec = &mut *pod.spec;
        for container in spec.init_containers.iter_mut().chain(&mut spec.containers) {
            needed |= mount(container, &name);
        }
        if needed && !exists {
            let source = match self.build {
                Build::Upstream => &TOKEN_SOURCE,
                Build::MicroShift => &MICROSHIFT_SOURCE,
            };
            let extra = source.with(Extra::clone);
            spec.volumes.push(Volume { name, persistent_volume_claim: None, extra });
        }
    }
}

/// The labels that a node's pods get from it.
pub(crate) fn topology_labels(server: &ApiServer, node: &str) -> LabelMap {
    let Ok(node) = server.get(&ObjectKey::new(Kind::Node, "", node)) else {
        return LabelMap::new();
    };
    let labels = &node.meta().labels;
    TOPOLOGY_LABELS
        .iter()
        .filter_map(|name| labels.get_key_value(*name))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}

/// Mounts the token unless something else is mounted there; whether it did.
fn mount(container: &mut Container, name: &str) -> bool {
    let entry = container.extra.entry("volumeMounts").or_insert_with(|| Value::Array(Vec::new()));
    let Value::Array(mounts) = entry else {
        return false;
    };
    if mounts.iter().any(|mount| fields::text(mount, "mountPath") == TOKEN_PATH) {
        return false;
    }
    mounts.push(json!({"mountPath": TOKEN_PATH, "name": name, "readOnly": true}));
    true
}

thread_local! {
    /// What all pods share.
    static TOKEN_SOURCE: Extra = token_volume(&[]);
    static MICROSHIFT_SOURCE: Extra = token_volume(&[json!({"configMap": {
        "items": [{"key": "service-ca.crt", "path": "service-ca.crt"}],
        "name": "openshift-service-ca.crt",
    }})]);
}

/// The files behind the token's mount, and those that a build adds.
fn token_volume(more: &[Value]) -> Extra {
    let sources = [
        json!({"serviceAccountToken": {"expirationSeconds": 3607, "path": "token"}}),
        json!({"configMap": {"items": [{"key": "ca.crt", "path": "ca.crt"}], "name": "kube-root-ca.crt"}}),
        json!({"downwardAPI": {"items": [
            {"fieldRef": {"apiVersion": "v1", "fieldPath": "metadata.namespace"}, "path": "namespace"},
        ]}}),
    ];
    let sources: Vec<&Value> = sources.iter().chain(more).collect();
    let projected = json!({"defaultMode": 0o644, "sources": sources});
    map_of([("projected".to_owned(), projected)]).into()
}

/// What a changed pod keeps or gets although its client does not say it: both tolerations, its priority.
pub(super) fn complete_changed(pod: &mut Rc<Pod>, old: &Pod) {
    const POLICY: &str = "preemptionPolicy";
    let lacks_policy = !pod.spec.extra.contains_key(POLICY) && old.spec.extra.contains_key(POLICY);
    let lacks_priority = pod.spec.priority.is_none() && old.spec.priority.is_some();
    // Whoever changes little sends all of this: nothing is copied for it.
    if !lacks_policy && !lacks_priority && TOLERATED.iter().all(|key| tolerates(&pod.spec.tolerations, key)) {
        return;
    }
    let spec = &mut Rc::make_mut(pod).spec;
    add_default_tolerations(&mut spec.tolerations);
    if lacks_priority {
        spec.priority = old.spec.priority;
    }
    if lacks_policy && let Some(policy) = old.spec.extra.get(POLICY) {
        spec.extra.insert(POLICY.into(), policy.clone());
    }
}

/// Whether a pod says by itself how long it stays where there is such a taint.
fn tolerates(tolerations: &[Toleration], key: &str) -> bool {
    tolerations.iter().any(|toleration| {
        (toleration.key.is_empty() || toleration.key == key)
            && (toleration.effect.is_empty() || toleration.effect == "NoExecute")
    })
}

fn add_default_tolerations(tolerations: &mut Vec<Toleration>) {
    for key in TOLERATED {
        if !tolerates(tolerations, key) {
            tolerations.push(Toleration {
                effect: "NoExecute".to_owned(),
                key: key.to_owned(),
                operator: "Exists".to_owned(),
                toleration_seconds: Some(TOLERATION_SECONDS),
                value: String::new(),
            });
        }
    }
}

/// There is no class, and only a class gives a pod an overhead.
fn check_runtime_class(pod: &Pod) -> Result<(), StatusError> {
    let refuse = |why: &str| {
        let why = format!("pod rejected: {why}");
        Err(StatusError::forbidden(Kind::Pod, super::shown_name(&pod.metadata), &why))
    };
    if let Some(class) = pod.spec.extra.get("runtimeClassName").and_then(Value::as_str) {
        return refuse(&format!("RuntimeClass {} not found", quote(class)));
    }
    if pod.spec.extra.get("overhead").is_some_and(|overhead| !overhead.is_null()) {
        return refuse("Pod Overhead set without corresponding RuntimeClass defined Overhead");
    }
    Ok(())
}

fn set_priority(pod: &mut Pod) -> Result<(), StatusError> {
    let class = pod.spec.extra.get("priorityClassName").and_then(Value::as_str).unwrap_or_default();
    let priority = match class {
        "" => 0,
        "system-cluster-critical" => 2_000_000_000,
        "system-node-critical" => 2_000_001_000,
        class => {
            let why = format!("no PriorityClass with name {class} was found");
            return Err(StatusError::forbidden(Kind::Pod, super::shown_name(&pod.metadata), &why));
        }
    };
    if let Some(asked) = pod.spec.priority.filter(|asked| *asked != priority) {
        let why = format!(
            "the integer value of priority ({asked}) must not be provided in pod spec; \
             priority admission controller computed {priority} from the given PriorityClass name"
        );
        return Err(StatusError::forbidden(Kind::Pod, super::shown_name(&pod.metadata), &why));
    }
    pod.spec.priority = Some(priority);
    let policy = pod.spec.extra.get("preemptionPolicy").and_then(Value::as_str);
    match policy {
        Some("PreemptLowerPriority") => {}
        Some(asked) if !asked.is_empty() => {
            let why = format!(
                "the string value of PreemptionPolicy ({asked}) must not be provided in pod spec; \
                 priority admission controller computed PreemptLowerPriority from the given PriorityClass name"
            );
            return Err(StatusError::forbidden(Kind::Pod, super::shown_name(&pod.metadata), &why));
        }
        _ => {
            pod.spec.extra.insert("preemptionPolicy".into(), "PreemptLowerPriority".into());
        }
    }
    Ok(())
}
