//! A bounded share of the exploration: a stop after every single write of every process, all orders and
//! single faults of small scenarios, and random runs with every fault. `kubesets explore` runs on.
#![expect(clippy::panic, reason = "what does not hold is said, and fails the test")]

use kubesets::cluster::ProcessName;
use kubesets::explore::crash_points::{self, CrashReport};
use kubesets::explore::epilogue::EPILOGUES;
use kubesets::explore::script::SCRIPTS;
use kubesets::explore::small_scope::{self, Bounds, ScopeReport};
use kubesets::explore::{Fired, Run};

/// The random runs of an ordinary test.
const SEEDS: std::ops::Range<u64> = 1..60;

fn ended_after_each_write(process: ProcessName) -> CrashReport {
    let mut sum = CrashReport::default();
    for script in SCRIPTS {
        sum += crash_points::try_all(script, process).unwrap_or_else(|what| panic!("{what}"));
    }
    sum
}

#[test]
fn controllers_may_end_after_any_write() {
    let report = ended_after_each_write(ProcessName::ControllerManager);
    assert!(report.points > 300, "only {} points", report.points);
}

#[test]
fn the_scheduler_may_end_after_any_write() {
    let report = ended_after_each_write(ProcessName::Scheduler);
    assert!(report.points > 30, "only {} points", report.points);
}

#[test]
fn small_scenarios_end_alike_in_every_order_and_with_any_single_fault() {
    let mut sum = ScopeReport::default();
    for script in SCRIPTS {
        let bounds = Bounds { deviations: 1, with_faults: true };
        sum += small_scope::explore(script, bounds).unwrap_or_else(|what| panic!("{what}"));
    }
    assert!(sum.states > 1_000, "only {} states", sum.states);
}

#[test]
fn without_any_fault_all_that_is_asked_at_the_end_comes() {
    for epilogue in EPILOGUES {
        for seed in SEEDS.take(8) {
            if let Err(failure) = Run::new(seed, u64::MAX).run_directed(epilogue) {
                panic!("{}: {failure}", epilogue.id);
            }
        }
    }
}

/// Runs that long exploration found, each with what was wrong before.
#[test]
fn runs_that_once_failed_hold() {
    let found = [
        // A set made anew lost the revision of its namesake to the garbage collector.
        2430,
        // What was decided for a pod that is gone was carried out on its namesake, which fitted nowhere.
        5891,
        // A DaemonSet that waited for a pod which it never got to see was not looked at again in time.
        6705,
        // A pod had left its budget by its labels, of which upstream's controller tells the budget nothing.
        502_909,
        // A revision's number fell, as a controller with an old view overwrote what it had not seen.
        503_374,
    ];
    for seed in found {
        if let Err(failure) = Run::new(seed, u64::MAX).run() {
            panic!("kubesets {failure}");
        }
    }
}

#[test]
fn random_runs_with_every_fault_keep_every_rule_and_converge() {
    let mut fired = Fired::default();
    for seed in SEEDS {
        match Run::new(seed, u64::MAX).run() {
            Ok(summary) => fired.add(&summary.fired),
            Err(failure) => panic!("kubesets {failure}"),
        }
    }
    let missing = fired.missing();
    assert!(missing.is_empty(), "kinds of fault that never came: {missing:?}");
}
