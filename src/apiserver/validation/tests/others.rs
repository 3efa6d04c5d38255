//! Storage, services and other kinds.

use expect_test::expect;

use super::{check, check_patches};

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
        spec.trafficDistribution=PreferFoo
        spec.loadBalancerSourceRanges=[10.0.0.0/8]; spec.loadBalancerClass=x/y; spec.healthCheckNodePort=30001
        spec.type=LoadBalancer; spec.loadBalancerSourceRanges=[10.0.0.0, ' 10.0.0.1/8']; spec.loadBalancerClass=a/b/c
        spec.type=LoadBalancer; spec.loadBalancerSourceRanges=[' 10.0.0.0/8']; spec.loadBalancerClass=x/y
        metadata.annotations={service.beta.kubernetes.io/load-balancer-source-ranges: '10.0.0.0/8, x'}
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
            spec.trafficDistribution=PreferFoo
              Service "s" is invalid: spec.trafficDistribution: Unsupported value: "PreferFoo": supported values: "PreferClose", "PreferSameZone", "PreferSameNode"
            spec.loadBalancerSourceRanges=[10.0.0.0/8]; spec.loadBalancerClass=x/y; spec.healthCheckNodePort=30001
              Service "s" is invalid: [spec.LoadBalancerSourceRanges: Forbidden: may only be used when `type` is 'LoadBalancer', spec.loadBalancerClass: Forbidden: may only be used when `type` is 'LoadBalancer', spec.healthCheckNodePort: Invalid value: 30001: may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local']
            spec.type=LoadBalancer; spec.loadBalancerSourceRanges=[10.0.0.0, ' 10.0.0.1/8']; spec.loadBalancerClass=a/b/c
              Service "s" is invalid: [spec.LoadBalancerSourceRanges[0]: Invalid value: "10.0.0.0": must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64), spec.LoadBalancerSourceRanges[1]: Invalid value: "10.0.0.1/8": must not have bits set beyond the prefix length, spec.loadBalancerClass: Invalid value: "a/b/c": a valid label key must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]') with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')]
            spec.type=LoadBalancer; spec.loadBalancerSourceRanges=[' 10.0.0.0/8']; spec.loadBalancerClass=x/y
              created Service/default/s
            metadata.annotations={service.beta.kubernetes.io/load-balancer-source-ranges: '10.0.0.0/8, x'}
              Service "s" is invalid: [metadata.annotations[service.beta.kubernetes.io/load-balancer-source-ranges]: Forbidden: may only be used when `type` is 'LoadBalancer', metadata.annotations[service.beta.kubernetes.io/load-balancer-source-ranges]: Invalid value: "x": must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)]
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
        {spec: {type: LoadBalancer, loadBalancerClass: x/y}}
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
            {spec: {type: LoadBalancer, loadBalancerClass: x/y}}
              patched
        "#]],
    );
}

#[test]
fn nodes() {
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
    check_patches(
        "{apiVersion: v1, kind: Node, metadata: {name: n}, spec: {podCIDR: 10.244.0.0/24}}",
        "
        {spec: {podCIDR: 10.9.0.0/24}}
        {spec: {podCIDRs: [10.9.0.0/24]}}
        {spec: {podCIDR: null}}
        {spec: {podCIDR: null, podCIDRs: null}}
        ",
        &expect![[r#"
            {spec: {podCIDR: 10.9.0.0/24}}
              Node "n" is invalid: spec.podCIDRs: Forbidden: node updates may not change podCIDR except from "" to valid
            {spec: {podCIDRs: [10.9.0.0/24]}}
              patched
            {spec: {podCIDR: null}}
              patched
            {spec: {podCIDR: null, podCIDRs: null}}
              Node "n" is invalid: spec.podCIDRs: Forbidden: node updates may not change podCIDR except from "" to valid
        "#]],
    );
}

#[test]
fn other_kinds() {
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
