//! A question before a step: which pod changes next? The answer is what happens then, and the reason that
//! its controller gives.

use super::{Lasts, State};
use crate::api::pod::Pod;
use crate::api::{Kind, Object, ObjectKey};
use crate::cluster::{Cluster, Verdict};
use crate::collections::SortedMap;
use crate::ui::time_machine::Moment;
use crate::ui::view_model::revisions::controller_of_pod;

/// Turns that are looked through for a pod's change.
const TURNS_MAX: usize = 100_000;
/// Pods that are offered.
const CHOICES_MAX: usize = 24;

/// What can happen to a pod.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Happening {
    /// It is made.
    Made,
    /// It is told to end.
    Ended,
    /// It becomes ready.
    Ready,
    /// It is no longer ready, and nobody told it to end.
    Unready,
}

impl Happening {
    /// In words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Made => "is created",
            Self::Ended => "is told to end",
            Self::Ready => "becomes ready",
            Self::Unready => "is no longer ready",
        }
    }
}

/// A pod that may be the next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Choice {
    /// This one, there or not.
    Pod(ObjectKey),
    /// A new one of this workload, whose name is drawn.
    New(ObjectKey),
}

/// The question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// The pods on offer.
    pub choices: Vec<Choice>,
    /// What was chosen.
    pub chosen: Option<usize>,
    /// The right one, what happens to it, and the pod itself.
    pub answer: (usize, Happening, ObjectKey),
    /// The reason, once the step was made.
    pub because: Option<String>,
    /// Turns at which it happens.
    turns: u64,
}

/// What matters of a pod.
#[derive(Clone, Debug)]
struct Before {
    /// Tells it from a later one of its name.
    uid: String,
    /// Whether it was told to end.
    is_ending: bool,
    is_ready: bool,
}

type Pods = SortedMap<ObjectKey, Before>;

impl State {
    /// Asks which pod changes next.
    // Out of line, so that the page's start does not carry it.
    #[inline(never)]
    pub(super) fn ask(&mut self) {
        self.question = None;
        self.clock.is_playing = false;
        self.clock.settles_until = None;
        if self.machine.is_past() {
            let text = "This is the past: go back to the present, or go on from here, to be asked.";
            return self.tell_while(Lasts::InThePast, text);
        }
        match question(&self.cluster) {
            Some(question) => self.question = Some(question),
            None => self.tell("No pod changes by itself any more."),
        }
    }

    /// Takes a guess, and lets the step happen.
    // Out of line, so that the page's start does not carry it.
    #[inline(never)]
    pub(super) fn guess(&mut self, chosen: usize) {
        let Some(mut question) = self.question.take().filter(|question| question.chosen.is_none()) else {
            return;
        };
        question.chosen = Some(chosen);
        while Moment::of(&self.cluster).turns() < question.turns && self.machine.step(&mut self.cluster) {}
        let (_, happening, pod) = &question.answer;
        question.because = Some(because(&self.cluster, *happening, pod));
        self.question = Some(question);
    }
}

/// The next change of a pod; `None` when there is none.
fn question(cluster: &Cluster) -> Option<Question> {
    let mut ahead = cluster.clone();
    ahead.gather_news(true);
    let before = pods(cluster);
    for _ in 0..TURNS_MAX {
        if !ahead.step() {
            return None;
        }
        for change in ahead.take_news() {
            let Object::Pod(pod) = &change.object else { continue };
            let key = change.object.key();
            let known = before.get(&key).filter(|known| known.uid == pod.metadata.uid);
            let Some(happening) = happening(known, pod) else { continue };
            let choices = choices(cluster, &before, pod, &key, happening);
            let right = choices.iter().position(|choice| is_it(choice, pod, &key))?;
            let turns = Moment::of(&ahead).turns();
            let answer = (right, happening, key);
            return Some(Question { choices, chosen: None, answer, because: None, turns });
        }
    }
    None
}

fn pods(cluster: &Cluster) -> Pods {
    let listed = cluster.server().list(Kind::Pod, None);
    let of_pods = listed.filter_map(|object| match object {
        Object::Pod(pod) => {
            let uid = pod.metadata.uid.clone();
            let (is_ending, is_ready) = (pod.is_terminating(), pod.is_running_and_ready());
            Some((object.key(), Before { uid, is_ending, is_ready }))
        }
        _ => None,
    });
    of_pods.collect()
}

fn happening(before: Option<&Before>, pod: &Pod) -> Option<Happening> {
    let (is_ending, is_ready) = (pod.is_terminating(), pod.is_running_and_ready());
    match before.map(|known| (known.is_ending, known.is_ready)) {
        None => Some(Happening::Made),
        Some((false, _)) if is_ending => Some(Happening::Ended),
        Some((false, false)) if is_ready => Some(Happening::Ready),
        Some((false, true)) if !is_ready => Some(Happening::Unready),
        _ => None,
    }
}

fn is_it(choice: &Choice, pod: &Pod, key: &ObjectKey) -> bool {
    match choice {
        Choice::Pod(known) => known == key,
        Choice::New(of) => controller_of_pod(&pod.metadata).as_ref() == Some(of),
    }
}

/// The pods on offer: those that are there, and those that a set still lacks. The right one is among them.
fn choices(
    cluster: &Cluster,
    before: &Pods,
    pod: &Pod,
    key: &ObjectKey,
    happening: Happening,
) -> Vec<Choice> {
    let living = before.iter().filter(|(_, known)| !known.is_ending);
    let mut choices: Vec<Choice> = living.map(|(key, _)| Choice::Pod(key.clone())).collect();
    for object in cluster.server().list(Kind::StatefulSet, None) {
        let Object::StatefulSet(set) = object else { continue };
        let count = set.spec.replicas.unwrap_or(1).min(i64::try_from(CHOICES_MAX).unwrap_or(24));
        let start = set.start_ordinal();
        for ordinal in start..start.saturating_add(count) {
            let name = format!("{}-{ordinal}", set.metadata.name);
            let lacking = ObjectKey::new(Kind::Pod, set.metadata.namespace.clone(), name);
            // One that ends makes room for the next of its name.
            if before.get(&lacking).is_none_or(|known| known.is_ending) {
                choices.push(Choice::Pod(lacking));
            }
        }
    }
    choices.truncate(CHOICES_MAX);
    if !choices.iter().any(|choice| is_it(choice, pod, key)) {
        let is_drawn = happening == Happening::Made
            && controller_of_pod(&pod.metadata).is_some_and(|owner| owner.kind != Kind::StatefulSet);
        let of = controller_of_pod(&pod.metadata).filter(|_| is_drawn);
        choices.push(of.map_or_else(|| Choice::Pod(key.clone()), Choice::New));
    }
    choices
}

/// Why it happened: the newest decision of the pod's controller that was about it, or that led to it.
fn because(cluster: &Cluster, happening: Happening, key: &ObjectKey) -> String {
    let on_its_own = match happening {
        Happening::Ready => "its containers run and its readiness probes pass".to_owned(),
        Happening::Unready => "a container of it ended, or its readiness probe fails".to_owned(),
        Happening::Made | Happening::Ended => "a controller or a command asked for it".to_owned(),
    };
    if matches!(happening, Happening::Ready | Happening::Unready) {
        return on_its_own;
    }
    let pod = cluster.server().get(key).ok();
    let Some(owner) = pod.and_then(|object| match object {
        Object::Pod(pod) => controller_of_pod(&pod.metadata),
        _ => None,
    }) else {
        return on_its_own;
    };
    let reasons = cluster.decisions(&owner).iter().rev().filter_map(|decision| match &decision.verdict {
        Verdict::Progressing(reason) | Verdict::Waiting(reason) => Some((decision, reason)),
        Verdict::Converged | Verdict::Failed(_) => None,
    });
    let all: Vec<_> = reasons.collect();
    let about = all.iter().find(|(_, reason)| reason.object.as_ref() == Some(key)).or(all.first());
    let Some((decision, reason)) = about else { return on_its_own };
    // That it was done is no reason for it: the rule is.
    let rule = cluster.rule_of(decision).map_or("", |rule| rule.text.trim_end_matches('.'));
    format!("{}. {rule}", reason.sentence)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::state::Action;

    fn settled(actions: &[Action]) -> State {
        let mut state = State::default();
        for action in actions {
            state.reduce(action.clone());
            state.reduce(Action::Settle);
            state.reduce(Action::Advance(16.0));
        }
        state
    }

    fn asked(state: &mut State) -> Question {
        state.reduce(Action::Ask);
        state.question.clone().expect("there is something to ask")
    }

    fn name(choice: &Choice) -> &str {
        match choice {
            Choice::Pod(key) | Choice::New(key) => &key.name,
        }
    }

    #[test]
    fn an_update_begins_with_the_highest_ordinal() {
        let image = "kubectl set image statefulset/web nginx=registry.k8s.io/nginx-slim:0.21";
        let mut state = settled(&[Action::Apply]);
        state.reduce(Action::TogglePlay);
        state.reduce(Action::Run(image.to_owned()));
        let question = asked(&mut state);
        assert_eq!(question.choices.iter().map(name).collect::<Vec<_>>(), ["web-0", "web-1"]);
        assert_eq!((question.answer.0, question.answer.1), (1, Happening::Ended));
        let before = state.cluster.now();
        state.reduce(Action::Guess(0));
        let answered = state.question.clone().expect("the answer is shown");
        assert!(answered.because.as_ref().is_some_and(|text| text.contains("web-1")), "{answered:?}");
        assert!(state.cluster.now() > before);
        let web_1 = state.cluster.server().get(&answered.answer.2).expect("it is there");
        assert!(matches!(web_1, Object::Pod(pod) if pod.is_terminating()));
    }

    #[test]
    fn pods_that_are_lacking_are_on_offer() {
        let mut state = State::default();
        state.reduce(Action::Apply);
        let question = asked(&mut state);
        assert_eq!(question.choices.iter().map(name).collect::<Vec<_>>(), ["web-0", "web-1"]);
        assert_eq!((question.answer.0, question.answer.1), (0, Happening::Made));
        state.reduce(Action::Guess(0));
        let because = state.question.and_then(|question| question.because).expect("the answer is shown");
        assert!(because.contains("in the order of their ordinals"), "{because}");
    }

    #[test]
    fn the_next_of_a_pod_that_ends_is_on_offer() {
        let image = "kubectl set image statefulset/web nginx=registry.k8s.io/nginx-slim:0.21";
        let mut state = settled(&[Action::Apply]);
        state.reduce(Action::TogglePlay);
        state.reduce(Action::Run(image.to_owned()));
        state.reduce(Action::Ask);
        state.reduce(Action::Guess(1));
        let question = asked(&mut state);
        assert_eq!(question.choices.iter().map(name).collect::<Vec<_>>(), ["web-0", "web-1"]);
        assert_eq!((question.answer.0, question.answer.1), (1, Happening::Made), "web-1 comes back first");
    }

    #[test]
    fn a_deployment_makes_a_pod_whose_name_is_drawn() {
        let mut state = State::default();
        state.reduce(Action::Run("kubectl create deployment front --image=nginx".to_owned()));
        let question = asked(&mut state);
        assert!(matches!(&question.choices[..], [Choice::New(of)] if of.kind == Kind::ReplicaSet));
        state.reduce(Action::Guess(0));
        assert!(state.question.is_some_and(|question| question.because.is_some()));
    }

    #[test]
    fn nothing_is_asked_where_nothing_happens() {
        let mut state = settled(&[Action::Apply]);
        state.reduce(Action::Ask);
        assert_eq!(state.question, None);
        assert!(state.notice.is_some_and(|notice| notice.text.contains("No pod")));
    }
}
