//! The board of disruption budgets: what each allows, and the evictions that it refused.

use std::rc::Rc;

use yew::prelude::*;

use crate::ui::state::Action;
use crate::ui::view_model::budgets::BudgetView;

#[derive(PartialEq, Properties)]
pub(crate) struct BudgetsProps {
    pub(crate) budgets: Rc<Vec<BudgetView>>,
    pub(crate) on: Callback<Action>,
}

fn refusals(budget: &BudgetView) -> Html {
    if budget.refusals.is_empty() {
        return html! { <p class="budget-note">{ "No eviction was refused." }</p> };
    }
    html! {
        <ul class="refusals" aria-label={format!("Evictions that {} refused", budget.key.name)}>
            { for budget.refusals.iter().map(|refused| html! {
                <li class="refusal">
                    <span class="is-code">{ format!("pod/{}", refused.pod) }</span>
                    <span class="refusal-times">{ format!("refused {}×, last at {}", refused.times, refused.at) }</span>
                    <span class="refusal-why">{ &refused.why }</span>
                </li>
            }) }
        </ul>
    }
}

fn board(budget: &BudgetView, on: &Callback<Action>) -> Html {
    let key = budget.key.clone();
    html! {
        <section class="budget" key={budget.uid.clone()} aria-label={format!("Budget {}", budget.key.name)}>
            <h3 class="budget-name">
                <button type="button" class="link" onclick={on.reform(move |_| Action::Select(Some(key.clone())))}>
                    <span class="set-kind">{ "pdb/" }</span>{ &budget.key.name }</button>
                <span class="budget-rule">{ &budget.rule }</span>
                <span class="budget-selector">{ &budget.selector }</span>
            </h3>
            <p class="budget-sum">
                <span class={classes!("allowed", (budget.allowed == 0).then_some("is-none"))}>
                    { format!("{} may be evicted now", budget.allowed) }</span>
                <span class="is-code">{ budget.arithmetic() }</span>
                <span class="budget-note">{ format!("of {} pods", budget.expected) }</span>
            </p>
            if !budget.granted.is_empty() {
                <p class="budget-note">{ format!("Granted, not seen yet: {}", budget.granted.join(", ")) }</p>
            }
            if !budget.trouble.is_empty() {
                <p class="budget-trouble">{ &budget.trouble }</p>
            }
            { refusals(budget) }
        </section>
    }
}

#[component]
pub(crate) fn Budgets(props: &BudgetsProps) -> Html {
    if props.budgets.is_empty() {
        return html! {
            <p class="empty">{ "No disruption budget yet: evictions are not limited." }</p>
        };
    }
    html! { <div class="budgets">{ for props.budgets.iter().map(|budget| board(budget, &props.on)) }</div> }
}
