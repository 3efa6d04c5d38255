//! The sandbox's own `fault` command: breaks machines, programs, registries and volumes, and mends them.
//!
//! It is no kubectl command, and says so in its help. What it does are the same controls that tests,
//! scenarios and the page use; a line that was typed is played again as it stands.
//!
//! - `verbs`: the words. `parse`: from a line to controls. `list`: what is wrong just now.

mod verbs;
mod parse;
mod list;

use super::Cluster;
use crate::collections::sort;
use crate::kubectl::{self, Completion, Output, Stream};
use crate::kubelet::Control;
use parse::Asked;

impl Cluster {
    /// Runs `fault …`.
    pub(super) fn fault(&mut self, arguments: &str) -> Output {
        let words: Vec<&str> = arguments.split_whitespace().collect();
        let asked = match parse::parse(&words, &self.session.namespace) {
            Ok(asked) => asked,
            Err(why) => {
                let text = format!("error: {why}\nSee 'fault help'. This is the sandbox's own command.\n");
                return Output::text(Stream::Err, &text, 1);
            }
        };
        match asked {
            Asked::Help => Output::text(Stream::Out, &verbs::help(), 0),
            Asked::List => Output::text(Stream::Out, &self.list_faults(), 0),
            Asked::ClearAll => {
                let controls = self.all_clear();
                self.carry_out(controls, "all faults are cleared\n")
            }
            Asked::Do { controls, said } => {
                let note = self.note_about(&controls);
                let mut output = self.carry_out(controls, &said);
                if output.exit == 0 {
                    output.hint = note;
                }
                output
            }
        }
    }

    fn carry_out(&mut self, controls: Vec<Control>, said: &str) -> Output {
        for control in controls {
            if let Err(why) = self.control(control) {
                return Output::text(Stream::Err, &format!("error: {why}\n"), 1);
            }
        }
        Output::text(Stream::Out, said, 0)
    }

    /// What may stand at the cursor of a terminal's line (a position in bytes).
    pub fn complete(&self, line: &str, cursor: usize) -> Completion {
        let before = line.get(..cursor).unwrap_or(line);
        if let Some(found) = self.complete_fault(before) {
            return found;
        }
        let mut found = kubectl::complete(line, cursor, &self.session, &self.server);
        let is_first_word = !before.trim_start().contains(char::is_whitespace);
        if is_first_word {
            let word = before.get(found.from..).unwrap_or_default();
            found.candidates.extend(["fault ", "why "].map(str::to_owned));
            found.candidates.retain(|candidate| candidate.starts_with(word));
            sort(&mut found.candidates);
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cluster::{ClusterConfig, Input};
    use crate::sim::Time;

    fn typed(cluster: &mut Cluster, line: &str) -> String {
        cluster.submit(Input::Line { terminal: 0, line: line.to_owned() }).unwrap();
        let entry = cluster.terminal(0).unwrap().entries().last().unwrap();
        let text: String = entry.chunks.iter().map(|(_, text)| text.as_str()).collect();
        let hint = entry.hint.as_ref().map(|hint| format!("[hint] {hint}\n")).unwrap_or_default();
        format!("{text}{hint}")
    }

    #[test]
    fn faults_are_switched_listed_and_cleared() {
        let mut cluster = Cluster::new(ClusterConfig::with_nodes(2));
        cluster.run_until(Time::from_ms(1_000));
        assert_eq!(typed(&mut cluster, "fault list"), "nothing is broken\n");
        for (line, said) in [
            ("fault stop node/node-2", "node/node-2 has no power\n"),
            ("fault no-image image/nginx:1", "image/nginx:1 cannot be pulled from now on\n"),
            ("fault slow-pull image/nginx:1 --by=90s", "image/nginx:1 is pulled slowly from now on\n"),
            ("fault crash-loop pod/web-0 --code 3", "pod/web-0 crashes after every start from now on\n"),
            ("fault no-volume sc/standard", "sc/standard makes no volumes from now on\n"),
            ("fault pressure node/node-1 --of=disk", "node/node-1 is short of it from now on\n"),
            ("fault crash pod/web-0", "error: pod \"web-0\" has no running container\n"),
            ("fault stop node/node-9", "error: node \"node-9\" has no machine here\n"),
        ] {
            assert_eq!(typed(&mut cluster, line), said, "{line}");
        }
        assert_eq!(
            typed(&mut cluster, "fault list"),
            "TARGET          FAULT        DETAIL\n\
             node/node-1     pressure     disk\n\
             node/node-2     stop         since 2026-01-05T09:00:01Z\n\
             pod/web-0       crash-loop   exit code 3, 1s after each start\n\
             image/nginx:1   no-image     \n\
             image/nginx:1   slow-pull    1m30s\n\
             sc/standard     no-volume    \n"
        );
        assert_eq!(typed(&mut cluster, "fault clear image/nginx:1"), "image/nginx:1 is as it should be\n");
        assert_eq!(typed(&mut cluster, "fault clear --all"), "all faults are cleared\n");
        assert_eq!(typed(&mut cluster, "fault list"), "nothing is broken\n");
    }

    #[test]
    fn what_may_follow_is_offered() {
        let mut cluster = Cluster::new(ClusterConfig::with_nodes(2));
        cluster.run_until(Time::from_ms(100));
        let offered = |line: &str| cluster.complete(line, line.len()).candidates;
        assert_eq!(offered("f"), ["fault "]);
        assert_eq!(offered(""), ["fault ", "kubectl ", "why "]);
        assert_eq!(offered("fault st"), ["start ", "stop ", "stop-kubelet "]);
        assert_eq!(offered("fault stop "), ["node/node-1 ", "node/node-2 "]);
        assert_eq!(offered("fault no-volume sc/"), ["sc/standard "]);
        assert_eq!(offered("fault resize node/node-1 --m"), ["--memory="]);
        assert_eq!(offered("kubectl cordon node-"), ["node-1 ", "node-2 "]);
    }

    #[test]
    fn a_line_is_played_again_as_it_stands() {
        let mut cluster = Cluster::new(ClusterConfig::with_nodes(2));
        cluster.run_until(Time::from_ms(100));
        typed(&mut cluster, "fault partition node/node-2");
        cluster.run_until(Time::from_ms(100_000));
        let mut again = Cluster::new(ClusterConfig::with_nodes(2));
        again.play(cluster.inputs(), cluster.now()).unwrap();
        assert_eq!(again.event_log().hash(), cluster.event_log().hash());
        assert!(typed(&mut cluster, "fault help").contains("the sandbox's own command, not kubectl's"));
    }
}
