//! How fast the simulation is: `cargo bench`.
//!
//! `rollout` measures a whole cluster (API server, controllers, scheduler, kubelets): a workload
//! of N pods becomes ready, and is rolled. The time for one pod should not grow with N.

use std::hint::black_box;

use criterion::{BatchSize, BenchmarkId, Criterion, Throughput};
use kubesets::sim::{Agenda, Rng, Span, Time};

mod workload;

use workload::Workload;

const WAKEUPS: u64 = 100_000;

/// Puts wakeups in at random instants and takes them out in order.
fn agenda(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("agenda");
    group.throughput(Throughput::Elements(WAKEUPS));
    group.bench_function("schedule and pop", |bencher| {
        bencher.iter(|| {
            let mut rng = Rng::new(1);
            let mut agenda = Agenda::default();
            for wakeup in 0..WAKEUPS {
                agenda.schedule(Time::ZERO + Span::from_ms(rng.below(60_000)), wakeup);
            }
            while let Some(wakeup) = agenda.pop() {
                black_box(wakeup);
            }
        });
    });
    group.finish();
}

/// The workloads with the sizes at which they are measured.
const ROLLOUTS: [(Workload, [usize; 3]); 4] = [
    (Workload::Parallel, [100, 1_000, 10_000]),
    (Workload::OrderedReady, [100, 1_000, 10_000]),
    (Workload::Deployment, [100, 300, 1_000]),
    (Workload::DaemonSet, [100, 1_000, 5_000]),
];

fn rollout(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("rollout");
    group.sample_size(10);
    for (workload, sizes) in ROLLOUTS {
        for size in sizes {
            let name = workload.name();
            group.throughput(Throughput::Elements(size as u64));
            group.bench_function(BenchmarkId::new(format!("{name} ready"), size), |bencher| {
                let made = || workload.cluster(size);
                let ready = |cluster: &mut _| workload::make_ready(cluster);
                bencher.iter_batched_ref(made, ready, BatchSize::PerIteration);
            });
            group.bench_function(BenchmarkId::new(format!("{name} roll"), size), |bencher| {
                let ready = || {
                    let mut cluster = workload.cluster(size);
                    workload::make_ready(&mut cluster);
                    assert_eq!(workload::status(&cluster).0, i64::try_from(size).unwrap_or_default());
                    cluster
                };
                bencher.iter_batched_ref(ready, |cluster| workload.roll(cluster), BatchSize::PerIteration);
            });
        }
    }
    group.finish();
}

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    agenda(&mut criterion);
    rollout(&mut criterion);
    criterion.final_summary();
}
