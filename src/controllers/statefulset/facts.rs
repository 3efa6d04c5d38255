//! What holds for one pod of a set.
//!
//! Models the predicates of `pkg/controller/statefulset/stateful_set_utils.go` (`isCreated`,
//! `isRunningAndReady`, `isUnavailable`, `identityMatches`, …), Kubernetes v1.36: each is answered once for
//! each version of a pod. Left out: nothing that a sync could tell.

use std::rc::Rc;

use crate::api::pod::Pod;
use crate::sim::{Span, Time};

/// A revision that pods carry, by its place in [`PodTable::revision_name`]'s list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RevisionId(pub(super) u32);

/// Yes-or-no facts about a pod.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Facts(u16);

impl Facts {
    /// Its phase is `Running`.
    pub(crate) const RUNNING: Self = Self(1);
    /// Its condition `Ready` is true.
    pub(crate) const READY: Self = Self(1 << 1);
    /// It has been ready for `minReadySeconds`.
    pub(crate) const AVAILABLE: Self = Self(1 << 2);
    /// Its deletion was asked for.
    pub(crate) const TERMINATING: Self = Self(1 << 3);
    /// Its phase is `Succeeded` or `Failed`.
    pub(crate) const FINISHED: Self = Self(1 << 4);
    /// Its phase is `Pending`.
    pub(crate) const PENDING: Self = Self(1 << 5);
    /// Its name and labels are those of a member.
    pub(crate) const IDENTITY: Self = Self(1 << 6);
    /// Its volumes use the claims of its ordinal.
    pub(crate) const STORAGE: Self = Self(1 << 7);
    /// Its claims all exist and have the owners that the retention policy wants.
    pub(crate) const CLAIMS: Self = Self(1 << 8);

    const SETTLED: Self = Self(Self::RUNNING.0 | Self::READY.0 | Self::AVAILABLE.0);
    const SOUND: Self = Self(Self::IDENTITY.0 | Self::STORAGE.0 | Self::CLAIMS.0);
    const PASSING: Self = Self(Self::TERMINATING.0 | Self::FINISHED.0 | Self::PENDING.0);

    /// Whether all of these hold.
    pub(crate) const fn has(self, facts: Self) -> bool {
        self.0 & facts.0 == facts.0
    }

    /// Says that these hold, or that they do not.
    pub(super) fn set(&mut self, facts: Self, holds: bool) {
        if holds {
            self.0 |= facts.0;
        } else {
            self.0 &= !facts.0;
        }
    }
}

/// One pod.
#[derive(Clone, Debug)]
pub(crate) struct Slot {
    /// The pod.
    pub(crate) pod: Rc<Pod>,
    /// Its revision.
    pub(crate) revision: RevisionId,
    /// What holds for it.
    pub(crate) facts: Facts,
    /// Since when it is ready.
    pub(super) ready_since: Option<Time>,
}

impl Slot {
    /// Whether it runs and is ready.
    pub(crate) fn is_running_and_ready(&self) -> bool {
        self.facts.has(Facts(Facts::RUNNING.0 | Facts::READY.0))
    }

    /// Whether it has been ready long enough.
    pub(crate) fn is_available(&self) -> bool {
        self.facts.has(Facts::AVAILABLE)
    }

    /// Whether its deletion was asked for.
    pub(crate) fn is_terminating(&self) -> bool {
        self.facts.has(Facts::TERMINATING)
    }

    /// Whether it counts against the budget of an update.
    pub(crate) fn is_unavailable(&self) -> bool {
        !self.is_available() || self.is_terminating()
    }

    /// How long it must stay ready to be available.
    pub(crate) fn time_to_availability(&self, min_ready_seconds: i64, now: Time) -> Span {
        let ripe = self.ready_since.map(|since| since + seconds(min_ready_seconds));
        ripe.map_or(Span::ZERO, |ripe| ripe - now)
    }

    /// Whether it runs, is ready and available, and is here to stay.
    pub(super) fn is_settled(&self) -> bool {
        self.facts.has(Facts::SETTLED) && self.facts.0 & Facts::PASSING.0 == 0
    }

    /// Whether the controller may have something to do about it even when nothing is waited for.
    pub(super) fn needs_work(&self) -> bool {
        !self.facts.has(Facts::SOUND) || self.facts.has(Facts::FINISHED) && !self.is_terminating()
    }
}

/// A number of seconds; less than none are none.
pub(super) fn seconds(seconds: i64) -> Span {
    Span::from_seconds(u64::try_from(seconds).unwrap_or_default())
}
