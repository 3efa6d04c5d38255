//! Rules of ownership: who may adopt what, and what a revision remembers.

use serde_json::Value;

use super::{Invariant, Memory, Seen};
use crate::api::apps::StatefulSet;
use crate::api::codec::to_value;
use crate::api::daemonset::DaemonSet;
use crate::api::labels::LabelSelector;
use crate::api::pod::PodTemplateSpec;
use crate::api::schema;
use crate::api::{Kind, Object, ObjectKey, ObjectMeta, OwnerReference};
use crate::apiserver::WatchEventType;
use crate::sim::Time;

/// The rules.
pub const INVARIANTS: &[Invariant] = &[
    Invariant {
        id: "S-33",
        sentence: "a new revision holds the template of its set, so that nothing else makes one",
        check: revision_holds_template,
    },
    Invariant {
        id: "S-47",
        sentence: "only what nobody controls is adopted, by one whose selector matches and that is not going",
        check: adoption_is_fair,
    },
];

fn revision_holds_template(seen: &Seen<'_>) -> Result<(), String> {
    let Some(Object::ControllerRevision(revision)) = seen.after() else {
        return Ok(());
    };
    if seen.event.type_ != WatchEventType::Added || seen.by_person {
        return Ok(());
    }
    let (meta, now) = (&revision.metadata, seen.event.at);
    let sets = seen.memory.controllers_of::<StatefulSet>(meta, now);
    let mut templates: Vec<&PodTemplateSpec> = sets.iter().map(|set| &set.spec.template).collect();
    let sets = seen.memory.controllers_of::<DaemonSet>(meta, now);
    templates.extend(sets.iter().map(|set| &set.spec.template));
    let held = revision.data.pointer("/spec/template");
    if templates.is_empty() || templates.iter().any(|template| held == Some(&remembered(template))) {
        Ok(())
    } else {
        Err("its data is no template of its set".into())
    }
}

/// What a revision holds of a template.
fn remembered(template: &PodTemplateSpec) -> Value {
    let value = to_value(template);
    let mut value = schema::encode_struct(&value, "PodTemplateSpec").unwrap_or(value);
    if let Value::Object(fields) = &mut value {
        fields.insert("$patch".to_owned(), "replace".into());
    }
    value
}

/// The selector of the objects that a controller may own.
fn selector(object: &Object) -> Option<&LabelSelector> {
    match object {
        Object::StatefulSet(set) => Some(&set.spec.selector),
        Object::DaemonSet(set) => Some(&set.spec.selector),
        Object::ReplicaSet(set) => Some(&set.spec.selector),
        Object::Deployment(deployment) => Some(&deployment.spec.selector),
        _ => None,
    }
}

fn kind_of(owner: &OwnerReference) -> Option<Kind> {
    Kind::ALL.iter().copied().find(|kind| kind.resource().kind == owner.kind)
}

fn adoption_is_fair(seen: &Seen<'_>) -> Result<(), String> {
    let (Some(before), Some(after)) = (seen.before, seen.after()) else {
        return Ok(());
    };
    let (was, is) = (before.meta().controller_of(), after.meta().controller_of());
    let Some(owner) = is.filter(|_| !seen.by_person && was != is) else {
        return Ok(());
    };
    if let Some(was) = was.filter(|was| was.uid != owner.uid) {
        return Err(format!("taken from {} {}", was.kind, was.name));
    }
    if was.is_some() || matches!(after, Object::PersistentVolumeClaim(_)) {
        // Claims belong to their set or pod by its policy, not by its selector.
        return Ok(());
    }
    let Some(kind) = kind_of(owner) else {
        return Err(format!("adopted by an unknown {}", owner.kind));
    };
    let key = ObjectKey::new(kind, after.meta().namespace.clone(), owner.name.clone());
    // Before it adopts, a controller asks the server itself.
    match seen.memory.objects.get(&key) {
        Some(adopter) if adopter.meta().uid != owner.uid => {
            Err(format!("adopted by an earlier {}", key.name))
        }
        None => Err(format!("adopted by {}, which is gone", key.name)),
        Some(adopter) if adopter.meta().is_terminating() => {
            Err(format!("adopted by {}, which is going", key.name))
        }
        Some(_) if fits(seen.memory, &key, after.meta(), seen.event.at) => Ok(()),
        Some(_) => Err(format!("adopted by {}, whose selector does not match", key.name)),
    }
}

/// Whether the adopter may have seen labels that it selects.
fn fits(memory: &Memory, adopter: &ObjectKey, meta: &ObjectMeta, now: Time) -> bool {
    let mut selectors = memory.views(adopter, now).filter_map(selector);
    let matches = |selector: &LabelSelector| {
        selector.matches(&meta.labels) || {
            let kinds = [Kind::Pod, Kind::ReplicaSet, Kind::ControllerRevision];
            kinds.into_iter().any(|kind| {
                let key = ObjectKey::new(kind, meta.namespace.clone(), meta.name.clone());
                let mut versions = memory.views(&key, now).map(Object::meta);
                versions.any(|seen| seen.uid == meta.uid && selector.matches(&seen.labels))
            })
        }
    };
    selectors.any(matches)
}
