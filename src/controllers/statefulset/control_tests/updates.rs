//! Updates: order, partition, `OnDelete`, `maxUnavailable`, stale and terminating Pods.

use super::{check, ordinals_deleted, plan_of, world};
use crate::api::intstr::IntOrString;
use crate::controllers::statefulset::control::Features;
use crate::controllers::statefulset::update::max_unavailable;

#[test]
fn rolling_updates_go_one_by_one_from_the_highest_ordinal() {
    for policy in ["", "Parallel"] {
        check(&format!(
            "set web replicas=3 {policy} \n pod web-0 ready old \n pod web-1 ready old \n pod web-2 ready old
             => delete web-2, outdated; progress"
        ));
        check(&format!(
            "set web replicas=3 {policy} \n pod web-0 ready old \n pod web-1 ready old \n pod web-2 ready
             => delete web-1, outdated; progress"
        ));
    }
    check(
        "set web replicas=2 \n pod web-0 ready old \n pod web-1 unready
        => wait PodReady: waiting for Pod web-1 to be Running and Ready before web-0 is updated
           (OrderedReady)",
    );
    check(
        "set web replicas=2 Parallel \n pod web-0 ready old \n pod web-1 unready
        => wait UpdatedPod: rolling update: waiting for Pod web-1 to be Available before web-0 is updated",
    );
    // A burst replaces an outdated pod that is not ready: this is how a bad template is undone without a
    // hand.
    check(
        "set web replicas=2 Parallel \n pod web-0 ready
            pod web-1 bad old => delete web-1, outdated; progress",
    );
    check(
        "set web replicas=2 Parallel \n pod web-0 ready old \n pod web-1 ready old terminating
        => wait UpdatedPod: rolling update: waiting for Pod web-1",
    );
}

#[test]
fn a_bad_template_under_ordered_ready_needs_a_hand() {
    check(
        "set web replicas=3 \n pod web-0 ready \n pod web-1 ready \n pod web-2 bad old
        => wait BrokenRollout: Pod web-2 is ImagePullBackOff with revision web-old, and
           OrderedReady waits \
        until it is Ready before it replaces it with web-new: taking the template back does not mend it",
    );
    // So does one that no node takes.
    check(
        "set web replicas=2 \n pod web-0 ready \n pod web-1 unplaced old
        => wait BrokenRollout: Pod web-1 is Pending, without a node with revision web-old, and OrderedReady waits \
        until it is Ready before it replaces it with web-new: taking the template back does not mend it",
    );
    // A pod that is only starting may still get there.
    check(
        "set web replicas=2 \n pod web-0 ready
            pod web-1 pending old => wait PodReady: waiting for Pod web-1",
    );
}

#[test]
fn sts_unit_33_the_partition_holds_pods_back() {
    check(
        "set web replicas=3 partition=2 \n pod web-0 ready old \n pod web-1 ready old \n pod web-2 ready old
        => delete web-2, outdated; progress",
    );
    check(
        "set web replicas=3 partition=2 \n pod web-0 ready old \n pod web-1 ready old \n pod web-2 ready
        => wait Partition: 2 Pods keep their revision: the partition 2 updates only ordinals from 2 on",
    );
    check(
        "set web replicas=2 partition=1 start=5 \n pod web-5 ready old \n pod web-6 ready
        => wait Partition: 1 Pod keeps its revision: the partition 1 updates only ordinals from 6 on",
    );
    check(
        "set web replicas=3 partition=2 \n pod web-1 ready old \n pod web-2 ready
        => create web-0 of the current revision; progress",
    );
    check(
        "set web replicas=3 partition=1 start=5 Parallel \n pod web-6 ready old
        => create web-5 of the current revision; create web-7; progress",
    );
    check(
        "set web replicas=3 partition=1 start=5 Parallel \n pod web-6 ready old \n pod web-7 ready
        => create web-5 of the current revision; delete web-6, outdated; progress",
    );
}

#[test]
fn on_delete_waits_for_a_person() {
    check(
        "set web replicas=2 OnDelete \n pod web-0 ready old \n pod web-1 ready old
        => wait OnDelete: waiting for a person to delete 2 Pods, such as web-1: OnDelete updates no Pod by
           itself",
    );
    check("set web replicas=2 OnDelete \n pod web-0 ready old => create web-1; progress");
    check(
        "set web replicas=1 OnDelete
            pod web-0 ready old => wait OnDelete: waiting for a person to delete Pod web-0",
    );
}

#[test]
fn sts_util_21_max_unavailable_rounds_down_and_is_at_least_one() {
    let int = |n| Some(IntOrString::Int(n));
    let text = |t: &str| Some(IntOrString::String(t.into()));
    for (value, replicas, expected) in [
        (None, 5, 1),
        (int(3), 5, 3),
        (int(0), 5, 1),
        (text("10%"), 25, 2),
        (text("100%"), 5, 5),
        (text("50%"), 5, 2),
        (text("10%"), 5, 1),
        (text("1%"), 0, 1),
        (text("0%"), 5, 1),
    ] {
        assert_eq!(max_unavailable(value.as_ref(), replicas), Ok(expected), "{value:?} of {replicas}");
    }
    assert!(max_unavailable(text("many").as_ref(), 5).is_err());
}

#[test]
fn sts_unit_52_terminating_pods_use_the_budget_up() {
    for (terminating, left) in [
        ("", 4),
        ("5", 5),
        ("3", 5),
        ("4", 5),
        ("2", 5),
        ("1", 5),
        ("54", 6),
        ("53", 6),
        ("43", 6),
        ("543", 6),
    ] {
        let mut text = "set web replicas=6 Parallel partition=3 maxUnavailable=2".to_owned();
        for ordinal in 0..6 {
            let end = if terminating.contains(&ordinal.to_string()) { "terminating" } else { "" };
            text += &format!("\n pod web-{ordinal} ready old {end}");
        }
        assert_eq!(6 - ordinals_deleted(&text).len(), left, "{terminating}");
    }
    check(
        "set web replicas=2 Parallel maxUnavailable=1 \n pod web-0 ready old \n pod web-1 unready
        => wait MaxUnavailable: rolling update: 1 Pods are unavailable and maxUnavailable allows 1",
    );
    check(
        "set web replicas=5 maxUnavailable=2
           pod web-0 ready old \n pod web-1 ready old \n pod web-2 ready old \n pod web-3 ready old
           pod web-4 ready old
        => delete web-4, outdated; delete web-3, outdated; progress",
    );
}

/// STS-STALE: what v1.36 deletes in one pass. The gate is off by default, and the mending of issue 137409
/// (stale pods first) came after v1.36; rows that it changed are marked and say what v1.36 does.
#[test]
fn sts_stale_01_22_updates_with_stale_pods() {
    // id, policy, replicas, partition, maxUnavailable, unready, terminating, short of minReady; deleted by
    // default; with the gate
    type Row = (
        u8,
        &'static str,
        i64,
        i64,
        i64,
        &'static str,
        &'static str,
        &'static str,
        &'static [i64],
        &'static [i64],
    );
    let rows: &[Row] = &[
        (1, "Parallel", 1, 0, 1, "0", "", "", &[0], &[]), // gate: changed after v1.36
        (2, "Parallel", 3, 0, 1, "2", "", "", &[2], &[]), // gate: changed after v1.36
        (3, "Parallel", 5, 0, 2, "34", "", "", &[4], &[]), // gate: changed after v1.36
        (4, "", 1, 0, 1, "0", "", "", &[], &[]),
        (5, "", 3, 0, 1, "2", "", "", &[], &[]),
        (6, "", 5, 0, 2, "4", "", "", &[], &[]), // gate: changed after v1.36
        (7, "Parallel", 3, 0, 1, "", "2", "", &[], &[]),
        (8, "", 3, 0, 1, "", "2", "", &[], &[]),
        (9, "Parallel", 5, 0, 3, "3", "4", "", &[], &[3]), // gate: changed after v1.36
        (10, "Parallel", 3, 0, 1, "", "", "2", &[2], &[]), // gate: changed after v1.36
        (11, "", 3, 0, 1, "", "", "2", &[], &[]),
        (12, "Parallel", 5, 0, 3, "4", "3", "", &[4], &[4]), // gate: changed after v1.36
        (13, "", 5, 0, 3, "3", "4", "", &[], &[]),           // gate: changed after v1.36
        (14, "", 5, 0, 3, "4", "3", "", &[], &[]),           // gate: changed after v1.36
        (15, "Parallel", 5, 2, 1, "4", "", "", &[4], &[]),   // gate: changed after v1.36
        (16, "Parallel", 5, 2, 1, "2", "", "", &[4], &[]),   // gate: changed after v1.36
        (17, "Parallel", 5, 2, 1, "1", "", "", &[4], &[]),
        (18, "", 5, 2, 1, "4", "", "", &[], &[]),
        (19, "Parallel", 5, 3, 2, "34", "", "", &[4], &[]), // gate: changed after v1.36
        (20, "Parallel", 5, 3, 2, "14", "", "", &[4], &[]), // gate: changed after v1.36
        (21, "Parallel", 4, 0, 2, "01", "", "", &[3], &[]), // gate: changed after v1.36
        (22, "Parallel", 5, 0, 3, "01", "", "", &[4], &[4]), // gate: changed after v1.36
    ];
    for (id, policy, replicas, partition, max, unready, terminating, young, by_default, with_gate) in rows {
        let mut text = format!(
            "set web replicas={replicas} {policy} partition={partition} maxUnavailable={max} {}",
            if young.is_empty() { "" } else { "minReady=30" }
        );
        for ordinal in 0..*replicas {
            let digit = &ordinal.to_string();
            let ready = match () {
                () if unready.contains(digit) => "unready",
                () if young.contains(digit) => "ready=90",
                () => "ready",
            };
            let end = if terminating.contains(digit) { "terminating" } else { "" };
            text += &format!("\n pod web-{ordinal} {ready} old {end}");
        }
        assert_eq!(ordinals_deleted(&text), *with_gate, "STS-STALE-{id:02} with the gate");
        let mut world = world(&text);
        world.features = Features::default();
        let plan = plan_of(&world);
        let deleted: Vec<i64> = plan.tasks.iter().map(|task| task.ordinal).collect();
        assert_eq!(deleted, *by_default, "STS-STALE-{id:02} by default");
    }
}
