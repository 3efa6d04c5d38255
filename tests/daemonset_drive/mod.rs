//! Drives the `DaemonSet` controller against the API server, sync by sync.
#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
#![expect(clippy::panic, reason = "a panic is a failed test")]

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use kubesets::api::apps::ControllerRevision;
use kubesets::api::daemonset::{DaemonSet, RollingUpdateDaemonSet};
use kubesets::api::intstr::IntOrString;
use kubesets::api::meta::Condition;
use kubesets::api::node::Node;
use kubesets::api::pod::{Container, Pod};
use kubesets::api::scheduling::Taint;
use kubesets::api::{Kind, Object, ObjectKey, OwnerReference, Timestamp};
use kubesets::apiserver::ApiServer;
use kubesets::client::{
    Body, Cache, DeleteOptions, EventType, Informer, PropagationPolicy, Request, StatusError, Subresource,
};
use kubesets::controllers::api_access::Api;
use kubesets::controllers::{Controller as _, DaemonSetController, Verdict};
use kubesets::sim::{Rng, Span, Time};

/// The label with the hash of a pod's template.
pub(crate) const HASH: &str = "controller-revision-hash";

/// What one sync did: pods created, pods deleted, other Events told.
pub(crate) type Counts = (usize, usize, usize);

/// Requests that fail.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Faults {
    /// How many more pods may be created.
    pub(crate) creates_left: Option<usize>,
    /// How many of the next writes of the set's status fail.
    pub(crate) status: usize,
    /// How many of the next live reads of the set fail.
    pub(crate) reads: usize,
}

#[derive(Default)]
struct Log {
    created: Vec<String>,
    create_calls: usize,
    deleted: Vec<String>,
    events: Vec<String>,
    requeued: Vec<Span>,
    status_calls: usize,
    reads: Cell<usize>,
}

struct Access<'a> {
    server: &'a mut ApiServer,
    faults: &'a mut Faults,
    reads_to_fail: Cell<usize>,
    log: &'a mut Log,
}

/// The cluster as far as the controller needs one.
pub(crate) struct Drive {
    server: ApiServer,
    cache: Cache,
    informers: Vec<Informer>,
    controller: DaemonSetController,
    pub(crate) faults: Faults,
    log: Log,
    now: Time,
    key: ObjectKey,
    held: bool,
}

fn injected(what: &str) -> StatusError {
    let mut error = StatusError::internal("injected");
    error.message = format!("{what} error");
    error
}

impl Api for Access<'_> {
    fn now(&self) -> Time {
        self.server.now()
    }

    fn request(&mut self, request: Request) -> Result<Object, StatusError> {
        match &request {
            Request::Create { kind: Kind::Pod, body: Body::Typed(Object::Pod(pod)), .. } => {
                self.log.create_calls += 1;
                if let Some(left) = &mut self.faults.creates_left {
                    *left = left.checked_sub(1).ok_or_else(|| injected("sync"))?;
                }
                self.log.created.push(target(pod).unwrap_or_default());
            }
            Request::Update { key, subresource: Subresource::Status, .. } if key.kind == Kind::DaemonSet => {
                self.log.status_calls += 1;
                if self.faults.status > 0 {
                    self.faults.status -= 1;
                    return Err(injected("status"));
                }
            }
            Request::Delete { key, .. } if key.kind == Kind::Pod => self.log.deleted.push(key.name.clone()),
            _ => {}
        }
        self.server.handle(request)
    }

    fn comes_again(&self) -> bool {
        true
    }

    fn live(&self, key: &ObjectKey) -> Result<Object, StatusError> {
        if key.kind == Kind::DaemonSet {
            self.log.reads.set(self.log.reads.get() + 1);
            if let Some(left) = self.reads_to_fail.get().checked_sub(1) {
                self.reads_to_fail.set(left);
                return Err(injected("get"));
            }
        }
        self.server.get(key).cloned()
    }

    fn event(&mut self, component: &str, _about: &Object, type_: EventType, reason: &str, message: &str) {
        assert_eq!(component, "daemonset-controller");
        self.log.events.push(format!("{} {reason} {message}", type_.as_str()));
    }

    fn requeue_after(&mut self, _key: &ObjectKey, after: Span) {
        self.log.requeued.push(after);
    }
}

/// The node that a pod is on or meant for.
pub(crate) fn target(pod: &Pod) -> Option<String> {
    if pod.is_bound() {
        return Some(pod.spec.node_name.clone());
    }
    let required = pod.spec.affinity.as_ref()?.node_affinity.as_ref()?.required.as_ref()?;
    let [term] = required.node_selector_terms.as_slice() else { return None };
    let [field] = term.match_fields.as_slice() else { return None };
    assert_eq!((field.key.as_str(), field.operator.as_str()), ("metadata.name", "In"));
    field.values.first().cloned()
}

/// A set as the API server would have defaulted it, but for the grace of its pods: they are gone at once.
pub(crate) fn named_set(name: &str) -> DaemonSet {
    let mut set = DaemonSet::default();
    set.metadata.name = name.into();
    set.metadata.namespace = "default".into();
    set.spec.revision_history_limit = Some(10);
    set.spec.selector.match_labels.insert("app".into(), "foo".into());
    set.spec.template.metadata.labels.insert("app".into(), "foo".into());
    set.spec.template.spec.containers =
        vec![Container { name: "c".into(), image: "foo/bar".into(), ..Container::default() }];
    set.spec.template.spec.termination_grace_period_seconds = Some(0);
    set.spec.update_strategy.type_ = "RollingUpdate".into();
    set.spec.update_strategy.rolling_update = Some(budgets("0", "1"));
    set
}

/// Budgets: `maxSurge` and `maxUnavailable`.
pub(crate) fn budgets(max_surge: &str, max_unavailable: &str) -> RollingUpdateDaemonSet {
    let amount =
        |text: &str| text.parse().map_or_else(|_| IntOrString::String(text.into()), IntOrString::Int);
    RollingUpdateDaemonSet {
        max_surge: Some(amount(max_surge)),
        max_unavailable: Some(amount(max_unavailable)),
    }
}

impl Drive {
    /// A server with this set, and a controller that has made its first revision.
    pub(crate) fn new(set: DaemonSet) -> Self {
        let mut server = ApiServer::new(Rng::new(1));
        let key = server.handle(Request::create(set)).unwrap().key();
        let kinds = DaemonSetController::default().watches();
        let mut drive = Self {
            server,
            cache: Cache::default(),
            informers: kinds.iter().map(|kind| Informer::new(*kind, Span::ZERO)).collect(),
            controller: DaemonSetController::default(),
            faults: Faults::default(),
            log: Log::default(),
            now: Time::ZERO,
            key,
            held: false,
        };
        drive.sync();
        drive.forget_log();
        drive
    }

    /// The usual set on so many nodes: `node-0`, `node-1`, …
    pub(crate) fn on_nodes(set: DaemonSet, count: usize) -> Self {
        let mut drive = Self::new(set);
        drive.add_nodes(0, count, |_| {});
        drive
    }

    /// Brings all changes to the controller's cache; the keys that they put into the queue.
    pub(crate) fn catch_up(&mut self) -> Vec<String> {
        let mut keys = Vec::new();
        if self.held {
            return keys;
        }
        for informer in &mut self.informers {
            for change in informer.deliver(self.server.store(), self.now, &mut self.cache) {
                let of_change = self.controller.keys_for(&change, &self.cache, self.now);
                let at_once = of_change.into_iter().filter(|(_, after)| *after == Span::ZERO);
                keys.extend(at_once.map(|(key, _)| key.name));
            }
        }
        keys
    }

    /// The keys that a change puts into the queue, each once.
    pub(crate) fn queued_by(&mut self, change: impl FnOnce(&mut Self)) -> Vec<String> {
        self.catch_up();
        change(self);
        self.catch_up().into_iter().collect::<BTreeSet<_>>().into_iter().collect()
    }

    /// No change reaches the cache until they are released.
    pub(crate) fn hold_watches(&mut self) {
        self.held = true;
    }

    /// Changes reach the cache again.
    pub(crate) fn release_watches(&mut self) {
        self.held = false;
    }

    /// Runs one sync, which has to succeed, and brings its writes to the cache.
    pub(crate) fn sync(&mut self) -> Counts {
        let (result, counts) = self.try_sync();
        result.unwrap();
        counts
    }

    /// Runs one sync and brings its writes to the cache.
    pub(crate) fn try_sync(&mut self) -> (Result<Option<Verdict>, String>, Counts) {
        self.catch_up();
        let before = self.counts();
        let mut controller = std::mem::take(&mut self.controller);
        let cache = std::mem::take(&mut self.cache);
        let mut access = Access {
            server: &mut self.server,
            reads_to_fail: Cell::new(self.faults.reads),
            faults: &mut self.faults,
            log: &mut self.log,
        };
        let result = controller.sync_with(&self.key, &cache, &mut access);
        self.faults.reads = access.reads_to_fail.get();
        (self.controller, self.cache) = (controller, cache);
        self.catch_up();
        let after = self.counts();
        (result.map_err(|error| error.message), (after.0 - before.0, after.1 - before.1, after.2 - before.2))
    }

    /// Runs syncs until one does nothing; what they did in all.
    pub(crate) fn sync_all(&mut self) -> Counts {
        let mut all = (0, 0, 0);
        for _ in 0..50 {
            let counts = self.sync();
            if counts == (0, 0, 0) {
                return all;
            }
            all = (all.0 + counts.0, all.1 + counts.1, all.2 + counts.2);
        }
        panic!("the controller never rests");
    }

    /// How the next sync ends.
    pub(crate) fn reason(&mut self) -> String {
        let (result, _) = self.try_sync();
        let verdict = result.unwrap();
        verdict.as_ref().and_then(Verdict::reason).map_or(String::new(), |reason| reason.name.to_owned())
    }

    fn counts(&self) -> Counts {
        let own = |event: &&String| {
            !event.contains(" SuccessfulCreate ")
                && !event.contains(" SuccessfulDelete ")
                && !event.contains(" FailedCreate ")
        };
        (self.log.created.len(), self.log.deleted.len(), self.log.events.iter().filter(own).count())
    }

    /// A request of a person or of a stand-in.
    pub(crate) fn request(&mut self, request: Request) -> Object {
        self.server.handle(request).unwrap_or_else(|error| panic!("{error}"))
    }

    /// Lets time pass.
    pub(crate) fn pass(&mut self, span: Span) {
        self.now += span;
        self.server.set_now(self.now);
    }

    /// The set.
    pub(crate) fn set(&self) -> DaemonSet {
        match self.server.get(&self.key) {
            Ok(Object::DaemonSet(set)) => (**set).clone(),
            other => panic!("{other:?}"),
        }
    }

    /// Changes the set as a person would.
    pub(crate) fn edit_set(&mut self, edit: impl FnOnce(&mut DaemonSet)) {
        let mut set = self.set();
        edit(&mut set);
        self.request(Request::update(set));
    }

    /// Sets the image.
    pub(crate) fn set_image(&mut self, image: &str) {
        self.edit_set(|set| set.spec.template.spec.containers[0].image = image.into());
    }

    /// Sets the budgets: `maxSurge` and `maxUnavailable`.
    pub(crate) fn set_budgets(&mut self, max_surge: &str, max_unavailable: &str) {
        let budgets = budgets(max_surge, max_unavailable);
        self.edit_set(|set| set.spec.update_strategy.rolling_update = Some(budgets));
    }

    /// Deletes the set.
    pub(crate) fn delete_set(&mut self, policy: PropagationPolicy) {
        let options = DeleteOptions { propagation_policy: Some(policy), ..DeleteOptions::default() };
        self.request(Request::delete(self.key.clone(), options));
    }

    /// Adds nodes from a number on.
    pub(crate) fn add_nodes(&mut self, first: usize, count: usize, edit: impl Fn(&mut Node)) {
        for number in first..first + count {
            let mut node = Node::default();
            node.metadata.name = format!("node-{number}");
            edit(&mut node);
            let taints = node.spec.taints.clone();
            let name = self.request(Request::create(node)).meta().name.clone();
            // The server has every node wait for the lifecycle controller's word; here it comes at once.
            self.edit_node(&name, |node| node.spec.taints = taints);
        }
    }

    /// Changes a node.
    pub(crate) fn edit_node(&mut self, name: &str, edit: impl FnOnce(&mut Node)) {
        let Ok(Object::Node(node)) = self.server.get(&ObjectKey::new(Kind::Node, "", name)) else {
            panic!("{name}")
        };
        let mut node = (**node).clone();
        edit(&mut node);
        self.request(Request::update(node));
    }

    /// The reference by which the set controls a pod.
    pub(crate) fn owner(&self) -> OwnerReference {
        OwnerReference::controller("apps/v1", "DaemonSet", &self.set().metadata)
    }

    /// Adds a running pod of the set, of its newest revision, to a node.
    pub(crate) fn add_pod(&mut self, node: &str) -> String {
        self.add_pod_with(node, |_| {})
    }

    /// Adds a running pod of the set, of its newest revision but for what is edited, to a node.
    pub(crate) fn add_pod_with(&mut self, node: &str, edit: impl FnOnce(&mut Pod)) -> String {
        let template = self.set().spec.template;
        let mut pod = Pod { spec: template.spec, ..Pod::default() };
        pod.metadata.namespace = "default".into();
        pod.metadata.generate_name = "pod-".into();
        pod.metadata.labels = template.metadata.labels;
        pod.metadata.owner_references = vec![self.owner()];
        let newest = self.newest_revision().map(|revision| revision.metadata.labels[HASH].clone());
        if let Some(hash) = newest {
            pod.metadata.labels.insert(HASH.into(), hash);
        }
        pod.spec.node_name = node.into();
        edit(&mut pod);
        let name = self.request(Request::create(pod)).meta().name.clone();
        self.set_phase(&name, "Running");
        name
    }

    fn pod_key(name: &str) -> ObjectKey {
        ObjectKey::new(Kind::Pod, "default", name)
    }

    /// A pod.
    pub(crate) fn pod(&self, name: &str) -> Option<Rc<Pod>> {
        match self.server.get(&Self::pod_key(name)) {
            Ok(Object::Pod(pod)) => Some(Rc::clone(pod)),
            _ => None,
        }
    }

    /// Changes a pod as a person would.
    pub(crate) fn edit_pod(&mut self, name: &str, edit: impl FnOnce(&mut Pod)) {
        let mut pod = (*self.pod(name).unwrap()).clone();
        edit(&mut pod);
        self.request(Request::update(pod));
    }

    /// A pod is in a phase and not ready.
    pub(crate) fn set_phase(&mut self, name: &str, phase: &str) {
        self.set_status(name, phase, false);
    }

    fn set_status(&mut self, name: &str, phase: &str, ready: bool) {
        let mut pod = (*self.pod(name).unwrap()).clone();
        pod.status.phase = phase.into();
        Condition::set(
            &mut pod.status.conditions,
            Condition {
                type_: "Ready".into(),
                status: if ready { "True" } else { "False" }.into(),
                last_transition_time: Some(Timestamp::at(self.now)),
                ..Condition::default()
            },
        );
        self.request(Request::update_status(pod));
    }

    /// Binds a pod to the node that it names, and makes it ready.
    pub(crate) fn make_ready(&mut self, name: &str) {
        let pod = self.pod(name).unwrap();
        if !pod.is_bound() {
            let node = target(&pod).unwrap();
            self.request(Request::Bind { key: Self::pod_key(name), uid: None, node });
        }
        self.set_status(name, "Running", true);
    }

    /// Makes all of the set's pods ready.
    pub(crate) fn make_all_ready(&mut self) {
        for pod in self.pods() {
            if !pod.is_ready() && !pod.is_terminating() {
                self.make_ready(&pod.metadata.name);
            }
        }
    }

    /// Asks for a pod's deletion.
    pub(crate) fn delete_pod(&mut self, name: &str) {
        self.request(Request::delete(Self::pod_key(name), DeleteOptions::default()));
    }

    /// All pods, whoever controls them.
    pub(crate) fn all_pods(&self) -> Vec<Rc<Pod>> {
        let pods = self.server.list(Kind::Pod, None).filter_map(|object| match object {
            Object::Pod(pod) => Some(Rc::clone(pod)),
            _ => None,
        });
        pods.collect()
    }

    /// The set's pods.
    pub(crate) fn pods(&self) -> Vec<Rc<Pod>> {
        let uid = self.set().metadata.uid;
        self.all_pods().into_iter().filter(|pod| pod.metadata.is_controlled_by(&uid)).collect()
    }

    /// How many of the set's pods are meant for each node.
    pub(crate) fn by_node(&self) -> BTreeMap<String, usize> {
        let mut counts = BTreeMap::new();
        for pod in self.pods() {
            *counts.entry(target(&pod).unwrap_or_default()).or_default() += 1;
        }
        counts
    }

    /// Names of the set's pods with an image.
    pub(crate) fn names_with_image(&self, image: &str) -> BTreeSet<String> {
        let pods = self.pods();
        let with = pods.iter().filter(|pod| pod.spec.containers[0].image == image);
        with.map(|pod| pod.metadata.name.clone()).collect()
    }

    /// The revisions, oldest first.
    pub(crate) fn revisions(&self) -> Vec<Rc<ControllerRevision>> {
        let revisions = self.server.list(Kind::ControllerRevision, None).filter_map(|object| match object {
            Object::ControllerRevision(revision) => Some(Rc::clone(revision)),
            _ => None,
        });
        let by_number: BTreeMap<_, _> =
            revisions.map(|r| ((r.revision, r.metadata.name.clone()), r)).collect();
        by_number.into_values().collect()
    }

    /// The newest revision of the set.
    pub(crate) fn newest_revision(&self) -> Option<Rc<ControllerRevision>> {
        self.revisions().pop()
    }

    /// The nodes that pods were created for.
    pub(crate) fn created(&self) -> &[String] {
        &self.log.created
    }

    /// How often the creation of a pod was tried.
    pub(crate) fn create_calls(&self) -> usize {
        self.log.create_calls
    }

    /// The pods that were deleted.
    pub(crate) fn deleted(&self) -> &[String] {
        &self.log.deleted
    }

    /// The Events that were told.
    pub(crate) fn events(&self) -> &[String] {
        &self.log.events
    }

    /// The timers that were set.
    pub(crate) fn requeued(&self) -> &[Span] {
        &self.log.requeued
    }

    /// How often the set's status was written, and the set read live.
    pub(crate) fn status_calls(&self) -> (usize, usize) {
        (self.log.status_calls, self.log.reads.get())
    }

    /// Forgets what the controller did so far.
    pub(crate) fn forget_log(&mut self) {
        self.log = Log::default();
    }
}

/// A taint.
pub(crate) fn taint(key: &str, effect: &str) -> Taint {
    Taint { key: key.into(), effect: effect.into(), ..Taint::default() }
}

/// Labels a node.
pub(crate) fn labelled(key: &'static str, value: &'static str) -> impl Fn(&mut Node) {
    move |node| drop(node.metadata.labels.insert(key.into(), value.into()))
}
