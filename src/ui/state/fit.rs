//! How much of a moving crowd one picture holds, and how soon the next one follows: as much, and as soon, as
//! this browser draws within a frame.
//!
//! How long a picture takes is for the most part the browser's work after the script, which a page cannot
//! time; but it can see that the next frame comes late. Then the pictures that follow hold less and come less
//! often, so that frames stay in time where the machine is slow, and nodes wait longer for their turn
//! instead. Nothing of it is upstream's.

/// Real milliseconds between two frames from which on the second one is late: one was left out.
const LATE_MS: f64 = 22.0;
/// What is left of a picture's size after one that was too large, and how much comes back with each other
/// one: one that is too large is seen, one that is too small hardly.
const AFTER_LATE: f64 = 0.8;
const REGAINED: f64 = 0.002;
/// The smallest share.
const LEAST: f64 = 0.25;

/// How much longer the pause between pictures gets after one that was late, and how much shorter after each
/// other one, as a share of the longest.
const PAUSE_AFTER_LATE: f64 = 1.5;
const PAUSE_GAINED: f64 = 0.03;
/// From this share of the longest pause on, pictures take little of a frame.
const PAUSE_WITH_ROOM: f64 = 0.25;
/// The shortest pause, as a share of the longest.
const PAUSE_LEAST: f64 = 0.1;

/// What is drawn in time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Fit {
    /// The share of the largest picture.
    size: f64,
    /// The share of the longest pause between two pictures.
    pause: f64,
}

impl Default for Fit {
    fn default() -> Self {
        Self { size: 1.0, pause: 1.0 }
    }
}

impl Fit {
    /// Takes in how long after the frame that drew a picture the next one came, in real milliseconds.
    pub(super) fn note(&mut self, ms: f64) {
        let is_late = ms > LATE_MS;
        let size = if is_late { self.size * AFTER_LATE } else { self.size + REGAINED };
        let pause = if is_late { self.pause * PAUSE_AFTER_LATE } else { self.pause - PAUSE_GAINED };
        *self = Self { size: size.clamp(LEAST, 1.0), pause: pause.clamp(PAUSE_LEAST, 1.0) };
    }

    /// How long the pause is that is `longest` on a slow machine.
    pub(super) fn pause(self, longest: f64) -> f64 {
        longest * self.pause
    }

    /// How much more than `least` a frame may have done, in real milliseconds, and still make a picture:
    /// up to twice as much where pictures are always in time.
    pub(super) fn work(self, least: f64) -> f64 {
        least * (2.0 - self.pause)
    }

    /// Whether a frame that draws has room for more.
    pub(super) fn has_room(self) -> bool {
        self.pause <= PAUSE_WITH_ROOM
    }

    /// How many of `most` things fit.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "a share of a small count"
    )]
    pub(super) fn of(self, most: usize) -> usize {
        (most as f64 * self.size).ceil() as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Real milliseconds until the next frame, and how often it came so.
    type Frames = (f64, usize);

    /// The sizes of a picture of 24 after each of these.
    fn sizes(frames: &[Frames]) -> Vec<usize> {
        let mut fit = Fit::default();
        let mut after = |&(ms, count): &Frames| {
            (0..count).for_each(|_| fit.note(ms));
            fit.of(24)
        };
        frames.iter().map(&mut after).collect()
    }

    #[test]
    fn pictures_shrink_at_once_and_grow_again_slowly() {
        let table: [(&[Frames], &[usize]); 4] = [
            (&[(16.0, 500)], &[24]),
            (&[(33.0, 1), (33.0, 1), (33.0, 1)], &[20, 16, 13]),
            (&[(33.0, 40), (16.0, 10), (16.0, 400)], &[6, 7, 24]),
            (&[(17.0, 1), (21.9, 1), (50.0, 1), (0.0, 1)], &[24, 24, 20, 20]),
        ];
        for (frames, expected) in table {
            assert_eq!(sizes(frames), expected, "{frames:?}");
        }
    }

    #[test]
    fn pauses_shrink_slowly_and_grow_again_at_once() {
        let mut fit = Fit::default();
        let after = |fit: &mut Fit, ms: f64, count: usize| {
            (0..count).for_each(|_| fit.note(ms));
            format!("{:.1}", fit.pause(100.0))
        };
        for (ms, count, expected) in [
            (16.0, 20, "40.0"),
            (16.0, 500, "10.0"),
            (33.0, 1, "15.0"),
            (33.0, 1, "22.5"),
            (33.0, 9, "100.0"),
        ] {
            assert_eq!(after(&mut fit, ms, count), expected, "after {count} of {ms} ms");
        }
        assert!((fit.work(3.0) - 3.0).abs() < 0.01, "late pictures leave no room");
        (0..100).for_each(|_| fit.note(16.0));
        assert!((fit.work(3.0) - 5.7).abs() < 0.01);
    }
}
