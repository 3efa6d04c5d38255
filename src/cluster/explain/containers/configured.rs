//! Containers that cannot be made as they are configured, and volumes that cannot be mounted: what they
//! name is missing.
//!
//! The kubelet says what failed at its last try. Whether the next one would fail as well is asked of the
//! objects as they are now.

use super::rules::MOUNT;
use super::{Part, scheduled_at};
use crate::api::pod::Pod;
use crate::api::{Kind, ObjectKey};
use crate::cluster::explain::change::owned;
use crate::cluster::explain::explanation::{Class, Explanation, Mend};
use crate::cluster::explain::view::View;
use crate::kubelet::{ConfigError, container_error, volume_errors};

/// A container that cannot be made; `explanation` has what the kubelet said, and `when` its next try.
pub(super) fn container(
    view: View<'_>,
    key: &ObjectKey,
    pod: &Pod,
    part: &Part<'_>,
    explanation: Explanation,
    when: String,
) -> Explanation {
    let (name, container) = (&key.name, &part.status.name);
    let Some(error) = container_error(pod, part.container, &|key| view.object(key).cloned()) else {
        let mut explanation = explanation.class(Class::Waiting).fact("nextTry", &when);
        explanation.sentence =
            format!("container {container} of Pod {name} can be made by now: the kubelet tries again {when}");
        return explanation;
    };
    let mut explanation = explanation.fact("nextTry", when);
    explanation.sentence = format!("container {container} of Pod {name} cannot be made: {error}");
    let field = match error {
        ConfigError::Root(..) => "securityContext",
        // Only `envFrom` names a whole object.
        ConfigError::NoObject(_, None) => "envFrom",
        _ => "env",
    };
    mended(view, key, pod, explanation, &error, &format!("{}.{field}", part.path))
}

/// A volume that cannot be mounted; `None` when all can, or none was tried yet.
pub(super) fn volume(view: View<'_>, key: &ObjectKey, pod: &Pod) -> Option<Explanation> {
    let at = view.cluster.kubelets().mounts_at(pod)?;
    let when = view.when(Some(at));
    let (name, node) = (&key.name, &pod.spec.node_name);
    let about = |sentence: String| {
        let explanation = Explanation::new(key, MOUNT, sentence).at(scheduled_at(pod));
        explanation.fact("node", node).fact("nextTry", &when)
    };
    let found = pod.spec.volumes.iter().enumerate().find_map(|(index, volume)| {
        let error = volume_errors(pod, volume, &|key| view.object(key).cloned()).into_iter().next()?;
        Some((index, volume, error))
    });
    let Some((index, volume, error)) = found else {
        let sentence = format!(
            "the volumes of Pod {name} can be mounted by now: the kubelet of {node} tries again {when}"
        );
        return Some(about(sentence).class(Class::Waiting));
    };
    let sentence = format!("volume {} of Pod {name} cannot be mounted on {node}: {error}", volume.name);
    Some(mended(view, key, pod, about(sentence), &error, &format!("spec.volumes[{index}]")))
}

/// With what puts the missing thing there, and what asks for another one.
fn mended(
    view: View<'_>,
    key: &ObjectKey,
    pod: &Pod,
    explanation: Explanation,
    error: &ConfigError,
    path: &str,
) -> Explanation {
    let explanation = explanation.field(view.pod_field(pod, path));
    let flag = view.flag(key);
    let made = match error {
        ConfigError::NoObject(of, entry) => {
            let kind = if of.kind == Kind::ConfigMap { "configmap" } else { "secret generic" };
            let entry = entry.as_deref().unwrap_or("KEY");
            let line = format!("kubectl create {kind} {} --from-literal={entry}=VALUE{flag}", of.name);
            Some(Mend::line("Make it, with what the Pod needs of it", line))
        }
        ConfigError::NoKey(of, entry) | ConfigError::NoFile(of, entry) => {
            let (kind, data) =
                if of.kind == Kind::ConfigMap { ("configmap", "data") } else { ("secret", "stringData") };
            let change = format!("'{{\"{data}\":{{\"{entry}\":\"VALUE\"}}}}'");
            let line = format!("kubectl patch {kind} {}{flag} --type=merge -p {change}", of.name);
            Some(Mend::line("Put the key in", line))
        }
        ConfigError::Root(..) => None,
    };
    let words = match error {
        ConfigError::Root(..) => "Let it run as another user, or allow root",
        _ => "Or name what exists, or say that it is optional",
    };
    let explanation = made.into_iter().fold(explanation, Explanation::mend);
    owned(view, key, pod).edit(explanation, words, path)
}
