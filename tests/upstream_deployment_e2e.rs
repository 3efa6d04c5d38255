//! Kubernetes' own end-to-end tests of Deployments, by their ids, against the whole cluster: lines that are
//! typed, controllers, scheduler and kubelets, in virtual time, with every invariant after every step.
//!
//! Adapted: 10 has no load balancer to knock at; the nodes that its endpoints are on are looked at after
//! every step, the ready ones by themselves too. 11 deletes one by one as kubectl does. Left out: 13 and 14,
//! which need the gate `DeploymentPodReplacementPolicy` of a later version: v1.36 has no field for it.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a failed unwrap is a failed test, which says what ran"
)]

mod status_endpoint;
mod workload_drive;

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::rc::Rc;

use kubesets::api::deployment::{Deployment, REVISION_ANNOTATION, ReplicaSet, new_and_old};
use kubesets::api::meta::Condition;
use kubesets::api::network::EndpointSlice;
use kubesets::api::pod::Pod;
use kubesets::cluster::{Cluster, ClusterConfig};
use kubesets::sim::{Rng, Span};
use status_endpoint::StatusEndpoint;
use workload_drive::{Drive, get, list};

/// The Deployment of all tests, its pods' label, and two images.
const NAME: &str = "web";
const OLD: &str = "registry.k8s.io/e2e-test-images/agnhost:2.56";
const NEW: &str = "registry.k8s.io/e2e-test-images/agnhost:2.57";

/// What differs among the tests' Deployments; `spec` and `container` are further lines of YAML.
struct Manifest<'a> {
    replicas: i64,
    image: &'a str,
    container: &'a str,
    labels: &'a str,
    spec: &'a str,
    pod: &'a str,
}

impl Default for Manifest<'_> {
    fn default() -> Self {
        Self { replicas: 1, image: OLD, container: "agnhost", labels: "name: web", spec: "", pod: "" }
    }
}

impl Manifest<'_> {
    fn text(&self) -> String {
        self.named(NAME)
    }

    fn named(&self, name: &str) -> String {
        let Self { replicas, image, container, labels, spec, pod } = self;
        format!(
            "apiVersion: apps/v1
kind: Deployment
metadata: {{name: {name}, labels: {{name: web}}}}
spec:
  replicas: {replicas}
  selector: {{matchLabels: {{name: web}}}}
  template:
    metadata: {{labels: {{{labels}}}}}
    spec:
      terminationGracePeriodSeconds: 0
      containers: [{{name: {container}, image: \"{image}\"}}]
      {pod}
  {spec}
"
        )
    }
}

/// A `ReplicaSet` of nobody with one pod, which the Deployment's selector takes in.
fn replica_set(annotations: &str) -> String {
    format!(
        "apiVersion: apps/v1
kind: ReplicaSet
metadata: {{name: before, labels: {{name: web, pod: httpd}}, annotations: {{{annotations}}}}}
spec:
  replicas: 1
  selector: {{matchLabels: {{name: web, pod: httpd}}}}
  template:
    metadata: {{labels: {{name: web, pod: httpd}}}}
    spec: {{terminationGracePeriodSeconds: 0, containers: [{{name: httpd, image: \"{OLD}\"}}]}}
"
    )
}

fn drive() -> Drive {
    Drive::new(ClusterConfig::with_nodes(4), None)
}

fn applied(manifest: &Manifest<'_>) -> Drive {
    let mut drive = drive();
    drive.apply(&manifest.text());
    drive
}

fn settled(manifest: &Manifest<'_>) -> Drive {
    let mut drive = applied(manifest);
    drive.until("completion", is_complete);
    drive
}

fn with_orphan(annotations: &str) -> Drive {
    let mut drive = drive();
    drive.apply(&replica_set(annotations));
    drive.until("a ready pod", |cluster| {
        get::<ReplicaSet>(cluster, "before").is_some_and(|set| set.status.ready_replicas == 1)
    });
    drive
}

fn deployment(cluster: &Cluster) -> Rc<Deployment> {
    get(cluster, NAME).unwrap()
}

/// Updated, nothing old is left, all is available, and the controller knows of it.
fn is_complete(cluster: &Cluster) -> bool {
    let Some(deployment) = get::<Deployment>(cluster, NAME) else {
        return false;
    };
    let (replicas, status) = (deployment.spec.replicas.unwrap_or(1), &deployment.status);
    let counts = [status.updated_replicas, status.replicas, status.available_replicas];
    counts == [replicas; 3] && status.observed_generation >= deployment.metadata.generation
}

fn revision(cluster: &Cluster) -> String {
    deployment(cluster).metadata.annotations.get(REVISION_ANNOTATION).cloned().unwrap_or_default()
}

/// The `ReplicaSet` of the present template, when it has the image, and the others.
fn sets(cluster: &Cluster) -> (Option<Rc<ReplicaSet>>, Vec<Rc<ReplicaSet>>) {
    let owner = deployment(cluster);
    let mut sets = list::<ReplicaSet>(cluster);
    sets.retain(|set| set.metadata.is_controlled_by(&owner.metadata.uid));
    let (new, _) = new_and_old(&owner, &sets);
    let new = new.map(Rc::clone);
    sets.retain(|set| Some(&set.metadata.uid) != new.as_ref().map(|new| &new.metadata.uid));
    (new, sets)
}

fn image_of(set: &ReplicaSet) -> &str {
    &set.spec.template.spec.containers[0].image
}

/// Waits for a revision with an image, both of the Deployment and of its new `ReplicaSet`.
fn until_revision(drive: &mut Drive, wanted: &str, image: &str) {
    drive.until("the revision", |cluster| {
        let (new, _) = sets(cluster);
        new.is_some_and(|new| {
            new.metadata.annotations.get(REVISION_ANNOTATION).is_some_and(|number| number == wanted)
                && image_of(&new) == image
        }) && revision(cluster) == wanted
    });
}

/// Never more pods than surge allows, never fewer available than wanted, once the rollout has begun.
fn rolls_within(cluster: &Cluster, surge: i64, unavailable: i64) {
    let (new, old) = sets(cluster);
    let Some(new) = new else {
        return;
    };
    let owner = deployment(cluster);
    let replicas = owner.spec.replicas.unwrap_or(1);
    let total: i64 = old.iter().chain([&new]).map(|set| set.spec.replicas.unwrap_or(1)).sum();
    assert!(total <= replicas + surge, "{total} pods");
    let available = owner.status.available_replicas;
    assert!(available >= replicas - unavailable, "{available} available");
}

/// (spec, created, available) of a set by name.
fn counts(cluster: &Cluster, name: &str) -> (i64, i64, i64) {
    let set = get::<ReplicaSet>(cluster, name).unwrap();
    (set.spec.replicas.unwrap_or(1), set.status.replicas, set.status.available_replicas)
}

#[test]
fn dep_e2e_01_a_deletion_reaches_replica_sets_and_pods() {
    let mut drive = drive();
    let labels = "metadata: {name: web, labels: {name: web}}";
    let noted = "metadata: {name: web, labels: {name: web}, annotations: {test: should-copy}}";
    drive.apply(&Manifest::default().text().replace(labels, noted));
    until_revision(&mut drive, "1", OLD);
    drive.until("completion", is_complete);
    let applied = "kubectl.kubernetes.io/last-applied-configuration";
    assert!(deployment(&drive.cluster).metadata.annotations.contains_key(applied));
    let (new, old) = sets(&drive.cluster);
    let annotations = new.unwrap().metadata.annotations.clone();
    assert_eq!(annotations.get("test").map(String::as_str), Some("should-copy"));
    assert!(!annotations.contains_key(applied));
    assert!(old.is_empty());
    drive.line(&format!("kubectl delete deployment {NAME}"));
    assert!(get::<Deployment>(&drive.cluster, NAME).is_none());
    drive.until("no replica sets", |cluster| list::<ReplicaSet>(cluster).is_empty());
    drive.until("no pods", |cluster| list::<Pod>(cluster).is_empty());
    drive.pass(60);
    assert!(list::<ReplicaSet>(&drive.cluster).is_empty() && list::<Pod>(&drive.cluster).is_empty());
}

#[test]
fn dep_e2e_02_a_rolling_update_takes_over_from_an_adopted_replica_set() {
    // The number is beyond what a double can hold.
    let mut drive = with_orphan("deployment.kubernetes.io/revision: \"3546343826724305832\"");
    drive.apply(&Manifest { image: NEW, ..Manifest::default() }.text());
    until_revision(&mut drive, "3546343826724305833", NEW);
    drive.until("completion", is_complete);
    let (_, old) = sets(&drive.cluster);
    assert_eq!(old.iter().map(|set| set.metadata.name.as_str()).collect::<Vec<_>>(), ["before"]);
    assert_eq!(counts(&drive.cluster, "before"), (0, 0, 0));
}

#[test]
fn dep_e2e_03_recreate_never_has_new_pods_beside_old_ones() {
    let spec = "strategy: {type: Recreate}";
    let mut drive = applied(&Manifest { spec, ..Manifest::default() });
    until_revision(&mut drive, "1", OLD);
    drive.until("completion", is_complete);
    drive.always(|cluster| {
        let status = &deployment(cluster).status;
        assert!(status.updated_replicas == 0 || status.replicas == status.updated_replicas, "{status:?}");
        // What the status says later is so at every moment.
        let live: BTreeSet<String> =
            list::<Pod>(cluster).iter().map(|pod| pod.spec.containers[0].image.clone()).collect();
        assert!(live.len() < 2, "{live:?}");
    });
    drive.apply(&Manifest { spec, container: "httpd", image: NEW, ..Manifest::default() }.text());
    until_revision(&mut drive, "2", NEW);
    drive.until("completion", is_complete);
}

#[test]
fn dep_e2e_04_old_replica_sets_are_cleaned_up() {
    let mut drive = with_orphan("");
    let pods: BTreeSet<String> =
        list::<Pod>(&drive.cluster).iter().map(|pod| pod.metadata.uid.clone()).collect();
    let made = Rc::new(RefCell::new(BTreeSet::new()));
    let seen = Rc::clone(&made);
    drive.always(move |cluster| {
        for pod in list::<Pod>(cluster).iter().filter(|pod| !pods.contains(&pod.metadata.uid)) {
            let container = pod.spec.containers[0].name.clone();
            seen.borrow_mut().insert((pod.metadata.uid.clone(), container));
        }
    });
    drive.apply(&Manifest { image: NEW, spec: "revisionHistoryLimit: 0", ..Manifest::default() }.text());
    drive.until("adoption", |cluster| sets(cluster).1.len() == 1);
    drive.until("no old replica sets", |cluster| sets(cluster).1.is_empty() && is_complete(cluster));
    drive.pass(60);
    assert!(get::<ReplicaSet>(&drive.cluster, "before").is_none());
    let made: Vec<String> = made.borrow().iter().map(|(_, container)| container.clone()).collect();
    assert_eq!(made, ["agnhost"]);
}

#[test]
fn dep_e2e_05_a_rollout_is_rolled_over_by_the_next() {
    let mut drive = with_orphan("");
    let bad = "gcr.io/google_samples/gb-redisslave:nonexistent";
    let spec = "minReadySeconds: 10
  strategy: {type: RollingUpdate, rollingUpdate: {maxUnavailable: 0, maxSurge: 1}}";
    drive.pass(10);
    drive.apply(&Manifest { image: bad, container: "redis", spec, ..Manifest::default() }.text());
    drive.until("an updated pod", |cluster| {
        let deployment = deployment(cluster);
        deployment.status.observed_generation >= deployment.metadata.generation
            && deployment.status.updated_replicas >= 1
    });
    until_revision(&mut drive, "1", bad);
    let stuck = sets(&drive.cluster).0.unwrap().metadata.name.clone();
    let created = |cluster: &Cluster, name: &str| {
        let (spec, status, _) = counts(cluster, name);
        (spec, status)
    };
    assert_eq!(created(&drive.cluster, "before"), (1, 1));
    assert_eq!(created(&drive.cluster, &stuck), (1, 1));
    drive.always(|cluster| rolls_within(cluster, 1, 0));
    drive.apply(&Manifest { image: NEW, spec, ..Manifest::default() }.text());
    until_revision(&mut drive, "2", NEW);
    drive.until("completion", is_complete);
    assert_eq!(created(&drive.cluster, "before"), (0, 0));
    assert_eq!(created(&drive.cluster, &stuck), (0, 0));
}

/// One more, one fewer, or the same, as a field of a patch.
fn random_scale(drive: &Drive, rng: &mut Rng) -> i64 {
    let replicas = deployment(&drive.cluster).spec.replicas.unwrap_or(1);
    match rng.below(10) {
        0..=2 => replicas + 1,
        3..=5 => (replicas - 1).max(1),
        _ => replicas,
    }
}

/// One random step; what it did.
fn random_step(drive: &mut Drive, rng: &mut Rng, step: u64) -> &'static str {
    let patch = |spec: String| format!("kubectl patch deploy {NAME} -p '{{\"spec\":{{{spec}}}}}'");
    match rng.below(5) {
        0 => {
            let replicas = random_scale(drive, rng);
            let env =
                format!("{{\"name\":\"agnhost\",\"env\":[{{\"name\":\"A{step}\",\"value\":\"{step}\"}}]}}");
            let template = format!("\"template\":{{\"spec\":{{\"containers\":[{env}]}}}}");
            drive.line(&patch(format!("\"replicas\":{replicas},{template}")));
            "rollout"
        }
        1 => {
            drive.line(&format!(
                "kubectl annotate deploy {NAME} deprecated.deployment.rollback.to=0 --overwrite"
            ));
            "rollback"
        }
        2 => {
            let replicas = random_scale(drive, rng);
            drive.line(&patch(format!("\"replicas\":{replicas}")));
            "scale"
        }
        3 => {
            let paused = !deployment(&drive.cluster).spec.paused;
            let replicas = random_scale(drive, rng);
            drive.line(&patch(format!("\"replicas\":{replicas},\"paused\":{paused}")));
            if paused { "pause" } else { "resume" }
        }
        _ => {
            let mut pods = list::<Pod>(&drive.cluster);
            pods.retain(|_| rng.below(2) == 0);
            let names: Vec<&str> = pods.iter().map(|pod| pod.metadata.name.as_str()).collect();
            if !names.is_empty() {
                drive
                    .line(&format!("kubectl delete pod {} --ignore-not-found --wait=false", names.join(" ")));
            }
            "deletion"
        }
    }
}

#[test]
fn dep_e2e_06_rollouts_upon_rollouts_progress_in_the_end() {
    let mut done = BTreeSet::new();
    for seed in 0..12 {
        let mut rng = Rng::new(seed).fork("dep-e2e-06");
        let spec = "progressDeadlineSeconds: 300
  revisionHistoryLimit: 2";
        let manifest = Manifest { replicas: 6, spec, ..Manifest::default() };
        let mut drive = Drive::new(ClusterConfig { seed, ..ClusterConfig::with_nodes(4) }, None);
        drive.apply(&manifest.text());
        for step in 0..20 {
            let wait = rng.below(1_000);
            if wait < 600 {
                // Up to the number of the step in seconds, as upstream waits.
                let until = drive.cluster.now() + Span::from_ms(step * wait);
                drive.until("the wait", |cluster| cluster.next_due().is_none_or(|due| due > until));
            }
            done.insert(random_step(&mut drive, &mut rng, step));
        }
        if deployment(&drive.cluster).spec.paused {
            drive.line(&format!("kubectl rollout resume deploy {NAME}"));
        }
        let generation = deployment(&drive.cluster).metadata.generation;
        drive.until("observation", |cluster| deployment(cluster).status.observed_generation >= generation);
        drive.until("completion", is_complete);
        drive.until("the condition", |cluster| {
            let conditions = &deployment(cluster).status.conditions;
            Condition::find(conditions, "Progressing")
                .is_some_and(|found| found.reason == "NewReplicaSetAvailable" && found.status == "True")
        });
        drive.pass(60);
        assert!(sets(&drive.cluster).1.len() <= 2, "seed {seed}");
    }
    let all = ["deletion", "pause", "resume", "rollback", "rollout", "scale"];
    assert_eq!(done.into_iter().collect::<Vec<_>>(), all);
}

#[test]
fn dep_e2e_07_an_orphan_is_adopted_by_the_next_of_its_template() {
    let mut drive = settled(&Manifest::default());
    let first = deployment(&drive.cluster).metadata.uid.clone();
    let before = list::<ReplicaSet>(&drive.cluster);
    assert_eq!(before.len(), 1);
    assert!(before[0].metadata.is_controlled_by(&first));
    let pods: Vec<String> = list::<Pod>(&drive.cluster).iter().map(|pod| pod.metadata.uid.clone()).collect();
    drive.line(&format!("kubectl delete deploy {NAME} --cascade=orphan"));
    drive.until("an orphan", |cluster| {
        list::<ReplicaSet>(cluster).iter().all(|set| set.metadata.controller_of().is_none())
    });
    drive.apply(&Manifest::default().named("adopter"));
    let adopter = get::<Deployment>(&drive.cluster, "adopter").unwrap().metadata.uid.clone();
    drive.until("completion", |cluster| {
        let status = &get::<Deployment>(cluster, "adopter").unwrap().status;
        (status.updated_replicas, status.replicas, status.available_replicas) == (1, 1, 1)
    });
    let after = list::<ReplicaSet>(&drive.cluster);
    assert_eq!(after.len(), 1);
    assert!(after[0].metadata.is_controlled_by(&adopter));
    assert_eq!(after[0].metadata.uid, before[0].metadata.uid);
    assert!(list::<Pod>(&drive.cluster).iter().map(|pod| &pod.metadata.uid).eq(&pods));
}

#[test]
fn dep_e2e_08_the_scale_subresource_works() {
    let mut drive = settled(&Manifest::default());
    let scale = |drive: &mut Drive| {
        drive.line(&format!(
            "kubectl get deploy {NAME} --subresource=scale -o jsonpath='{{.spec.replicas}} {{.status.replicas}}'"
        ))
    };
    assert_eq!(scale(&mut drive), "1 1");
    drive.line(&format!("kubectl scale deploy {NAME} --replicas=2"));
    assert_eq!(deployment(&drive.cluster).spec.replicas, Some(2));
    drive.until("two pods", is_complete);
    assert_eq!(scale(&mut drive), "2 2");
    drive.line(&format!(
        "kubectl patch deploy {NAME} --subresource=scale -p '{{\"spec\":{{\"replicas\":4}}}}'"
    ));
    assert_eq!(deployment(&drive.cluster).spec.replicas, Some(4));
    drive.until("four pods", is_complete);
}

#[test]
fn dep_e2e_09_scaling_in_the_middle_of_a_rollout_is_proportional() {
    let spec = "strategy: {type: RollingUpdate, rollingUpdate: {maxSurge: 3, maxUnavailable: 2}}";
    let mut drive = settled(&Manifest { replicas: 10, spec, ..Manifest::default() });
    let first = sets(&drive.cluster).0.unwrap().metadata.name.clone();
    drive.line("fault no-image image/webserver:404");
    drive.line(&format!("kubectl set image deploy/{NAME} agnhost=webserver:404"));
    drive.until("eight old ones", |cluster| counts(cluster, &first) == (8, 8, 8));
    let second = sets(&drive.cluster).0.unwrap().metadata.name.clone();
    drive.until("five new ones", |cluster| counts(cluster, &second) == (5, 5, 0));
    assert!(deployment(&drive.cluster).status.available_replicas >= 8);
    drive.line(&format!("kubectl scale deploy {NAME} --replicas=30"));
    drive.until("20 and 13", |cluster| (counts(cluster, &first).0, counts(cluster, &second).0) == (20, 13));
    drive.pass(60);
    assert_eq!(counts(&drive.cluster, &first), (20, 20, 20));
    assert_eq!(counts(&drive.cluster, &second), (13, 13, 0));
}

/// Pods of one iteration keep apart; those of the next go where the others are.
fn side_by_side(iteration: u64) -> String {
    let term = |operator: &str| {
        format!(
            "{{topologyKey: kubernetes.io/hostname, labelSelector: {{matchExpressions: [\
             {{key: name, operator: In, values: [web]}}, \
             {{key: iteration, operator: {operator}, values: [\"{iteration}\"]}}]}}}}"
        )
    };
    let required = "requiredDuringSchedulingIgnoredDuringExecution";
    let apart = format!("podAntiAffinity: {{{required}: [{}]}}", term("In"));
    let beside = match iteration {
        0 => String::new(),
        _ => format!(", podAffinity: {{{required}: [{}]}}", term("NotIn")),
    };
    Manifest {
        replicas: 3,
        labels: &format!("name: web, iteration: \"{iteration}\""),
        pod: &format!("affinity: {{{apart}{beside}}}"),
        spec: "strategy: {type: RollingUpdate, rollingUpdate: {maxSurge: 1, maxUnavailable: 0}}",
        ..Manifest::default()
    }
    .text()
}

/// The nodes behind the Service: of all endpoints, and of those that are ready.
fn endpoint_nodes(cluster: &Cluster) -> [BTreeSet<String>; 2] {
    let slices = list::<EndpointSlice>(cluster);
    let endpoints = || slices.iter().filter(|slice| slice.metadata.name.starts_with(NAME));
    let nodes = |only_ready: bool| {
        endpoints()
            .flat_map(|slice| &slice.endpoints)
            .filter(|endpoint| !only_ready || endpoint.conditions.ready == Some(true))
            .filter_map(|endpoint| endpoint.node_name.clone())
            .collect()
    };
    [nodes(false), nodes(true)]
}

#[test]
fn dep_e2e_10_a_service_keeps_its_nodes_through_rollouts() {
    let mut drive = drive();
    drive.apply(&side_by_side(0));
    drive.until("completion", is_complete);
    drive.apply(&format!(
        "apiVersion: v1
kind: Service
metadata: {{name: {NAME}}}
spec: {{type: LoadBalancer, externalTrafficPolicy: Local, selector: {{name: web}}, ports: [{{port: 80}}]}}
"
    ));
    drive.until("endpoints", |cluster| endpoint_nodes(cluster).iter().all(|nodes| nodes.len() == 3));
    let nodes = endpoint_nodes(&drive.cluster);
    drive.always(move |cluster| {
        assert_eq!(endpoint_nodes(cluster), nodes);
        rolls_within(cluster, 1, 0);
    });
    for iteration in 1..=3 {
        drive.apply(&side_by_side(iteration));
        until_revision(&mut drive, &(iteration + 1).to_string(), OLD);
        drive.until("completion", is_complete);
    }
    drive.pass(60);
}

#[test]
fn dep_e2e_11_the_life_of_a_deployment() {
    let mut drive = applied(&Manifest { replicas: 2, ..Manifest::default() });
    drive.until("two ready pods", |cluster| deployment(cluster).status.ready_replicas == 2);
    let pause = "registry.k8s.io/pause:3.10.1";
    drive.line(&format!(
        "kubectl patch deploy {NAME} -p '{{\"metadata\":{{\"labels\":{{\"test-deployment\":\"patched\"}}}},\
         \"spec\":{{\"replicas\":1,\"template\":{{\"spec\":{{\"terminationGracePeriodSeconds\":2,\
         \"containers\":[{{\"name\":\"agnhost\",\"image\":\"{pause}\",\"command\":[\"/pause\"]}}]}}}}}}}}'"
    ));
    let is_at = |cluster: &Cluster, replicas: i64, image: &str| {
        let (status, spec) = (&deployment(cluster).status, &deployment(cluster).spec);
        (status.ready_replicas, status.updated_replicas, status.unavailable_replicas)
            == (replicas, replicas, 0)
            && spec.template.spec.containers[0].image == image
            && status.observed_generation >= deployment(cluster).metadata.generation
    };
    drive.until("one patched pod", |cluster| is_at(cluster, 1, pause));
    assert_eq!(deployment(&drive.cluster).metadata.labels["test-deployment"], "patched");
    let whole = Manifest { replicas: 2, image: NEW, ..Manifest::default() };
    let labels = "{name: web, test-deployment: updated}";
    drive.apply(&whole.text().replacen("labels: {name: web}", &format!("labels: {labels}"), 1));
    drive.line("kubectl replace -f set.yaml");
    assert_eq!(deployment(&drive.cluster).metadata.labels["test-deployment"], "updated");
    drive.until("two updated pods", |cluster| is_at(cluster, 2, NEW));
    let seen = Rc::new(RefCell::new(false));
    let noted = Rc::clone(&seen);
    drive.always(move |cluster| {
        let status = get::<Deployment>(cluster, NAME).map(|deployment| deployment.status.clone());
        if status.is_some_and(|status| (status.ready_replicas, status.available_replicas) == (0, 0)) {
            *noted.borrow_mut() = true;
        }
    });
    drive.line(&format!(
        "kubectl patch deploy {NAME} --subresource=status \
         -p '{{\"status\":{{\"readyReplicas\":0,\"availableReplicas\":0}}}}'"
    ));
    assert!(*seen.borrow(), "what was patched is seen, before the controller puts it right");
    drive.until("the true status", |cluster| is_at(cluster, 2, NEW));
    drive.line("kubectl delete deploy -l test-deployment=updated");
    assert!(get::<Deployment>(&drive.cluster, NAME).is_none());
    drive.until("no pods", |cluster| list::<Pod>(cluster).is_empty());
}

#[test]
fn dep_e2e_12_the_status_endpoint_takes_conditions() {
    let mut drive = settled(&Manifest::default());
    let endpoint = StatusEndpoint::<Deployment> {
        object: "deploy/web",
        conditions: |deployment| &deployment.status.conditions,
    };
    assert_eq!(endpoint.replace(&mut drive), 2, "the controller's own conditions");
    endpoint.patch(&mut drive);
    // The spec is not reached through the status, and the controller keeps what it does not know.
    drive.line(&format!(
        "kubectl patch deploy {NAME} --subresource=status --type=merge -p '{{\"spec\":{{\"replicas\":9}}}}'"
    ));
    drive.pass(10);
    assert_eq!(deployment(&drive.cluster).spec.replicas, Some(1));
    endpoint.assert_patched(&drive);
}
