//! Orders objects by a field: `--sort-by=.metadata.name`.
//!
//! Models `SortingPrinter`, k8s.io/kubectl/pkg/cmd/get/sorter.go, Kubernetes v1.36: objects without the
//! field come first, texts that are quantities are compared as amounts. Left out: nothing.

use std::borrow::Cow;

use serde_json::Value;

use super::go_sort;
use super::go_value::type_name;
use super::jsonpath::{JsonPath, relaxed_expression};
use crate::api::quantity::Quantity;

/// Returns the positions of the objects in the order of a field.
///
/// `table` says that they are rows of a table, for which kubectl's checks differ a little.
pub fn sort_by(objects: &[&Value], field: &str, table: bool) -> Result<Vec<usize>, String> {
    let mut order: Vec<usize> = (0..objects.len()).collect();
    if objects.is_empty() || table && objects.len() == 1 {
        return Ok(order);
    }
    let expression = match relaxed_expression(field) {
        Err(_) if table => field.to_owned(),
        expression => expression?,
    };
    let path = JsonPath::parse(&expression)
        .map_err(|error| if table { format!("sorting error: {error}") } else { error })?;
    let mut keys: Vec<Option<Cow<'_, Value>>> = Vec::new();
    for object in objects {
        keys.push(path.find(object)?.into_iter().next().and_then(|results| results.into_iter().next()));
    }
    if keys.iter().all(Option::is_none) {
        return Err(format!("couldn't find any field with path {expression:?} in the list of objects"));
    }
    let less = |a: usize, b: usize| -> Result<bool, String> {
        let key = |index: usize| keys.get(index).and_then(Option::as_deref);
        match (key(a), key(b)) {
            (None, _) => Ok(true),
            (_, None) => Ok(false),
            (Some(x), Some(y)) => is_less(x, y).map_err(|error| {
                format!("Field {expression} in *unstructured.Unstructured is an unsortable type: interface, err: {error}")
            }),
        }
    };
    // Go ends at the first two that cannot be compared.
    let mut fault = None;
    go_sort::sort(&mut order, &mut |a, b| match less(a, b) {
        Ok(is_less) => is_less,
        Err(why) => {
            fault.get_or_insert(why);
            false
        }
    });
    fault.map_or(Ok(order), Err)
}

fn is_less(a: &Value, b: &Value) -> Result<bool, String> {
    match (a, b) {
        (Value::Null, other) => Ok(!other.is_null()),
        (_, Value::Null) => Ok(false),
        (Value::Number(x), Value::Number(y)) if x.is_f64() && y.is_f64() => Ok(x.as_f64() < y.as_f64()),
        (Value::Number(x), Value::Number(y)) if !x.is_f64() && !y.is_f64() => Ok(x.as_i64() < y.as_i64()),
        (Value::String(x), Value::String(y)) => match (Quantity::parse(x), Quantity::parse(y)) {
            (Ok(x), Ok(y)) => Ok(x < y),
            _ => Ok(x < y),
        },
        (Value::Number(_) | Value::String(_), _) => Err("unsortable interface: interface".to_owned()),
        _ => Err(format!("unsortable type: {}", type_name(a))),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::sort_by;

    fn order(keys: &[Value], field: &str) -> Result<Vec<usize>, String> {
        let objects: Vec<Value> = keys.iter().map(|key| json!({"k": key, "m": {"n": key}})).collect();
        sort_by(&objects.iter().collect::<Vec<_>>(), field, true)
    }

    #[test]
    fn fields_are_compared_by_their_kind() {
        let cases: [(&[Value], &[usize]); 5] = [
            (&[json!("b"), json!("a"), json!("c")], &[1, 0, 2]),
            (&[json!(10), json!(9), json!(-1)], &[2, 1, 0]),
            (&[json!("1Gi"), json!("500Mi"), json!("2Gi")], &[1, 0, 2]),
            (&[json!("2026-11-21T05:34:50Z"), json!("2026-11-21T05:34:49Z")], &[1, 0]),
            (&[json!("b"), json!(null), json!("a")], &[1, 2, 0]),
        ];
        for (keys, wanted) in cases {
            for field in [".k", "{.k}", "m.n"] {
                assert_eq!(order(keys, field).unwrap(), wanted, "{keys:?}");
            }
        }
        let many: Vec<Value> = (0..13).map(|index| json!(index % 3)).collect();
        assert_eq!(order(&many, ".k").unwrap(), [6, 3, 0, 9, 12, 1, 4, 7, 10, 2, 5, 8, 11]);
    }

    #[test]
    fn fields_that_do_not_sort_are_refused() {
        let two = [json!("a"), json!("b")];
        assert_eq!(
            order(&two, ".nope").unwrap_err(),
            "couldn't find any field with path \"{.nope}\" in the list of objects"
        );
        assert_eq!(order(&two, "{.x").unwrap_err(), "sorting error: unclosed action");
        assert!(
            order(&[json!(true), json!(false)], ".k").unwrap_err().ends_with("err: unsortable type: bool")
        );
        assert!(
            order(&[json!(1), json!("x")], ".k").unwrap_err().ends_with("unsortable interface: interface")
        );
    }
}
