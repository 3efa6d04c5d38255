//! Requests of controllers that the API server refuses: what a person can do about it.
//!
//! A refused sync is tried again for ever. Some refusals end by themselves; a name that a stranger has, or a
//! service account that nobody made, does not.

use super::decided::take_over;
use super::explanation::{Class, Explanation, Mend};
use super::view::{View, named};
use crate::api::meta::ObjectMeta;
use crate::api::{Kind, ObjectKey};
use crate::controllers::Reason;

/// Adds to the explanation of a refused sync who is in the way, or what is missing.
// Out of line, so that the page's start does not carry it.
#[inline(never)]
pub(super) fn explain(
    view: View<'_>,
    mut explanation: Explanation,
    meta: &ObjectMeta,
    reason: &Reason,
) -> Explanation {
    explanation.sentence = format!("refused, and tried again: {}", reason.sentence);
    match taken(&meta.namespace, &reason.sentence) {
        Some(stranger) => in_the_way(view, explanation, meta, &stranger),
        None => by_message(view, explanation, &meta.namespace, &reason.sentence),
    }
}

/// An object that is not the controller's has the name that one of its own is to get.
fn in_the_way(
    view: View<'_>,
    mut explanation: Explanation,
    meta: &ObjectMeta,
    stranger: &ObjectKey,
) -> Explanation {
    let Some(found) = view.object(stranger).map(crate::api::Object::meta) else { return explanation };
    if found.is_controlled_by(&meta.uid) {
        return explanation;
    }
    let gone = found.controller_of().filter(|_| view.controller(found).is_none());
    let owner = match (view.controller(found), gone) {
        (Some(owner), _) => named(&owner),
        (None, Some(gone)) => {
            let kind = gone.kind.to_ascii_lowercase();
            format!("{kind}/{} of before (uid {}), which is gone", gone.name, gone.uid)
        }
        (None, None) => "nobody".to_owned(),
    };
    explanation.sentence = format!(
        "{} is there already and is not of {}, which needs its name",
        named(stranger),
        named(&explanation.object)
    );
    explanation.held_up_by = Some(stranger.clone());
    explanation = explanation.fact("controlledBy", owner);
    if found.is_terminating() || gone.is_some() {
        let why = if found.is_terminating() { "it is ending" } else { "the garbage collector removes it" };
        match view.blocked(stranger) {
            Some(stuck) => take_over(&mut explanation, stuck),
            None => explanation.sentence.push_str(&format!("; {why}, and then the name is free")),
        }
        return explanation;
    }
    let line = format!(
        "kubectl delete {} {}{}",
        stranger.kind.resource().singular,
        stranger.name,
        view.flag(stranger)
    );
    explanation.class(Class::Blocked).mend(Mend::line("Delete it, so that the name is free", line))
}

/// A refusal of which only the message is known: a pod's service account may be missing.
pub(super) fn by_message(
    view: View<'_>,
    explanation: Explanation,
    namespace: &str,
    message: &str,
) -> Explanation {
    let Some(account) = missing_account(message) else { return explanation };
    let key = ObjectKey::new(Kind::ServiceAccount, namespace, account);
    if view.object(&key).is_some() {
        let explanation = explanation.fact("serviceAccount", format!("{account} is there by now"));
        return explanation.class(Class::Waiting);
    }
    let line = format!("kubectl create serviceaccount {account}{}", view.flag(&key));
    explanation
        .class(Class::Blocked)
        .fact("serviceAccountName", account)
        .mend(Mend::line("Make the service account: the next try then succeeds", line))
}

/// The object that a refusal says is there already: `pods "web-0" already exists`.
fn taken(namespace: &str, message: &str) -> Option<ObjectKey> {
    let (before, _) = message.split_once("\" already exists")?;
    let (resource, name) = before.rsplit_once(" \"")?;
    let resource = resource.rsplit(' ').next()?;
    let kind = Kind::ALL.iter().copied().find(|kind| kind.group_resource() == resource)?;
    Some(ObjectKey::new(kind, if kind.is_namespaced() { namespace } else { "" }, name))
}

/// The service account that a refusal says is missing.
fn missing_account(message: &str) -> Option<&str> {
    let (_, rest) = message.split_once("serviceaccount \"")?;
    rest.split_once("\" not found").map(|(name, _)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_missing_account_is_read_from_the_refusal() {
        let message = "pods \"p\" is forbidden: error looking up service account default/nope: serviceaccount \"nope\" \
                       not found";
        assert_eq!(missing_account(message), Some("nope"));
        assert_eq!(missing_account("pods \"p\" already exists"), None);
    }

    #[test]
    fn what_is_in_the_way_is_read_from_the_refusal() {
        let pod = ObjectKey::new(Kind::Pod, "default", "web-0");
        assert_eq!(taken("default", "pods \"web-0\" already exists"), Some(pod.clone()));
        assert_eq!(taken("default", "cannot go on: pods \"web-0\" already exists"), Some(pod));
        assert_eq!(taken("default", "pods \"web-0\" not found"), None);
    }
}
