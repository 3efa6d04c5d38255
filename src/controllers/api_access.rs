//! What a sync may do to the world: send requests, read live, tell Events, come back later.
//!
//! Models the client, recorder and queue that upstream hands to each controller's parts as interfaces, so
//! that tests may put faults in between; `pkg/controller/controller_utils.go`, Kubernetes v1.36. Left out:
//! everything that a cache answers.

use crate::api::{Object, ObjectKey};
use crate::client::{Context, EventType, Request, StatusError};
use crate::sim::{Span, Time};

/// The server as one controller sees it during a sync.
pub trait Api {
    /// The present instant.
    fn now(&self) -> Time;

    /// Sends a request.
    ///
    /// # Errors
    /// As the server answers.
    fn request(&mut self, request: Request) -> Result<Object, StatusError>;

    /// Reads from the server itself, past the cache.
    ///
    /// # Errors
    /// `NotFound`.
    fn live(&self, key: &ObjectKey) -> Result<Object, StatusError>;

    /// Tells an Event about an object.
    fn event(&mut self, component: &str, about: &Object, type_: EventType, reason: &str, message: &str);

    /// Puts a key into the controller's queue once a time has passed.
    fn requeue_after(&mut self, key: &ObjectKey, after: Span);

    /// Whether the key that is synced comes again even if nothing changes.
    fn comes_again(&self) -> bool;
}

impl Api for Context<'_, ObjectKey> {
    fn now(&self) -> Time {
        Context::now(self)
    }

    fn request(&mut self, request: Request) -> Result<Object, StatusError> {
        Context::request(self, request)
    }

    fn live(&self, key: &ObjectKey) -> Result<Object, StatusError> {
        Context::live(self, key).cloned()
    }

    fn event(&mut self, component: &str, about: &Object, type_: EventType, reason: &str, message: &str) {
        Context::event(self, component, about, type_, reason, message);
    }

    fn requeue_after(&mut self, key: &ObjectKey, after: Span) {
        self.wake_after(after, key.clone());
    }

    fn comes_again(&self) -> bool {
        Context::comes_again(self)
    }
}
