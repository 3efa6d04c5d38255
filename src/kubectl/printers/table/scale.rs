//! The table of sizes: the subresource `scale` of objects.

use super::Table;
use super::cells::age;
use crate::api::Object;
use crate::apiserver::scale_of;
use crate::sim::Time;

/// How many replicas objects should have, and how many there are.
pub fn scale_table(objects: &[Object], now: Time) -> Table {
    let columns = ["Name", "Desired", "Available", "Age"];
    let row = |object: &Object| {
        let scale = scale_of(object).unwrap_or_default();
        let count = |part: &str| {
            let replicas = scale.get(part).and_then(|part| part.get("replicas")?.as_i64());
            replicas.unwrap_or_default().to_string()
        };
        let meta = object.meta();
        vec![meta.name.clone(), count("spec"), count("status"), age(meta, now)]
    };
    Table {
        columns: columns.map(str::to_owned).to_vec(),
        rows: objects.iter().map(row).collect(),
        name_column: Some(0),
    }
}
