//! When the controller looks at the nodes, although it sleeps while there is nothing to see.
//!
//! Models the periods of `Run`, `pkg/controller/nodelifecycle/node_lifecycle_controller.go`, Kubernetes
//! v1.36: health is looked at every 5 s (`--node-monitor-period`) and the queues of nodes to taint every
//! 100 ms (`NodeEvictionPeriod`). Both count from the first change that the controller heard of; here it
//! looks only at those instants at which it would find something. Left out: the time that a look takes.

use crate::sim::{Span, Time};

/// `--node-monitor-period`.
const MONITOR_PERIOD: Span = Span::from_seconds(5);
/// `NodeEvictionPeriod`.
const TAINT_PERIOD: Span = Span::from_ms(100);

/// Counts looks from the controller's start.
#[derive(Clone, Copy, Debug)]
pub(super) struct Clock {
    started: Time,
}

impl Clock {
    /// The clock of a controller that starts now.
    pub(super) fn starting(now: Time) -> Self {
        Self { started: now }
    }

    fn at_or_after(self, time: Time, period: Span) -> Time {
        let past = (time - self.started).ms() % period.ms();
        match past {
            _ if time <= self.started => self.started,
            0 => time,
            past => time + Span::from_ms(period.ms() - past),
        }
    }

    /// The first look at the nodes' health at this instant or after it.
    pub(super) fn look_at_or_after(self, time: Time) -> Time {
        self.at_or_after(time, MONITOR_PERIOD)
    }

    /// The first look at the nodes' health that sees what happened at this instant.
    pub(super) fn look_after(self, time: Time) -> Time {
        self.at_or_after(time + Span::from_ms(1), MONITOR_PERIOD)
    }

    /// Whether the nodes' health is looked at now.
    pub(super) fn is_look(self, now: Time) -> bool {
        self.look_at_or_after(now) == now
    }

    /// Whether the queues are looked at now.
    pub(super) fn is_taint_look(self, now: Time) -> bool {
        self.taint_at_or_after(now) == now
    }

    /// The first look at the queues after this instant.
    pub(super) fn taint_after(self, time: Time) -> Time {
        self.at_or_after(time + Span::from_ms(1), TAINT_PERIOD)
    }

    /// The first look at the queues at this instant or after it.
    pub(super) fn taint_at_or_after(self, time: Time) -> Time {
        self.at_or_after(time, TAINT_PERIOD)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn looks_keep_their_phase() {
        let clock = Clock::starting(Time::from_ms(5));
        let looks = |ms| {
            let time = Time::from_ms(ms);
            (clock.look_at_or_after(time).ms(), clock.look_after(time).ms(), clock.taint_after(time).ms())
        };
        assert_eq!(looks(0), (5, 5, 5));
        assert_eq!(looks(5), (5, 5_005, 105));
        assert_eq!(looks(6), (5_005, 5_005, 105));
        assert_eq!(looks(5_005), (5_005, 10_005, 5_105));
        assert!(clock.is_look(Time::from_ms(10_005)) && !clock.is_look(Time::from_ms(10_006)));
        assert_eq!(clock.taint_at_or_after(Time::from_ms(105)).ms(), 105);
    }
}
