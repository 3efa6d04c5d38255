//! The whole page: holds the state, lays out its parts, stores it after changes.

use gloo::events::EventListener;
use gloo::timers::callback::Timeout;
use yew::prelude::*;

use super::daemon::DaemonStrip;
use super::deployment::DeploymentStrip;
use super::drain::DrainDialog;
use super::editor::{self, Editor};
use super::events::Events;
use super::header::Header;
use super::inspector::Inspector;
use super::notice::{Announcer, Broken, NoticeBar};
use super::page_tabs::PageTabs;
use super::panels::Panels;
use super::predict::Predict;
use super::scrubber::Scrubber;
use super::set::SetStrip;
use super::stage::Stage;
use super::terminal::{self, TerminalPane};
use super::ticker::Ticker;
use super::time_bar::{Next, TimeBar};
use crate::ui::persist::{self, Kept};
use crate::ui::state::{Action, Page, State};
use crate::ui::view_model::invitation::Invitation;
use crate::ui::{browser, crash};

/// The page is stored this long after the last change.
const SAVE_AFTER_MS: u32 = 400;
/// What is not needed any more is taken apart this long after the last change: the next picture comes first.
const TIDY_AFTER_MS: u32 = 40;

/// What the page starts with.
#[derive(Clone, Debug, Default, PartialEq, Properties)]
pub struct AppProps {
    /// Actions that are carried out before the first paint.
    #[prop_or_default]
    pub first: Vec<Action>,
}

/// The whole page.
#[derive(Debug)]
pub struct App {
    state: State,
    on: Callback<Action>,
    on_frame: Callback<f64>,
    /// What was to be stored when the page began, and when storing it was arranged last.
    first: u64,
    saved: u64,
    kept: Kept,
    save: Option<Timeout>,
    tidy: Option<Timeout>,
    leaving: Option<[EventListener; 2]>,
}

/// What a person is told of a session that is not kept as usual.
fn lasts(kept: Kept) -> Option<&'static str> {
    match kept {
        Kept::AsAllowed => None,
        Kept::InTab => {
            Some("There is no room left in this browser's storage: this session does not outlive this tab.")
        }
        Kept::Nowhere => {
            Some("There is no room left in this browser's storage: this session would not outlive a reload.")
        }
    }
}

/// What the page hears.
#[derive(Debug)]
pub enum Message {
    /// An action.
    Act(Action),
    /// The time to store has come.
    Save,
    /// What is shown has been drawn: there is time to tidy up.
    Tidy,
}

impl Component for App {
    type Message = Message;
    type Properties = AppProps;

    fn create(ctx: &Context<Self>) -> Self {
        let mut state = persist::load();
        for action in &ctx.props().first {
            state.reduce(action.clone());
        }
        Self {
            on: ctx.link().callback(Message::Act),
            on_frame: ctx.link().callback(|ms| Message::Act(Action::Advance(ms))),
            first: state.saves_due,
            saved: state.saves_due,
            kept: Kept::AsAllowed,
            save: None,
            tidy: None,
            leaving: None,
            state,
        }
    }

    fn update(&mut self, ctx: &Context<Self>, message: Message) -> bool {
        match message {
            Message::Save => {
                self.save = None;
                let kept = persist::save(&self.state, self.state.saves_due != self.first);
                let is_new = std::mem::replace(&mut self.kept, kept) != kept;
                let news = lasts(kept).filter(|_| is_new);
                news.is_some_and(|text| {
                    self.state.tell(text);
                    true
                })
            }
            Message::Tidy => {
                self.tidy = None;
                self.state.machine.tidy();
                false
            }
            Message::Act(action) => {
                if action == Action::ForgetBroken {
                    persist::forget_broken();
                }
                let shows = self.state.reduce(action);
                crash::note(self.state.machine.present(&self.state.cluster).inputs());
                if self.saved != self.state.saves_due {
                    self.saved = self.state.saves_due;
                    let link = ctx.link().clone();
                    self.save = Some(Timeout::new(SAVE_AFTER_MS, move || link.send_message(Message::Save)));
                }
                if self.state.machine.is_untidy() && self.tidy.is_none() {
                    let link = ctx.link().clone();
                    self.tidy = Some(Timeout::new(TIDY_AFTER_MS, move || link.send_message(Message::Tidy)));
                }
                shows
            }
        }
    }

    fn rendered(&mut self, ctx: &Context<Self>, first_render: bool) {
        browser::set_root_attribute("data-theme", self.state.theme.word());
        if first_render && let Some(window) = web_sys::window() {
            let leave = |name: &'static str| {
                let link = ctx.link().clone();
                EventListener::new(&window, name, move |_| link.send_message(Message::Save))
            };
            self.leaving = Some([leave("pagehide"), leave("visibilitychange")]);
        }
    }

    fn view(&self, _ctx: &Context<Self>) -> Html {
        let (state, on) = (&self.state, &self.on);
        let views = &state.views;
        let open = (state.files.open.as_str(), state.files.text(&state.files.open));
        let invitation = Invitation::of(&state.cluster, &views.stage, open);
        let page =
            Page::ALL.iter().find(|(page, ..)| *page == state.page).map_or("cluster", |(.., word)| word);
        html! {
            <div class="page" data-page={page}>
                <Ticker is_active={state.needs_frames()} on_frame={&self.on_frame} />
                <a class="skip" href="#stage">{ "Skip to the cluster" }</a>
                <Header theme={state.theme} {on} />
                <TimeBar
                    is_playing={state.clock.is_playing}
                    is_settling={state.clock.settles_until.is_some()}
                    speed={state.clock.speed}
                    now={state.cluster.now()}
                    next={Next::of(state)}
                    can_go_back={state.cluster.steps() > 0}
                    {on}
                />
                if let Some(view) = &views.scrubber {
                    <Scrubber view={view.clone()} {on} />
                }
                if let Some(question) = &state.question {
                    <Predict question={question.clone()} {on} />
                }
                <Broken text={state.broken.clone()} {on} />
                <main class="areas">
                    <div class="area area-write">
                        <Editor ..editor::props(state, on) />
                        <TerminalPane ..terminal::props(state, on) />
                    </div>
                    <div class="area area-cluster">
                        <Stage view={views.stage.clone()} motion={state.motion()}
                            {invitation} is_past={state.machine.is_past()} {on} />
                        { for views.sets.iter().map(|set| html! { <SetStrip key={set.uid.clone()}
                            set={set.clone()} {on} /> }) }
                        { for views.daemon_sets.iter().map(|set| html! { <DaemonStrip key={set.uid.clone()}
                            set={set.clone()} {on} /> }) }
                        { for views.deployments.iter().map(|view| html! { <DeploymentStrip
                            key={view.uid.clone()} view={view.clone()} {on} /> }) }
                        <Panels panel={state.panel} histories={views.histories()}
                            stories={views.stories.clone()}
                            compared={views.compared.clone()}
                            workloads={views.workloads.clone()} timeline={views.timeline.clone()}
                            comparison={views.comparison.clone()} file={state.files.open.clone()}
                            branches={views.branches()}
                            budgets={views.budgets.clone()} tables={views.tables.clone()} {on} />
                    </div>
                    <div class="area area-read">
                        <Inspector view={views.inspector.clone()} {on} />
                        <Events list={views.events.clone()} {on} />
                    </div>
                </main>
                if let Some(view) = &views.drain {
                    <DrainDialog view={view.clone()} {on} />
                }
                <PageTabs page={state.page} {on} />
                <NoticeBar
                    text={state.notice.as_ref().map(|notice| notice.text.clone())}
                    can_undo={state.notice.as_ref().is_some_and(|notice| notice.undo.is_some())}
                    {on}
                />
                <Announcer text={views.summary.clone()} />
            </div>
        }
    }
}
