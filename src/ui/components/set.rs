//! A `StatefulSet`: its counts, its ordinals with the partition, and why it is as it is.

use std::rc::Rc;

use yew::prelude::*;

use super::crowd::Crowd;
use super::partition::PartitionField;
use super::replicas::Replicas;
use super::revision::badge;
use super::strip::Strip;
use super::tile::namespace_flag;
use super::why::Why;
use super::workload::{count, workload_name};
use crate::ui::state::Action;
use crate::ui::view_model::crowd::crowd;
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
    // Where the handle stands while it is dragged; `None` when it is not.
    let dragged = use_state(|| None::<i64>);
    // Whether each of very many ordinals is drawn.
    let is_open = use_state(|| false);
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
            aria-label={format!("StatefulSet {}", set.key.name)}>
            <div class="set-head">
                { workload_name(&set.key, &props.on) }
                { count("READY", format!("{}/{}", set.ready, set.replicas)) }
                <p class="count"><span
                    class="count-label">{ "CURRENT" }</span>{ badge(set.current_revision.as_ref()) }<span
                    class="count-value">{ set.current }</span></p>
                <p class={classes!("count", is_rolling.then_some("is-rolling"))}><span
                    class="count-label">{ "UPDATE" }</span>{ badge(set.update_revision.as_ref()) }<span
                    class="count-value">{ set.updated }</span></p>
                { count("POLICY", &set.policy) }
                <Replicas workload={set.key.clone()} replicas={set.replicas} on={props.on.clone()} />
                if let Some(partition) = set.partition {
                    <PartitionField
                        partition={(*dragged).unwrap_or(partition)} on_move={on_partition.clone()}
                        name={set.key.name.clone()} />
                } else {
                    { count("STRATEGY", "OnDelete") }
                }
            </div>
            if set.is_crowded && !*is_open {
                <Crowd counts={crowd(set.slots.iter().filter_map(|slot| slot.tile.as_ref()))}
                    wanted={set.replicas}
                    on_open={("Draw each ordinal", Callback::from(move |_: MouseEvent| is_open.set(true)))} />
            } else {
                <Strip set={set.clone()}
                    dragged={*dragged} on_move={on_partition}
                    on_drag={Callback::from(move |to| dragged.set(to))} on={props.on.clone()} />
            }
            <Why why={set.why.clone()} />
        </section>
    }
}
