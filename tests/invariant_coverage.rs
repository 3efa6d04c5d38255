//! Holds where each property of a cluster is looked at: `invariant_ids.txt` lists every number with the
//! places, or with the reason why there is none.
#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use kubesets::cluster::invariants;
use kubesets::explore::epilogue::EPILOGUES;
use kubesets::explore::liveness::PROPERTIES;

/// The last numbers of safety and of liveness.
const GROUPS: [(&str, usize); 2] = [("L", 20), ("S", 61)];

/// The names of all tests, and all that the end of a run says.
#[derive(Debug, Default)]
struct Sources {
    tests: BTreeSet<String>,
    ends: BTreeSet<String>,
}

impl Sources {
    fn read(&mut self, folder: &Path) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                self.read(&path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                self.take(&fs::read_to_string(&path).unwrap());
            }
        }
    }

    fn take(&mut self, text: &str) {
        let mut is_test = false;
        for line in text.lines().map(str::trim) {
            if let Some(rest) = line.strip_prefix("fn ").filter(|_| is_test) {
                self.tests.extend(rest.split('(').next().map(str::to_owned));
            }
            is_test = line == "#[test]" || (is_test && line.starts_with("#["));
            for begin in ["self.fail(\"", "Err(Failure { seed: self.seed, step: self.steps + 1, id: \""] {
                let said = line.split(begin).nth(1).and_then(|rest| rest.split('"').next());
                self.ends.extend(said.map(str::to_owned));
            }
        }
    }
}

/// The places of every number of the table: what stands before the first word, and the other words.
type Table<'a> = BTreeMap<&'a str, Vec<(&'a str, Vec<&'a str>)>>;

fn table(text: &str) -> Table<'_> {
    let rows = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    let rows = rows.map(|line| {
        let (id, rest) = line.split_once(' ').unwrap();
        let (rest, _) = rest.split_once("; note: ").unwrap_or((rest, ""));
        if let Some(why) = rest.strip_prefix("left out: ") {
            assert!(why.len() > 20, "{line}");
            return (id, Vec::new());
        }
        let places = rest.split("; ").map(|place| {
            let mut words = place.split(' ');
            let place = words.next().unwrap();
            let words: Vec<&str> = words.collect();
            (place, if words.is_empty() { vec![id] } else { words })
        });
        (id, places.collect())
    });
    rows.collect()
}

/// All words of the rows that name a place.
fn named<'a>(table: &Table<'a>, place: &str) -> BTreeSet<&'a str> {
    let all = table.values().flatten().filter(|(known, _)| *known == place);
    all.flat_map(|(_, words)| words.iter().copied()).collect()
}

#[test]
fn every_property_is_held_somewhere_or_left_out_for_a_reason() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = fs::read_to_string(root.join("tests/invariant_ids.txt")).unwrap();
    let table = table(&text);
    let all = GROUPS.iter().flat_map(|(group, last)| (1..=*last).map(move |n| format!("{group}-{n:02}")));
    let all: BTreeSet<String> = all.collect();
    assert!(table.keys().copied().eq(all.iter().map(String::as_str)), "the table has other numbers than all");
    let places = ["step", "rest", "asked", "end", "test"];
    let strange = table.values().flatten().find(|(place, _)| !places.contains(place));
    assert_eq!(strange, None);

    // What is looked at is in the table, and the other way round.
    let asked: BTreeSet<&str> = EPILOGUES.iter().map(|epilogue| epilogue.id).collect();
    assert_eq!(named(&table, "step"), invariants::ids().collect());
    assert_eq!(named(&table, "rest"), PROPERTIES.iter().map(|property| property.id).collect());
    assert_eq!(named(&table, "asked"), asked);
    let mut sources = Sources::default();
    sources.read(&root.join("src"));
    sources.read(&root.join("tests"));
    let mut explore = Sources::default();
    explore.read(&root.join("src/explore"));
    assert_eq!(named(&table, "end"), explore.ends.iter().map(String::as_str).collect());
    for test in named(&table, "test") {
        assert!(sources.tests.contains(test), "there is no test {test}");
    }
    // A rule of a number stands at that number.
    for id in invariants::ids().chain(PROPERTIES.iter().map(|property| property.id)) {
        let places = &table[id];
        assert!(places.iter().any(|(_, words)| words.contains(&id)), "{id} is looked at elsewhere");
    }
}
