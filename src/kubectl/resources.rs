//! Names of types as people type them: `po`, `sts`, `statefulsets.apps`, `StatefulSet.v1.apps`.
//!
//! Models the REST mapper and the short names of discovery, staging/src/k8s.io/client-go/restmapper,
//! Kubernetes v1.36. Left out: kinds that are not served; they are unknown as on a cluster without them.

use crate::api::Kind;

use super::error::CommandError;
use super::hints;
use super::quote::quote;

/// The kind that a word names.
///
/// # Errors
/// kubectl's words for a type that the server does not have.
pub fn kind_of(word: &str) -> Result<Kind, CommandError> {
    let lower = word.to_ascii_lowercase();
    let (resource, rest) = match lower.split_once('.') {
        Some((resource, rest)) => (resource, rest),
        None => (lower.as_str(), ""),
    };
    let named = |kind: &&Kind| {
        let names = kind.resource();
        names.plural == resource
            || names.singular == resource
            || names.short_names.contains(&resource)
            || names.kind.to_ascii_lowercase() == resource
    };
    let found = Kind::ALL.iter().filter(named).copied().find(|kind| is_in_group(*kind, rest));
    found.ok_or_else(|| {
        let typed = word.split('.').next().unwrap_or(word);
        CommandError::plain(format!("the server doesn't have a resource type {}", quote(typed)))
            .with_hint(hints::resource(typed))
    })
}

/// Whether `apps`, `v1.apps` or a prefix of the group says where the kind belongs.
fn is_in_group(kind: Kind, rest: &str) -> bool {
    let names = kind.resource();
    if rest.is_empty() || rest == names.group {
        return true;
    }
    let with_version = rest
        .strip_prefix(names.version)
        .and_then(|after| if after.is_empty() { Some("") } else { after.strip_prefix('.') });
    with_version == Some(names.group) || (!names.group.is_empty() && names.group.starts_with(rest))
}

/// The types of an argument such as `sts,pods` or `all`, without repeats.
///
/// # Errors
/// kubectl's words for the first type that the server does not have.
pub fn kinds_of(argument: &str) -> Result<Vec<Kind>, CommandError> {
    let mut kinds = Vec::new();
    for word in split_types(argument) {
        if word == "all" {
            kinds.extend(Kind::ALL.iter().copied().filter(|kind| kind.resource().in_all));
        } else {
            kinds.push(kind_of(&word)?);
        }
    }
    let mut seen = Vec::new();
    kinds.retain(|kind| {
        let new = !seen.contains(kind);
        seen.push(*kind);
        new
    });
    Ok(kinds)
}

/// The words of an argument between commas; empty ones are dropped.
pub fn split_types(argument: &str) -> Vec<String> {
    let words: Vec<String> = argument.split(',').filter(|word| !word.is_empty()).map(str::to_owned).collect();
    if words.is_empty() { vec![argument.to_owned()] } else { words }
}

/// The resource with version and group, as list errors name it: `apps/v1, Resource=statefulsets`.
pub fn group_version_resource(kind: Kind) -> String {
    let names = kind.resource();
    format!("{}/{}, Resource={}", names.group, names.version, names.plural)
}

#[cfg(test)]
mod tests {
    use super::{kind_of, kinds_of};
    use crate::api::Kind;

    #[test]
    fn types_are_known_by_all_their_names() {
        let cases = [
            ("po", Some(Kind::Pod)),
            ("pod", Some(Kind::Pod)),
            ("Pods", Some(Kind::Pod)),
            ("sts", Some(Kind::StatefulSet)),
            ("statefulset.apps", Some(Kind::StatefulSet)),
            ("StatefulSet.v1.apps", Some(Kind::StatefulSet)),
            ("statefulsets.v1.apps", Some(Kind::StatefulSet)),
            ("pods.v1.", Some(Kind::Pod)),
            ("pods.v1", Some(Kind::Pod)),
            ("pvc", Some(Kind::PersistentVolumeClaim)),
            ("sc", Some(Kind::StorageClass)),
            ("statefulset.batch", None),
            ("statefulset.v2.apps", None),
            ("poods", None),
            ("", None),
            (".", None),
        ];
        for (word, expected) in cases {
            assert_eq!(kind_of(word).ok(), expected, "{word}");
        }
        assert_eq!(
            kind_of("poods.v1.apps").unwrap_err().render(),
            "error: the server doesn't have a resource type \"poods\"\n"
        );
    }

    #[test]
    fn lists_of_types_have_no_repeats() {
        assert_eq!(kinds_of("sts,po,pods,").unwrap(), [Kind::StatefulSet, Kind::Pod]);
        assert!(kinds_of("all").unwrap().starts_with(&[Kind::Pod, Kind::Service]));
        assert!(kinds_of("sts,poods").is_err());
    }
}
