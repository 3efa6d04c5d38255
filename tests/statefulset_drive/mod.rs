//! Drives the StatefulSet controller against the API server, step by step.
#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
#![expect(clippy::panic, reason = "a panic is a failed test")]

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use kubesets::api::apps::{ControllerRevision, RollingUpdateStatefulSetStrategy, StatefulSet};
use kubesets::api::meta::Condition;
use kubesets::api::pod::{Container, Pod};
use kubesets::api::storage::PersistentVolumeClaim;
use kubesets::api::{Kind, Object, ObjectKey, OwnerReference, Timestamp};
use kubesets::apiserver::ApiServer;
use kubesets::client::{Cache, DeleteOptions, EventType, Informer, Request, StatusError, Subresource};
use kubesets::collections::sort_by_key;
use kubesets::controllers::api_access::Api;
use kubesets::controllers::{Controller as _, StatefulSetController, Verdict};
use kubesets::sim::{Rng, Span, Time};

/// A request that fails once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The creation of this pod.
    Create(&'static str),
    /// The update of this pod.
    Update(&'static str),
    /// The deletion of this pod.
    Delete(&'static str),
    /// The next write of the set's status.
    Status,
    /// The update of this revision.
    Revision(&'static str),
    /// The update of this revision, by somebody else's in between.
    RevisionConflict(&'static str),
}

/// A set with one claim template, as the API server would have defaulted it.
pub(crate) fn named_set(name: &str, replicas: i64) -> StatefulSet {
    let mut set = StatefulSet::default();
    set.metadata.name = name.into();
    set.metadata.namespace = "default".into();
    set.spec.replicas = Some(replicas);
    set.spec.pod_management_policy = "OrderedReady".into();
    set.spec.service_name = "nginx".into();
    set.spec.revision_history_limit = Some(10);
    set.spec.selector.match_labels.insert("app".into(), name.into());
    set.spec.template.metadata.labels.insert("app".into(), name.into());
    set.spec.template.spec.containers =
        vec![Container { name: "nginx".into(), image: "nginx".into(), ..Container::default() }];
    set.spec.template.spec.termination_grace_period_seconds = Some(30);
    set.spec.update_strategy.type_ = "RollingUpdate".into();
    set.spec.update_strategy.rolling_update =
        Some(RollingUpdateStatefulSetStrategy { partition: Some(0), max_unavailable: None });
    let mut claim = PersistentVolumeClaim::default();
    claim.metadata.name = "www".into();
    set.spec.volume_claim_templates = vec![claim];
    set
}

#[derive(Default)]
struct Log {
    created: Vec<String>,
    deleted: Vec<String>,
    requests: Vec<String>,
    events: Vec<String>,
    requeued: Vec<(ObjectKey, Span)>,
}

struct Access<'a> {
    server: &'a mut ApiServer,
    faults: &'a mut Vec<Fault>,
    log: &'a mut Log,
    invariants: bool,
    set: ObjectKey,
}

/// The cluster as far as the controller needs one.
pub(crate) struct Drive {
    server: ApiServer,
    cache: Cache,
    informers: Vec<Informer>,
    controller: StatefulSetController,
    faults: Vec<Fault>,
    log: Log,
    now: Time,
    key: ObjectKey,
    due: BTreeSet<ObjectKey>,
    held: bool,
    invariants: bool,
    syncs: usize,
}

fn injected(what: &str) -> StatusError {
    let mut error = StatusError::internal("injected");
    error.message = format!("injected failure of {what}");
    error
}

impl Access<'_> {
    fn pod(&self, name: &str) -> Option<Rc<Pod>> {
        let key = ObjectKey::new(Kind::Pod, "default", name);
        match self.server.get(&key) {
            Ok(Object::Pod(pod)) => Some(Rc::clone(pod)),
            _ => None,
        }
    }

    fn fails(&mut self, what: &str, fault: impl Fn(&Fault) -> bool) -> Result<(), StatusError> {
        self.log.requests.push(what.to_owned());
        match self.faults.iter().position(fault) {
            Some(index) => {
                self.faults.remove(index);
                Err(injected(what))
            }
            None => Ok(()),
        }
    }

    /// STS-UNIT-INV-1: under `OrderedReady` a pod is created only when all before it are ready.
    fn ask_order_of_creation(&self, pod: &Pod) {
        let Ok(Object::StatefulSet(set)) = self.server.get(&self.set) else { return };
        if !self.invariants || set.spec.pod_management_policy != "OrderedReady" {
            return;
        }
        let ordinal = ordinal(&pod.metadata.name);
        for before in set.spec.ordinals.as_ref().map_or(0, |o| o.start)..ordinal {
            let name = format!("{}-{before}", set.metadata.name);
            let ready =
                self.pod(&name).is_some_and(|pod| pod.is_running_and_ready() && !pod.is_terminating());
            assert!(ready, "{} is created before {name} is ready", pod.metadata.name);
        }
    }
}

fn ordinal(name: &str) -> i64 {
    name.rsplit_once('-').unwrap().1.parse().unwrap()
}

impl Api for Access<'_> {
    fn now(&self) -> Time {
        self.server.now()
    }

    fn request(&mut self, request: Request) -> Result<Object, StatusError> {
        match &request {
            Request::Create {
                kind: Kind::Pod,
                body: kubesets::client::Body::Typed(Object::Pod(pod)),
                ..
            } => {
                let pod = Rc::clone(pod);
                let name = pod.metadata.name.clone();
                self.fails(&format!("create {name}"), |fault| *fault == Fault::Create(leak(&name)))?;
                self.ask_order_of_creation(&pod);
                self.log.created.push(name);
            }
            Request::Update { key, subresource: Subresource::Status, .. } => {
                let what = format!("status {}", key.name);
                self.fails(&what, |fault| *fault == Fault::Status)?;
            }
            Request::Update { key, .. } if key.kind == Kind::Pod => {
                let name = key.name.clone();
                self.fails(&format!("update {name}"), |fault| *fault == Fault::Update(leak(&name)))?;
            }
            Request::Update { key, .. } if key.kind == Kind::ControllerRevision => {
                let name = key.name.clone();
                let conflict = Fault::RevisionConflict(leak(&name));
                if let Some(index) = self.faults.iter().position(|fault| *fault == conflict) {
                    self.faults.remove(index);
                    return Err(StatusError::modified(Kind::ControllerRevision, &name));
                }
                self.fails(&format!("revision {name}"), |fault| *fault == Fault::Revision(leak(&name)))?;
            }
            Request::Delete { key, .. } if key.kind == Kind::Pod => {
                let name = key.name.clone();
                self.fails(&format!("delete {name}"), |fault| *fault == Fault::Delete(leak(&name)))?;
                self.log.deleted.push(name);
            }
            _ => {}
        }
        self.server.handle(request)
    }

    fn comes_again(&self) -> bool {
        true
    }

    fn live(&self, key: &ObjectKey) -> Result<Object, StatusError> {
        self.server.get(key).cloned()
    }

    fn event(&mut self, component: &str, _about: &Object, type_: EventType, reason: &str, message: &str) {
        assert_eq!(component, "statefulset-controller");
        self.log.events.push(format!("{} {reason} {message}", type_.as_str()));
    }

    fn requeue_after(&mut self, key: &ObjectKey, after: Span) {
        self.log.requeued.push((key.clone(), after));
    }
}

fn leak(name: &str) -> &'static str {
    Box::leak(name.to_owned().into_boxed_str())
}

impl Drive {
    /// A server with this set, and a controller that has not yet heard of it.
    pub(crate) fn new(set: StatefulSet) -> Self {
        let mut server = ApiServer::new(Rng::new(1));
        let key = server.handle(Request::create(set)).unwrap().key();
        let kinds = StatefulSetController::default().watches();
        let mut drive = Self {
            server,
            cache: Cache::default(),
            informers: kinds.iter().map(|kind| Informer::new(*kind, Span::ZERO)).collect(),
            controller: StatefulSetController::default(),
            faults: Vec::new(),
            log: Log::default(),
            now: Time::ZERO,
            key,
            due: BTreeSet::new(),
            held: false,
            invariants: true,
            syncs: 0,
        };
        drive.catch_up();
        drive
    }

    /// Brings all changes to the controller's cache.
    pub(crate) fn catch_up(&mut self) {
        if self.held {
            return;
        }
        for informer in &mut self.informers {
            let changes = informer.deliver(self.server.store(), self.now, &mut self.cache);
            for change in &changes {
                let keys = self.controller.keys_for(change, &self.cache, self.now);
                self.due.extend(keys.into_iter().map(|(key, _)| key));
            }
        }
    }

    /// No change reaches the cache until they are released.
    pub(crate) fn hold_watches(&mut self) {
        self.held = true;
    }

    /// Changes reach the cache again.
    pub(crate) fn release_watches(&mut self) {
        self.held = false;
    }

    /// Runs one sync of the set and brings its writes to the cache.
    pub(crate) fn sync_once(&mut self) -> Result<Option<Verdict>, String> {
        self.catch_up();
        let result = self.run_sync();
        self.catch_up();
        if self.invariants {
            self.ask_invariants();
        }
        result
    }

    /// Runs one sync of the set.
    pub(crate) fn run_sync(&mut self) -> Result<Option<Verdict>, String> {
        self.syncs += 1;
        let mut controller = std::mem::take(&mut self.controller);
        let cache = std::mem::take(&mut self.cache);
        let key = self.key.clone();
        let mut result = self.with_api(|api| controller.sync_with(&key, &cache, api));
        // What makes very many pods goes on in further turns.
        while controller.is_under_way(&key, self.now) {
            result = self.with_api(|api| controller.sync_with(&key, &cache, api));
        }
        (self.controller, self.cache) = (controller, cache);
        result.map_err(|error| error.message)
    }

    /// Does something with the server as the controller sees it.
    pub(crate) fn with_api<R>(&mut self, run: impl FnOnce(&mut dyn Api) -> R) -> R {
        run(&mut Access {
            server: &mut self.server,
            faults: &mut self.faults,
            log: &mut self.log,
            invariants: self.invariants,
            set: self.key.clone(),
        })
    }

    /// The controller's copy of the objects.
    pub(crate) fn cache(&self) -> &Cache {
        &self.cache
    }

    /// Syncs until the controller has nothing more to hear.
    pub(crate) fn sync_all(&mut self) {
        self.catch_up();
        self.due.insert(self.key.clone());
        let (mut rounds, mut errors) = (0, 0);
        while !self.due.is_empty() {
            rounds += 1;
            assert!(rounds < 100, "the controller never rests");
            self.due.clear();
            if self.sync_once().is_err() {
                errors += 1;
                // What no retry mends is left to the caller to find.
                if errors < 5 {
                    self.due.insert(self.key.clone());
                }
            }
        }
    }

    /// Lets pods start and end, and syncs, until nothing changes.
    pub(crate) fn settle(&mut self) {
        loop {
            self.sync_all();
            let before = self.server.store().revision();
            self.finish_deletions();
            self.collect_garbage();
            self.start_pods();
            if self.server.store().revision() == before {
                return;
            }
        }
    }

    /// Makes every pod that is not in its end or finished ready.
    pub(crate) fn start_pods(&mut self) {
        for pod in self.all_pods() {
            let finished = pod.is_terminal() || pod.is_terminating();
            if !finished && !pod.is_running_and_ready() && !pod.metadata.labels.is_empty() {
                self.make_ready(ordinal(&pod.metadata.name));
            }
        }
    }

    /// Ends pods whose deletion was asked for.
    pub(crate) fn finish_deletions(&mut self) {
        for pod in self.all_pods().iter().filter(|pod| pod.is_terminating()) {
            self.delete_pod_now(ordinal(&pod.metadata.name));
        }
    }

    /// Removes objects whose controller is gone.
    pub(crate) fn collect_garbage(&mut self) {
        loop {
            let uids: BTreeSet<String> = Kind::ALL
                .iter()
                .flat_map(|kind| self.server.list(*kind, None))
                .map(|object| object.meta().uid.clone())
                .chain(["uid-other".to_owned()])
                .collect();
            let gone: Vec<ObjectKey> = Kind::ALL
                .iter()
                .flat_map(|kind| self.server.list(*kind, None))
                .filter(|object| {
                    let owners = &object.meta().owner_references;
                    !owners.is_empty() && owners.iter().all(|owner| !uids.contains(&owner.uid))
                })
                .map(Object::key)
                .collect();
            if gone.is_empty() {
                return;
            }
            for key in gone {
                if key.kind == Kind::PersistentVolumeClaim {
                    self.remove_claim(&key.name);
                    continue;
                }
                let options = DeleteOptions { grace_period_seconds: Some(0), ..DeleteOptions::default() };
                self.request(Request::delete(key, options));
            }
        }
    }

    /// Lets time pass.
    pub(crate) fn pass(&mut self, span: Span) {
        self.now += span;
        self.server.set_now(self.now);
    }

    /// A request of a person or of a stand-in.
    pub(crate) fn request(&mut self, request: Request) -> Object {
        self.server.handle(request).unwrap_or_else(|error| panic!("{error}"))
    }

    /// The set's key.
    pub(crate) fn key(&self) -> ObjectKey {
        self.key.clone()
    }

    /// The set.
    pub(crate) fn set(&self) -> StatefulSet {
        match self.server.get(&self.key) {
            Ok(Object::StatefulSet(set)) => (**set).clone(),
            other => panic!("{other:?}"),
        }
    }

    /// All pods by ordinal, whoever controls them.
    pub(crate) fn all_pods(&self) -> Vec<Pod> {
        let pods = self.server.list(Kind::Pod, Some("default")).filter_map(|object| match object {
            Object::Pod(pod) => Some((**pod).clone()),
            _ => None,
        });
        let mut pods: Vec<Pod> = pods.collect();
        sort_by_key(&mut pods, |pod| ordinal(&pod.metadata.name));
        pods
    }

    /// The set's pods by ordinal.
    pub(crate) fn pods(&self) -> Vec<Pod> {
        let uid = self.set().metadata.uid;
        self.all_pods().into_iter().filter(|pod| pod.metadata.is_controlled_by(&uid)).collect()
    }

    /// The images of the set's pods by ordinal.
    pub(crate) fn images(&self) -> Vec<String> {
        self.pods().into_iter().map(|pod| pod.spec.containers[0].image.clone()).collect()
    }

    /// The claims by name.
    pub(crate) fn claims(&self) -> Vec<String> {
        self.claim_owners().into_keys().collect()
    }

    /// The owners of all claims, by name.
    pub(crate) fn claim_owners(&self) -> BTreeMap<String, Vec<OwnerReference>> {
        self.server
            .list(Kind::PersistentVolumeClaim, None)
            .map(|claim| (claim.meta().name.clone(), claim.meta().owner_references.clone()))
            .collect()
    }

    /// The revisions as objects.
    pub(crate) fn revision_objects(&self) -> Vec<ControllerRevision> {
        let revisions = self.server.list(Kind::ControllerRevision, None).filter_map(|object| match object {
            Object::ControllerRevision(revision) => Some((**revision).clone()),
            _ => None,
        });
        revisions.collect()
    }

    /// Names and numbers of the revisions, by number.
    pub(crate) fn revisions(&self) -> Vec<(String, i64)> {
        let objects = self.revision_objects();
        let mut revisions: Vec<_> =
            objects.into_iter().map(|revision| (revision.metadata.name, revision.revision)).collect();
        sort_by_key(&mut revisions, |(_, number)| *number);
        revisions
    }

    /// Takes the owners off all revisions.
    pub(crate) fn orphan_revisions(&mut self) {
        for mut revision in self.revision_objects() {
            revision.metadata.owner_references.clear();
            self.request(Request::update(revision));
        }
    }

    /// How many objects of a kind there are.
    pub(crate) fn request_kind_count(&self, kind: Kind) -> usize {
        self.server.store().count(kind)
    }

    /// Changes the set as a person would.
    pub(crate) fn edit_set(&mut self, edit: impl FnOnce(&mut StatefulSet)) {
        let mut set = self.set();
        edit(&mut set);
        self.request(Request::update(set));
    }

    /// Changes nothing that matters, so that the set is synced.
    pub(crate) fn touch_set(&mut self) {
        self.edit_set(|set| {
            set.metadata.annotations.insert("touched".into(), "yes".into());
        });
    }

    /// Sets the number of replicas.
    pub(crate) fn scale(&mut self, replicas: i64) {
        self.edit_set(|set| set.spec.replicas = Some(replicas));
    }

    /// Sets the image.
    pub(crate) fn set_image(&mut self, image: &str) {
        self.edit_set(|set| set.spec.template.spec.containers[0].image = image.into());
    }

    fn pod_key(&self, ordinal: i64) -> ObjectKey {
        ObjectKey::new(Kind::Pod, "default", format!("{}-{ordinal}", self.key.name))
    }

    /// Changes a pod as a person would.
    pub(crate) fn edit_pod(&mut self, ordinal: i64, edit: impl FnOnce(&mut Pod)) {
        let Ok(Object::Pod(pod)) = self.server.get(&self.pod_key(ordinal)) else { panic!("web-{ordinal}") };
        let mut pod = (**pod).clone();
        edit(&mut pod);
        self.request(Request::update(pod));
    }

    /// Changes a claim as a person would.
    pub(crate) fn edit_claim(&mut self, name: &str, edit: impl FnOnce(&mut PersistentVolumeClaim)) {
        let key = ObjectKey::new(Kind::PersistentVolumeClaim, "default", name);
        let Ok(Object::PersistentVolumeClaim(claim)) = self.server.get(&key) else { panic!("{name}") };
        let mut claim = (**claim).clone();
        edit(&mut claim);
        self.request(Request::update(claim));
    }

    fn edit_status(&mut self, ordinal: i64, phase: &str, ready: bool) {
        let key = self.pod_key(ordinal);
        if let Ok(Object::Pod(pod)) = self.server.get(&key)
            && !pod.is_bound()
        {
            self.request(Request::Bind { key: key.clone(), uid: None, node: "node-1".into() });
        }
        let Ok(Object::Pod(pod)) = self.server.get(&key) else { panic!("{key}") };
        let mut pod = (**pod).clone();
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

    /// The pod's containers run and are ready.
    pub(crate) fn make_ready(&mut self, ordinal: i64) {
        self.edit_status(ordinal, "Running", true);
    }

    /// The pod's containers run and are not ready.
    pub(crate) fn run_unready(&mut self, ordinal: i64) {
        self.edit_status(ordinal, "Running", false);
    }

    /// The pod has this phase and is not ready.
    pub(crate) fn set_phase(&mut self, ordinal: i64, phase: &str) {
        self.edit_status(ordinal, phase, false);
    }

    /// Deletes a pod without grace.
    pub(crate) fn delete_pod_now(&mut self, ordinal: i64) {
        let options = DeleteOptions { grace_period_seconds: Some(0), ..DeleteOptions::default() };
        self.request(Request::delete(self.pod_key(ordinal), options));
    }

    /// Removes a pod at once.
    pub(crate) fn remove_pod(&mut self, ordinal: i64) {
        self.delete_pod_now(ordinal);
        assert!(self.server.get(&self.pod_key(ordinal)).is_err());
    }

    /// Removes a claim.
    pub(crate) fn remove_claim(&mut self, name: &str) {
        let key = ObjectKey::new(Kind::PersistentVolumeClaim, "default", name);
        self.request(Request::delete(key.clone(), DeleteOptions::default()));
        if self.server.get(&key).is_ok() {
            self.edit_claim(name, |claim| claim.metadata.finalizers.clear());
        }
    }

    /// Has the next request of this sort fail.
    pub(crate) fn fail_next(&mut self, fault: Fault) {
        self.faults.push(fault);
    }

    /// The pods that the controller created, in order.
    pub(crate) fn created(&self) -> &[String] {
        &self.log.created
    }

    /// The pods that the controller deleted, in order.
    pub(crate) fn deleted(&self) -> &[String] {
        &self.log.deleted
    }

    /// How often the controller sent this request.
    pub(crate) fn requests_of(&self, what: &str) -> usize {
        self.log.requests.iter().filter(|request| *request == what).count()
    }

    /// The Events that the controller told.
    pub(crate) fn events(&self) -> Vec<String> {
        self.log.events.clone()
    }

    /// The timers that the controller set.
    pub(crate) fn requeued(&self) -> &[(ObjectKey, Span)] {
        &self.log.requeued
    }

    /// Forgets what the controller did so far.
    pub(crate) fn forget_log(&mut self) {
        self.log = Log::default();
    }

    /// Asks no invariants, which look at every pod.
    pub(crate) fn without_invariants(&mut self) {
        self.invariants = false;
    }

    /// How many syncs have run.
    pub(crate) fn sync_count(&self) -> usize {
        self.syncs
    }

    fn ask_invariants(&self) {
        let Ok(Object::StatefulSet(set)) = self.server.get(&self.key) else { return };
        let status = &set.status;
        assert!(
            status.available_replicas <= status.ready_replicas && status.ready_replicas <= status.replicas
        );
        assert!(status.current_replicas <= status.replicas && status.updated_replicas <= status.replicas);
        if set.metadata.is_terminating() {
            return;
        }
        let start = set.spec.ordinals.as_ref().map_or(0, |ordinals| ordinals.start);
        let end = start + set.spec.replicas.unwrap_or(1);
        let owners = self.claim_owners();
        for pod in self.pods() {
            // INV-1 and INV-2: names, namespace, volumes.
            let name = &pod.metadata.name;
            assert_eq!(*name, format!("{}-{}", self.key.name, ordinal(name)));
            assert_eq!(pod.metadata.namespace, "default");
            let claims: Vec<String> = pod.claim_names().map(std::borrow::Cow::into_owned).collect();
            let wanted: Vec<String> = set
                .spec
                .volume_claim_templates
                .iter()
                .map(|t| format!("{}-{name}", t.metadata.name))
                .collect();
            assert_eq!(claims, wanted);
            // INV-4: owners of claims, once the controller has seen the claim and had no reason to stop
            // before.
            let policy = set.spec.persistent_volume_claim_retention_policy.clone().unwrap_or_default();
            let condemned = !(start..end).contains(&ordinal(name));
            for claim in claims {
                let Some(owners) = owners.get(&claim) else { continue };
                let by_set = owners.iter().any(|owner| owner.uid == set.metadata.uid);
                let by_pod = owners.iter().any(|owner| owner.uid == pod.metadata.uid);
                assert!(!by_set || policy.when_deleted == "Delete", "{claim} is the set's");
                assert!(!by_pod || policy.when_scaled == "Delete" && condemned, "{claim} is {name}'s");
                assert!(!(by_set && by_pod), "{claim} is both's");
            }
        }
    }
}
