//! Kubernetes events, newest first.

use std::rc::Rc;

use yew::prelude::*;
use yew::virtual_dom::Key;

use crate::ui::state::Action;
use crate::ui::view_model::events::{EventList, EventRow};

#[derive(PartialEq, Properties)]
pub(crate) struct EventsProps {
    pub(crate) list: Rc<EventList>,
    pub(crate) on: Callback<Action>,
}

/// One event as an item of a list, which stands for what `key` names.
pub(crate) fn event(row: &EventRow, key: impl Into<Key>, on: Option<&Callback<Action>>) -> Html {
    let object = match (on, row.about.clone()) {
        (Some(on), Some(about)) => html! {
            <button type="button" class="link"
                onclick={on.reform(move |_| Action::Select(Some(about.clone())))}>{ &row.object }</button>
        },
        _ => html! { <span>{ &row.object }</span> },
    };
    html! {
        <li class={classes!("event", row.is_warning.then_some("is-warning"))} key={key.into()}>
            <span class="event-type">{ if row.is_warning { "Warning" } else { "Normal" } }</span>
            <span class="event-reason">{ &row.reason }</span>
            <span class="event-age">
            { &row.age }{ if row.count > 1 { format!(" ×{}", row.count) } else { String::new() } }</span>
            <span class="event-object">{ object }</span>
            <span class="event-message">{ &row.message }</span>
        </li>
    }
}

#[component]
pub(crate) fn Events(props: &EventsProps) -> Html {
    let is_passing = props.list.is_passing;
    let item = |(nth, row): (usize, &EventRow)| {
        // In passing all rows change: other texts in the same elements take the browser the least time.
        let key = if is_passing { Key::from(nth) } else { Key::from(row.uid.clone()) };
        event(row, key, Some(&props.on))
    };
    html! {
        <section class="panel events" aria-labelledby="events-title">
            <h2 id="events-title" class="panel-title">{ "Events" }</h2>
            if props.list.rows.is_empty() {
                <p class="empty">{ "Nothing has happened yet." }</p>
            }
            <ol class="event-list">{ for props.list.rows.iter().enumerate().map(item) }</ol>
            if props.list.has_older {
                <p class="empty">{ "Older events: kubectl get events" }</p>
            }
        </section>
    }
}
