//! The cluster in one sentence, for those who listen; and simulated time in digits.

use super::progress::Progress;
use super::why::Tone;
pub use crate::cluster::explain::print::{clock, clock_to_the_second};
use crate::sim::Span;

/// How long something took: `6.6 s`, `55m31s`, `1h2m5s`.
pub fn lasting(span: Span) -> String {
    let seconds = span.seconds();
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    match (hours, minutes) {
        (0, 0) => format!("{seconds}.{} s", span.ms() % 1000 / 100),
        (0, _) => format!("{minutes}m{seconds:02}s"),
        _ => format!("{hours}h{minutes:02}m{seconds:02}s"),
    }
}

/// The cluster in one sentence.
pub fn summary(workloads: &[Progress]) -> String {
    let one = |workload: &Progress| {
        let mut text = format!("{}: {} of {} ready", workload.key.name, workload.ready, workload.desired);
        if workload.is_rolling {
            text.push_str(&format!(", {} updated", workload.updated));
        }
        match workload.tone {
            Tone::Settled => text.push_str(", settled"),
            Tone::Blocked => text.push_str(", blocked"),
            Tone::Working | Tone::Waiting => {}
        }
        text
    };
    workloads.iter().map(one).collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::Time;

    #[test]
    fn the_clock_shows_tenths() {
        assert_eq!(clock(Time::from_ms(102_340)), "01:42.3");
        assert_eq!(clock(Time::from_ms(3_702_000)), "1:01:42.0");
    }

    #[test]
    fn long_times_are_told_in_minutes_and_hours() {
        let told = [6_640, 59_990, 60_000, 3_331_300, 3_725_000].map(|ms| lasting(Span::from_ms(ms)));
        assert_eq!(told, ["6.6 s", "59.9 s", "1m00s", "55m31s", "1h02m05s"]);
    }
}
