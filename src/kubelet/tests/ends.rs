//! Ends: back-offs, restart policies, init containers, grace periods, rejections.

use serde_json::json;

use super::{Rig, web};
use crate::kubelet::Timing;

#[test]
fn crashes_back_off() {
    let mut rig = Rig::new(Timing::default());
    let mut spec = web("busybox");
    spec["containers"][0]["command"] = json!(["sh", "-c", "sleep 2; exit 1"]);
    spec["containers"][0]["imagePullPolicy"] = "IfNotPresent".into();
    rig.pod(spec);
    rig.run(40);
    rig.shows(
        "+0 0/1 Pending r0
         +0 0/1 ContainerCreating r0
         +2000 1/1 Running r0
         +4000 0/1 Error r0
         +5000 1/1 Running r1
         +7000 0/1 Error r1
         +8000 0/1 CrashLoopBackOff r1
         +17500 1/1 Running r2
         +19500 0/1 Error r2
         +20500 0/1 CrashLoopBackOff r2
         +40000 1/1 Running r3",
    );
    assert!(
        rig.events()
            .iter()
            .any(|e| e.starts_with("BackOff Back-off restarting failed container nginx in pod web-0_"))
    );
}

#[test]
fn pods_finish_by_restart_policy() {
    for (policy, command, rows) in [
        ("Never", "exit 3", "+2000 0/1 Error r0"),
        ("OnFailure", "exit 0", "+2000 0/1 Completed r0"),
        ("Never", "true", "+2000 0/1 Completed r0"),
    ] {
        let mut rig = Rig::new(Timing::default());
        let mut spec = web("busybox");
        spec["containers"][0]["command"] = json!(["sh", "-c", command]);
        spec["restartPolicy"] = policy.into();
        rig.pod(spec);
        rig.run(100);
        assert_eq!(rig.rows.lines().last(), Some(rows), "{policy} {command}");
        assert!(rig.stored().is_terminal() && rig.agenda.is_empty());
        rig.delete(None);
        rig.run(1);
        assert!(rig.kubelets.workers.is_empty());
    }
}

#[test]
fn init_containers_come_first_and_sidecars_stay() {
    let mut rig = Rig::new(Timing::default());
    let mut spec = web("nginx");
    spec["initContainers"] = json!([
        {"name": "setup", "image": "setup"},
        {"name": "proxy", "image": "proxy", "restartPolicy": "Always"},
    ]);
    rig.pod(spec);
    rig.run(20);
    rig.shows(
        "+0 0/1 Pending r0
         +0 0/1 Init:0/2 r0
         +3000 0/1 Init:1/2 r0
         +5000 0/1 PodInitializing r0
         +7000 1/1 Running r0",
    );
}

#[test]
fn a_process_that_does_not_listen_is_killed_after_its_grace_period() {
    let mut rig = Rig::new(Timing::default());
    let mut spec = web("busybox");
    spec["containers"][0]["command"] = json!(["sleep", "infinity"]);
    rig.pod(spec);
    rig.run(5);
    rig.delete(None);
    rig.run(10);
    rig.delete(Some(5));
    rig.run(10);
    assert!(
        rig.rows.ends_with("+16000 0/1 Error r0 deleting\n+16300 gone 0/1 Error r0 deleting\n"),
        "{}",
        rig.rows
    );
}

#[test]
fn force_deletion_and_rejection() {
    let mut rig = Rig::new(Timing::default());
    rig.pod(web("nginx"));
    rig.run(5);
    rig.delete(Some(0));
    rig.run(5);
    assert!(rig.kubelets.workers.is_empty() && rig.agenda.is_empty());
    let mut spec = web("nginx");
    spec["containers"][0]["resources"] = json!({"requests": {"cpu": "5"}});
    rig.pod(spec);
    let status = rig.stored().status.clone();
    assert_eq!((status.phase.as_str(), status.reason.as_str()), ("Failed", "OutOfcpu"));
    assert_eq!(
        status.message,
        "Pod was rejected: Node didn't have enough resource: cpu, requested: 5000, used: 0, capacity: 4000"
    );
}
