//! Going back to an earlier template because an annotation asks for it.
//!
//! Models `rollback`, pkg/controller/deployment/rollback.go, and `SetFromReplicaSetTemplate`,
//! `pkg/controller/deployment/util/deployment_util.go`, Kubernetes v1.36. kubectl does not use it: it writes
//! the old template itself. Left out: nothing.

use std::rc::Rc;

use super::annotations::{ROLLBACK_TO, last_revision, rolled_back};
use super::status::Sums;
use crate::api::deployment::{Deployment, POD_TEMPLATE_HASH, ReplicaSet, equal_ignore_hash, revision_of};

/// The revision that the annotation asks for; 0 is the one before the last.
pub(super) fn rollback_to(deployment: &Deployment) -> Option<i64> {
    deployment.metadata.annotations.get(ROLLBACK_TO)?.parse().ok()
}

/// What becomes of the wish.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Rollback {
    /// The Deployment takes this set's template.
    To(Rc<ReplicaSet>, i64),
    /// The template is the set's already.
    Unchanged,
    /// There is no such revision.
    NotFound(&'static str),
}

/// Finds the set to go back to.
pub(super) fn find(deployment: &Deployment, wanted: i64, sets: Sums<'_>) -> Rollback {
    let wanted = if wanted == 0 { last_revision(sets.all()) } else { wanted };
    if wanted == 0 {
        return Rollback::NotFound("Unable to find last revision.");
    }
    match sets.all().find(|set| revision_of(&set.metadata) == Some(wanted)) {
        None => Rollback::NotFound("Unable to find the revision to rollback to."),
        Some(set) if equal_ignore_hash(&deployment.spec.template, &set.spec.template) => Rollback::Unchanged,
        Some(set) => Rollback::To(Rc::clone(set), wanted),
    }
}

/// The Deployment with a set's template and the annotations that go with it.
pub(super) fn take_template(deployment: &mut Deployment, set: &ReplicaSet) {
    deployment.spec.template = set.spec.template.clone();
    deployment.spec.template.metadata.labels.remove(POD_TEMPLATE_HASH);
    let annotations = rolled_back(&deployment.metadata.annotations, &set.metadata.annotations);
    deployment.metadata.annotations = annotations;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::deployment::REVISION_ANNOTATION;
    use crate::api::pod::Container;

    #[test]
    fn the_wished_revision_is_found_or_not() {
        let set = |revision: i64| {
            let mut set = ReplicaSet::default();
            set.metadata.annotations.insert(REVISION_ANNOTATION.into(), revision.to_string());
            set.metadata.annotations.insert("cause".into(), format!("c{revision}"));
            set.spec.template.metadata.labels.insert(POD_TEMPLATE_HASH.into(), "x".into());
            let container = Container { image: revision.to_string(), ..Container::default() };
            set.spec.template.spec.containers = vec![container];
            Rc::new(set)
        };
        let (new, old) = (set(4), [set(2), set(3)]);
        let mut deployment = Deployment::default();
        take_template(&mut deployment, &new);
        assert_eq!(deployment.metadata.annotations["cause"], "c4");
        let of = |wanted| find(&deployment, wanted, Sums { new: Some(&new), old: &old });
        assert_eq!(of(0), Rollback::To(Rc::clone(&old[1]), 3));
        assert_eq!(of(2), Rollback::To(Rc::clone(&old[0]), 2));
        assert_eq!(of(4), Rollback::Unchanged);
        assert_eq!(of(9), Rollback::NotFound("Unable to find the revision to rollback to."));
        let alone = find(&deployment, 0, Sums { new: Some(&new), old: &[] });
        assert_eq!(alone, Rollback::NotFound("Unable to find last revision."));
        deployment.metadata.annotations.insert(ROLLBACK_TO.into(), "3".into());
        assert_eq!(rollback_to(&deployment), Some(3));
    }
}
