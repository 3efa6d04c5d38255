//! Tools and files that many images share: Debian's and BusyBox's.

use super::Family;

/// Paths of the programs of a folder.
macro_rules! tools {
    ($folder:literal: $($name:literal)*) => {
        &[$(concat!($folder, "/", $name)),*]
    };
}
pub(super) use tools;

/// Folders of every Linux.
const FOLDERS: &[&str] = &[
    "/dev",
    "/home",
    "/mnt",
    "/opt",
    "/proc",
    "/root",
    "/run",
    "/srv",
    "/sys",
    "/tmp",
    "/usr/sbin",
    "/var/log",
];

/// Debian and its kin.
pub(super) static DEBIAN: Family = Family {
    tools: tools!("/usr/bin": "sh" "bash" "dash" "cat" "ls" "echo" "printf" "rm" "rmdir" "mkdir" "touch" "cp"
        "mv" "chmod" "chown" "head" "tail" "wc" "uniq" "sort" "cut" "tr" "grep" "egrep" "fgrep" "sed" "awk"
        "tee" "seq" "sleep" "date" "pwd" "env" "printenv" "true" "false" "basename" "dirname" "test" "["
        "which" "xargs" "hostname" "id" "whoami" "uname" "sync" "kill" "clear" "flock"
        "timeout" "tac" "rev" "fold" "paste" "nl" "base64"),
    links: &[("/bin", "/usr/bin"), ("/sbin", "/usr/sbin")],
    folders: FOLDERS,
    files: &[(
        "/etc/os-release",
        "PRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\nNAME=\"Debian GNU/Linux\"\nVERSION_ID=\"12\"\nID=debian\n",
    )],
    login: "/bin/bash",
    shows_folder: false,
};

/// BusyBox alone.
pub(super) static BUSYBOX: Family = Family {
    tools: tools!("/bin": "sh" "ash" "cat" "ls" "echo" "printf" "rm" "rmdir" "mkdir" "touch" "cp" "mv" "chmod"
        "chown" "head" "tail" "wc" "uniq" "sort" "cut" "tr" "grep" "egrep" "fgrep" "sed" "awk" "tee" "seq"
        "sleep" "date" "pwd" "env" "printenv" "true" "false" "basename" "dirname" "test" "[" "which" "xargs"
        "hostname" "id" "whoami" "uname" "sync" "kill" "clear" "ps" "pkill" "pgrep" "killall" "vi" "watch"
        "time" "nslookup" "wget" "nc" "ping" "flock" "timeout" "tac" "rev" "fold" "paste" "nl" "base64"),
    links: &[],
    folders: FOLDERS,
    files: &[],
    login: "/bin/sh",
    shows_folder: true,
};
