//! Where the fields stand that a kustomization changes, kind by kind.
//!
//! Models the field specifications of sigs.k8s.io/kustomize/api/internal/konfig/builtinpluginconsts, v0.21.
//! Left out: kinds that are not served here, but for those that people bring along unchanged.

/// Kinds whose names get a suffix.
pub(super) const GENERATED: &[&str] = &["ConfigMap", "Secret"];

/// Kinds with a pod template, and where it stands.
pub(super) const TEMPLATES: &[(&str, &[&str])] = &[
    ("Deployment", &["spec", "template"]),
    ("ReplicaSet", &["spec", "template"]),
    ("DaemonSet", &["spec", "template"]),
    ("StatefulSet", &["spec", "template"]),
    ("ReplicationController", &["spec", "template"]),
    ("Job", &["spec", "template"]),
    ("CronJob", &["spec", "jobTemplate", "spec", "template"]),
];

/// Where selectors stand, and whether they are made where there are none.
pub(super) const SELECTORS: &[(&str, &[&str], bool)] = &[
    ("Service", &["spec", "selector"], true),
    ("ReplicationController", &["spec", "selector"], true),
    ("Deployment", &["spec", "selector", "matchLabels"], true),
    ("ReplicaSet", &["spec", "selector", "matchLabels"], true),
    ("DaemonSet", &["spec", "selector", "matchLabels"], true),
    ("StatefulSet", &["spec", "selector", "matchLabels"], true),
    ("Job", &["spec", "selector", "matchLabels"], false),
    ("PodDisruptionBudget", &["spec", "selector", "matchLabels"], false),
    ("NetworkPolicy", &["spec", "podSelector", "matchLabels"], false),
];

/// Label selectors within the pods of Deployments and `StatefulSet`s, from their spec on.
pub(super) const POD_SELECTORS: &[&[&str]] = &[
    &["affinity", "podAffinity", PREFERRED, "podAffinityTerm", "labelSelector", "matchLabels"],
    &["affinity", "podAffinity", REQUIRED, "labelSelector", "matchLabels"],
    &["affinity", "podAntiAffinity", PREFERRED, "podAffinityTerm", "labelSelector", "matchLabels"],
    &["affinity", "podAntiAffinity", REQUIRED, "labelSelector", "matchLabels"],
    &["topologySpreadConstraints", "labelSelector", "matchLabels"],
];
const PREFERRED: &str = "preferredDuringSchedulingIgnoredDuringExecution";
const REQUIRED: &str = "requiredDuringSchedulingIgnoredDuringExecution";

/// Names of other objects within a pod's spec.
pub(super) const POD_REFERENCES: &[(&str, &[&str])] = &[
    ("ConfigMap", &["volumes", "configMap", "name"]),
    ("ConfigMap", &["volumes", "projected", "sources", "configMap", "name"]),
    ("ConfigMap", &["containers", "env", "valueFrom", "configMapKeyRef", "name"]),
    ("ConfigMap", &["initContainers", "env", "valueFrom", "configMapKeyRef", "name"]),
    ("ConfigMap", &["containers", "envFrom", "configMapRef", "name"]),
    ("ConfigMap", &["initContainers", "envFrom", "configMapRef", "name"]),
    ("Secret", &["volumes", "secret", "secretName"]),
    ("Secret", &["volumes", "projected", "sources", "secret", "name"]),
    ("Secret", &["containers", "env", "valueFrom", "secretKeyRef", "name"]),
    ("Secret", &["initContainers", "env", "valueFrom", "secretKeyRef", "name"]),
    ("Secret", &["containers", "envFrom", "secretRef", "name"]),
    ("Secret", &["initContainers", "envFrom", "secretRef", "name"]),
    ("Secret", &["imagePullSecrets", "name"]),
    ("PersistentVolumeClaim", &["volumes", "persistentVolumeClaim", "claimName"]),
    ("ServiceAccount", &["serviceAccountName"]),
    ("PriorityClass", &["priorityClassName"]),
];

/// Names of other objects elsewhere: whose field, where, and what it names.
pub(super) const REFERENCES: &[(&str, &[&str], &str)] = &[
    ("StatefulSet", &["spec", "serviceName"], "Service"),
    ("StatefulSet", &["spec", "volumeClaimTemplates", "spec", "storageClassName"], "StorageClass"),
    ("PersistentVolumeClaim", &["spec", "storageClassName"], "StorageClass"),
    ("PersistentVolumeClaim", &["spec", "volumeName"], "PersistentVolume"),
    ("PersistentVolume", &["spec", "storageClassName"], "StorageClass"),
    ("ServiceAccount", &["imagePullSecrets", "name"], "Secret"),
];

/// Kinds whose names stay as they are.
pub(super) const UNPREFIXED: &[&str] = &["CustomResourceDefinition", "APIService", "Namespace"];

/// Kinds whose count of replicas can be set.
pub(super) const REPLICATED: &[&str] = &["Deployment", "ReplicationController", "ReplicaSet", "StatefulSet"];

/// Kinds without a namespace.
pub(super) const CLUSTER_SCOPED: &[&str] = &[
    "APIService",
    "CSIDriver",
    "CSINode",
    "ClusterRole",
    "ClusterRoleBinding",
    "CustomResourceDefinition",
    "IngressClass",
    "MutatingWebhookConfiguration",
    "Namespace",
    "Node",
    "PersistentVolume",
    "PriorityClass",
    "RuntimeClass",
    "StorageClass",
    "ValidatingWebhookConfiguration",
    "VolumeAttachment",
];

/// What comes first among the objects, in this order; all else comes after, by group, version and kind.
pub(super) const FIRST: &[&str] = &[
    "Namespace",
    "ResourceQuota",
    "StorageClass",
    "CustomResourceDefinition",
    "ServiceAccount",
    "PodSecurityPolicy",
    "Role",
    "ClusterRole",
    "RoleBinding",
    "ClusterRoleBinding",
    "ConfigMap",
    "Secret",
    "Endpoints",
    "Service",
    "LimitRange",
    "PriorityClass",
    "PersistentVolume",
    "PersistentVolumeClaim",
    "Deployment",
    "StatefulSet",
    "CronJob",
    "PodDisruptionBudget",
];
