//! What must hold once nothing goes wrong any more and the desired state stays: looked at when a cluster is
//! at rest.
//!
//! - `sets`, `deployments`, `leftovers`: the properties. `traps`: what upstream's controllers do not get
//!   over.

mod sets;
mod deployments;
mod leftovers;
mod traps;

pub(super) use self::deployments::is_stuck_upstream;
pub(super) use self::leftovers::{is_left_of_a_namesake, is_stray};
pub(super) use self::traps::{failed_daemon_pods_that_queue, sleepers};

use self::deployments::{budgets_are_right, deployments_are_complete};
use self::leftovers::{history_is_trimmed, nodes_are_back, nothing_is_half_deleted, nothing_is_orphaned};
use self::sets::{
    claims_are_there, daemons_are_placed, ended_pods_are_replaced, sets_are_ready, updates_end,
};
use crate::api::ObjectMeta;
use crate::api::object::Typed;
use crate::cluster::{Cluster, ProcessName};

/// A property of a cluster at rest.
#[derive(Clone, Copy, Debug)]
pub struct Property {
    /// Its number.
    pub id: &'static str,
    /// What holds, as a sentence.
    pub sentence: &'static str,
    /// Says what does not hold.
    pub check: fn(&Cluster) -> Result<(), String>,
}

/// All of them.
pub const PROPERTIES: &[Property] = &[
    Property {
        id: "L-02",
        sentence: "all pods of a StatefulSet are ready, and its status says so",
        check: sets_are_ready,
    },
    Property {
        id: "L-03",
        sentence: "a rolling update ends with all pods at the update revision",
        check: updates_end,
    },
    Property { id: "L-06", sentence: "every claim of a pod exists and is bound", check: claims_are_there },
    Property {
        id: "L-07",
        sentence: "each eligible node has one available daemon pod of the newest revision, and no other has one",
        check: daemons_are_placed,
    },
    Property { id: "L-10", sentence: "a Deployment is complete", check: deployments_are_complete },
    Property {
        id: "L-11",
        sentence: "a budget has seen its pods and counts them right, and no stale mark of an eviction is left",
        check: budgets_are_right,
    },
    Property { id: "L-13", sentence: "what a deleted object controlled is gone", check: nothing_is_orphaned },
    Property { id: "L-14", sentence: "nothing is left half deleted", check: nothing_is_half_deleted },
    Property {
        id: "L-17",
        sentence: "every machine's node is ready, and no lost node's taint is left",
        check: nodes_are_back,
    },
    Property { id: "L-20", sentence: "no more history is kept than asked for", check: history_is_trimmed },
    Property { id: "S-08", sentence: "every process sees what is stored", check: views_are_whole },
    Property {
        id: "S-29",
        sentence: "a StatefulSet's or DaemonSet's pod that ended was replaced",
        check: ended_pods_are_replaced,
    },
];

/// The first property that does not hold.
///
/// # Errors
/// Its number, and what is wrong.
pub fn check(cluster: &Cluster) -> Result<(), (&'static str, String)> {
    PROPERTIES.iter().try_for_each(|property| {
        (property.check)(cluster).map_err(|what| (property.id, format!("{}; {what}", property.sentence)))
    })
}

fn list<T: Typed>(cluster: &Cluster) -> impl Iterator<Item = &T> {
    cluster.server().list(T::KIND, None).filter_map(T::of).map(|typed| &**typed)
}

fn owned<'a, T: Typed>(cluster: &'a Cluster, owner: &'a ObjectMeta) -> impl Iterator<Item = &'a T> {
    let objects = cluster.server().list(T::KIND, Some(&owner.namespace));
    objects
        .filter(|object| object.meta().is_controlled_by(&owner.uid))
        .filter_map(T::of)
        .map(|typed| &**typed)
}

fn views_are_whole(cluster: &Cluster) -> Result<(), String> {
    for name in [ProcessName::ControllerManager, ProcessName::Scheduler, ProcessName::Kubelets] {
        if let Some(key) = cluster.misseen(name) {
            return Err(format!("{name:?} does not see {key} as it is stored"));
        }
    }
    Ok(())
}
