//! The bar at the foot of a narrow screen: one page at a time.

use yew::prelude::*;

use crate::ui::state::{Action, Page};

#[derive(PartialEq, Properties)]
pub(crate) struct PageTabsProps {
    pub(crate) page: Page,
    pub(crate) on: Callback<Action>,
}

#[component]
pub(crate) fn PageTabs(props: &PageTabsProps) -> Html {
    html! {
        <nav class="page-tabs" aria-label="Pages">
            { for Page::ALL.iter().map(|&(page, title, _)| html! {
                <button type="button" class="page-tab" aria-current={(page == props.page).then_some("page")}
                    onclick={props.on.reform(move |_| Action::Page(page))}>{ title }</button>
            }) }
        </nav>
    }
}
