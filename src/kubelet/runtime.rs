//! What a container runtime says where the program of a container cannot be started, or its hook fails.
//!
//! Models what containerd and runc answer to `StartContainer`, and `Run` of
//! `pkg/kubelet/lifecycle/handlers.go`, Kubernetes v1.36. Which programs an image has is known to those
//! who look into containers; kubelets are told how to ask them. Left out: programs that are not allowed to
//! run, hooks over the network that fail.

use super::container_words::pod_in_words;
use super::hooks::Hook;
use crate::api::pod::{Container, Pod};

/// What runc says of the program of a container that its image does not have; `None` when it has it, or when
/// nobody knows.
pub type FindProgram = fn(&Container) -> Option<String>;

/// The code of a container whose program could not be started.
pub(super) const START_ERROR_CODE: i64 = 128;

/// How kubelets ask for programs.
#[derive(Clone, Copy, Debug)]
pub(super) struct Runtime(pub(super) FindProgram);

impl Default for Runtime {
    fn default() -> Self {
        Self(|_| None)
    }
}

/// What of a container's start failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StartStep {
    /// Its program could not be started.
    Program,
    /// The hook after its start failed.
    PostStart,
}

impl StartStep {
    /// The reason for which the container waits then.
    pub(super) fn reason(self) -> &'static str {
        match self {
            Self::Program => "RunContainerError",
            Self::PostStart => "PostStartHookError",
        }
    }
}

/// Why the last start of a container came to nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct FailedStart {
    pub(super) step: StartStep,
    pub(super) message: String,
}

impl FailedStart {
    /// The program could not be started, in runc's words.
    pub(super) fn of_program(why: &str) -> Self {
        let message = format!(
            "failed to create containerd task: failed to create shim task: OCI runtime create failed: runc \
             create failed: unable to start container process: error during container init: exec: {why}: unknown"
        );
        Self { step: StartStep::Program, message }
    }

    /// The hook after its start failed.
    pub(super) fn of_hook(hook: &Hook, pod: &Pod, container: &str) -> Self {
        let words = hook.words.join(" ");
        let message = format!(
            "Exec lifecycle hook ([{words}]) for Container {container:?} in Pod {:?} failed - error: command \
             '{words}' exited with {}: , message: \"\"",
            pod_in_words(pod),
            hook.code
        );
        Self { step: StartStep::PostStart, message }
    }
}
