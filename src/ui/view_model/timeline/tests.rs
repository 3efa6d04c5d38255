//! What the timeline draws of a session.

use super::*;
use crate::api::Kind;
use crate::sim::Span;
use crate::ui::state::{Action, Panel, State};
use crate::ui::view_model::status::Shape;

/// A page whose lines have been run, a minute each, with the timeline open.
fn page(lines: &[&str]) -> State {
    let mut state = State::default();
    state.reduce(Action::Panel(Panel::Timeline));
    state.reduce(Action::Apply);
    wait(&mut state);
    for line in lines {
        state.reduce(Action::Run((*line).to_owned()));
        wait(&mut state);
    }
    state
}

fn wait(state: &mut State) {
    let until = state.cluster.now() + Span::from_seconds(60);
    state.machine.run_until(&mut state.cluster, until);
    state.refresh();
}

fn view(state: &State) -> Rc<TimelineView> {
    state.views.timeline.clone().expect("the timeline is open")
}

fn shapes(lane: &LaneView, window: Window) -> Vec<Shape> {
    lane.bars(window).iter().map(|bar| bar.shape).collect()
}

fn names(view: &TimelineView) -> Vec<&str> {
    view.names().collect()
}

fn choose(state: &mut State, choice: TimelineChoice) -> Rc<TimelineView> {
    state.reduce(Action::Timeline(choice));
    view(state)
}

#[test]
fn a_set_has_a_lane_for_each_ordinal() {
    let roll = "kubectl set image statefulset/web nginx=registry.k8s.io/nginx-slim:0.21";
    let mut state = page(&[roll]);
    let whole = view(&state);
    assert_eq!(names(&whole), ["web-0", "web-1"]);
    let window = Window { from: Time::from_ms(59_000), to: Time::from_ms(79_000) };
    let close = choose(&mut state, TimelineChoice { window: Some(window), ..TimelineChoice::default() });
    let bars = close.lanes[1].bars(window);
    let patterns: Vec<usize> = bars.iter().map(|bar| bar.pattern).collect();
    assert_eq!(shapes(&close.lanes[1], window)[..2], [Shape::Ready, Shape::Terminating]);
    assert_eq!(shapes(&close.lanes[1], window).last(), Some(&Shape::Ready));
    assert_eq!(
        (patterns.first(), patterns.last()),
        (Some(&0), Some(&1)),
        "the second revision has a pattern"
    );
    assert!(bars.last().is_some_and(|bar| bar.to.is_none()), "it goes on");
    let kinds: Vec<MarkKind> = close.marks.iter().map(|(_, kind, _)| *kind).collect();
    assert_eq!(kinds, [MarkKind::Command, MarkKind::Milestone]);
}

#[test]
fn bars_that_cannot_be_told_apart_become_one() {
    let state = page(&[]);
    let lives: Vec<_> = state.machine.branch().chronicle().expect("told").lives().all().iter().collect();
    let mut lanes = lanes::Lanes::default();
    for life in lives {
        lanes.add(life, &Letters::default(), LaneBy::Pod);
    }
    let bars = |seconds: u64| {
        let window = Window { from: Time::ZERO, to: Time::from_ms(seconds * 1_000) };
        shapes(&lanes.within(window).0[0], window)
    };
    assert_eq!(bars(10), [Shape::Pending, Shape::Creating, Shape::Ready]);
    assert_eq!(bars(100_000), [Shape::Ready]);
}

#[test]
fn nodes_have_as_many_lanes_as_they_had_pods_at_once() {
    let mut state = page(&["kubectl scale statefulset web --replicas=6"]);
    let view = choose(&mut state, TimelineChoice { by: LaneBy::Node, ..TimelineChoice::default() });
    assert_eq!(view.lanes.len(), 6);
    let named: Vec<&str> = names(&view).into_iter().filter(|name| !name.is_empty()).collect();
    assert_eq!(named, ["node-1", "node-2", "node-3", "node-4"]);
}

#[test]
fn counts_follow_the_workload_and_its_budget() {
    let budget = "kubectl create poddisruptionbudget web --selector=app=nginx --min-available=1";
    let mut state = page(&[budget, "kubectl delete pod web-1"]);
    let set = ObjectKey::new(Kind::StatefulSet, "default", "web");
    assert_eq!(view(&state).session.workloads, std::slice::from_ref(&set));
    let of_only = view(&state).session.counts.clone();
    state.reduce(Action::Run("kubectl run alone --image=nginx".to_owned()));
    wait(&mut state);
    assert!(view(&state).session.counts.desired.is_empty(), "not all pods are of one workload");
    let chosen = choose(&mut state, TimelineChoice { workload: Some(set), ..TimelineChoice::default() });
    let ready: Vec<i64> = chosen.session.counts.ready.iter().map(|(_, count)| *count).collect();
    assert_eq!(ready, [0, 1, 2, 1, 2]);
    assert_eq!(chosen.session.counts.desired.last().map(|(_, count)| *count), Some(2));
    assert_eq!(chosen.session.counts.floor.last().map(|(_, count)| *count), Some(1));
    assert_eq!(chosen.session.counts.top(), 2);
    assert_eq!(of_only, chosen.session.counts, "with one workload nothing has to be chosen");
}

#[test]
fn the_table_says_what_the_bars_show() {
    let mut state = page(&["kubectl delete pod web-1"]);
    assert!(view(&state).rows.is_empty(), "nobody reads it");
    let told = |state: &mut State, window| {
        let view = choose(state, TimelineChoice { window, has_table: true, ..TimelineChoice::default() });
        view.rows.iter().rev().map(|row| format!("{} {}", row.pod, row.state)).collect::<Vec<_>>()
    };
    let states = told(&mut state, None);
    let deleted = states.iter().position(|state| state == "web-1 Terminating").expect("it was deleted");
    assert!(states[..deleted].contains(&"web-1 Running".to_owned()), "{states:?}");
    assert!(states[deleted..].contains(&"web-1 gone".to_owned()), "{states:?}");
    // Before the deletion: what each pod has been since then, and what it was earlier is not seen.
    let before = Window { from: Time::from_ms(50_000), to: Time::from_ms(58_000) };
    assert_eq!(told(&mut state, Some(before)), ["web-0 Running", "web-1 Running"]);
}

#[test]
fn lanes_stay_when_another_part_is_looked_at() {
    let mut state = page(&["kubectl create deployment shop --image=nginx --replicas=3"]);
    let whole = view(&state);
    assert_eq!(names(&whole), ["shop", "", "", "web-0", "web-1"]);
    let look = |state: &mut State, from, to| {
        let window = Some(Window { from: Time::from_ms(from), to: Time::from_ms(to) });
        choose(state, TimelineChoice { window, ..TimelineChoice::default() })
    };
    let early = look(&mut state, 0, 50_000);
    assert_eq!(names(&early), ["web-0", "web-1"], "there was no shop yet");
    assert!(Rc::ptr_eq(&early.session, &whole.session), "nothing is found out again");
    let late = look(&mut state, 100_000, 110_000);
    assert_eq!(names(&late), names(&whole));
    assert!(late.lanes.iter().zip(&whole.lanes).all(|(lane, other)| Rc::ptr_eq(lane, other)));
    let ids: std::collections::BTreeSet<String> = late.lanes.iter().map(|lane| lane.id()).collect();
    assert_eq!(ids.len(), 5);
}

#[test]
fn what_has_not_changed_is_shared() {
    let mut state = page(&[]);
    let before = view(&state);
    state.reduce(Action::Run("kubectl delete pod web-1".to_owned()));
    wait(&mut state);
    let after = view(&state);
    assert!(Rc::ptr_eq(&before.lanes[0], &after.lanes[0]) || before.window != after.window);
    assert!(!Rc::ptr_eq(&before.lanes[1], &after.lanes[1]));
}

#[test]
fn what_is_brought_up_to_date_is_what_is_made_anew() {
    let mut state = page(&["kubectl create deployment shop --image=nginx --replicas=8"]);
    let lines =
        ["kubectl rollout restart deployment shop", "kubectl delete pod web-0", "kubectl cordon node-1"];
    let mut letters = Letters::default();
    for by in [LaneBy::Pod, LaneBy::Node] {
        let choice = TimelineChoice { by, ..TimelineChoice::default() };
        let mut old = choose(&mut state, choice.clone());
        for line in lines {
            state.reduce(Action::Run(line.to_owned()));
            for _ in 0..40 {
                state.reduce(Action::Advance(100.0));
                letters.observe(&state.cluster);
                let made = |old: Option<&TimelineView>| {
                    TimelineView::of(&state.machine, &state.cluster, &letters, &choice, old)
                        .expect("it was told")
                };
                let (fresh, kept) = (made(None), made(Some(&old)));
                assert_eq!(kept.session.counts, fresh.session.counts);
                assert_eq!(kept.session.shapes, fresh.session.shapes);
                assert_eq!(kept.session.workloads, fresh.session.workloads);
                let bars = |view: &TimelineView| {
                    let of = |lane: &Rc<LaneView>| (lane.id(), lane.bars(view.window));
                    view.lanes.iter().map(of).collect::<Vec<_>>()
                };
                assert_eq!(bars(&kept), bars(&fresh));
                old = Rc::new(kept);
            }
        }
    }
}

#[test]
fn what_nothing_was_told_of_is_not_made_anew() {
    let mut state = page(&[]);
    state.reduce(Action::Run("sleep 30".to_owned()));
    state.reduce(Action::Advance(16.0));
    let before = choose(&mut state, TimelineChoice { has_table: true, ..TimelineChoice::default() });
    for _ in 0..80 {
        state.reduce(Action::Advance(16.0));
    }
    let after = view(&state);
    assert!(after.now > before.now, "time has passed");
    assert!(Rc::ptr_eq(&before.rows, &after.rows) && Rc::ptr_eq(&before.session, &after.session));
    state.reduce(Action::Run("kubectl delete pod web-1".to_owned()));
    state.reduce(Action::Advance(16.0));
    assert_ne!(view(&state).rows, before.rows);
}

#[test]
fn windows_zoom_and_pan_within_the_session() {
    let now = Time::from_ms(100_000);
    let whole = Window::whole(now);
    assert_eq!((whole.from, whole.to), (Time::ZERO, Time::from_ms(117_187)));
    let half = whole.zoomed(0.5, now, now).expect("it is a part");
    assert!((half.place(now, 1.0) - whole.place(now, 1.0)).abs() < 0.01, "the instant stays in place");
    assert_eq!(half.zoomed(2.0, now, now), None, "that is all of it");
    let earlier = half.panned(-9.0, now).expect("it is a part");
    assert_eq!((earlier.from, earlier.ms()), (Time::ZERO, half.ms()));
    assert_eq!(half.panned(9.0, now).map(|window| window.to), Some(whole.to));
    assert_eq!(whole.panned(0.5, now), None);
    let shortest = (0..20).fold(half, |window, _| window.zoomed(0.5, now, now).unwrap_or(window));
    assert_eq!(shortest.ms(), 5_000);
}
