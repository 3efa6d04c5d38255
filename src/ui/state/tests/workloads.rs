//! What is shown of a cluster, and how time passes.

use super::*;
use crate::ui::examples::EXAMPLES;
use crate::ui::time_machine::Stride;
use crate::ui::view_model::status::Shape;
use crate::ui::view_model::why::Tone;

#[test]
fn the_page_starts_with_four_nodes_and_an_example() {
    let state = State::default();
    assert_eq!(state.views.stage.lanes.len(), 4);
    assert!(state.views.stage.is_empty());
    assert_eq!(state.files.open, "web.yaml");
    assert!(state.files.text("web.yaml").contains("kind: StatefulSet"));
    assert!(state.views.problems.is_empty(), "{:?}", state.views.problems);
}

#[test]
fn applying_brings_the_pods_up_in_order() {
    let state = after(&[Action::Apply]);
    assert_eq!(printed(&state), "service/nginx created\nstatefulset.apps/web created\n");
    let set = state.views.sets.first().expect("the set is there");
    assert_eq!((set.ready, set.replicas, set.partition), (2, 2, Some(0)));
    assert_eq!(set.why.tone, Tone::Settled, "{:?}", set.why);
    let slots: Vec<_> = set.slots.iter().filter_map(|slot| slot.tile.as_ref()).collect();
    assert_eq!(slots.iter().map(|tile| tile.key.name.as_str()).collect::<Vec<_>>(), ["web-0", "web-1"]);
    for tile in slots {
        assert_eq!((tile.shape, tile.status.as_str(), tile.ready.as_str()), (Shape::Ready, "Running", "1/1"));
        assert_eq!(tile.claims.iter().map(|claim| claim.phase.as_str()).collect::<Vec<_>>(), ["Bound"]);
        assert_eq!(tile.revision.as_ref().map(|mark| mark.letter.as_str()), Some("A"));
    }
    assert_eq!(state.views.summary, "web: 2 of 2 ready, settled");
    assert!(!state.is_ticking(), "an idle cluster needs no timers");
}

#[test]
fn a_canary_stops_at_its_partition_and_can_be_undone() {
    let patch = "kubectl patch statefulset web -p '{\"spec\":{\"updateStrategy\":{\"type\":\"RollingUpdate\",\"rollingUpdate\":{\"partition\":2}}}}'";
    let scale = run("kubectl scale statefulset web --replicas=3");
    let image = run("kubectl set image statefulset/web nginx=registry.k8s.io/nginx-slim:0.21");
    let mut state = after(&[Action::Apply, scale, run(patch), image]);
    let letters = |state: &State| -> String {
        let set = state.views.sets.first().expect("the set is there");
        let marks = set.slots.iter().filter_map(|slot| slot.tile.as_ref()?.revision.clone());
        marks.map(|mark| mark.letter).collect()
    };
    assert_eq!(letters(&state), "AAB");
    let set = state.views.sets.first().expect("the set is there").clone();
    assert_eq!((set.partition, set.current, set.updated), (Some(2), 2, 1));
    assert_eq!(
        set.history.rows.iter().map(|row| (row.number, row.pods)).collect::<Vec<_>>(),
        [(2, 1), (1, 2)]
    );
    assert_eq!(
        set.history.rows.first().map(|row| row.changes.as_str()),
        Some("nginx: registry.k8s.io/nginx-slim:0.21")
    );
    state.reduce(run("kubectl rollout undo statefulset/web --to-revision=1"));
    settle(&mut state);
    assert_eq!(letters(&state), "AAA");
}

#[test]
fn a_claim_is_kept_when_its_pod_is_scaled_away() {
    let state = after(&[Action::Apply, run("kubectl scale statefulset web --replicas=1")]);
    let set = state.views.sets.first().expect("the set is there");
    let kept: Vec<_> =
        set.slots.iter().flat_map(|slot| slot.kept.iter().map(|claim| claim.name.as_str())).collect();
    assert_eq!(kept, ["www-web-1"]);
}

#[test]
fn stepping_shows_each_change_and_can_be_taken_back() {
    let mut state = State::default();
    state.reduce(Action::Apply);
    let before = (state.cluster.now(), state.cluster.event_log().count());
    state.reduce(Action::Step(Stride::Change));
    assert!(!state.clock.is_playing);
    assert!(state.cluster.event_log().count() > before.1);
    state.reduce(Action::StepBack(Stride::Change));
    assert_eq!((state.cluster.now(), state.cluster.event_log().count()), before);
}

#[test]
fn playing_passes_time_at_the_speed() {
    let mut state = State::default();
    state.reduce(Action::Apply);
    state.reduce(Action::Speed(10.0));
    state.reduce(Action::Advance(50.0));
    assert_eq!(state.cluster.now().ms(), 500);
    state.reduce(Action::TogglePlay);
    state.reduce(Action::Advance(50.0));
    assert_eq!(state.cluster.now().ms(), 500);
}

#[test]
fn a_new_cluster_can_be_taken_back() {
    let mut state = after(&[Action::Apply]);
    let hash = state.cluster.event_log().hash();
    state.reduce(Action::Reset);
    assert!(state.views.sets.is_empty());
    assert_eq!(state.files.open, "web.yaml");
    state.reduce(Action::Undo);
    assert_eq!(state.cluster.event_log().hash(), hash);
    assert_eq!(state.views.sets.len(), 1);
}

#[test]
fn a_deleted_pod_comes_back_and_the_cluster_settles() {
    let state = after(&[Action::Apply, run("kubectl delete pod web-0")]);
    assert!(!is_busy(&state));
    assert_eq!(state.cluster.next_due(), None, "{:?}", state.views.sets.first().map(|set| &set.why));
    assert_eq!(state.views.sets.first().map(|set| set.ready), Some(2));
}

#[test]
fn a_daemon_update_that_no_pod_of_gets_ready_is_blocked() {
    let index = EXAMPLES.iter().position(|example| example.file == "daemonset.yaml").expect("it is there");
    let mut state =
        after(&[Action::Example(index), run("kubectl label nodes --all disk=ssd"), Action::Apply]);
    let name = state.views.daemon_sets.first().expect("the set is there").key.name.clone();
    state.reduce(run(&format!("kubectl set image ds/{name} *=registry.k8s.io/nginx-slim:bad")));
    for _ in 0..600 {
        state.reduce(Action::Advance(100.0));
    }
    let set = state.views.daemon_sets.first().expect("the set is there");
    assert_eq!(set.why.tone, Tone::Blocked, "{:?}", set.why);
}

#[test]
fn an_update_that_cannot_start_is_blocked() {
    let bad = run("kubectl set image statefulset/web nginx=registry.k8s.io/nginx-slim:bad");
    let mut state = State::default();
    state.reduce(Action::Apply);
    settle(&mut state);
    state.reduce(bad);
    for _ in 0..600 {
        state.reduce(Action::Advance(100.0));
    }
    let set = state.views.sets.first().expect("the set is there");
    assert_eq!(set.why.tone, Tone::Blocked, "{:?}", set.why);
}

#[test]
fn what_has_settled_no_longer_runs_until_it_is() {
    let mut state = State::default();
    state.reduce(Action::Apply);
    state.reduce(Action::Settle);
    for _ in 0..400 {
        if !state.is_ticking() {
            break;
        }
        state.reduce(Action::Advance(16.0));
    }
    assert!(state.cluster.next_due().is_none());
    assert_eq!(state.clock.settles_until, None, "the button works again");
}
