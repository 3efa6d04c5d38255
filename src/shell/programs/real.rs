//! Options that the real programs have and the sandbox's have not.
//!
//! As coreutils, grep, sed, findutils and util-linux of today have them.

/// A program's letters; those that the sandbox's program reads are not looked up.
const LETTERS: &[(&str, &str)] = &[
    ("cat", "AETbenstuv"),
    ("nl", "bdfhilnpsvw"),
    ("tee", "aip"),
    ("head", "cnqvz"),
    ("tail", "Fcfnqsvz"),
    ("uniq", "Dcdfisuwz"),
    ("wc", "Lclmw"),
    ("cut", "bcdfnsz"),
    ("tr", "cCdst"),
    ("sort", "CMRSTVbcdfghikmnorstuz"),
    ("tac", "brs"),
    ("column", "EHJLNORTVWcdehilnoprstx"),
    ("paste", "dsz"),
    ("grep", "0123456789ABCDEFGHILPRTUVZabcdefhilmnoqrsvwxyz"),
    ("egrep", "0123456789ABCDEFGHILPRTUVZabcdefhilmnoqrsvwxyz"),
    ("fgrep", "ABCDEFGHILPRTUVZabcdefhilmnoqrsvwxyz"),
    ("sed", "Eefilnrsuz"),
    ("awk", "FWvfebCcghILlMNnOoPprSstV"),
    ("gawk", "FvfebCcghILlMNnOoPprSstV"),
    ("date", "IRdfrsu"),
    ("ls", "1ABCDFGHILNQRSTUXZabcdfghiklmnopqrstuvwx"),
    ("rm", "Idfirv"),
    ("rmdir", "pv"),
    ("mkdir", "Zmpv"),
    ("touch", "acdfhmrt"),
    ("cp", "HLPRSTZabdfilnpstuvx"),
    ("mv", "STZbfintuv"),
    ("xargs", "0EILPadeilnoprstx"),
    ("seq", "fsw"),
    ("env", "0CSiuv"),
];

/// Long names of any of them.
const NAMES: &str = "help version batch-size buffer-size compress-program debug files0-from merge parallel \
    random-sort random-source temporary-directory zero-terminated all-repeated group output output-error \
    truncate-set1 before regex max-unchanged-stats pid retry sleep-interval json tree table-right \
    table-hide table-order table-truncate table-wrap binary binary-files byte-offset devices directories \
    exclude exclude-dir exclude-from group-separator initial-tab label no-group-separator null null-data \
    dereference follow-symlinks line-length posix sandbox iso-8601 reference \
    rfc-3339 rfc-email set author block-size classify full-time group-directories-first hide \
    ignore indicator-style inode kibibytes literal no-group numeric-uid-gid quote-name \
    si size sort time time-style width one-file-system preserve-root no-preserve-root interactive mode \
    no-create archive backup no-clobber preserve symbolic-link target-directory update suffix arg-file eof \
    exit max-chars open-tty process-slot-var show-limits chdir ignore-environment split-string unset \
    section-delimiter header-numbering footer-numbering join-blank-lines";

/// Whether a real program has a letter.
pub(super) fn has_letter(program: &str, letter: char) -> bool {
    LETTERS.iter().any(|(name, letters)| *name == program && letters.contains(letter))
}

/// Whether some real program has a long name.
pub(super) fn has_name(name: &str) -> bool {
    NAMES.split_whitespace().any(|known| known == name)
}
