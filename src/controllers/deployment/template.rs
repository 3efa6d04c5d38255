//! The template's hash, and the `ReplicaSet` that is made of it.
//!
//! Models `ComputeHash`, `pkg/controller/controller_utils.go`, and the new set of `getNewReplicaSet`,
//! pkg/controller/deployment/sync.go, Kubernetes v1.36. Upstream hashes a dump of Go structures; here the
//! template is hashed as JSON, so that hashes look alike but are not the same. Left out: nothing.

use super::annotations;
use super::fenceposts::new_replicas;
use crate::api::deployment::{Deployment, POD_TEMPLATE_HASH, ReplicaSet};
use crate::api::labels::LabelSelector;
use crate::api::pod::PodTemplateSpec;
use crate::api::{Kind, LabelMap, OwnerReference};

/// The longest name of an object.
const NAME_MAX: usize = 253;

/// FNV-1a of 32 bits over the template and the collision count, in an alphabet that spells no words.
pub(super) fn compute_hash(template: &PodTemplateSpec, collision_count: Option<i64>) -> String {
    const ALPHABET: &[u8] = b"bcdfghjklmnpqrstvwxz2456789";
    let text = crate::api::codec::to_value(template).to_string();
    let count = collision_count.map(|count| u32::try_from(count).unwrap_or_default().to_le_bytes());
    let padded = count.map(|[a, b, c, d]| [a, b, c, d, 0, 0, 0, 0]);
    let hash = text
        .bytes()
        .chain(padded.into_iter().flatten())
        .fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    hash.to_string()
        .bytes()
        .filter_map(|digit| ALPHABET.get(usize::from(digit) % ALPHABET.len()).copied().map(char::from))
        .collect()
}

/// The name of a template's set: the Deployment's, cut if need be, and the hash.
fn replica_set_name(deployment: &str, hash: &str) -> String {
    let mut end = deployment.len().min(NAME_MAX - 1 - hash.len());
    while !deployment.is_char_boundary(end) {
        end -= 1;
    }
    format!("{}-{hash}", deployment.get(..end).unwrap_or_default())
}

/// The set of the Deployment's template, beside others that have `total` pods.
pub(super) fn new_replica_set(deployment: &Deployment, revision: i64, total: i64) -> ReplicaSet {
    let (meta, spec) = (&deployment.metadata, &deployment.spec);
    let hash = compute_hash(&spec.template, deployment.status.collision_count);
    let with_hash = |labels: &LabelMap| {
        let mut labels = labels.clone();
        labels.insert(POD_TEMPLATE_HASH.to_owned(), hash.clone());
        labels
    };
    let mut template = spec.template.clone();
    template.metadata.labels = with_hash(&template.metadata.labels);
    let selector =
        LabelSelector { match_labels: with_hash(&spec.selector.match_labels), ..spec.selector.clone() };
    let kind = Kind::Deployment;
    let mut set = ReplicaSet::default();
    set.metadata.name = replica_set_name(&meta.name, &hash);
    set.metadata.namespace.clone_from(&meta.namespace);
    set.metadata.owner_references =
        vec![OwnerReference::controller(&kind.api_version(), kind.resource().kind, meta)];
    set.metadata.labels.clone_from(&template.metadata.labels);
    set.spec.replicas = Some(new_replicas(deployment, 0, total));
    set.spec.min_ready_seconds = spec.min_ready_seconds;
    set.spec.selector = selector;
    set.spec.template = template;
    annotations::set_new_replica_set(&mut set.metadata.annotations, deployment, revision, false);
    set
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::deployment::{REVISION_ANNOTATION, equal_ignore_hash};
    use crate::api::pod::Container;

    fn template(image: &str) -> PodTemplateSpec {
        let mut template = PodTemplateSpec::default();
        template.metadata.labels.insert("app".into(), "web".into());
        template.spec.containers = vec![Container { image: image.into(), ..Container::default() }];
        template
    }

    #[test]
    fn hashes_differ_by_template_and_by_collision_count() {
        let hashes = [
            compute_hash(&template("a"), None),
            compute_hash(&template("b"), None),
            compute_hash(&template("a"), Some(0)),
            compute_hash(&template("a"), Some(1)),
        ];
        assert_eq!(compute_hash(&template("a"), None), hashes[0]);
        for (index, hash) in hashes.iter().enumerate() {
            assert!((1..=10).contains(&hash.len()), "{hash}");
            assert!(hash.bytes().all(|byte| b"bcdfghjklmnpqrstvwxz2456789".contains(&byte)), "{hash}");
            assert!(!hashes[..index].contains(hash), "{hash}");
        }
    }

    #[test]
    fn a_set_is_made_of_the_template() {
        let mut deployment = Deployment::default();
        deployment.metadata.name = "web".into();
        deployment.spec.template = template("a");
        deployment.spec.selector.match_labels.insert("app".into(), "web".into());
        deployment.spec.replicas = Some(3);
        let set = new_replica_set(&deployment, 7, 0);
        let hash = &set.metadata.labels[POD_TEMPLATE_HASH];
        assert_eq!(set.metadata.name, format!("web-{hash}"));
        assert_eq!(&set.spec.selector.match_labels[POD_TEMPLATE_HASH], hash);
        assert_eq!(&set.spec.template.metadata.labels[POD_TEMPLATE_HASH], hash);
        assert_eq!(set.metadata.annotations[REVISION_ANNOTATION], "7");
        assert_eq!(set.spec.replicas, Some(3));
        assert!(equal_ignore_hash(&set.spec.template, &deployment.spec.template));
        assert!(!equal_ignore_hash(&set.spec.template, &template("b")));
        assert_eq!(replica_set_name(&"x".repeat(253), "bcd").len(), 253);
    }
}
