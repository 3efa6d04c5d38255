//! A menu of actions at an object: opened by its button, the context-menu key or a right click.

use web_sys::{Element, FocusEvent, HtmlElement};
use yew::prelude::*;

use super::actions::action_word;
use crate::ui::browser;
use crate::ui::state::Action;

#[derive(PartialEq, Properties)]
pub(crate) struct MenuProps {
    /// What the actions are about.
    pub(crate) label: String,
    /// Words and actions.
    pub(crate) items: Vec<(&'static str, Action)>,
    /// Closes the menu; `true` gives the focus back.
    pub(crate) on_close: Callback<bool>,
    pub(crate) on: Callback<Action>,
}

/// The open menu.
#[component]
pub(crate) fn Menu(props: &MenuProps) -> Html {
    let root = use_node_ref();
    {
        let root = root.clone();
        use_effect_with((), move |()| {
            if let Some(first) =
                root.cast::<Element>().and_then(|root| browser::all(&root, "button").into_iter().next())
            {
                browser::focus(&first);
            }
        });
    }
    let on_key = {
        let (root, on_close) = (root.clone(), props.on_close.clone());
        Callback::from(move |event: KeyboardEvent| {
            event.stop_propagation();
            let Some(root) = root.cast::<Element>() else { return };
            let items = browser::all(&root, "button");
            let here = browser::focused().and_then(|here| items.iter().position(|item| **item == **here));
            let next = match event.key().as_str() {
                "ArrowDown" => here.map_or(0, |index| (index + 1) % items.len().max(1)),
                "ArrowUp" => here.map_or(0, |index| (index + items.len().max(1) - 1) % items.len().max(1)),
                "Home" => 0,
                "End" => items.len().saturating_sub(1),
                "Escape" => {
                    event.prevent_default();
                    return on_close.emit(true);
                }
                "Tab" => return on_close.emit(false),
                _ => return,
            };
            event.prevent_default();
            if let Some(item) = items.get(next) {
                browser::focus(item);
            }
        })
    };
    let on_leave = {
        let (root, on_close) = (root.clone(), props.on_close.clone());
        Callback::from(move |event: FocusEvent| {
            let to = event
                .related_target()
                .and_then(|target| wasm_bindgen::JsCast::dyn_into::<HtmlElement>(target).ok());
            let stays =
                root.cast::<Element>().is_some_and(|root| root.contains(to.as_deref().map(AsRef::as_ref)));
            if !stays {
                on_close.emit(false);
            }
        })
    };
    html! {
        <ul class="menu" role="menu" aria-label={props.label.clone()} ref={root} onkeydown={on_key}
            onfocusout={on_leave}
            onclick={|event: MouseEvent| event.stop_propagation()}>
            { for props.items.iter().enumerate().map(|(nth, (word, action))| {
                let is_own = |nth: usize| {
                    props.items.get(nth).is_some_and(|(_, action)| action.is_sandbox_command())
                };
                let begins_own = is_own(nth) && (nth == 0 || !is_own(nth - 1));
                let (on, on_close, action) = (props.on.clone(), props.on_close.clone(), action.clone());
                let shown = action_word(word, &action);
                let onclick = Callback::from(move |_: MouseEvent| {
                    on_close.emit(true);
                    on.emit(action.clone());
                });
                html! {
                    <>
                        if begins_own {
                            <li role="none" class="menu-caption" aria-hidden="true">{ "The sandbox's own" }</li>
                        }
                        <li role="none"><button type="button" role="menuitem" class="menu-item"
                            tabindex="-1" {onclick}>{ shown }</button></li>
                    </>
                }
            }) }
        </ul>
    }
}
