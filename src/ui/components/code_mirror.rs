//! The handle of a `CodeMirror` editor, as static/editor/loader.js gives it.

use wasm_bindgen::prelude::*;
use web_sys::Element;
use yew::Callback;

use crate::ui::state::Action;
use crate::ui::view_model::problems::Problem;

#[wasm_bindgen(module = "/static/editor/loader.js")]
extern "C" {
    #[wasm_bindgen(js_name = openEditor)]
    fn open_editor(
        parent: &Element,
        doc: &str,
        label: &str,
        dark: bool,
        on_change: &JsValue,
        on_apply: &JsValue,
        on_ready: JsValue,
        on_failure: JsValue,
    );

    /// What loader.js hands over.
    type Handle;
    #[wasm_bindgen(method, js_name = setDoc)]
    fn set_doc(this: &Handle, text: &str);
    #[wasm_bindgen(method, js_name = setMarkers)]
    fn set_markers(this: &Handle, json: &str);
    #[wasm_bindgen(method, js_name = setDark)]
    fn set_dark(this: &Handle, on: bool);
    #[wasm_bindgen(method, js_name = goTo)]
    fn go_to(this: &Handle, line: u32, column: u32);
    #[wasm_bindgen(method)]
    fn focus(this: &Handle);
    #[wasm_bindgen(method)]
    fn destroy(this: &Handle);
}

/// An editor on the page.
pub(crate) struct Mirror {
    handle: Handle,
    /// Called by the editor for as long as it lives.
    calls: [Closure<dyn Fn(String)>; 2],
}

impl Mirror {
    pub(crate) fn set_text(&self, text: &str) {
        self.handle.set_doc(text);
    }

    pub(crate) fn set_markers(&self, json: &str) {
        self.handle.set_markers(json);
    }

    pub(crate) fn set_dark(&self, on: bool) {
        self.handle.set_dark(on);
    }

    pub(crate) fn go_to(&self, (line, column): (usize, usize)) {
        self.handle.go_to(u32::try_from(line).unwrap_or(1), u32::try_from(column).unwrap_or(1));
    }

    pub(crate) fn focus(&self) {
        self.handle.focus();
    }

    pub(crate) fn close(self) {
        self.handle.destroy();
        drop(self.calls);
    }
}

/// Opens an editor inside `parent` when its chunk has come; without it the page keeps its textarea.
pub(crate) fn open(
    parent: &Element,
    label: &str,
    is_dark: bool,
    on: &Callback<Action>,
    on_ready: impl FnOnce(Mirror) + 'static,
) {
    let (change, apply) = (on.clone(), on.clone());
    let on_change = Closure::<dyn Fn(String)>::new(move |text| change.emit(Action::Edit(text)));
    let on_apply = Closure::<dyn Fn(String)>::new(move |_| apply.emit(Action::Apply));
    let (change, apply) = (on_change.as_ref().clone(), on_apply.as_ref().clone());
    let ready = Closure::once_into_js(move |handle: JsValue| {
        on_ready(Mirror { handle: handle.unchecked_into(), calls: [on_change, on_apply] });
    });
    let failed = Closure::once_into_js(|_: JsValue| {});
    open_editor(parent, "", label, is_dark, &change, &apply, ready, failed);
}

/// The markers of faults, as the editor reads them.
pub(crate) fn markers(problems: &[Problem]) -> String {
    let marker = |problem: &Problem| serde_json::json!({"line": problem.line, "column": problem.column, "message": problem.message});
    serde_json::Value::Array(problems.iter().map(marker).collect()).to_string()
}
