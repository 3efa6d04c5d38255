//! The size of an object as an object of its own: the subresource `scale`.
//!
//! Models `ScaleREST` of pkg/registry/apps/{deployment,replicaset,statefulset}/storage, Kubernetes v1.36: a
//! patch of the scale changes the number of replicas and nothing else of the object. Left out: validation of
//! the scale's metadata, which is the object's own.

use std::rc::Rc;

use serde_json::{Value, json};

use super::patch::patched;
use super::update::check_identity;
use super::validation::Author;
use super::{ApiServer, Cause, PatchType, Preconditions, StatusError, Subresource, fields, preconditions};
use crate::api::codec::{from_value, to_value};
use crate::api::labels::LabelSelector;
use crate::api::meta::ResourceVersion;
use crate::api::{Kind, Object, ObjectKey, ObjectMeta};

/// The version of scales.
pub const SCALE_VERSION: &str = "autoscaling/v1";
/// The kind of scales.
pub const SCALE_KIND: &str = "Scale";

/// Whether a kind has a size.
pub fn has_scale(kind: Kind) -> bool {
    matches!(kind, Kind::StatefulSet | Kind::Deployment | Kind::ReplicaSet)
}

/// The size of an object; `None` for kinds that have none.
pub fn scale_of(object: &Object) -> Option<Value> {
    let (wanted, there, selector) = match object {
        Object::StatefulSet(set) => (set.spec.replicas, set.status.replicas, &set.spec.selector),
        Object::Deployment(found) => (found.spec.replicas, found.status.replicas, &found.spec.selector),
        Object::ReplicaSet(set) => (set.spec.replicas, set.status.replicas, &set.spec.selector),
        _ => return None,
    };
    let meta = object.meta();
    let meta = ObjectMeta {
        name: meta.name.clone(),
        namespace: meta.namespace.clone(),
        uid: meta.uid.clone(),
        resource_version: meta.resource_version,
        creation_timestamp: meta.creation_timestamp,
        ..ObjectMeta::default()
    };
    Some(json!({
        "metadata": to_value(&meta),
        "spec": {"replicas": wanted.unwrap_or(1)},
        "status": {"replicas": there, "selector": text_of(selector)},
    }))
}

fn text_of(selector: &LabelSelector) -> String {
    if selector.is_empty() { String::new() } else { selector.to_string() }
}

impl ApiServer {
    /// Sets the number of replicas alone.
    // Out of line, so that the page's start does not carry it.
    #[inline(never)]
    pub(super) fn scale(
        &mut self,
        key: &ObjectKey,
        replicas: i64,
        preconditions: &Preconditions,
    ) -> Result<Object, StatusError> {
        let object = self.stored(key)?;
        preconditions::in_storage(key, &object, preconditions.uid.as_deref().unwrap_or_default())?;
        let version = preconditions.resource_version.map(ResourceVersion);
        self.resize(key, object, replicas, version, false)
    }

    /// Applies a patch to the object's scale, and gives the object the number that comes out.
    // Out of line, so that the page's start does not carry it.
    #[inline(never)]
    pub(super) fn patch_scale(
        &mut self,
        key: &ObjectKey,
        patch_type: PatchType,
        patch: &Value,
        dry_run: bool,
    ) -> Result<Object, StatusError> {
        if !has_scale(key.kind) {
            return Err(StatusError::no_such_path());
        }
        let object = self.stored(key)?;
        let Some(scale) = scale_of(&object) else {
            return Err(StatusError::no_such_path());
        };
        let scale = patched(&scale, patch_type, patch, (SCALE_VERSION, SCALE_KIND))?;
        let meta: ObjectMeta = from_value(fields::at(&scale, &["metadata"]).clone())
            .map_err(|error| StatusError::bad_request(error.to_string()))?;
        check_identity(key, &meta)?;
        let replicas = fields::number(fields::at(&scale, &["spec"]), "replicas").unwrap_or_default();
        if replicas < 0 {
            let message = format!("Invalid value: {replicas}: must be greater than or equal to 0");
            let cause = Cause { field: "spec.replicas".to_owned(), message };
            return Err(StatusError::invalid_as((SCALE_KIND, "autoscaling"), &key.name, vec![cause]));
        }
        let uid = &object.meta().uid;
        if !meta.uid.is_empty() && meta.uid != *uid {
            let why =
                format!("Precondition failed: UID in precondition: {}, UID in object meta: {uid}", meta.uid);
            let mut error = StatusError::conflict(key.kind, &key.name, &why);
            let resource = key.kind.resource();
            error.about = format!("{}/scale.{}", resource.plural, resource.group);
            error.message =
                format!("Operation cannot be fulfilled on {} \"{}\": {why}", error.about, key.name);
            return Err(error);
        }
        self.resize(key, object, replicas, Some(meta.resource_version), dry_run)
    }

    fn resize(
        &mut self,
        key: &ObjectKey,
        mut object: Object,
        replicas: i64,
        version: Option<ResourceVersion>,
        dry_run: bool,
    ) -> Result<Object, StatusError> {
        match &mut object {
            Object::StatefulSet(set) => Rc::make_mut(set).spec.replicas = Some(replicas),
            Object::Deployment(deployment) => Rc::make_mut(deployment).spec.replicas = Some(replicas),
            Object::ReplicaSet(set) => Rc::make_mut(set).spec.replicas = Some(replicas),
            _ => return Err(StatusError::no_such_path()),
        }
        if let Some(version) = version {
            object.meta_mut().resource_version = version;
        }
        self.update(key, object, Subresource::Main, Author::Component, dry_run)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::apiserver::{Body, Request};
    use crate::sim::Rng;

    const SET: &str = "{apiVersion: apps/v1, kind: StatefulSet, metadata: {name: web, labels: {l: x}},
        spec: {replicas: 3, selector: {matchLabels: {a: b}}, template: {metadata: {labels: {a: b}},
        spec: {containers: [{name: a, image: b}]}}}}";

    fn server() -> ApiServer {
        let mut server = ApiServer::new(Rng::new(1));
        let body = Body::Manifest(serde_yaml::from_str(SET).unwrap());
        let (kind, namespace) = (Kind::StatefulSet, "default".to_owned());
        server.handle(Request::Create { kind, namespace, body, dry_run: false }).unwrap();
        server
    }

    #[test]
    fn a_scale_has_the_size_and_little_else() {
        let key = ObjectKey::new(Kind::StatefulSet, "default", "web");
        let mut scale = scale_of(server().get(&key).unwrap()).unwrap();
        let meta = scale.as_object_mut().unwrap().remove("metadata").unwrap();
        assert_eq!(scale, json!({"spec": {"replicas": 3}, "status": {"replicas": 0, "selector": "a=b"}}));
        let names: Vec<&String> = meta.as_object().unwrap().keys().collect();
        assert_eq!(names, ["creationTimestamp", "name", "namespace", "resourceVersion", "uid"]);
    }

    #[test]
    fn a_patch_of_the_scale_changes_the_size_alone() {
        let table = r#"
            Merge {spec: {replicas: 2}} => 2 replicas, generation 2, image b
            Merge {spec: {replicas: 3}} => 3 replicas, generation 1, image b
            Merge {spec: {replicas: 2}, metadata: {labels: {l: y}}} => 2 replicas, generation 2, image b
            Json [{op: replace, path: /spec/replicas, value: 0}] => 0 replicas, generation 2, image b
            Strategic {spec: {replicas: 4}} => 4 replicas, generation 2, image b
            Merge {spec: {replicas: -1}} => 422 Invalid Scale.autoscaling "web" is invalid: spec.replicas: Invalid value: -1: must be greater than or equal to 0
            Merge {metadata: {name: x}} => 400 BadRequest the name of the object (x) does not match the name on the URL (web)
            Merge {metadata: {resourceVersion: "99"}} => 409 Conflict Operation cannot be fulfilled on statefulsets.apps "web": the object has been modified; please apply your changes to the latest version and try again
            Merge {spec: {template: {}}} => 422 Invalid  "" is invalid: patch: Invalid value: "{\"metadata\":{\"creationTimestamp\":\"2026-01-05T09:00:00Z\",\"name\":\"web\",\"namespace\":\"default\",\"resourceVersion\":\"1\",\"uid\":\"UID\"},\"spec\":{\"replicas\":3,\"template\":{}},\"status\":{\"replicas\":0,\"selector\":\"a=b\"}}": strict decoding error: unknown field "spec.template""#;
        for row in table.lines().map(str::trim).filter(|row| !row.is_empty()) {
            let (request, expected) = row.split_once(" => ").unwrap();
            let (type_, patch) = request.split_once(' ').unwrap();
            let patch_type = match type_ {
                "Json" => PatchType::Json,
                "Merge" => PatchType::Merge,
                _ => PatchType::Strategic,
            };
            let mut server = server();
            let key = ObjectKey::new(Kind::StatefulSet, "default", "web");
            let uid = server.get(&key).unwrap().meta().uid.clone();
            let patch = serde_yaml::from_str(patch).unwrap();
            let said = match server.handle(Request::PatchScale { key, patch_type, patch, dry_run: false }) {
                Ok(Object::StatefulSet(set)) => format!(
                    "{} replicas, generation {}, image {}",
                    set.spec.replicas.unwrap(),
                    set.metadata.generation,
                    set.spec.template.spec.containers[0].image
                ),
                Ok(other) => other.key().to_string(),
                Err(error) => {
                    format!("{} {} {}", error.code, error.reason, error.message.replace(&uid, "UID"))
                }
            };
            assert_eq!(said, expected, "{request}");
        }
    }

    #[test]
    fn kinds_without_a_size_have_no_scale() {
        let key = ObjectKey::new(Kind::DaemonSet, "default", "web");
        let (patch_type, patch) = (PatchType::Merge, json!({}));
        let answer = server().handle(Request::PatchScale { key, patch_type, patch, dry_run: false });
        assert_eq!(answer.unwrap_err().message, "the server could not find the requested resource");
    }
}
