//! For every rule a history in which one thing goes wrong, and which the rule finds.
//!
//! A `stage` lets real controllers run in a small cluster and writes down every change; a [`Mutant`] breaks
//! such a [`History`] in one place. The history itself keeps all rules, and the broken one is stopped at its
//! last change, by the rule that it is made for. What no history shows is broken in `broken_parts`.

mod history;
mod stage;
mod store;
mod pods;
mod statefulset;
mod daemonset;
mod deployment;
mod disruption;
mod ownership;
mod broken_parts;

use super::{all, ids};
use crate::collections::SortedSet;
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

const fn mutant(
    id: &'static str,
    what: &'static str,
    scene: &'static str,
    break_it: fn(&mut History),
) -> Mutant {
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

/// The sentence of the rule that stops a mutant.
///
/// # Errors
/// That it is not stopped, too soon, or by another rule.
fn verdict(mutant: &Mutant, whole: &History) -> Result<&'static str, String> {
    let Mutant { id, what, scene, break_it } = mutant;
    let mut broken = whole.clone();
    break_it(&mut broken);
    let told = |found: &str| Err(format!("{id}: {what} ({scene}): {found}"));
    match broken.check() {
        Ok(()) => told("not found"),
        Err((_, violation)) if violation.id != *id => told(&format!("{violation:?}")),
        Err((at, _)) if at + 1 != broken.len() => told(&format!("found at change {at} of {}", broken.len())),
        Err((_, violation)) => Ok(violation.sentence),
    }
}

/// Plays every scene once, and every mutant of it.
#[test]
fn every_rule_stops_a_mutant_and_nothing_else() {
    let (mut faults, mut stopped): (Vec<String>, SortedSet<(&str, &str)>) = Default::default();
    for (scene, _) in stage::SCENES {
        let whole = stage::play(scene);
        if let Err(found) = whole.check() {
            faults.push(format!("{scene}: nothing is wrong with it, but: {found:?}"));
        }
        for mutant in all_mutants().filter(|mutant| mutant.scene == *scene) {
            match verdict(mutant, &whole) {
                Ok(sentence) => drop(stopped.insert((mutant.id, sentence))),
                Err(fault) => faults.push(fault),
            }
        }
    }
    let idle = all().filter(|rule| !stopped.contains(&(rule.id, rule.sentence)));
    faults.extend(idle.map(|rule| format!("{}: no mutant breaks that {}", rule.id, rule.sentence)));
    let known: SortedSet<&str> = stage::SCENES.iter().map(|(name, _)| *name).collect();
    faults.extend(all_mutants().filter(|m| !known.contains(&m.scene)).map(|m| m.scene.to_owned()));
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn every_number_has_a_mutant_and_no_other() {
    let mutants = all_mutants().map(|mutant| mutant.id).chain(broken_parts::IDS.iter().copied());
    let (mutants, ids): (SortedSet<&str>, SortedSet<&str>) = (mutants.collect(), ids().collect());
    assert_eq!(mutants, ids);
}
