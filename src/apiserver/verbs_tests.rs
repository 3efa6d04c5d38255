//! The verbs, as scripts: one request a line, what the server answers under it.

use expect_test::{Expect, expect};

use crate::api::meta::ResourceVersion;
use crate::api::pod::Pod;
use crate::api::{Kind, Object, ObjectKey, Timestamp};
use crate::apiserver::{
    ApiServer, Body, DeleteOptions, Preconditions, PropagationPolicy, Request, StatusError, Subresource,
};
use crate::sim::{Rng, Time};

/// A script's server, and the copies of objects that its client remembers.
struct Script {
    server: ApiServer,
    remembered: Vec<Object>,
}

fn check(script: &str, expected: &Expect) {
    let mut run = Script { server: ApiServer::new(Rng::new(1)), remembered: Vec::new() };
    let mut said = String::new();
    for line in script.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let before = run.server.store().revision();
        let answer = run.line(line).map_or_else(|error| format!("{}: {error}", error.reason), |o| shown(&o));
        let events = run.server.store().revision() - before;
        said.push_str(&format!("{line}\n  {answer} ({events} written)\n"));
    }
    expected.assert_eq(&said);
}

/// An object in one line.
fn shown(object: &Object) -> String {
    let meta = object.meta();
    let mut parts = vec![format!("{} v{} gen {}", object.key(), meta.resource_version.0, meta.generation)];
    if let Some(end) = meta.deletion_timestamp {
        parts.push(format!("ends at {}s", end.time().seconds()));
    }
    parts.extend(meta.deletion_grace_period_seconds.map(|grace| format!("grace {grace}")));
    if !meta.finalizers.is_empty() {
        parts.push(format!("finalizers {}", meta.finalizers.join(",")));
    }
    if let Object::Pod(pod) = object {
        parts.push(format!("phase {} node {:?}", pod.status.phase, pod.spec.node_name));
        parts.extend(pod.status.conditions.iter().map(|c| format!("{}={}", c.type_, c.status)));
    }
    parts.join(", ")
}

impl Script {
    fn line(&mut self, line: &str) -> Result<Object, StatusError> {
        let words: Vec<&str> = line.split_whitespace().collect();
        let (verb, args) = words.split_first().unwrap();
        let option = |name: &str| args.iter().find_map(|word| word.strip_prefix(name)?.strip_prefix('='));
        let key = |word: &str| {
            let (kind, name) = word.split_once('/').unwrap();
            let kind = *Kind::ALL.iter().find(|k| k.resource().singular == kind).unwrap();
            ObjectKey::new(kind, if kind.is_namespaced() { "default" } else { "" }, name)
        };
        let preconditions = Preconditions {
            uid: option("uid").map(str::to_owned),
            resource_version: option("version").map(|v| v.parse().unwrap()),
        };
        let options = DeleteOptions {
            grace_period_seconds: option("grace").map(|g| g.parse().unwrap()),
            preconditions: preconditions.clone(),
            propagation_policy: option("cascade").map(|policy| match policy {
                "foreground" => PropagationPolicy::Foreground,
                "orphan" => PropagationPolicy::Orphan,
                _ => PropagationPolicy::Background,
            }),
        };
        let dry_run = args.contains(&"dry-run");
        match *verb {
            "at" => {
                self.server.set_now(Time::from_ms(args[0].parse::<u64>().unwrap() * 1000));
                Err(StatusError::bad_request("(time)"))
            }
            "create" => {
                let object = made(&key(args[0]), option("finalizers"), option("generate"));
                self.server.handle(Request::Create {
                    kind: object.kind(),
                    namespace: object.meta().namespace.clone(),
                    body: Body::Typed(object),
                    dry_run,
                })
            }
            "remember" => {
                let object = self.server.get(&key(args[0])).cloned()?;
                self.remembered.push(object.clone());
                Ok(object)
            }
            "update" | "status" => {
                let mut object = if args.contains(&"old") {
                    self.remembered.last().unwrap().clone()
                } else {
                    self.server.get(&key(args[0])).cloned()?
                };
                changed(&mut object, &option);
                let subresource = if *verb == "status" { Subresource::Status } else { Subresource::Main };
                let body = Body::Typed(object);
                self.server.handle(Request::Update { key: key(args[0]), body, subresource, dry_run })
            }
            "delete" => self.server.handle(Request::Delete { key: key(args[0]), options, dry_run }),
            "evict" => self.server.handle(Request::Evict { key: key(args[0]), options, dry_run }),
            "bind" => {
                let (uid, node) = (preconditions.uid, args[1].to_owned());
                self.server.handle(Request::Bind { key: key(args[0]), uid, node })
            }
            "scale" => {
                let replicas = args[1].parse().unwrap();
                self.server.handle(Request::Scale { key: key(args[0]), replicas, preconditions })
            }
            "get" => self.server.get(&key(args[0])).cloned(),
            other => panic!("{other}"),
        }
    }
}

fn made(key: &ObjectKey, finalizers: Option<&str>, generate: Option<&str>) -> Object {
    let spec = match key.kind {
        Kind::Pod => "{spec: {terminationGracePeriodSeconds: 30, containers: [{name: a, image: b}]}}",
        Kind::StatefulSet => {
            "{spec: {replicas: 1, podManagementPolicy: OrderedReady, selector: {matchLabels: {a: b}},
              updateStrategy: {type: RollingUpdate}, template: {metadata: {labels: {a: b}}, spec: {dnsPolicy: Default,
              restartPolicy: Always, terminationGracePeriodSeconds: 30, containers: [{name: a, image: b,
              imagePullPolicy: Always, terminationMessagePolicy: File}]}}}}"
        }
        _ => "{}",
    };
    let mut object = Object::from_value(key.kind, serde_yaml::from_str(spec).unwrap()).unwrap();
    let meta = object.meta_mut();
    meta.namespace.clone_from(&key.namespace);
    match generate {
        Some(prefix) => prefix.clone_into(&mut meta.generate_name),
        None => meta.name.clone_from(&key.name),
    }
    meta.finalizers = finalizers.into_iter().flat_map(|names| names.split(',')).map(str::to_owned).collect();
    object
}

fn changed<'a>(object: &mut Object, option: &dyn Fn(&str) -> Option<&'a str>) {
    let meta = object.meta_mut();
    if let Some(label) = option("label") {
        meta.labels.insert("l".into(), label.into());
    }
    if let Some(names) = option("finalizers") {
        meta.finalizers = names.split(',').filter(|name| !name.is_empty()).map(str::to_owned).collect();
    }
    if let Some(version) = option("version") {
        meta.resource_version = ResourceVersion(version.parse().unwrap());
    }
    if option("times").is_some() {
        meta.creation_timestamp = Some(Timestamp::at(Time::from_ms(5_000_000)));
        meta.generation = 99;
        meta.deletion_timestamp = None;
    }
    if let Object::Pod(pod) = object {
        let pod: &mut Pod = std::rc::Rc::make_mut(pod);
        pod.status.phase = option("phase").map_or(pod.status.phase.clone(), str::to_owned);
        if let Some(image) = option("image") {
            pod.spec.containers[0].image = image.into();
        }
    }
    if let (Object::StatefulSet(set), Some(replicas)) = (object, option("replicas")) {
        std::rc::Rc::make_mut(set).spec.replicas = Some(replicas.parse().unwrap());
    }
}

#[test]
fn creations() {
    check(
        "
        create pod/p
        create pod/p
        create pod/- generate=p-
        create pod/q dry-run
        get pod/q
        create configmap/c
        create persistentvolumeclaim/c
        create namespace/n
        create statefulset/s
        ",
        &expect![[r#"
            create pod/p
              Pod/default/p v1 gen 1, phase Pending node "" (1 written)
            create pod/p
              AlreadyExists: pods "p" already exists (0 written)
            create pod/- generate=p-
              Pod/default/p-6cdrf v2 gen 1, phase Pending node "" (1 written)
            create pod/q dry-run
              Pod/default/q v0 gen 1, phase Pending node "" (0 written)
            get pod/q
              NotFound: pods "q" not found (0 written)
            create configmap/c
              ConfigMap/default/c v3 gen 0 (1 written)
            create persistentvolumeclaim/c
              PersistentVolumeClaim/default/c v4 gen 0, finalizers kubernetes.io/pvc-protection (1 written)
            create namespace/n
              Namespace/n v5 gen 0 (1 written)
            create statefulset/s
              StatefulSet/default/s v6 gen 1 (1 written)
        "#]],
    );
}

#[test]
fn updates_and_their_versions() {
    check(
        "
        create statefulset/s
        remember statefulset/s
        update statefulset/s
        update statefulset/s label=x
        update statefulset/s old label=y
        update statefulset/s old label=y version=0
        update statefulset/s replicas=3
        update statefulset/s replicas=4 dry-run
        update statefulset/s times=x
        status statefulset/s replicas=7 label=z
        scale statefulset/s 5
        scale statefulset/s 5
        scale statefulset/s 6 version=1
        update statefulset/nope
        get statefulset/s
        ",
        &expect![[r#"
            create statefulset/s
              StatefulSet/default/s v1 gen 1 (1 written)
            remember statefulset/s
              StatefulSet/default/s v1 gen 1 (0 written)
            update statefulset/s
              StatefulSet/default/s v1 gen 1 (0 written)
            update statefulset/s label=x
              StatefulSet/default/s v2 gen 1 (1 written)
            update statefulset/s old label=y
              Conflict: Operation cannot be fulfilled on statefulsets.apps "s": the object has been modified; please apply your changes to the latest version and try again (0 written)
            update statefulset/s old label=y version=0
              StatefulSet/default/s v3 gen 1 (1 written)
            update statefulset/s replicas=3
              StatefulSet/default/s v4 gen 2 (1 written)
            update statefulset/s replicas=4 dry-run
              StatefulSet/default/s v4 gen 3 (0 written)
            update statefulset/s times=x
              StatefulSet/default/s v4 gen 2 (0 written)
            status statefulset/s replicas=7 label=z
              StatefulSet/default/s v5 gen 2 (1 written)
            scale statefulset/s 5
              StatefulSet/default/s v6 gen 3 (1 written)
            scale statefulset/s 5
              StatefulSet/default/s v6 gen 3 (0 written)
            scale statefulset/s 6 version=1
              Conflict: Operation cannot be fulfilled on statefulsets.apps "s": the object has been modified; please apply your changes to the latest version and try again (0 written)
            update statefulset/nope
              NotFound: statefulsets.apps "nope" not found (0 written)
            get statefulset/s
              StatefulSet/default/s v6 gen 3 (0 written)
        "#]],
    );
}

#[test]
fn the_status_is_written_on_its_own() {
    check(
        "
        create pod/p
        update pod/p phase=Running
        status pod/p phase=Running image=other
        update pod/p image=other
        get pod/p
        status configmap/c
        create configmap/c
        status configmap/c
        ",
        &expect![[r#"
            create pod/p
              Pod/default/p v1 gen 1, phase Pending node "" (1 written)
            update pod/p phase=Running
              Pod/default/p v1 gen 1, phase Pending node "" (0 written)
            status pod/p phase=Running image=other
              Pod/default/p v2 gen 1, phase Running node "" (1 written)
            update pod/p image=other
              Pod/default/p v3 gen 2, phase Running node "" (1 written)
            get pod/p
              Pod/default/p v3 gen 2, phase Running node "" (0 written)
            status configmap/c
              NotFound: configmaps "c" not found (0 written)
            create configmap/c
              ConfigMap/default/c v4 gen 0 (1 written)
            status configmap/c
              NotFound: the server could not find the requested resource (0 written)
        "#]],
    );
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table of cases")]
fn pods_are_deleted_gracefully() {
    check(
        "
        at 100
        create pod/unbound
        delete pod/unbound
        create pod/p
        bind pod/p n1
        bind pod/p n2
        delete pod/p
        bind pod/p n1
        create pod/p
        delete pod/p
        delete pod/p grace=60
        at 105
        delete pod/p grace=10
        delete pod/p grace=0
        get pod/p
        create pod/done
        bind pod/done n1
        status pod/done phase=Succeeded
        delete pod/done
        create pod/negative
        bind pod/negative n1
        delete pod/negative grace=-7
        ",
        &expect![[r#"
            at 100
              BadRequest: (time) (0 written)
            create pod/unbound
              Pod/default/unbound v1 gen 1, phase Pending node "" (1 written)
            delete pod/unbound
              Pod/default/unbound v3 gen 2, ends at 100s, grace 0, phase Pending node "" (2 written)
            create pod/p
              Pod/default/p v4 gen 1, phase Pending node "" (1 written)
            bind pod/p n1
              Pod/default/p v5 gen 1, phase Pending node "n1", PodScheduled=True (1 written)
            bind pod/p n2
              Conflict: Operation cannot be fulfilled on pods/binding "p": pod p is already assigned to node "n1" (0 written)
            delete pod/p
              Pod/default/p v6 gen 2, ends at 130s, grace 30, phase Pending node "n1", PodScheduled=True (1 written)
            bind pod/p n1
              Conflict: Operation cannot be fulfilled on pods/binding "p": pod p is being deleted, cannot be assigned to a host (0 written)
            create pod/p
              AlreadyExists: object is being deleted: pods "p" already exists (0 written)
            delete pod/p
              Pod/default/p v6 gen 2, ends at 130s, grace 30, phase Pending node "n1", PodScheduled=True (0 written)
            delete pod/p grace=60
              Pod/default/p v6 gen 2, ends at 130s, grace 30, phase Pending node "n1", PodScheduled=True (0 written)
            at 105
              BadRequest: (time) (0 written)
            delete pod/p grace=10
              Pod/default/p v7 gen 2, ends at 110s, grace 10, phase Pending node "n1", PodScheduled=True (1 written)
            delete pod/p grace=0
              Pod/default/p v9 gen 2, ends at 105s, grace 0, phase Pending node "n1", PodScheduled=True (2 written)
            get pod/p
              NotFound: pods "p" not found (0 written)
            create pod/done
              Pod/default/done v10 gen 1, phase Pending node "" (1 written)
            bind pod/done n1
              Pod/default/done v11 gen 1, phase Pending node "n1", PodScheduled=True (1 written)
            status pod/done phase=Succeeded
              Pod/default/done v12 gen 1, phase Succeeded node "n1", PodScheduled=True (1 written)
            delete pod/done
              Pod/default/done v14 gen 2, ends at 105s, grace 0, phase Succeeded node "n1", PodScheduled=True (2 written)
            create pod/negative
              Pod/default/negative v15 gen 1, phase Pending node "" (1 written)
            bind pod/negative n1
              Pod/default/negative v16 gen 1, phase Pending node "n1", PodScheduled=True (1 written)
            delete pod/negative grace=-7
              Pod/default/negative v17 gen 2, ends at 106s, grace 1, phase Pending node "n1", PodScheduled=True (1 written)
        "#]],
    );
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table of cases")]
fn finalizers_hold_objects() {
    check(
        "
        create configmap/c finalizers=a/b,a/c
        delete configmap/c
        delete configmap/c
        update configmap/c times=x
        update configmap/c finalizers=a/b,a/new
        update configmap/c finalizers=a/b
        create configmap/c
        update configmap/c finalizers= label=x
        get configmap/c
        create statefulset/s
        delete statefulset/s cascade=foreground
        update statefulset/s finalizers=
        create statefulset/s
        delete statefulset/s cascade=orphan
        update statefulset/s finalizers=
        create statefulset/s
        delete statefulset/s cascade=background dry-run
        delete statefulset/s cascade=background
        create pod/p finalizers=a/b
        bind pod/p n
        delete pod/p grace=0
        status pod/p phase=Failed
        update pod/p finalizers=
        create pod/p finalizers=a/b
        bind pod/p n
        delete pod/p
        update pod/p finalizers=
        delete pod/p grace=0
        create event/e
        delete event/e cascade=foreground
        ",
        &expect![[r#"
            create configmap/c finalizers=a/b,a/c
              ConfigMap/default/c v1 gen 0, finalizers a/b,a/c (1 written)
            delete configmap/c
              ConfigMap/default/c v2 gen 0, ends at 0s, grace 0, finalizers a/b,a/c (1 written)
            delete configmap/c
              ConfigMap/default/c v2 gen 0, ends at 0s, grace 0, finalizers a/b,a/c (0 written)
            update configmap/c times=x
              ConfigMap/default/c v2 gen 0, ends at 0s, grace 0, finalizers a/b,a/c (0 written)
            update configmap/c finalizers=a/b,a/new
              Invalid: ConfigMap "c" is invalid: metadata.finalizers: Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers []string{"a/new"} (0 written)
            update configmap/c finalizers=a/b
              ConfigMap/default/c v3 gen 0, ends at 0s, grace 0, finalizers a/b (1 written)
            create configmap/c
              AlreadyExists: object is being deleted: configmaps "c" already exists (0 written)
            update configmap/c finalizers= label=x
              ConfigMap/default/c v3 gen 0, ends at 0s, grace 0 (1 written)
            get configmap/c
              NotFound: configmaps "c" not found (0 written)
            create statefulset/s
              StatefulSet/default/s v5 gen 1 (1 written)
            delete statefulset/s cascade=foreground
              StatefulSet/default/s v6 gen 2, ends at 0s, grace 0, finalizers foregroundDeletion (1 written)
            update statefulset/s finalizers=
              StatefulSet/default/s v6 gen 2, ends at 0s, grace 0 (1 written)
            create statefulset/s
              StatefulSet/default/s v8 gen 1 (1 written)
            delete statefulset/s cascade=orphan
              StatefulSet/default/s v9 gen 2, ends at 0s, grace 0, finalizers orphan (1 written)
            update statefulset/s finalizers=
              StatefulSet/default/s v9 gen 2, ends at 0s, grace 0 (1 written)
            create statefulset/s
              StatefulSet/default/s v11 gen 1 (1 written)
            delete statefulset/s cascade=background dry-run
              StatefulSet/default/s v11 gen 1 (0 written)
            delete statefulset/s cascade=background
              StatefulSet/default/s v12 gen 1 (1 written)
            create pod/p finalizers=a/b
              Pod/default/p v13 gen 1, finalizers a/b, phase Pending node "" (1 written)
            bind pod/p n
              Pod/default/p v14 gen 1, finalizers a/b, phase Pending node "n", PodScheduled=True (1 written)
            delete pod/p grace=0
              Pod/default/p v15 gen 2, ends at 0s, grace 0, finalizers a/b, phase Pending node "n", PodScheduled=True (1 written)
            status pod/p phase=Failed
              Pod/default/p v16 gen 2, ends at 0s, grace 0, finalizers a/b, phase Failed node "n", PodScheduled=True (1 written)
            update pod/p finalizers=
              Pod/default/p v16 gen 2, ends at 0s, grace 0, phase Failed node "n", PodScheduled=True (1 written)
            create pod/p finalizers=a/b
              Pod/default/p v18 gen 1, finalizers a/b, phase Pending node "" (1 written)
            bind pod/p n
              Pod/default/p v19 gen 1, finalizers a/b, phase Pending node "n", PodScheduled=True (1 written)
            delete pod/p
              Pod/default/p v20 gen 2, ends at 30s, grace 30, finalizers a/b, phase Pending node "n", PodScheduled=True (1 written)
            update pod/p finalizers=
              Pod/default/p v21 gen 2, ends at 30s, grace 30, phase Pending node "n", PodScheduled=True (1 written)
            delete pod/p grace=0
              Pod/default/p v23 gen 2, ends at 0s, grace 0, phase Pending node "n", PodScheduled=True (2 written)
            create event/e
              Event/default/e v24 gen 0 (1 written)
            delete event/e cascade=foreground
              Event/default/e v25 gen 0 (1 written)
        "#]],
    );
}

#[test]
fn preconditions_and_evictions() {
    check(
        "
        create pod/p
        delete pod/p uid=other
        delete pod/p version=77
        bind pod/p n uid=other
        bind pod/p n
        evict pod/p version=1
        evict pod/p
        evict pod/p
        evict pod/nope
        delete namespace/default
        create namespace/n
        delete namespace/n
        delete namespace/n
        ",
        &expect![[r#"
            create pod/p
              Pod/default/p v1 gen 1, phase Pending node "" (1 written)
            delete pod/p uid=other
              Conflict: Operation cannot be fulfilled on Pod "p": the UID in the precondition (other) does not match the UID in record (c34d0bff-9015-4280-a099-ec6cd7363ca5). The object might have been deleted and then recreated (0 written)
            delete pod/p version=77
              Conflict: Operation cannot be fulfilled on Pod "p": the ResourceVersion in the precondition (77) does not match the ResourceVersion in record (1). The object might have been modified (0 written)
            bind pod/p n uid=other
              Conflict: Operation cannot be fulfilled on pods "p": StorageError: invalid object, Code: 4, Key: /registry/pods/default/p, ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: other, UID in object meta: c34d0bff-9015-4280-a099-ec6cd7363ca5 (0 written)
            bind pod/p n
              Pod/default/p v2 gen 1, phase Pending node "n", PodScheduled=True (1 written)
            evict pod/p version=1
              Conflict: Operation cannot be fulfilled on Pod "p": the ResourceVersion in the precondition (1) does not match the ResourceVersion in record (2). The object might have been modified (0 written)
            evict pod/p
              Pod/default/p v4 gen 2, ends at 30s, grace 30, phase Pending node "n", PodScheduled=True, DisruptionTarget=True (2 written)
            evict pod/p
              Pod/default/p v4 gen 2, ends at 30s, grace 30, phase Pending node "n", PodScheduled=True, DisruptionTarget=True (0 written)
            evict pod/nope
              NotFound: pods "nope" not found (0 written)
            delete namespace/default
              Forbidden: namespaces "default" is forbidden: this namespace may not be deleted (0 written)
            create namespace/n
              Namespace/n v5 gen 0 (1 written)
            delete namespace/n
              Namespace/n v6 gen 0, ends at 0s (1 written)
            delete namespace/n
              Namespace/n v6 gen 0, ends at 0s (0 written)
        "#]],
    );
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table of cases")]
fn a_pod_that_a_controller_makes_gets_its_tolerations_and_token() {
    let mut server = ApiServer::new(Rng::new(1));
    let pod = made(&ObjectKey::new(Kind::Pod, "default", "p"), None, None);
    let made = server.handle(Request::Create {
        kind: Kind::Pod,
        namespace: "default".into(),
        body: Body::Typed(pod),
        dry_run: false,
    });
    let value = made.unwrap().to_value();
    expect![[r"
        apiVersion: v1
        kind: Pod
        metadata:
          creationTimestamp: 2026-01-05T09:00:00Z
          generation: 1
          name: p
          namespace: default
          resourceVersion: '1'
          uid: c34d0bff-9015-4280-a099-ec6cd7363ca5
        spec:
          containers:
          - image: b
            imagePullPolicy: Always
            name: a
            resources: {}
            terminationMessagePath: /dev/termination-log
            terminationMessagePolicy: File
            volumeMounts:
            - mountPath: /var/run/secrets/kubernetes.io/serviceaccount
              name: kube-api-access-t29pp
              readOnly: true
          dnsPolicy: ClusterFirst
          enableServiceLinks: true
          preemptionPolicy: PreemptLowerPriority
          priority: 0
          restartPolicy: Always
          schedulerName: default-scheduler
          securityContext: {}
          serviceAccount: default
          serviceAccountName: default
          terminationGracePeriodSeconds: 30
          tolerations:
          - effect: NoExecute
            key: node.kubernetes.io/not-ready
            operator: Exists
            tolerationSeconds: 300
          - effect: NoExecute
            key: node.kubernetes.io/unreachable
            operator: Exists
            tolerationSeconds: 300
          volumes:
          - name: kube-api-access-t29pp
            projected:
              defaultMode: 420
              sources:
              - serviceAccountToken:
                  expirationSeconds: 3607
                  path: token
              - configMap:
                  items:
                  - key: ca.crt
                    path: ca.crt
                  name: kube-root-ca.crt
              - downwardAPI:
                  items:
                  - fieldRef:
                      apiVersion: v1
                      fieldPath: metadata.namespace
                    path: namespace
              - configMap:
                  items:
                  - key: service-ca.crt
                    path: service-ca.crt
                  name: openshift-service-ca.crt
        status:
          phase: Pending
          qosClass: BestEffort
    "]]
    .assert_eq(&serde_yaml::to_string(&value).unwrap());
}
