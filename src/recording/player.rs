//! Plays a recording's steps on a simulated cluster and gathers what is seen, in the recording's own form.

use serde_json::Value;

use super::draws;
use super::format::{Recording, Seen, Step, Until};
use super::rows::Watcher;
use super::shell::{self, Part};
use crate::cluster::{Cluster, ClusterConfig, Input};
use crate::kubectl::Stream;
use crate::sim::{Span, Time};

/// The terminal that lines are typed into.
const TERMINAL: u32 = 0;
const QUIET_SECONDS: f64 = 5.0;
const LIMIT_SECONDS: f64 = 180.0;
const UNTIL_LIMIT_SECONDS: f64 = 120.0;
const LINE_TIMEOUT_SECONDS: f64 = 60.0;
/// How long a shell and kubectl take to start: lines that wait for nothing took 40 to 140 ms in the
/// recordings.
const START_UP: Span = Span::from_ms(100);
/// When the first step begins.
const START: Time = Time::from_ms(2_000);
/// When the stand-in kubelets first reported their nodes anew: a row of each node, which the recorder took
/// for a change like any other: t 4.3 to 4.5 in the recordings, whose pods are ready 0.2 to 0.3 s later than
/// here.
const NODES_REPORTED: Time = Time::from_ms(4_100);
/// The recorder looked now and then: quiet was noticed 0 to 0.3 s after it had lasted long enough.
const QUIET_NOTICED_AFTER: Span = Span::from_ms(100);

struct Player {
    cluster: Cluster,
    watcher: Watcher,
    seen: Vec<Seen>,
    changed_at: Time,
}

/// Plays the steps of a recording; the result holds what the simulated cluster answered and showed instead.
///
/// # Errors
/// When a step cannot be played: an unknown fault, or an input that the cluster does not take.
pub fn play(recording: &Recording) -> Result<Recording, String> {
    let mut player = Player {
        cluster: Cluster::new(ClusterConfig {
            draws: draws::of(recording),
            ..ClusterConfig::recorded(recording.nodes)
        }),
        watcher: Watcher::default(),
        seen: Vec::new(),
        changed_at: NODES_REPORTED,
    };
    for (name, text) in &recording.files {
        let file = Input::File { name: name.clone(), text: text.clone() };
        player.cluster.submit(file).map_err(|error| error.to_string())?;
    }
    player.run_until(START);
    let mut result = Recording { steps: Vec::new(), initial: Vec::new(), ..recording.clone() };
    result.initial = std::mem::take(&mut player.seen);
    for step in &recording.steps {
        let mut seen_step = player.step(step)?;
        seen_step.events = std::mem::take(&mut player.seen);
        result.steps.push(seen_step);
    }
    Ok(result)
}

fn span(seconds: f64) -> Span {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a recording's spans are small and not negative"
    )]
    let ms = (seconds * 1000.0).max(0.0) as u64;
    Span::from_ms(ms)
}

/// How long a step's line took to start: as recorded, where it waited for nothing.
fn start_up(step: &Step) -> Span {
    match step.took.filter(|_| step.settled.is_none()).map(span) {
        Some(took) if took <= START_UP => took,
        _ => START_UP,
    }
}

impl Player {
    fn step(&mut self, step: &Step) -> Result<Step, String> {
        let mut result =
            Step { events: Vec::new(), stdout: String::new(), stderr: String::new(), ..step.clone() };
        if let Some(line) = &step.run {
            self.run_line(line, step, &mut result)?;
        } else if let Some(control) = &step.ctl {
            let fault = Input::fault(control).ok_or_else(|| format!("unknown fault {control:?}"))?;
            self.cluster.submit(fault).map_err(|error| error.to_string())?;
            self.look();
        } else if let Some(seconds) = step.sleep {
            self.run_until(self.cluster.now() + span(seconds));
        } else if let Some(until) = &step.until {
            result.met = Some(self.wait_for(until, step.limit.unwrap_or(UNTIL_LIMIT_SECONDS)));
        }
        if let Some(seconds) = step.settle {
            result.settled = Some(self.settle(seconds, step.limit));
        } else if step.settled.is_some() {
            result.settled = Some(self.settle(step.quiet.unwrap_or(QUIET_SECONDS), step.limit));
        }
        Ok(result)
    }

    /// Runs a line of bash: substitutions first, then kubectl, then what stands behind a pipe.
    fn run_line(&mut self, line: &str, step: &Step, result: &mut Step) -> Result<(), String> {
        let parsed = shell::parse(line);
        let mut kubectl = String::new();
        for part in &parsed.parts {
            match part {
                Part::Text(text) => kubectl.push_str(text),
                Part::Output(inner) => {
                    let mut of_inner = Step::default();
                    self.run_line(inner, step, &mut of_inner)?;
                    kubectl.push_str(&shell::as_words(&of_inner.stdout));
                    result.stderr.push_str(&of_inner.stderr);
                }
            }
        }
        self.run_kubectl(&kubectl, step, result)?;
        if parsed.joins_errors {
            result.stdout = self.last_chunks(|_| true);
            result.stderr.clear();
        }
        if parsed.drops_output {
            result.stdout.clear();
        }
        if let (Some(echo), Some(0)) = (&parsed.echo, result.exit) {
            result.stdout.push_str(echo);
        }
        if !parsed.pipeline.is_empty() {
            let (exit, stdout) = shell::filter(&parsed.pipeline, &result.stdout)?;
            result.exit = Some(exit);
            result.stdout = stdout;
        }
        Ok(())
    }

    /// What the last line printed to the chosen streams, in order.
    fn last_chunks(&self, is_chosen: impl Fn(Stream) -> bool) -> String {
        let entry = self.cluster.terminal(TERMINAL).and_then(|terminal| terminal.entries().last());
        let chunks = entry.map(|entry| entry.chunks.as_slice()).unwrap_or_default();
        chunks.iter().filter(|(stream, _)| is_chosen(*stream)).map(|(_, text)| text.as_str()).collect()
    }

    fn run_kubectl(&mut self, line: &str, step: &Step, result: &mut Step) -> Result<(), String> {
        self.run_until(self.cluster.now() + start_up(step));
        let line = Input::Line { terminal: TERMINAL, line: line.to_owned() };
        self.cluster.submit(line).map_err(|error| error.to_string())?;
        self.look();
        let deadline = self.cluster.now() + span(step.timeout.unwrap_or(LINE_TIMEOUT_SECONDS));
        while self.is_busy() && self.cluster.next_due().is_some_and(|due| due <= deadline) {
            self.cluster.step();
            self.look();
        }
        if self.is_busy() {
            self.run_until(deadline);
            result.timed_out = true;
            self.cluster
                .submit(Input::Interrupt { terminal: TERMINAL })
                .map_err(|error| error.to_string())?;
        }
        result.stdout = self.last_chunks(|stream| stream == Stream::Out);
        result.stderr.push_str(&self.last_chunks(|stream| stream == Stream::Err));
        let entry = self.cluster.terminal(TERMINAL).and_then(|terminal| terminal.entries().last());
        result.exit = entry.and_then(|entry| entry.exit);
        Ok(())
    }

    fn is_busy(&self) -> bool {
        self.cluster.terminal(TERMINAL).is_some_and(crate::cluster::Terminal::is_busy)
    }

    fn settle(&mut self, quiet_seconds: f64, limit: Option<f64>) -> bool {
        let begun = self.cluster.now();
        let limit = begun + span(limit.unwrap_or(LIMIT_SECONDS));
        loop {
            let quiet_at = self.changed_at.max(begun) + span(quiet_seconds) + QUIET_NOTICED_AFTER;
            let end = quiet_at.min(limit);
            match self.cluster.next_due() {
                Some(due) if due <= end => {
                    self.cluster.step();
                    self.look();
                }
                _ => {
                    self.run_until(end);
                    return end == quiet_at;
                }
            }
        }
    }

    fn wait_for(&mut self, until: &Until, limit_seconds: f64) -> bool {
        let limit = self.cluster.now() + span(limit_seconds);
        let mut looked_at = 0;
        loop {
            let met = self.seen.iter().skip(looked_at).any(|seen| is_met(seen, until));
            if met {
                return true;
            }
            looked_at = self.seen.len();
            if self.cluster.next_due().is_none_or(|due| due > limit) {
                self.run_until(limit);
                return false;
            }
            self.cluster.step();
            self.look();
        }
    }

    fn run_until(&mut self, until: Time) {
        while self.cluster.next_due().is_some_and(|due| due <= until) {
            self.cluster.step();
            self.look();
        }
        self.cluster.run_until(until);
    }

    fn look(&mut self) {
        let (news, changed) = self.watcher.news(self.cluster.server());
        if changed {
            self.changed_at = self.cluster.now().max(NODES_REPORTED);
        }
        self.seen.extend(news);
    }
}

fn is_met(seen: &Seen, until: &Until) -> bool {
    let cell = seen.cells.iter().find(|(column, _)| column.eq_ignore_ascii_case(&until.column));
    seen.kind == until.kind
        && seen.name == until.name
        && cell.is_some_and(|(_, cell)| text_of(cell) == text_of(&until.equals))
}

fn text_of(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
