//! The tag of an image's name.
//!
//! Models `ParseImageName`, pkg/util/parsers/parsers.go, Kubernetes v1.36. Left out: whether the name is
//! well-formed.

/// The tag that is pulled: `latest` when the name has neither tag nor digest; `None` for a digest alone and
/// for what is no image's name.
pub(super) fn tag(name: &str) -> Option<&str> {
    let (name, digest) = match name.split_once('@') {
        Some((name, digest)) => (name, Some(digest)),
        None => (name, None),
    };
    // A colon before the last slash belongs to the registry's port.
    let last = name.rsplit('/').next().unwrap_or_default();
    let repository = last.split(':').next().unwrap_or_default();
    if repository.is_empty() || repository.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return None;
    }
    match last.split_once(':') {
        Some((_, tag)) => Some(tag),
        None if digest.is_some() => None,
        None => Some("latest"),
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn finds_the_tag() {
        let table = "nginx => latest
            nginx:1.27 => 1.27
            nginx:latest => latest
            localhost:5000/a/nginx => latest
            localhost:5000/a/nginx:v1 => v1
            Nginx => none
            nginx@sha256:abc => none
            nginx:v1@sha256:abc => v1";
        for row in table.lines() {
            let (name, expected) = row.trim().split_once(" => ").unwrap();
            assert_eq!(super::tag(name).unwrap_or("none"), expected, "{name}");
        }
    }
}
