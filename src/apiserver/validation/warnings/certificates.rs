//! What Secrets with a certificate are warned of.
//!
//! Models `warningsForSecret`, pkg/registry/core/secret/strategy.go, Kubernetes v1.36, and of Go's
//! `tls.X509KeyPair` what it says of text that holds no certificate or no key. Left out: what it says of the
//! certificate itself, and whether the key belongs to it.

use serde_json::Value;

use super::Found;
use crate::apiserver::fields::{at, text};
use crate::base64;

const CERTIFICATE: &str = "CERTIFICATE";

impl Found {
    pub(super) fn certificate(&mut self, secret: &Value) {
        if text(secret, "type") != "kubernetes.io/tls" {
            return;
        }
        let of = |key: &str| base64::decode(text(at(secret, &["data"]), key)).unwrap_or_default();
        let wrong = wrong_certificate(&of("tls.crt")).or_else(|| wrong_key(&of("tls.key")));
        self.0.extend(wrong);
    }
}

/// What kinds of blocks there are in a text, in order.
fn blocks(text: &str) -> Vec<&str> {
    let mut kinds = Vec::new();
    let mut rest = text;
    while let Some((_, after)) = rest.split_once("-----BEGIN ") {
        rest = after;
        let Some((kind, body)) = after.split_once("-----") else { break };
        if let Some((_, after)) = body.split_once(&format!("-----END {kind}-----")) {
            kinds.push(kind);
            rest = after;
        }
    }
    kinds
}

fn listed(kinds: &[&str]) -> String {
    format!("[{}]", kinds.join(" "))
}

fn wrong_certificate(text: &str) -> Option<String> {
    match blocks(text).as_slice() {
        kinds if kinds.contains(&CERTIFICATE) => None,
        [] => Some("tls: failed to find any PEM data in certificate input".to_owned()),
        [one] if one.ends_with("PRIVATE KEY") => Some(
            "tls: failed to find certificate PEM data in certificate input, but did find a private key; PEM inputs may \
             have been switched"
                .to_owned(),
        ),
        kinds => Some(format!(
            "tls: failed to find \"CERTIFICATE\" PEM block in certificate input after skipping PEM blocks of the \
             following types: {}",
            listed(kinds)
        )),
    }
}

fn wrong_key(text: &str) -> Option<String> {
    let kinds = blocks(text);
    if kinds.iter().any(|kind| *kind == "PRIVATE KEY" || kind.ends_with(" PRIVATE KEY")) {
        return None;
    }
    match kinds.as_slice() {
        [] => Some("tls: failed to find any PEM data in key input".to_owned()),
        [CERTIFICATE] => {
            Some("tls: found a certificate rather than a key in the PEM for the private key".to_owned())
        }
        kinds => Some(format!(
            "tls: failed to find PEM block with type ending in \"PRIVATE KEY\" in key input after skipping PEM blocks of \
             the following types: {}",
            listed(kinds)
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_without_a_certificate_or_key_is_told() {
        let block = |kind: &str| format!("-----BEGIN {kind}-----\nMA==\n-----END {kind}-----\n");
        let (certificate, key) = (block(CERTIFICATE), block("RSA PRIVATE KEY"));
        let said = |certificate: &str, key: &str| {
            wrong_certificate(certificate).or_else(|| wrong_key(key)).unwrap_or_default()
        };
        assert_eq!(said("foo", &key), "tls: failed to find any PEM data in certificate input");
        assert_eq!(said(&certificate, "foo"), "tls: failed to find any PEM data in key input");
        assert_eq!(said(&certificate, &key), "");
        assert!(said(&key, &certificate).ends_with("PEM inputs may have been switched"));
        assert!(said(&certificate, &certificate).starts_with("tls: found a certificate rather than a key"));
        assert!(said(&block("X"), &key).ends_with("following types: [X]"));
    }
}
