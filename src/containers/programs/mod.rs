//! Programs that containers of several images have, beside the text tools of every shell.

mod shell;
mod host;
mod lookup;
mod dig;
mod wget;
mod connect;
mod flock;
mod process;

pub(super) use shell::shell;

use super::images::Start;
use super::{World, network::Trouble};
use crate::shell::programs::brief;
use crate::shell::{Call, Io, programs};

/// The programs by name. An image has those that its family lists.
const ALL: &[(&str, Start)] = &[
    ("sh", shell),
    ("bash", shell),
    ("ash", shell),
    ("dash", shell),
    ("hostname", host::hostname),
    ("id", host::id),
    ("whoami", host::whoami),
    ("uname", host::uname),
    ("chown", host::nothing),
    ("sync", host::nothing),
    ("ps", process::ps),
    ("kill", process::kill),
    ("pkill", process::pkill),
    ("pgrep", process::pgrep),
    ("killall", process::killall),
    ("nslookup", lookup::nslookup),
    ("dig", dig::dig),
    ("host", dig::host),
    ("wget", wget::wget),
    ("nc", connect::nc),
    ("flock", flock::flock),
    ("ping", connect::ping),
];

/// A program that several images have, by its name.
pub(super) fn named(name: &str) -> Option<Start> {
    let own = ALL.iter().find(|(known, _)| *known == name).map(|(_, start)| *start);
    own.or_else(|| programs::names().any(|known| known == name).then_some(tool as Start))
}

/// One of the text tools that come with every shell.
fn tool(call: &Call) -> Box<dyn crate::shell::Program> {
    let name = call.name().to_owned();
    let argv = std::iter::once(name).chain(call.args().iter().cloned()).collect();
    programs::start(&Call { argv, ..call.clone() }).unwrap_or_else(|_| brief(call.clone(), |_, _| 127))
}

/// The world that a program runs in; `None` outside containers.
pub(super) fn world<'a>(io: &'a mut Io<'_>) -> Option<&'a mut World> {
    io.world::<World>()
}

/// What the sandbox has to say of a host that it cannot ask.
pub(super) fn hint(trouble: &Trouble, host: &str) -> Option<String> {
    match trouble {
        Trouble::Unknown(why) => Some(why.clone()),
        Trouble::Unresolved if host.contains('.') && !host.ends_with(super::dns::DOMAIN) => {
            let last = host.rsplit('.').next().unwrap_or_default();
            let is_outside = last.len() >= 2 && !matches!(last, "svc" | "local" | "default");
            is_outside.then(|| "the sandbox's containers have no network beyond the cluster".to_owned())
        }
        _ => None,
    }
}
