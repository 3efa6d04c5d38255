//! Everything that a person, or the ticker, can ask of the page.

use crate::api::ObjectKey;
use crate::sim::Time;
use crate::ui::comparison::CompareAction;
use crate::ui::time_machine::Stride;
use crate::ui::view_model::drain::DrainDraft;
use crate::ui::view_model::story::RevisionPair;
use crate::ui::view_model::timeline::TimelineChoice;

/// What is asked of the page.
#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    /// Real milliseconds went by.
    Advance(f64),
    /// Plays or pauses.
    TogglePlay,
    /// Runs until the next change of this kind, and pauses.
    Step(Stride),
    /// Goes back before the last change of this kind.
    StepBack(Stride),
    /// Shows an instant.
    Seek(Time),
    /// Shows the present.
    ToPresent,
    /// Makes the past moment that is shown the present of a new branch.
    GoOn,
    /// Shows another branch.
    SwitchBranch(usize),
    /// Forgets a branch.
    ForgetBranch(usize),
    /// Takes back the last command that has changed something.
    UndoCommand,
    /// Gives the command again that was taken back last.
    RedoCommand,
    /// Runs until nothing is due.
    Settle,
    /// Sets simulated seconds per second.
    Speed(f64),
    /// Runs a line in a terminal.
    Run(String),
    /// The line that is being typed has changed.
    Type(String),
    /// Runs the line that was typed.
    Enter,
    /// Goes back in the history of lines, or forth.
    Recall(bool),
    /// Completes the line at a cursor, a position in bytes.
    Complete(usize),
    /// Presses Ctrl-C.
    Interrupt,
    /// Text with line ends was put into the line that is being typed; this is all of it.
    Paste(String),
    /// Presses Ctrl-D.
    EndInput,
    /// Drops the lines that wait for the one that runs.
    ForgetWaiting,
    /// Empties the terminal's screen.
    Clear,
    /// Opens a terminal.
    NewTerminal,
    /// Shows a terminal.
    ShowTerminal(u32),
    /// Closes a terminal.
    CloseTerminal(u32),
    /// Shows a file in the editor.
    OpenTab(String),
    /// Makes a new file.
    NewTab,
    /// Gives a file another name: the old one, and the new one.
    RenameTab(String, String),
    /// Removes a file.
    CloseTab(String),
    /// The text of the open file has changed.
    Edit(String),
    /// Applies the open file.
    Apply,
    /// Shows what applying the open file would change.
    Diff,
    /// Hides the diff.
    CloseDiff,
    /// Shows the text that `kubectl edit` waits for.
    ShowEdit,
    /// Ends `kubectl edit`: saves, or cancels.
    EndEdit(bool),
    /// Opens the manifest that holds an object, at a field.
    ShowField(ObjectKey, String),
    /// Puts a line into the prompt, for a person to run.
    Propose(String),
    /// Shows an object in the inspector, or none.
    Select(Option<ObjectKey>),
    /// Shows how two revisions differ, or hides it.
    CompareRevisions(Option<RevisionPair>),
    /// Shows two runs beside each other.
    Compare(CompareAction),
    /// Asks which pod changes next.
    Ask,
    /// Takes a guess at it.
    Guess(usize),
    /// Ends the question.
    EndQuestion,
    /// Chooses what the timeline shows.
    Timeline(TimelineChoice),
    /// Chooses a panel below the stage.
    Panel(Panel),
    /// Chooses a page where there is room for only one.
    Page(Page),
    /// Chooses colours.
    Theme(Theme),
    /// Opens an example in the editor.
    Example(usize),
    /// Makes a new cluster.
    Reset,
    /// Takes back what the notice speaks of.
    Undo,
    /// Hides the notice.
    Dismiss,
    /// Tells a person something.
    Tell(String),
    /// Opens the drain dialog with a draft, or closes it.
    PrepareDrain(Option<DrainDraft>),
    /// Forgets the broken text that was set aside.
    ForgetBroken,
}

impl Action {
    /// Whether it means to change the cluster or its files: the past cannot be changed.
    pub fn changes_cluster(&self) -> bool {
        match self {
            Self::Paste(text) => text.contains('\n'),
            Self::Run(_)
            | Self::Enter
            | Self::Interrupt
            | Self::EndInput
            | Self::CloseTerminal(_)
            | Self::RenameTab(..)
            | Self::CloseTab(_)
            | Self::Apply
            | Self::Diff
            | Self::EndEdit(_) => true,
            _ => false,
        }
    }

    /// Whether it runs a command that is the sandbox's own, not kubectl's.
    pub fn is_sandbox_command(&self) -> bool {
        let Self::Run(line) = self else { return false };
        ["fault ", "evict "].iter().any(|own| line.starts_with(own))
    }
}

/// The panels below the stage.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Panel {
    /// Revisions of the workloads.
    #[default]
    History,
    /// Pods and counts over time.
    Timeline,
    /// Two runs beside each other.
    Compare,
    /// Disruption budgets.
    Budgets,
    /// The cluster as tables.
    Tables,
}

/// The pages of a narrow screen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Page {
    /// Stage, sets, inspector.
    #[default]
    Cluster,
    /// Editor.
    Manifest,
    /// Terminal.
    Terminal,
    /// History, chart, tables, events.
    History,
}

/// Colours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    /// As the browser wants it.
    #[default]
    Auto,
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
}

impl Theme {
    /// All of them with their words.
    pub const ALL: [(Self, &'static str); 3] =
        [(Self::Auto, "auto"), (Self::Light, "light"), (Self::Dark, "dark")];

    /// Its word.
    pub fn word(self) -> &'static str {
        Self::ALL.iter().find(|(theme, _)| *theme == self).map_or("auto", |(_, word)| word)
    }

    /// The theme of a word.
    pub fn of(word: &str) -> Self {
        Self::ALL.iter().find(|(_, known)| *known == word).map_or(Self::Auto, |(theme, _)| *theme)
    }
}

impl Panel {
    /// All of them with their titles.
    pub const ALL: [(Self, &'static str); 5] = [
        (Self::History, "Rollout history"),
        (Self::Timeline, "Timeline"),
        (Self::Compare, "Compare"),
        (Self::Budgets, "Budgets"),
        (Self::Tables, "Tables"),
    ];
}

impl Page {
    /// All of them with their titles and words.
    pub const ALL: [(Self, &'static str, &'static str); 4] = [
        (Self::Cluster, "Cluster", "cluster"),
        (Self::Manifest, "Manifest", "manifest"),
        (Self::Terminal, "Terminal", "terminal"),
        (Self::History, "History", "history"),
    ];
}
