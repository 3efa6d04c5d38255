//! Showing two runs beside each other.

use super::State;
use crate::sim::Span;
use crate::ui::comparison::presets::PRESETS;
use crate::ui::comparison::{CompareAction, Comparison};

impl State {
    /// Whether a comparison plays; the session's own time stands still meanwhile.
    pub(super) fn is_comparing(&self) -> bool {
        self.comparison.as_ref().is_some_and(|comparison| comparison.is_playing)
    }

    // Out of line, so that the page's start does not carry it.
    #[inline(never)]
    pub(super) fn advance_comparison(&mut self, span: Span) {
        if let Some(comparison) = &mut self.comparison {
            comparison.advance(span);
        }
    }

    // Out of line, so that the page's start does not carry it.
    #[inline(never)]
    pub(super) fn compare(&mut self, action: CompareAction) {
        match action {
            CompareAction::Preset(index) => {
                self.comparison = PRESETS.get(index).map(|preset| Box::new(Comparison::preset(preset)));
            }
            CompareAction::File => {
                let (file, present) = (&self.files.open, self.machine.present(&self.cluster));
                let text = self.files.text(file);
                let comparison = Comparison::of_file(present, &self.machine, file, text);
                self.comparison = Some(Box::new(comparison));
            }
            CompareAction::Branch(other) => {
                self.comparison = Comparison::of_branches(&self.cluster, &self.machine, other).map(Box::new);
                if self.comparison.is_none() {
                    self.tell("This branch cannot be played.");
                }
            }
            CompareAction::Close => self.comparison = None,
            CompareAction::Seek(at) => self.on_comparison(|comparison| comparison.seek(at)),
            CompareAction::Step => self.on_comparison(Comparison::step),
            CompareAction::TogglePlay => self.on_comparison(|comparison| {
                comparison.is_playing = !comparison.is_playing && comparison.at < comparison.end;
            }),
        }
    }

    fn on_comparison(&mut self, change: impl FnOnce(&mut Comparison)) {
        if let Some(comparison) = &mut self.comparison {
            change(comparison);
        }
    }
}
