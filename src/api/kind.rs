//! The kinds that the API server serves, and how each is named.
//!
//! Models API discovery (`kubectl api-resources`), Kubernetes v1.36. Left out: kinds that no controller here
//! acts on; a manifest of such a kind is refused instead of lying there without effect.

use std::fmt;

/// How a kind is named in the API and in kubectl.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Resource {
    /// API group; empty for the core group.
    pub group: &'static str,
    /// Version that is served.
    pub version: &'static str,
    /// Name in manifests.
    pub kind: &'static str,
    /// Name in URLs and kubectl output.
    pub plural: &'static str,
    /// Name that kubectl accepts for one.
    pub singular: &'static str,
    /// Short names that kubectl accepts.
    pub short_names: &'static [&'static str],
    /// Whether its objects live in namespaces.
    pub namespaced: bool,
    /// Whether `kubectl get all` lists it.
    pub in_all: bool,
}

macro_rules! kinds {
    ($($name:ident: $group:literal $version:literal $plural:literal
        [$($short:literal)*] $scope:ident $all:ident;)*) => {
        /// A kind of object.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Kind {
            $(#[doc = concat!("`", stringify!($name), "` of the group \"", $group, "\".")] $name,)*
        }

        impl Kind {
            /// Every kind that is served, in the order of `kubectl api-resources`' groups.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// How this kind is named.
            pub const fn resource(self) -> &'static Resource {
                match self {
                    $(Self::$name => &Resource {
                        group: $group,
                        version: $version,
                        kind: stringify!($name),
                        plural: $plural,
                        singular: singular!($name),
                        short_names: &[$($short),*],
                        namespaced: kinds!(@$scope),
                        in_all: kinds!(@$all),
                    },)*
                }
            }
        }
    };
    (@namespaced) => { true };
    (@cluster) => { false };
    (@all) => { true };
    (@own) => { false };
}

macro_rules! singular {
    (ConfigMap) => {
        "configmap"
    };
    (Endpoints) => {
        "endpoints"
    };
    (Event) => {
        "event"
    };
    (Namespace) => {
        "namespace"
    };
    (Node) => {
        "node"
    };
    (PersistentVolumeClaim) => {
        "persistentvolumeclaim"
    };
    (PersistentVolume) => {
        "persistentvolume"
    };
    (Pod) => {
        "pod"
    };
    (Secret) => {
        "secret"
    };
    (ServiceAccount) => {
        "serviceaccount"
    };
    (Service) => {
        "service"
    };
    (ControllerRevision) => {
        "controllerrevision"
    };
    (DaemonSet) => {
        "daemonset"
    };
    (Deployment) => {
        "deployment"
    };
    (ReplicaSet) => {
        "replicaset"
    };
    (StatefulSet) => {
        "statefulset"
    };
    (Lease) => {
        "lease"
    };
    (EndpointSlice) => {
        "endpointslice"
    };
    (PodDisruptionBudget) => {
        "poddisruptionbudget"
    };
    (StorageClass) => {
        "storageclass"
    };
}

kinds! {
    ConfigMap: "" "v1" "configmaps" ["cm"] namespaced own;
    Endpoints: "" "v1" "endpoints" ["ep"] namespaced own;
    Event: "" "v1" "events" ["ev"] namespaced own;
    Namespace: "" "v1" "namespaces" ["ns"] cluster own;
    Node: "" "v1" "nodes" ["no"] cluster own;
    PersistentVolumeClaim: "" "v1" "persistentvolumeclaims" ["pvc"] namespaced own;
    PersistentVolume: "" "v1" "persistentvolumes" ["pv"] cluster own;
    Pod: "" "v1" "pods" ["po"] namespaced all;
    Secret: "" "v1" "secrets" [] namespaced own;
    ServiceAccount: "" "v1" "serviceaccounts" ["sa"] namespaced own;
    Service: "" "v1" "services" ["svc"] namespaced all;
    ControllerRevision: "apps" "v1" "controllerrevisions" [] namespaced own;
    DaemonSet: "apps" "v1" "daemonsets" ["ds"] namespaced all;
    Deployment: "apps" "v1" "deployments" ["deploy"] namespaced all;
    ReplicaSet: "apps" "v1" "replicasets" ["rs"] namespaced all;
    StatefulSet: "apps" "v1" "statefulsets" ["sts"] namespaced all;
    Lease: "coordination.k8s.io" "v1" "leases" [] namespaced own;
    EndpointSlice: "discovery.k8s.io" "v1" "endpointslices" [] namespaced own;
    PodDisruptionBudget: "policy" "v1" "poddisruptionbudgets" ["pdb"] namespaced own;
    StorageClass: "storage.k8s.io" "v1" "storageclasses" ["sc"] cluster own;
}

impl Kind {
    /// The kind of a manifest's `apiVersion` and `kind`.
    pub fn of(api_version: &str, kind: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|k| k.resource().kind == kind && k.api_version() == api_version)
    }

    /// The `apiVersion` of its manifests: `v1`, `apps/v1`.
    pub fn api_version(self) -> String {
        let resource = self.resource();
        if resource.group.is_empty() {
            resource.version.to_owned()
        } else {
            format!("{}/{}", resource.group, resource.version)
        }
    }

    /// The resource as errors name it: `pods`, `statefulsets.apps`.
    pub fn group_resource(self) -> String {
        let resource = self.resource();
        if resource.group.is_empty() {
            resource.plural.to_owned()
        } else {
            format!("{}.{}", resource.plural, resource.group)
        }
    }

    /// The kind with its group, as errors name it: `Pod`, `StatefulSet.apps`.
    pub fn group_kind(self) -> String {
        let resource = self.resource();
        if resource.group.is_empty() {
            resource.kind.to_owned()
        } else {
            format!("{}.{}", resource.kind, resource.group)
        }
    }

    /// The singular with its group, as kubectl prints results: `pod`, `statefulset.apps`.
    pub fn group_singular(self) -> String {
        let resource = self.resource();
        if resource.group.is_empty() {
            resource.singular.to_owned()
        } else {
            format!("{}.{}", resource.singular, resource.group)
        }
    }

    /// Whether its objects live in namespaces.
    pub fn is_namespaced(self) -> bool {
        self.resource().namespaced
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.resource().kind)
    }
}
