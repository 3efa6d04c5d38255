//! The headless player: recordings and terminal scripts, without a page.
//!
//! - `kubesets replay FILE_OR_FOLDER...` plays recordings and compares; exits 1 when one differs.
//! - `kubesets run FILE` plays a text file of terminal lines and prints the transcript.
//! - `kubesets explore` looks for faults in random runs; exits 1 when it finds one or a kind of fault never
//!   came.
//! - `kubesets fuzz-shell` types random scripts into a terminal; exits 1 when one makes it panic or hang.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering};

use kubesets::cluster::{Cluster, Input, ProcessName};
use kubesets::collections::sort;
use kubesets::explore::crash_points::{self, CrashReport};
use kubesets::explore::script::SCRIPTS;
use kubesets::explore::small_scope::{self, Bounds, ScopeReport};
use kubesets::explore::{Failure, Fired, Run, ShellFuzz};
use kubesets::kubectl::Stream;
use kubesets::recording::{self, Recording};
use kubesets::transcript;

const USAGE: &str = "usage:
  kubesets replay FILE_OR_FOLDER...   play recordings of a real control plane and compare
  kubesets run FILE                   play a text file of terminal lines and print the transcript
  kubesets explore [--seconds N] [--seed S]
                                      random runs from this seed on, for so long (60 s)
  kubesets explore --crash-points     end each process after each of its writes
  kubesets explore --small-scope [--deviations N]
                                      all orders and faults of small scenarios
  kubesets explore --seed S --steps K show one run up to a step
  kubesets fuzz-shell [--seconds N] [--seed S]
                                      random scripts in a terminal, from this seed on, for so long (60 s);
                                      0 seconds print the seed's script
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let mut out = std::io::stdout().lock();
    let result = match words.as_slice() {
        ["replay", paths @ ..] if !paths.is_empty() => replay(paths, &mut out),
        ["run", path] => run(Path::new(path), &mut out),
        ["explore", options @ ..] => explore(options, &mut out),
        ["fuzz-shell", options @ ..] => fuzz_shell(options, &mut out),
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
    let mut cluster = Cluster::new(transcript::config(&script));
    let read = |name: &str| std::fs::read_to_string(folder.join(name)).ok();
    let printed = transcript::play(&mut cluster, &script, &read).map_err(|error| error.to_string())?;
    write!(out, "{printed}").map_err(|error| error.to_string())?;
    Ok(true)
}

/// The number after an option.
fn option(options: &[&str], name: &str) -> Result<Option<u64>, String> {
    let Some(at) = options.iter().position(|option| *option == name) else {
        return Ok(None);
    };
    let number = options.get(at + 1).and_then(|text| text.parse().ok());
    number.map(Some).ok_or_else(|| format!("{name} needs a number"))
}

/// Explores; `Ok(true)` when nothing is wrong.
#[expect(
    clippy::disallowed_types,
    reason = "how long to go on is a matter of real time; no run depends on it"
)]
fn explore(options: &[&str], out: &mut impl std::io::Write) -> Result<bool, String> {
    let first = option(options, "--seed")?.unwrap_or(1);
    if let Some(steps) = option(options, "--steps")? {
        return show(first, steps, out);
    }
    if options.contains(&"--crash-points") {
        return crash_points(out);
    }
    if options.contains(&"--small-scope") {
        return small_scope(option(options, "--deviations")?.unwrap_or(1), out);
    }
    let seconds = option(options, "--seconds")?.unwrap_or(60);
    let begun = std::time::Instant::now();
    let (mut steps, mut changes, mut fired, mut seed) = (0, 0, Fired::default(), first);
    while begun.elapsed().as_secs() < seconds {
        match Run::new(seed, u64::MAX).run_guarded() {
            Ok(summary) => {
                steps += summary.steps;
                changes += summary.changes;
                fired.add(&summary.fired);
            }
            Err(failure) => {
                print(out, &failure)?;
                return Ok(false);
            }
        }
        seed += 1;
    }
    let elapsed = begun.elapsed().as_secs_f64();
    let runs = seed - first;
    #[expect(clippy::cast_precision_loss, reason = "no run takes 2^52 steps")]
    let per_minute = steps as f64 / elapsed * 60.0;
    let said = format!(
        "{fired}{runs} runs, {steps} steps, {changes} changes checked in {elapsed:.0} s: {per_minute:.0} steps a minute"
    );
    print(out, &said)?;
    let missing: Vec<&str> = fired.missing().into_iter().map(kubesets::explore::FaultKind::id).collect();
    if !missing.is_empty() {
        print(out, &format!("never came: {}", missing.join(", ")))?;
    }
    Ok(missing.is_empty())
}

/// Ends each process after each of its writes.
fn crash_points(out: &mut impl std::io::Write) -> Result<bool, String> {
    for process in [ProcessName::ControllerManager, ProcessName::Scheduler] {
        let mut sum = CrashReport::default();
        for script in SCRIPTS {
            let report = crash_points::try_all(script, process)?;
            let CrashReport { points, steps } = report;
            print(out, &format!("{process:?}, {}: {points} points, {steps} steps", script.name))?;
            sum += report;
        }
        print(out, &format!("{process:?}: {} points, {} steps", sum.points, sum.steps))?;
    }
    Ok(true)
}

/// Tries all orders and faults of the small scenarios that differ from the usual run in so many places.
fn small_scope(deviations: u64, out: &mut impl std::io::Write) -> Result<bool, String> {
    let deviations = u32::try_from(deviations).map_err(|error| format!("--deviations: {error}"))?;
    let mut sum = ScopeReport::default();
    for script in SCRIPTS {
        let report = small_scope::explore(script, Bounds { deviations, with_faults: true })?;
        let ScopeReport { runs, steps, states } = report;
        print(out, &format!("{}: {runs} runs, {steps} steps, {states} states", script.name))?;
        sum += report;
    }
    print(out, &format!("{} runs, {} steps, {} states", sum.runs, sum.steps, sum.states))?;
    Ok(true)
}

/// Shows one run up to a step: what was done, and what the cluster did last.
fn show(seed: u64, steps: u64, out: &mut impl std::io::Write) -> Result<bool, String> {
    let mut run = Run::new(seed, steps);
    let outcome = run.run_guarded();
    for line in run.trace() {
        print(out, &line)?;
    }
    let log: Vec<&str> = run.cluster().event_log().lines().collect();
    for line in log.iter().skip(log.len().saturating_sub(60)) {
        print(out, line)?;
    }
    let mut cluster = run.cluster().clone();
    let line = "kubectl get nodes,pods,sts,ds,deploy,rs,controllerrevisions --show-labels".to_owned();
    drop(cluster.submit(Input::Interrupt { terminal: 0 }));
    drop(cluster.submit(Input::Line { terminal: 0, line }));
    let entry = cluster.terminal(0).and_then(|terminal| terminal.entries().last());
    print(out, &entry.map(|entry| entry.text(Stream::Out)).unwrap_or_default())?;
    for decision in run.cluster().controller_manager().latest_decisions() {
        print(out, &format!("{} ms, {}: {:?}", decision.at.ms(), decision.object, decision.verdict))?;
    }
    match outcome {
        Ok(_) => Ok(true),
        Err(failure @ Failure { .. }) => {
            print(out, &failure)?;
            Ok(false)
        }
    }
}

/// Seconds that one script may take.
const SCRIPT_SECONDS: u64 = 30;

/// Types random scripts into a terminal; `Ok(true)` when nothing is wrong.
#[expect(
    clippy::disallowed_types,
    clippy::disallowed_methods,
    reason = "how long to go on, and what takes too long, are matters of real time; no script depends on it"
)]
fn fuzz_shell(options: &[&str], out: &mut impl std::io::Write) -> Result<bool, String> {
    let first = option(options, "--seed")?.unwrap_or(1);
    let seconds = option(options, "--seconds")?.unwrap_or(60);
    if seconds == 0 {
        print(out, &ShellFuzz::lines(first).join("\n"))?;
    }
    let fuzz = ShellFuzz::default();
    let begun = std::time::Instant::now();
    let (mut seed, mut steps, mut longest) = (first, 0, (0, first));
    // What hangs cannot tell so itself.
    let now = std::sync::Arc::new(AtomicU64::new(seed));
    let watched = std::sync::Arc::clone(&now);
    drop(std::thread::spawn(move || {
        let mut before = None;
        loop {
            std::thread::sleep(std::time::Duration::from_secs(SCRIPT_SECONDS));
            let seed = watched.load(Ordering::Relaxed);
            if before == Some(seed) {
                let told = writeln!(std::io::stderr(), "seed {seed}: hangs for more than {SCRIPT_SECONDS} s");
                std::process::exit(if told.is_ok() { 3 } else { 4 });
            }
            before = Some(seed);
        }
    }));
    while begun.elapsed().as_secs() < seconds {
        let at = std::time::Instant::now();
        match fuzz.run(seed) {
            Ok(taken) => steps += taken,
            Err(what) => {
                print(out, &what)?;
                return Ok(false);
            }
        }
        longest = longest.max((at.elapsed().as_millis(), seed));
        seed += 1;
        now.store(seed, Ordering::Relaxed);
    }
    let runs = seed - first;
    let elapsed = begun.elapsed().as_secs();
    let (ms, slowest) = longest;
    print(
        out,
        &format!(
            "{runs} scripts, {steps} wakeups in {elapsed} s; the longest took {ms} ms (seed {slowest}); no panic, no hang"
        ),
    )?;
    Ok(true)
}

fn print(out: &mut impl std::io::Write, what: &impl std::fmt::Display) -> Result<(), String> {
    writeln!(out, "{what}").map_err(|error| error.to_string())
}
