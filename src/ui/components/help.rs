//! Keys and first steps, in a dialog.

use web_sys::HtmlDialogElement;
use yew::prelude::*;

const KEYS: [(&str, &str); 10] = [
    ("Ctrl/⌘ Enter", "apply the open manifest"),
    ("Space", "play or pause, on the stage or the time bar"),
    (".  and  ,", "step, and step back, on the stage or the time bar"),
    ("Arrow keys", "move between pods and nodes; Enter inspects"),
    ("Shift F10", "actions of a pod or node"),
    ("↑ and ↓", "earlier lines, in the terminal"),
    ("Tab", "completes in the terminal; after Esc it moves on"),
    ("Ctrl C, D, L", "stop a command, end its input, clear the screen"),
    ("← → and Delete", "choose and close a terminal, on its tab"),
    ("← and →", "move the partition by one ordinal"),
];

#[component]
pub(crate) fn Help() -> Html {
    let dialog = use_node_ref();
    let open = {
        let dialog = dialog.clone();
        Callback::from(move |_: MouseEvent| {
            if let Some(dialog) = dialog.cast::<HtmlDialogElement>() {
                drop(dialog.show_modal());
            }
        })
    };
    let close = {
        let dialog = dialog.clone();
        Callback::from(move |_: MouseEvent| {
            if let Some(dialog) = dialog.cast::<HtmlDialogElement>() {
                dialog.close();
            }
        })
    };
    html! {
        <>
            <button type="button" class="button" onclick={open} aria-haspopup="dialog">{ "Help" }</button>
            <dialog class="dialog" ref={dialog} aria-labelledby="help-title">
                <h2 id="help-title">{ "How to use it" }</h2>
                <p>{ "Everything here runs in this tab: API server, controllers, scheduler and kubelets. Time is \
                      simulated: pause it, step through it, or run it faster. Nothing is sent anywhere." }</p>
                <ol class="help-steps">
                    <li>{ "Apply the manifest, and watch the pods come up one after another." }</li>
                    <li>{ "Scale it with the stepper, or type " }<code>
                    { "kubectl scale sts web --replicas=5" }</code>{ "." }</li>
                    <li>{ "Drag the partition, change the image in the manifest, apply again." }</li>
                    <li>{ "Take it back in the rollout history. Ask " }<code>{ "why sts/web" }</code>
                    { "." }</li>
                    <li>{ "Drain a node from its menu, or break something: " }<code>{ "fault help" }</code>
                    { " lists what can go wrong. It is the sandbox's own command, not kubectl's." }</li>
                </ol>
                <h3>{ "Keys" }</h3>
                <dl class="keys">
                    { for KEYS.iter().map(|(key, does)| html! {
                        <div><dt><kbd>{ *key }</kbd></dt><dd>{ *does }</dd></div>
                    }) }
                </dl>
                <button type="button" class="button is-primary" onclick={close}>{ "Close" }</button>
            </dialog>
        </>
    }
}
