//! What the page asks of the browser: real time, storage, preferences, the focus.
//!
//! Every answer has a default, so that the page also works natively, without storage, and in a frame.

use wasm_bindgen::{JsCast as _, JsValue};
use web_sys::js_sys::Reflect;
use web_sys::{Element, HtmlElement};

/// Real milliseconds since the page was opened; 0 natively.
pub fn now_ms() -> f64 {
    if cfg!(target_arch = "wasm32") {
        web_sys::window().and_then(|window| window.performance()).map_or(0.0, |performance| performance.now())
    } else {
        0.0
    }
}

/// Frames within frames that are told apart.
const FRAMES_DEEP: usize = 8;
/// Pixels between what is uncovered and what covered it.
const BESIDE_COVER_PX: f64 = 8.0;

/// The page's document; `None` natively.
pub fn document() -> Option<web_sys::Document> {
    if cfg!(target_arch = "wasm32") { web_sys::window().and_then(|window| window.document()) } else { None }
}

/// Whether a media query holds.
pub fn matches(query: &str) -> bool {
    if !cfg!(target_arch = "wasm32") {
        return false;
    }
    let window = web_sys::window();
    window.and_then(|window| window.match_media(query).ok().flatten()).is_some_and(|list| list.matches())
}

/// Whether a person asked for less motion.
pub fn wants_less_motion() -> bool {
    matches("(prefers-reduced-motion: reduce)")
}

/// Whether colours are dark now.
pub fn is_dark(theme: super::state::Theme) -> bool {
    match theme {
        super::state::Theme::Auto => matches("(prefers-color-scheme: dark)"),
        super::state::Theme::Light => false,
        super::state::Theme::Dark => true,
    }
}

/// Sets an attribute of the document's root.
pub fn set_root_attribute(name: &str, value: &str) {
    if let Some(root) = document().and_then(|document| document.document_element())
        && root.get_attribute(name).as_deref() != Some(value)
        && root.set_attribute(name, value).is_err()
    {
        // The attribute's name is ours and valid: there is nothing to do about it.
    }
}

/// Where a text is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shelf {
    /// For all pages of this origin, until somebody clears it.
    Browser,
    /// For this tab alone, over a reload.
    Tab,
}

/// A stored text; `None` where there is none, or storage is denied.
pub fn stored(shelf: Shelf, key: &str) -> Option<String> {
    storage(shelf)?.get_item(key).ok().flatten()
}

/// Stores a text, or removes it; says whether that worked, and `None` where storage is denied.
pub fn store(shelf: Shelf, key: &str, text: Option<&str>) -> Option<bool> {
    let storage = storage(shelf)?;
    let done = match text {
        Some(text) => storage.set_item(key, text),
        None => storage.remove_item(key),
    };
    Some(done.is_ok())
}

fn storage(shelf: Shelf) -> Option<web_sys::Storage> {
    if !cfg!(target_arch = "wasm32") {
        return None;
    }
    // `gloo::storage::LocalStorage::raw` panics where storage is denied, so the window is asked itself.
    let window = web_sys::window()?;
    let storage = match shelf {
        Shelf::Browser => window.local_storage(),
        Shelf::Tab => window.session_storage(),
    };
    storage.ok().flatten()
}

/// Which frame of which page this one is: `@https://docs/lesson#0`; empty where it is no frame.
pub fn frame_name() -> String {
    if !cfg!(target_arch = "wasm32") {
        return String::new();
    }
    let mut frame = web_sys::window().map(JsValue::from).unwrap_or_default();
    let mut path = String::new();
    for _ in 0..FRAMES_DEEP {
        // Of a page of another origin these are told, too.
        let Ok(parent) = Reflect::get(&frame, &"parent".into()) else { break };
        if parent == frame {
            break;
        }
        let frames = Reflect::get(&parent, &"length".into()).ok().and_then(|count| count.as_f64());
        let place = (0..whole(frames.unwrap_or_default()).unsigned_abs())
            .find(|at| Reflect::get_u32(&parent, *at).is_ok_and(|other| other == frame));
        path.push_str(&format!("#{}", place.unwrap_or_default()));
        frame = parent;
    }
    if path.is_empty() {
        return path;
    }
    let around = document().map(|document| document.referrer()).unwrap_or_default();
    format!("@{}{path}", around.split(['?', '#']).next().unwrap_or_default())
}

/// The element that has the focus.
pub fn focused() -> Option<HtmlElement> {
    document()?.active_element()?.dyn_into().ok()
}

/// Whether nothing has the focus: what had it is gone.
pub fn has_lost_focus() -> bool {
    document().is_some_and(|document| {
        document.active_element().is_none_or(|element| Some(element) == document.body().map(Element::from))
    })
}

/// Gives an element the focus.
pub fn focus(element: &Element) {
    if let Some(element) = element.dyn_ref::<HtmlElement>()
        && element.focus().is_err()
    {
        // An element that cannot be focused leaves the focus where it is.
    }
}

/// Gives the focus to what the first of some selectors finds.
// Out of line, so that the page's start does not carry it.
#[inline(never)]
pub fn focus_first(selectors: &[&str]) {
    let Some(document) = document() else { return };
    let found = selectors.iter().find_map(|selector| document.query_selector(selector).ok().flatten());
    if let Some(found) = found {
        focus(&found);
    }
}

/// Scrolls the page, or the area of it that scrolls for itself, just so far that an element is seen, from its
/// beginning. A page around this one's frame stays where it is.
// Out of line, so that the page's start does not carry it.
#[inline(never)]
pub fn reveal(element: &Element) {
    let Some(page) = document().and_then(|document| document.scrolling_element()) else { return };
    let scrolls = page.scroll_height() > page.client_height();
    // The time bar stays above what the page scrolls.
    let (area, bar) = if scrolls {
        (Some(page.clone()), page.query_selector(".time").ok().flatten())
    } else {
        (element.closest(".area").ok().flatten(), None)
    };
    let Some(area) = area else { return };
    let (top, bottom) = if scrolls {
        let top = bar.map_or(0.0, |bar| bar.get_bounding_client_rect().height());
        (top, f64::from(page.client_height()))
    } else {
        let seen = area.get_bounding_client_rect();
        (seen.top(), seen.bottom())
    };
    let place = element.get_bounding_client_rect();
    let way = (place.bottom() - bottom).min(place.top() - top);
    if way > 0.0 {
        area.set_scroll_top(area.scroll_top() + whole(way));
    }
}

/// Scrolls the page so that what the first of some selectors finds is not under an element that lies over it.
// Out of line, so that the page's start does not carry it.
#[inline(never)]
pub fn uncover(selectors: &[&str], cover: &Element) {
    let Some(document) = document() else { return };
    let found = selectors.iter().find_map(|selector| document.query_selector(selector).ok().flatten());
    let (Some(found), Some(page)) = (found, document.scrolling_element()) else { return };
    let (place, over) = (found.get_bounding_client_rect(), cover.get_bounding_client_rect());
    let is_beside = place.right() <= over.left() || place.left() >= over.right();
    let way = place.bottom() - over.top();
    if !is_beside && way > 0.0 {
        page.set_scroll_top(page.scroll_top() + whole(way + BESIDE_COVER_PX));
    }
}

#[expect(clippy::cast_possible_truncation, reason = "a page is not longer than that")]
fn whole(px: f64) -> i32 {
    px.clamp(0.0, 1e6).ceil() as i32
}

/// The elements inside `root` that match a selector, in document order.
pub fn all(root: &Element, selector: &str) -> Vec<Element> {
    let Ok(list) = root.query_selector_all(selector) else { return Vec::new() };
    (0..list.length()).filter_map(|index| list.item(index)?.dyn_into().ok()).collect()
}

/// A text as part of an address.
pub fn percent_encoded(text: &str) -> String {
    if cfg!(target_arch = "wasm32") {
        web_sys::js_sys::encode_uri_component(text).into()
    } else {
        String::new()
    }
}
