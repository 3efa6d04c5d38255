//! Images: which can be pulled, what a node keeps, and what is said about them.
//!
//! Models `pkg/kubelet/images/image_manager.go` (`EnsureImageExists`), Kubernetes v1.36. What the registry
//! has is said in `registry`. Left out: credentials, digests that are pinned, garbage collection of images.

use super::faults::Faults;
use super::registry;
use super::timing::Timing;
use crate::api::image_reference::reference_error;
use crate::api::pod::Container;
use crate::collections::SortedSet;
use crate::sim::{Rng, Span};

/// What a node has to do for an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ImageNeed {
    /// It is there.
    Nothing,
    /// It must be pulled.
    Pull,
    /// It is there, but the registry is asked whether it is still the same.
    PullAgain,
    /// It must be pulled, and cannot be.
    PullInVain,
    /// It is not there and must not be pulled.
    NeverPull,
    /// Its name is none.
    InvalidName,
}

/// What a node has to do for the image of a container.
pub(super) fn need(
    container: &Container,
    present: &SortedSet<String>,
    timing: &Timing,
    faults: &Faults,
) -> ImageNeed {
    if !timing.stand_in && reference_error(&container.image).is_some() {
        return ImageNeed::InvalidName;
    }
    if !registry::has(&container.image, timing) {
        return match container.image_pull_policy.as_str() {
            "Never" => ImageNeed::NeverPull,
            _ => ImageNeed::PullInVain,
        };
    }
    // A node keeps what it has of an image that the registry has lost.
    if faults.is_missing(&container.image) {
        return match (container.image_pull_policy.as_str(), present.contains(&container.image)) {
            ("Never", false) => ImageNeed::NeverPull,
            ("Always", _) | (_, false) => ImageNeed::PullInVain,
            (_, true) => ImageNeed::Nothing,
        };
    }
    if timing.stand_in {
        return ImageNeed::Pull;
    }
    match (container.image_pull_policy.as_str(), present.contains(&container.image)) {
        ("Never", false) => ImageNeed::NeverPull,
        ("Always", true) => ImageNeed::PullAgain,
        (_, true) => ImageNeed::Nothing,
        (_, false) => ImageNeed::Pull,
    }
}

/// The full name that the container runtime gives an image: `docker.io/library/nginx:latest`.
pub(super) fn full_name(image: &str) -> String {
    let (path, _) = image.split_once('@').unwrap_or((image, ""));
    let first = path.split('/').next().unwrap_or(path);
    let has_registry = path.contains('/') && (first.contains(['.', ':']) || first == "localhost");
    let prefix = match (has_registry, path.contains('/')) {
        (true, _) => "",
        (false, true) => "docker.io/",
        (false, false) => "docker.io/library/",
    };
    let last = path.rsplit('/').next().unwrap_or(path);
    let tag = if last.contains(':') || image.contains('@') { "" } else { ":latest" };
    format!("{prefix}{image}{tag}")
}

/// The id of an image, the same on every node.
pub(super) fn image_id(image: &str) -> String {
    let full = full_name(image);
    let (repository, digest) = full.split_once('@').map_or((full.as_str(), None), |(r, d)| (r, Some(d)));
    if digest.is_some() {
        return full;
    }
    let slash = repository.rfind('/').unwrap_or_default();
    let name = match repository.get(slash..).and_then(|last| last.find(':')) {
        Some(colon) => repository.get(..slash + colon).unwrap_or(repository),
        None => repository,
    };
    format!("{name}@sha256:{}", hex64(&full))
}

/// 64 hexadecimal digits that a text always gives.
pub(super) fn hex64(text: &str) -> String {
    let mut rng = Rng::new(0).fork(text);
    format!("{:016x}{:016x}{:016x}{:016x}", rng.next_u64(), rng.next_u64(), rng.next_u64(), rng.next_u64())
}

/// Why a pull failed, as containerd says it.
pub(super) fn pull_error(image: &str) -> String {
    let full = full_name(image);
    if full.starts_with("docker.io/library/") || !full.starts_with("docker.io/") {
        return format!(
            "rpc error: code = NotFound desc = failed to pull and unpack image \"{full}\": failed to resolve \
             reference \"{full}\": {full}: not found"
        );
    }
    format!(
        "failed to pull and unpack image \"{full}\": failed to resolve reference \"{full}\": pull access \
         denied, repository does not exist or may require authorization: server message: insufficient_scope: \
         authorization failed"
    )
}

/// What is said of an image whose name is none.
pub(super) fn invalid_name(image: &str) -> String {
    let why = reference_error(image).unwrap_or_default();
    format!("Failed to apply default image tag \"{image}\": couldn't parse image name \"{image}\": {why}")
}

/// What is told once an image is there.
pub(super) fn pulled_message(image: &str, took: Span) -> String {
    let mut rng = Rng::new(1).fork(image);
    let bytes = 2_000_000 + rng.below(70_000_000);
    let took = go_duration(took);
    format!(
        "Successfully pulled image \"{image}\" in {took} ({took} including waiting). \
         Image size: {bytes} bytes."
    )
}

/// A span as Go prints it: `1.5s`, `400ms`, `1m20s`, `5m0s`.
pub(super) fn go_duration(span: Span) -> String {
    let ms = span.ms();
    if ms == 0 {
        return "0s".to_owned();
    }
    if ms < 1_000 {
        return format!("{ms}ms");
    }
    let (hours, minutes, rest) = (ms / 3_600_000, ms / 60_000 % 60, ms % 60_000);
    let fraction = format!(".{:03}", rest % 1_000);
    let fraction = fraction.trim_end_matches('0').trim_end_matches('.');
    let seconds = format!("{}{fraction}s", rest / 1_000);
    match (hours, minutes) {
        (0, 0) => seconds,
        (0, _) => format!("{minutes}m{seconds}"),
        _ => format!("{hours}h{minutes}m{seconds}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_completed_and_spans_printed_as_go_does() {
        let table = [
            ("nginx", "docker.io/library/nginx:latest"),
            ("nginx:1.25", "docker.io/library/nginx:1.25"),
            ("me/app", "docker.io/me/app:latest"),
            ("registry.k8s.io/nginx-slim:0.8", "registry.k8s.io/nginx-slim:0.8"),
            ("localhost:5000/app", "localhost:5000/app:latest"),
        ];
        for (image, full) in table {
            assert_eq!(full_name(image), full);
        }
        assert!(image_id("nginx:1.25").starts_with("docker.io/library/nginx@sha256:"));
        assert_eq!(image_id("a@sha256:12"), "docker.io/library/a@sha256:12");
        let spans = [
            (0, "0s"),
            (400, "400ms"),
            (1_500, "1.5s"),
            (10_000, "10s"),
            (80_000, "1m20s"),
            (300_000, "5m0s"),
        ];
        for (ms, text) in spans {
            assert_eq!(go_duration(Span::from_ms(ms)), text);
        }
    }

    #[test]
    fn broken_images_and_pull_policies() {
        let present = SortedSet::from(["nginx:1".to_owned()]);
        let needs = |image: &str, policy: &str, timing: &Timing| {
            let container = Container {
                image: image.to_owned(),
                image_pull_policy: policy.to_owned(),
                ..Container::default()
            };
            need(&container, &present, timing, &Faults::default())
        };
        let (real, recorded) = (Timing::default(), Timing::recorded());
        assert_eq!(needs("nginx:1", "IfNotPresent", &real), ImageNeed::Nothing);
        assert_eq!(needs("nginx:1", "Always", &real), ImageNeed::PullAgain);
        assert_eq!(needs("nginx:1", "IfNotPresent", &recorded), ImageNeed::Pull);
        assert_eq!(needs("nginx:2", "Never", &real), ImageNeed::NeverPull);
        assert_eq!(needs("registry.k8s.io/nginx-slim:bad", "IfNotPresent", &recorded), ImageNeed::PullInVain);
        assert_eq!(needs("bad:1", "IfNotPresent", &recorded), ImageNeed::PullInVain);
        assert_eq!(needs("nginx:broken", "IfNotPresent", &recorded), ImageNeed::Pull);
        assert_eq!(needs("nginx:broken", "IfNotPresent", &real), ImageNeed::PullInVain);
    }
}
