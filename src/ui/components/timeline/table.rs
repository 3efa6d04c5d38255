//! The timeline in words.

use std::rc::Rc;

use yew::prelude::*;

use crate::ui::view_model::summary::clock;
use crate::ui::view_model::timeline::PhaseRow;

#[derive(PartialEq, Properties)]
pub(super) struct PhasesProps {
    pub(super) rows: Rc<Vec<PhaseRow>>,
    pub(super) is_open: bool,
    pub(super) on_open: Callback<bool>,
}

/// The newest phases of all pods that are drawn; they are told while the table is open.
#[component]
pub(super) fn Phases(props: &PhasesProps) -> Html {
    let is_open = props.is_open;
    // The page's state says whether it is open: the browser shall not.
    let onclick = props.on_open.reform(move |event: MouseEvent| {
        event.prevent_default();
        !is_open
    });
    html! {
        <details class="disclosure" open={is_open}>
            <summary {onclick}>{ "As a table" }</summary>
            <div class="table-box" tabindex="0">
                <table class="table">
                    <thead><tr>
                        { for ["Time", "Pod", "State", "Node", "Revision"].map(|title| html! {
                            <th scope="col">{ title }</th>
                        }) }
                    </tr></thead>
                    <tbody>{ for props.rows.iter().map(|row| html! {
                        <tr>
                            <td class="is-code">{ clock(row.at) }</td>
                            <td class="is-code">{ &row.pod }</td>
                            <td>{ &row.state }</td>
                            <td class="is-code">{ &row.node }</td>
                            <td>{ &row.revision }</td>
                        </tr>
                    }) }</tbody>
                </table>
            </div>
        </details>
    }
}
