//! What pods take from `ConfigMap`s and `Secret`s, and what a kubelet says where it is missing.
//!
//! Models `makeEnvironmentVariables`, `pkg/kubelet/kubelet_pods.go`, `verifyRunAsNonRoot`,
//! `pkg/kubelet/kuberuntime/security_context_others.go`, and `SetUpAt` of
//! pkg/volume/{configmap,secret,projected}, Kubernetes v1.36. Left out: users of images, as images are not
//! looked into; what admission projects for the pod's service account, which is there when its namespace
//! is; `fileKeyRef`.

use std::fmt;
use std::rc::Rc;

use serde_json::Value;

use super::container_words::pod_in_words;
use crate::api::object::Opaque;
use crate::api::pod::{Container, Pod, Volume};
use crate::api::{Kind, Object, ObjectKey};

/// How the names of the volumes begin that admission gives to pods.
const OWN_VOLUME: &str = "kube-api-access-";

/// How a `ConfigMap` or a `Secret` is looked up.
pub type Find<'a> = &'a dyn Fn(&ObjectKey) -> Option<Object>;

/// What is wrong with the configuration of a container or of a volume.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ConfigError {
    /// An object that it names does not exist; the key that it names of it, if it names one.
    NoObject(ObjectKey, Option<String>),
    /// An object that it names does not have this key, for a variable.
    NoKey(ObjectKey, String),
    /// An object that it names does not have this key, for a file.
    NoFile(ObjectKey, String),
    /// The container must not run as root and is told to: its pod as log lines name it, and its name.
    Root(String, String),
}

/// In the kubelet's words.
impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoObject(key, _) => {
                let resource = if key.kind == Kind::ConfigMap { "configmap" } else { "secret" };
                write!(f, "{resource} \"{}\" not found", key.name)
            }
            Self::NoKey(of, key) => {
                write!(f, "couldn't find key {key} in {} {}/{}", of.kind, of.namespace, of.name)
            }
            Self::NoFile(of, key) if of.kind == Kind::ConfigMap => {
                write!(f, "configmap references non-existent config key: {key}")
            }
            Self::NoFile(_, key) => write!(f, "references non-existent secret key: {key}"),
            Self::Root(pod, container) => {
                write!(
                    f,
                    "container's runAsUser breaks non-root policy (pod: \"{pod}\", container: {container})"
                )
            }
        }
    }
}

/// Why a container cannot be made as it is configured; `None` when it can.
pub fn container_error(pod: &Pod, container: &Container, find: Find<'_>) -> Option<ConfigError> {
    let names_objects = ["env", "envFrom"].iter().any(|field| container.extra.contains_key(*field));
    let in_objects = if names_objects { environment_error(pod, container, find) } else { None };
    in_objects.or_else(|| root_error(pod, container))
}

// Out of line, so that the page's start does not carry it.
#[inline(never)]
fn environment_error(pod: &Pod, container: &Container, find: Find<'_>) -> Option<ConfigError> {
    let source = Source { namespace: &pod.metadata.namespace, find };
    let list = |name: &str| container.extra.get(name).and_then(Value::as_array).into_iter().flatten();
    let from = list("envFrom").find_map(|from| source.whole_error(from));
    // What has a value of its own looks no further.
    let of_variable = |variable: &Value| {
        let has_value = text(variable, "value").is_some_and(|value| !value.is_empty());
        variable.get("valueFrom").filter(|_| !has_value).and_then(|from| source.key_error(from))
    };
    from.or_else(|| list("env").find_map(of_variable))
}

/// Why a volume cannot be mounted: one error for each of its sources that is missing.
pub fn volume_errors(pod: &Pod, volume: &Volume, find: Find<'_>) -> Vec<ConfigError> {
    let is_of_objects = ["configMap", "secret", "projected"].iter().any(|of| volume.extra.contains_key(*of));
    if is_of_objects && !volume.name.starts_with(OWN_VOLUME) {
        return file_errors(pod, volume, find);
    }
    Vec::new()
}

// Out of line, so that the page's start does not carry it.
#[inline(never)]
fn file_errors(pod: &Pod, volume: &Volume, find: Find<'_>) -> Vec<ConfigError> {
    let source = Source { namespace: &pod.metadata.namespace, find };
    let (config_map, secret) = (volume.extra.get("configMap"), volume.extra.get("secret"));
    if let Some(details) = config_map {
        return source.file_error(Kind::ConfigMap, "name", details).into_iter().collect();
    }
    if let Some(details) = secret {
        return source.file_error(Kind::Secret, "secretName", details).into_iter().collect();
    }
    let projected = volume.extra.get("projected");
    let sources = projected.and_then(|projected| projected.get("sources")?.as_array()).into_iter().flatten();
    sources
        .filter_map(|of| match (of.get("configMap"), of.get("secret")) {
            (Some(details), _) => source.file_error(Kind::ConfigMap, "name", details),
            (None, Some(details)) => source.file_error(Kind::Secret, "name", details),
            (None, None) => None,
        })
        .collect()
}

/// Several errors as Go prints them together; `None` when there are none.
pub(super) fn together(errors: &[ConfigError]) -> Option<String> {
    match errors {
        [] => None,
        [only] => Some(only.to_string()),
        several => {
            let several: Vec<String> = several.iter().map(ToString::to_string).collect();
            Some(format!("[{}]", several.join(", ")))
        }
    }
}

/// Where the objects of a pod are looked for.
struct Source<'a> {
    namespace: &'a str,
    find: Find<'a>,
}

impl Source<'_> {
    fn find(&self, key: &ObjectKey) -> Option<Rc<Opaque>> {
        match (self.find)(key)? {
            Object::ConfigMap(object) | Object::Secret(object) => Some(object),
            _ => None,
        }
    }

    fn key(&self, kind: Kind, name: &str) -> ObjectKey {
        ObjectKey::new(kind, self.namespace, name)
    }

    /// Of an entry of `envFrom`.
    fn whole_error(&self, from: &Value) -> Option<ConfigError> {
        let (kind, reference) = reference(from, "configMapRef", "secretRef")?;
        let key = self.key(kind, text(reference, "name").unwrap_or_default());
        (!is_optional(reference) && self.find(&key).is_none()).then_some(ConfigError::NoObject(key, None))
    }

    /// Of a `valueFrom`.
    fn key_error(&self, from: &Value) -> Option<ConfigError> {
        let (kind, reference) = reference(from, "configMapKeyRef", "secretKeyRef")?;
        if is_optional(reference) {
            return None;
        }
        let of = self.key(kind, text(reference, "name").unwrap_or_default());
        let key = text(reference, "key").unwrap_or_default();
        match self.find(&of) {
            None => Some(ConfigError::NoObject(of, Some(key.to_owned()))),
            Some(object) if has_key(&object, &["data"], key) => None,
            Some(_) => Some(ConfigError::NoKey(of, key.to_owned())),
        }
    }

    /// Of a volume's files.
    fn file_error(&self, kind: Kind, name: &str, details: &Value) -> Option<ConfigError> {
        if is_optional(details) {
            return None;
        }
        let of = self.key(kind, text(details, name).unwrap_or_default());
        let items = details.get("items").and_then(Value::as_array).into_iter().flatten();
        let mut keys = items.map(|item| text(item, "key").unwrap_or_default());
        let Some(object) = self.find(&of) else {
            return Some(ConfigError::NoObject(of, keys.next().map(str::to_owned)));
        };
        let missing = keys.find(|key| !has_key(&object, &["data", "binaryData"], key))?;
        Some(ConfigError::NoFile(of, missing.to_owned()))
    }
}

fn reference<'a>(from: &'a Value, config_map: &str, secret: &str) -> Option<(Kind, &'a Value)> {
    let config_map = from.get(config_map).map(|of| (Kind::ConfigMap, of));
    config_map.or_else(|| Some((Kind::Secret, from.get(secret)?)))
}

fn text<'a>(value: &'a Value, field: &str) -> Option<&'a str> {
    value.get(field)?.as_str()
}

fn is_optional(reference: &Value) -> bool {
    reference.get("optional").is_some_and(|optional| optional == true)
}

fn has_key(object: &Opaque, fields: &[&str], key: &str) -> bool {
    fields.iter().any(|field| object.extra.get(*field).and_then(|data| data.get(key)).is_some())
}

/// A container that must not run as root, and is told to.
fn root_error(pod: &Pod, container: &Container) -> Option<ConfigError> {
    let field = |name: &str| pod.security(container, name);
    let breaks = field("runAsNonRoot")? == true && field("runAsUser")? == 0;
    breaks.then(|| ConfigError::Root(pod_in_words(pod), container.name.clone()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::api::codec::from_value;
    use crate::client::{Cache, WatchEventType};

    fn cache() -> Cache {
        let mut cache = Cache::default();
        for (kind, name) in [(Kind::ConfigMap, "settings"), (Kind::Secret, "login")] {
            let object = json!({
                "apiVersion": "v1", "kind": kind.to_string(),
                "metadata": {"name": name, "namespace": "default"},
                "data": {"a": "MQ=="}
            });
            cache.apply(WatchEventType::Added, &Object::from_value(kind, object).unwrap());
        }
        cache
    }

    fn check_container(container: &Value, expected: &str) {
        let pod = json!({
            "metadata": {"name": "web-0", "namespace": "default", "uid": "7"},
            "spec": {"containers": [container], "securityContext": {"runAsNonRoot": true}}
        });
        let pod: Pod = from_value(pod).unwrap();
        let error = container_error(&pod, &pod.spec.containers[0], &|key| cache().get(key).cloned());
        assert_eq!(error.map(|error| error.to_string()).unwrap_or_default(), expected);
    }

    #[test]
    fn containers_need_what_their_environment_names() {
        check_container(&json!({"envFrom": [{"configMapRef": {"name": "settings"}}]}), "");
        check_container(
            &json!({"envFrom": [{"secretRef": {"name": "settings"}}]}),
            "secret \"settings\" not found",
        );
        check_container(&json!({"envFrom": [{"configMapRef": {"name": "none", "optional": true}}]}), "");
        let variable = |from: Value| json!({"env": [{"name": "A", "valueFrom": from}]});
        check_container(&variable(json!({"secretKeyRef": {"name": "login", "key": "a"}})), "");
        check_container(
            &variable(json!({"secretKeyRef": {"name": "login", "key": "b"}})),
            "couldn't find key b in Secret default/login",
        );
        check_container(
            &variable(json!({"configMapKeyRef": {"name": "none", "key": "b"}})),
            "configmap \"none\" not found",
        );
        check_container(&variable(json!({"fieldRef": {"fieldPath": "metadata.name"}})), "");
    }

    #[test]
    fn containers_that_must_not_be_root_are_none() {
        let user = |user: i64| json!({"name": "c", "securityContext": {"runAsUser": user}});
        check_container(&user(1000), "");
        check_container(
            &user(0),
            "container's runAsUser breaks non-root policy (pod: \"web-0_default(7)\", container: c)",
        );
    }

    #[test]
    fn volumes_need_the_objects_and_keys_that_they_name() {
        let check = |volume: Value, expected: &str| {
            let pod: Pod =
                from_value(json!({"metadata": {"namespace": "default"}, "spec": {"volumes": [volume]}}))
                    .unwrap();
            let errors = volume_errors(&pod, &pod.spec.volumes[0], &|key| cache().get(key).cloned());
            assert_eq!(together(&errors).unwrap_or_default(), expected);
        };
        check(json!({"name": "v", "configMap": {"name": "settings"}}), "");
        check(json!({"name": "v", "configMap": {"name": "none"}}), "configmap \"none\" not found");
        check(json!({"name": "v", "secret": {"secretName": "none"}}), "secret \"none\" not found");
        check(json!({"name": "v", "secret": {"secretName": "none", "optional": true}}), "");
        let items = json!([{"key": "b", "path": "b"}]);
        check(
            json!({"name": "v", "configMap": {"name": "settings", "items": items}}),
            "configmap references non-existent config key: b",
        );
        let sources = json!([
            {"secret": {"name": "login", "items": items}},
            {"configMap": {"name": "none"}},
            {"serviceAccountToken": {"path": "token"}}
        ]);
        check(
            json!({"name": "v", "projected": {"sources": sources}}),
            "[references non-existent secret key: b, configmap \"none\" not found]",
        );
        check(
            json!({"name": "kube-api-access-x", "projected": {"sources": [{"configMap": {"name": "x"}}]}}),
            "",
        );
        check(json!({"name": "v", "emptyDir": {}}), "");
    }
}
