//! Manifests that the server refuses, and its words.

mod others;
mod pods;
mod rarer;
mod rarer_others;
mod workloads;

use expect_test::Expect;
use serde_json::{Value, json};

use crate::api::{Kind, ObjectKey};
use crate::apiserver::{ApiServer, Body, PatchType, Request, Subresource};
use crate::sim::Rng;

fn server() -> ApiServer {
    ApiServer::new(Rng::new(1))
}

/// Merges a change into a base, dotted paths and all: `spec.replicas=-1`, `spec.selector=~` (gone).
fn with(base: &str, change: &str) -> Value {
    let mut value: Value = serde_yaml::from_str(base).unwrap();
    for part in change.split("; ").filter(|part| !part.is_empty()) {
        let (path, new) = part.split_once('=').unwrap();
        let mut place = &mut value;
        for key in path.split('.') {
            place = match key.parse::<usize>() {
                Ok(index) => place.get_mut(index).unwrap(),
                Err(_) => place.as_object_mut().unwrap().entry(key.replace('|', ".")).or_insert(Value::Null),
            };
            if place.is_null() {
                *place = json!({});
            }
        }
        *place = serde_yaml::from_str(new).unwrap();
    }
    value
}

fn create(server: &mut ApiServer, value: Value) -> String {
    let kind = Kind::of(value["apiVersion"].as_str().unwrap(), value["kind"].as_str().unwrap()).unwrap();
    let namespace = if kind.is_namespaced() { "default" } else { "" };
    let request =
        Request::Create { kind, namespace: namespace.into(), body: Body::Manifest(value), dry_run: false };
    match server.handle(request) {
        Ok(object) => format!("created {}", object.key()),
        Err(error) => error.to_string(),
    }
}

/// One change for each line; what the server says to it goes under it.
fn check(base: &str, changes: &str, expected: &Expect) {
    let mut said = String::new();
    for change in changes.lines().map(str::trim).filter(|line| !line.is_empty()) {
        said.push_str(&format!("{change}\n  {}\n", create(&mut server(), with(base, change))));
    }
    expected.assert_eq(&said);
}

/// As [`check`], for merge patches of an object that is there.
fn check_patches(base: &str, patches: &str, expected: &Expect) {
    let mut said = String::new();
    for patch in patches.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let mut server = server();
        let value = with(base, "");
        let kind = Kind::of(value["apiVersion"].as_str().unwrap(), value["kind"].as_str().unwrap()).unwrap();
        let name = value["metadata"]["name"].as_str().unwrap().to_owned();
        let made = create(&mut server, value);
        assert!(made.starts_with("created"), "{made}");
        let namespace = if kind.is_namespaced() { "default" } else { "" };
        let answer = server.handle(Request::Patch {
            key: ObjectKey::new(kind, namespace, name),
            patch_type: PatchType::Merge,
            patch: serde_yaml::from_str(patch).unwrap(),
            subresource: Subresource::Main,
            dry_run: false,
            drops_unknown: false,
        });
        let answer = answer.map_or_else(|error| error.to_string(), |_| "patched".to_owned());
        said.push_str(&format!("{patch}\n  {answer}\n"));
    }
    expected.assert_eq(&said);
}
