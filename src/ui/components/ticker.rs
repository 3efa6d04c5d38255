//! Lets simulated time pass with the browser's frames.

use yew::prelude::*;

use crate::ui::hooks::use_ticker::use_ticker;

#[derive(PartialEq, Properties)]
pub(crate) struct TickerProps {
    pub(crate) is_active: bool,
    pub(crate) on_frame: Callback<f64>,
}

#[component]
pub(crate) fn Ticker(props: &TickerProps) -> Html {
    use_ticker(props.is_active, props.on_frame.clone());
    Html::default()
}
