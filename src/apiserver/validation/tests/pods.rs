//! Pods, new and changed.

use expect_test::expect;

use super::{check, check_patches};

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
fn what_few_pods_say() {
    check(
        POD,
        "
        spec.hostnameOverride=A; spec.setHostnameAsFQDN=true; spec.hostNetwork=true
        spec.dnsConfig={searches: [., a_b.c., a..b]}
        spec.securityContext={supplementalGroupsPolicy: Foo, seLinuxChangePolicy: Foo}
        spec.securityContext={sysctls: [{value: x}, {name: A, value: x}, {name: a, value: x}, {name: a, value: y}]}
        spec.securityContext={sysctls: [{name: net/ipv4/x, value: x}, {name: kernel.sem, value: x}]}; spec.hostNetwork=true; spec.hostIPC=true
        spec.volumes=[{name: a, image: {pullPolicy: Foo}}]
        spec.volumes=[{name: a, image: {reference: x}}]
        spec.containers.0.lifecycle={stopSignal: SIGINT}
        spec.hostAliases=[{ip: 010.1.1.1}]
        spec.overhead={cpu: 1}
        spec.runtimeClassName=kata
        ",
        &expect![[r#"
            spec.hostnameOverride=A; spec.setHostnameAsFQDN=true; spec.hostNetwork=true
              Pod "p" is invalid: [spec.hostnameOverride: Forbidden: may not be specified when setHostnameAsFQDN is true, spec.hostnameOverride: Forbidden: may not be specified when hostNetwork is true, spec.hostnameOverride: Invalid value: "A": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')]
            spec.dnsConfig={searches: [., a_b.c., a..b]}
              Pod "p" is invalid: spec.dnsConfig.searches[2]: Invalid value: "a..b": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '_', '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '_?[a-z0-9]([-_a-z0-9]*[a-z0-9])?(\._?[a-z0-9]([-_a-z0-9]*[a-z0-9])?)*')
            spec.securityContext={supplementalGroupsPolicy: Foo, seLinuxChangePolicy: Foo}
              Pod "p" is invalid: [spec.securityContext.supplementalGroupsPolicy: Unsupported value: "Foo": supported values: "Merge", "Strict", spec.securityContext.seLinuxChangePolicy: Unsupported value: "Foo": supported values: "Recursive"]
            spec.securityContext={sysctls: [{value: x}, {name: A, value: x}, {name: a, value: x}, {name: a, value: y}]}
              Pod "p" is invalid: [spec.securityContext.sysctls[0].name: Required value, spec.securityContext.sysctls[1].name: Invalid value: "A": must have at most 253 characters and match regex ^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$, spec.securityContext.sysctls[3].name: Duplicate value: "a"]
            spec.securityContext={sysctls: [{name: net/ipv4/x, value: x}, {name: kernel.sem, value: x}]}; spec.hostNetwork=true; spec.hostIPC=true
              Pod "p" is invalid: [spec.securityContext.sysctls[0].name: Invalid value: "net/ipv4/x": may not be specified when 'hostNetwork' is true, spec.securityContext.sysctls[1].name: Invalid value: "kernel.sem": may not be specified when 'hostIPC' is true]
            spec.volumes=[{name: a, image: {pullPolicy: Foo}}]
              Pod "p" is invalid: [spec.volumes[0].image.reference: Required value, spec.volumes[0].image.pullPolicy: Unsupported value: "Foo": supported values: "Always", "IfNotPresent", "Never"]
            spec.volumes=[{name: a, image: {reference: x}}]
              created Pod/default/p
            spec.containers.0.lifecycle={stopSignal: SIGINT}
              created Pod/default/p
            spec.hostAliases=[{ip: 010.1.1.1}]
              Pod "p" is invalid: spec.hostAliases[0].ip: Invalid value: "010.1.1.1": must not have leading 0s
            spec.overhead={cpu: 1}
              pods "p" is forbidden: pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead
            spec.runtimeClassName=kata
              pods "p" is forbidden: pod rejected: RuntimeClass "kata" not found
        "#]],
    );
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table of cases")]
fn changed_pods() {
    check_patches(
        POD,
        "
        {spec: {containers: [{name: a, image: c}]}}
        {spec: {containers: [{name: a, image: b}, {name: c, image: d}]}}
        {spec: {hostname: x}}
        {spec: {tolerations: []}}
        {spec: {tolerations: [{key: b, operator: Exists}]}}
        {spec: {priority: null, preemptionPolicy: null}}
        {spec: {activeDeadlineSeconds: 5}}
        {spec: {restartPolicy: Never}}
        {metadata: {annotations: {a: b}}}
        ",
        &expect![[r#"
            {spec: {containers: [{name: a, image: c}]}}
              Pod "p" is invalid: spec: Forbidden: pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)
            @@ -107,17 +107,7 @@
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
            @@ -162,7 +162,7 @@
               "SELinuxChangePolicy": null
              },
              "ImagePullSecrets": null,
            - "Hostname": "",
            + "Hostname": "x",
              "Subdomain": "",
              "SetHostnameAsFQDN": null,
              "Affinity": null,

            {spec: {tolerations: []}}
              patched
            {spec: {tolerations: [{key: b, operator: Exists}]}}
              patched
            {spec: {priority: null, preemptionPolicy: null}}
              patched
            {spec: {activeDeadlineSeconds: 5}}
              patched
            {spec: {restartPolicy: Never}}
              Pod "p" is invalid: spec: Forbidden: pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)
            @@ -133,7 +133,7 @@
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
