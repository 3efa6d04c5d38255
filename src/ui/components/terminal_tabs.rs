//! The terminals' tabs: choose, open, close.

use std::rc::Rc;

use wasm_bindgen::JsCast as _;
use web_sys::{Element, HtmlElement};
use yew::prelude::*;

use crate::ui::browser;
use crate::ui::state::Action;
use crate::ui::state::screen::TabView;

#[derive(PartialEq, Properties)]
pub(crate) struct TerminalTabsProps {
    pub(crate) tabs: Rc<Vec<TabView>>,
    pub(crate) current: u32,
    pub(crate) on: Callback<Action>,
}

/// What a person calls a terminal: they count from 1.
pub(crate) fn number(id: u32) -> String {
    id.saturating_add(1).to_string()
}

#[component]
pub(crate) fn TerminalTabs(props: &TerminalTabsProps) -> Html {
    let root = use_node_ref();
    {
        // Where there is no room for all tabs, the open one is in sight.
        let root = root.clone();
        use_effect_with((props.current, props.tabs.len()), move |_| {
            let Some(list) = root.cast::<HtmlElement>() else { return };
            if let Some(tab) = browser::all(&list, "[aria-selected=true]").into_iter().next()
                && let Some(tab) = tab.dyn_ref::<HtmlElement>()
            {
                list.set_scroll_left(tab.offset_left() - (list.client_width() - tab.offset_width()) / 2);
            }
        });
    }
    let on_key = {
        let (root, on, tabs, current) = (root.clone(), props.on.clone(), props.tabs.clone(), props.current);
        Callback::from(move |event: KeyboardEvent| {
            let here = tabs.iter().position(|tab| tab.id == current).unwrap_or_default();
            let count = tabs.len();
            let next = match event.key().as_str() {
                "ArrowRight" => (here + 1) % count.max(1),
                "ArrowLeft" => (here + count - 1) % count.max(1),
                "Home" => 0,
                "End" => count - 1,
                "Delete" => {
                    on.emit(Action::CloseTerminal(current));
                    // Its neighbour is shown, and gets the focus while both are there.
                    if here == 0 { 1 } else { here - 1 }
                }
                _ => return,
            };
            event.prevent_default();
            if event.key() != "Delete"
                && let Some(tab) = tabs.get(next)
            {
                on.emit(Action::ShowTerminal(tab.id));
            }
            let found = root.cast::<Element>().map(|root| browser::all(&root, "[role=tab]"));
            if let Some(tab) = found.and_then(|found| found.into_iter().nth(next)) {
                browser::focus(&tab);
            }
        })
    };
    let tab = |tab: &TabView| {
        let (id, is_open) = (tab.id, tab.id == props.current);
        let number = number(id);
        let (mark, says) = match &tab.running {
            Some(line) => ("is-running", format!(", runs {line}")),
            None if tab.has_news => ("has-news", ", has new output".to_owned()),
            None => ("", String::new()),
        };
        let name = format!("Terminal {number}{says}");
        html! {
            <button type="button" role="tab" key={id} id={format!("terminal-tab-{id}")}
                class={classes!("terminal-tab", mark)} aria-selected={is_open.to_string()}
                aria-controls="terminal-panel" aria-label={name} title={tab.running.clone()}
                tabindex={if is_open { "0" } else { "-1" }}
                onclick={props.on.reform(move |_| Action::ShowTerminal(id))}>{ number }</button>
        }
    };
    let current = props.current;
    html! {
        <div class="terminal-tabs">
            <div class="terminal-list" role="tablist" aria-label="Terminals" ref={root} onkeydown={on_key}>
                { for props.tabs.iter().map(tab) }
            </div>
            <button type="button" class="tab-add" aria-label="New terminal"
                onclick={props.on.reform(|_| Action::NewTerminal)}>{ "+" }</button>
            if props.tabs.len() > 1 {
                <button type="button" class="tab-close" aria-label={format!("Close terminal {}", number(current))}
                    onclick={props.on.reform(move |_| Action::CloseTerminal(current))}>{ "×" }</button>
            }
        </div>
    }
}
