//! `kubectl run` that attaches: waits for the pod, joins its streams, waits for its end, and removes it.
//!
//! Models `handleAttachPod`, `waitForPod` and `removeCreatedObjects`,
//! staging/src/k8s.io/kubectl/pkg/cmd/run/run.go, Kubernetes v1.36.

use std::rc::Rc;

use super::attach::{act, has_tty};
use super::deleting::{Options, delete_one};
use super::target::{container_named, target};
use super::waiters::{block, deadline};
use crate::api::object::Typed as _;
use crate::api::pod::Pod;
use crate::api::{Kind, ObjectKey};
use crate::apiserver::{ApiServer, PropagationPolicy};
use crate::kubectl::command::{Context, Step};
use crate::kubectl::error::CommandError;
use crate::kubectl::inside::{ContainerAct, ContainerCall, LogsCall, Streams};
use crate::kubectl::outcome::{Output, Poll, Waiter};
use crate::kubectl::result::DryRun;
use crate::kubectl::selection::Picked;
use crate::sim::Time;

/// How far it has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// The pod is to become ready.
    Starts,
    /// The pod is to end.
    Ends,
}

/// The rest of the command.
#[derive(Clone, Debug)]
struct Attached {
    key: ObjectKey,
    streams: Streams,
    removes: bool,
    /// `Never` and `OnFailure` wait for the pod's end; an open input and `Always` do not.
    waits_for_end: Option<bool>,
    made: Vec<ObjectKey>,
    timeout_ms: i64,
    deadline: Time,
    phase: Phase,
}

/// Waits for the pod that was just made, and attaches to it.
pub(super) fn start(context: &mut Context<'_>, name: &str, exposes: bool) -> Step {
    let flags = &context.flags;
    let namespace = context.namespace();
    let stdin = flags.switch("stdin");
    let streams = Streams { stdin, tty: stdin && flags.switch("tty"), quiet: flags.switch("quiet") };
    let key = ObjectKey::new(Kind::Pod, namespace.as_str(), name);
    let mut made = vec![key.clone()];
    if exposes {
        made.push(ObjectKey::new(Kind::Service, namespace.as_str(), name));
    }
    let waits_for_end = match flags.text("restart") {
        _ if flags.switch("leave-stdin-open") => None,
        "Never" => Some(true),
        "OnFailure" => Some(false),
        _ => None,
    };
    let timeout_ms = flags.duration_ms("pod-running-timeout");
    let deadline = deadline(context.api.now(), timeout_ms);
    let removes = flags.switch("rm");
    block(
        context,
        Attached { key, streams, removes, waits_for_end, made, timeout_ms, deadline, phase: Phase::Starts },
    )
}

impl Attached {
    /// Ends the command: what was made is removed first where that was asked for.
    fn end(&self, api: &mut ApiServer, mut output: Output, result: Result<(), (String, i32)>) -> Poll {
        if self.removes {
            for key in &self.made {
                let picked = Picked { key: key.clone(), source: String::new(), manifest: None, object: None };
                let options = Options {
                    propagation: PropagationPolicy::Background,
                    grace_period: -1,
                    dry_run: DryRun::None,
                    ignore_not_found: true,
                    name_only: false,
                    warns_of_scope: false,
                };
                let mut said = Output::default();
                match delete_one(api, &mut said, &picked, &options) {
                    Ok(_) if !self.streams.quiet => output.out(&said.stdout()),
                    Err(error) if !error.is_not_found() => output.fail(&error),
                    _ => {}
                }
            }
        }
        if let Err((message, exit)) = result {
            output.err(&message);
            output.exit = exit;
        }
        Poll::Done(output)
    }

    fn fail(&self, api: &mut ApiServer, error: &CommandError) -> Poll {
        self.end(api, Output::default(), Err((error.render(), 1)))
    }

    fn inside(&self, act: ContainerAct) -> Poll {
        let then = Self { phase: Phase::Ends, deadline: Time::ZERO, ..self.clone() };
        Poll::Inside(Box::new(ContainerCall { output: Output::default(), act, then: Some(Box::new(then)) }))
    }

    fn starts(&self, api: &mut ApiServer, pod: &Rc<Pod>) -> Poll {
        let Some(container) = pod.spec.containers.first() else {
            return self.end(api, Output::default(), Ok(()));
        };
        let target = target(pod, &container.name);
        if pod.is_terminal() {
            let logs = LogsCall { targets: vec![target], ..LogsCall::default() };
            return self.inside(ContainerAct::Logs(logs));
        }
        if !pod.is_running_and_ready() {
            return self.wait(api);
        }
        let has_tty = container_named(pod, &container.name).is_some_and(has_tty);
        let streams = Streams { tty: self.streams.stdin && has_tty, ..self.streams };
        self.inside(act(target, streams, true))
    }

    fn ends(&self, api: &mut ApiServer, pod: &Rc<Pod>) -> Poll {
        let Some(failure_counts) = self.waits_for_end else {
            return self.end(api, Output::default(), Ok(()));
        };
        let result = match pod.status.phase.as_str() {
            "Succeeded" => Ok(()),
            "Failed" if failure_counts => Err(failure(pod)),
            _ => return self.wait(api),
        };
        self.end(api, Output::default(), result)
    }

    fn wait(&self, api: &mut ApiServer) -> Poll {
        if api.now() >= self.deadline {
            return self.fail(api, &CommandError::plain("timed out waiting for the condition"));
        }
        Poll::Pending { output: Output::default(), wake_at: Some(self.deadline) }
    }
}

/// What is said of a pod that failed, and its code.
fn failure(pod: &Pod) -> (String, i32) {
    let place = format!("{}/{}", pod.metadata.namespace, pod.metadata.name);
    let ended = pod.status.container_statuses.first().and_then(|status| status.state.terminated.as_ref());
    match ended.filter(|ended| ended.exit_code != 0) {
        None => (format!("error: pod {place} failed with unknown exit code\n"), 1),
        Some(ended) => {
            let code = i32::try_from(ended.exit_code).unwrap_or(1);
            (format!("pod {place} terminated ({})\n{}", ended.reason, ended.message), code)
        }
    }
}

impl Waiter for Attached {
    fn poll(&mut self, api: &mut ApiServer) -> Poll {
        let pod = match api.get(&self.key).map(Pod::of) {
            Ok(Some(pod)) => Rc::clone(pod),
            Ok(None) => return Poll::Done(Output::default()),
            Err(error) => return self.fail(api, &error.into()),
        };
        match self.phase {
            Phase::Starts => self.starts(api, &pod),
            Phase::Ends => {
                // The wait for the end begins once the streams are closed.
                if self.deadline == Time::ZERO {
                    self.deadline = deadline(api.now(), self.timeout_ms);
                }
                self.ends(api, &pod)
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
        format!("kubectl run waits for pod {}", self.key.name)
    }
}
