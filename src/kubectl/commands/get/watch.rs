//! `kubectl get -w`: prints every change of the picked objects until it is interrupted.
//!
//! Models `GetOptions.watch`, staging/src/k8s.io/kubectl/pkg/cmd/get/get.go, Kubernetes v1.36. Columns keep
//! the widths of the first rows; a wider cell pushes its own line and widens the lines after it.

use serde_json::{Value, json};

use super::decorate::TableOptions;
use crate::api::heartbeat::as_read;
use crate::api::{Kind, Object, ObjectKey};
use crate::apiserver::{ApiServer, WatchEvent, WatchEventType};
use crate::collections::SortedMap;
use crate::kubectl::command::{Context, Step};
use crate::kubectl::commands::waiters::TimedWatch;
use crate::kubectl::error::CommandError;
use crate::kubectl::format::Format;
use crate::kubectl::formats::TablePrinter;
use crate::kubectl::objects::wire;
use crate::kubectl::outcome::{Output, Poll, Waiter};
use crate::kubectl::selection::{Filter, Picked, Picks, Selection};
use crate::sim::Time;

/// A watch.
#[derive(Clone, Debug)]
struct Watch {
    kind: Kind,
    /// The namespace, unless all are meant.
    namespace: Option<String>,
    /// The one object, when it was named.
    name: Option<String>,
    filter: Filter,
    printer: Printer,
    position: u64,
    /// The picked objects, as they last were.
    known: SortedMap<ObjectKey, Object>,
}

#[derive(Clone, Debug)]
struct Printer {
    options: TableOptions,
    format: Option<Format>,
    table: TablePrinter,
    events: bool,
}

/// Lists, and follows the changes from there on.
pub(super) fn start(context: &mut Context<'_>, mut selection: Selection) -> Result<Step, CommandError> {
    selection.single_type = true;
    let mut picks = selection.pick(context)?;
    // The first that cannot be had ends it.
    if let Some(error) = std::mem::take(&mut picks.errors).into_iter().next() {
        let ignored = context.flags.switch("ignore-not-found") && error.is_not_found();
        return if ignored { Ok(Step::Done) } else { Err(error) };
    }
    if let Some(warning) = picks.warning() {
        context.warn(warning);
    }
    let kind = watched_kind(&selection, &picks.items)?;
    let followed = may_follow(&picks);
    let options = TableOptions::of(context);
    let printer = Printer {
        table: TablePrinter::new(options.no_headers),
        options,
        format: Format::of(context, true)?,
        events: context.flags.switch("output-watch-events"),
    };
    let mut watch = Watch {
        kind,
        namespace: (kind.is_namespaced() && !selection.all_namespaces).then(|| selection.namespace.clone()),
        name: if picks.listed { None } else { picks.items.first().map(|picked| picked.key.name.clone()) },
        filter: if picks.listed { selection.filter(kind)? } else { Filter::default() },
        printer,
        position: context.api.store().watch_log(kind).map_or(0, crate::apiserver::watch::WatchLog::end),
        known: SortedMap::new(),
    };
    let objects: Vec<Object> = picks.items.into_iter().filter_map(|picked| picked.object).collect();
    watch.known = objects.iter().map(|object| (object.key(), object.clone())).collect();
    if !context.flags.switch("watch-only") {
        let text = watch.printer.list(&objects, context.api.now())?;
        context.out(&text);
    }
    followed?;
    Ok(Step::Block(Box::new(TimedWatch::new(context, watch))))
}

/// Refuses to follow several objects that are no list (`Result.Watch`).
fn may_follow(picks: &Picks) -> Result<(), CommandError> {
    let count = picks.items.len();
    if picks.listed || count <= 1 {
        return Ok(());
    }
    Err(CommandError::plain(if picks.sources() > 1 {
        "you may only watch a single resource or type of resource at a time".to_owned()
    } else {
        format!(
            "watch is only supported on individual resources and resource collections - {count} resources were found"
        )
    }))
}

fn watched_kind(selection: &Selection, items: &[Picked]) -> Result<Kind, CommandError> {
    if let Some(first) = items.first() {
        return Ok(first.key.kind);
    }
    let types = selection.args.first().map(String::as_str).unwrap_or_default();
    let kinds = crate::kubectl::resources::kinds_of(types)?;
    kinds.first().copied().ok_or_else(|| CommandError::plain("no resources were specified"))
}

impl Printer {
    fn list(&mut self, objects: &[Object], now: Time) -> Result<String, CommandError> {
        if self.format.is_none() {
            return Ok(self.rows(objects, "ADDED", now));
        }
        let mut text = String::new();
        for object in objects {
            text.push_str(&self.one(object, "ADDED", now)?);
        }
        Ok(text)
    }

    fn one(&mut self, object: &Object, event: &str, now: Time) -> Result<String, CommandError> {
        let value = self.value(&as_read(object, now), event);
        match &mut self.format {
            None => Ok(self.rows(std::slice::from_ref(object), event, now)),
            Some(format) => format.print(&value),
        }
    }

    fn value(&self, object: &Object, event: &str) -> Value {
        if self.events { json!({"type": event, "object": wire(object)}) } else { wire(object) }
    }

    /// The rows of objects, with headers anew where another kind begins.
    fn rows(&mut self, objects: &[Object], event: &str, now: Time) -> String {
        let mut tables = Vec::new();
        for same in objects.chunk_by(|one, next| one.kind() == next.kind()) {
            let Some(first) = same.first() else { continue };
            let mut table = self.options.table(first.kind(), same, now);
            if self.events {
                table.columns.insert(0, "Event".to_owned());
                for row in &mut table.rows {
                    row.insert(0, format!("{event:<8}"));
                }
            }
            tables.push((table.columns, table.rows));
        }
        self.table.print_all(&tables)
    }
}

impl Watch {
    fn sees(&self, object: &Object) -> bool {
        let meta = object.meta();
        self.namespace.as_ref().is_none_or(|namespace| *namespace == meta.namespace)
            && self.name.as_ref().is_none_or(|name| *name == meta.name)
            && self.filter.picks(object)
    }

    /// The changes since the last look; `None` when some of them are no longer kept.
    fn changes(&mut self, api: &ApiServer) -> Option<Vec<WatchEvent>> {
        if self.kind == Kind::Endpoints {
            return Some(self.made_changes(api));
        }
        let Some(log) = api.store().watch_log(self.kind) else {
            return Some(Vec::new());
        };
        let events: Vec<WatchEvent> = log.since(self.position)?.cloned().collect();
        self.position = log.end();
        Some(events.into_iter().filter_map(|event| self.seen(event)).collect())
    }

    /// The changes of a kind that is made at each look: what differs from the last one.
    fn made_changes(&mut self, api: &ApiServer) -> Vec<WatchEvent> {
        let mut gone = std::mem::take(&mut self.known);
        let mut changes = Vec::new();
        let mut note = |type_, object| changes.push(WatchEvent { type_, object, at: api.now(), revision: 0 });
        for object in api.read_list(self.kind, self.namespace.as_deref()) {
            if !self.sees(&object) {
                continue;
            }
            let key = object.key();
            match gone.remove(&key) {
                None => note(WatchEventType::Added, object.clone()),
                Some(last) if last.to_value() != object.to_value() => {
                    note(WatchEventType::Modified, object.clone());
                }
                Some(_) => {}
            }
            self.known.insert(key, object);
        }
        gone.into_values().for_each(|object| note(WatchEventType::Deleted, object));
        changes
    }

    /// The change as this watch sees it: an object that is no longer picked looks deleted, as it last was;
    /// one that is picked only now looks new.
    fn seen(&mut self, mut event: WatchEvent) -> Option<WatchEvent> {
        let key = event.object.key();
        let known = self.known.remove(&key);
        if event.type_ == WatchEventType::Deleted || !self.sees(&event.object) {
            let last = known?;
            if event.type_ != WatchEventType::Deleted {
                event.object = last;
            }
            event.type_ = WatchEventType::Deleted;
            return Some(event);
        }
        event.type_ = if known.is_some() { WatchEventType::Modified } else { WatchEventType::Added };
        self.known.insert(key, event.object.clone());
        Some(event)
    }
}

impl Waiter for Watch {
    fn poll(&mut self, api: &mut ApiServer) -> Poll {
        let mut output = Output::default();
        let Some(changes) = self.changes(api) else {
            output.fail(&CommandError::plain("too old resource version"));
            return Poll::Done(output);
        };
        for change in changes {
            match self.printer.one(&change.object, change.type_.as_str(), change.at) {
                Ok(text) => output.out(&text),
                Err(error) => {
                    output.fail(&error);
                    return Poll::Done(output);
                }
            }
        }
        Poll::Pending { output, wake_at: None }
    }

    fn interrupt(&mut self) -> Output {
        Output { exit: 1, ..Output::default() }
    }

    fn boxed_clone(&self) -> Box<dyn Waiter> {
        Box::new(self.clone())
    }

    fn title(&self) -> String {
        format!("watching {}", self.kind.resource().plural)
    }
}
