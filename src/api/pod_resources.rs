//! What a pod needs, from what its containers say and what it says as a whole.
//!
//! Models `AggregateContainerRequests`, `AggregateContainerLimits` and `IsSupportedPodLevelResource`,
//! staging/src/k8s.io/component-helpers/resource/helpers.go, Kubernetes v1.36. Left out: in-place resize.

use super::pod::{Container, PodSpec, ResourceList, ResourceRequirements};
use super::quantity::Quantity;

/// Amounts of one resource or of several.
pub trait Amounts: Clone + Default {
    /// Adds others.
    fn plus(&mut self, other: &Self);
    /// Becomes at least as much as others.
    fn at_least(&mut self, other: &Self);
}

impl Amounts for Option<Quantity> {
    fn plus(&mut self, other: &Self) {
        match (self, other) {
            (Some(own), Some(other)) => own.add(other),
            (own @ None, Some(_)) => own.clone_from(other),
            (_, None) => {}
        }
    }

    fn at_least(&mut self, other: &Self) {
        if other > self {
            self.clone_from(other);
        }
    }
}

/// What a container says of a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResourceField {
    /// What it asks for.
    Requests,
    /// What it may use at most.
    Limits,
}

impl ResourceField {
    /// The name of the field.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Requests => "requests",
            Self::Limits => "limits",
        }
    }

    const fn of(self, resources: &ResourceRequirements) -> &ResourceList {
        match self {
            Self::Requests => &resources.requests,
            Self::Limits => &resources.limits,
        }
    }
}

/// How much of a resource the containers ask for or may use together; `None` where none of them says so.
pub fn aggregate(spec: &PodSpec, field: ResourceField, name: &str) -> Option<Quantity> {
    of_containers(spec, |container| {
        let amount = field.of(&container.resources).get(name);
        amount.and_then(|text| Quantity::parse(text).ok())
    })
}

/// What the containers need together: they run at once, init containers one after another; sidecars run along
/// with all that comes after them.
pub fn of_containers<T: Amounts>(spec: &PodSpec, of: impl Fn(&Container) -> T) -> T {
    let mut running = T::default();
    for container in &spec.containers {
        running.plus(&of(container));
    }
    let (mut sidecars, mut most_at_start) = (T::default(), T::default());
    for container in &spec.init_containers {
        let mut needed = of(container);
        if container.restart_policy == "Always" {
            running.plus(&needed);
            sidecars.plus(&needed);
            needed = sidecars.clone();
        } else {
            needed.plus(&sidecars);
        }
        most_at_start.at_least(&needed);
    }
    running.at_least(&most_at_start);
    running
}

/// An amount of a resource in units of a divisor, rounded up (`convertResourceCPUToString` and its like,
/// pkg/api/v1/resource/helpers.go); no divisor, or zero, is one whole.
pub fn in_units(resource: &str, amount: &Quantity, divisor: Option<&Quantity>) -> u64 {
    let is_cpu = resource == "cpu";
    let whole = |quantity: &Quantity| if is_cpu { quantity.milli_value() } else { quantity.value() };
    let divisor = divisor.map(whole).filter(|divisor| *divisor != 0);
    let divisor = divisor.unwrap_or(if is_cpu { 1_000 } else { 1 });
    whole(amount).unsigned_abs().div_ceil(divisor.unsigned_abs())
}

/// Whether a pod may say of a resource how much it needs as a whole: that then takes the place of what its
/// containers need together.
pub fn is_pod_level(resource: &str) -> bool {
    matches!(resource, "cpu" | "memory") || resource.starts_with("hugepages-")
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::api::codec::from_value;

    /// Containers, and after the semicolon init containers: `s` marks a sidecar, `-` says nothing.
    fn spec_of(line: &str) -> PodSpec {
        let list = |words: &str| -> Vec<Value> {
            let container = |word: &str| {
                let (amount, policy) = word.strip_prefix('s').map_or((word, ""), |rest| (rest, "Always"));
                let listed = if amount == "-" { json!({}) } else { json!({"cpu": amount}) };
                json!({"name": "c", "restartPolicy": policy, "resources": {"requests": listed}})
            };
            words.split_whitespace().map(container).collect()
        };
        let (containers, init) = line.split_once(';').unwrap();
        from_value(json!({"containers": list(containers), "initContainers": list(init)})).unwrap()
    }

    #[test]
    fn containers_need_amounts_together() {
        for (containers, expected) in [
            ("1 2;", Some("3")),
            ("1 500m;", Some("1500m")),
            // An init container that needs more than all that comes after it.
            ("1 2; 2 5", Some("5")),
            ("1 2; 2", Some("3")),
            // A sidecar runs along with all that comes after it, and with nothing before.
            ("1 2; s4", Some("7")),
            ("1; s2 5", Some("7")),
            ("1; 5 s2", Some("5")),
            // Nobody says anything, or only one does.
            ("- -; - s-", None),
            ("- 1; -", Some("1")),
            ("-; 2", Some("2")),
        ] {
            let spec = spec_of(containers);
            let sum = aggregate(&spec, ResourceField::Requests, "cpu").map(|sum| sum.to_string());
            assert_eq!(sum.as_deref(), expected, "{containers}");
            assert_eq!(aggregate(&spec, ResourceField::Limits, "cpu"), None, "{containers}");
        }
    }
}
