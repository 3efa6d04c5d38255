//! `kubectl rollout status`: follows an update to its end.
//!
//! Models `staging/src/k8s.io/kubectl/pkg/cmd/rollout/rollout_status.go`, Kubernetes v1.36: one sentence for
//! each change of the object. A real kubectl takes a moment to start, in which the controllers have seen what
//! the command before it did; here it gives them that moment.

use std::collections::VecDeque;

use super::status_text;
use crate::api::{Object, ObjectKey};
use crate::apiserver::watch::WatchLog;
use crate::apiserver::{ApiServer, WatchEventType};
use crate::kubectl::command::{Command, Context, START, Step};
use crate::kubectl::commands::shared_flags::{FILES, SELECTOR};
use crate::kubectl::commands::waiters::{block, deadline};
use crate::kubectl::error::CommandError;
use crate::kubectl::flags::Flag;
use crate::kubectl::outcome::{Output, Poll, Waiter};
use crate::sim::Time;

const FLAGS: &[Flag] = &[
    Flag::switch("watch", "Waits until the update is done.").short('w').default("true"),
    Flag::number("revision", "0", "The revision to ask about; 0 for the last."),
    Flag::duration("timeout", "0s", "How long to wait; 0 means as long as it takes."),
];

/// `kubectl rollout status`
pub(super) const COMMAND: Command = Command {
    name: "status",
    short: "Show the status of the rollout",
    doc: "Prints how far the update of an object is, at each change, until it is done.",
    usage: "(TYPE NAME | TYPE/NAME) [flags]",
    examples: "# Follow an update\nkubectl rollout status sts/web\n\n# Look once\nkubectl rollout status sts/web \
               --watch=false",
    flags: &[FLAGS, FILES, SELECTOR],
    run: Some(run),
    ..Command::EMPTY
};

fn run(context: &mut Context<'_>) -> Result<Step, CommandError> {
    let revision = super::positive_revision(context)?;
    let picks = super::pick(context)?;
    if picks.items.is_empty() && picks.errors.is_empty() {
        super::tell_nothing_found(context);
        return Ok(Step::Done);
    }
    let timeout_ms = context.flags.duration_ms("timeout");
    let waiter = RolloutStatus {
        left: picks.items.into_iter().map(|picked| picked.key).collect(),
        position: None,
        begins: None,
        until: None,
        timeout_ms,
        revision,
        watches: context.flags.switch("watch"),
        errors: picks.errors,
    };
    Ok(block(context, waiter))
}

/// Whether a controller has yet to see what the object was made to be.
fn is_unobserved(object: &Object) -> bool {
    let observed = match object {
        Object::StatefulSet(set) => set.status.observed_generation,
        Object::DaemonSet(set) => set.status.observed_generation,
        Object::Deployment(deployment) => deployment.status.observed_generation,
        _ => return false,
    };
    observed < object.meta().generation
}

/// Objects whose updates are followed one after the other.
#[derive(Clone, Debug)]
struct RolloutStatus {
    left: VecDeque<ObjectKey>,
    /// Where the first object's changes were read up to; unset before its first look.
    position: Option<u64>,
    /// When it looks first.
    begins: Option<Time>,
    until: Option<Time>,
    timeout_ms: i64,
    revision: i64,
    watches: bool,
    errors: Vec<CommandError>,
}

/// How the look at one object ended.
enum Look {
    Done,
    NotYet,
}

impl RolloutStatus {
    fn look(&mut self, key: &ObjectKey, api: &ApiServer, output: &mut Output) -> Result<Look, CommandError> {
        let log = api.store().watch_log(key.kind);
        let Some(position) = self.position else {
            self.position = Some(log.map_or(0, WatchLog::end));
            self.until = (self.timeout_ms > 0).then(|| deadline(api.now(), self.timeout_ms));
            return self.tell(api.get(key)?, output);
        };
        let Some(changes) = log.and_then(|log| log.since(position)) else {
            return self.tell(api.get(key)?, output);
        };
        self.position = log.map(WatchLog::end);
        for change in changes.filter(|change| change.object.key() == *key) {
            if change.type_ == WatchEventType::Deleted {
                return Err(CommandError::plain("object has been deleted"));
            }
            if let Look::Done = self.tell(&change.object, output)? {
                return Ok(Look::Done);
            }
        }
        if self.until.is_some_and(|until| api.now() >= until) {
            return Err(CommandError::plain("timed out waiting for the condition"));
        }
        Ok(Look::NotYet)
    }

    fn tell(&self, object: &Object, output: &mut Output) -> Result<Look, CommandError> {
        let Some(told) = status_text::of(object, self.revision) else {
            let names = object.kind().resource();
            let dot = if names.group.is_empty() { "" } else { "." };
            return Err(CommandError::plain(format!(
                "no status viewer has been implemented for {}{dot}{}",
                names.kind, names.group
            )));
        };
        let (sentence, done) = told.map_err(CommandError::plain)?;
        output.out(&sentence);
        Ok(if done || !self.watches { Look::Done } else { Look::NotYet })
    }
}

impl Waiter for RolloutStatus {
    fn poll(&mut self, api: &mut ApiServer) -> Poll {
        let begins = *self.begins.get_or_insert_with(|| {
            let object = self.left.front().and_then(|key| api.get(key).ok());
            if self.watches && object.is_some_and(is_unobserved) { api.now() + START } else { api.now() }
        });
        if api.now() < begins {
            return Poll::Pending { output: Output::default(), wake_at: Some(begins) };
        }
        let mut output = Output::default();
        while let Some(key) = self.left.front().cloned() {
            match self.look(&key, api, &mut output) {
                Ok(Look::NotYet) => return Poll::Pending { output, wake_at: self.until },
                Ok(Look::Done) => {}
                Err(error) => self.errors.push(error),
            }
            self.left.pop_front();
            self.position = None;
        }
        if let Err(error) = CommandError::all(std::mem::take(&mut self.errors)) {
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
        let name = self.left.front().map_or("", |key| key.name.as_str());
        format!("following the rollout of {name}")
    }
}
