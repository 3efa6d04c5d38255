//! What a cluster at rest comes down to, without what no two runs share: uids, versions, times, addresses,
//! random names, and which of several equally good nodes was taken.

use serde_json::{Map, Value};

use crate::api::{Kind, Object, ObjectKey};
use crate::apiserver::{ApiServer, WatchEvent, WatchEventType};
use crate::cluster::Cluster;
use crate::collections::{SortedMap, sort};

/// Fields that differ from run to run wherever they stand.
const DROPPED: &[&str] = &[
    "uid",
    "resourceVersion",
    "podIP",
    "podIPs",
    "hostIP",
    "hostIPs",
    "nodeName",
    "containerID",
    "startedAt",
    "finishedAt",
    "timeAdded",
    "volume.kubernetes.io/selected-node",
    "nodeAffinity",
    "endpoints",
];
/// What the name of a pod's token volume begins with; its end is random.
const TOKEN_VOLUME: &str = "kube-api-access-";
/// So much of two lines that differ is shown before and after the place.
const SHOWN_AROUND: usize = 150;
/// Kinds that say nothing about a state at rest.
const LEFT_OUT: &[Kind] = &[Kind::Event, Kind::Lease];

/// The objects of a cluster at rest, each as a line; sorted, so that equal states are equal lists.
pub fn end_state(server: &ApiServer) -> Vec<String> {
    let kinds = Kind::ALL.iter().filter(|kind| !LEFT_OUT.contains(kind));
    let mut lines: Vec<String> =
        kinds.flat_map(|&kind| server.list(kind, None)).map(|object| line(object, server)).collect();
    sort(&mut lines);
    lines
}

fn line(object: &Object, server: &ApiServer) -> String {
    let mut value = object.to_value();
    let owner = object.meta().controller_of().map_or("", |owner| owner.kind.as_str());
    clean(&mut value, object.kind());
    if let Some(meta) = value.get_mut("metadata").and_then(Value::as_object_mut) {
        if let Some(prefix) = meta.get("generateName").cloned() {
            meta.insert("name".to_owned(), prefix);
        }
        if object.kind() == Kind::ReplicaSet || owner == "ReplicaSet" {
            meta.remove("generation");
        }
    }
    if object.kind() == Kind::EndpointSlice {
        // How often it was written depends on what came together.
        value.as_object_mut().map(|fields| fields.remove("metadata"));
    }
    let mut text = value.to_string();
    for uid in uids(object, server) {
        text = text.replace(&uid, "UID");
    }
    text
}

/// The uids that may stand in an object's names and messages.
fn uids(object: &Object, server: &ApiServer) -> Vec<String> {
    match object.kind() {
        Kind::PersistentVolume | Kind::PersistentVolumeClaim => {
            server.list(Kind::PersistentVolumeClaim, None).map(|claim| claim.meta().uid.clone()).collect()
        }
        _ => Vec::new(),
    }
}

fn clean(value: &mut Value, kind: Kind) {
    match value {
        Value::Object(fields) => {
            fields.retain(|name, _| !is_dropped(name, kind));
            for (_, value) in fields.iter_mut() {
                clean(value, kind);
            }
            keep_order_out(fields);
        }
        Value::Array(items) => items.iter_mut().for_each(|item| clean(item, kind)),
        Value::String(text) if text.starts_with(TOKEN_VOLUME) => text.truncate(TOKEN_VOLUME.len()),
        _ => {}
    }
}

fn is_dropped(name: &str, kind: Kind) -> bool {
    // A ReplicaSet's and a Deployment's generation count the steps that were taken, not where they led.
    let counts_steps =
        matches!(kind, Kind::ReplicaSet) && matches!(name, "generation" | "observedGeneration");
    counts_steps || DROPPED.contains(&name) || name.ends_with("Time") || name.ends_with("Timestamp")
}

/// Conditions and the like are sets.
fn keep_order_out(fields: &mut Map<String, Value>) {
    for name in ["conditions", "tolerations", "ownerReferences", "taints"] {
        if let Some(Value::Array(items)) = fields.get_mut(name) {
            let mut sorted: Vec<(String, Value)> =
                items.drain(..).map(|item| (item.to_string(), item)).collect();
            crate::collections::sort_by_key(&mut sorted, |(text, _)| text.clone());
            items.extend(sorted.into_iter().map(|(_, item)| item));
        }
    }
}

/// Whether the controller of an object is there, and neither it nor its namespace is being deleted.
fn owner_stays(object: &Object, server: &ApiServer) -> bool {
    let meta = object.meta();
    let namespace = server.get(&ObjectKey::new(Kind::Namespace, "", meta.namespace.as_str()));
    if namespace.is_ok_and(|namespace| namespace.meta().is_terminating()) {
        return false;
    }
    let owner = meta.controller_of().and_then(|owner| {
        let kind = Kind::ALL.iter().find(|kind| kind.resource().kind == owner.kind)?;
        server.get(&ObjectKey::new(*kind, meta.namespace.clone(), owner.name.clone())).ok()
    });
    owner.is_some_and(|owner| !owner.meta().is_terminating())
}

/// How often objects were made and removed, by kind and name without its random end.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SideEffects(SortedMap<String, (u64, u64)>);

impl SideEffects {
    /// Counts a change.
    pub fn note(&mut self, event: &WatchEvent, server: &ApiServer) {
        let (object, kind) = (&event.object, event.object.kind());
        if LEFT_OUT.contains(&kind) || matches!(kind, Kind::EndpointSlice) {
            return;
        }
        // While a set is deleted with its dependents first, each sync makes its revision anew, and the
        // collector deletes it again: how often is a matter of time.
        if kind == Kind::ControllerRevision && !owner_stays(object, server) {
            return;
        }
        let meta = object.meta();
        let name = match meta.generate_name.as_str() {
            _ if kind == Kind::PersistentVolume => "*",
            "" => &meta.name,
            prefix => prefix,
        };
        let counts = self.0.entry(format!("{kind} {name}")).or_default();
        match event.type_ {
            WatchEventType::Added => counts.0 += 1,
            WatchEventType::Deleted => counts.1 += 1,
            WatchEventType::Modified => {}
        }
    }

    /// What differs, in words.
    pub fn difference(&self, other: &Self) -> Option<String> {
        let names: Vec<&String> = self.0.keys().chain(other.0.keys()).collect();
        let of = |effects: &Self, name: &str| effects.0.get(name).copied().unwrap_or_default();
        names.into_iter().find_map(|name| {
            let (a, b) = (of(self, name), of(other, name));
            (a != b).then(|| format!("{name}: made {} and removed {}, not {} and {}", b.0, b.1, a.0, a.1))
        })
    }
}

/// The first line in which two end states differ.
pub fn difference(wanted: &[String], found: &[String]) -> Option<String> {
    let missing = wanted.iter().find(|line| !found.contains(line));
    let extra = found.iter().find(|line| !wanted.contains(line));
    match (missing, extra) {
        (None, None) if wanted.len() == found.len() => None,
        (None, None) => Some(format!("{} objects instead of {}", found.len(), wanted.len())),
        (missing, extra) => {
            let nearest = |line: &String, lines: &[String]| {
                lines.iter().max_by_key(|other| shared_start(line, other)).cloned().unwrap_or_default()
            };
            let extra_text = extra.or(missing).cloned().unwrap_or_default();
            let missing_text = missing.cloned().unwrap_or_else(|| nearest(&extra_text, wanted));
            let same = if extra.is_none() { 0 } else { shared_start(&extra_text, &missing_text) };
            let part = |text: &str| -> String {
                text.chars().skip(same.saturating_sub(SHOWN_AROUND)).take(3 * SHOWN_AROUND).collect()
            };
            if extra.is_none() {
                return Some(format!("nothing\n  instead of\n{}", part(&missing_text)));
            }
            Some(format!("{}\n  instead of\n{}", part(&extra_text), part(&missing_text)))
        }
    }
}

/// How many characters two lines have in common at the beginning.
fn shared_start(a: &str, b: &str) -> usize {
    a.chars().zip(b.chars()).take_while(|(a, b)| a == b).count()
}

/// The hash of all that a cluster stores and its processes see, without what no two runs share.
pub fn fingerprint(cluster: &Cluster) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for line in end_state(cluster.server()) {
        for byte in line.bytes().chain([b'\n']) {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
    hash
}
