//! Rollouts of Deployments: how far one is, what came before, and the way back.
//!
//! Models `DeploymentStatusViewer`, `DeploymentHistoryViewer` and `DeploymentRollbacker`,
//! staging/src/k8s.io/kubectl/pkg/polymorphichelpers, Kubernetes v1.36.

use std::rc::Rc;

use serde_json::{Value, json};

use super::history::History;
use crate::api::codec::to_value;
use crate::api::deployment::{
    ANNOTATIONS_NOT_COPIED, Deployment, POD_TEMPLATE_HASH, ReplicaSet, equal_ignore_hash, revision_of,
};
use crate::api::meta::Condition;
use crate::api::{LabelMap, Object, ObjectKey};
use crate::apiserver::{ApiServer, PatchType, Request, Subresource};
use crate::collections::SortedMap;
use crate::kubectl::command::{CHANGE_CAUSE, Context};
use crate::kubectl::error::CommandError;
use crate::kubectl::objects::{remove_at, set_at, wire};
use crate::kubectl::printers::describe::pod_template::pod_template;
use crate::kubectl::quote::quote;
use crate::kubectl::replica_sets;
use crate::kubectl::result::DryRun;
use crate::kubectl::selection::Picked;

/// The sentence about a rollout, and whether it is done.
///
/// # Errors
/// When it is another rollout than the one that was asked about, or has failed.
pub(super) fn status(deployment: &Deployment, revision: i64) -> Result<(String, bool), String> {
    let (meta, spec, status) = (&deployment.metadata, &deployment.spec, &deployment.status);
    let name = quote(&meta.name);
    if revision > 0 {
        match revision_of(meta) {
            None => return Err(format!("cannot get the revision of deployment {name}")),
            Some(running) if running != revision => {
                return Err(format!(
                    "desired revision ({revision}) is different from the running revision ({running})"
                ));
            }
            Some(_) => {}
        }
    }
    let waiting =
        |rest: String| Ok((format!("Waiting for deployment {name} rollout to finish: {rest}\n"), false));
    if meta.generation > status.observed_generation {
        return Ok(("Waiting for deployment spec update to be observed...\n".to_owned(), false));
    }
    let progressing = Condition::find(&status.conditions, "Progressing");
    if progressing.is_some_and(|condition| condition.reason == "ProgressDeadlineExceeded") {
        return Err(format!("deployment {name} exceeded its progress deadline"));
    }
    let updated = status.updated_replicas;
    if let Some(wanted) = spec.replicas.filter(|wanted| updated < *wanted) {
        return waiting(format!("{updated} out of {wanted} new replicas have been updated..."));
    }
    if status.replicas > updated {
        let old = status.replicas - updated;
        return waiting(format!("{old} old replicas are pending termination..."));
    }
    let available = status.available_replicas;
    if available < updated {
        return waiting(format!("{available} of {updated} updated replicas are available..."));
    }
    Ok((format!("deployment {name} successfully rolled out\n"), true))
}

fn deployment_of(api: &ApiServer, key: &ObjectKey, what: &str) -> Result<Rc<Deployment>, CommandError> {
    match api.get(key) {
        Ok(Object::Deployment(deployment)) => Ok(Rc::clone(deployment)),
        Ok(_) => Err(CommandError::Exit),
        Err(error) => Err(CommandError::plain(format!("failed to retrieve {what} {}: {error}", key.name))),
    }
}

/// The sets by revision; of two with the same number, the newer.
fn by_revision<'a>(api: &'a ApiServer, deployment: &'a Deployment) -> SortedMap<i64, &'a Rc<ReplicaSet>> {
    let (new, old) = replica_sets::of_deployment(api, deployment);
    let sets = old.into_iter().chain(new);
    sets.filter_map(|set| Some((revision_of(&set.metadata)?, set))).collect()
}

/// The templates that are remembered, each as the `ReplicaSet` that has it.
pub(super) fn history(api: &ApiServer, key: &ObjectKey) -> Result<Vec<History>, CommandError> {
    let deployment = deployment_of(api, key, "deployment")?;
    let entry = |(revision, set): (i64, &Rc<ReplicaSet>)| {
        let cause = set.metadata.annotations.get(CHANGE_CAUSE).cloned().unwrap_or_default();
        let object = wire(&Object::ReplicaSet(Rc::clone(set)));
        let mut template = object["spec"]["template"].clone();
        if !cause.is_empty() {
            set_at(&mut template, &["metadata", "annotations", CHANGE_CAUSE], cause.as_str().into());
        }
        History { revision, cause, object, template }
    };
    Ok(by_revision(api, &deployment).into_iter().map(entry).collect())
}

/// Brings an earlier template back; what became of it in a few words.
pub(super) fn roll_back(
    context: &mut Context<'_>,
    picked: &Picked,
    wanted: i64,
    dry_run: DryRun,
) -> Result<String, CommandError> {
    let not_found = || CommandError::plain(format!("unable to find specified revision {wanted} in history"));
    if wanted < 0 {
        return Err(not_found());
    }
    let deployment = deployment_of(context.api, &picked.key, "Deployment")?;
    let sets = by_revision(context.api, &deployment);
    let set = match wanted {
        0 => sets.values().rev().nth(1).copied().ok_or_else(|| {
            let name = quote(&picked.key.name);
            CommandError::plain(format!("no rollout history found for deployment {name}"))
        })?,
        _ => sets.get(&wanted).copied().ok_or_else(not_found)?,
    };
    let object = wire(&Object::ReplicaSet(Rc::clone(set)));
    if dry_run == DryRun::Client {
        return Ok(pod_template(&object["spec"]["template"]));
    }
    if deployment.spec.paused {
        return Err(CommandError::plain(
            "you cannot rollback a paused deployment; resume it first with 'kubectl rollout resume' and try again",
        ));
    }
    if equal_ignore_hash(&set.spec.template, &deployment.spec.template) {
        return Ok(format!("skipped rollback (current template already matches revision {wanted})"));
    }
    let patch = restoring_patch(&deployment, set, object);
    let request = Request::Patch {
        key: picked.key.clone(),
        patch_type: PatchType::Json,
        patch,
        subresource: Subresource::Main,
        dry_run: dry_run.is_server(),
        drops_unknown: false,
    };
    context.send(request).map_err(|error| {
        CommandError::plain(format!("failed restoring revision {wanted}: {}", error.message))
    })?;
    Ok("rolled back".to_owned())
}

/// The set's template and annotations, but for those that differ by nature.
fn restoring_patch(deployment: &Deployment, set: &ReplicaSet, mut object: Value) -> Value {
    remove_at(&mut object, &["spec", "template", "metadata", "labels", POD_TEMPLATE_HASH]);
    let is_own = |key: &String| ANNOTATIONS_NOT_COPIED.contains(&key.as_str());
    let own = deployment.metadata.annotations.iter().filter(|(key, _)| is_own(key));
    let other = set.metadata.annotations.iter().filter(|(key, _)| !is_own(key));
    let annotations: LabelMap = own.chain(other).map(|(key, value)| (key.clone(), value.clone())).collect();
    let annotations = to_value(&annotations);
    json!([
        {"op": "replace", "path": "/spec/template", "value": object["spec"]["template"]},
        {"op": "replace", "path": "/metadata/annotations", "value": annotations},
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sentences_are_upstreams() {
        let of = |status: Value, revision| {
            let deployment = json!({
                "metadata": {"name": "web", "generation": 2,
                    "annotations": {"deployment.kubernetes.io/revision": "3"}},
                "spec": {"replicas": 3}, "status": status,
            });
            super::status(&crate::api::codec::from_value(deployment).unwrap(), revision)
        };
        let exceeded = json!({"observedGeneration": 2, "conditions": [
            {"type": "Progressing", "status": "False", "reason": "ProgressDeadlineExceeded"}]});
        let counts = |replicas: i64, updated: i64, available: i64| {
            json!({"observedGeneration": 2, "replicas": replicas, "updatedReplicas": updated,
                "availableReplicas": available})
        };
        for (status, revision, sentence) in [
            (json!({"observedGeneration": 1}), 0, "Waiting for deployment spec update to be observed...\n"),
            (exceeded, 0, "deployment \"web\" exceeded its progress deadline"),
            (
                counts(3, 1, 3),
                3,
                "Waiting for deployment \"web\" rollout to finish: 1 out of 3 new replicas have been updated...\n",
            ),
            (
                counts(4, 3, 3),
                0,
                "Waiting for deployment \"web\" rollout to finish: 1 old replicas are pending termination...\n",
            ),
            (
                counts(3, 3, 1),
                0,
                "Waiting for deployment \"web\" rollout to finish: 1 of 3 updated replicas are available...\n",
            ),
            (counts(3, 3, 3), 0, "deployment \"web\" successfully rolled out\n"),
            (counts(3, 3, 3), 2, "desired revision (2) is different from the running revision (3)"),
        ] {
            let said = of(status, revision).map_or_else(|error| error, |(sentence, _)| sentence);
            assert_eq!(said, sentence);
        }
        assert!(of(counts(3, 3, 3), 0).unwrap().1 && !of(counts(4, 3, 3), 0).unwrap().1);
    }
}
