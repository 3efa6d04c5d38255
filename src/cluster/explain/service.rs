//! Services: which pods they lead to, and why to none.

use std::rc::Rc;

use super::explanation::{Explanation, Field};
use super::rule::{Ends, Rule, rule};
use super::selected::{instead_of, without_pods};
use super::view::{View, count, pod_key};
use crate::api::network::Service;
use crate::api::pod::Pod;
use crate::api::{LabelMap, ObjectKey};

const BY: &str = "endpoint-slice-controller";
const TEXT: &str = "A Service leads to the ready Pods of its namespace that have all labels of its selector, whoever made \
                    them; with publishNotReadyAddresses also to those that are not ready.";

const SERVES: Rule = rule(BY, "Serves", Ends::Settled, "spec.selector", TEXT);
const NO_READY_POD: Rule = rule(BY, "NoReadyPod", Ends::Itself, "spec.selector", TEXT);
const SELECTS_NOTHING: Rule = rule(BY, "SelectsNothing", Ends::Person, "spec.selector", TEXT);
const NO_SELECTOR: Rule = rule(
    BY,
    "NoSelector",
    Ends::Settled,
    "spec.selector",
    "A Service without a selector gets its addresses from somebody else, or is only another name (ExternalName).",
);

pub(super) const RULES: &[&Rule] = &[&SERVES, &NO_READY_POD, &SELECTS_NOTHING, &NO_SELECTOR];

/// Why a Service leads where it leads.
pub(super) fn explain(view: View<'_>, key: &ObjectKey, service: &Service) -> Explanation {
    let selector = &service.spec.selector;
    let name = &key.name;
    let field = Field { object: key.clone(), path: "spec.selector".to_owned() };
    if service.spec.type_ == "ExternalName" {
        return other_name(key, service);
    }
    if selector.is_empty() {
        return Explanation::new(
            key,
            NO_SELECTOR,
            format!("Service {name} has no selector: no controller gives it addresses"),
        )
        .field(field);
    }
    let matches = |labels: &LabelMap| selector.iter().all(|(key, value)| labels.get(key) == Some(value));
    let shown: Vec<String> = selector.iter().map(|(key, value)| format!("{key}={value}")).collect();
    let shown = shown.join(",");
    let pods: Vec<&Rc<Pod>> = view
        .list::<Pod>(Some(&key.namespace))
        .filter(|pod| !pod.is_terminal() && matches(&pod.metadata.labels))
        .collect();
    let ready = pods.iter().filter(|pod| pod.is_ready() && !pod.is_terminating()).count();
    let explained = |rule, sentence: String| {
        Explanation::new(key, rule, sentence)
            .field(field.clone())
            .fact("selector", &shown)
            .fact("pods", pods.len())
            .fact("ready", ready)
    };
    if pods.is_empty() {
        let explanation = explained(
            SELECTS_NOTHING,
            format!("Service {name} leads nowhere: no Pod has the labels {shown}"),
        );
        let patch = |labels: &LabelMap| {
            let selector = instead_of(selector, labels);
            format!(
                "kubectl patch service {name}{} -p '{{\"spec\":{{\"selector\":{selector}}}}}'",
                view.flag(key)
            )
        };
        return without_pods(view, explanation, matches, selector, patch);
    }
    if service.spec.publish_not_ready_addresses {
        let sentence = format!(
            "Service {name} leads to {}, ready or not (publishNotReadyAddresses): {ready} of them {} ready",
            count(pods.len(), "Pod"),
            if ready == 1 { "is" } else { "are" }
        );
        return explained(SERVES, sentence).fact("publishNotReadyAddresses", true);
    }
    if ready > 0 {
        return explained(
            SERVES,
            format!("Service {name} leads to {} of {}", ready_words(ready), count(pods.len(), "Pod")),
        );
    }
    let mut explanation = explained(
        NO_READY_POD,
        match pods.len() {
            1 => format!("Service {name} leads nowhere: its one Pod is not ready"),
            number => format!("Service {name} leads nowhere: none of its {number} Pods is ready"),
        },
    );
    let first = pods.first().map(|pod| pod_key(pod));
    explanation.held_up_by.clone_from(&first);
    if let Some(blocked) = first.and_then(|first| view.blocked(&first)) {
        super::decided::take_over(&mut explanation, blocked);
    }
    explanation
}

/// A Service that is only another name: no controller gives it addresses, whatever its selector says.
fn other_name(key: &ObjectKey, service: &Service) -> Explanation {
    let target = service.spec.extra.get("externalName").and_then(|target| target.as_str());
    let target = target.unwrap_or_default();
    let sentence =
        format!("Service {} is another name of {target}: its selector, if any, is not read", key.name);
    let field = Field { object: key.clone(), path: "spec.externalName".to_owned() };
    Explanation::new(key, NO_SELECTOR, sentence).field(field).fact("externalName", target)
}

fn ready_words(ready: usize) -> String {
    if ready == 1 { "the ready one".to_owned() } else { format!("the {ready} ready ones") }
}
