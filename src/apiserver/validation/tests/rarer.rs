//! Manifests that few people write, and what the server says to them.

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
            @@ -204,7 +204,19 @@
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
        ",
        &expect![[r#"
            {spec: {nodeSelector: {zone: a}, affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [{matchExpressions: [{key: a, operator: Exists}]}]}}}}}
              patched
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

#[test]
fn secrets() {
    check(
        "{apiVersion: v1, kind: Secret, metadata: {name: s}}",
        "
        type=kubernetes.io/basic-auth; stringData={user: a}
        type=kubernetes.io/basic-auth; stringData={password: ''}
        type=kubernetes.io/ssh-auth; data={ssh-privatekey: ''}
        type=kubernetes.io/dockerconfigjson; stringData={.dockerconfigjson: foo}
        type=kubernetes.io/dockerconfigjson; stringData={.dockerconfigjson: '[]'}
        type=kubernetes.io/dockercfg; stringData={.dockercfg: ''}
        type=kubernetes.io/dockercfg; stringData={.dockercfg: '{}'}
        type=kubernetes.io/dockercfg
        ",
        &expect![[r#"
            type=kubernetes.io/basic-auth; stringData={user: a}
              Secret "s" is invalid: [data[username]: Required value, data[password]: Required value]
            type=kubernetes.io/basic-auth; stringData={password: ''}
              created Secret/default/s
            type=kubernetes.io/ssh-auth; data={ssh-privatekey: ''}
              Secret "s" is invalid: data[ssh-privatekey]: Required value
            type=kubernetes.io/dockerconfigjson; stringData={.dockerconfigjson: foo}
              Secret "s" is invalid: data[.dockerconfigjson]: Invalid value: "<secret contents redacted>": invalid character 'o' in literal false (expecting 'a')
            type=kubernetes.io/dockerconfigjson; stringData={.dockerconfigjson: '[]'}
              Secret "s" is invalid: data[.dockerconfigjson]: Invalid value: "<secret contents redacted>": json: cannot unmarshal array into Go value of type map[string]interface {}
            type=kubernetes.io/dockercfg; stringData={.dockercfg: ''}
              Secret "s" is invalid: data[.dockercfg]: Invalid value: "<secret contents redacted>": unexpected end of JSON input
            type=kubernetes.io/dockercfg; stringData={.dockercfg: '{}'}
              created Secret/default/s
            type=kubernetes.io/dockercfg
              Secret "s" is invalid: data[.dockercfg]: Required value
        "#]],
    );
}

#[test]
fn services() {
    let base = "{apiVersion: v1, kind: Service, metadata: {name: s}, spec: {ports: [{port: 80}]}}";
    check(
        base,
        "
        spec.ipFamilies=[IPv6]
        spec.ipFamilyPolicy=RequireDualStack
        spec.ipFamilyPolicy=PreferDualStack
        spec.ipFamilyPolicy=PreferDualStack; spec.ipFamilies=[IPv4, IPv6]
        spec.ipFamilies=[IPv4, IPv6]
        spec.ipFamilies=[IPv4, IPv4, IPv5]
        spec.clusterIP='fd00::1'
        spec.clusterIP=None; spec.ipFamilies=[IPv6]
        spec.clusterIP=None; spec.selector={a: b}; spec.ipFamilies=[IPv6]
        spec.clusterIP=10.96.100.1; spec.ipFamilies=[IPv6]
        spec.clusterIPs=[10.96.100.1]
        spec.clusterIP=10.96.100.1; spec.clusterIPs=[10.96.100.1, 10.96.100.2]
        spec.clusterIP=10.96.0.0
        spec.clusterIP=10.111.255.255
        spec.externalIPs=[127.0.0.1, 0.0.0.0, 169.254.1.1, 224.0.0.1, 'fe80::1', x, 192.0.2.1]
        spec.type=ExternalName; spec.externalName=a.b..
        metadata.annotations={service.kubernetes.io/topology-mode: Auto, service.kubernetes.io/topology-aware-hints: Disabled}
        ",
        &expect![[r#"
            spec.ipFamilies=[IPv6]
              Service "s" is invalid: spec.ipFamilies[0]: Invalid value: "IPv6": not configured on this cluster
            spec.ipFamilyPolicy=RequireDualStack
              Service "s" is invalid: spec.ipFamilyPolicy: Invalid value: "RequireDualStack": this cluster is not configured for dual-stack services
            spec.ipFamilyPolicy=PreferDualStack
              created Service/default/s
            spec.ipFamilyPolicy=PreferDualStack; spec.ipFamilies=[IPv4, IPv6]
              Service "s" is invalid: spec.ipFamilies[1]: Invalid value: "IPv6": not configured on this cluster
            spec.ipFamilies=[IPv4, IPv6]
              Service "s" is invalid: spec.ipFamilyPolicy: Invalid value: "SingleStack": must be 'RequireDualStack' or 'PreferDualStack' when multiple IP families are specified
            spec.ipFamilies=[IPv4, IPv4, IPv5]
              Service "s" is invalid: [spec.ipFamilies[1]: Duplicate value: "IPv4", spec.ipFamilies[2]: Unsupported value: "IPv5": supported values: "IPv4", "IPv6"]
            spec.clusterIP='fd00::1'
              Service "s" is invalid: spec.clusterIPs[0]: Invalid value: ["fd00::1"]: IPv6 is not configured on this cluster
            spec.clusterIP=None; spec.ipFamilies=[IPv6]
              created Service/default/s
            spec.clusterIP=None; spec.selector={a: b}; spec.ipFamilies=[IPv6]
              Service "s" is invalid: spec.ipFamilies[0]: Invalid value: "IPv6": not configured on this cluster
            spec.clusterIP=10.96.100.1; spec.ipFamilies=[IPv6]
              Service "s" is invalid: spec.clusterIPs[0]: Invalid value: "10.96.100.1": expected an IPv6 value as indicated by `ipFamilies[0]`
            spec.clusterIPs=[10.96.100.1]
              Service "s" is invalid: spec.clusterIPs: Invalid value: ["10.96.100.1"]: must be empty when `clusterIP` is not specified
            spec.clusterIP=10.96.100.1; spec.clusterIPs=[10.96.100.1, 10.96.100.2]
              Service "s" is invalid: spec.clusterIPs: Invalid value: ["10.96.100.1","10.96.100.2"]: may specify no more than one IP for each IP family
            spec.clusterIP=10.96.0.0
              Service "s" is invalid: spec.clusterIPs: Invalid value: ["10.96.0.0"]: failed to allocate IP 10.96.0.0: the provided network does not match the current range
            spec.clusterIP=10.111.255.255
              Service "s" is invalid: spec.clusterIPs: Invalid value: ["10.111.255.255"]: failed to allocate IP 10.111.255.255: the provided network does not match the current range
            spec.externalIPs=[127.0.0.1, 0.0.0.0, 169.254.1.1, 224.0.0.1, 'fe80::1', x, 192.0.2.1]
              Service "s" is invalid: [spec.externalIPs[0]: Invalid value: "127.0.0.1": may not be in the loopback range (127.0.0.0/8, ::1/128), spec.externalIPs[1]: Invalid value: "0.0.0.0": may not be unspecified (0.0.0.0), spec.externalIPs[2]: Invalid value: "169.254.1.1": may not be in the link-local range (169.254.0.0/16, fe80::/10), spec.externalIPs[3]: Invalid value: "224.0.0.1": may not be in the link-local multicast range (224.0.0.0/24, ff02::/10), spec.externalIPs[4]: Invalid value: "fe80::1": may not be in the link-local range (169.254.0.0/16, fe80::/10), spec.externalIPs[5]: Invalid value: "x": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)]
            spec.type=ExternalName; spec.externalName=a.b..
              Service "s" is invalid: spec.externalName: Invalid value: "a.b.": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')
            metadata.annotations={service.kubernetes.io/topology-mode: Auto, service.kubernetes.io/topology-aware-hints: Disabled}
              Service "s" is invalid: metadata.annotations[service.kubernetes.io/topology-mode]: Invalid value: "Auto": must match annotations[service.kubernetes.io/topology-aware-hints] when both are specified
        "#]],
    );
    check_patches(
        base,
        "
        {spec: {ipFamilies: [IPv6]}}
        {spec: {ipFamilyPolicy: RequireDualStack}}
        {spec: {ipFamilyPolicy: PreferDualStack}}
        {spec: {clusterIP: 1.2.3.4, clusterIPs: [1.2.3.4]}}
        {spec: {clusterIP: ''}}
        ",
        &expect![[r#"
            {spec: {ipFamilies: [IPv6]}}
              Service "s" is invalid: spec.clusterIPs[0]: Invalid value: "10.111.137.175": expected an IPv6 value as indicated by `ipFamilies[0]`
            {spec: {ipFamilyPolicy: RequireDualStack}}
              Service "s" is invalid: spec.ipFamilyPolicy: Invalid value: "RequireDualStack": this cluster is not configured for dual-stack services
            {spec: {ipFamilyPolicy: PreferDualStack}}
              patched
            {spec: {clusterIP: 1.2.3.4, clusterIPs: [1.2.3.4]}}
              Service "s" is invalid: spec.clusterIPs[0]: Invalid value: ["1.2.3.4"]: may not change once set
            {spec: {clusterIP: ''}}
              patched
        "#]],
    );
}

#[test]
fn storage() {
    check(
        "{apiVersion: v1, kind: PersistentVolume, metadata: {name: v}, spec: {accessModes: [ReadWriteOnce],
          capacity: {storage: 1Gi}, hostPath: {path: /x}}}",
        "
        spec.hostPath.path=//; spec.persistentVolumeReclaimPolicy=Recycle
        spec.capacity.storage=-1Gi
        spec.volumeAttributesClassName=fast
        spec.hostPath=~; spec.csi={driver: A_b}
        ",
        &expect![[r#"
            spec.hostPath.path=//; spec.persistentVolumeReclaimPolicy=Recycle
              PersistentVolume "v" is invalid: spec.persistentVolumeReclaimPolicy: Forbidden: may not be 'recycle' for a hostPath mount of '/'
            spec.capacity.storage=-1Gi
              PersistentVolume "v" is invalid: [spec.capacity[storage]: Invalid value: -1073741824: must be a valid resource quantity, spec.capacity[storage]: Invalid value: "-1Gi": must be greater than zero]
            spec.volumeAttributesClassName=fast
              PersistentVolume "v" is invalid: spec.csi: Required value: has to be specified when using volumeAttributesClassName
            spec.hostPath=~; spec.csi={driver: A_b}
              PersistentVolume "v" is invalid: [spec.csi.driver: Invalid value: "A_b": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*'), spec.csi.volumeHandle: Required value]
        "#]],
    );
    let claim = "{apiVersion: v1, kind: PersistentVolumeClaim, metadata: {name: c, annotations:
        {volume.beta.kubernetes.io/storage-class: old}}, spec: {accessModes: [ReadWriteOnce],
        resources: {requests: {storage: 1Gi}}}}";
    check(
        claim,
        "
        spec.dataSource={kind: PersistentVolumeClaim, name: a}; spec.dataSourceRef={kind: PersistentVolumeClaim, name: b}
        spec.dataSourceRef={kind: Foo, name: b}
        spec.dataSourceRef={kind: PersistentVolumeClaim, name: b, namespace: c}; spec.dataSource={kind: PersistentVolumeClaim, name: b}
        ",
        &expect![[r#"
            spec.dataSource={kind: PersistentVolumeClaim, name: a}; spec.dataSourceRef={kind: PersistentVolumeClaim, name: b}
              PersistentVolumeClaim "c" is invalid: spec: Invalid value: {}: must match dataSourceRef
            spec.dataSourceRef={kind: Foo, name: b}
              PersistentVolumeClaim "c" is invalid: [spec.dataSource: Invalid value: "Foo": must be 'PersistentVolumeClaim' when referencing the default apiGroup, spec.dataSourceRef: Invalid value: "Foo": must be 'PersistentVolumeClaim' when referencing the default apiGroup]
            spec.dataSourceRef={kind: PersistentVolumeClaim, name: b, namespace: c}; spec.dataSource={kind: PersistentVolumeClaim, name: b}
              PersistentVolumeClaim "c" is invalid: spec: Invalid value: {}: may not be specified when dataSourceRef.namespace is specified
        "#]],
    );
    check_patches(
        claim,
        "
        {metadata: {annotations: {volume.beta.kubernetes.io/storage-class: new}}}
        {metadata: {annotations: {volume.beta.kubernetes.io/storage-class: null}}, spec: {storageClassName: old}}
        ",
        &expect![[r#"
            {metadata: {annotations: {volume.beta.kubernetes.io/storage-class: new}}}
              PersistentVolumeClaim "c" is invalid: metadata.annotations.volume.beta.kubernetes.io/storage-class: Invalid value: "new": field is immutable
            {metadata: {annotations: {volume.beta.kubernetes.io/storage-class: null}}, spec: {storageClassName: old}}
              patched
        "#]],
    );
    check(
        "{apiVersion: storage.k8s.io/v1, kind: StorageClass, metadata: {name: s}, provisioner: p}",
        "
        parameters={'': a}
        allowedTopologies=[{matchLabelExpressions: [{key: a b, values: []}, {key: zone, values: [a, a]}, {key: zone, values: [b]}]}]
        allowedTopologies=[{matchLabelExpressions: [{key: zone, values: [a, b]}]}, {matchLabelExpressions: [{key: zone, values: [b, a]}]}]
        ",
        &expect![[r#"
            parameters={'': a}
              StorageClass.storage.k8s.io "s" is invalid: parameters: Invalid value: "": field can not be empty.
            allowedTopologies=[{matchLabelExpressions: [{key: a b, values: []}, {key: zone, values: [a, a]}, {key: zone, values: [b]}]}]
              StorageClass.storage.k8s.io "s" is invalid: [allowedTopologies[0].matchLabelExpressions[0].values: Required value, allowedTopologies[0].matchLabelExpressions[0].key: Invalid value: "a b": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]'), allowedTopologies[0].matchLabelExpressions[1].values[1]: Duplicate value: "a", allowedTopologies[0].matchLabelExpressions[2].key: Duplicate value: "zone"]
            allowedTopologies=[{matchLabelExpressions: [{key: zone, values: [a, b]}]}, {matchLabelExpressions: [{key: zone, values: [b, a]}]}]
              StorageClass.storage.k8s.io "s" is invalid: allowedTopologies[1].matchLabelExpressions: Duplicate value: ""
        "#]],
    );
}

#[test]
fn slices_nodes_and_leases() {
    let slice =
        "{apiVersion: discovery.k8s.io/v1, kind: EndpointSlice, metadata: {name: s}, addressType: IPv4,
        endpoints: [{addresses: [10.0.0.1]}], ports: [{name: a, port: 80}]}";
    check(
        slice,
        "
        endpoints=[{addresses: [x]}, {addresses: [127.0.0.1]}, {addresses: ['fd00::1']}, {addresses: []}]
        endpoints=[{addresses: [10.0.0.1], hostname: A_}]
        ports=[{name: a, port: 80}, {name: a, port: 81}]
        addressType=FQDN; endpoints=[{addresses: [A_, a, a.b.]}]
        addressType=IPv6; endpoints=[{addresses: [10.0.0.1, 'fd00:0::1', 'fd00::1']}]
        ",
        &expect![[r#"
            endpoints=[{addresses: [x]}, {addresses: [127.0.0.1]}, {addresses: ['fd00::1']}, {addresses: []}]
              EndpointSlice.discovery.k8s.io "s" is invalid: [endpoints[0].addresses[0]: Invalid value: "x": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff), endpoints[1].addresses[0]: Invalid value: "127.0.0.1": may not be in the loopback range (127.0.0.0/8, ::1/128), endpoints[2].addresses: Invalid value: "fd00::1": must be an IPv4 address, endpoints[3].addresses: Required value: must contain at least 1 address]
            endpoints=[{addresses: [10.0.0.1], hostname: A_}]
              EndpointSlice.discovery.k8s.io "s" is invalid: endpoints[0].hostname: Invalid value: "A_": a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')
            ports=[{name: a, port: 80}, {name: a, port: 81}]
              EndpointSlice.discovery.k8s.io "s" is invalid: ports[1].name: Duplicate value: "a"
            addressType=FQDN; endpoints=[{addresses: [A_, a, a.b.]}]
              EndpointSlice.discovery.k8s.io "s" is invalid: [endpoints[0].addresses[0]: Invalid value: "A_": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*'), endpoints[0].addresses[1]: Invalid value: "a": should be a domain with at least two segments separated by dots]
            addressType=IPv6; endpoints=[{addresses: [10.0.0.1, 'fd00:0::1', 'fd00::1']}]
              EndpointSlice.discovery.k8s.io "s" is invalid: [endpoints[0].addresses: Invalid value: "10.0.0.1": must be an IPv6 address, endpoints[0].addresses[1]: Invalid value: "fd00:0::1": must be in canonical form ("fd00::1")]
        "#]],
    );
    check_patches(
        slice,
        "{addressType: FQDN}",
        &expect![[r#"
        {addressType: FQDN}
          EndpointSlice.discovery.k8s.io "s" is invalid: addressType: Invalid value: "FQDN": field is immutable
    "#]],
    );
    check(
        "{apiVersion: v1, kind: Node, metadata: {name: n}}",
        "
        spec.podCIDRs=[1.2.3.4/8, 10.0.0.0/8]
        spec.podCIDRs=[10.0.0.0/24, 'fd00::/64']
        spec.podCIDRs=[x, 10.0.0.0/24]
        ",
        &expect![[r#"
            spec.podCIDRs=[1.2.3.4/8, 10.0.0.0/8]
              Node "n" is invalid: [spec.podCIDRs[0]: Invalid value: "1.2.3.4/8": must not have bits set beyond the prefix length, spec.podCIDRs: Invalid value: ["1.2.3.4/8","10.0.0.0/8"]: may specify no more than one CIDR for each IP family]
            spec.podCIDRs=[10.0.0.0/24, 'fd00::/64']
              created Node/n
            spec.podCIDRs=[x, 10.0.0.0/24]
              Node "n" is invalid: spec.podCIDRs[0]: Invalid value: "x": must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)
        "#]],
    );
    check(
        "{apiVersion: coordination.k8s.io/v1, kind: Lease, metadata: {name: l}}",
        "
        spec.leaseDurationSeconds=0
        ",
        &expect![[r#"
            spec.leaseDurationSeconds=0
              Lease.coordination.k8s.io "l" is invalid: spec.leaseDurationSeconds: Invalid value: 0: must be greater than 0
        "#]],
    );
}
