//! Manifests of other kinds that few people write, and what the server says to them.

use expect_test::expect;

use super::{check, check_patches};

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

const SERVICE: &str = "{apiVersion: v1, kind: Service, metadata: {name: s}, spec: {ports: [{port: 80}]}}";

#[test]
fn services() {
    check(
        SERVICE,
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
}

#[test]
fn services_that_change() {
    check_patches(
        SERVICE,
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
