//! Whether anything changes, and so whether single changes can be followed.
//!
//! At high speed they cannot: then the page sums up. Once nothing has changed for a moment single pods are
//! drawn again, although something is due some time. Nothing of it is upstream's.

use super::State;

/// From this speed on a page sums up instead of drawing each change.
const RACING: f64 = 10.0;
/// Real milliseconds without a change that can be seen, after which single pods are drawn again: so at most
/// once in that time the page turns from the one picture to the other.
const CALM_MS: f64 = 1_200.0;

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
    pub(super) fn note_stir(&mut self, ms: f64) {
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
}
