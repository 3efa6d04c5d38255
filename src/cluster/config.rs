//! How a cluster is made: its nodes, how long things take, and the seed.

use super::event_log::LogDetail;
use crate::api::codec::api_struct;
use crate::apiserver::Build;
use crate::controllers::{
    Controller, ControllerManager, DaemonSetController, DeploymentController, DisruptionController,
    EndpointSliceController, GarbageCollector, KubernetesService, NamespaceController, NodeLifecycle, PodGc,
    ReplicaSetController, ServiceAccounts, StatefulSetController, SystemNamespaces, TaintEviction, volume,
};
use crate::kubelet::{NodeConfig, Timing};
use crate::scheduler::DrawTable;
use crate::sim::Rng;

api_struct! {
    /// How a cluster is made. Together with the inputs it decides the whole run.
    #[derive(Clone, Debug, PartialEq)]
    pub struct ClusterConfig {
        /// Decides every random choice.
        pub seed: u64,
        /// The nodes at birth.
        pub nodes: Vec<NodeConfig>,
        /// How long the nodes and the provisioner take.
        pub timing: Timing,
        /// How long a change takes to reach the processes that follow it, in milliseconds.
        pub watch_latency_ms: u64,
        /// How long until the scheduler turns to a change, in milliseconds: longer than a controller's answer
        /// to the same change takes to arrive, so that the two do not write to one claim at the same time.
        pub scheduling_latency_ms: u64,
        /// How many delivered changes of each kind are kept for commands that watch.
        pub watch_log_kept: u64,
        /// Whether a volume can be reached only from the node on which its first pod ran.
        pub local_volumes: bool,
        /// Which of equally good nodes the scheduler takes, as far as it is laid down; by pod.
        pub draws: DrawTable [omitempty],
        /// How much the event log writes down.
        pub log_detail: LogDetail [skip],
    }
}

impl Default for ClusterConfig {
    /// Four nodes, as the page starts.
    fn default() -> Self {
        Self::with_nodes(4)
    }
}

impl ClusterConfig {
    /// A cluster of equal nodes `node-1` to `node-N`.
    pub fn with_nodes(count: usize) -> Self {
        Self {
            seed: 1,
            nodes: (1..=count).map(|number| NodeConfig::named(format!("node-{number}"))).collect(),
            timing: Timing::default(),
            watch_latency_ms: 5,
            scheduling_latency_ms: 12,
            watch_log_kept: 2_000,
            local_volumes: false,
            draws: DrawTable::new(),
            log_detail: LogDetail::default(),
        }
    }

    /// The recorded cluster: its stand-in kubelets' timing.
    pub fn recorded(nodes: usize) -> Self {
        let nodes = (1..=nodes).map(|number| NodeConfig::recorded(format!("node-{number}"))).collect();
        Self { timing: Timing::recorded(), nodes, ..Self::with_nodes(0) }
    }

    /// Whose build of the API server runs here.
    pub(super) fn build(&self) -> Build {
        if self.timing.stand_in { Build::MicroShift } else { Build::Upstream }
    }

    /// The controllers that run here.
    pub(super) fn controller_manager(&self) -> ControllerManager {
        let mut controllers: Vec<Box<dyn Controller>> = vec![
            Box::new(StatefulSetController::default()),
            Box::new(ReplicaSetController::default()),
            Box::new(DaemonSetController::default()),
            Box::new(DeploymentController),
            Box::new(GarbageCollector::default()),
            Box::new(EndpointSliceController::default()),
            Box::new(NamespaceController),
            Box::new(ServiceAccounts),
            Box::new(NodeLifecycle::default()),
            Box::new(TaintEviction::default()),
            Box::new(PodGc::default()),
            Box::new(DisruptionController::new(Rng::new(self.seed).fork("disruption"))),
            Box::new(KubernetesService),
            Box::new(SystemNamespaces),
        ];
        controllers.extend(volume::controllers(self.timing.provision(), self.local_volumes));
        ControllerManager::new(controllers)
    }
}
