//! `kubectl events`: what was told, the least recent first, about everything or about one object.
//!
//! Models staging/src/k8s.io/kubectl/pkg/cmd/events, Kubernetes v1.36. Left out: series of events.k8s.io.

use serde_json::{Value, json};

use super::shared_flags::{ALL_NAMESPACES, CHUNKS, RESULT};
use crate::api::event::Event;
use crate::api::{Kind, Object};
use crate::apiserver::{ApiServer, WatchEventType};
use crate::kubectl::command::{Command, Context, Step};
use crate::kubectl::error::CommandError;
use crate::kubectl::flags::Flag;
use crate::kubectl::format::Format;
use crate::kubectl::formats::TablePrinter;
use crate::kubectl::objects::wire;
use crate::kubectl::outcome::{Output, Poll, Waiter};
use crate::kubectl::output::go_sort::sorted_by_key;
use crate::kubectl::printers::interval;
use crate::kubectl::resources::kind_of;
use crate::sim::Time;

const FLAGS: &[Flag] = &[
    Flag::text("for", "", "Only the events about this object, such as pod/web-0."),
    Flag::list("types", "Only events of these types: Normal, Warning."),
    Flag::switch("watch", "After listing, prints every event until Ctrl-C.").short('w'),
    Flag::switch("no-headers", "Prints no headers."),
];

/// `kubectl events`
pub const COMMAND: Command = Command {
    name: "events",
    short: "List events",
    doc: "Lists what controllers, scheduler and kubelets told, the least recent first: of the namespace, of all \
          namespaces, or about one object.",
    usage: "[(-o|--output=)json|yaml|name|…] [--for TYPE/NAME] [--watch] [--types=Normal,Warning]",
    examples: "# What was told in the namespace\nkubectl events\n\n# What was told about a pod, and what will be\nkubectl \
               events --for pod/web-0 --watch\n\n# Only what somebody should look at\nkubectl events --types=Warning",
    flags: &[FLAGS, ALL_NAMESPACES, CHUNKS, RESULT],
    run: Some(run),
    ..Command::EMPTY
};

/// Which events.
#[derive(Clone, Debug)]
struct Choice {
    /// The namespace, unless all are meant.
    namespace: Option<String>,
    /// The object that they are about.
    about: Option<(Kind, String)>,
    /// Their types; empty for all.
    types: Vec<String>,
}

impl Choice {
    fn of(context: &Context<'_>) -> Result<Self, CommandError> {
        let all = context.flags.switch("all-namespaces");
        let about = match context.flags.text("for") {
            "" => None,
            text => Some(object_of(text)?),
        };
        let types = context.flags.list("types").to_vec();
        if types.iter().any(|type_| !is_type(type_)) {
            return Err(CommandError::plain("valid --types are Normal or Warning"));
        }
        Ok(Self { namespace: (!all).then(|| context.namespace()), about, types })
    }

    fn picks(&self, event: &Event) -> bool {
        let about = &event.involved_object;
        self.namespace.as_ref().is_none_or(|namespace| *namespace == event.metadata.namespace)
            && self.about.as_ref().is_none_or(|(kind, name)| {
                about.kind == kind.resource().kind
                    && about.api_version == kind.api_version()
                    && about.name == *name
            })
            && (self.types.is_empty()
                || self.types.iter().any(|type_| type_.eq_ignore_ascii_case(&event.type_)))
    }
}

fn is_type(text: &str) -> bool {
    text.eq_ignore_ascii_case("Normal") || text.eq_ignore_ascii_case("Warning")
}

fn object_of(text: &str) -> Result<(Kind, String), CommandError> {
    match text.split('/').collect::<Vec<_>>().as_slice() {
        [_] => Err(CommandError::plain("--for must be in resource/name form")),
        [type_, name] => Ok((kind_of(type_)?, (*name).to_owned())),
        _ => Err(CommandError::plain("arguments in resource/name form may not have more than one slash")),
    }
}

/// Prints events, as a table or in another format.
#[derive(Clone, Debug)]
struct Printer {
    format: Option<Format>,
    table: TablePrinter,
    with_namespace: bool,
}

impl Printer {
    fn of(context: &Context<'_>) -> Result<Self, CommandError> {
        Ok(Self {
            format: Format::of(context, false)?.map(Format::of_structs),
            table: TablePrinter::new(context.flags.switch("no-headers")),
            with_namespace: context.flags.switch("all-namespaces"),
        })
    }

    fn rows(&mut self, events: &[&Event], now: Time) -> String {
        let mut columns: Vec<String> =
            ["Last Seen", "Type", "Reason", "Object", "Message"].map(str::to_owned).into();
        if self.with_namespace {
            columns.insert(0, "Namespace".to_owned());
        }
        let rows: Vec<Vec<String>> = events.iter().map(|event| self.row(event, now)).collect();
        self.table.print(&columns, &rows)
    }

    fn row(&self, event: &Event, now: Time) -> Vec<String> {
        let about = &event.involved_object;
        let mut row = vec![
            interval(event, now),
            event.type_.clone(),
            event.reason.clone(),
            format!("{}/{}", about.kind, about.name),
            event.message.trim().to_owned(),
        ];
        if self.with_namespace {
            row.insert(0, event.metadata.namespace.clone());
        }
        row
    }
}

fn run(context: &mut Context<'_>) -> Result<Step, CommandError> {
    let choice = Choice::of(context)?;
    let mut printer = Printer::of(context)?;
    if context.flags.switch("watch") {
        // A watch begins with the events that are there, each as if it had just come.
        let watch = Watch { choice, printer, position: 0 };
        let watch = super::waiters::TimedWatch::new(context, watch);
        return Ok(super::waiters::block(context, watch));
    }
    let found: Vec<_> = context
        .api
        .list(Kind::Event, None)
        .filter_map(|object| match object {
            Object::Event(event) if choice.picks(event) => Some(event.clone()),
            _ => None,
        })
        .collect();
    if found.is_empty() {
        let text = match &choice.namespace {
            None => "No events found.\n".to_owned(),
            Some(namespace) => format!("No events found in {namespace} namespace.\n"),
        };
        context.err(&text);
        return Ok(Step::Done);
    }
    let found = sorted_by_key(found, |event| event.last_timestamp);
    let text = if let Some(format) = &mut printer.format {
        let items: Vec<Value> = found.iter().map(|event| wire(&Object::Event(event.clone()))).collect();
        let list = json!({"apiVersion": "v1", "items": items, "kind": "EventList", "metadata": {}});
        // What cannot be printed of a list is not told: of this one neither are the names.
        if *format == Format::Name { String::new() } else { format.print(&list)? }
    } else {
        let events: Vec<&Event> = found.iter().map(|event| &**event).collect();
        printer.rows(&events, context.api.now())
    };
    context.out(&text);
    Ok(Step::Done)
}

/// Events that are printed as they come.
#[derive(Clone, Debug)]
struct Watch {
    choice: Choice,
    printer: Printer,
    position: u64,
}

impl Watch {
    fn print(&mut self, api: &ApiServer, output: &mut Output) -> Result<(), CommandError> {
        let Some(log) = api.store().watch_log(Kind::Event) else {
            return Ok(());
        };
        let changes: Vec<Object> = match log.since(self.position) {
            Some(events) => events
                .filter(|event| event.type_ != WatchEventType::Deleted)
                .map(|event| event.object.clone())
                .collect(),
            // Some are no longer kept: it begins with those that are there.
            None => api.list(Kind::Event, None).cloned().collect(),
        };
        self.position = log.end();
        for object in changes {
            let Object::Event(event) = &object else { continue };
            if self.choice.picks(event) {
                let text = match &mut self.printer.format {
                    Some(format) => format.print(&wire(&object))?,
                    None => self.printer.rows(&[event], api.now()),
                };
                output.out(&text);
            }
        }
        Ok(())
    }
}

impl Waiter for Watch {
    fn poll(&mut self, api: &mut ApiServer) -> Poll {
        let mut output = Output::default();
        match self.print(api, &mut output) {
            Ok(()) => Poll::Pending { output, wake_at: None },
            Err(error) => {
                output.fail(&error);
                Poll::Done(output)
            }
        }
    }

    fn interrupt(&mut self) -> Output {
        Output { exit: 1, ..Output::default() }
    }

    fn boxed_clone(&self) -> Box<dyn Waiter> {
        Box::new(self.clone())
    }

    fn title(&self) -> String {
        "watching events".to_owned()
    }
}
