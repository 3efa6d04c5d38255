//! Files of one volume at paths that overlap: a later one takes the place of an earlier one, or cannot be
//! made.
//!
//! Models `warningsForOverlappingVirtualPaths`, pkg/api/pod/warnings.go, Kubernetes v1.36.

use serde_json::Value;

use super::{Found, list};
use crate::api::schema::quote;
use crate::apiserver::fields::{at, text};

/// A file's path, and in a volume of several sources which one it comes from.
#[derive(Clone, PartialEq, Eq)]
struct File {
    path: String,
    source: String,
}

impl File {
    fn new(path: &str, source: &str) -> Self {
        Self { path: path.trim_end_matches('/').to_owned(), source: source.to_owned() }
    }

    fn shown(&self) -> String {
        if self.source.is_empty() {
            quote(&self.path)
        } else {
            format!("{} ({})", quote(&self.path), self.source)
        }
    }

    fn overlaps(&self, other: &Self) -> bool {
        let (one, two) = (format!("{}/", self.path), format!("{}/", other.path));
        !self.path.is_empty() && !other.path.is_empty() && (one.starts_with(&two) || two.starts_with(&one))
    }
}

/// Each file that overlaps with one before it.
fn overlaps(files: &[File]) -> Vec<String> {
    let mut found = Vec::new();
    for (index, file) in files.iter().enumerate() {
        let before = files.iter().take(index).filter(|other| file.overlaps(other));
        found.extend(before.map(|other| format!("{} with {}", file.shown(), other.shown())));
    }
    found
}

fn items(source: &Value, shown: &str) -> Vec<File> {
    list(source, &["items"]).map(|item| File::new(text(item, "path"), shown)).collect()
}

/// The files that a source of a projected volume lists.
fn projected(source: &Value) -> Vec<File> {
    for (field, kind) in [("configMap", "ConfigMap"), ("secret", "Secret")] {
        let found = at(source, &[field]);
        if !at(found, &["items"]).is_null() {
            return items(found, &format!("{kind} {}", quote(text(found, "name"))));
        }
    }
    let (downward, token) = (at(source, &["downwardAPI"]), at(source, &["serviceAccountToken"]));
    if !at(downward, &["items"]).is_null() {
        items(downward, "DownwardAPI")
    } else if !token.is_null() {
        vec![File::new(text(token, "path"), "ServiceAccountToken")]
    } else {
        Vec::new()
    }
}

impl Found {
    pub(super) fn overlapping_paths(&mut self, spec: &Value) {
        for volume in list(spec, &["volumes"]) {
            let name = quote(text(volume, "name"));
            for (field, kind, named) in [
                ("configMap", "ConfigMap", "name"),
                ("secret", "Secret", "secretName"),
                ("downwardAPI", "DownwardAPI", ""),
            ] {
                let source = at(volume, &[field]);
                let about = if named.is_empty() {
                    kind.to_owned()
                } else {
                    format!("{kind} {}", quote(text(source, named)))
                };
                for overlap in overlaps(&items(source, "")) {
                    self.0.push(format!("volume {name} ({about}): overlapping paths: {overlap}"));
                }
            }
            let mut files = Vec::new();
            for source in list(volume, &["projected", "sources"]) {
                if source.as_object().is_some_and(serde_json::Map::is_empty) {
                    self.0.push(format!("volume {name} (Projected) has no sources provided"));
                }
                files.extend(projected(source));
            }
            for overlap in overlaps(&files) {
                self.0.push(format!("volume {name} (Projected): overlapping paths: {overlap}"));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::warnings;
    use crate::api::{Kind, Object};

    #[test]
    fn files_that_are_in_each_others_way_are_told() {
        let item = |path: &str| json!({"key": "k", "path": path});
        let volumes = json!([
            {"name": "a", "configMap": {"name": "c", "items": [item("x"), item("x/y/"), item("xy")]}},
            {"name": "b", "secret": {"secretName": "s", "items": [item("x"), item("x")]}},
            {"name": "c", "projected": {"sources": [
                {"serviceAccountToken": {"path": "token"}},
                {},
                {"configMap": {"name": "m", "items": [item("token/a"), item("b")]}},
            ]}},
        ]);
        let pod = json!({"metadata": {"name": "p"}, "spec": {"containers": [], "volumes": volumes}});
        let expected = [
            r#"volume "a" (ConfigMap "c"): overlapping paths: "x/y" with "x""#,
            r#"volume "b" (Secret "s"): overlapping paths: "x" with "x""#,
            r#"volume "c" (Projected) has no sources provided"#,
            r#"volume "c" (Projected): overlapping paths: "token/a" (ConfigMap "m") with "token" (ServiceAccountToken)"#,
        ];
        assert_eq!(warnings(&Object::from_value(Kind::Pod, pod).unwrap(), None), expected);
    }
}
