//! The variables that a container starts with.
//!
//! Models `makeEnvironmentVariables`, `pkg/kubelet/kubelet_pods.go`, and pkg/kubelet/envvars, Kubernetes
//! v1.36; pkg/api/v1/resource/helpers.go. Left out: `fileKeyRef`.

use serde_json::Value;

use super::config_files::{config_map, secret};
use super::images::Image;
use super::scene::Scene;
use crate::api::network::Service;
use crate::api::pod::{Container, Pod};
use crate::api::pod_resources::in_units;
use crate::api::quantity::Quantity;
use crate::collections::SortedMap;
use crate::sim::Time;

type Variables = SortedMap<String, String>;

/// The variables of a container that starts at an instant.
pub(super) fn variables(
    scene: &Scene,
    pod: &Pod,
    container: &Container,
    image: &Image,
    started: Time,
) -> Variables {
    let mut variables: Variables = [
        ("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"),
        ("HOME", if image.user == 0 { "/root" } else { "/" }),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .into();
    variables.insert("HOSTNAME".to_owned(), hostname(scene, pod));
    for (name, value) in image.environment {
        variables.insert((*name).to_owned(), (*value).to_owned());
    }
    if container.extra.get("tty").is_some_and(|tty| tty == true) {
        variables.insert("TERM".to_owned(), "xterm".to_owned());
    }
    let links = pod.spec.extra.get("enableServiceLinks").is_none_or(|links| links == true);
    services(scene, pod, links, started, &mut variables);
    sources(scene, pod, container, &mut variables);
    let listed = container.extra.get("env").and_then(Value::as_array).into_iter().flatten();
    for entry in listed {
        let Some(name) = entry.get("name").and_then(Value::as_str) else { continue };
        let value = match entry.get("valueFrom") {
            None => {
                let text = entry.get("value").and_then(Value::as_str).unwrap_or_default();
                Some(expanded(text, &variables))
            }
            Some(from) => value_from(scene, pod, container, from),
        };
        if let Some(value) = value {
            variables.insert(name.to_owned(), value);
        }
    }
    variables
}

/// The name that a pod's containers have as hosts.
pub(super) fn hostname(scene: &Scene, pod: &Pod) -> String {
    if pod.spec.extra.get("hostNetwork").is_some_and(|host| host == true) {
        return pod.spec.node_name.clone();
    }
    let _ = scene;
    let name = if pod.spec.hostname.is_empty() { &pod.metadata.name } else { &pod.spec.hostname };
    name.get(..63).unwrap_or(name).trim_end_matches(['-', '.']).to_owned()
}

/// Its full name; the short one when no Service gives it a domain.
pub(super) fn full_hostname(scene: &Scene, pod: &Pod) -> String {
    let host = hostname(scene, pod);
    let (subdomain, namespace) = (&pod.spec.subdomain, &pod.metadata.namespace);
    if subdomain.is_empty() {
        return host;
    }
    format!("{host}.{subdomain}.{namespace}.svc.{}", super::dns::DOMAIN)
}

/// Whether a name is one of those that `/etc/hosts` gives a pod for itself.
pub(super) fn is_own_name(scene: &Scene, pod: &Pod, name: &str) -> bool {
    name == hostname(scene, pod) || name == full_hostname(scene, pod)
}

/// `envFrom`.
fn sources(scene: &Scene, pod: &Pod, container: &Container, variables: &mut Variables) {
    let namespace = pod.metadata.namespace.as_str();
    let listed = container.extra.get("envFrom").and_then(Value::as_array).into_iter().flatten();
    for source in listed {
        let name = |kind: &str| source.get(kind).and_then(|of| of.get("name")?.as_str());
        let data = match (name("configMapRef"), name("secretRef")) {
            (Some(name), _) => config_map(scene, namespace, name),
            (None, Some(name)) => secret(scene, namespace, name),
            (None, None) => None,
        };
        let prefix = source.get("prefix").and_then(Value::as_str).unwrap_or_default();
        for (key, text) in data.iter().flatten() {
            variables.insert(format!("{prefix}{key}"), text.clone());
        }
    }
}

/// The value of `valueFrom`.
fn value_from(scene: &Scene, pod: &Pod, container: &Container, from: &Value) -> Option<String> {
    let namespace = pod.metadata.namespace.as_str();
    let of = |kind: &str| {
        let reference = from.get(kind)?;
        Some((reference.get("name")?.as_str()?, reference.get("key")?.as_str()?))
    };
    if let Some((name, key)) = of("configMapKeyRef") {
        return config_map(scene, namespace, name)?.get(key).cloned();
    }
    if let Some((name, key)) = of("secretKeyRef") {
        return secret(scene, namespace, name)?.get(key).cloned();
    }
    downward(scene, pod, container, from)
}

/// A field of the pod, or an amount of a container.
pub(super) fn downward(scene: &Scene, pod: &Pod, container: &Container, from: &Value) -> Option<String> {
    if let Some(reference) = from.get("resourceFieldRef") {
        return amount(scene, pod, container, reference);
    }
    let path = from.get("fieldRef")?.get("fieldPath")?.as_str()?;
    let meta = &pod.metadata;
    let key = |prefix: &str| Some(path.strip_prefix(prefix)?.strip_suffix("']")?.to_owned());
    if let Some(key) = key("metadata.labels['") {
        return Some(meta.labels.get(&key).cloned().unwrap_or_default());
    }
    if let Some(key) = key("metadata.annotations['") {
        return Some(meta.annotations.get(&key).cloned().unwrap_or_default());
    }
    let list = |map: &crate::api::LabelMap| {
        map.iter().map(|(key, value)| format!("{key}={value:?}")).collect::<Vec<_>>().join("\n")
    };
    Some(match path {
        "metadata.name" => meta.name.clone(),
        "metadata.namespace" => meta.namespace.clone(),
        "metadata.uid" => meta.uid.clone(),
        "metadata.labels" => list(&meta.labels),
        "metadata.annotations" => list(&meta.annotations),
        "spec.nodeName" | "spec.host" => pod.spec.node_name.clone(),
        "spec.serviceAccountName" => {
            let name = pod.spec.extra.get("serviceAccountName").and_then(Value::as_str);
            name.unwrap_or("default").to_owned()
        }
        "status.podIP" | "status.podIPs" => pod.status.pod_ip.clone(),
        "status.hostIP" | "status.hostIPs" => scene.node_address(&pod.spec.node_name),
        _ => return None,
    })
}

/// An amount of a container, in units of a divisor and rounded up. What has no limit has the node's.
fn amount(scene: &Scene, pod: &Pod, container: &Container, reference: &Value) -> Option<String> {
    let (list, resource) = reference.get("resource")?.as_str()?.split_once('.')?;
    let named = reference.get("containerName").and_then(Value::as_str);
    let mut all = pod.spec.containers.iter().chain(&pod.spec.init_containers);
    let container = named.and_then(|name| all.find(|known| known.name == name)).unwrap_or(container);
    let quantity = |text: &str| Quantity::parse(text).ok().filter(|amount| !amount.is_zero());
    let amount = if list == "requests" {
        container.resources.requests.get(resource).and_then(|text| quantity(text))
    } else {
        let limit = container.resources.limits.get(resource).and_then(|text| quantity(text));
        limit.or_else(|| {
            let node = scene.nodes.iter().find(|node| node.metadata.name == pod.spec.node_name)?;
            let is_shared = matches!(resource, "cpu" | "memory" | "ephemeral-storage");
            quantity(node.status.allocatable.get(resource).filter(|_| is_shared)?)
        })
    };
    let divisor = reference.get("divisor").and_then(Value::as_str).and_then(quantity);
    Some(amount.map_or(0, |amount| in_units(resource, &amount, divisor.as_ref())).to_string())
}

/// The Services that were there at the start, as `NAME_SERVICE_HOST` and the like.
fn services(scene: &Scene, pod: &Pod, links: bool, started: Time, variables: &mut Variables) {
    for service in &scene.services {
        let meta = &service.metadata;
        let is_master = meta.name == "kubernetes" && meta.namespace == "default";
        let is_older = meta.creation_timestamp.is_none_or(|created| created.time() <= started);
        let has_address = !matches!(service.spec.cluster_ip.as_str(), "" | "None");
        if has_address && is_older && (is_master || (links && meta.namespace == pod.metadata.namespace)) {
            of_service(service, variables);
        }
    }
}

fn of_service(service: &Service, variables: &mut Variables) {
    let name = service.metadata.name.to_ascii_uppercase().replace('-', "_");
    let host = &service.spec.cluster_ip;
    let mut set = |key: String, value: String| {
        variables.insert(key, value);
    };
    set(format!("{name}_SERVICE_HOST"), host.clone());
    for (index, port) in service.spec.ports.iter().enumerate() {
        let number = port.port;
        if index == 0 {
            set(format!("{name}_SERVICE_PORT"), number.to_string());
        }
        if !port.name.is_empty() {
            let port_name = port.name.to_ascii_uppercase().replace('-', "_");
            set(format!("{name}_SERVICE_PORT_{port_name}"), number.to_string());
        }
        let protocol = if port.protocol.is_empty() { "TCP" } else { &port.protocol };
        let lower = protocol.to_ascii_lowercase();
        let url = format!("{lower}://{host}:{number}");
        if index == 0 {
            set(format!("{name}_PORT"), url.clone());
        }
        let prefix = format!("{name}_PORT_{number}_{protocol}");
        set(prefix.clone(), url);
        set(format!("{prefix}_PROTO"), lower);
        set(format!("{prefix}_PORT"), number.to_string());
        set(format!("{prefix}_ADDR"), host.clone());
    }
}

/// A text with `$(NAME)` replaced by variables; `$$` is a dollar sign.
pub(super) fn expanded(text: &str, variables: &Variables) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        out.push_str(rest.get(..at).unwrap_or_default());
        let after = rest.get(at + 1..).unwrap_or_default();
        let name = after.strip_prefix('(').and_then(|inner| inner.split_once(')'));
        match name {
            Some((name, behind)) => {
                match variables.get(name) {
                    Some(value) => out.push_str(value),
                    None => out.push_str(&format!("$({name})")),
                }
                rest = behind;
            }
            None if after.starts_with('$') => {
                out.push('$');
                rest = after.get(1..).unwrap_or_default();
            }
            None => {
                out.push('$');
                rest = after;
            }
        }
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::expanded;
    use crate::collections::SortedMap;

    #[test]
    fn names_in_parentheses_are_replaced() {
        let variables: SortedMap<String, String> = [("A".to_owned(), "one".to_owned())].into();
        for (text, expected) in [
            ("$(A)-$(B)", "one-$(B)"),
            ("$$(A) $A", "$(A) $A"),
            ("$(A", "$(A"),
            ("costs 3$", "costs 3$"),
            ("", ""),
        ] {
            assert_eq!(expanded(text, &variables), expected, "{text}");
        }
    }
}
