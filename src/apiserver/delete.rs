//! DELETE: asks for an object's end.
//!
//! Models `Store.Delete` with `BeforeDelete`, `deletionFinalizersForGarbageCollection` and `markAsDeleting`,
//! staging/src/k8s.io/apiserver/pkg/registry (rest/delete.go, generic/registry/store.go), and the Delete of
//! pkg/registry/core/namespace/storage, Kubernetes v1.36. Left out: deletion of objects that cannot be read.

use super::{ApiServer, DeleteOptions, PropagationPolicy, StatusError, admission, preconditions, strategy};
use crate::api::{Kind, Object, ObjectKey, ObjectMeta, Timestamp};
use crate::sim::Time;

/// Its holder's dependents are deleted first.
pub const FOREGROUND_FINALIZER: &str = "foregroundDeletion";
/// Its holder's dependents are left alone.
pub const ORPHAN_FINALIZER: &str = "orphan";

/// What a deletion does to the stored object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    /// It is already under way and ends no sooner.
    Pending,
    /// The object gets its deletion time and stays for now.
    Mark,
    /// The object gets its deletion time and is removed at once.
    MarkAndRemove,
    /// The object is removed.
    Remove,
}

impl ApiServer {
    /// Deletes an object, or marks it and leaves the rest to its kubelet or its finalizers.
    // Out of line, so that the page's start does not carry it.
    #[inline(never)]
    pub(super) fn delete(
        &mut self,
        key: &ObjectKey,
        options: &DeleteOptions,
        dry_run: bool,
    ) -> Result<Object, StatusError> {
        admission::check_deletion(key)?;
        let old = self.stored(key)?;
        preconditions::before_deletion(key, &old, &options.preconditions)?;
        let mut new = old.clone();
        let step = if key.kind == Kind::Namespace && strategy::has_namespace_finalizers(&old) {
            self.terminate_namespace(&mut new, options)
        } else {
            self.begin_deletion(&mut new, options)
        };
        debug_assert!(
            step != Step::Remove || new.meta().finalizers.is_empty(),
            "{key}: finalizers hold an object"
        );
        if dry_run || step == Step::Pending {
            return Ok(new);
        }
        if step != Step::Remove && new != old {
            new = self.store.put(new, self.now);
        }
        if matches!(step, Step::Remove | Step::MarkAndRemove) {
            return self
                .store
                .remove(key, self.now)
                .ok_or_else(|| StatusError::not_found(key.kind, &key.name));
        }
        Ok(new)
    }

    /// Puts the deletion into the object's metadata.
    fn begin_deletion(&self, object: &mut Object, options: &DeleteOptions) -> Step {
        let grace = options.grace_period_seconds.map(|seconds| if seconds < 0 { 1 } else { seconds });
        let graceful = match strategy::grace_period_seconds(object, grace) {
            Some(period) => match mark_gracefully(object.meta_mut(), grace, period, self.now) {
                Step::Pending => return Step::Pending,
                step => step == Step::Mark,
            },
            None => false,
        };
        set_propagation_finalizers(object, options.propagation_policy);
        let held = !object.meta().finalizers.is_empty();
        if !graceful {
            if !held {
                return Step::Remove;
            }
            mark_as_deleting(object.meta_mut(), self.now);
            return Step::Mark;
        }
        if held || object.meta().deletion_grace_period_seconds > Some(0) {
            Step::Mark
        } else {
            Step::MarkAndRemove
        }
    }

    /// The first request for a namespace's end; its controller empties it and takes its finalizer away.
    fn terminate_namespace(&self, object: &mut Object, options: &DeleteOptions) -> Step {
        if object.meta().is_terminating() {
            return Step::Pending;
        }
        object.meta_mut().deletion_timestamp = Some(Timestamp::at(self.now));
        strategy::set_namespace_phase(object, "Terminating");
        set_propagation_finalizers(object, options.propagation_policy);
        Step::Mark
    }
}

/// Sets or shortens the grace period. `asked` is the client's, `period` what the kind makes of it.
fn mark_gracefully(meta: &mut ObjectMeta, asked: Option<i64>, period: i64, now: Time) -> Step {
    if let Some(deletion) = meta.deletion_timestamp {
        let old_period = meta.deletion_grace_period_seconds.unwrap_or_default();
        if old_period == 0 {
            return Step::Remove;
        }
        // Only the client's own wish can shorten a grace period that already runs.
        let Some(mut period) = asked.filter(|asked| *asked < old_period) else {
            return Step::Pending;
        };
        let mut end = plus_seconds(deletion.time(), period - old_period);
        if end < now {
            end = now;
            period = period.min(1);
        }
        meta.deletion_timestamp = Some(Timestamp::at(end));
        debug_assert!(period < old_period || period == 1, "a grace period only shrinks");
        meta.deletion_grace_period_seconds = Some(period);
        return Step::Mark;
    }
    meta.deletion_timestamp = Some(Timestamp::at(plus_seconds(now, period)));
    meta.deletion_grace_period_seconds = Some(period);
    if meta.generation > 0 {
        meta.generation += 1;
    }
    Step::Mark
}

fn plus_seconds(time: Time, seconds: i64) -> Time {
    let millis = seconds.unsigned_abs().saturating_mul(1000);
    let sum = if seconds < 0 { time.ms().saturating_sub(millis) } else { time.ms().saturating_add(millis) };
    Time::from_ms(sum)
}

/// Marks an object that knows no grace but has finalizers.
fn mark_as_deleting(meta: &mut ObjectMeta, now: Time) {
    if meta.deletion_timestamp.is_none() && meta.generation > 0 {
        meta.generation += 1;
    }
    if meta.deletion_timestamp.is_none_or(|deletion| deletion.time() > now) {
        meta.deletion_timestamp = Some(Timestamp::at(now));
    }
    meta.deletion_grace_period_seconds = Some(0);
}

/// Adds the finalizer of the propagation policy and takes the other one away.
fn set_propagation_finalizers(object: &mut Object, policy: Option<PropagationPolicy>) {
    if object.kind() == Kind::Event {
        return;
    }
    let finalizers = &object.meta().finalizers;
    let wanted = match policy {
        Some(PropagationPolicy::Orphan) => Some(ORPHAN_FINALIZER),
        Some(PropagationPolicy::Foreground) => Some(FOREGROUND_FINALIZER),
        Some(PropagationPolicy::Background) => None,
        None => finalizers
            .iter()
            .find_map(|name| [ORPHAN_FINALIZER, FOREGROUND_FINALIZER].into_iter().find(|own| name == own)),
    };
    let is_own = |name: &str| name == ORPHAN_FINALIZER || name == FOREGROUND_FINALIZER;
    let as_wanted = finalizers.iter().filter(|name| is_own(name)).map(String::as_str).eq(wanted);
    if !as_wanted {
        let finalizers = &mut object.meta_mut().finalizers;
        finalizers.retain(|name| !is_own(name));
        finalizers.extend(wanted.map(str::to_owned));
    }
}
