//! How often the picture is made, and what of it.

use super::*;
use crate::ui::view_model::events::EVENTS_LISTED;
use crate::ui::view_model::stage::LaneView;
use crate::ui::view_model::status::Shape;

fn pictures(speed: f64, frames: usize) -> usize {
    let mut state = State::default();
    state.reduce(Action::Speed(speed));
    state.reduce(Action::Apply);
    let mut pictures = 0;
    for _ in 0..frames {
        let before = std::rc::Rc::clone(&state.views.stage);
        state.reduce(Action::Advance(16.0));
        pictures += usize::from(!std::rc::Rc::ptr_eq(&before, &state.views.stage));
    }
    pictures
}

#[test]
fn at_high_speed_the_page_changes_three_times_a_second() {
    assert!(pictures(5.0, 60) > 3, "each change is drawn");
    let at_ten = pictures(10.0, 60);
    assert!((1..=3).contains(&at_ten), "{at_ten}");
}

#[test]
fn time_passes_however_many_pods_there_are() {
    for pods in [20, 49, 60, 100, 112, 200] {
        let mut state = State::default();
        state.reduce(Action::Run(format!("kubectl create deployment hello --image=hello --replicas={pods}")));
        state.reduce(Action::Settle);
        while state.clock.settles_until.is_some() {
            state.reduce(Action::Advance(16.0));
        }
        state.reduce(Action::Run("sleep 60".to_owned()));
        let before = state.cluster.now();
        for _ in 0..60 {
            state.reduce(Action::Advance(16.0));
        }
        let passed = (state.cluster.now() - before).ms();
        assert!((850..=960).contains(&passed), "with {pods} pods {passed} ms passed in 60 frames");
    }
}

#[test]
fn what_a_frame_had_no_time_for_is_made_up_for_within_bounds() {
    // Real milliseconds that the frames before fell behind, and simulated ones that pass at 5x in one of 16.
    for (behind, passed) in [(0.0, 80), (40.0, 280), (10_000.0, 1_250)] {
        let mut state = State::default();
        state.reduce(Action::Speed(5.0));
        state.reduce(Action::Run("sleep 60".to_owned()));
        let before = state.cluster.now();
        state.views.frame.fall_behind(behind);
        state.reduce(Action::Advance(16.0));
        assert_eq!((state.cluster.now() - before).ms(), passed, "{behind} ms behind");
    }
}

#[test]
fn while_time_passes_a_picture_is_of_the_stage_or_of_all_else() {
    let mut state = State::default();
    state.reduce(Action::Apply);
    let (mut stages, mut others) = (0, 0);
    while state.needs_frames() {
        let (nodes, sets) = (std::rc::Rc::clone(&state.views.stage), state.views.sets.clone());
        state.reduce(Action::Advance(16.0));
        let changes = (nodes != state.views.stage, sets != state.views.sets);
        // What comes to rest does so in parts, too.
        assert_ne!(changes, (true, true), "at {:?}", state.cluster.now());
        stages += usize::from(changes.0);
        others += usize::from(changes.1);
    }
    assert!(stages > 3 && others > 3, "{stages} and {others} pictures");
    let set = &state.views.sets[0];
    assert!(set.slots.iter().all(|slot| slot.tile.as_ref().is_some_and(|tile| tile.shape == Shape::Ready)));
}

#[test]
fn a_crowd_is_drawn_a_few_nodes_at_a_time_and_in_the_end_as_it_is() {
    let mut state = State::default();
    state.reduce(Action::Run(
        "for n in 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do fault add node/node-$n; done; \
         kubectl create deployment hello --image=hello --replicas=200"
            .to_owned(),
    ));
    state.reduce(Action::Settle);
    while state.needs_frames() {
        state.reduce(Action::Advance(16.0));
    }
    state.reduce(Action::Speed(5.0));
    state.reduce(Action::Run("kubectl rollout restart deployment hello".to_owned()));
    let (mut most, mut behind) = (0, 0);
    for _ in 0..2_000 {
        let before = std::rc::Rc::clone(&state.views.stage);
        state.reduce(Action::Advance(16.0));
        let pairs = before.lanes.iter().zip(&state.views.stage.lanes);
        most = most.max(pairs.filter(|(old, new)| old != new).count());
        behind += usize::from(state.is_behind());
        if !state.needs_frames() {
            break;
        }
    }
    assert!(!state.needs_frames(), "it comes to rest");
    assert!(behind > 0 && !state.is_behind(), "the picture came to rest {behind} frames after the cluster");
    assert!((1..=4).contains(&most), "{most} nodes changed in one picture");
    let shapes = |lane: &LaneView| lane.tiles.iter().filter(|tile| tile.shape == Shape::Ready).count();
    let ready: usize = state.views.stage.lanes.iter().map(|lane| shapes(lane)).sum();
    assert_eq!(ready, 200);
    assert!(
        state.views.stage.lanes.iter().all(|lane| lane.gaps.is_empty() && lane.tiles.len() == shapes(lane))
    );
    assert_eq!(state.views.events.rows.len(), EVENTS_LISTED);
}

/// A crowd that moves.
fn crowd() -> State {
    let mut state = State::default();
    state.reduce(run("kubectl create deployment hello --image=hello --replicas=100"));
    state.reduce(Action::Advance(16.0));
    assert!(state.needs_frames());
    while state.views.stage.pods < 100 {
        state.reduce(Action::Advance(16.0));
    }
    state
}

#[test]
fn in_a_moving_crowd_the_next_frame_draws_what_was_typed() {
    let typed = || Action::Type("kubectl get nodes".to_owned());
    let mut state = crowd();
    assert!(!state.reduce(typed()), "the browser shows the letters");
    assert!(!state.reduce(Action::Enter));
    assert_eq!(state.prompt.text, "", "it is taken");
    // What is printed is drawn at once or, where a frame makes a picture, with that by the next one.
    state.reduce(run("kubectl get pods -w"));
    let mut owes = true;
    for frame in 0..60 {
        let before = std::rc::Rc::clone(&state.views.entries);
        let is_drawn = state.reduce(Action::Advance(16.0));
        let is_told = !std::rc::Rc::ptr_eq(&before, &state.views.entries);
        assert!(is_drawn || !owes || frame == 0, "frame {frame} left out what was printed before it");
        owes = is_told && !is_drawn;
    }
    assert!(lines(&state).contains(&"kubectl get nodes"), "it has run");
    let mut still = State::default();
    assert!(still.reduce(typed()), "at rest it is drawn at once");
}

#[test]
fn a_refused_line_is_not_lost() {
    let mut state = after(&[Action::Apply, run("kubectl get pods")]);
    state.reduce(Action::StepBack(crate::ui::time_machine::Stride::Command));
    state.reduce(Action::Type("kubectl delete sts web".to_owned()));
    let before = state.prompt.clone();
    state.reduce(Action::Enter);
    assert_eq!(state.prompt.text, before.text);
    assert_ne!(state.prompt, before, "the field, which was emptied, is filled again");
}

#[test]
fn single_pods_are_drawn_while_only_a_far_off_retry_is_due() {
    let mut state = State::default();
    state.reduce(Action::Speed(10.0));
    state
        .reduce(Action::Run("kubectl create deployment hello --image=registry.k8s.io/nginx-slim:bad".into()));
    let mut racing = Vec::new();
    // The pull is tried again after 10, 20, 40, 80 and 160 seconds.
    for _ in 0..40 * 60 {
        state.reduce(Action::Advance(16.0));
        racing.push(state.is_racing());
    }
    assert!(state.is_ticking(), "another try is due");
    assert!(racing.iter().take(30).any(|is_racing| *is_racing), "what begins is summed up");
    let turns = racing.windows(2).filter(|pair| pair[0] != pair[1]).count();
    assert!(turns <= 12, "it turned {turns} times between the pictures");
    let drawn = racing.iter().filter(|is_racing| !**is_racing).count();
    assert!(drawn > racing.len() / 2, "drawn in {drawn} of {} frames", racing.len());
}

#[test]
fn what_has_settled_is_shown_at_once() {
    let mut state = State::default();
    state.reduce(Action::Speed(100.0));
    state.reduce(Action::Apply);
    while state.is_ticking() {
        state.reduce(Action::Advance(16.0));
    }
    assert!(state.views.summary.contains("2 of 2 ready, settled"), "{}", state.views.summary);
    state.reduce(Action::Run("kubectl delete pod web-0".to_owned()));
    let tiles = state.views.stage.lanes.iter().flat_map(|lane| &lane.tiles);
    let leaving = tiles.filter(|tile| tile.shape == Shape::Terminating).count();
    assert_eq!(leaving, 1, "what a person does is shown at once, at any speed");
}
