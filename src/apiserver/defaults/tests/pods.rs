//! Pods: containers, probes, environment and volumes.

use expect_test::expect;

use super::check;

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
