//! Requests and answers of HTTP between containers, and from outside of the cluster.
//!
//! Outside of the cluster only nodes can be reached, at the ports that Services have on them. Left out: TLS,
//! bodies of requests, connections that stay open.

use super::World;
use super::dns::is_address;
use super::network::{Origin, Peer, Trouble};
use super::programs;
use crate::shell::web::{FetchError, Obstacle, Response, Url};

/// What is asked for.
#[derive(Clone, Debug, Default)]
pub(super) struct Request {
    pub(super) method: String,
    pub(super) host: String,
    /// With the query.
    pub(super) path: String,
    pub(super) agent: String,
    /// The address that it comes from.
    pub(super) client: String,
    pub(super) port: i64,
}

impl Request {
    /// The path without the query.
    pub(super) fn bare_path(&self) -> &str {
        self.path.split(['?', '#']).next().unwrap_or_default()
    }
}

/// What a request came to.
pub(super) enum Fetched {
    /// An answer.
    Answer(Response),
    /// Somebody listens who does not speak HTTP.
    NoHttp,
}

impl World {
    /// Asks for a document.
    pub(super) fn ask(&mut self, url: &Url, method: &str, agent: &str) -> Result<Fetched, Trouble> {
        let peer = self.reach(&url.host, url.port)?;
        Ok(self.ask_peer(&peer, url, method, agent))
    }

    fn ask_peer(&mut self, peer: &Peer, url: &Url, method: &str, agent: &str) -> Fetched {
        let request = Request {
            method: method.to_owned(),
            host: url.authority(),
            path: url.path.clone(),
            agent: agent.to_owned(),
            client: peer.client.clone(),
            port: peer.port,
        };
        let visited = std::mem::take(&mut self.is_visited);
        let answer = self.within(&peer.place, |world| {
            let answer = world.instance()?.image.answer?;
            Some(answer(world, &request))
        });
        self.is_visited = visited;
        answer.flatten().map_or(Fetched::NoHttp, Fetched::Answer)
    }

    /// Asks for a document as the programs of the container do.
    pub(super) fn fetch_within(
        &mut self,
        url: &Url,
        method: &str,
        agent: &str,
    ) -> Result<Response, FetchError> {
        let peer = self.reach(&url.host, url.port);
        self.answered(peer, url, method, agent)
    }

    /// Asks for a document from a machine beside the cluster's nodes.
    ///
    /// # Errors
    /// Why it cannot be had.
    pub fn fetch_from_outside(
        &mut self,
        url: &Url,
        method: &str,
        agent: &str,
    ) -> Result<Response, FetchError> {
        let host = &url.host;
        let is_inside = self.pod_at(host).is_some()
            || self.scene.services.iter().any(|service| service.spec.cluster_ip == *host);
        if is_inside {
            let hint = format!(
                "{host} can be reached within the cluster only: use a node's address with a node port, or kubectl exec"
            );
            return Err(FetchError { obstacle: Obstacle::Silence, hint: Some(hint) });
        }
        let peer = match host.as_str() {
            "localhost" | "127.0.0.1" => Err(Trouble::Refused),
            host if is_address(host) => self.reach_node(&Origin::outside(), host, url.port),
            _ => Err(Trouble::Unresolved),
        };
        self.answered(peer, url, method, agent)
    }

    /// What a program is told that has asked.
    fn answered(
        &mut self,
        peer: Result<Peer, Trouble>,
        url: &Url,
        method: &str,
        agent: &str,
    ) -> Result<Response, FetchError> {
        let (obstacle, hint) = match peer {
            Ok(_) if url.is_secure => (Obstacle::NoTls, None),
            Ok(peer) => match self.ask_peer(&peer, url, method, agent) {
                Fetched::Answer(response) => return Ok(response),
                Fetched::NoHttp => (Obstacle::NoHttp, None),
            },
            Err(trouble) => {
                let obstacle = match trouble {
                    Trouble::Unresolved => Obstacle::Unresolved,
                    Trouble::NoRoute => Obstacle::NoRoute,
                    Trouble::Silence => Obstacle::Silence,
                    Trouble::Refused | Trouble::Unknown(_) => Obstacle::Refused,
                };
                (obstacle, programs::hint(&trouble, &url.host))
            }
        };
        Err(FetchError { obstacle, hint })
    }
}
