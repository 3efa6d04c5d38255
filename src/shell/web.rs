//! Documents of the network: how they are named, what is answered, and why nobody answers.
//!
//! Left out: bodies of requests, connections that stay open.

use std::fmt;

/// What is answered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Response {
    /// Its number, such as 200.
    pub status: u16,
    /// What is told of it.
    pub headers: Vec<(&'static str, String)>,
    /// The document.
    pub body: String,
}

impl Response {
    /// A document of a type.
    pub fn of(status: u16, kind: &str, body: impl Into<String>) -> Self {
        Self { status, headers: vec![("Content-Type", kind.to_owned())], body: body.into() }
    }

    /// The first line of the answer.
    pub fn status_line(&self) -> String {
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
pub struct Url {
    /// Whether it begins with `https`.
    pub is_secure: bool,
    /// A name or an address.
    pub host: String,
    /// The port, the usual one where none is named.
    pub port: i64,
    /// The path with the query.
    pub path: String,
}

impl Url {
    /// Reads a URL; without a scheme it is one of HTTP.
    pub fn parse(text: &str) -> Option<Self> {
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

    /// The URL that a `Location` leads to.
    pub fn follow(&self, place: &str) -> Option<Self> {
        if place.contains("://") {
            return Self::parse(place);
        }
        Some(Self { path: place.to_owned(), ..self.clone() }).filter(|url| url.path.starts_with('/'))
    }

    /// Host and port, as a request names them.
    pub fn authority(&self) -> String {
        let usual = if self.is_secure { 443 } else { 80 };
        if self.port == usual { self.host.clone() } else { format!("{}:{}", self.host, self.port) }
    }
}

impl fmt::Display for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = if self.is_secure { "https" } else { "http" };
        write!(f, "{scheme}://{}{}", self.authority(), self.path)
    }
}

/// Why a document cannot be had.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FetchError {
    /// What is in the way.
    pub obstacle: Obstacle,
    /// What the sandbox has to say about it.
    pub hint: Option<String>,
}

/// What is in the way of a document.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Obstacle {
    /// The name stands for nothing.
    #[default]
    Unresolved,
    /// Nobody listens there.
    Refused,
    /// No host has the address.
    NoRoute,
    /// Nothing comes back; it may later.
    Silence,
    /// Who listens does not speak HTTP.
    NoHttp,
    /// TLS is asked for where the host has none.
    NoTls,
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
