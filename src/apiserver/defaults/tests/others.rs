//! Stateful sets, storage, services and other kinds.

use expect_test::expect;

use super::check;

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
