//! Claims and volumes: bound early or late, kept, deleted and lost.

use serde_json::json;

use super::{EXTERNAL, World, check};
use crate::api::{Kind, ObjectKey};

const FIRST: &str = "WaitForFirstConsumer x1 waiting for first consumer to be creat";

#[test]
fn a_late_claim_waits_for_its_pod_and_goes_through_the_recorded_rows() {
    let world = check(
        "class late WaitForFirstConsumer
         claim data late
         pod web-0 data
         +20
         select data node-1
         +1000",
        &format!(
            "claim data Bound [pvc-UID] [1Gi]
             volume pvc-UID Bound for data
             event data {FIRST}
             event data {EXTERNAL}"
        ),
    );
    let mut rows = world.rows.clone();
    rows.dedup();
    assert_eq!(rows, ["data Pending [] []", "data Pending [pvc-UID] []", "data Bound [pvc-UID] [1Gi]"]);
    let volume = world.server.list(Kind::PersistentVolume, None).next().unwrap().to_value();
    let terms = &volume["spec"]["nodeAffinity"]["required"]["nodeSelectorTerms"];
    assert_eq!(terms[0]["matchExpressions"][0]["values"], json!(["node-1"]));
}

#[test]
fn a_claim_that_goes_on_waiting_names_its_pod_at_the_next_look() {
    check(
        "class late WaitForFirstConsumer\nclaim data late\npod web-0 data\n+16000",
        &format!(
            "claim data Pending [] []
             event data {FIRST}
             event data WaitForPodScheduled x1 waiting for pod web-0 to be scheduled"
        ),
    );
}

#[test]
fn an_immediate_claim_gets_its_volume_at_once() {
    check(
        "class now Immediate\nclaim data now\n+1000",
        &format!(
            "claim data Bound [pvc-UID] [1Gi]
             volume pvc-UID Bound for data
             event data {EXTERNAL}"
        ),
    );
}

#[test]
fn a_claim_that_asks_for_more_waits_for_somebody_outside() {
    let made = "class now Immediate\nclaim data now\n+1000";
    let expected = format!(
        "claim data Bound [pvc-UID] [1Gi]
         volume pvc-UID Bound for data
         event data {EXTERNAL}"
    );
    let more = "event data ExternalExpanding x1 waiting for an external controller to";
    check(&format!("{made}\ngrow data 2Gi\n+1000"), &format!("{expected}\n{more}"));
}

#[test]
fn made_volumes_are_matched_by_size() {
    check(
        "volume large 5Gi Retain\nvolume small 1Gi Retain\nvolume tiny 500Mi Retain\n+100\nclaim data -\n+100",
        "claim data Bound [small] [1Gi]
         volume large Available for none
         volume small Bound for data
         volume tiny Available for none",
    );
    check(
        "volume small 500Mi Retain\n+100\nclaim data - small\n+100",
        "claim data Pending [small] []
         volume small Available for none
         event data VolumeMismatch x1 Cannot bind to requested volume \"small",
    );
    check(
        "claim data -\n+100",
        "claim data Pending [] []
         event data FailedBinding x1 no persistent volumes available for th",
    );
    check(
        "claim data fast\n+100",
        "claim data Pending [] []
         event data ProvisioningFailed x1 storageclass.storage.k8s.io \"fast\" not",
    );
}

#[test]
fn a_volume_without_its_claim_is_deleted_or_kept() {
    let made = "class now Immediate\nclaim data now\n+1000\ndelete claim data\n+50";
    check(made, &format!("volume pvc-UID Released for data\nevent data {EXTERNAL}"));
    check(&format!("{made}\n+1000"), &format!("event data {EXTERNAL}"));
    check(
        "class now Immediate rancher.io/local-path Retain\nclaim data now\n+1000\ndelete claim data\n+1000",
        &format!("volume pvc-UID Released for data\nevent data {EXTERNAL}"),
    );
    check(
        "volume pv 1Gi Delete\n+50\nclaim data -\n+50\ndelete claim data\n+50",
        "volume pv Failed for data
         event pv VolumeFailedDelete x1 error getting deleter volume plugin fo",
    );
}

#[test]
fn a_claim_without_its_volume_is_lost() {
    check(
        "volume pv 1Gi Retain\n+50\nclaim data -\n+50\ndelete volume pv\n+50",
        "claim data Bound [pv] [1Gi]\nvolume pv Bound for data",
    );
    let mut world = World::new();
    world.play("volume pv 1Gi Retain\n+50\nclaim data -\n+50\ndelete volume pv\n+50");
    let key = ObjectKey::new(Kind::PersistentVolume, "", "pv");
    world.update(&key, |object| object.meta_mut().finalizers.clear());
    world.run(50);
    assert_eq!(
        world.state(),
        "claim data Lost [pv] []\nevent data ClaimLost x1 Bound claim has lost its PersistentVol\n"
    );
}

#[test]
fn a_claim_in_use_stays_terminating_until_its_pod_is_gone() {
    let used =
        "class now Immediate\nclaim data now\n+1000\npod web-0 data node-1\n+50\ndelete claim data\n+50";
    check(
        used,
        &format!(
            "claim data Bound [pvc-UID] [1Gi] terminating
             volume pvc-UID Bound for data
             event data {EXTERNAL}"
        ),
    );
    check(&format!("{used}\ndelete pod web-0\n+1000"), &format!("event data {EXTERNAL}"));
    // A pod without a node does not hold the claim.
    check(
        "class now Immediate\nclaim data now\n+1000\npod web-0 data\n+50\ndelete claim data\n+1000",
        &format!("event data {EXTERNAL}"),
    );
}
