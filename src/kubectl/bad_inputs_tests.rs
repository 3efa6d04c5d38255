//! Bad inputs that are too large to be written down in a transcript, by the row of the table of bad inputs.

use super::{Outcome, Output, Session, Stream};
use crate::api::Kind;
use crate::apiserver::{ApiServer, Body, Request};
use crate::sim::Rng;

/// What `kubectl apply -f NAME` prints of a file, and its exit code.
fn apply(name: &str, text: &str) -> (String, i32) {
    let mut api = ApiServer::new(Rng::new(1));
    let namespace =
        serde_json::json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "default"}});
    let body = Body::Manifest(namespace);
    api.handle(Request::Create { kind: Kind::Namespace, namespace: String::new(), body, dry_run: false })
        .unwrap();
    let mut session = Session::default();
    session.files.insert(name.to_owned(), text.to_owned());
    let words = ["apply", "-f", name].map(str::to_owned);
    let Outcome::Done(Output { chunks, exit, .. }) = super::run(&words, &mut session, &mut api) else {
        panic!("it does not wait")
    };
    let printed = chunks.iter().map(|(stream, text)| match stream {
        Stream::Out | Stream::Err => text.as_str(),
    });
    (printed.collect(), exit)
}

#[test]
fn b_08_aliases_that_grow_without_measure_are_refused() {
    let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..9 {
        let before = vec![format!("*a{}", level - 1); 9].join(", ");
        text.push_str(&format!("a{level}: &a{level} [{before}]\n"));
    }
    let expected = "error: error parsing f.yaml: error converting YAML to JSON: yaml: document contains excessive \
                    aliasing\n";
    assert_eq!(apply("f.yaml", &text), (expected.to_owned(), 1));
}

#[test]
fn b_09_nesting_has_a_limit() {
    // A real cluster reads 10000 levels; a page has not the stack for them.
    let text = format!("a: {}{}\n", "[".repeat(10_001), "]".repeat(10_001));
    let expected =
        "error: error parsing f.yaml: error converting YAML to JSON: yaml: exceeded max depth of 100\n";
    assert_eq!(apply("f.yaml", &text), (expected.to_owned(), 1));
}

#[test]
fn b_25_windows_line_ends_and_a_byte_order_mark_make_no_difference() {
    let text = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: made\n";
    let made = ("configmap/made created\n".to_owned(), 0);
    assert_eq!(apply("f.yaml", &text.replace('\n', "\r\n")), made);
    assert_eq!(apply("f.yaml", &format!("\u{feff}{text}")), made);
}

#[test]
fn b_26_what_is_too_large_is_refused() {
    let head = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: large\ndata:\n  a: ";
    let text = format!("{head}{}\n", "x".repeat(3 << 20));
    // A real cluster takes three times as much; no file of the sandbox is as large.
    let expected = "error: error parsing f.yaml: text of 3145795 bytes is too long: the limit is 1048576\n";
    assert_eq!(apply("f.yaml", &text), (expected.to_owned(), 1));
}

#[test]
fn b_57_annotations_have_a_limit() {
    let head = "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: large\n  annotations:\n    a: ";
    let text = format!("{head}{}\n", "x".repeat(262_145));
    let expected = "The Namespace \"large\" is invalid: metadata.annotations: Too long: may not be more than 262144 \
                    bytes\n";
    assert_eq!(apply("f.yaml", &text), (expected.to_owned(), 1));
}
