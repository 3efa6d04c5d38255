//! The hooks of a container: how long they take, and whether they fail.
//!
//! Models the kinds of hooks that `pkg/kubelet/lifecycle/handlers.go` runs, Kubernetes v1.36: `exec` by
//! the table of `commands`, and `sleep`. Left out: hooks that ask over the network, which take no time
//! and do not fail.

use serde_json::Value;

use super::commands::run;
use crate::api::pod::Container;
use crate::sim::Span;

/// What a hook of a container does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Hook {
    /// How long it takes; `None` when it does not end.
    pub(super) takes: Option<Span>,
    /// The code with which its command ends; 0 of other hooks.
    pub(super) code: i64,
    /// The words of its command; none of other hooks.
    pub(super) words: Vec<String>,
}

/// The hook that runs beside a container's program from its start; before its end nothing comes after it.
pub(super) fn post_start(container: &Container) -> Option<Hook> {
    hook(container, "postStart")
}

/// How long the hook runs that comes before a container is told to end; `None` when it does not end.
pub(super) fn pre_stop(container: &Container) -> Option<Span> {
    hook(container, "preStop").map_or(Some(Span::ZERO), |hook| hook.takes)
}

fn hook(container: &Container, name: &str) -> Option<Hook> {
    let hook = container.extra.get("lifecycle")?.get(name)?;
    let seconds = hook.pointer("/sleep/seconds").and_then(Value::as_u64).unwrap_or_default();
    let words: Vec<String> = texts(hook.pointer("/exec/command")).collect();
    if words.is_empty() {
        return Some(Hook { takes: Some(Span::from_seconds(seconds)), code: 0, words });
    }
    let found = run(&words);
    let (takes, code) = match found.ends {
        Some((after, code)) => (Some(after), code),
        // Of a program that nobody knows it is not said that it takes long, or fails.
        None => ((!found.ignores_term).then_some(Span::ZERO), 0),
    };
    Some(Hook { takes, code, words })
}

/// The words of a list of them.
fn texts(list: Option<&Value>) -> impl Iterator<Item = String> {
    let items = list.and_then(Value::as_array).into_iter().flatten();
    items.filter_map(|word| Some(word.as_str()?.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hooks_before_the_end_take_their_time() {
        for (hook, expected) in [
            (r#"{"sleep": {"seconds": 5}}"#, Some(5_000)),
            (r#"{"exec": {"command": ["/bin/sh", "-c", "sleep 15"]}}"#, Some(15_000)),
            (r#"{"exec": {"command": ["sleep", "2"]}}"#, Some(2_000)),
            (r#"{"exec": {"command": ["nginx", "-s", "quit"]}}"#, Some(0)),
            (r#"{"exec": {"command": ["sleep", "infinity"]}}"#, None),
            (r#"{"httpGet": {"path": "/stop", "port": 80}}"#, Some(0)),
        ] {
            let mut container = Container::default();
            let hook: Value = serde_json::from_str(hook).unwrap();
            container.extra.insert("lifecycle".to_owned(), serde_json::json!({ "preStop": hook }));
            assert_eq!(pre_stop(&container).map(Span::ms), expected, "{hook}");
        }
        assert_eq!(pre_stop(&Container::default()), Some(Span::ZERO));
    }
}
