//! The cluster in one sentence, for those who listen; and simulated time in digits.

use std::rc::Rc;

use super::sets::SetView;
use super::why::Tone;
use crate::sim::Time;

/// The cluster in one sentence.
pub fn summary(sets: &[Rc<SetView>]) -> String {
    let one = |set: &Rc<SetView>| {
        let mut text = format!("{}: {} of {} ready", set.key.name, set.ready, set.replicas);
        if set.update_revision != set.current_revision {
            text.push_str(&format!(", {} updated", set.updated));
        }
        match set.why.tone {
            Tone::Settled => text.push_str(", settled"),
            Tone::Blocked => text.push_str(", blocked"),
            Tone::Working | Tone::Waiting => {}
        }
        text
    };
    sets.iter().map(one).collect::<Vec<_>>().join("; ")
}

/// `01:42.3`, or `1:01:42.3` after an hour.
pub fn clock(time: Time) -> String {
    let (seconds, tenths) = (time.seconds(), time.ms() % 1000 / 100);
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if hours == 0 {
        format!("{minutes:02}:{seconds:02}.{tenths}")
    } else {
        format!("{hours}:{minutes:02}:{seconds:02}.{tenths}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clock_shows_tenths() {
        assert_eq!(clock(Time::from_ms(102_340)), "01:42.3");
        assert_eq!(clock(Time::from_ms(3_702_000)), "1:01:42.0");
    }
}
