//! Random scripts typed into a terminal: none makes the shell panic, hang, or print without end.

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::scripts::script;
use crate::cluster::{Cluster, ClusterConfig, Input, Terminal};
use crate::sim::{Rng, Span};

/// Wakeups that one line gets before it is interrupted.
const STEPS_MAX: u32 = 25;
/// Simulated time that one line gets.
const LINE_SPAN: Span = Span::from_seconds(90);
/// Bytes that one entry may show: what a line may print, and what is typed for it.
const SHOWN_MAX: usize = 3 << 20;
/// Shells that may stand one in another.
const SHELLS_MAX: u32 = 6;
const TERMINAL: u32 = 0;
const MANIFEST: &str = "apiVersion: apps/v1
kind: StatefulSet
metadata: {name: web}
spec:
  replicas: 2
  serviceName: nginx
  selector: {matchLabels: {app: nginx}}
  template:
    metadata: {labels: {app: nginx}}
    spec: {containers: [{name: nginx, image: registry.k8s.io/nginx-slim:0.21}]}
";

/// Where scripts are run: a cluster with one `StatefulSet`, made once.
#[derive(Clone, Debug)]
pub struct ShellFuzz {
    fresh: Cluster,
}

impl Default for ShellFuzz {
    fn default() -> Self {
        let mut fresh = Cluster::new(ClusterConfig::default());
        let file = |name: &str, text: &str| Input::File { name: name.to_owned(), text: text.to_owned() };
        let inputs = [
            file("web.yaml", MANIFEST),
            file("kustomization.yaml", "resources: [web.yaml]\nnamePrefix: k-\n"),
            Input::Line { terminal: TERMINAL, line: "kubectl apply -f web.yaml".to_owned() },
        ];
        for input in inputs {
            drop(fresh.submit(input));
        }
        fresh.run_until_settled(fresh.now() + Span::from_seconds(60));
        Self { fresh }
    }
}

impl ShellFuzz {
    /// The lines of a seed's script.
    pub fn lines(seed: u64) -> Vec<String> {
        script(&mut Rng::new(seed))
    }

    /// Runs the script of a seed; how many wakeups it took.
    ///
    /// # Errors
    /// What went wrong, with the shortest script that shows it.
    pub fn run(&self, seed: u64) -> Result<u64, String> {
        let mut lines = Self::lines(seed);
        let mut what = match self.play(&lines, seed) {
            Ok(steps) => return Ok(steps),
            Err(what) => what,
        };
        let mut at = 0;
        while at < lines.len() {
            let mut fewer = lines.clone();
            fewer.remove(at);
            match self.play(&fewer, seed) {
                Err(same) => (lines, what) = (fewer, same),
                Ok(_) => at += 1,
            }
        }
        Err(format!("seed {seed}: {what}\n{}", lines.join("\n")))
    }

    fn play(&self, lines: &[String], seed: u64) -> Result<u64, String> {
        let mut cluster = self.fresh.clone();
        let mut rng = Rng::new(seed).fork("keys");
        let played = catch_unwind(AssertUnwindSafe(|| {
            for line in lines {
                type_line(&mut cluster, line, &mut rng)?;
            }
            leave(&mut cluster);
            is_at_rest(&cluster)?;
            // The terminal still works.
            type_line(&mut cluster, "echo after", &mut rng)?;
            let last = cluster.terminal(TERMINAL).and_then(|terminal| terminal.entries().last());
            match last {
                Some(entry) if entry.exit.is_some() => Ok(cluster.steps()),
                _ => Err("the next line does not run".to_owned()),
            }
        }));
        played.unwrap_or_else(|panic| {
            let text = panic.downcast_ref::<String>().map(String::as_str);
            Err(format!("panic: {}", text.or(panic.downcast_ref::<&str>().copied()).unwrap_or_default()))
        })
    }
}

fn press(cluster: &mut Cluster, input: Input) {
    drop(cluster.submit(input));
}

/// Ctrl-C; a container's shell takes it and goes on, and ends with Ctrl-D; what it was joined with by a pipe
/// ends with the next Ctrl-C.
fn leave(cluster: &mut Cluster) {
    for _ in 0..SHELLS_MAX {
        press(cluster, Input::Interrupt { terminal: TERMINAL });
        if cluster.terminal(TERMINAL).is_some_and(Terminal::takes_input) {
            press(cluster, Input::EndOfInput { terminal: TERMINAL });
            let until = cluster.now() + LINE_SPAN;
            while is_busy(cluster) && cluster.next_due().is_some_and(|due| due <= until) {
                cluster.step();
            }
        }
    }
}

fn is_busy(cluster: &Cluster) -> bool {
    cluster.terminal(TERMINAL).is_some_and(Terminal::is_busy)
}

fn is_at_rest(cluster: &Cluster) -> Result<(), String> {
    let terminal = cluster.terminal(TERMINAL);
    if terminal.is_some_and(|terminal| terminal.is_busy() || terminal.is_incomplete()) {
        return Err("Ctrl-C does not end it".to_owned());
    }
    Ok(())
}

/// Types a line and lets it run; what takes too long is edited, fed, or interrupted.
fn type_line(cluster: &mut Cluster, line: &str, rng: &mut Rng) -> Result<(), String> {
    press(cluster, Input::Line { terminal: TERMINAL, line: line.to_owned() });
    let until = cluster.now() + LINE_SPAN;
    let mut steps = 0;
    while is_busy(cluster) && steps < STEPS_MAX && cluster.next_due().is_some_and(|due| due <= until) {
        cluster.step();
        steps += 1;
    }
    if is_busy(cluster) {
        match rng.below(4) {
            0 => press(cluster, Input::EndOfInput { terminal: TERMINAL }),
            1 => press(cluster, Input::Line { terminal: TERMINAL, line: "typed".to_owned() }),
            2 => press(cluster, Input::Edited { terminal: TERMINAL, text: Some("kind: x\n".to_owned()) }),
            _ => {}
        }
        let takes_input = cluster.terminal(TERMINAL).is_some_and(Terminal::takes_input);
        if is_busy(cluster) && !(takes_input && rng.below(2) == 0) {
            leave(cluster);
            is_at_rest(cluster)?;
        }
    }
    let shown = |terminal: &Terminal| {
        let longest = |entry: &std::rc::Rc<crate::cluster::TerminalEntry>| {
            entry.chunks.iter().map(|(_, text)| text.len()).sum::<usize>()
        };
        terminal.entries().iter().map(longest).max().unwrap_or_default()
    };
    match cluster.terminal(TERMINAL).map_or(0, shown) {
        bytes if bytes > SHOWN_MAX => Err(format!("a line shows {bytes} bytes")),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::ShellFuzz;

    #[test]
    fn some_random_scripts_are_survived() {
        let fuzz = ShellFuzz::default();
        for seed in 0..40 {
            assert_eq!(fuzz.run(seed).err(), None, "seed {seed}");
        }
    }
}
