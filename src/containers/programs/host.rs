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

/// `id`: `-u`, `-g`, `-G`, and their names with `-n`.
pub(super) fn id(call: &Call) -> Box<dyn Program> {
    brief(call.clone(), |call, io| {
        let Some(held) = world(io).and_then(|world| world.instance()) else { return 1 };
        let name = |id: u32| held.user_name(id).map(str::to_owned);
        let both = |id: u32| name(id).map_or_else(|| id.to_string(), |name| format!("{id}({name})"));
        let is_busybox = held.image.family.shows_folder;
        let (user, group, mut groups) = (held.user(), held.group(), held.groups());
        if !is_busybox {
            // That of the GNU tools names the first group first.
            groups.retain(|other| *other != group);
            groups.insert(0, group);
        }
        let flags: String = call.args().iter().map(|arg| arg.trim_start_matches('-')).collect();
        let (kind, ids) = match flags.chars().find(|flag| matches!(flag, 'u' | 'g' | 'G')) {
            Some('u') => ("user", vec![user]),
            Some('g') => ("group", vec![group]),
            Some(_) => ("group", groups),
            None => {
                let groups: Vec<String> = groups.into_iter().map(both).collect();
                let text = format!("uid={} gid={} groups={}\n", both(user), both(group), groups.join(","));
                io.out(&text);
                return 0;
            }
        };
        let wants_names = flags.contains('n');
        let nameless: Vec<u32> =
            ids.iter().copied().filter(|id| wants_names && name(*id).is_none()).collect();
        let shown = |id: &u32| name(*id).filter(|_| wants_names).unwrap_or_else(|| id.to_string());
        let text = ids.iter().map(shown).collect::<Vec<_>>().join(" ") + "\n";
        for id in &nameless {
            let unknown = format!("id: unknown ID {id}\n");
            io.err(&if is_busybox { unknown } else { format!("id: cannot find name for {kind} ID {id}\n") });
        }
        io.out(&text);
        i32::from(!nameless.is_empty())
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
        let node = world.scene.nodes.iter().find(|node| node.metadata.name == pod.spec.node_name);
        let facts = node.and_then(|node| serde_json::to_value(node.status.extra.get("nodeInfo")?).ok());
        let release = facts.and_then(|facts| facts.get("kernelVersion")?.as_str().map(str::to_owned));
        let release = release.unwrap_or_default();
        let text = match call.args().first().map(String::as_str) {
            Some("-a") => format!("Linux {host} {release} #1 SMP x86_64 GNU/Linux"),
            Some("-n") => host,
            Some("-r") => release,
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
