//! How long the browser's main thread works while a set becomes ready and is rolled. Only printed, never
//! asserted.
//!
//! `cargo test --release --target wasm32-unknown-unknown --test browser_speed -- --nocapture` prints the
//! figures; `KUBESETS_SPEED_MAX=10000` in the environment of the build asks for larger sets.
#![cfg(target_arch = "wasm32")]

use wasm_bindgen_test::{console_log, wasm_bindgen_test, wasm_bindgen_test_configure};

#[path = "../benches/workload/mod.rs"]
mod workload;

wasm_bindgen_test_configure!(run_in_browser);

fn now_ms() -> f64 {
    web_sys::window().and_then(|window| window.performance()).map_or(0.0, |performance| performance.now())
}

#[wasm_bindgen_test]
fn rollouts_are_timed() {
    let max = option_env!("KUBESETS_SPEED_MAX").and_then(|text| text.parse().ok()).unwrap_or(1_000);
    for policy in ["Parallel", "OrderedReady"] {
        for replicas in [100, 1_000, 10_000].into_iter().filter(|&replicas| replicas <= max) {
            let mut cluster = workload::cluster(policy, replicas);
            let begun = now_ms();
            workload::make_ready(&mut cluster);
            let ready = now_ms();
            workload::roll(&mut cluster);
            let rolled = now_ms();
            let wanted = i64::try_from(replicas).unwrap_or_default();
            assert_eq!(workload::status(&cluster), (wanted, wanted));
            console_log!(
                "{policy} {replicas}: ready after {:.0} ms, rolled after {:.0} ms of main-thread time",
                ready - begun,
                rolled - ready
            );
        }
    }
}
