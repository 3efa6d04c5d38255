//! Everything that a person, or the ticker, can ask of the page.

use crate::api::ObjectKey;
use crate::ui::view_model::drain::DrainDraft;

/// What is asked of the page.
#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    /// Real milliseconds went by.
    Advance(f64),
    /// Plays or pauses.
    TogglePlay,
    /// Runs until the next change, and pauses.
    Step,
    /// Goes back before the last step.
    StepBack,
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
    /// Ends `kubectl edit`: saves, or cancels.
    EndEdit(bool),
    /// Opens the manifest that holds an object, at the line of a field.
    ShowField(ObjectKey, String),
    /// Puts a line into the prompt, for a person to run.
    Propose(String),
    /// Shows an object in the inspector, or none.
    Select(Option<ObjectKey>),
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
    /// Counts over time.
    Chart,
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
    pub const ALL: [(Self, &'static str); 4] = [
        (Self::History, "Rollout history"),
        (Self::Chart, "Chart"),
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
