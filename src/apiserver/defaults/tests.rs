//! A manifest goes in, the object with its defaults comes out.

use expect_test::{Expect, expect};
use serde_json::Value;

use crate::api::{Kind, schema};

fn check(manifest: &str, expected: &Expect) {
    let value: Value = serde_yaml::from_str(manifest).unwrap();
    let kind = Kind::of(value["apiVersion"].as_str().unwrap(), value["kind"].as_str().unwrap()).unwrap();
    let mut decoded = schema::decode(&value, &kind.api_version(), kind.resource().kind).unwrap();
    super::apply(kind, &mut decoded);
    expected.assert_eq(&serde_yaml::to_string(&decoded).unwrap());
}

#[test]
fn pods() {
    check(
        "{apiVersion: v1, kind: Pod, metadata: {name: p}, spec: {containers: [{name: a, image: 'nginx:1.27',
          resources: {limits: {cpu: 0.0001, memory: 1Gi}, requests: {memory: 512Mi}}}]}}",
        &expect![[r"
            apiVersion: v1
            kind: Pod
            metadata:
              name: p
            spec:
              containers:
              - image: nginx:1.27
                imagePullPolicy: IfNotPresent
                name: a
                resources:
                  limits:
                    cpu: 1m
                    memory: 1Gi
                  requests:
                    cpu: 1m
                    memory: 512Mi
                terminationMessagePath: /dev/termination-log
                terminationMessagePolicy: File
              dnsPolicy: ClusterFirst
              enableServiceLinks: true
              restartPolicy: Always
              schedulerName: default-scheduler
              securityContext: {}
              terminationGracePeriodSeconds: 30
        "]],
    );
    check(
        "{apiVersion: v1, kind: Pod, metadata: {name: p}, spec: {hostNetwork: true, serviceAccountName: x,
          terminationGracePeriodSeconds: 0, initContainers: [{name: i, image: busybox}],
          containers: [{name: a, image: 'nginx:latest', ports: [{containerPort: 80}]}]}}",
        &expect![[r"
            apiVersion: v1
            kind: Pod
            metadata:
              name: p
            spec:
              containers:
              - image: nginx:latest
                imagePullPolicy: Always
                name: a
                ports:
                - containerPort: 80
                  hostPort: 80
                  protocol: TCP
                terminationMessagePath: /dev/termination-log
                terminationMessagePolicy: File
              dnsPolicy: ClusterFirst
              enableServiceLinks: true
              hostNetwork: true
              initContainers:
              - image: busybox
                imagePullPolicy: Always
                name: i
                terminationMessagePath: /dev/termination-log
                terminationMessagePolicy: File
              restartPolicy: Always
              schedulerName: default-scheduler
              securityContext: {}
              serviceAccount: x
              serviceAccountName: x
              terminationGracePeriodSeconds: 0
        "]],
    );
}

#[test]
fn probes_handlers_and_environment() {
    check(
        "{apiVersion: v1, kind: Pod, metadata: {name: p}, spec: {containers: [{name: a, image: 'n:1',
          env: [{name: X, valueFrom: {fieldRef: {fieldPath: metadata.name}}}],
          readinessProbe: {httpGet: {port: 80}}, livenessProbe: {grpc: {port: 1}, periodSeconds: 5},
          startupProbe: {tcpSocket: {port: 1}}, lifecycle: {preStop: {httpGet: {port: 8}}}}]}}",
        &expect![[r"
            apiVersion: v1
            kind: Pod
            metadata:
              name: p
            spec:
              containers:
              - env:
                - name: X
                  valueFrom:
                    fieldRef:
                      apiVersion: v1
                      fieldPath: metadata.name
                image: n:1
                imagePullPolicy: IfNotPresent
                lifecycle:
                  preStop:
                    httpGet:
                      path: /
                      port: 8
                      scheme: HTTP
                livenessProbe:
                  failureThreshold: 3
                  grpc:
                    port: 1
                    service: ''
                  periodSeconds: 5
                  successThreshold: 1
                  timeoutSeconds: 1
                name: a
                readinessProbe:
                  failureThreshold: 3
                  httpGet:
                    path: /
                    port: 80
                    scheme: HTTP
                  periodSeconds: 10
                  successThreshold: 1
                  timeoutSeconds: 1
                startupProbe:
                  failureThreshold: 3
                  periodSeconds: 10
                  successThreshold: 1
                  tcpSocket:
                    port: 1
                  timeoutSeconds: 1
                terminationMessagePath: /dev/termination-log
                terminationMessagePolicy: File
              dnsPolicy: ClusterFirst
              enableServiceLinks: true
              restartPolicy: Always
              schedulerName: default-scheduler
              securityContext: {}
              terminationGracePeriodSeconds: 30
        "]],
    );
}

#[test]
fn volumes() {
    check(
        "{apiVersion: v1, kind: Pod, metadata: {name: p}, spec: {containers: [], volumes: [{name: a},
          {name: b, hostPath: {path: /x}}, {name: c, configMap: {name: c}}, {name: d, secret: {secretName: s}},
          {name: e, projected: {sources: [{serviceAccountToken: {path: t}},
            {downwardAPI: {items: [{path: l, fieldRef: {fieldPath: metadata.labels}}]}}]}},
          {name: f, ephemeral: {volumeClaimTemplate: {spec: {accessModes: [ReadWriteOnce]}}}}]}}",
        &expect![[r"
            apiVersion: v1
            kind: Pod
            metadata:
              name: p
            spec:
              containers: []
              dnsPolicy: ClusterFirst
              enableServiceLinks: true
              restartPolicy: Always
              schedulerName: default-scheduler
              securityContext: {}
              terminationGracePeriodSeconds: 30
              volumes:
              - emptyDir: {}
                name: a
              - hostPath:
                  path: /x
                  type: ''
                name: b
              - configMap:
                  defaultMode: 420
                  name: c
                name: c
              - name: d
                secret:
                  defaultMode: 420
                  secretName: s
              - name: e
                projected:
                  defaultMode: 420
                  sources:
                  - serviceAccountToken:
                      expirationSeconds: 3600
                      path: t
                  - downwardAPI:
                      items:
                      - fieldRef:
                          apiVersion: v1
                          fieldPath: metadata.labels
                        path: l
              - ephemeral:
                  volumeClaimTemplate:
                    spec:
                      accessModes:
                      - ReadWriteOnce
                      volumeMode: Filesystem
                name: f
        "]],
    );
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table of cases")]
fn stateful_sets() {
    check(
        "{apiVersion: apps/v1, kind: StatefulSet, metadata: {name: web}, spec: {serviceName: nginx,
          selector: {matchLabels: {app: nginx}}, template: {metadata: {labels: {app: nginx}},
          spec: {containers: [{name: nginx, image: 'nginx:1', resources: {limits: {cpu: 1}}}]}},
          volumeClaimTemplates: [{metadata: {name: www}, spec: {accessModes: [ReadWriteOnce],
          resources: {requests: {storage: 1Gi}}}}]}}",
        &expect![[r"
            apiVersion: apps/v1
            kind: StatefulSet
            metadata:
              name: web
            spec:
              persistentVolumeClaimRetentionPolicy:
                whenDeleted: Retain
                whenScaled: Retain
              podManagementPolicy: OrderedReady
              replicas: 1
              revisionHistoryLimit: 10
              selector:
                matchLabels:
                  app: nginx
              serviceName: nginx
              template:
                metadata:
                  labels:
                    app: nginx
                spec:
                  containers:
                  - image: nginx:1
                    imagePullPolicy: IfNotPresent
                    name: nginx
                    resources:
                      limits:
                        cpu: '1'
                    terminationMessagePath: /dev/termination-log
                    terminationMessagePolicy: File
                  dnsPolicy: ClusterFirst
                  restartPolicy: Always
                  schedulerName: default-scheduler
                  securityContext: {}
                  terminationGracePeriodSeconds: 30
              updateStrategy:
                rollingUpdate:
                  partition: 0
                type: RollingUpdate
              volumeClaimTemplates:
              - apiVersion: v1
                kind: PersistentVolumeClaim
                metadata:
                  name: www
                spec:
                  accessModes:
                  - ReadWriteOnce
                  resources:
                    requests:
                      storage: 1Gi
                  volumeMode: Filesystem
                status:
                  phase: Pending
        "]],
    );
    check(
        "{apiVersion: apps/v1, kind: StatefulSet, metadata: {name: web}, spec: {replicas: 0, revisionHistoryLimit: 0,
          updateStrategy: {type: OnDelete}, persistentVolumeClaimRetentionPolicy: {whenScaled: Delete},
          template: {spec: {containers: []}}}}",
        &expect![[r"
            apiVersion: apps/v1
            kind: StatefulSet
            metadata:
              name: web
            spec:
              persistentVolumeClaimRetentionPolicy:
                whenDeleted: Retain
                whenScaled: Delete
              podManagementPolicy: OrderedReady
              replicas: 0
              revisionHistoryLimit: 0
              template:
                spec:
                  containers: []
                  dnsPolicy: ClusterFirst
                  restartPolicy: Always
                  schedulerName: default-scheduler
                  securityContext: {}
                  terminationGracePeriodSeconds: 30
              updateStrategy:
                type: OnDelete
        "]],
    );
}

#[test]
fn storage() {
    check(
        "{apiVersion: v1, kind: PersistentVolumeClaim, metadata: {name: c}, spec: {accessModes: [ReadWriteOnce]}}",
        &expect![[r"
            apiVersion: v1
            kind: PersistentVolumeClaim
            metadata:
              name: c
            spec:
              accessModes:
              - ReadWriteOnce
              volumeMode: Filesystem
        "]],
    );
    check(
        "{apiVersion: v1, kind: PersistentVolume, metadata: {name: v}, spec: {hostPath: {path: /x}}}",
        &expect![[r"
            apiVersion: v1
            kind: PersistentVolume
            metadata:
              name: v
            spec:
              hostPath:
                path: /x
                type: ''
              persistentVolumeReclaimPolicy: Retain
              volumeMode: Filesystem
        "]],
    );
    check(
        "{apiVersion: storage.k8s.io/v1, kind: StorageClass, metadata: {name: s}, provisioner: p}",
        &expect![[r"
        apiVersion: storage.k8s.io/v1
        kind: StorageClass
        metadata:
          name: s
        provisioner: p
        reclaimPolicy: Delete
        volumeBindingMode: Immediate
    "]],
    );
}

#[test]
fn services() {
    check(
        "{apiVersion: v1, kind: Service, metadata: {name: s}, spec: {clusterIP: None, ports: [{port: 80}]}}",
        &expect![[r"
            apiVersion: v1
            kind: Service
            metadata:
              name: s
            spec:
              clusterIP: None
              internalTrafficPolicy: Cluster
              ports:
              - port: 80
                protocol: TCP
                targetPort: 80
              sessionAffinity: None
              type: ClusterIP
        "]],
    );
    check(
        "{apiVersion: v1, kind: Service, metadata: {name: s}, spec: {type: LoadBalancer, sessionAffinity: ClientIP,
          ports: [{port: 80, targetPort: web}]}}",
        &expect![[r"
            apiVersion: v1
            kind: Service
            metadata:
              name: s
            spec:
              allocateLoadBalancerNodePorts: true
              externalTrafficPolicy: Cluster
              internalTrafficPolicy: Cluster
              ports:
              - port: 80
                protocol: TCP
                targetPort: web
              sessionAffinity: ClientIP
              sessionAffinityConfig:
                clientIP:
                  timeoutSeconds: 10800
              type: LoadBalancer
        "]],
    );
    check(
        "{apiVersion: v1, kind: Service, metadata: {name: s}, spec: {type: ExternalName, externalName: x.y}}",
        &expect![[r"
            apiVersion: v1
            kind: Service
            metadata:
              name: s
            spec:
              externalName: x.y
              sessionAffinity: None
              type: ExternalName
        "]],
    );
}

#[test]
fn other_kinds() {
    check(
        "{apiVersion: v1, kind: Namespace, metadata: {name: n}}",
        &expect![[r"
        apiVersion: v1
        kind: Namespace
        metadata:
          labels:
            kubernetes.io/metadata.name: n
          name: n
    "]],
    );
    check(
        "{apiVersion: v1, kind: Secret, metadata: {name: s}, data: {a: YQ==}}",
        &expect![[r"
        apiVersion: v1
        data:
          a: YQ==
        kind: Secret
        metadata:
          name: s
        type: Opaque
    "]],
    );
    check(
        "{apiVersion: v1, kind: Node, metadata: {name: n}, status: {capacity: {cpu: 4}}}",
        &expect![[r"
        apiVersion: v1
        kind: Node
        metadata:
          name: n
        status:
          allocatable:
            cpu: '4'
          capacity:
            cpu: '4'
    "]],
    );
    check(
        "{apiVersion: v1, kind: ConfigMap, metadata: {name: c}, data: {a: b}}",
        &expect![[r"
        apiVersion: v1
        data:
          a: b
        kind: ConfigMap
        metadata:
          name: c
    "]],
    );
}
