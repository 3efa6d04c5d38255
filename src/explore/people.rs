//! What people type while an exploration runs: changes in the middle of other changes.

use super::fault_kind::FaultKind;
use super::run::Run;
use super::workloads::{DAEMON_SET, DEPLOYMENT, IMAGE, STATEFUL_SET};
use crate::api::{Kind, Object};
use crate::cluster::Input;
use crate::kubectl::Stream;

/// What a command may be about.
struct Drawn {
    ordinal: u64,
    number: u64,
    node: String,
    workload: &'static str,
}

impl Run {
    /// What runs is applied, once.
    pub(super) fn set_up(&mut self) {
        let manifest = self.workloads.manifest();
        self.note(&format!("{:?}", self.workloads));
        self.file("all.yaml", manifest);
        if self.workloads.selects_nodes {
            self.line("kubectl label nodes --all tier=edge");
        }
        self.line("kubectl apply -f all.yaml");
        let entry = self.cluster.terminal(0).and_then(|terminal| terminal.entries().last());
        if let Some(entry) = entry.filter(|entry| entry.exit != Some(0)) {
            let what = entry.text(Stream::Err);
            self.fail("S-59", format!("the manifest is not taken; {what}"));
        }
    }

    /// A person types a line; a command that still waits is interrupted first.
    pub(super) fn line(&mut self, line: &str) {
        self.line_in(0, line);
    }

    /// A person types a line in a terminal.
    pub(super) fn line_in(&mut self, terminal: u32, line: &str) {
        if self.is_over() {
            return;
        }
        self.note(line);
        // A line that is refused is an answer, not a failure.
        drop(self.cluster.submit(Input::Interrupt { terminal }));
        drop(self.cluster.submit(Input::Line { terminal, line: line.to_owned() }));
        self.check();
    }

    /// A person writes a file.
    pub(super) fn file(&mut self, name: &str, text: String) {
        drop(self.cluster.submit(Input::File { name: name.to_owned(), text }));
    }

    /// A person does something.
    pub(super) fn person_acts(&mut self) {
        let drawn = Drawn {
            ordinal: self.rng.below(5),
            number: self.rng.below(6),
            node: self.any_node(),
            workload: self.rng.choose(&["sts/web", "ds/agent", "deploy/front"]).copied().unwrap_or_default(),
        };
        self.plan.fired.note(FaultKind::Interference);
        match self.rng.below(10) {
            0..=3 => self.change_a_template(&drawn),
            4..=5 => self.change_a_size(&drawn),
            6..=7 => self.delete_a_pod(&drawn),
            8 => self.change_a_strategy(&drawn),
            _ => self.do_something_rare(&drawn),
        }
    }

    fn change_a_template(&mut self, drawn: &Drawn) {
        let Drawn { number, workload, .. } = drawn;
        match self.rng.below(10) {
            0..=4 => self.line(&format!("kubectl set image {workload} main={IMAGE}:{number}")),
            5 => self.line(&format!("kubectl set image {workload} main={IMAGE}:bad")),
            6..=7 => self.line(&format!("kubectl rollout undo {workload}")),
            8 => self.line(&format!("kubectl rollout restart {workload}")),
            _ => self.line("kubectl apply -f all.yaml"),
        }
    }

    fn change_a_size(&mut self, drawn: &Drawn) {
        let number = drawn.number;
        match self.rng.below(5) {
            0..=1 => self.line(&format!("kubectl scale sts {STATEFUL_SET} --replicas={number}")),
            2..=3 => self.line(&format!("kubectl scale deploy {DEPLOYMENT} --replicas={number}")),
            _ => {
                let start = number / 2;
                self.patch("sts", STATEFUL_SET, &format!("\"ordinals\":{{\"start\":{start}}}"));
            }
        }
    }

    fn delete_a_pod(&mut self, drawn: &Drawn) {
        let ordinal = drawn.ordinal;
        let some_pod = self.any_pod();
        match self.rng.below(8) {
            0..=2 => self.line(&format!("kubectl delete pod web-{ordinal} --wait=false")),
            3..=5 => {
                if let Some(pod) = some_pod {
                    self.line(&format!("kubectl delete pod {pod} --wait=false"));
                }
            }
            6 => self.line(&format!("kubectl delete pod web-{ordinal} --force --grace-period=0")),
            _ => {
                if let Some(pod) = some_pod {
                    self.line(&format!("kubectl label pod {pod} app-"));
                    self.let_a_pod_go = true;
                }
            }
        }
    }

    fn change_a_strategy(&mut self, drawn: &Drawn) {
        let number = drawn.number;
        match self.rng.below(9) {
            0 => self.patch(
                "sts",
                STATEFUL_SET,
                &format!("\"updateStrategy\":{{\"type\":\"RollingUpdate\",\"rollingUpdate\":{{\"partition\":{number}}}}}"),
            ),
            1 => self.patch(
                "sts",
                STATEFUL_SET,
                "\"updateStrategy\":{\"$retainKeys\":[\"type\"],\"type\":\"OnDelete\"}",
            ),
            2 => self.patch("sts", STATEFUL_SET, &format!("\"minReadySeconds\":{}", number * 2)),
            3 => {
                let keep = |delete: bool| if delete { "Delete" } else { "Retain" };
                let scaled = keep(number.is_multiple_of(2));
                let deleted = keep(drawn.ordinal.is_multiple_of(2));
                self.patch(
                    "sts",
                    STATEFUL_SET,
                    &format!(
                        "\"persistentVolumeClaimRetentionPolicy\":{{\"whenScaled\":\"{scaled}\",\"whenDeleted\":\"{deleted}\"}}"
                    ),
                );
            }
            4 => self.patch(
                "ds",
                DAEMON_SET,
                "\"updateStrategy\":{\"$retainKeys\":[\"type\"],\"type\":\"OnDelete\"}",
            ),
            5 => self.patch("ds", DAEMON_SET, &format!("\"minReadySeconds\":{number}")),
            6 => self.patch(
                "deploy",
                DEPLOYMENT,
                "\"strategy\":{\"$retainKeys\":[\"type\"],\"type\":\"Recreate\"}",
            ),
            7 => self.line(&format!("kubectl rollout pause deploy/{DEPLOYMENT}")),
            _ => self.line(&format!("kubectl rollout resume deploy/{DEPLOYMENT}")),
        }
    }

    fn do_something_rare(&mut self, drawn: &Drawn) {
        let Drawn { number, workload, node, ordinal } = drawn;
        match self.rng.below(9) {
            0 => self.line(&format!("kubectl delete {workload} --wait=false")),
            1 => self.line(&format!("kubectl delete {workload} --cascade=orphan --wait=false")),
            2 => self.line(&format!("kubectl delete {workload} --cascade=foreground --wait=false")),
            3 => self.line(&format!("kubectl delete pdb {STATEFUL_SET}")),
            4 => self.line(&format!("kubectl annotate {workload} note=n{number} --overwrite")),
            5 => self.strip_an_owner(),
            6 => self.line(&format!("kubectl drain {node} --ignore-daemonsets --force --timeout=20s")),
            7 => self.line(&format!("kubectl label {workload} note=n{ordinal} --overwrite")),
            _ => self.line("kubectl delete controllerrevision -l app=nginx --wait=false"),
        }
        if self.rng.below(2) == 0 {
            self.line("kubectl apply -f all.yaml");
        }
    }

    /// Takes the owners off a pod or a `ReplicaSet`.
    fn strip_an_owner(&mut self) {
        let kind = if self.rng.below(2) == 0 { Kind::Pod } else { Kind::ReplicaSet };
        let names: Vec<String> =
            self.cluster.server().list(kind, Some("default")).map(|o| o.meta().name.clone()).collect();
        if let Some(name) = self.rng.choose(&names).cloned() {
            let resource = kind.resource().singular;
            self.line(&format!(
                "kubectl patch {resource} {name} --type=merge -p '{{\"metadata\":{{\"ownerReferences\":null}}}}'"
            ));
        }
    }

    fn patch(&mut self, resource: &str, name: &str, spec: &str) {
        self.line(&format!("kubectl patch {resource} {name} -p '{{\"spec\":{{{spec}}}}}'"));
    }

    /// The name of some pod.
    pub(super) fn any_pod(&mut self) -> Option<String> {
        let pods = self.cluster.server().list(Kind::Pod, Some("default"));
        let names: Vec<String> = pods.map(|pod: &Object| pod.meta().name.clone()).collect();
        self.rng.choose(&names).cloned()
    }

    /// The name of some node that the run began with.
    pub(super) fn any_node(&mut self) -> String {
        let nodes = self.cluster.config().nodes.len() as u64;
        format!("node-{}", 1 + self.rng.below(nodes))
    }
}
