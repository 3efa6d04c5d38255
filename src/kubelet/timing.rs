//! How long the nodes take for what they do: visible defaults that a person can change.
//!
//! Models what makes a real kubelet take its time (pkg/kubelet/images, prober, kuberuntime), Kubernetes
//! v1.36: pulls, starts, probes, stops and back-offs. Left out: queues of parallel pulls; every pull takes
//! equally long.

use crate::api::codec::api_struct;
use crate::api::heartbeat::{RENEW_EVERY, REPORT_EVERY};
use crate::sim::Span;

/// From a sync of a pod that failed to the next one: `backOffPeriod`, 10 s, and up to half of it more.
pub(super) const SYNC_AGAIN: Span = Span::from_seconds(12);
/// From a mount that failed to the next one; doubles with every failure.
const MOUNT_BACK_OFF_FIRST_MS: u64 = 500;
/// The longest wait for the next mount.
const MOUNT_BACK_OFF_MAX_MS: u64 = 122_000;

api_struct! {
    /// How long the nodes take, in milliseconds, and what they keep to themselves.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct Timing {
        /// Pulling an image that the node does not have.
        pub pull_ms: u64,
        /// Asking the registry about an image that the node has (`imagePullPolicy: Always`).
        pub pull_again_ms: u64,
        /// Until a pull fails.
        pub pull_fail_ms: u64,
        /// How long `ErrImagePull` shows before `ImagePullBackOff`.
        pub pull_error_shown_ms: u64,
        /// From the first `ImagePullBackOff` to the next pull; doubles with every failure.
        pub pull_back_off_first_ms: u64,
        /// The longest wait for the next pull.
        pub pull_back_off_max_ms: u64,
        /// From the image to a running container.
        pub start_ms: u64,
        /// From a running container to the first result of a probe without `initialDelaySeconds`.
        pub first_probe_ms: u64,
        /// How long an init container runs of whose command nothing is known.
        pub init_run_ms: u64,
        /// How long a process takes to end once it is told to.
        pub stop_ms: u64,
        /// From the stopped containers to the removal of the pod.
        pub remove_ms: u64,
        /// From the end of a container to its restart, where no back-off holds it up.
        pub restart_ms: u64,
        /// How long the end of a container shows before `CrashLoopBackOff`.
        pub exit_shown_ms: u64,
        /// Wait before the second restart in a row; doubles with every further one. 0 means no back-off.
        pub crash_back_off_first_ms: u64,
        /// The longest wait for a restart.
        pub crash_back_off_max_ms: u64,
        /// A container that ran this long starts again without back-off.
        pub crash_back_off_reset_ms: u64,
        /// From a claim that may be served to its volume.
        pub provision_ms: u64,
        /// How long the nodes take to turn from one pod to the next that comes at the same time.
        pub pod_gap_ms: u64,
        /// From the registration of a node to its being ready.
        pub node_ready_ms: u64,
        /// How often a node renews its lease.
        pub lease_renew_ms: u64,
        /// How often a node posts a status that has not changed.
        pub status_report_ms: u64,
        /// The nodes behave as the stand-ins of the recordings: they tell no Events, keep no images, no
        /// command ends by itself, and reasons stay in conditions that have become true.
        pub stand_in: bool,
    }
}

impl Default for Timing {
    fn default() -> Self {
        Self {
            pull_ms: 1_500,
            pull_again_ms: 400,
            pull_fail_ms: 1_000,
            pull_error_shown_ms: 1_500,
            pull_back_off_first_ms: 10_000,
            pull_back_off_max_ms: 300_000,
            start_ms: 500,
            first_probe_ms: 1_000,
            init_run_ms: 1_000,
            stop_ms: 1_000,
            remove_ms: 300,
            restart_ms: 500,
            exit_shown_ms: 1_000,
            crash_back_off_first_ms: 10_000,
            crash_back_off_max_ms: 300_000,
            crash_back_off_reset_ms: 600_000,
            provision_ms: 800,
            pod_gap_ms: 0,
            node_ready_ms: 3_000,
            lease_renew_ms: RENEW_EVERY.ms(),
            status_report_ms: REPORT_EVERY.ms(),
            stand_in: false,
        }
    }
}

impl Timing {
    /// The stand-in kubelets and the provisioner of the recordings.
    pub fn recorded() -> Self {
        Self {
            pull_ms: 800,
            pull_again_ms: 800,
            pull_fail_ms: 800,
            pull_error_shown_ms: 1_500,
            pull_back_off_first_ms: 30_000,
            pull_back_off_max_ms: 30_000,
            start_ms: 400,
            first_probe_ms: 600,
            init_run_ms: 400,
            stop_ms: 900,
            remove_ms: 300,
            restart_ms: 0,
            exit_shown_ms: 0,
            crash_back_off_first_ms: 0,
            crash_back_off_max_ms: 0,
            crash_back_off_reset_ms: 0,
            provision_ms: 200,
            // One process stood in for all kubelets: pods of one moment became ready 10 to 100 ms apart.
            pod_gap_ms: 25,
            node_ready_ms: 40,
            lease_renew_ms: 5_000,
            status_report_ms: 5_000,
            stand_in: true,
        }
    }

    /// From a claim that may be served to its volume.
    pub fn provision(&self) -> Span {
        Span::from_ms(self.provision_ms)
    }

    /// The wait that follows `failures` failed pulls.
    pub(super) fn pull_back_off(&self, failures: u32) -> Span {
        doubled(self.pull_back_off_first_ms, failures.saturating_sub(1), self.pull_back_off_max_ms)
    }

    /// The wait that follows `failures` failed mounts (`pkg/util/goroutinemap/exponentialbackoff`).
    pub(super) fn mount_back_off(failures: u32) -> Span {
        doubled(MOUNT_BACK_OFF_FIRST_MS, failures.saturating_sub(1), MOUNT_BACK_OFF_MAX_MS)
    }

    /// The wait of a restart after `crashes` exits in a row; the first restart waits for nothing.
    pub(super) fn crash_back_off(&self, crashes: u32) -> Span {
        match crashes {
            0 | 1 => Span::ZERO,
            more => doubled(self.crash_back_off_first_ms, more - 2, self.crash_back_off_max_ms),
        }
    }
}

fn doubled(first_ms: u64, times: u32, max_ms: u64) -> Span {
    let factor = 1_u64.checked_shl(times.min(40)).unwrap_or(u64::MAX);
    Span::from_ms(first_ms.saturating_mul(factor).min(max_ms))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn back_offs_double_up_to_five_minutes() {
        let timing = Timing::default();
        let crash: Vec<u64> = (1..=8).map(|n| timing.crash_back_off(n).seconds()).collect();
        assert_eq!(crash, [0, 10, 20, 40, 80, 160, 300, 300]);
        let pull: Vec<u64> = (1..=7).map(|n| timing.pull_back_off(n).seconds()).collect();
        assert_eq!(pull, [10, 20, 40, 80, 160, 300, 300]);
        assert_eq!(Timing::recorded().crash_back_off(9), Span::ZERO);
        assert_eq!(timing.crash_back_off(u32::MAX).seconds(), 300);
        let mount: Vec<u64> = (1..=10).map(|n| Timing::mount_back_off(n).ms()).collect();
        assert_eq!(mount, [500, 1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 64_000, 122_000, 122_000]);
    }
}
