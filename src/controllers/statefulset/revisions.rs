//! The two revisions of a set: the one of its template and the one that its pods come from.
//!
//! Models `getStatefulSetRevisions`, `newRevision`, `getPatch`, `ApplyRevision` and `truncateHistory`,
//! pkg/controller/statefulset, Kubernetes v1.36. Left out: the comparison of revisions that were encoded by other
//! versions of Kubernetes (`StatefulSetSemanticRevisionComparison`); every revision here has one encoding.

use std::collections::BTreeSet;
use std::rc::Rc;

use serde_json::{Value, json};

use crate::api::apps::{ControllerRevision, StatefulSet};
use crate::api::pod::PodTemplateSpec;
use crate::api::{Kind, schema};
use crate::client::StatusError;
use crate::controllers::api_access::Api;
use crate::controllers::history;

/// Revisions that are kept beside those in use, when the set does not say.
const HISTORY_LIMIT: i64 = 10;

/// What the template of the set comes down to in a revision: a patch that puts it in the place of another.
pub(crate) fn patch_of(set: &StatefulSet) -> Value {
    let template = serde_json::to_value(&set.spec.template).unwrap_or_default();
    let mut template = schema::encode_struct(&template, "PodTemplateSpec").unwrap_or(template);
    if let Value::Object(fields) = &mut template {
        fields.insert("$patch".to_owned(), "replace".into());
    }
    json!({ "spec": { "template": template } })
}

/// Makes the revision of the set's template.
pub(crate) fn new_revision(set: &StatefulSet, number: i64, collision_count: i64) -> ControllerRevision {
    let labels = &set.spec.template.metadata.labels;
    let data = patch_of(set);
    let mut revision = history::new_controller_revision(
        &set.metadata,
        Kind::StatefulSet,
        labels,
        data,
        number,
        collision_count,
    );
    revision.metadata.annotations.clone_from(&set.metadata.annotations);
    revision
}

/// The template that a revision remembers.
pub(crate) fn template_of(revision: &ControllerRevision) -> Option<PodTemplateSpec> {
    let mut template = revision.data.get("spec")?.get("template")?.clone();
    template.as_object_mut()?.remove("$patch");
    serde_json::from_value(template).ok()
}

/// The revisions that a sync works with.
#[derive(Clone, Debug)]
pub(crate) struct Revisions {
    /// All that there are, oldest first.
    pub(crate) all: Vec<Rc<ControllerRevision>>,
    /// The one that pods below the partition come from.
    pub(crate) current: Rc<ControllerRevision>,
    /// The one of the set's template.
    pub(crate) update: Rc<ControllerRevision>,
    /// How often a name was already taken.
    pub(crate) collision_count: i64,
}

/// Finds the two revisions; makes the one of the template when it is new, renumbers it when it is an old one.
///
/// # Errors
/// As the server answers.
pub(crate) fn stateful_set_revisions(
    api: &mut dyn Api,
    set: &StatefulSet,
    mut all: Vec<Rc<ControllerRevision>>,
) -> Result<Revisions, StatusError> {
    history::sort_controller_revisions(&mut all);
    let mut collision_count = set.status.collision_count.unwrap_or(0);
    let number = history::next_revision(&all);
    let wanted = new_revision(set, number, collision_count);
    let equal = history::find_equal_revisions(&all, &wanted).last().map(|equal| Rc::clone(equal));
    let update = match (all.last(), equal) {
        (Some(newest), Some(equal)) if history::equal_revision(newest, &equal) => Rc::clone(newest),
        (_, Some(equal)) => history::update_controller_revision(api, &equal, number)?,
        (_, None) => history::create_controller_revision(api, &set.metadata, &wanted, &mut collision_count)?,
    };
    let current = all.iter().find(|revision| revision.metadata.name == set.status.current_revision);
    let current = Rc::clone(current.unwrap_or(&update));
    Ok(Revisions { all, current, update, collision_count })
}

/// Deletes the oldest revisions that nothing uses, down to the set's limit.
///
/// # Errors
/// As the server answers.
pub(crate) fn truncate_history(
    api: &mut dyn Api,
    set: &StatefulSet,
    revisions: &Revisions,
    in_use: impl FnOnce() -> BTreeSet<String>,
) -> Result<bool, StatusError> {
    let limit = set.spec.revision_history_limit.unwrap_or(HISTORY_LIMIT);
    let Ok(limit) = usize::try_from(limit) else { return Ok(false) };
    if revisions.all.len() <= limit {
        return Ok(false);
    }
    let mut live = in_use();
    live.insert(revisions.current.metadata.name.clone());
    live.insert(revisions.update.metadata.name.clone());
    let old: Vec<_> =
        revisions.all.iter().filter(|revision| !live.contains(&revision.metadata.name)).collect();
    let surplus = old.len().saturating_sub(limit);
    for revision in old.into_iter().take(surplus) {
        history::delete_controller_revision(api, revision)?;
    }
    Ok(surplus > 0)
}
