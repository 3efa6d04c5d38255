//! What the recorded scheduler drew among equally good nodes: chance, and so an input of the replay.
//!
//! Told by its Events `Scheduled`, in order. The replay's scheduler takes a recorded node only where its own
//! scores leave the choice open, so a node that it would not choose shows up as a difference.

use super::format::Recording;
use crate::collections::{SortedMap, sort};

/// The recorded nodes by pod, as [`crate::cluster::ClusterConfig::draws`] wants them.
pub(super) fn of(recording: &Recording) -> SortedMap<String, Vec<String>> {
    let seen = || recording.steps.iter().flat_map(|step| &step.events);
    let mut sets: Vec<&str> =
        seen().filter(|seen| seen.kind == "ReplicaSet").map(|seen| seen.name.as_str()).collect();
    sort(&mut sets);
    sets.dedup();
    let mut placed_sets: Vec<&str> = Vec::new();
    let mut draws: SortedMap<String, Vec<String>> = SortedMap::new();
    for told in seen().filter(|seen| seen.kind == "Event" && seen.reason == "Scheduled") {
        let Some((name, node)) = placement(&told.message) else {
            continue;
        };
        let set = sets.iter().find(|set| name.rsplit_once('-').is_some_and(|(prefix, _)| prefix == **set));
        let pod = match set {
            None => name.to_owned(),
            Some(set) => {
                let at = placed_sets.iter().position(|placed| placed == set).unwrap_or_else(|| {
                    placed_sets.push(set);
                    placed_sets.len() - 1
                });
                format!("#{at}")
            }
        };
        draws.entry(pod).or_default().push(node.to_owned());
    }
    draws
}

/// `Successfully assigned default/web-0 to node-1`
fn placement(message: &str) -> Option<(&str, &str)> {
    let (pod, node) = message.strip_prefix("Successfully assigned ")?.split_once(" to ")?;
    Some((pod.split_once('/')?.1, node))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recording::format::{Seen, Step};

    #[test]
    fn draws_are_read_off_the_events() {
        let event = |pod: &str, node: &str| Seen {
            kind: "Event".into(),
            reason: "Scheduled".into(),
            message: format!("Successfully assigned default/{pod} to {node}"),
            ..Seen::default()
        };
        let set = |name: &str| Seen { kind: "ReplicaSet".into(), name: name.into(), ..Seen::default() };
        let events = vec![
            set("hello-b5"),
            set("hello-a7"),
            event("hello-b5-x2x2x", "node-3"),
            event("web-0", "node-1"),
            event("hello-a7-y3y3y", "node-2"),
            event("web-0", "node-2"),
        ];
        let recording = Recording { steps: vec![Step { events, ..Step::default() }], ..Recording::default() };
        let said: Vec<String> =
            of(&recording).into_iter().map(|(pod, nodes)| format!("{pod} {}", nodes.join(","))).collect();
        assert_eq!(said, ["#0 node-3", "#1 node-2", "web-0 node-1,node-2"]);
    }
}
