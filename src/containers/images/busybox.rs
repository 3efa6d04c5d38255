//! busybox and alpine: BusyBox's tools, and a shell as their own program.

use super::absent;
use super::families::{BUSYBOX as TOOLS, tools};
use super::{Image, Lookup};

/// busybox.
pub(super) static BUSYBOX: Image = Image {
    names: &["busybox"],
    family: &TOOLS,
    command: &["sh"],
    lacks: &["bash", "curl", "dig", "apt-get", "apk"],
    brings: Some(&[absent::BUSYBOX]),
    lookup: Lookup::BusyBox,
    ..Image::EMPTY
};

/// alpine.
pub(super) static ALPINE: Image = Image {
    names: &["alpine"],
    family: &TOOLS,
    command: &["/bin/sh"],
    files: &[("/etc/alpine-release", "3.22.2\n")],
    lacks: &["bash", "curl", "dig", "apt-get"],
    brings: Some(&[absent::BUSYBOX, "apk getent iconv ldconfig ldd scanelf update-ca-certificates c_rehash"]),
    lookup: Lookup::BusyBox,
    ..Image::EMPTY
};

/// Images with nothing but tools to look names up and to fetch documents.
pub(super) static TOOLBOX: Image = Image {
    names: &["dnsutils", "jessie-dnsutils", "netshoot", "curl", "curlimages"],
    command: &["sleep", "infinity"],
    tools: tools!("/usr/bin": "nslookup" "dig" "host" "curl" "wget" "nc" "ping" "ps"),
    ..Image::EMPTY
};
