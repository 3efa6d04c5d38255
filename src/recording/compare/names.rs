//! Names that a cluster makes up: the suffixes of pods, and the hashes of templates.
//!
//! A pod of a `DaemonSet` or a `ReplicaSet` is told by its template's hash, which stands in a label. Its
//! suffix becomes `<pod>`: which of several equal pods has which suffix is arbitrary, so that their lives are
//! compared as a multiset. A template's hash comes from a dump of Go's structures; it becomes `<hash0>`,
//! `<hash1>`, … in the order in which the hashes of one workload were first seen. A `StatefulSet`'s names
//! hold no such part: its pods carry the full name of their revision, which is compared as it is, unless the
//! wall clock is in it: `kubectl rollout restart` writes the time into the template, so that the revisions
//! made from then on become `web-<clock0>`, `web-<clock1>`, ….

use std::collections::{BTreeMap, BTreeSet};

use super::super::format::{Recording, Seen};
use super::all;
use crate::collections::sort;

/// The made-up names of one recording, and what stands for each.
#[derive(Debug, Default)]
pub(super) struct Names {
    words: BTreeMap<String, String>,
    /// The hashes of each workload, in the order in which they were first seen.
    hashes: BTreeMap<String, Vec<String>>,
}

/// Whether a pod has a made-up name: it was made from the template of a `DaemonSet` or a `ReplicaSet`.
pub(super) fn is_made_up(seen: &Seen) -> bool {
    seen.kind == "Pod" && !seen.hash.is_empty() && !seen.hash.contains('-')
}

/// A pod's workload: its name without the suffix and, under a `ReplicaSet`, without the template's hash.
pub(super) fn workload_of(pod: &Seen) -> &str {
    let prefix = pod.name.rsplit_once('-').map_or(pod.name.as_str(), |(prefix, _)| prefix);
    without_hash(prefix, &pod.hash).unwrap_or(prefix)
}

/// The set that a line restarts.
fn restarted_set(line: &str) -> Option<&str> {
    let (_, rest) = line.split_once("kubectl rollout restart ")?;
    let mut words = rest.split_whitespace().filter(|word| !word.starts_with('-'));
    let first = words.next()?;
    let (kind, name) = first.split_once('/').or_else(|| Some((first, words.next()?)))?;
    ["sts", "statefulset", "statefulsets", "statefulset.apps"].contains(&kind).then_some(name)
}

fn without_hash<'a>(name: &'a str, hash: &str) -> Option<&'a str> {
    name.strip_suffix(hash)?.strip_suffix('-')
}

impl Names {
    /// Gathers the names from all that was seen.
    pub(super) fn of(recording: &Recording) -> Self {
        let mut names = Self::default();
        for seen in all(recording).filter(|seen| !seen.hash.is_empty()) {
            if is_made_up(seen) {
                let workload = workload_of(seen);
                let hash = names.hash(workload, &seen.hash);
                let prefix = seen.name.rsplit_once('-').map_or("", |(prefix, _)| prefix);
                let stands = match without_hash(prefix, &seen.hash) {
                    Some(workload) => format!("{workload}-{hash}-<pod>"),
                    None => format!("{prefix}-<pod>"),
                };
                names.words.insert(seen.name.clone(), stands);
            } else if let Some(workload) = without_hash(&seen.name, &seen.hash) {
                let hash = names.hash(workload, &seen.hash);
                names.words.insert(seen.name.clone(), format!("{workload}-{hash}"));
            }
        }
        names.add_clocked(recording);
        names
    }

    /// The revisions of a `StatefulSet` that were made after its restart: its template holds the time of it.
    fn add_clocked(&mut self, recording: &Recording) {
        let mut known: BTreeSet<&str> = BTreeSet::new();
        let mut restarted: BTreeMap<&str, usize> = BTreeMap::new();
        let is_revision = |seen: &&Seen| seen.kind == "ControllerRevision" && seen.hash.is_empty();
        known.extend(recording.initial.iter().filter(is_revision).map(|seen| seen.name.as_str()));
        for step in &recording.steps {
            if let Some(set) = step.run.as_deref().and_then(restarted_set) {
                restarted.entry(set).or_default();
            }
            for seen in step.events.iter().filter(is_revision) {
                let set = seen.name.rsplit_once('-').map_or("", |(set, _)| set);
                if known.insert(&seen.name)
                    && let Some(count) = restarted.get_mut(set)
                {
                    self.words.insert(seen.name.clone(), format!("{set}-<clock{count}>"));
                    *count += 1;
                }
            }
        }
    }

    fn hash(&mut self, workload: &str, hash: &str) -> String {
        let known = self.hashes.entry(workload.to_owned()).or_default();
        let place = known.iter().position(|other| other == hash).unwrap_or_else(|| {
            known.push(hash.to_owned());
            known.len() - 1
        });
        let stands = format!("<hash{place}>");
        self.words.entry(hash.to_owned()).or_insert_with(|| stands.clone());
        stands
    }

    /// The text with what stands for each made-up name.
    pub(super) fn text(&self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(first) = rest.chars().next() {
            let is_word = is_word_char(first);
            let end = rest.find(|c| is_word_char(c) != is_word).unwrap_or(rest.len());
            let (token, tail) = rest.split_at(end);
            let word = token.trim_end_matches('.');
            match self.words.get(word) {
                Some(stands) => {
                    out.push_str(stands);
                    out.push_str(token.get(word.len()..).unwrap_or_default());
                }
                None => out.push_str(token),
            }
            rest = tail;
        }
        out
    }
}

fn is_word_char(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '-' | '.')
}

/// Rows that begin with a made-up name stand in the order of names that no two clusters share: neighbours
/// among them are put in the order of what is left.
pub(super) fn sorted_rows(text: &str) -> String {
    let begins_made_up = |line: &&str| line.split(' ').next().is_some_and(|cell| cell.contains("-<"));
    let mut out: Vec<&str> = Vec::new();
    let mut rows: Vec<&str> = Vec::new();
    for line in text.split('\n') {
        if begins_made_up(&line) {
            rows.push(line);
            continue;
        }
        sort(&mut rows);
        out.append(&mut rows);
        out.push(line);
    }
    sort(&mut rows);
    out.append(&mut rows);
    out.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recording::format::Step;

    fn seen(kind: &str, name: &str, hash: &str) -> Seen {
        Seen { kind: kind.into(), name: name.into(), hash: hash.into(), ..Seen::default() }
    }

    #[test]
    fn only_made_up_names_are_replaced() {
        let events = vec![
            seen("ControllerRevision", "demo-998c7cb78", "998c7cb78"),
            seen("Pod", "demo-w56tb", "998c7cb78"),
            seen("Pod", "demo-24567", "6575f5c5df"),
            seen("ReplicaSet", "hello-bfd897c66", "bfd897c66"),
            seen("Pod", "hello-bfd897c66-wncz5", "bfd897c66"),
            seen("Pod", "web-0", "web-847b47bbbc"),
            seen("ControllerRevision", "web-847b47bbbc", ""),
        ];
        let steps = vec![Step { events, ..Step::default() }];
        let names = Names::of(&Recording { steps, ..Recording::default() });
        let table = [
            ("Created pod: demo-w56tb", "Created pod: demo-<pod>"),
            ("default/demo-24567, demo-6575f5c5df.", "default/demo-<pod>, demo-6575f5c5df."),
            ("pod/hello-bfd897c66-wncz5", "pod/hello-<hash0>-<pod>"),
            ("set \"hello-bfd897c66\" has", "set \"hello-<hash0>\" has"),
            ("pod-template-hash=bfd897c66", "pod-template-hash=<hash0>"),
            ("hash 998c7cb78 or 6575f5c5df.", "hash <hash0> or <hash1>."),
            ("web-0 web-847b47bbbc demo", "web-0 web-847b47bbbc demo"),
        ];
        for (text, expected) in table {
            assert_eq!(names.text(text), expected);
        }
    }

    #[test]
    fn revisions_made_after_a_restart_hold_the_time() {
        let step = |run: &str, revision: &str| Step {
            run: Some(run.to_owned()),
            events: vec![seen("ControllerRevision", revision, "")],
            ..Step::default()
        };
        let steps = vec![
            step("kubectl apply -f web.yaml", "web-1"),
            step("kubectl rollout restart sts/web >/dev/null && echo restarted", "web-2"),
            step("kubectl set image sts web nginx=a", "web-3"),
            step("kubectl rollout undo sts web", "web-1"),
            step("kubectl apply -f db.yaml", "db-4"),
        ];
        let names = Names::of(&Recording { steps, ..Recording::default() });
        assert_eq!(names.text("web-1 web-2 web-3 db-4"), "web-1 web-<clock0> web-<clock1> db-4");
    }

    #[test]
    fn rows_are_sorted_only_where_their_names_are_made_up() {
        let text = "NAME\ndemo-<pod> b\ndemo-<pod> a\nNormal demo-<pod>\nA";
        assert_eq!(sorted_rows(text), "NAME\ndemo-<pod> a\ndemo-<pod> b\nNormal demo-<pod>\nA");
    }
}
