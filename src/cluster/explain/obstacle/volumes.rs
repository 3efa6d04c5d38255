//! What keeps a pod from the volumes of its claims.
//!
//! Tells the verdicts of `VolumeRestrictions` and `VolumeBinding`, pkg/scheduler/framework/plugins,
//! Kubernetes v1.36.

use std::rc::Rc;

use super::Case;
use super::rules::{CLAIM_IN_USE, NO_VOLUME, VOLUME_ELSEWHERE};
use crate::api::pod::Pod;
use crate::api::{Kind, ObjectKey};
use crate::cluster::explain::explanation::{self, Explanation, Mend};
use crate::cluster::explain::{claim, view};

impl Case<'_> {
    pub(super) fn claim_in_use(&self) -> Explanation {
        let namespace = self.key.namespace.as_str();
        let claims: Vec<&str> = self.pod.claim_names().collect();
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
        explanation.may_pass(self.view)
    }

    pub(super) fn volumes(&self) -> Explanation {
        let name = self.pod.claim_names().next().unwrap_or_default();
        let claim_key = ObjectKey::new(Kind::PersistentVolumeClaim, self.key.namespace.clone(), name);
        let is_elsewhere = self.says("node affinity");
        let (rule, why) = if is_elsewhere {
            (VOLUME_ELSEWHERE, "the volume of its claim cannot be reached from there")
        } else {
            (NO_VOLUME, "no volume for its claim is free or can be made there")
        };
        let mut explanation = self.because(rule, why).fact("claim", name);
        explanation.held_up_by = Some(claim_key.clone());
        if let Some(places) = claim::reachable_from(self.view, &claim_key) {
            explanation = explanation.fact("volumeReachableFrom", places);
        }
        if !is_elsewhere {
            explanation.field = self.view.field(&claim_key, "spec.storageClassName");
            return explanation.mend(Mend::edit(
                "Make a volume that fits, or let the claim name a class with a provisioner",
                explanation::Field { object: claim_key.clone(), path: "spec.storageClassName".to_owned() },
            ));
        }
        let flag = self.view.flag(self.key);
        let line = format!(
            "kubectl delete pvc {name}{flag} --wait=false; kubectl delete pod {}{flag}",
            self.key.name
        );
        explanation.mend(Mend::line(
            "Give up the volume with its data: a new claim gets one where the Pod can run",
            line,
        ))
    }
}
