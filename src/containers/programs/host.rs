//! `hostname`, `id`, `whoami`, `uname`.

use super::world;
use crate::containers::environment;
use crate::shell::programs::brief;
use crate::shell::{Call, Io, Program};

/// `hostname`: `-f`, `-s`, `-i`, `-d`.
pub(super) fn hostname(call: &Call) -> Box<dyn Program> {
    brief(call.clone(), |call, io| {
        let Some(world) = world(io) else { return 1 };
        let Some(pod) = world.pod().cloned() else { return 1 };
        let (short, full) =
            (environment::hostname(&world.scene, &pod), environment::full_hostname(&world.scene, &pod));
        let domain = full.split_once('.').map_or("", |(_, domain)| domain);
        let text = match call.args().first().map(String::as_str) {
            None | Some("-s" | "--short") => short,
            Some("-f" | "--fqdn" | "--long") => full,
            Some("-d" | "--domain") if domain.is_empty() => return 0,
            Some("-d" | "--domain") => domain.to_owned(),
            Some("-i" | "-I" | "--ip-address" | "--all-ip-addresses") => pod.status.pod_ip.clone(),
            Some(_) => {
                io.err("hostname: you must be root to change the host name\n");
                return 1;
            }
        };
        io.out(&format!("{text}\n"));
        0
    })
}

/// `id`: `-u`, `-g`, `-un`.
pub(super) fn id(call: &Call) -> Box<dyn Program> {
    brief(call.clone(), |call, io| {
        let Some(held) = world(io).and_then(|world| world.instance()) else { return 1 };
        let user = held.user();
        let group = held.fs_group();
        let named =
            |id: u32| held.user_name(id).map_or_else(|| id.to_string(), |name| format!("{id}({name})"));
        let flags: String = call.args().concat();
        let primary = if user == 0 || held.user_name(user).is_some() { user } else { 0 };
        let text = match (flags.contains('u'), flags.contains('g'), flags.contains('n')) {
            (true, _, true) => held.user_name(user).map_or_else(|| user.to_string(), str::to_owned),
            (true, ..) => user.to_string(),
            (_, true, _) => primary.to_string(),
            _ => {
                let groups = match group.filter(|group| *group != primary) {
                    Some(group) => format!("{},{}", named(primary), named(group)),
                    None => named(primary),
                };
                format!("uid={} gid={} groups={groups}", named(user), named(primary))
            }
        };
        io.out(&format!("{text}\n"));
        0
    })
}

/// `whoami`.
pub(super) fn whoami(call: &Call) -> Box<dyn Program> {
    brief(call.clone(), |_, io| {
        let Some(held) = world(io).and_then(|world| world.instance()) else { return 1 };
        let user = held.user();
        if let Some(name) = held.user_name(user) {
            io.out(&format!("{name}\n"));
            0
        } else {
            io.err(&format!("whoami: cannot find name for user ID {user}\n"));
            1
        }
    })
}

/// `uname`: `-a`, `-n`, `-r`, `-m`.
pub(super) fn uname(call: &Call) -> Box<dyn Program> {
    brief(call.clone(), |call, io| {
        let Some(world) = world(io) else { return 1 };
        let Some(pod) = world.pod().cloned() else { return 1 };
        let host = environment::hostname(&world.scene, &pod);
        let release = "6.12.0";
        let text = match call.args().first().map(String::as_str) {
            Some("-a") => format!("Linux {host} {release} #1 SMP x86_64 GNU/Linux"),
            Some("-n") => host,
            Some("-r") => release.to_owned(),
            Some("-m") => "x86_64".to_owned(),
            _ => "Linux".to_owned(),
        };
        io.out(&format!("{text}\n"));
        0
    })
}

/// What has no effect here.
pub(super) fn nothing(call: &Call) -> Box<dyn Program> {
    brief(call.clone(), |_: &Call, _: &mut Io<'_>| 0)
}
