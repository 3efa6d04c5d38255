//! Mounts the app.

/// The page allocates by the million. This allocator is smaller than the standard library's, and quicker.
#[cfg(target_arch = "wasm32")]
#[global_allocator]
static ALLOCATOR: talc::wasm::WasmDynamicTalc = talc::wasm::new_wasm_dynamic_allocator();

fn main() {
    kubesets::ui::start();
}
