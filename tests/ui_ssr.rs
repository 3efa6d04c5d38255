//! The page as text, rendered natively.
#![cfg(not(target_arch = "wasm32"))]

mod ui_script;

use expect_test::expect_file;
use kubesets::ui::state::{Action, Panel};
use kubesets::ui::{App, AppProps};
use yew::LocalServerRenderer;

async fn page(first: Vec<Action>) -> String {
    LocalServerRenderer::<App>::with_props(AppProps { first }).hydratable(false).render().await
}

fn settled(actions: impl IntoIterator<Item = Action>) -> Vec<Action> {
    actions.into_iter().flat_map(|action| [action, Action::Settle, Action::Advance(16.0)]).collect()
}

/// How often a text occurs.
fn count(page: &str, text: &str) -> usize {
    page.matches(text).count()
}

#[track_caller]
fn assert_has(page: &str, texts: &[&str]) {
    for text in texts {
        assert!(page.contains(text), "the page lacks {text:?}:\n{page}");
    }
}

#[tokio::test]
async fn a_new_page_invites_to_apply_the_example() {
    let page = page(settled([Action::Dismiss])).await;
    assert_has(
        &page,
        &[
            "<h1",
            "kubesets",
            "Apply web.yaml",
            "node-4",
            "kind: StatefulSet",
            "Settled: nothing is due",
            "role=\"log\"",
        ],
    );
    assert_eq!(count(&page, "<main"), 1);
    assert_eq!(count(&page, "role=\"gridcell\""), 0);
    assert!(!page.contains("style="), "no inline styles");
}

#[tokio::test]
async fn an_applied_set_is_shown_in_full() {
    let page = page(settled([Action::Apply])).await;
    assert_has(
        &page,
        &[
            "web-0, revision A, Running, ready, on node-",
            "claim www-web-0 Bound",
            "role=\"slider\"",
            "aria-valuenow=\"0\"",
            "READY",
            "2/2",
            "Revisions of statefulset/web",
            "SuccessfulCreate",
            "statefulset.apps/web created",
            "Everything is as it should be",
        ],
    );
    assert_eq!(count(&page, "role=\"gridcell\""), 2);
}

#[tokio::test]
async fn what_people_type_is_text() {
    let evil = "kubectl get <img src=x onerror=alert(1)>";
    let page = page(vec![Action::Run(evil.to_owned()), Action::Edit("<b>kind</b>".to_owned())]).await;
    assert!(!page.contains("<img") && !page.contains("<b>"), "{page}");
    assert_has(&page, &["&lt;img src=x", "&lt;b&gt;kind"]);
}

#[tokio::test]
async fn the_stage_has_a_twin_of_tables() {
    let page = page(settled([Action::Apply, Action::Panel(Panel::Tables)])).await;
    assert_has(&page, &["Pods (2)", "PersistentVolumeClaims (2)", "Nodes (4)", "www-web-1"]);
}

#[tokio::test]
async fn the_chosen_object_is_explained() {
    let select =
        Action::Select(Some(kubesets::api::ObjectKey::new(kubesets::api::Kind::Pod, "default", "web-1")));
    let page = page(settled([Action::Apply, select])).await;
    assert_has(&page, &["inspector-title", "Conditions", "PodScheduled", "Crash it", "apiVersion: v1"]);
}

#[test]
fn the_run_is_the_one_that_webassembly_repeats() {
    expect_file!["ui_script/hash.txt"].assert_eq(&ui_script::hash());
}
