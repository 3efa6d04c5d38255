//! Controller revisions: remembered templates, named by a hash of their content and numbered by age.
//!
//! Models `pkg/controller/history/controller_history.go`, Kubernetes v1.36. Left out: revisions whose data is
//! an object instead of raw JSON.

use std::rc::Rc;

use serde_json::{Value, json};

use super::api_access::Api;
use crate::api::apps::ControllerRevision;
use crate::api::codec::{from_value, to_value};
use crate::api::labels::LabelSelector;
use crate::api::object::Typed as _;
use crate::api::pod::PodTemplateSpec;
use crate::api::{Kind, LabelMap, Object, ObjectKey, ObjectMeta, OwnerReference, schema};
use crate::client::{Cache, DeleteOptions, Request, StatusError};
use crate::collections::sort_by;

/// The label that carries a revision's hash.
pub const CONTROLLER_REVISION_HASH_LABEL: &str = "controller.kubernetes.io/hash";

/// A name is cut so that it stays within 253 bytes with its hash.
const PREFIX_MAX: usize = 223;

/// Tries of an update that others get in the way of.
const UPDATE_TRIES: usize = 4;

/// What a template comes down to in a revision: a patch that puts it in the place of another (`getPatch`).
pub fn template_patch(template: &PodTemplateSpec) -> Value {
    let template = to_value(template);
    let mut template = schema::encode_struct(&template, "PodTemplateSpec").unwrap_or(template);
    if let Value::Object(fields) = &mut template {
        fields.insert("$patch".to_owned(), "replace".into());
    }
    json!({ "spec": { "template": template } })
}

/// The template that a revision remembers.
pub fn template_of(revision: &ControllerRevision) -> Option<PodTemplateSpec> {
    let mut template = revision.data.get("spec")?.get("template")?.clone();
    template.as_object_mut()?.remove("$patch");
    from_value(template).ok()
}

/// The content as Go writes it: compact, keys sorted, `<`, `>`, `&` and two line separators escaped.
pub fn raw_data(data: &Value) -> String {
    let json = data.to_string();
    if !json.contains(['<', '>', '&', '\u{2028}', '\u{2029}']) {
        return json;
    }
    let mut out = String::with_capacity(json.len() + 16);
    for c in json.chars() {
        match c {
            '<' => out.push_str("\\u003c"),
            '>' => out.push_str("\\u003e"),
            '&' => out.push_str("\\u0026"),
            '\u{2028}' => out.push_str("\\u2028"),
            '\u{2029}' => out.push_str("\\u2029"),
            c => out.push(c),
        }
    }
    out
}

/// The hash of a revision's content: FNV-1 of 32 bits over it and the collision count, in an alphabet that
/// spells no words.
pub fn hash_controller_revision(data: &Value, collision_count: i64) -> String {
    const ALPHABET: &[u8] = b"bcdfghjklmnpqrstvwxz2456789";
    let raw = raw_data(data);
    let probe = collision_count.to_string();
    let hash = raw
        .bytes()
        .chain(probe.bytes())
        .fold(0x811c_9dc5_u32, |hash, byte| hash.wrapping_mul(0x0100_0193) ^ u32::from(byte));
    hash.to_string()
        .bytes()
        .filter_map(|digit| ALPHABET.get(usize::from(digit) % ALPHABET.len()).copied().map(char::from))
        .collect()
}

/// The name of a revision: its owner's name, cut if need be, and the hash.
pub fn controller_revision_name(prefix: &str, hash: &str) -> String {
    let mut end = prefix.len().min(PREFIX_MAX);
    while !prefix.is_char_boundary(end) {
        end -= 1;
    }
    format!("{}-{hash}", prefix.get(..end).unwrap_or_default())
}

/// Makes a revision that `parent` controls.
pub fn new_controller_revision(
    parent: &ObjectMeta,
    parent_kind: Kind,
    template_labels: &LabelMap,
    data: Value,
    revision: i64,
    collision_count: i64,
) -> ControllerRevision {
    let hash = hash_controller_revision(&data, collision_count);
    let mut labels = template_labels.clone();
    let name = controller_revision_name(&parent.name, &hash);
    labels.insert(CONTROLLER_REVISION_HASH_LABEL.to_owned(), hash);
    let owner = OwnerReference::controller(&parent_kind.api_version(), parent_kind.resource().kind, parent);
    ControllerRevision {
        metadata: ObjectMeta {
            name,
            namespace: parent.namespace.clone(),
            labels,
            owner_references: vec![owner],
            ..ObjectMeta::default()
        },
        data,
        revision,
    }
}

/// Sorts by number, then by age, then by name.
pub fn sort_controller_revisions(revisions: &mut [Rc<ControllerRevision>]) {
    sort_by(revisions, |a, b| {
        (a.revision, a.metadata.creation_timestamp, &a.metadata.name).cmp(&(
            b.revision,
            b.metadata.creation_timestamp,
            &b.metadata.name,
        ))
    });
}

/// The number after the highest of the sorted revisions.
pub fn next_revision(revisions: &[Rc<ControllerRevision>]) -> i64 {
    revisions.last().map_or(1, |newest| newest.revision.saturating_add(1))
}

/// Whether both remember the same.
pub fn equal_revision(a: &ControllerRevision, b: &ControllerRevision) -> bool {
    a.data == b.data
}

/// The revisions that remember the same as `needle`, in their order.
pub fn find_equal_revisions<'a>(
    revisions: &'a [Rc<ControllerRevision>],
    needle: &ControllerRevision,
) -> Vec<&'a Rc<ControllerRevision>> {
    revisions.iter().filter(|revision| equal_revision(revision, needle)).collect()
}

/// The revisions that the parent controls or might adopt, of those that the selector picks.
pub fn list_controller_revisions(
    cache: &Cache,
    parent: &ObjectMeta,
    selector: &LabelSelector,
) -> Vec<Rc<ControllerRevision>> {
    let own = cache.controlled_by::<ControllerRevision>(&parent.namespace, &parent.uid);
    let orphans = cache.orphans::<ControllerRevision>(&parent.namespace);
    own.chain(orphans).filter(|revision| selector.matches(&revision.metadata.labels)).cloned().collect()
}

/// Stores a revision. A name that is taken by other content raises the collision count and is hashed anew.
///
/// # Errors
/// As the server answers.
pub fn create_controller_revision(
    api: &mut dyn Api,
    parent: &ObjectMeta,
    revision: &ControllerRevision,
    collision_count: &mut i64,
) -> Result<Rc<ControllerRevision>, StatusError> {
    let mut revision = revision.clone();
    revision.metadata.namespace.clone_from(&parent.namespace);
    loop {
        let hash = hash_controller_revision(&revision.data, *collision_count);
        revision.metadata.name = controller_revision_name(&parent.name, &hash);
        match api.request(Request::create(revision.clone())) {
            Err(error) if error.is_already_exists() => {
                let existing = api.live(&key_of(&revision))?;
                if let Some(existing) = ControllerRevision::of(&existing)
                    && existing.data == revision.data
                {
                    return Ok(Rc::clone(existing));
                }
                *collision_count += 1;
            }
            answer => return typed(answer?),
        }
    }
}

/// Gives a revision another number.
///
/// After a conflict it is tried again with what others have changed (`UpdateControllerRevision`). If that is
/// the number, the view in which the new one was chosen is old: the next sync chooses again. Upstream looks
/// into its cache, which may have the other number by then, and overwrites it.
///
/// # Errors
/// As the server answers.
pub fn update_controller_revision(
    api: &mut dyn Api,
    revision: &Rc<ControllerRevision>,
    number: i64,
) -> Result<Rc<ControllerRevision>, StatusError> {
    let mut current = Rc::clone(revision);
    let mut tries = UPDATE_TRIES;
    loop {
        if current.revision == number {
            return Ok(current);
        }
        let changed = ControllerRevision { revision: number, ..(*current).clone() };
        tries -= 1;
        match api.request(Request::update(changed)) {
            Err(error) if error.is_conflict() && tries > 0 => {
                current = typed(api.live(&key_of(&current))?)?;
                if current.revision != revision.revision && current.revision != number {
                    return Err(error);
                }
            }
            answer => return typed(answer?),
        }
    }
}

/// Deletes a revision.
///
/// # Errors
/// As the server answers.
pub fn delete_controller_revision(
    api: &mut dyn Api,
    revision: &ControllerRevision,
) -> Result<(), StatusError> {
    api.request(Request::delete(key_of(revision), DeleteOptions::default())).map(|_| ())
}

fn key_of(revision: &ControllerRevision) -> ObjectKey {
    ObjectKey::new(
        Kind::ControllerRevision,
        revision.metadata.namespace.clone(),
        revision.metadata.name.clone(),
    )
}

fn typed(object: Object) -> Result<Rc<ControllerRevision>, StatusError> {
    match object {
        Object::ControllerRevision(revision) => Ok(revision),
        other => Err(StatusError::internal(&format!("{} is no ControllerRevision", other.key()))),
    }
}
