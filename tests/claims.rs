//! What the documents claim: each claim is shown by a flow, a transcript or a test, or listed with why not.
//!
//! `tests/claims/claims.txt` lists all of them; the transcripts beside it show what no flow does.
//! `UPDATE_EXPECT=1` writes their output anew.
#![expect(clippy::panic, reason = "a script that cannot be played is a failed test")]

use std::path::{Path, PathBuf};

use expect_test::expect_file;
use kubesets::cluster::Cluster;
use kubesets::collections::SortedSet;
use kubesets::transcript;

/// How many claims the documents make.
const CLAIMS: usize = 169;
/// How many of them are shown.
const SHOWN: usize = 169;

fn tests() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests")
}

fn read(path: &str) -> String {
    std::fs::read_to_string(tests().join(path)).unwrap_or_default()
}

fn check(name: &str) {
    let path = tests().join("claims").join(name);
    let script = std::fs::read_to_string(&path).unwrap_or_default();
    let mut cluster = Cluster::new(transcript::config(&script));
    let beside = |name: &str| std::fs::read_to_string(tests().join("flows").join(name)).ok();
    match transcript::play(&mut cluster, &script, &beside) {
        Ok(printed) => expect_file![path].assert_eq(&printed),
        Err(error) => panic!("{name}: {error}"),
    }
}

#[test]
fn daemonset() {
    check("daemonset.txt");
}

#[test]
fn zookeeper() {
    check("zookeeper.txt");
}

#[test]
fn nodes() {
    check("nodes.txt");
}

#[test]
fn more() {
    check("more.txt");
}

#[test]
fn node_sharing() {
    check("node_sharing.txt");
}

#[test]
fn servers() {
    check("servers.txt");
}

#[test]
fn cassandra() {
    check("cassandra.txt");
}

#[test]
fn others() {
    check("others.txt");
}

/// The ids of the commands that the flows play.
fn played() -> SortedSet<String> {
    let files = std::fs::read_dir(tests().join("flows")).into_iter().flatten();
    let scripts = files.filter_map(|entry| std::fs::read_to_string(entry.ok()?.path()).ok());
    scripts.flat_map(|script| transcript::entries(&script)).map(|entry| entry.id).collect()
}

/// All text of the folder of tests.
fn sources() -> String {
    let files = std::fs::read_dir(tests()).into_iter().flatten();
    files
        .filter_map(|entry| {
            let path = entry.ok()?.path();
            let is_source = path.extension().is_some_and(|extension| extension == "rs");
            std::fs::read_to_string(path).ok().filter(|_| is_source)
        })
        .collect()
}

/// Whether a comment of a transcript names a claim.
fn names(script: &str, claim: &str) -> bool {
    script
        .lines()
        .filter_map(|line| line.strip_prefix("# "))
        .any(|line| line.split_once(':').is_some_and(|(ids, _)| ids.split(' ').any(|id| id == claim)))
}

#[test]
fn every_claim_is_shown_or_listed_with_a_reason() {
    let (played, sources) = (played(), sources());
    let mut wrong = Vec::new();
    let (mut shown, mut claims) = (0, Vec::new());
    let list = read("claims/claims.txt");
    for line in list.lines().filter(|line| !line.starts_with('#')) {
        let mut words = line.split(' ');
        let (claim, how) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        claims.push(claim.to_owned());
        let places: Vec<&str> = words.collect();
        shown += usize::from(how != "not:");
        let is_there = |place: &str| match how {
            "flow" => played.contains(place),
            "claims" => names(&read(&format!("claims/{place}.txt")), claim),
            "scenario" => !read(&format!("scenarios/{place}.txt")).is_empty(),
            "test" => sources.contains(&format!("fn {place}(")),
            "not:" => true,
            _ => false,
        };
        if places.is_empty() || !places.iter().all(|place| is_there(place)) {
            wrong.push(line.to_owned());
        }
    }
    eprintln!("claims: {shown} of {}", claims.len());
    assert!(wrong.is_empty(), "not there:\n{}", wrong.join("\n"));
    let expected: Vec<String> = (1..=CLAIMS).map(|number| format!("C{number:03}")).collect();
    assert_eq!(claims, expected);
    assert_eq!(shown, SHOWN, "the count of what is shown");
}
