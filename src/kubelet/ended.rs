//! What the inside of a container tells its kubelet: that its program has ended, or when it will, and what it
//! left as a message.
//!
//! Models what the container runtime reports (`convertToKubeContainerStatus`,
//! `pkg/kubelet/kuberuntime/kuberuntime_container.go`), Kubernetes v1.36.

use std::rc::Rc;

use super::container::Role;
use super::container_words::Place as At;
use super::worker::{Outcome, containers};
use super::{Ctx, Kubelets};
use crate::sim::Time;

impl Kubelets {
    /// A container's own program has ended.
    pub fn end_container(
        &mut self,
        namespace: &str,
        pod: &str,
        container: &str,
        code: i64,
        context: &mut Ctx<'_>,
    ) {
        // A container that has ended meanwhile has nothing to end.
        drop(self.touch(&(namespace.to_owned(), pod.to_owned()), context, |touch| {
            let spec = Rc::clone(&touch.worker.pod);
            let mut outcome = Outcome::default();
            let runs = touch.worker.runs.iter_mut().zip(containers(&spec));
            for (run, spec_of) in runs.filter(|(run, spec)| spec.name == container && run.is_running()) {
                if run.role == Role::Init {
                    // Others may start then, which is the worker's next step.
                    run.set_exit(Some((touch.now, code)), false);
                    continue;
                }
                let (scene, told) = (touch.scene, &mut outcome.told);
                let mut at = At { scene, images: touch.images, pod: &spec, container: spec_of, told };
                run.exit(code, touch.now, &mut at);
                outcome.status = true;
            }
            if outcome.status {
                touch.worker.finish_if_done(touch.now);
            }
            Ok(outcome)
        }));
    }

    /// It is known when a container's own program ends, and with which code; `None` when it runs on.
    pub fn expect_end(
        &mut self,
        (namespace, pod, container): (&str, &str, &str),
        end: Option<(Time, i64)>,
        context: &mut Ctx<'_>,
    ) {
        // A pod that does not run has nothing to end.
        drop(self.touch(&(namespace.to_owned(), pod.to_owned()), context, |touch| {
            let spec = Rc::clone(&touch.worker.pod);
            let runs = touch.worker.runs.iter_mut().zip(containers(&spec));
            for (run, _) in runs.filter(|(_, spec)| spec.name == container) {
                run.set_exit(end.map(|(at, code)| (at.max(touch.now), code)), false);
            }
            Ok(Outcome::default())
        }));
    }

    /// A start of a container, named by its id, has left a message at its end.
    pub fn note_message(
        &mut self,
        (namespace, pod, container): (&str, &str, &str),
        id: &str,
        message: &str,
        context: &mut Ctx<'_>,
    ) {
        let Some(key) = self.find(&(namespace.to_owned(), pod.to_owned())) else { return };
        let Some(worker) = self.workers.get_mut(&key) else { return };
        let spec = Rc::clone(&worker.pod);
        let mut runs = worker.runs.iter_mut().zip(containers(&spec));
        let Some((run, _)) = runs.find(|(_, spec)| spec.name == container) else { return };
        for ended in [&mut run.ended, &mut run.previous].into_iter().flatten() {
            if ended.container_id == id {
                message.clone_into(&mut ended.message);
            }
        }
        self.carry_out(&key, Outcome { status: true, ..Outcome::default() }, context);
    }
}
