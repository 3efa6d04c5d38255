//! What can be done with an object: the words of its menu, and the line that each runs.
//!
//! Faults are lines of the sandbox's own `fault` command: the terminal shows them, and says whose they are.

use yew::prelude::*;

use super::tile::namespace_flag;
use crate::api::{Kind, ObjectKey};
use crate::ui::state::Action;
use crate::ui::view_model::drain::DrainDraft;
use crate::ui::view_model::inspector::InspectorView;

/// The word of an action; what is the sandbox's own is marked.
pub(crate) fn action_word(word: &'static str, action: &Action) -> Html {
    html! {
        <>
            { word }
            if action.is_sandbox_command() {
                <span class="own" title="The sandbox's own: no command of kubectl's">{ "sandbox" }</span>
            }
        </>
    }
}

/// Words of a menu with what they do.
pub(crate) type Actions = Vec<(&'static str, Action)>;

fn run(line: String) -> Action {
    Action::Run(line)
}

/// What can be done with a node.
pub(crate) fn node_actions(name: &str, is_cordoned: bool, is_ready: bool) -> Actions {
    let cordon = if is_cordoned { ("Uncordon", "uncordon") } else { ("Cordon", "cordon") };
    let power = if is_ready { ("Cut its power", "stop") } else { ("Start it again", "start") };
    vec![
        (cordon.0, run(format!("kubectl {} {name}", cordon.1))),
        ("Drain…", Action::PrepareDrain(Some(DrainDraft::of(name)))),
        ("Labels and taints", Action::Select(Some(ObjectKey::new(Kind::Node, "", name)))),
        ("Describe", run(format!("kubectl describe node {name}"))),
        ("Delete the Node", run(format!("kubectl delete node {name}"))),
        (power.0, run(format!("fault {} node/{name}", power.1))),
        ("Restart it", run(format!("fault restart node/{name}"))),
    ]
}

/// What can be done with a pod; its containers can be broken while they run.
pub(crate) fn pod_actions(key: &ObjectKey, is_running: bool) -> Actions {
    let (name, flag) = (&key.name, namespace_flag(&key.namespace));
    let mut actions = vec![
        ("Describe", run(format!("kubectl describe pod {name}{flag}"))),
        ("Logs", run(format!("kubectl logs {name}{flag}"))),
        ("YAML", run(format!("kubectl get pod {name}{flag} -o yaml"))),
        ("Delete", run(format!("kubectl delete pod {name}{flag}"))),
    ];
    // The fault command knows the session's namespace alone.
    if is_running && flag.is_empty() {
        actions.extend([
            ("Ask to evict it", run(format!("evict pod/{name}"))),
            ("Crash it", run(format!("fault crash pod/{name}"))),
            ("Fail its readiness", run(format!("fault unready pod/{name}"))),
            ("Pass its readiness", run(format!("fault ready pod/{name}"))),
        ]);
    }
    actions
}

/// What can be done with the chosen object.
pub(crate) fn object_actions(view: &InspectorView) -> Actions {
    if !view.exists {
        return Vec::new();
    }
    let (name, flag) = (&view.key.name, namespace_flag(&view.key.namespace));
    let singular = view.key.kind.resource().singular;
    let line = |verb: &str| run(format!("kubectl {verb} {singular} {name}{flag}"));
    match view.key.kind {
        Kind::Node => node_actions(name, view.is_cordoned, view.is_ready),
        Kind::Pod => pod_actions(&view.key, view.is_running),
        Kind::StatefulSet | Kind::DaemonSet | Kind::Deployment => {
            let restart = format!("kubectl rollout restart {singular}/{name}{flag}");
            vec![
                ("Describe", line("describe")),
                ("Edit", line("edit")),
                ("Restart", run(restart)),
                ("Delete", line("delete")),
            ]
        }
        Kind::ReplicaSet | Kind::PodDisruptionBudget => {
            vec![("Describe", line("describe")), ("Edit", line("edit")), ("Delete", line("delete"))]
        }
        _ => vec![("Describe", line("describe"))],
    }
}
