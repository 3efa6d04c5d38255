//! Many pods as a bar and a few counts, where drawing each would be too much to follow.

use yew::prelude::*;

use super::icons::shape;
use crate::ui::view_model::status::Shape;

#[derive(PartialEq, Properties)]
pub(crate) struct CrowdProps {
    /// States with their words, and how many pods there are of each.
    pub(crate) counts: Vec<(Shape, &'static str, usize)>,
    /// How many are wanted, where that is known.
    #[prop_or_default]
    pub(crate) wanted: i64,
    /// Draws the pods after all, and what the button says.
    #[prop_or_default]
    pub(crate) on_open: Option<(&'static str, Callback<MouseEvent>)>,
}

#[component]
pub(crate) fn Crowd(props: &CrowdProps) -> Html {
    let made: usize = props.counts.iter().map(|(.., count)| count).sum();
    let lacking = usize::try_from(props.wanted).unwrap_or_default().saturating_sub(made);
    let total = made + lacking;
    let mut from = 0;
    let part = |&(shape, _, count): &(Shape, &'static str, usize)| {
        let x = from;
        from += count;
        html! {
            <rect class={classes!("crowd-part", shape.class())} x={x.to_string()} y="0"
                width={count.to_string()} height="1" />
        }
    };
    html! {
        <div class="crowd">
            <svg class="crowd-bar" viewBox={format!("0 0 {} 1", total.max(1))} preserveAspectRatio="none"
                aria-hidden="true">{ for props.counts.iter().map(part) }</svg>
            <ul class="crowd-counts">
                { for props.counts.iter().map(|&(known, word, count)| html! {
                    <li class={known.class()}>{ shape(known) }<span
                        class="crowd-count">{ count }</span><span class="crowd-word">{ " " }{ word }</span></li>
                }) }
                if lacking > 0 {
                    <li class="is-lacking"><span class="crowd-count">{ lacking }</span><span
                        class="crowd-word">{ " not made yet" }</span></li>
                }
                if total == 0 {
                    <li>{ "no pods" }</li>
                }
            </ul>
            if let Some((says, on_open)) = &props.on_open {
                <button type="button" class="button is-small" onclick={on_open.clone()}>{ *says }</button>
            }
        </div>
    }
}
