//! The cluster in one sentence, for those who listen; and simulated time in digits.

use super::progress::Progress;
use super::why::Tone;
pub use crate::cluster::explain::print::clock;

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
}
