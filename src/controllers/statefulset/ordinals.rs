//! Names and ordinals: which set a pod's name speaks of, and what the pods and claims of a set are called.
//!
//! Models `getParentNameAndOrdinal`, `getPodName` and `getPersistentVolumeClaimName`,
//! `pkg/controller/statefulset/stateful_set_utils.go`, Kubernetes v1.36. Left out: ordinals with leading
//! zeros, which upstream takes for members and then cannot handle; such a pod belongs to no set here.

use crate::api::apps::StatefulSet;

/// The set's name and the ordinal in a pod's name; `None` when it is no such name.
pub(crate) fn parent_and_ordinal(name: &str) -> Option<(&str, i64)> {
    let (parent, digits) = name.rsplit_once('-')?;
    let plain = !digits.is_empty()
        && digits.bytes().all(|byte| byte.is_ascii_digit())
        && (digits == "0" || !digits.starts_with('0'));
    let ordinal: i32 = if plain { digits.parse().ok()? } else { return None };
    Some((parent, i64::from(ordinal)))
}

/// The ordinal of a pod of the set; `None` when the name is no member's.
pub(crate) fn member_ordinal(set: &StatefulSet, pod_name: &str) -> Option<i64> {
    parent_and_ordinal(pod_name)
        .filter(|(parent, _)| *parent == set.metadata.name)
        .map(|(_, ordinal)| ordinal)
}

/// The name of the set's pod with this ordinal.
pub(crate) fn pod_name(set: &StatefulSet, ordinal: i64) -> String {
    format!("{}-{ordinal}", set.metadata.name)
}

/// The name of the claim that a template gives the pod.
pub(crate) fn claim_name(template: &str, pod_name: &str) -> String {
    format!("{template}-{pod_name}")
}

/// How many pods the set should have.
pub(crate) fn replicas(set: &StatefulSet) -> i64 {
    set.spec.replicas.unwrap_or(1)
}

/// The highest ordinal; below the lowest when no pod should be.
pub(crate) fn end_ordinal(set: &StatefulSet) -> i64 {
    set.start_ordinal().saturating_add(replicas(set)).saturating_sub(1)
}

/// Whether an ordinal is one of those that should be.
pub(crate) fn in_range(set: &StatefulSet, ordinal: i64) -> bool {
    (set.start_ordinal()..=end_ordinal(set)).contains(&ordinal)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::apps::StatefulSetOrdinals;

    /// STS-UTIL-01 and STS-UTIL-04.
    #[test]
    fn sts_util_01_04_names_are_parents_and_ordinals() {
        for (name, expected) in [
            ("foo-3", Some(("foo", 3))),
            ("1-bar", None),
            ("my-set-20", Some(("my-set", 20))),
            ("sts-01", None),
            ("sts-0", Some(("sts", 0))),
            ("sts-", None),
            ("sts", None),
            ("sts-2147483648", None),
            ("é-1", Some(("é", 1))),
        ] {
            assert_eq!(parent_and_ordinal(name), expected, "{name}");
        }
    }

    #[test]
    fn sts_util_02_08_claims_are_named_after_template_and_pod() {
        let mut set = StatefulSet::default();
        "foo".clone_into(&mut set.metadata.name);
        assert_eq!(claim_name("datadir", &pod_name(&set, 0)), "datadir-foo-0");
        // A claim's name leads back to its pod by taking the template's name off.
        for (claim, template, pod) in [
            ("volume-my-set-2", "volume", Some("my-set-2")),
            ("long-volume-my-set-20", "long-volume", Some("my-set-20")),
            ("volume-2-my-set", "volume", None),
        ] {
            let found = claim
                .strip_prefix(template)
                .and_then(|rest| rest.strip_prefix('-'))
                .filter(|rest| parent_and_ordinal(rest).is_some());
            assert_eq!(found, pod, "{claim}");
        }
    }

    #[test]
    fn sts_util_03_members_carry_the_sets_name() {
        let mut set = StatefulSet::default();
        "foo".clone_into(&mut set.metadata.name);
        set.spec.replicas = Some(2);
        assert_eq!(member_ordinal(&set, "foo-1"), Some(1));
        assert_eq!(member_ordinal(&set, "goo-1"), None);
        assert!(in_range(&set, 1) && !in_range(&set, 2));
        set.spec.ordinals = Some(StatefulSetOrdinals { start: 2 });
        assert!(in_range(&set, 3) && !in_range(&set, 1));
        set.spec.replicas = Some(0);
        assert!(!in_range(&set, 2));
    }
}
