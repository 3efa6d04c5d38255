//! Preemption: who makes room, and where.

use super::{MORE, World};

/// The node that is kept for the pod and who leaves it, or what is said instead.
fn check_victims(lines: &str, expected: &str) {
    let said = match World::read(lines).attempt().result {
        Ok(placed) => format!("placed on {}", placed.node),
        Err(failure) if failure.victims.is_empty() => {
            failure.message.split_once(MORE).map_or(failure.message.clone(), |(_, more)| more.to_owned())
        }
        Err(failure) => {
            let names: Vec<&str> = failure.victims.iter().map(|pod| pod.metadata.name.as_str()).collect();
            format!("{} <- {}", failure.nomination.unwrap(), names.join(" "))
        }
    };
    assert_eq!(said, expected, "{lines}");
}

#[test]
fn the_fewest_and_least_important_pods_make_room() {
    let table = [
        // All of lower priority are thought away; then as many as possible are spared, the important first.
        (
            "node a
             on a pod low cpu=2 priority=1
             on a pod mid cpu=2 priority=2
             pod p cpu=2 priority=9",
            "a <- low",
        ),
        (
            "node a
             on a pod old cpu=2 priority=1 started=1
             on a pod young cpu=2 priority=1 started=5
             pod p cpu=2 priority=9",
            "a <- young",
        ),
        (
            "node a
             on a pod x cpu=1 priority=1 started=1
             on a pod y cpu=1 priority=1 started=2
             on a pod z cpu=2 priority=9
             pod p cpu=2 priority=9",
            "a <- x y",
        ),
        // A budget that would be violated protects where another pod can go instead.
        (
            "node a
             budget web 0
             on a pod web-0 app=web cpu=2 priority=1 started=5
             on a pod plain cpu=2 priority=1 started=1
             pod p cpu=2 priority=9",
            "a <- plain",
        ),
        (
            "node a
             budget web 0
             on a pod web-0 app=web cpu=4 priority=1
             pod p cpu=2 priority=9",
            "a <- web-0",
        ),
    ];
    for (lines, expected) in table {
        check_victims(lines, expected);
    }
}

#[test]
fn room_is_made_where_it_hurts_least() {
    let table = [
        // Fewer violated budgets.
        (
            "node a\nnode b
             budget web 0
             on a pod web-0 app=web cpu=4
             on b pod x cpu=4 priority=1
             pod p cpu=4 priority=9",
            "b <- x",
        ),
        // The lower highest priority.
        (
            "node a\nnode b
             on a pod x cpu=4 priority=2
             on b pod y cpu=4 priority=1
             pod p cpu=4 priority=9",
            "b <- y",
        ),
        // Fewer pods.
        (
            "node a\nnode b
             on a pod x cpu=2
             on a pod y cpu=2
             on b pod z cpu=4
             pod p cpu=4 priority=9",
            "b <- z",
        ),
        // The one that started last.
        (
            "node a\nnode b
             on a pod x cpu=4 started=1
             on b pod y cpu=4 started=5
             pod p cpu=4 priority=9",
            "b <- y",
        ),
        // Ports and nearness are made free as well as cpu.
        ("node a\non a pod x port=80\npod p port=80 priority=9", "a <- x"),
        ("node a\non a pod x app=web away=web\npod p app=web priority=9", "a <- x"),
        (
            "node a zone=x\nnode b zone=y cordoned
             on a pod x app=web
             on a pod y app=web
             pod p app=web spread=web@zone priority=9",
            "a <- x y",
        ),
    ];
    for (lines, expected) in table {
        check_victims(lines, expected);
    }
}

#[test]
fn some_pods_make_no_room() {
    let table = [
        (
            "node a\non a pod x cpu=4\npod p cpu=4 priority=9 policy=Never",
            "not eligible due to preemptionPolicy=Never.",
        ),
        (
            "node a\non a pod x cpu=4\npod p cpu=4",
            "0/1 nodes are available: 1 No preemption victims found for incoming pod.",
        ),
        // Even without all pods of lower priority there is no room.
        (
            "node a\nnode b cordoned
             on a pod x cpu=1
             on a pod big cpu=3 priority=9
             pod p cpu=2 priority=9",
            "0/2 nodes are available: 1 Insufficient cpu, 1 Preemption is not helpful for scheduling.",
        ),
        // The victims are on their way out.
        (
            "node a\non a pod x cpu=4 preempted\npod p cpu=4 priority=9 kept-on=a",
            "not eligible due to a terminating pod on the nominated node.",
        ),
    ];
    for (lines, expected) in table {
        check_victims(lines, expected);
    }
}
