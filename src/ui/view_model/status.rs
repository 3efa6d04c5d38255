//! The state of a pod as a shape: told apart by outline and mark, not by colour alone.

use crate::api::pod::Pod;

/// The shapes that pods are drawn with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Without a node.
    Pending,
    /// On a node, not running yet.
    Creating,
    /// Running, not ready.
    NotReady,
    /// Running and ready.
    Ready,
    /// Being deleted.
    Terminating,
    /// Ended badly, or cannot start.
    Failed,
    /// Ended well.
    Succeeded,
}

/// The words that `kubectl get` shows for what is on its way and not failing.
const STARTING: [&str; 5] = ["Pending", "ContainerCreating", "PodInitializing", "SchedulingGated", "Running"];

impl Shape {
    /// All of them with their words.
    pub const ALL: [(Self, &'static str); 7] = [
        (Self::Pending, "without a node"),
        (Self::Creating, "starting"),
        (Self::NotReady, "running, not ready"),
        (Self::Ready, "ready"),
        (Self::Terminating, "terminating"),
        (Self::Failed, "failing"),
        (Self::Succeeded, "succeeded"),
    ];

    /// The shape of a pod whose `STATUS` is `status`.
    pub fn of(pod: &Pod, status: &str) -> Self {
        if pod.is_terminating() {
            return Self::Terminating;
        }
        match pod.status.phase.as_str() {
            "Succeeded" => Self::Succeeded,
            "Failed" => Self::Failed,
            _ if pod.is_running_and_ready() => Self::Ready,
            _ if !STARTING.contains(&status) && !is_init_step(status) => Self::Failed,
            "Running" => Self::NotReady,
            _ if pod.is_bound() => Self::Creating,
            _ => Self::Pending,
        }
    }

    /// The class it is drawn with.
    pub fn class(self) -> &'static str {
        match self {
            Self::Pending => "is-pending",
            Self::Creating => "is-creating",
            Self::NotReady => "is-not-ready",
            Self::Ready => "is-ready",
            Self::Terminating => "is-terminating",
            Self::Failed => "is-failed",
            Self::Succeeded => "is-succeeded",
        }
    }
}

/// `Init:1/2`: one init container after the other.
fn is_init_step(status: &str) -> bool {
    status.strip_prefix("Init:").is_some_and(|step| step.starts_with(|first: char| first.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::Timestamp;
    use crate::api::meta::Condition;
    use crate::sim::Time;

    fn pod(phase: &str, node: &str, is_ready: bool) -> Pod {
        let mut pod = Pod::default();
        pod.status.phase = phase.to_owned();
        pod.spec.node_name = node.to_owned();
        if is_ready {
            let ready = Condition { type_: "Ready".into(), status: "True".into(), ..Condition::default() };
            pod.status.conditions.push(ready);
        }
        pod
    }

    #[test]
    fn each_state_has_its_shape() {
        let table = [
            (pod("Pending", "", false), "Pending", Shape::Pending),
            (pod("Pending", "node-1", false), "ContainerCreating", Shape::Creating),
            (pod("Pending", "node-1", false), "Init:0/2", Shape::Creating),
            (pod("Pending", "node-1", false), "ImagePullBackOff", Shape::Failed),
            (pod("Pending", "node-1", false), "Init:Error", Shape::Failed),
            (pod("Running", "node-1", false), "Running", Shape::NotReady),
            (pod("Running", "node-1", false), "CrashLoopBackOff", Shape::Failed),
            (pod("Running", "node-1", true), "Running", Shape::Ready),
            (pod("Succeeded", "node-1", false), "Completed", Shape::Succeeded),
            (pod("Failed", "node-1", false), "Error", Shape::Failed),
        ];
        for (pod, status, shape) in table {
            assert_eq!(Shape::of(&pod, status), shape, "{status}");
        }
        let mut terminating = pod("Running", "node-1", true);
        terminating.metadata.deletion_timestamp = Some(Timestamp::at(Time::ZERO));
        assert_eq!(Shape::of(&terminating, "Terminating"), Shape::Terminating);
    }
}
