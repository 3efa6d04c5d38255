//! Holds the table of fields against k8s-openapi: the same fields, the same JSON after a round trip.
//!
//! Models nothing; k8s-openapi's structs are generated from the `OpenAPI` document of Kubernetes v1.36.
//! Left out: `List` and `DeleteOptions`, which k8s-openapi has as other types.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a failed unwrap is a failed test")]

use k8s_openapi::api::{
    apps, autoscaling, batch, coordination, core, discovery, policy, scheduling, storage,
};
use kubesets::api::schema::{self, Struct, Type};
use serde::de::value::{MapDeserializer, SeqDeserializer};
use serde::de::{DeserializeOwned, Deserializer, IntoDeserializer, Visitor};
use serde::forward_to_deserialize_any;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// A value with every field set.
fn sample(ty: &Type) -> Value {
    match ty.resolve() {
        Type::String => Value::from(ty.values().first().copied().unwrap_or("x")),
        Type::Bool => Value::from(true),
        Type::Int32 | Type::Int64 => Value::from(7),
        Type::Bytes => Value::from("YWI="),
        Type::Quantity => Value::from("1500m"),
        Type::IntOrString => Value::from("50%"),
        Type::Time => Value::from("2026-01-02T03:04:05Z"),
        Type::MicroTime => Value::from("2026-01-02T03:04:05.000006Z"),
        Type::Raw => json!({"a": 1}),
        Type::Slice(element) => Value::Array(vec![sample(element)]),
        Type::Map(_, element) => json!({"k": sample(element)}),
        Type::Named(name) => schema::struct_named(name).map_or(Value::Null, filled),
        Type::Pointer(inner) => sample(inner),
    }
}

fn filled(found: &Struct) -> Value {
    Value::Object(found.fields.iter().map(|field| (field.name.to_owned(), sample(&field.ty))).collect())
}

/// Hands a filled value to k8s-openapi and checks that each of its structs asks for just those fields.
struct Probe<'a>(&'a Value, String);

type Error = serde_json::Error;

impl IntoDeserializer<'_, Error> for Probe<'_> {
    type Deserializer = Self;
    fn into_deserializer(self) -> Self {
        self
    }
}

impl<'de> Deserializer<'de> for Probe<'_> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.0 {
            Value::Null => visitor.visit_unit(),
            Value::Bool(set) => visitor.visit_bool(*set),
            Value::Number(number) => visitor.visit_i64(number.as_i64().unwrap()),
            Value::String(text) => visitor.visit_string(text.clone()),
            Value::Array(items) => {
                visitor.visit_seq(SeqDeserializer::new(items.iter().map(|item| Probe(item, self.1.clone()))))
            }
            Value::Object(entries) => {
                let entries =
                    entries.iter().map(|(key, item)| (key.clone(), Probe(item, format!("{}.{key}", self.1))));
                visitor.visit_map(MapDeserializer::new(entries))
            }
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        let ours: BTreeSet<&str> = self.0.as_object().unwrap().keys().map(String::as_str).collect();
        let theirs: BTreeSet<&str> = fields.iter().copied().collect();
        assert_eq!(ours, theirs, "{name} at {}", self.1);
        self.deserialize_any(visitor)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple
        tuple_struct map enum identifier ignored_any
    }
}

fn name_type(object: &mut Value, api_version: &str, kind: &str) {
    object["apiVersion"] = json!(api_version);
    object["kind"] = json!(kind);
}

fn agrees<T: DeserializeOwned + serde::Serialize>(api_version: &str, kind: &str) {
    let mut object = filled(schema::root(api_version, kind).unwrap());
    name_type(&mut object, api_version, kind);
    if let Some(claim) = object.pointer_mut("/spec/volumeClaimTemplates/0") {
        name_type(claim, "v1", "PersistentVolumeClaim");
    }
    let theirs =
        T::deserialize(Probe(&object, kind.to_owned())).unwrap_or_else(|error| panic!("{kind}: {error}"));
    assert_eq!(serde_json::to_value(theirs).unwrap(), object, "{kind}: k8s-openapi");
    assert_eq!(schema::decode(&object, api_version, kind), Ok(object.clone()), "{kind}: decode");
    assert_eq!(schema::encode(&object, api_version, kind), Some(object), "{kind}: encode");
}

#[test]
fn the_fields_are_those_of_k8s_openapi() {
    agrees::<core::v1::Pod>("v1", "Pod");
    agrees::<core::v1::Service>("v1", "Service");
    agrees::<core::v1::Namespace>("v1", "Namespace");
    agrees::<core::v1::Node>("v1", "Node");
    agrees::<core::v1::PersistentVolumeClaim>("v1", "PersistentVolumeClaim");
    agrees::<core::v1::PersistentVolume>("v1", "PersistentVolume");
    agrees::<core::v1::ConfigMap>("v1", "ConfigMap");
    agrees::<core::v1::Secret>("v1", "Secret");
    agrees::<core::v1::ServiceAccount>("v1", "ServiceAccount");
    agrees::<core::v1::Event>("v1", "Event");
    agrees::<core::v1::Endpoints>("v1", "Endpoints");
    agrees::<core::v1::Binding>("v1", "Binding");
    agrees::<core::v1::PodTemplate>("v1", "PodTemplate");
    agrees::<apps::v1::StatefulSet>("apps/v1", "StatefulSet");
    agrees::<apps::v1::DaemonSet>("apps/v1", "DaemonSet");
    agrees::<apps::v1::Deployment>("apps/v1", "Deployment");
    agrees::<apps::v1::ReplicaSet>("apps/v1", "ReplicaSet");
    agrees::<apps::v1::ControllerRevision>("apps/v1", "ControllerRevision");
    agrees::<policy::v1::PodDisruptionBudget>("policy/v1", "PodDisruptionBudget");
    agrees::<policy::v1::Eviction>("policy/v1", "Eviction");
    agrees::<storage::v1::StorageClass>("storage.k8s.io/v1", "StorageClass");
    agrees::<discovery::v1::EndpointSlice>("discovery.k8s.io/v1", "EndpointSlice");
    agrees::<coordination::v1::Lease>("coordination.k8s.io/v1", "Lease");
    agrees::<scheduling::v1::PriorityClass>("scheduling.k8s.io/v1", "PriorityClass");
    agrees::<autoscaling::v1::Scale>("autoscaling/v1", "Scale");
    agrees::<batch::v1::Job>("batch/v1", "Job");
}

const MANIFESTS: &str = r#"
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: zk, namespace: default, labels: {app: zk}, annotations: {note: "a: b"}}
spec:
  serviceName: zk-hs
  replicas: 3
  revisionHistoryLimit: 5
  minReadySeconds: 10
  podManagementPolicy: OrderedReady
  ordinals: {start: 2}
  persistentVolumeClaimRetentionPolicy: {whenDeleted: Delete, whenScaled: Retain}
  updateStrategy: {type: RollingUpdate, rollingUpdate: {partition: 1, maxUnavailable: 25%}}
  selector: {matchExpressions: [{key: app, operator: In, values: [zk]}]}
  template:
    metadata: {labels: {app: zk}}
    spec:
      affinity:
        podAntiAffinity:
          requiredDuringSchedulingIgnoredDuringExecution:
          - labelSelector: {matchLabels: {app: zk}}
            topologyKey: kubernetes.io/hostname
      containers:
      - name: zk
        image: "registry.k8s.io/kubernetes-zookeeper:1.0-3.4.10"
        command: [sh, -c, "start-zookeeper --servers=3"]
        env:
        - {name: ID, valueFrom: {fieldRef: {fieldPath: metadata.name}}}
        - {name: LIMIT, valueFrom: {resourceFieldRef: {resource: limits.cpu, divisor: 1m}}}
        ports: [{containerPort: 2181, name: client}, {containerPort: 3888, name: election, protocol: TCP}]
        resources: {requests: {memory: 1Gi, cpu: 500m}}
        readinessProbe: {exec: {command: [sh, -c, ok]}, initialDelaySeconds: 10, timeoutSeconds: 5}
        livenessProbe: {httpGet: {path: /, port: client, httpHeaders: [{name: a, value: b}]}}
        lifecycle: {preStop: {sleep: {seconds: 5}}}
        securityContext: {runAsUser: 0, allowPrivilegeEscalation: false}
        volumeMounts: [{name: datadir, mountPath: /var/lib/zookeeper}]
      topologySpreadConstraints:
      - {maxSkew: 1, topologyKey: zone, whenUnsatisfiable: DoNotSchedule, labelSelector: {matchLabels: {app: zk}}}
      securityContext: {runAsUser: 1000, fsGroup: 1000}
      terminationGracePeriodSeconds: 0
  volumeClaimTemplates:
  - apiVersion: v1
    kind: PersistentVolumeClaim
    metadata: {name: datadir}
    spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 10Gi}}}
---
apiVersion: v1
kind: Pod
metadata:
  name: a
  ownerReferences: [{apiVersion: apps/v1, kind: StatefulSet, name: a, uid: u, controller: true}]
  creationTimestamp: "2026-01-02T03:04:05Z"
spec:
  hostNetwork: true
  nodeSelector: {disk: ssd}
  initContainers: [{name: i, image: busybox, restartPolicy: Always}]
  containers: [{name: c, image: nginx, resources: {}, stdin: true, envFrom: [{configMapRef: {name: m}}]}]
  tolerations: [{key: node.kubernetes.io/unreachable, operator: Exists, effect: NoExecute, tolerationSeconds: 0}]
  volumes:
  - {name: e, emptyDir: {medium: Memory, sizeLimit: 1Gi}}
  - {name: p, projected: {sources: [{serviceAccountToken: {path: token, expirationSeconds: 3607}}]}}
  - {name: s, secret: {secretName: s, items: [{key: k, path: p, mode: 256}], optional: true}}
status:
  phase: Running
  conditions: [{type: Ready, status: "True", lastTransitionTime: "2026-01-02T03:04:05Z"}]
  containerStatuses: [{name: c, image: nginx, imageID: "", ready: true, restartCount: 0, state: {running: {}}}]
---
apiVersion: v1
kind: Service
metadata: {name: zk-hs}
spec:
  clusterIP: None
  publishNotReadyAddresses: true
  ports: [{port: 2888, name: server, targetPort: 2888}, {port: 80, targetPort: web, nodePort: 30080}]
  selector: {app: zk}
  sessionAffinityConfig: {clientIP: {timeoutSeconds: 0}}
status: {loadBalancer: {ingress: [{ip: 10.0.0.1}]}}
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: www-web-0, finalizers: [kubernetes.io/pvc-protection]}
spec:
  accessModes: [ReadWriteOnce]
  resources: {requests: {storage: 1Gi}}
  storageClassName: ""
  volumeMode: Filesystem
  dataSource: {apiGroup: snapshot.storage.k8s.io, kind: VolumeSnapshot, name: s}
status: {phase: Bound, accessModes: [ReadWriteOnce], capacity: {storage: 1Gi}}
---
apiVersion: v1
kind: Node
metadata: {name: node-1, labels: {kubernetes.io/hostname: node-1}}
spec: {podCIDR: 10.0.0.0/24, unschedulable: true, taints: [{key: k, effect: NoSchedule, timeAdded: "2026-01-02T03:04:05Z"}]}
status:
  allocatable: {cpu: "4", memory: 8Gi, pods: "110"}
  addresses: [{type: InternalIP, address: 10.0.0.1}]
  images: [{names: [nginx], sizeBytes: 1000}]
  daemonEndpoints: {kubeletEndpoint: {Port: 10250}}
"#;

fn round_trip<T: DeserializeOwned + serde::Serialize>(object: &Value) -> Value {
    serde_json::to_value(serde_json::from_value::<T>(object.clone()).unwrap()).unwrap()
}

#[test]
fn manifests_decode_to_the_same_json() {
    let mut read = 0;
    for document in MANIFESTS.split("---\n") {
        let object: Value = serde_yaml::from_str(document).unwrap();
        let (api_version, kind) = (object["apiVersion"].as_str().unwrap(), object["kind"].as_str().unwrap());
        let theirs = match kind {
            "StatefulSet" => round_trip::<apps::v1::StatefulSet>(&object),
            "Pod" => round_trip::<core::v1::Pod>(&object),
            "Service" => round_trip::<core::v1::Service>(&object),
            "PersistentVolumeClaim" => round_trip::<core::v1::PersistentVolumeClaim>(&object),
            "Node" => round_trip::<core::v1::Node>(&object),
            _ => panic!("{kind}"),
        };
        assert_eq!(schema::decode(&object, api_version, kind), Ok(theirs));
        read += 1;
    }
    assert_eq!(read, 5);
}
