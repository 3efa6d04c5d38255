//! The page: a view of the cluster, and the buttons and texts by which people act on it.
//!
//! The page holds no rules of Kubernetes. [`state`] turns each action into inputs of the cluster;
//! [`view_model`] turns the cluster into plain values; the components lay these out. Every button runs a
//! kubectl line that the terminal shows.
//!
//! - [`state`]: actions and what they change. [`view_model`]: what is shown. [`examples`]: manifests.
//!   [`time_machine`]: the past, and other branches. [`comparison`]: two runs beside each other.
//! - `components`: one per file. `hooks`: frames, travelling tiles, arrow keys. `painting`: the small tiles
//!   of a crowd.
//! - [`persist`]: over a reload. `crash`: the last words. [`deferred`]: code that comes
//!   later. [`browser`]: what is asked of the browser.

pub mod examples;
pub mod view_model;
pub mod browser;
pub mod time_machine;
pub mod comparison;
pub mod state;
pub mod persist;
mod crash;
pub mod deferred;
mod painting;
mod hooks;
mod components;

pub use components::app::{App, AppProps};

/// Mounts the page.
pub fn start() {
    crash::install();
    yew::Renderer::<App>::new().render();
}
