//! The revisions of a set: the one of its template, and the old ones that it can be rolled back to.
//!
//! Models `constructHistory`, `dedupCurHistories`, `snapshot`, `cleanupHistory` and `Match`,
//! `pkg/controller/daemon/update.go`, Kubernetes v1.36. A revision's hash comes from a dump of the template's
//! Go structure upstream and from its JSON here: the same templates have the same hash, another one than
//! upstream's.

use std::rc::Rc;

use crate::api::apps::{CONTROLLER_REVISION_HASH, ControllerRevision};
use crate::api::daemonset::DaemonSet;
use crate::api::pod::Pod;
use crate::api::{Kind, Object, ObjectKey, ObjectMeta, OwnerReference};
use crate::client::{Request, StatusError};
use crate::controllers::SyncError;
use crate::controllers::api_access::Api;
use crate::controllers::history::{
    delete_controller_revision, hash_controller_revision, template_patch, update_controller_revision,
};

/// Old revisions that are kept, when the set does not say.
const HISTORY_LIMIT: i64 = 10;

/// The revisions of a set.
#[derive(Clone, Debug)]
pub(crate) struct History {
    /// The one of its template.
    pub(crate) current: Rc<ControllerRevision>,
    /// All others.
    pub(crate) old: Vec<Rc<ControllerRevision>>,
}

impl History {
    /// The hash of the set's template.
    pub(crate) fn hash(&self) -> &str {
        hash_of(&self.current)
    }
}

fn hash_of(revision: &ControllerRevision) -> &str {
    revision.metadata.labels.get(CONTROLLER_REVISION_HASH).map_or("", String::as_str)
}

fn key_of(revision: &ControllerRevision) -> ObjectKey {
    let meta = &revision.metadata;
    ObjectKey::new(Kind::ControllerRevision, meta.namespace.clone(), meta.name.clone())
}

/// Parts the set's revisions into the one of its template and the old ones; makes the one of its template
/// when it is new, renumbers it when it is an old one, and merges several that remember the same.
///
/// # Errors
/// As the server answers.
pub(crate) fn construct_history(
    api: &mut dyn Api,
    set: &DaemonSet,
    revisions: Vec<Rc<ControllerRevision>>,
    pods: &[Rc<Pod>],
) -> Result<History, SyncError> {
    let data = template_patch(&set.spec.template);
    let (mut current, mut old) = (Vec::new(), Vec::new());
    for revision in revisions {
        let revision = with_label(api, revision)?;
        if revision.data == data { current.push(revision) } else { old.push(revision) }
    }
    let number = old.iter().map(|revision| revision.revision).max().unwrap_or(0).max(0).saturating_add(1);
    let current = match current.as_slice() {
        // One that is taken over from a namesake keeps its number.
        [] => return Ok(History { current: snapshot(api, set, data, number)?, old }),
        [only] => Rc::clone(only),
        several => merge(api, several, pods)?,
    };
    if current.revision < number {
        update_controller_revision(api, &current, number)?;
    }
    Ok(History { current, old })
}

/// A revision without a hash gets its name as one.
fn with_label(
    api: &mut dyn Api,
    revision: Rc<ControllerRevision>,
) -> Result<Rc<ControllerRevision>, StatusError> {
    if revision.metadata.labels.contains_key(CONTROLLER_REVISION_HASH) {
        return Ok(revision);
    }
    let mut labelled = (*revision).clone();
    labelled.metadata.labels.insert(CONTROLLER_REVISION_HASH.to_owned(), revision.metadata.name.clone());
    typed(api.request(Request::update(labelled))?)
}

/// Keeps the one with the highest number, gives its hash to the set's pods and deletes the others.
fn merge(
    api: &mut dyn Api,
    several: &[Rc<ControllerRevision>],
    pods: &[Rc<Pod>],
) -> Result<Rc<ControllerRevision>, SyncError> {
    let kept = several.iter().max_by_key(|revision| revision.revision);
    let Some(kept) = kept.map(Rc::clone) else {
        return Err(SyncError { message: "no revision is left".to_owned() });
    };
    for pod in pods
        .iter()
        .filter(|pod| pod.metadata.labels.get(CONTROLLER_REVISION_HASH).is_none_or(|h| h != hash_of(&kept)))
    {
        let meta = &pod.metadata;
        let mut fresh = api.live(&ObjectKey::new(Kind::Pod, meta.namespace.clone(), meta.name.clone()))?;
        fresh.meta_mut().labels.insert(CONTROLLER_REVISION_HASH.to_owned(), hash_of(&kept).to_owned());
        api.request(Request::update(fresh))?;
    }
    for other in several.iter().filter(|other| other.metadata.name != kept.metadata.name) {
        delete_controller_revision(api, other)?;
    }
    Ok(kept)
}

/// Stores the revision of the set's template. When its name is taken by other content, the set's collision
/// count is raised, so that the next try has another name.
fn snapshot(
    api: &mut dyn Api,
    set: &DaemonSet,
    data: serde_json::Value,
    number: i64,
) -> Result<Rc<ControllerRevision>, SyncError> {
    let hash = hash_controller_revision(&data, set.status.collision_count.unwrap_or(0));
    let mut labels = set.spec.template.metadata.labels.clone();
    labels.insert(CONTROLLER_REVISION_HASH.to_owned(), hash.clone());
    let kind = Kind::DaemonSet;
    let owner = OwnerReference::controller(&kind.api_version(), kind.resource().kind, &set.metadata);
    let revision = ControllerRevision {
        metadata: ObjectMeta {
            name: format!("{}-{hash}", set.metadata.name),
            namespace: set.metadata.namespace.clone(),
            labels,
            annotations: set.metadata.annotations.clone(),
            owner_references: vec![owner],
            ..ObjectMeta::default()
        },
        data,
        revision: number,
    };
    let error = match api.request(Request::create(revision.clone())) {
        Err(error) if error.is_already_exists() => error,
        answer => return Ok(typed(answer?)?),
    };
    let existing = typed(api.live(&key_of(&revision))?)?;
    if existing.data == revision.data {
        return Ok(existing);
    }
    let meta = &set.metadata;
    let live = api.live(&ObjectKey::new(kind, meta.namespace.clone(), meta.name.clone()))?;
    let Object::DaemonSet(live) = live else { return Err(error.into()) };
    let text = |count: Option<i64>| count.map_or("<nil>".to_owned(), |count| count.to_string());
    if live.status.collision_count != set.status.collision_count {
        return Err(SyncError {
            message: format!(
                "found a stale collision count ({}, expected {}) of DaemonSet {:?} while processing; will \
                 retry until it is updated",
                text(set.status.collision_count),
                text(live.status.collision_count),
                meta.name
            ),
        });
    }
    let mut raised = (*live).clone();
    raised.status.collision_count = Some(live.status.collision_count.unwrap_or(0) + 1);
    api.request(Request::update_status(raised))?;
    Err(error.into())
}

/// Deletes the oldest revisions that no pod is of, down to the set's limit.
///
/// # Errors
/// As the server answers.
pub(crate) fn cleanup_history(
    api: &mut dyn Api,
    set: &DaemonSet,
    history: &mut History,
    is_live: impl Fn(&str) -> bool,
) -> Result<(), StatusError> {
    let limit = set.spec.revision_history_limit.unwrap_or(HISTORY_LIMIT);
    let limit = usize::try_from(limit).unwrap_or_default();
    while history.old.len() > limit {
        let unused = history.old.iter().enumerate().filter(|(_, revision)| !is_live(hash_of(revision)));
        let oldest = unused.min_by_key(|(_, revision)| revision.revision);
        let Some((place, revision)) = oldest else { break };
        // One that could not be deleted stays known, so that the next sync tries again.
        delete_controller_revision(api, revision)?;
        history.old.remove(place);
    }
    Ok(())
}

fn typed(object: Object) -> Result<Rc<ControllerRevision>, StatusError> {
    match object {
        Object::ControllerRevision(revision) => Ok(revision),
        other => Err(StatusError::internal(&format!("{} is no ControllerRevision", other.key()))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::apiserver::ApiServer;
    use crate::client::{Cache, Context, Fate, Interference, Recorder};
    use crate::sim::{Rng, Time};

    /// The server takes no write.
    #[derive(Debug)]
    struct NoWrites;

    impl Interference for NoWrites {
        fn request(&mut self, _: &Request, _: Time) -> Fate {
            Fate::Refused(StatusError::timeout())
        }
    }

    fn revision(number: i64) -> ControllerRevision {
        let metadata = ObjectMeta {
            name: format!("demo-{number}"),
            namespace: "default".into(),
            ..ObjectMeta::default()
        };
        ControllerRevision { metadata, data: serde_json::json!({"number": number}), revision: number }
    }

    #[test]
    fn a_revision_that_could_not_be_deleted_is_tried_again() {
        let mut server = ApiServer::new(Rng::new(1));
        let mut made =
            (1..=3).map(|number| match server.handle(Request::create(revision(number))).unwrap() {
                Object::ControllerRevision(revision) => revision,
                other => panic!("{other:?}"),
            });
        let (old, current) = (made.by_ref().take(2).collect(), made.next().unwrap());
        let mut history = History { current, old };
        let mut set = DaemonSet::default();
        set.spec.revision_history_limit = Some(0);
        let (cache, mut recorder, mut rng) = (Cache::default(), Recorder::default(), Rng::new(2));
        let left = |server: &ApiServer| server.list(Kind::ControllerRevision, None).count();

        let mut fault = NoWrites;
        let context: Context<'_, ObjectKey> = Context::new(&cache, &mut server, &mut recorder, &mut rng);
        let mut context = context.interfered(Some(&mut fault));
        assert!(cleanup_history(&mut context, &set, &mut history, |_| false).is_err());
        assert_eq!((left(&server), history.old.len()), (3, 2));

        let mut context: Context<'_, ObjectKey> = Context::new(&cache, &mut server, &mut recorder, &mut rng);
        assert!(cleanup_history(&mut context, &set, &mut history, |_| false).is_ok());
        assert_eq!((left(&server), history.old.len()), (1, 0));
    }
}
