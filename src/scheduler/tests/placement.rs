//! One attempt: what each filter rejects, its message, and which node scores highest.

use std::fmt::Write as _;

use super::{MORE, World};
use crate::scheduler::framework::total;
use crate::scheduler::nominations::Nominations;
use crate::scheduler::schedule_one::{Around, Choice, schedule_pod};
use crate::sim::{Rng, Time};

fn check_message(lines: &str, expected: &str) {
    let outcome = World::read(lines).attempt();
    let message = outcome.result.map_or_else(|failure| failure.message, |placed| placed.node.to_string());
    assert_eq!(message.replace(MORE, " + "), expected, "{lines}");
}

/// Nodes that the required terms rule out by name are counted, not looked at, as for a `DaemonSet`'s pods.
#[test]
fn terms_on_names_leave_other_nodes_unseen() {
    let nodes = "node node-1\nnode node-2\nnode node-3 taint=team:NoSchedule\n";
    let message = |pod: &str, said: &str, helps: &str| {
        let expected = format!("0/3 nodes are available: {said}. + 0/3 nodes are available: {helps}.");
        check_message(&format!("{nodes} pod {pod}"), &expected);
    };
    let unhelpful = "3 Preemption is not helpful for scheduling";
    message(
        "a cpu=5 name=node-2",
        "1 Insufficient cpu, 2 node(s) didn't satisfy plugin(s) [NodeAffinity]",
        unhelpful,
    );
    message(
        "a cpu=5 name=node-1,node-2/node-3",
        "1 node(s) had untolerated taint(s), 2 Insufficient cpu",
        unhelpful,
    );
    message("a name=gone", "3 node(s) didn't satisfy plugin(s) [NodeAffinity]", unhelpful);
    message(
        "a name=node-1&node-1,node-2 select=disk:ssd",
        "1 node(s) didn't match Pod's node affinity/selector, 2 node(s) didn't satisfy plugin(s) [NodeAffinity]",
        unhelpful,
    );
    check_message(
        &format!("{nodes} pod a name=node-1&node-2"),
        "0/3 nodes are available: pod affinity terms conflict. not found",
    );
    check_nodes(&format!("{nodes} pod a name=node-2"), "node-2=only");
}

/// Which nodes are possible, and the best of them with their scores.
fn check_nodes(lines: &str, expected: &str) {
    let outcome = World::read(lines).attempt();
    let mut text = String::new();
    for verdict in &outcome.nodes {
        let word = match (&verdict.rejected, verdict.scores) {
            (Some(rejection), _) => rejection.plugin.name().to_owned(),
            (None, Some(scores)) => total(&scores).to_string(),
            (None, None) => "only".to_owned(),
        };
        write!(text, "{}={word} ", verdict.node).unwrap();
    }
    assert_eq!(text.trim(), expected, "{lines}");
}

#[test]
fn messages_are_those_of_the_recorded_cluster() {
    let nodes = "node node-1\nnode node-2\nnode node-3\n";
    let none_helps =
        |count| format!("0/{count} nodes are available: {count} Preemption is not helpful for scheduling.");
    let no_victims = |count| {
        format!("0/{count} nodes are available: {count} No preemption victims found for incoming pod.")
    };
    check_message(
        &format!("{nodes} pod big cpu=5"),
        &format!("0/3 nodes are available: 3 Insufficient cpu. + {}", none_helps(3)),
    );
    check_message(
        &format!("{nodes} pod sel select=disk:ssd"),
        &format!(
            "0/3 nodes are available: 3 node(s) didn't match Pod's node affinity/selector. + {}",
            none_helps(3)
        ),
    );
    check_message(
        "node node-1 taint=team:NoSchedule\nnode node-2\nnode node-3\npod big cpu=5",
        &format!(
            "0/3 nodes are available: 1 node(s) had untolerated taint(s), 2 Insufficient cpu. + {}",
            none_helps(3)
        ),
    );
    check_message(
        "node node-1 cordoned taint=node.kubernetes.io/unschedulable:NoSchedule
         node node-2 taint=team:NoSchedule
         node node-3
         pod big cpu=5",
        &format!(
            "0/3 nodes are available: 1 Insufficient cpu, 1 node(s) had untolerated taint(s), 1 node(s) were unschedulable. + {}",
            none_helps(3)
        ),
    );
    check_message(
        "node node-1
         node node-2 taint=team:NoSchedule
         node node-3 taint=team:NoSchedule
         on node-1 pod web-0 app=nginx away=nginx
         pod web-1 app=nginx away=nginx",
        "0/3 nodes are available: 1 node(s) didn't match pod anti-affinity rules, 2 node(s) had untolerated taint(s). + \
         0/3 nodes are available: 1 No preemption victims found for incoming pod, 2 Preemption is not helpful for scheduling.",
    );
    check_message(
        &format!(
            "{nodes} on node-1 pod a cpu=4
             on node-2 pod b cpu=3
             on node-3 pod c cpu=3500m
             pod d cpu=2"
        ),
        &format!("0/3 nodes are available: 3 Insufficient cpu. + {}", no_victims(3)),
    );
    check_message(
        "node node-1 zone=a\nnode node-2 zone=a\nnode node-3 zone=b cordoned
         on node-1 pod a app=hello
         on node-1 pod b app=hello
         on node-2 pod c app=hello
         on node-3 pod d app=hello
         on node-3 pod e app=hello
         pod f app=hello spread=hello@zone",
        "0/3 nodes are available: 1 node(s) were unschedulable, 2 node(s) didn't match pod topology spread constraints. + \
         0/3 nodes are available: 1 Preemption is not helpful for scheduling, 2 No preemption victims found for incoming pod.",
    );
    check_message(
        &format!("{nodes} pod web-0 claim=www-web-0"),
        "0/3 nodes are available: persistentvolumeclaim \"www-web-0\" not found. not found",
    );
    check_message("pod alone", "no nodes available to schedule pods");
}

#[test]
fn each_filter_rejects_what_upstream_rejects() {
    let table = [
        ("node a cordoned\nnode b\npod p", "a=NodeUnschedulable b=only"),
        ("node a taint=x:NoExecute\nnode b taint=x:PreferNoSchedule\npod p", "a=TaintToleration b=only"),
        (
            "node a taint=x:NoSchedule\nnode b disk=ssd\npod p tolerate=x select=disk:ssd",
            "a=NodeAffinity b=only",
        ),
        ("node a\nnode b\non a pod q port=80\npod p port=80", "a=NodePorts b=only"),
        ("node a cpu=1\nnode b memory=1Gi\npod p cpu=2 memory=2Gi", "a=NodeResourcesFit b=NodeResourcesFit"),
        ("node a pods=1\nnode b pods=1\non a pod q\npod p", "a=NodeResourcesFit b=only"),
        ("node a\nnode b\npod p gpu=1", "a=NodeResourcesFit b=NodeResourcesFit"),
    ];
    for (lines, expected) in table {
        check_nodes(lines, expected);
    }
}

#[test]
fn other_pods_decide_by_domain() {
    let table = [
        // Kept away by a pod that is there already.
        ("node a\nnode b\non a pod q away=web\npod p app=web", "a=InterPodAffinity b=only"),
        (
            "node a zone=x\nnode b zone=x\nnode c zone=y\non a pod q app=web\npod p away=web@zone",
            "a=InterPodAffinity b=InterPodAffinity c=only",
        ),
        // Near: the first of its kind may go anywhere, others must join.
        ("node a zone=x\nnode b\npod p app=web near=web@zone", "a=only b=InterPodAffinity"),
        (
            "node a zone=x\nnode b zone=y\non a pod q app=web\npod p near=web@zone",
            "a=only b=InterPodAffinity",
        ),
        ("node a zone=x\npod p near=web@zone", "a=InterPodAffinity"),
        // A terminating pod does not count when pods are spread, but does when they keep away.
        ("node a\nnode b\non a pod q app=web terminating\npod p away=web", "a=InterPodAffinity b=only"),
        (
            "node a zone=x\nnode b zone=y\non a pod q app=web\npod p app=web spread=web@zone",
            "a=PodTopologySpread b=only",
        ),
        ("node a zone=x\nnode b\npod p app=web spread=web@zone", "a=only b=PodTopologySpread"),
    ];
    for (lines, expected) in table {
        check_nodes(lines, expected);
    }
}

#[test]
fn volumes_hold_pods_to_their_nodes() {
    let late = "class late WaitForFirstConsumer\nclass now Immediate\nnode a\nnode b\n";
    let table = [
        ("volume v at=a class=late\nclaim c class=late bound=v\npod p claim=c", "a=only b=VolumeBinding"),
        ("claim c class=late selected=b\npod p claim=c", "a=VolumeBinding b=only"),
        // A class without a provisioner of its own: nothing but a made volume helps.
        (
            "class none WaitForFirstConsumer\nvolume v at=a class=late\nclaim c class=late\npod p claim=c select=kubernetes.io/hostname:a",
            "a=only b=NodeAffinity",
        ),
    ];
    for (lines, expected) in table {
        check_nodes(&format!("{late}{lines}"), expected);
    }
    check_message(
        &format!("{late}claim c class=now\npod p claim=c"),
        "0/2 nodes are available: pod has unbound immediate PersistentVolumeClaims. not found",
    );
    check_message(
        &format!("{late}claim c class=late bound=gone\npod p claim=c"),
        "0/2 nodes are available: persistentvolume \"gone\" not found. not found",
    );
    let mut world = World::read(&format!(
        "{late}volume v at=a class=late\nclaim c class=late\npod p claim=c select=kubernetes.io/hostname:a"
    ));
    let volumes = world.attempt().result.unwrap().volumes.unwrap();
    assert_eq!((volumes.static_bindings.len(), volumes.dynamic_provisions.len()), (1, 0));
}

#[test]
fn labels_of_volumes_hold_pods_to_zones() {
    const ZONE: &str = "topology.kubernetes.io/zone";
    const REGION: &str = "topology.kubernetes.io/region";
    const OLD_ZONE: &str = "failure-domain.beta.kubernetes.io/zone";
    let nodes = format!("node a {ZONE}=a\nnode b {ZONE}=b {REGION}=r\nnode none\nnode old {OLD_ZONE}=b\n");
    let table = [
        // A node without such labels takes all; an old label of a node is no new one.
        (format!("{ZONE}=b"), "a=VolumeZone b=397 none=397 old=VolumeZone"),
        (format!("{OLD_ZONE}=b"), "a=VolumeZone b=397 none=397 old=397"),
        (format!("{ZONE}=a__b"), "a=397 b=397 none=397 old=VolumeZone"),
        (format!("{ZONE}=a {REGION}=r"), "a=VolumeZone b=VolumeZone none=only old=VolumeZone"),
        // What cannot be read asks for nothing.
        (format!("{ZONE}=a__"), "a=397 b=397 none=397 old=397"),
        ("disk=ssd".to_owned(), "a=397 b=397 none=397 old=397"),
    ];
    for (labels, expected) in table {
        check_nodes(&format!("{nodes}volume v {labels}\nclaim c bound=v\npod p claim=c"), expected);
    }
    check_message(
        &format!("node a {ZONE}=a\nvolume v {ZONE}=b\nclaim c bound=v\npod p claim=c"),
        "0/1 nodes are available: 1 node(s) had no available volume zone. + 0/1 nodes are available: \
         1 Preemption is not helpful for scheduling.",
    );
}

#[test]
fn emptier_nodes_score_higher() {
    let mut world = World::read("node a\nnode b\non a pod q cpu=1\npod p cpu=1");
    let outcome = world.attempt();
    assert_eq!(outcome.result.unwrap().node.as_ref(), "b");
    let mut world =
        World::read("node a zone=x\nnode b zone=y\non a pod q app=web\npod p app=web prefer-spread=web@zone");
    assert_eq!(world.attempt().result.unwrap().node.as_ref(), "b");
    let mut world = World::read("node a taint=x:PreferNoSchedule\nnode b\npod p");
    assert_eq!(world.attempt().result.unwrap().node.as_ref(), "b");
}

#[test]
fn equals_are_chosen_at_random_and_all_of_them() {
    let lines = "node a\nnode b\nnode c\npod p";
    let mut chosen = crate::collections::SortedSet::new();
    for seed in 0..40 {
        let mut world = World::read(lines);
        let pod = world.pod.clone().unwrap();
        let mut start = 0;
        let nominations = Nominations::default();
        let around = Around {
            volumes: &world.volumes,
            nominations: &nominations,
            cache: &world.cache,
            now: Time::ZERO,
        };
        let choice = Choice { drawn: None, rng: &mut Rng::new(seed) };
        let outcome = schedule_pod(&pod, &mut world.state, around, &mut start, choice);
        assert_eq!(outcome.equals, 3);
        chosen.insert(outcome.result.unwrap().node);
        let choice = Choice { drawn: Some("b"), rng: &mut Rng::new(seed) };
        let drawn = schedule_pod(&pod, &mut world.state, around, &mut start, choice);
        assert_eq!(&*drawn.result.unwrap().node, "b");
    }
    assert_eq!(chosen.len(), 3);
}

#[test]
fn counts_follow_every_change() {
    let lines = "node a\nnode b\non a pod q app=web cpu=1\npod p app=web away=web";
    let mut world = World::read(lines);
    assert_eq!(world.attempt().result.unwrap().node.as_ref(), "b");
    world.state.remove_pod("uid-q");
    assert_eq!(world.attempt().equals, 2);
    let pod = world.pod.clone().unwrap();
    world.state.assume(&pod, &"a".into());
    let node = world.state.nodes().first().cloned().unwrap();
    assert_eq!((node.pod_count, node.requested.milli_cpu, node.non_zero_milli_cpu), (1, 0, 100));
    // A node that goes and comes back knows its pods again.
    world.state.remove_node("a");
    world.state.put_node(&node.node);
    assert_eq!(world.state.nodes().last().map(|node| node.pod_count), Some(1));
}
