//! Small drawings: the logo, and the mark of each pod state.

use yew::prelude::*;

use crate::ui::view_model::status::Shape;

/// Three ordinals, the last of another revision.
pub(crate) fn logo() -> Html {
    html! {
        <svg class="logo" viewBox="0 0 36 24" width="36" height="24" aria-hidden="true">
            <rect x="1" y="4" width="10" height="16" rx="2.5" class="logo-a" />
            <rect x="13" y="4" width="10" height="16" rx="2.5" class="logo-a" />
            <rect x="25" y="4" width="10" height="16" rx="2.5" class="logo-b" />
            <path d="M24 1v22" class="logo-line" />
        </svg>
    }
}

/// The mark of a state: each has an outline of its own.
pub(crate) fn shape(shape: Shape) -> Html {
    let inner = match shape {
        Shape::Pending => html! { <circle cx="8" cy="8" r="6" class="mark-line mark-dotted" /> },
        Shape::Creating => html! {
            <>
                <circle cx="8" cy="8" r="6" class="mark-line" />
                <path d="M8 8V2a6 6 0 0 1 6 6z" class="mark-fill" />
            </>
        },
        Shape::NotReady => html! {
            <>
                <circle cx="8" cy="8" r="6" class="mark-line" />
                <path d="M8 2a6 6 0 0 1 0 12z" class="mark-fill" />
            </>
        },
        Shape::Ready => html! {
            <>
                <circle cx="8" cy="8" r="6.5" class="mark-fill mark-line" />
                <path d="M5 8.2l2.1 2.2L11 6" class="mark-check" />
            </>
        },
        Shape::Terminating => html! {
            <>
                <circle cx="8" cy="8" r="6" class="mark-line mark-dashed" />
                <path d="M5.6 5.6l4.8 4.8M10.4 5.6l-4.8 4.8" class="mark-line" />
            </>
        },
        Shape::Failed => html! {
            <>
                <path d="M5.3 1.5h5.4l3.8 3.8v5.4l-3.8 3.8H5.3l-3.8-3.8V5.3z" class="mark-fill mark-line" />
                <path d="M8 4.5v4.3M8 11v.6" class="mark-check" />
            </>
        },
        Shape::Succeeded => {
            html! { <rect x="2.5" y="2.5" width="11" height="11" class="mark-fill mark-line" /> }
        }
    };
    html! { <svg class="mark" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">{ inner }</svg> }
}

/// A volume: the cylinder that databases are drawn as.
pub(crate) fn volume() -> Html {
    html! {
        <svg class="mark-volume" viewBox="0 0 12 12" width="12" height="12" aria-hidden="true">
            <path d="M1.5 3v6c0 1.1 2 2 4.5 2s4.5-.9 4.5-2V3" class="mark-line" />
            <ellipse cx="6" cy="3" rx="4.5" ry="2" class="mark-line" />
        </svg>
    }
}
