//! The recordings of a real control plane, played here and compared.
//!
//! The folder is `../shared/golden` beside the checkout, or what `KUBESETS_GOLDEN` names; where it is
//! absent the test says so and passes.

use std::path::PathBuf;

use kubesets::collections::sort;
use kubesets::recording::{self, Recording};

fn folder() -> PathBuf {
    let beside = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/golden");
    std::env::var_os("KUBESETS_GOLDEN").map_or_else(|| PathBuf::from(beside), PathBuf::from)
}

#[test]
fn recordings_are_equal() {
    let Ok(entries) = std::fs::read_dir(folder()) else {
        eprintln!("no recordings in {}: nothing compared", folder().display());
        return;
    };
    let mut paths: Vec<PathBuf> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
        .collect();
    sort(&mut paths);
    let mut differences = Vec::new();
    for path in &paths {
        let text = std::fs::read_to_string(path).unwrap_or_default();
        let difference = match Recording::parse(&text) {
            Ok(recorded) => match recording::play(&recorded) {
                Ok(played) => recording::compare(&recorded, &played),
                Err(error) => Some(error),
            },
            Err(error) => Some(error.to_string()),
        };
        if let Some(difference) = difference {
            differences.push(format!("{}: {difference}", path.display()));
        }
    }
    eprintln!("{} recordings compared, {} differ", paths.len(), differences.len());
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}
