//! Keeps the page over a reload: the cluster's configuration, what people did, drafts and choices.
//!
//! Stored as one text: a line with version and checksum, then JSON. The cluster itself is not stored: its
//! inputs are played again. A text that cannot be read is set aside and shown, never thrown away. Each tab
//! has a text of its own, and each frame of a page; the browser keeps the one of that on which something was
//! done last, for the next visit.

use std::fmt::Write as _;

use super::browser::{self, Shelf};
use super::state::files::Files;
use super::state::terminals::Tabs;
use super::state::{Page, State, Theme};
use crate::api::codec::{api_struct, from_value, to_value};
use crate::cluster::{Cluster, ClusterConfig, InputEntry};
use crate::collections::SortedMap;
use crate::sim::Time;
use crate::ui::time_machine::{Branch, TimeMachine};

const KEY: &str = "kubesets";
const KEY_BROKEN: &str = "kubesets.broken";
const KEY_LOADING: &str = "kubesets.loading";
const HEADER: &str = "kubesets 1 ";

api_struct! {
    /// All that is stored.
    #[derive(Debug, Default)]
    struct Stored {
        config: ClusterConfig,
        inputs: Vec<InputEntry>,
        now: Time,
        layout: Layout,
        branch: StoredBranch,
        branches: Vec<StoredBranch>,
        undone: Vec<Vec<InputEntry>>,
    }
}

api_struct! {
    /// A branch of the session; for the one that is shown only its name and origin.
    #[derive(Debug, Default)]
    struct StoredBranch {
        name: String,
        from: String,
        from_at: Time,
        shared: u64,
        inputs: Vec<InputEntry>,
        now: Time,
    }
}

api_struct! {
    /// What a person chose to look at.
    #[derive(Debug, Default)]
    struct Layout {
        tabs: Vec<String>,
        open: String,
        drafts: SortedMap<String, String>,
        edit: String,
        is_paused: bool,
        speed: f64,
        theme: String,
        cleared: SortedMap<String, u64>,
        terminals: Vec<u32>,
        terminal: u32,
    }
}

/// The text to store.
pub fn to_text(state: &State) -> String {
    let present = state.machine.present(&state.cluster);
    let stored = Stored {
        config: present.config().clone(),
        inputs: present.inputs().to_vec(),
        now: present.now(),
        branch: stored_current(&state.machine),
        branches: (state.machine.branches().iter())
            .filter(|branch| branch.recorded().is_some())
            .map(|branch| stored_branch(branch, present.inputs()))
            .collect(),
        undone: state.machine.undone().to_vec(),
        layout: Layout {
            tabs: state.files.tabs.clone(),
            open: state.files.open.clone(),
            drafts: state.files.drafts.clone(),
            edit: state.files.edit.clone().unwrap_or_default(),
            is_paused: !state.clock.is_playing,
            speed: state.clock.speed,
            theme: state.theme.word().to_owned(),
            terminals: state.tabs.open.clone(),
            terminal: state.tabs.current,
            cleared: state.cleared.iter().map(|(terminal, lines)| (terminal.to_string(), *lines)).collect(),
        },
    };
    let body = to_value(&stored).to_string();
    format!("{HEADER}{}\n{body}", checksum(&body))
}

/// A session without branches has nothing to store of the one it is on.
fn stored_current(machine: &TimeMachine) -> StoredBranch {
    let branch = machine.branch();
    if machine.branches().len() < 2 && branch.origin.is_none() {
        return StoredBranch::default();
    }
    stored_branch(branch, &[])
}

// Out of line, so that the page's start does not carry it.
#[inline(never)]
/// A branch: what its inputs share with the run that is shown is not stored again.
fn stored_branch(branch: &Branch, shown: &[InputEntry]) -> StoredBranch {
    let (from, from_at) = branch.origin.clone().unwrap_or_default();
    let (inputs, now) = branch.recorded().unwrap_or_default();
    let shared = inputs.iter().zip(shown).take_while(|(own, other)| own == other).count();
    let own = inputs.get(shared..).unwrap_or_default().to_vec();
    StoredBranch { name: branch.name.clone(), from, from_at, shared: shared as u64, inputs: own, now }
}

/// Brings the other branches back.
// Out of line, so that the page's start does not carry it.
#[inline(never)]
fn restore_branches(machine: &mut TimeMachine, stored: &mut Stored) {
    let origin =
        |branch: &StoredBranch| (!branch.from.is_empty()).then(|| (branch.from.clone(), branch.from_at));
    if !stored.branch.name.is_empty() {
        machine.name_current(stored.branch.name.clone(), origin(&stored.branch));
    }
    for branch in std::mem::take(&mut stored.branches) {
        let shared = usize::try_from(branch.shared).unwrap_or_default().min(stored.inputs.len());
        let origin = origin(&branch);
        let inputs = stored.inputs.iter().take(shared).cloned().chain(branch.inputs).collect();
        machine.add_stored(branch.name, origin, inputs, branch.now);
    }
    machine.set_undone(std::mem::take(&mut stored.undone));
}

/// The state that a stored text describes.
///
/// # Errors
/// Why it cannot be read, in a sentence.
pub fn from_text(text: &str) -> Result<State, String> {
    let rest = text.strip_prefix(HEADER).ok_or("it was stored by another version of this page")?;
    let (sum, body) = rest.split_once('\n').ok_or("it is cut off")?;
    if checksum(body) != sum {
        return Err("its checksum does not match: part of it is missing or was changed".to_owned());
    }
    let value = serde_json::from_str(body).map_err(|error| error.to_string())?;
    let mut stored: Stored = from_value(value).map_err(|error| error.to_string())?;
    let mut cluster = Cluster::new(stored.config.clone());
    let mut machine = TimeMachine::new(&mut cluster);
    machine.play(&mut cluster, &stored.inputs, stored.now).map_err(|error| error.to_string())?;
    restore_branches(&mut machine, &mut stored);
    let layout = stored.layout;
    let files = Files::brought_back(layout.tabs, layout.open, layout.drafts, &cluster);
    let mut state = State::around(cluster, machine, files);
    state.clock.is_playing = !layout.is_paused;
    if layout.speed > 0.0 {
        state.clock.speed = layout.speed;
    }
    state.theme = Theme::of(&layout.theme);
    let of_terminal = |(terminal, lines): (String, u64)| Some((terminal.parse().ok()?, lines));
    state.cleared = layout.cleared.into_iter().filter_map(of_terminal).collect();
    state.page = Page::default();
    state.tabs = Tabs::of(layout.terminals, layout.terminal);
    state.tabs.see_all(&state.cluster);
    if state.editing_terminal().is_some() {
        state.files.shows_edit = true;
        state.files.edit = Some(layout.edit).filter(|text| !text.is_empty());
    }
    state.refresh();
    Ok(state)
}

/// FNV-1a, 64 bit, in hexadecimal digits.
fn checksum(text: &str) -> String {
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    for byte in text.bytes() {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    let mut digits = String::new();
    if write!(digits, "{hash:016x}").is_err() {
        digits.clear();
    }
    digits
}

/// How long what was stored last is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    /// As long as it may be; where storage is denied, for as long as the page is open.
    AsAllowed,
    /// Only as long as the tab: for the browser there is no room.
    InTab,
    /// No longer than the page: there is no room at all.
    Nowhere,
}

fn key(name: &str) -> String {
    format!("{name}{}", browser::frame_name())
}

/// Stores the state for this tab and, where a person has done something on this page, for the next visit.
pub fn save(state: &State, is_used: bool) -> Kept {
    let (key, text) = (key(KEY), to_text(state));
    let in_tab = browser::store(Shelf::Tab, &key, Some(&text));
    let in_browser = is_used.then(|| browser::store(Shelf::Browser, &key, Some(&text))).flatten();
    match (in_tab, in_browser) {
        (Some(false), _) if in_browser != Some(true) => Kept::Nowhere,
        (_, Some(false)) => Kept::InTab,
        _ => Kept::AsAllowed,
    }
}

/// The state of this tab before it was loaded again, or of the last visit, or a new one.
pub fn load() -> State {
    let (key, key_loading) = (key(KEY), key(KEY_LOADING));
    let shelves = [Shelf::Tab, Shelf::Browser];
    let Some(text) = shelves.into_iter().find_map(|shelf| browser::stored(shelf, &key)) else {
        return with_broken(State::default());
    };
    // A text that brought the page down while it was played must not do so again.
    let came_down = browser::stored(Shelf::Browser, &key_loading).is_some();
    browser::store(Shelf::Browser, &key_loading, Some("1"));
    let loaded =
        if came_down { Err("the page came down while it was played".to_owned()) } else { from_text(&text) };
    browser::store(Shelf::Browser, &key_loading, None);
    match loaded {
        Ok(state) => with_broken(state),
        Err(why) => {
            browser::store(Shelf::Browser, KEY_BROKEN, Some(&text));
            for shelf in shelves {
                if browser::stored(shelf, &key).as_ref() == Some(&text) {
                    browser::store(shelf, &key, None);
                }
            }
            let mut state = with_broken(State::default());
            state.broken.get_or_insert(text);
            state.tell(format!(
                "What was stored in this browser could not be read: {why}. This is a new cluster."
            ));
            state
        }
    }
}

fn with_broken(mut state: State) -> State {
    state.broken = browser::stored(Shelf::Browser, KEY_BROKEN);
    state
}

/// Forgets the text that was set aside.
pub fn forget_broken() {
    browser::store(Shelf::Browser, KEY_BROKEN, None);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::state::Action;

    #[test]
    fn a_stored_page_comes_back() {
        let mut state = State::default();
        state.reduce(Action::Apply);
        state.reduce(Action::Settle);
        state.reduce(Action::Advance(16.0));
        state.reduce(Action::Edit("# a draft\n".to_owned()));
        let text = to_text(&state);
        let back = from_text(&text).expect("the text was just written");
        assert_eq!(back.cluster.event_log().hash(), state.cluster.event_log().hash());
        assert_eq!(back.cluster.now(), state.cluster.now());
        assert_eq!(back.files.text("web.yaml"), "# a draft\n");
        assert_eq!(back.views.stage, state.views.stage);
        assert_eq!(to_text(&back), text);
    }

    #[test]
    fn a_broken_text_says_why() {
        let text = to_text(&State::default());
        let refused = |text: &str| from_text(text).map(|_| ()).expect_err("broken");
        assert!(refused("{}").contains("another version"));
        assert!(refused("kubesets 1 ").contains("cut off"));
        assert!(refused(text.trim_end_matches('}')).contains("checksum"));
        assert!(refused(&text.replace("node-1", "node-x")).contains("checksum"));
    }
}
