//! Each object's life: the sequence of its distinct rows.
//!
//! Objects whose names people gave are compared one by one. Pods with made-up names are a multiset of lives
//! for each workload. Rows that race are told by [`tolerated`].

use std::collections::BTreeMap;

use super::super::format::{Recording, Seen};
use super::super::normalise::Normaliser;
use super::super::tolerated::{self, Row};
use super::all;
use super::names::{Names, is_made_up};

/// The lives of one recording.
#[derive(Debug, Default)]
struct Lives {
    /// By kind, name, and how many had the name before.
    named: BTreeMap<(String, String, usize), Vec<Row>>,
    /// Of pods with made-up names, by what stands for the name.
    made_up: BTreeMap<String, Vec<Vec<Row>>>,
}

/// The first difference between the lives of both.
pub(super) fn compare(recorded: &Recording, played: &Recording, names: &(Names, Names)) -> Option<String> {
    let (real, ours) = (lives(recorded, &names.0), lives(played, &names.1));
    for (key, real_life) in &real.named {
        let (kind, name, generation) = key;
        let what = format!("life of {kind} {name} (number {generation} of its name)");
        let Some(our_life) = ours.named.get(key) else {
            return Some(format!("{what}: recorded, but not here"));
        };
        if let Some(difference) = first_difference(kind, real_life, our_life) {
            return Some(format!("{what}\n{difference}"));
        }
    }
    let extra = ours.named.keys().find(|key| !real.named.contains_key(*key));
    if let Some((kind, name, number)) = extra {
        return Some(format!("life of {kind} {name} (number {number} of its name): here, but not recorded"));
    }
    compare_made_up(&real.made_up, &ours.made_up)
}

/// One distinct row of an object's life, as text.
fn row_text(seen: &Seen, normaliser: &mut Normaliser, names: &Names) -> String {
    if seen.type_ == "DELETED" {
        return "gone".into();
    }
    let mut text = String::new();
    for (column, cell) in &seen.cells {
        let cell = cell.as_str().map_or_else(|| cell.to_string(), str::to_owned);
        let cell = match column.to_ascii_uppercase().as_str() {
            "NODE" if cell == "<none>" || cell.is_empty() => "unset".to_owned(),
            "NODE" => "set".to_owned(),
            "NAME" => continue,
            _ => normaliser.text(&names.text(&cell)),
        };
        text.push_str(&format!("{}={cell} ", column.to_ascii_uppercase().replace('-', " ")));
    }
    if seen.deleting {
        text.push_str("deleting ");
    }
    text.push_str(&names.text(&seen.hash));
    text.trim_end().to_owned()
}

fn lives(recording: &Recording, names: &Names) -> Lives {
    let mut lives = Lives::default();
    let mut uids: BTreeMap<(String, String), Vec<String>> = BTreeMap::new();
    // Where the life of a pod with a made-up name lies.
    let mut places: BTreeMap<&str, usize> = BTreeMap::new();
    let mut normaliser = Normaliser::default();
    for seen in all(recording).filter(|seen| !seen.cells.is_empty()) {
        let name = names.text(&seen.name);
        let life = if is_made_up(seen) {
            let group = lives.made_up.entry(name).or_default();
            let place = *places.entry(&seen.uid).or_insert(group.len());
            if place == group.len() {
                group.push(Vec::new());
            }
            group.get_mut(place)
        } else {
            let known = uids.entry((seen.kind.clone(), name.clone())).or_default();
            let generation = known.iter().position(|uid| *uid == seen.uid).unwrap_or_else(|| {
                known.push(seen.uid.clone());
                known.len() - 1
            });
            Some(lives.named.entry((seen.kind.clone(), name, generation)).or_default())
        };
        let text = row_text(seen, &mut normaliser, names);
        if let Some(life) = life
            && life.last().is_none_or(|last| last.text != text)
        {
            life.push(Row { text, t: seen.t });
        }
    }
    lives
}

type Groups = BTreeMap<String, Vec<Vec<Row>>>;

/// The lives of pods with made-up names are the same as a multiset.
fn compare_made_up(real: &Groups, ours: &Groups) -> Option<String> {
    let count = |groups: &Groups, name: &String| {
        let mut counts: BTreeMap<Vec<String>, usize> = BTreeMap::new();
        for life in groups.get(name).into_iter().flatten() {
            *counts.entry(life.iter().map(|row| row.text.clone()).collect()).or_default() += 1;
        }
        counts
    };
    for name in real.keys().chain(ours.keys()) {
        let (real, ours) = (count(real, name), count(ours, name));
        let differs = |life: &&Vec<String>| real.get(*life) != ours.get(*life);
        let Some(life) = real.keys().chain(ours.keys()).find(differs) else { continue };
        let times = |counts: &BTreeMap<Vec<String>, usize>| counts.get(life).copied().unwrap_or_default();
        let other = ours.keys().find(|other| real.get(*other) != ours.get(*other) && *other != life);
        let other = other.map_or(String::new(), |other| {
            format!("\n    another life that differs in number\n      {}", other.join("\n      "))
        });
        return Some(format!(
            "life of a pod {name}: {} pods lived so in the recording, {} here\n      {}{other}",
            times(&real),
            times(&ours),
            life.join("\n      ")
        ));
    }
    None
}

fn first_difference(kind: &str, real: &[Row], ours: &[Row]) -> Option<String> {
    if !tolerated::has_cascading_status(kind) {
        return first_row_that_differs(kind, real, ours);
    }
    let missing = |from: &[Row], to: &[Row]| {
        let mut rest = to.iter();
        tolerated::lasting(from).into_iter().find(|text| !rest.any(|row| row.text == **text)).cloned()
    };
    let (what, row) = match (missing(real, ours), missing(ours, real)) {
        (Some(row), _) => ("recorded, but not here at this place", row),
        (None, Some(row)) => ("here, but not recorded at this place", row),
        (None, None) => return None,
    };
    let show = |rows: &[Row]| {
        rows.iter().map(|row| format!("{:7.2} {}", row.t, row.text)).collect::<Vec<_>>().join("\n      ")
    };
    Some(format!("    {what}: {row}\n    recorded\n      {}\n    here\n      {}", show(real), show(ours)))
}

/// Goes through both lives side by side; a row that races may be missing on the other side.
fn first_row_that_differs(kind: &str, real: &[Row], ours: &[Row]) -> Option<String> {
    let (real_races, our_races) = (tolerated::racing_rows(kind, real), tolerated::racing_rows(kind, ours));
    let (mut i, mut j) = (0, 0);
    loop {
        match (real.get(i), ours.get(j)) {
            (None, None) => return None,
            (Some(a), Some(b)) if a.text == b.text => (i, j) = (i + 1, j + 1),
            (Some(_), _) if real_races.get(i) == Some(&true) => i += 1,
            (_, Some(_)) if our_races.get(j) == Some(&true) => j += 1,
            (a, b) => {
                let show = |row: Option<&Row>| row.map_or("(end)".to_owned(), |row| row.text.clone());
                let before =
                    i.checked_sub(1).and_then(|i| real.get(i)).map_or("(start)", |row| row.text.as_str());
                return Some(format!(
                    "    after     {before}\n    recorded  {}\n    here      {}",
                    show(a),
                    show(b)
                ));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(texts: &[(f64, &str)]) -> Vec<Row> {
        texts.iter().map(|&(t, text)| Row { text: text.into(), t }).collect()
    }

    /// What is shown for a moment may be missing; what lasts may not, nor come in another order.
    #[test]
    fn statuses_in_cascade_are_compared_by_what_lasts() {
        let real = rows(&[(0.0, "4 0"), (0.1, "4 1"), (2.0, "4 3"), (2.1, "3 3"), (2.2, "4 4")]);
        let same = rows(&[(0.0, "4 0"), (1.0, "4 1"), (2.0, "4 4")]);
        assert_eq!(first_difference("DaemonSet", &real, &same), None);
        let lasting = rows(&[(0.0, "4 0"), (1.0, "4 1"), (2.0, "3 3"), (3.0, "4 3"), (4.0, "4 4")]);
        let difference = first_difference("DaemonSet", &real, &lasting).unwrap_or_default();
        assert!(difference.contains("here, but not recorded at this place: 4 3"), "{difference}");
        let short = rows(&[(0.0, "4 0"), (2.0, "4 4")]);
        let difference = first_difference("DaemonSet", &real, &short).unwrap_or_default();
        assert!(difference.contains("recorded, but not here at this place: 4 1"), "{difference}");
    }

    #[test]
    fn lives_of_equal_pods_are_a_multiset() {
        let life = |texts: &[&str]| texts.iter().map(|&text| Row { text: text.into(), t: 0.0 }).collect();
        let group = |lives: Vec<Vec<Row>>| Groups::from([("demo-<pod>".to_owned(), lives)]);
        let real = group(vec![life(&["a", "b"]), life(&["a"])]);
        let ours = group(vec![life(&["a"]), life(&["a", "b"])]);
        assert_eq!(compare_made_up(&real, &ours), None);
        let more = group(vec![life(&["a"]), life(&["a"]), life(&["a", "b"])]);
        let difference = compare_made_up(&real, &more).unwrap_or_default();
        assert!(difference.contains("1 pods lived so in the recording, 2 here"), "{difference}");
    }
}
