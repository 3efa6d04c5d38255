//! What is mended about pods that are there: their identity, their volumes, the owners of their claims.
//!
//! Models `UpdateStatefulPod` and `createMissingPersistentVolumeClaims`,
//! `pkg/controller/statefulset/stateful_pod_control.go`, and `fixPodClaim`, `stateful_set_control.go`,
//! Kubernetes v1.36. Left out: nothing.

use super::claims::{Holder, claims_of, has_unexpected_controller, is_claim_owner_up_to_date};
use super::control::{View, position};
use super::facts::{Facts, Slot};
use super::ordinals::in_range;
use super::plan::{ClaimStep, Phase, Plan, Task, TaskKind};

/// Mends what identifies a pod, its volumes, and the owners of its claims.
pub(super) fn enforce_invariants(view: &View<'_>, slot: &Slot, ordinal: i64, plan: &mut Plan) {
    let identity = slot.facts.has(Facts::IDENTITY);
    let storage = slot.facts.has(Facts::STORAGE);
    if identity && storage && (slot.facts.has(Facts::CLAIMS) || slot.facts.has(Facts::PENDING)) {
        return;
    }
    let claims = claim_steps(view, slot, ordinal, !storage);
    if identity && storage && claims.is_empty() {
        return;
    }
    plan.push(Task {
        phase: Phase::Replicas,
        position: position(view, ordinal),
        ordinal,
        kind: TaskKind::Update,
        claims,
    });
}

pub(super) fn fix_condemned_claims(view: &View<'_>, plan: &mut Plan) {
    for (index, (ordinal, slot)) in view.pods.condemned_work().enumerate() {
        if slot.facts.has(Facts::CLAIMS) {
            continue;
        }
        let claims = claim_steps(view, slot, ordinal, false);
        plan.push_claims(Phase::CondemnedClaims, index, ordinal, TaskKind::OwnClaims, claims);
    }
}

pub(super) fn claim_steps(view: &View<'_>, slot: &Slot, ordinal: i64, create: bool) -> Vec<ClaimStep> {
    let condemned = !in_range(view.set, ordinal);
    let meta = &slot.pod.metadata;
    steps_for(view, Holder { name: &meta.name, uid: &meta.uid, condemned }, create)
}

/// What there is to do about the claims of a pod: create those that are missing, give the others their
/// owners.
pub(super) fn steps_for(view: &View<'_>, pod: Holder<'_>, create: bool) -> Vec<ClaimStep> {
    let mut steps = Vec::new();
    for (index, claim) in claims_of(view.set, pod.name, view.cache) {
        let Some(claim) = claim else {
            if create {
                steps.push(ClaimStep::Create { template: index });
            }
            continue;
        };
        let meta = &claim.metadata;
        if create && meta.is_terminating() {
            steps.push(ClaimStep::Terminating { claim: meta.name.clone() });
        }
        if !is_claim_owner_up_to_date(meta, view.set, pod) {
            let conflicting = has_unexpected_controller(meta, view.set, pod);
            steps.push(ClaimStep::Own { claim: meta.name.clone(), conflicting });
        }
    }
    steps
}
