//! Why an object is as it is: the sandbox's own `why` command.
//!
//! Prints the newest decisions of the controllers about an object, and the scheduler's last attempt for a
//! pod. It is no kubectl command, and says so in its help.

use super::Cluster;
use crate::api::daemonset::DaemonSet;
use crate::api::node::Node;
use crate::api::{Kind, Object, ObjectKey, Timestamp};
use crate::controllers::daemonset::node_should_run_daemon_pod;
use crate::controllers::{Decision, Verdict};
use crate::kubectl::{Output, Stream};
use crate::kubelet::Outage;

impl Cluster {
    /// The one sentence about an object: what it waits for or what was done last.
    pub fn reason_for(&self, key: &ObjectKey) -> Option<&Decision> {
        self.decisions(key).last()
    }

    /// Why a `DaemonSet` wants no pod on a node; `None` when it wants one.
    pub fn daemon_pod_refusal(&self, set: &DaemonSet, node: &Node) -> Option<String> {
        node_should_run_daemon_pod(node, set).misfit().map(ToString::to_string)
    }

    /// Runs `why TYPE/NAME`.
    pub(super) fn why(&self, arguments: &str) -> Output {
        let Some(key) = self.why_key(arguments) else {
            let text = "usage: why TYPE/NAME, such as: why sts/web\nThis is the sandbox's own command, not kubectl's.\n";
            return Output::text(Stream::Err, text, 1);
        };
        let Ok(object) = self.server.get(&key) else {
            return Output::text(
                Stream::Err,
                &format!("{} \"{}\" not found\n", key.kind.group_resource(), key.name),
                1,
            );
        };
        let mut text = String::new();
        for decision in self.last_words(&key, object.meta().creation_timestamp) {
            text.push_str(&sentence(decision));
        }
        if let Object::Pod(pod) = object {
            text.push_str(&self.pod_reasons(&key, pod));
        }
        if text.is_empty() {
            text.push_str("nothing is waited for\n");
        }
        Output::text(Stream::Out, &text, 0)
    }

    /// The newest decision of each controller about an object that was made at `since`: those that wait, or
    /// where none does, the very last. What was decided about an earlier one of its name is left out.
    fn last_words(&self, key: &ObjectKey, since: Option<Timestamp>) -> Vec<&Decision> {
        let mut latest: Vec<&Decision> = Vec::new();
        for decision in self.decisions(key).iter().rev() {
            let is_earlier = since.is_some_and(|since| Timestamp::at(decision.at) < since);
            if !is_earlier && latest.iter().all(|known| known.by != decision.by) {
                latest.push(decision);
            }
        }
        let last = latest.first().copied();
        latest.retain(|decision| decision.verdict != Verdict::Converged);
        if latest.is_empty() { last.into_iter().collect() } else { latest }
    }

    fn pod_reasons(&self, key: &ObjectKey, pod: &crate::api::pod::Pod) -> String {
        let mut text = String::new();
        if let Some(attempt) = self.scheduler().last_attempt(key) {
            text.push_str(&format!("{attempt}\n"));
        }
        for status in &pod.status.container_statuses {
            if let Some(waiting) = &status.state.waiting {
                text.push_str(&format!(
                    "container {} waits: {} {}\n",
                    status.name, waiting.reason, waiting.message
                ));
            }
        }
        text.push_str(&self.truth_about(pod));
        if let Some(owner) = pod.metadata.controller_of()
            && let Some(kind) = Kind::of(&owner.api_version, &owner.kind)
        {
            let owner = ObjectKey::new(kind, key.namespace.clone(), owner.name.clone());
            for decision in self.decisions(&owner).iter().rev().take(1) {
                text.push_str(&format!("{owner}: {}", sentence(decision)));
            }
        }
        text
    }

    /// What the API server cannot know: how its node is, and who else runs under its name.
    fn truth_about(&self, pod: &crate::api::pod::Pod) -> String {
        let mut text = String::new();
        let machine = self.kubelets().machines().find(|(name, _)| *name == pod.spec.node_name);
        if let Some((node, Some((outage, since)))) = machine {
            let how = match outage {
                Outage::KubeletStopped => "has no kubelet",
                Outage::Partitioned => "cannot be reached",
                Outage::PoweredOff => "has no power",
            };
            text.push_str(&format!("node {node} {how} since {}\n", Timestamp::at(since)));
        }
        let meta = &pod.metadata;
        for running in self.kubelets().running() {
            let other = &running.pod.metadata;
            if other.name == meta.name && other.namespace == meta.namespace && other.uid != meta.uid {
                text.push_str(&format!(
                    "an earlier {} (uid {}) still runs on {}: its object was removed without waiting for its \
                     end\n",
                    other.name, other.uid, running.node
                ));
            }
        }
        text
    }

    fn why_key(&self, arguments: &str) -> Option<ObjectKey> {
        let mut words = arguments.split_whitespace();
        let first = words.next()?;
        let (type_, name) = match first.split_once('/') {
            Some(pair) => pair,
            None => (first, words.next()?),
        };
        let kind = Kind::ALL.iter().copied().find(|kind| {
            let resource = kind.resource();
            [resource.plural, resource.singular].contains(&type_) || resource.short_names.contains(&type_)
        })?;
        let namespace = if kind.is_namespaced() { self.session.namespace.clone() } else { String::new() };
        Some(ObjectKey::new(kind, namespace, name))
    }
}

fn sentence(decision: &Decision) -> String {
    let mut text = match &decision.verdict {
        Verdict::Converged => format!("{}: as it should be\n", decision.by),
        Verdict::Progressing(reason) | Verdict::Waiting(reason) => format!("{}\n", reason.sentence),
        Verdict::Failed(reason) => format!("refused, will be tried again: {}\n", reason.sentence),
    };
    for (fact, value) in decision.verdict.reason().map(|reason| reason.facts.as_slice()).unwrap_or_default() {
        text.push_str(&format!("  {fact}: {value}\n"));
    }
    text
}
