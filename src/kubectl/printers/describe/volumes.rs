//! Volumes in descriptions of pods, of their templates, and of persistent volumes.
//!
//! Models `describeVolumes`, staging/src/k8s.io/kubectl/pkg/describe/describe.go, Kubernetes v1.36.
//! Left out: the sources of cloud providers, which are shown by name only.

use serde_json::Value;

use super::lines::{at, items, line, text};
use crate::kubectl::output::prefix_writer::PrefixWriter;

/// The volumes of a pod or a template.
pub(super) fn volumes(w: &mut PrefixWriter, volumes: &[Value], space: &str) {
    if volumes.is_empty() {
        w.write_line(0, &format!("{space}Volumes:\t<none>"));
        return;
    }
    w.write_line(0, &format!("{space}Volumes:"));
    let name_indent = if space.is_empty() { "" } else { " " };
    for volume in volumes {
        w.write_line(1, &format!("{name_indent}{}:", text(volume, &["name"])));
        source(w, volume);
    }
}

/// The source of a volume.
pub(super) fn source(w: &mut PrefixWriter, volume: &Value) {
    let fields = |w: &mut PrefixWriter, type_: &str, fields: &[(&str, String)]| {
        line(w, 2, "Type", type_);
        for (title, value) in fields {
            line(w, 2, title, value);
        }
    };
    let or = |text: String, other: &str| if text.is_empty() { other.to_owned() } else { text };
    let flag = |value: &Value, key: &str| or(text(value, &[key]), "false");
    if let Some(host) = at(volume, &["hostPath"]) {
        let type_ = or(text(host, &["type"]), if host.get("type").is_some() { "" } else { "<none>" });
        let rows = [("Path", text(host, &["path"])), ("HostPathType", type_)];
        fields(w, "HostPath (bare host directory volume)", &rows);
    } else if let Some(empty) = at(volume, &["emptyDir"]) {
        let rows =
            [("Medium", text(empty, &["medium"])), ("SizeLimit", or(text(empty, &["sizeLimit"]), "<unset>"))];
        fields(w, "EmptyDir (a temporary directory that shares a pod's lifetime)", &rows);
    } else if let Some(claim) = at(volume, &["persistentVolumeClaim"]) {
        let rows = [("ClaimName", text(claim, &["claimName"])), ("ReadOnly", flag(claim, "readOnly"))];
        let type_ = "PersistentVolumeClaim (a reference to a PersistentVolumeClaim in the same namespace)";
        fields(w, type_, &rows);
    } else if let Some(map) = at(volume, &["configMap"]) {
        let rows = [("Name", text(map, &["name"])), ("Optional", flag(map, "optional"))];
        fields(w, "ConfigMap (a volume populated by a ConfigMap)", &rows);
    } else if let Some(secret) = at(volume, &["secret"]) {
        let rows = [("SecretName", text(secret, &["secretName"])), ("Optional", flag(secret, "optional"))];
        fields(w, "Secret (a volume populated by a Secret)", &rows);
    } else if let Some(projected) = at(volume, &["projected"]) {
        line(w, 2, "Type", "Projected (a volume that contains injected data from multiple sources)");
        projected_sources(w, items(projected, &["sources"]));
    } else if let Some(local) = at(volume, &["local"]) {
        line(w, 2, "Type", "LocalVolume (a persistent volume backed by local storage on a node)");
        line(w, 2, "Path", &text(local, &["path"]));
    } else {
        w.write_line(1, "<unknown>");
    }
}

fn projected_sources(w: &mut PrefixWriter, sources: &[Value]) {
    for source in sources {
        if let Some(secret) = at(source, &["secret"]) {
            line(w, 2, "SecretName", &text(secret, &["name"]));
            line(w, 2, "Optional", &(text(secret, &["optional"]) == "true").to_string());
        } else if at(source, &["downwardAPI"]).is_some() {
            line(w, 2, "DownwardAPI", "true");
        } else if let Some(map) = at(source, &["configMap"]) {
            line(w, 2, "ConfigMapName", &text(map, &["name"]));
            line(w, 2, "Optional", &(text(map, &["optional"]) == "true").to_string());
        } else if let Some(token) = at(source, &["serviceAccountToken"]) {
            line(w, 2, "TokenExpirationSeconds", &text(token, &["expirationSeconds"]));
        }
    }
}
