//! The last words: an apology with the log of inputs instead of a blank page.
//!
//! Written by plain DOM calls, as nothing of the app can be trusted any more.

use std::cell::RefCell;
use std::panic::PanicHookInfo;

use wasm_bindgen::JsCast as _;
use web_sys::{HtmlElement, HtmlTextAreaElement};

use super::browser;
use crate::api::codec::to_value;
use crate::cluster::InputEntry;

thread_local! {
    static INPUTS: RefCell<Vec<InputEntry>> = const { RefCell::new(Vec::new()) };
}

/// Takes note of the inputs so far.
pub(super) fn note(inputs: &[InputEntry]) {
    INPUTS.with_borrow_mut(|noted| {
        if noted.len() > inputs.len() {
            noted.clear();
        }
        noted.extend(inputs.iter().skip(noted.len()).cloned());
    });
}

/// Shows the last words when the program comes down.
pub(super) fn install() {
    std::panic::set_hook(Box::new(show));
}

fn show(panic: &PanicHookInfo<'_>) {
    let Some(document) = browser::document() else { return };
    let inputs = INPUTS.try_with(|inputs| inputs.try_borrow().ok().map(|inputs| to_value(&*inputs)));
    let log = inputs.ok().flatten().map(|inputs| format!("{inputs:#}")).unwrap_or_default();
    if let Some(text) = document.get_element_by_id("crash-log")
        && let Ok(text) = text.dyn_into::<HtmlTextAreaElement>()
    {
        text.set_value(&format!("{panic}\n\n{log}\n"));
    }
    if let Some(note) =
        document.get_element_by_id("crash").and_then(|note| note.dyn_into::<HtmlElement>().ok())
    {
        note.set_hidden(false);
    }
}
