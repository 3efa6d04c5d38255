//! The text of a manifest: a plain textarea at first, `CodeMirror` when its chunk has come.

use std::rc::Rc;

use wasm_bindgen::prelude::*;
use web_sys::{Element, HtmlTextAreaElement};
use yew::prelude::*;

use super::code_mirror::{Mirror, markers, open};
use crate::ui::browser;
use crate::ui::state::{Action, Theme};
use crate::ui::view_model::problems::Problem;

#[derive(PartialEq, Properties)]
pub(crate) struct CodeProps {
    pub(crate) name: String,
    pub(crate) text: String,
    /// Grows when the text changes from outside.
    pub(crate) loads: u64,
    pub(crate) problems: Rc<Vec<Problem>>,
    pub(crate) theme: Theme,
    /// The line to go to, and how often that was asked.
    pub(crate) line: Option<(usize, u32)>,
    pub(crate) on: Callback<Action>,
}

#[component]
pub(crate) fn Code(props: &CodeProps) -> Html {
    let (mount, area) = (use_node_ref(), use_node_ref());
    let mirror = use_mut_ref(|| None::<Mirror>);
    let is_ready = use_state(|| false);
    let latest = use_mut_ref(String::new);
    props.text.clone_into(&mut latest.borrow_mut());
    let label = format!("Manifest {}", props.name);
    {
        let (mount, area, mirror, is_ready) = (mount.clone(), area.clone(), mirror.clone(), is_ready.clone());
        let (on, theme, label) = (props.on.clone(), props.theme, label.clone());
        use_effect_with((), move |()| {
            let is_gone = Rc::new(std::cell::Cell::new(false));
            if let Some(parent) = mount.cast::<Element>().filter(|_| browser::document().is_some()) {
                let gone = is_gone.clone();
                let slot = mirror.clone();
                let on_ready = move |opened: Mirror| {
                    if gone.get() {
                        return opened.close();
                    }
                    opened.set_text(&latest.borrow());
                    let had_focus = browser::focused().map(JsValue::from) == area.get().map(JsValue::from);
                    if had_focus {
                        opened.focus();
                    }
                    *slot.borrow_mut() = Some(opened);
                    is_ready.set(true);
                };
                open(&parent, &label, browser::is_dark(theme), &on, on_ready);
            }
            move || {
                is_gone.set(true);
                if let Some(mirror) = mirror.borrow_mut().take() {
                    mirror.close();
                }
            }
        });
    }
    {
        let (mirror, text) = (mirror.clone(), props.text.clone());
        use_effect_with(props.loads, move |_| {
            if let Some(mirror) = &*mirror.borrow() {
                mirror.set_text(&text);
            }
        });
    }
    {
        let mirror = mirror.clone();
        use_effect_with((props.problems.clone(), *is_ready, props.theme), move |(problems, _, theme)| {
            if let Some(mirror) = &*mirror.borrow() {
                mirror.set_dark(browser::is_dark(*theme));
                mirror.set_markers(&markers(problems));
            }
        });
    }
    {
        let (area, text) = (area.clone(), props.text.clone());
        use_effect_with(props.line, move |line| {
            let Some((line, _)) = line else { return };
            if let Some(mirror) = &*mirror.borrow() {
                mirror.go_to(*line);
            } else if let Some(area) = area.cast::<HtmlTextAreaElement>() {
                let at: usize = text.lines().take(line - 1).map(|line| line.encode_utf16().count() + 1).sum();
                browser::focus(&area);
                drop(
                    area.set_selection_range(u32::try_from(at).unwrap_or(0), u32::try_from(at).unwrap_or(0)),
                );
            }
        });
    }
    let on_input = props.on.reform(|event: InputEvent| {
        let area: HtmlTextAreaElement = event.target_unchecked_into();
        Action::Edit(area.value())
    });
    let on_key = {
        let on = props.on.clone();
        Callback::from(move |event: KeyboardEvent| {
            if event.key() == "Enter" && (event.ctrl_key() || event.meta_key()) {
                event.prevent_default();
                on.emit(Action::Apply);
            }
        })
    };
    html! {
        <div class="code">
            <div class="code-mount" ref={mount} hidden={!*is_ready} />
            if !*is_ready {
                <textarea class="code-area" ref={area} aria-label={label} spellcheck="false"
                    autocapitalize="off" autocomplete="off" wrap="off"
                    value={props.text.clone()} oninput={on_input} onkeydown={on_key} />
            }
        </div>
    }
}
