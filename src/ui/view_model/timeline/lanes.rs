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
    /// The pods in it with their patterns, one after the other.
    pods: Vec<(Rc<Life>, usize)>,
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

    /// The pods in a window, with their patterns.
    fn within(&self, window: Window) -> &[(Rc<Life>, usize)] {
        let first =
            self.pods.partition_point(|(life, _)| life.gone.is_some_and(|(gone, _)| gone < window.from));
        let end = self.pods.partition_point(|(life, _)| life.begin() <= window.to);
        self.pods.get(first..end).unwrap_or_default()
    }

    /// The bars in a window, in order.
    pub fn bars(&self, window: Window) -> Vec<BarView> {
        let mut all = Vec::new();
        for (life, pattern) in self.within(window) {
            bars(life, *pattern, window, &mut all);
        }
        all
    }
}

/// The lanes in a window, and how many more there would be.
pub(super) fn within(lanes: &[Rc<LaneView>], window: Window) -> (Vec<Rc<LaneView>>, usize) {
    let mut shown: Vec<_> = lanes.iter().filter(|lane| !lane.within(window).is_empty()).cloned().collect();
    let hidden = shown.len().saturating_sub(LANES_MAX);
    shown.truncate(LANES_MAX);
    (shown, hidden)
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

/// The lanes of some pods.
pub(super) fn lanes(lives: &[&Rc<Life>], letters: &Letters, by: LaneBy) -> Vec<LaneView> {
    // Pods come in the order of their births, and keep it within a place.
    let mut placed: SortedMap<Place<'_>, Vec<&Rc<Life>>> = SortedMap::new();
    for &life in lives {
        placed.entry(place(life, by)).or_default().push(life);
    }
    let mut patterns = Patterns { letters, last: None };
    let mut lanes: Vec<LaneView> = Vec::new();
    // When the last pod of a lane is gone, if it is.
    let mut ends: Vec<Option<Time>> = Vec::new();
    for (place, lives) in &placed {
        let first = lanes.len();
        for &life in lives {
            let begin = life.begin();
            let is_free = |ends: &Option<Time>| ends.is_some_and(|ends| ends <= begin);
            let at = first + ends.iter().skip(first).position(is_free).unwrap_or(lanes.len() - first);
            if at == lanes.len() {
                let (name, owner) = (name(*place), place.0.cloned());
                lanes.push(LaneView { name, owner, nth: at - first, pods: Vec::new() });
                ends.push(None);
            }
            if let (Some(lane), Some(ends)) = (lanes.get_mut(at), ends.get_mut(at)) {
                lane.pods.push((Rc::clone(life), patterns.of(life)));
                *ends = life.gone.map(|(gone, _)| gone);
            }
        }
    }
    lanes
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
        let mark = self.letters.mark(&revision.0, &revision.1);
        let pattern = mark.map_or(0, |mark| mark.pattern);
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
pub(super) fn shapes(lanes: &[Rc<LaneView>]) -> Vec<Shape> {
    let mut occur = [false; Shape::ALL.len()];
    for (life, _) in lanes.iter().flat_map(|lane| &lane.pods) {
        for phase in life.phases.all() {
            let place = Shape::ALL.iter().position(|(shape, _)| *shape == phase.value.shape);
            if let Some(occurs) = place.and_then(|place| occur.get_mut(place)) {
                *occurs = true;
            }
        }
    }
    let known = Shape::ALL.iter().zip(occur).filter(|(_, occurs)| *occurs);
    known.map(|((shape, _), _)| *shape).collect()
}
