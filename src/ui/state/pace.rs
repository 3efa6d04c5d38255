//! How often the page's picture is made anew while time passes.
//!
//! At high speed a picture for each change could not be read and would flash: while things change, it is made
//! anew three times a second at most and sums pods up. Once nothing has changed for a moment they are drawn
//! again, although something is due some time. While time passes a picture is of the stage, or of all else,
//! and in a crowd of pods several changes are drawn together, nodes take turns, and one frame makes a
//! picture's values, if it has time left, and the next one draws them: so frames stay short.

use super::State;
use crate::ui::view_model::events::{EVENTS_LISTED, EVENTS_LISTED_IN_PASSING};

/// Real milliseconds between two pictures of what is summed up: fewer than three a second.
const RACING_MS: f64 = 340.0;
/// Up to so many pods each change is drawn at once.
const PODS_DRAWN_AT_ONCE: usize = 48;
/// Real milliseconds of waiting that each further pod brings.
const MS_FOR_A_POD: f64 = 0.35;
const CROWD_MS_MAX: f64 = 100.0;
/// So many pods change in one picture of a crowd at most, and so many nodes' lanes; the others follow in the
/// next.
const PODS_A_PICTURE: usize = 24;
const LANES_A_PICTURE: usize = 4;
/// Real milliseconds after which all but the stage is drawn again while time passes: numbers that change more
/// often cannot be read.
const PANELS_MS: f64 = 120.0;
/// From this speed on, in simulated seconds per second, events come faster than they are read.
const BRISK: f64 = 5.0;
/// A frame that comes later than this after the one before does not let more time pass: the page slept.
const FRAME_MS_MAX: f64 = 100.0;
/// Real milliseconds that may be made up for in one frame, where those before had too much to do.
const BEHIND_MS_MAX: f64 = 250.0;

/// What a frame is for.
#[derive(Debug)]
pub struct Frame {
    /// Real milliseconds since the last picture, since the last one of all but the stage, since events were
    /// listed, and which have not passed yet.
    unseen_ms: f64,
    panels_ms: f64,
    unlisted_ms: f64,
    owed_ms: f64,
    /// What this frame does beside letting time pass.
    task: Task,
    /// Whether what the next picture shows has been made.
    is_prepared: bool,
    /// Whether a person has done something that this frame shows.
    is_asked: bool,
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
    fn take_owed(&mut self) -> f64 {
        std::mem::take(&mut self.owed_ms).min(BEHIND_MS_MAX)
    }

    /// Makes the next picture one of the whole page.
    pub(super) fn show_all(&mut self) {
        self.is_asked = true;
    }

    /// What the next picture is of. What moved in parts comes to rest in parts, too.
    fn next_part(&self, is_whole: bool, is_ticking: bool, is_passing: bool) -> Part {
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
enum Task {
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

impl State {
    /// Divides a frame's time: where a picture takes time, no frame that draws lets simulated time pass.
    /// `passed` are the real milliseconds since the last frame, `None` what a person did, which is shown at
    /// once; in a crowd that moves, as far as a picture has room. Gives the milliseconds that shall pass now.
    pub(super) fn divide_frame(&mut self, passed: Option<f64>) -> Option<f64> {
        self.note_stir(passed.unwrap_or_default());
        let pause_ms = self.pause_ms();
        // In a crowd, to make a picture and to draw it is too much for one frame.
        let is_drawn_apart = pause_ms > 0.0;
        let is_ticking = self.is_ticking();
        let frame = &mut self.views.frame;
        if let Some(ms) = passed.filter(|_| frame.is_gradual && frame.task == Task::Draw) {
            self.views.fit.note(ms);
        }
        let Some(ms) = passed else {
            *frame = Frame { turn: frame.turn, ..Frame::default() };
            return None;
        };
        frame.unseen_ms += ms;
        frame.panels_ms += ms;
        frame.unlisted_ms += ms;
        frame.owed_ms += ms.min(FRAME_MS_MAX);
        // While time passes what is owed comes with the next picture.
        let is_owed = !is_ticking && frame.owed != Owed::default();
        // Where frames only draw, not two pictures in a row: time would stand still.
        let is_free = !is_drawn_apart || frame.task != Task::Draw;
        let is_due = frame.unseen_ms >= pause_ms || is_owed;
        frame.task = match is_drawn_apart {
            _ if is_free && frame.is_prepared => Task::Draw,
            false if is_due => Task::Draw,
            true if is_free && is_due => Task::Make,
            true if is_owed || frame.unseen_ms + ms >= pause_ms => Task::Prepare,
            _ => Task::Pass,
        };
        let lets_pass = !is_drawn_apart || frame.task != Task::Draw;
        lets_pass.then(|| frame.take_owed())
    }

    /// Leaves what a person typed or ran in a moving crowd for the next frames to show: the prompt, and what
    /// terminals print, for the very next one, which may draw a picture as well. Says whether it does.
    pub(super) fn puts_off_picture(&mut self, changes_cluster: bool) -> bool {
        let is_put_off = self.needs_frames() && !self.is_racing() && self.pause_ms() > 0.0;
        if is_put_off {
            let frame = &mut self.views.frame;
            frame.task = Task::Pass;
            if changes_cluster {
                frame.unseen_ms = f64::INFINITY;
            }
        }
        is_put_off
    }

    /// Whether the page needs a frame: time passes, or not all is drawn yet.
    pub fn needs_frames(&self) -> bool {
        self.is_ticking() || self.views.frame.owed != Owed::default()
    }

    /// Says whether this frame makes, or draws, what has changed in the cluster. What a person did while all
    /// was at rest is drawn at once.
    pub(super) fn begin_picture(&mut self) -> Picture {
        self.note_stir(0.0);
        let (is_ticking, is_racing, is_comparing) =
            (self.is_ticking(), self.is_racing(), self.is_comparing());
        let is_crowd = self.views.stage.pods > PODS_DRAWN_AT_ONCE;
        let is_passing = is_ticking && (is_crowd || self.clock.speed >= BRISK);
        // Asked again: the race may be over by now.
        let is_divided = self.needs_frames() && self.pause_ms() > 0.0;
        let frame = &mut self.views.frame;
        if is_divided && frame.task == Task::Pass {
            return Picture::None;
        }
        let was_prepared = std::mem::take(&mut frame.is_prepared);
        if is_divided && frame.task == Task::Draw && was_prepared {
            return Picture::Drawn;
        }
        frame.is_prepared = is_divided && matches!(frame.task, Task::Prepare | Task::Make);
        let is_asked = std::mem::take(&mut frame.is_asked);
        frame.is_gradual = is_crowd && !is_racing && (is_ticking || !is_asked);
        let is_whole = is_asked || is_racing || is_comparing;
        frame.part = frame.next_part(is_whole, is_ticking, is_passing);
        // What has come to rest is all drawn, node by node.
        let fit = self.views.fit;
        frame.room = if frame.is_gradual && is_ticking { fit.of(PODS_A_PICTURE) } else { usize::MAX };
        frame.lanes = fit.of(LANES_A_PICTURE);
        if matches!(frame.part, Part::All | Part::Panels) {
            frame.panels_ms = 0.0;
        }
        let listed = self.views.events.rows.len();
        frame.lists_events = match frame.part {
            Part::Stage => None,
            Part::Panels if is_passing || !is_ticking => None,
            Part::Events if !is_ticking => Some((listed + EVENTS_LISTED_IN_PASSING).min(EVENTS_LISTED)),
            _ if is_passing => (frame.unlisted_ms >= RACING_MS).then_some(EVENTS_LISTED_IN_PASSING),
            _ => Some(EVENTS_LISTED),
        };
        if frame.lists_events.is_some() {
            frame.unlisted_ms = 0.0;
        }
        frame.unseen_ms = 0.0;
        if frame.is_prepared { Picture::Made } else { Picture::MadeAndDrawn }
    }

    fn pause_ms(&self) -> f64 {
        let pods = self.views.stage.pods;
        match u32::try_from(pods.saturating_sub(PODS_DRAWN_AT_ONCE)) {
            _ if self.is_racing() => RACING_MS,
            Ok(crowd) => (f64::from(crowd) * MS_FOR_A_POD).min(CROWD_MS_MAX),
            Err(_) => CROWD_MS_MAX,
        }
    }
}
