//! The page's state, and how each action changes it.
//!
//! The cluster changes only through its inputs and the passing of simulated time; everything else here is
//! what a person chose to look at. [`views`] holds what is shown, made anew only when what it shows has
//! changed.
//!
//! - [`action`]: what can be asked. [`time`]: playing, stepping, settling. [`pace`]: how often the picture
//!   is made anew. [`frame`]: what a frame is for. [`stir`]: whether changes can be followed. `fit`: how
//!   much of a crowd a picture holds. `past`: going back, branches, undo. [`predict`]: a question before a
//!   step. `asides`: what is asked in the past. `compare`: two runs beside each other. [`files`]: the
//!   editor's tabs. `fields`: the way from a reason to the editor.
//! - [`terminals`], [`lines`], [`prompt`], [`screen`]: terminals. [`views`]: what the page shows. [`notice`]:
//!   what a person is told.

pub mod action;
mod asides;
pub mod time;
mod past;
pub mod predict;
mod compare;
pub mod frame;
pub mod pace;
pub mod stir;
mod fit;
pub mod files;
mod fields;
pub mod lines;
pub mod terminals;
pub mod prompt;
pub mod screen;
pub mod views;
pub mod notice;

pub use action::{Action, Page, Panel, Theme};

use crate::api::ObjectKey;
use crate::cluster::{Cluster, ClusterConfig, Input};
use crate::ui::comparison::Comparison;
use crate::ui::examples::{EXAMPLES, FIRST_TEXT};
use crate::ui::time_machine::TimeMachine;
use crate::ui::view_model::diff::DiffView;
use crate::ui::view_model::drain::DrainDraft;
use crate::ui::view_model::story::RevisionPair;
use crate::ui::view_model::timeline::TimelineChoice;
use files::Files;
pub use notice::{Lasts, Notice, Undo};
use predict::Question;
use prompt::Prompt;
use terminals::Tabs;
use time::Clock;
use views::Views;

/// The page's state.
#[derive(Debug)]
pub struct State {
    /// The cluster that is shown: the present one, or as it was at a past moment.
    pub cluster: Cluster,
    /// Its past, and its other branches.
    pub machine: TimeMachine,
    /// How its time passes.
    pub clock: Clock,
    /// The editor's tabs.
    pub files: Files,
    /// Lines that are no longer on the terminal's screen: those below these numbers, by terminal.
    pub cleared: crate::collections::SortedMap<u32, u64>,
    /// The terminals.
    pub tabs: Tabs,
    /// The line that is being typed.
    pub prompt: Prompt,
    /// The object in the inspector.
    pub selected: Option<ObjectKey>,
    /// The drain that is being prepared.
    pub drain: Option<DrainDraft>,
    /// The panel below the stage.
    pub panel: Panel,
    /// What the timeline shows.
    pub timeline: TimelineChoice,
    /// The revisions that are compared.
    pub compared: Option<RevisionPair>,
    /// What is asked before a step.
    pub question: Option<Question>,
    /// Two runs that are shown beside each other.
    pub comparison: Option<Box<Comparison>>,
    /// The page of a narrow screen.
    pub page: Page,
    /// The colours.
    pub theme: Theme,
    /// What a person is told.
    pub notice: Option<Notice>,
    /// The diff that is shown.
    pub diff: Option<DiffView>,
    /// A stored text that could not be read, set aside.
    pub broken: Option<String>,
    /// What the page shows.
    pub views: Views,
    /// Grows with every change that is worth storing.
    pub saves_due: u64,
}

impl Default for State {
    fn default() -> Self {
        Self::new(ClusterConfig::default())
    }
}

impl State {
    /// A new cluster with the first example in the editor.
    pub fn new(config: ClusterConfig) -> Self {
        let mut cluster = Cluster::new(config);
        let machine = TimeMachine::new(&mut cluster);
        let mut state = Self::around(cluster, machine, Files::default());
        state.files.add(EXAMPLES[0].file, FIRST_TEXT);
        state.refresh();
        state
    }

    /// The page around a cluster.
    pub fn around(cluster: Cluster, machine: TimeMachine, files: Files) -> Self {
        Self {
            cluster,
            machine,
            clock: Clock::default(),
            files,
            cleared: crate::collections::SortedMap::new(),
            tabs: Tabs::default(),
            prompt: Prompt::default(),
            selected: None,
            drain: None,
            panel: Panel::default(),
            timeline: TimelineChoice::default(),
            compared: None,
            question: None,
            comparison: None,
            page: Page::default(),
            theme: Theme::default(),
            notice: None,
            diff: None,
            broken: None,
            views: Views::default(),
            saves_due: 0,
        }
    }

    /// Carries an action out; says whether anything that is shown may have changed. A frame that only lets
    /// time pass shows nothing, but for what terminals print: the next picture shows the time, too.
    pub fn reduce(&mut self, action: Action) -> bool {
        let passed = if let Action::Advance(ms) = action { Some(ms) } else { None };
        // Typing is no reason to look at the cluster again.
        let is_typing = matches!(action, Action::Type(_) | Action::Edit(_));
        let runs_line = matches!(action, Action::Enter | Action::Paste(_) | Action::Run(_));
        // A paste leaves other text in the field than the browser shows there.
        let is_drawn_at_once = matches!(action, Action::Paste(_));
        let is_put_off = (is_typing || runs_line) && self.puts_off_picture(runs_line);
        let share = if is_typing || is_put_off { None } else { self.divide_frame(passed) };
        match (passed, share) {
            (None, _) => {
                self.carry_out(action);
                self.saves_due += 1;
            }
            (Some(_), Some(ms)) => self.carry_out(Action::Advance(ms)),
            // A frame that only draws.
            (Some(_), None) => {}
        }
        if passed.is_none() {
            // What was just entered has had its time.
            self.feed(if runs_line { 0.0 } else { terminals::LINE_BUDGET_MS });
        }
        if runs_line {
            self.clock.note_line();
        }
        let has_ended = self.end_notice(runs_line);
        let is_shown = self.refresh() || has_ended || passed.is_none();
        self.views.is_unseen = is_put_off && !is_drawn_at_once;
        is_shown && !self.views.is_unseen
    }

    fn carry_out(&mut self, action: Action) {
        if self.machine.is_past() && action.changes_cluster() {
            return match action {
                Action::Enter => self.ask_typed(),
                Action::Run(line) => {
                    self.ask_past(line.trim());
                }
                _ => self.tell_while(Lasts::InThePast, asides::refused("The past stays as it was.")),
            };
        }
        match action {
            Action::Advance(ms) => self.advance(ms),
            Action::TogglePlay => self.toggle_play(),
            Action::Step(stride) => self.step(stride),
            Action::StepBack(stride) => self.step_back(stride),
            Action::Seek(at) => self.seek(at),
            Action::ToPresent => self.show_present(),
            Action::GoOn => self.go_on_from_here(),
            Action::SwitchBranch(which) => self.switch_branch(which),
            Action::ForgetBranch(which) => self.forget_branch(which),
            Action::UndoCommand => self.undo_command(),
            Action::RedoCommand => self.redo_command(),
            Action::Settle => self.settle(),
            Action::Speed(speed) => self.clock.speed = speed,
            Action::Run(line) => self.run(&line),
            Action::Type(text) => self.type_text(text),
            Action::Enter => self.enter(),
            Action::Recall(goes_back) => self.recall(goes_back),
            Action::Complete(cursor) => self.complete(cursor),
            Action::Interrupt => self.interrupt(),
            Action::Clear => self.clear(self.tabs.current),
            Action::Paste(text) => self.paste(&text),
            Action::EndInput => self.end_input(),
            Action::ForgetWaiting => self.forget_waiting(),
            Action::NewTerminal => self.new_terminal(),
            Action::ShowTerminal(id) => self.show_terminal(id),
            Action::CloseTerminal(id) => self.close_terminal(id),
            Action::OpenTab(name) => self.open_tab(&name),
            Action::NewTab => self.new_tab(),
            Action::RenameTab(from, to) => self.rename_tab(&from, &to),
            Action::CloseTab(name) => self.close_tab(&name),
            Action::Edit(text) => self.edit(text),
            Action::Apply => self.apply(),
            Action::Diff => self.show_diff(),
            Action::CloseDiff => self.diff = None,
            Action::ShowEdit => self.show_edit(),
            Action::EndEdit(saves) => self.end_edit(saves),
            Action::ShowField(key, path) => self.show_field(&key, &path),
            Action::Propose(line) => self.propose(line),
            Action::Select(key) => self.selected = key,
            Action::Panel(panel) => self.panel = panel,
            Action::Timeline(choice) => self.timeline = choice,
            Action::CompareRevisions(pair) => self.compared = pair,
            Action::Compare(action) => self.compare(action),
            Action::Ask => self.ask(),
            Action::Guess(chosen) => self.guess(chosen),
            Action::EndQuestion => self.question = None,
            Action::Page(page) => self.page = page,
            Action::Theme(theme) => self.theme = theme,
            Action::Example(index) => self.open_example(index),
            Action::Reset => self.reset(),
            Action::Undo => self.undo(),
            Action::Dismiss => self.notice = None,
            Action::Tell(text) => self.tell(text),
            Action::PrepareDrain(draft) => self.drain = draft,
            Action::ForgetBroken => self.broken = None,
        }
    }

    /// Takes in what a person did, or tells why not.
    pub(crate) fn submit(&mut self, input: Input) -> bool {
        if self.machine.is_past() {
            return false;
        }
        match self.machine.submit(&mut self.cluster, input) {
            Ok(()) => true,
            Err(error) => {
                self.tell(error.to_string());
                false
            }
        }
    }
}

#[cfg(test)]
mod tests;
