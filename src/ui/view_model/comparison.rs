//! Two runs beside each other, as plain values.

use std::rc::Rc;

use super::revisions::Letters;
use super::status::Shape;
use super::story::course;
use super::summary::lasting;
use super::timeline::{TimelineChoice, TimelineView, Window};
use crate::api::pod::Pod;
use crate::api::{Kind, Object};
use crate::collections::{sort, sort_by_key};
use crate::kubectl::printers::pod_status;
use crate::sim::Time;
use crate::ui::comparison::{Comparison, Side};
use crate::ui::time_machine::MarkKind;
use crate::ui::time_machine::chronicle::Sample;
use crate::ui::time_machine::chronicle::trail::Since;

/// Pods that are drawn of a side.
const PODS_MAX: usize = 60;

/// Two runs at a moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CompareView {
    /// What is compared.
    pub title: String,
    /// Where the runs part, the moment that is shown, and the end.
    pub span: (Time, Time, Time),
    /// Whether it plays by itself.
    pub is_playing: bool,
    /// The sides.
    pub sides: Vec<SideView>,
    /// What differs in figures: name, and the value of each side.
    pub figures: Vec<(&'static str, [String; 2])>,
}

/// One run at a moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SideView {
    /// Its name.
    pub name: String,
    /// Its pods by name: shape, and the letter of the revision.
    pub pods: Vec<(String, Shape, String)>,
    /// Its timeline up to the moment.
    pub timeline: Option<Rc<TimelineView>>,
}

/// The figures of a side.
struct Figures {
    ready: String,
    updated: String,
    least: String,
    took: String,
}

impl CompareView {
    /// A comparison at its moment; what has not changed since `old` is shared with it.
    // Out of line, so that the page's start does not carry it.
    #[inline(never)]
    pub fn of(comparison: &Comparison, old: Option<&Self>) -> Self {
        let known = |index: usize| old.and_then(|old| old.sides.get(index)?.timeline.as_deref());
        let sides = comparison.sides.iter().enumerate();
        let sides: Vec<SideView> =
            sides.map(|(index, side)| side_view(comparison, side, known(index))).collect();
        let [a, b] = [0, 1].map(|index| figures(&comparison.sides[index], comparison.from));
        Self {
            title: comparison.title.clone(),
            span: (comparison.from, comparison.at, comparison.end),
            is_playing: comparison.is_playing,
            sides,
            figures: vec![
                ("Ready now", [a.ready, b.ready]),
                ("Of the newest revision now", [a.updated, b.updated]),
                ("Fewest ready since the last command", [a.least, b.least]),
                ("Done after", [a.took, b.took]),
            ],
        }
    }
}

fn side_view(comparison: &Comparison, side: &Side, old: Option<&TimelineView>) -> SideView {
    let mut letters = Letters::default();
    letters.observe(side.machine.present(&side.cluster));
    let window = Window { from: comparison.from, to: comparison.end.max(comparison.from) };
    let choice = TimelineChoice { window: Some(window), ..TimelineChoice::default() };
    let timeline = TimelineView::of(&side.machine, &side.cluster, &letters, &choice, old);
    let mut pods: Vec<(String, Shape, String)> = (side.cluster.server().list(Kind::Pod, None))
        .filter_map(|object| match object {
            Object::Pod(pod) => Some(tile(pod, &letters)),
            _ => None,
        })
        .collect();
    sort_by_key(&mut pods, |pod| pod.0.clone());
    pods.truncate(PODS_MAX);
    let timeline = timeline.map(|view| {
        let at = comparison.at;
        Rc::new(TimelineView { now: at, at, ..view })
    });
    SideView { name: side.name.clone(), pods, timeline }
}

fn tile(pod: &Pod, letters: &Letters) -> (String, Shape, String) {
    let letter = letters.mark_of_pod(&pod.metadata).map(|mark| mark.letter).unwrap_or_default();
    (pod.metadata.name.clone(), Shape::of(pod, &pod_status(pod)), letter)
}

/// The counts of all workloads of a side together, up to the moment that is shown.
fn totals(side: &Side) -> Vec<Since<Sample>> {
    let now = side.cluster.now();
    let Some(chronicle) = side.machine.branch().chronicle() else { return Vec::new() };
    let trails: Vec<_> = chronicle.counts().workloads().map(|trail| trail.until(now)).collect();
    let mut instants: Vec<Time> =
        trails.iter().flat_map(|trail| trail.iter().map(|since| since.at)).collect();
    sort(&mut instants);
    instants.dedup();
    let total = |at: Time| {
        let mut sum = Sample::default();
        for trail in &trails {
            let before = trail.partition_point(|since| since.at <= at);
            let Some(value) = before.checked_sub(1).and_then(|last| trail.get(last)) else { continue };
            sum.ready += value.value.ready;
            sum.updated += value.value.updated;
            sum.desired += value.value.desired;
            sum.wanted += value.value.wanted;
        }
        Since { at, order: 0, value: sum }
    };
    instants.into_iter().map(total).collect()
}

fn figures(side: &Side, from: Time) -> Figures {
    let totals = totals(side);
    let now = totals.last().map(|since| since.value).unwrap_or_default();
    let marks = side.machine.branch().chronicle().map_or(&[][..], |chronicle| chronicle.marks().all());
    let is_command =
        |at: Time, kind: MarkKind| kind == MarkKind::Command && at >= from && at <= side.cluster.now();
    let command = marks.iter().rfind(|mark| is_command(mark.at, mark.kind)).map(|mark| mark.at);
    let (took, least) = course(&totals, command.unwrap_or(from), None);
    let is_complete = now.updated >= now.wanted && now.ready >= now.desired;
    Figures {
        ready: format!("{} of {}", now.ready, now.desired),
        updated: format!("{} of {}", now.updated, now.desired),
        least: least.map_or_else(|| "—".to_owned(), |(ready, desired)| format!("{ready} of {desired}")),
        took: match took {
            Some(took) => lasting(took),
            // Nothing was asked for since the runs parted.
            None if command.is_none() && is_complete => "—".to_owned(),
            None => "not yet".to_owned(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::comparison::presets::PRESETS;

    fn figure(view: &CompareView, name: &str) -> [String; 2] {
        view.figures
            .iter()
            .find(|(known, _)| *known == name)
            .map(|(_, values)| values.clone())
            .expect("it is there")
    }

    #[test]
    fn the_figures_tell_surge_from_unavailable() {
        let mut comparison = Comparison::preset(&PRESETS[2]);
        comparison.seek(comparison.end);
        let view = CompareView::of(&comparison, None);
        assert_eq!(figure(&view, "Ready now"), ["4 of 4", "4 of 4"]);
        assert_eq!(figure(&view, "Fewest ready since the last command"), ["3 of 4", "4 of 4"]);
        assert!(!figure(&view, "Done after").contains(&"not yet".to_owned()), "{:?}", view.figures);
    }

    #[test]
    fn a_partition_holds_pods_back() {
        let mut comparison = Comparison::preset(&PRESETS[1]);
        comparison.seek(comparison.end);
        let view = CompareView::of(&comparison, None);
        assert_eq!(figure(&view, "Of the newest revision now"), ["5 of 5", "3 of 5"]);
        let letters =
            |side: &SideView| side.pods.iter().map(|(_, _, letter)| letter.as_str()).collect::<String>();
        assert_eq!(view.sides.iter().map(letters).collect::<Vec<_>>(), ["BBBBB", "AABBB"]);
        assert!(
            view.sides.iter().all(|side| side.timeline.as_ref().is_some_and(|view| view.lanes.len() == 5))
        );
    }

    #[test]
    fn what_was_done_before_the_runs_part_is_no_part_of_them() {
        let mut state = crate::ui::state::State::default();
        state.reduce(crate::ui::state::Action::Apply);
        state.machine.run_until(&mut state.cluster, Time::from_ms(60_000));
        let text = state.files.text("web.yaml").replace("replicas: 2", "replicas: 3");
        let mut comparison = Comparison::of_file(&state.cluster, &state.machine, "web.yaml", &text);
        comparison.seek(comparison.end);
        let [without, with] = figure(&CompareView::of(&comparison, None), "Done after");
        assert_eq!(without, "—");
        assert!(with.ends_with(" s"), "{with}");
    }

    #[test]
    fn a_moment_tells_no_more_than_had_happened() {
        let mut comparison = Comparison::preset(&PRESETS[0]);
        comparison.seek(Time::from_ms(2_000));
        let view = CompareView::of(&comparison, None);
        assert_eq!(figure(&view, "Done after"), ["not yet", "not yet"]);
        assert_eq!(view.sides.iter().map(|side| side.pods.len()).collect::<Vec<_>>(), [1, 5]);
    }
}
