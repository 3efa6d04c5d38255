//! The invitation to apply what is in the editor, while no workload is there.

use super::stage::StageView;
use crate::api::Kind;
use crate::cluster::{Cluster, Input};

/// What is said where nothing runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invitation {
    /// How it is, in a sentence.
    pub sentence: String,
    /// The file to apply; empty when none is open.
    pub file: String,
    /// What is to be seen then.
    pub then: &'static str,
}

impl Invitation {
    /// The invitation to apply a file; `None` when there is a pod or a workload.
    pub fn of(cluster: &Cluster, stage: &StageView, (file, text): (&str, &str)) -> Option<Self> {
        let kinds = [Kind::StatefulSet, Kind::DaemonSet, Kind::Deployment, Kind::ReplicaSet];
        let has_any = |kind: Kind| cluster.server().list(kind, None).next().is_some();
        if !stage.is_empty() || kinds.into_iter().any(has_any) {
            return None;
        }
        let nodes = stage.lanes.len();
        let nodes = if nodes == 1 { "1 node".to_owned() } else { format!("{nodes} nodes") };
        let sentence = match cluster.server().list(Kind::PersistentVolumeClaim, None).count() {
            0 if !was_used(cluster) => format!("{nodes}, and nothing runs yet."),
            0 => format!("{nodes}, and nothing runs."),
            1 => format!("{nodes}, and nothing runs. 1 claim is kept with its data."),
            claims => format!("{nodes}, and nothing runs. {claims} claims are kept with their data."),
        };
        Some(Self { sentence, file: file.to_owned(), then: then(text) })
    }
}

/// Whether a person has done more than write files.
fn was_used(cluster: &Cluster) -> bool {
    let is_file = |input: &Input| matches!(input, Input::File { .. } | Input::RemoveFile { .. });
    cluster.inputs().iter().any(|entry| !is_file(&entry.input))
}

/// What is to be seen when a text is applied: only an `OrderedReady` set makes its pods in order. The text
/// is not parsed for it, so that the page's start needs no parser: where its lines do not show it, less is
/// said.
fn then(text: &str) -> &'static str {
    let workloads = ["StatefulSet", "DaemonSet", "Deployment", "ReplicaSet", "Pod"];
    let (mut some, mut all_in_order) = (false, true);
    for line in text.lines() {
        let kind = line.strip_prefix("kind:").map(|kind| kind.split('#').next().unwrap_or_default());
        let kind = kind.map(|kind| kind.trim_matches([' ', '"', '\'']));
        if let Some(kind) = kind.filter(|kind| workloads.contains(kind)) {
            some = true;
            all_in_order &= kind == "StatefulSet";
        }
        all_in_order &= !(line.contains("podManagementPolicy") && line.contains("Parallel"));
    }
    match (some, all_in_order) {
        (false, _) => "",
        (true, true) => "and watch its pods come up in order.",
        (true, false) => "and watch its pods come up.",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::Time;
    use crate::ui::examples::EXAMPLES;
    use crate::ui::state::{Action, State};

    fn invitation(state: &State) -> Option<Invitation> {
        let file = &state.files.open;
        Invitation::of(&state.cluster, &state.views.stage, (file, state.files.text(file)))
    }

    #[test]
    fn only_ordered_pods_are_said_to_come_in_order() {
        for example in EXAMPLES {
            let ordered = ["web.yaml", "canary.yaml"].contains(&example.file);
            if ordered || ["web-parallel.yaml", "daemonset.yaml", "deployment.yaml"].contains(&example.file) {
                assert_eq!(then(example.text()).ends_with("in order."), ordered, "{}", example.file);
                assert!(!then(example.text()).is_empty(), "{}", example.file);
            }
        }
        assert_eq!(then("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n"), "");
    }

    #[test]
    fn it_ends_with_the_first_workload_and_tells_of_claims_that_are_kept() {
        let mut state = State::default();
        assert_eq!(
            invitation(&state).map(|it| it.sentence).as_deref(),
            Some("4 nodes, and nothing runs yet.")
        );
        state.reduce(Action::Apply);
        assert_eq!(invitation(&state), None);
        let pass = |state: &mut State, line: &str| {
            state.reduce(Action::Run(line.to_owned()));
            let until = Time::from_ms(state.cluster.now().ms() + 60_000);
            state.machine.run_until(&mut state.cluster, until);
            state.reduce(Action::Panel(state.panel));
        };
        pass(&mut state, "kubectl get pods");
        pass(&mut state, "kubectl scale statefulset web --replicas=0");
        assert!(state.views.stage.is_empty());
        assert_eq!(invitation(&state), None, "the set is there");
        pass(&mut state, "kubectl delete statefulset web");
        let said = invitation(&state).map(|it| it.sentence);
        let expected = "4 nodes, and nothing runs. 2 claims are kept with their data.";
        assert_eq!(said.as_deref(), Some(expected));
        state.reduce(Action::Reset);
        let said = invitation(&state).map(|it| it.sentence);
        assert_eq!(said.as_deref(), Some("4 nodes, and nothing runs yet."), "a new cluster has the files");
    }
}
