//! Deletions: grace, finalizers, preconditions and evictions, and what admission adds to Pods.

use expect_test::expect;

use super::{check, made};
use crate::api::{Kind, ObjectKey};
use crate::apiserver::{ApiServer, Body, Request};
use crate::sim::Rng;

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
        status:
          phase: Pending
          qosClass: BestEffort
    "]]
    .assert_eq(&serde_yaml::to_string(&value).unwrap());
}
