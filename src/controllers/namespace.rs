//! Empties namespaces that are deleted, and lets them go.
//!
//! Models `namespacedResourcesDeleter.Delete`,
//! `pkg/controller/namespace/deletion/namespaced_resources_deleter.go`, Kubernetes v1.36. Left out: the
//! conditions that tell of what remains, the estimate of how long it takes.

use serde_json::Value;

use super::controller::{self, Requeue};
use super::{Controller, Reason, SyncResult, Verdict};
use crate::api::object::Opaque;
use crate::api::{Kind, Object, ObjectKey};
use crate::client::{
    Cache, Change, Context, DeleteOptions, Preconditions, PropagationPolicy, Request, StatusError,
};
use crate::sim::{Span, Time};

const FINALIZER: &str = "kubernetes";
/// After how long a namespace is looked at again in which Events remain, which no controller watches:
/// upstream's estimate for what has finalizers, 15 s, halved, and a second.
const LOOKS_AGAIN_AFTER: Span = Span::from_seconds(8);

/// The namespace controller.
#[derive(Clone, Debug, Default)]
pub struct NamespaceController;

impl Controller for NamespaceController {
    fn name(&self) -> &'static str {
        "namespace-controller"
    }

    fn watches(&self) -> &'static [Kind] {
        controller::WATCHED
    }

    fn keys_for(&mut self, change: &Change, cache: &Cache, _: Time) -> Vec<(ObjectKey, Span)> {
        let Some(object) = change.object() else {
            return Vec::new();
        };
        let key = match object {
            Object::Namespace(_) => object.key(),
            // What comes or goes in a namespace matters only while the namespace goes.
            _ if object.meta().namespace.is_empty() || change.old.is_some() && change.new.is_some() => {
                return Vec::new();
            }
            _ => ObjectKey::new(Kind::Namespace, "", object.meta().namespace.as_str()),
        };
        let is_terminating = cache.get(&key).is_some_and(|namespace| namespace.meta().is_terminating());
        if is_terminating { vec![(key, Span::ZERO)] } else { Vec::new() }
    }

    fn sync(&mut self, key: &ObjectKey, context: &mut Context<'_, Requeue>) -> SyncResult {
        let Some(Object::Namespace(namespace)) = context.find(key)? else {
            return Ok(None);
        };
        let namespace = (**namespace).clone();
        if !namespace.metadata.is_terminating() || is_finalized(&namespace) {
            return Ok(None);
        }
        let mut remaining = 0;
        let mut has_events = false;
        for object in objects_in(context, &key.name)? {
            let Some(live) = context.find(&object.key())? else {
                continue;
            };
            remaining += 1;
            has_events |= object.kind() == Kind::Event;
            let meta = live.meta();
            if meta.is_terminating() {
                continue;
            }
            let options = DeleteOptions {
                grace_period_seconds: None,
                preconditions: Preconditions { uid: Some(meta.uid.clone()), resource_version: None },
                propagation_policy: Some(PropagationPolicy::Background),
            };
            let request = Request::delete(object.key(), options);
            let removed_at_once = match context.request(request) {
                Err(error) if !error.is_not_found() => return Err(error.into()),
                _ => context.find(&object.key())?.is_none(),
            };
            remaining -= usize::from(removed_at_once);
        }
        if remaining > 0 {
            if has_events {
                // Of what else remains its going tells.
                context.wake_after(LOOKS_AGAIN_AFTER, key.clone());
            }
            return Ok(Some(Verdict::Waiting(Reason {
                name: "NamespaceContentRemaining",
                sentence: format!("waiting for {remaining} objects of namespace {} to be removed", key.name),
                object: None,
                facts: Vec::new(),
                until: None,
            })));
        }
        context.request(Request::update(Object::Namespace(finalized(namespace).into())))?;
        Ok(None)
    }

    fn boxed_clone(&self) -> Box<dyn Controller> {
        Box::new(self.clone())
    }
}

/// As the server has them, Events last: what goes may still tell some.
fn objects_in(context: &Context<'_, Requeue>, namespace: &str) -> Result<Vec<Object>, StatusError> {
    let kinds = Kind::ALL.iter().filter(|kind| kind.is_namespaced() && **kind != Kind::Event);
    let mut objects = Vec::new();
    for kind in kinds.chain([&Kind::Event]) {
        objects.extend(context.live_list(*kind, namespace)?.cloned());
    }
    Ok(objects)
}

fn is_finalized(namespace: &Opaque) -> bool {
    let finalizers = namespace.extra.get("spec").and_then(|spec| spec.get("finalizers")?.as_array());
    finalizers.is_none_or(Vec::is_empty)
}

fn finalized(mut namespace: Opaque) -> Opaque {
    let finalizers = namespace.extra.get_mut("spec").and_then(|spec| spec.get_mut("finalizers"));
    if let Some(Value::Array(names)) = finalizers {
        names.retain(|name| name != FINALIZER);
    }
    namespace
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::apiserver::ApiServer;
    use crate::client::{Informer, Recorder};
    use crate::sim::Rng;

    #[test]
    fn a_namespace_goes_once_it_is_empty() {
        let mut server = ApiServer::new(Rng::new(1));
        let made = |kind, value| Request::create(Object::from_value(kind, value).unwrap());
        server.handle(made(Kind::Namespace, json!({"metadata": {"name": "play"}}))).unwrap();
        for (name, finalizers) in [("free", json!([])), ("held", json!(["example.com/held"]))] {
            let meta = json!({"name": name, "namespace": "play", "finalizers": finalizers});
            server.handle(made(Kind::ConfigMap, json!({"metadata": meta}))).unwrap();
        }
        let namespace = ObjectKey::new(Kind::Namespace, "", "play");
        let held = ObjectKey::new(Kind::ConfigMap, "play", "held");
        let mut cache = Cache::default();
        let mut informers: Vec<Informer> =
            [Kind::ConfigMap, Kind::Namespace].map(|kind| Informer::new(kind, Span::ZERO)).into();
        let mut sync = |server: &mut ApiServer| {
            for informer in &mut informers {
                informer.deliver(server.store(), Time::ZERO, &mut cache);
            }
            let (mut recorder, mut rng) = (Recorder::default(), Rng::new(2));
            let mut context = Context::new(&cache, server, &mut recorder, &mut rng);
            NamespaceController.sync(&namespace, &mut context).unwrap().is_some()
        };
        assert!(!sync(&mut server));
        server.handle(Request::delete(namespace.clone(), DeleteOptions::default())).unwrap();
        assert!(sync(&mut server), "one object is held");
        let mut object = server.get(&held).unwrap().clone();
        object.meta_mut().finalizers.clear();
        server.handle(Request::update(object)).unwrap();
        assert!(!sync(&mut server));
        assert!(server.get(&namespace).is_err());
    }
}
