//! Probes in descriptions of containers.
//!
//! Models `DescribeProbe`, staging/src/k8s.io/kubectl/pkg/describe/describe.go, Kubernetes v1.36, with the
//! escapes of Go's `url.URL.String` and `net.JoinHostPort`. Left out: nothing.

use serde_json::Value;

use super::lines::{at, joined, number, text};

/// A probe on one line.
pub(super) fn probe(probe: &Value) -> String {
    let attributes = format!(
        "delay={}s timeout={}s period={}s #success={} #failure={}",
        number(probe, &["initialDelaySeconds"]),
        number(probe, &["timeoutSeconds"]),
        number(probe, &["periodSeconds"]),
        number(probe, &["successThreshold"]),
        number(probe, &["failureThreshold"])
    );
    if at(probe, &["exec"]).is_some() {
        return format!("exec [{}] {attributes}", joined(probe, &["exec", "command"], " "));
    }
    if let Some(get) = at(probe, &["httpGet"]) {
        return format!("http-get {} {attributes}", url(get));
    }
    if let Some(socket) = at(probe, &["tcpSocket"]) {
        return format!("tcp-socket {}:{} {attributes}", text(socket, &["host"]), text(socket, &["port"]));
    }
    if let Some(grpc) = at(probe, &["grpc"]) {
        return format!("grpc <pod>:{} {} {attributes}", text(grpc, &["port"]), text(grpc, &["service"]));
    }
    format!("unknown {attributes}")
}

/// The whole path is a path to Go, a query too: its question mark is escaped.
fn url(get: &Value) -> String {
    let (scheme, path) = (text(get, &["scheme"]).to_ascii_lowercase(), text(get, &["path"]));
    let (host, port) = (text(get, &["host"]), text(get, &["port"]));
    let host = if host.contains([':', '%']) { format!("[{host}]") } else { host };
    let host = if port.is_empty() { host } else { format!("{host}:{port}") };
    let slash = if path.is_empty() || path.starts_with('/') || host.is_empty() { "" } else { "/" };
    // An asterisk alone stands for a whole server.
    let path = if path == "*" { path } else { escaped(&path, "$&+,/:;=@") };
    format!("{scheme}://{}{slash}{path}", escaped(&host, "!$&'()*+,;=:[]<>\""))
}

/// Bytes other than letters, digits, `-_.~` and some more as their numbers.
fn escaped(text: &str, plain: &str) -> String {
    let mut written = String::new();
    for byte in text.bytes() {
        let letter = char::from(byte);
        if letter.is_ascii_alphanumeric() || "-_.~".contains(letter) || plain.contains(letter) {
            written.push(letter);
        } else {
            written.push_str(&format!("%{byte:02X}"));
        }
    }
    written
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::probe;

    #[test]
    fn paths_of_probes_are_escaped_as_go_does() {
        let cases = [
            ("", "/", "http://:80/"),
            ("", "", "http://:80"),
            ("", "healthz", "http://:80/healthz"),
            ("", "/h?x=1&y=a%20b", "http://:80/h%3Fx=1&y=a%2520b"),
            ("", "/a b/ü!#:@", "http://:80/a%20b/%C3%BC%21%23:@"),
            ("", "*", "http://:80/*"),
            ("10.0.0.1", "/", "http://10.0.0.1:80/"),
            ("fd00::1", "/", "http://[fd00::1]:80/"),
        ];
        for (host, path, expected) in cases {
            let get = json!({"scheme": "HTTP", "host": host, "port": 80, "path": path});
            let described = probe(&json!({"httpGet": get}));
            let shown = described.strip_prefix("http-get ").and_then(|rest| rest.split(" delay=").next());
            assert_eq!(shown, Some(expected), "{host} {path}");
        }
    }
}
