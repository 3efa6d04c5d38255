//! The drain dialog: what is allowed, what would become of each pod, and the line that does it.

use web_sys::{HtmlDialogElement, HtmlInputElement};
use yew::prelude::*;

use crate::kubectl::drain::{Fate, PreviewRow};
use crate::ui::state::Action;
use crate::ui::view_model::drain::{DrainDraft, DrainView, NeverView};

#[derive(PartialEq, Properties)]
pub(crate) struct DrainDialogProps {
    pub(crate) view: DrainView,
    pub(crate) on: Callback<Action>,
}

/// Changes one thing of a draft.
type Change = fn(&mut DrainDraft, bool);

/// Reads one thing of a draft.
type IsOn = fn(&DrainDraft) -> bool;
/// A flag, what it does, and its place in a draft.
type Switch = (&'static str, &'static str, Change, IsOn);

const SWITCHES: [Switch; 4] = [
    (
        "--ignore-daemonsets",
        "leave DaemonSets' pods where they are",
        |draft, on| draft.options.ignore_daemon_sets = on,
        |draft| draft.options.ignore_daemon_sets,
    ),
    (
        "--delete-emptydir-data",
        "also pods whose emptyDir is lost with them",
        |draft, on| draft.options.delete_empty_dir = on,
        |draft| draft.options.delete_empty_dir,
    ),
    (
        "--force",
        "also pods that nobody makes anew",
        |draft, on| draft.options.force = on,
        |draft| draft.options.force,
    ),
    (
        "--disable-eviction",
        "delete, without asking the budgets",
        |draft, on| draft.options.deletes = on,
        |draft| draft.options.deletes,
    ),
];

fn word(fate: Fate) -> (&'static str, &'static str) {
    match fate {
        Fate::Evicted => ("evicted", "is-evicted"),
        Fate::Waits => ("waits", "is-waiting"),
        Fate::Left => ("stays", "is-left"),
        Fate::Refused => ("refused", "is-refused"),
    }
}

fn row(row: &PreviewRow) -> Html {
    let (word, class) = word(row.fate);
    html! {
        <li class={classes!("fate", class)} key={row.pod.clone()}>
            <span class="fate-word">{ word }</span><span class="is-code">{ &row.pod }</span>
            <span class="fate-why">{ &row.why }</span>
        </li>
    }
}

fn never(view: &NeverView) -> Html {
    html! {
        <div class="never" key={view.budget.name.clone()}>
            <p><strong>{ "It would never end" }</strong>{ format!(": {}", view.why) }</p>
            if let Some((words, line)) = &view.mend {
                <p>{ format!("{words}: ") }<code>{ line }</code></p>
            }
        </div>
    }
}

#[component]
pub(crate) fn DrainDialog(props: &DrainDialogProps) -> Html {
    let dialog = use_node_ref();
    {
        let dialog = dialog.clone();
        use_effect_with((), move |()| {
            if let Some(dialog) = dialog.cast::<HtmlDialogElement>() {
                drop(dialog.show_modal());
            }
        });
    }
    let (view, on) = (&props.view, &props.on);
    let draft = &view.draft;
    let switch = |(flag, about, change, is_on): &Switch| {
        let (on, draft_now, change) = (on.clone(), draft.clone(), *change);
        let onchange = Callback::from(move |event: Event| {
            let input: HtmlInputElement = event.target_unchecked_into();
            let mut next = draft_now.clone();
            change(&mut next, input.checked());
            on.emit(Action::PrepareDrain(Some(next)));
        });
        html! {
            <label class="switch" key={*flag}><input type="checkbox" checked={is_on(draft)} {onchange} />
                <span class="is-code">{ *flag }</span><span class="switch-about">{ *about }</span></label>
        }
    };
    let field = |label: &'static str, hint: &'static str, value: &str, set: fn(&mut DrainDraft, String)| {
        let (on, draft_now) = (on.clone(), draft.clone());
        let onchange = Callback::from(move |event: Event| {
            let input: HtmlInputElement = event.target_unchecked_into();
            let mut next = draft_now.clone();
            set(&mut next, input.value());
            on.emit(Action::PrepareDrain(Some(next)));
        });
        html! {
            <label class="switch flag"><span class="is-code">{ label }</span><input type="text" class="flag-value"
                placeholder={hint} value={value.to_owned()} {onchange} /></label>
        }
    };
    let line = view.line.clone();
    let onclick = {
        let (on, line) = (on.clone(), line.clone());
        Callback::from(move |_: MouseEvent| {
            on.emit(Action::PrepareDrain(None));
            on.emit(Action::Run(line.clone()));
        })
    };
    html! {
        <dialog class="dialog drain" ref={dialog} aria-labelledby="drain-title"
            onclose={on.reform(|_| Action::PrepareDrain(None))}>
            <h2 id="drain-title">{ format!("Drain {}", draft.node) }</h2>
            <div class="switches">
                { for SWITCHES.iter().map(switch) }
                { field("--grace-period", "each pod's own", &draft.grace_period,
                    |draft, value| draft.grace_period = value) }
                { field("--timeout", "none", &draft.timeout, |draft, value| draft.timeout = value) }
            </div>
            <h3>{ "What would become of its pods" }</h3>
            if view.rows.is_empty() {
                <p class="empty">{ "It runs no pods: it would only be cordoned." }</p>
            }
            <ul class="fates">{ for view.rows.iter().map(row) }</ul>
            if view.is_refused() {
                <p class="budget-trouble">{ "As it stands, kubectl would cordon the node and evict nothing." }</p>
            }
            { for view.never.iter().map(never) }
            <p class="drain-line"><code>{ line }</code></p>
            <div class="buttons">
                <button type="button" class="button is-primary" {onclick}>{ "Drain" }</button>
                <button type="button" class="button"
                    onclick={on.reform(|_| Action::PrepareDrain(None))}>{ "Cancel" }</button>
            </div>
        </dialog>
    }
}
