//! Two runs beside each other: from the same start, with one difference, looked at at the same moment.
//!
//! Both are played to their end first; what is shown then goes to any moment of both. Neither touches the
//! session's own cluster.
//!
//! - [`presets`]: pairs that are worth seeing.

pub mod presets;

use crate::cluster::{Cluster, ClusterConfig, Input};
use crate::sim::{Span, Time};
use crate::ui::time_machine::{Stride, TimeMachine};
use presets::Preset;

/// How long a run is played after its last command, at most.
const PLAYED_MAX: Span = Span::from_seconds(600);

/// What is asked of a comparison.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum CompareAction {
    /// Compares the two runs of a preset.
    Preset(usize),
    /// Compares the cluster as it goes on with the cluster after applying the open file.
    File,
    /// Compares the branch that is shown with another.
    Branch(usize),
    /// Shows a moment of both.
    Seek(Time),
    /// Shows the next visible change of either.
    Step,
    /// Plays, or stops playing.
    TogglePlay,
    /// Ends the comparison.
    Close,
}

/// One of the two runs.
#[derive(Debug)]
pub struct Side {
    /// What is different about it.
    pub name: String,
    /// The cluster at the moment that is shown.
    pub cluster: Cluster,
    /// The run.
    pub machine: TimeMachine,
}

impl Side {
    fn new(name: &str, config: ClusterConfig) -> Self {
        let mut cluster = Cluster::new(config);
        let machine = TimeMachine::new(&mut cluster);
        Self { name: name.to_owned(), cluster, machine }
    }

    /// The present of a session, to go on from on its own.
    fn of(name: &str, cluster: &Cluster, machine: &TimeMachine) -> Self {
        let mut side = Self { name: name.to_owned(), cluster: cluster.clone(), machine: machine.clone() };
        side.machine.go_to_present(&mut side.cluster);
        side
    }

    fn give(&mut self, input: Input) {
        // A line that a busy terminal does not take has no effect: the run shows that as it is.
        drop(self.machine.submit(&mut self.cluster, input));
    }

    /// Types a line into a terminal that nobody else has.
    fn type_line(&mut self, line: &str) {
        self.give(Input::Line { terminal: u32::MAX, line: line.to_owned() });
    }

    fn run_until(&mut self, until: Time) {
        self.machine.run_until(&mut self.cluster, until);
    }

    fn run_until_settled(&mut self) {
        let limit = self.cluster.now() + PLAYED_MAX;
        while !self.cluster.is_settled() && self.cluster.next_due().is_some_and(|due| due <= limit) {
            self.machine.step(&mut self.cluster);
        }
    }

    fn end(&self) -> Time {
        self.machine.present(&self.cluster).now()
    }

    fn go_to(&mut self, at: Time) {
        self.machine.go_to_time(&mut self.cluster, at);
    }

    /// When the next visible change after the moment that is shown happens.
    fn next_change(&mut self) -> Option<Time> {
        let is_change = self.machine.is_past() && self.machine.step_on(&mut self.cluster, Stride::Visible);
        is_change.then(|| self.cluster.now())
    }
}

/// Two runs.
#[derive(Debug)]
pub struct Comparison {
    /// What is compared.
    pub title: String,
    /// The runs.
    pub sides: [Side; 2],
    /// Where they begin to differ.
    pub from: Time,
    /// The moment that is shown.
    pub at: Time,
    /// The end of the longer one.
    pub end: Time,
    /// Whether it plays by itself.
    pub is_playing: bool,
}

impl Comparison {
    fn of(title: &str, sides: [Side; 2], from: Time) -> Self {
        let end = sides[0].end().max(sides[1].end());
        let mut comparison = Self { title: title.to_owned(), sides, from, at: from, end, is_playing: false };
        comparison.seek(from);
        comparison
    }

    /// The two runs of a preset.
    pub fn preset(preset: &Preset) -> Self {
        let side = |(name, value): (&str, &str)| {
            let mut side = Side::new(name, ClusterConfig::default());
            let text = preset.manifest.replace(presets::DIFFERENCE, value);
            side.give(Input::File { name: "compare.yaml".to_owned(), text });
            for (second, line) in preset.lines {
                side.run_until(Time::from_ms(second * 1_000));
                side.type_line(line);
            }
            side.run_until_settled();
            side
        };
        Self::of(preset.title, preset.sides.map(side), Time::ZERO)
    }

    /// A cluster as it goes on, and as it goes on after applying a file.
    pub fn of_file(cluster: &Cluster, machine: &TimeMachine, file: &str, text: &str) -> Self {
        let mut without = Side::of("without it", cluster, machine);
        let from = without.cluster.now();
        let mut with = Side::of(&format!("after applying {file}"), &without.cluster, machine);
        with.give(Input::File { name: file.to_owned(), text: text.to_owned() });
        with.type_line(&format!("kubectl apply -f {file}"));
        without.run_until_settled();
        with.run_until_settled();
        Self::of(&format!("What applying {file} does"), [without, with], from)
    }

    /// The branch of a session that is shown, and another; `None` when that cannot be played.
    pub fn of_branches(cluster: &Cluster, machine: &TimeMachine, other: usize) -> Option<Self> {
        let branches = machine.branches();
        let (this, that) = (machine.branch(), branches.get(other)?);
        let origin = |name: &str, of: &crate::ui::time_machine::Branch| {
            of.origin.as_ref().filter(|(from, _)| from == name).map(|(_, at)| *at)
        };
        let from = origin(&this.name, that).or_else(|| origin(&that.name, this)).unwrap_or_default();
        let mine = Side::of(&this.name, cluster, machine);
        let mut other_side = Side::of(&that.name, cluster, machine);
        let title = format!("{} and {}", this.name, that.name);
        let is_shown = other_side.machine.switch(&mut other_side.cluster, other);
        is_shown.then(|| Self::of(&title, [mine, other_side], from))
    }

    /// Shows a moment of both.
    pub fn seek(&mut self, at: Time) {
        self.at = at.max(self.from).min(self.end);
        for side in &mut self.sides {
            side.go_to(self.at);
        }
        self.is_playing &= self.at < self.end;
    }

    /// Shows the next visible change of either.
    pub fn step(&mut self) {
        self.is_playing = false;
        let next = self.sides.iter_mut().filter_map(Side::next_change).min();
        self.seek(next.unwrap_or(self.end));
    }

    /// Lets simulated time pass.
    pub fn advance(&mut self, span: Span) {
        self.seek(self.at + span);
    }
}

#[cfg(test)]
mod tests {
    use super::presets::PRESETS;
    use super::*;
    use crate::api::Kind;

    fn pods(side: &Side) -> usize {
        side.cluster.server().list(Kind::Pod, None).count()
    }

    #[test]
    fn ordered_pods_come_one_by_one_and_parallel_ones_at_once() {
        let mut comparison = Comparison::preset(&PRESETS[0]);
        assert_eq!(comparison.at, Time::ZERO);
        comparison.seek(Time::from_ms(1_000));
        let [ordered, parallel] = &comparison.sides;
        assert_eq!((pods(ordered), pods(parallel)), (1, 5));
        comparison.seek(comparison.end);
        assert_eq!((pods(&comparison.sides[0]), pods(&comparison.sides[1])), (5, 5));
    }

    #[test]
    fn both_sides_are_stepped_to_the_same_moment() {
        for preset in &PRESETS {
            let mut comparison = Comparison::preset(preset);
            let mut last = Time::ZERO;
            for _ in 0..12 {
                comparison.step();
                assert!(comparison.at > last || comparison.at == comparison.end, "{}", preset.title);
                last = comparison.at;
                for side in &comparison.sides {
                    assert!(side.cluster.now() == last || !side.machine.is_past(), "{}", preset.title);
                }
            }
            assert!(comparison.end > Time::from_ms(30_000), "{}: the update is seen", preset.title);
        }
    }

    #[test]
    fn a_file_is_tried_without_touching_the_session() {
        let mut session = Side::new("session", ClusterConfig::default());
        let text = crate::ui::examples::EXAMPLES[0].text();
        session.give(Input::File { name: "web.yaml".to_owned(), text: text.to_owned() });
        session.type_line("kubectl apply -f web.yaml");
        session.run_until_settled();
        let before = session.cluster.event_log().hash();
        let more = text.replace("replicas: 2", "replicas: 4");
        let mut comparison = Comparison::of_file(&session.cluster, &session.machine, "web.yaml", &more);
        comparison.seek(comparison.end);
        assert_eq!((pods(&comparison.sides[0]), pods(&comparison.sides[1])), (2, 4));
        assert_eq!(session.cluster.event_log().hash(), before);
    }

    #[test]
    fn branches_are_compared_from_where_they_part() {
        let mut session = Side::new("session", ClusterConfig::default());
        let text = crate::ui::examples::EXAMPLES[0].text().to_owned();
        session.give(Input::File { name: "web.yaml".to_owned(), text });
        session.type_line("kubectl apply -f web.yaml");
        session.run_until(Time::from_ms(60_000));
        session.go_to(Time::from_ms(30_000));
        assert!(session.machine.go_on_from_here(&mut session.cluster));
        session.type_line("kubectl scale sts web --replicas=1");
        session.run_until(Time::from_ms(60_000));
        let mut comparison =
            Comparison::of_branches(&session.cluster, &session.machine, 0).expect("two branches");
        assert_eq!(comparison.from, Time::from_ms(30_000));
        comparison.seek(Time::from_ms(59_000));
        assert_eq!((pods(&comparison.sides[0]), pods(&comparison.sides[1])), (1, 2));
    }
}
