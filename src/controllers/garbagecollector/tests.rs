//! Owner graphs as text: who owns whom, what is deleted how, and what is left.
//!
//! Models nothing by itself: it plays the process that runs the garbage collector, Kubernetes v1.36.

use super::propagation::{Action, Standing, decide};
use super::*;
use crate::apiserver::ApiServer;
use crate::client::{Fate, Informer, Interference, PropagationPolicy, Recorder, WorkQueue};
use crate::sim::Rng;

#[test]
fn the_decision_follows_the_owners() {
    let check = |owners: &str, finalizer: &str, has_dependents: bool| {
        let reference = |uid: &str| OwnerReference { uid: uid.to_owned(), ..OwnerReference::default() };
        let owners: Vec<(OwnerReference, Standing)> = owners
            .split_whitespace()
            .map(|word| match word.split_once('=').unwrap() {
                (uid, "solid") => (reference(uid), Standing::Solid),
                (uid, "dangling") => (reference(uid), Standing::Dangling),
                (uid, _) => (reference(uid), Standing::WaitsForDependents),
            })
            .collect();
        let owners: Vec<_> = owners.iter().map(|(owner, standing)| (owner, *standing)).collect();
        let mut meta = ObjectMeta::default();
        meta.finalizers.extend(Some(finalizer.to_owned()).filter(|name| !name.is_empty()));
        match decide(&owners, &meta, has_dependents) {
            Action::Keep => "keep".to_owned(),
            Action::Unlink(uids) => format!("unlink {}", uids.join(" ")),
            Action::Delete(policy) => format!("delete {policy:?}"),
        }
    };
    for (owners, finalizer, has_dependents, expected) in [
        ("", "", false, "keep"),
        ("a=solid", "", true, "keep"),
        ("a=solid b=dangling c=waits", "", true, "unlink b c"),
        ("a=dangling", "", true, "delete Background"),
        ("a=dangling", ORPHAN, true, "delete Orphan"),
        ("a=dangling", FOREGROUND, false, "delete Foreground"),
        ("a=waits", "", false, "delete Background"),
        ("a=waits b=dangling", "", true, "delete Foreground"),
    ] {
        assert_eq!(check(owners, finalizer, has_dependents), expected, "{owners} {finalizer}");
    }
}

/// Plays a script of config maps and returns what is left at its end.
///
/// `make b of a`: b with the blocking owner a (`of a?`: not blocking); `delete a Foreground`; `left`.
#[expect(clippy::too_many_lines, reason = "a table of cases")]
fn play(script: &str) -> String {
    let mut server = ApiServer::new(Rng::new(1));
    let mut collector = GarbageCollector::default();
    let mut cache = Cache::default();
    let mut informer = Informer::new(Kind::ConfigMap, Span::ZERO);
    let mut queue: WorkQueue<ObjectKey> = WorkQueue::default();
    let (mut recorder, mut rng) = (Recorder::default(), Rng::new(2));
    let now = Time::ZERO;
    let key = |name: &str| ObjectKey::new(Kind::ConfigMap, "default", name);
    for line in script.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words.as_slice() {
            ["make", name, rest @ ..] => {
                let owners = rest.iter().skip(1).map(|word| {
                    let owner = word.trim_end_matches(['?', '!']);
                    let uid = server.get(&key(owner)).map_or("gone".to_owned(), |o| o.meta().uid.clone());
                    let uid = if word.ends_with('!') { "another".to_owned() } else { uid };
                    OwnerReference {
                        api_version: "v1".to_owned(),
                        kind: "ConfigMap".to_owned(),
                        name: owner.to_owned(),
                        uid,
                        block_owner_deletion: Some(!word.ends_with('?')),
                        controller: None,
                    }
                });
                let mut object = Object::from_value(Kind::ConfigMap, serde_json::json!({})).unwrap();
                *object.meta_mut() = ObjectMeta {
                    name: (*name).to_owned(),
                    namespace: "default".to_owned(),
                    owner_references: owners.collect(),
                    ..ObjectMeta::default()
                };
                server.handle(Request::create(object)).unwrap();
            }
            ["hold" | "free", name] => {
                let mut object = server.get(&key(name)).unwrap().clone();
                object.meta_mut().finalizers.retain(|finalizer| finalizer != "example.com/held");
                if words.first() == Some(&"hold") {
                    object.meta_mut().finalizers.push("example.com/held".to_owned());
                }
                server.handle(Request::update(object)).unwrap();
            }
            ["delete", name, policy] => {
                let policy = match *policy {
                    "Foreground" => PropagationPolicy::Foreground,
                    "Orphan" => PropagationPolicy::Orphan,
                    _ => PropagationPolicy::Background,
                };
                let options = DeleteOptions { propagation_policy: Some(policy), ..DeleteOptions::default() };
                server.handle(Request::delete(key(name), options)).unwrap();
            }
            other => panic!("{other:?}"),
        }
        loop {
            for change in informer.deliver(server.store(), now, &mut cache) {
                for (key, after) in collector.keys_for(&change, &cache, now) {
                    queue.add_after(key, after, now);
                }
            }
            let Some(next) = queue.pop(now) else { break };
            let mut context = Context::new(&cache, &mut server, &mut recorder, &mut rng);
            collector.sync(&next, &mut context).unwrap();
            for (_, key) in context.into_timers() {
                queue.add(key);
            }
        }
    }
    let left = server.list(Kind::ConfigMap, None).map(|object| {
        let meta = object.meta();
        let owners: Vec<&str> = meta.owner_references.iter().map(|owner| owner.name.as_str()).collect();
        let owners = if owners.is_empty() { String::new() } else { format!(" of {}", owners.join(" ")) };
        format!("{}{owners}{}", meta.name, if meta.is_terminating() { " deleting" } else { "" })
    });
    let left: Vec<String> = left.collect();
    assert!(left.len() > 1 || collector.graph.dependents("gone").next().is_none());
    left.join(", ")
}

#[test]
fn deletions_spread_over_the_graph() {
    for (script, left) in [
        ("make a\nmake b of a\nmake c of b\ndelete a Background", ""),
        ("make a\nmake b of a\nmake c of b\ndelete a Orphan", "b, c of b"),
        (
            "make a\nmake b of a\nmake c of b\nhold c\ndelete a Foreground",
            "a deleting, b of a deleting, c of b deleting",
        ),
        ("make a\nmake b of a\nmake c of b\nhold c\ndelete a Foreground\nfree c", ""),
        ("make a\nmake b of a?\nhold b\ndelete a Foreground", "b of a deleting"),
        ("make a\nmake x\nmake b of a x\ndelete a Background", "b of x, x"),
        ("make a\nmake x\nmake b of a x\ndelete a Foreground", "b of x, x"),
        ("make b of gone", ""),
        ("make a\nmake b of a!", "a"),
        ("make a\nmake b of a\ndelete b Background", "a"),
    ] {
        assert_eq!(play(script), left, "{script}");
    }
}

/// The server cannot be reached.
#[derive(Debug)]
struct CutOff;

impl Interference for CutOff {
    fn request(&mut self, _: &Request, _: Time) -> Fate {
        Fate::Refused(StatusError::timeout())
    }

    fn cut_off(&self, _: Time) -> Option<StatusError> {
        Some(StatusError::timeout())
    }
}

#[test]
fn a_server_that_cannot_be_asked_is_asked_again() {
    let (mut server, cache) = (ApiServer::new(Rng::new(1)), Cache::default());
    let (mut recorder, mut rng, mut fault) = (Recorder::default(), Rng::new(2), CutOff);
    let context = Context::new(&cache, &mut server, &mut recorder, &mut rng);
    let mut context = context.interfered(Some(&mut fault));
    let key = ObjectKey::new(Kind::ConfigMap, "default", "a");
    assert!(GarbageCollector::default().sync(&key, &mut context).is_err());
}
