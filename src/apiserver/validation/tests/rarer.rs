//! Manifests of pods that few people write, and what the server says to them.

use expect_test::expect;

use super::{check, check_patches};

const POD: &str =
    "{apiVersion: v1, kind: Pod, metadata: {name: p}, spec: {containers: [{name: c, image: i}]}}";

#[test]
fn pods() {
    check(
        POD,
        "
        spec.hostUsers=false; spec.hostPID=true; spec.hostIPC=true; spec.hostNetwork=true
        spec.os={name: solaris}
        spec.os={name: ''}
        spec.resources={requests: {cpu: 1}}; spec.initContainers=[{name: i, image: i, resources: {requests: {cpu: 2}}}]
        spec.resources={requests: {cpu: 1}}; spec.initContainers=[{name: i, image: i, restartPolicy: Always, resources: {requests: {cpu: 600m}}}]; spec.containers.0.resources={requests: {cpu: 500m}}
        spec.resources={limits: {cpu: 4}}; spec.initContainers=[{name: i, image: i, resources: {requests: {cpu: 2}}}]
        metadata.annotations={controller.kubernetes.io/pod-deletion-cost: '+1', seccomp.security.alpha.kubernetes.io/pod: foo, kubernetes.io/config.mirror: x}
        metadata.annotations={container.apparmor.security.beta.kubernetes.io/d: unconfined, container.apparmor.security.beta.kubernetes.io/c: foo}
        spec.securityContext={seccompProfile: {type: Localhost, localhostProfile: /a}, appArmorProfile: {type: Localhost, localhostProfile: ' a'}}
        spec.initContainers=[{name: i, image: i, resizePolicy: [{resourceName: cpu, restartPolicy: RestartContainer}]}]
        spec.volumes=[{name: e, ephemeral: {volumeClaimTemplate: {metadata: {name: x, finalizers: [a/b]}, spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1}}}}}}]
        spec.volumes=[{name: e, ephemeral: {volumeClaimTemplate: {spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1}}}}}}, {name: v, persistentVolumeClaim: {claimName: p-e}}]
        spec.volumes=[{name: v, csi: {driver: A_b}}]
        spec.containers.0.env=[{name: A, valueFrom: {fieldRef: {fieldPath: spec.host}}}]
        spec.containers.0.env=[{name: A, valueFrom: {fieldRef: {fieldPath: \"spec.nodeName['x']\"}}}]
        spec.containers.0.env=[{name: A, valueFrom: {fieldRef: {fieldPath: spec.hostNetwork}}}]
        spec.containers.0.env=[{name: A, valueFrom: {fieldRef: {fieldPath: spec.nodeName, apiVersion: v2}}}]
        spec.containers.0.env=[{name: A, valueFrom: {resourceFieldRef: {resource: limits.hugepages-2Mi, divisor: 3Mi}}}]
        spec.containers.0.env=[{name: A, valueFrom: {fileKeyRef: {key: a=b, volumeName: E_, path: x}}}]
        spec.containers.0.resources={limits: {requests.foo/bar: 1}, claims: [{name: x}]}
        ",
        &expect![[r#"
            spec.hostUsers=false; spec.hostPID=true; spec.hostIPC=true; spec.hostNetwork=true
              Pod "p" is invalid: [spec.hostNetwork: Forbidden: when `hostUsers` is false, spec.HostPID: Forbidden: when `hostUsers` is false, spec.HostIPC: Forbidden: when `hostUsers` is false]
            spec.os={name: solaris}
              Pod "p" is invalid: spec.os: Unsupported value: "solaris": supported values: "linux", "windows"
            spec.os={name: ''}
              Pod "p" is invalid: spec.os.name: Required value
            spec.resources={requests: {cpu: 1}}; spec.initContainers=[{name: i, image: i, resources: {requests: {cpu: 2}}}]
              Pod "p" is invalid: spec.resources.requests[cpu]: Invalid value: "1": must be greater than or equal to aggregate container requests of 2
            spec.resources={requests: {cpu: 1}}; spec.initContainers=[{name: i, image: i, restartPolicy: Always, resources: {requests: {cpu: 600m}}}]; spec.containers.0.resources={requests: {cpu: 500m}}
              Pod "p" is invalid: spec.resources.requests[cpu]: Invalid value: "1": must be greater than or equal to aggregate container requests of 1100m
            spec.resources={limits: {cpu: 4}}; spec.initContainers=[{name: i, image: i, resources: {requests: {cpu: 2}}}]
              created Pod/default/p
            metadata.annotations={controller.kubernetes.io/pod-deletion-cost: '+1', seccomp.security.alpha.kubernetes.io/pod: foo, kubernetes.io/config.mirror: x}
              Pod "p" is invalid: [metadata.annotations[controller.kubernetes.io/pod-deletion-cost]: Invalid value: "+1": must be a 32bit integer, metadata.annotations[kubernetes.io/config.mirror]: Invalid value: "x": must set spec.nodeName if mirror pod annotation is set, metadata.annotations.seccomp.security.alpha.kubernetes.io/pod: Invalid value: "foo": must be a valid seccomp profile]
            metadata.annotations={container.apparmor.security.beta.kubernetes.io/d: unconfined, container.apparmor.security.beta.kubernetes.io/c: foo}
              Pod "p" is invalid: [metadata.annotations[container.apparmor.security.beta.kubernetes.io/c]: Invalid value: "foo": invalid AppArmor profile name: "foo", metadata.annotations[container.apparmor.security.beta.kubernetes.io/d]: Invalid value: "d": container not found]
            spec.securityContext={seccompProfile: {type: Localhost, localhostProfile: /a}, appArmorProfile: {type: Localhost, localhostProfile: ' a'}}
              Pod "p" is invalid: [spec.securityContext.seccompProfile.localhostProfile: Invalid value: "/a": must be a relative path, spec.securityContext.appArmorProfile.localhostProfile: Invalid value: " a": must not be padded with whitespace]
            spec.initContainers=[{name: i, image: i, resizePolicy: [{resourceName: cpu, restartPolicy: RestartContainer}]}]
              Pod "p" is invalid: spec.initContainers[0].resizePolicy[0].restartPolicy: Invalid value: "RestartContainer": must not be set to 'RestartContainer' for non-sidecar initContainers
            spec.volumes=[{name: e, ephemeral: {volumeClaimTemplate: {metadata: {name: x, finalizers: [a/b]}, spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1}}}}}}]
              Pod "p" is invalid: [spec.volumes[0].ephemeral.volumeClaimTemplate.metadata.name: Forbidden: cannot be set, spec.volumes[0].ephemeral.volumeClaimTemplate.metadata.finalizers: Forbidden: cannot be set]
            spec.volumes=[{name: e, ephemeral: {volumeClaimTemplate: {spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1}}}}}}, {name: v, persistentVolumeClaim: {claimName: p-e}}]
              Pod "p" is invalid: spec.volumes[1].persistentVolumeClaim.claimName: Invalid value: "p-e": must not reference a PVC that gets created for an ephemeral volume
            spec.volumes=[{name: v, csi: {driver: A_b}}]
              Pod "p" is invalid: spec.volumes[0].csi.driver: Invalid value: "A_b": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')
            spec.containers.0.env=[{name: A, valueFrom: {fieldRef: {fieldPath: spec.host}}}]
              created Pod/default/p
            spec.containers.0.env=[{name: A, valueFrom: {fieldRef: {fieldPath: "spec.nodeName['x']"}}}]
              Pod "p" is invalid: spec.containers[0].env[0].valueFrom.fieldRef.fieldPath: Invalid value: "spec.nodeName['x']": error converting fieldPath: field label does not support subscript: spec.nodeName['x']
            spec.containers.0.env=[{name: A, valueFrom: {fieldRef: {fieldPath: spec.hostNetwork}}}]
              Pod "p" is invalid: spec.containers[0].env[0].valueFrom.fieldRef.fieldPath: Invalid value: "spec.hostNetwork": error converting fieldPath: field label not supported: spec.hostNetwork
            spec.containers.0.env=[{name: A, valueFrom: {fieldRef: {fieldPath: spec.nodeName, apiVersion: v2}}}]
              Pod "p" is invalid: spec.containers[0].env[0].valueFrom.fieldRef.fieldPath: Invalid value: "spec.nodeName": error converting fieldPath: unsupported pod version: v2
            spec.containers.0.env=[{name: A, valueFrom: {resourceFieldRef: {resource: limits.hugepages-2Mi, divisor: 3Mi}}}]
              Pod "p" is invalid: spec.containers[0].env[0].valueFrom.resourceFieldRef.divisor: Invalid value: "limits.hugepages-2Mi": only divisor's values 1, 1k, 1M, 1G, 1T, 1P, 1E, 1Ki, 1Mi, 1Gi, 1Ti, 1Pi, 1Ei are supported with the hugepages resource
            spec.containers.0.env=[{name: A, valueFrom: {fileKeyRef: {key: a=b, volumeName: E_, path: x}}}]
              Pod "p" is invalid: [spec.containers[0].env[0].valueFrom.fileKeyRef.key: Invalid value: "a=b": a valid environment variable name must consist only of printable ASCII characters other than '=', spec.containers[0].env[0].valueFrom.fileKeyRef.volumeName: Invalid value: "E_": a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?'), spec.containers[0].env[0].valueFrom.fileKeyRef.volumeName: Not found: "E_"]
            spec.containers.0.resources={limits: {requests.foo/bar: 1}, claims: [{name: x}]}
              Pod "p" is invalid: [spec.containers[0].resources.limits[requests.foo/bar]: Invalid value: "requests.foo/bar": doesn't follow extended resource name standard, spec.containers[0].resources.requests[requests.foo/bar]: Invalid value: "requests.foo/bar": doesn't follow extended resource name standard, spec.containers[0].resources.claims[0]: Not found: "x": must be one of the names in pod.spec.resourceClaims which is empty]
        "#]],
    );
}

const GATED: &str = "{apiVersion: v1, kind: Pod, metadata: {name: p}, spec: {schedulingGates: [{name: foo}],
    nodeSelector: {disk: ssd}, affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution:
    {nodeSelectorTerms: [{matchExpressions: [{key: a, operator: Exists}]}]}}}, containers: [{name: c, image: i}]}}";

#[test]
fn pods_that_gates_hold() {
    check_patches(
        GATED,
        "
        {spec: {nodeSelector: {zone: a}}}
        {spec: {nodeSelector: {disk: hdd}}}
        {spec: {nodeSelector: null}}
        {spec: {affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [{matchExpressions: [{key: a, operator: Exists}, {key: b, operator: In, values: [c]}]}]}}}}}
        {spec: {affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [{matchExpressions: [{key: b, operator: In, values: [c]}]}]}}}}}
        {spec: {affinity: null}}
        {spec: {affinity: {nodeAffinity: {preferredDuringSchedulingIgnoredDuringExecution: [{weight: 1, preference: {matchExpressions: [{key: a, operator: Exists}]}}]}}}}
        {spec: {affinity: {podAntiAffinity: {requiredDuringSchedulingIgnoredDuringExecution: [{topologyKey: a, labelSelector: {}}]}}}}
        {metadata: {annotations: {kubernetes.io/config.mirror: x, container.apparmor.security.beta.kubernetes.io/c: unconfined}}}
        ",
        &expect![[r#"
            {spec: {nodeSelector: {zone: a}}}
              patched
            {spec: {nodeSelector: {disk: hdd}}}
              Pod "p" is invalid: spec.nodeSelector: Invalid value: {"disk":"hdd"}: only additions to spec.nodeSelector are allowed (no mutations or deletions)
            {spec: {nodeSelector: null}}
              Pod "p" is invalid: spec.nodeSelector: Invalid value: null: only additions to spec.nodeSelector are allowed (no mutations or deletions)
            {spec: {affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [{matchExpressions: [{key: a, operator: Exists}, {key: b, operator: In, values: [c]}]}]}}}}}
              patched
            {spec: {affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [{matchExpressions: [{key: b, operator: In, values: [c]}]}]}}}}}
              Pod "p" is invalid: spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[0]: Invalid value: {"MatchExpressions":[{"Key":"b","Operator":"In","Values":["c"]}],"MatchFields":null}: only additions are allowed (no mutations or deletions)
            {spec: {affinity: null}}
              Pod "p" is invalid: spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms: Invalid value: null: no additions/deletions to non-empty NodeSelectorTerms list are allowed
            {spec: {affinity: {nodeAffinity: {preferredDuringSchedulingIgnoredDuringExecution: [{weight: 1, preference: {matchExpressions: [{key: a, operator: Exists}]}}]}}}}
              patched
            {spec: {affinity: {podAntiAffinity: {requiredDuringSchedulingIgnoredDuringExecution: [{topologyKey: a, labelSelector: {}}]}}}}
              Pod "p" is invalid: spec: Forbidden: pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)
            @@ -186,7 +186,19 @@
                "PreferredDuringSchedulingIgnoredDuringExecution": null
               },
               "PodAffinity": null,
            -  "PodAntiAffinity": null
            +  "PodAntiAffinity": {
            +   "RequiredDuringSchedulingIgnoredDuringExecution": [
            +    {
            +     "LabelSelector": {},
            +     "Namespaces": null,
            +     "TopologyKey": "a",
            +     "NamespaceSelector": null,
            +     "MatchLabelKeys": null,
            +     "MismatchLabelKeys": null
            +    }
            +   ],
            +   "PreferredDuringSchedulingIgnoredDuringExecution": null
            +  }
              },
              "SchedulerName": "default-scheduler",
              "Tolerations": [

            {metadata: {annotations: {kubernetes.io/config.mirror: x, container.apparmor.security.beta.kubernetes.io/c: unconfined}}}
              Pod "p" is invalid: [metadata.annotations[kubernetes.io/config.mirror]: Invalid value: "x": must set spec.nodeName if mirror pod annotation is set, metadata.annotations[container.apparmor.security.beta.kubernetes.io/c]: Forbidden: may not add AppArmor annotations, metadata.annotations[kubernetes.io/config.mirror]: Forbidden: may not add mirror pod annotation]
        "#]],
    );
    check_patches(
        "{apiVersion: v1, kind: Pod, metadata: {name: p}, spec: {schedulingGates: [{name: foo}], containers: [{name: c, image: i}]}}",
        "
        {spec: {nodeSelector: {zone: a}, affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [{matchExpressions: [{key: a, operator: Exists}]}]}}}}}
        {spec: {schedulingGates: [{name: bar}]}}
        ",
        &expect![[r#"
            {spec: {nodeSelector: {zone: a}, affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [{matchExpressions: [{key: a, operator: Exists}]}]}}}}}
              patched
            {spec: {schedulingGates: [{name: bar}]}}
              Pod "p" is invalid: spec.schedulingGates[0].name: Forbidden: only deletion is allowed, but found new scheduling gate 'bar'
        "#]],
    );
}

#[test]
fn templates() {
    check(
        "{apiVersion: apps/v1, kind: StatefulSet, metadata: {name: s}, spec: {selector: {matchLabels: {a: b}},
          template: {metadata: {labels: {a: b}}, spec: {containers: [{name: c, image: i}]}}}}",
        "
        spec.template.metadata.annotations={controller.kubernetes.io/pod-deletion-cost: x, seccomp.security.alpha.kubernetes.io/pod: foo}
        spec.volumeClaimTemplates=[{metadata: {name: d}, spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1}}}}, {metadata: {name: d}, spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 2}}}}]
        ",
        &expect![[r#"
            spec.template.metadata.annotations={controller.kubernetes.io/pod-deletion-cost: x, seccomp.security.alpha.kubernetes.io/pod: foo}
              StatefulSet.apps "s" is invalid: [spec.template.annotations[controller.kubernetes.io/pod-deletion-cost]: Invalid value: "x": must be a 32bit integer, spec.template.annotations.seccomp.security.alpha.kubernetes.io/pod: Invalid value: "foo": must be a valid seccomp profile]
            spec.volumeClaimTemplates=[{metadata: {name: d}, spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1}}}}, {metadata: {name: d}, spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 2}}}}]
              created StatefulSet/default/s
        "#]],
    );
}
