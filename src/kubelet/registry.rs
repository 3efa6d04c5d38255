//! Which images can be pulled: all but those that are named as broken, and those of well-known images whose
//! tag cannot be one.
//!
//! Models what containerd hears from a registry, with one that stands in for all. A person who mistypes a
//! tag is to see what a cluster would show, such as the `nginx:1.161` that a tutorial rolls out by mistake.
//! Left out: what registries really have; where it is not known, an image is there.

use super::timing::Timing;

/// A name or tag that no registry has, whoever the nodes are.
const BAD: &str = "bad";

/// Further names and tags that people use for an image that cannot be pulled.
const BROKEN: &[&str] = &[
    "bad",
    "bad-tag",
    "badtag",
    "broken",
    "does-not-exist",
    "doesnotexist",
    "invalid",
    "missing",
    "no-such-image",
    "no-such-tag",
    "nonexistent",
    "non-existent",
    "nonexisting",
    "notexist",
    "wrong",
];

/// Images whose tags are numbers with dots or begin with one of [`WORDS`].
const OFFICIAL: &[&str] = &[
    "alpine",
    "busybox",
    "debian",
    "httpd",
    "mariadb",
    "memcached",
    "mysql",
    "nginx",
    "postgres",
    "redis",
    "ubuntu",
];

/// What may be left out before their names.
const LIBRARY: &str = "docker.io/library/";

/// How their tags begin that do not begin with a number: channels, variants, and releases of distributions.
const WORDS: &[&str] = &[
    "alpine",
    "artful",
    "bionic",
    "bookworm",
    "bullseye",
    "buster",
    "cosmic",
    "devel",
    "disco",
    "duke",
    "edge",
    "eoan",
    "experimental",
    "focal",
    "forky",
    "glibc",
    "groovy",
    "hirsute",
    "impish",
    "innovation",
    "jammy",
    "jessie",
    "kinetic",
    "latest",
    "lts",
    "lucid",
    "lunar",
    "mainline",
    "mantic",
    "musl",
    "noble",
    "oldoldstable",
    "oldstable",
    "oracle",
    "oraclelinux",
    "oracular",
    "otel",
    "perl",
    "plucky",
    "precise",
    "quantal",
    "questing",
    "raring",
    "rc",
    "resolute",
    "rolling",
    "saucy",
    "sid",
    "slim",
    "squeeze",
    "stable",
    "stretch",
    "testing",
    "trixie",
    "trusty",
    "ubi",
    "uclibc",
    "unstable",
    "utopic",
    "verify",
    "vivid",
    "wheezy",
    "wily",
    "xenial",
    "yakkety",
    "zesty",
];

/// The second and third numbers of their tags are lower than this.
const NUMBER_MAX: u64 = 100;

/// Whether an image can be pulled; recorded nodes know of fewer that cannot.
pub(super) fn has(image: &str, timing: &Timing) -> bool {
    let last = image.rsplit('/').next().unwrap_or(image);
    let (name, tag) = last.split_once(':').unwrap_or((last, ""));
    if timing.stand_in {
        return name != BAD && tag != BAD;
    }
    let repository = image.split(':').next().unwrap_or(image);
    let is_official = OFFICIAL.contains(&repository.strip_prefix(LIBRARY).unwrap_or(repository));
    let is_broken = BROKEN.contains(&name) || BROKEN.contains(&tag);
    !(is_broken || is_official && is_mistyped(tag))
}

/// Whether this is surely no tag of an official image.
fn is_mistyped(tag: &str) -> bool {
    let head = tag.split('-').next().unwrap_or(tag);
    if head.chars().all(|letter| letter.is_ascii_alphabetic()) {
        return !head.is_empty() && !WORDS.contains(&head);
    }
    let mut later = head.split('.').skip(1);
    later.any(|part| part.parse().is_ok_and(|number: u64| number >= NUMBER_MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mistyped_tag_of_a_known_image_cannot_be_pulled() {
        let table = [
            ("nginx", true),
            ("nginx:1.27.3-alpine", true),
            ("nginx:1.161", false),
            ("nginx:nope", false),
            ("docker.io/library/nginx:lates", false),
            ("nginx:stable-alpine3.20-perl", true),
            ("nginx:alpine3.20", true),
            ("nginx@sha256:0123", true),
            ("alpine:20240923", true),
            ("ubuntu:noble-20241015", true),
            ("ubuntu:mantic", true),
            ("busybox:1.28", true),
            ("nginxdemos/hello:0.2", true),
            ("registry.example/team/nginx:nope", true),
            ("localhost:5000/nginx:nope", true),
            ("app:anything", true),
        ];
        for (image, is_there) in table {
            assert_eq!(has(image, &Timing::default()), is_there, "{image}");
            assert!(has(image, &Timing::recorded()), "{image}");
        }
    }
}
