//! Holds which of Kubernetes' own tests are shown here: `upstream_ids.txt` lists every id with the tests that
//! show it, or with the reason why none does.
//!
//! A test carries its ids in its name: `sts_e2e_07_sts_int_07_a_pod_…` shows STS-E2E-07 and STS-INT-07. The
//! last id of a name may be a range, which the table spells out.
#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// The groups of ids, and how many each has.
const GROUPS: [(&str, usize); 15] = [
    ("STS-E2E", 35),
    ("STS-UNIT", 52),
    ("STS-STALE", 22),
    ("STS-UTIL", 21),
    ("STS-INT", 8),
    ("HIST", 9),
    ("DS-E2E", 10),
    ("DS-UNIT", 57),
    ("DS-UPD", 12),
    ("DS-INT", 12),
    ("ROB", 6),
    ("DEP-E2E", 14),
    ("PDB-E2E", 19),
    ("PDB-UNIT", 22),
    ("EVICT", 8),
];

/// Numbers that no test of upstream's has.
const UNUSED: [&str; 1] = ["STS-UNIT-14"];

/// The names of all tests that begin with an id.
fn collect(folder: &Path, names: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, names);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).unwrap();
            let mut lines = text.lines().map(str::trim);
            while let Some(line) = lines.next() {
                if line != "#[test]" {
                    continue;
                }
                let name = lines.next().and_then(|line| line.strip_prefix("fn ")?.split('(').next());
                names.extend(name.filter(|name| !ids_of(name).is_empty()).map(str::to_owned));
            }
        }
    }
}

/// The ids that a name begins with: groups and numbers, until a word that is neither.
fn ids_of(name: &str) -> Vec<String> {
    let (mut ids, mut group) = (Vec::new(), "");
    let mut rest = name;
    loop {
        let word = |text: &str| text.to_ascii_lowercase().replace('-', "_") + "_";
        let begins = GROUPS.iter().find(|(known, _)| rest.starts_with(&word(known)));
        if let Some((known, _)) = begins {
            group = known;
            rest = &rest[known.len() + 1..];
        }
        let Some((number, after)) = rest.split_once('_') else {
            return ids;
        };
        match number {
            "to" | "and" if !group.is_empty() => {}
            _ if group.is_empty() || number.len() != 2 || number.parse::<u8>().is_err() => return ids,
            _ => ids.push(format!("{group}-{number}")),
        }
        rest = after;
    }
}

/// Of every id of the table, the tests that show it; none when it is left out for a reason.
fn table(text: &str) -> BTreeMap<&str, Vec<&str>> {
    let rows = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    let rows = rows.map(|line| {
        let (id, rest) = line.split_once(' ').unwrap();
        if let Some(tests) = rest.strip_prefix("test ") {
            return (id, tests.split(' ').collect());
        }
        assert!(rest.strip_prefix("left out: ").is_some_and(|why| why.len() > 10), "{line}");
        (id, Vec::new())
    });
    rows.collect()
}

#[test]
fn every_test_of_upstream_is_shown_or_left_out_for_a_reason() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = fs::read_to_string(root.join("tests/upstream_ids.txt")).unwrap();
    let table = table(&text);
    let mut names = BTreeSet::new();
    collect(&root.join("tests"), &mut names);
    collect(&root.join("src"), &mut names);
    let all = GROUPS.iter().flat_map(|(group, last)| (1..=*last).map(move |n| format!("{group}-{n:02}")));
    let all: BTreeSet<String> = all.filter(|id| !UNUSED.contains(&id.as_str())).collect();
    assert!(table.keys().copied().eq(all.iter().map(String::as_str)), "the table has other ids than all");
    for (id, tests) in &table {
        for test in tests {
            assert!(names.contains(*test), "{id}: there is no test {test}");
        }
    }
    for name in &names {
        for id in ids_of(name) {
            let tests = table.get(id.as_str());
            assert!(tests.is_some_and(|tests| tests.contains(&name.as_str())), "{id} does not list {name}");
        }
    }
}

#[test]
fn ids_are_read_from_names() {
    for (name, ids) in [
        ("sts_e2e_01_02_two_of_them", "STS-E2E-01 STS-E2E-02"),
        ("sts_unit_39_44_sts_e2e_05_back", "STS-UNIT-39 STS-UNIT-44 STS-E2E-05"),
        ("ds_unit_11_to_14_a_range", "DS-UNIT-11 DS-UNIT-14"),
        ("evict_01_pods", "EVICT-01"),
        ("pdb_e2e_no_number", ""),
        ("events_01_are_no_ids", ""),
    ] {
        assert_eq!(ids_of(name).join(" "), ids, "{name}");
    }
}
