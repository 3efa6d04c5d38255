//! Which pod and which container `exec`, `attach` and `logs` speak of.
//!
//! Models `FindOrDefaultContainerByName`, staging/src/k8s.io/kubectl/pkg/cmd/util/podcmd, `GetFirstPod` and
//! `SelectorsForObject`, kubectl/pkg/polymorphichelpers, Kubernetes v1.36. Left out: ephemeral containers;
//! the wait for a first pod.

use std::rc::Rc;

use crate::api::labels::LabelSelector;
use crate::api::meta::Condition;
use crate::api::object::Typed as _;
use crate::api::pod::{Container, Pod};
use crate::api::{Kind, Object, ObjectKey};
use crate::kubectl::command::Context;
use crate::kubectl::error::CommandError;
use crate::kubectl::inside::Target;
use crate::kubectl::quote::quote;
use crate::kubectl::resources::{kind_of, type_and_name};

/// The annotation that names the container which is meant when none is named.
const DEFAULT_CONTAINER: &str = "kubectl.kubernetes.io/default-container";

/// Which of several pods goes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Prefers {
    /// The one that is most alive (`ActivePods`).
    Active,
    /// The one whose log says most (`ByLogging`).
    Talkative,
}

/// The object that `POD` or `TYPE/NAME` names.
pub(super) fn key_of(context: &Context<'_>, word: &str) -> Result<ObjectKey, CommandError> {
    let (kind, name) = match type_and_name(word)? {
        Some((types, name)) => (kind_of(types)?, name),
        None => (Kind::Pod, word),
    };
    let namespace = if kind.is_namespaced() { context.namespace() } else { String::new() };
    Ok(ObjectKey::new(kind, namespace, name))
}

/// The pod that an object is or has, and how many it has.
pub(super) fn pod_of(
    context: &Context<'_>,
    object: &Object,
    doing: &str,
    prefers: Prefers,
) -> Result<(Rc<Pod>, usize), CommandError> {
    if let Some(pod) = Pod::of(object) {
        return Ok((Rc::clone(pod), 1));
    }
    let kind = object.kind().resource().kind;
    let cannot = |why: String| CommandError::plain(format!("cannot {doing} *v1.{kind}: {why}"));
    let selector = match object {
        Object::StatefulSet(set) => set.spec.selector.clone(),
        Object::DaemonSet(set) => set.spec.selector.clone(),
        Object::Deployment(deployment) => deployment.spec.selector.clone(),
        Object::ReplicaSet(set) => set.spec.selector.clone(),
        Object::Service(service) if service.spec.selector.is_empty() => {
            let name = quote(&service.metadata.name);
            return Err(cannot(format!("invalid service {name}: Service is defined without a selector")));
        }
        Object::Service(service) => {
            LabelSelector { match_labels: service.spec.selector.clone(), ..LabelSelector::default() }
        }
        _ => return Err(cannot(format!("selector for *v1.{kind} not implemented"))),
    };
    let namespace = object.meta().namespace.as_str();
    let listed = context.api.list(Kind::Pod, Some(namespace)).filter_map(Pod::of);
    let mut pods: Vec<&Rc<Pod>> = listed.filter(|pod| selector.matches(&pod.metadata.labels)).collect();
    crate::collections::sort_by_key(&mut pods, |pod| rank(pod, prefers));
    match pods.first() {
        Some(pod) => Ok((Rc::clone(pod), pods.len())),
        None => Err(CommandError::plain("timed out waiting for the condition").with_hint(Some(
            "it has no pods; kubectl waits a minute for one, the sandbox does not".to_owned(),
        ))),
    }
}

type Rank = (bool, u8, bool, i64, i64, i64, String);

/// Pods with a smaller rank go first.
fn rank(pod: &Pod, prefers: Prefers) -> Rank {
    let phase = match pod.status.phase.as_str() {
        "Running" => 0,
        "Unknown" => 1,
        "Pending" => 2,
        _ => 3,
    };
    let ready = Condition::find(&pod.status.conditions, "Ready").filter(|ready| ready.status == "True");
    let since = ready
        .and_then(|ready| ready.last_transition_time)
        .map_or(i64::MAX, crate::api::timestamp::Timestamp::unix_seconds);
    let restarts = pod.status.container_statuses.iter().map(|status| status.restart_count).max();
    let restarts = restarts.unwrap_or_default();
    let restarts = if prefers == Prefers::Talkative { -restarts } else { restarts };
    let created = pod.metadata.creation_timestamp.map_or(0, crate::api::timestamp::Timestamp::unix_seconds);
    (!pod.is_bound(), phase, ready.is_none(), since, restarts, created, pod.metadata.name.clone())
}

/// All containers of a pod, init containers last, as messages list them.
pub(super) fn all_names(pod: &Pod) -> String {
    let apps = pod.spec.containers.iter().map(|container| container.name.clone());
    let init = pod.spec.init_containers.iter().map(|container| format!("{} (init)", container.name));
    apps.chain(init).collect::<Vec<_>>().join(", ")
}

/// A container by its name.
pub(super) fn container_named<'a>(pod: &'a Pod, name: &str) -> Option<&'a Container> {
    pod.spec.containers.iter().chain(&pod.spec.init_containers).find(|container| container.name == name)
}

/// The container of that name, or the pod's default one, which is told of when there are several.
pub(super) fn container_of(
    context: &mut Context<'_>,
    pod: &Pod,
    name: &str,
    quiet: bool,
) -> Result<Target, CommandError> {
    let annotated = pod.metadata.annotations.get(DEFAULT_CONTAINER).map_or("", String::as_str);
    let named = if name.is_empty() { annotated } else { name };
    let container = match named {
        "" => pod.spec.containers.first(),
        named => container_named(pod, named),
    };
    let Some(container) = container else {
        return Err(CommandError::plain(format!(
            "container {named} is not valid for pod {} out of: {}",
            pod.metadata.name,
            all_names(pod)
        )));
    };
    if named.is_empty() && !quiet && pod.spec.containers.len() + pod.spec.init_containers.len() > 1 {
        context.err(&format!("Defaulted container {} out of: {}\n", quote(&container.name), all_names(pod)));
    }
    Ok(target(pod, &container.name))
}

/// A container of a pod.
pub(super) fn target(pod: &Pod, container: &str) -> Target {
    Target {
        namespace: pod.metadata.namespace.clone(),
        pod: pod.metadata.name.clone(),
        uid: pod.metadata.uid.clone(),
        container: container.to_owned(),
    }
}

/// The object that a word names.
pub(super) fn object_of(context: &Context<'_>, word: &str) -> Result<Object, CommandError> {
    context.fetch(&key_of(context, word)?)
}

/// Whether it has ended for good; what is said of it then.
pub(super) fn refuse_completed(pod: &Pod, doing: &str) -> Result<(), CommandError> {
    if pod.is_terminal() {
        let phase = &pod.status.phase;
        return Err(CommandError::plain(format!(
            "cannot {doing} a container in a completed pod; current phase is {phase}"
        )));
    }
    Ok(())
}
