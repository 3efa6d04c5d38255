//! The page in headless Chromium: `cargo test --target wasm32-unknown-unknown --test ui_browser`.
#![cfg(target_arch = "wasm32")]

mod ui_script;

use std::time::Duration;

use kubesets::ui::state::Action;
use kubesets::ui::{App, AppProps};
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use yew::platform::time::sleep;

wasm_bindgen_test_configure!(run_in_browser);

fn mount(first: Vec<Action>) -> (web_sys::Element, yew::AppHandle<App>) {
    let document = gloo::utils::document();
    let root = document.create_element("div").expect("a div can be made");
    document.body().expect("there is a body").append_child(&root).expect("the body takes children");
    let app = yew::Renderer::<App>::with_root_and_props(root.clone(), AppProps { first }).render();
    (root, app)
}

fn count(root: &web_sys::Element, selector: &str) -> u32 {
    root.query_selector_all(selector).expect("the selector is valid").length()
}

/// Waits until so many elements are there: how long a page needs for it is the machine's affair.
async fn until(root: &web_sys::Element, selector: &str, expected: u32) {
    for _ in 0..600 {
        if count(root, selector) == expected {
            return;
        }
        sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(count(root, selector), expected, "{selector} in {:?}", root.text_content());
}

#[wasm_bindgen_test]
fn the_run_is_the_same_as_natively() {
    assert_eq!(ui_script::hash(), include_str!("ui_script/hash.txt"));
}

#[wasm_bindgen_test]
async fn the_page_mounts_and_plays() {
    let (root, app) = mount(vec![Action::Reset, Action::Speed(100.0), Action::Apply]);
    until(&root, ".tile.is-ready", 2).await;
    assert_eq!(count(&root, "main"), 1);
    assert_eq!(count(&root, "[role=slider]"), 1);
    app.destroy();
    root.remove();
}

#[wasm_bindgen_test]
async fn each_pod_of_a_crowd_is_painted_and_has_a_cell() {
    let line = "kubectl create deployment hello --image=hello:1 --replicas=60".to_owned();
    // At rest from the start, and then with time that passes until all has come to rest.
    let (root, app) = mount(vec![Action::Reset]);
    until(&root, "main", 1).await;
    sleep(Duration::from_millis(300)).await;
    app.destroy();
    root.remove();
    let (root, app) = mount(vec![Action::Reset, Action::Speed(5.0), Action::Run(line)]);
    until(&root, ".pod-cell.is-ready", 60).await;
    assert_eq!(count(&root, ".pods > canvas"), 4);
    let document = root.owner_document().expect("it is in a document");
    assert_eq!(document.query_selector_all(".crash").expect("the selector is valid").length(), 0);
    app.destroy();
    root.remove();
}

#[wasm_bindgen_test]
async fn the_timeline_is_drawn() {
    let timeline = Action::Panel(kubesets::ui::state::Panel::Timeline);
    let (root, app) =
        mount(vec![Action::Reset, Action::Apply, Action::Settle, Action::Advance(16.0), timeline]);
    let places = ".timeline-plot svg > g > g";
    // Pending, creating and ready.
    for colour in ["#999999", "#56B4E9", "#009E73"] {
        until(&root, &format!("{places} > path[fill='{colour}']"), 2).await;
    }
    assert_eq!(
        count(&root, ".timeline-plot svg > .timeline-counts > path[stroke='#009E73']"),
        1,
        "the count of ready pods"
    );
    app.destroy();
    root.remove();
}
