//! The editor's tabs: the files of the terminal, with the text that was typed since they were stored.
//!
//! Typing changes only a draft. A draft becomes a file right before a line is run, so that the log of inputs
//! holds one entry for each text that mattered.

use super::{Lasts, Notice, State, Undo};
use crate::cluster::{Cluster, Input};
use crate::collections::SortedMap;
use crate::ui::examples::EXAMPLES;
use crate::ui::view_model::diff::diff_of;

/// A place to go to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Jump {
    /// In which file.
    pub file: String,
    /// The line and the column, from 1.
    pub at: (usize, usize),
    /// Grows with each, so that the same place can be gone to again.
    pub count: u32,
}

/// The tabs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Files {
    /// Names in the order of the tabs.
    pub tabs: Vec<String>,
    /// The open one.
    pub open: String,
    /// Texts that are not stored yet.
    pub drafts: SortedMap<String, String>,
    /// What was typed into the text of `kubectl edit`.
    pub edit: Option<String>,
    /// Whether the text of `kubectl edit` is open.
    pub shows_edit: bool,
    /// The terminal whose text was opened last, and how many lines it had seen.
    pub offered: Option<(u32, u64)>,
    /// Counts texts that did not come from the editor itself.
    pub loads: u64,
    /// The place that a person was led to last.
    pub jump: Option<Jump>,
    /// Texts as they were last stored.
    stored: SortedMap<String, String>,
}

impl Files {
    /// The text of a tab.
    pub fn text(&self, name: &str) -> &str {
        self.drafts.get(name).or_else(|| self.stored.get(name)).map_or("", String::as_str)
    }

    /// The tabs of a page that is brought back, around a cluster that has files already.
    pub fn brought_back(
        tabs: Vec<String>,
        open: String,
        drafts: SortedMap<String, String>,
        cluster: &Cluster,
    ) -> Self {
        Self { tabs, open, drafts, stored: cluster.files().clone(), ..Self::default() }
    }

    /// Treats every text as not stored yet: the cluster is a new one.
    pub fn forget_stored(&mut self) {
        for (name, text) in std::mem::take(&mut self.stored) {
            self.drafts.entry(name).or_insert(text);
        }
    }

    /// Keeps every text as it is typed around a cluster that may hold another one.
    pub(super) fn keep_around(&mut self, cluster: &Cluster) {
        for (name, text) in std::mem::take(&mut self.stored) {
            if cluster.files().get(&name) != Some(&text) {
                self.drafts.entry(name).or_insert(text);
            }
        }
        self.stored = cluster.files().clone();
    }

    fn free_name(&self, wanted: &str) -> String {
        if !self.tabs.iter().any(|tab| tab == wanted) {
            return wanted.to_owned();
        }
        let (stem, ending) = wanted.rsplit_once('.').unwrap_or((wanted, "yaml"));
        let name = |number: u32| format!("{stem}-{number}.{ending}");
        (2..1_000).map(name).find(|name| !self.tabs.contains(name)).unwrap_or_default()
    }

    pub(super) fn add(&mut self, name: &str, text: &str) {
        if !self.tabs.iter().any(|tab| tab == name) {
            self.tabs.push(name.to_owned());
        }
        self.drafts.insert(name.to_owned(), text.to_owned());
        name.clone_into(&mut self.open);
        self.shows_edit = false;
        self.loads += 1;
    }
}

impl State {
    /// Takes over files that a command has written or removed.
    pub(super) fn read_files(&mut self) {
        let files = self.cluster.files();
        // What is typed is never put back into the past.
        if self.machine.is_past() || *files == self.files.stored {
            return;
        }
        for (name, text) in files {
            if self.files.stored.get(name) != Some(text) {
                self.files.loads += u64::from(*name == self.files.open && self.files.text(name) != text);
                self.files.drafts.remove(name);
            }
            if !self.files.tabs.contains(name) {
                self.files.tabs.push(name.clone());
            }
        }
        self.files.stored = files.clone();
        let files = &self.files;
        let kept: Vec<String> = (files.tabs.iter())
            .filter(|tab| files.stored.contains_key(*tab) || files.drafts.contains_key(*tab))
            .cloned()
            .collect();
        self.files.tabs = kept;
        if !self.files.tabs.contains(&self.files.open) {
            self.files.open = self.files.tabs.first().cloned().unwrap_or_default();
        }
    }

    /// Stores every draft.
    pub(super) fn flush_files(&mut self) {
        for (name, text) in std::mem::take(&mut self.files.drafts) {
            if self.cluster.files().get(&name) == Some(&text) {
                continue;
            }
            if !self.submit(Input::File { name: name.clone(), text: text.clone() }) {
                self.files.drafts.insert(name, text);
            }
        }
        self.files.stored = self.cluster.files().clone();
    }

    pub(super) fn open_tab(&mut self, name: &str) {
        name.clone_into(&mut self.files.open);
        self.files.shows_edit = false;
        self.files.jump = None;
        self.files.loads += 1;
        self.diff = None;
    }

    pub(super) fn new_tab(&mut self) {
        let name = self.files.free_name("manifest.yaml");
        self.files.add(&name, "");
    }

    /// Makes a file, under another name when there is one of that name; returns its name.
    pub(super) fn add_file(&mut self, wanted: &str, text: &str) -> String {
        let name = self.files.free_name(wanted);
        self.files.add(&name, text);
        name
    }

    // Out of line, so that the page's start does not carry it.
    #[inline(never)]
    pub(super) fn rename_tab(&mut self, from: &str, to: &str) {
        let to = to.trim();
        if to.is_empty() || to == from {
            return;
        }
        if self.files.tabs.iter().any(|tab| tab == to) {
            self.tell(format!("There is a file called {to} already."));
            return;
        }
        let text = self.files.text(from).to_owned();
        if self.cluster.files().contains_key(from) {
            self.submit(Input::RemoveFile { name: from.to_owned() });
        }
        self.files.stored.remove(from);
        self.files.drafts.remove(from);
        if let Some(tab) = self.files.tabs.iter_mut().find(|tab| *tab == from) {
            to.clone_into(tab);
        }
        self.files.add(to, &text);
    }

    // Out of line, so that the page's start does not carry it.
    #[inline(never)]
    pub(super) fn close_tab(&mut self, name: &str) {
        let Some(place) = self.files.tabs.iter().position(|tab| tab == name) else { return };
        let text = self.files.text(name).to_owned();
        if self.cluster.files().contains_key(name) {
            self.submit(Input::RemoveFile { name: name.to_owned() });
        }
        self.files.tabs.remove(place);
        self.files.drafts.remove(name);
        self.files.stored.remove(name);
        if self.files.open == name {
            let next = self.files.tabs.get(place.min(self.files.tabs.len().saturating_sub(1)));
            self.files.open = next.cloned().unwrap_or_default();
            self.files.loads += 1;
        }
        let undo = Some(Undo::Close(name.to_owned(), text, place));
        self.notice = Some(Notice { text: format!("Closed {name}."), undo, lasts: Lasts::ForGood });
    }

    // Out of line, so that the page's start does not carry it.
    #[inline(never)]
    pub(super) fn reopen_tab(&mut self, name: &str, text: &str, place: usize) {
        let name = self.files.free_name(name);
        self.files.tabs.insert(place.min(self.files.tabs.len()), name.clone());
        self.files.add(&name, text);
    }

    pub(super) fn edit(&mut self, text: String) {
        if self.files.shows_edit {
            self.files.edit = Some(text);
        } else if self.files.tabs.contains(&self.files.open) {
            self.files.drafts.insert(self.files.open.clone(), text);
        }
    }

    // Out of line, as the texts are.
    #[inline(never)]
    pub(super) fn open_example(&mut self, index: usize) {
        let Some(example) = EXAMPLES.get(index) else { return };
        let is_open = self.files.tabs.iter().any(|tab| tab == example.file);
        if is_open && self.files.text(example.file) == example.text() {
            self.open_tab(example.file);
            return;
        }
        let name = self.files.free_name(example.file);
        self.files.add(&name, example.text());
        self.diff = None;
    }

    // Out of line, so that the page's start does not carry it.
    #[inline(never)]
    pub(super) fn apply(&mut self) {
        if self.files.shows_edit {
            self.end_edit(true);
        } else if !self.files.open.is_empty() {
            self.run(&format!("kubectl apply -f {}", self.files.open));
            self.diff = None;
        }
    }

    // Out of line, so that the page's start does not carry it.
    #[inline(never)]
    pub(super) fn show_diff(&mut self) {
        self.flush_files();
        self.diff = Some(diff_of(&self.cluster, &self.files.open));
    }
}
