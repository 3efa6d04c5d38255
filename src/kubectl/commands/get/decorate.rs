//! Adds to a table what flags ask for: namespace, kind, label columns, all labels.
//!
//! Models `decorateTable`, staging/src/k8s.io/cli-runtime/pkg/printers/tableprinter.go, Kubernetes v1.36.

use crate::api::labels::format_labels;
use crate::api::{Kind, LabelMap, Object};
use crate::kubectl::command::Context;
use crate::kubectl::printers::{Table, meta_table, scale_table, table};
use crate::sim::Time;

/// How tables are to be printed.
#[derive(Clone, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own that a person may give")]
pub(super) struct TableOptions {
    /// More columns.
    pub wide: bool,
    /// The columns of the server; without them there are only two.
    pub server_print: bool,
    /// A column with the namespace.
    pub namespace: bool,
    /// The kind before each name.
    pub kind: bool,
    /// A column for each of these labels.
    pub label_columns: Vec<String>,
    /// A column with all labels.
    pub all_labels: bool,
    /// No headers.
    pub no_headers: bool,
}

impl TableOptions {
    pub(super) fn of(context: &Context<'_>) -> Self {
        Self {
            wide: context.flags.text("output") == "wide",
            server_print: context.flags.switch("server-print"),
            namespace: context.flags.switch("all-namespaces"),
            kind: context.flags.switch("show-kind"),
            label_columns: context.flags.list("label-columns").to_vec(),
            all_labels: context.flags.switch("show-labels"),
            no_headers: context.flags.switch("no-headers"),
        }
    }

    /// The decorated table of objects of one kind.
    pub(super) fn table(&self, kind: Kind, objects: &[Object], now: Time) -> Table {
        let made =
            if self.server_print { table(kind, objects, self.wide, now) } else { meta_table(objects, now) };
        self.decorated(made, kind, objects)
    }

    /// The same of their sizes, which are objects without labels.
    pub(super) fn scales(&self, kind: Kind, objects: &mut [Object], now: Time) -> Table {
        for object in &mut *objects {
            object.meta_mut().labels = LabelMap::default();
        }
        let made = if self.server_print { scale_table(objects, now) } else { meta_table(objects, now) };
        self.decorated(made, kind, objects)
    }

    fn decorated(&self, mut made: Table, kind: Kind, objects: &[Object]) -> Table {
        if let (true, Some(column)) = (self.kind, made.name_column) {
            for row in &mut made.rows {
                if let Some(cell) = row.get_mut(column) {
                    *cell = format!("{}/{cell}", kind.group_singular());
                }
            }
        }
        let with_namespace = self.namespace && kind.is_namespaced();
        if with_namespace {
            made.columns.insert(0, "Namespace".to_owned());
        }
        made.columns.extend(self.label_columns.iter().map(|label| label_header(label)));
        if self.all_labels {
            made.columns.push("Labels".to_owned());
        }
        for (row, object) in made.rows.iter_mut().zip(objects) {
            let meta = object.meta();
            if with_namespace {
                row.insert(0, meta.namespace.clone());
            }
            for label in &self.label_columns {
                row.push(meta.labels.get(label).cloned().unwrap_or_default());
            }
            if self.all_labels {
                row.push(format_labels(&meta.labels));
            }
        }
        made
    }
}

/// The header of a label's column is what follows its last slash.
fn label_header(label: &str) -> String {
    label.rsplit('/').next().unwrap_or(label).to_ascii_uppercase()
}
