//! Travelling gives the same clusters as playing does.

use super::chronicle::MarkKind;
use super::*;
use crate::api::{Kind, ObjectKey};
use crate::cluster::ClusterConfig;
use crate::ui::examples::EXAMPLES;

/// A session with its time machine.
struct Session {
    cluster: Cluster,
    machine: TimeMachine,
}

impl Session {
    fn new() -> Self {
        let mut cluster = Cluster::new(ClusterConfig::default());
        let machine = TimeMachine::new(&mut cluster);
        Self { cluster, machine }
    }

    /// A set of three pods that was rolled, scaled and looked at, a minute each.
    fn rolled() -> Self {
        let mut session = Self::new();
        let text = EXAMPLES.first().map(|example| example.text().to_owned()).unwrap_or_default();
        session.give(Input::File { name: "web.yaml".to_owned(), text });
        for line in [
            "kubectl apply -f web.yaml",
            "kubectl set image statefulset/web nginx=registry.k8s.io/nginx-slim:0.21",
            "kubectl get pods",
            "kubectl scale statefulset web --replicas=5",
        ] {
            session.line(line);
            session.wait(60);
        }
        session
    }

    fn give(&mut self, input: Input) {
        self.machine.submit(&mut self.cluster, input).expect("the input is taken");
    }

    fn line(&mut self, line: &str) {
        self.give(Input::Line { terminal: 0, line: line.to_owned() });
    }

    fn wait(&mut self, seconds: u64) {
        let until = self.cluster.now() + crate::sim::Span::from_seconds(seconds);
        self.machine.run_until(&mut self.cluster, until);
    }

    fn seek(&mut self, seconds: u64) {
        self.machine.go_to_time(&mut self.cluster, Time::from_ms(seconds * 1_000));
    }

    /// What tells two states of a run apart.
    fn state(&self) -> (u64, u64, usize) {
        let log = self.cluster.event_log();
        (log.count(), log.hash(), self.cluster.inputs().len())
    }

    fn chronicle(&self) -> &Chronicle {
        self.machine.branch().chronicle().expect("something has happened")
    }

    fn pods(&self) -> usize {
        self.cluster.server().list(Kind::Pod, None).count()
    }

    fn back(&mut self, stride: Stride) -> bool {
        self.machine.step_back(&mut self.cluster, stride)
    }

    fn on(&mut self, stride: Stride) -> bool {
        self.machine.step_on(&mut self.cluster, stride)
    }
}

#[test]
fn any_instant_is_what_playing_up_to_it_gives() {
    let mut session = Session::rolled();
    let (inputs, config) = (session.cluster.inputs().to_vec(), session.cluster.config().clone());
    let present = session.state();
    for second in [70, 3, 0, 61, 125, 60, 239] {
        session.seek(second);
        let until = Time::from_ms(second * 1_000);
        let mut played = Cluster::new(config.clone());
        let up_to: Vec<_> = inputs.iter().filter(|entry| entry.at <= until).cloned().collect();
        played.play(&up_to, until).expect("they were taken before");
        assert_eq!(session.cluster.event_log().hash(), played.event_log().hash(), "at {second} s");
        assert_eq!(session.cluster.now(), until);
        assert!(session.machine.is_past());
    }
    session.seek(10_000);
    assert!(!session.machine.is_past());
    assert_eq!(session.state(), present);
}

#[test]
fn the_past_plays_on_into_the_present() {
    let mut session = Session::rolled();
    let present = session.state();
    session.seek(20);
    while session.machine.play_on(&mut session.cluster, Time::from_ms(1_000_000)) {}
    assert!(!session.machine.is_past());
    assert_eq!(session.state(), present);
}

#[test]
fn steps_back_and_on_meet_the_same_states() {
    for stride in [Stride::Change, Stride::Visible, Stride::Command] {
        let mut session = Session::rolled();
        let mut met = Vec::new();
        while met.len() < 30 && session.back(stride) {
            met.push(session.state());
        }
        assert!(met.len() > 2, "{stride:?}: {}", met.len());
        while let Some(state) = met.pop() {
            assert_eq!(session.state(), state, "{stride:?}");
            assert!(met.is_empty() || session.on(stride), "{stride:?}");
        }
    }
}

#[test]
fn a_visible_step_passes_over_what_nobody_sees() {
    let mut session = Session::rolled();
    let count = |session: &mut Session, stride| {
        session.machine.go_to_present(&mut session.cluster);
        let mut steps = 0;
        while session.back(stride) {
            steps += 1;
        }
        assert_eq!(session.cluster.steps(), 0, "the first step is the beginning");
        steps
    };
    let (changes, visible) = (count(&mut session, Stride::Change), count(&mut session, Stride::Visible));
    let commands = count(&mut session, Stride::Command);
    assert!(changes > 2 * visible && visible > 5 * commands, "{changes} {visible} {commands}");
    assert_eq!(commands, 5, "four commands, and what came of the last");
}

#[test]
fn a_branch_leaves_the_other_one_as_it_was() {
    let mut session = Session::rolled();
    let present = session.state();
    session.seek(130);
    assert_eq!(session.pods(), 2);
    assert!(session.machine.go_on_from_here(&mut session.cluster));
    session.line("kubectl scale statefulset web --replicas=1");
    session.wait(60);
    assert_eq!(session.pods(), 1);
    let other = session.state();
    let last_mark = |session: &Session| session.chronicle().marks().all().last().cloned();
    let text = last_mark(&session).map(|mark| mark.text).unwrap_or_default();
    assert_eq!(text, "web: 1 of 1 ready");
    assert!(session.machine.switch(&mut session.cluster, 0));
    assert_eq!(session.state(), present);
    let text = last_mark(&session).map(|mark| mark.text).unwrap_or_default();
    assert_eq!(text, "web: 5 of 5 ready");
    assert!(session.machine.switch(&mut session.cluster, 1));
    assert_eq!(session.state(), other);
    session.seek(1);
    assert!(session.machine.is_past(), "the branch has the past that it shares");
    assert!(session.machine.go_on_from_here(&mut session.cluster));
    session.machine.forget_branch(0);
    assert_eq!(session.machine.current(), 1);
    assert_eq!(session.machine.branch().origin, Some(("branch 1".to_owned(), Time::from_ms(1_000))));
}

#[test]
fn a_stored_branch_is_played_when_it_is_shown() {
    let mut session = Session::rolled();
    let present = session.state();
    let (inputs, now) = (session.cluster.inputs().to_vec(), session.cluster.now());
    let mut other = Session::new();
    other.machine.add_stored("first".to_owned(), None, inputs, now);
    assert!(other.machine.switch(&mut other.cluster, 1));
    assert_eq!(other.state(), present);
    other.seek(60);
    session.seek(60);
    assert_eq!(other.state(), session.state());
}

#[test]
fn a_moment_that_was_left_is_taken_apart_later() {
    let mut session = Session::rolled();
    session.seek(75);
    assert!(!session.machine.is_untidy(), "the present is put aside, and needed again");
    session.seek(30);
    assert!(session.machine.is_untidy());
    session.machine.tidy();
    assert!(!session.machine.is_untidy());
    let past = session.state();
    session.machine.go_to_present(&mut session.cluster);
    assert!(session.machine.is_untidy(), "the past is not needed any more");
    session.machine.tidy();
    session.seek(30);
    assert_eq!(session.state(), past);
}

#[test]
fn undo_passes_over_what_only_reads_and_redo_gives_it_again() {
    let mut session = Session::rolled();
    let scaled = session.state();
    let at = session.cluster.now();
    assert!(session.machine.undo(&mut session.cluster));
    assert_eq!((session.cluster.inputs().len(), session.pods()), (4, 2));
    assert_eq!(session.cluster.now(), Time::from_ms(180_000));
    assert!(session.machine.redo(&mut session.cluster));
    session.machine.run_until(&mut session.cluster, at);
    assert_eq!(session.state(), scaled, "the same command at the same place");
    assert!(session.machine.undo(&mut session.cluster));
    assert_eq!(
        session.machine.undo_line(&session.cluster).map(|line| line.contains("set image")),
        Some(true)
    );
    assert!(session.machine.undo(&mut session.cluster));
    assert!(session.machine.undo(&mut session.cluster));
    assert_eq!(session.cluster.inputs().len(), 0, "the file that was stored for it is taken back too");
    assert!(!session.machine.undo(&mut session.cluster));
    assert_eq!(session.machine.redo_line().as_deref(), Some("kubectl apply -f web.yaml"));
    session.line("kubectl get pods");
    assert_eq!(session.machine.redo_line().as_deref(), Some("kubectl apply -f web.yaml"), "that only read");
    assert!(session.machine.redo(&mut session.cluster));
    session.wait(60);
    assert_eq!(session.pods(), 2);
    assert!(session.machine.redo_line().is_some());
    session.line("kubectl scale statefulset web --replicas=1");
    assert!(!session.machine.redo(&mut session.cluster), "another command was given instead");
}

#[test]
fn a_command_that_waits_counts_as_soon_as_it_changes_something() {
    let mut session = Session::rolled();
    session.line("sleep 5; kubectl delete pod web-0");
    assert_eq!(session.machine.undo_line(&session.cluster).map(|line| line.contains("scale")), Some(true));
    session.wait(10);
    let line = session.machine.undo_line(&session.cluster);
    assert_eq!(line.as_deref(), Some("sleep 5; kubectl delete pod web-0"));
}

#[test]
fn the_chronicle_tells_what_became_of_each_pod() {
    let session = Session::rolled();
    let chronicle = session.chronicle();
    let web_0: Vec<_> =
        chronicle.lives().all().iter().filter(|life| life.key.name == "web-0").cloned().collect();
    assert_eq!(web_0.len(), 2, "it was replaced once");
    let words = |at: usize| -> Vec<String> {
        web_0[at].phases.all().iter().map(|phase| phase.value.status.clone()).collect()
    };
    assert_eq!(words(0), ["Pending", "Pending", "ContainerCreating", "Running", "Terminating", "Completed"]);
    assert_ne!(web_0[0].revision, web_0[1].revision);
    assert!(web_0[0].gone.is_some_and(|(at, _)| at <= web_0[1].begin()));
    assert_eq!(web_0[0].owner, Some(ObjectKey::new(Kind::StatefulSet, "default", "web")));
    let kinds: Vec<_> = chronicle.marks().all().iter().map(|mark| (mark.kind, mark.text.as_str())).collect();
    assert_eq!(kinds[0], (MarkKind::Command, "kubectl apply -f web.yaml"));
    assert!(kinds.contains(&(MarkKind::Milestone, "web: 2 of 2 ready")));
    let uid = session.cluster.server().list(Kind::StatefulSet, None).next().map(|set| set.meta().uid.clone());
    let counts = chronicle.counts().workload(&uid.unwrap_or_default()).expect("the set was counted");
    assert_eq!(counts.at(Time::from_ms(240_000)).map(|sample| (sample.ready, sample.desired)), Some((5, 5)));
    assert_eq!(counts.at(Time::from_ms(59_000)).map(|sample| (sample.ready, sample.desired)), Some((2, 2)));
}

#[test]
fn what_is_told_after_going_back_is_what_is_told_at_once() {
    let mut session = Session::rolled();
    session.seek(75);
    session.machine.go_on_from_here(&mut session.cluster);
    session.wait(200);
    let mut straight = Session::new();
    let inputs = session.cluster.inputs().to_vec();
    let now = session.cluster.now();
    straight.machine.play(&mut straight.cluster, &inputs, now).expect("they were taken before");
    let told = |session: &Session| {
        let chronicle = session.chronicle();
        (chronicle.lives().all().to_vec(), chronicle.marks().all().to_vec())
    };
    assert_eq!(told(&session), told(&straight));
}
