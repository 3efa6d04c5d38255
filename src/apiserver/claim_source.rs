//! What a claim is to be filled from has two fields, of which the other follows.
//!
//! Models `EnforceDataSourceBackwardsCompatibility` and `NormalizeDataSources`,
//! pkg/api/persistentvolumeclaim/util.go, Kubernetes v1.36.

use std::rc::Rc;

use serde_json::{Map, Value};

use super::fields::text;
use crate::api::storage::PersistentVolumeClaim;

const OLD: &str = "dataSource";
const NEW: &str = "dataSourceRef";

/// Completes a claim that is made or changed.
pub(super) fn complete(claim: &mut Rc<PersistentVolumeClaim>, before: Option<&PersistentVolumeClaim>) {
    let names_one =
        |claim: &PersistentVolumeClaim| [OLD, NEW].iter().any(|field| claim.spec.extra.contains_key(*field));
    if !names_one(claim) {
        return;
    }
    let extra = &mut Rc::make_mut(claim).spec.extra;
    match (extra.get(OLD).cloned(), extra.get(NEW).cloned()) {
        (Some(old), None) => {
            if before.is_some_and(names_one) || is_always_known(&old) {
                extra.insert(NEW.into(), local(&old));
            } else {
                // What nobody could fill a claim from at the time of the old field is dropped without a word.
                extra.remove(OLD);
            }
        }
        (None, Some(new)) if text(&new, "namespace").is_empty() => {
            extra.insert(OLD.into(), local(&new));
        }
        _ => {}
    }
}

/// Claims and snapshots.
fn is_always_known(source: &Value) -> bool {
    matches!(
        (text(source, "apiGroup"), text(source, "kind")),
        ("", "PersistentVolumeClaim") | ("snapshot.storage.k8s.io", "VolumeSnapshot")
    )
}

/// A source by the fields that both know.
fn local(source: &Value) -> Value {
    let fields = ["apiGroup", "kind", "name"].into_iter();
    let known = fields.filter_map(|field| Some((field.to_owned(), source.get(field)?.clone())));
    Value::Object(known.collect::<Map<_, _>>())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::api::codec::from_value;

    fn completed(spec: &Value, before: Option<&Value>) -> [Value; 2] {
        let claim =
            |spec: &Value| Rc::new(from_value::<PersistentVolumeClaim>(json!({"spec": spec})).unwrap());
        let (mut new, before) = (claim(spec), before.map(claim));
        complete(&mut new, before.as_deref());
        [OLD, NEW].map(|field| new.spec.extra.get(field).cloned().unwrap_or_default())
    }

    #[test]
    fn either_field_gives_the_other() {
        let source = json!({"kind": "PersistentVolumeClaim", "name": "a"});
        let both = [source.clone(), source.clone()];
        assert_eq!(completed(&json!({"dataSource": source}), None), both);
        assert_eq!(completed(&json!({"dataSourceRef": source}), None), both);
        assert_eq!(completed(&json!({}), None), [Value::Null, Value::Null]);
        let elsewhere = json!({"kind": "PersistentVolumeClaim", "name": "a", "namespace": "b"});
        assert_eq!(completed(&json!({"dataSourceRef": elsewhere}), None), [Value::Null, elsewhere]);
    }

    #[test]
    fn what_was_never_known_to_the_old_field_is_dropped_unless_it_is_in_use() {
        let other = json!({"apiGroup": "x.y", "kind": "Foo", "name": "a"});
        assert_eq!(completed(&json!({"dataSource": other}), None), [Value::Null, Value::Null]);
        let before = json!({"dataSource": other, "dataSourceRef": other});
        assert_eq!(completed(&json!({"dataSource": other}), Some(&before)), [other.clone(), other]);
    }
}
