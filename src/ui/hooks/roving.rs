//! One tab stop for a group of elements: arrow keys move the focus among those that carry `data-cell`.

use web_sys::{DomRect, Element, KeyboardEvent};

use crate::ui::browser;

/// Moves the focus as a key says; the name of the element that got it.
pub(crate) fn move_focus(root: &Element, event: &KeyboardEvent) -> Option<String> {
    let key = event.key();
    if event.ctrl_key() || event.alt_key() || event.meta_key() {
        return None;
    }
    let cells = browser::all(root, "[data-cell]");
    let here = browser::focused().map(Element::from)?;
    let index = cells.iter().position(|cell| *cell == here)?;
    let target = match key.as_str() {
        "Home" => cells.first(),
        "End" => cells.last(),
        "ArrowLeft" | "ArrowRight" | "ArrowUp" | "ArrowDown" => nearest(&cells, index, &key),
        _ => return None,
    }?;
    event.prevent_default();
    browser::focus(target);
    target.get_attribute("data-cell")
}

/// The next cell in the direction of an arrow: near along it, and not far to its side.
fn nearest<'a>(cells: &'a [Element], index: usize, key: &str) -> Option<&'a Element> {
    let middle = |rect: &DomRect| (rect.left() + rect.width() / 2.0, rect.top() + rect.height() / 2.0);
    let from = middle(&cells.get(index)?.get_bounding_client_rect());
    let mut best: Option<(f64, &Element)> = None;
    for (other, cell) in cells.iter().enumerate() {
        if other == index {
            continue;
        }
        let to = middle(&cell.get_bounding_client_rect());
        let (dx, dy) = (to.0 - from.0, to.1 - from.1);
        let (along, aside) = match key {
            "ArrowLeft" => (-dx, dy),
            "ArrowRight" => (dx, dy),
            "ArrowUp" => (-dy, dx),
            _ => (dy, dx),
        };
        if along > 2.0 {
            let distance = along + aside.abs() * 3.0;
            if best.is_none_or(|(least, _)| distance < least) {
                best = Some((distance, cell));
            }
        }
    }
    best.map(|(_, cell)| cell)
}
