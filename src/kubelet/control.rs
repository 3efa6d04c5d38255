//! What people may do to the nodes and to what runs there: faults and their end.
//!
//! Models no part of Kubernetes v1.36: it stands for what happens outside the cluster's software. The
//! control plane sees only what the kubelets report of it. Left out: slow networks, full disks.

use super::agent::Outage;
use super::node::NodeConfig;
use super::nodes::no_node;
use super::report::Pressure;
use super::{Ctx, Kubelets};
use crate::api::codec::api_enum;
use crate::sim::Span;

api_enum! {
    /// A fault, or the end of one.
    #[derive(Clone, Debug, PartialEq)]
    pub enum Control {
        /// The first running container of a pod ends with code 1.
        Crash {
            /// Namespace of the pod.
            namespace: String,
            /// Name of the pod.
            pod: String,
        },
        /// The first running container of a pod ends with this code.
        Exit {
            /// Namespace of the pod.
            namespace: String,
            /// Name of the pod.
            pod: String,
            /// The code.
            code: i64,
        },
        /// The first running container of a pod takes too much memory and is killed.
        OutOfMemory {
            /// Namespace of the pod.
            namespace: String,
            /// Name of the pod.
            pod: String,
        },
        /// The first running container of a pod fails its liveness probe: it is stopped and started again.
        FailLiveness {
            /// Namespace of the pod.
            namespace: String,
            /// Name of the pod.
            pod: String,
        },
        /// The readiness probes of a pod fail from now on.
        Unready {
            /// Namespace of the pod.
            namespace: String,
            /// Name of the pod.
            pod: String,
        },
        /// The readiness probes of a pod pass again.
        Ready {
            /// Namespace of the pod.
            namespace: String,
            /// Name of the pod.
            pod: String,
        },
        /// The node runs out of memory and gives a pod up.
        Evict {
            /// Namespace of the pod.
            namespace: String,
            /// Name of the pod.
            pod: String,
        },
        /// The first container of every pod of this name ends so long after each start, until it is cleared.
        CrashLoop {
            /// Namespace of the pod.
            namespace: String,
            /// Name of the pod.
            pod: String,
            /// From its start to its end.
            after_ms: u64,
            /// The code.
            code: i64,
        },
        /// Every pod of this name starts up so slowly, until it is cleared.
        SlowStart {
            /// Namespace of the pod.
            namespace: String,
            /// Name of the pod.
            pod: String,
            /// From a container's start to its first probe that passes.
            by_ms: u64,
        },
        /// The processes of every pod of this name take no notice of SIGTERM, until it is cleared.
        IgnoreTerm {
            /// Namespace of the pod.
            namespace: String,
            /// Name of the pod.
            pod: String,
        },
        /// The faults of a pod's name that stay are over, and so is its lost readiness.
        ClearPod {
            /// Namespace of the pod.
            namespace: String,
            /// Name of the pod.
            pod: String,
        },
        /// No registry has an image, until it is cleared.
        BreakImage {
            /// The image as pods name it.
            image: String,
        },
        /// Pulls of an image take so long, until it is cleared.
        SlowPull {
            /// The image as pods name it.
            image: String,
            /// How long.
            by_ms: u64,
        },
        /// The faults of an image are over.
        ClearImage {
            /// The image as pods name it.
            image: String,
        },
        /// A node's kubelet stops. Containers go on, and nobody looks after them.
        StopNode {
            /// Name of the node.
            node: String,
        },
        /// A node's network is cut. Its kubelet goes on by itself.
        Partition {
            /// Name of the node.
            node: String,
        },
        /// A node loses power: no container survives.
        PowerOff {
            /// Name of the node.
            node: String,
        },
        /// A node's kubelet, network or power is back.
        StartNode {
            /// Name of the node.
            node: String,
        },
        /// A node is started anew: it loses power for no time.
        Reboot {
            /// Name of the node.
            node: String,
        },
        /// A new machine joins.
        AddNode {
            /// Its name and size.
            node: NodeConfig,
        },
        /// A node's machine is gone for good; its object stays until somebody deletes it.
        ForgetNode {
            /// Name of the node.
            node: String,
        },
        /// A node's machine gets another size; what is empty stays.
        Resize {
            /// Name of the node.
            node: String,
            /// Its cores, such as `4`.
            cpu: String,
            /// Its memory, such as `8Gi`.
            memory: String,
            /// How many pods it takes.
            pods: Option<u32>,
        },
        /// A node is short of something, or no longer.
        Pressure {
            /// Name of the node.
            node: String,
            /// Of what.
            of: Pressure,
            /// Whether it is.
            on: bool,
        },
        /// Volumes of a class cannot be made from now on, or can again.
        FailProvisioning {
            /// Name of the class.
            class: String,
            /// Whether they fail.
            on: bool,
        },
        /// Volumes of a class are made on this node, whatever the scheduler selects; `None` ends it.
        MisplaceVolumes {
            /// Name of the class.
            class: String,
            /// Name of the node.
            node: Option<String>,
        },
    }
}

/// For no node: what another fault is read into.
impl Default for Control {
    fn default() -> Self {
        Self::StartNode { node: String::new() }
    }
}

impl Kubelets {
    /// Carries a fault out.
    ///
    /// # Errors
    /// Why it cannot be carried out, in a sentence.
    pub fn control(&mut self, control: Control, context: &mut Ctx<'_>) -> Result<(), String> {
        match control {
            Control::StopNode { node } => self.fail(&node, Outage::KubeletStopped, context),
            Control::Partition { node } => self.fail(&node, Outage::Partitioned, context),
            Control::PowerOff { node } => self.fail(&node, Outage::PoweredOff, context),
            Control::StartNode { node } => self.recover(&node, context),
            Control::Reboot { node } => {
                self.fail(&node, Outage::PoweredOff, context)?;
                self.recover(&node, context)
            }
            Control::AddNode { node } => self.add_node(node, context),
            Control::ForgetNode { node } => self.forget_node(&node, context),
            Control::Resize { node, cpu, memory, pods } => {
                let agent = self.agents.get_mut(&node).ok_or_else(|| no_node(&node))?;
                let config = &mut agent.config;
                for (size, new) in [(&mut config.cpu, cpu), (&mut config.memory, memory)] {
                    if !new.is_empty() {
                        *size = new;
                    }
                }
                config.pods = pods.unwrap_or(config.pods);
                self.post(&node, context);
                Ok(())
            }
            Control::Pressure { node, of, on } => {
                let agent = self.agents.get_mut(&node).ok_or_else(|| no_node(&node))?;
                if on {
                    agent.pressures.insert(of)
                } else {
                    agent.pressures.remove(&of)
                };
                self.post(&node, context);
                Ok(())
            }
            Control::BreakImage { image } => {
                self.faults.change_image(&image, |faults| faults.is_missing = true);
                Ok(())
            }
            Control::SlowPull { image, by_ms } => {
                self.faults.change_image(&image, |faults| faults.slow_pull = Some(Span::from_ms(by_ms)));
                Ok(())
            }
            Control::ClearImage { image } => {
                self.faults.images.remove(&image);
                Ok(())
            }
            Control::FailProvisioning { .. } | Control::MisplaceVolumes { .. } => {
                Err("no kubelet makes volumes".to_owned())
            }
            control => self.control_pod(control, context),
        }
    }
}
