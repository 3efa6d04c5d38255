//! The revisions of each workload, what became of each, and the way back to it.

use std::rc::Rc;

use yew::prelude::*;

use super::diff::diff_line;
use super::revision::badge;
use super::tile::namespace_flag;
use crate::ui::browser;
use crate::ui::state::Action;
use crate::ui::view_model::history::{HistoryView, RevisionRow};
use crate::ui::view_model::story::{RevisionDiff, RevisionPair, Story};
use crate::ui::view_model::summary::{clock, lasting};

#[derive(PartialEq, Properties)]
pub(crate) struct HistoryProps {
    pub(crate) histories: Vec<Rc<HistoryView>>,
    pub(crate) stories: Rc<Vec<Story>>,
    pub(crate) diff: Option<Rc<RevisionDiff>>,
    pub(crate) on: Callback<Action>,
}

/// What became of a revision's rollout, in words.
fn course(story: Option<&Story>) -> (String, String, String) {
    let Some(story) = story else { return (String::new(), String::new(), String::new()) };
    let took = match story.took {
        Some(took) => lasting(took),
        None if story.is_overtaken => "overtaken".to_owned(),
        None => "not done".to_owned(),
    };
    let least = story.least.map(|(ready, desired)| format!("{ready} of {desired}"));
    (clock(story.started), took, least.unwrap_or_default())
}

/// The buttons that compare a revision with the one before it and with the newest.
fn comparisons(history: &HistoryView, index: usize, on: &Callback<Action>) -> Html {
    let Some(row) = history.rows.get(index) else { return Html::default() };
    let button = |older: Option<&RevisionRow>, newer: Option<&RevisionRow>, word: &str| {
        let (Some(older), Some(newer)) = (older, newer) else { return Html::default() };
        let title = format!("revision {} against {}", newer.number, older.number);
        let names = (older.name.clone(), newer.name.clone());
        let pair = RevisionPair { workload: history.key.clone(), names, title: title.clone() };
        html! {
            <button type="button" class="button is-small" aria-label={format!("{word}: {title}")}
                onclick={on.reform(move |_| Action::CompareRevisions(Some(pair.clone())))}>
                { word.to_owned() }</button>
        }
    };
    let newest = history.rows.first().filter(|_| index > 1);
    html! {
        <>
            { button(history.rows.get(index + 1), Some(row), "Diff before") }
            { button(Some(row), newest, "Diff newest") }
        </>
    }
}

fn row(history: &HistoryView, index: usize, props: &HistoryProps) -> Html {
    let Some(row) = history.rows.get(index) else { return Html::default() };
    let key = &history.key;
    let newest = history.rows.first().map_or(0, |row| row.number);
    let line = format!(
        "kubectl rollout undo {}/{}{} --to-revision={}",
        key.kind.resource().singular,
        key.name,
        namespace_flag(&key.namespace),
        row.number
    );
    let is_its = |story: &&Story| story.uid == history.uid && story.revision == row.name;
    let story = props.stories.iter().find(is_its);
    let (started, took, least) = course(story);
    let was = story.and_then(|story| story.was);
    html! {
        <tr key={row.name.clone()}>
            <td class="is-number">
                <span class="history-number">{ row.number }{ badge(row.mark.as_ref()) }</span>
                if let Some(was) = was {
                    <span class="was" title="An undo made it the newest again, with a new number">
                        { format!("was {was}") }</span>
                }
                { for row.roles.iter().map(|role| html! {
                    <span class={classes!("role", (*role == "update").then_some("is-update"))}>{ *role }</span>
                }) }
            </td>
            { ways(history, index, (newest, line), &props.on) }
            <td class="is-code is-wide">
                { &row.changes }
                if !row.cause.is_empty() { <span class="cause">{ &row.cause }</span> }
                <span class="cause">{ "hash " }<span class="is-code">{ &row.hash }</span></span>
            </td>
            <td class="is-number">{ row.pods }</td>
            <td class="is-code">{ started }</td>
            <td class="is-number">{ took }</td>
            <td class="is-number">{ least }</td>
        </tr>
    }
}

/// The way back to a revision, and how it differs: beside its number, in sight on a narrow screen too.
fn ways(history: &HistoryView, index: usize, (newest, line): (i64, String), on: &Callback<Action>) -> Html {
    let Some(row) = history.rows.get(index) else { return Html::default() };
    html! {
        <td>
            <div class="ways">
                if row.can_be_undone_to(newest) {
                    <button type="button" class="button is-small" title={line.clone()}
                        aria-label={format!("Undo to revision {}", row.number)}
                        onclick={on.reform(move |_| Action::Run(line.clone()))}>{ "Undo to" }</button>
                }
                { comparisons(history, index, on) }
            </div>
        </td>
    }
}

#[derive(PartialEq, Properties)]
struct ComparedProps {
    diff: Rc<RevisionDiff>,
    on: Callback<Action>,
}

#[component]
fn Compared(props: &ComparedProps) -> Html {
    let (diff, root) = (&props.diff, use_node_ref());
    {
        // It stands below a table that may be long.
        let root = root.clone();
        use_effect_with(diff.pair.clone(), move |_| {
            if let Some(root) = root.cast::<web_sys::Element>() {
                browser::reveal(&root);
            }
        });
    }
    html! {
        <section class="diff revision-diff" ref={root} aria-label="How two revisions differ">
            <div class="panel-bar">
                <h2 class="panel-title">{ format!("Compared: {}", diff.pair.title) }</h2>
                <button type="button" class="button"
                    onclick={props.on.reform(|_| Action::CompareRevisions(None))}>{ "Close" }</button>
            </div>
            <pre class="diff-text" tabindex="0">{ for diff.lines.iter().map(diff_line) }</pre>
        </section>
    }
}

const TITLES: [&str; 7] =
    ["Revision", "Undo, compare", "Changes and cause", "Pods now", "Started", "Took", "Least ready"];

#[component]
pub(crate) fn History(props: &HistoryProps) -> Html {
    let table = |history: &Rc<HistoryView>| {
        let owner = &history.key;
        let caption = format!("Revisions of {}/{}", owner.kind.resource().singular, owner.name);
        let diff = props.diff.as_ref().filter(|diff| diff.pair.workload == *owner);
        html! {
            <div key={history.uid.clone()}>
                <div class="table-box" tabindex="0">
                    <table class="table history">
                        <caption>{ caption }</caption>
                        <thead><tr>{ for TITLES.iter().map(|title| html! { <th scope="col">{ *title }</th> })
                        }</tr></thead>
                        <tbody>{ for (0..history.rows.len()).map(|index| row(history, index, props)) }</tbody>
                    </table>
                </div>
                if let Some(diff) = diff { <Compared diff={diff.clone()} on={props.on.clone()} /> }
            </div>
        }
    };
    html! { <>{ for props.histories.iter().map(table) }</> }
}
