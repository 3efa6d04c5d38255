//! Ready, updated and desired pods over time: a drawing, and the same as a table.

use std::rc::Rc;

use web_sys::{DomParser, Element, SupportedType};
use yew::prelude::*;

use super::plot::plot;
use crate::ui::browser;
use crate::ui::view_model::series::Sample;
use crate::ui::view_model::summary::clock;

/// Rows of the table twin.
const ROWS_MAX: usize = 60;

#[derive(PartialEq, Properties)]
pub(crate) struct ChartProps {
    pub(crate) name: String,
    pub(crate) samples: Rc<Vec<Sample>>,
}

/// Puts a drawing into an element; it is parsed as XML, never as a page.
fn put(parent: &Element, svg: &str) {
    let parsed =
        DomParser::new().and_then(|parser| parser.parse_from_string(svg, SupportedType::ImageSvgXml));
    let Some(drawing) = parsed.ok().and_then(|document| document.document_element()) else { return };
    for attribute in ["width", "height"] {
        drop(drawing.remove_attribute(attribute));
    }
    drop(drawing.set_attribute("aria-hidden", "true"));
    parent.replace_children_with_node_1(&drawing);
}

#[component]
pub(crate) fn Chart(props: &ChartProps) -> Html {
    let root = use_node_ref();
    {
        let root = root.clone();
        use_effect_with(props.samples.clone(), move |samples| {
            if let Some(root) = root.cast::<Element>().filter(|_| browser::document().is_some())
                && let Some(svg) = plot(samples)
            {
                put(&root, &svg);
            }
        });
    }
    let last = props.samples.last();
    let label = last.map_or_else(String::new, |last| {
        format!(
            "Pods of {} over time: now {} of {} ready, {} updated",
            props.name, last.ready, last.desired, last.updated
        )
    });
    let rows = props.samples.iter().rev().take(ROWS_MAX);
    html! {
        <figure class="chart">
            <figcaption class="chart-title">
                { &props.name }
                <span class="key is-key-ready">{ "ready" }</span>
                <span class="key is-key-updated">{ "updated" }</span>
                <span class="key is-key-desired">{ "desired" }</span>
            </figcaption>
            <div class="chart-drawing" role="img" aria-label={label} ref={root} />
            <details class="disclosure">
                <summary>{ "As a table" }</summary>
                <div class="table-box" tabindex="0">
                    <table class="table">
                        <thead><tr><th scope="col">{ "Time" }</th><th scope="col">{ "Ready" }</th><th
                            scope="col">{ "Updated" }</th><th scope="col">{ "Desired" }</th></tr></thead>
                        <tbody>{ for rows.map(|sample| html! {
                            <tr><td class="is-code">{ clock(sample.at) }</td><td
                                class="is-number">{ sample.ready }</td><td
                                class="is-number">{ sample.updated }</td><td
                                class="is-number">{ sample.desired }</td></tr>
                        }) }</tbody>
                    </table>
                </div>
            </details>
        </figure>
    }
}
