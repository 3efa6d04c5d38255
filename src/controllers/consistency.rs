//! Whether the cache already shows what a controller wrote itself.
//!
//! Models `ConsistencyStore`, pkg/controller/util/consistency/consistency.go, Kubernetes v1.36: a sync is put
//! off until the cache is as new as the newest write of each kind. Left out: the back-off of a sync that is
//! put off; the change that the cache lacks wakes it, and a look each second stands in for a change that
//! wakes nobody.

use super::api_access::Api;
use crate::api::{Kind, Object, ObjectKey};
use crate::client::Cache;
use crate::collections::SortedMap;
use crate::sim::{Span, Time};

/// Every write takes its time to come back through the watch; only a longer lag is told.
const LAG_WORTH_A_WORD: Span = Span::from_seconds(1);

/// What was written for one object and is not yet seen.
#[derive(Clone, Debug, Default)]
pub struct OwnWrites {
    unseen: SortedMap<Kind, u64>,
    lagging_since: Option<Time>,
}

/// What an unseen write means for a sync.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lag {
    /// The kind that lags.
    pub kind: Kind,
    /// Whether it has lagged for so long that people should know.
    pub is_worth_a_word: bool,
}

impl OwnWrites {
    /// Notes an object as it was written.
    pub fn wrote(&mut self, object: &Object) {
        let newest = self.unseen.entry(object.kind()).or_default();
        *newest = object.meta().resource_version.0.max(*newest);
    }

    /// The kind whose newest write the cache does not show yet; the sync of `key` is then put off.
    pub fn lag(&mut self, key: &ObjectKey, cache: &Cache, api: &mut dyn Api) -> Option<Lag> {
        self.unseen.retain(|kind, version| cache.revision(*kind) < *version);
        let Some(kind) = self.unseen.first_key_value().map(|(kind, _)| *kind) else {
            self.lagging_since = None;
            return None;
        };
        let now = api.now();
        let since = *self.lagging_since.get_or_insert(now);
        api.requeue_after(key, LAG_WORTH_A_WORD);
        Some(Lag { kind, is_worth_a_word: now - since >= LAG_WORTH_A_WORD })
    }
}
