//! Files that are made of objects: config maps, secrets, the downward API, projections of them.
//!
//! Models pkg/volume/{configmap,secret,downwardapi,projected}, Kubernetes v1.36. They are always as the
//! objects are now; a real kubelet takes up to a minute. Left out: file modes, tokens that are signed.

use serde_json::Value;

use super::environment;
use super::scene::Scene;
use crate::api::Extra;
use crate::api::object::Opaque;
use crate::api::pod::{Container, Pod};
use crate::base64;
use crate::collections::SortedMap;

type Texts = SortedMap<String, String>;

/// The files of a volume that is made of objects; `None` when it is none.
pub(super) fn of(scene: &Scene, pod: &Pod, container: &Container, volume: &Extra) -> Option<Texts> {
    let mut files = Texts::new();
    let projected = volume.get("projected").and_then(|projected| projected.get("sources")?.as_array());
    if let Some(sources) = projected {
        for source in sources {
            for (kind, details) in source.as_object().into_iter().flatten() {
                add(&mut files, scene, pod, container, kind, details);
            }
        }
    } else {
        let kinds = ["configMap", "secret", "downwardAPI"];
        let (kind, details) = kinds.iter().find_map(|kind| Some((*kind, volume.get(*kind)?)))?;
        add(&mut files, scene, pod, container, kind, details);
    }
    Some(files)
}

fn add(files: &mut Texts, scene: &Scene, pod: &Pod, container: &Container, kind: &str, details: &Value) {
    let namespace = pod.metadata.namespace.as_str();
    let name = |field: &str| details.get(field).and_then(Value::as_str).unwrap_or_default();
    let items = details.get("items").and_then(Value::as_array);
    let data = match kind {
        "configMap" => config_map(scene, namespace, name("name")).unwrap_or_default(),
        "secret" => {
            let name = if name("secretName").is_empty() { name("name") } else { name("secretName") };
            secret(scene, namespace, name).unwrap_or_default()
        }
        "downwardAPI" => {
            for item in items.into_iter().flatten() {
                let path = item.get("path").and_then(Value::as_str).unwrap_or_default();
                if let Some(text) = environment::downward(scene, pod, container, item) {
                    files.insert(format!("/{path}"), text);
                }
            }
            return;
        }
        "serviceAccountToken" => {
            let path = if name("path").is_empty() { "token" } else { name("path") };
            files.insert(format!("/{path}"), token(pod));
            return;
        }
        _ => return,
    };
    match items {
        None => files.extend(data.iter().map(|(key, text)| (format!("/{key}"), text.clone()))),
        Some(items) => {
            for item in items {
                let text = |field: &str| item.get(field).and_then(Value::as_str).unwrap_or_default();
                if let Some(value) = data.get(text("key")) {
                    files.insert(format!("/{}", text("path")), value.clone());
                }
            }
        }
    }
}

fn find<'a>(all: &'a [std::rc::Rc<Opaque>], namespace: &str, name: &str) -> Option<&'a std::rc::Rc<Opaque>> {
    all.iter().find(|object| object.metadata.name == name && object.metadata.namespace == namespace)
}

fn texts<'a>(object: &'a Opaque, field: &str) -> impl Iterator<Item = (&'a String, &'a str)> {
    let fields = object.extra.get(field).and_then(Value::as_object).into_iter().flatten();
    fields.filter_map(|(key, value)| Some((key, value.as_str()?)))
}

/// What a config map holds.
pub(super) fn config_map(scene: &Scene, namespace: &str, name: &str) -> Option<Texts> {
    let object = find(&scene.config_maps, namespace, name)?;
    Some(texts(object, "data").map(|(key, text)| (key.clone(), text.to_owned())).collect())
}

/// What a secret holds, decoded.
pub(super) fn secret(scene: &Scene, namespace: &str, name: &str) -> Option<Texts> {
    let object = find(&scene.secrets, namespace, name)?;
    let decoded = |(key, text): (&String, &str)| (key.clone(), base64::decode(text).unwrap_or_default());
    Some(texts(object, "data").map(decoded).collect())
}

/// What every container finds of its service account.
pub(super) fn service_account(scene: &Scene, pod: &Pod) -> Texts {
    let namespace = &pod.metadata.namespace;
    let root = config_map(scene, namespace, "kube-root-ca.crt").unwrap_or_default();
    let certificate = root.get("ca.crt").cloned().unwrap_or_default();
    [
        ("/ca.crt".to_owned(), certificate),
        ("/namespace".to_owned(), namespace.clone()),
        ("/token".to_owned(), token(pod)),
    ]
    .into()
}

/// No token that any server takes.
fn token(pod: &Pod) -> String {
    format!("sandbox-token-of-{}", pod.metadata.name)
}
