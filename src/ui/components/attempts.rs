//! The scheduler's attempts to place a pod, as tables: node by filter, and node by score.

use yew::prelude::*;

use crate::ui::view_model::attempts::{AttemptView, FilterRow, Filtered, ScoreRow};

#[derive(PartialEq, Properties)]
pub(crate) struct AttemptsProps {
    pub(crate) attempts: Vec<AttemptView>,
}

#[component]
pub(crate) fn Attempts(props: &AttemptsProps) -> Html {
    if props.attempts.is_empty() {
        return Html::default();
    }
    let number = props.attempts.len();
    html! {
        <section class="attempts" aria-label="Scheduler">
            <h3>{ if number == 1 { "The scheduler's attempt".to_owned() } else { format!("The scheduler's last {number} attempts") } }</h3>
            { for props.attempts.iter().enumerate().map(|(nth, view)| attempt(nth, number, view)) }
        </section>
    }
}

fn attempt(nth: usize, number: usize, view: &AttemptView) -> Html {
    // Several may have been made at one time.
    let key = format!("{} {}", view.at, number - nth);
    let filtered = !view.refusing.is_empty();
    html! {
        <details class="disclosure attempt" {key} open={nth == 0}>
            <summary>{ format!("{}: {}", view.at, view.outcome) }</summary>
            if let Some(before) = &view.before {
                <p>{ format!("Refused before any node was looked at, by {before}.") }</p>
            }
            if filtered {
                { filters(view) }
                <p class="passing">{ format!("Refused nobody they were asked about: {}.", view.passing) }</p>
            }
            if !filtered && !view.filters.is_empty() {
                <p class="passing">{ format!("All filters let {} pass.", nodes(view.filters.len())) }</p>
            }
            if let Some(only) = &view.only {
                <p>{ format!("{only} alone passes: there is nothing to compare.") }</p>
            }
            if !view.scores.is_empty() {
                { scores(view) }
            }
            if view.more > 0 {
                <p>{ format!("{} more nodes are not shown.", view.more) }</p>
            }
            if let Some(preemption) = &view.preemption {
                <p class="passing">{ format!("Making room: {preemption}") }</p>
            }
        </details>
    }
}

fn nodes(number: usize) -> String {
    if number == 1 { "the only node".to_owned() } else { format!("all {number} nodes") }
}

fn filters(view: &AttemptView) -> Html {
    html! {
        <div class="table-box" tabindex="0" role="group" aria-label="Filters">
            <table class="table attempt-table">
                <caption>{ "Filters: which plugin refuses which node" }</caption>
                <thead><tr>
                    <th scope="col">{ "Node" }</th>
                    { for view.refusing.iter().map(|plugin| html! { <th scope="col">{ *plugin }</th> }) }
                </tr></thead>
                <tbody>{ for view.filters.iter().map(filter_row) }</tbody>
            </table>
        </div>
    }
}

fn filter_row(row: &FilterRow) -> Html {
    let cell = |cell: &Filtered| match cell {
        Filtered::Passed => {
            html! { <td class="is-passed"><span aria-hidden="true">{ "✓ " }</span>{ "passes" }</td> }
        }
        Filtered::Refused(why) => {
            html! { <td class="is-refused"><span aria-hidden="true">{ "✗ " }</span>{ why }</td> }
        }
        Filtered::NotAsked => html! { <td class="is-not-asked">{ "not asked" }</td> },
    };
    html! {
        <tr key={row.node.clone()}>
            <th scope="row">{ &row.node }</th>
            { for row.cells.iter().map(cell) }
        </tr>
    }
}

fn scores(view: &AttemptView) -> Html {
    html! {
        <div class="table-box" tabindex="0" role="group" aria-label="Scores">
            <table class="table attempt-table">
                <caption>{ "Scores: 0 to 100 by plugin, times its weight" }</caption>
                <thead><tr>
                    <th scope="col">{ "Node" }</th>
                    <th scope="col">{ "Total" }</th>
                    { for view.plugins.iter().map(|(plugin, weight)| html! {
                        <th scope="col">{ *plugin }{ format!(" ×{weight}") }</th>
                    }) }
                </tr></thead>
                <tbody>{ for view.scores.iter().map(score_row) }</tbody>
            </table>
        </div>
    }
}

fn score_row(row: &ScoreRow) -> Html {
    html! {
        <tr key={row.node.clone()} class={classes!(row.is_chosen.then_some("is-chosen"))}>
            <th scope="row">{ &row.node }{ if row.is_chosen { " (chosen)" } else { "" } }</th>
            <td class="is-number"><strong>{ row.total }</strong></td>
            { for row.scores.iter().map(|(raw, weighted)| html! {
                <td class="is-number">{ format!("{raw} → {weighted}") }</td>
            }) }
        </tr>
    }
}
