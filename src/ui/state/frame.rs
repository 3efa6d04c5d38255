//! What a frame of the page is for: to let time pass, to make a picture or to draw it, and of which part.
//!
//! `pace` decides it frame by frame. Nothing of it is upstream's.

use crate::ui::view_model::events::EVENTS_LISTED;

/// Real milliseconds between two pictures of what is summed up: fewer than three a second.
pub(super) const RACING_MS: f64 = 340.0;
/// Real milliseconds after which all but the stage is drawn again while time passes: numbers that change more
/// often cannot be read.
const PANELS_MS: f64 = 120.0;
/// Real milliseconds that may be made up for in one frame, where those before had too much to do.
const BEHIND_MS_MAX: f64 = 250.0;

/// What a frame is for.
#[derive(Debug)]
pub struct Frame {
    /// Real milliseconds since the last picture, since the last one of all but the stage, since events were
    /// listed, and which have not passed yet.
    pub(super) unseen_ms: f64,
    pub(super) panels_ms: f64,
    pub(super) unlisted_ms: f64,
    pub(super) owed_ms: f64,
    /// What this frame does beside letting time pass.
    pub(super) task: Task,
    /// Whether what the next picture shows has been made.
    pub(super) is_prepared: bool,
    /// Whether a person has done something that this frame shows.
    pub(super) is_asked: bool,
    /// What the picture is of.
    pub(super) part: Part,
    /// What is not drawn as it is.
    pub(super) owed: Owed,
    /// The node whose turn it is.
    pub(super) turn: usize,
    /// How many pods may change in this picture, on how many nodes, and whether only on so many.
    pub(super) room: usize,
    pub(super) lanes: usize,
    pub(super) is_gradual: bool,
    /// How many events it lists, if it does: in a crowd, or at a brisk pace, nobody reads them line by line.
    pub(super) lists_events: Option<usize>,
}

impl Default for Frame {
    fn default() -> Self {
        Self {
            unseen_ms: 0.0,
            panels_ms: 0.0,
            unlisted_ms: RACING_MS,
            owed_ms: 0.0,
            task: Task::Draw,
            is_prepared: false,
            // All of a page is seen at first.
            is_asked: true,
            part: Part::All,
            owed: Owed::default(),
            turn: 0,
            room: usize::MAX,
            lanes: usize::MAX,
            is_gradual: false,
            lists_events: Some(EVENTS_LISTED),
        }
    }
}

impl Frame {
    /// Whether this frame draws, beside letting time pass.
    pub(super) fn draws(&self) -> bool {
        self.task == Task::Draw
    }

    /// Whether this frame makes a picture beside letting time pass.
    pub(super) fn makes(&self) -> bool {
        self.task == Task::Make
    }

    /// Takes back milliseconds that this frame had no time to let pass, for one after it.
    pub(super) fn fall_behind(&mut self, ms: f64) {
        self.owed_ms += ms;
    }

    /// The milliseconds that shall pass now.
    pub(super) fn take_owed(&mut self) -> f64 {
        std::mem::take(&mut self.owed_ms).min(BEHIND_MS_MAX)
    }

    /// Makes the next picture one of the whole page.
    pub(super) fn show_all(&mut self) {
        self.is_asked = true;
    }

    /// What the next picture is of. What moved in parts comes to rest in parts, too.
    pub(super) fn next_part(&self, is_whole: bool, is_ticking: bool, is_passing: bool) -> Part {
        match is_ticking {
            _ if is_whole => Part::All,
            true if self.panels_ms >= PANELS_MS => Part::Panels,
            true if is_passing && self.unlisted_ms >= RACING_MS => Part::Events,
            true => Part::Stage,
            false if self.part == Part::All => Part::All,
            false if self.owed.stage || !(self.owed.panels || self.owed.events) => Part::Stage,
            false if self.owed.panels => Part::Panels,
            false => Part::Events,
        }
    }

    /// Leaves the next picture to the frames after this one, which has done enough.
    pub(super) fn put_off_making(&mut self) {
        if self.task == Task::Prepare {
            self.task = Task::Pass;
        }
    }
}

/// What a frame is for, where a picture takes time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Task {
    /// It lets time pass.
    Pass,
    /// It lets time pass and, if there is time left, makes what the next frame draws.
    Prepare,
    /// It makes what the next frame draws, after a little that passes: the frames before had no time for it.
    Make,
    /// It draws.
    Draw,
}

/// What is not drawn as it is: the last picture had no room for it, or was of something else.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Owed {
    pub(super) stage: bool,
    pub(super) panels: bool,
    pub(super) events: bool,
}

impl Owed {
    /// Whether a picture of this part has to show any of it.
    pub(super) fn is_of(self, part: Part) -> bool {
        match part {
            Part::All => self != Self::default(),
            Part::Stage => self.stage,
            Part::Panels => self.panels,
            Part::Events => self.events,
        }
    }
}

/// What a picture is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// The whole page.
    All,
    /// The stage.
    Stage,
    /// All but the stage, and but events where they pass by.
    Panels,
    /// Events, where they pass by.
    Events,
}

/// What a frame has to do for a picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Picture {
    /// Nothing: no picture is due.
    None,
    /// It is made, for the next frame to draw.
    Made,
    /// It is made and drawn.
    MadeAndDrawn,
    /// It was made before, and is drawn.
    Drawn,
}
