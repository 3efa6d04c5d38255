//! Drives a whole cluster for tests: lines that are typed, faults, virtual time, and every invariant after
//! every step.

use std::rc::Rc;

use kubesets::api::apps::StatefulSet;
use kubesets::api::pod::Pod;
use kubesets::api::storage::PersistentVolumeClaim;
use kubesets::api::{Kind, Object, ObjectKey};
use kubesets::apiserver::WatchEventType;
use kubesets::cluster::invariants::Checker;
use kubesets::cluster::{Cluster, ClusterConfig, Input, Terminal};
use kubesets::sim::Span;

/// The set of all tests.
pub(crate) const SET: &str = "ss";
/// The image that sets start with, and another one.
pub(crate) const OLD: &str = "registry.k8s.io/nginx-slim:0.26";
pub(crate) const NEW: &str = "registry.k8s.io/nginx-slim:0.27";

/// What differs among the tests' sets. Extra text is YAML in flow style: `key: value, key: value`.
pub(crate) struct Manifest<'a> {
    pub(crate) replicas: i64,
    pub(crate) policy: &'a str,
    pub(crate) storage: bool,
    /// Lines of the set's spec.
    pub(crate) spec: &'a str,
    /// Lines of the pods' spec.
    pub(crate) pod: &'a str,
    /// Further fields of the container.
    pub(crate) container: &'a str,
}

impl Default for Manifest<'_> {
    fn default() -> Self {
        Self { replicas: 3, policy: "OrderedReady", storage: false, spec: "", pod: "", container: "" }
    }
}

impl Manifest<'_> {
    /// The Service and the set as a manifest.
    pub(crate) fn text(&self) -> String {
        let Self { replicas, policy, spec, pod, container, .. } = self;
        let (mounts, templates) = if self.storage {
            (
                "volumeMounts: [{name: datadir, mountPath: /data}]",
                "volumeClaimTemplates: [{metadata: {name: datadir}, spec: {accessModes: [ReadWriteOnce], \
                 resources: {requests: {storage: 1Gi}}}}]",
            )
        } else {
            ("", "")
        };
        format!(
            "apiVersion: v1
kind: Service
metadata: {{name: test, labels: {{foo: bar}}}}
spec:
  clusterIP: None
  selector: {{foo: bar}}
  ports: [{{port: 80, name: http}}]
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {{name: {SET}, labels: {{foo: bar}}}}
spec:
  serviceName: test
  podManagementPolicy: {policy}
  replicas: {replicas}
  selector: {{matchLabels: {{foo: bar, baz: blah}}}}
  template:
    metadata: {{labels: {{foo: bar, baz: blah}}}}
    spec:
      containers:
      - name: webserver
        image: {OLD}
        readinessProbe: {{httpGet: {{path: /index.html, port: 80}}, periodSeconds: 1, failureThreshold: 1}}
        {mounts}
        {container}
      {pod}
  {templates}
  {spec}
"
        )
    }
}

/// A cluster with everything that is asked of it after every step.
pub(crate) struct Drive {
    pub(crate) cluster: Cluster,
    checker: Checker,
    seen: u64,
    /// Pods that were made and removed, in order: `+ss-0`, `-ss-0`.
    pub(crate) lives: Vec<String>,
}

impl Drive {
    /// A cluster of four nodes on which a set was applied, and which has settled.
    pub(crate) fn settled(manifest: &Manifest<'_>) -> Self {
        let mut drive = Self::applied(manifest);
        drive.until_ready(manifest.replicas);
        drive
    }

    /// A cluster of four nodes on which a set was just applied.
    pub(crate) fn applied(manifest: &Manifest<'_>) -> Self {
        let mut drive = Self::empty();
        drive.apply(manifest.text());
        drive
    }

    /// A cluster of four nodes.
    pub(crate) fn empty() -> Self {
        let cluster = Cluster::new(ClusterConfig::with_nodes(4));
        let mut drive = Self { cluster, checker: Checker::default(), seen: 0, lives: Vec::new() };
        drive.check(true);
        drive
    }

    fn check(&mut self, by_person: bool) {
        if let Err(violation) = self.checker.check(self.cluster.server(), by_person) {
            panic!("{violation:#?}");
        }
        let Some(log) = self.cluster.server().store().watch_log(Kind::Pod) else {
            return;
        };
        for event in log.since(self.seen).into_iter().flatten() {
            let sign = match event.type_ {
                WatchEventType::Added => '+',
                WatchEventType::Deleted => '-',
                WatchEventType::Modified => continue,
            };
            self.lives.push(format!("{sign}{}", event.object.meta().name));
        }
        self.seen = log.end();
    }

    fn step(&mut self) {
        self.cluster.step();
        self.check(self.cluster.was_command());
    }

    fn submit(&mut self, input: Input) {
        self.cluster.submit(input).unwrap();
        self.check(true);
    }

    fn is_busy(&self) -> bool {
        self.cluster.terminal(0).is_some_and(Terminal::is_busy)
    }

    /// Types a line and waits for its end: exit code and what it printed.
    pub(crate) fn try_line(&mut self, line: &str) -> (i32, String) {
        self.submit(Input::Line { terminal: 0, line: line.to_owned() });
        while self.is_busy() && self.cluster.next_due().is_some() {
            self.step();
        }
        let entry = self.cluster.terminal(0).unwrap().entries().last().unwrap();
        let text = entry.chunks.iter().map(|(_, text)| text.as_str()).collect();
        (entry.exit.unwrap_or(-1), text)
    }

    /// Types a line, which has to succeed.
    pub(crate) fn line(&mut self, line: &str) -> String {
        let (exit, text) = self.try_line(line);
        assert_eq!(exit, 0, "{line}: {text}");
        text
    }

    /// Writes a file of the session.
    pub(crate) fn file(&mut self, name: &str, text: String) {
        self.submit(Input::File { name: name.to_owned(), text });
    }

    /// Applies a manifest.
    pub(crate) fn apply(&mut self, text: String) {
        self.file("set.yaml", text);
        self.line("kubectl apply -f set.yaml");
    }

    /// Patches the set's spec as `kubectl patch` does.
    pub(crate) fn patch_spec(&mut self, spec: &str) {
        self.line(&format!("kubectl patch sts {SET} -p '{{\"spec\":{{{spec}}}}}'"));
    }

    pub(crate) fn scale(&mut self, replicas: i64) {
        self.line(&format!("kubectl scale sts {SET} --replicas={replicas}"));
    }

    pub(crate) fn image(&mut self, image: &str) {
        self.line(&format!("kubectl set image sts/{SET} webserver={image}"));
    }

    pub(crate) fn partition(&mut self, partition: i64) {
        self.patch_spec(&format!(
            "\"updateStrategy\":{{\"type\":\"RollingUpdate\",\"rollingUpdate\":{{\"partition\":{partition}}}}}"
        ));
    }

    /// Injects a fault such as `unready ss-0`.
    pub(crate) fn fault(&mut self, text: &str) {
        self.submit(Input::fault(text).unwrap());
    }

    /// Runs until something holds, at most for ten minutes.
    pub(crate) fn until(&mut self, what: &str, holds: impl Fn(&Self) -> bool) {
        let limit = self.cluster.now() + Span::from_seconds(600);
        while !holds(self) {
            let due = self.cluster.next_due();
            assert!(
                due.is_some_and(|due| due <= limit),
                "{what} does not come: {:?} {:#?}",
                self.set().map(|set| set.status.clone()),
                self.pods().iter().map(|pod| (&pod.metadata.name, &pod.status.phase)).collect::<Vec<_>>()
            );
            self.step();
        }
    }

    /// Runs for a while, in which something holds after every step.
    pub(crate) fn holds_for(&mut self, seconds: u64, what: &str, holds: impl Fn(&Self) -> bool) {
        let end = self.cluster.now() + Span::from_seconds(seconds);
        while self.cluster.next_due().is_some_and(|due| due <= end) {
            self.step();
            assert!(holds(self), "no longer holds: {what}; {:?}", self.names());
        }
        self.cluster.run_until(end);
    }

    pub(crate) fn pass(&mut self, seconds: u64) {
        self.holds_for(seconds, "time", |_| true);
    }

    /// Runs until a number of pods is ready, no more are there, and the status says so.
    pub(crate) fn until_ready(&mut self, replicas: i64) {
        self.until("readiness", |drive| {
            drive.set().is_some_and(|set| {
                let status = &set.status;
                status.observed_generation == set.metadata.generation
                    && status.replicas == replicas
                    && status.ready_replicas == replicas
                    && i64::try_from(drive.pods().len()) == Ok(replicas)
            })
        });
    }

    /// Runs until a rolling update is complete.
    pub(crate) fn until_updated(&mut self, replicas: i64) {
        self.until("the update", |drive| {
            drive.set().is_some_and(|set| {
                let status = &set.status;
                status.observed_generation == set.metadata.generation
                    && status.current_revision == status.update_revision
                    && status.updated_replicas == replicas
                    && status.ready_replicas == replicas
            })
        });
    }

    pub(crate) fn set(&self) -> Option<Rc<StatefulSet>> {
        let key = ObjectKey::new(Kind::StatefulSet, "default", SET);
        match self.cluster.server().get(&key) {
            Ok(Object::StatefulSet(set)) => Some(Rc::clone(set)),
            _ => None,
        }
    }

    /// (`currentRevision`, `updateRevision`).
    pub(crate) fn revisions(&self) -> (String, String) {
        let status = self.set().unwrap().status.clone();
        (status.current_revision, status.update_revision)
    }

    pub(crate) fn pods(&self) -> Vec<Rc<Pod>> {
        let objects = self.cluster.server().list(Kind::Pod, Some("default"));
        let pods = objects.filter_map(|object| match object {
            Object::Pod(pod) if pod.metadata.name.starts_with(SET) => Some(Rc::clone(pod)),
            _ => None,
        });
        pods.collect()
    }

    pub(crate) fn names(&self) -> Vec<String> {
        self.pods().iter().map(|pod| pod.metadata.name.clone()).collect()
    }

    pub(crate) fn pod(&self, name: &str) -> Option<Rc<Pod>> {
        self.pods().into_iter().find(|pod| pod.metadata.name == name)
    }

    /// For every pod, whether it has the new image, and its revision.
    pub(crate) fn versions(&self) -> Vec<(String, String)> {
        let version = |pod: &Rc<Pod>| {
            let image = pod.spec.containers.first().map_or("", |container| &container.image);
            (image.to_owned(), pod.metadata.labels["controller-revision-hash"].clone())
        };
        self.pods().iter().map(version).collect()
    }

    pub(crate) fn is_ready(&self, name: &str) -> bool {
        self.pod(name).is_some_and(|pod| pod.is_ready())
    }

    pub(crate) fn claims(&self) -> Vec<Rc<PersistentVolumeClaim>> {
        let objects = self.cluster.server().list(Kind::PersistentVolumeClaim, Some("default"));
        let claims = objects.filter_map(|object| match object {
            Object::PersistentVolumeClaim(claim) => Some(Rc::clone(claim)),
            _ => None,
        });
        claims.collect()
    }

    pub(crate) fn claim_names(&self) -> Vec<String> {
        self.claims().iter().map(|claim| claim.metadata.name.clone()).collect()
    }

    /// The owners of a claim as `Kind/name`, a controller with a star.
    pub(crate) fn owners(&self, ordinal: i64) -> Vec<String> {
        let name = format!("datadir-{SET}-{ordinal}");
        let claim = self.claims().into_iter().find(|claim| claim.metadata.name == name).unwrap();
        let owner = |owner: &kubesets::api::meta::OwnerReference| {
            let star = if owner.controller == Some(true) { "*" } else { "" };
            format!("{}/{}{star}", owner.kind, owner.name)
        };
        claim.metadata.owner_references.iter().map(owner).collect()
    }

    /// The lives since the last call.
    pub(crate) fn take_lives(&mut self) -> Vec<String> {
        std::mem::take(&mut self.lives)
    }
}
