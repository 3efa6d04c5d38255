//! The requests of `kubectl delete`: one after another, then the wait until the objects are gone.
//!
//! Models `DeleteOptions.DeleteResult`, staging/src/k8s.io/kubectl/pkg/cmd/delete/delete.go, Kubernetes
//! v1.36: the requests are sent in turn, so the pods of one line begin to stop one after another.

use std::collections::VecDeque;

use super::waiters::{Gone, Sequence, deadline};
use crate::apiserver::{ApiServer, DeleteOptions, PropagationPolicy, Request};
use crate::kubectl::error::CommandError;
use crate::kubectl::objects::check_path_name;
use crate::kubectl::outcome::{Output, Poll, Waiter};
use crate::kubectl::result::DryRun;
use crate::kubectl::selection::{Picked, Picks};
use crate::sim::{Span, Time};

/// How long one request takes.
const REQUEST: Span = Span::from_ms(10);

/// Said once of a line that gives a namespace to objects that are in none.
const SCOPE_WARNING: &str =
    "Warning: deleting cluster-scoped resources, not scoped to the provided namespace\n";

/// What the flags ask for.
#[derive(Clone, Debug)]
pub(super) struct Options {
    pub(super) propagation: PropagationPolicy,
    /// Negative for the object's own.
    pub(super) grace_period: i64,
    pub(super) dry_run: DryRun,
    pub(super) ignore_not_found: bool,
    pub(super) name_only: bool,
    /// Whether it is still to be said that a namespace was given to objects that are in none.
    pub(super) warns_of_scope: bool,
}

/// A line that still has requests to send.
#[derive(Clone, Debug)]
pub(super) struct Deleting {
    title: String,
    picks: VecDeque<Result<Picked, CommandError>>,
    errors: Vec<CommandError>,
    options: Options,
    /// Milliseconds to wait for the objects' end; `None` when nobody waits.
    timeout_ms: Option<i64>,
    next_at: Time,
    found: usize,
    gone: Sequence<Gone>,
    is_waiting: bool,
}

impl Deleting {
    /// Nothing sent yet.
    pub(super) fn new(title: String, picks: Picks, options: Options, timeout_ms: Option<i64>) -> Self {
        Self {
            gone: Sequence::new(title.clone()),
            title,
            picks: picks.visits("deleting").into(),
            errors: Vec::new(),
            options,
            timeout_ms,
            next_at: Time::ZERO,
            found: 0,
            is_waiting: false,
        }
    }

    /// What could not be picked takes no request.
    fn note_errors(&mut self) {
        while let Some(Err(error)) = self.picks.pop_front_if(|pick| pick.is_err()) {
            self.errors.push(error);
        }
    }

    fn send_next(&mut self, api: &mut ApiServer, output: &mut Output) {
        self.note_errors();
        let Some(Ok(picked)) = self.picks.pop_front() else { return };
        self.next_at = api.now() + REQUEST;
        // What is named counts as found, also when the server has no such object.
        self.found += 1;
        if !picked.key.kind.is_namespaced() && std::mem::take(&mut self.options.warns_of_scope) {
            output.err(SCOPE_WARNING);
        }
        match delete_one(api, output, &picked, &self.options) {
            Ok(uid) => self.gone.push(Gone { key: picked.key, uid }),
            Err(error) if self.options.ignore_not_found && error.is_not_found() => {}
            Err(error) => self.errors.push(error.when("deleting", &picked.source)),
        }
        self.note_errors();
    }

    /// All requests are sent: tells what failed, or begins to wait.
    fn finish(&mut self, api: &mut ApiServer, mut output: Output) -> Poll {
        if let Err(error) = CommandError::all(std::mem::take(&mut self.errors)) {
            output.fail(&error);
            return Poll::Done(output);
        }
        if self.found == 0 {
            output.out("No resources found\n");
        }
        match self.timeout_ms {
            Some(timeout_ms) if self.found > 0 => {
                self.is_waiting = true;
                self.gone.set_deadline(deadline(api.now(), timeout_ms));
                match self.gone.poll(api) {
                    Poll::Done(more) => Poll::Done(joined(output, more)),
                    Poll::Pending { output: more, wake_at } => {
                        Poll::Pending { output: joined(output, more), wake_at }
                    }
                    inside @ Poll::Inside(_) => inside,
                }
            }
            _ => Poll::Done(output),
        }
    }
}

fn joined(mut first: Output, second: Output) -> Output {
    first.chunks.extend(second.chunks);
    first.exit = second.exit;
    first.hint = second.hint.or(first.hint);
    first
}

impl Waiter for Deleting {
    fn poll(&mut self, api: &mut ApiServer) -> Poll {
        if self.is_waiting {
            return self.gone.poll(api);
        }
        let mut output = Output::default();
        if api.now() >= self.next_at {
            self.send_next(api, &mut output);
        }
        if self.picks.is_empty() {
            return self.finish(api, output);
        }
        Poll::Pending { output, wake_at: Some(self.next_at) }
    }

    fn interrupt(&mut self) -> Output {
        Output { exit: 1, ..Output::default() }
    }

    fn boxed_clone(&self) -> Box<dyn Waiter> {
        Box::new(self.clone())
    }

    fn title(&self) -> String {
        if self.is_waiting { self.gone.title() } else { format!("{} sends requests", self.title) }
    }
}

/// Deletes one object and prints that it was asked for; its uid is returned.
pub(super) fn delete_one(
    api: &mut ApiServer,
    output: &mut Output,
    picked: &Picked,
    options: &Options,
) -> Result<String, CommandError> {
    check_path_name(&picked.key.name)?;
    let mut uid = String::new();
    if options.dry_run != DryRun::Client {
        let request = Request::Delete {
            key: picked.key.clone(),
            options: DeleteOptions {
                grace_period_seconds: (options.grace_period >= 0).then_some(options.grace_period),
                propagation_policy: Some(options.propagation),
                ..DeleteOptions::default()
            },
            dry_run: options.dry_run.is_server(),
        };
        uid.clone_from(&api.handle(request)?.meta().uid);
    }
    let key = &picked.key;
    let kind = key.kind.group_singular();
    if options.name_only {
        output.out(&format!("{kind}/{}\n", key.name));
        return Ok(uid);
    }
    let mut operation = if options.grace_period == 0 { "force deleted" } else { "deleted" }.to_owned();
    if key.kind.is_namespaced() {
        operation = format!("{operation} from {} namespace", key.namespace);
    }
    let suffix = match options.dry_run {
        DryRun::None => "",
        DryRun::Client => " (dry run)",
        DryRun::Server => " (server dry run)",
    };
    output.out(&format!("{kind} \"{}\" {operation}{suffix}\n", key.name));
    Ok(uid)
}
