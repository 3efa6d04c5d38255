//! What the page shows, made anew only when what it shows has changed.

use std::rc::Rc;

use super::fit::Fit;
use super::frame::{Frame, Part, Picture};
use super::screen::{EntryView, TabView};
use super::stir::Stir;
use super::{Panel, State};
use crate::api::ObjectKey;
use crate::sim::Time;
use crate::ui::view_model::budgets::{BudgetView, budgets};
use crate::ui::view_model::comparison::CompareView;
use crate::ui::view_model::daemon_sets::{DaemonView, daemon_sets};
use crate::ui::view_model::deployments::{DeploymentView, deployments};
use crate::ui::view_model::drain::{DrainDraft, DrainView};
use crate::ui::view_model::events::{EVENTS_LISTED, EventList, events};
use crate::ui::view_model::gradual::Room;
use crate::ui::view_model::history::HistoryView;
use crate::ui::view_model::inspector::InspectorView;
use crate::ui::view_model::problems::{Problem, problems};
use crate::ui::view_model::progress::{Progress, progress};
use crate::ui::view_model::revisions::Letters;
use crate::ui::view_model::scrubber::ScrubberView;
use crate::ui::view_model::sets::{SetView, sets};
use crate::ui::view_model::stage::StageView;
use crate::ui::view_model::story::{RevisionDiff, RevisionPair, Story, compare, stories};
use crate::ui::view_model::summary::summary;
use crate::ui::view_model::tables::{TableView, tables};
use crate::ui::view_model::tile::Tiles;
use crate::ui::view_model::timeline::{TimelineChoice, TimelineView};

/// What the page shows.
#[derive(Debug, Default)]
pub struct Views {
    /// Nodes and pods.
    pub stage: Rc<StageView>,
    /// `StatefulSet`s.
    pub sets: Vec<Rc<SetView>>,
    /// `DaemonSet`s.
    pub daemon_sets: Vec<Rc<DaemonView>>,
    /// Deployments.
    pub deployments: Vec<Rc<DeploymentView>>,
    /// How far each workload has come.
    pub workloads: Rc<Vec<Progress>>,
    /// Disruption budgets, when they are shown.
    pub budgets: Rc<Vec<BudgetView>>,
    /// Events, newest first.
    pub events: Rc<EventList>,
    /// The chosen object.
    pub inspector: Option<Rc<InspectorView>>,
    /// The drain that is being prepared.
    pub drain: Option<DrainView>,
    /// The cluster as tables, when they are shown.
    pub tables: Rc<Vec<TableView>>,
    /// The terminal's screen.
    pub entries: Rc<Vec<Rc<EntryView>>>,
    /// Lines that were asked in the past.
    pub(super) asides: Vec<Rc<EntryView>>,
    /// The terminals' tabs.
    pub terminals: Rc<Vec<TabView>>,
    /// Faults in the open file.
    pub problems: Rc<Vec<Problem>>,
    /// What became of each revision, when the history is shown.
    pub stories: Rc<Vec<Story>>,
    /// How two revisions differ.
    pub compared: Option<Rc<RevisionDiff>>,
    /// Two runs beside each other.
    pub comparison: Option<Rc<CompareView>>,
    /// Pods and counts over time, when they are shown.
    pub timeline: Option<Rc<TimelineView>>,
    /// The session as a line, once something was done.
    pub scrubber: Option<Rc<ScrubberView>>,
    /// The cluster in one sentence.
    pub summary: String,
    letters: Letters,
    tiles: Tiles,
    shown: Option<Shown>,
    checked: Option<String>,
    /// Whether a person has typed or run something that the next frame shows.
    pub(super) is_unseen: bool,
    /// What this frame is for.
    pub(super) frame: Frame,
    /// How long nothing has changed.
    pub(super) stir: Stir,
    /// How much a picture holds that is drawn in time.
    pub(super) fit: Fit,
}

/// What the views were made of.
#[derive(Clone, Debug, PartialEq)]
struct Shown {
    revision: u64,
    seconds: u64,
    is_idle: bool,
    selected: Option<ObjectKey>,
    panel: Panel,
    timeline: TimelineChoice,
    compared: Option<RevisionPair>,
    comparison: Option<(String, Time, bool)>,
    drain: Option<DrainDraft>,
    /// A refused eviction changes nothing in the store.
    refusals: u64,
}

impl Shown {
    fn is_of_same_cluster(&self, other: &Self) -> bool {
        let looks = |shown: &Self| (shown.revision, shown.seconds, shown.is_idle, shown.refusals);
        looks(self) == looks(other) && self.selected == other.selected
    }
}

impl Views {
    /// The rollout history of every workload.
    pub fn histories(&self) -> Vec<Rc<HistoryView>> {
        let sets = self.sets.iter().map(|set| &set.history);
        let daemon_sets = self.daemon_sets.iter().map(|set| &set.history);
        let deployments = self.deployments.iter().filter_map(|deployment| deployment.history.as_ref());
        sets.chain(daemon_sets).chain(deployments).cloned().collect()
    }

    /// The branches of the session, when there are several, and whether each is shown.
    pub fn branches(&self) -> Vec<(String, bool)> {
        self.scrubber.as_ref().map(|view| view.branches.clone()).unwrap_or_default()
    }

    /// Makes every entry of the terminal anew: the cluster is another one.
    pub fn forget_entries(&mut self) {
        self.entries = Rc::default();
        self.asides.clear();
        self.shown = None;
    }
}

impl State {
    /// Brings what is shown up to date; says whether the page has to look at it again.
    pub fn refresh(&mut self) -> bool {
        self.read_files();
        let is_told = self.refresh_entries() || self.views.is_unseen;
        let text = if self.files.shows_edit { "" } else { self.files.text(&self.files.open) };
        if self.views.checked.as_deref() != Some(text) {
            self.views.problems = Rc::new(problems(text));
            self.views.checked = Some(text.to_owned());
        }
        let picture = self.begin_picture();
        match picture {
            Picture::None => return is_told,
            Picture::Drawn => return true,
            Picture::Made | Picture::MadeAndDrawn => {}
        }
        // What was only made is drawn by the next frame, and with it what terminals have printed.
        let is_shown = picture == Picture::MadeAndDrawn;
        let shown = Shown {
            revision: self.cluster.server().store().revision(),
            seconds: self.cluster.now().seconds(),
            is_idle: self.cluster.next_due().is_none(),
            selected: self.selected.clone(),
            panel: self.panel,
            timeline: self.timeline.clone(),
            compared: self.compared.clone(),
            comparison: (self.comparison.as_ref())
                .map(|comparison| (comparison.title.clone(), comparison.at, comparison.is_playing)),
            drain: self.drain.clone(),
            refusals: self.cluster.server().refused_evictions().iter().map(|refused| refused.times).sum(),
        };
        let (part, owed) = (self.views.frame.part, self.views.frame.owed);
        let old = self.views.shown.replace(shown.clone());
        let is_new = old.as_ref() != Some(&shown);
        if !is_new && !owed.is_of(part) {
            return is_shown;
        }
        // A person looks at something else of the same cluster.
        if is_new && !owed.is_of(Part::All) && old.as_ref().is_some_and(|old| shown.is_of_same_cluster(old)) {
            self.refresh_panels();
            return is_shown;
        }
        let only_time = old.is_some_and(|old| Shown { seconds: shown.seconds, ..old } == shown);
        let has_changed = is_new && !only_time;
        if has_changed {
            self.views.letters.observe(&self.cluster);
        }
        if matches!(part, Part::Panels | Part::Events) {
            self.views.frame.owed.stage |= has_changed;
        } else if has_changed || owed.stage {
            self.refresh_stage();
        }
        if matches!(part, Part::Stage | Part::Events) {
            self.views.frame.owed.panels |= is_new;
        } else {
            self.refresh_workloads();
            self.refresh_panels();
        }
        match self.views.frame.lists_events {
            Some(count) => self.refresh_events(count),
            None => self.views.frame.owed.events |= is_new,
        }
        is_shown
    }

    fn refresh_stage(&mut self) {
        let (cluster, views) = (&self.cluster, &mut self.views);
        let Frame { is_gradual, room, lanes, .. } = views.frame;
        let mut room = if is_gradual { Room::in_turns(room, lanes) } else { Room::for_pods(room) };
        let stage =
            StageView::of(cluster, &views.letters, &mut views.tiles, self.selected.as_ref(), &views.stage);
        let stage = room.stage(&views.stage, stage, &mut views.frame.turn);
        views.frame.owed.stage = room.is_short();
        keep(&mut views.stage, stage);
        views.tiles.end_round(views.stage.pods);
    }

    fn refresh_events(&mut self, count: usize) {
        let is_passing = self.is_ticking() && count < EVENTS_LISTED;
        keep(&mut self.views.events, EventList { is_passing, ..events(&self.cluster, None, count) });
        self.views.frame.owed.events = self.views.events.has_older && count < EVENTS_LISTED;
    }

    fn refresh_workloads(&mut self) {
        let (cluster, views, selected) = (&self.cluster, &mut self.views, self.selected.as_ref());
        let mut room = Room::for_pods(views.frame.room);
        // Ages change with every second; the rest of a set does not.
        let fresh = room.sets(&views.sets, sets(cluster, &views.letters, &mut views.tiles, selected));
        if views.sets != fresh {
            views.sets = fresh;
        }
        let fresh = daemon_sets(cluster, &views.letters, &mut views.tiles, selected);
        if views.daemon_sets != fresh {
            views.daemon_sets = fresh;
        }
        let fresh = deployments(cluster, &views.letters, &mut views.tiles, selected);
        let fresh = room.deployments(&views.deployments, fresh);
        views.frame.owed.panels = room.is_short();
        if views.deployments != fresh {
            views.deployments = fresh;
        }
        keep(&mut views.workloads, progress(&views.sets, &views.daemon_sets, &views.deployments));
        views.summary = summary(&views.workloads);
        let is_begun =
            !self.machine.present(cluster).inputs().is_empty() || !self.machine.undone().is_empty();
        views.scrubber = is_begun.then(|| Rc::new(ScrubberView::of(&self.machine, cluster)));
        views.inspector = self.selected.as_ref().map(|key| Rc::new(InspectorView::of(cluster, key)));
    }

    /// What a person chose to look at below the stage.
    fn refresh_panels(&mut self) {
        let (cluster, views) = (&self.cluster, &mut self.views);
        let old = views.timeline.take().filter(|_| self.panel == Panel::Timeline);
        if self.panel == Panel::Timeline {
            let (letters, choice) = (&views.letters, &self.timeline);
            views.timeline =
                TimelineView::of(&self.machine, cluster, letters, choice, old.as_deref()).map(Rc::new);
        }
        let shows_history = self.panel == Panel::History;
        let told = if shows_history {
            stories(&self.machine, cluster.now(), &views.histories())
        } else {
            Vec::new()
        };
        keep(&mut views.stories, told);
        let old = views.comparison.take();
        let shows_comparison = self.panel == Panel::Compare;
        views.comparison = (self.comparison.as_ref().filter(|_| shows_comparison))
            .map(|comparison| Rc::new(CompareView::of(comparison, old.as_deref())));
        views.compared = self.compared.as_ref().and_then(|pair| compare(cluster, pair)).map(Rc::new);
        let shows_tables = self.panel == Panel::Tables;
        views.drain = self.drain.as_ref().map(|draft| DrainView::of(draft, cluster));
        let shows_budgets = self.panel == Panel::Budgets;
        keep(&mut views.budgets, if shows_budgets { budgets(cluster) } else { Vec::new() });
        keep(&mut views.tables, if shows_tables { tables(cluster) } else { Vec::new() });
    }
}

/// Puts a new value in place of an old one, unless they are equal: what is shared stays the same in memory.
pub(super) fn keep<T: PartialEq>(old: &mut Rc<T>, new: T) {
    if **old != new {
        *old = Rc::new(new);
    }
}
