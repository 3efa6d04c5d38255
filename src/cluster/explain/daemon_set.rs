//! `DaemonSet`s: what their controller decided, and how to get past it.

use std::rc::Rc;

use super::change::{stuck_first, stuck_update, wake};
use super::decided::decided;
use super::explanation::{Class, Explanation, Field, Mend};
use super::kinds::content_workload;
use super::obstacle::{label_line, nearest, says_what_nodes_are};
use super::view::{View, named};
use crate::api::daemonset::DaemonSet;
use crate::api::node::Node;
use crate::api::{Kind, Object, ObjectKey};
use crate::controllers::daemonset::{Misfit, node_should_run_daemon_pod};

/// Why a set is as it is.
pub(super) fn explain(view: View<'_>, key: &ObjectKey, set: &Rc<DaemonSet>) -> Explanation {
    let object = Object::DaemonSet(Rc::clone(set));
    let Some(explanation) = decided(view, key, &object) else {
        let status = &set.status;
        let pods = format!(
            "{} of {} nodes have a ready Pod, {} of them of the newest revision",
            status.number_ready, status.desired_number_scheduled, status.updated_number_scheduled
        );
        return content_workload(view, key, &object, &pods);
    };
    match explanation.rule.name {
        "SuitableNode" => no_node(view, key, set, explanation),
        "OnDelete" => {
            if let Some(stuck) = stuck_update(view, key) {
                return stuck_first(explanation, stuck);
            }
            let pod = explanation.held_up_by.as_ref().map_or("POD", |pod| pod.name.as_str());
            let line = format!("kubectl delete pod {pod}{}", view.flag(key));
            let field = Field { object: key.clone(), path: "spec.updateStrategy.type".to_owned() };
            explanation
                .mend(Mend::line("Delete the Pod: its node gets one of the new template", line))
                .mend(Mend::edit("Or let the controller do it: RollingUpdate", field))
        }
        "NoWakeup" | "PassedByNode" => explanation.mend(wake(view, key)),
        _ => roll_back(view, key, explanation),
    }
}

/// A rolling update that is stuck on a broken template can simply be taken back.
fn roll_back(view: View<'_>, key: &ObjectKey, explanation: Explanation) -> Explanation {
    let line = format!("kubectl rollout undo {}{}", named(key), view.flag(key));
    let is_known = explanation.mends.iter().any(|mend| mend.line.as_ref() == Some(&line));
    let is_update = matches!(explanation.rule.name, "MaxUnavailable" | "MaxSurge" | "NewPodAvailable");
    if is_known || !is_update || explanation.class != Class::Blocked {
        return explanation;
    }
    explanation.mend(Mend::line("Or go back to the template before", line))
}

/// What gives a node the labels that it lacks.
fn labels_mend(view: View<'_>, set: &DaemonSet, field: Field) -> Mend {
    let lacks = |node: &&Rc<Node>| {
        matches!(node_should_run_daemon_pod(node, set).misfit(), Some(Misfit::NodeSelector { .. }))
    };
    let among: Vec<&str> =
        view.list::<Node>(None).filter(lacks).map(|node| node.metadata.name.as_str()).collect();
    match nearest(view, &set.spec.template.spec, &among) {
        Some((node, missing)) if !says_what_nodes_are(&missing) => {
            label_line(view, node, missing.into_iter())
        }
        _ => Mend::edit("Ask for what nodes have", field),
    }
}

fn no_node(view: View<'_>, key: &ObjectKey, set: &DaemonSet, mut explanation: Explanation) -> Explanation {
    let field = |path: &str| Field { object: key.clone(), path: format!("spec.template.spec.{path}") };
    let mut first: Option<(&str, Misfit)> = None;
    for node in view.list::<Node>(None) {
        let name = node.metadata.name.as_str();
        let Some(misfit) = node_should_run_daemon_pod(node, set).misfit().cloned() else { continue };
        if explanation.facts.len() < 6 {
            explanation.facts.push((name.to_owned(), misfit.to_string()));
        }
        first = first.or(Some((name, misfit)));
    }
    let Some((node, misfit)) = first else {
        return explanation.mend(Mend::line("Let a machine join", "fault add node/NAME"));
    };
    explanation.held_up_by = Some(ObjectKey::new(Kind::Node, "", node));
    let (path, mend) = match misfit {
        Misfit::NodeSelector { .. } => ("nodeSelector", labels_mend(view, set, field("nodeSelector"))),
        Misfit::NodeAffinity => {
            let words = "Correct the affinity, or label nodes as it asks";
            ("affinity", Mend::edit(words, field("affinity.nodeAffinity")))
        }
        Misfit::Taint { .. } => {
            ("tolerations", Mend::edit("Let its Pods tolerate the taint", field("tolerations")))
        }
        Misfit::NodeName { .. } => {
            ("nodeName", Mend::edit("Name a node that exists, or none", field("nodeName")))
        }
    };
    explanation.field(field(path)).mend(mend)
}
