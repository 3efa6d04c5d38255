//! Claims and volumes: who gets which, who makes them, who keeps them from vanishing.
//!
//! Models pkg/controller/volume and an external provisioner, Kubernetes v1.36. Left out: attaching to nodes
//! (here a volume is reached as soon as the pod runs), making volumes larger, recycling.
//!
//! - [`binder`]: the persistentvolume-controller, with [`claim_sync`] and [`volume_sync`] for its two kinds
//!   of keys.
//! - [`provisioner`]: makes the volumes of a class, and deletes them; `provisioned`: what it makes.
//!   [`protection`]: finalizers. [`expand`]: claims that ask for more. `ephemeral`: claims that pods
//!   bring along.
//! - [`latest`]: what was written a moment ago. [`claim_users`]: pods by the claims they use.

pub(crate) mod latest;
pub(crate) mod claim_users;
pub mod binder;
mod claim_sync;
mod volume_sync;
pub mod provisioner;
mod provisioned;
pub mod protection;
mod ephemeral;
mod expand;
#[cfg(test)]
mod tests;

pub use binder::PersistentVolumeBinder;
pub use protection::{ClaimProtection, VolumeProtection};
pub use provisioner::{PROVISIONERS, Provisioner, VolumeFault};

use crate::api::ObjectKey;
use crate::controllers::{Controller, Reason, Verdict};
use crate::sim::Span;

/// All controllers of volumes. A volume is made `provision` after its claim may be served; a `local` one can
/// be reached only from its node.
pub fn controllers(provision: Span, local: bool) -> Vec<Box<dyn Controller>> {
    vec![
        Box::new(PersistentVolumeBinder::default()),
        Box::new(Provisioner::new(provision, local)),
        Box::new(ClaimProtection::default()),
        Box::new(VolumeProtection),
        Box::new(ephemeral::EphemeralVolumes::default()),
        Box::new(expand::VolumeExpander),
    ]
}

fn waiting(name: &'static str, sentence: String, object: Option<ObjectKey>) -> Verdict {
    Verdict::Waiting(Reason { name, sentence, object, facts: Vec::new(), until: None })
}
