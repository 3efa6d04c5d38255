//! What may go wrong between a component and the API server, and in its work queue.
//!
//! Models the reactors that upstream's tests put in front of a client (staging/src/k8s.io/client-go/testing,
//! `PrependReactor`), Kubernetes v1.36. A published page has none; explorations and tests decide with one,
//! request by request. Left out: what happens to machines (`kubelet::Control`).

use std::fmt::Debug;

use super::{Request, StatusError};
use crate::sim::Time;

/// What becomes of a request.
#[derive(Clone, Debug)]
pub enum Fate {
    /// It is carried out and answered.
    Arrives,
    /// It never gets there, or is refused.
    Refused(StatusError),
    /// It is carried out, and its sender is told otherwise.
    AnswerLost(StatusError),
    /// It is carried out, and is the last thing that its sender does.
    LastWord,
    /// These go in its place, in order; the last answer counts.
    Replaced(Vec<Request>),
}

/// What becomes of a key that a controller takes from its queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WorkFate {
    /// It is synced.
    Synced,
    /// It is lost, which no real queue does.
    Lost,
    /// It is synced, and is in the queue once more.
    Again,
    /// The key at this place of the queue goes first, as with several workers.
    Overtaken(usize),
}

/// Decides what goes wrong.
pub trait Interference: Debug {
    /// What becomes of a request.
    fn request(&mut self, request: &Request, now: Time) -> Fate;

    /// Why nothing can be read from the server or told to it; `None` when it can.
    fn cut_off(&self, _now: Time) -> Option<StatusError> {
        None
    }

    /// What becomes of the next key, of which there are `waiting`.
    fn work(&mut self, _waiting: usize, _now: Time) -> WorkFate {
        WorkFate::Synced
    }
}
