//! Requests and answers of HTTP between containers.
//!
//! Left out: TLS, bodies of requests, connections that stay open.

use super::World;
use super::network::{Peer, Trouble};

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

/// What is answered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Response {
    pub(super) status: u16,
    pub(super) headers: Vec<(&'static str, String)>,
    pub(super) body: String,
}

impl Response {
    /// A document of a type.
    pub(super) fn of(status: u16, kind: &str, body: impl Into<String>) -> Self {
        Self { status, headers: vec![("Content-Type", kind.to_owned())], body: body.into() }
    }

    /// The first line of the answer.
    pub(super) fn status_line(&self) -> String {
        format!("HTTP/1.1 {} {}", self.status, reason(self.status))
    }
}

fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        301 => "Moved Permanently",
        302 => "Found",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Not Allowed",
        500 => "Internal Server Error",
        503 => "Service Unavailable",
        _ => "Unknown",
    }
}

/// Where a URL points.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Url {
    pub(super) is_secure: bool,
    pub(super) host: String,
    pub(super) port: i64,
    pub(super) path: String,
}

impl Url {
    /// Reads a URL; without a scheme it is one of HTTP.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (scheme, rest) = text.split_once("://").unwrap_or(("http", text));
        let is_secure = match scheme {
            "http" => false,
            "https" => true,
            _ => return None,
        };
        let at = rest.find(['/', '?']).unwrap_or(rest.len());
        let (host, path) = rest.split_at(at);
        let host = host.rsplit('@').next().unwrap_or(host);
        let (host, port) = match host.rsplit_once(':') {
            Some((host, port)) => (host, port.parse::<u16>().ok()?),
            None => (host, if is_secure { 443 } else { 80 }),
        };
        if host.is_empty() {
            return None;
        }
        let path = match path {
            "" => "/".to_owned(),
            query if query.starts_with('?') => format!("/{query}"),
            path => path.to_owned(),
        };
        Some(Self { is_secure, host: host.to_owned(), port: i64::from(port), path })
    }

    /// Host and port, as a request names them.
    pub(super) fn authority(&self) -> String {
        let usual = if self.is_secure { 443 } else { 80 };
        if self.port == usual { self.host.clone() } else { format!("{}:{}", self.host, self.port) }
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
        let Peer { place, port, client } = self.reach(&url.host, url.port)?;
        let request = Request {
            method: method.to_owned(),
            host: url.authority(),
            path: url.path.clone(),
            agent: agent.to_owned(),
            client,
            port,
        };
        let visited = std::mem::take(&mut self.is_visited);
        let answer = self.within(&place, |world| {
            let answer = world.instance()?.image.answer?;
            Some(answer(world, &request))
        });
        self.is_visited = visited;
        Ok(answer.flatten().map_or(Fetched::NoHttp, Fetched::Answer))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_are_read_as_people_type_them() {
        let read = |text: &str| {
            Url::parse(text).map(|url| format!("{} {} {} {}", url.host, url.port, url.path, url.authority()))
        };
        for (text, expected) in [
            ("http://localhost/", Some("localhost 80 / localhost")),
            ("web-0.nginx", Some("web-0.nginx 80 / web-0.nginx")),
            ("http://a:8080?x=1", Some("a 8080 /?x=1 a:8080")),
            ("https://kubernetes/api", Some("kubernetes 443 /api kubernetes")),
            ("ftp://a", None),
            ("http://", None),
            ("a:b", None),
        ] {
            assert_eq!(read(text).as_deref(), expected, "{text}");
        }
    }
}
