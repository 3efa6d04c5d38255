//! Tells when an element's size has changed: not only with the window's, as on a phone what is on another
//! page has none until that is chosen.

use wasm_bindgen::JsCast as _;
use wasm_bindgen::prelude::*;
use web_sys::{Element, ResizeObserver};

use crate::ui::browser;

/// Watches an element until it is dropped.
pub(crate) struct SizeWatch {
    observer: ResizeObserver,
    /// What the observer calls.
    _seen: Closure<dyn Fn()>,
}

impl SizeWatch {
    /// Calls back once the element has been laid out, and after each change of its size; the page is laid out
    /// then, so that sizes and places can be read at no cost. `None` natively.
    pub(crate) fn new(element: &Element, seen: impl Fn() + 'static) -> Option<Self> {
        browser::document()?;
        let seen = Closure::<dyn Fn()>::new(seen);
        let observer = ResizeObserver::new(seen.as_ref().unchecked_ref()).ok()?;
        observer.observe(element);
        Some(Self { observer, _seen: seen })
    }
}

impl Drop for SizeWatch {
    fn drop(&mut self) {
        self.observer.disconnect();
    }
}
