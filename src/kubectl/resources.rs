//! Names of types as people type them: `po`, `sts`, `statefulsets.apps`, `StatefulSet.v1.apps`.
//!
//! Models `mappingFor`, `SplitResourceArgument` and `splitResourceTypeName`,
//! staging/src/k8s.io/cli-runtime/pkg/resource/builder.go, the REST mapper beneath and the short names of
//! discovery, client-go/restmapper, Kubernetes v1.36. Left out: kinds that are not served; they are unknown
//! as on a cluster without them.

use crate::api::Kind;
use crate::api::kind::Resource;

use super::error::CommandError;
use super::hints;
use super::quote::quote;

/// The kind that a word names.
///
/// A version can only be told when a dot follows it: `pods.v1.` has one, `pods.v1` is sought in a group `v1`.
///
/// # Errors
/// kubectl's words for a type that the server does not have.
pub fn kind_of(word: &str) -> Result<Kind, CommandError> {
    let (resource, rest) = word.split_once('.').unwrap_or((word, ""));
    let with_version = rest.split_once('.').and_then(|(version, group)| {
        named(resource, |names, is_short| {
            // What stands for a short name has no version any more.
            (group.is_empty() || group == names.group)
                && (is_short || version.is_empty() || version == names.version)
        })
    });
    let found = with_version
        .or_else(|| named(resource, |names, _| rest.is_empty() || rest == names.group))
        .or_else(|| named(resource, |names, _| names.group.starts_with(rest)));
    found.ok_or_else(|| {
        let elsewhere = named(resource, |_, _| true);
        CommandError::plain(format!("the server doesn't have a resource type {}", quote(resource)))
            .with_hint(elsewhere.map(hints::full_name).or_else(|| hints::resource(resource)))
    })
}

/// The first kind of that name which fits; that is asked with whether the name is a short one. Only short
/// names tell capital letters from small ones.
fn named(resource: &str, fits: impl Fn(&Resource, bool) -> bool) -> Option<Kind> {
    let lower = resource.to_ascii_lowercase();
    Kind::ALL.iter().copied().find(|kind| {
        let names = kind.resource();
        let is_short = names.short_names.contains(&resource);
        (is_short || names.plural == lower || names.singular == lower) && fits(names, is_short)
    })
}

/// The types of an argument such as `sts,pods` or `all`, without repeats.
///
/// # Errors
/// kubectl's words for the first type that the server does not have.
pub fn kinds_of(argument: &str) -> Result<Vec<Kind>, CommandError> {
    let mut kinds = Vec::new();
    for word in types_of(argument) {
        let kind = kind_of(&word)?;
        if !kinds.contains(&kind) {
            kinds.push(kind);
        }
    }
    Ok(kinds)
}

/// The words of an argument, with all that `all` stands for (`ReplaceAliases`), without repeats.
pub fn types_of(argument: &str) -> Vec<String> {
    let all = Kind::ALL.iter().filter(|kind| kind.resource().in_all).map(|kind| kind.group_resource());
    let all = all.collect::<Vec<_>>().join(",");
    let words: Vec<&str> =
        argument.split(',').map(|word| if word == "all" { all.as_str() } else { word }).collect();
    split_types(&words.join(","))
}

/// The words between an argument's commas, without repeats (`SplitResourceArgument`). Where nothing stands
/// there is an empty word, which is no type.
pub fn split_types(argument: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for word in argument.split(',') {
        if !words.iter().any(|known| known == word) {
            words.push(word.to_owned());
        }
    }
    words
}

/// The type and the name of `TYPE/NAME`; `None` for a word without a slash (`splitResourceTypeName`).
///
/// # Errors
/// kubectl's words for a word with more slashes, or without a single type and a name.
pub fn type_and_name(word: &str) -> Result<Option<(&str, &str)>, CommandError> {
    let Some((resource, name)) = word.split_once('/') else {
        return Ok(None);
    };
    if name.contains('/') {
        return Err(CommandError::plain("arguments in resource/name form may not have more than one slash"));
    }
    if resource.is_empty() || name.is_empty() || split_types(resource).len() != 1 {
        return Err(CommandError::plain(
            "arguments in resource/name form must have a single resource and name",
        ));
    }
    Ok(Some((resource, name)))
}

/// The resource with version and group, as list errors name it: `apps/v1, Resource=statefulsets`.
pub fn group_version_resource(kind: Kind) -> String {
    let names = kind.resource();
    format!("{}/{}, Resource={}", names.group, names.version, names.plural)
}

#[cfg(test)]
mod tests {
    use super::{kind_of, kinds_of, type_and_name};
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
            ("pods.v1", None),
            ("pods.v2.", None),
            ("statefulsets.v1.", Some(Kind::StatefulSet)),
            ("StatefulSets.app", Some(Kind::StatefulSet)),
            ("statefulsets.v1.app", None),
            ("sts.v9.apps", Some(Kind::StatefulSet)),
            ("STS", None),
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
    fn wrong_types_are_told_of_their_right_names() {
        let cases = [
            ("poods", Some("did you mean pods?")),
            ("pods.v1", Some("did you mean pods.v1.?")),
            ("sts.batch", Some("did you mean statefulsets.v1.apps?")),
            ("STS", Some("did you mean sts?")),
            ("", None),
        ];
        for (word, hint) in cases {
            assert_eq!(kind_of(word).unwrap_err().hint(), hint, "{word}");
        }
    }

    #[test]
    fn lists_of_types_have_no_repeats() {
        assert_eq!(kinds_of("sts,po,pods,po").unwrap(), [Kind::StatefulSet, Kind::Pod]);
        assert!(kinds_of("all").unwrap().starts_with(&[Kind::Pod, Kind::Service]));
        assert!(kinds_of("sts,poods").is_err());
        for words in ["pods,", ",pods", ",", ""] {
            let error = kinds_of(words).unwrap_err().render();
            assert_eq!(error, "error: the server doesn't have a resource type \"\"\n", "{words}");
        }
    }

    #[test]
    fn names_stand_behind_one_slash() {
        let form = "error: arguments in resource/name form must have a single resource and name\n";
        let slashes = "error: arguments in resource/name form may not have more than one slash\n";
        let cases = [
            ("web", Ok(None)),
            ("sts/web", Ok(Some(("sts", "web")))),
            ("sts/", Err(form)),
            ("/web", Err(form)),
            ("sts,po/web", Err(form)),
            ("sts,/web", Err(form)),
            ("a/b/c", Err(slashes)),
        ];
        for (word, expected) in cases {
            let found = type_and_name(word).map_err(|error| error.render());
            assert_eq!(found, expected.map_err(str::to_owned), "{word}");
        }
    }
}
