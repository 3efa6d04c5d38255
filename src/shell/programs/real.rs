//! Options that the real programs have and the sandbox's have not.
//!
//! As coreutils, grep, sed, findutils and util-linux of today have them.

/// Long names of all kinds of grep, and of awk.
const GREP: &str = "binary binary-files byte-offset devices directories exclude exclude-dir exclude-from \
    group-separator initial-tab label no-group-separator no-ignore-case null null-data";
const GAWK: &str = "bignum characters-as-bytes debug dump-variables exec gen-pot include lint load \
    non-decimal-data optimize posix pretty-print profile re-interval sandbox source traditional";

/// A program's letters and long names beside `help` and `version`; those that the sandbox's program reads are
/// not looked up.
const OPTIONS: &[(&str, &str, &str)] = &[
    ("cat", "AETbenstuv", ""),
    ("nl", "bdfhilnpsvw", "section-delimiter header-numbering footer-numbering join-blank-lines"),
    ("tee", "aip", "ignore-interrupts output-error"),
    ("head", "cnqvz", "zero-terminated"),
    ("tail", "Fcfnqsvz", "max-unchanged-stats pid retry sleep-interval zero-terminated"),
    ("uniq", "Dcdfisuwz", "all-repeated group zero-terminated"),
    ("wc", "Lclmw", "files0-from total"),
    ("cut", "bcdfnsz", "zero-terminated"),
    ("tr", "cCdst", "truncate-set1"),
    (
        "sort",
        "CMRSTVbcdfghikmnorstuz",
        "batch-size buffer-size compress-program debug files0-from merge parallel random-sort random-source \
            sort temporary-directory zero-terminated",
    ),
    ("tac", "brs", "before regex separator"),
    (
        "column",
        "EHJLNORTVWcdehilnoprstx",
        "json tree tree-id tree-parent table-right table-hide table-order table-truncate table-wrap",
    ),
    ("paste", "dsz", "zero-terminated"),
    ("grep", "0123456789ABCDEFGHILPRTUVZabcdefhilmnoqrsvwxyz", GREP),
    ("egrep", "0123456789ABCDEFGHILPRTUVZabcdefhilmnoqrsvwxyz", GREP),
    ("fgrep", "ABCDEFGHILPRTUVZabcdefhilmnoqrsvwxyz", GREP),
    ("sed", "Eefilnrsuz", "binary debug follow-symlinks line-length null-data posix sandbox zero-terminated"),
    ("awk", "FWvfebCcghILlMNnOoPprSstV", GAWK),
    ("gawk", "FvfebCcghILlMNnOoPprSstV", GAWK),
    ("date", "IRdfrsu", "debug file iso-8601 reference resolution rfc-3339 rfc-email set"),
    (
        "ls",
        "1ABCDFGHILNQRSTUXZabcdfghiklmnopqrstuvwx",
        "author block-size classify dereference escape file-type full-time group-directories-first hide hyperlink \
            ignore ignore-backups indicator-style inode kibibytes literal no-group numeric-uid-gid quote-name \
            quoting-style si size sort time time-style width zero",
    ),
    ("rm", "Idfirv", "dir interactive no-preserve-root one-file-system preserve-root"),
    ("rmdir", "pv", "ignore-fail-on-non-empty"),
    ("mkdir", "Zmpv", "context mode"),
    ("touch", "acdfhmrt", "date no-create no-dereference reference time"),
    (
        "cp",
        "HLPRSTZabdfilnpstuvx",
        "archive attributes-only backup dereference interactive link no-clobber no-dereference no-preserve \
            one-file-system parents preserve reflink remove-destination sparse suffix symbolic-link \
            target-directory update",
    ),
    ("mv", "STZbfintuv", "backup interactive no-clobber suffix target-directory update"),
    (
        "xargs",
        "0EILPadeilnoprstx",
        "arg-file eof exit interactive max-chars open-tty process-slot-var show-limits",
    ),
    ("seq", "fsw", ""),
    (
        "env",
        "0CSiuv",
        "argv0 block-signal chdir debug default-signal ignore-environment ignore-signal null split-string unset",
    ),
];

/// Whether a real program has a letter.
pub(super) fn has_letter(program: &str, letter: char) -> bool {
    OPTIONS.iter().any(|(name, letters, _)| *name == program && letters.contains(letter))
}

/// Whether a real program has a long name.
pub(super) fn has_name(program: &str, name: &str) -> bool {
    let own = OPTIONS.iter().find(|(known, ..)| *known == program).map_or("", |(.., names)| names);
    ["help", "version"].contains(&name) || own.split_whitespace().any(|known| known == name)
}
