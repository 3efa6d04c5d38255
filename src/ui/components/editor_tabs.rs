//! The files of the editor: open, add, rename, close.

use web_sys::HtmlInputElement;
use yew::prelude::*;

use crate::ui::state::Action;

#[derive(PartialEq, Properties)]
pub(crate) struct EditorTabsProps {
    pub(crate) tabs: Vec<String>,
    pub(crate) open: String,
    /// The text that `kubectl edit` wants edited, and whether it is shown.
    pub(crate) edit: Option<String>,
    pub(crate) shows_edit: bool,
    pub(crate) on: Callback<Action>,
}

#[component]
pub(crate) fn EditorTabs(props: &EditorTabsProps) -> Html {
    let renaming = use_state(|| None::<String>);
    let field = use_node_ref();
    {
        let field = field.clone();
        use_effect_with((*renaming).clone(), move |name| {
            if name.is_some()
                && let Some(field) = field.cast::<HtmlInputElement>()
            {
                crate::ui::browser::focus(&field);
                field.select();
            }
        });
    }
    let end = {
        let (on, renaming) = (props.on.clone(), renaming.clone());
        move |input: &HtmlInputElement, saves: bool| {
            if let Some(from) = (*renaming).clone() {
                renaming.set(None);
                if saves {
                    on.emit(Action::RenameTab(from, input.value()));
                }
            }
        }
    };
    let on_blur = {
        let end = end.clone();
        Callback::from(move |event: FocusEvent| end(&event.target_unchecked_into(), true))
    };
    let on_key = Callback::from(move |event: KeyboardEvent| match event.key().as_str() {
        "Enter" => end(&event.target_unchecked_into(), true),
        "Escape" => end(&event.target_unchecked_into(), false),
        _ => {}
    });
    let tab = |name: &String| {
        let is_open = !props.shows_edit && *name == props.open;
        if renaming.as_ref() == Some(name) {
            return html! {
                <li class="tab is-open" key={name.clone()}>
                    <input class="tab-field" ref={field.clone()} aria-label="New name"
                        value={name.clone()} onblur={on_blur.clone()} onkeydown={on_key.clone()} />
                </li>
            };
        }
        let rename = {
            let (renaming, name) = (renaming.clone(), name.clone());
            move || renaming.set(Some(name.clone()))
        };
        let on_rename_key = {
            let rename = rename.clone();
            Callback::from(move |event: KeyboardEvent| {
                if event.key() == "F2" {
                    rename();
                }
            })
        };
        let (to_open, to_close) = (name.clone(), name.clone());
        html! {
            <li class={classes!("tab", is_open.then_some("is-open"))} key={name.clone()}>
                <button type="button" class="tab-name" aria-current={is_open.then_some("true")}
                    title="Double-click or F2 renames"
                    onclick={props.on.reform(move |_| Action::OpenTab(to_open.clone()))}
                    ondblclick={Callback::from(move |_: MouseEvent| rename())}
                    onkeydown={on_rename_key}>{ name }</button>
                <button type="button" class="tab-close" aria-label={format!("Close {name}")}
                    onclick={props.on.reform(move |_| Action::CloseTab(to_close.clone()))}>{ "×" }</button>
            </li>
        }
    };
    html! {
        <ul class="tabs" aria-label="Files">
            { for props.tabs.iter().map(tab) }
            if let Some(edit) = &props.edit {
                <li class={classes!("tab", "is-edit", props.shows_edit.then_some("is-open"))}>
                    <button type="button" class="tab-name" aria-current={props.shows_edit.then_some("true")}
                        title="kubectl edit waits for this text"
                        onclick={props.on.reform(|_| Action::ShowEdit)}>{ edit }</button></li>
            }
            <li class="tab"><button type="button" class="tab-add" aria-label="New file"
                onclick={props.on.reform(|_| Action::NewTab)}>{ "+" }</button></li>
        </ul>
    }
}
