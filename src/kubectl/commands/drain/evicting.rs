//! Evicts the pods of one node after the other and waits until they are gone.
//!
//! Models `RunDrain` and `evictPods`, staging/src/k8s.io/kubectl/pkg/{cmd/drain,drain}/drain.go, Kubernetes
//! v1.36, in virtual time.

use std::collections::VecDeque;

use super::filters::{self, Options};
use crate::api::{Kind, Object, ObjectKey};
use crate::apiserver::{ApiServer, DeleteOptions, Request};
use crate::kubectl::commands::waiters::deadline;
use crate::kubectl::error::CommandError;
use crate::kubectl::go_duration;
use crate::kubectl::objects::wire;
use crate::kubectl::outcome::{Output, Poll, Waiter};
use crate::kubectl::quote::quote;
use crate::kubectl::result::{DryRun, ResultPrinter};
use crate::sim::{Span, Time};

/// How long a refused eviction waits for the next try.
const RETRY: Span = Span::from_seconds(5);

/// How far the eviction of a pod is.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Progress {
    /// To be asked for at this time.
    Asking(Time),
    /// Granted; the pod is ending.
    Ending,
    /// Over.
    Done,
}

/// Whether the pods of a node must be looked at again.
enum Look {
    /// Yes; at this time even if nothing changes.
    Again(Option<Time>),
    /// No: all are gone or given up.
    Over,
}

#[derive(Clone, Debug)]
struct Evicted {
    object: Object,
    key: ObjectKey,
    progress: Progress,
}

#[derive(Clone, Debug)]
struct NodeDrain {
    node: Object,
    pods: Vec<Evicted>,
    until: Option<Time>,
    errors: Vec<CommandError>,
}

/// Nodes that are drained one after the other.
#[derive(Clone, Debug)]
pub(super) struct Drain {
    nodes: VecDeque<Object>,
    options: Options,
    printer: ResultPrinter,
    grace_period: Option<i64>,
    timeout_ms: i64,
    deletes: bool,
    current: Option<NodeDrain>,
    remaining: Vec<String>,
    fatal: Vec<CommandError>,
}

impl Drain {
    pub(super) fn new(nodes: Vec<Object>, options: Options, printer: ResultPrinter) -> Self {
        Self {
            nodes: nodes.into(),
            options,
            printer,
            grace_period: None,
            timeout_ms: 0,
            deletes: false,
            current: None,
            remaining: Vec::new(),
            fatal: Vec::new(),
        }
    }

    pub(super) fn grace_period(mut self, seconds: Option<i64>) -> Self {
        self.grace_period = seconds;
        self
    }

    pub(super) fn timeout_ms(mut self, timeout_ms: i64) -> Self {
        self.timeout_ms = timeout_ms;
        self
    }

    /// Whether pods are deleted without asking for an eviction.
    pub(super) fn deletes(mut self, deletes: bool) -> Self {
        self.deletes = deletes;
        self
    }

    fn begin(&mut self, node: Object, api: &ApiServer, output: &mut Output) {
        let sorted = filters::sort(api, &node.meta().name, &self.options);
        if !sorted.errors.is_empty() {
            let errors = sorted.errors.into_iter().map(CommandError::plain).collect();
            self.fail(&node, errors, output);
            return;
        }
        if !sorted.warning.is_empty() {
            output.err(&format!("Warning: {}\n", sorted.warning));
        }
        if self.printer.dry_run() == DryRun::Client {
            for pod in &sorted.pods {
                let meta = &pod.metadata;
                output.out(&format!("evicting pod {}/{} (dry run)\n", meta.namespace, meta.name));
            }
            self.drained(&node, output);
            return;
        }
        let pods = sorted.pods.into_iter().map(|pod| {
            let object = Object::from(pod);
            Evicted { key: object.key(), object, progress: Progress::Asking(api.now()) }
        });
        let until = (self.timeout_ms > 0).then(|| deadline(api.now(), self.timeout_ms));
        self.current = Some(NodeDrain { node, pods: pods.collect(), until, errors: Vec::new() });
    }

    fn drained(&mut self, node: &Object, output: &mut Output) {
        match self.printer.text(&wire(node), "drained") {
            Ok(text) => output.out(&text),
            Err(error) => output.fail(&error),
        }
    }

    fn fail(&mut self, node: &Object, errors: Vec<CommandError>, output: &mut Output) {
        let name = &node.meta().name;
        let error = CommandError::Many(errors);
        output.err(&format!(
            "error: unable to drain node {} due to error: {}, continuing command...\n",
            quote(name),
            aggregate(&error)
        ));
        self.remaining.push(name.clone());
        self.fatal.push(error);
    }

    /// Goes on with the pods of the current node.
    fn go_on(&mut self, drain: &mut NodeDrain, api: &mut ApiServer, output: &mut Output) -> Look {
        let mut wake_at = drain.until;
        for pod in &mut drain.pods {
            if matches!(pod.progress, Progress::Asking(at) if at <= api.now()) {
                let asked = self.ask(pod, drain.until, api, output);
                drain.errors.extend(asked.err());
            }
            if pod.progress == Progress::Ending {
                if self.is_gone(pod, api) {
                    pod.progress = Progress::Done;
                    let verb = if self.deletes { "deleted" } else { "evicted" };
                    match self.printer.text(&wire(&pod.object), verb) {
                        Ok(text) => output.out(&text),
                        Err(error) => output.fail(&error),
                    }
                } else if drain.until.is_some_and(|until| api.now() >= until) {
                    pod.progress = Progress::Done;
                    drain.errors.push(CommandError::plain(format!(
                        "error when waiting for pod {} in namespace {} to terminate: context deadline exceeded",
                        quote(&pod.key.name),
                        quote(&pod.key.namespace)
                    )));
                }
            }
            if let Progress::Asking(at) = pod.progress {
                wake_at = Some(wake_at.map_or(at, |known| known.min(at)));
            }
        }
        if drain.pods.iter().all(|pod| pod.progress == Progress::Done) {
            Look::Over
        } else {
            Look::Again(wake_at)
        }
    }

    fn is_gone(&self, pod: &Evicted, api: &ApiServer) -> bool {
        let Ok(current) = api.get(&pod.key) else {
            return true;
        };
        let ending_since = current.meta().deletion_timestamp.map(|since| since.age_seconds(api.now()));
        let skip_after = self.options.skip_after_seconds;
        current.meta().uid != pod.object.meta().uid
            || (skip_after > 0 && ending_since.is_some_and(|seconds| seconds > skip_after))
    }

    /// Asks for the eviction of one pod.
    fn ask(
        &self,
        pod: &mut Evicted,
        until: Option<Time>,
        api: &mut ApiServer,
        output: &mut Output,
    ) -> Result<(), CommandError> {
        let (namespace, name) = (pod.key.namespace.clone(), pod.key.name.clone());
        let is_trial = self.printer.dry_run().is_server();
        if !self.deletes {
            let suffix = if is_trial { " (server dry run)" } else { "" };
            output.out(&format!("evicting pod {namespace}/{name}{suffix}\n"));
        }
        let about = format!("error when evicting pods/{} -n {}", quote(&name), quote(&namespace));
        if until.is_some_and(|until| api.now() >= until) {
            pod.progress = Progress::Done;
            let timeout = go_duration::print(self.timeout_ms);
            return Err(CommandError::plain(format!("{about}: global timeout reached: {timeout}")));
        }
        let options = DeleteOptions { grace_period_seconds: self.grace_period, ..DeleteOptions::default() };
        let key = pod.key.clone();
        let answer = match (is_trial, self.deletes) {
            (true, _) => api.get(&key).cloned(),
            (false, true) => api.handle(Request::delete(key, options)),
            (false, false) => api.handle(Request::Evict { key, options }),
        };
        pod.progress = match answer {
            Ok(_) if is_trial => Progress::Done,
            Ok(_) => Progress::Ending,
            Err(error) if error.is_not_found() => Progress::Done,
            Err(error) if error.reason == "TooManyRequests" => {
                output.err(&format!("{about} (will retry after 5s): {}\n", error.message));
                Progress::Asking(api.now() + RETRY)
            }
            Err(error) => {
                pod.progress = Progress::Done;
                return Err(CommandError::plain(format!("{about}: {}", error.message)));
            }
        };
        Ok(())
    }

    fn end_node(&mut self, drain: NodeDrain, api: &ApiServer, output: &mut Output) {
        if drain.errors.is_empty() {
            self.drained(&drain.node, output);
            return;
        }
        let node = &drain.node.meta().name;
        let pending = filters::sort(api, node, &self.options);
        if !pending.pods.is_empty() {
            let why = aggregate(&CommandError::Many(drain.errors.clone()));
            output.err(&format!(
                "There are pending pods in node {} when an error occurred: {why}\n",
                quote(node)
            ));
            for pod in &pending.pods {
                output.err(&format!("pod/{}\n", pod.metadata.name));
            }
        }
        self.fail(&drain.node, drain.errors, output);
    }

    fn end(&mut self, mut output: Output) -> Poll {
        if !self.remaining.is_empty() {
            output.err("There are pending nodes to be drained:\n");
            for name in &self.remaining {
                output.err(&format!(" {name}\n"));
            }
            output.fail(&CommandError::Many(std::mem::take(&mut self.fatal)));
        }
        Poll::Done(output)
    }
}

/// Errors in one line, as Go prints several.
fn aggregate(error: &CommandError) -> String {
    match error {
        CommandError::Many(errors) if errors.len() == 1 => errors.iter().map(CommandError::message).collect(),
        other => other.message(),
    }
}

impl Waiter for Drain {
    fn poll(&mut self, api: &mut ApiServer) -> Poll {
        let mut output = Output::default();
        loop {
            if let Some(mut drain) = self.current.take() {
                if let Look::Again(wake_at) = self.go_on(&mut drain, api, &mut output) {
                    self.current = Some(drain);
                    return Poll::Pending { output, wake_at };
                }
                self.end_node(drain, api, &mut output);
            }
            match self.nodes.pop_front() {
                Some(node) => self.begin(node, api, &mut output),
                None => return self.end(output),
            }
        }
    }

    fn interrupt(&mut self) -> Output {
        Output { exit: 130, ..Output::default() }
    }

    fn boxed_clone(&self) -> Box<dyn Waiter> {
        Box::new(self.clone())
    }

    fn title(&self) -> String {
        let node = self.current.as_ref().map_or("", |drain| drain.node.meta().name.as_str());
        format!("draining {node} of {}", Kind::Pod.resource().plural)
    }
}
