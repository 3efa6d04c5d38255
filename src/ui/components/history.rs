//! The revisions of each set, and the way back to each.

use std::rc::Rc;

use yew::prelude::*;

use super::revision::badge;
use super::tile::namespace_flag;
use crate::ui::state::Action;
use crate::ui::view_model::sets::{RevisionRow, SetView};

#[derive(PartialEq, Properties)]
pub(crate) struct HistoryProps {
    pub(crate) sets: Vec<Rc<SetView>>,
    pub(crate) on: Callback<Action>,
}

fn row(set: &SetView, row: &RevisionRow, on: &Callback<Action>) -> Html {
    let line = format!(
        "kubectl rollout undo statefulset/{}{} --to-revision={}",
        set.key.name,
        namespace_flag(&set.key.namespace),
        row.number
    );
    html! {
        <tr key={row.name.clone()}>
            <td class="is-number">{ row.number }</td>
            <td>{ badge(row.mark.as_ref()) }</td>
            <td class="is-code">{ &row.hash }</td>
            <td class="is-code is-wide">{ &row.changes }</td>
            <td>{ if row.cause.is_empty() { "<none>" } else { row.cause.as_str() } }</td>
            <td class="is-number">{ row.pods }</td>
            <td class="is-number">{ &row.age }</td>
            <td class="roles">
                if row.is_current { <span class="role">{ "current" }</span> }
                if row.is_update { <span class="role is-update">{ "update" }</span> }
                if !row.is_update {
                    <button type="button" class="button is-small" title={line.clone()}
                        aria-label={format!("Undo to revision {}", row.number)}
                        onclick={on.reform(move |_| Action::Run(line.clone()))}>{ "Undo to" }</button>
                }
            </td>
        </tr>
    }
}

#[component]
pub(crate) fn History(props: &HistoryProps) -> Html {
    let set = |set: &Rc<SetView>| {
        html! {
            <div class="table-box" tabindex="0" key={set.uid.clone()}>
                <table class="table">
                    <caption>{ format!("Revisions of statefulset/{}", set.key.name) }</caption>
                    <thead><tr>
                        <th scope="col">{ "Revision" }</th><th scope="col"><span
                            class="hidden">{ "Letter" }</span></th><th scope="col">{ "Hash" }</th>
                        <th scope="col">{ "Changes" }</th><th scope="col">{ "Change cause" }</th><th
                            scope="col">{ "Pods" }</th>
                        <th scope="col">{ "Age" }</th><th scope="col">{ "Role" }</th>
                    </tr></thead>
                    <tbody>{ for set.history.iter().map(|revision| row(set, revision, &props.on)) }</tbody>
                </table>
            </div>
        }
    };
    html! { <>{ for props.sets.iter().map(set) }</> }
}
