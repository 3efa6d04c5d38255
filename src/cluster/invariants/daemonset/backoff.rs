//! How far apart failed daemon pods of a node are deleted.

use super::placement::suits;
use super::{Daemon, deleted, nodes};
use crate::api::Object;
use crate::apiserver::WatchEvent;
use crate::cluster::invariants::{Memory, Seen};
use crate::collections::SortedMap;
use crate::sim::{Span, Time};

const LONGEST_BACKOFF: Span = Span::from_seconds(15 * 60);

const BACKOFF_FORGOTTEN: Span = Span::from_seconds(30 * 60);

/// A node whose failed pod was deleted.
#[derive(Clone, Copy, Debug)]
pub struct Failed {
    at: Time,
    delay: Span,
    generation: Option<i64>,
}

/// The nodes whose failed pods were deleted, by uid of the set and name of the node.
pub type FailedPods = SortedMap<(String, String), Failed>;

/// A failed pod whose deletion its set's controller has just asked for.
pub(super) fn failed<'a>(seen: &'a Seen<'_>) -> Option<Daemon<'a>> {
    let daemon = deleted(seen)?;
    let fails = daemon.pod.status.phase == "Failed" && !daemon.pod.is_terminating();
    (fails && !nodes(seen, daemon.node).is_empty()).then_some(daemon)
}

pub(super) fn failed_pods_back_off(seen: &Seen<'_>) -> Result<(), String> {
    let Some(daemon) = failed(seen) else { return Ok(()) };
    let versions = nodes(seen, daemon.node);
    // Pods of nodes that do not suit go at once.
    if !daemon.sets.iter().all(|set| versions.iter().all(|node| suits(node, set))) {
        return Ok(());
    }
    let key = (daemon.sets[0].metadata.uid.clone(), daemon.node.to_owned());
    let Some(last) = seen.memory.failed_pods.get(&key) else { return Ok(()) };
    // What is remembered of a node goes with the process, and with the observed generation that it is for.
    let same = observed_generation(&daemon).is_some_and(|generation| last.generation == Some(generation));
    let passed = seen.event.at - last.at;
    if same && !seen.memory.has_forgotten(last.at) && passed < last.delay && passed <= BACKOFF_FORGOTTEN {
        return Err(format!("deleted {} ms after the one before, not {} ms", passed.ms(), last.delay.ms()));
    }
    Ok(())
}

/// The set's observed generation, when there is no doubt which one the controller has seen.
fn observed_generation(daemon: &Daemon<'_>) -> Option<i64> {
    let newest = daemon.sets[0].status.observed_generation;
    daemon.sets.iter().all(|set| set.status.observed_generation == newest).then_some(newest)
}

/// Remembers the deletion of a failed pod.
pub(in crate::cluster::invariants) fn remember(
    event: &WatchEvent,
    before: Option<&Object>,
    by_person: bool,
    memory: &mut Memory,
) {
    let seen = Seen { event, before, by_person, by: None, memory };
    let Some(daemon) = failed(&seen) else { return };
    let generation = observed_generation(&daemon);
    let key = (daemon.sets[0].metadata.uid.clone(), daemon.node.to_owned());
    let delay = match memory.failed_pods.get(&key) {
        Some(last)
            if last.generation == generation
                && !memory.has_forgotten(last.at)
                && (event.at - last.at) <= BACKOFF_FORGOTTEN =>
        {
            Span::from_ms(last.delay.ms() * 2).min(LONGEST_BACKOFF)
        }
        _ => Span::from_seconds(1),
    };
    memory.failed_pods.insert(key, Failed { at: event.at, delay, generation });
}
