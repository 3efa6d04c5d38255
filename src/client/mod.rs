//! What client-go gives a component: a cache that follows the server, a work queue, and events.
//!
//! Models staging/src/k8s.io/client-go (informers, listers, workqueue, record), Kubernetes v1.36. A component
//! reads its cache, which lags behind the server, and writes through [`Context::request`]. Left out:
//! connections.

pub mod cache;
pub mod informer;
pub mod workqueue;
pub mod telling;
pub mod recorder;
mod series;
pub mod interference;
pub mod context;

pub use cache::{Cache, Change};
pub use context::{Component, Context};
pub use informer::Informer;
pub use interference::{Fate, Interference, WorkFate};
pub use recorder::Recorder;
pub use telling::{EventType, Telling};
pub use workqueue::WorkQueue;

// Components name these without naming the API server.
pub use crate::apiserver::{
    Body, DeleteOptions, PatchType, Preconditions, PropagationPolicy, Request, StatusError, Subresource,
    WatchEventType,
};
