//! Manifests that the server refuses, and its words.

use expect_test::{Expect, expect};
use serde_json::{Value, json};

use crate::api::{Kind, ObjectKey};
use crate::apiserver::{ApiServer, Body, PatchType, Request, Subresource};
use crate::sim::Rng;

fn server() -> ApiServer {
    ApiServer::new(Rng::new(1))
}

/// Merges a change into a base, dotted paths and all: `spec.replicas=-1`, `spec.selector=~` (gone).
fn with(base: &str, change: &str) -> Value {
    let mut value: Value = serde_yaml::from_str(base).unwrap();
    for part in change.split("; ").filter(|part| !part.is_empty()) {
        let (path, new) = part.split_once('=').unwrap();
        let mut place = &mut value;
        for key in path.split('.') {
            place = match key.parse::<usize>() {
                Ok(index) => place.get_mut(index).unwrap(),
                Err(_) => place.as_object_mut().unwrap().entry(key.replace('|', ".")).or_insert(Value::Null),
            };
            if place.is_null() {
                *place = json!({});
            }
        }
        *place = serde_yaml::from_str(new).unwrap();
    }
    value
}

fn create(server: &mut ApiServer, value: Value) -> String {
    let kind = Kind::of(value["apiVersion"].as_str().unwrap(), value["kind"].as_str().unwrap()).unwrap();
    let namespace = if kind.is_namespaced() { "default" } else { "" };
    let request =
        Request::Create { kind, namespace: namespace.into(), body: Body::Manifest(value), dry_run: false };
    match server.handle(request) {
        Ok(object) => format!("created {}", object.key()),
        Err(error) => error.to_string(),
    }
}

/// One change for each line; what the server says to it goes under it.
fn check(base: &str, changes: &str, expected: &Expect) {
    let mut said = String::new();
    for change in changes.lines().map(str::trim).filter(|line| !line.is_empty()) {
        said.push_str(&format!("{change}\n  {}\n", create(&mut server(), with(base, change))));
    }
    expected.assert_eq(&said);
}

/// As [`check`], for merge patches of an object that is there.
fn check_patches(base: &str, patches: &str, expected: &Expect) {
    let mut said = String::new();
    for patch in patches.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let mut server = server();
        let value = with(base, "");
        let kind = Kind::of(value["apiVersion"].as_str().unwrap(), value["kind"].as_str().unwrap()).unwrap();
        let name = value["metadata"]["name"].as_str().unwrap().to_owned();
        let made = create(&mut server, value);
        assert!(made.starts_with("created"), "{made}");
        let namespace = if kind.is_namespaced() { "default" } else { "" };
        let answer = server.handle(Request::Patch {
            key: ObjectKey::new(kind, namespace, name),
            patch_type: PatchType::Merge,
            patch: serde_yaml::from_str(patch).unwrap(),
            subresource: Subresource::Main,
            dry_run: false,
            drops_unknown: false,
        });
        let answer = answer.map_or_else(|error| error.to_string(), |_| "patched".to_owned());
        said.push_str(&format!("{patch}\n  {answer}\n"));
    }
    expected.assert_eq(&said);
}

const SET: &str = "{apiVersion: apps/v1, kind: StatefulSet, metadata: {name: web}, spec: {serviceName: nginx,
    selector: {matchLabels: {app: nginx}}, template: {metadata: {labels: {app: nginx}}, spec: {containers: [
    {name: nginx, image: nginx, ports: [{containerPort: 80, name: web}], volumeMounts: [{name: www, mountPath: /w}]}]}},
    volumeClaimTemplates: [{metadata: {name: www}, spec: {accessModes: [ReadWriteOnce],
    resources: {requests: {storage: 1Gi}}}}]}}";

#[test]
#[expect(clippy::too_many_lines, reason = "a table of cases")]
fn stateful_sets() {
    check(
        SET,
        "
        spec.replicsa=3
        spec.template.metadata.labels.app=other
        spec.replicas=-1
        spec.replicas='3'
        spec.template.spec.containers=[]
        metadata.name=Web_1
        metadata.name=a.b
        metadata.name=~
        spec.podManagementPolicy=Sometimes
        spec.template.spec.restartPolicy=Never
        spec.selector=~
        spec.selector={}
        spec.selector={matchExpressions: [{key: app, operator: Is, values: [a]}]}
        spec.updateStrategy={type: OnDelete, rollingUpdate: {partition: 1}}
        spec.updateStrategy={type: Sometimes}
        spec.updateStrategy={rollingUpdate: {partition: -1}}; spec.minReadySeconds=-1; spec.ordinals.start=-1
        spec.persistentVolumeClaimRetentionPolicy.whenScaled=Never
        spec.serviceName=Bad_Name
        spec.volumeClaimTemplates.0.spec.accessModes=[]
        spec.volumeClaimTemplates.0.spec.resources.requests={storage: 1kk}
        spec.volumeClaimTemplates=[]
        spec.template.spec.activeDeadlineSeconds=5
        metadata.labels={bad key: x}
        metadata.labels={a: b!}
        spec.template.metadata.labels={app: nginx, a: b!}
        ",
        &expect![[r#"
            spec.replicsa=3
              StatefulSet in version "v1" cannot be handled as a StatefulSet: strict decoding error: unknown field "spec.replicsa"
            spec.template.metadata.labels.app=other
              StatefulSet.apps "web" is invalid: spec.template.metadata.labels: Invalid value: {"app":"other"}: `selector` does not match template `labels`
            spec.replicas=-1
              StatefulSet.apps "web" is invalid: spec.replicas: Invalid value: -1: must be greater than or equal to 0
            spec.replicas='3'
              StatefulSet in version "v1" cannot be handled as a StatefulSet: json: cannot unmarshal string into Go struct field StatefulSetSpec.spec.replicas of type int32
            spec.template.spec.containers=[]
              StatefulSet.apps "web" is invalid: spec.template.spec.containers: Required value
            metadata.name=Web_1
              StatefulSet.apps "Web_1" is invalid: metadata.name: Invalid value: "Web_1": a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')
            metadata.name=a.b
              StatefulSet.apps "a.b" is invalid: metadata.name: Invalid value: "a.b": must not contain dots
            metadata.name=~
              StatefulSet.apps "" is invalid: metadata.name: Required value: name or generateName is required
            spec.podManagementPolicy=Sometimes
              StatefulSet.apps "web" is invalid: spec.podManagementPolicy: Invalid value: "Sometimes": must be 'OrderedReady' or 'Parallel'
            spec.template.spec.restartPolicy=Never
              StatefulSet.apps "web" is invalid: spec.template.spec.restartPolicy: Unsupported value: "Never": supported values: "Always"
            spec.selector=~
              StatefulSet.apps "web" is invalid: [spec.selector: Required value, spec.template.metadata.labels: Invalid value: {"app":"nginx"}: `selector` does not match template `labels`]
            spec.selector={}
              StatefulSet.apps "web" is invalid: spec.selector: Invalid value: {}: empty selector is invalid for statefulset
            spec.selector={matchExpressions: [{key: app, operator: Is, values: [a]}]}
              StatefulSet.apps "web" is invalid: [spec.selector.matchExpressions[0].operator: Invalid value: "Is": not a valid selector operator, spec.selector: Invalid value: {"matchExpressions":[{"key":"app","operator":"Is","values":["a"]}]}]
            spec.updateStrategy={type: OnDelete, rollingUpdate: {partition: 1}}
              StatefulSet.apps "web" is invalid: spec.updateStrategy.rollingUpdate: Invalid value: {"Partition":1,"MaxUnavailable":null}: only allowed for updateStrategy 'RollingUpdate'
            spec.updateStrategy={type: Sometimes}
              StatefulSet.apps "web" is invalid: spec.updateStrategy: Invalid value: {"Type":"Sometimes","RollingUpdate":null}: must be 'RollingUpdate' or 'OnDelete'
            spec.updateStrategy={rollingUpdate: {partition: -1}}; spec.minReadySeconds=-1; spec.ordinals.start=-1
              StatefulSet.apps "web" is invalid: [spec.updateStrategy.rollingUpdate.partition: Invalid value: -1: must be greater than or equal to 0, spec.minReadySeconds: Invalid value: -1: must be greater than or equal to 0, spec.ordinals.start: Invalid value: -1: must be greater than or equal to 0]
            spec.persistentVolumeClaimRetentionPolicy.whenScaled=Never
              StatefulSet.apps "web" is invalid: spec.persistentVolumeClaimRetentionPolicy.whenScaled: Unsupported value: "Never": supported values: "Retain", "Delete"
            spec.serviceName=Bad_Name
              StatefulSet.apps "web" is invalid: spec.serviceName: Invalid value: "Bad_Name": a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')
            spec.volumeClaimTemplates.0.spec.accessModes=[]
              StatefulSet.apps "web" is invalid: spec.volumeClaimTemplates[0].spec.accessModes: Required value: at least 1 access mode is required
            spec.volumeClaimTemplates.0.spec.resources.requests={storage: 1kk}
              StatefulSet in version "v1" cannot be handled as a StatefulSet: unable to parse quantity's suffix
            spec.volumeClaimTemplates=[]
              StatefulSet.apps "web" is invalid: spec.template.spec.containers[0].volumeMounts[0].name: Not found: "www"
            spec.template.spec.activeDeadlineSeconds=5
              StatefulSet.apps "web" is invalid: spec.template.spec.activeDeadlineSeconds: Forbidden: activeDeadlineSeconds in StatefulSet is not Supported
            metadata.labels={bad key: x}
              StatefulSet.apps "web" is invalid: metadata.labels: Invalid value: "bad key": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')
            metadata.labels={a: b!}
              StatefulSet.apps "web" is invalid: metadata.labels: Invalid value: "b!": a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')
            spec.template.metadata.labels={app: nginx, a: b!}
              StatefulSet.apps "web" is invalid: spec.template.labels: Invalid value: "b!": a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')
        "#]],
    );
}

#[test]
fn changed_stateful_sets() {
    check_patches(
        SET,
        "
        {spec: {serviceName: other}}
        {spec: {selector: {matchLabels: {app: z}}}}
        {spec: {podManagementPolicy: Parallel}}
        {spec: {volumeClaimTemplates: []}}
        {spec: {replicas: 3, minReadySeconds: 1, ordinals: {start: 2}, revisionHistoryLimit: 1}}
        {spec: {updateStrategy: {rollingUpdate: {partition: -1}}}}
        {metadata: {labels: {bad key: x}}}
        {metadata: {finalizers: [plain]}}
        {metadata: {name: other}}
        {metadata: {resourceVersion: '999'}}
        {metadata: {uid: other}}
        ",
        &expect![[r#"
            {spec: {serviceName: other}}
              StatefulSet.apps "web" is invalid: spec: Forbidden: updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden
            {spec: {selector: {matchLabels: {app: z}}}}
              StatefulSet.apps "web" is invalid: [spec.template.metadata.labels: Invalid value: {"app":"nginx"}: `selector` does not match template `labels`, spec: Forbidden: updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden]
            {spec: {podManagementPolicy: Parallel}}
              StatefulSet.apps "web" is invalid: spec: Forbidden: updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden
            {spec: {volumeClaimTemplates: []}}
              StatefulSet.apps "web" is invalid: [spec.template.spec.containers[0].volumeMounts[0].name: Not found: "www", spec: Forbidden: updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden]
            {spec: {replicas: 3, minReadySeconds: 1, ordinals: {start: 2}, revisionHistoryLimit: 1}}
              patched
            {spec: {updateStrategy: {rollingUpdate: {partition: -1}}}}
              StatefulSet.apps "web" is invalid: spec.updateStrategy.rollingUpdate.partition: Invalid value: -1: must be greater than or equal to 0
            {metadata: {labels: {bad key: x}}}
              StatefulSet.apps "web" is invalid: metadata.labels: Invalid value: "bad key": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')
            {metadata: {finalizers: [plain]}}
              StatefulSet.apps "web" is invalid: metadata.finalizers[0]: Invalid value: "plain": name is neither a standard finalizer name nor is it fully qualified
            {metadata: {name: other}}
              the name of the object (other) does not match the name on the URL (web)
            {metadata: {resourceVersion: '999'}}
              Operation cannot be fulfilled on statefulsets.apps "web": the object has been modified; please apply your changes to the latest version and try again
            {metadata: {uid: other}}
              StatefulSet.apps "web" is invalid: metadata.uid: Invalid value: "other": field is immutable
        "#]],
    );
}

const DEPLOYMENT: &str = "{apiVersion: apps/v1, kind: Deployment, metadata: {name: web}, spec: {
    selector: {matchLabels: {app: nginx}}, template: {metadata: {labels: {app: nginx}},
    spec: {containers: [{name: nginx, image: nginx}]}}}}";

#[test]
#[expect(clippy::too_many_lines, reason = "a table of cases")]
fn deployments() {
    check(
        DEPLOYMENT,
        "
        spec.replicas=2
        metadata.name=a.b
        metadata.name=Web
        spec.replicas=-1; spec.minReadySeconds=-1; spec.revisionHistoryLimit=-1
        spec.selector=~
        spec.selector={}
        spec.selector={matchExpressions: [{key: app, operator: Is, values: [a]}]}
        spec.template.metadata.labels.app=other
        spec.template.spec.restartPolicy=Never; spec.template.spec.activeDeadlineSeconds=5
        spec.template.spec.containers=[]
        spec.strategy={type: Sometimes}
        spec.strategy={type: Recreate, rollingUpdate: {maxSurge: 1}}
        spec.strategy={rollingUpdate: {maxSurge: 0, maxUnavailable: 0}}
        spec.strategy={rollingUpdate: {maxSurge: 0%, maxUnavailable: 0%}}
        spec.strategy={rollingUpdate: {maxSurge: -1, maxUnavailable: 101%}}
        spec.strategy={rollingUpdate: {maxSurge: many, maxUnavailable: 3}}
        spec.progressDeadlineSeconds=5; spec.minReadySeconds=5
        spec.progressDeadlineSeconds=-1
        ",
        &expect![[r#"
            spec.replicas=2
              created Deployment/default/web
            metadata.name=a.b
              created Deployment/default/a.b
            metadata.name=Web
              Deployment.apps "Web" is invalid: metadata.name: Invalid value: "Web": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')
            spec.replicas=-1; spec.minReadySeconds=-1; spec.revisionHistoryLimit=-1
              Deployment.apps "web" is invalid: [spec.replicas: Invalid value: -1: must be greater than or equal to 0, spec.minReadySeconds: Invalid value: -1: must be greater than or equal to 0, spec.revisionHistoryLimit: Invalid value: -1: must be greater than or equal to 0]
            spec.selector=~
              Deployment.apps "web" is invalid: [spec.selector: Required value, spec.template.metadata.labels: Invalid value: {"app":"nginx"}: `selector` does not match template `labels`]
            spec.selector={}
              Deployment.apps "web" is invalid: spec.selector: Invalid value: {}: empty selector is invalid for deployment
            spec.selector={matchExpressions: [{key: app, operator: Is, values: [a]}]}
              Deployment.apps "web" is invalid: [spec.selector.matchExpressions[0].operator: Invalid value: "Is": not a valid selector operator, spec.selector: Invalid value: {"matchExpressions":[{"key":"app","operator":"Is","values":["a"]}]}: invalid label selector]
            spec.template.metadata.labels.app=other
              Deployment.apps "web" is invalid: spec.template.metadata.labels: Invalid value: {"app":"other"}: `selector` does not match template `labels`
            spec.template.spec.restartPolicy=Never; spec.template.spec.activeDeadlineSeconds=5
              Deployment.apps "web" is invalid: [spec.template.spec.restartPolicy: Unsupported value: "Never": supported values: "Always", spec.template.spec.activeDeadlineSeconds: Forbidden: activeDeadlineSeconds in ReplicaSet is not Supported]
            spec.template.spec.containers=[]
              Deployment.apps "web" is invalid: spec.template.spec.containers: Required value
            spec.strategy={type: Sometimes}
              Deployment.apps "web" is invalid: spec.strategy: Unsupported value: {"Type":"Sometimes","RollingUpdate":null}: supported values: "Recreate", "RollingUpdate"
            spec.strategy={type: Recreate, rollingUpdate: {maxSurge: 1}}
              Deployment.apps "web" is invalid: spec.strategy.rollingUpdate: Forbidden: may not be specified when strategy `type` is 'Recreate'
            spec.strategy={rollingUpdate: {maxSurge: 0, maxUnavailable: 0}}
              Deployment.apps "web" is invalid: spec.strategy.rollingUpdate.maxUnavailable: Invalid value: 0: may not be 0 when `maxSurge` is 0
            spec.strategy={rollingUpdate: {maxSurge: 0%, maxUnavailable: 0%}}
              Deployment.apps "web" is invalid: spec.strategy.rollingUpdate.maxUnavailable: Invalid value: "0%": may not be 0 when `maxSurge` is 0
            spec.strategy={rollingUpdate: {maxSurge: -1, maxUnavailable: 101%}}
              Deployment.apps "web" is invalid: [spec.strategy.rollingUpdate.maxSurge: Invalid value: -1: must be greater than or equal to 0, spec.strategy.rollingUpdate.maxUnavailable: Invalid value: "101%": must not be greater than 100%]
            spec.strategy={rollingUpdate: {maxSurge: many, maxUnavailable: 3}}
              Deployment.apps "web" is invalid: spec.strategy.rollingUpdate.maxSurge: Invalid value: "many": a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')
            spec.progressDeadlineSeconds=5; spec.minReadySeconds=5
              Deployment.apps "web" is invalid: spec.progressDeadlineSeconds: Invalid value: 5: must be greater than minReadySeconds
            spec.progressDeadlineSeconds=-1
              Deployment.apps "web" is invalid: [spec.progressDeadlineSeconds: Invalid value: -1: must be greater than or equal to 0, spec.progressDeadlineSeconds: Invalid value: -1: must be greater than minReadySeconds]
        "#]],
    );
    check_patches(
        DEPLOYMENT,
        "
        {spec: {selector: {matchLabels: {app: other}}, template: {metadata: {labels: {app: other}}}}}
        {spec: {paused: true}}
        {spec: {strategy: {type: Recreate}}}
        {spec: {strategy: {type: Recreate, rollingUpdate: null}}}
        ",
        &expect![[r#"
            {spec: {selector: {matchLabels: {app: other}}, template: {metadata: {labels: {app: other}}}}}
              Deployment.apps "web" is invalid: spec.selector: Invalid value: {"matchLabels":{"app":"other"}}: field is immutable
            {spec: {paused: true}}
              patched
            {spec: {strategy: {type: Recreate}}}
              Deployment.apps "web" is invalid: spec.strategy.rollingUpdate: Forbidden: may not be specified when strategy `type` is 'Recreate'
            {spec: {strategy: {type: Recreate, rollingUpdate: null}}}
              patched
        "#]],
    );
}

#[test]
fn replica_sets() {
    let set = DEPLOYMENT.replace("kind: Deployment", "kind: ReplicaSet");
    check(
        &set,
        "
        spec.replicas=2
        spec.replicas=-1; spec.minReadySeconds=-1
        spec.selector={}
        spec.template.metadata.labels.app=other
        spec.template.spec.restartPolicy=OnFailure
        ",
        &expect![[r#"
            spec.replicas=2
              created ReplicaSet/default/web
            spec.replicas=-1; spec.minReadySeconds=-1
              ReplicaSet.apps "web" is invalid: [spec.replicas: Invalid value: -1: must be greater than or equal to 0, spec.minReadySeconds: Invalid value: -1: must be greater than or equal to 0]
            spec.selector={}
              ReplicaSet.apps "web" is invalid: spec.selector: Invalid value: {}: empty selector is invalid for deployment
            spec.template.metadata.labels.app=other
              ReplicaSet.apps "web" is invalid: spec.template.metadata.labels: Invalid value: {"app":"other"}: `selector` does not match template `labels`
            spec.template.spec.restartPolicy=OnFailure
              ReplicaSet.apps "web" is invalid: spec.template.spec.restartPolicy: Unsupported value: "OnFailure": supported values: "Always"
        "#]],
    );
    check_patches(
        &set,
        "
        {spec: {selector: {matchLabels: {app: other}}}}
        {spec: {replicas: 3}}
        ",
        &expect![[r#"
            {spec: {selector: {matchLabels: {app: other}}}}
              ReplicaSet.apps "web" is invalid: [spec.template.metadata.labels: Invalid value: {"app":"nginx"}: `selector` does not match template `labels`, spec.selector: Invalid value: {"matchLabels":{"app":"other"}}: field is immutable]
            {spec: {replicas: 3}}
              patched
        "#]],
    );
}

/// A status is looked at when a person writes it; labels are not part of it, annotations are.
#[test]
fn statuses_of_deployments_and_replica_sets() {
    let mut said = String::new();
    for (kind, patch) in [
        (
            Kind::Deployment,
            "{status: {replicas: 1, updatedReplicas: 2, readyReplicas: 3, availableReplicas: 4}}",
        ),
        (Kind::Deployment, "{status: {replicas: -1, terminatingReplicas: -1, collisionCount: -1}}"),
        (Kind::Deployment, "{metadata: {labels: {a: b}, annotations: {c: d}}, status: {replicas: 1}}"),
        (
            Kind::ReplicaSet,
            "{status: {replicas: 1, fullyLabeledReplicas: 2, readyReplicas: 0, availableReplicas: 1}}",
        ),
        (Kind::ReplicaSet, "{status: {replicas: 1, observedGeneration: -1}}"),
    ] {
        let mut server = server();
        let base = DEPLOYMENT.replace("kind: Deployment", &format!("kind: {kind}"));
        assert!(create(&mut server, with(&base, "")).starts_with("created"));
        let answer = server.handle(Request::Patch {
            key: ObjectKey::new(kind, "default", "web"),
            patch_type: PatchType::Merge,
            patch: serde_yaml::from_str(patch).unwrap(),
            subresource: Subresource::Status,
            dry_run: false,
            drops_unknown: false,
        });
        let answer = match answer {
            Ok(object) => {
                let meta = object.meta();
                let (labels, annotations) = (meta.labels.len(), meta.annotations.len());
                format!("{labels} labels, {annotations} annotations, generation {}", meta.generation)
            }
            Err(error) => error.to_string(),
        };
        said.push_str(&format!("{patch}\n  {answer}\n"));
    }
    expect![[r#"
        {status: {replicas: 1, updatedReplicas: 2, readyReplicas: 3, availableReplicas: 4}}
          Deployment.apps "web" is invalid: [status.updatedReplicas: Invalid value: 2: cannot be greater than status.replicas, status.readyReplicas: Invalid value: 3: cannot be greater than status.replicas, status.availableReplicas: Invalid value: 4: cannot be greater than status.replicas, status.availableReplicas: Invalid value: 4: cannot be greater than readyReplicas]
        {status: {replicas: -1, terminatingReplicas: -1, collisionCount: -1}}
          Deployment.apps "web" is invalid: [status.replicas: Invalid value: -1: must be greater than or equal to 0, status.terminatingReplicas: Invalid value: -1: must be greater than or equal to 0, status.collisionCount: Invalid value: -1: must be greater than or equal to 0, status.updatedReplicas: Invalid value: 0: cannot be greater than status.replicas, status.readyReplicas: Invalid value: 0: cannot be greater than status.replicas, status.availableReplicas: Invalid value: 0: cannot be greater than status.replicas]
        {metadata: {labels: {a: b}, annotations: {c: d}}, status: {replicas: 1}}
          0 labels, 1 annotations, generation 1
        {status: {replicas: 1, fullyLabeledReplicas: 2, readyReplicas: 0, availableReplicas: 1}}
          ReplicaSet.apps "web" is invalid: [status.fullyLabeledReplicas: Invalid value: 2: cannot be greater than status.replicas, status.availableReplicas: Invalid value: 1: cannot be greater than readyReplicas]
        {status: {replicas: 1, observedGeneration: -1}}
          ReplicaSet.apps "web" is invalid: status.observedGeneration: Invalid value: -1: must be greater than or equal to 0
    "#]].assert_eq(&said);
}

const POD: &str =
    "{apiVersion: v1, kind: Pod, metadata: {name: p}, spec: {containers: [{name: a, image: b}]}}";

#[test]
#[expect(clippy::too_many_lines, reason = "a table of cases")]
fn pods() {
    check(
        POD,
        "
        metadata.name=P
        spec.containers.0.name=~
        spec.containers.0.name=A
        spec.containers.0.image=~
        spec.containers.0.image=' b'
        spec.containers=[{name: a, image: b}, {name: a, image: b}]
        spec.containers.0.imagePullPolicy=Sometimes
        spec.containers.0.ports=[{containerPort: 70000}, {name: a--b, containerPort: 1, protocol: X}, {}]
        spec.containers.0.ports=[{name: a, containerPort: 1, hostPort: 5}, {name: a, containerPort: 2, hostPort: 5}]
        spec.containers.0.env=[{value: x}, {name: a=b}, {name: x, valueFrom: {}}, {name: y, value: z, valueFrom: {fieldRef: {fieldPath: metadata.name}}}]
        spec.containers.0.env=[{name: x, valueFrom: {fieldRef: {fieldPath: spec.foo}}}, {name: y, valueFrom: {fieldRef: {fieldPath: status.phase}}}]
        spec.containers.0.env=[{name: x, valueFrom: {secretKeyRef: {name: s}}}, {name: y, valueFrom: {resourceFieldRef: {resource: limits.foo}}}]
        spec.containers.0.envFrom=[{}]
        spec.containers.0.volumeMounts=[{name: nope, mountPath: /x}, {name: nope, mountPath: /x}]
        spec.containers.0.resources={limits: {cpu: 1}, requests: {cpu: 2, foo: 1}}
        spec.containers.0.resources={limits: {memory: -1}, requests: {example|com/gpu: 1}}
        spec.containers.0.readinessProbe={}
        spec.containers.0.livenessProbe={httpGet: {port: 0}, successThreshold: 2, periodSeconds: -1}
        spec.containers.0.readinessProbe={exec: {command: []}, tcpSocket: {port: 1}}
        spec.containers.0.lifecycle={preStop: {sleep: {seconds: 60}}}
        spec.containers.0.securityContext={privileged: true, allowPrivilegeEscalation: false}
        spec.restartPolicy=Sometimes
        spec.dnsPolicy=None
        spec.dnsPolicy=Foo
        spec.nodeSelector={a: b!}
        spec.terminationGracePeriodSeconds=-5
        spec.activeDeadlineSeconds=0
        spec.hostname=a.b
        spec.tolerations=[{key: a, operator: Is}, {operator: Equal}, {key: b, effect: NoSchedule, tolerationSeconds: 3}, {key: c, effect: Foo}]
        spec.volumes=[{name: a, emptyDir: {}, hostPath: {path: /x}}, {name: A}, {emptyDir: {}}, {name: h, hostPath: {path: ../x}}]
        spec.volumes=[{name: a, configMap: {}}, {name: b, secret: {}}, {name: c, persistentVolumeClaim: {}}]
        spec.affinity={nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: []}}}
        spec.affinity={podAntiAffinity: {requiredDuringSchedulingIgnoredDuringExecution: [{labelSelector: {matchLabels: {a: b}}}]}}
        spec.affinity={nodeAffinity: {preferredDuringSchedulingIgnoredDuringExecution: [{weight: 0, preference: {matchExpressions: [{key: a, operator: In}]}}]}}
        spec.topologySpreadConstraints=[{maxSkew: 0, whenUnsatisfiable: Maybe}]
        spec.initContainers=[{name: a, image: b, livenessProbe: {tcpSocket: {port: 1}}}]
        spec.initContainers=[{name: i, image: b, restartPolicy: Always}]
        spec.priorityClassName=nope
        spec.serviceAccountName=nope
        spec.priority=5
        spec.schedulingGates=[{name: a}, {name: a}]
        metadata.namespace=other
        ",
        &expect![[r#"
            metadata.name=P
              Pod "P" is invalid: metadata.name: Invalid value: "P": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')
            spec.containers.0.name=~
              Pod "p" is invalid: spec.containers[0].name: Required value
            spec.containers.0.name=A
              Pod "p" is invalid: spec.containers[0].name: Invalid value: "A": a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')
            spec.containers.0.image=~
              Pod "p" is invalid: spec.containers[0].image: Required value
            spec.containers.0.image=' b'
              Pod "p" is invalid: spec.containers[0].image: Invalid value: " b": must not have leading or trailing whitespace
            spec.containers=[{name: a, image: b}, {name: a, image: b}]
              Pod "p" is invalid: spec.containers[1].name: Duplicate value: "a"
            spec.containers.0.imagePullPolicy=Sometimes
              Pod "p" is invalid: spec.containers[0].imagePullPolicy: Unsupported value: "Sometimes": supported values: "Always", "IfNotPresent", "Never"
            spec.containers.0.ports=[{containerPort: 70000}, {name: a--b, containerPort: 1, protocol: X}, {}]
              Pod "p" is invalid: [spec.containers[0].ports[0].containerPort: Invalid value: 70000: must be between 1 and 65535, inclusive, spec.containers[0].ports[1].name: Invalid value: "a--b": must not contain consecutive hyphens, spec.containers[0].ports[1].protocol: Unsupported value: "X": supported values: "SCTP", "TCP", "UDP", spec.containers[0].ports[2].containerPort: Required value]
            spec.containers.0.ports=[{name: a, containerPort: 1, hostPort: 5}, {name: a, containerPort: 2, hostPort: 5}]
              Pod "p" is invalid: [spec.containers[0].ports[1].name: Duplicate value: "a", spec.containers[0].ports[1].hostPort: Duplicate value: "TCP//5"]
            spec.containers.0.env=[{value: x}, {name: a=b}, {name: x, valueFrom: {}}, {name: y, value: z, valueFrom: {fieldRef: {fieldPath: metadata.name}}}]
              Pod "p" is invalid: [spec.containers[0].env[0].name: Required value, spec.containers[0].env[1].name: Invalid value: "a=b": a valid environment variable name must consist only of printable ASCII characters other than '=', spec.containers[0].env[2].valueFrom: Invalid value: "": must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`, spec.containers[0].env[3].valueFrom: Invalid value: "": may not be specified when `value` is not empty]
            spec.containers.0.env=[{name: x, valueFrom: {fieldRef: {fieldPath: spec.foo}}}, {name: y, valueFrom: {fieldRef: {fieldPath: status.phase}}}]
              Pod "p" is invalid: [spec.containers[0].env[0].valueFrom.fieldRef.fieldPath: Invalid value: "spec.foo": error converting fieldPath: field label not supported: spec.foo, spec.containers[0].env[1].valueFrom.fieldRef.fieldPath: Unsupported value: "status.phase": supported values: "metadata.name", "metadata.namespace", "metadata.uid", "spec.nodeName", "spec.serviceAccountName", "status.hostIP", "status.hostIPs", "status.podIP", "status.podIPs"]
            spec.containers.0.env=[{name: x, valueFrom: {secretKeyRef: {name: s}}}, {name: y, valueFrom: {resourceFieldRef: {resource: limits.foo}}}]
              Pod "p" is invalid: [spec.containers[0].env[0].valueFrom.secretKeyRef.key: Required value, spec.containers[0].env[1].valueFrom.resourceFieldRef.resource: Unsupported value: "limits.foo": supported values: "limits.cpu", "limits.ephemeral-storage", "limits.memory", "requests.cpu", "requests.ephemeral-storage", "requests.memory"]
            spec.containers.0.envFrom=[{}]
              Pod "p" is invalid: spec.containers[0].envFrom: Invalid value: "": must specify one of: `configMapRef` or `secretRef`
            spec.containers.0.volumeMounts=[{name: nope, mountPath: /x}, {name: nope, mountPath: /x}]
              Pod "p" is invalid: [spec.containers[0].volumeMounts[0].name: Not found: "nope", spec.containers[0].volumeMounts[1].name: Not found: "nope", spec.containers[0].volumeMounts[1].mountPath: Invalid value: "/x": must be unique]
            spec.containers.0.resources={limits: {cpu: 1}, requests: {cpu: 2, foo: 1}}
              Pod "p" is invalid: [spec.containers[0].resources.requests: Invalid value: "2": must be less than or equal to cpu limit of 1, spec.containers[0].resources.requests[foo]: Invalid value: "foo": must be a standard resource type or fully qualified, spec.containers[0].resources.requests[foo]: Invalid value: "foo": must be a standard resource for containers]
            spec.containers.0.resources={limits: {memory: -1}, requests: {example|com/gpu: 1}}
              Pod "p" is invalid: [spec.containers[0].resources.limits[memory]: Invalid value: "-1": must be greater than or equal to 0, spec.containers[0].resources.requests[example|com/gpu]: Invalid value: "example|com/gpu": prefix part a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*'), spec.containers[0].resources.limits: Required value: Limit must be set for non overcommitable resources, spec.containers[0].resources.requests[memory]: Invalid value: "-1": must be greater than or equal to 0]
            spec.containers.0.readinessProbe={}
              Pod "p" is invalid: spec.containers[0].readinessProbe: Required value: must specify a handler type
            spec.containers.0.livenessProbe={httpGet: {port: 0}, successThreshold: 2, periodSeconds: -1}
              Pod "p" is invalid: [spec.containers[0].livenessProbe.httpGet.port: Invalid value: 0: must be between 1 and 65535, inclusive, spec.containers[0].livenessProbe.periodSeconds: Invalid value: -1: must be greater than or equal to 0, spec.containers[0].livenessProbe.successThreshold: Invalid value: 2: must be 1]
            spec.containers.0.readinessProbe={exec: {command: []}, tcpSocket: {port: 1}}
              Pod "p" is invalid: [spec.containers[0].readinessProbe.exec.command: Required value, spec.containers[0].readinessProbe.tcpSocket: Forbidden: may not specify more than 1 handler type]
            spec.containers.0.lifecycle={preStop: {sleep: {seconds: 60}}}
              Pod "p" is invalid: spec.containers[0].lifecycle.preStop.sleep: Invalid value: 60: must be non-negative and less than terminationGracePeriodSeconds (30)
            spec.containers.0.securityContext={privileged: true, allowPrivilegeEscalation: false}
              Pod "p" is invalid: spec.containers[0].securityContext: Invalid value: {"Capabilities":null,"Privileged":true,"SELinuxOptions":null,"WindowsOptions":null,"RunAsUser":null,"RunAsGroup":null,"RunAsNonRoot":null,"ReadOnlyRootFilesystem":null,"AllowPrivilegeEscalation":false,"ProcMount":null,"SeccompProfile":null,"AppArmorProfile":null}: cannot set `allowPrivilegeEscalation` to false and `privileged` to true
            spec.restartPolicy=Sometimes
              Pod "p" is invalid: spec.restartPolicy: Unsupported value: "Sometimes": supported values: "Always", "OnFailure", "Never"
            spec.dnsPolicy=None
              Pod "p" is invalid: spec.dnsConfig: Required value: must provide `dnsConfig` when `dnsPolicy` is None
            spec.dnsPolicy=Foo
              Pod "p" is invalid: spec.dnsPolicy: Unsupported value: "Foo": supported values: "ClusterFirstWithHostNet", "ClusterFirst", "Default", "None"
            spec.nodeSelector={a: b!}
              Pod "p" is invalid: spec.nodeSelector: Invalid value: "b!": a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')
            spec.terminationGracePeriodSeconds=-5
              created Pod/default/p
            spec.activeDeadlineSeconds=0
              Pod "p" is invalid: spec.activeDeadlineSeconds: Invalid value: 0: must be between 1 and 2147483647, inclusive
            spec.hostname=a.b
              Pod "p" is invalid: spec.hostname: Invalid value: "a.b": must not contain dots
            spec.tolerations=[{key: a, operator: Is}, {operator: Equal}, {key: b, effect: NoSchedule, tolerationSeconds: 3}, {key: c, effect: Foo}]
              Pod "p" is invalid: [spec.tolerations[0].operator: Unsupported value: "Is": supported values: "Equal", "Exists", spec.tolerations[1].operator: Invalid value: "Equal": operator must be Exists when `key` is empty, which means "match all values and all keys", spec.tolerations[2].effect: Invalid value: "NoSchedule": effect must be 'NoExecute' when `tolerationSeconds` is set, spec.tolerations[3].effect: Unsupported value: "Foo": supported values: "NoSchedule", "PreferNoSchedule", "NoExecute"]
            spec.volumes=[{name: a, emptyDir: {}, hostPath: {path: /x}}, {name: A}, {emptyDir: {}}, {name: h, hostPath: {path: ../x}}]
              Pod "p" is invalid: [spec.volumes[0].hostPath: Forbidden: may not specify more than 1 volume type, spec.volumes[1].name: Invalid value: "A": a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?'), spec.volumes[2].name: Required value, spec.volumes[3].hostPath.path: Invalid value: "../x": must not contain '..']
            spec.volumes=[{name: a, configMap: {}}, {name: b, secret: {}}, {name: c, persistentVolumeClaim: {}}]
              Pod "p" is invalid: [spec.volumes[0].configMap.name: Required value, spec.volumes[1].secret.secretName: Required value, spec.volumes[2].persistentVolumeClaim.claimName: Required value]
            spec.affinity={nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: []}}}
              Pod "p" is invalid: spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms: Required value: must have at least one node selector term
            spec.affinity={podAntiAffinity: {requiredDuringSchedulingIgnoredDuringExecution: [{labelSelector: {matchLabels: {a: b}}}]}}
              Pod "p" is invalid: [spec.affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution[0].topologyKey: Required value: can not be empty, spec.affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution[0].topologyKey: Invalid value: "": name part must be non-empty, spec.affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution[0].topologyKey: Invalid value: "": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')]
            spec.affinity={nodeAffinity: {preferredDuringSchedulingIgnoredDuringExecution: [{weight: 0, preference: {matchExpressions: [{key: a, operator: In}]}}]}}
              Pod "p" is invalid: [spec.affinity.nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution[0].weight: Invalid value: 0: must be in the range 1-100, spec.affinity.nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution[0].preference.matchExpressions[0].values: Required value: must be specified when `operator` is 'In' or 'NotIn']
            spec.topologySpreadConstraints=[{maxSkew: 0, whenUnsatisfiable: Maybe}]
              Pod "p" is invalid: [spec.topologySpreadConstraints[0].maxSkew: Invalid value: 0: must be greater than zero, spec.topologySpreadConstraints[0].topologyKey: Required value: can not be empty, spec.topologySpreadConstraints[0].whenUnsatisfiable: Unsupported value: "Maybe": supported values: "DoNotSchedule", "ScheduleAnyway"]
            spec.initContainers=[{name: a, image: b, livenessProbe: {tcpSocket: {port: 1}}}]
              Pod "p" is invalid: [spec.initContainers[0].name: Duplicate value: "a", spec.initContainers[0].livenessProbe: Forbidden: may not be set for init containers without restartPolicy=Always]
            spec.initContainers=[{name: i, image: b, restartPolicy: Always}]
              created Pod/default/p
            spec.priorityClassName=nope
              pods "p" is forbidden: no PriorityClass with name nope was found
            spec.serviceAccountName=nope
              pods "p" is forbidden: error looking up service account default/nope: serviceaccount "nope" not found
            spec.priority=5
              pods "p" is forbidden: the integer value of priority (5) must not be provided in pod spec; priority admission controller computed 0 from the given PriorityClass name
            spec.schedulingGates=[{name: a}, {name: a}]
              Pod "p" is invalid: spec.schedulingGates[1]: Duplicate value: "a"
            metadata.namespace=other
              the namespace of the provided object does not match the namespace sent on the request
        "#]],
    );
}

#[test]
fn changed_pods() {
    check_patches(
        POD,
        "
        {spec: {containers: [{name: a, image: c}]}}
        {spec: {containers: [{name: a, image: b}, {name: c, image: d}]}}
        {spec: {hostname: x}}
        {spec: {tolerations: []}}
        {spec: {activeDeadlineSeconds: 5}}
        {spec: {restartPolicy: Never}}
        {metadata: {annotations: {a: b}}}
        ",
        &expect![[r#"
            {spec: {containers: [{name: a, image: c}]}}
              Pod "p" is invalid: spec: Forbidden: pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)
            @@ -125,17 +125,7 @@
                "ResizePolicy": null,
                "RestartPolicy": null,
                "RestartPolicyRules": null,
            -   "VolumeMounts": [
            -    {
            -     "Name": "kube-api-access-t29pp",
            -     "ReadOnly": true,
            -     "RecursiveReadOnly": null,
            -     "MountPath": "/var/run/secrets/kubernetes.io/serviceaccount",
            -     "SubPath": "",
            -     "MountPropagation": null,
            -     "SubPathExpr": ""
            -    }
            -   ],
            +   "VolumeMounts": null,
                "VolumeDevices": null,
                "LivenessProbe": null,
                "ReadinessProbe": null,

            {spec: {containers: [{name: a, image: b}, {name: c, image: d}]}}
              Pod "p" is invalid: spec.containers: Forbidden: pod updates may not add or remove containers
            {spec: {hostname: x}}
              Pod "p" is invalid: spec: Forbidden: pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)
            @@ -180,7 +180,7 @@
               "SELinuxChangePolicy": null
              },
              "ImagePullSecrets": null,
            - "Hostname": "",
            + "Hostname": "x",
              "Subdomain": "",
              "SetHostnameAsFQDN": null,
              "Affinity": null,

            {spec: {tolerations: []}}
              Pod "p" is invalid: spec.tolerations: Forbidden: existing toleration can not be modified except its tolerationSeconds
            {spec: {activeDeadlineSeconds: 5}}
              patched
            {spec: {restartPolicy: Never}}
              Pod "p" is invalid: spec: Forbidden: pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)
            @@ -151,7 +151,7 @@
               }
              ],
              "EphemeralContainers": null,
            - "RestartPolicy": "Always",
            + "RestartPolicy": "Never",
              "TerminationGracePeriodSeconds": 30,
              "ActiveDeadlineSeconds": null,
              "DNSPolicy": "ClusterFirst",

            {metadata: {annotations: {a: b}}}
              patched
        "#]],
    );
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table of cases")]
fn storage() {
    let claim = "{apiVersion: v1, kind: PersistentVolumeClaim, metadata: {name: c}, spec: {accessModes: [ReadWriteOnce],
        resources: {requests: {storage: 1Gi}}}}";
    check(
        claim,
        "
        spec.accessModes=~
        spec.accessModes=[ReadSometimes]
        spec.accessModes=[ReadWriteOncePod, ReadWriteOnce]
        spec.resources=~
        spec.resources.requests.storage=0
        spec.volumeMode=Foo
        spec.storageClassName=A
        ",
        &expect![[r#"
            spec.accessModes=~
              PersistentVolumeClaim "c" is invalid: spec.accessModes: Required value: at least 1 access mode is required
            spec.accessModes=[ReadSometimes]
              PersistentVolumeClaim "c" is invalid: spec.accessModes: Unsupported value: "ReadSometimes": supported values: "ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"
            spec.accessModes=[ReadWriteOncePod, ReadWriteOnce]
              PersistentVolumeClaim "c" is invalid: spec.accessModes: Forbidden: may not use ReadWriteOncePod with other access modes
            spec.resources=~
              PersistentVolumeClaim "c" is invalid: spec.resources[storage]: Required value
            spec.resources.requests.storage=0
              PersistentVolumeClaim "c" is invalid: spec.resources[storage]: Invalid value: "0": must be greater than zero
            spec.volumeMode=Foo
              PersistentVolumeClaim "c" is invalid: spec.volumeMode: Unsupported value: "Foo": supported values: "Block", "Filesystem"
            spec.storageClassName=A
              PersistentVolumeClaim "c" is invalid: spec.storageClassName: Invalid value: "A": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')
        "#]],
    );
    check_patches(
        claim,
        "
        {spec: {resources: {requests: {storage: 2Gi}}}}
        {spec: {accessModes: [ReadOnlyMany]}}
        {spec: {storageClassName: x}}
        {spec: {volumeName: v}}
        ",
        &expect![[r#"
            {spec: {resources: {requests: {storage: 2Gi}}}}
              PersistentVolumeClaim "c" is invalid: spec: Forbidden: spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims
            @@ -6,7 +6,7 @@
              "Resources": {
               "Limits": null,
               "Requests": {
            -   "storage": "1Gi"
            +   "storage": "2Gi"
               }
              },
              "VolumeName": "",

            {spec: {accessModes: [ReadOnlyMany]}}
              PersistentVolumeClaim "c" is invalid: spec: Forbidden: spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims
            @@ -1,6 +1,6 @@
             {
              "AccessModes": [
            -  "ReadWriteOnce"
            +  "ReadOnlyMany"
              ],
              "Selector": null,
              "Resources": {

            {spec: {storageClassName: x}}
              patched
            {spec: {volumeName: v}}
              patched
        "#]],
    );
    check(
        "{apiVersion: v1, kind: PersistentVolume, metadata: {name: v}, spec: {accessModes: [ReadWriteOnce],
          capacity: {storage: 1Gi}, hostPath: {path: /x}}}",
        "
        spec.capacity=~
        spec.capacity={cpu: 1}
        spec.hostPath=~
        spec.nfs={server: s, path: x}
        spec.persistentVolumeReclaimPolicy=Foo
        spec.hostPath=~; spec.local={path: /x}
        ",
        &expect![[r#"
            spec.capacity=~
              PersistentVolume "v" is invalid: [spec.capacity: Required value, spec.capacity: Unsupported value: null: supported values: "storage"]
            spec.capacity={cpu: 1}
              PersistentVolume "v" is invalid: spec.capacity: Unsupported value: {"cpu":"1"}: supported values: "storage"
            spec.hostPath=~
              PersistentVolume "v" is invalid: spec: Required value: must specify a volume type
            spec.nfs={server: s, path: x}
              PersistentVolume "v" is invalid: spec.nfs: Forbidden: may not specify more than 1 volume type
            spec.persistentVolumeReclaimPolicy=Foo
              PersistentVolume "v" is invalid: spec.persistentVolumeReclaimPolicy: Unsupported value: "Foo": supported values: "Delete", "Recycle", "Retain"
            spec.hostPath=~; spec.local={path: /x}
              PersistentVolume "v" is invalid: spec.nodeAffinity: Required value: Local volume requires node affinity
        "#]],
    );
    check(
        "{apiVersion: storage.k8s.io/v1, kind: StorageClass, metadata: {name: s}, provisioner: p}",
        "
        provisioner=~
        reclaimPolicy=Recycle
        volumeBindingMode=Later
        ",
        &expect![[r#"
            provisioner=~
              StorageClass.storage.k8s.io "s" is invalid: provisioner: Required value
            reclaimPolicy=Recycle
              StorageClass.storage.k8s.io "s" is invalid: reclaimPolicy: Unsupported value: "Recycle": supported values: "Delete", "Retain"
            volumeBindingMode=Later
              StorageClass.storage.k8s.io "s" is invalid: volumeBindingMode: Unsupported value: "Later": supported values: "Immediate", "WaitForFirstConsumer"
        "#]],
    );
}

const SERVICE: &str =
    "{apiVersion: v1, kind: Service, metadata: {name: s}, spec: {selector: {a: b}, ports: [{port: 80}]}}";

#[test]
fn services() {
    check(
        SERVICE,
        "
        metadata.name=1.x
        spec.ports=[]
        spec.ports=[{port: 80}, {port: 80}]
        spec.ports=[{port: 0}]
        spec.ports=[{port: 80, targetPort: Bad_}]
        spec.ports=[{port: 80, nodePort: 30000}]
        spec.type=Foo
        spec.type=ExternalName
        spec.type=NodePort; spec.clusterIP=None
        spec.clusterIP=1.2
        spec.clusterIP=10.0.0.1
        spec.sessionAffinity=Foo
        spec.selector={a: b!}
        ",
        &expect![[r#"
            metadata.name=1.x
              Service "1.x" is invalid: metadata.name: Invalid value: "1.x": must not contain dots
            spec.ports=[]
              Service "s" is invalid: spec.ports: Required value
            spec.ports=[{port: 80}, {port: 80}]
              Service "s" is invalid: [spec.ports[0].name: Required value, spec.ports[1].name: Required value, spec.ports[1]: Duplicate value: {"Name":"","Protocol":"TCP","AppProtocol":null,"Port":80,"TargetPort":0,"NodePort":0}]
            spec.ports=[{port: 0}]
              Service "s" is invalid: [spec.ports[0].port: Invalid value: 0: must be between 1 and 65535, inclusive, spec.ports[0].targetPort: Invalid value: 0: must be between 1 and 65535, inclusive]
            spec.ports=[{port: 80, targetPort: Bad_}]
              Service "s" is invalid: spec.ports[0].targetPort: Invalid value: "Bad_": must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)
            spec.ports=[{port: 80, nodePort: 30000}]
              Service "s" is invalid: spec.ports[0].nodePort: Forbidden: may not be used when `type` is 'ClusterIP'
            spec.type=Foo
              Service "s" is invalid: spec.type: Unsupported value: "Foo": supported values: "ClusterIP", "ExternalName", "LoadBalancer", "NodePort"
            spec.type=ExternalName
              Service "s" is invalid: spec.externalName: Required value
            spec.type=NodePort; spec.clusterIP=None
              Service "s" is invalid: spec.clusterIPs[0]: Invalid value: "None": may not be set to 'None' for NodePort services
            spec.clusterIP=1.2
              Service in version "v1" cannot be handled as a Service: json: cannot unmarshal number into Go struct field ServiceSpec.spec.clusterIP of type string
            spec.clusterIP=10.0.0.1
              Service "s" is invalid: spec.clusterIPs: Invalid value: ["10.0.0.1"]: failed to allocate IP 10.0.0.1: the provided network does not match the current range
            spec.sessionAffinity=Foo
              Service "s" is invalid: spec.sessionAffinity: Unsupported value: "Foo": supported values: "ClientIP", "None"
            spec.selector={a: b!}
              Service "s" is invalid: spec.selector: Invalid value: "b!": a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')
        "#]],
    );
}

#[test]
fn services_that_change() {
    check_patches(
        SERVICE,
        "
        {spec: {clusterIP: 10.96.0.77}}
        {spec: {clusterIP: null}}
        {spec: {type: NodePort}}
        {spec: {type: ExternalName, externalName: x.y}}
        {spec: {type: ExternalName}}
        {spec: {type: ExternalName, externalName: x.y, clusterIP: 10.96.0.77}}
        ",
        &expect![[r#"
            {spec: {clusterIP: 10.96.0.77}}
              Service "s" is invalid: spec.clusterIPs[0]: Invalid value: ["10.96.0.77"]: may not change once set
            {spec: {clusterIP: null}}
              patched
            {spec: {type: NodePort}}
              patched
            {spec: {type: ExternalName, externalName: x.y}}
              patched
            {spec: {type: ExternalName}}
              Service "s" is invalid: spec.externalName: Required value
            {spec: {type: ExternalName, externalName: x.y, clusterIP: 10.96.0.77}}
              Service "s" is invalid: spec.clusterIPs: Forbidden: may not be set for ExternalName services
        "#]],
    );
}

#[test]
fn other_kinds() {
    check(
        "{apiVersion: v1, kind: Node, metadata: {name: n}}",
        "
        spec.taints=[{key: a, effect: Foo}, {effect: NoSchedule}, {key: b, effect: NoSchedule}, {key: b, effect: NoSchedule}]
        metadata.name=A
        ",
        &expect![[r#"
            spec.taints=[{key: a, effect: Foo}, {effect: NoSchedule}, {key: b, effect: NoSchedule}, {key: b, effect: NoSchedule}]
              Node "n" is invalid: [metadata.taints[0].effect: Unsupported value: "Foo": supported values: "NoSchedule", "PreferNoSchedule", "NoExecute", metadata.taints[1].key: Invalid value: "": name part must be non-empty, metadata.taints[1].key: Invalid value: "": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]'), metadata.taints[3]: Duplicate value: {"Key":"b","Value":"","Effect":"NoSchedule","TimeAdded":null}: taints must be unique by key and effect pair]
            metadata.name=A
              Node "A" is invalid: metadata.name: Invalid value: "A": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')
        "#]],
    );
    check(
        "{apiVersion: v1, kind: Namespace, metadata: {name: n}}",
        "metadata.name=a.b",
        &expect![[r#"
        metadata.name=a.b
          Namespace "a.b" is invalid: metadata.name: Invalid value: "a.b": must not contain dots
    "#]],
    );
    check(
        "{apiVersion: v1, kind: ConfigMap, metadata: {name: n}}",
        "data={a/b: c}",
        &expect![[r#"
        data={a/b: c}
          ConfigMap "n" is invalid: data[a/b]: Invalid value: "a/b": a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')
    "#]],
    );
    check(
        "{apiVersion: v1, kind: Secret, metadata: {name: n}}",
        "
        type=kubernetes.io/tls
        data={a: '*'}
        metadata.ownerReferences=[{apiVersion: v1, kind: Pod, name: a, uid: b, controller: true}, {apiVersion: v1, kind: Pod, name: c, uid: d, controller: true}]
        metadata.finalizers=[orphan, foregroundDeletion]
        metadata.generateName=Bad_
        ",
        &expect![[r#"
            type=kubernetes.io/tls
              Secret "n" is invalid: [data[tls.crt]: Required value, data[tls.key]: Required value]
            data={a: '*'}
              Secret in version "v1" cannot be handled as a Secret: illegal base64 data at input byte 0
            metadata.ownerReferences=[{apiVersion: v1, kind: Pod, name: a, uid: b, controller: true}, {apiVersion: v1, kind: Pod, name: c, uid: d, controller: true}]
              Secret "n" is invalid: metadata.ownerReferences: Invalid value: [{"apiVersion":"v1","kind":"Pod","name":"a","uid":"b","controller":true},{"apiVersion":"v1","kind":"Pod","name":"c","uid":"d","controller":true}]: Only one reference can have Controller set to true. Found "true" in references for Pod/a and Pod/c
            metadata.finalizers=[orphan, foregroundDeletion]
              Secret "n" is invalid: metadata.finalizers: Invalid value: ["orphan","foregroundDeletion"]: finalizer orphan and foregroundDeletion cannot be both set
            metadata.generateName=Bad_
              Secret "n" is invalid: metadata.generateName: Invalid value: "Bad_": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')
        "#]],
    );
    check_patches(
        "{apiVersion: v1, kind: ConfigMap, metadata: {name: n}, immutable: true, data: {a: b}}",
        "
        {immutable: false}
        {data: {a: c}}
        ",
        &expect![[r#"
            {immutable: false}
              ConfigMap "n" is invalid: immutable: Forbidden: field is immutable when `immutable` is set
            {data: {a: c}}
              ConfigMap "n" is invalid: data: Forbidden: field is immutable when `immutable` is set
        "#]],
    );
}
