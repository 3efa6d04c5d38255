//! Waiting for conditions of several objects, one after the other, until a deadline.
//!
//! Models `WaitOptions.RunWaitContext`, staging/src/k8s.io/kubectl/pkg/cmd/wait, Kubernetes v1.36, in virtual
//! time: the deadline is an instant of the simulation.

use std::collections::VecDeque;
use std::fmt::Debug;

use crate::api::ObjectKey;
use crate::apiserver::ApiServer;
use crate::kubectl::command::{Context, Step};
use crate::kubectl::error::CommandError;
use crate::kubectl::kubeconfig::timeout_ms;
use crate::kubectl::outcome::{Output, Poll, Waiter};
use crate::sim::{Span, Time};

/// Lets a waiter look once, and blocks when it is not satisfied at once.
pub fn block(context: &mut Context<'_>, mut waiter: impl Waiter + 'static) -> Step {
    let (output, is_done) = match waiter.poll(context.api) {
        Poll::Done(output) => (output, true),
        Poll::Pending { output, .. } => (output, false),
        // Nothing waits here for a container.
        Poll::Inside(call) => (call.output, true),
    };
    for (stream, text) in &output.chunks {
        context.output.write(*stream, text);
    }
    context.output.exit = output.exit;
    context.output.hint = output.hint.or(context.output.hint.take());
    if is_done { Step::Done } else { Step::Block(Box::new(waiter)) }
}

/// The instant that lies so many milliseconds ahead.
pub fn deadline(now: Time, timeout_ms: i64) -> Time {
    now + Span::from_ms(u64::try_from(timeout_ms).unwrap_or_default())
}

/// A watch that ends with its request's time (`--request-timeout`), without an error.
#[derive(Clone, Debug)]
pub struct TimedWatch<W> {
    watch: W,
    deadline: Option<Time>,
}

impl<W> TimedWatch<W> {
    /// The watch, from now on.
    pub fn new(context: &Context<'_>, watch: W) -> Self {
        let timeout = timeout_ms(context.flags.text("request-timeout")).filter(|timeout| *timeout > 0);
        Self { watch, deadline: timeout.map(|timeout| deadline(context.api.now(), timeout)) }
    }
}

impl<W: Waiter + Clone + 'static> Waiter for TimedWatch<W> {
    fn poll(&mut self, api: &mut ApiServer) -> Poll {
        match (self.watch.poll(api), self.deadline) {
            (Poll::Pending { output, .. }, Some(deadline)) if api.now() >= deadline => Poll::Done(output),
            (Poll::Pending { output, wake_at }, deadline) => {
                Poll::Pending { output, wake_at: wake_at.into_iter().chain(deadline).min() }
            }
            (other, _) => other,
        }
    }

    fn interrupt(&mut self) -> Output {
        self.watch.interrupt()
    }

    fn boxed_clone(&self) -> Box<dyn Waiter> {
        Box::new(self.clone())
    }

    fn title(&self) -> String {
        self.watch.title()
    }
}

/// What is waited for.
pub trait Condition: Clone + Debug + 'static {
    /// Looks; the text is printed when the condition is met.
    ///
    /// # Errors
    /// When it can never be met.
    fn look(&mut self, api: &ApiServer) -> Result<Option<String>, CommandError>;

    /// The object, as the message at the deadline names it.
    fn key(&self) -> &ObjectKey;
}

/// An object that is to be gone, or to be another of the same name.
#[derive(Clone, Debug)]
pub struct Gone {
    /// Which object.
    pub key: ObjectKey,
    /// Its uid.
    pub uid: String,
}

impl Condition for Gone {
    fn look(&mut self, api: &ApiServer) -> Result<Option<String>, CommandError> {
        let gone = api.get(&self.key).map_or(true, |object| object.meta().uid != self.uid);
        Ok(gone.then(String::new))
    }

    fn key(&self) -> &ObjectKey {
        &self.key
    }
}

/// Conditions that are waited for one after the other.
#[derive(Clone, Debug)]
pub struct Sequence<C> {
    conditions: VecDeque<C>,
    errors: Vec<CommandError>,
    continues: bool,
    deadline: Time,
    title: String,
}

impl<C: Condition> Sequence<C> {
    /// Nothing to wait for yet.
    pub fn new(title: String) -> Self {
        Self {
            conditions: VecDeque::new(),
            errors: Vec::new(),
            continues: false,
            deadline: Time::ZERO,
            title,
        }
    }

    /// The same that goes on with the next object when one fails.
    #[must_use]
    pub fn continues_after(mut self, errors: Vec<CommandError>) -> Self {
        self.errors = errors;
        self.continues = true;
        self
    }

    /// Adds a condition.
    pub fn push(&mut self, condition: C) {
        self.conditions.push_back(condition);
    }

    /// Sets the instant at which waiting ends.
    pub fn set_deadline(&mut self, deadline: Time) {
        self.deadline = deadline;
    }

    /// Begins to wait.
    ///
    /// # Errors
    /// Never by itself; what fails is printed.
    pub fn start(mut self, context: &mut Context<'_>, timeout_ms: i64) -> Result<Step, CommandError> {
        self.deadline = deadline(context.api.now(), timeout_ms);
        Ok(block(context, self))
    }

    fn end(&mut self, mut output: Output) -> Poll {
        if let Err(error) = CommandError::all(std::mem::take(&mut self.errors)) {
            output.fail(&error);
        }
        Poll::Done(output)
    }
}

fn timed_out(key: &ObjectKey) -> CommandError {
    CommandError::plain(format!(
        "timed out waiting for the condition on {}/{}",
        key.kind.resource().plural,
        key.name
    ))
}

impl<C: Condition> Waiter for Sequence<C> {
    fn poll(&mut self, api: &mut ApiServer) -> Poll {
        let mut output = Output::default();
        while let Some(condition) = self.conditions.front_mut() {
            match condition.look(api) {
                Ok(Some(text)) => {
                    output.out(&text);
                    self.conditions.pop_front();
                }
                Ok(None) if api.now() < self.deadline => {
                    return Poll::Pending { output, wake_at: Some(self.deadline) };
                }
                Ok(None) => {
                    let late = std::mem::take(&mut self.conditions);
                    let count = if self.continues { late.len() } else { 1 };
                    self.errors.extend(late.iter().take(count).map(|condition| timed_out(condition.key())));
                }
                Err(error) => {
                    self.errors.push(error);
                    self.conditions.pop_front();
                    if !self.continues {
                        self.conditions.clear();
                    }
                }
            }
        }
        self.end(output)
    }

    fn interrupt(&mut self) -> Output {
        Output { exit: 1, ..Output::default() }
    }

    fn boxed_clone(&self) -> Box<dyn Waiter> {
        Box::new(self.clone())
    }

    fn title(&self) -> String {
        let waited =
            self.conditions.front().map(|condition| condition.key().name.clone()).unwrap_or_default();
        format!("{} waits for {waited}", self.title)
    }
}
