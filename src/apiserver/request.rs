//! What clients may ask of the API server.
//!
//! Models the verbs and subresources of the REST API, Kubernetes v1.36 (reads are methods of `ApiServer`).
//! Left out: server-side apply, collections of deletions (clients delete one by one).

use serde_json::Value;

use crate::api::{Kind, Object, ObjectKey};

/// The object in a request.
#[derive(Clone, Debug)]
pub enum Body {
    /// From a client that has types, such as a controller: complete and defaulted.
    Typed(Object),
    /// From a person: any value, to be decoded strictly, defaulted and validated.
    Manifest(Value),
}

/// Which part of an object a request speaks of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Subresource {
    /// The object; its status is left alone.
    #[default]
    Main,
    /// The status alone.
    Status,
}

/// How a patch is to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PatchType {
    /// RFC 6902.
    Json,
    /// RFC 7386.
    Merge,
    /// Kubernetes' own, with merge keys.
    Strategic,
}

/// What becomes of the objects that an object owns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PropagationPolicy {
    /// They are deleted afterwards.
    Background,
    /// They are deleted first.
    Foreground,
    /// They are left alone.
    Orphan,
}

/// What must still hold for the request to be carried out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Preconditions {
    /// The object's uid.
    pub uid: Option<String>,
    /// The object's version.
    pub resource_version: Option<u64>,
}

/// How an object is to be deleted.
#[derive(Clone, Debug, Default)]
pub struct DeleteOptions {
    /// Seconds to terminate; the object's own when absent; 0 removes it at once.
    pub grace_period_seconds: Option<i64>,
    /// What must still hold.
    pub preconditions: Preconditions,
    /// What becomes of what it owns; the kind's default when absent.
    pub propagation_policy: Option<PropagationPolicy>,
}

/// A request that may change something.
#[derive(Clone, Debug)]
pub enum Request {
    /// POST: makes an object.
    Create {
        /// What kind of object.
        kind: Kind,
        /// Where; empty for cluster-scoped kinds.
        namespace: String,
        /// The object.
        body: Body,
        /// Answers only, changes nothing.
        dry_run: bool,
    },
    /// PUT: replaces an object. The version in the body, when there is one, must be the stored one.
    Update {
        /// Which object.
        key: ObjectKey,
        /// The object.
        body: Body,
        /// Which part of it.
        subresource: Subresource,
        /// Answers only, changes nothing.
        dry_run: bool,
    },
    /// PATCH: changes parts of an object.
    Patch {
        /// Which object.
        key: ObjectKey,
        /// How the patch is to be read.
        patch_type: PatchType,
        /// The patch.
        patch: Value,
        /// Which part of the object.
        subresource: Subresource,
        /// Answers only, changes nothing.
        dry_run: bool,
        /// Fields that the kind does not have are dropped (`fieldValidation=Warn`, as where nothing is said),
        /// not refused. [`super::unknown_fields`] tells which.
        drops_unknown: bool,
    },
    /// DELETE: asks for an object's end.
    Delete {
        /// Which object.
        key: ObjectKey,
        /// How.
        options: DeleteOptions,
        /// Answers only, changes nothing.
        dry_run: bool,
    },
    /// POST `pods/NAME/eviction`: a deletion that budgets may refuse.
    Evict {
        /// Which pod.
        key: ObjectKey,
        /// How.
        options: DeleteOptions,
        /// Answers only, changes nothing.
        dry_run: bool,
    },
    /// POST `pods/NAME/binding`: the scheduler's one write to a pod's spec.
    Bind {
        /// Which pod.
        key: ObjectKey,
        /// The pod's uid: a namesake that came since is not meant.
        uid: Option<String>,
        /// To which node.
        node: String,
    },
    /// PUT `NAME/scale`: the number of replicas alone.
    Scale {
        /// Which object.
        key: ObjectKey,
        /// How many.
        replicas: i64,
        /// What must still hold.
        preconditions: Preconditions,
    },
    /// PATCH `NAME/scale`: the number of replicas alone, by a patch of the scale as an object of its own. The
    /// answer is the object whose scale it is.
    PatchScale {
        /// Which object.
        key: ObjectKey,
        /// How the patch is to be read.
        patch_type: PatchType,
        /// The patch.
        patch: Value,
        /// Answers only, changes nothing.
        dry_run: bool,
    },
}

impl Request {
    /// A creation by a client that has types; the namespace is the object's own.
    pub fn create(object: impl Into<Object>) -> Self {
        let object = object.into();
        Self::Create {
            kind: object.kind(),
            namespace: object.meta().namespace.clone(),
            body: Body::Typed(object),
            dry_run: false,
        }
    }

    /// A replacement by a client that has types.
    pub fn update(object: impl Into<Object>) -> Self {
        let object = object.into();
        Self::Update {
            key: object.key(),
            body: Body::Typed(object),
            subresource: Subresource::Main,
            dry_run: false,
        }
    }

    /// A replacement of the status by a client that has types.
    pub fn update_status(object: impl Into<Object>) -> Self {
        let object = object.into();
        Self::Update {
            key: object.key(),
            body: Body::Typed(object),
            subresource: Subresource::Status,
            dry_run: false,
        }
    }

    /// The object whose main part, or whose size, it replaces or patches.
    pub fn changed(&self) -> Option<&ObjectKey> {
        match self {
            Self::Update { key, subresource: Subresource::Main, .. }
            | Self::Patch { key, subresource: Subresource::Main, .. }
            | Self::Scale { key, .. }
            | Self::PatchScale { key, .. } => Some(key),
            _ => None,
        }
    }

    /// The kind that it is about.
    pub fn kind(&self) -> Kind {
        match self {
            Self::Create { kind, .. } => *kind,
            Self::Update { key, .. }
            | Self::Patch { key, .. }
            | Self::Delete { key, .. }
            | Self::Evict { key, .. }
            | Self::Bind { key, .. }
            | Self::Scale { key, .. }
            | Self::PatchScale { key, .. } => key.kind,
        }
    }

    /// A deletion.
    pub fn delete(key: ObjectKey, options: DeleteOptions) -> Self {
        Self::Delete { key, options, dry_run: false }
    }
}
