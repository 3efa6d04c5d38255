//! Whether a container passes its probes, after somebody has changed something in it.
//!
//! Probes of containers that nobody looked into pass, as the kubelet here assumes. What a probe asks is only
//! judged when it passed when the container was looked into first: otherwise it asks for something that is
//! not modelled. Left out: `grpc` probes; probes that take longer than they may.

use std::rc::Rc;

use serde_json::Value;

use super::World;
use super::attention::from_the_start;
use super::http::Fetched;
use super::instance::ContainerId;
use super::mounts::Source;
use super::network::Trouble;
use crate::api::pod::{Container, Pod, Probe};
use crate::shell::web::Url;
use crate::shell::{Call, Host as _, Settings, Shell, State, quoted};
use crate::sim::Span;

/// Which of a container's probes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProbeKind {
    /// Whether it can serve.
    Readiness,
    /// Whether it must be restarted.
    Liveness,
}

/// What the kubelet finds from now on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// Namespace of the pod.
    pub namespace: String,
    /// Name of the pod.
    pub pod: String,
    /// Name of the container.
    pub container: String,
    /// Which probe.
    pub kind: ProbeKind,
    /// Why it fails; `None` when it passes.
    pub failure: Option<String>,
}

fn probes(container: &Container) -> impl Iterator<Item = (ProbeKind, &Probe)> {
    let readiness = container.readiness_probe.as_ref().map(|probe| (ProbeKind::Readiness, probe));
    let liveness = container.liveness_probe.as_ref().map(|probe| (ProbeKind::Liveness, probe));
    readiness.into_iter().chain(liveness)
}

impl World {
    /// Finds out which probes of a container can be judged at all.
    pub(super) fn judge_probes(&mut self, id: &ContainerId) {
        let Some(held) = self.containers.instances.get(id) else { return };
        if held.unknown.is_some() || held.has_ended() {
            return;
        }
        let (pod, container) = (Rc::clone(&held.pod), held.container.clone());
        let is_known = held.image.knows(&held.container);
        // It waits for somebody: until then a probe that fails does so for a reason.
        let waits = held.main.as_ref().is_some_and(|main| main.wake_at.is_none());
        let is_judged = waits && is_known && from_the_start(&pod, &container);
        if let Some(held) = self.containers.instances.get_mut(id) {
            held.unknown = Some(Vec::new());
        }
        let fails =
            |world: &mut Self, probe: &Probe| !is_known || world.probe(&pod, &container, probe).is_err();
        let unknown = probes(&container).filter(|(_, probe)| fails(self, probe)).map(|(kind, _)| kind);
        let unknown: Vec<ProbeKind> = unknown.collect();
        if is_judged && !unknown.is_empty() {
            self.touched.insert(id.clone());
        }
        let unknown = if is_judged { Vec::new() } else { unknown };
        // A probe that is not due yet may fail for a reason: a later look judges it.
        let started = self.places.get(id).map(|place| place.started).unwrap_or_default();
        let age = self.scene.now - started;
        let is_early = |probe: &Probe| {
            let delay = u64::try_from(probe.initial_delay_seconds.unwrap_or_default()).unwrap_or_default();
            age < Span::from_seconds(delay)
        };
        let is_early = probes(&container).any(|(kind, probe)| unknown.contains(&kind) && is_early(probe));
        if let Some(held) = self.containers.instances.get_mut(id) {
            held.unknown = (!is_early).then_some(unknown);
        }
    }

    /// What is to be told of containers in which something was changed.
    pub(super) fn probe_touched(&mut self) -> Vec<Report> {
        let mut reports = Vec::new();
        self.touch_readers();
        for id in std::mem::take(&mut self.touched) {
            let Some(held) = self.containers.instances.get(&id).filter(|held| !held.has_ended()) else {
                continue;
            };
            let (pod, container) = (Rc::clone(&held.pod), held.container.clone());
            let Some(unknown) = held.unknown.clone() else { continue };
            let before = held.failing.clone();
            self.here.clone_from(&id);
            let mut failing = Vec::new();
            for (kind, probe) in probes(&container).filter(|(kind, _)| !unknown.contains(kind)) {
                let failure = self.probe(&pod, &container, probe).err();
                if failure.is_some() {
                    failing.push(kind);
                }
                if failure.is_some() != before.contains(&kind) {
                    let (namespace, pod) = (pod.metadata.namespace.clone(), pod.metadata.name.clone());
                    reports.push(Report { namespace, pod, container: container.name.clone(), kind, failure });
                }
            }
            if let Some(held) = self.containers.instances.get_mut(&id) {
                held.failing = failing;
            }
        }
        reports
    }

    /// What one container writes to a volume may be what another one's command looks for.
    fn touch_readers(&mut self) {
        let written = std::mem::take(&mut self.written);
        if written.is_empty() {
            return;
        }
        for (id, held) in &self.containers.instances {
            let reads = held.mounts.iter().any(|mount| match &mount.source {
                Source::Volume(key, _) => written.iter().any(|(known, by)| known == key && by != id),
                Source::Files(_) => false,
            });
            let asks = probes(&held.container).any(|(_, probe)| probe.extra.contains_key("exec"));
            if reads && asks && held.unknown.is_some() {
                self.touched.insert(id.clone());
            }
        }
    }

    /// Runs a probe in the container that the world is in.
    fn probe(&mut self, pod: &Pod, container: &Container, probe: &Probe) -> Result<(), String> {
        if let Some(words) = probe.extra.get("exec").and_then(|exec| exec.get("command")?.as_array()) {
            let argv: Vec<String> =
                words.iter().filter_map(|word| word.as_str().map(str::to_owned)).collect();
            return self.probe_command(&argv);
        }
        let port = |of: &Value| -> Option<i64> {
            let port = of.get("port")?;
            let named = || {
                let name = port.as_str()?;
                container.ports.iter().find(|known| known.name == name).map(|known| known.container_port)
            };
            port.as_i64().or_else(named)
        };
        let host = pod.status.pod_ip.clone();
        if let Some(get) = probe.extra.get("httpGet") {
            let path = get.get("path").and_then(Value::as_str).unwrap_or("/").to_owned();
            let port = port(get).unwrap_or(80);
            let url = Url { is_secure: false, host: host.clone(), port, path: path.clone() };
            return match self.ask(&url, "GET", "kube-probe/1.36") {
                Ok(Fetched::Answer(answer)) if !(200..400).contains(&answer.status) => {
                    Err(format!("HTTP probe failed with statuscode: {}", answer.status))
                }
                Err(Trouble::Refused) => Err(format!(
                    "Get \"http://{host}:{port}{path}\": dial tcp {host}:{port}: connect: connection refused"
                )),
                _ => Ok(()),
            };
        }
        if let Some(socket) = probe.extra.get("tcpSocket") {
            let port = port(socket).unwrap_or_default();
            return match self.reach(&host, port) {
                Err(Trouble::Refused) => Err(format!("dial tcp {host}:{port}: connect: connection refused")),
                _ => Ok(()),
            };
        }
        Ok(())
    }

    fn probe_command(&mut self, argv: &[String]) -> Result<(), String> {
        let now = self.scene.now;
        let Some(held) = self.instance() else { return Ok(()) };
        let (folder, environment) = (held.folder(), held.environment.clone());
        let call =
            Call { argv: argv.to_vec(), environment: environment.clone(), folder: folder.clone(), level: 0 };
        if self.start(&call).is_err() {
            let name = argv.first().map(String::as_str).unwrap_or_default();
            return Err(format!("exec: \"{name}\": executable file not found in $PATH"));
        }
        let mut shell =
            Shell::new(Settings { name: "sh".to_owned(), folder, environment, ..Settings::default() });
        shell.run(&quoted(argv));
        shell.end_input();
        let state = shell.poll(self, now);
        let output: String = shell.take_output().into_iter().map(|(_, text)| text).collect();
        match state {
            State::Done(0) | State::Waits { .. } => Ok(()),
            State::Done(_) => Err(output.trim_end().to_owned()),
        }
    }
}
