//! Creations and updates, their versions, and the status.

use expect_test::expect;

use super::check;

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
