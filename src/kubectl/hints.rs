//! The sandbox's own words beside kubectl's errors: what a mistyped word may have meant, and what a real
//! cluster has that the sandbox has not.
//!
//! Left out: whatever kubectl says itself; hints stand apart from its output and are marked.

use super::flags::Flag;
use super::suggest::distance;
use crate::api::schema::Struct;
use crate::api::{Kind, schema};
use crate::apiserver::{Cause, StatusError};

/// How many letters may be wrong.
const DISTANCE_MAX: usize = 2;

/// Types of a real cluster that the sandbox does not serve: kind, plural, short names.
const UNSERVED: &[(&str, &str, &str)] = &[
    ("Job", "jobs", ""),
    ("CronJob", "cronjobs", "cj"),
    ("HorizontalPodAutoscaler", "horizontalpodautoscalers", "hpa"),
    ("ReplicationController", "replicationcontrollers", "rc"),
    ("Ingress", "ingresses", "ing"),
    ("IngressClass", "ingressclasses", ""),
    ("NetworkPolicy", "networkpolicies", "netpol"),
    ("ResourceQuota", "resourcequotas", "quota"),
    ("LimitRange", "limitranges", "limits"),
    ("PodTemplate", "podtemplates", ""),
    ("ComponentStatus", "componentstatuses", "cs"),
    ("PriorityClass", "priorityclasses", "pc"),
    ("RuntimeClass", "runtimeclasses", ""),
    ("Role", "roles", ""),
    ("RoleBinding", "rolebindings", ""),
    ("ClusterRole", "clusterroles", ""),
    ("ClusterRoleBinding", "clusterrolebindings", ""),
    ("CustomResourceDefinition", "customresourcedefinitions", "crd,crds"),
    ("APIService", "apiservices", ""),
    ("CSIDriver", "csidrivers", ""),
    ("CSINode", "csinodes", ""),
    ("VolumeAttachment", "volumeattachments", ""),
    ("VolumeAttributesClass", "volumeattributesclasses", "vac"),
    ("CertificateSigningRequest", "certificatesigningrequests", "csr"),
    ("MutatingWebhookConfiguration", "mutatingwebhookconfigurations", ""),
    ("ValidatingWebhookConfiguration", "validatingwebhookconfigurations", ""),
];

/// The word that is nearest to a mistyped one; the first of several.
fn nearest<'a>(typed: &str, words: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let near = words.map(|word| (distance(typed, word), word)).filter(|(edits, word)| {
        // Short words are near to everything.
        *edits > 0 && *edits <= DISTANCE_MAX && *edits * 2 < word.len()
    });
    near.min_by_key(|(edits, _)| *edits).map(|(_, word)| word)
}

fn did_you_mean(word: &str) -> String {
    format!("did you mean {word}?")
}

fn not_here(what: &str) -> String {
    format!("a real cluster has {what}; the sandbox does not")
}

/// About a type that was sought in a group or a version where it is not: its whole name.
pub fn full_name(kind: Kind) -> String {
    let names = kind.resource();
    did_you_mean(&format!("{}.{}.{}", names.plural, names.version, names.group))
}

/// About a type that is not served.
pub fn resource(typed: &str) -> Option<String> {
    let typed = typed.to_ascii_lowercase();
    let is_short = |kind: &&Kind| kind.resource().short_names.contains(&typed.as_str());
    if Kind::ALL.iter().any(|kind| is_short(&kind)) {
        return Some(did_you_mean(&typed));
    }
    let known = UNSERVED.iter().find(|(kind, plural, short)| {
        let is_short = || !typed.is_empty() && short.split(',').any(|short| short == typed);
        kind.eq_ignore_ascii_case(&typed) || *plural == typed || is_short()
    });
    if let Some((_, plural, _)) = known {
        return Some(not_here(plural));
    }
    let names = Kind::ALL.iter().flat_map(|kind| [kind.resource().plural, kind.resource().singular]);
    nearest(&typed, names).map(did_you_mean)
}

/// About a manifest's kind and version that are not served.
pub fn manifest(api_version: &str, kind: &str) -> Option<String> {
    if let Some(served) = Kind::ALL.iter().find(|served| served.resource().kind == kind) {
        let version = served.api_version();
        if api_version.is_empty() {
            return Some(format!("write apiVersion: {version}"));
        }
        return Some(format!(
            "a v1.36 server does not serve {api_version} of {kind}: write apiVersion: {version}"
        ));
    }
    if UNSERVED.iter().any(|(known, _, _)| *known == kind) {
        return Some(not_here(kind));
    }
    nearest(kind, Kind::ALL.iter().map(|kind| kind.resource().kind))
        .map(|kind| format!("did you mean kind: {kind}?"))
}

/// About a flag that the command does not have.
pub fn flag(typed: &str, flags: &[&'static Flag]) -> Option<String> {
    nearest(typed, flags.iter().map(|flag| flag.name)).map(|name| format!("did you mean --{name}?"))
}

/// About a command that a group does not have.
pub fn subcommand<'a>(typed: &str, names: impl Iterator<Item = &'a str>) -> Option<String> {
    nearest(typed, names).map(did_you_mean)
}

/// About a field that the server refused: `StatefulSet in version "v1" cannot be … unknown field
/// "spec.replicsa"`.
fn unknown_field(message: &str) -> Option<String> {
    let (head, rest) = message.split_once("strict decoding error: unknown field \"")?;
    let (path, _) = rest.split_once('"')?;
    let kind = head.split_once(" in version ")?.0;
    let kind = kind.rsplit(' ').next().unwrap_or(kind);
    let kind = Kind::ALL.iter().find(|known| known.resource().kind == kind)?;
    let mut at = schema::root(&kind.api_version(), kind.resource().kind)?;
    let (parents, typed) = path.rsplit_once('.').unwrap_or(("", path));
    for name in parents.split('.').filter(|name| !name.is_empty()) {
        let name = name.split('[').next().unwrap_or(name);
        at = schema::item_struct(&at.field(name)?.ty)?;
    }
    field(typed, at)
}

/// About what the server refused.
pub fn refusal(status: &StatusError) -> Option<String> {
    unknown_field(&status.message).or_else(|| unchangeable(status))
}

/// About a field that stays as its object was made.
fn unchangeable(status: &StatusError) -> Option<String> {
    if status.reason != "Invalid" {
        return None;
    }
    let says = |words: &str| status.causes.iter().any(|cause| cause.message.contains(words));
    let is_selector =
        |cause: &Cause| cause.field == "spec.selector" && cause.message.contains("is immutable");
    let again = |what: &str, line: &str| format!("{what}. To make it anew: kubectl {line}, then apply again");
    let (kind, name) = (status.about.as_str(), &status.name);
    match kind {
        "StatefulSet" if says("updates to statefulset spec for fields other than") => Some(again(
            "these fields stay as the StatefulSet was made",
            &format!("delete statefulset {name} --cascade=orphan, which keeps its Pods"),
        )),
        "Deployment" | "DaemonSet" | "ReplicaSet" if status.causes.iter().any(is_selector) => {
            let line = format!("delete {} {name}", kind.to_ascii_lowercase());
            Some(again("a selector stays as it was made", &line))
        }
        "Pod" if says("pod updates may not change fields other than") => {
            Some(again("these fields stay as the Pod was made", &format!("delete pod {name}")))
        }
        _ => None,
    }
}

/// About a field that a struct does not have.
pub fn field(typed: &str, of: &Struct) -> Option<String> {
    nearest(typed, of.fields.iter().map(|field| field.name)).map(did_you_mean)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hints_name_what_may_have_been_meant() {
        static FLAGS: [Flag; 2] = [Flag::number("replicas", "0", ""), Flag::text("output", "", "")];
        let flags: Vec<&'static Flag> = FLAGS.iter().collect();
        let of_field = |kind: Kind, name: &str, field: &str, message: &str| {
            let cause = Cause { field: field.to_owned(), message: message.to_owned() };
            refusal(&StatusError::invalid(kind, name, vec![cause]))
        };
        let cases = [
            (resource("poods"), Some("did you mean pods?")),
            (resource("statefullset"), Some("did you mean statefulset?")),
            (resource("foo"), None),
            (resource("ns2"), None),
            (resource("cj"), Some("a real cluster has cronjobs; the sandbox does not")),
            (manifest("apps/v1", "StatfulSet"), Some("did you mean kind: StatefulSet?")),
            (
                manifest("apps/v1beta1", "StatefulSet"),
                Some("a v1.36 server does not serve apps/v1beta1 of StatefulSet: write apiVersion: apps/v1"),
            ),
            (manifest("batch/v1", "Job"), Some("a real cluster has Job; the sandbox does not")),
            (flag("replica", &flags), Some("did you mean --replicas?")),
            (flag("foo", &flags), None),
            (
                unknown_field(
                    "error when creating \"f\": StatefulSet in version \"v1\" cannot be handled as a StatefulSet: \
                     strict decoding error: unknown field \"spec.replicsa\"",
                ),
                Some("did you mean replicas?"),
            ),
            (
                unknown_field(
                    "StatefulSet in version \"v1\" cannot be handled as a StatefulSet: strict decoding error: unknown \
                     field \"spec.template.spec.containers[0].imagee\"",
                ),
                Some("did you mean image?"),
            ),
            (unknown_field("pods \"x\" not found"), None),
            (
                of_field(
                    Kind::StatefulSet,
                    "web",
                    "spec",
                    "Forbidden: updates to statefulset spec for fields other than 'replicas'",
                ),
                Some(
                    "these fields stay as the StatefulSet was made. To make it anew: kubectl delete statefulset web \
                     --cascade=orphan, which keeps its Pods, then apply again",
                ),
            ),
            (
                of_field(Kind::Deployment, "a", "spec.selector", "Invalid value: {}: field is immutable"),
                Some(
                    "a selector stays as it was made. To make it anew: kubectl delete deployment a, then apply again",
                ),
            ),
            (of_field(Kind::Deployment, "a", "spec.replicas", "Invalid value: -1"), None),
            (of_field(Kind::Deployment, "a", "metadata.uid", "Invalid value: x: field is immutable"), None),
        ];
        for (hint, expected) in cases {
            assert_eq!(hint.as_deref(), expected);
        }
    }
}
