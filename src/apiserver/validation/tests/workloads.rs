//! Workloads: sets, deployments and replica sets, new and changed.

use expect_test::expect;

use super::{check, check_patches, create, server, with};
use crate::api::{Kind, ObjectKey};
use crate::apiserver::{PatchType, Request, Subresource};

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
