//! For every rule a history in which one thing goes wrong, and which the rule finds.
//!
//! A `stage` lets real controllers run in a small cluster and writes down every change; a [`Mutant`] breaks
//! such a [`History`] in one place. The history itself keeps all rules, and the broken one is stopped at its
//! last change, by the rule that it is made for. In `broken_parts` the parts themselves are broken, and run.

mod history;
mod stage;
mod store;
mod pods;
mod statefulset;
mod daemonset;
mod deployment;
mod disruption;
mod ownership;

use super::{ids, pods::TRUTHS};
use crate::collections::{SortedMap, SortedSet};
use history::History;

/// A history that breaks a rule.
struct Mutant {
    /// The rule.
    id: &'static str,
    /// What goes wrong.
    what: &'static str,
    /// Where.
    scene: &'static str,
    /// Breaks it.
    break_it: fn(&mut History),
}

const fn mutant(id: &'static str, what: &'static str, scene: &'static str, break_it: fn(&mut History)) -> Mutant {
    Mutant { id, what, scene, break_it }
}

/// All of them, folder by folder.
fn all_mutants() -> impl Iterator<Item = &'static Mutant> {
    let folders = [
        store::MUTANTS,
        pods::MUTANTS,
        statefulset::MUTANTS,
        daemonset::MUTANTS,
        deployment::MUTANTS,
        disruption::MUTANTS,
        ownership::MUTANTS,
    ];
    folders.into_iter().flatten()
}

/// What is wrong with a mutant: that it is not stopped, too soon, or by another rule.
fn survival(mutant: &Mutant, whole: &History) -> Option<String> {
    let Mutant { id, what, scene, break_it } = mutant;
    let mut broken = whole.clone();
    break_it(&mut broken);
    let told = |found: &str| Some(format!("{id}: {what} ({scene}): {found}"));
    match broken.check() {
        Ok(()) => told("not found"),
        Err((_, violation)) if violation.id != *id => told(&format!("{violation:?}")),
        Err((at, _)) if at + 1 != broken.len() => told(&format!("found at change {at} of {}", broken.len())),
        Err(_) => None,
    }
}

/// Plays every scene once, and every mutant of it.
#[test]
fn every_mutant_is_caught_by_its_rule() {
    let mut survivors = Vec::new();
    for (scene, _) in stage::SCENES {
        let whole = stage::play(scene);
        if let Err(found) = whole.check() {
            survivors.push(format!("{scene}: nothing is wrong with it, but: {found:?}"));
        }
        let mutants = all_mutants().filter(|mutant| mutant.scene == *scene);
        survivors.extend(mutants.filter_map(|mutant| survival(mutant, &whole)));
    }
    let known: SortedSet<&str> = stage::SCENES.iter().map(|(name, _)| *name).collect();
    survivors.extend(all_mutants().filter(|m| !known.contains(&m.scene)).map(|m| m.scene.to_owned()));
    assert!(survivors.is_empty(), "{}", survivors.join("\n"));
}

/// The rule about what really runs has its mutant in `broken_parts`.
#[test]
fn every_rule_has_a_mutant() {
    let mut mutants: SortedMap<&str, usize> = SortedMap::new();
    for mutant in all_mutants() {
        *mutants.entry(mutant.id).or_default() += 1;
    }
    let truths: Vec<&str> = TRUTHS.iter().map(|truth| truth.id).collect();
    let missing: Vec<&str> = ids().filter(|id| !mutants.contains_key(id) && !truths.contains(id)).collect();
    assert!(missing.is_empty(), "{missing:?}");
    let known: SortedSet<&str> = ids().collect();
    let strange: Vec<&&str> = mutants.keys().filter(|id| !known.contains(*id)).collect();
    assert!(strange.is_empty(), "{strange:?}");
    eprintln!("{} mutants of {} rules", all_mutants().count(), mutants.len());
}
