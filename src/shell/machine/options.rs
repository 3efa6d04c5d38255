//! What the shell may be told of itself: `set`. And what it cannot be told, although bash could.

use super::Machine;
use crate::shell::descriptors::Descriptors;
use crate::shell::io::Kernel;
pub(super) use crate::shell::syntax::NO_ARRAYS;

/// Options of `set -o` that are taken and have no effect.
const WITHOUT_EFFECT: &[&str] = &[
    "allexport",
    "emacs",
    "errexit",
    "errtrace",
    "functrace",
    "hashall",
    "histexpand",
    "history",
    "monitor",
    "noclobber",
    "noglob",
    "notify",
    "nounset",
    "physical",
    "posix",
    "verbose",
    "vi",
    "xtrace",
];

/// Commands of every POSIX shell that have no effect here.
const IGNORED: &[&str] = &["trap", "umask", "ulimit", "hash", "times"];
/// The same, which only bash has.
const IGNORED_OF_BASH: &[&str] = &["shopt", "enable", "bind", "complete", "disown"];
/// Commands that a POSIX shell has and this one has not.
const LACKING: &[&str] = &["getopts", "bg", "fg"];
/// The same, which only bash has.
const LACKING_OF_BASH: &[&str] =
    &["mapfile", "readarray", "pushd", "popd", "dirs", "builtin", "caller", "compgen", "fc", "suspend"];

/// What the sandbox says of a command that is the shell's own elsewhere, and the exit code.
pub(super) fn without(name: &str, is_bash: bool) -> Option<(String, i32)> {
    let is_one =
        |of_all: &[&str], of_bash: &[&str]| of_all.contains(&name) || (is_bash && of_bash.contains(&name));
    if is_one(IGNORED, IGNORED_OF_BASH) {
        return Some((format!("the sandbox's terminal takes no notice of {name}"), 0));
    }
    is_one(LACKING, LACKING_OF_BASH).then(|| (format!("the sandbox's terminal does not have {name}"), 1))
}

impl Machine {
    /// `set -- WORDS` sets the arguments, `set -o pipefail` what a pipeline's exit code is; other options are
    /// taken and have no effect.
    pub(super) fn set(&mut self, kernel: &mut Kernel<'_>, args: &[String], descriptors: &Descriptors) -> i32 {
        if args.is_empty() {
            for (name, variable) in &self.scope.variables {
                kernel.io(descriptors).out(&format!("{name}={}\n", variable.value));
            }
        }
        let mut ignored = Vec::new();
        let mut rest = args.iter();
        while let Some(arg) = rest.next() {
            let (is_on, letters) = match (arg.strip_prefix('-'), arg.strip_prefix('+')) {
                (Some("-"), _) => {
                    self.scope.arguments = rest.cloned().collect();
                    break;
                }
                (Some(letters), _) if !letters.is_empty() => (true, letters),
                (_, Some(letters)) if !letters.is_empty() => (false, letters),
                _ => {
                    self.scope.arguments = std::iter::once(arg).chain(rest).cloned().collect();
                    break;
                }
            };
            if letters != "o" {
                ignored.push(arg.replace('o', ""));
            }
            if letters.contains('o') {
                match rest.next().map(String::as_str) {
                    Some("pipefail") => self.scope.pipefail = is_on,
                    Some(name) if WITHOUT_EFFECT.contains(&name) => ignored.push(format!("-o {name}")),
                    Some(name) => {
                        let text = format!("{}: set: {name}: invalid option name\n", self.scope.name);
                        kernel.io(descriptors).err(&text);
                        return 2;
                    }
                    None => {}
                }
            }
        }
        if !ignored.is_empty() {
            let ignored = ignored.join(" ");
            let hint = format!("the sandbox's terminal takes no notice of set {ignored}");
            kernel.io(descriptors).hint(hint);
        }
        0
    }
}
