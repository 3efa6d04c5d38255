//! Selectors that match nothing: whether pods are still to come, and what comes nearest.

use super::explanation::{Class, Explanation, Mend};
use super::view::{View, named};
use crate::api::apps::StatefulSet;
use crate::api::daemonset::DaemonSet;
use crate::api::deployment::Deployment;
use crate::api::pod::{Pod, PodTemplateSpec};
use crate::api::{Kind, LabelMap, ObjectKey, ObjectMeta};

/// A workload of a namespace, and the labels of its pods.
struct Template<'a> {
    key: ObjectKey,
    labels: &'a LabelMap,
}

fn templates<'a>(view: View<'a>, namespace: &'a str) -> Vec<Template<'a>> {
    let of = |kind, meta: &ObjectMeta, template: &'a PodTemplateSpec| Template {
        key: ObjectKey::new(kind, meta.namespace.clone(), meta.name.clone()),
        labels: &template.metadata.labels,
    };
    let inside = Some(namespace);
    let sets =
        view.list::<StatefulSet>(inside).map(|set| of(Kind::StatefulSet, &set.metadata, &set.spec.template));
    let daemons =
        view.list::<DaemonSet>(inside).map(|set| of(Kind::DaemonSet, &set.metadata, &set.spec.template));
    let deployments =
        view.list::<Deployment>(inside).map(|set| of(Kind::Deployment, &set.metadata, &set.spec.template));
    sets.chain(daemons).chain(deployments).collect()
}

/// Adds to an explanation of a selector without pods what may come, or what the selector perhaps meant.
/// `patch` makes the line that puts other labels in.
pub(super) fn without_pods(
    view: View<'_>,
    mut explanation: Explanation,
    matches: impl Fn(&LabelMap) -> bool,
    wanted: &LabelMap,
    patch: impl Fn(&LabelMap) -> String,
) -> Explanation {
    let namespace = explanation.object.namespace.clone();
    let templates = templates(view, &namespace);
    if let Some(coming) = templates.iter().find(|template| matches(template.labels)) {
        explanation.class = Class::Waiting;
        explanation.sentence.push_str(&format!(" yet; {} makes such Pods", named(&coming.key)));
        explanation.held_up_by = Some(coming.key.clone());
        return explanation;
    }
    // A label of the same name with another value, or of the same value under another name.
    let likeness = |labels: &LabelMap| {
        let has = |(key, value): (&String, &String)| {
            usize::from(labels.contains_key(key)) + usize::from(labels.values().any(|other| other == value))
        };
        wanted.iter().map(has).sum::<usize>()
    };
    let pods = view.list::<Pod>(Some(&namespace)).filter(|pod| pod.metadata.controller_of().is_none());
    let lone = pods.map(|pod| Template { key: super::view::pod_key(pod), labels: &pod.metadata.labels });
    let nearest = templates.into_iter().chain(lone).max_by_key(|template| likeness(template.labels));
    let field = explanation.field.clone();
    if let Some(nearest) = nearest.filter(|nearest| likeness(nearest.labels) > 0) {
        let labels: Vec<String> =
            nearest.labels.iter().map(|(key, value)| format!("{key}={value}")).collect();
        explanation =
            explanation.fact("nearest", format!("{} has {}", named(&nearest.key), labels.join(",")));
        let words = format!("Select the Pods of {}", named(&nearest.key));
        explanation = explanation.mend(Mend::line(words, patch(nearest.labels)));
    }
    match field {
        Some(field) => explanation
            .mend(Mend::edit("Correct the selector, or the labels of the Pods that are meant", field)),
        None => explanation,
    }
}

/// The labels to select as JSON, for a patch that merges: what was selected before is taken away by name.
pub(super) fn instead_of(before: &LabelMap, labels: &LabelMap) -> String {
    let put = labels.iter().map(|(key, value)| format!("\"{key}\":\"{value}\""));
    let gone = before.keys().filter(|key| !labels.contains_key(*key)).map(|key| format!("\"{key}\":null"));
    let pairs: Vec<String> = put.chain(gone).collect();
    format!("{{{}}}", pairs.join(","))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(text: &str) -> LabelMap {
        let pair = |pair: &str| pair.split_once('=').map(|(key, value)| (key.to_owned(), value.to_owned()));
        text.split(',').filter_map(pair).collect()
    }

    #[test]
    fn a_patch_takes_away_what_is_no_longer_selected() {
        for (before, after, patch) in [
            ("app=zk", "name=zk", r#"{"name":"zk","app":null}"#),
            ("app=zk", "app=other", r#"{"app":"other"}"#),
            ("app=zk,tier=a", "app=zk", r#"{"app":"zk","tier":null}"#),
        ] {
            assert_eq!(instead_of(&labels(before), &labels(after)), patch);
        }
    }
}
