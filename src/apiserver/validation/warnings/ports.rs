//! What the ports of a pod's containers are warned of: those that are in each other's way.
//!
//! Models the part about ports of `warningsForPodSpecAndMeta`, pkg/api/pod/warnings.go, Kubernetes v1.36.

use serde_json::Value;

use super::{Found, list};
use crate::api::schema::quote;
use crate::apiserver::fields::{at, number, text};
use crate::collections::SortedMap;

impl Found {
    /// The ports of all containers, which are given with their paths.
    pub(super) fn ports(&mut self, containers: &[(String, &Value)]) {
        let mut known: Vec<(String, &Value)> = Vec::new();
        let mut names: SortedMap<String, String> = SortedMap::new();
        for (path, container) in containers {
            for (index, port) in list(container, &["ports"]).enumerate() {
                let path = format!("{path}.ports[{index}]");
                if !text(port, "hostIP").is_empty() && number(port, "hostPort").unwrap_or_default() == 0 {
                    self.add(&path, &format!("hostIP set without hostPort: {}", go_port(port)));
                }
                for (other_path, other) in &known {
                    if let Some(how) = clash(port, other) {
                        self.add(&path, &format!("{how} port definition with {other_path}"));
                    }
                }
                known.push((path, port));
            }
        }
        for (path, port) in &known {
            let name = text(port, "name");
            if name.is_empty() {
                continue;
            }
            if let Some(first) = names.get(name) {
                let message = format!(
                    "duplicate port name {} with {first}, services and probes that select ports by name will use \
                     {first}",
                    quote(name)
                );
                self.add(path, &message);
            } else {
                names.insert(name.to_owned(), path.clone());
            }
        }
    }
}

/// A port as Go prints a struct.
fn go_port(port: &Value) -> String {
    let number = |field: &str| number(port, field).unwrap_or_default();
    format!(
        "{{Name:{} HostPort:{} ContainerPort:{} Protocol:{} HostIP:{}}}",
        text(port, "name"),
        number("hostPort"),
        number("containerPort"),
        text(port, "protocol"),
        text(port, "hostIP")
    )
}

/// How two ports of a pod are in each other's way.
fn clash(port: &Value, other: &Value) -> Option<&'static str> {
    let same = |field: &str| at(port, &[field]) == at(other, &[field]);
    let protocol = |port: &Value| match text(port, "protocol") {
        "" => "TCP".to_owned(),
        given => given.to_owned(),
    };
    if !same("containerPort") || protocol(port) != protocol(other) {
        return None;
    }
    let on_host = |port: &Value| number(port, "hostPort").unwrap_or_default();
    if same("hostIP") && on_host(port) == on_host(other) {
        Some("duplicate")
    } else if on_host(port) == 0 || on_host(other) == 0 {
        Some("overlapping")
    } else {
        let one_is_open = text(port, "hostIP").is_empty() != text(other, "hostIP").is_empty();
        (on_host(port) == on_host(other) && one_is_open).then_some("dangerously ambiguous")
    }
}
