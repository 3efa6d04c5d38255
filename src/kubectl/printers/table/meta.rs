//! The table that kubectl makes by itself: `get --server-print=false`.
//!
//! Models `printObjectMeta`, staging/src/k8s.io/cli-runtime/pkg/printers/tableprinter.go, Kubernetes v1.36.

use super::Table;
use super::cells::age;
use crate::api::Object;
use crate::sim::Time;

/// The names of objects, and how old they are.
pub fn meta_table(objects: &[Object], now: Time) -> Table {
    let row = |object: &Object| vec![object.meta().name.clone(), age(object.meta(), now)];
    Table {
        columns: ["Name", "Age"].map(str::to_owned).to_vec(),
        rows: objects.iter().map(row).collect(),
        name_column: Some(0),
    }
}
