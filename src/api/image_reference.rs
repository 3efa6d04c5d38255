//! What the name of an image may look like.
//!
//! Models `ReferenceRegexp` and `ParseNormalizedNamed` of the module distribution/reference, which kubectl
//! and kubelet v1.36 use. Left out: registries at IPv6 addresses.

/// Whether a text is an image's name: `[REGISTRY/]PATH[:TAG][@DIGEST]`.
pub fn is_reference(text: &str) -> bool {
    let (rest, digest) = match text.split_once('@') {
        Some((rest, digest)) => (rest, Some(digest)),
        None => (text, None),
    };
    if !digest.is_none_or(is_digest) {
        return false;
    }
    let after_slash = rest.rfind('/').map_or(0, |slash| slash + 1);
    let colon = rest.get(after_slash..).and_then(|last| last.find(':')).map(|colon| after_slash + colon);
    let (name, tag) = match colon {
        Some(colon) => (rest.get(..colon).unwrap_or_default(), rest.get(colon + 1..)),
        None => (rest, None),
    };
    if !tag.is_none_or(is_tag) {
        return false;
    }
    let is_path = |path: &str| path.split('/').all(is_component);
    is_path(name)
        || name.split_once('/').is_some_and(|(registry, path)| is_registry(registry) && is_path(path))
}

/// What is wrong with a text that is no image's name, in the words of `ParseNormalizedNamed`; `None` when
/// it is one.
pub fn reference_error(text: &str) -> Option<String> {
    if is_reference(text) {
        return None;
    }
    let is_registry = |first: &str| {
        first.contains(['.', ':']) || first == "localhost" || first.contains(|c: char| c.is_uppercase())
    };
    let (library, rest) = match text.split_once('/') {
        Some((first, rest)) if is_registry(first) => ("", rest),
        Some(_) => ("", text),
        None => ("library/", text),
    };
    let path = rest.split(':').next().unwrap_or_default();
    let why = "invalid reference format";
    Some(if path.contains(|c: char| c.is_uppercase()) {
        format!("{why}: repository name ({library}{path}) must be lowercase")
    } else {
        why.to_owned()
    })
}

fn is_tag(tag: &str) -> bool {
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    tag.len() <= 128
        && tag.bytes().next().is_some_and(is_word)
        && tag.bytes().all(|byte| is_word(byte) || matches!(byte, b'.' | b'-'))
}

/// `ALGORITHM:HEX`
fn is_digest(digest: &str) -> bool {
    let Some((algorithm, hex)) = digest.split_once(':') else { return false };
    let is_part = |part: &str| {
        part.starts_with(|c: char| c.is_ascii_alphabetic()) && part.bytes().all(|b| b.is_ascii_alphanumeric())
    };
    algorithm.split(['-', '_', '+', '.']).all(is_part)
        && hex.len() >= 32
        && hex.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Small letters and digits, between them one `.` or `_`, two `_`, or any number of `-`.
fn is_component(component: &str) -> bool {
    let is_letter = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    let between: Vec<&str> = component.split(is_letter).filter(|gap| !gap.is_empty()).collect();
    component.starts_with(is_letter)
        && component.ends_with(is_letter)
        && between.iter().all(|gap| matches!(*gap, "." | "_" | "__") || gap.bytes().all(|byte| byte == b'-'))
}

/// `HOST[:PORT]`
fn is_registry(registry: &str) -> bool {
    let (host, port) = registry.split_once(':').map_or((registry, "0"), |(host, port)| (host, port));
    let is_part = |part: &str| {
        let ends = |letter: Option<char>| letter.is_some_and(|c| c.is_ascii_alphanumeric());
        ends(part.chars().next())
            && ends(part.chars().next_back())
            && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    host.split('.').all(is_part) && !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::{is_reference, reference_error};

    #[test]
    fn images_are_named_as_upstream() {
        let digest = "a".repeat(64);
        for good in [
            "nginx",
            "nginx:1.27",
            "registry.k8s.io/e2e-test-images/agnhost:2.39",
            "localhost:5000/a__b/c--d.e:T_1",
            "Host/nginx",
            &format!("nginx@sha256:{digest}"),
            &format!("nginx:1@sha256:{digest}"),
        ] {
            assert!(is_reference(good), "{good}");
        }
        for bad in [
            "",
            "Nginx",
            "nginx:",
            "nginx:-1",
            "a..b",
            "a b",
            "-a",
            "a/",
            "/a",
            "a@sha256:1",
            "a:1:2",
            "a___b",
        ] {
            assert!(!is_reference(bad), "{bad}");
        }
    }

    #[test]
    fn what_is_wrong_is_said_as_upstream() {
        for (name, why) in [
            ("nginx", ""),
            ("nginx:", "invalid reference format"),
            ("NGINX", "invalid reference format: repository name (library/NGINX) must be lowercase"),
            ("MyRegistry/App:1.0", "invalid reference format: repository name (App) must be lowercase"),
            ("me/App", "invalid reference format: repository name (me/App) must be lowercase"),
        ] {
            assert_eq!(reference_error(name).unwrap_or_default(), why);
        }
    }
}
