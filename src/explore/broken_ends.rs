//! Each property of a cluster at rest, and each thing that is asked of it, with a variant that breaks it.
//!
//! Mostly the part is missing that should see to it: the controllers have ended for longer than anybody
//! waits.

use super::epilogue::{EPILOGUES, Epilogue};
use super::liveness::{self, PROPERTIES};
use super::run::Run;
use super::workloads::Workloads;
use crate::api::{Kind, ObjectKey};
use crate::cluster::invariants::Checker;
use crate::cluster::{Cluster, ClusterConfig, ProcessName};
use crate::collections::SortedSet;
use crate::sim::Span;

/// Longer than anybody waits.
const FOREVER: Span = Span::from_seconds(1_000_000);
const MINUTE: Span = Span::from_seconds(60);

/// What is broken, and how: the number of what does not hold then.
type Broken = (&'static str, &'static str, fn(&mut Run));

/// A run whose cluster has two pods of each workload on three nodes, and is at rest.
fn at_rest() -> Run {
    let mut run = bare();
    run.set_up();
    run.converge();
    run
}

fn bare() -> Run {
    let mut run = Run::new(1, u64::MAX);
    run.cluster = Cluster::new(ClusterConfig::with_nodes(3));
    run.checker = Checker::default();
    run.plan.heal();
    run.workloads = Workloads {
        policy: "OrderedReady",
        web: 2,
        web_min_ready: 0,
        has_claims: true,
        agents: ("1", "0"),
        selects_nodes: false,
        strategy: "{type: RollingUpdate, rollingUpdate: {maxSurge: 1, maxUnavailable: 0}}",
        front: 2,
        min_ready: 0,
        budgets: ("maxUnavailable: 1", "maxUnavailable: 1"),
    };
    run
}

fn end_controllers(run: &mut Run) {
    run.cluster.end(ProcessName::ControllerManager, FOREVER);
}

/// A person does something that no controller sees.
fn unseen(run: &mut Run, line: &str) {
    end_controllers(run);
    run.line(line);
    run.pass(MINUTE);
}

fn patch_status(run: &mut Run, what: &str, status: &str) {
    unseen(run, &format!("kubectl patch {what} --subresource=status -p '{{\"status\":{status}}}'"));
}

fn names(run: &Run, kind: Kind, prefix: &str) -> Vec<String> {
    let objects = run.cluster.server().list(kind, Some("default"));
    objects.map(|object| object.meta().name.clone()).filter(|name| name.starts_with(prefix)).collect()
}

/// Three old revisions, where two are kept.
fn keep_old_revisions(run: &mut Run) {
    end_controllers(run);
    let set = run.cluster.server().get(&ObjectKey::new(Kind::StatefulSet, "default", "web")).unwrap();
    let uid = set.meta().uid.clone();
    for number in 11..14 {
        let text = format!(
            "{{apiVersion: apps/v1, kind: ControllerRevision, metadata: {{name: web-old-{number}, \
             ownerReferences: [{{apiVersion: apps/v1, kind: StatefulSet, name: web, uid: {uid}, \
             controller: true}}]}}, data: {{number: {number}}}, revision: {number}}}"
        );
        run.file("old.yaml", text);
        run.line("kubectl create -f old.yaml");
    }
}

/// Something that nobody takes the last finalizer from.
fn hold_forever(run: &mut Run) {
    let held = "{apiVersion: v1, kind: ConfigMap, metadata: {name: held, finalizers: [example.com/hold]}}";
    run.file("held.yaml", held.to_owned());
    run.line("kubectl create -f held.yaml");
    run.line("kubectl delete configmap held --wait=false");
}

const AT_REST: &[Broken] = &[
    ("L-02", "a pod that nobody makes again", |run| unseen(run, "kubectl delete pod web-1 --wait=false")),
    ("L-02", "a pod too many", |run| unseen(run, "kubectl scale sts web --replicas=1")),
    ("L-02", "a count that is wrong", |run| {
        patch_status(run, "sts web", "{\"readyReplicas\":1,\"availableReplicas\":1}");
    }),
    ("L-03", "an update without an end", |run| {
        patch_status(run, "sts web", "{\"updateRevision\":\"web-x\"}");
    }),
    ("L-06", "a claim that lost its volume", |run| {
        patch_status(run, "pvc www-web-0", "{\"phase\":\"Lost\"}");
    }),
    ("L-07", "a node without its daemon pod", |run| {
        let pods = names(run, Kind::Pod, "agent-");
        unseen(run, &format!("kubectl delete pod {} --wait=false", pods[0]));
    }),
    ("L-07", "a daemon pod on a node that does not suit", |run| {
        unseen(run, "kubectl taint nodes node-1 dedicated=db:NoSchedule");
    }),
    ("L-07", "a daemon pod of an old revision", |run| {
        let pods = names(run, Kind::Pod, "agent-");
        // Either label alone makes it a pod of the newest template (`IsPodUpdated`).
        let labels = "controller-revision-hash=old pod-template-generation=0";
        unseen(run, &format!("kubectl label pod {} {labels} --overwrite", pods[0]));
    }),
    ("L-10", "a Deployment that does not grow", |run| unseen(run, "kubectl scale deploy front --replicas=3")),
    ("L-11", "a budget that counts wrong", |run| patch_status(run, "pdb web", "{\"currentHealthy\":7}")),
    ("L-11", "a budget that was not looked at", |run| {
        unseen(run, "kubectl patch pdb web --type=merge -p '{\"spec\":{\"maxUnavailable\":2}}'");
    }),
    ("L-11", "a mark of an eviction that never came", |run| {
        let mark = "[{\"type\":\"DisruptionTarget\",\"status\":\"True\",\"reason\":\"EvictionByEvictionAPI\",\
                    \"lastTransitionTime\":\"2026-01-05T09:00:00Z\"}]";
        let pods = names(run, Kind::Pod, "agent-");
        patch_status(run, &format!("pod {}", pods[0]), &format!("{{\"conditions\":{mark}}}"));
        run.pass(Span::from_seconds(180));
    }),
    ("L-13", "pods that are left of their owner", |run| {
        unseen(run, "kubectl delete deploy front --wait=false");
    }),
    ("L-14", "an object that is never gone", hold_forever),
    ("L-17", "a taint of a node that is back", |run| {
        unseen(run, "kubectl taint nodes node-1 node.kubernetes.io/unreachable:NoExecute");
    }),
    ("L-17", "a machine whose node is not ready", |run| {
        run.line("fault stop node/node-1");
        run.pass(Span::from_seconds(120));
    }),
    ("L-17", "a machine without a node", |run| unseen(run, "kubectl delete node node-1 --wait=false")),
    ("L-20", "more history than is to be kept", keep_old_revisions),
    ("S-08", "a scheduler that no longer hears of pods", |run| {
        run.cluster.stall(ProcessName::Scheduler, Some(Kind::Pod), FOREVER);
        run.line("kubectl label pod web-0 touched=yes");
        run.pass(MINUTE);
    }),
    ("S-29", "a pod that ended and stays", |run| unseen(run, "fault evict pod/web-0")),
];

const ASKED: &[Broken] = &[
    ("L-04", "nobody deletes pods", end_controllers),
    ("L-05", "nobody makes pods", end_controllers),
    ("L-06", "nobody hears that a claim is gone", |run| {
        run.cluster.stall(ProcessName::ControllerManager, Some(Kind::PersistentVolumeClaim), FOREVER);
    }),
    ("L-08a", "the pod was never broken", |run| {
        run.line(
            "kubectl patch sts web -p \
             '{\"spec\":{\"updateStrategy\":{\"$retainKeys\":[\"type\"],\"type\":\"OnDelete\"}}}'",
        );
    }),
    ("L-08b", "a budget that allows what it does not have", |run| {
        run.line("kubectl patch pdb web --type=merge -p '{\"spec\":{\"maxUnavailable\":0}}'");
        run.pass(MINUTE);
        patch_status(run, "pdb web", "{\"disruptionsAllowed\":1}");
    }),
    ("L-08c", "more pods are away than an update may take", |run| {
        for pod in names(run, Kind::Pod, "agent-") {
            run.line(&format!("fault unready pod/{pod}"));
        }
    }),
    ("L-08d", "a pod is replaced all the same", |run| run.line("kubectl delete pod web-0 --wait=false")),
    ("L-10", "nobody looks at the clock", end_controllers),
    ("L-12", "nobody counts what may go", |run| {
        run.line("kubectl patch pdb web front --type=merge -p '{\"spec\":{\"maxUnavailable\":0}}'");
        run.pass(MINUTE);
        end_controllers(run);
    }),
    ("L-13", "nobody collects what is left", end_controllers),
    ("L-14", "nobody makes another pod", end_controllers),
    ("L-15", "nobody restarts a container", |run| {
        let key = ObjectKey::new(Kind::Pod, "default", "web-0");
        let pod = run.cluster.server().get(&key).unwrap().to_value();
        run.line(&format!("fault stop-kubelet node/{}", pod["spec"]["nodeName"].as_str().unwrap()));
    }),
    ("L-16", "nobody notices that a node is lost", end_controllers),
    ("L-19", "nobody looks at labels", end_controllers),
];

/// What is broken, how, and the end of the run that says so.
type BrokenEnd = (&'static str, &'static str, fn(&mut Run), fn(&mut Run));

/// What only the end itself says.
const ENDS: &[BrokenEnd] = &[
    (
        "L-01",
        "what was reached is lost, without a write",
        |run| unseen(run, "kubectl delete pod web-1 --wait=false"),
        Run::rest,
    ),
    (
        "L-02",
        "what is to be reached never is",
        |run| unseen(run, "kubectl delete pod web-1 --wait=false"),
        Run::converge,
    ),
    (
        "S-61",
        "a pod that crashes and crashes",
        |run| run.line("fault crash-loop pod/web-0 --code=1"),
        Run::rest,
    ),
    (
        "L-14",
        "a workload that is never gone",
        |run| {
            run.line("kubectl patch sts web --type=merge -p '{\"metadata\":{\"finalizers\":[\"example.com/hold\"]}}'");
            run.line("kubectl delete sts web --wait=false");
        },
        Run::heal,
    ),
];

#[test]
fn a_cluster_at_rest_has_every_property_and_a_broken_one_lacks_its_own() {
    let lacking = |run: &Run| -> Vec<&'static str> {
        let lacking = PROPERTIES.iter().filter(|property| (property.check)(&run.cluster).is_err());
        lacking.map(|property| property.id).collect()
    };
    let whole = at_rest();
    assert!(lacking(&whole).is_empty() && !whole.is_over(), "{:?}", liveness::check(&whole.cluster));
    for (id, what, break_it) in AT_REST {
        let mut run = at_rest();
        break_it(&mut run);
        assert_eq!(run.summary().err(), None, "{id}: {what}");
        let lacking = lacking(&run);
        assert!(lacking.contains(id), "{id}: {what}: {lacking:?}");
        // The one that is told of is one of them.
        assert_eq!(liveness::check(&run.cluster).map_err(|(id, _)| id), Err(lacking[0]), "{id}: {what}");
    }
}

/// What is said when a thing is asked.
fn asked(epilogue: &Epilogue, break_it: fn(&mut Run)) -> Option<String> {
    let mut run = at_rest();
    break_it(&mut run);
    run.play_epilogue(epilogue);
    run.summary().err().map(|failure| format!("{}: {}", failure.id, failure.what))
}

#[test]
fn what_is_asked_comes_true_and_in_a_broken_cluster_does_not() {
    for epilogue in EPILOGUES {
        assert_eq!(asked(epilogue, |_| ()), None, "{}", epilogue.id);
    }
    for (id, what, break_it) in ASKED {
        let epilogue = EPILOGUES.iter().find(|epilogue| epilogue.id == *id).unwrap();
        let said = asked(epilogue, *break_it).unwrap_or_default();
        assert!(said.starts_with(&format!("{id}: {}", epilogue.sentence)), "{id}: {what}: {said}");
    }
}

#[test]
fn an_end_says_what_is_wrong() {
    for (id, what, break_it, end) in ENDS {
        let mut run = at_rest();
        break_it(&mut run);
        end(&mut run);
        assert_eq!(run.summary().map_err(|failure| failure.id).err(), Some(*id), "{what}");
    }
    // A manifest that is refused, and a step that panics.
    let mut run = bare();
    run.workloads.policy = "Whenever";
    run.set_up();
    assert_eq!(run.summary().map_err(|failure| failure.id).err(), Some("S-59"));
    let outcome = bare().guard(|_| panic!("as a part of the cluster might"));
    assert_eq!(outcome.map_err(|failure| failure.id).err(), Some("S-59"));
}

#[test]
fn every_property_has_a_variant_that_breaks_it() {
    let ids = |broken: &'static [Broken]| broken.iter().map(|(id, ..)| *id).collect::<SortedSet<&str>>();
    assert_eq!(ids(AT_REST), PROPERTIES.iter().map(|property| property.id).collect());
    assert_eq!(ids(ASKED), EPILOGUES.iter().map(|epilogue| epilogue.id).collect());
}
