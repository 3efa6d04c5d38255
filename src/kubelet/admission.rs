//! Whether a node takes a pod on that was bound to it.
//!
//! Models `predicateAdmitHandler.Admit` and `generalFilter`, pkg/kubelet/lifecycle/predicate.go, Kubernetes
//! v1.36: a pod that the scheduler placed passes; one with a preset `nodeName` may not. Left out:
//! extended resources, the operating system, critical pods that push others out.

use super::agent::{Amounts, NodeAgent};
use crate::api::pod::Pod;
use crate::api::scheduling::{HostPort, node_affinity_matches, untolerated_taint};

/// Why a node does not take a pod on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Rejection {
    /// In one word, such as `OutOfcpu`.
    pub(super) reason: String,
    /// In a sentence.
    pub(super) message: String,
}

/// Whether a node takes a pod on, beside what it has given away already.
pub(super) fn admit(pod: &Pod, requested: Amounts, agent: &NodeAgent) -> Result<(), Rejection> {
    let (node, used) = (&agent.node, agent.used);
    let capacity = Amounts::of(&node.status.allocatable);
    let resources = [
        ("pods", requested.pods, used.pods, capacity.pods),
        ("cpu", requested.cpu, used.cpu, capacity.cpu),
        ("memory", requested.memory, used.memory, capacity.memory),
        (
            "ephemeral-storage",
            requested.ephemeral_storage,
            used.ephemeral_storage,
            capacity.ephemeral_storage,
        ),
    ];
    for (name, requested, used, capacity) in resources {
        if requested > 0 && requested > capacity.saturating_sub(used) {
            return Err(Rejection {
                reason: format!("OutOf{name}"),
                message: format!(
                    "Node didn't have enough resource: {name}, requested: {requested}, used: {used}, \
                     capacity: {capacity}"
                ),
            });
        }
    }
    if !node_affinity_matches(&pod.spec, node) {
        return Err(failed("NodeAffinity", "node(s) didn't match Pod's node affinity/selector"));
    }
    if HostPort::of(pod).iter().any(|port| agent.ports.iter().any(|taken| port.conflicts(taken))) {
        return Err(failed("NodePorts", "node(s) didn't have free ports for the requested pod ports"));
    }
    if untolerated_taint(&node.spec.taints, &pod.spec.tolerations, &["NoExecute"]).is_some() {
        return Err(failed("TaintToleration", "node(s) had taints that the pod didn't tolerate"));
    }
    Ok(())
}

fn failed(predicate: &str, why: &str) -> Rejection {
    Rejection { reason: predicate.to_owned(), message: format!("Predicate {predicate} failed: {why}") }
}

#[cfg(test)]
mod tests {
    use super::super::node::NodeConfig;
    use super::*;
    use crate::api::codec::from_value;

    fn check(pod: &str, used_cpu: i64, expected: &str) {
        let read = |text: &str| serde_json::from_str(text).unwrap();
        let pod: Pod = from_value(read(pod)).unwrap();
        let mut node = NodeConfig::recorded("node-1");
        node.taints = from_value(read(r#"[{"key": "gone", "effect": "NoExecute"}]"#)).unwrap();
        let used = Amounts { cpu: used_cpu, pods: 1, ..Amounts::default() };
        let mut agent = NodeAgent::new(node, crate::sim::Time::ZERO);
        agent.used = used;
        let tenant = r#"{"spec": {"containers": [{"ports": [{"hostPort": 21017}]}]}}"#;
        agent.reserve(Amounts::default(), &from_value(read(tenant)).unwrap());
        let told = match admit(&pod, Amounts::requested(&pod.spec), &agent) {
            Ok(()) => "taken on".to_owned(),
            Err(rejection) => format!("{}: {}", rejection.reason, rejection.message),
        };
        assert_eq!(told, expected);
    }

    #[test]
    fn a_pod_must_fit_its_node() {
        let tolerates = r#""tolerations": [{"operator": "Exists"}]"#;
        let cpu = |cpu: &str| {
            format!(r#"{{"containers": [{{"resources": {{"requests": {{"cpu": "{cpu}"}}}}}}], {tolerates}}}"#)
        };
        check(&format!(r#"{{"spec": {}}}"#, cpu("3500m")), 500, "taken on");
        check(
            &format!(r#"{{"spec": {}}}"#, cpu("3501m")),
            500,
            "OutOfcpu: Node didn't have enough resource: cpu, requested: 3501, used: 500, capacity: 4000",
        );
        check(
            &format!(r#"{{"spec": {{"nodeSelector": {{"gpu": "yes"}}, {tolerates}}}}}"#),
            0,
            "NodeAffinity: Predicate NodeAffinity failed: node(s) didn't match Pod's node affinity/selector",
        );
        let port = |port: u32| {
            format!(r#"{{"spec": {{"containers": [{{"ports": [{{"hostPort": {port}}}]}}], {tolerates}}}}}"#)
        };
        check(&port(21018), 0, "taken on");
        check(
            &port(21017),
            0,
            "NodePorts: Predicate NodePorts failed: \
             node(s) didn't have free ports for the requested pod ports",
        );
        check(
            r#"{"spec": {}}"#,
            0,
            "TaintToleration: Predicate TaintToleration failed: \
             node(s) had taints that the pod didn't tolerate",
        );
    }
}
