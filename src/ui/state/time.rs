//! How simulated time passes: playing at a speed, step by step, or until nothing is due.

use super::frame::Frame;
use super::{Lasts, State};
use crate::api::{Kind, Object};
use crate::cluster::explain::Explanation;
use crate::sim::{Span, Time};
use crate::ui::browser;
use crate::ui::time_machine::Stride;

/// Real milliseconds that one frame may spend on the cluster, one that draws as well, one that makes a
/// picture, and one in which a line was run and its output drawn.
const PASSING_BUDGET_MS: f64 = 9.0;
const DRAWING_BUDGET_MS: f64 = 4.0;
const MAKING_BUDGET_MS: f64 = 4.0;
const LINE_FRAME_BUDGET_MS: f64 = 2.0;
/// A line that was run shorter ago than this belongs to the same frame.
const SAME_FRAME_MS: f64 = 12.0;
/// A turn that takes in more changes than this is long.
const CHANGES_IN_A_LONG_TURN: usize = 64;
/// Real milliseconds of work on the cluster after which a frame does not make a picture as well, where
/// pictures are slow.
const LONG_MS: f64 = 3.0;
/// Real milliseconds of work after which a frame begins no long turn.
const SOON_MS: f64 = 1.0;
/// Simulated time that "run until settled" runs at most.
const SETTLE_LIMIT: Span = Span::from_seconds(3_600);

/// Pods that are asked why nothing settles.
const PODS_LOOKED_AT: usize = 20;

/// The speeds on offer, in simulated seconds per second.
pub const SPEEDS: [(f64, &str); 6] =
    [(0.5, "0.5×"), (1.0, "1×"), (2.0, "2×"), (5.0, "5×"), (10.0, "10×"), (100.0, "100×")];

/// How time passes.
#[derive(Debug)]
pub struct Clock {
    /// Whether time passes by itself.
    pub is_playing: bool,
    /// Simulated seconds per second.
    pub speed: f64,
    /// Until when "run until settled" runs.
    pub settles_until: Option<Time>,
    /// Simulated milliseconds that are too short to have passed.
    remainder: f64,
    /// When a line was run last, in real milliseconds.
    line_at: f64,
}

impl Clock {
    /// Takes note that a line has just been run.
    pub(super) fn note_line(&mut self) {
        self.line_at = browser::now_ms();
    }

    /// Real milliseconds that a frame may spend on the cluster.
    fn budget_ms(&self, frame: &Frame) -> f64 {
        if browser::now_ms() < self.line_at + SAME_FRAME_MS {
            LINE_FRAME_BUDGET_MS
        } else if frame.draws() {
            DRAWING_BUDGET_MS
        } else if frame.makes() {
            MAKING_BUDGET_MS
        } else {
            PASSING_BUDGET_MS
        }
    }
}

impl Default for Clock {
    fn default() -> Self {
        Self { is_playing: true, speed: 1.0, settles_until: None, remainder: 0.0, line_at: f64::NEG_INFINITY }
    }
}

impl State {
    /// Whether the ticker must run: something is due, and time passes.
    pub fn is_ticking(&self) -> bool {
        if self.is_comparing() {
            return true;
        }
        let is_due = self.machine.is_past() || self.cluster.next_due().is_some();
        // What runs until it is settled takes note of that in one more frame.
        self.clock.settles_until.is_some() || (self.clock.is_playing && is_due)
    }

    pub(super) fn toggle_play(&mut self) {
        self.clock.is_playing = !self.clock.is_playing;
        self.clock.settles_until = None;
    }

    /// Lets real time pass: at most a few milliseconds of work, the rest in the frames after this one.
    pub(super) fn advance(&mut self, ms: f64) {
        if self.is_comparing() {
            return self.advance_comparison(whole_ms(ms * self.clock.speed));
        }
        let target = match self.clock.settles_until {
            Some(limit) => limit,
            None if self.clock.is_playing => {
                let passed = ms * self.clock.speed + self.clock.remainder;
                self.clock.remainder = passed.fract();
                self.cluster.now() + whole_ms(passed)
            }
            None => return,
        };
        if !self.pass_until(target) {
            if self.clock.settles_until.is_none() {
                self.views.frame.fall_behind(real_ms(target.since(self.cluster.now()), self.clock.speed));
            }
        } else if self.clock.settles_until.take().is_some() {
            if !self.cluster.is_settled() {
                let text = self.unsettled();
                self.tell_while(Lasts::Unsettled, text);
            }
            // What a person asked for has come.
            self.views.frame.show_all();
            self.saves_due += 1;
        }
    }

    /// Works on until an instant, as long as a frame may; says whether it came there. What runs until it is
    /// settled comes there early.
    fn pass_until(&mut self, target: Time) -> bool {
        let begin = browser::now_ms();
        let budget = self.clock.budget_ms(&self.views.frame);
        let is_over = || browser::now_ms() > begin + budget;
        if self.machine.is_past() {
            while self.machine.play_on(&mut self.cluster, target) && self.machine.is_past() {
                if is_over() {
                    return false;
                }
            }
            return true;
        }
        let settles = self.clock.settles_until.is_some();
        // First, as it may be as much work as several turns.
        self.machine.keep_copy(&self.cluster);
        let mut is_too_late = is_over() || (self.views.frame.makes() && self.is_next_long());
        while self.cluster.next_due().is_some_and(|due| due <= target) {
            if settles && self.cluster.is_settled() {
                break;
            }
            if is_too_late {
                self.end_work(begin);
                return false;
            }
            self.cluster.step();
            self.machine.tell(&mut self.cluster);
            self.feed(0.0);
            is_too_late = is_over() || (browser::now_ms() > begin + SOON_MS && self.is_next_long());
        }
        self.end_work(begin);
        // Time stands still where nothing is due: what follows is a person's to begin.
        if !settles && self.cluster.next_due().is_some() {
            self.cluster.run_until(target);
        }
        true
    }

    /// Whether the next turn may be too long for what is left of a frame: what will be long begins one.
    fn is_next_long(&self) -> bool {
        self.cluster.pod_changes_next() > CHANGES_IN_A_LONG_TURN
    }

    /// Runs what the present instant still holds, as an input comes after all of it; says whether that is
    /// done. Where time passes by itself, the frames after this do what is left after a real moment.
    pub(super) fn finish_instant(&mut self, until: f64) -> bool {
        let time_passes = !self.is_comparing() && self.is_ticking();
        while self.cluster.next_due().is_some_and(|due| due <= self.cluster.now()) {
            if time_passes && browser::now_ms() >= until {
                return false;
            }
            self.cluster.step();
            self.machine.tell(&mut self.cluster);
        }
        true
    }

    /// Leaves the picture to another frame when this one has worked for long since it began.
    fn end_work(&mut self, begin: f64) {
        if browser::now_ms() > begin + self.views.fit.work(LONG_MS) {
            self.views.frame.put_off_making();
        }
    }

    /// Why the cluster has not settled, as far as a pod that waits for good tells it.
    // Out of line, so that the page's start does not carry it.
    #[inline(never)]
    fn unsettled(&self) -> String {
        let unwell = self.cluster.server().list(Kind::Pod, None).filter(
            |object| matches!(object, Object::Pod(pod) if !pod.is_running_and_ready() && !pod.is_terminal()),
        );
        let mut found = unwell.take(PODS_LOOKED_AT).map(|object| self.cluster.explain(&object.key()));
        let known = "An hour went by and it has not settled";
        match found.find(Explanation::is_blocked) {
            Some(blocked) => format!("{known}, nor does it by itself: {}.", blocked.sentence),
            None => format!("{known}: something happens again and again."),
        }
    }

    /// Runs until the next change, and pauses.
    // Out of line, so that the page's start does not carry it.
    #[inline(never)]
    pub(super) fn step(&mut self, stride: Stride) {
        self.clock.is_playing = false;
        self.clock.settles_until = None;
        let was_past = self.machine.is_past();
        self.machine.step_on(&mut self.cluster, stride);
        if was_past {
            self.views.forget_entries();
        }
    }

    // Out of line, so that the page's start does not carry it.
    #[inline(never)]
    pub(super) fn step_back(&mut self, stride: Stride) {
        self.clock.is_playing = false;
        self.clock.settles_until = None;
        self.machine.step_back(&mut self.cluster, stride);
        self.views.forget_entries();
    }

    // Out of line, so that the page's start does not carry it.
    #[inline(never)]
    pub(super) fn settle(&mut self) {
        self.show_present();
        if !self.cluster.is_settled() {
            self.clock.settles_until = Some(self.cluster.now() + SETTLE_LIMIT);
        }
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped just before")]
fn whole_ms(ms: f64) -> Span {
    Span::from_ms(ms.clamp(0.0, 1e12) as u64)
}

/// The real milliseconds in which so much simulated time passes.
#[expect(clippy::cast_precision_loss, reason = "less than a second")]
fn real_ms(span: Span, speed: f64) -> f64 {
    span.ms() as f64 / speed
}
