//! The bars of the timeline: each pod's phases, in the lane of its ordinal, its node, or its turn.

use std::rc::Rc;

use super::{LaneBy, Window};
use crate::api::{Kind, ObjectKey};
use crate::collections::{SortedMap, sort};
use crate::sim::{Span, Time};
use crate::ui::time_machine::chronicle::Life;
use crate::ui::view_model::revisions::{Letters, RevisionMark};
use crate::ui::view_model::status::Shape;

/// Lanes that are drawn.
pub const LANES_MAX: usize = 120;
/// A bar that is shorter than this part of the window cannot be seen: short ones in a row become one.
const SHARE_MIN: u64 = 600;

/// A lane.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LaneView {
    /// Its name; empty when the lane above has it.
    pub name: String,
    /// Its bars, in order.
    pub bars: Vec<BarView>,
}

/// A bar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BarView {
    /// Its beginning.
    pub from: Time,
    /// Its end; `None` while it goes on.
    pub to: Option<Time>,
    /// How the pod is.
    pub shape: Shape,
    /// The pattern of its revision.
    pub pattern: usize,
}

/// Where a pod's lane stands among the others: owner, ordinal, name.
type Place<'a> = (Option<&'a ObjectKey>, i64, &'a str);

/// The lanes of some pods, and how many more there would be.
pub(super) fn lanes(
    lives: &[&Rc<Life>],
    letters: &Letters,
    by: LaneBy,
    window: Window,
) -> (Vec<LaneView>, usize) {
    // Pods come in the order of their births, and keep it within a place.
    let mut placed: SortedMap<Place<'_>, Vec<&Life>> = SortedMap::new();
    for life in lives {
        placed.entry(place(life, by)).or_default().push(life);
    }
    let mut patterns = Patterns { letters, last: None };
    let mut lanes: Vec<(LaneView, Option<Time>)> = Vec::new();
    for (place, lives) in &placed {
        let first = lanes.len();
        for life in lives {
            let is_free = |lane: &(LaneView, Option<Time>)| lane.1.is_some_and(|ends| ends <= life.begin());
            let at = first + lanes.iter().skip(first).position(is_free).unwrap_or(lanes.len() - first);
            if at == lanes.len() {
                let name = if at == first { name(*place) } else { String::new() };
                lanes.push((LaneView { name, bars: Vec::new() }, None));
            }
            if let Some((lane, ends)) = lanes.get_mut(at) {
                bars(life, patterns.of(life), window, &mut lane.bars);
                *ends = life.gone.map(|(gone, _)| gone);
            }
        }
    }
    let hidden = lanes.len().saturating_sub(LANES_MAX);
    (lanes.into_iter().map(|(lane, _)| lane).take(LANES_MAX).collect(), hidden)
}

/// The patterns of pods' revisions; that of the last one is at hand, as most have the same as the one before.
struct Patterns<'a> {
    letters: &'a Letters,
    last: Option<(&'a (String, String), usize)>,
}

impl<'a> Patterns<'a> {
    fn of(&mut self, life: &'a Life) -> usize {
        let Some(revision) = &life.revision else { return 0 };
        if let Some((_, pattern)) = self.last.filter(|(known, _)| *known == revision) {
            return pattern;
        }
        let pattern = mark(life, self.letters).map_or(0, |mark| mark.pattern);
        self.last = Some((revision, pattern));
        pattern
    }
}

fn place(life: &Life, by: LaneBy) -> Place<'_> {
    let node = || life.phases.all().last().map_or("", |phase| phase.value.node.as_str());
    if by == LaneBy::Node {
        return (None, 0, node());
    }
    let name = life.key.name.as_str();
    match &life.owner {
        Some(owner) if owner.kind == Kind::StatefulSet => {
            let ordinal = name.rsplit_once('-').and_then(|(_, digits)| digits.parse().ok());
            (Some(owner), ordinal.unwrap_or_default(), name)
        }
        Some(owner) if owner.kind == Kind::DaemonSet => (Some(owner), 0, node()),
        Some(owner) => (Some(owner), 0, owner.name.as_str()),
        None => (None, 0, name),
    }
}

fn name((owner, _, name): Place<'_>) -> String {
    match owner {
        _ if name.is_empty() => "no node".to_owned(),
        Some(owner) if owner.kind == Kind::DaemonSet => format!("{} on {name}", owner.name),
        _ => name.to_owned(),
    }
}

/// How a pod's revision is drawn.
pub(super) fn mark(life: &Life, letters: &Letters) -> Option<RevisionMark> {
    let (namespace, name) = life.revision.as_ref()?;
    letters.mark(namespace, name)
}

/// Adds the bars of a pod in a window; what is too short to be seen is drawn as one with its neighbours.
fn bars(life: &Life, pattern: usize, window: Window, bars: &mut Vec<BarView>) {
    let shortest = Span::from_ms(window.ms() / SHARE_MIN);
    let phases = life.phases.all();
    let before = bars.len();
    for (index, phase) in phases.iter().enumerate() {
        let to = phases.get(index + 1).map(|next| next.at).or(life.gone.map(|(gone, _)| gone));
        if to.is_some_and(|to| to < window.from) || phase.at > window.to {
            continue;
        }
        let shape = phase.value.shape;
        let is_short = |bar: &BarView| bar.to.is_some_and(|end| end - bar.from < shortest);
        match bars.get_mut(before..).and_then(<[_]>::last_mut) {
            Some(bar) if bar.shape == shape => bar.to = to,
            Some(bar) if is_short(bar) => {
                bar.to = to;
                let stays = to.is_none_or(|to| to - phase.at >= shortest);
                bar.shape = if stays || gravity(shape) > gravity(bar.shape) { shape } else { bar.shape };
            }
            _ => bars.push(BarView { from: phase.at, to, shape, pattern }),
        }
    }
}

/// Which of two shapes is drawn where there is room for one.
fn gravity(shape: Shape) -> u8 {
    match shape {
        Shape::Failed => 6,
        Shape::Terminating => 5,
        Shape::NotReady => 4,
        Shape::Creating => 3,
        Shape::Pending => 2,
        Shape::Succeeded => 1,
        Shape::Ready => 0,
    }
}

/// The shapes that occur, in the order of the legend.
pub fn shapes(lanes: &[Rc<LaneView>]) -> Vec<Shape> {
    let mut indexes: Vec<usize> = Vec::new();
    for bar in lanes.iter().flat_map(|lane| &lane.bars) {
        let index = Shape::ALL.iter().position(|(shape, _)| *shape == bar.shape).unwrap_or_default();
        if !indexes.contains(&index) {
            indexes.push(index);
        }
    }
    sort(&mut indexes);
    indexes.into_iter().filter_map(|index| Shape::ALL.get(index).map(|(shape, _)| *shape)).collect()
}
