//! How long the browser's main thread works while a workload becomes ready and is rolled. Only printed, never
//! asserted.
//!
//! `cargo test --release --target wasm32-unknown-unknown --test browser_speed -- --nocapture` prints the
//! figures; `KUBESETS_SPEED_MAX=10000` in the environment of the build asks for larger ones.
#![cfg(target_arch = "wasm32")]

use wasm_bindgen_test::{console_log, wasm_bindgen_test, wasm_bindgen_test_configure};

#[path = "../benches/workload/mod.rs"]
mod workload;

use workload::Workload;

wasm_bindgen_test_configure!(run_in_browser);

fn now_ms() -> f64 {
    web_sys::window().and_then(|window| window.performance()).map_or(0.0, |performance| performance.now())
}

#[wasm_bindgen_test]
fn rollouts_are_timed() {
    let max = option_env!("KUBESETS_SPEED_MAX").and_then(|text| text.parse().ok()).unwrap_or(1_000);
    let workloads = [
        (Workload::Parallel, [100, 1_000, 10_000]),
        (Workload::OrderedReady, [100, 1_000, 10_000]),
        (Workload::Deployment, [100, 300, 1_000]),
        (Workload::DaemonSet, [100, 1_000, 5_000]),
    ];
    for (workload, sizes) in workloads {
        for size in sizes.into_iter().filter(|&size| size <= max) {
            let mut cluster = workload.cluster(size);
            let begun = now_ms();
            workload::make_ready(&mut cluster);
            let ready = now_ms();
            workload.roll(&mut cluster);
            let rolled = now_ms();
            let wanted = i64::try_from(size).unwrap_or_default();
            assert_eq!(workload::status(&cluster), (wanted, wanted));
            console_log!(
                "{} {size}: ready after {:.0} ms, rolled after {:.0} ms of main-thread time",
                workload.name(),
                ready - begun,
                rolled - ready
            );
        }
    }
}
