//! The controller with an API server and nothing else, for PDB-UNIT and EVICT.

use kubesets::api::policy::PodDisruptionBudget;
use kubesets::api::{Kind, Object, ObjectKey, Timestamp};
use kubesets::apiserver::{ApiServer, DeleteOptions, Request, StatusError};
use kubesets::client::{Cache, EventType, Informer};
use kubesets::controllers::api_access::Api;
use kubesets::controllers::{DisruptionController, SyncResult};
use kubesets::sim::{Rng, Span, Time};
use serde_json::{Value, json};

/// The controller beside a server, synced by hand.
pub(super) struct World {
    pub(super) server: ApiServer,
    pub(super) cache: Cache,
    pub(super) informers: Vec<Informer>,
    pub(super) controller: DisruptionController,
    pub(super) told: Vec<String>,
    pub(super) pods: usize,
}

/// What the controller does to the world.
pub(super) struct Client<'a> {
    server: &'a mut ApiServer,
    told: &'a mut Vec<String>,
}

impl Api for Client<'_> {
    fn now(&self) -> Time {
        self.server.now()
    }

    fn request(&mut self, request: Request) -> Result<Object, StatusError> {
        self.server.handle(request)
    }

    fn comes_again(&self) -> bool {
        true
    }

    fn live(&self, key: &ObjectKey) -> Result<Object, StatusError> {
        self.server.get(key).cloned()
    }

    fn event(&mut self, _: &str, about: &Object, _: EventType, reason: &str, message: &str) {
        self.told.push(format!("{} {reason} {message}", about.meta().name));
    }

    fn requeue_after(&mut self, _: &ObjectKey, _: Span) {}
}

pub(super) fn budget_key() -> ObjectKey {
    ObjectKey::new(Kind::PodDisruptionBudget, "default", "pdb")
}

impl World {
    /// A budget with this spec over the pods of `app: web`.
    pub(super) fn new(spec: &Value) -> Self {
        let mut server = ApiServer::new(Rng::new(1));
        server.set_now(Time::from_ms(600_000));
        let mut world = Self {
            server,
            cache: Cache::default(),
            informers: Kind::ALL.iter().map(|&kind| Informer::new(kind, Span::ZERO)).collect(),
            controller: DisruptionController::new(Rng::new(1)),
            told: Vec::new(),
            pods: 0,
        };
        let mut spec = spec.clone();
        if spec.get("selector").is_none() {
            spec["selector"] = json!({"matchLabels": {"app": "web"}});
        }
        world.create(Kind::PodDisruptionBudget, json!({"metadata": {"name": "pdb"}, "spec": spec}));
        world
    }

    pub(super) fn create(&mut self, kind: Kind, mut value: Value) -> Object {
        value["metadata"]["namespace"] = "default".into();
        self.server.handle(Request::create(Object::from_value(kind, value).unwrap())).unwrap()
    }

    pub(super) fn owner(object: &Object) -> Value {
        let resource = object.kind().resource();
        json!([{
            "apiVersion": object.kind().api_version(), "kind": resource.kind, "controller": true,
            "name": object.meta().name, "uid": object.meta().uid,
        }])
    }

    pub(super) fn controller(&mut self, kind: Kind, name: &str, replicas: i64) -> Object {
        self.create(kind, json!({"metadata": {"name": name}, "spec": {"replicas": replicas}}))
    }

    /// A running pod of `app: web`; its name is returned.
    pub(super) fn pod(&mut self, owner: Option<&Object>, ready: bool) -> String {
        let name = format!("p{}", self.pods);
        self.pods += 1;
        let owners = owner.map_or(json!([]), Self::owner);
        self.create(
            Kind::Pod,
            json!({
                "metadata": {"name": name, "labels": {"app": "web"}, "ownerReferences": owners},
                "spec": {"nodeName": "node-1", "terminationGracePeriodSeconds": 30, "containers": []},
            }),
        );
        self.set_ready(&name, ready);
        name
    }

    pub(super) fn pods(&mut self, count: usize, owner: Option<&Object>, ready: bool) -> Vec<String> {
        (0..count).map(|_| self.pod(owner, ready)).collect()
    }

    pub(super) fn pod_key(name: &str) -> ObjectKey {
        ObjectKey::new(Kind::Pod, "default", name)
    }

    pub(super) fn write_pod_status(&mut self, name: &str, change: impl FnOnce(&mut Value)) {
        let object = self.server.get(&Self::pod_key(name)).unwrap().clone();
        let mut value = object.to_value();
        change(&mut value["status"]);
        let object = Object::from_value(Kind::Pod, value).unwrap();
        self.server.handle(Request::update_status(object)).unwrap();
    }

    pub(super) fn set_ready(&mut self, name: &str, ready: bool) {
        let status = if ready { "True" } else { "False" };
        self.write_pod_status(name, |value| {
            value["phase"] = "Running".into();
            value["conditions"] = json!([{"type": "Ready", "status": status}]);
        });
    }

    pub(super) fn deliver(&mut self) {
        let now = self.server.now();
        for informer in &mut self.informers {
            informer.deliver(self.server.store(), now, &mut self.cache);
        }
    }

    pub(super) fn sync_key(&mut self, key: &ObjectKey) -> SyncResult {
        let mut client = Client { server: &mut self.server, told: &mut self.told };
        self.controller.sync_with(key, &self.cache, &mut client)
    }

    /// Lets the caches catch up and syncs: allowed, healthy, desired, expected.
    pub(super) fn synced(&mut self) -> (i64, i64, i64, i64) {
        self.deliver();
        self.sync_key(&budget_key()).unwrap();
        self.deliver();
        self.numbers()
    }

    pub(super) fn numbers(&self) -> (i64, i64, i64, i64) {
        let status = self.budget().status;
        (status.disruptions_allowed, status.current_healthy, status.desired_healthy, status.expected_pods)
    }

    pub(super) fn budget(&self) -> PodDisruptionBudget {
        match self.server.get(&budget_key()).unwrap() {
            Object::PodDisruptionBudget(budget) => (**budget).clone(),
            other => panic!("{other:?}"),
        }
    }

    pub(super) fn write_budget_status(&mut self, change: impl FnOnce(&mut PodDisruptionBudget)) {
        let mut budget = self.budget();
        change(&mut budget);
        self.server.handle(Request::update_status(budget)).unwrap();
    }

    pub(super) fn was_told(&self, reason: &str) -> bool {
        self.told.iter().any(|told| told.split(' ').nth(1) == Some(reason))
    }

    pub(super) fn evict(&mut self, pod: &str) -> Result<(), StatusError> {
        self.try_evict(pod, false)
    }

    pub(super) fn try_evict(&mut self, pod: &str, dry_run: bool) -> Result<(), StatusError> {
        let options = DeleteOptions::default();
        self.server.handle(Request::Evict { key: Self::pod_key(pod), options, dry_run }).map(drop)
    }

    pub(super) fn seconds_ago(&self, seconds: u64) -> Timestamp {
        Timestamp::at(Time::from_ms(self.server.now().ms() - seconds * 1000))
    }
}
