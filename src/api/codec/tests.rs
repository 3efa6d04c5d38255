//! Structs to values and back: names, tags, what is kept and what is said of values that do not fit.

use serde_json::{Value, json};

use super::{api_enum, api_struct, from_value, to_value};
use crate::api::apps::StatefulSet;
use crate::api::pod::Pod;
use crate::api::{Extra, LabelMap, Timestamp};

api_struct! {
    /// One field of each sort.
    #[derive(Clone, Debug, Default, PartialEq)]
    struct Sample {
        /// Always written.
        min_ready_seconds: i64,
        /// A name of its own.
        pod_ip: String ["podIP", omitempty],
        /// A trailing underscore.
        type_: Option<String>,
        /// Left out.
        is_set: bool [omitempty],
        /// Left out.
        match_labels: LabelMap [omitempty],
        /// A list.
        items: Vec<Inner> [omitempty],
        /// The rest.
        extra: Extra [inline],
    }

    /// Drops what it does not know.
    #[derive(Clone, Debug, Default, PartialEq)]
    struct Inner {
        /// A time.
        at: Option<Timestamp> [omitempty],
    }
}

api_enum! {
    /// Two sorts of variants.
    #[derive(Clone, Debug, PartialEq)]
    enum Choice {
        /// Has fields.
        RemoveFile {
            /// A field.
            file_name: String,
            /// Another one.
            is_sure: bool,
        },
        /// Holds a value.
        Inside(Inner),
    }
}

impl Default for Choice {
    fn default() -> Self {
        Self::Inside(Inner::default())
    }
}

#[test]
fn a_variant_is_an_object_with_one_field() {
    let file = Choice::RemoveFile { file_name: "a".to_owned(), is_sure: true };
    let value = json!({"removeFile": {"fileName": "a", "isSure": true}});
    assert_eq!(to_value(&file), value);
    assert_eq!(from_value(value), Ok(file));
    let inside = Choice::Inside(Inner { at: Timestamp::parse("2026-01-05T09:00:00Z") });
    let value = json!({"inside": {"at": "2026-01-05T09:00:00Z"}});
    assert_eq!(to_value(&inside), value);
    assert_eq!(from_value(value), Ok(inside));
    let said = |value: Value| from_value::<Choice>(value).unwrap_err().to_string();
    assert_eq!(said(json!({"other": {}})), "other: no such variant");
    assert_eq!(said(json!({})), "expected an object with one field, found none");
    assert_eq!(said(json!({"removeFile": {"isSure": 1}})), "isSure: expected a boolean, found a number");
}

#[test]
fn tags_decide_what_is_written() {
    let empty = json!({"minReadySeconds": 0, "type": null});
    assert_eq!(to_value(&Sample::default()), empty);
    assert_eq!(from_value(empty), Ok(Sample::default()));
    let full = json!({
        "minReadySeconds": 3, "type": "a", "podIP": "10.0.0.1", "isSet": true, "matchLabels": {"a": "b"},
        "items": [{"at": "2026-01-05T09:00:00Z"}, {}], "unknown": {"kept": [1, null]},
    });
    assert_eq!(from_value::<Sample>(full.clone()).map(|sample| to_value(&sample)), Ok(full));
    let inner: Inner = from_value(json!({"unknown": 1})).unwrap();
    assert_eq!(to_value(&inner), json!({}));
}

#[test]
fn null_says_nothing() {
    let nulls = json!({"minReadySeconds": null, "podIP": null, "matchLabels": null, "items": [null]});
    let read: Sample = from_value(nulls).unwrap();
    assert_eq!(read, Sample { items: vec![Inner::default()], ..Sample::default() });
    assert_eq!(from_value::<Sample>(Value::Null), Ok(Sample::default()));
}

#[test]
fn a_value_that_does_not_fit_is_named_with_its_path() {
    let said = |value: Value| from_value::<StatefulSet>(value).unwrap_err().to_string();
    let table = [
        (json!([]), "expected an object, found a list"),
        (json!({"spec": {"replicas": "3"}}), "spec.replicas: expected an integer, found a string"),
        (json!({"spec": {"replicas": 0.5}}), "spec.replicas: expected an integer, found a number"),
        (
            json!({"spec": {"template": {"spec": {"containers": [{}, {"name": 1}]}}}}),
            "spec.template.spec.containers[1].name: expected a string, found a number",
        ),
        (
            json!({"metadata": {"labels": {"a": true}}}),
            "metadata.labels.a: expected a string, found a boolean",
        ),
        (
            json!({"metadata": {"creationTimestamp": "now"}}),
            "metadata.creationTimestamp: cannot read \"now\" as an RFC 3339 time",
        ),
        (
            json!({"metadata": {"resourceVersion": "x"}}),
            "metadata.resourceVersion: invalid resource version \"x\": invalid digit found in string",
        ),
        (
            json!({"metadata": {"finalizers": [1]}}),
            "metadata.finalizers[0]: expected a string, found a number",
        ),
    ];
    for (value, expected) in table {
        assert_eq!(said(value), expected);
    }
}

#[test]
fn fields_that_no_struct_names_are_kept() {
    let pod = json!({
        "metadata": {"name": "a", "managedFields": []},
        "spec": {
            "containers": [{"name": "c", "image": "nginx", "resources": {"claims": [{"name": "x"}]}, "tty": true}],
            "hostNetwork": true,
            "volumes": [{"name": "v", "emptyDir": {}}],
        },
        "status": {"podIPs": [{"ip": "10.0.0.1"}]},
    });
    let read: Pod = from_value(pod.clone()).unwrap();
    assert_eq!(to_value(&read), pod);
}
