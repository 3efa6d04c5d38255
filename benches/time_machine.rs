//! How fast the time machine goes to a moment: `cargo bench --bench time_machine`.
//!
//! The session lasts two hours and has 200 pods of four workloads. Every ten minutes people do something that
//! replaces pods: images, drains, scales, undos. Of the moments at every 20 seconds of it the one
//! that needs most to be played is measured, each time from the present.

use std::hint::black_box;

use criterion::Criterion;
use kubesets::cluster::{Cluster, ClusterConfig, Input};
use kubesets::sim::{Span, Time};
use kubesets::ui::time_machine::{Stride, TimeMachine};

const HOURS: u64 = 2;
const NODES: usize = 8;

fn workload(kind: &str, name: &str, spec: &str) -> String {
    format!(
        "apiVersion: apps/v1\nkind: {kind}\nmetadata: {{name: {name}}}\n\
         spec: {{{spec}selector: {{matchLabels: {{app: {name}}}}}, template: {{metadata: {{labels: {{app: {name}}}}}, \
         spec: {{containers: [{{name: nginx, image: registry.k8s.io/nginx-slim:0.8}}]}}}}}}\n---\n"
    )
}

/// What is done in each ten minutes, in turn.
const ROUNDS: [&[&str]; 6] = [
    &["kubectl set image statefulset/web nginx=registry.k8s.io/nginx-slim:0.9"],
    &["kubectl set image deployment/front nginx=registry.k8s.io/nginx-slim:0.9"],
    &["kubectl drain node-3 --ignore-daemonsets --force", "kubectl uncordon node-3"],
    &["kubectl set image daemonset/agent nginx=registry.k8s.io/nginx-slim:0.9"],
    &["kubectl rollout restart statefulset/store", "kubectl scale deployment front --replicas=60"],
    &[
        "kubectl rollout undo statefulset/web",
        "kubectl rollout undo deployment/front",
        "kubectl scale deployment front --replicas=92",
    ],
];

fn session() -> (Cluster, TimeMachine) {
    let mut cluster = Cluster::new(ClusterConfig::with_nodes(NODES));
    let mut machine = TimeMachine::new(&mut cluster);
    let text = [
        workload("StatefulSet", "web", "serviceName: web, replicas: 50, "),
        workload("StatefulSet", "store", "serviceName: store, podManagementPolicy: Parallel, replicas: 50, "),
        workload("Deployment", "front", "replicas: 92, "),
        workload("DaemonSet", "agent", ""),
    ]
    .concat();
    give(&mut machine, &mut cluster, Input::File { name: "all.yaml".to_owned(), text });
    line(&mut machine, &mut cluster, "kubectl apply -f all.yaml");
    for round in 0..HOURS * 6 {
        let start = Time::from_ms(round * 600_000);
        for command in ROUNDS[usize::try_from(round).unwrap_or_default() % ROUNDS.len()] {
            let at = cluster.now() + Span::from_seconds(100);
            machine.run_until(&mut cluster, at);
            line(&mut machine, &mut cluster, command);
        }
        machine.run_until(&mut cluster, start + Span::from_seconds(600));
    }
    (cluster, machine)
}

fn give(machine: &mut TimeMachine, cluster: &mut Cluster, input: Input) {
    let taken = machine.submit(cluster, input);
    debug_assert!(taken.is_ok(), "{taken:?}");
}

fn line(machine: &mut TimeMachine, cluster: &mut Cluster, line: &str) {
    give(machine, cluster, Input::Line { terminal: 0, line: line.to_owned() });
}

fn seek(machine: &mut TimeMachine, cluster: &mut Cluster, at: Time) {
    machine.go_to_present(cluster);
    machine.go_to_time(cluster, at);
    black_box(&*cluster);
}

/// The instant to which most has to be played, looked for at every 20 seconds.
fn farthest(machine: &mut TimeMachine, cluster: &mut Cluster) -> Time {
    let instants = (0..HOURS * 180).map(|step| Time::from_ms(step * 20_000 + 1));
    let measured = instants.map(|at| {
        seek(machine, cluster, at);
        (machine.branch().checkpoints().way_to(cluster), at)
    });
    measured.max().map_or(Time::ZERO, |(_, at)| at)
}

fn time_machine(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("time machine");
    group.sample_size(10);
    group.bench_function("whole session", |bencher| bencher.iter(session));
    let (mut cluster, mut machine) = session();
    let at = farthest(&mut machine, &mut cluster);
    group.bench_function("farthest moment", |bencher| {
        bencher.iter(|| seek(&mut machine, &mut cluster, at));
    });
    for (name, stride) in [("change", Stride::Change), ("visible change", Stride::Visible)] {
        group.bench_function(format!("back by a {name}"), |bencher| {
            machine.go_to_present(&mut cluster);
            machine.go_to_time(&mut cluster, at);
            bencher.iter(|| machine.step_back(&mut cluster, stride));
        });
    }
    machine.go_to_present(&mut cluster);
    group.bench_function("one copy", |bencher| bencher.iter_with_large_drop(|| cluster.clone()));
    group.finish();
}

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    time_machine(&mut criterion);
    criterion.final_summary();
}
