//! PATCH: changes parts of an object.
//!
//! Models the patchers of staging/src/k8s.io/apiserver/pkg/endpoints/handlers/patch.go, Kubernetes v1.36: the
//! patch is applied to the object as it would be printed, and what comes out is decoded strictly, defaulted
//! and updated. Left out: server-side apply.

use serde_json::Value;

use super::{ApiServer, PatchType, StatusError, Subresource, manifest};
use crate::api::patch::{PatchError, json_patch, merge_patch, strategic_merge};
use crate::api::schema::{self, DecodeError, go_print};
use crate::api::{Object, ObjectKey};

impl ApiServer {
    /// Applies a patch to the stored object and updates it.
    // Out of line, so that the page's start does not carry it.
    #[inline(never)]
    pub(super) fn patch(
        &mut self,
        key: &ObjectKey,
        (patch_type, patch): (PatchType, &Value),
        subresource: Subresource,
        dry_run: bool,
        drops_unknown: bool,
    ) -> Result<Object, StatusError> {
        let old = self.stored(key)?;
        let (version, kind) = (key.kind.api_version(), key.kind.resource().kind);
        let outcome = Outcome::of(&old.to_value(), patch_type, patch, (&version, kind))?;
        let decoded = if drops_unknown { outcome.decoded } else { outcome.strictly(patch_type, patch)? };
        let (new, author) = manifest::complete(key.kind, decoded)?;
        self.update(key, new, subresource, author, dry_run)
    }
}

/// What of a patch the kind of its object does not have, as the server warns of it.
pub fn unknown_fields(object: &Object, patch_type: PatchType, patch: &Value) -> Vec<String> {
    let (version, kind) = (object.kind().api_version(), object.kind().resource().kind);
    let outcome = Outcome::of(&object.to_value(), patch_type, patch, (&version, kind));
    outcome.map(|outcome| outcome.unknown).unwrap_or_default()
}

/// What a patch makes of an object of some version and kind, decoded strictly.
pub(super) fn patched(
    value: &Value,
    patch_type: PatchType,
    patch: &Value,
    version_and_kind: (&str, &str),
) -> Result<Value, StatusError> {
    Outcome::of(value, patch_type, patch, version_and_kind)?.strictly(patch_type, patch)
}

/// What a patch makes of an object.
struct Outcome {
    patched: Value,
    decoded: Value,
    /// What was dropped, in the server's words.
    unknown: Vec<String>,
}

impl Outcome {
    fn of(
        value: &Value,
        patch_type: PatchType,
        patch: &Value,
        (version, kind): (&str, &str),
    ) -> Result<Self, StatusError> {
        let encoded = schema::encode(value, version, kind);
        let current = encoded.as_ref().unwrap_or(value);
        let (patched, mut unknown) = match patch_type {
            PatchType::Strategic => {
                (strategic_merge(current, patch, version, kind).map_err(refused)?, Vec::new())
            }
            PatchType::Merge => (merge_patch(current, patch).map_err(refused)?, Vec::new()),
            PatchType::Json => json_patch(current, patch).map_err(refused)?,
        };
        let read = match patch_type {
            PatchType::Strategic => schema::convert_with_warnings(&patched, version, kind),
            PatchType::Merge | PatchType::Json => schema::decode_with_warnings(&patched, version, kind),
        };
        match read {
            Ok((decoded, fields)) => {
                unknown.extend(fields);
                Ok(Self { patched, decoded, unknown })
            }
            Err(error) => Err(invalid(patch_type, &patched, patch, &error)),
        }
    }

    /// The object, unless something in it is unknown.
    fn strictly(self, patch_type: PatchType, patch: &Value) -> Result<Value, StatusError> {
        if self.unknown.is_empty() {
            return Ok(self.decoded);
        }
        Err(invalid(patch_type, &self.patched, patch, &DecodeError::Strict(self.unknown)))
    }
}

/// A strategic patch is refused as Go prints it, another one for what it makes of the object.
fn invalid(patch_type: PatchType, patched: &Value, patch: &Value, error: &DecodeError) -> StatusError {
    let shown = if patch_type == PatchType::Strategic { go_print(patch) } else { patched.to_string() };
    StatusError::invalid_patch(&shown, &error.to_string())
}

fn refused(error: PatchError) -> StatusError {
    match error {
        PatchError::Unprocessable(_) => StatusError::unprocessable(error.server_message()),
        PatchError::BadRequest(message) => StatusError::bad_request(message),
        PatchError::Internal(message) | PatchError::Conflict(message) => StatusError::unknown(message),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::Kind;
    use crate::apiserver::{Body, Request};
    use crate::sim::Rng;

    #[test]
    fn patches_are_applied_or_refused_as_recorded() {
        let set = "{apiVersion: apps/v1, kind: StatefulSet, metadata: {name: web}, spec: {selector: {matchLabels: {a: b}},
            template: {metadata: {labels: {a: b}}, spec: {containers: [{name: a, image: b}, {name: c, image: d}]}}}}";
        let table = r#"
            Strategic nonsense => 400 BadRequest json: cannot unmarshal string into Go value of type map[string]interface {}
            Json [{op: replace, path: /spec/nope/x, value: 1}] => 422 Invalid the server rejected our request due to an error in our request
            Strategic {spec: {replicas: x}} => 422 Invalid  "" is invalid: patch: Invalid value: "map[spec:map[replicas:x]]": unrecognized type: int32
            Strategic {spec: {nope: 1}} => 422 Invalid  "" is invalid: patch: Invalid value: "map[spec:map[nope:1]]": strict decoding error: unknown field "spec.nope"
            Strategic {spec: {updateStrategy: {rollingUpdate: {partition: -1}}}} => 422 Invalid StatefulSet.apps "web" is invalid: spec.updateStrategy.rollingUpdate.partition: Invalid value: -1: must be greater than or equal to 0
            Strategic {spec: {template: {spec: {containers: [{name: c, image: e}]}}}} => generation 2, images b e
            Merge {spec: {template: {spec: {containers: [{name: c, image: e}]}}}} => generation 2, images e
            Json [{op: replace, path: /spec/replicas, value: 3}] => generation 2, images b d
            Merge {spec: {replicas: 1}} => generation 1, images b d
            Merge {status: {replicas: 3}} => generation 1, images b d
            Loose {spec: {nope: 1, replicas: 4}} => generation 2, images b d; unknown field "spec.nope"
            Loose {spec: {replicas: x}} => 422 Invalid  "" is invalid: patch: Invalid value: "map[spec:map[replicas:x]]": unrecognized type: int32"#;
        for row in table.lines().map(str::trim).filter(|row| !row.is_empty()) {
            let mut server = ApiServer::new(Rng::new(1));
            let body = Body::Manifest(serde_yaml::from_str(set).unwrap());
            let create = Request::Create {
                kind: Kind::StatefulSet,
                namespace: "default".into(),
                body,
                dry_run: false,
            };
            server.handle(create).unwrap();
            let (request, expected) = row.split_once(" => ").unwrap();
            let (type_, patch) = request.split_once(' ').unwrap();
            let patch_type = match type_ {
                "Json" => PatchType::Json,
                "Merge" => PatchType::Merge,
                _ => PatchType::Strategic,
            };
            let key = ObjectKey::new(Kind::StatefulSet, "default", "web");
            let patch = serde_yaml::from_str(patch).unwrap();
            let is_loose = type_ == "Loose";
            let unknown = unknown_fields(server.get(&key).unwrap(), patch_type, &patch);
            let answer = server.patch(&key, (patch_type, &patch), Subresource::Main, false, is_loose);
            let said = match answer {
                Ok(Object::StatefulSet(set)) => {
                    let images: Vec<&str> =
                        set.spec.template.spec.containers.iter().map(|c| c.image.as_str()).collect();
                    let images = images.join(" ");
                    let result = format!("generation {}, images {images}", set.metadata.generation);
                    std::iter::once(result).chain(unknown).collect::<Vec<_>>().join("; ")
                }
                Ok(other) => other.key().to_string(),
                Err(error) => format!("{} {} {}", error.code, error.reason, error.message),
            };
            assert_eq!(said, expected, "{request}");
        }
    }
}
