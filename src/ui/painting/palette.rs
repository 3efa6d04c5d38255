//! The colours of small tiles, as the page's style sheet has them: for light, for dark, for more contrast.
//!
//! Read from samples that the stage holds, so that one place says what a state looks like.

use web_sys::{CssStyleDeclaration, Element};

use crate::ui::browser;
use crate::ui::view_model::status::Shape;

/// The samples: states in their own order, then what is selected, then patterns.
const SAMPLES: &str = ".palette > *";
/// Weight and size of a tile's text.
const FONT: &str = "680 11.5px";

/// The colours of a tile in one state.
#[derive(Debug)]
pub(super) struct Ink {
    pub(super) ground: String,
    pub(super) edge: String,
    pub(super) text: String,
    /// Of the mark.
    pub(super) mark: String,
}

/// All colours, and the font.
#[derive(Debug)]
pub(super) struct Palette {
    /// By state, in their own order; one more for what is selected, whose edge is drawn around it.
    inks: Vec<Ink>,
    /// By pattern.
    pub(super) patterns: Vec<String>,
    pub(super) font: String,
}

impl Palette {
    /// Reads the samples on the page; `None` where there are none.
    pub(super) fn read(root: &Element) -> Option<Self> {
        let samples: Vec<_> = browser::all(root, SAMPLES).iter().filter_map(style).collect();
        let (states, patterns) = samples.split_at_checked(Shape::ALL.len() + 1)?;
        let ink = |style: &CssStyleDeclaration| Ink {
            ground: get(style, "background-color"),
            edge: get(style, "border-top-color"),
            text: get(style, "color"),
            mark: get(style, "outline-color"),
        };
        Some(Self {
            inks: states.iter().map(ink).collect(),
            patterns: patterns.iter().map(|style| get(style, "color")).collect(),
            font: format!("{FONT} {}", get(states.first()?, "font-family")),
        })
    }

    /// The colours of a state.
    pub(super) fn ink(&self, shape: Shape) -> Option<&Ink> {
        let nth = Shape::ALL.iter().position(|(known, _)| *known == shape)?;
        self.inks.get(nth)
    }

    /// The colours of what is selected.
    pub(super) fn selected(&self) -> Option<&Ink> {
        self.inks.last()
    }
}

fn style(element: &Element) -> Option<CssStyleDeclaration> {
    web_sys::window()?.get_computed_style(element).ok().flatten()
}

fn get(style: &CssStyleDeclaration, property: &str) -> String {
    style.get_property_value(property).unwrap_or_default()
}
