//! Every change of the store in order: lines to read, and a running hash to compare runs by.
//!
//! Two runs of the same configuration and inputs have the same log, natively and in WebAssembly. The log
//! keeps a bounded number of lines; the hash covers all of them. Whoever tells the story of a run has the
//! changes themselves gathered too, and takes them after every step.

use std::collections::VecDeque;
use std::rc::Rc;

use crate::api::{Kind, Object};
use crate::apiserver::{Store, WatchEvent, WatchEventType};
use crate::collections::{SortedMap, SortedSet, sort_by_key};
use crate::sim::Time;

/// Lines that are kept.
const LINES_MAX: usize = 10_000;

/// How much of each change is written down.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LogDetail {
    /// Time, what happened, to what, and its versions.
    #[default]
    Summary,
    /// The whole object too: for tests, as it costs much.
    Full,
}

/// A change as an object.
#[derive(Clone, Debug)]
pub struct Change {
    /// When it happened.
    pub at: Time,
    /// Whether the object is gone.
    pub is_gone: bool,
    /// The object after it; the last it was when it is gone.
    pub object: Object,
}

/// The log. Its lines are shared by all copies of a cluster.
#[derive(Clone, Debug)]
pub struct EventLog {
    detail: LogDetail,
    positions: SortedMap<Kind, u64>,
    lines: VecDeque<Rc<str>>,
    count: u64,
    hash: u64,
    /// Changes that were not taken yet; `None` when nobody wants them.
    news: Option<Vec<Change>>,
}

impl EventLog {
    /// An empty log.
    pub(super) fn new(detail: LogDetail) -> Self {
        Self {
            detail,
            positions: SortedMap::new(),
            lines: VecDeque::new(),
            count: 0,
            hash: 0xcbf2_9ce4_8422_2325,
            news: None,
        }
    }

    /// Begins to gather changes, or stops it.
    pub(super) fn gather(&mut self, gathers: bool) {
        self.news = gathers.then(Vec::new);
    }

    /// The changes since the last call.
    pub(super) fn take_news(&mut self) -> Vec<Change> {
        self.news.as_mut().map(std::mem::take).unwrap_or_default()
    }

    /// The newest lines, oldest first.
    pub fn lines(&self) -> impl Iterator<Item = &str> {
        self.lines.iter().map(|line| &**line)
    }

    /// How many lines were ever written.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// FNV-1a (64 bit) over all lines.
    pub fn hash(&self) -> u64 {
        self.hash
    }

    /// Writes down what the store's logs have new, across kinds in the order of the store's revision.
    pub(super) fn append(&mut self, store: &Store, changed: &SortedSet<Kind>) {
        let mut news: Vec<&WatchEvent> = Vec::new();
        for &kind in changed {
            let position = self.positions.entry(kind).or_default();
            if let Some(log) = store.watch_log(kind) {
                news.extend(log.since(*position).into_iter().flatten());
                *position = log.end();
            }
        }
        sort_by_key(&mut news, |event| event.revision);
        for event in news {
            let line = self.line(event);
            self.write(line);
            if let Some(news) = &mut self.news {
                let is_gone = event.type_ == WatchEventType::Deleted;
                news.push(Change { at: event.at, is_gone, object: event.object.clone() });
            }
        }
    }

    fn line(&self, event: &WatchEvent) -> String {
        let meta = event.object.meta();
        let mut line = format!(
            "{} {} {} {} {} generation={} revision={}",
            event.at.ms(),
            event.type_.as_str(),
            event.object.kind(),
            meta.namespace,
            meta.name,
            meta.generation,
            event.revision
        );
        if self.detail == LogDetail::Full {
            line.push(' ');
            line.push_str(&event.object.to_value().to_string());
        }
        line
    }

    fn write(&mut self, line: String) {
        for byte in line.bytes().chain([b'\n']) {
            self.hash = (self.hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
        if self.lines.len() >= LINES_MAX {
            self.lines.pop_front();
        }
        self.lines.push_back(line.into());
        self.count += 1;
    }
}
