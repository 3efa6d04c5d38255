//! A node's labels and taints, edited in place: each change is a kubectl line.

use web_sys::HtmlInputElement;
use yew::prelude::*;

use crate::ui::state::Action;
use crate::ui::view_model::inspector::NodeView;

#[derive(PartialEq, Properties)]
pub(crate) struct NodeEditProps {
    pub(crate) name: String,
    pub(crate) node: NodeView,
    pub(crate) on: Callback<Action>,
}

/// One entry with a button that takes it away.
fn entry(text: &str, line: String, on: &Callback<Action>) -> Html {
    html! {
        <li class="tag" key={text.to_owned()}><span class="is-code">{ text }</span>
            <button type="button" class="tag-remove" aria-label={format!("Remove {text}")} title={line.clone()}
                onclick={on.reform(move |_| Action::Run(line.clone()))}>{ "×" }</button></li>
    }
}

/// A field that runs a line made of what was typed.
fn adder(
    label: &'static str,
    hint: &'static str,
    line: impl Fn(&str) -> String + 'static,
    on: &Callback<Action>,
) -> Html {
    let on = on.clone();
    let onchange = Callback::from(move |event: Event| {
        let input: HtmlInputElement = event.target_unchecked_into();
        let typed = input.value().trim().to_owned();
        if !typed.is_empty() {
            on.emit(Action::Run(line(&typed)));
            input.set_value("");
        }
    });
    html! { <input type="text" class="flag-value is-adder" aria-label={label} placeholder={hint} {onchange} /> }
}

#[component]
pub(crate) fn NodeEdit(props: &NodeEditProps) -> Html {
    let (name, on) = (&props.name, &props.on);
    let labels = props.node.labels.iter().map(|(key, value)| {
        let text = if value.is_empty() { key.clone() } else { format!("{key}={value}") };
        entry(&text, format!("kubectl label node {name} {key}-"), on)
    });
    let taints = props
        .node
        .taints
        .iter()
        .map(|(taint, removal)| entry(taint, format!("kubectl taint node {name} {removal}-"), on));
    let (of_label, of_taint) = (name.clone(), name.clone());
    html! {
        <div class="node-edit">
            <h3>{ "Labels" }</h3>
            <ul class="tags">{ for labels }</ul>
            { adder("A label to add", "disk=ssd", move |typed|
                format!("kubectl label node {of_label} {typed} --overwrite"), on) }
            <h3>{ "Taints" }</h3>
            <ul class="tags">{ for taints }</ul>
            { adder("A taint to add", "dedicated=db:NoSchedule", move |typed|
                format!("kubectl taint node {of_taint} {typed}"), on) }
            <h3>{ "Capacity" }</h3>
            <dl class="facts">
                { for props.node.capacity.iter().map(|(what, amount)| html! {
                    <div key={what.clone()}><dt>{ what }</dt><dd>{ amount }</dd></div>
                }) }
            </dl>
        </div>
    }
}
