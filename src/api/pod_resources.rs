//! What a pod needs, from what its containers say and what it says as a whole.
//!
//! Models `AggregateContainerRequests`, `AggregateContainerLimits` and `IsSupportedPodLevelResource`,
//! staging/src/k8s.io/component-helpers/resource/helpers.go, Kubernetes v1.36. Left out: in-place resize.

use super::pod::{Container, PodSpec};
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

/// How much of a resource the containers ask for (`requests`) or may use (`limits`) together; `None` where
/// none of them says so.
pub fn together(spec: &PodSpec, field: &str, name: &str) -> Option<Quantity> {
    of_containers(spec, |container| {
        let resources = &container.resources;
        let list = if field == "limits" { &resources.limits } else { &resources.requests };
        list.get(name).and_then(|text| Quantity::parse(text).ok())
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
