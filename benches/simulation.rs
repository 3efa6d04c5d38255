//! How fast the simulation is: `cargo bench`.
//!
//! `rollout` measures a whole cluster (API server, controllers, scheduler, kubelets): a set of N replicas
//! becomes ready, and is rolled. The time for one pod should not grow with N.

use std::hint::black_box;

use criterion::{BatchSize, BenchmarkId, Criterion, Throughput};
use kubesets::sim::{Agenda, Rng, Span, Time};

mod workload;

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

fn rollout(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("rollout");
    group.sample_size(10);
    for policy in ["Parallel", "OrderedReady"] {
        for replicas in [100_usize, 1_000, 10_000] {
            group.throughput(Throughput::Elements(replicas as u64));
            group.bench_function(BenchmarkId::new(format!("{policy} ready"), replicas), |bencher| {
                let made = || workload::cluster(policy, replicas);
                bencher.iter_batched_ref(made, workload::make_ready, BatchSize::PerIteration);
            });
            group.bench_function(BenchmarkId::new(format!("{policy} roll"), replicas), |bencher| {
                let ready = || {
                    let mut cluster = workload::cluster(policy, replicas);
                    workload::make_ready(&mut cluster);
                    assert_eq!(workload::status(&cluster).0, i64::try_from(replicas).unwrap_or_default());
                    cluster
                };
                bencher.iter_batched_ref(ready, workload::roll, BatchSize::PerIteration);
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
