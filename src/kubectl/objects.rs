//! Objects as kubectl sees them: values as the server writes them, and names as people type them.
//!
//! Models `Info.Get`, staging/src/k8s.io/cli-runtime/pkg/resource/visitor.go, Kubernetes v1.36.
//! Left out: several versions of one kind.

use serde_json::{Value, json};

use super::error::CommandError;
use super::quote::quote;
use crate::api::heartbeat::as_read;
use crate::api::{Kind, Object, ObjectKey, schema};
use crate::apiserver::{ApiServer, StatusError};

/// An object as the server writes it.
pub fn wire(object: &Object) -> Value {
    let value = object.to_value();
    let kind = object.kind();
    let Some(mut written) = schema::encode::encode(&value, &kind.api_version(), kind.resource().kind) else {
        return value;
    };
    if let Value::Object(fields) = &mut written {
        fields.insert("apiVersion".to_owned(), kind.api_version().into());
        fields.insert("kind".to_owned(), kind.resource().kind.into());
        if kind == Kind::Event {
            as_new_event(fields);
        }
    }
    written
}

/// The component that tells its Events through events.k8s.io.
const SCHEDULER: &str = "default-scheduler";

/// Whether a component tells its Events through events.k8s.io.
pub fn is_of_newer_api(component: &str) -> bool {
    component == SCHEDULER
}

/// Events of events.k8s.io, seen as `v1`, have the time of the event and its series instead of the older
/// times and count.
fn as_new_event(event: &mut serde_json::Map<String, Value>) {
    if !event.get("reportingComponent").and_then(Value::as_str).is_some_and(is_of_newer_api) {
        return;
    }
    let mut take = |field: &str| event.insert(field.to_owned(), Value::Null).unwrap_or_default();
    let micro = |time: Value| Value::from(time.as_str().unwrap_or_default().replace('Z', ".000000Z"));
    let (first, last) = (micro(take("firstTimestamp")), micro(take("lastTimestamp")));
    event.insert("eventTime".to_owned(), first);
    let count = event.remove("count").and_then(|count| count.as_i64()).unwrap_or_default();
    if count > 1 {
        event.insert("series".to_owned(), json!({"count": count, "lastObservedTime": last}));
    }
    let action = match event.get("reason").and_then(Value::as_str) {
        Some("Scheduled") => "Binding",
        Some("Preempted") => "Preempting",
        _ => "Scheduling",
    };
    event.insert("action".to_owned(), action.into());
    event.insert("reportingInstance".to_owned(), format!("{SCHEDULER}-control-plane").into());
    event.insert("source".to_owned(), json!({}));
}

/// The object under a key; a missing namespace is told instead of the missing object.
///
/// # Errors
/// `NotFound`, and the refusal of names that no path can hold.
pub fn fetch(api: &ApiServer, key: &ObjectKey) -> Result<Object, CommandError> {
    check_path_name(&key.name)?;
    api.read(key).map(|object| as_read(&object, api.now())).map_err(|error| {
        let namespace = ObjectKey::new(Kind::Namespace, "", key.namespace.as_str());
        let other = !key.namespace.is_empty() && key.namespace != "default";
        if other && error.is_not_found() && api.get(&namespace).is_err() {
            return StatusError::not_found(Kind::Namespace, &key.namespace).into();
        }
        error.into()
    })
}

/// Refuses names that cannot stand in a path of the API.
///
/// # Errors
/// The client's own words.
pub fn check_path_name(name: &str) -> Result<(), CommandError> {
    if name.is_empty() {
        return Err(CommandError::plain("resource name may not be empty"));
    }
    let why = match name {
        "." | ".." => format!("may not be '{name}'"),
        _ => match name.chars().find(|letter| matches!(letter, '/' | '%')) {
            Some(letter) => format!("may not contain '{letter}'"),
            None => return Ok(()),
        },
    };
    Err(CommandError::plain(format!("invalid resource name {}: [{why}]", quote(name))))
}

/// The text at a path of a value; empty when there is none.
pub fn text_at<'a>(value: &'a Value, path: &[&str]) -> &'a str {
    path.iter().try_fold(value, |at, part| at.get(part)).and_then(Value::as_str).unwrap_or_default()
}

/// Sets a value at a path and makes the objects on the way.
pub fn set_at(value: &mut Value, path: &[&str], new: Value) {
    let Some((first, rest)) = path.split_first() else {
        *value = new;
        return;
    };
    if !value.is_object() {
        *value = Value::Object(serde_json::Map::new());
    }
    if let Value::Object(fields) = value {
        set_at(fields.entry((*first).to_owned()).or_insert(Value::Null), rest, new);
    }
}

/// Removes what is at a path.
pub fn remove_at(value: &mut Value, path: &[&str]) {
    let Some((last, parents)) = path.split_last() else {
        return;
    };
    let mut at = value;
    for part in parents {
        match at.get_mut(*part) {
            Some(next) => at = next,
            None => return,
        }
    }
    if let Value::Object(fields) = at {
        fields.remove(*last);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{check_path_name, remove_at, set_at, text_at, wire};
    use crate::api::Object;
    use crate::api::pod::Pod;

    #[test]
    fn names_that_no_path_can_hold_are_refused() {
        assert!(check_path_name("web-0").is_ok());
        for (name, expected) in [
            ("", "error: resource name may not be empty\n"),
            ("%2e", "error: invalid resource name \"%2e\": [may not contain '%']\n"),
            ("..", "error: invalid resource name \"..\": [may not be '..']\n"),
            ("a/b", "error: invalid resource name \"a/b\": [may not contain '/']\n"),
        ] {
            assert_eq!(check_path_name(name).unwrap_err().render(), expected);
        }
    }

    #[test]
    fn values_are_reached_by_path() {
        let mut value = json!({"a": {"b": "c"}, "d": 1});
        set_at(&mut value, &["d", "e"], json!(2));
        set_at(&mut value, &["x", "y"], json!("z"));
        remove_at(&mut value, &["a", "b"]);
        remove_at(&mut value, &["q", "r"]);
        assert_eq!(value, json!({"a": {}, "d": {"e": 2}, "x": {"y": "z"}}));
        assert_eq!((text_at(&value, &["x", "y"]), text_at(&value, &["d"])), ("z", ""));
        let pod = wire(&Object::from(Pod::default()));
        assert_eq!(pod.get("kind"), Some(&Value::from("Pod")));
        assert_eq!(pod.get("status"), Some(&json!({})));
    }
}
