//! The page as text, rendered natively.
#![cfg(not(target_arch = "wasm32"))]

mod ui_script;

use expect_test::expect_file;
use kubesets::ui::examples::EXAMPLES;
use kubesets::ui::state::{Action, Panel};
use kubesets::ui::view_model::drain::DrainDraft;
use kubesets::ui::{App, AppProps};
use yew::LocalServerRenderer;

async fn page(first: Vec<Action>) -> String {
    LocalServerRenderer::<App>::with_props(AppProps { first }).hydratable(false).render().await
}

fn settled(actions: impl IntoIterator<Item = Action>) -> Vec<Action> {
    // A frame ends where the time machine has taken a copy; the next ones go on.
    let frames = [16.0, 0.0, 0.0, 0.0].map(Action::Advance);
    let run = |action| [action, Action::Settle].into_iter().chain(frames.clone());
    actions.into_iter().flat_map(run).collect()
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
async fn each_painted_pod_has_a_cell_that_says_what_is_seen() {
    let page = page(settled([run("kubectl create deployment hello --image=hello:1 --replicas=60")])).await;
    assert_eq!(count(&page, "<canvas aria-hidden=\"true\">"), 4, "one for each node");
    assert_eq!(count(&page, "role=\"gridcell\""), 60);
    assert_eq!(count(&page, "class=\"pod-cell is-ready\""), 60);
    assert_eq!(count(&page, "aria-label=\"hello-"), 60);
    // Once more as the titles of the Deployment's pods, with the word before the letter.
    assert_eq!(count(&page, "revision A, Running, ready, on node-"), 60);
    assert_eq!(count(&page, " A, Running, ready, on node-"), 120);
    assert_eq!(count(&page, "class=\"tile"), 0);
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

#[tokio::test]
async fn a_blocked_object_says_why_and_what_mends_it() {
    let bad = run("kubectl set image sts/web nginx=registry.k8s.io/nginx-slim:bad");
    let select =
        Action::Select(Some(kubesets::api::ObjectKey::new(kubesets::api::Kind::Pod, "default", "web-1")));
    let mut actions = settled([Action::Apply]);
    actions.push(bad);
    actions.extend((0..60).map(|_| Action::Advance(100.0)));
    actions.push(select);
    let page = page(actions).await;
    assert_has(
        &page,
        &[
            "aria-label=\"Why\"",
            "The image registry.k8s.io/nginx-slim:bad of Pod web-1 cannot be pulled",
            "What mends it",
            "<code>kubectl rollout undo statefulset/web</code>",
            "spec.template.spec.containers[0].image of statefulset/web",
            "<dt>decided by</dt><dd>kubelet at 00:",
            "<th scope=\"col\">NodeResourcesFit ×1</th>",
            "<th scope=\"row\">node-2 (chosen)</th>",
        ],
    );
}

/// Opens the example of a file, and applies it.
fn example(file: &str) -> [Action; 2] {
    let index = EXAMPLES.iter().position(|example| example.file == file).expect("there is such an example");
    [Action::Example(index), Action::Apply]
}

fn run(line: &str) -> Action {
    Action::Run(line.to_owned())
}

#[tokio::test]
async fn in_the_past_no_button_runs_a_command() {
    let past = Action::Seek(kubesets::sim::Time::from_ms(1_000));
    let page = page(settled([Action::Apply]).into_iter().chain([past]).collect()).await;
    assert_has(&page, &["The past, read-only."]);
    for name in ["Apply", "Diff", "Add a node"] {
        let end = page.find(&format!(">{name}</button>")).expect(name);
        let button = page[..end].rfind("<button").map_or("", |begin| &page[begin..end]);
        assert!(button.contains("disabled"), "{name}: {button}");
    }
}

#[tokio::test]
async fn the_state_of_a_failure_breaks_between_its_words() {
    let page = page(settled([Action::Apply, run("kubectl set image sts/web nginx=nginx:bad")])).await;
    let is_whole = |word: &&str| page.contains(&format!("Image<wbr>{word}"));
    assert!(["Pull<wbr>Back<wbr>Off", "Pull"].iter().any(is_whole), "{page}");
}

#[tokio::test]
async fn a_daemon_set_is_shown_by_node_with_the_reasons_of_those_that_do_not_suit() {
    let label = run("kubectl label node node-2 disk=ssd");
    let page = page(settled(example("daemonset.yaml").into_iter().chain([label]))).await;
    assert_has(
        &page,
        &[
            "DaemonSet ssd-monitor",
            "data-node=\"node-2\"",
            "it lacks the label disk=ssd of the nodeSelector",
            "Revisions of daemonset/ssd-monitor",
            "maxUnavailable 1",
        ],
    );
    assert_eq!(count(&page, "pod-button"), 1);
    assert_eq!(count(&page, "node-slot is-refused"), 3);
}

#[tokio::test]
async fn a_deployment_is_shown_by_replica_set() {
    let image = run("kubectl set image deploy/hello hello=nginxdemos/hello:bad");
    let page = page(settled(example("deployment.yaml").into_iter().chain([image]))).await;
    assert_has(
        &page,
        &[
            "Deployment hello",
            "revision is-newest",
            "Pause rollout",
            "Revisions of deployment/hello",
            "revision 2",
        ],
    );
    // One more than wanted may come, and one may be away: five old ones stay, two new ones cannot start.
    assert_eq!(count(&page, "pod-button is-ready"), 5);
    assert_eq!(count(&page, "pod-button is-failed"), 2);
}

#[tokio::test]
async fn the_board_of_budgets_shows_the_arithmetic_and_the_refusals() {
    let first = example("zookeeper.yaml").into_iter().chain([Action::Panel(Panel::Budgets)]);
    let evict = ["evict pod/zk-0", "evict pod/zk-1"].map(run);
    let mut actions = settled(first);
    actions.extend(evict);
    let page = page(actions).await;
    assert_has(
        &page,
        &[
            "0 may be evicted now",
            "maxUnavailable 1",
            "pod/zk-1",
            "refused 1×",
            // The controller has not looked at its pods since the first one was granted.
            "The disruption budget zk-pdb does not allow evicting pods currently",
        ],
    );
}

#[tokio::test]
async fn a_drain_is_shown_before_it_is_done() {
    let lone = "apiVersion: v1\nkind: Pod\nmetadata: {name: lone}\n\
                spec: {nodeName: node-1, containers: [{name: main, image: nginx}]}\n";
    let draft = Action::PrepareDrain(Some(DrainDraft::of("node-1")));
    let page = page(settled([Action::Edit(lone.to_owned()), Action::Apply, draft])).await;
    assert_has(
        &page,
        &[
            "Drain node-1",
            "<code>kubectl drain node-1</code>",
            "default/lone",
            "Pods that declare no controller (use --force to override)",
            "kubectl would cordon the node and evict nothing",
        ],
    );
}

#[test]
fn the_run_is_the_one_that_webassembly_repeats() {
    expect_file!["ui_script/hash.txt"].assert_eq(&ui_script::hash());
}
