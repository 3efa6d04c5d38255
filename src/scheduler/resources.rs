//! What a pod asks for and what a node can give, as numbers.
//!
//! Models `PodRequests`, staging/src/k8s.io/component-helpers/resource/helpers.go, and `Resource`,
//! pkg/scheduler/framework/types.go, Kubernetes v1.36. Left out: in-place resize, resource claims.

use serde_json::Value;

use crate::api::Extra;
use crate::api::codec::from_value;
use crate::api::pod::{Container, Pod, ResourceList};
use crate::api::pod_resources::{Amounts, is_pod_level, of_containers};
use crate::api::quantity::Quantity;

/// What a container without a request is taken to use when nodes are compared, in thousandths of a cpu.
const DEFAULT_MILLI_CPU: i64 = 100;
/// The same for memory, in bytes.
const DEFAULT_MEMORY: i64 = 200 * 1024 * 1024;

/// Amounts of each resource.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Resources {
    /// Thousandths of a cpu.
    pub(crate) milli_cpu: i64,
    /// Bytes.
    pub(crate) memory: i64,
    /// Bytes.
    pub(crate) ephemeral_storage: i64,
    /// Pods that a node may run.
    pub(crate) pods: i64,
    /// All other resources by name.
    pub(crate) scalar: Vec<(String, i64)>,
}

impl Resources {
    /// The amounts of a list; what cannot be read counts as zero.
    pub(crate) fn of(list: &ResourceList) -> Self {
        let mut resources = Self::default();
        for (name, amount) in list {
            let Ok(amount) = Quantity::parse(amount) else {
                continue;
            };
            match name.as_str() {
                "cpu" => resources.milli_cpu = amount.milli_value(),
                "memory" => resources.memory = amount.value(),
                "ephemeral-storage" => resources.ephemeral_storage = amount.value(),
                "pods" => resources.pods = amount.value(),
                _ => resources.scalar.push((name.clone(), amount.value())),
            }
        }
        resources
    }

    /// The amount of a scalar resource.
    pub(crate) fn scalar(&self, name: &str) -> i64 {
        self.scalar.iter().find(|(known, _)| known == name).map_or(0, |(_, amount)| *amount)
    }

    /// Whether nothing is asked for.
    pub(crate) fn is_zero(&self) -> bool {
        self.milli_cpu == 0
            && self.memory == 0
            && self.ephemeral_storage == 0
            && self.scalar.iter().all(|(_, amount)| *amount == 0)
    }

    /// Adds amounts, `times` times.
    pub(crate) fn add(&mut self, other: &Self, times: i64) {
        self.milli_cpu += other.milli_cpu.saturating_mul(times);
        self.memory += other.memory.saturating_mul(times);
        self.ephemeral_storage += other.ephemeral_storage.saturating_mul(times);
        for (name, amount) in &other.scalar {
            match self.scalar.iter_mut().find(|(known, _)| known == name) {
                Some((_, sum)) => *sum += amount.saturating_mul(times),
                None => self.scalar.push((name.clone(), amount.saturating_mul(times))),
            }
        }
    }
}

impl Amounts for Resources {
    fn plus(&mut self, other: &Self) {
        self.add(other, 1);
    }

    fn at_least(&mut self, other: &Self) {
        self.milli_cpu = self.milli_cpu.max(other.milli_cpu);
        self.memory = self.memory.max(other.memory);
        self.ephemeral_storage = self.ephemeral_storage.max(other.ephemeral_storage);
        for (name, amount) in &other.scalar {
            match self.scalar.iter_mut().find(|(known, _)| known == name) {
                Some((_, most)) => *most = (*most).max(*amount),
                None => self.scalar.push((name.clone(), *amount)),
            }
        }
    }
}

/// What a pod asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct PodRequests {
    /// As written: decides whether it fits.
    pub(crate) requests: Resources,
    /// With a default for each container that asks for no cpu or memory: used when nodes are compared.
    pub(crate) non_zero_milli_cpu: i64,
    /// The same for memory.
    pub(crate) non_zero_memory: i64,
}

impl PodRequests {
    /// What a pod asks for.
    pub(crate) fn of(pod: &Pod) -> Self {
        let requests = aggregate(pod, false);
        let non_zero = aggregate(pod, true);
        Self { requests, non_zero_milli_cpu: non_zero.milli_cpu, non_zero_memory: non_zero.memory }
    }
}

fn aggregate(pod: &Pod, with_defaults: bool) -> Resources {
    let mut needed = of_containers(&pod.spec, |container| requests_of(container, with_defaults));
    if let Some(level) = pod.spec.extra.get("resources").and_then(|resources| resources.get("requests")) {
        override_with(&mut needed, level);
    }
    needed.add(&Resources::of(&list_of(&pod.spec.extra, "overhead")), 1);
    needed
}

fn requests_of(container: &Container, with_defaults: bool) -> Resources {
    let requests = &container.resources.requests;
    let mut asked = Resources::of(requests);
    if with_defaults {
        if !requests.contains_key("cpu") {
            asked.milli_cpu = DEFAULT_MILLI_CPU;
        }
        if !requests.contains_key("memory") {
            asked.memory = DEFAULT_MEMORY;
        }
    }
    asked
}

/// Requests of the pod as a whole take the place of its containers'.
fn override_with(sum: &mut Resources, level: &Value) {
    let list: ResourceList = from_value(level.clone()).unwrap_or_default();
    let level = Resources::of(&list);
    if list.contains_key("cpu") {
        sum.milli_cpu = level.milli_cpu;
    }
    if list.contains_key("memory") {
        sum.memory = level.memory;
    }
    for (name, amount) in level.scalar.into_iter().filter(|(name, _)| is_pod_level(name)) {
        sum.scalar.retain(|(known, _)| *known != name);
        sum.scalar.push((name, amount));
    }
}

fn list_of(extra: &Extra, field: &str) -> ResourceList {
    extra.get(field).and_then(|value| from_value(value.clone()).ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn init_containers_count_by_their_greatest_and_sidecars_by_their_sum() {
        let container = |cpu: &str| json!({"name": "c", "resources": {"requests": {"cpu": cpu}}});
        let sidecar = |cpu: &str| json!({"name": "s", "restartPolicy": "Always", "resources": {"requests": {"cpu": cpu}}});
        let table = [
            (json!([container("1"), container("500m")]), json!([]), 1500),
            (json!([container("1")]), json!([container("3"), container("2")]), 3000),
            (json!([container("1")]), json!([sidecar("1"), container("3")]), 4000),
            (json!([container("3")]), json!([sidecar("1"), container("1")]), 4000),
        ];
        for (containers, init, expected) in table {
            let pod: Pod =
                from_value(json!({"spec": {"containers": containers, "initContainers": init}})).unwrap();
            assert_eq!(PodRequests::of(&pod).requests.milli_cpu, expected, "{init}");
        }
    }

    #[test]
    fn a_pod_without_requests_is_compared_by_defaults() {
        let pod: Pod = from_value(json!({"spec": {"containers": [{"name": "c"}]}})).unwrap();
        let asked = PodRequests::of(&pod);
        assert!(asked.requests.is_zero());
        assert_eq!((asked.non_zero_milli_cpu, asked.non_zero_memory), (100, 209_715_200));
    }
}
