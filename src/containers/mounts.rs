//! What is mounted where: claims, volumes of the pod, folders of the node, and files made of objects.
//!
//! Models `spec.volumes` and `volumeMounts` as a kubelet mounts them, Kubernetes v1.36. Claims' files belong
//! to the volume and live as long as it does; a pod's own end with the pod. Left out: `subPathExpr`,
//! propagation, CSI and other drivers.

use serde_json::Value;

use super::config_files;
use super::scene::Scene;
use crate::api::pod::{Container, Pod, Volume};
use crate::collections::SortedMap;

/// What is under a mount point.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Source {
    /// A volume, by its key among all volumes, and the path within it.
    Volume(String, String),
    /// Files made of objects: their texts by path.
    Files(SortedMap<String, String>),
}

/// A mount.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Mount {
    pub(super) path: String,
    pub(super) source: Source,
    pub(super) is_read_only: bool,
    /// Whether it is one file.
    pub(super) is_file: bool,
}

/// The mounts of a container, those deeper down first.
pub(super) fn mounts(scene: &Scene, pod: &Pod, container: &Container) -> Vec<Mount> {
    let listed = container.extra.get("volumeMounts").and_then(Value::as_array).into_iter().flatten();
    let mut mounts: Vec<Mount> = listed.filter_map(|mount| one(scene, pod, container, mount)).collect();
    let account = "/var/run/secrets/kubernetes.io/serviceaccount";
    let opts_out = pod.spec.extra.get("automountServiceAccountToken").is_some_and(|mounts| mounts == false);
    if !opts_out && !mounts.iter().any(|mount| mount.path == account) {
        let source = Source::Files(config_files::service_account(scene, pod));
        mounts.push(Mount { path: account.to_owned(), source, is_read_only: true, is_file: false });
    }
    crate::collections::sort_by_key(&mut mounts, |mount| std::cmp::Reverse(mount.path.len()));
    mounts
}

fn one(scene: &Scene, pod: &Pod, container: &Container, mount: &Value) -> Option<Mount> {
    let text = |name: &str| mount.get(name).and_then(Value::as_str).unwrap_or_default();
    let volume = pod.spec.volumes.iter().find(|volume| volume.name == text("name"))?;
    let path = crate::shell::files::resolve("/", text("mountPath"));
    let sub_path = text("subPath").trim_matches('/').to_owned();
    let is_read_only = mount.get("readOnly").is_some_and(|value| value == true);
    let (source, is_read_only) = match source(scene, pod, container, volume)? {
        Source::Volume(key, root) if sub_path.is_empty() => (Source::Volume(key, root), is_read_only),
        Source::Volume(key, root) => {
            (Source::Volume(key, format!("{}/{sub_path}", root.trim_end_matches('/'))), is_read_only)
        }
        Source::Files(files) if sub_path.is_empty() => (Source::Files(files), true),
        Source::Files(files) => {
            let text = files.get(&format!("/{sub_path}"))?.clone();
            let source = Source::Files([(String::new(), text)].into());
            return Some(Mount { path, source, is_read_only: true, is_file: true });
        }
    };
    Some(Mount { path, source, is_read_only, is_file: false })
}

/// Where a volume's files are.
fn source(scene: &Scene, pod: &Pod, container: &Container, volume: &Volume) -> Option<Source> {
    let namespace = pod.metadata.namespace.as_str();
    let own = || format!("pod/{}/{}", pod.metadata.uid, volume.name);
    let whole = |key: String| Some(Source::Volume(key, "/".to_owned()));
    if let Some(claim) = &volume.persistent_volume_claim {
        let bound = scene.volume_of(namespace, &claim.claim_name)?;
        return whole(format!("volume/{}", bound.metadata.uid));
    }
    if volume.extra.contains_key("ephemeral") {
        let claim = format!("{}-{}", pod.metadata.name, volume.name);
        return whole(format!("volume/{}", scene.volume_of(namespace, &claim)?.metadata.uid));
    }
    if let Some(path) = volume.extra.get("hostPath").and_then(|host| host.get("path")?.as_str()) {
        return Some(Source::Volume(format!("node/{}", pod.spec.node_name), path.to_owned()));
    }
    if let Some(files) = config_files::of(scene, pod, container, &volume.extra) {
        return Some(Source::Files(files));
    }
    whole(own())
}
