//! A manifest goes in, the object with its defaults comes out.

mod others;
mod pods;

use expect_test::Expect;
use serde_json::Value;

use crate::api::{Kind, schema};

fn check(manifest: &str, expected: &Expect) {
    let value: Value = serde_yaml::from_str(manifest).unwrap();
    let kind = Kind::of(value["apiVersion"].as_str().unwrap(), value["kind"].as_str().unwrap()).unwrap();
    let mut decoded = schema::decode(&value, &kind.api_version(), kind.resource().kind).unwrap();
    super::apply(kind, &mut decoded);
    expected.assert_eq(&serde_yaml::to_string(&decoded).unwrap());
}
