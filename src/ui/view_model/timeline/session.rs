//! What the timeline shows of a whole session, whichever part of it is looked at.
//!
//! It is brought up to date by the pods that have changed since it was made: of the hundreds of an hour those
//! are a few.

use std::rc::Rc;

use super::counts::{self, CountsView, Step};
use super::lanes::Lanes;
use super::{LaneBy, Story, TimelineChoice};
use crate::api::{Kind, ObjectKey};
use crate::cluster::Cluster;
use crate::collections::SortedMap;
use crate::sim::Time;
use crate::ui::time_machine::Chronicle;
use crate::ui::time_machine::chronicle::Life;
use crate::ui::view_model::revisions::Letters;
use crate::ui::view_model::status::Shape;

/// A session as the timeline shows it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SessionView {
    /// The workloads on offer.
    pub workloads: Vec<ObjectKey>,
    /// How pods were, in the order of the legend.
    pub shapes: Vec<Shape>,
    /// Counts.
    pub counts: Rc<CountsView>,
    /// The lanes.
    pub(super) lanes: Lanes,
    /// Up to where it was told.
    pub(super) told: Story,
    /// Every pod that was told of, as it was then, in the order of their births.
    lives: Vec<Rc<Life>>,
    /// By how much the number of ready pods changed at an instant.
    turns: SortedMap<Time, i64>,
    begin: Option<Time>,
}

impl SessionView {
    /// A session's; `old` is what it was for the same choice, with which it shares what has not changed.
    pub(super) fn of(
        (chronicle, present): (&Chronicle, &Cluster),
        letters: &Letters,
        (choice, told): (&TimelineChoice, Story),
        old: Option<&Self>,
    ) -> Self {
        let all = chronicle.lives().all();
        let told_on = |known: Self| known.with(all, letters, choice);
        let known = old.filter(|old| old.is_beginning_of(all)).cloned().and_then(told_on);
        // An empty one has no pods that could have another place now.
        let mut view = known.or_else(|| told_on(Self::default())).unwrap_or_default();
        view.told = told;
        let workload = choice.workload.as_ref().or_else(|| view.only_workload());
        let counts = CountsView::of(view.ready(), chronicle, present, workload);
        if *view.counts != counts {
            view.counts = Rc::new(counts);
        }
        view
    }

    /// Whether these are the pods it was told of, and maybe more.
    fn is_beginning_of(&self, all: &[Rc<Life>]) -> bool {
        let is_it = |(known, life): (&Rc<Life>, &Rc<Life>)| Rc::ptr_eq(known, life) || known.uid == life.uid;
        self.lives.len() <= all.len() && self.lives.iter().zip(all).all(is_it)
    }

    /// With what has changed; `None` when a pod has another place now.
    fn with(mut self, all: &[Rc<Life>], letters: &Letters, choice: &TimelineChoice) -> Option<Self> {
        for (index, life) in all.iter().enumerate() {
            let known = self.lives.get(index);
            if known.is_some_and(|known| Rc::ptr_eq(known, life)) {
                continue;
            }
            let known = known.cloned();
            match self.lives.get_mut(index) {
                Some(known) => *known = Rc::clone(life),
                None => self.lives.push(Rc::clone(life)),
            }
            if known.is_none() {
                self.note_workload(life);
            }
            if choice.holds(life) {
                self.take_in(known.as_ref(), life, letters, choice.by)?;
            }
        }
        Some(self)
    }

    fn take_in(
        &mut self,
        known: Option<&Rc<Life>>,
        life: &Rc<Life>,
        letters: &Letters,
        by: LaneBy,
    ) -> Option<()> {
        match known {
            Some(known) => self.lanes.change(known, life, by)?,
            None => self.lanes.add(life, letters, by),
        }
        for (at, turn) in known.into_iter().flat_map(|known| counts::turns(known)) {
            *self.turns.entry(at).or_default() -= turn;
        }
        for (at, turn) in counts::turns(life) {
            *self.turns.entry(at).or_default() += turn;
        }
        self.begin = self.begin.into_iter().chain([life.begin()]).min();
        self.note_shapes(life);
        Some(())
    }

    /// The workload of all pods, when there is one.
    fn only_workload(&self) -> Option<&ObjectKey> {
        let [only] = &self.workloads[..] else { return None };
        self.lives.iter().all(|life| life.owner.as_ref() == Some(only)).then_some(only)
    }

    /// Takes note of every workload whose pods are remembered.
    fn note_workload(&mut self, life: &Life) {
        if let Some(owner) = &life.owner
            && matches!(owner.kind, Kind::StatefulSet | Kind::DaemonSet | Kind::Deployment | Kind::ReplicaSet)
            && !self.workloads.contains(owner)
        {
            self.workloads.push(owner.clone());
        }
    }

    fn note_shapes(&mut self, life: &Life) {
        let place = |shape| Shape::ALL.iter().position(|(known, _)| *known == shape);
        for phase in life.phases.all() {
            let shape = phase.value.shape;
            if !self.shapes.contains(&shape) {
                let before = self.shapes.iter().filter(|known| place(**known) < place(shape)).count();
                self.shapes.insert(before, shape);
            }
        }
    }

    /// How many of the pods were ready over time. Before the first pod there were none.
    fn ready(&self) -> Vec<Step> {
        let mut count = 0;
        let mut steps: Vec<Step> = self.begin.map(|begin| (begin, 0)).into_iter().collect();
        for (at, turn) in self.turns.iter().filter(|(_, turn)| **turn != 0) {
            count += turn;
            match steps.last_mut() {
                Some(last) if last.0 == *at => last.1 = count,
                _ => steps.push((*at, count)),
            }
        }
        steps
    }
}
