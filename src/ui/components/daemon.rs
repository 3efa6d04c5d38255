//! A `DaemonSet`: its counts, its nodes with their pods, and why it is as it is.

use std::rc::Rc;

use yew::prelude::*;

use super::revision::badge;
use super::why::Why;
use super::workload::{count, pod_buttons, workload_name};
use crate::ui::state::Action;
use crate::ui::view_model::daemon_sets::{DaemonView, NodeSlot};

#[derive(PartialEq, Properties)]
pub(crate) struct DaemonProps {
    pub(crate) set: Rc<DaemonView>,
    pub(crate) on: Callback<Action>,
}

fn slot(slot: &NodeSlot, is_small: bool, on: &Callback<Action>) -> Html {
    let state = match (&slot.refusal, slot.tiles.len()) {
        (Some(_), _) => "is-refused",
        (None, 0) => "is-wanted",
        (None, 1) => "",
        // A new pod beside the old one: a surge.
        (None, _) => "is-surge",
    };
    html! {
        <li key={slot.node.clone()} class={classes!("node-slot", state)} data-node={slot.node.clone()}>
            <span class="node-slot-name">{ &slot.node }</span>
            if !slot.tiles.is_empty() {
                <ul class="pod-stack" aria-label={format!("Pods on {}", slot.node)}>
                    { pod_buttons(&slot.tiles, is_small, on) }
                </ul>
            }
            if let Some(refusal) = &slot.refusal {
                <span class="node-slot-why">{ refusal }</span>
            } else if slot.tiles.is_empty() {
                <span class="node-slot-why">{ "no pod yet" }</span>
            }
        </li>
    }
}

#[component]
pub(crate) fn DaemonStrip(props: &DaemonProps) -> Html {
    let set = &props.set;
    let is_rolling = set.updated < set.desired;
    html! {
        <section class={classes!("panel", "set", set.is_selected.then_some("is-selected"))}
            aria-label={format!("DaemonSet {}", set.key.name)}>
            <div class="set-head">
                { workload_name(&set.key, &props.on) }
                { count("DESIRED", set.desired) }
                { count("READY", set.ready) }
                <p class={classes!("count", is_rolling.then_some("is-rolling"))}><span
                    class="count-label">{ "UP-TO-DATE" }</span>{ badge(set.newest.as_ref()) }<span
                    class="count-value">{ set.updated }</span></p>
                { count("AVAILABLE", set.available) }
                if set.misscheduled > 0 {
                    { count("MISSCHEDULED", set.misscheduled) }
                }
                { count("STRATEGY", &set.strategy) }
            </div>
            <ul class={classes!("nodes", set.is_compact.then_some("is-compact"))} aria-label="Nodes">
                { for set.slots.iter().map(|node| slot(node, set.is_compact, &props.on)) }
            </ul>
            if set.more > 0 {
                <p class="more-nodes">{ format!("and {} more nodes", set.more) }</p>
            }
            <Why why={set.why.clone()} />
        </section>
    }
}
