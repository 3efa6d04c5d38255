//! Claims and the mending of Pods, the status and the facts behind a wait.

use std::rc::Rc;

use super::{check, plan_of, world};
use crate::api::Kind;
use crate::controllers::statefulset::pods::PodTable;

#[test]
fn claims_come_before_their_pods() {
    check(
        "set web replicas=1 claims=www claims=log => claim www-web-0; claim log-web-0; create web-0;
           progress",
    );
    check("set web replicas=1 claims=www \n claim www-web-0 => create web-0; progress");
    check(
        "set web replicas=1 claims=www
            claim www-web-0 deleting => blocked by www-web-0; create web-0; progress",
    );
    // STS-UNIT-13: a claim that vanished under a pending pod is made again; under a running one it is not.
    check("set web replicas=1 claims=www \n pod web-0 pending => claim www-web-0; wait PodReady");
    check("set web replicas=1 claims=www \n pod web-0 ready => converged");
}

#[test]
fn pods_are_mended() {
    check(
        "set web replicas=2 claims=www \n pod web-0 ready unnamed \n claim www-web-0
        pod web-1 ready \n claim www-web-1
        => mend web-0; progress",
    );
    check("set web replicas=1 claims=www \n pod web-0 ready bare => claim www-web-0; mend web-0; progress");
    check("set web replicas=1 Parallel \n pod web-0 pending unnamed => mend web-0; progress");
}

/// STS-UTIL-10 to 16 and STS-UNIT-INV-4.
#[test]
fn sts_util_10_16_claims_have_the_owners_of_the_policy() {
    let check_claim = |policy: &str, owner: &str, expected: &str| {
        check(&format!(
            "set web replicas=1 claims=www {policy} \n pod web-0 ready
                claim www-web-0 {owner} => {expected}"
        ));
    };
    check_claim("", "", "converged");
    check_claim("", "owner=set", "own www-web-0; mend web-0; progress");
    check_claim("", "owner=note", "converged");
    check_claim("whenDeleted", "", "own www-web-0; mend web-0; progress");
    check_claim("whenDeleted", "owner=set", "converged");
    check_claim("whenDeleted", "owner=set-loose", "own www-web-0; mend web-0; progress");
    check_claim("whenDeleted", "owner=stale-set", "converged");
    check_claim("whenDeleted", "owner=other", "converged");
    check_claim("whenDeleted", "owner=other owner=set", "disown www-web-0; mend web-0; progress");
    check_claim("", "owner=other", "converged");
    check_claim("whenScaled", "", "converged");
    check_claim("whenScaled", "owner=pod", "own www-web-0; mend web-0; progress");
    check_claim("whenScaled whenDeleted", "owner=set", "converged");
    check_claim("whenScaled whenDeleted", "owner=pod", "own www-web-0; mend web-0; progress");
    let condemned = |policy: &str, owner: &str, expected: &str| {
        check(&format!(
            "set web replicas=0 claims=www {policy} \n pod web-0 ready
                claim www-web-0 {owner} => {expected}"
        ));
    };
    condemned("", "", "delete web-0, condemned; progress");
    condemned("whenScaled", "", "own www-web-0; delete web-0, condemned; progress");
    condemned("whenScaled", "owner=pod", "delete web-0, condemned; progress");
    condemned("whenScaled whenDeleted", "owner=set", "own www-web-0; delete web-0, condemned; progress");
    condemned("whenScaled whenDeleted", "owner=pod", "delete web-0, condemned; progress");
    condemned("whenDeleted", "owner=set", "delete web-0, condemned; progress");
}

#[test]
fn a_claim_of_an_earlier_pod_holds_the_new_one_back() {
    check(
        "set web replicas=2 claims=www whenScaled \n pod web-0 ready \n claim www-web-0
        claim www-web-1 owner=stale
        => wait StaleClaim: waiting for PersistentVolumeClaim www-web-1 to be gone before web-1 is created",
    );
    check(
        "set web replicas=2 claims=www \n pod web-0 ready \n claim www-web-0 \n claim www-web-1 owner=stale
        => create web-1; progress",
    );
}

#[test]
fn the_status_counts_every_pod_of_the_set() {
    let plan = plan_of(&world(
        "set web replicas=2 \n pod web-0 ready old \n pod web-1 ready
            pod web-2 ready old terminating \n pod web-3 pending",
    ));
    let status = plan.status;
    let counts = (status.replicas, status.ready_replicas, status.current_replicas, status.updated_replicas);
    assert_eq!(counts, (4, 3, 1, 2));
    assert_eq!((status.current_revision.as_str(), status.update_revision.as_str()), ("web-old", "web-new"));
    assert_eq!((status.collision_count, status.observed_generation), (Some(0), 1));
}

#[test]
fn facts_follow_every_change_of_a_pod() {
    let world =
        world("set web replicas=3 claims=www \n pod web-0 ready \n pod web-1 pending old \n pod web-5 ready");
    let mut table = PodTable::new(Rc::new(world.set.clone()));
    for pod in &world.pods {
        table.put(Rc::new(pod.clone()));
    }
    table.set_update_revision("web-new");
    // Each put again, removed, and put again: the table is as if each had been put once.
    let mut again = table.clone();
    for pod in &world.pods {
        again.put(Rc::new(pod.clone()));
        again.remove(&pod.metadata.name);
        again.put(Rc::new(pod.clone()));
    }
    let seen = |table: &PodTable| {
        let list = |items: Vec<(i64, &crate::controllers::statefulset::facts::Slot)>| {
            items.into_iter().map(|(o, _)| o).collect::<Vec<_>>()
        };
        (
            table.counts(),
            list(table.unsettled().collect()),
            list(table.work().collect()),
            list(table.outdated_from(0).collect()),
            list(table.condemned().collect()),
            table.missing_from(0).collect::<Vec<_>>(),
        )
    };
    assert_eq!(seen(&table), seen(&again));
    assert_eq!(table.missing_from(0).collect::<Vec<_>>(), [2]);
    assert_eq!(table.condemned().count(), 1);
}

#[test]
fn waits_name_their_object_and_their_facts() {
    let world = world("set web replicas=2 minReady=10 \n pod web-0 ready=93");
    let verdict = plan_of(&world).outcome.verdict(&world.set);
    let reason = verdict.reason().unwrap();
    assert_eq!(reason.name, "PodAvailable");
    let object = reason.object.as_ref().unwrap();
    assert_eq!((object.kind, object.name.as_str()), (Kind::Pod, "web-0"));
    assert!(reason.facts.contains(&("minReadySeconds".into(), "10".into())), "{:?}", reason.facts);
    let wait = crate::controllers::statefulset::waiting::WaitingFor::CacheCatchUp { kind: Kind::Pod };
    assert_eq!(wait.sentence(), "waiting for the controller's cache to show its own writes (pods)");
}
