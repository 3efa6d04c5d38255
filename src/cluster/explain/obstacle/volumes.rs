//! What keeps a pod from the volumes of its claims.
//!
//! Tells the verdicts of `VolumeRestrictions`, `VolumeBinding` and `VolumeZone`,
//! pkg/scheduler/framework/plugins, Kubernetes v1.36.

use std::rc::Rc;

use super::Case;
use super::rules::{CLAIM_IN_USE, NO_VOLUME, VOLUME_ELSEWHERE, VOLUME_ZONE};
use crate::api::node::Node;
use crate::api::pod::Pod;
use crate::api::storage::{PersistentVolume, PersistentVolumeClaim};
use crate::api::volume::is_reachable_from;
use crate::api::{Kind, ObjectKey};
use crate::cluster::explain::explanation::{Explanation, Mend};
use crate::cluster::explain::{claim, view};
use crate::scheduler::volume_topologies;

impl Case<'_> {
    pub(super) fn claim_in_use(&self) -> Explanation {
        let namespace = self.key.namespace.as_str();
        let claims: Vec<_> = self.pod.claim_names().collect();
        let is_user = |pod: &&Rc<Pod>| {
            let key = view::pod_key(pod);
            key != *self.key
                && pod.is_bound()
                && !pod.is_terminal()
                && pod.claim_names().any(|name| claims.contains(&name))
        };
        let why = "another Pod uses its claim, which only one Pod may use";
        let mut explanation = self.because(CLAIM_IN_USE, why);
        if let Some(user) = self.view.list::<Pod>(Some(namespace)).find(is_user) {
            let name = &user.metadata.name;
            let line = format!("kubectl delete pod {name}{}", self.view.flag(self.key));
            explanation =
                explanation.fact("usedBy", name.as_str()).mend(Mend::line("Let the other one go", line));
            explanation.held_up_by = Some(view::pod_key(user));
        }
        self.may_pass(explanation)
    }

    /// The claim whose volume is elsewhere, or that has none.
    fn claim_in_the_way(&self, is_elsewhere: bool) -> String {
        let node = self.view.typed::<Node>("", self.first_node());
        let is_it = |name: &std::borrow::Cow<'_, str>| {
            let claim = self.view.typed::<PersistentVolumeClaim>(&self.key.namespace, name);
            let volume =
                claim.and_then(|claim| self.view.typed::<PersistentVolume>("", &claim.spec.volume_name));
            match (volume, node) {
                (Some(volume), Some(node)) => is_elsewhere && !is_reachable_from(volume, node),
                _ => !is_elsewhere,
            }
        };
        let found = self.pod.claim_names().find(is_it);
        found.or_else(|| self.pod.claim_names().next()).unwrap_or_default().into_owned()
    }

    pub(super) fn volumes(&self) -> Explanation {
        let is_elsewhere = self.says("node affinity");
        let name = self.claim_in_the_way(is_elsewhere);
        let claim_key = ObjectKey::new(Kind::PersistentVolumeClaim, self.key.namespace.clone(), name.clone());
        let (rule, why) = if is_elsewhere {
            (VOLUME_ELSEWHERE, "the volume of its claim cannot be reached from there")
        } else {
            (NO_VOLUME, "no volume for its claim is free or can be made there")
        };
        let mut explanation = self.because(rule, why).fact("claim", &name);
        explanation.held_up_by = Some(claim_key.clone());
        if let Some(places) = claim::reachable_from(self.view, &claim_key) {
            explanation = explanation.fact("volumeReachableFrom", places);
        }
        if !is_elsewhere {
            explanation.field = self.view.field(&claim_key, "spec.storageClassName");
            return claim::renew(self.view, &claim_key, explanation, "Make a volume that fits");
        }
        self.give_up(explanation, &name)
    }

    fn give_up(&self, explanation: Explanation, claim: &str) -> Explanation {
        let flag = self.view.flag(self.key);
        let line = format!(
            "kubectl delete pvc {claim}{flag} --wait=false; kubectl delete pod {}{flag}",
            self.key.name
        );
        explanation.mend(Mend::line(
            "Give up the volume with its data: a new claim gets one where the Pod can run",
            line,
        ))
    }

    /// The labels of a volume name a place, and the node is not in it.
    pub(super) fn volume_zone(&self) -> Explanation {
        let why = "the labels of its claim's volume name another zone or region";
        let mut explanation = self.because(VOLUME_ZONE, why);
        let Some(node) = self.view.typed::<Node>("", self.first_node()) else { return explanation };
        let found = self.pod.claim_names().find_map(|name| {
            let claim = self.view.typed::<PersistentVolumeClaim>(&self.key.namespace, &name)?;
            let volume = self.view.typed::<PersistentVolume>("", &claim.spec.volume_name)?;
            let missed = volume_topologies(volume).into_iter().filter(|topology| !topology.has(node));
            let missed: Vec<_> =
                missed.map(|topology| (topology.key, topology.values.join(" or "))).collect();
            (!missed.is_empty()).then(|| (name.into_owned(), volume, missed))
        });
        let Some((claim, volume, missed)) = found else { return explanation };
        let name = volume.metadata.name.as_str();
        let volume_key = ObjectKey::new(Kind::PersistentVolume, "", name);
        explanation.field = self.view.field(&volume_key, "metadata.labels");
        explanation = explanation.fact("claim", &claim).fact("volume", name);
        let mut line = format!("kubectl label pv {name}");
        for (key, value) in missed {
            line.push_str(&format!(" {key}-"));
            explanation = explanation.fact(key, value);
        }
        let words = "Take the labels from the volume, if it can be reached from there all the same";
        self.give_up(explanation.mend(Mend::line(words, line)), &claim)
    }
}
