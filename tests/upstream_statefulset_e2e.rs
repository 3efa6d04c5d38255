//! Kubernetes' own end-to-end and integration tests of StatefulSets, by their ids, against the whole cluster:
//! lines that are typed, faults, controllers, scheduler, kubelets and storage, in virtual time, with every
//! invariant after every step.
//!
//! What needs the controller alone is in `upstream_statefulset` (STS-E2E-02, 05, 23, STS-INT-02, 06 to
//! 08); some of it is here once more with kubelets.
//!
//! Adapted: 09 shows that v1.36 drops `maxUnavailable` while its gate is off. 17 to 19 need the gate
//! `StatefulSetRecreateStrategy`, which is off too: that the API server refuses the strategy is all that
//! can be seen. 20 to 22 run databases: what they ask of the cluster is that each member finds its own
//! volume again. STS-INT-05 limits pods by an admission plugin; here a missing service account makes
//! admission refuse them. Left out: pods that start paused in 01 to 03 (upstream's stand-in for slow pods;
//! `unready` is used where it matters).
#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
#![expect(clippy::panic, reason = "a panic is a failed test")]

mod cluster_drive;

use std::collections::BTreeMap;

use cluster_drive::{Drive, Manifest, NEW, OLD, SET};

fn with_storage() -> Manifest<'static> {
    Manifest { storage: true, ..Manifest::default() }
}

/// For every claim its uid and its volume.
fn volumes(drive: &Drive) -> BTreeMap<String, (String, String)> {
    let claims = drive.claims();
    let volumes = claims.iter().map(|claim| {
        let meta = &claim.metadata;
        (meta.name.clone(), (meta.uid.clone(), claim.spec.volume_name.clone()))
    });
    volumes.collect()
}

fn assert_all_at(drive: &Drive, image: &str, revision: &str) {
    for version in drive.versions() {
        assert_eq!(version, (image.to_owned(), revision.to_owned()));
    }
}

#[test]
fn sts_e2e_01_pods_have_their_names_and_find_their_claims_again() {
    let mut drive = Drive::settled(&with_storage());
    assert_eq!(drive.take_lives(), ["+ss-0", "+ss-1", "+ss-2"]);
    let before = volumes(&drive);
    assert!(before.values().all(|(_, volume)| !volume.is_empty()));
    drive.scale(0);
    drive.until_ready(0);
    assert_eq!(drive.take_lives(), ["-ss-2", "-ss-1", "-ss-0"]);
    drive.scale(3);
    drive.until_ready(3);
    assert_eq!(volumes(&drive), before);
    for (ordinal, pod) in drive.pods().iter().enumerate() {
        assert_eq!(pod.spec.hostname, pod.metadata.name);
        assert_eq!(pod.metadata.labels["apps.kubernetes.io/pod-index"], ordinal.to_string());
        assert_eq!(pod.claim_names().collect::<Vec<_>>(), [format!("datadir-ss-{ordinal}")]);
    }
}

#[test]
fn sts_e2e_03_a_failed_predecessor_holds_up_nothing_for_good() {
    let mut drive = Drive::settled(&Manifest { replicas: 2, ..Manifest::default() });
    drive.fault("unready ss-1");
    drive.until("ss-1 unready", |drive| !drive.is_ready("ss-1"));
    drive.take_lives();
    drive.line("kubectl delete pod ss-0 --force --grace-period=0");
    drive.until("ss-0 back", |drive| drive.is_ready("ss-0"));
    assert!(!drive.is_ready("ss-1"));
    assert_eq!(drive.take_lives(), ["-ss-0", "+ss-0"]);
    drive.fault("ready ss-1");
    drive.until_ready(2);
}

#[test]
fn sts_e2e_04_updates_and_rolls_back_with_claims() {
    let mut drive = Drive::settled(&with_storage());
    let (first, update) = drive.revisions();
    assert_eq!(first, update);
    assert_all_at(&drive, OLD, &first);
    let before = volumes(&drive);
    drive.take_lives();

    drive.fault("unready ss-1");
    drive.until("ss-1 unready", |drive| !drive.is_ready("ss-1"));
    drive.image(NEW);
    drive.holds_for(20, "nothing is replaced while ss-1 is unready", |drive| drive.lives.is_empty());
    let (current, second) = drive.revisions();
    assert_eq!(current, first);
    assert_ne!(second, first);
    drive.fault("ready ss-1");
    drive.until_updated(3);
    assert_eq!(drive.take_lives(), ["-ss-2", "+ss-2", "-ss-1", "+ss-1", "-ss-0", "+ss-0"]);
    assert_all_at(&drive, NEW, &second);

    drive.fault("unready ss-1");
    drive.until("ss-1 unready", |drive| !drive.is_ready("ss-1"));
    drive.image(OLD);
    drive.pass(1);
    assert_eq!(drive.revisions(), (second, first.clone()));
    drive.fault("ready ss-1");
    drive.until_updated(3);
    assert_eq!(drive.take_lives(), ["-ss-2", "+ss-2", "-ss-1", "+ss-1", "-ss-0", "+ss-0"]);
    assert_all_at(&drive, OLD, &first);
    assert_eq!(drive.revisions(), (first.clone(), first));
    assert_eq!(volumes(&drive), before);
}

#[test]
fn sts_e2e_06_canaries_and_phased_updates() {
    let mut drive = Drive::settled(&Manifest::default());
    let (current, _) = drive.revisions();
    drive.partition(3);
    drive.image(NEW);
    drive.pass(20);
    let (_, update) = drive.revisions();
    assert_ne!(current, update);
    assert_all_at(&drive, OLD, &current);
    let (old, new) = ((OLD.to_owned(), current.clone()), (NEW.to_owned(), update.clone()));
    drive.partition(2);
    drive.until("the canary", |drive| drive.is_ready("ss-2") && drive.versions().last() == Some(&new));
    drive.line("kubectl delete pod ss-0 ss-2");
    drive.until_ready(3);
    assert_eq!(drive.versions(), [old.clone(), old.clone(), new.clone()]);
    drive.partition(1);
    drive.until("phase 1", |drive| drive.is_ready("ss-1") && drive.versions().get(1) == Some(&new));
    assert_eq!(drive.versions(), [old, new.clone(), new.clone()]);
    drive.partition(0);
    drive.until_updated(3);
    assert_all_at(&drive, NEW, &update);
}

/// 07 and 08: a pod below the partition is held by a finalizer, ends well or badly, and comes back old.
fn below_the_partition(container: &str, phase: &str) {
    let mut drive = Drive::settled(&Manifest { container, ..Manifest::default() });
    let (current, _) = drive.revisions();
    drive.partition(1);
    drive.line(
        "kubectl patch pod ss-0 --type=merge -p '{\"metadata\":{\"finalizers\":[\"example.com/hold\"]}}'",
    );
    drive.image(NEW);
    drive.until("ss-1 and ss-2 new", |drive| {
        let status = &drive.set().unwrap().status;
        (status.updated_replicas, status.replicas, status.ready_replicas) == (2, 3, 3)
    });
    let uid = drive.pod("ss-0").unwrap().metadata.uid.clone();
    drive.line("kubectl delete pod ss-0 --wait=false");
    drive.until("the end of ss-0", |drive| drive.pod("ss-0").is_some_and(|pod| pod.status.phase == phase));
    drive.holds_for(60, "the finalizer holds ss-0", |drive| {
        drive.pod("ss-0").is_some_and(|pod| pod.metadata.uid == uid)
    });
    assert_eq!(drive.set().unwrap().status.ready_replicas, 2);
    drive.line("kubectl patch pod ss-0 --type=merge -p '{\"metadata\":{\"finalizers\":null}}'");
    drive.until_ready(3);
    let (now, update) = drive.revisions();
    assert_eq!(now, current);
    assert_ne!(drive.pod("ss-0").unwrap().metadata.uid, uid);
    let new = (NEW.to_owned(), update);
    assert_eq!(drive.versions(), [(OLD.to_owned(), current), new.clone(), new]);
}

#[test]
fn sts_e2e_07_a_pod_below_the_partition_that_ends_well_comes_back_old() {
    below_the_partition("", "Succeeded");
}

#[test]
fn sts_e2e_08_a_pod_below_the_partition_that_fails_comes_back_old() {
    // It ignores SIGTERM, is killed, and so ends with a code that is not zero.
    below_the_partition("command: [sleep, infinity]", "Failed");
}

#[test]
fn sts_e2e_09_max_unavailable_is_dropped_while_its_gate_is_off() {
    let spec = "updateStrategy: {type: RollingUpdate, rollingUpdate: {maxUnavailable: 2}}";
    let mut drive = Drive::settled(&Manifest { replicas: 5, spec, ..Manifest::default() });
    let set = drive.set().unwrap();
    assert_eq!(set.spec.update_strategy.rolling_update.as_ref().unwrap().max_unavailable, None);
    drive.image(NEW);
    drive.until("the first deletion", |drive| !drive.is_ready("ss-4"));
    while drive.set().unwrap().status.current_revision != drive.set().unwrap().status.update_revision {
        drive.until("a step", |_| true);
        drive.holds_for(1, "one pod is away at a time", |drive| {
            (0..5).filter(|ordinal| !drive.is_ready(&format!("ss-{ordinal}"))).count() <= 1
        });
    }
    drive.until_updated(5);
    let (current, _) = drive.revisions();
    assert_all_at(&drive, NEW, &current);
}

#[test]
fn sts_e2e_10_on_delete_waits_for_people() {
    let spec = "updateStrategy: {type: OnDelete}";
    let mut drive = Drive::settled(&Manifest { spec, ..Manifest::default() });
    let (current, _) = drive.revisions();
    drive.line("kubectl delete pod ss-0 ss-1 ss-2");
    drive.until_ready(3);
    assert_all_at(&drive, OLD, &current);
    drive.image(NEW);
    drive.take_lives();
    drive.holds_for(30, "nothing is replaced", |drive| drive.lives.is_empty());
    let (still, update) = drive.revisions();
    assert_eq!(still, current);
    assert_ne!(update, current);
    drive.line("kubectl delete pod ss-0 ss-1 ss-2");
    drive.until_ready(3);
    assert_all_at(&drive, NEW, &update);
}

#[test]
fn sts_e2e_11_ordered_scaling_halts_at_an_unhealthy_pod() {
    let mut drive = Drive::settled(&Manifest { replicas: 1, ..Manifest::default() });
    drive.fault("unready ss-0");
    drive.until("ss-0 unready", |drive| drive.set().unwrap().status.ready_replicas == 0);
    drive.scale(3);
    drive.holds_for(10, "one pod", |drive| drive.names() == ["ss-0"]);
    drive.fault("ready ss-0");
    drive.until_ready(3);
    assert_eq!(drive.take_lives(), ["+ss-0", "+ss-1", "+ss-2"]);
    for ordinal in 0..3 {
        drive.fault(&format!("unready ss-{ordinal}"));
    }
    drive.until("all unready", |drive| drive.set().unwrap().status.ready_replicas == 0);
    drive.scale(0);
    drive.holds_for(10, "three pods", |drive| drive.names().len() == 3);
    // The highest may go although it is unready once no other is; its faults end with it.
    for ordinal in 0..3 {
        drive.fault(&format!("ready ss-{ordinal}"));
    }
    drive.until_ready(0);
    assert_eq!(drive.take_lives(), ["-ss-2", "-ss-1", "-ss-0"]);
}

#[test]
fn sts_e2e_12_bursts_scale_although_pods_are_unhealthy() {
    let mut drive = Drive::settled(&Manifest { replicas: 1, policy: "Parallel", ..Manifest::default() });
    drive.fault("unready ss-0");
    drive.until("ss-0 unready", |drive| drive.set().unwrap().status.ready_replicas == 0);
    drive.scale(3);
    drive.until("three pods", |drive| drive.is_ready("ss-1") && drive.is_ready("ss-2"));
    assert!(!drive.is_ready("ss-0"));
    drive.fault("unready ss-1");
    drive.fault("unready ss-2");
    drive.until("all unready", |drive| drive.set().unwrap().status.ready_replicas == 0);
    drive.scale(0);
    drive.until_ready(0);
    assert_eq!(drive.set().unwrap().status.replicas, 0);
}

#[test]
fn sts_e2e_13_a_pod_that_its_node_refuses_is_made_again() {
    let mut drive = Drive::empty();
    drive.apply(format!(
        "apiVersion: v1
kind: Pod
metadata: {{name: test-pod}}
spec:
  nodeName: node-2
  containers: [{{name: web, image: {OLD}, ports: [{{containerPort: 21017, hostPort: 21017}}]}}]
"
    ));
    drive.pass(10);
    let manifest = Manifest {
        replicas: 1,
        pod: "nodeName: node-2",
        container: "ports: [{containerPort: 21017, hostPort: 21017}]",
        ..Manifest::default()
    };
    drive.apply(manifest.text());
    drive.until("a refused pod", |drive| {
        drive.pod("ss-0").is_some_and(|pod| pod.status.phase == "Failed" && pod.status.reason == "NodePorts")
    });
    let uid = drive.pod("ss-0").unwrap().metadata.uid.clone();
    drive.until("another pod", |drive| drive.pod("ss-0").is_some_and(|pod| pod.metadata.uid != uid));
    assert!(drive.take_lives().contains(&"-ss-0".to_owned()));
    drive.line("kubectl delete pod test-pod");
    drive.until_ready(1);
    assert_ne!(drive.pod("ss-0").unwrap().metadata.uid, uid);
}

#[test]
fn sts_e2e_14_the_scale_subresource_works() {
    let mut drive = Drive::settled(&Manifest { replicas: 1, ..Manifest::default() });
    assert_eq!(
        drive.line(&format!(
            "kubectl get sts {SET} --subresource=scale -o jsonpath='{{.spec.replicas}} {{.status.replicas}}'"
        )),
        "1 1"
    );
    drive.scale(2);
    assert_eq!(drive.set().unwrap().spec.replicas, Some(2));
    drive.until_ready(2);
    drive.line(&format!("kubectl patch sts {SET} --subresource=scale -p '{{\"spec\":{{\"replicas\":4}}}}'"));
    assert_eq!(drive.set().unwrap().spec.replicas, Some(4));
    drive.until_ready(4);
    let (exit, text) = drive.try_line(&format!("kubectl scale sts {SET} --replicas=1 --resource-version=1"));
    assert_eq!(exit, 1, "{text}");
    assert_eq!(drive.set().unwrap().spec.replicas, Some(4));
}

#[test]
fn sts_e2e_15_sets_are_listed_patched_and_deleted_by_label() {
    let mut drive = Drive::settled(&Manifest { replicas: 1, ..Manifest::default() });
    let version = drive.set().unwrap().metadata.resource_version;
    drive.line(&format!(
        "kubectl patch sts {SET} -p '{{\"metadata\":{{\"labels\":{{\"test-ss\":\"patched\"}}}},\
         \"spec\":{{\"replicas\":2,\"template\":{{\"spec\":{{\"terminationGracePeriodSeconds\":1,\
         \"containers\":[{{\"name\":\"webserver\",\"image\":\"{NEW}\"}}]}}}}}}}}'"
    ));
    assert!(drive.set().unwrap().metadata.resource_version.0 > version.0);
    drive.until_updated(2);
    let (_, update) = drive.revisions();
    assert_all_at(&drive, NEW, &update);
    let listed = drive.line("kubectl get sts -l test-ss=patched -A -o name");
    assert_eq!(listed, "statefulset.apps/ss\n");
    drive.line("kubectl delete sts -l test-ss=patched");
    assert!(drive.set().is_none());
    drive.until("no pods", |drive| drive.names().is_empty());
}

#[test]
fn sts_e2e_16_the_status_endpoint_takes_conditions() {
    let mut drive = Drive::settled(&Manifest { replicas: 1, ..Manifest::default() });
    let condition = |type_: &str, message: &str| {
        format!("[{{\"type\":\"{type_}\",\"status\":\"True\",\"reason\":\"E2E\",\"message\":\"{message}\"}}]")
    };
    let text = drive.line(&format!("kubectl get sts {SET} -o json"));
    let mut object: serde_json::Value = serde_json::from_str(&text).unwrap();
    object["status"]["conditions"] =
        serde_json::from_str(&condition("StatusUpdate", "Set from e2e test")).unwrap();
    drive.file("status.json", object.to_string());
    drive.line("kubectl replace --subresource=status -f status.json");
    let conditions = |drive: &Drive| -> Vec<(String, String)> {
        let set = drive.set().unwrap();
        set.status.conditions.iter().map(|c| (c.type_.clone(), c.message.clone())).collect()
    };
    assert_eq!(conditions(&drive), [("StatusUpdate".to_owned(), "Set from e2e test".to_owned())]);
    let patch = condition("StatusPatched", "");
    drive.line(&format!(
        "kubectl patch sts {SET} --subresource=status --type=merge -p '{{\"status\":{{\"conditions\":{patch}}}}}'"
    ));
    assert_eq!(conditions(&drive), [("StatusPatched".to_owned(), String::new())]);
    // The spec is not reached through the status.
    drive.line(&format!(
        "kubectl patch sts {SET} --subresource=status --type=merge -p '{{\"spec\":{{\"replicas\":9}}}}'"
    ));
    assert_eq!(drive.set().unwrap().spec.replicas, Some(1));
}

#[test]
fn sts_e2e_17_18_19_the_strategy_recreate_is_refused_while_its_gate_is_off() {
    let mut drive = Drive::empty();
    let manifest = Manifest { replicas: 5, spec: "updateStrategy: {type: Recreate}", ..Manifest::default() };
    drive.file("set.yaml", manifest.text());
    let (exit, text) = drive.try_line("kubectl apply -f set.yaml");
    assert_eq!(exit, 1);
    assert!(text.contains("spec.updateStrategy: Invalid value: "), "{text}");
    assert!(text.contains("must be 'RollingUpdate' or 'OnDelete'"), "{text}");
    assert!(drive.set().is_none());
}

#[test]
fn sts_e2e_20_21_22_every_member_of_a_database_finds_its_volume_again() {
    for policy in ["OrderedReady", "Parallel"] {
        let mut drive = Drive::settled(&Manifest { policy, ..with_storage() });
        drive.line("kubectl annotate pvc datadir-ss-0 foo=bar");
        let before = volumes(&drive);
        drive.scale(0);
        drive.until_ready(0);
        drive.scale(3);
        drive.until_ready(3);
        assert_eq!(volumes(&drive), before);
        let claim = drive.claims().into_iter().find(|claim| claim.metadata.annotations.contains_key("foo"));
        assert_eq!(claim.unwrap().metadata.name, "datadir-ss-0");
        for ordinal in 0..3 {
            drive.line(&format!("kubectl delete pod ss-{ordinal}"));
            drive.until_ready(3);
        }
        assert_eq!(volumes(&drive), before);
    }
}

#[test]
fn sts_e2e_24_available_replicas_follow_min_ready_seconds() {
    let manifest =
        Manifest { replicas: 2, policy: "Parallel", spec: "minReadySeconds: 30", ..Manifest::default() };
    let mut drive = Drive::settled(&manifest);
    let available = |drive: &Drive| drive.set().unwrap().status.available_replicas;
    assert_eq!(available(&drive), 0);
    drive.holds_for(5, "none is available yet", |drive| available(drive) == 0);
    drive.until("two available", |drive| available(drive) == 2);
    drive.patch_spec("\"minReadySeconds\":3600");
    drive.until("none available", |drive| available(drive) == 0);
    drive.patch_spec("\"minReadySeconds\":0");
    drive.until("two available", |drive| available(drive) == 2);
    assert!(drive.line(&format!("kubectl get sts {SET} -o yaml")).contains("availableReplicas: 2"));
}

const DELETED: &str = "persistentVolumeClaimRetentionPolicy: {whenDeleted: Delete}";
const SCALED: &str = "persistentVolumeClaimRetentionPolicy: {whenScaled: Delete}";

#[test]
fn sts_e2e_25_28_claims_go_with_the_set_even_of_a_pod_that_was_an_orphan() {
    for orphan in [false, true] {
        let mut drive = Drive::settled(&Manifest { spec: DELETED, ..with_storage() });
        for ordinal in 0..3 {
            assert_eq!(drive.owners(ordinal), ["StatefulSet/ss*"]);
        }
        if orphan {
            drive.line("kubectl patch pod ss-2 --type=merge -p '{\"metadata\":{\"ownerReferences\":null}}'");
            drive.pass(1);
        }
        drive.line(&format!("kubectl delete sts {SET}"));
        drive.until("no claims", |drive| drive.claims().is_empty());
        drive.pass(60);
        assert!(drive.claims().is_empty());
    }
}

#[test]
fn sts_e2e_26_29_claims_of_condemned_pods_go_even_of_a_pod_that_was_an_orphan() {
    for orphan in [false, true] {
        let mut drive = Drive::settled(&Manifest { spec: SCALED, ..with_storage() });
        assert!((0..3).all(|ordinal| drive.owners(ordinal).is_empty()));
        if orphan {
            drive.line("kubectl patch pod ss-2 --type=merge -p '{\"metadata\":{\"ownerReferences\":null}}'");
        }
        drive.scale(1);
        drive.until("one claim", |drive| drive.claim_names() == ["datadir-ss-0"]);
        drive.until_ready(1);
        drive.pass(60);
        assert_eq!(drive.claim_names(), ["datadir-ss-0"]);
    }
}

/// Makes a `ConfigMap` that owns things; its uid.
fn keeper(drive: &mut Drive) -> String {
    drive.apply("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: keeper}\n".to_owned());
    drive.line("kubectl get cm keeper -o jsonpath='{.metadata.uid}'")
}

fn own(drive: &mut Drive, ordinal: i64, owner: &str) {
    drive.line(&format!(
        "kubectl patch pvc datadir-{SET}-{ordinal} --type=merge -p '{{\"metadata\":{{\"ownerReferences\":{owner}}}}}'"
    ));
}

#[test]
fn sts_e2e_27_a_claim_of_another_controller_stays() {
    let mut drive = Drive::settled(&with_storage());
    let uid = keeper(&mut drive);
    let owner = format!(
        "[{{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"name\":\"keeper\",\"uid\":\"{uid}\",\"controller\":true}}]"
    );
    own(&mut drive, 1, &owner);
    drive.patch_spec("\"persistentVolumeClaimRetentionPolicy\":{\"whenScaled\":\"Delete\"}");
    drive.scale(0);
    drive.until("one claim", |drive| drive.claim_names() == ["datadir-ss-1"]);
    drive.until_ready(0);
    drive.pass(60);
    assert_eq!(drive.claim_names(), ["datadir-ss-1"]);
    own(&mut drive, 1, "null");
    drive.scale(2);
    drive.until_ready(2);
    assert_eq!(drive.claim_names(), ["datadir-ss-0", "datadir-ss-1"]);
    drive.scale(1);
    drive.until("one claim", |drive| drive.claim_names() == ["datadir-ss-0"]);
}

#[test]
fn sts_e2e_30_claims_with_other_owners_are_left_to_them() {
    let mut drive = Drive::settled(&Manifest { replicas: 4, ..with_storage() });
    let uid = keeper(&mut drive);
    let plain =
        format!("[{{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"name\":\"keeper\",\"uid\":\"{uid}\"}}]");
    own(&mut drive, 1, &plain);
    drive.line(&format!(
        "kubectl patch pvc datadir-{SET}-3 --type=json -p '[{{\"op\":\"add\",\"path\":\"/metadata/finalizers/-\",\
         \"value\":\"example.com/hold\"}}]'"
    ));
    let stale = "[{\"apiVersion\":\"apps/v1\",\"kind\":\"StatefulSet\",\"name\":\"unknown\",\"uid\":\"1-2-3\",\
                 \"controller\":true,\"blockOwnerDeletion\":true}]";
    own(&mut drive, 3, stale);
    drive.pass(30);
    let owners = |drive: &Drive| (0..4).map(|ordinal| drive.owners(ordinal)).collect::<Vec<_>>();
    let none: [&str; 0] = [];
    let [ours, other, stale] = ["StatefulSet/ss*", "ConfigMap/keeper", "StatefulSet/unknown*"];
    assert_eq!(owners(&drive), [&none[..], &[other], &none, &[stale]]);
    drive.patch_spec("\"persistentVolumeClaimRetentionPolicy\":{\"whenDeleted\":\"Delete\"}");
    drive.pass(30);
    let wanted = [&[ours][..], &[other, ours], &[ours], &[stale]];
    assert_eq!(owners(&drive), wanted);
    let claims = drive.claims();
    assert_eq!(claims[0].metadata.owner_references[0].block_owner_deletion, Some(true));
    drive.line(&format!(
        "kubectl patch pvc datadir-{SET}-0 --type=json -p '[{{\"op\":\"replace\",\
         \"path\":\"/metadata/ownerReferences/0/controller\",\"value\":false}}]'"
    ));
    assert_eq!(drive.owners(0), ["StatefulSet/ss"]);
    drive.patch_spec(
        "\"persistentVolumeClaimRetentionPolicy\":{\"whenDeleted\":\"Delete\",\"whenScaled\":\"Delete\"}",
    );
    drive.patch_spec(
        "\"persistentVolumeClaimRetentionPolicy\":{\"whenDeleted\":\"Delete\",\"whenScaled\":\"Retain\"}",
    );
    drive.pass(30);
    assert_eq!(owners(&drive), wanted);
    drive.line(&format!("kubectl delete sts {SET}"));
    drive.until("two claims", |drive| drive.claim_names() == ["datadir-ss-1", "datadir-ss-3"]);
    drive.pass(60);
    assert_eq!(drive.claim_names(), ["datadir-ss-1", "datadir-ss-3"]);
}

#[test]
fn sts_e2e_31_a_missing_claim_of_a_pending_pod_is_made_again() {
    let pod = "nodeSelector: {kubernetes.io/hostname: node-3}";
    let mut drive = Drive::settled(&Manifest { replicas: 1, pod, ..with_storage() });
    let uid = drive.claims()[0].metadata.uid.clone();
    drive.line("kubectl cordon node-3");
    drive.line("kubectl delete pod ss-0");
    drive.until("a pod", |drive| drive.pod("ss-0").is_some());
    drive.pass(5);
    assert_eq!(drive.pod("ss-0").unwrap().status.phase, "Pending");
    drive.line("kubectl delete pvc datadir-ss-0");
    drive.line("kubectl uncordon node-3");
    drive.until_ready(1);
    assert_ne!(drive.claims()[0].metadata.uid, uid);
    assert_eq!(drive.pod("ss-0").unwrap().spec.node_name, "node-3");
}

#[test]
fn sts_e2e_32_33_34_35_ordinals_move_with_their_start() {
    for (start, replicas, wanted) in [
        ("{\"start\":2}", 3, vec!["ss-2", "ss-3", "ss-4"]),
        ("{\"start\":4}", 2, vec!["ss-4", "ss-5"]),
        ("{\"start\":1}", 2, vec!["ss-1", "ss-2"]),
        ("null", 2, vec!["ss-0", "ss-1"]),
    ] {
        let spec = if replicas == 3 { "" } else { "ordinals: {start: 3}" };
        let mut drive = Drive::settled(&Manifest { replicas: 2, spec, ..Manifest::default() });
        drive.patch_spec(&format!("\"replicas\":{replicas},\"ordinals\":{start}"));
        drive.until("the ordinals", |drive| drive.names() == wanted);
        drive.until_ready(replicas);
        assert_eq!(drive.names(), wanted);
    }
}

#[test]
fn sts_int_01_claim_templates_that_are_equal_after_defaulting_change_nothing() {
    let mut drive = Drive::settled(&with_storage());
    let before = drive.set().unwrap();
    drive.line("kubectl replace -f set.yaml --save-config=false");
    drive.pass(30);
    let after = drive.set().unwrap();
    assert_eq!(after.metadata.generation, before.metadata.generation);
    assert_eq!(after.status.update_revision, before.status.update_revision);
    assert_eq!(drive.line("kubectl get controllerrevisions -o name").lines().count(), 1);
    assert_eq!(drive.names().len(), 3);
}

#[test]
fn sts_int_03_terminating_and_finished_pods() {
    let mut drive = Drive::settled(&Manifest { policy: "Parallel", ..Manifest::default() });
    drive.line(
        "kubectl patch pod ss-0 --type=merge -p '{\"metadata\":{\"finalizers\":[\"example.com/hold\"]}}'",
    );
    let uids: Vec<String> = drive.pods().iter().map(|pod| pod.metadata.uid.clone()).collect();
    drive.line("kubectl delete pod ss-0 --wait=false");
    drive.fault("evict ss-1");
    drive.until("ss-1 and ss-2 ready", |drive| {
        drive.pod("ss-1").is_some_and(|pod| pod.metadata.uid != uids[1] && pod.is_ready())
    });
    drive.holds_for(60, "ss-0 stays", |drive| drive.pods()[0].metadata.uid == uids[0]);
    drive.line("kubectl patch pod ss-0 --type=merge -p '{\"metadata\":{\"finalizers\":null}}'");
    drive.until_ready(3);
    assert_ne!(drive.pods()[0].metadata.uid, uids[0]);
    assert_eq!(drive.pods()[2].metadata.uid, uids[2]);
}

#[test]
fn sts_int_04_pods_become_available_one_by_one() {
    let spec = "minReadySeconds: 3600";
    let mut drive =
        Drive::settled(&Manifest { replicas: 4, policy: "Parallel", spec, ..Manifest::default() });
    drive.fault("unready ss-2");
    drive.fault("unready ss-3");
    drive.pass(1_800);
    drive.fault("ready ss-2");
    let counts = |drive: &Drive| {
        let status = drive.set().unwrap().status.clone();
        (status.replicas, status.ready_replicas, status.available_replicas)
    };
    drive.until("three ready", |drive| counts(drive) == (4, 3, 0));
    drive.holds_for(1_700, "none is available for an hour", |drive| counts(drive) == (4, 3, 0));
    drive.pass(200);
    assert_eq!(counts(&drive), (4, 3, 2));
    drive.pass(1_800);
    assert_eq!(counts(&drive), (4, 3, 3));
}

#[test]
fn sts_int_05_the_status_is_written_although_pods_cannot_be_made() {
    for policy in ["OrderedReady", "Parallel"] {
        let account = "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: builder}\n";
        let mut drive = Drive::empty();
        drive.apply(account.to_owned());
        let manifest =
            Manifest { replicas: 2, policy, pod: "serviceAccountName: builder", ..Manifest::default() };
        drive.apply(manifest.text());
        drive.until_ready(2);
        drive.line("kubectl delete sa builder");
        drive.scale(4);
        drive.pass(60);
        let set = drive.set().unwrap();
        let status = &set.status;
        assert_eq!((status.replicas, status.ready_replicas), (2, 2));
        assert_eq!(status.observed_generation, set.metadata.generation);
        assert_eq!(drive.names(), ["ss-0", "ss-1"]);
        let events = drive.line("kubectl get events -o jsonpath='{range .items[*]}{.reason}{\"\\n\"}{end}'");
        assert!(events.lines().any(|reason| reason == "FailedCreate"), "{events}");
        drive.apply(account.to_owned());
        drive.until_ready(4);
    }
}
