//! What people may do to the nodes and to what runs there: faults and their end.
//!
//! Models no part of Kubernetes v1.36: it stands for what happens outside the cluster's software. The
//! control plane sees only what the kubelets report of it. Left out: slow networks, full disks.

use super::Kubelets;
use super::admission::Rejection;
use super::container::{Place, Told};
use super::worker::{Outcome, Plan, containers};
use crate::api::codec::api_enum;
use crate::client::{Context, EventType};

api_enum! {
    /// A fault, or the end of one.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub enum Control {
        /// The first running container of a pod ends with code 1.
        Crash {
            /// Namespace of the pod.
            namespace: String,
            /// Name of the pod.
            pod: String,
        },
        /// The first running container of a pod fails its liveness probe: it is killed and started again.
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
        /// A node's kubelet neither sees nor does anything from now on.
        StopNode {
            /// Name of the node.
            node: String,
        },
        /// A node's kubelet takes its work up again.
        StartNode {
            /// Name of the node.
            node: String,
        },
        /// A node's machine is gone for good; its object stays until somebody deletes it.
        ForgetNode {
            /// Name of the node.
            node: String,
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
    pub fn control(
        &mut self,
        control: Control,
        context: &mut Context<'_, super::Timer>,
    ) -> Result<(), String> {
        match control {
            Control::StopNode { node } => {
                self.agents.get_mut(&node).ok_or_else(|| no_node(&node))?.frozen = true;
                Ok(())
            }
            Control::StartNode { node } => {
                self.agents.get_mut(&node).ok_or_else(|| no_node(&node))?.frozen = false;
                self.catch_up(&node, context);
                Ok(())
            }
            Control::ForgetNode { node } => {
                self.agents.remove(&node).ok_or_else(|| no_node(&node))?;
                self.workers.retain(|_, worker| worker.pod.spec.node_name != node);
                Ok(())
            }
            Control::Crash { ref namespace, ref pod }
            | Control::FailLiveness { ref namespace, ref pod }
            | Control::Unready { ref namespace, ref pod }
            | Control::Ready { ref namespace, ref pod }
            | Control::Evict { ref namespace, ref pod } => {
                let place = (namespace.clone(), pod.clone());
                self.control_pod(&control, &place, context)
            }
        }
    }

    fn control_pod(
        &mut self,
        control: &Control,
        place: &(String, String),
        context: &mut Context<'_, super::Timer>,
    ) -> Result<(), String> {
        let now = context.now();
        let name = &place.1;
        let not_running = || format!("pod \"{name}\" has no running container");
        let (key, worker) = self.workers.get_key_value(place).ok_or_else(not_running)?;
        let (key, mut worker) = (key.clone(), worker.clone());
        let node = worker.pod.spec.node_name.clone();
        let agent = self.agents.get_mut(&node).ok_or_else(not_running)?;
        if worker.plan != Plan::Live || agent.frozen {
            return Err(not_running());
        }
        let pod = std::rc::Rc::clone(&worker.pod);
        let mut outcome = Outcome { status: true, ..Outcome::default() };
        match control {
            Control::Unready { .. } | Control::Ready { .. } => {
                let held = matches!(control, Control::Unready { .. });
                for (run, container) in worker.runs.iter_mut().zip(containers(&pod)) {
                    let was_ready = run.ready;
                    run.hold_unready(held);
                    if was_ready && held && !self.timing.stand_in && container.readiness_probe.is_some() {
                        let message = "Readiness probe failed: the application says that it is not ready";
                        outcome.told.push(unhealthy(&container.name, message));
                    }
                }
            }
            Control::Evict { .. } => {
                let message = "The node was low on resource: memory. ".to_owned();
                outcome.told.push(Told {
                    type_: EventType::Warning,
                    reason: "Evicted",
                    message: message.clone(),
                    field_path: String::new(),
                });
                worker.give_up(Rejection { reason: "Evicted".to_owned(), message }, now);
            }
            _ => {
                let mut runs = worker.runs.iter_mut().zip(containers(&pod));
                let (run, container) = runs.find(|(run, _)| run.is_running()).ok_or_else(not_running)?;
                let killed = matches!(control, Control::FailLiveness { .. });
                if killed && !self.timing.stand_in {
                    let message = "Liveness probe failed: the application does not answer";
                    outcome.told.push(unhealthy(&container.name, message));
                    let message =
                        format!("Container {} failed liveness probe, will be restarted", container.name);
                    outcome.told.push(Told { reason: "Killing", ..normal(&container.name, message) });
                }
                let (timing, told) = (&self.timing, &mut outcome.told);
                let mut place = Place { timing, images: &mut agent.images, pod: &pod, container, told };
                run.exit(if killed { 137 } else { 1 }, now, &mut place);
            }
        }
        self.workers.insert(key.clone(), worker);
        self.carry_out(&key, outcome, context);
        Ok(())
    }
}

fn no_node(node: &str) -> String {
    format!("no kubelet runs on node \"{node}\"")
}

fn normal(container: &str, message: String) -> Told {
    Told {
        type_: EventType::Normal,
        reason: "",
        message,
        field_path: format!("spec.containers{{{container}}}"),
    }
}

fn unhealthy(container: &str, message: &str) -> Told {
    Told { type_: EventType::Warning, reason: "Unhealthy", ..normal(container, message.to_owned()) }
}
