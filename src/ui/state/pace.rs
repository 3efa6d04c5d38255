//! How often the page's picture is made anew while time passes.
//!
//! At high speed a picture for each change could not be read and would flash: while things change, it is made
//! anew three times a second at most and sums pods up. Once nothing has changed for a moment they are drawn
//! again, although something is due some time. In a crowd of pods several changes are drawn together, and a
//! frame either lets time pass and makes the next picture's values, or draws them: so frames stay short.

use super::State;
use crate::ui::view_model::events::{EVENTS_LISTED, EVENTS_LISTED_IN_PASSING};

/// From this speed on a page sums up instead of drawing each change.
const RACING: f64 = 10.0;
/// Real milliseconds between two pictures at such a speed: fewer than three a second.
const RACING_MS: f64 = 340.0;
/// Real milliseconds without a change that can be seen, after which single pods are drawn again: so at most
/// once in that time the page turns from the one picture to the other.
const CALM_MS: f64 = 1_200.0;
/// Up to so many pods each change is drawn at once.
const PODS_DRAWN_AT_ONCE: usize = 48;
/// Real milliseconds of waiting that each further pod brings.
const MS_FOR_A_POD: f64 = 0.25;
const CROWD_MS_MAX: f64 = 100.0;
/// So many pods change in one picture of a crowd; the others follow in the next.
const PODS_A_PICTURE: usize = 24;

/// What a frame is for.
#[derive(Debug)]
pub struct Frame {
    /// Real milliseconds since the last picture, since events were listed, and which have not passed yet.
    unseen_ms: f64,
    unlisted_ms: f64,
    owed_ms: f64,
    /// What this frame does beside letting time pass.
    task: Task,
    /// Whether what the next picture shows has been made.
    is_prepared: bool,
    /// Whether the last picture had no room for all that had changed.
    pub(super) is_behind: bool,
    /// How many pods may change in this picture.
    pub(super) room: usize,
    /// How many events it lists, if it does: in a crowd nobody reads them line by line.
    pub(super) lists_events: Option<usize>,
}

impl Default for Frame {
    fn default() -> Self {
        Self {
            unseen_ms: 0.0,
            unlisted_ms: RACING_MS,
            owed_ms: 0.0,
            task: Task::Draw,
            is_prepared: false,
            is_behind: false,
            room: usize::MAX,
            lists_events: Some(EVENTS_LISTED),
        }
    }
}

/// What a frame is for, where a picture takes time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Task {
    /// It lets time pass.
    Pass,
    /// It lets time pass, and makes what the next frame draws.
    Prepare,
    /// It draws.
    Draw,
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

/// How long nothing has changed that can be seen.
#[derive(Debug)]
pub struct Stir {
    /// Changes that were seen so far.
    changes: u64,
    /// Real milliseconds since the last one.
    calm_ms: f64,
}

impl Default for Stir {
    fn default() -> Self {
        Self { changes: 0, calm_ms: f64::INFINITY }
    }
}

/// How things move.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Motion {
    /// Whether time passes.
    pub is_moving: bool,
    /// Whether nothing is due: time stands still, and not because a person stopped it.
    pub is_settled: bool,
    /// Whether single changes cannot be followed.
    pub is_racing: bool,
    /// Simulated seconds per second.
    pub speed: f64,
}

impl State {
    /// How things move now.
    pub fn motion(&self) -> Motion {
        Motion {
            is_moving: self.is_ticking(),
            is_settled: self.cluster.next_due().is_none(),
            is_racing: self.is_racing(),
            speed: self.clock.speed,
        }
    }

    /// Whether things change so fast that single changes cannot be followed.
    pub fn is_racing(&self) -> bool {
        let is_fast = self.clock.speed >= RACING && self.views.stir.calm_ms < CALM_MS;
        self.is_ticking() && (is_fast || self.clock.settles_until.is_some())
    }

    /// Takes note of whether anything has changed since the last frame, `ms` real milliseconds ago.
    fn note_stir(&mut self, ms: f64) {
        // The past is not told anew while it is played: there every change counts.
        let chronicle = self.machine.branch().chronicle().filter(|_| !self.machine.is_past());
        let changes = chronicle
            .map_or_else(|| self.cluster.event_log().count(), |chronicle| chronicle.looks().changes());
        let stir = &mut self.views.stir;
        if std::mem::replace(&mut stir.changes, changes) == changes {
            stir.calm_ms += ms;
        } else {
            stir.calm_ms = 0.0;
        }
    }

    /// Divides a frame's time: where a picture takes time, a frame either lets simulated time pass or draws.
    /// `passed` are the real milliseconds since the last frame, `None` what a person did, which is shown at
    /// once; in a crowd that moves, as far as a picture has room. Gives the milliseconds that shall pass now.
    pub(super) fn divide_frame(&mut self, passed: Option<f64>) -> Option<f64> {
        self.note_stir(passed.unwrap_or_default());
        let pause_ms = self.pause_ms();
        // Pods that are summed up are drawn quickly, and so at once.
        let is_drawn_apart = !self.views.stage.is_crowded;
        let frame = &mut self.views.frame;
        let Some(ms) = passed else {
            *frame = Frame::default();
            return None;
        };
        frame.unseen_ms += ms;
        frame.unlisted_ms += ms;
        frame.owed_ms += ms;
        // Where frames only draw, not two in a row: time would stand still.
        let is_free = pause_ms <= 0.0 || frame.task != Task::Draw;
        frame.task = if is_free && (frame.is_prepared || frame.unseen_ms >= pause_ms || frame.is_behind) {
            Task::Draw
        } else if is_drawn_apart && (frame.unseen_ms + ms >= pause_ms || frame.is_behind) {
            Task::Prepare
        } else {
            Task::Pass
        };
        let lets_pass = pause_ms <= 0.0 || frame.task != Task::Draw;
        lets_pass.then(|| std::mem::take(&mut frame.owed_ms))
    }

    /// Says whether this frame makes, or draws, what has changed in the cluster. What has come to rest is
    /// drawn at once.
    pub(super) fn begin_picture(&mut self) -> Picture {
        self.note_stir(0.0);
        let (is_ticking, is_racing) = (self.is_ticking(), self.is_racing());
        let is_crowd = self.views.stage.pods > PODS_DRAWN_AT_ONCE;
        // Asked again: the race may be over by now.
        let pause_ms = self.pause_ms();
        let frame = &mut self.views.frame;
        let is_divided = is_ticking && pause_ms > 0.0;
        if is_divided && frame.task == Task::Pass {
            return Picture::None;
        }
        let was_prepared = std::mem::take(&mut frame.is_prepared);
        if is_divided && frame.task == Task::Draw && was_prepared {
            return Picture::Drawn;
        }
        frame.is_prepared = is_divided && frame.task == Task::Prepare;
        let is_gradual = is_ticking && is_crowd && !is_racing;
        frame.room = if is_gradual { PODS_A_PICTURE } else { usize::MAX };
        frame.lists_events = if is_ticking && is_crowd {
            (frame.unlisted_ms >= RACING_MS).then_some(EVENTS_LISTED_IN_PASSING)
        } else {
            Some(EVENTS_LISTED)
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

#[cfg(test)]
mod tests {
    use super::super::Action;
    use super::*;
    use crate::ui::view_model::status::Shape;

    fn pictures(speed: f64, frames: usize) -> usize {
        let mut state = State::default();
        state.reduce(Action::Speed(speed));
        state.reduce(Action::Apply);
        let mut pictures = 0;
        for _ in 0..frames {
            let before = std::rc::Rc::clone(&state.views.events);
            state.reduce(Action::Advance(16.0));
            pictures += usize::from(!std::rc::Rc::ptr_eq(&before, &state.views.events));
        }
        pictures
    }

    #[test]
    fn at_high_speed_the_page_changes_three_times_a_second() {
        assert!(pictures(5.0, 60) > 3, "each change is drawn");
        let at_ten = pictures(10.0, 60);
        assert!((1..=3).contains(&at_ten), "{at_ten}");
    }

    #[test]
    fn time_passes_however_many_pods_there_are() {
        for pods in [20, 49, 60, 100, 112, 200] {
            let mut state = State::default();
            state.reduce(Action::Run(format!(
                "kubectl create deployment hello --image=hello --replicas={pods}"
            )));
            state.reduce(Action::Settle);
            while state.clock.settles_until.is_some() {
                state.reduce(Action::Advance(16.0));
            }
            state.reduce(Action::Run("sleep 60".to_owned()));
            let before = state.cluster.now();
            for _ in 0..60 {
                state.reduce(Action::Advance(16.0));
            }
            let passed = (state.cluster.now() - before).ms();
            assert!((850..=960).contains(&passed), "with {pods} pods {passed} ms passed in 60 frames");
        }
    }

    #[test]
    fn single_pods_are_drawn_while_only_a_far_off_retry_is_due() {
        let mut state = State::default();
        state.reduce(Action::Speed(10.0));
        state.reduce(Action::Run(
            "kubectl create deployment hello --image=registry.k8s.io/nginx-slim:bad".into(),
        ));
        let mut racing = Vec::new();
        // The pull is tried again after 10, 20, 40, 80 and 160 seconds.
        for _ in 0..40 * 60 {
            state.reduce(Action::Advance(16.0));
            racing.push(state.is_racing());
        }
        assert!(state.is_ticking(), "another try is due");
        assert!(racing.iter().take(30).any(|is_racing| *is_racing), "what begins is summed up");
        let turns = racing.windows(2).filter(|pair| pair[0] != pair[1]).count();
        assert!(turns <= 12, "it turned {turns} times between the pictures");
        let drawn = racing.iter().filter(|is_racing| !**is_racing).count();
        assert!(drawn > racing.len() / 2, "drawn in {drawn} of {} frames", racing.len());
    }

    #[test]
    fn what_has_settled_is_shown_at_once() {
        let mut state = State::default();
        state.reduce(Action::Speed(100.0));
        state.reduce(Action::Apply);
        while state.is_ticking() {
            state.reduce(Action::Advance(16.0));
        }
        assert!(state.views.summary.contains("2 of 2 ready, settled"), "{}", state.views.summary);
        state.reduce(Action::Run("kubectl delete pod web-0".to_owned()));
        let tiles = state.views.stage.lanes.iter().flat_map(|lane| &lane.tiles);
        let leaving = tiles.filter(|tile| tile.shape == Shape::Terminating).count();
        assert_eq!(leaving, 1, "what a person does is shown at once, at any speed");
    }
}
