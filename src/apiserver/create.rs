//! POST: makes an object.
//!
//! Models `Store.Create`, staging/src/k8s.io/apiserver/pkg/registry/generic/registry/store.go, and
//! `BeforeCreate`, staging/src/k8s.io/apiserver/pkg/registry/rest/create.go, Kubernetes v1.36: admission,
//! name and uid, the kind's own preparation, validation, store. Left out: declarative validation as a second
//! opinion, time to live of events.

use std::rc::Rc;

use super::validation::{self, Author};
use super::{ApiServer, StatusError, strategy};
use crate::api::meta::ResourceVersion;
use crate::api::{Kind, Object, ObjectKey, Timestamp};

/// Pods that the sandbox holds at most: with more, a page would stand still. A real cluster has quotas.
const PODS_MAX: usize = 12_000;
/// How often another generated name is tried when one is taken.
const GENERATED_NAMES_MAX: usize = 8;
/// Random characters at the end of a generated name.
const SUFFIX_LEN: usize = 5;
/// A generated name's prefix is cut so that the name stays a DNS label.
const PREFIX_MAX: usize = 63 - SUFFIX_LEN;

impl ApiServer {
    /// Stores a new object.
    pub(super) fn create(
        &mut self,
        mut object: Object,
        author: Author,
        dry_run: bool,
    ) -> Result<Object, StatusError> {
        self.admit_create(&mut object)?;
        self.name_and_identify(&mut object);
        if object.kind() == Kind::Pod && self.store.count(Kind::Pod) >= PODS_MAX {
            let why = format!("the sandbox holds {PODS_MAX} pods at most");
            return Err(StatusError::forbidden(Kind::Pod, &object.meta().name, &why));
        }
        if let Object::Service(service) = &mut object {
            self.allocate(Rc::make_mut(service), None)?;
        }
        strategy::prepare_for_create(&mut object, self.now);
        validation::create(&object, author)?;
        let key = object.key();
        if let Some(existing) = self.store.get(&key) {
            let mut error = StatusError::already_exists(key.kind, &key.name);
            if existing.meta().is_terminating() {
                error.message = format!("object is being deleted: {}", error.message);
            }
            return Err(error);
        }
        if dry_run {
            return Ok(object);
        }
        debug_assert!(!object.meta().uid.is_empty(), "a stored object has a uid");
        Ok(self.store.put(object, self.now))
    }

    /// Gives the object what only the server may choose.
    fn name_and_identify(&mut self, object: &mut Object) {
        let kind = object.kind();
        let (namespace, prefix) = (object.meta().namespace.clone(), object.meta().generate_name.clone());
        let name = match object.meta().name.as_str() {
            "" if !prefix.is_empty() => self.generated_name(kind, &namespace, &prefix),
            name => name.to_owned(),
        };
        let uid = self.rng.uuid();
        let meta = object.meta_mut();
        meta.name = name;
        meta.uid = uid;
        meta.creation_timestamp = Some(Timestamp::at(self.now));
        meta.resource_version = ResourceVersion::default();
        meta.generation = 0;
        meta.deletion_timestamp = None;
        meta.deletion_grace_period_seconds = None;
    }

    fn generated_name(&mut self, kind: Kind, namespace: &str, prefix: &str) -> String {
        let prefix: String = prefix.chars().take(PREFIX_MAX).collect();
        let mut key = ObjectKey::new(kind, namespace, "");
        for _ in 0..GENERATED_NAMES_MAX {
            key.name = format!("{prefix}{}", self.rng.safe_suffix(SUFFIX_LEN));
            if self.store.get(&key).is_none() {
                break;
            }
        }
        key.name
    }
}
