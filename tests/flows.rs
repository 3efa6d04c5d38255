//! The documents' flows: every command that they tell a reader to type is typed, and what it shows compared.
//!
//! `tests/flows/*.txt` are the flows, one or several a document; `tests/flows/ids.txt` lists all commands.
//! `UPDATE_EXPECT=1` writes the flows' output anew.
#![expect(clippy::panic, reason = "a script that cannot be played is a failed test")]

use std::path::{Path, PathBuf};

use expect_test::expect_file;
use kubesets::cluster::Cluster;
use kubesets::collections::{SortedMap, sort};
use kubesets::transcript::{self, Entry};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/flows")
}

fn check(name: &str) {
    let path = folder().join(name);
    let script = std::fs::read_to_string(&path).unwrap_or_default();
    let mut cluster = Cluster::new(transcript::config(&script));
    let read = |name: &str| std::fs::read_to_string(folder().join(name)).ok();
    match transcript::play(&mut cluster, &script, &read) {
        Ok(printed) => expect_file![path].assert_eq(&printed),
        Err(error) => panic!("{name}: {error}"),
    }
}

macro_rules! flows {
    ($($name:ident)*) => {
        $(#[test]
        fn $name() {
            check(concat!(stringify!($name), ".txt"));
        })*

        const FLOWS: &[&str] = &[$(concat!(stringify!($name), ".txt")),*];
    };
}

flows! {
    sts_basics
    wordpress
    cassandra
    zookeeper
    zk_kafka
    node_exporter
    zookeeper_2016
    kia_daemonset
    wiki_sts
    wiki_deployment
    wiki_replicaset
}

/// A command that a document tells its reader to type.
struct Listed {
    id: String,
    /// The fingerprint of its text; `None` of what is done and not typed.
    print: Option<String>,
    /// Why no flow plays it.
    left_out: Option<String>,
}

fn listed() -> Vec<Listed> {
    let text = std::fs::read_to_string(folder().join("ids.txt")).unwrap_or_default();
    let lines = text.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
    lines
        .map(|line| {
            let (head, why) = line.split_once(" left out: ").map_or((line, None), |(h, why)| (h, Some(why)));
            let (id, print) = head.split_once(' ').unwrap_or((head, ""));
            Listed {
                id: id.to_owned(),
                print: Some(print.to_owned()).filter(|print| print != "step"),
                left_out: why.map(str::to_owned),
            }
        })
        .collect()
}

/// FNV-1a of 64 bits.
fn fingerprint(text: &str) -> String {
    let hash = text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    format!("{hash:016x}")
}

/// Whether an entry begins with the command of this fingerprint.
fn types(entry: &Entry, print: &str) -> bool {
    (1..=entry.typed.len()).any(|lines| {
        let text = entry.typed.get(..lines).unwrap_or_default().join("\n");
        fingerprint(&text) == print
    })
}

#[test]
fn every_command_is_typed_as_the_document_has_it() {
    let mut places: SortedMap<String, (usize, Entry)> = SortedMap::new();
    let mut wrong = Vec::new();
    for name in FLOWS {
        let script = std::fs::read_to_string(folder().join(name)).unwrap_or_default();
        let entries = transcript::entries(&script);
        let ids: Vec<&str> = entries.iter().map(|entry| entry.id.as_str()).collect();
        let mut sorted = ids.clone();
        sort(&mut sorted);
        if ids != sorted {
            wrong.push(format!("{name}: not in the document's order"));
        }
        for (at, entry) in entries.into_iter().enumerate() {
            if places.insert(entry.id.clone(), (at, entry.clone())).is_some() {
                wrong.push(format!("{name}: {} is played twice", entry.id));
            }
        }
    }
    let listed = listed();
    let mut played = 0;
    for command in &listed {
        match (places.remove(&command.id), &command.left_out, &command.print) {
            (None, None, _) => wrong.push(format!("{}: neither played nor left out", command.id)),
            (None, Some(_), _) => {}
            (Some(_), Some(_), _) => wrong.push(format!("{}: played and left out", command.id)),
            (Some((_, entry)), None, Some(print)) if !types(&entry, print) => {
                wrong.push(format!("{}: not as the document has it: {:?}", command.id, entry.typed));
            }
            (Some(_), None, _) => played += 1,
        }
    }
    wrong.extend(places.keys().map(|id| format!("{id}: not in the list")));
    eprintln!("commands: {played} of {}", listed.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(listed.len(), COMMANDS, "the list has other commands");
    assert_eq!(played, PLAYED, "the count of what is played");
}

/// How many commands the documents have.
const COMMANDS: usize = 311;
/// How many of them are played.
const PLAYED: usize = 311;

#[test]
fn no_flow_is_forgotten() {
    let found = std::fs::read_dir(folder()).into_iter().flatten().filter_map(|entry| {
        let path = entry.ok()?.path();
        let name = path.file_name()?.to_str()?.to_owned();
        (path.extension()? == "txt" && name != "ids.txt").then_some(name)
    });
    for name in found {
        assert!(FLOWS.contains(&name.as_str()), "{name} is not in the list of flows");
    }
}

#[test]
fn a_changed_command_is_found() {
    let entry = |typed: &[&str]| Entry {
        id: "X-01".to_owned(),
        typed: typed.iter().map(|line| (*line).to_owned()).collect(),
    };
    let print = fingerprint("# All of them\nkubectl get pods");
    assert!(types(&entry(&["# All of them", "kubectl get pods", "kubectl get sts"]), &print));
    assert!(!types(&entry(&["# All of them", "kubectl get pod"]), &print));
    assert!(!types(&entry(&["kubectl get pods"]), &print));
}
