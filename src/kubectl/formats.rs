//! The one place where kubectl meets the YAML reader and writer.
//!
//! Left out: warnings; what the reader accepts, it accepts in silence.

use serde_json::Value;

pub use super::output::json::{compact, pretty as to_json, pretty_in as to_json_in};
pub use super::output::kyaml::kyaml as to_kyaml;
pub use super::output::table::{TablePrinter, print_table, print_table_always};
pub use crate::api::yaml::emit as to_yaml;
pub use crate::api::yaml::unmarshal_fault;

/// The documents of a text, each as a value; the last may be the reason why reading ended.
pub fn documents(text: &str) -> Vec<Result<Value, String>> {
    let manifest = crate::api::yaml::read_manifest(text);
    let read = manifest.documents.into_iter().map(|document| Ok(document.value));
    read.chain(manifest.error.map(|error| Err(error.to_string()))).collect()
}

/// One value of a text in YAML or JSON, such as a patch.
///
/// # Errors
/// The reader's own words.
pub fn value(text: &str) -> Result<Value, String> {
    crate::api::yaml::parse(text).map_err(|error| error.to_string())
}

/// The order of values sorted by a field; `table` says that they are rows of a table.
///
/// # Errors
/// kubectl's words for a field that cannot be sorted by.
pub fn sorted_order(values: &[Value], field: &str, table: bool) -> Result<Vec<usize>, String> {
    super::output::sort_by::sort_by(&values.iter().collect::<Vec<_>>(), field, table)
}
