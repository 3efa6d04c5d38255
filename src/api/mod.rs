//! API objects: plain values in Kubernetes' own shape, and pure questions about them.
//!
//! Every struct carries the fields that the simulation reads under Kubernetes' own names; all others are kept
//! in an `extra` map and printed back. What is a valid field at all is decided by `schema`, before an object
//! is made.
//!
//! - [`kind`], [`object`], [`object_map`]: the kinds that are served, any object of them, and many.
//! - [`codec`]: how all of them become JSON values and come back.
//! - [`shared`]: what versions of an object share.
//! - [`meta`], [`timestamp`], [`labels`], [`intstr`]: what all objects share.
//! - [`pod`], [`node`], [`scheduling`], [`apps`], [`daemonset`], [`deployment`], [`policy`], [`storage`],
//!   [`volume`], [`network`], [`event`]: the objects themselves. [`heartbeat`]: signs of life of nodes.
//!   [`pod_resources`]: what a pod needs.
//! - `schema`, `quantity`, `patch`, `yaml`: the full list of fields, amounts, patches and manifests as
//!   values.

pub mod codec;
pub mod shared;
pub mod kind;
pub mod object;
pub mod object_map;
pub mod meta;
pub mod timestamp;
pub mod labels;
pub mod intstr;
pub mod quantity;
pub mod schema;
pub mod patch;
pub mod pod;
pub mod image_reference;
pub mod pod_resources;
pub mod node;
pub mod heartbeat;
pub mod scheduling;
pub mod apps;
pub mod daemonset;
pub mod deployment;
pub mod policy;
pub mod storage;
pub mod volume;
pub mod network;
pub mod event;
pub mod extra;
pub mod yaml;

pub use extra::Extra;
pub use kind::Kind;
pub use meta::{LabelMap, ObjectMeta, OwnerReference};
pub use object::{Object, ObjectKey};
pub use object_map::ObjectMap;
pub use timestamp::Timestamp;
