//! Gathers what plotters draws as one path for each colour: a browser reads and paints a few paths more
//! quickly than hundreds of shapes.

use std::convert::Infallible;

use plotters::prelude::DrawingBackend;
use plotters_backend::{BackendColor, BackendCoord, BackendStyle, DrawingErrorKind};
use web_sys::Element;

use crate::ui::browser;

const SVG: &str = "http://www.w3.org/2000/svg";

/// The paths by colour, in the order in which colours come first.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Paths {
    paths: Vec<Path>,
}

/// All that has one colour.
#[derive(Debug, PartialEq, Eq)]
struct Path {
    colour: (u8, u8, u8),
    /// Whether it is drawn as lines, and not filled.
    is_line: bool,
    /// SVG's path data.
    data: String,
}

impl Path {
    /// What it is filled with, and what its lines are drawn with.
    fn paints(&self) -> (String, String) {
        let (red, green, blue) = self.colour;
        let colour = format!("#{red:02X}{green:02X}{blue:02X}");
        if self.is_line { ("none".to_owned(), colour) } else { (colour, "none".to_owned()) }
    }
}

impl Paths {
    fn add(&mut self, colour: BackendColor, is_line: bool, data: &str) {
        let is_it = |path: &&mut Path| path.colour == colour.rgb && path.is_line == is_line;
        match self.paths.iter_mut().find(is_it) {
            Some(path) => path.data.push_str(data),
            None => self.paths.push(Path { colour: colour.rgb, is_line, data: data.to_owned() }),
        }
    }

    fn rectangle(&mut self, colour: BackendColor, (left, top): BackendCoord, (width, height): (i32, i32)) {
        self.add(colour, false, &format!("M{left} {top}h{width}v{height}h-{width}z"));
    }

    /// Puts them into an element in place of those that were there; elements that there are serve again.
    pub(super) fn put(&self, parent: &Element) {
        let Some(document) = browser::document() else { return };
        let mut known = parent.first_element_child();
        for path in &self.paths {
            let made = || document.create_element_ns(Some(SVG), "path").ok();
            let is_new = known.is_none();
            let Some(element) = known.take().or_else(made) else { return };
            known = element.next_element_sibling();
            let (fill, stroke) = path.paints();
            for (name, value) in [("fill", fill.as_str()), ("stroke", stroke.as_str()), ("d", &path.data)] {
                drop(element.set_attribute(name, value));
            }
            if is_new {
                drop(parent.append_child(&element));
            }
        }
        while let Some(left) = known {
            known = left.next_element_sibling();
            left.remove();
        }
    }

    /// Each path in a line: its fill, its stroke, its data.
    #[cfg(test)]
    pub(super) fn lines(&self) -> Vec<String> {
        let line = |path: &Path| {
            let (fill, stroke) = path.paints();
            format!("{fill} {stroke} {}", path.data)
        };
        self.paths.iter().map(line).collect()
    }
}

/// What plotters draws on.
pub(super) struct PathBackend<'a> {
    pub(super) paths: &'a mut Paths,
    pub(super) size: (u32, u32),
}

type Done = Result<(), DrawingErrorKind<Infallible>>;

impl DrawingBackend for PathBackend<'_> {
    type ErrorType = Infallible;

    fn get_size(&self) -> (u32, u32) {
        self.size
    }

    fn ensure_prepared(&mut self) -> Done {
        Ok(())
    }

    fn present(&mut self) -> Done {
        Ok(())
    }

    fn draw_pixel(&mut self, point: BackendCoord, colour: BackendColor) -> Done {
        self.paths.rectangle(colour, point, (1, 1));
        Ok(())
    }

    /// Filled, whatever is asked for: bars have no outline.
    fn draw_rect<S: BackendStyle>(
        &mut self,
        upper_left: BackendCoord,
        bottom_right: BackendCoord,
        style: &S,
        _fill: bool,
    ) -> Done {
        let size = (bottom_right.0 - upper_left.0, bottom_right.1 - upper_left.1);
        self.paths.rectangle(style.color(), upper_left, size);
        Ok(())
    }

    /// The width of its lines is the page's to say.
    fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        path: I,
        style: &S,
    ) -> Done {
        let mut data = String::new();
        for (x, y) in path {
            data.push_str(&format!("{}{x} {y}", if data.is_empty() { 'M' } else { 'L' }));
        }
        self.paths.add(style.color(), true, &data);
        Ok(())
    }
}
