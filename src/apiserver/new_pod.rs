//! What a new pod gets before it is stored: its first status, and the label keys of its rules as selectors.
//!
//! Models `PrepareForCreate` of `podStrategy`, pkg/registry/core/pod/strategy.go, and `GetPodQOS`,
//! pkg/apis/core/v1/helper/qos, Kubernetes v1.36. Rules that name labels by key (`matchLabelKeys`,
//! `mismatchLabelKeys`) become requirements with the pod's own values, so that the scheduler, which looks at
//! stored pods, needs no other labels. Left out: `AppArmor`.

use serde_json::{Value, json};

use super::fields;
use crate::api::codec::from_value;
use crate::api::labels::Requirement;
use crate::api::meta::Condition;
use crate::api::pod::{Pod, PodStatus, ResourceList, ResourceRequirements};
use crate::api::quantity::Quantity;
use crate::api::scheduling::{Affinity, PodAffinityTerm};
use crate::api::{LabelMap, Timestamp};
use crate::sim::Time;

const MATCH: &str = "matchLabelKeys";
const MISMATCH: &str = "mismatchLabelKeys";
const SPREAD: &str = "topologySpreadConstraints";

/// Sets what a client may not choose, and completes the pod's rules about others.
// Out of line, so that the page's start does not carry it.
#[inline(never)]
pub(super) fn prepare(pod: &mut Pod, now: Time) {
    pod.metadata.generation = 1;
    pod.status = PodStatus {
        phase: "Pending".to_owned(),
        qos_class: qos_class(pod).to_owned(),
        ..PodStatus::default()
    };
    if pod.spec.extra.get("schedulingGates").is_some_and(|gates| !fields::is_empty(gates)) {
        pod.status.conditions.push(gated(now));
    }
    let labels = &pod.metadata.labels;
    // Pods of one template share their spec for as long as nothing is changed in it.
    if pod.spec.affinity.as_ref().is_some_and(names_label_keys)
        && let Some(affinity) = &mut pod.spec.affinity
    {
        terms_mut(affinity).for_each(|term| fold_term(term, labels));
    }
    let constraints = pod.spec.extra.get(SPREAD).and_then(Value::as_array).into_iter().flatten();
    if constraints.into_iter().any(|constraint| !fields::items(constraint, MATCH).is_empty())
        && let Some(Value::Array(constraints)) = pod.spec.extra.get_mut(SPREAD)
    {
        for constraint in constraints {
            fold_constraint(constraint, labels);
        }
    }
}

/// Until a pod's gates are gone the scheduler does not look at it.
fn gated(now: Time) -> Condition {
    Condition {
        type_: "PodScheduled".to_owned(),
        status: "False".to_owned(),
        last_transition_time: Some(Timestamp::at(now)),
        reason: "SchedulingGated".to_owned(),
        message: "Scheduling is blocked due to non-empty scheduling gates".to_owned(),
        ..Condition::default()
    }
}

fn names_label_keys(affinity: &Affinity) -> bool {
    [&affinity.pod_affinity, &affinity.pod_anti_affinity].into_iter().flatten().any(|part| {
        let preferred = part.preferred.iter().map(|preferred| &preferred.pod_affinity_term);
        part.required
            .iter()
            .chain(preferred)
            .any(|term| [MATCH, MISMATCH].iter().any(|keys| term.extra.contains_key(*keys)))
    })
}

fn terms_mut(affinity: &mut Affinity) -> impl Iterator<Item = &mut PodAffinityTerm> {
    [&mut affinity.pod_affinity, &mut affinity.pod_anti_affinity].into_iter().flatten().flat_map(|part| {
        let preferred = part.preferred.iter_mut().map(|preferred| &mut preferred.pod_affinity_term);
        part.required.iter_mut().chain(preferred)
    })
}

/// The pod's values of some labels, by the keys in a list; a label that it lacks is left out.
fn own_values<'a>(keys: Option<&Value>, labels: &'a LabelMap) -> Vec<(&'a String, &'a String)> {
    let keys = keys.and_then(Value::as_array).into_iter().flatten();
    keys.filter_map(|key| labels.get_key_value(key.as_str()?)).collect()
}

/// Without a selector a term means no pod, and stays so.
fn fold_term(term: &mut PodAffinityTerm, labels: &LabelMap) {
    let Some(selector) = &mut term.label_selector else { return };
    for (field, operator) in [(MATCH, "In"), (MISMATCH, "NotIn")] {
        let own = own_values(term.extra.get(field), labels);
        selector.match_expressions.extend(own.into_iter().map(|(key, value)| Requirement {
            key: key.clone(),
            operator: operator.to_owned(),
            values: vec![value.clone()],
        }));
    }
}

/// The same for a constraint, which is a value.
fn fold_constraint(constraint: &mut Value, labels: &LabelMap) {
    let own = own_values(constraint.get(MATCH), labels);
    if own.is_empty() {
        return;
    }
    let Some(Value::Object(selector)) = constraint.get_mut("labelSelector") else { return };
    let expressions = selector.entry("matchExpressions").or_insert_with(|| json!([]));
    if let Value::Array(expressions) = expressions {
        expressions.extend(
            own.into_iter().map(|(key, value)| json!({"key": key, "operator": "In", "values": [value]})),
        );
    }
}

/// `Guaranteed` when every container's limits are its requests, `BestEffort` when there are neither; a pod
/// that says what it needs as a whole is judged by that alone.
fn qos_class(pod: &Pod) -> &'static str {
    let whole = pod.spec.extra.get("resources").filter(|whole| !whole.is_null());
    let whole: Option<ResourceRequirements> = whole.and_then(|whole| from_value(whole.clone()).ok());
    let containers = pod.spec.init_containers.iter().chain(&pod.spec.containers);
    let judged: Vec<&ResourceRequirements> = match &whole {
        Some(whole) => vec![whole],
        None => containers.map(|container| &container.resources).collect(),
    };
    let mut any = false;
    let mut guaranteed = true;
    for resources in judged {
        for name in ["cpu", "memory"] {
            let amount = |list: &ResourceList| {
                let parsed = Quantity::parse(list.get(name)?).ok()?;
                (!parsed.is_zero()).then(|| (parsed.value(), parsed.milli_value()))
            };
            let (request, limit) = (amount(&resources.requests), amount(&resources.limits));
            any |= request.is_some() || limit.is_some();
            guaranteed &= limit.is_some() && (request.is_none() || request == limit);
        }
    }
    match (any, guaranteed) {
        (false, _) => "BestEffort",
        (true, true) => "Guaranteed",
        (true, false) => "Burstable",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::prepare;
    use crate::api::codec::{from_value, to_value};
    use crate::api::pod::Pod;
    use crate::sim::Time;

    fn prepared(spec: &Value) -> Value {
        let labels = json!({"app": "w", "hash": "a1"});
        let mut pod: Pod = from_value(json!({"metadata": {"labels": labels}, "spec": spec})).unwrap();
        prepare(&mut pod, Time::ZERO);
        to_value(&pod)
    }

    #[test]
    fn a_gated_pod_says_so() {
        let pod = prepared(&json!({"containers": [], "schedulingGates": [{"name": "foo"}]}));
        let condition = &pod["status"]["conditions"][0];
        assert_eq!(condition["type"], "PodScheduled");
        assert_eq!(condition["status"], "False");
        assert_eq!(condition["reason"], "SchedulingGated");
        assert_eq!(condition["message"], "Scheduling is blocked due to non-empty scheduling gates");
        let open = prepared(&json!({"containers": [], "schedulingGates": []}));
        assert_eq!(open["status"], json!({"phase": "Pending", "qosClass": "BestEffort"}));
    }

    #[test]
    fn a_pod_as_a_whole_has_a_class() {
        let class = |whole: Value| {
            let container = json!({"name": "a", "resources": {"requests": {"cpu": "1"}}});
            let pod = prepared(&json!({"containers": [container], "resources": whole}));
            pod["status"]["qosClass"].as_str().unwrap().to_owned()
        };
        let both = json!({"cpu": "1", "memory": "1Gi"});
        assert_eq!(class(Value::Null), "Burstable");
        assert_eq!(class(json!({})), "BestEffort");
        assert_eq!(class(json!({"limits": both, "requests": both})), "Guaranteed");
        assert_eq!(class(json!({"limits": both, "requests": {"cpu": "1", "memory": "1Mi"}})), "Burstable");
        assert_eq!(class(json!({"limits": {"cpu": "1"}, "requests": {"cpu": "1"}})), "Burstable");
    }

    #[test]
    fn label_keys_become_requirements() {
        let term = |selector: Value, expressions: Value| {
            let mut term = json!({"topologyKey": "z", "matchLabelKeys": ["hash", "missing"],
                "mismatchLabelKeys": ["app"], "labelSelector": selector});
            if let (Some(selector), false) = (term["labelSelector"].as_object_mut(), expressions.is_null()) {
                selector.insert("matchExpressions".to_owned(), expressions);
            }
            term
        };
        let folded = json!([
            {"key": "hash", "operator": "In", "values": ["a1"]},
            {"key": "app", "operator": "NotIn", "values": ["w"]},
        ]);
        let affinity = |expressions: &Value| {
            let term = term(json!({"matchLabels": {"app": "w"}}), expressions.clone());
            json!({
                "podAffinity": {"preferredDuringSchedulingIgnoredDuringExecution": [
                    {"weight": 1, "podAffinityTerm": term},
                ]},
                "podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [term]},
            })
        };
        let spec = |expressions: &Value, spread: &Value| {
            json!({"containers": [], "affinity": affinity(expressions), "topologySpreadConstraints": [
                {"maxSkew": 1, "matchLabelKeys": ["hash"], "labelSelector": spread},
                {"maxSkew": 1, "matchLabelKeys": ["missing"], "labelSelector": {}},
                {"maxSkew": 1, "matchLabelKeys": ["hash"]},
            ]})
        };
        let before = spec(&Value::Null, &json!({}));
        let spread = json!({"matchExpressions": [{"key": "hash", "operator": "In", "values": ["a1"]}]});
        let expected = spec(&folded, &spread);
        let pod = prepared(&before);
        assert_eq!(pod["spec"]["affinity"], expected["affinity"]);
        assert_eq!(pod["spec"]["topologySpreadConstraints"], expected["topologySpreadConstraints"]);
    }
}
