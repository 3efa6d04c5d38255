//! How often the page's picture is made anew while time passes.
//!
//! At high speed a picture for each change could not be read and would flash: while things change, it is made
//! anew three times a second at most and sums pods up. Once nothing has changed for a moment they are drawn
//! again, although something is due some time. While time passes a picture is of the stage, or of all else,
//! and in a crowd of pods several changes are drawn together, nodes take turns, and one frame makes a
//! picture's values, if it has time left, and the next one draws them: so frames stay short.

use super::State;
use super::frame::{Frame, Owed, Part, Picture, RACING_MS, Task};
use crate::ui::view_model::events::{EVENTS_LISTED, EVENTS_LISTED_IN_PASSING};

/// Up to so many pods each change is drawn at once.
const PODS_DRAWN_AT_ONCE: usize = 48;
/// Real milliseconds of waiting that each further pod brings.
const MS_FOR_A_POD: f64 = 0.35;
const CROWD_MS_MAX: f64 = 100.0;
/// A frame that has more real milliseconds than this to make up for does not hurry to make a picture.
const BEHIND_MS: f64 = 25.0;
/// So many pods change in one picture of a crowd at most, and so many nodes' lanes; the others follow in the
/// next.
const PODS_A_PICTURE: usize = 24;
const LANES_A_PICTURE: usize = 4;
/// From this speed on, in simulated seconds per second, events come faster than they are read.
const BRISK: f64 = 5.0;
/// A frame that comes later than this after the one before does not let more time pass: the page slept.
const FRAME_MS_MAX: f64 = 100.0;

impl State {
    /// Divides a frame's time: where pictures are slow, no frame that draws lets simulated time pass.
    /// `passed` are the real milliseconds since the last frame, `None` what a person did, which is shown at
    /// once; in a crowd that moves, as far as a picture has room. Gives the milliseconds that shall pass now.
    pub(super) fn divide_frame(&mut self, passed: Option<f64>) -> Option<f64> {
        self.note_stir(passed.unwrap_or_default());
        let pause_ms = self.pause_ms();
        // In a crowd, to make a picture and to draw it is too much for one frame.
        let is_drawn_apart = pause_ms > 0.0;
        let is_ticking = self.is_ticking();
        let is_racing = self.is_racing();
        let frame = &mut self.views.frame;
        if let Some(ms) = passed.filter(|_| frame.is_gradual && frame.task == Task::Draw) {
            self.views.fit.note(ms);
        }
        // Time goes first: pictures hurry only while it is not behind.
        let hurries = !is_racing && frame.owed_ms <= BEHIND_MS;
        let pause_ms = if hurries { self.views.fit.pause(pause_ms) } else { pause_ms };
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
        let lets_pass = !is_drawn_apart || frame.task != Task::Draw || self.views.fit.has_room();
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

    /// Whether all is at rest but the picture, which comes to rest in parts.
    pub fn is_behind(&self) -> bool {
        !self.is_ticking() && self.needs_frames()
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
