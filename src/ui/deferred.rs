//! The door to the code that arrives after the first paint.
//!
//! A release build is split in two modules (`scripts/hooks/split.mjs`). What calls a function of the second
//! one before it has arrived comes through here, and `static/start.js` fetches it on the spot. Nothing in
//! Rust calls this: a build in one piece never does.

use wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = kubesets, js_name = loadDeferred)]
    fn load_deferred();
}

/// Has the second module loaded, and returns when its functions can be called.
#[wasm_bindgen]
pub fn ensure_deferred() {
    load_deferred();
}
