//! A Deployment: its counts, its `ReplicaSet`s as revisions with their pods, and why it is as it is.

use std::rc::Rc;

use yew::prelude::*;

use super::crowd::Crowd;
use super::replicas::Replicas;
use super::revision::badge;
use super::tile::namespace_flag;
use super::why::Why;
use super::workload::{count, pod_buttons, workload_name};
use crate::api::Kind;
use crate::ui::state::Action;
use crate::ui::view_model::crowd::crowd;
use crate::ui::view_model::deployments::{DeploymentView, ReplicaSetRow};

#[derive(PartialEq, Properties)]
pub(crate) struct DeploymentProps {
    pub(crate) view: Rc<DeploymentView>,
    pub(crate) on: Callback<Action>,
}

fn replica_set(view: &DeploymentView, row: &ReplicaSetRow, is_newest: bool, on: &Callback<Action>) -> Html {
    let key = row.key.clone();
    html! {
        <li key={row.key.name.clone()} class={classes!("revision", is_newest.then_some("is-newest"))}>
            <p class="revision-head">
                { badge(row.mark.as_ref()) }
                <button type="button" class="link is-code"
                    onclick={on.reform(move |_| Action::Select(Some(key.clone())))}>{ format!("rs/{}", row.key.name) }</button>
                if row.number > 0 {
                    <span class="revision-number">{ format!("revision {}", row.number) }</span>
                }
                { count("DESIRED", row.desired) }
                { count("CURRENT", row.current) }
                { count("READY", row.ready) }
            </p>
            if view.is_crowded() {
                <Crowd counts={crowd(&row.tiles)} wanted={row.desired} />
            } else {
                <ul class="pod-row" aria-label={format!("Pods of {}", row.key.name)}>
                    { pod_buttons(&row.tiles, view.is_compact, on) }
                </ul>
            }
        </li>
    }
}

#[component]
pub(crate) fn DeploymentStrip(props: &DeploymentProps) -> Html {
    let (view, on) = (&props.view, &props.on);
    let key = &view.key;
    let is_deployment = key.kind == Kind::Deployment;
    let verb = if view.is_paused { "resume" } else { "pause" };
    let pause = format!("kubectl rollout {verb} deployment/{}{}", key.name, namespace_flag(&key.namespace));
    let is_rolling = view.updated < view.replicas;
    html! {
        <section class={classes!("panel", "set", view.is_selected.then_some("is-selected"))}
            aria-label={format!("{} {}", key.kind, key.name)}>
            <div class="set-head">
                { workload_name(key, on) }
                { count("READY", format!("{}/{}", view.ready, view.replicas)) }
                if is_deployment {
                    <p class={classes!("count", is_rolling.then_some("is-rolling"))}><span
                        class="count-label">{ "UP-TO-DATE" }</span><span
                        class="count-value">{ view.updated }</span></p>
                }
                { count("AVAILABLE", view.available) }
                if is_deployment {
                    { count("STRATEGY", &view.strategy) }
                }
                <Replicas workload={key.clone()} replicas={view.replicas} on={on.clone()} />
                if is_deployment {
                    <button type="button" class="button is-small" title={pause.clone()}
                        onclick={on.reform(move |_| Action::Run(pause.clone()))}>
                        { if view.is_paused { "Resume rollout" } else { "Pause rollout" } }</button>
                }
            </div>
            <ol class={classes!("revisions", view.is_compact.then_some("is-compact"))} aria-label="ReplicaSets">
                { for view.sets.iter().enumerate().map(|(nth, row)| replica_set(view, row, nth == 0, on)) }
            </ol>
            if view.idle > 0 {
                <p class="more-nodes">{ format!("{} older at zero: see the rollout history", view.idle) }</p>
            }
            <Why why={view.why.clone()} />
        </section>
    }
}
