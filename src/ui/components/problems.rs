//! What is wrong with the open manifest: each line leads to its place.

use std::rc::Rc;

use yew::prelude::*;

use crate::ui::view_model::problems::Problem;

#[derive(PartialEq, Properties)]
pub(crate) struct ProblemsProps {
    pub(crate) problems: Rc<Vec<Problem>>,
    pub(crate) on_place: Callback<(usize, usize)>,
}

#[component]
pub(crate) fn Problems(props: &ProblemsProps) -> Html {
    if props.problems.is_empty() {
        return Html::default();
    }
    html! {
        <div class="problems">
            <h3 class="problems-title">{ format!("Problems ({})", props.problems.len()) }</h3>
            <ul>
                { for props.problems.iter().map(|problem| {
                    let at @ (line, _) = (problem.line, problem.column);
                    html! {
                        <li><button type="button" class="problem"
                            onclick={props.on_place.reform(move |_| at)}>
                            <span class="problem-line">{ format!("line {line}") }</span>{ &problem.message }
                        </button></li>
                    }
                }) }
            </ul>
        </div>
    }
}
