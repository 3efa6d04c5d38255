//! What Secrets with a certificate are warned of.
//!
//! Models `warningsForSecret`, pkg/registry/core/secret/strategy.go, Kubernetes v1.36, and of Go's
//! `tls.X509KeyPair` what it says of text that holds no certificate or no key. Left out: what it says of the
//! certificate itself, whether the key belongs to it, and whether what a block holds can be read.

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

/// What kinds of blocks there are in a text, in order: the first line that ends a block ends the one that was
/// begun last (`pem.Decode`).
fn blocks(text: &str) -> Vec<&str> {
    let mut parts = text.split("\n-----END ");
    let mut before = parts.next().unwrap_or_default();
    let ended = |after| {
        let kind = begun(std::mem::replace(&mut before, after))?;
        (kind_in_line(after)? == kind).then_some(kind)
    };
    parts.filter_map(ended).collect()
}

/// The kind of the block that begins last in a text.
fn begun(text: &str) -> Option<&str> {
    let (earlier, line) = text.rsplit_once("-----BEGIN ")?;
    let is_own_line = earlier.is_empty() || earlier.ends_with('\n');
    kind_in_line(line).filter(|_| is_own_line)
}

/// The kind that the rest of a line which begins or ends a block names.
fn kind_in_line(text: &str) -> Option<&str> {
    text.split('\n').next()?.trim_end().strip_suffix("-----")
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

    #[test]
    fn a_block_ends_with_the_first_end_after_its_begin() {
        for (text, expected) in [
            ("-----BEGIN A-----\nMA==\n-----END A-----", "A"),
            ("-----BEGIN A-----\r\nMA==\r\n-----END A----- \r\n", "A"),
            ("text\n-----BEGIN A-----\n-----END A-----\n-----BEGIN B-----\nMA==\n-----END B-----\n", "A B"),
            ("-----BEGIN A-----\n-----BEGIN B-----\nMA==\n-----END B-----\n-----END A-----\n", "B"),
            ("-----BEGIN A-----\nMA==\n-----END B-----\n-----END A-----\n", ""),
            ("x-----BEGIN A-----\nMA==\n-----END A-----\n", ""),
            ("-----BEGIN A-----\nMA==-----END A-----\n", ""),
            ("-----BEGIN A\nMA==\n-----END A-----\n", ""),
            ("", ""),
        ] {
            assert_eq!(blocks(text).join(" "), expected, "{text}");
        }
        assert!(blocks(&"-----BEGIN A-----\n".repeat(40_000)).is_empty());
        let ends = "\n-----END A-----".repeat(40_000);
        assert!(blocks(&ends).is_empty());
    }
}
