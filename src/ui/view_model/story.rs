//! What a rollout history leaves out: when each revision was rolled out, how long it took, how few pods were
//! ready meanwhile, and which number it had before an undo renumbered it.

use crate::api::codec::to_value;
use crate::api::yaml::emit;
use crate::api::{Kind, Object, ObjectKey};
use crate::cluster::Cluster;
use crate::sim::{Span, Time};
use crate::ui::time_machine::chronicle::Sample;
use crate::ui::time_machine::chronicle::trail::Since;
use crate::ui::time_machine::{Chronicle, TimeMachine};

use super::diff::{DiffLine, diff};
use super::history::HistoryView;

/// The story of one revision's last rollout.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Story {
    /// The workload's uid.
    pub uid: String,
    /// The name of the revision.
    pub revision: String,
    /// When it began.
    pub started: Time,
    /// How long it took, without the time in which a partition held the rest back; `None` when it was not
    /// brought to its end.
    pub took: Option<Span>,
    /// Whether another rollout has taken its place before its end.
    pub is_overtaken: bool,
    /// The fewest pods that were ready during it, and how many there should have been then.
    pub least: Option<(i64, i64)>,
    /// The number that the revision had before.
    pub was: Option<i64>,
}

/// Two templates that are compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RevisionPair {
    /// The workload.
    pub workload: ObjectKey,
    /// The names of the older and the newer one.
    pub names: (String, String),
    /// What is compared, in words.
    pub title: String,
}

/// How two templates differ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RevisionDiff {
    /// What is compared.
    pub pair: RevisionPair,
    /// The lines.
    pub lines: Vec<DiffLine>,
}

// Out of line, so that the page's start does not carry it.
#[inline(never)]
/// The stories of all revisions up to the moment that is shown.
pub fn stories(machine: &TimeMachine, now: Time, histories: &[std::rc::Rc<HistoryView>]) -> Vec<Story> {
    let Some(chronicle) = machine.branch().chronicle() else { return Vec::new() };
    let of_history = |history: &std::rc::Rc<HistoryView>| {
        let rows = history.rows.iter();
        rows.filter_map(|row| story(chronicle, now, &history.uid, &row.name)).collect::<Vec<_>>()
    };
    histories.iter().flat_map(of_history).collect()
}

fn story(chronicle: &Chronicle, now: Time, uid: &str, revision: &str) -> Option<Story> {
    let rollouts = chronicle.rollouts().of(uid);
    let rollouts = &rollouts[..rollouts.partition_point(|rollout| rollout.at <= now)];
    let index = rollouts.iter().rposition(|rollout| rollout.value.revision == revision)?;
    let rollout = rollouts.get(index)?;
    let next = rollouts.get(index + 1);
    let earlier = rollouts[..index].iter().rfind(|earlier| earlier.value.revision == revision);
    let samples = chronicle.counts().workload(uid).map_or(&[][..], |trail| trail.until(now));
    let (took, least) = course(samples, rollout.at, next.map(|next| next.at));
    Some(Story {
        uid: uid.to_owned(),
        revision: revision.to_owned(),
        started: rollout.at,
        took,
        is_overtaken: took.is_none() && next.is_some(),
        least,
        was: earlier.map(|earlier| earlier.value.number),
    })
}

/// How long a rollout that began at `start` took, and the fewest ready pods until it was complete. Its counts
/// are of the rollout before until the controller has looked. When a partition is lowered after that, it goes
/// on, and so does its clock.
pub(super) fn course(
    samples: &[Since<Sample>],
    start: Time,
    next: Option<Time>,
) -> (Option<Span>, Option<(i64, i64)>) {
    let mut least: Option<(i64, i64)> = None;
    let (mut has_begun, mut begin) = (false, start);
    // What it took up to a partition, and how many pods that held back.
    let mut took: Option<(Span, i64)> = None;
    let first = samples.partition_point(|sample| sample.at <= start).saturating_sub(1);
    for sample in samples.get(first..).unwrap_or_default() {
        if next.is_some_and(|next| sample.at >= next) {
            break;
        }
        let counts = sample.value;
        let is_complete = counts.updated >= counts.wanted && counts.ready >= counts.desired;
        let held = counts.desired - counts.wanted;
        if let Some((so_far, was_held)) = took {
            if is_complete || held >= was_held {
                took = Some((so_far, held));
                continue;
            }
            (took, begin) = (None, Time::from_ms(sample.at.ms().saturating_sub(so_far.ms())));
        }
        // Of equally few the most that were wanted: a new set wants none until its controller has looked.
        let now = (counts.ready, counts.desired);
        if least.is_none_or(|(ready, desired)| (now.0, -now.1) < (ready, -desired)) {
            least = Some(now);
        }
        if is_complete && has_begun {
            took = Some((sample.at - begin, held));
        }
        has_begun |= !is_complete && sample.at >= start;
    }
    (took.map(|(span, _)| span), least)
}

/// Compares two templates of a workload; `None` when one of them is gone.
// Out of line, so that the page's start does not carry it.
#[inline(never)]
pub fn compare(cluster: &Cluster, pair: &RevisionPair) -> Option<RevisionDiff> {
    let kind = match pair.workload.kind {
        Kind::Deployment => Kind::ReplicaSet,
        _ => Kind::ControllerRevision,
    };
    let template = |name: &str| {
        let key = ObjectKey::new(kind, pair.workload.namespace.clone(), name);
        cluster.server().get(&key).ok().map(template)
    };
    let lines = diff(&template(&pair.names.0)?, &template(&pair.names.1)?);
    Some(RevisionDiff { pair: pair.clone(), lines })
}

/// The template that a revision remembers, as YAML.
fn template(object: &Object) -> String {
    let value = match object {
        Object::ControllerRevision(revision) => {
            revision.data.pointer("/spec/template").cloned().unwrap_or_default()
        }
        Object::ReplicaSet(set) => {
            let mut template = set.spec.template.clone();
            template.metadata.labels.remove("pod-template-hash");
            to_value(&template)
        }
        _ => serde_json::Value::Null,
    };
    let without_patch = match value {
        serde_json::Value::Object(mut fields) => {
            fields.remove("$patch");
            serde_json::Value::Object(fields)
        }
        other => other,
    };
    emit(&without_patch)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::state::{Action, State};

    fn page(lines: &[&str]) -> State {
        let mut state = State::default();
        state.reduce(Action::Apply);
        for line in lines {
            let until = state.cluster.now() + Span::from_seconds(60);
            state.machine.run_until(&mut state.cluster, until);
            state.reduce(Action::Run((*line).to_owned()));
        }
        let until = state.cluster.now() + Span::from_seconds(60);
        state.machine.run_until(&mut state.cluster, until);
        // What a person does is shown with all else.
        state.reduce(Action::Panel(state.panel));
        state
    }

    fn told(state: &State) -> Vec<Story> {
        state.views.stories.to_vec()
    }

    const ROLL: &str = "kubectl set image statefulset/web nginx=registry.k8s.io/nginx-slim:0.21";

    #[test]
    fn the_fewest_are_told_of_the_most_that_were_wanted() {
        let sample = |ms, ready, desired| Since {
            at: Time::from_ms(ms),
            order: 0,
            value: Sample { ready, desired, wanted: desired, updated: ready },
        };
        let samples = [sample(0, 0, 0), sample(5, 0, 4), sample(9, 2, 4), sample(20, 4, 4)];
        assert_eq!(course(&samples, Time::ZERO, None), (Some(Span::from_ms(20)), Some((0, 4))));
    }

    #[test]
    fn the_clock_of_a_rollout_goes_on_when_its_partition_is_lowered() {
        let sample = |ms, ready, updated, wanted| Since {
            at: Time::from_ms(ms),
            order: 0,
            value: Sample { ready, desired: 5, wanted, updated },
        };
        let to_partition = [sample(0, 5, 0, 2), sample(10, 4, 1, 2), sample(20, 5, 2, 2)];
        let took = |samples: &[Since<Sample>]| course(samples, Time::ZERO, None).0.map(Span::ms);
        assert_eq!(took(&to_partition), Some(20));
        let lowered = [&to_partition[..], &[sample(90, 5, 2, 5), sample(95, 3, 3, 5)]].concat();
        assert_eq!(took(&lowered), None);
        let done = [&lowered[..], &[sample(120, 5, 5, 5)]].concat();
        assert_eq!(took(&done), Some(50), "without the time in which it was held back");
        let more = |ms, ready| {
            let value = Sample { desired: 7, ..sample(0, ready, ready, 7).value };
            Since { value, ..sample(ms, 0, 0, 0) }
        };
        let scaled = [&done[..], &[more(150, 5), more(160, 7)]].concat();
        assert_eq!(took(&scaled), Some(50), "a scale-up is no part of it");
    }

    #[test]
    fn a_rollout_has_a_beginning_an_end_and_its_fewest_pods() {
        let state = page(&[ROLL]);
        let [new, old] = &told(&state)[..] else { panic!("{:?}", told(&state)) };
        assert_eq!((new.started.seconds(), new.least, new.was), (60, Some((1, 2)), None));
        assert!(new.took.is_some_and(|took| (2..30).contains(&took.seconds())), "{new:?}");
        assert_eq!((old.started.seconds(), old.least), (0, Some((0, 2))));
        assert!(old.took.is_some(), "{old:?}");
    }

    #[test]
    fn an_undo_renumbers_a_revision() {
        let state = page(&[ROLL, "kubectl rollout undo statefulset/web"]);
        let [undone, _] = &told(&state)[..] else { panic!("{:?}", told(&state)) };
        assert_eq!((undone.started.seconds(), undone.was), (120, Some(1)));
        assert!(undone.took.is_some());
    }

    #[test]
    fn a_rollout_that_another_overtook_has_no_end() {
        let broken = "kubectl set image statefulset/web nginx=registry.k8s.io/nginx-slim:bad";
        let state = page(&["kubectl scale statefulset web --replicas=3", broken, ROLL]);
        let [_, stuck, _] = &told(&state)[..] else { panic!("{:?}", told(&state)) };
        assert_eq!((stuck.took, stuck.is_overtaken, stuck.least), (None, true, Some((2, 3))));
    }

    #[test]
    fn the_past_tells_no_more_than_had_happened() {
        let mut state = page(&[ROLL]);
        state.reduce(Action::Seek(Time::from_ms(61_000)));
        let [new, _] = &told(&state)[..] else { panic!("{:?}", told(&state)) };
        assert_eq!((new.took, new.is_overtaken), (None, false));
    }

    #[test]
    fn templates_are_compared_line_by_line() {
        for (kind, example) in [("statefulset/web", "web.yaml"), ("deployment/front", "deployment.yaml")] {
            let mut state = State::default();
            let index = crate::ui::examples::EXAMPLES.iter().position(|known| known.file == example);
            state.reduce(Action::Example(index.expect("the example is there")));
            state.reduce(Action::Apply);
            let name =
                state.cluster.server().list(Kind::Deployment, None).next().map(|set| set.meta().name.clone());
            let target = name.map_or_else(|| kind.to_owned(), |name| format!("deployment/{name}"));
            state.machine.run_until(&mut state.cluster, Time::from_ms(60_000));
            state.reduce(Action::Run(format!("kubectl set image {target} *=nginx:1.29")));
            state.machine.run_until(&mut state.cluster, Time::from_ms(120_000));
            state.refresh();
            let history = state.views.histories().into_iter().next().expect("it has a history");
            let [new, old] = &history.rows[..] else { panic!("{:?}", history.rows) };
            let names = (old.name.clone(), new.name.clone());
            let pair = RevisionPair { workload: history.key.clone(), names, title: "1 and 2".to_owned() };
            let lines = compare(&state.cluster, &pair).expect("both are there").lines;
            let added: Vec<&DiffLine> =
                lines.iter().filter(|line| matches!(line, DiffLine::Added(_))).collect();
            assert!(
                matches!(added[..], [DiffLine::Added(line)] if line.contains("image: nginx:1.29")),
                "{added:?}"
            );
        }
    }
}
