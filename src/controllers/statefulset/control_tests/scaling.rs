//! Scaling: Pods made and condemned in order or at once, and what holds the next one back.

use super::{check, plan_of, world};
use crate::controllers::statefulset::outcome::Outcome;

#[test]
fn ordered_ready_creates_one_pod_at_a_time() {
    check("set web replicas=3 => create web-0; progress");
    check(
        "set web replicas=3
           pod web-0 pending
        => wait PodReady: waiting for Pod web-0 to be Running and Ready before web-1 is created
           (OrderedReady); it is starting",
    );
    check("set web replicas=3 \n pod web-0 ready => create web-1; progress");
    check(
        "set web replicas=3 \n pod web-0 unready \n pod web-2 ready => wait PodReady: waiting for Pod web-0",
    );
    check("set web replicas=3 \n pod web-0 ready \n pod web-1 ready \n pod web-2 ready => converged");
    check("set web replicas=0 => converged");
    check(
        "set web replicas=3 \n pod web-0 bad => wait PodReady: waiting for Pod web-0 to be Running and Ready \
           before web-1 is created (OrderedReady); it is ImagePullBackOff",
    );
}

#[test]
fn parallel_creates_all_and_waits_for_none() {
    check("set web replicas=3 Parallel \n pod web-1 pending => create web-0; create web-2; progress");
    check(
        "set web replicas=3 Parallel \n pod web-0 ready \n pod web-1 unready \n pod web-2 pending
        => wait PodsReady: waiting for 2 Pods to become ready, the first of them web-1",
    );
    check(
        "set web replicas=1 Parallel
            pod web-0 unready => wait PodsReady: waiting for Pod web-0 to become ready",
    );
}

#[test]
fn sts_unit_15_ordinals_start_where_the_set_says() {
    check("set web replicas=3 start=2 Parallel => create web-2; create web-3; create web-4; progress");
    check(
        "set web replicas=2 start=1 \n pod web-0 ready \n pod web-1 ready \n pod web-2 ready
        => delete web-0, condemned; progress",
    );
    check(
        "set web replicas=2 start=4 Parallel \n pod web-2 ready \n pod web-3 ready
        => create web-4; create web-5; delete web-3, condemned; delete web-2, condemned; progress",
    );
}

#[test]
fn sts_unit_45_min_ready_seconds_hold_the_next_pod_back() {
    check(
        "set web replicas=2 minReady=10 \n pod web-0 ready=93
        => wait PodAvailable: waiting for Pod web-0 to be Available before web-1 is created
           (minReadySeconds 10)",
    );
    check("set web replicas=2 minReady=10 \n pod web-0 ready=90 => create web-1; progress");
    let available = |text: &str| plan_of(&world(text)).status.available_replicas;
    assert_eq!(available("set web replicas=1 minReady=60 \n pod web-0 ready=30"), 1);
    assert_eq!(available("set web replicas=1 minReady=60 \n pod web-0 ready=50"), 0);
}

#[test]
fn finished_pods_are_deleted_and_come_back() {
    for (policy, rest) in [("", ""), ("Parallel", "create web-2; ")] {
        for phase in ["failed", "succeeded"] {
            check(&format!(
                "set web replicas=3 {policy} \n pod web-0 ready \n pod web-1 {phase}
                 => delete web-1, finished; {rest}progress"
            ));
        }
    }
    check(
        "set web replicas=2 \n pod web-0 failed terminating => wait PodTermination: waiting for Pod web-0 to \
           terminate before web-0 is created",
    );
}

#[test]
fn a_terminating_pod_must_be_gone_before_it_comes_back() {
    check(
        "set web replicas=2 \n pod web-0 ready \n pod web-1 ready terminating
        => wait PodTermination: waiting for Pod web-1 to terminate before web-1 is created",
    );
}

#[test]
fn scaling_down_goes_from_the_highest_ordinal() {
    check(
        "set web replicas=1 \n pod web-0 ready \n pod web-1 ready \n pod web-2 ready
        => delete web-2, condemned; progress",
    );
    check(
        "set web replicas=1 Parallel \n pod web-0 unready \n pod web-1 ready \n pod web-2 unready
        => delete web-2, condemned; delete web-1, condemned; progress",
    );
    check(
        "set web replicas=1 \n pod web-0 ready \n pod web-1 ready \n pod web-2 ready terminating
        => wait ScaleDownTermination: waiting for Pod web-2 to terminate before web-1 is deleted for the
           scale-down",
    );
    // An unhealthy replica comes first.
    check(
        "set web replicas=1 \n pod web-0 unready \n pod web-1 ready
        => wait PodReady: waiting for Pod web-0 to be Running and Ready before web-1 is deleted for the
           scale-down",
    );
    // An unhealthy condemned pod holds the ones above it back only when they are unhealthy themselves.
    check(
        "set web replicas=1 \n pod web-0 ready \n pod web-1 unready \n pod web-2 unready
        => wait ScaleDownReady: waiting for Pod web-1 to be Running and Ready before web-2 is deleted for
           the scale-down",
    );
    check(
        "set web replicas=1 minReady=10 \n pod web-0 ready \n pod web-1 unready \n pod web-2 ready=95
        => wait ScaleDownAvailable: waiting for Pod web-1 to be Available before web-2 is deleted for the
           scale-down",
    );
    check("set web replicas=1 \n pod web-0 ready \n pod web-1 unready => delete web-1, condemned; progress");
    check(
        "set web replicas=1 \n pod web-0 ready \n pod web-1 unready \n pod web-2 ready
        => delete web-2, condemned; progress",
    );
}

#[test]
fn a_set_in_deletion_is_left_alone() {
    check(
        "set web replicas=3 deleting
            pod web-0 failed => wait SetDeletion: the StatefulSet is being deleted",
    );
}

#[test]
fn sts_util_19_ready_without_running_is_not_enough() {
    let mut world = world("set web replicas=1 \n pod web-0 ready");
    world.pods[0].status.phase = "Pending".into();
    let plan = plan_of(&world);
    assert_eq!((plan.status.ready_replicas, plan.status.available_replicas), (0, 0));
    assert!(matches!(plan.outcome, Outcome::Waiting(_)));
}

#[test]
fn sixty_million_replicas_cost_nothing_until_they_are_made() {
    let plan = plan_of(&world("set web replicas=60000000"));
    assert_eq!(plan.tasks.len(), 1);
    let plan = plan_of(&world("set web replicas=2147483647 Parallel"));
    assert_eq!(plan.tasks.len(), 1_000);
}
