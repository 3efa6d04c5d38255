//! The API server: the only one who changes objects.
//!
//! Models kube-apiserver (staging/src/k8s.io/apiserver, pkg/registry), Kubernetes v1.36: every verb is
//! admission → build → validation → store. Left out: authentication, authorization, managed fields, custom
//! resources.
//!
//! - [`request`]: what clients may ask. [`status_error`]: how they are refused.
//! - [`store`]: objects by key, one revision for all changes. [`watch`]: the log of changes that clients
//!   follow.
//! - `create`, `update`, `patch`, `scale`, `delete`, `pods`, `eviction`: the verbs; `refused`: a note of
//!   refused evictions; `endpoints`: a kind that is made at each look. Their steps: `manifest` and `defaults`
//!   (from what people wrote to an object), `admission`, `strategy`, `new_pod` and `service` (what each kind
//!   does to its objects), `validation`.

pub mod request;
pub mod status_error;
pub mod store;
pub mod watch;
mod fields;
mod manifest;
mod defaults;
mod admission;
mod service;
mod validation;
mod strategy;
mod new_pod;
mod claim_source;
mod scale;
mod create;
mod update;
mod patch;
mod preconditions;
mod delete;
mod pods;
mod eviction;
mod refused;
mod endpoints;

pub use delete::{FOREGROUND_FINALIZER, ORPHAN_FINALIZER};
pub use eviction::{can_ignore_budgets, may_evict_unhealthy};
pub use patch::unknown_fields;
pub use refused::RefusedEviction;
pub use request::{Body, DeleteOptions, PatchType, Preconditions, PropagationPolicy, Request, Subresource};
pub use scale::{SCALE_KIND, SCALE_VERSION, has_scale, scale_of};
pub use status_error::{Cause, StatusError};
pub use store::Store;
pub use strategy::has_status;
pub use validation::warnings;
pub use watch::{WatchEvent, WatchEventType};

use crate::api::object_map::Objects;
use crate::api::{Kind, Object, ObjectKey};
use crate::sim::{Rng, Time};

/// Whose build of the API server this is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Build {
    /// Kubernetes' own.
    #[default]
    Upstream,
    /// `MicroShift`'s, of which the recordings are: the token's volume has a source more.
    MicroShift,
}

/// The API server with its store.
#[derive(Clone, Debug)]
pub struct ApiServer {
    build: Build,
    store: Store,
    rng: Rng,
    now: Time,
    refused: Vec<RefusedEviction>,
    completed: manifest::LastCompleted,
}

impl ApiServer {
    /// An empty server. Uids, generated names and addresses come from `rng`.
    pub fn new(rng: Rng) -> Self {
        let (refused, completed) = (Vec::new(), manifest::LastCompleted::default());
        Self { build: Build::default(), store: Store::default(), rng, now: Time::ZERO, refused, completed }
    }

    /// A server of another build.
    #[must_use]
    pub fn of_build(self, build: Build) -> Self {
        Self { build, ..self }
    }

    /// Tells the server what time it is.
    pub fn set_now(&mut self, now: Time) {
        self.now = now;
    }

    /// The server's time.
    pub fn now(&self) -> Time {
        self.now
    }

    /// Carries out a request and returns the object as it is afterwards (for a deletion: as it last was).
    ///
    /// # Errors
    /// Whatever the real server would answer; nothing is changed then.
    pub fn handle(&mut self, request: Request) -> Result<Object, StatusError> {
        if request.kind() == Kind::Endpoints {
            return Err(endpoints::refuse());
        }
        match request {
            Request::Create { kind, namespace, body, dry_run } => {
                let (object, author) =
                    manifest::object_of(kind, &namespace, self.completed.with_defaults(body))?;
                self.create(object, author, dry_run)
            }
            Request::Update { key, body, subresource, dry_run } => {
                let (object, author) = manifest::object_of(key.kind, &key.namespace, body)?;
                preconditions::in_storage(&key, self.get(&key)?, &object.meta().uid)?;
                self.update(&key, object, subresource, author, dry_run)
            }
            Request::Patch { key, patch_type, patch, subresource, dry_run, drops_unknown } => {
                self.patch(&key, (patch_type, &patch), subresource, dry_run, drops_unknown)
            }
            Request::Delete { key, options, dry_run } => self.delete(&key, &options, dry_run),
            Request::Evict { key, options, dry_run } => self.evict(&key, &options, dry_run),
            Request::Bind { key, uid, node } => self.bind(&key, uid.as_deref(), &node),
            Request::Scale { key, replicas, preconditions } => self.scale(&key, replicas, &preconditions),
            Request::PatchScale { key, patch_type, patch, dry_run } => {
                self.patch_scale(&key, patch_type, &patch, dry_run)
            }
        }
    }

    /// The object under a key.
    ///
    /// # Errors
    /// `NotFound`.
    pub fn get(&self, key: &ObjectKey) -> Result<&Object, StatusError> {
        self.store.get(key).ok_or_else(|| StatusError::not_found(key.kind, &key.name))
    }

    /// The objects of a kind, by namespace and name; of one namespace only when one is given.
    pub fn list(&self, kind: Kind, namespace: Option<&str>) -> Objects<'_> {
        self.store.list(kind, namespace)
    }

    /// Everything that is stored, and the log of its changes.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// Evictions that budgets refused, the latest last.
    pub fn refused_evictions(&self) -> &[RefusedEviction] {
        &self.refused
    }

    /// The kinds that changed since the last call.
    pub fn take_changed_kinds(&mut self) -> crate::collections::SortedSet<Kind> {
        self.store.take_changed_kinds()
    }

    /// Lets go of a kind's changes before a position of its log: every follower has seen them.
    pub fn forget_before(&mut self, kind: Kind, position: u64) {
        self.store.forget_before(kind, position);
    }
}

#[cfg(test)]
mod verbs_tests;
#[cfg(test)]
mod eviction_tests;
