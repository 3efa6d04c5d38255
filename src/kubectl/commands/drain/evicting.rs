//! The eviction of one pod: asked for until it is granted, then watched until the pod is gone.
//!
//! Models `evictPods`, `deletePods` and `waitForDelete`, staging/src/k8s.io/kubectl/pkg/drain/drain.go,
//! Kubernetes v1.36, in virtual time: a refused eviction is asked for again after five seconds, and a pod
//! that is ending is looked at every second. A refusal that says when to come back is retried by the client
//! library itself, ten times and without a word. Each step is one of all pods of the node: upstream has a
//! goroutine for each, and what one prints before its first request comes before the answers to all.

use crate::api::{Object, ObjectKey};
use crate::apiserver::{ApiServer, DeleteOptions, Request, StatusError};
use crate::kubectl::error::CommandError;
use crate::kubectl::go_duration;
use crate::kubectl::objects::wire;
use crate::kubectl::outcome::Output;
use crate::kubectl::quote::quote;
use crate::kubectl::result::ResultPrinter;
use crate::sim::{Span, Time};

/// How long a refused eviction waits for the next try (`EvictErrorRetryDelay`).
const RETRY: Span = Span::from_seconds(5);
/// How often a pod that is ending is looked at.
const LOOKS_EVERY: Span = Span::from_seconds(1);
/// How often the client library asks again by itself.
const OWN_RETRIES_MAX: u32 = 10;

/// What the flags say about every pod.
#[derive(Clone, Debug)]
pub(super) struct Terms {
    /// Prints what became of a pod, and says whether anything is carried out.
    pub(super) printer: ResultPrinter,
    /// Seconds that each pod gets to end; its own when absent.
    pub(super) grace_period: Option<i64>,
    /// Milliseconds until all is given up; 0 means never.
    pub(super) timeout_ms: i64,
    /// Whether pods are deleted without asking for an eviction.
    pub(super) deletes: bool,
    /// Pods that have been ending for longer than this are not waited for; 0 means that all are.
    pub(super) skip_after_seconds: i64,
}

/// How far the eviction of a pod is.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Progress {
    /// To be asked for at this time; the client library has asked so often by itself.
    Asking(Time, u32),
    /// Granted; the pod is ending, and looked at at this time.
    Ending(Time),
    /// Over.
    Done,
}

/// A pod that is to go.
#[derive(Clone, Debug)]
pub(super) struct Eviction {
    object: Object,
    key: ObjectKey,
    progress: Progress,
}

impl Eviction {
    /// Nothing asked yet.
    pub(super) fn new(object: Object, now: Time) -> Self {
        Self { key: object.key(), object, progress: Progress::Asking(now, 0) }
    }

    /// Whether there is nothing more to do about the pod.
    pub(super) fn is_over(&self) -> bool {
        self.progress == Progress::Done
    }

    /// When to look again; `until` is when all is given up.
    pub(super) fn due(&self, until: Option<Time>) -> Option<Time> {
        match self.progress {
            Progress::Asking(at, _) => Some(at),
            Progress::Ending(at) => Some(until.map_or(at, |until| until.min(at))),
            Progress::Done => None,
        }
    }

    /// Deletes the pod (`--disable-eviction`).
    pub(super) fn delete(&mut self, terms: &Terms, api: &mut ApiServer) -> Result<(), StatusError> {
        let request = Request::Delete {
            key: self.key.clone(),
            options: delete_options(terms),
            dry_run: terms.printer.dry_run().is_server(),
        };
        self.progress = Progress::Ending(api.now());
        match api.handle(request) {
            Err(error) if !error.is_not_found() => Err(error),
            _ => Ok(()),
        }
    }

    /// Says that the eviction is asked for, when it is: a pod of the same name may have come meanwhile. An
    /// error ends the eviction.
    pub(super) fn announce(
        &mut self,
        terms: &Terms,
        until: Option<Time>,
        api: &ApiServer,
        output: &mut Output,
    ) -> Result<(), CommandError> {
        let now = api.now();
        if !matches!(self.progress, Progress::Asking(at, 0) if at <= now) {
            return Ok(());
        }
        if let Ok(fresh) = api.get(&self.key) {
            self.object = fresh.clone();
        }
        let suffix = if terms.printer.dry_run().is_server() { " (server dry run)" } else { "" };
        output.out(&format!("evicting pod {}/{}{suffix}\n", self.key.namespace, self.key.name));
        if until.is_some_and(|until| now >= until) {
            self.progress = Progress::Done;
            let timeout = go_duration::print(terms.timeout_ms);
            let about = self.about();
            return Err(CommandError::plain(format!("{about}: global timeout reached: {timeout}")));
        }
        Ok(())
    }

    /// Asks for the eviction when it is to be asked for. An error ends it.
    pub(super) fn ask(
        &mut self,
        terms: &Terms,
        api: &mut ApiServer,
        output: &mut Output,
    ) -> Result<(), CommandError> {
        let Progress::Asking(at, own_retries) = self.progress else { return Ok(()) };
        if at > api.now() {
            return Ok(());
        }
        let asked = self.request(own_retries, terms, api, output);
        if asked.is_err() {
            self.progress = Progress::Done;
        }
        asked
    }

    /// Looks whether the pod is gone, when that is due. An error ends the eviction.
    pub(super) fn look(
        &mut self,
        terms: &Terms,
        until: Option<Time>,
        api: &ApiServer,
        output: &mut Output,
    ) -> Result<(), CommandError> {
        let now = api.now();
        let Progress::Ending(at) = self.progress else {
            return Ok(());
        };
        if at <= now {
            self.find(terms, api, output);
        }
        if !self.is_over() && until.is_some_and(|until| now >= until) {
            self.progress = Progress::Done;
            let error = "context deadline exceeded";
            return Err(CommandError::plain(if terms.deletes {
                error.to_owned()
            } else {
                let (name, namespace) = (quote(&self.key.name), quote(&self.key.namespace));
                format!("error when waiting for pod {name} in namespace {namespace} to terminate: {error}")
            }));
        }
        Ok(())
    }

    /// How complaints about the eviction begin.
    fn about(&self) -> String {
        format!("error when evicting pods/{} -n {}", quote(&self.key.name), quote(&self.key.namespace))
    }

    fn request(
        &mut self,
        own_retries: u32,
        terms: &Terms,
        api: &mut ApiServer,
        output: &mut Output,
    ) -> Result<(), CommandError> {
        let is_trial = terms.printer.dry_run().is_server();
        let about = self.about();
        let request =
            Request::Evict { key: self.key.clone(), options: delete_options(terms), dry_run: is_trial };
        let now = api.now();
        self.progress = match api.handle(request) {
            Ok(_) if is_trial => Progress::Done,
            Ok(_) => Progress::Ending(now),
            Err(error) if error.is_not_found() => Progress::Done,
            Err(error) if is_too_many(&error) => match error.retry_after_seconds {
                Some(seconds) if own_retries < OWN_RETRIES_MAX => {
                    Progress::Asking(now + Span::from_seconds(seconds.into()), own_retries + 1)
                }
                _ => {
                    output.err(&format!("{about} (will retry after 5s): {}\n", error.message));
                    Progress::Asking(now + RETRY, 0)
                }
            },
            Err(error) if error.is_namespace_terminating() => {
                if self.object.meta().is_terminating() {
                    Progress::Ending(now)
                } else {
                    output.err(&format!(
                        "error when evicting pod {} from terminating namespace {} (will retry after 5s): {}\n",
                        quote(&self.key.name),
                        quote(&self.key.namespace),
                        error.message
                    ));
                    Progress::Asking(now + RETRY, 0)
                }
            }
            Err(error) => return Err(CommandError::plain(format!("{about}: {}", error.message))),
        };
        Ok(())
    }

    fn find(&mut self, terms: &Terms, api: &ApiServer, output: &mut Output) {
        let found = api.get(&self.key).ok().filter(|found| found.meta().uid == self.object.meta().uid);
        let Some(found) = found else {
            self.progress = Progress::Done;
            let verb = if terms.deletes { "deleted" } else { "evicted" };
            match terms.printer.clone().text(&wire(&self.object), verb) {
                Ok(text) => output.out(&text),
                Err(error) => output.fail(&error),
            }
            return;
        };
        if is_skipped(found, terms.skip_after_seconds, api.now()) {
            self.progress = Progress::Done;
            output.out(&format!(
                "pod {} has DeletionTimestamp older than {} seconds, skipping\n",
                quote(&self.key.name),
                terms.skip_after_seconds
            ));
            return;
        }
        self.progress = Progress::Ending(api.now() + LOOKS_EVERY);
    }
}

fn delete_options(terms: &Terms) -> DeleteOptions {
    DeleteOptions { grace_period_seconds: terms.grace_period, ..DeleteOptions::default() }
}

fn is_too_many(error: &StatusError) -> bool {
    error.code == 429
}

/// Whether a pod has been ending for so long that nobody waits for it (`shouldSkipPod`).
pub(super) fn is_skipped(pod: &Object, skip_after_seconds: i64, now: Time) -> bool {
    let ending_since = pod.meta().deletion_timestamp.map(|since| since.age_seconds(now));
    skip_after_seconds > 0 && ending_since.is_some_and(|seconds| seconds > skip_after_seconds)
}
