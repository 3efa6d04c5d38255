//! The pods that a set makes: for which node, of which template, with which tolerations.
//!
//! Models `pkg/controller/daemon/util/daemonset_util.go`, Kubernetes v1.36: `CreatePodTemplate`,
//! `AddOrUpdateDaemonPodTolerations`, `ReplaceDaemonSetPodNodeNameNodeAffinity`, `GetTargetNodeName`,
//! `IsPodUpdated`, `AllowsSurge`, `SurgeCount` and `UnavailableCount`.

use crate::api::apps::CONTROLLER_REVISION_HASH;
use crate::api::daemonset::DaemonSet;
use crate::api::intstr::IntOrString;
use crate::api::labels::Requirement;
use crate::api::pod::{Pod, PodSpec, PodTemplateSpec};
use crate::api::scheduling::{Affinity, NodeSelector, NodeSelectorTerm, Toleration};

/// The label with the generation of a pod's template.
pub(crate) const TEMPLATE_GENERATION_LABEL: &str = "pod-template-generation";
/// The annotation with the generation of a set's template.
const TEMPLATE_GENERATION_ANNOTATION: &str = "deprecated.daemonset.template.generation";
/// The field by which a daemon pod names its node.
const NODE_NAME_FIELD: &str = "metadata.name";

/// Taints of nodes in trouble that every daemon pod puts up with, and their effects.
const DAEMON_TOLERATIONS: [(&str, &str); 6] = [
    ("node.kubernetes.io/not-ready", "NoExecute"),
    ("node.kubernetes.io/unreachable", "NoExecute"),
    ("node.kubernetes.io/disk-pressure", "NoSchedule"),
    ("node.kubernetes.io/memory-pressure", "NoSchedule"),
    ("node.kubernetes.io/pid-pressure", "NoSchedule"),
    ("node.kubernetes.io/unschedulable", "NoSchedule"),
];
/// One more for pods that use the node's network.
const HOST_NETWORK_TOLERATION: (&str, &str) = ("node.kubernetes.io/network-unavailable", "NoSchedule");

/// The tolerations of a set's pods: the template's, and those that every daemon pod gets.
pub(crate) fn daemon_pod_tolerations(spec: &PodSpec) -> Vec<Toleration> {
    let mut tolerations = spec.tolerations.clone();
    let host_network = spec.extra.get("hostNetwork").and_then(serde_json::Value::as_bool) == Some(true);
    for (key, effect) in DAEMON_TOLERATIONS.into_iter().chain(host_network.then_some(HOST_NETWORK_TOLERATION))
    {
        let wanted = Toleration {
            key: key.to_owned(),
            operator: "Exists".to_owned(),
            effect: effect.to_owned(),
            ..Toleration::default()
        };
        let is_it = |other: &&mut Toleration| {
            other.key == wanted.key
                && other.operator == wanted.operator
                && other.effect == wanted.effect
                && other.value.is_empty()
        };
        // One with a time limit would let the pod be evicted: it is put up with for good.
        match tolerations.iter_mut().find(is_it) {
            Some(existing) => *existing = wanted,
            None => tolerations.push(wanted),
        }
    }
    tolerations
}

/// The generation of the set's template, when its annotation is a number.
pub(crate) fn template_generation(set: &DaemonSet) -> Option<String> {
    let annotation = set.metadata.annotations.get(TEMPLATE_GENERATION_ANNOTATION)?;
    annotation.parse::<i64>().ok().map(|generation| generation.to_string())
}

/// The template of the set's pods, without their node.
pub(crate) fn daemon_pod_template(set: &DaemonSet, hash: &str) -> PodTemplateSpec {
    let mut template = set.spec.template.clone();
    template.spec.tolerations = daemon_pod_tolerations(&template.spec);
    if let Some(generation) = template_generation(set) {
        template.metadata.labels.insert(TEMPLATE_GENERATION_LABEL.to_owned(), generation);
    }
    if !hash.is_empty() {
        template.metadata.labels.insert(CONTROLLER_REVISION_HASH.to_owned(), hash.to_owned());
    }
    template
}

/// Has the scheduler bind the pod to this node and no other.
pub(crate) fn require_node(spec: &mut PodSpec, node: &str) {
    let requirement = Requirement {
        key: NODE_NAME_FIELD.to_owned(),
        operator: "In".to_owned(),
        values: vec![node.to_owned()],
    };
    let term = NodeSelectorTerm { match_fields: vec![requirement], ..NodeSelectorTerm::default() };
    let affinity = spec.affinity.get_or_insert_with(Affinity::default);
    affinity.node_affinity.get_or_insert_default().required =
        Some(NodeSelector { node_selector_terms: vec![term] });
}

/// The node that a daemon pod is on, or is meant for.
pub(crate) fn target_node_name(pod: &Pod) -> Option<&str> {
    if pod.is_bound() {
        return Some(&pod.spec.node_name);
    }
    let required = pod.spec.affinity.as_ref()?.node_affinity.as_ref()?.required.as_ref()?;
    let mut fields = required.node_selector_terms.iter().flat_map(|term| &term.match_fields);
    let field = fields.find(|field| field.key == NODE_NAME_FIELD && field.operator == "In")?;
    match field.values.as_slice() {
        [node] => Some(node),
        _ => None,
    }
}

/// Whether a pod is of the newest template.
pub(crate) fn is_pod_updated(pod: &Pod, hash: &str, generation: Option<&str>) -> bool {
    let label = |name: &str| pod.metadata.labels.get(name).map(String::as_str);
    (!hash.is_empty() && label(CONTROLLER_REVISION_HASH) == Some(hash))
        || (generation.is_some() && label(TEMPLATE_GENERATION_LABEL) == generation)
}

fn rolling_update<'a>(
    set: &'a DaemonSet,
    field: impl FnOnce(&'a crate::api::daemonset::RollingUpdateDaemonSet) -> Option<&'a IntOrString>,
) -> Option<&'a IntOrString> {
    let strategy = &set.spec.update_strategy;
    if strategy.type_ != "RollingUpdate" {
        return None;
    }
    field(strategy.rolling_update.as_ref()?)
}

/// On how many of so many nodes a new pod may run beside an old one that is available.
///
/// # Errors
/// When the field is no number and no percentage.
pub(crate) fn surge_count(set: &DaemonSet, nodes: i64) -> Result<i64, String> {
    rolling_update(set, |update| update.max_surge.as_ref()).map_or(Ok(0), |surge| surge.scaled(nodes, true))
}

/// On how many of so many nodes the pod may be away.
///
/// # Errors
/// When the field is no number and no percentage.
pub(crate) fn unavailable_count(set: &DaemonSet, nodes: i64) -> Result<i64, String> {
    rolling_update(set, |update| update.max_unavailable.as_ref())
        .map_or(Ok(0), |away| away.scaled(nodes, true))
}

/// Whether a node may have two pods of the set.
pub(crate) fn allows_surge(set: &DaemonSet) -> bool {
    surge_count(set, 1).is_ok_and(|surge| surge > 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::codec::from_value;

    #[test]
    fn a_pod_names_its_node_by_affinity_until_it_is_bound() {
        let mut set = DaemonSet::default();
        let mut pod = Pod { spec: daemon_pod_template(&set, "abc").spec, ..Pod::default() };
        assert_eq!(target_node_name(&pod), None);
        require_node(&mut pod.spec, "node-2");
        assert_eq!(target_node_name(&pod), Some("node-2"));
        "node-3".clone_into(&mut pod.spec.node_name);
        assert_eq!(target_node_name(&pod), Some("node-3"));
        // What the template itself requires is replaced: the node was chosen with it in mind.
        let affinity = serde_json::json!({"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": {
            "nodeSelectorTerms": [{"matchExpressions": [{"key": "a", "operator": "Exists"}]}]}},
            "podAffinity": {}});
        set.spec.template.spec.affinity = Some(from_value(affinity).unwrap());
        let mut spec = daemon_pod_template(&set, "abc").spec;
        require_node(&mut spec, "node-2");
        let affinity = spec.affinity.clone().unwrap();
        assert!(affinity.pod_affinity.is_some());
        let terms = affinity.node_affinity.unwrap().required.unwrap().node_selector_terms;
        assert!(terms.len() == 1 && terms[0].match_expressions.is_empty());
    }

    #[test]
    fn a_toleration_with_a_time_limit_becomes_one_without() {
        let mut spec = PodSpec::default();
        spec.tolerations.push(Toleration {
            key: "node.kubernetes.io/not-ready".into(),
            operator: "Exists".into(),
            effect: "NoExecute".into(),
            toleration_seconds: Some(30),
            ..Toleration::default()
        });
        let tolerations = daemon_pod_tolerations(&spec);
        assert_eq!(tolerations.len(), 6);
        assert!(tolerations.iter().all(|toleration| toleration.toleration_seconds.is_none()));
    }

    #[test]
    fn a_pod_is_updated_by_its_hash_or_by_its_generation() {
        let mut pod = Pod::default();
        assert!(!is_pod_updated(&pod, "", None));
        pod.metadata.labels.insert(CONTROLLER_REVISION_HASH.into(), "abc".into());
        assert!(is_pod_updated(&pod, "abc", None) && !is_pod_updated(&pod, "def", Some("1")));
        pod.metadata.labels.insert(TEMPLATE_GENERATION_LABEL.into(), "1".into());
        assert!(is_pod_updated(&pod, "def", Some("1")));
    }
}
