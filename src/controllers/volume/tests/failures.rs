//! Volumes that cannot be made, and when that is tried again.

use serde_json::json;

use super::{EXTERNAL, World, check};
use crate::api::Kind;
use crate::sim::Time;

#[test]
fn a_claim_that_comes_right_after_its_volume_is_bound_at_once() {
    check("volume pv 1Gi Retain\nclaim data -\n+20", "claim data Bound [pv] [1Gi]\nvolume pv Bound for data");
    check(
        "claim data -\nvolume pv 1Gi Retain\n+20",
        "claim data Pending [] []
         volume pv Available for none
         event data FailedBinding x1 no persistent volumes available for th",
    );
}

#[test]
fn nothing_is_left_to_do_once_all_is_bound() {
    let mut world = World::new();
    world.play("class now Immediate\nclaim data now\n+30000");
    let revision = world.server.store().revision();
    assert!(world.agenda.next_due().is_none(), "no timer is left");
    world.run(60_000);
    assert_eq!(world.server.store().revision(), revision);
    assert_eq!(world.agenda.now(), Time::from_ms(90_000));
}

const BROKEN: &str = "class now Immediate\nfails now on\nclaim data now";

/// Plays on and says how often the volume could not be made by then.
fn failures(world: &mut World, lines: &str) -> String {
    world.play(lines);
    let state = world.state();
    let (_, told) = state.split_once("ProvisioningFailed ").unwrap();
    told.split(' ').next().unwrap().to_owned()
}

fn is_bound(world: &World) -> bool {
    world.state().starts_with("claim data Bound ")
}

#[test]
fn a_volume_that_cannot_be_made_is_tried_again_later_and_later() {
    let failed = |times: u32| {
        format!(
            "claim data Pending [] []
             event data {EXTERNAL}
             event data ProvisioningFailed x{times} failed to provision volume with Storag"
        )
    };
    check(&format!("{BROKEN}\n+1000"), &failed(1));
    // 15 s, 30 s, 60 s …
    let mut world = World::new();
    for (lines, expected) in [(BROKEN, "+14000 x1"), ("", "+2000 x2"), ("", "+28000 x2"), ("", "+2000 x3")] {
        let (wait, expected) = expected.split_once(' ').unwrap();
        assert_eq!(failures(&mut world, &format!("{lines}\n{wait}")), expected, "{wait}");
    }
}

/// Nobody tells the provisioner that it can work again.
#[test]
fn a_volume_that_can_be_made_again_is_made_at_the_next_try() {
    let mut world = World::new();
    world.play(&format!("{BROKEN}\n+46000\nfails now off\n+58000"));
    assert!(!is_bound(&world), "{}", world.state());
    world.play("+3000");
    assert!(is_bound(&world), "{}", world.state());
}

#[test]
fn a_claim_that_changes_is_taken_up_at_once_and_goes_on_waiting() {
    let mut world = World::new();
    assert_eq!(failures(&mut world, &format!("{BROKEN}\n+46000")), "x3");
    assert_eq!(failures(&mut world, "select data node-1\n+100"), "x4");
    // The wait that was begun ends when it would have, not one twice as long.
    assert_eq!(failures(&mut world, "+58000"), "x4");
    assert_eq!(failures(&mut world, "+3000"), "x5");
    world.play("fails now off\nselect data node-2\n+100");
    assert!(is_bound(&world), "{}", world.state());
}

/// Every quarter of an hour all claims are looked at again, also one that has failed fifteen times.
#[test]
fn a_volume_that_failed_too_often_is_tried_in_rounds() {
    let mut world = World::new();
    assert_eq!(failures(&mut world, &format!("{BROKEN}\n+899000")), "x6");
    assert_eq!(failures(&mut world, "+2000"), "x7");
    assert_eq!(failures(&mut world, "+46000"), "x8");
    // 16,200 s are eighteen rounds.
    world.play("+15254000");
    let long_after = failures(&mut world, "");
    assert_eq!(failures(&mut world, "+898000"), long_after);
    assert_ne!(failures(&mut world, "+2000"), long_after);
    world.play("fails now off\n+890000");
    assert!(!is_bound(&world), "{}", world.state());
    world.play("+11000");
    assert!(is_bound(&world), "{}", world.state());
}

#[test]
fn a_misplaced_volume_lies_where_its_pod_was_not_sent() {
    let mut world = World::new();
    world.play(
        "class late WaitForFirstConsumer\nmisplaced late node-2\nclaim data late\npod web-0 data\n+20\n\
         select data node-1\n+1000",
    );
    let volume = world.server.list(Kind::PersistentVolume, None).next().unwrap().to_value();
    let terms = &volume["spec"]["nodeAffinity"]["required"]["nodeSelectorTerms"];
    assert_eq!(terms[0]["matchExpressions"][0]["values"], json!(["node-2"]));
}
