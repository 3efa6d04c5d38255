//! The cluster as `kubectl get` prints it, in tables that can be read out.

use std::rc::Rc;

use yew::prelude::*;

use crate::ui::view_model::tables::TableView;

/// Rows that are shown of each kind.
const ROWS_MAX: usize = 200;

#[derive(PartialEq, Properties)]
pub(crate) struct TablesProps {
    pub(crate) tables: Rc<Vec<TableView>>,
}

fn table(view: &TableView) -> Html {
    let rows = &view.table.rows;
    html! {
        <div class="table-box" tabindex="0" key={view.title}>
            <table class="table">
                <caption>{ format!("{} ({})", view.title, rows.len()) }</caption>
                <thead><tr>{ for view.table.columns.iter().map(|column| html! { <th
                    scope="col">{ column }</th> }) }</tr></thead>
                <tbody>
                    { for rows.iter().take(ROWS_MAX).map(|row| html! {
                        <tr key={row.first().cloned().unwrap_or_default()}>
                        { for row.iter().map(|cell| html! { <td class="is-code">{ cell }</td> }) }</tr>
                    }) }
                </tbody>
            </table>
            if rows.len() > ROWS_MAX {
                <p class="empty">{ format!("and {} more: kubectl get shows all", rows.len() - ROWS_MAX) }</p>
            }
        </div>
    }
}

#[component]
pub(crate) fn Tables(props: &TablesProps) -> Html {
    html! { <>{ for props.tables.iter().map(table) }</> }
}
