//! What a kubelet reports about its node: capacity, conditions, and facts about the machine.
//!
//! Models pkg/kubelet/nodestatus/setters.go, Kubernetes v1.36. The times of heartbeats are not written as
//! long as they come (`api::heartbeat`). Left out: images, attached volumes, features of the runtime.

use serde_json::{Value, json};

use super::images::hex64;
use super::node::{NodeConfig, host_address, node_number};
use crate::api::codec::api_words;
use crate::api::meta::Condition;
use crate::api::node::NodeStatus;
use crate::api::pod::ResourceList;
use crate::api::{Extra, Timestamp};
use crate::collections::SortedSet;
use crate::sim::{Rng, Time};

/// What a kubelet says about its node.
#[derive(Clone, Debug)]
pub(super) struct Report<'a> {
    pub(super) config: &'a NodeConfig,
    /// How often the machine was started again.
    pub(super) boots: u32,
    /// Whether pods can run; `None` says nothing yet.
    pub(super) ready: Option<bool>,
    /// What is short.
    pub(super) pressures: &'a SortedSet<Pressure>,
}

api_words! {
    /// What a node can be short of.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
    pub enum Pressure {
        /// Memory.
        #[default]
        Memory = "memory",
        /// Room on its disk.
        Disk = "disk",
        /// Process ids.
        Pid = "pid",
    }
}

impl Pressure {
    const WORDS: [(Self, &'static str); 3] =
        [(Self::Memory, "memory"), (Self::Disk, "disk"), (Self::Pid, "pid")];

    /// As people write it.
    pub fn word(self) -> &'static str {
        Self::WORDS.iter().find(|(known, _)| *known == self).map_or("", |(_, word)| word)
    }

    /// The pressure of a word.
    pub fn of(word: &str) -> Option<Self> {
        Self::WORDS.iter().find(|(_, known)| *known == word).map(|(pressure, _)| *pressure)
    }
}

const NO_PRESSURE: &SortedSet<Pressure> = &SortedSet::new();
const NOT_READY: &str = "container runtime network not ready: NetworkReady=false \
                         reason:NetworkPluginNotReady message:Network plugin returns error: \
                         cni plugin not initialized";

impl<'a> Report<'a> {
    /// The report of a node that is well.
    pub(super) fn of(config: &'a NodeConfig) -> Self {
        Self { config, boots: 0, ready: Some(true), pressures: NO_PRESSURE }
    }

    /// Writes the report into a node's status; conditions of others stay.
    pub(super) fn post(&self, status: &mut NodeStatus, now: Time) {
        let config = self.config;
        let capacity: ResourceList = [
            ("cpu", config.cpu.clone()),
            ("ephemeral-storage", "100Gi".to_owned()),
            ("memory", config.memory.clone()),
            ("pods", config.pods.to_string()),
        ]
        .map(|(key, value)| (key.to_owned(), value))
        .into();
        for list in [&mut status.capacity, &mut status.allocatable] {
            list.extend(capacity.clone());
        }
        status.extra.extend(facts(config, self.boots));
        for (type_, holds, reason, message) in self.conditions() {
            let condition = Condition {
                type_: type_.to_owned(),
                status: if holds { "True" } else { "False" }.to_owned(),
                last_transition_time: Some(Timestamp::at(now)),
                reason: reason.to_owned(),
                message: message.to_owned(),
                ..Condition::default()
            };
            Condition::set(&mut status.conditions, condition);
        }
    }

    fn conditions(&self) -> Vec<(&'static str, bool, &'static str, &'static str)> {
        let short_of = |pressure| self.pressures.contains(&pressure);
        let memory = if short_of(Pressure::Memory) {
            ("KubeletHasInsufficientMemory", "kubelet has insufficient memory available")
        } else {
            ("KubeletHasSufficientMemory", "kubelet has sufficient memory available")
        };
        let disk = if short_of(Pressure::Disk) {
            ("KubeletHasDiskPressure", "kubelet has disk pressure")
        } else {
            ("KubeletHasNoDiskPressure", "kubelet has no disk pressure")
        };
        let pid = if short_of(Pressure::Pid) {
            ("KubeletHasInsufficientPID", "kubelet has insufficient PID available")
        } else {
            ("KubeletHasSufficientPID", "kubelet has sufficient PID available")
        };
        let ready = match self.ready {
            None => return Vec::new(),
            Some(true) => ("KubeletReady", "kubelet is posting ready status"),
            Some(false) => ("KubeletNotReady", NOT_READY),
        };
        vec![
            ("MemoryPressure", short_of(Pressure::Memory), memory.0, memory.1),
            ("DiskPressure", short_of(Pressure::Disk), disk.0, disk.1),
            ("PIDPressure", short_of(Pressure::Pid), pid.0, pid.1),
            ("Ready", self.ready == Some(true), ready.0, ready.1),
        ]
    }
}

/// The id of a machine's so-and-so-manieth start.
pub(super) fn boot_id(name: &str, boots: u32) -> String {
    let mut rng = Rng::new(2).fork(name);
    let ids = (0..=boots + 1).map(|_| rng.uuid());
    ids.last().unwrap_or_default()
}

fn facts(config: &NodeConfig, boots: u32) -> Extra {
    let (name, number) = (config.name.as_str(), node_number(&config.name));
    let mut rng = Rng::new(2).fork(name);
    let (machine, system, boot) = if config.stand_in {
        ("m".to_owned(), "s".to_owned(), "b".to_owned())
    } else {
        (hex64(name).chars().take(32).collect(), rng.uuid(), boot_id(name, boots))
    };
    let value = json!({
        "addresses": [
            {"address": host_address(number), "type": "InternalIP"},
            {"address": name, "type": "Hostname"},
        ],
        "daemonEndpoints": {"kubeletEndpoint": {"Port": 10250}},
        "nodeInfo": {
            "architecture": "amd64",
            "bootID": boot,
            "containerRuntimeVersion": "containerd://2.1.1",
            "kernelVersion": "6.1.0",
            "kubeProxyVersion": "",
            "kubeletVersion": "v1.36.2",
            "machineID": machine,
            "operatingSystem": "linux",
            "osImage": "Debian GNU/Linux 12 (bookworm)",
            "systemUUID": system,
        },
    });
    match value {
        Value::Object(fields) => fields.into(),
        _ => Extra::new(),
    }
}
