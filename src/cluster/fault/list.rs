//! What is wrong just now: the sandbox knows the truth, which the API server may not.

use super::parse::options_of;
use super::verbs::{Target, VERBS};
use crate::api::object::Typed as _;
use crate::api::pod::Pod;
use crate::api::{Kind, Object, ObjectKey, Timestamp};
use crate::cluster::Cluster;
use crate::collections::sort;
use crate::controllers::volume::VolumeFault;
use crate::kubectl::output::table::print_table;
use crate::kubectl::{Completion, go_duration};
use crate::kubelet::{Control, Outage};
use crate::sim::Span;

/// What keeps a node from the API server, as the verb that did it.
pub(crate) fn outage_word(outage: Outage) -> &'static str {
    match outage {
        Outage::KubeletStopped => "stop-kubelet",
        Outage::Partitioned => "partition",
        Outage::PoweredOff => "stop",
    }
}

fn duration(span: Span) -> String {
    go_duration::print(i64::try_from(span.ms()).unwrap_or(i64::MAX))
}

impl Cluster {
    /// The faults that stay, as a table.
    pub(super) fn list_faults(&self) -> String {
        let rows = [self.node_rows(), self.pod_rows(), self.image_rows(), self.class_rows()].concat();
        if rows.is_empty() {
            return "nothing is broken\n".to_owned();
        }
        print_table(&["target", "fault", "detail"].map(str::to_owned), &rows, false)
    }

    fn node_rows(&self) -> Vec<Vec<String>> {
        let mut rows = Vec::new();
        for (name, outage) in self.kubelets().machines() {
            let target = format!("node/{name}");
            if let Some((outage, since)) = outage {
                let detail = format!("since {}", Timestamp::at(since));
                rows.push(vec![target.clone(), outage_word(outage).to_owned(), detail]);
            }
            for pressure in self.kubelets().pressures(name) {
                let what = pressure.word().to_owned();
                rows.push(vec![target.clone(), "pressure".to_owned(), what]);
            }
        }
        rows
    }

    fn pod_rows(&self) -> Vec<Vec<String>> {
        let mut rows = Vec::new();
        for ((namespace, name), faults) in &self.kubelets().faults().pods {
            let own = *namespace == self.session.namespace;
            let target = if own { format!("pod/{name}") } else { format!("pod/{name} -n {namespace}") };
            let mut row =
                |fault: &str, detail: String| rows.push(vec![target.clone(), fault.to_owned(), detail]);
            if let Some((after, code)) = faults.crash_loop {
                row("crash-loop", format!("exit code {code}, {} after each start", duration(after)));
            }
            if let Some(by) = faults.slow_start {
                row("slow-start", duration(by));
            }
            if faults.ignores_term {
                row("ignore-sigterm", String::new());
            }
        }
        // Pods that run although their objects are gone.
        for running in self.kubelets().running() {
            let meta = &running.pod.metadata;
            if !self.object_is_there(running.pod) {
                let detail = format!("still runs on {}, its object is gone", running.node);
                rows.push(vec![format!("pod/{}", meta.name), "orphan".to_owned(), detail]);
            }
        }
        rows
    }

    fn image_rows(&self) -> Vec<Vec<String>> {
        let mut rows = Vec::new();
        for (image, faults) in &self.kubelets().faults().images {
            let target = format!("image/{image}");
            if faults.is_missing {
                rows.push(vec![target.clone(), "no-image".to_owned(), String::new()]);
            }
            if let Some(by) = faults.slow_pull {
                rows.push(vec![target, "slow-pull".to_owned(), duration(by)]);
            }
        }
        rows
    }

    fn class_rows(&self) -> Vec<Vec<String>> {
        let rows = self.volume_faults.iter().map(|fault| match fault {
            VolumeFault::Fails { class, .. } => {
                vec![format!("sc/{class}"), "no-volume".to_owned(), String::new()]
            }
            VolumeFault::Misplaced { class, node } => {
                vec![format!("sc/{class}"), "misplace".to_owned(), node.clone().unwrap_or_default()]
            }
        });
        rows.collect()
    }

    /// Whether the API server has this very pod.
    pub(crate) fn object_is_there(&self, pod: &Pod) -> bool {
        let meta = &pod.metadata;
        let key = ObjectKey::new(Kind::Pod, meta.namespace.as_str(), meta.name.as_str());
        self.server.get(&key).is_ok_and(|object| object.meta().uid == meta.uid)
    }

    /// What ends everything that is wrong.
    pub(super) fn all_clear(&self) -> Vec<Control> {
        let mut controls = Vec::new();
        for (name, outage) in self.kubelets().machines() {
            let node = name.to_owned();
            controls.extend(outage.map(|_| Control::StartNode { node: node.clone() }));
            let off = |of| Control::Pressure { node: node.clone(), of, on: false };
            controls.extend(self.kubelets().pressures(name).map(off));
        }
        let faults = self.kubelets().faults();
        for (namespace, pod) in faults.pods.keys().cloned() {
            controls.push(Control::ClearPod { namespace, pod });
        }
        controls.extend(faults.images.keys().cloned().map(|image| Control::ClearImage { image }));
        for fault in &self.volume_faults {
            controls.push(match fault.clone() {
                VolumeFault::Fails { class, .. } => Control::FailProvisioning { class, on: false },
                VolumeFault::Misplaced { class, .. } => Control::MisplaceVolumes { class, node: None },
            });
        }
        controls
    }

    /// What a person should know about a fault: where it says more than a real cluster would.
    pub(super) fn note_about(&self, controls: &[Control]) -> Option<String> {
        let (namespace, pod, what) = match controls {
            [Control::Unready { namespace, pod } | Control::SlowStart { namespace, pod, .. }] => {
                (namespace, pod, "readiness")
            }
            [Control::FailLiveness { namespace, pod }] => (namespace, pod, "liveness"),
            _ => return None,
        };
        let key = ObjectKey::new(Kind::Pod, namespace.as_str(), pod.as_str());
        let found = self.server.get(&key).ok().and_then(|object: &Object| Pod::of(object))?;
        let has_probe = found.spec.containers.iter().any(|container| match what {
            "liveness" => container.liveness_probe.is_some(),
            _ => container.readiness_probe.is_some(),
        });
        (!has_probe).then(|| format!("it has no {what} probe: on a real cluster nobody would notice"))
    }

    /// Completes a line that begins with `fault `.
    pub(super) fn complete_fault(&self, before: &str) -> Option<Completion> {
        let rest = before.trim_start().strip_prefix("fault")?;
        if !rest.starts_with(char::is_whitespace) {
            return None;
        }
        let from = before.rfind(char::is_whitespace).map_or(0, |at| at + 1);
        let word = before.get(from..).unwrap_or_default();
        let words: Vec<&str> =
            rest.get(..rest.len() - word.len()).unwrap_or_default().split_whitespace().collect();
        let mut candidates: Vec<String> = match words.as_slice() {
            [] => VERBS
                .iter()
                .map(|verb| verb.name)
                .chain(["clear", "help", "list"])
                .map(|n| format!("{n} "))
                .collect(),
            [_] if !word.starts_with('-') => self.targets(words.first().copied().unwrap_or_default()),
            ["clear"] => vec!["--all ".to_owned()],
            [verb, ..] => options_of(verb).iter().map(|option| format!("--{option}=")).collect(),
        };
        candidates.retain(|candidate| candidate.starts_with(word));
        sort(&mut candidates);
        Some(Completion { from, candidates })
    }

    fn targets(&self, verb: &str) -> Vec<String> {
        let of = |target: Target| -> Vec<String> {
            let names: Vec<String> = match target {
                Target::Node => self.kubelets().machines().map(|(name, _)| name.to_owned()).collect(),
                Target::Pod => self.names(Kind::Pod),
                Target::Class => self.names(Kind::StorageClass),
                Target::Image => self.images(),
            };
            names.into_iter().map(|name| format!("{}/{name} ", target.word())).collect()
        };
        match VERBS.iter().find(|known| known.name == verb) {
            Some(verb) => of(verb.target),
            None if verb == "clear" => {
                let mut all: Vec<String> = Target::ALL.into_iter().flat_map(of).collect();
                all.push("--all ".to_owned());
                all
            }
            None => Vec::new(),
        }
    }

    fn names(&self, kind: Kind) -> Vec<String> {
        let namespace = kind.is_namespaced().then_some(self.session.namespace.as_str());
        self.server.list(kind, namespace).map(|object| object.meta().name.clone()).collect()
    }

    fn images(&self) -> Vec<String> {
        let pods = self.server.list(Kind::Pod, None).filter_map(Pod::of);
        let mut images: Vec<String> = pods
            .flat_map(|pod| pod.spec.containers.iter().map(|container| container.image.clone()))
            .collect();
        sort(&mut images);
        images.dedup();
        images
    }
}
