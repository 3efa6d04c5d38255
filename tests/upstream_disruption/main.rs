//! Kubernetes' own tests of disruption budgets and evictions, by their ids: PDB-UNIT against the controller
//! with an API server, EVICT against both, PDB-E2E against the whole cluster with kubectl, in virtual time
//! and with every invariant after every step.
//!
//! Adapted: PDB-UNIT-10 to 13, 15 and 18 use `ReplicaSet`s, `StatefulSet`s and `Deployment`s where upstream
//! uses `ReplicationController`s and custom resources, which are not served; of UNIT-11 the row that
//! upstream's own workloads meet is shown. PDB-E2E evicts by draining, with a label on the pods that are to
//! go. E2E-01 deletes one by one as kubectl does. Left out: of UNIT-20 the selectors that validation
//! refuses (`src/apiserver/validation`); of EVICT-07 the retries after conflicts, which cannot come in
//! between here.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a failed unwrap is a failed test, which says what ran"
)]

mod evictions;
mod unit;
mod whole;
mod world;
