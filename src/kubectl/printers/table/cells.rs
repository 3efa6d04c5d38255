//! What several kinds' cells share: ages, lists, look-ups in fields that are only kept.

use serde_json::Value;

use crate::api::{Extra, ObjectMeta, Timestamp};
use crate::kubectl::output::duration::human_duration;
use crate::sim::Time;

/// The age of an object.
pub(super) fn age(meta: &ObjectMeta, now: Time) -> String {
    since(meta.creation_timestamp, now)
}

/// The time since a moment.
pub(super) fn since(moment: Option<Timestamp>, now: Time) -> String {
    moment.map_or_else(|| "<unknown>".to_owned(), |moment| human_duration(moment.age_seconds(now)))
}

/// The text at a path of kept fields; empty when there is none.
pub(super) fn text_at<'a>(extra: &'a Extra, path: &[&str]) -> &'a str {
    at(extra, path).and_then(Value::as_str).unwrap_or_default()
}

/// The value at a path of kept fields.
pub(super) fn at<'a>(extra: &'a Extra, path: &[&str]) -> Option<&'a Value> {
    let (first, rest) = path.split_first()?;
    rest.iter().try_fold(extra.get(*first)?, |value, key| value.get(key))
}

/// The text, or `<none>` when it is empty.
pub(super) fn or_none(text: &str) -> String {
    if text.is_empty() { "<none>".to_owned() } else { text.to_owned() }
}

/// At most three items, and how many more there are.
pub(super) fn first_three(items: &[String]) -> String {
    match items {
        [] => "<unset>".to_owned(),
        [a, b, c, more @ ..] if !more.is_empty() => format!("{a},{b},{c} + {} more...", more.len()),
        few => few.join(","),
    }
}
