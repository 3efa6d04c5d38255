//! The lanes of the timeline, and their bars: each pod's phases, in the lane of its ordinal, its node, or its
//! turn.
//!
//! Lanes are those of the whole session: no pod changes its lane when another part is looked at. The bars of
//! a window are made when they are drawn, lane by lane, as a window may hold thousands.

use std::rc::Rc;

use super::{LaneBy, Window};
use crate::api::{Kind, ObjectKey};
use crate::collections::SortedMap;
use crate::sim::{Span, Time};
use crate::ui::time_machine::chronicle::Life;
use crate::ui::view_model::revisions::Letters;
use crate::ui::view_model::status::Shape;

/// Lanes that are drawn.
pub const LANES_MAX: usize = 120;
/// A bar that is shorter than this part of the window cannot be seen: short ones in a row become one.
const SHARE_MIN: u64 = 600;

/// A lane.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LaneView {
    /// Its name: several lanes of one place have the same.
    pub name: String,
    /// Whose lane it is.
    owner: Option<ObjectKey>,
    /// How many lanes of its place are above it.
    nth: usize,
    /// The pods in it, one after the other.
    pods: Vec<Stay>,
}

/// A pod in its lane.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Stay {
    /// From when to when, beside the life, as it is asked for more often than all else.
    begin: Time,
    end: Option<Time>,
    life: Rc<Life>,
    /// The pattern of its revision.
    pattern: usize,
}

impl Stay {
    fn of(life: &Rc<Life>, pattern: usize) -> Self {
        let end = life.gone.map(|(gone, _)| gone);
        Self { begin: life.begin(), end, life: Rc::clone(life), pattern }
    }
}

impl LaneView {
    /// Whether another lane is one of the same place.
    pub fn is_beside(&self, other: &Self) -> bool {
        self.name == other.name && self.owner == other.owner
    }

    /// Whether another one is this lane at another time: maybe with more pods.
    pub fn is(&self, other: &Self) -> bool {
        self.nth == other.nth && self.is_beside(other)
    }

    /// A name that no other lane of its timeline has.
    pub fn id(&self) -> String {
        let owner = self.owner.as_ref().map(ObjectKey::to_string).unwrap_or_default();
        format!("{owner} {} {}", self.name, self.nth)
    }

    /// Whether its last pod was gone at an instant.
    fn is_free(&self, at: Time) -> bool {
        self.pods.last().is_none_or(|stay| stay.end.is_some_and(|end| end <= at))
    }

    /// The pods in a window.
    fn within(&self, window: Window) -> &[Stay] {
        let first = self.pods.partition_point(|stay| stay.end.is_some_and(|end| end < window.from));
        let end = self.pods.partition_point(|stay| stay.begin <= window.to);
        self.pods.get(first..end).unwrap_or_default()
    }

    /// The bars in a window, in order.
    pub fn bars(&self, window: Window) -> Vec<BarView> {
        let mut all = Vec::new();
        for stay in self.within(window) {
            bars(&stay.life, stay.pattern, window, &mut all);
        }
        all
    }
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
type Place = (Option<ObjectKey>, i64, String);

/// The lanes of a session by their places. A pod that is born takes the first lane of its place that is free.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Lanes {
    places: SortedMap<Place, Vec<Rc<LaneView>>>,
}

impl Lanes {
    /// Those in a window, in order, and how many more there would be.
    pub(super) fn within(&self, window: Window) -> (Vec<Rc<LaneView>>, usize) {
        let all = self.places.values().flatten();
        let mut shown: Vec<_> = all.filter(|lane| !lane.within(window).is_empty()).cloned().collect();
        let hidden = shown.len().saturating_sub(LANES_MAX);
        shown.truncate(LANES_MAX);
        (shown, hidden)
    }

    /// Takes in a pod that was born after all others.
    pub(super) fn add(&mut self, life: &Rc<Life>, letters: &Letters, by: LaneBy) {
        let place = place(life, by);
        let (name, owner) = (name(&place), place.0.clone());
        let lanes = self.places.entry(place).or_default();
        let pod = Stay::of(life, pattern(life, letters));
        match lanes.iter_mut().find(|lane| lane.is_free(life.begin())) {
            Some(lane) => Rc::make_mut(lane).pods.push(pod),
            None => lanes.push(Rc::new(LaneView { name, owner, nth: lanes.len(), pods: vec![pod] })),
        }
    }

    /// Puts what has become of a pod in the place of what it was; `None` when it has another place now.
    pub(super) fn change(&mut self, old: &Rc<Life>, new: &Rc<Life>, by: LaneBy) -> Option<()> {
        let place = place(new, by);
        let is_it = |stay: &Stay| Rc::ptr_eq(&stay.life, old);
        let lanes = self.places.get_mut(&place)?;
        // A pod that changes is mostly the last of its lane.
        let is_last = |lane: &Rc<LaneView>| lane.pods.last().is_some_and(is_it);
        let at = lanes.iter().position(is_last);
        let at = at.or_else(|| lanes.iter().position(|lane| lane.pods.iter().any(is_it)))?;
        let lane = Rc::make_mut(lanes.get_mut(at)?);
        let stay = lane.pods.iter_mut().rfind(|stay| is_it(stay))?;
        *stay = Stay::of(new, stay.pattern);
        Some(())
    }
}

/// The pattern of a pod's revision.
fn pattern(life: &Life, letters: &Letters) -> usize {
    let mark = life.revision.as_ref().and_then(|(namespace, name)| letters.mark(namespace, name));
    mark.map_or(0, |mark| mark.pattern)
}

fn place(life: &Life, by: LaneBy) -> Place {
    let node = || life.phases.all().last().map_or_else(String::new, |phase| phase.value.node.clone());
    if by == LaneBy::Node {
        return (None, 0, node());
    }
    let name = life.key.name.clone();
    let owner = life.owner.clone();
    match life.owner.as_ref().map(|owner| (owner.kind, &owner.name)) {
        Some((Kind::StatefulSet, _)) => {
            let ordinal = name.rsplit_once('-').and_then(|(_, digits)| digits.parse().ok());
            (owner, ordinal.unwrap_or_default(), name)
        }
        Some((Kind::DaemonSet, _)) => (owner, 0, node()),
        Some((_, of)) => (owner, 0, of.clone()),
        None => (None, 0, name),
    }
}

fn name((owner, _, name): &Place) -> String {
    match owner {
        _ if name.is_empty() => "no node".to_owned(),
        Some(owner) if owner.kind == Kind::DaemonSet => format!("{} on {name}", owner.name),
        _ => name.clone(),
    }
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
