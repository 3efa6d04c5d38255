//! The revisions of each workload, and the way back to each.

use std::rc::Rc;

use yew::prelude::*;

use super::revision::badge;
use super::tile::namespace_flag;
use crate::ui::state::Action;
use crate::ui::view_model::history::{HistoryView, RevisionRow};

#[derive(PartialEq, Properties)]
pub(crate) struct HistoryProps {
    pub(crate) histories: Vec<Rc<HistoryView>>,
    pub(crate) on: Callback<Action>,
}

fn row(history: &HistoryView, row: &RevisionRow, on: &Callback<Action>) -> Html {
    let key = &history.key;
    let newest = history.rows.first().map_or(0, |row| row.number);
    let line = format!(
        "kubectl rollout undo {}/{}{} --to-revision={}",
        key.kind.resource().singular,
        key.name,
        namespace_flag(&key.namespace),
        row.number
    );
    html! {
        <tr key={row.name.clone()}>
            <td class="is-number">{ row.number }</td>
            <td>{ badge(row.mark.as_ref()) }</td>
            { roles(row, newest, line, on) }
            <td class="is-code">{ &row.hash }</td>
            <td class="is-code is-wide">{ &row.changes }</td>
            <td>{ if row.cause.is_empty() { "<none>" } else { row.cause.as_str() } }</td>
            <td class="is-number">{ row.pods }</td>
            <td class="is-number">{ &row.age }</td>
        </tr>
    }
}

/// What a revision is now, and the way back to it: beside its number, in sight on a narrow screen too.
fn roles(row: &RevisionRow, newest: i64, line: String, on: &Callback<Action>) -> Html {
    html! {
        <td class="roles">
            { for row.roles.iter().map(|role| html! {
                <span class={classes!("role", (*role == "update").then_some("is-update"))}>{ *role }</span>
            }) }
            if row.can_be_undone_to(newest) {
                <button type="button" class="button is-small" title={line.clone()}
                    aria-label={format!("Undo to revision {}", row.number)}
                    onclick={on.reform(move |_| Action::Run(line.clone()))}>{ "Undo to" }</button>
            }
        </td>
    }
}

#[component]
pub(crate) fn History(props: &HistoryProps) -> Html {
    let table = |history: &Rc<HistoryView>| {
        let owner = &history.key;
        let caption = format!("Revisions of {}/{}", owner.kind.resource().singular, owner.name);
        html! {
            <div class="table-box" tabindex="0" key={history.uid.clone()}>
                <table class="table">
                    <caption>{ caption }</caption>
                    <thead><tr>
                        <th scope="col">{ "Revision" }</th><th scope="col"><span
                            class="hidden">{ "Letter" }</span></th><th scope="col">{ "Role" }</th>
                        <th scope="col">{ "Hash" }</th>
                        <th scope="col">{ "Changes" }</th><th scope="col">{ "Change cause" }</th><th
                            scope="col">{ "Pods" }</th>
                        <th scope="col">{ "Age" }</th>
                    </tr></thead>
                    <tbody>
                        { for history.rows.iter().map(|revision| row(history, revision, &props.on)) }
                    </tbody>
                </table>
            </div>
        }
    };
    html! { <>{ for props.histories.iter().map(table) }</> }
}
