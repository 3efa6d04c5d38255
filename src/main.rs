//! Mounts the app.

fn main() {
    kubesets::ui::start();
}
