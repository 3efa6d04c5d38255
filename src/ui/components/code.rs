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
    /// Lines and columns to go to, by who asks, and how often that was asked.
    pub(crate) places: [Option<((usize, usize), u32)>; 2],
    pub(crate) on: Callback<Action>,
}

#[component]
pub(crate) fn Code(props: &CodeProps) -> Html {
    let (mount, area) = (use_node_ref(), use_node_ref());
    let mirror = use_mut_ref(|| None::<Mirror>);
    let is_ready = use_state(|| false);
    let latest = use_mut_ref(String::new);
    props.text.clone_into(&mut latest.borrow_mut());
    // The place to go to when the editor has come.
    let wanted = use_mut_ref(|| None::<(usize, usize)>);
    let label = format!("Manifest {}", props.name);
    {
        let (mount, area, mirror, is_ready) = (mount.clone(), area.clone(), mirror.clone(), is_ready.clone());
        let (on, theme, label) = (props.on.clone(), props.theme, label.clone());
        let wanted = wanted.clone();
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
                    if let Some(place) = wanted.borrow_mut().take() {
                        opened.go_to(place);
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
        let (area, mirror, text) = (area.clone(), mirror.clone(), props.text.clone());
        // A problem that was clicked before the file was opened again is no reason to go there.
        let seen = use_mut_ref(|| [props.places[0], None]);
        use_effect_with(props.places, move |places| {
            let before = std::mem::replace(&mut *seen.borrow_mut(), *places);
            let news = places.iter().zip(before).find(|(now, before)| *now != before);
            let Some((Some((place @ (line, column), _)), _)) = news else { return };
            if let Some(mirror) = &*mirror.borrow() {
                return mirror.go_to(*place);
            }
            *wanted.borrow_mut() = Some(*place);
            if let Some(area) = area.cast::<HtmlTextAreaElement>() {
                let before = text.lines().take(line.saturating_sub(1));
                let at: usize = before.map(|line| line.encode_utf16().count() + 1).sum();
                let at = u32::try_from(at + column.saturating_sub(1)).unwrap_or(0);
                browser::focus(&area);
                drop(area.set_selection_range(at, at));
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
