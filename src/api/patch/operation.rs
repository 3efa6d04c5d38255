//! One operation of a JSON patch.
//!
//! Models `Patch.Apply`, gopkg.in/evanphx/json-patch.v4, as Kubernetes v1.36 uses it. It is laxer than RFC
//! 6902: a field that is not there can be replaced and copied (as null), a value may be left out, negative
//! indices count from a list's end. Left out: how much copies may add.

use serde_json::Value;

const MISSING: &str = "missing value";
const NO_PATH: &str = "operation missing path field: missing value";
const NO_FROM: &str = "operation, missing from field: missing value";

type Result<T> = std::result::Result<T, String>;

/// Carries out an operation; after an error nothing of the document is of use.
pub(super) fn apply(doc: &mut Value, operation: &Value) -> Result<()> {
    let text = |name: &str| operation.get(name).and_then(Value::as_str);
    let (path, from, value) = (text("path"), text("from"), operation.get("value"));
    match text("op").unwrap_or("unknown") {
        "add" => {
            let path = path.ok_or_else(|| format!("add operation failed to decode path: {MISSING}"))?;
            add(doc, path, value)
        }
        "remove" => {
            let path = path.ok_or_else(|| format!("remove operation failed to decode path: {MISSING}"))?;
            remove(doc, path)
        }
        "replace" => {
            let path = path.ok_or_else(|| format!("replace operation failed to decode path: {NO_PATH}"))?;
            replace(doc, path, value)
        }
        "move" => move_(doc, from, path),
        "test" => {
            let path = path.ok_or_else(|| format!("test operation failed to decode path: {NO_PATH}"))?;
            test(doc, path, value)
        }
        "copy" => copy(doc, from, path),
        other => Err(format!("Unexpected kind: {other}")),
    }
}

fn add(doc: &mut Value, path: &str, value: Option<&Value>) -> Result<()> {
    let missing = || format!("add operation does not apply: doc is missing path: \"{path}\": {MISSING}");
    let (container, key) = find(doc, path).ok_or_else(missing)?;
    insert(container, &key, value.cloned().unwrap_or_default())
        .map_err(|why| format!("error in add for path: '{path}': {why}"))
}

fn remove(doc: &mut Value, path: &str) -> Result<()> {
    let missing = || format!("remove operation does not apply: doc is missing path: \"{path}\": {MISSING}");
    let (container, key) = find(doc, path).ok_or_else(missing)?;
    take(container, &key).map_err(|why| format!("error in remove for path: '{path}': {why}"))
}

fn replace(doc: &mut Value, path: &str, value: Option<&Value>) -> Result<()> {
    let value = value.cloned().unwrap_or_default();
    if path.is_empty() {
        if !value.is_object() && !value.is_array() {
            return Err("replace operation value must be object or array".to_owned());
        }
        *doc = value;
        return Ok(());
    }
    let missing =
        |what: &str| format!("replace operation does not apply: doc is missing {what}: {path}: {MISSING}");
    let (container, key) = find(doc, path).ok_or_else(|| missing("path"))?;
    match container {
        Value::Array(items) => {
            let at = position(&key, items.len()).ok().ok_or_else(|| missing("key"))?;
            items.splice(at..=at, [value]);
        }
        Value::Object(fields) => drop(fields.insert(key, value)),
        _ => {}
    }
    Ok(())
}

fn move_(doc: &mut Value, from: Option<&str>, path: Option<&str>) -> Result<()> {
    let from = from.ok_or_else(|| format!("move operation failed to decode from: {NO_FROM}"))?;
    let missing = |what: &str, path: &str| {
        format!("move operation does not apply: doc is missing {what} path: {path}: {MISSING}")
    };
    let (container, key) = find(doc, from).ok_or_else(|| missing("from", from))?;
    let failed = |why: String| format!("error in move for path: '{key}': {why}");
    let value = get(container, &key).map_err(failed)?.map(Value::take);
    take(container, &key).map_err(failed)?;
    let path = path.ok_or_else(|| format!("move operation failed to decode path: {NO_PATH}"))?;
    let (container, key) = find(doc, path).ok_or_else(|| missing("destination", path))?;
    insert(container, &key, value.unwrap_or_default())
        .map_err(|why| format!("error in move for path: '{path}': {why}"))
}

fn copy(doc: &mut Value, from: Option<&str>, path: Option<&str>) -> Result<()> {
    let from = from.ok_or_else(|| format!("copy operation failed to decode from: {NO_FROM}"))?;
    let missing = |what: &str, path: &str| {
        format!("copy operation does not apply: doc is missing {what} path: {path}: {MISSING}")
    };
    let (container, key) = find(doc, from).ok_or_else(|| missing("from", from))?;
    let found = get(container, &key).map_err(|why| format!("error in copy for from: '{from}': {why}"))?;
    let value = found.cloned().unwrap_or_default();
    let path = path.ok_or_else(|| format!("copy operation failed to decode path: {MISSING}"))?;
    let (container, key) = find(doc, path).ok_or_else(|| missing("destination", path))?;
    insert(container, &key, value).map_err(|why| format!("error while adding value during copy: {why}"))
}

/// A value that is not there, or null, is what an operation without a value, or with null, expects.
fn test(doc: &mut Value, path: &str, value: Option<&Value>) -> Result<()> {
    let wanted = value.unwrap_or(&Value::Null);
    let is_same = if path.is_empty() {
        doc == wanted
    } else {
        let missing = || format!("test operation does not apply: is missing path: {path}: {MISSING}");
        let (container, key) = find(doc, path).ok_or_else(missing)?;
        let found = get(container, &key).map_err(|why| format!("error in test for path: '{path}': {why}"))?;
        found.map_or(wanted.is_null(), |found| found == wanted)
    };
    if is_same { Ok(()) } else { Err(format!("testing value {path} failed: test failed")) }
}

/// The object or list that a path's last part lies in, and that part; what stands before the first slash is
/// not looked at.
fn find<'d>(mut doc: &'d mut Value, path: &str) -> Option<(&'d mut Value, String)> {
    let parts: Vec<String> = path.split('/').map(|part| part.replace("~1", "/").replace("~0", "~")).collect();
    let [_, between @ .., key] = parts.as_slice() else { return None };
    for part in between {
        doc = get(doc, part).ok()??;
        if !doc.is_object() && !doc.is_array() {
            return None;
        }
    }
    Some((doc, key.clone()))
}

fn get<'d>(container: &'d mut Value, key: &str) -> Result<Option<&'d mut Value>> {
    match container {
        Value::Array(items) => {
            let at = position(key, items.len())?;
            Ok(items.get_mut(at))
        }
        other => Ok(other.get_mut(key)),
    }
}

fn insert(container: &mut Value, key: &str, value: Value) -> Result<()> {
    match container {
        Value::Array(items) if key == "-" => items.push(value),
        Value::Array(items) => {
            if key.parse::<i64>().is_err() {
                return Err(format!("value was not a proper array index: '{key}': {}", no_number(key)));
            }
            items.insert(position(key, items.len() + 1)?, value);
        }
        Value::Object(fields) => drop(fields.insert(key.to_owned(), value)),
        _ => {}
    }
    Ok(())
}

fn take(container: &mut Value, key: &str) -> Result<()> {
    let taken = match container {
        Value::Array(items) => Some(items.remove(position(key, items.len())?)),
        Value::Object(fields) => fields.remove(key),
        _ => None,
    };
    taken.map(drop).ok_or_else(|| format!("Unable to remove nonexistent key: {key}: {MISSING}"))
}

/// Where a key stands among so many places; a negative one counts from the end.
fn position(key: &str, places: usize) -> Result<usize> {
    let number: i64 = key.parse().ok().ok_or_else(|| no_number(key))?;
    let from_end = || places.checked_sub(usize::try_from(number.unsigned_abs()).ok()?);
    let at = if number < 0 { from_end() } else { usize::try_from(number).ok() };
    at.filter(|at| *at < places)
        .ok_or_else(|| format!("Unable to access invalid index: {number}: invalid index referenced"))
}

fn no_number(key: &str) -> String {
    format!("strconv.Atoi: parsing \"{key}\": invalid syntax")
}
