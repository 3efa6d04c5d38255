//! How fast the simulation's parts are: `cargo bench`.

use std::hint::black_box;

use criterion::{Criterion, Throughput};
use kubesets::sim::{Agenda, Rng, Span, Time};

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

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    agenda(&mut criterion);
    criterion.final_summary();
}
