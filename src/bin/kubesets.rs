//! The headless player: recordings and terminal scripts, without a page.
//!
//! - `kubesets replay FILE_OR_FOLDER...` plays recordings and compares; exits 1 when one differs.
//! - `kubesets run FILE` plays a text file of terminal lines and prints the transcript.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use kubesets::cluster::{Cluster, ClusterConfig};
use kubesets::collections::sort;
use kubesets::recording::{self, Recording};
use kubesets::transcript;

const USAGE: &str = "usage:
  kubesets replay FILE_OR_FOLDER...   play recordings of a real control plane and compare
  kubesets run FILE                   play a text file of terminal lines and print the transcript
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let mut out = std::io::stdout().lock();
    let result = match words.as_slice() {
        ["replay", paths @ ..] if !paths.is_empty() => replay(paths, &mut out),
        ["run", path] => run(Path::new(path), &mut out),
        _ => {
            return match write!(std::io::stderr(), "{USAGE}") {
                Ok(()) | Err(_) => ExitCode::from(2),
            };
        }
    };
    match result {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => match writeln!(std::io::stderr(), "kubesets: {error}") {
            Ok(()) | Err(_) => ExitCode::FAILURE,
        },
    }
}

/// Plays recordings; `Ok(true)` when all are equal.
fn replay(paths: &[&str], out: &mut impl std::io::Write) -> Result<bool, String> {
    let (mut passed, mut failed) = (0, 0);
    for path in recordings(paths)? {
        let text = std::fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        let recorded = Recording::parse(&text).map_err(|error| format!("{}: {error}", path.display()))?;
        let difference = match recording::play(&recorded) {
            Ok(played) => recording::compare(&recorded, &played),
            Err(error) => Some(error),
        };
        let line = if let Some(difference) = difference {
            failed += 1;
            format!("FAIL {}: {difference}", recorded.id)
        } else {
            passed += 1;
            format!("ok {}", recorded.id)
        };
        writeln!(out, "{line}").map_err(|error| error.to_string())?;
    }
    writeln!(out, "{passed} passed, {failed} failed").map_err(|error| error.to_string())?;
    Ok(failed == 0)
}

/// The recordings that the arguments name: files, and all `.json` files of folders in the order of their
/// names.
fn recordings(paths: &[&str]) -> Result<Vec<PathBuf>, String> {
    let mut files = Vec::new();
    for path in paths.iter().map(Path::new) {
        if !path.is_dir() {
            files.push(path.to_owned());
            continue;
        }
        let entries = std::fs::read_dir(path).map_err(|error| format!("{}: {error}", path.display()))?;
        let mut found: Vec<PathBuf> = entries
            .filter_map(|entry| Some(entry.ok()?.path()))
            .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
            .collect();
        sort(&mut found);
        files.append(&mut found);
    }
    Ok(files)
}

fn run(path: &Path, out: &mut impl std::io::Write) -> Result<bool, String> {
    let script = std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut cluster = Cluster::new(ClusterConfig::default());
    let read = |name: &str| std::fs::read_to_string(folder.join(name)).ok();
    let printed = transcript::play(&mut cluster, &script, &read).map_err(|error| error.to_string())?;
    write!(out, "{printed}").map_err(|error| error.to_string())?;
    Ok(true)
}
