//! The headless player.
fn main() {}
