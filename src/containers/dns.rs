//! The cluster's DNS: names of Services and of pods behind headless ones.
//!
//! Models the specification of Kubernetes' DNS-based service discovery and `CoreDNS`'s kubernetes plugin,
//! Kubernetes v1.36: only addresses that are ready, or published although they are not. Left out: IPv6,
//! `ExternalName`, names outside the cluster.

use super::scene::Scene;
use crate::api::network::{Endpoint, Service};

/// The cluster's domain.
pub(super) const DOMAIN: &str = "cluster.local";
/// The address of the cluster's DNS server.
pub(super) const SERVER: &str = "10.96.0.10";
/// Its name.
pub(super) const SERVER_NAME: &str = "kube-dns.kube-system.svc.cluster.local";
/// Names with fewer dots are looked for in the search domains first.
const DOTS: usize = 5;
/// The label that names a slice's Service.
const SERVICE_LABEL: &str = "kubernetes.io/service-name";

/// What a name stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Found {
    /// The full name.
    pub(super) name: String,
    pub(super) addresses: Vec<String>,
}

/// A record of a port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Srv {
    pub(super) port: i64,
    pub(super) target: String,
}

impl Scene {
    /// The full names that a name may stand for, in the order in which they are tried.
    pub(super) fn candidates(name: &str, namespace: &str) -> Vec<String> {
        if let Some(full) = name.strip_suffix('.') {
            return vec![full.to_owned()];
        }
        let searched = [format!("{namespace}.svc.{DOMAIN}"), format!("svc.{DOMAIN}"), DOMAIN.to_owned()];
        let mut all: Vec<String> = searched.iter().map(|domain| format!("{name}.{domain}")).collect();
        let at = if name.matches('.').count() >= DOTS { 0 } else { all.len() };
        all.insert(at, name.to_owned());
        all
    }

    /// What a name stands for in a namespace's pods; `None` when nothing has it.
    pub(super) fn resolve(&self, name: &str, namespace: &str) -> Option<Found> {
        Self::candidates(&name.to_ascii_lowercase(), namespace).into_iter().find_map(|name| {
            let addresses = self.addresses(&name)?;
            Some(Found { name, addresses })
        })
    }

    /// The addresses of a full name.
    pub(super) fn addresses(&self, full: &str) -> Option<Vec<String>> {
        let bare = full.strip_suffix(DOMAIN)?.strip_suffix('.')?;
        let parts: Vec<&str> = bare.split('.').collect();
        let found: Vec<String> = match parts.as_slice() {
            [address, _, "pod"] => {
                vec![address.replace('-', ".")].into_iter().filter(|a| is_address(a)).collect()
            }
            ["kube-dns", "kube-system", "svc"] => vec![SERVER.to_owned()],
            [name, namespace, "svc"] => {
                let service = self.service(namespace, name)?;
                if service.spec.cluster_ip == "None" {
                    self.ready(service).flat_map(|endpoint| endpoint.addresses.clone()).collect()
                } else {
                    Some(service.spec.cluster_ip.clone()).into_iter().filter(|a| !a.is_empty()).collect()
                }
            }
            [host, name, namespace, "svc"] => {
                let service =
                    self.service(namespace, name).filter(|service| service.spec.cluster_ip == "None")?;
                let is_it = |endpoint: &&Endpoint| host_of(endpoint) == *host;
                self.ready(service).filter(is_it).flat_map(|endpoint| endpoint.addresses.clone()).collect()
            }
            _ => Vec::new(),
        };
        Some(found).filter(|found| !found.is_empty())
    }

    /// The ports of a full name: of a headless Service's pods, or of another Service.
    pub(super) fn ports(&self, full: &str) -> Option<Vec<Srv>> {
        let bare = full.strip_suffix(DOMAIN)?.strip_suffix('.')?;
        let parts: Vec<&str> = bare.split('.').collect();
        let (wanted, name, namespace) = match parts.as_slice() {
            [name, namespace, "svc"] => (None, *name, *namespace),
            [port, protocol, name, namespace, "svc"] => {
                (Some((port.strip_prefix('_')?, protocol.strip_prefix('_')?)), *name, *namespace)
            }
            _ => return None,
        };
        let service = self.service(namespace, name)?;
        let domain = format!("{name}.{namespace}.svc.{DOMAIN}");
        let mut found = Vec::new();
        for port in &service.spec.ports {
            let protocol = if port.protocol.is_empty() { "TCP" } else { &port.protocol };
            let is_wanted = wanted
                .is_none_or(|(name, wanted)| name == port.name && wanted.eq_ignore_ascii_case(protocol));
            if !is_wanted {
                continue;
            }
            if service.spec.cluster_ip != "None" {
                found.push(Srv { port: port.port, target: domain.clone() });
                continue;
            }
            for endpoint in self.ready(service) {
                found.push(Srv { port: port.port, target: format!("{}.{domain}", host_of(endpoint)) });
            }
        }
        Some(found).filter(|found| !found.is_empty())
    }

    /// The name of an address, as a look the other way round gives it.
    pub(super) fn name_of(&self, address: &str) -> Option<String> {
        if address == SERVER {
            return Some(SERVER_NAME.to_owned());
        }
        for service in &self.services {
            let (name, namespace) = (&service.metadata.name, &service.metadata.namespace);
            let domain = format!("{name}.{namespace}.svc.{DOMAIN}");
            if service.spec.cluster_ip == address {
                return Some(domain);
            }
            if service.spec.cluster_ip != "None" {
                continue;
            }
            let mut of_pods = self.ready(service);
            if let Some(endpoint) = of_pods.find(|endpoint| endpoint.addresses.iter().any(|a| a == address)) {
                return Some(format!("{}.{domain}", host_of(endpoint)));
            }
        }
        None
    }

    /// A Service by its name.
    pub(super) fn service(&self, namespace: &str, name: &str) -> Option<&Service> {
        let is_it = |service: &&std::rc::Rc<Service>| {
            service.metadata.name == name && service.metadata.namespace == namespace
        };
        self.services.iter().find(is_it).map(|service| &**service)
    }

    /// The addresses of a Service that are ready.
    pub(super) fn ready<'a>(&'a self, service: &'a Service) -> impl Iterator<Item = &'a Endpoint> {
        let meta = &service.metadata;
        let of_it = move |slice: &&std::rc::Rc<crate::api::network::EndpointSlice>| {
            slice.metadata.namespace == meta.namespace
                && slice.metadata.labels.get(SERVICE_LABEL).is_some_and(|name| *name == meta.name)
        };
        let endpoints = self.slices.iter().filter(of_it).flat_map(|slice| &slice.endpoints);
        endpoints.filter(|endpoint| endpoint.conditions.ready != Some(false))
    }
}

/// A pod's name under its Service: its own, or its address with dashes.
fn host_of(endpoint: &Endpoint) -> String {
    endpoint.hostname.clone().unwrap_or_else(|| {
        endpoint.addresses.first().map(|address| address.replace('.', "-")).unwrap_or_default()
    })
}

/// Whether a text is an IPv4 address.
pub(super) fn is_address(text: &str) -> bool {
    let parts: Vec<&str> = text.split('.').collect();
    parts.len() == 4 && parts.iter().all(|part| part.parse::<u8>().is_ok())
}
