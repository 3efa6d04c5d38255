//! A `StatefulSet`: its counts, its ordinals with the partition, and why it is as it is.

use std::rc::Rc;

use yew::prelude::*;

use super::partition::PartitionField;
use super::replicas::Replicas;
use super::revision::badge;
use super::strip::Strip;
use super::tile::namespace_flag;
use super::why::Why;
use crate::ui::state::Action;
use crate::ui::view_model::sets::SetView;

#[derive(PartialEq, Properties)]
pub(crate) struct SetProps {
    pub(crate) set: Rc<SetView>,
    pub(crate) on: Callback<Action>,
}

/// The line that moves the partition.
pub(crate) fn partition_line(set: &SetView, partition: i64) -> String {
    format!(
        "kubectl patch statefulset {}{} -p '{{\"spec\":{{\"updateStrategy\":{{\"type\":\"RollingUpdate\",\
         \"rollingUpdate\":{{\"partition\":{partition}}}}}}}}}'",
        set.key.name,
        namespace_flag(&set.key.namespace)
    )
}

#[component]
pub(crate) fn SetStrip(props: &SetProps) -> Html {
    let set = &props.set;
    let key = set.key.clone();
    // Where the handle stands while it is dragged; `None` when it is not.
    let dragged = use_state(|| None::<i64>);
    let on_partition = {
        let (on, set) = (props.on.clone(), set.clone());
        Callback::from(move |partition: i64| {
            if Some(partition) != set.partition {
                on.emit(Action::Run(partition_line(&set, partition)));
            }
        })
    };
    let is_rolling = set.current_revision != set.update_revision;
    html! {
        <section class={classes!("panel", "set", set.is_selected.then_some("is-selected"))}
            aria-label={format!("StatefulSet {}", key.name)}>
            <div class="set-head">
                <h2 class="set-name">
                    <button type="button" class="link"
                        onclick={props.on.reform(move |_| Action::Select(Some(key.clone())))}>
                        <span class="set-kind">{ "sts/" }</span>{ &set.key.name }
                    </button>
                </h2>
                <p class="count"><span class="count-label">{ "READY" }</span><span
                    class="count-value">{ format!("{}/{}", set.ready, set.replicas) }</span></p>
                <p class="count"><span
                    class="count-label">{ "CURRENT" }</span>{ badge(set.current_revision.as_ref()) }<span
                    class="count-value">{ set.current }</span></p>
                <p class={classes!("count", is_rolling.then_some("is-rolling"))}><span
                    class="count-label">{ "UPDATE" }</span>{ badge(set.update_revision.as_ref()) }<span
                    class="count-value">{ set.updated }</span></p>
                <p class="count"><span class="count-label">{ "POLICY" }</span><span
                    class="count-value">{ &set.policy }</span></p>
                <Replicas set={set.clone()} on={props.on.clone()} />
                if let Some(partition) = set.partition {
                    <PartitionField
                        partition={(*dragged).unwrap_or(partition)} on_move={on_partition.clone()}
                        name={set.key.name.clone()} />
                } else {
                    <p class="count"><span class="count-label">{ "STRATEGY" }</span><span
                        class="count-value">{ "OnDelete" }</span></p>
                }
            </div>
            <Strip set={set.clone()}
                dragged={*dragged} on_move={on_partition}
                on_drag={Callback::from(move |to| dragged.set(to))} on={props.on.clone()} />
            <Why why={set.why.clone()} />
        </section>
    }
}
