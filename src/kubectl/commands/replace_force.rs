//! `kubectl replace --force`: deletes the objects of files, waits until they are gone, and makes them anew.
//!
//! Models `ReplaceOptions.forceReplace`, staging/src/k8s.io/kubectl/pkg/cmd/replace/replace.go, Kubernetes
//! v1.36: once a second it looks whether an object is gone; a namesake that somebody else made is not.

use std::collections::VecDeque;

use serde_json::Value;

use super::apply::with_last_applied;
use super::delete::WEEK_MS;
use super::deleting::{Deleting, Options};
use super::waiters::{block, deadline};
use crate::api::{Kind, ObjectKey};
use crate::apiserver::{ApiServer, Body, PropagationPolicy, Request, StatusError, warnings};
use crate::kubectl::command::{CHANGE_CAUSE, Context, Step};
use crate::kubectl::error::CommandError;
use crate::kubectl::objects::{set_at, wire};
use crate::kubectl::outcome::{Output, Poll, Waiter};
use crate::kubectl::result::{DryRun, ResultPrinter};
use crate::kubectl::selection::Selection;
use crate::sim::{Span, Time};

/// How often it looks.
const INTERVAL: Span = Span::from_ms(1000);
/// How long it waits for each object when nothing else is said.
const TIMEOUT_MS: i64 = 5 * 60 * 1000;

/// Begins with the deletions.
pub(super) fn start(
    context: &mut Context<'_>,
    printer: ResultPrinter,
    propagation: PropagationPolicy,
) -> Result<Step, CommandError> {
    let picks = Selection::of(context).pick(context)?;
    let save = context.flags.switch("save-config");
    let cause = context.change_cause();
    let mut documents = VecDeque::new();
    for picked in &picks.items {
        let Some(manifest) = &picked.manifest else { continue };
        let mut manifest = if save { with_last_applied(manifest) } else { manifest.clone() };
        if let Some(cause) = &cause {
            set_at(&mut manifest, &["metadata", "annotations", CHANGE_CAUSE], cause.as_str().into());
        }
        documents.push_back((picked.key.kind, picked.key.namespace.clone(), manifest));
    }
    let asked = context.flags.number("grace-period");
    let timeout_ms = context.flags.duration_ms("timeout");
    let options = Options {
        propagation,
        // Nothing is to be lost by accident: a period of zero becomes a short one, to whose end it waits.
        grace_period: if asked == 0 { 1 } else { asked },
        dry_run: DryRun::None,
        ignore_not_found: true,
        name_only: context.flags.text("output") == "name",
        warns_of_scope: false,
    };
    let waits = (asked == 0).then_some(if timeout_ms == 0 { WEEK_MS } else { timeout_ms });
    let forced = Forced {
        left: picks.items.iter().map(|picked| picked.key.clone()).collect(),
        deleting: Some(Deleting::new(context.path.clone(), picks, options, waits)),
        documents,
        printer,
        timeout_ms: if timeout_ms == 0 { TIMEOUT_MS } else { timeout_ms },
        next_look: Time::ZERO,
        until: None,
    };
    Ok(block(context, forced))
}

/// Objects that are replaced by force.
#[derive(Clone, Debug)]
struct Forced {
    /// Set until all deletions are asked for.
    deleting: Option<Deleting>,
    /// What is not known to be gone yet.
    left: VecDeque<ObjectKey>,
    /// What is to be made: kind, namespace, object.
    documents: VecDeque<(Kind, String, Value)>,
    printer: ResultPrinter,
    timeout_ms: i64,
    next_look: Time,
    /// When the first of `left` must be gone.
    until: Option<Time>,
}

impl Forced {
    /// Whether all are gone; `Err` when one does not go.
    fn all_gone(&mut self, api: &ApiServer) -> Result<bool, CommandError> {
        while let Some(key) = self.left.front() {
            let until = *self.until.get_or_insert_with(|| deadline(api.now(), self.timeout_ms));
            if api.now() >= self.next_look {
                if api.get(key).is_err() {
                    self.left.pop_front();
                    self.until = None;
                    self.next_look = Time::ZERO;
                    continue;
                }
                self.next_look = api.now() + INTERVAL;
            }
            if api.now() >= until {
                return Err(CommandError::plain("context deadline exceeded"));
            }
            return Ok(false);
        }
        Ok(true)
    }

    fn create_all(&mut self, api: &mut ApiServer, output: &mut Output) -> Result<(), CommandError> {
        if self.documents.is_empty() {
            return Err(CommandError::plain("no objects passed to replace"));
        }
        let mut errors = Vec::new();
        for (kind, namespace, manifest) in std::mem::take(&mut self.documents) {
            match create(api, output, kind, namespace, manifest) {
                Ok(value) => match self.printer.text(&value, "replaced") {
                    Ok(text) => output.out(&text),
                    Err(error) => errors.push(error),
                },
                Err(error) => errors.push(error.into()),
            }
        }
        CommandError::all(errors)
    }
}

fn create(
    api: &mut ApiServer,
    output: &mut Output,
    kind: Kind,
    namespace: String,
    manifest: Value,
) -> Result<Value, StatusError> {
    let body = Body::Manifest(manifest);
    let object = api.handle(Request::Create { kind, namespace, body, dry_run: false })?;
    for warning in warnings(&object, None) {
        output.warn(&warning);
    }
    Ok(wire(&object))
}

impl Waiter for Forced {
    fn poll(&mut self, api: &mut ApiServer) -> Poll {
        let mut output = Output::default();
        if let Some(deleting) = &mut self.deleting {
            match deleting.poll(api) {
                Poll::Done(asked) if asked.exit == 0 => output = asked,
                other => return other,
            }
            self.deleting = None;
        }
        let ended = match self.all_gone(api) {
            Ok(true) => self.create_all(api, &mut output),
            Ok(false) => {
                let wake_at = self.until.map(|until| until.min(self.next_look));
                return Poll::Pending { output, wake_at };
            }
            Err(error) => Err(error),
        };
        if let Err(error) = ended {
            output.fail(&error);
        }
        Poll::Done(output)
    }

    fn interrupt(&mut self) -> Output {
        Output { exit: 1, ..Output::default() }
    }

    fn boxed_clone(&self) -> Box<dyn Waiter> {
        Box::new(self.clone())
    }

    fn title(&self) -> String {
        let waited = self.left.front().map_or("", |key| key.name.as_str());
        format!("kubectl replace waits for the end of {waited}")
    }
}
