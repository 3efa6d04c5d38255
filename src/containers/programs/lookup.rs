//! `nslookup`, as `BusyBox` and BIND print it.

use super::world;
use crate::containers::dns::{Found, SERVER, SERVER_NAME, is_address};
use crate::containers::images::Lookup;
use crate::containers::scene::Scene;
use crate::shell::programs::brief;
use crate::shell::{Call, Io, Program};

/// `nslookup [-type=TYPE] NAME [SERVER]`.
pub(super) fn nslookup(call: &Call) -> Box<dyn Program> {
    brief(call.clone(), run)
}

fn run(call: &Call, io: &mut Io<'_>) -> i32 {
    let Some(world) = world(io) else { return 1 };
    let Some((style, tag)) = world.instance().map(|held| (held.image.lookup, held.tag().to_owned())) else {
        return 1;
    };
    let namespace = world.pod().map(|pod| pod.metadata.namespace.clone()).unwrap_or_default();
    let mut kind = "a".to_owned();
    let mut names = Vec::new();
    for arg in call.args() {
        match arg.strip_prefix("--").or_else(|| arg.strip_prefix('-')) {
            Some(flag) => {
                let (name, value) = flag.split_once('=').unwrap_or((flag, ""));
                if matches!(name, "type" | "query" | "q" | "querytype") {
                    kind = value.to_ascii_lowercase();
                }
            }
            None => names.push(arg.clone()),
        }
    }
    let is_old = style == Lookup::BusyBox && is_old_busybox(&tag);
    let Some(name) = names.first().filter(|_| !is_old || kind == "a") else {
        io.err("Usage: nslookup [HOST] [SERVER]\n\nQuery the nameserver for the IP address of the given HOST\noptionally using a specified DNS server\n");
        return 1;
    };
    let scene = &world.scene;
    let answer = match (kind.as_str(), is_old) {
        ("srv", _) => srv(scene, name, &namespace, style),
        ("ptr", _) => ptr(scene, name),
        (_, true) => old(scene, name, &namespace),
        _ if is_address(name) => ptr(scene, name),
        _ => addresses(scene, name, &namespace, style),
    };
    io.out(&answer.out);
    io.err(&answer.err);
    if let Some(hint) = answer.hint {
        io.hint(hint);
    }
    answer.exit
}

#[derive(Default)]
struct Answer {
    out: String,
    err: String,
    exit: i32,
    hint: Option<String>,
}

/// Before 1.29 `BusyBox` asked the C library, and printed it in a way of its own.
fn is_old_busybox(tag: &str) -> bool {
    let mut numbers = tag.split(['.', '-']).map(str::parse::<u32>);
    matches!((numbers.next(), numbers.next()), (Some(Ok(1)), Some(Ok(minor))) if minor < 29)
}

/// `BusyBox` 1.28 and older.
fn old(scene: &Scene, name: &str, namespace: &str) -> Answer {
    let mut out = format!("Server:    {SERVER}\nAddress 1: {SERVER} {SERVER_NAME}\n\n");
    let found = if is_address(name) {
        Some(Found { name: name.to_owned(), addresses: vec![name.to_owned()] })
    } else {
        scene.resolve(name, namespace)
    };
    let Some(found) = found else {
        return Answer { out, err: format!("nslookup: can't resolve '{name}'\n"), exit: 1, hint: None };
    };
    out.push_str(&format!("Name:      {name}\n"));
    for (index, address) in (1..).zip(&found.addresses) {
        let known = scene.name_of(address).map(|known| format!(" {known}")).unwrap_or_default();
        out.push_str(&format!("Address {index}: {address}{known}\n"));
    }
    Answer { out, ..Answer::default() }
}

fn server(style: Lookup) -> String {
    match style {
        Lookup::BusyBox => format!("Server:\t\t{SERVER}\nAddress:\t{SERVER}:53\n\n"),
        Lookup::Bind => format!("Server:\t\t{SERVER}\nAddress:\t{SERVER}#53\n\n"),
    }
}

/// `BusyBox` since 1.29, and BIND.
fn addresses(scene: &Scene, name: &str, namespace: &str, style: Lookup) -> Answer {
    let mut out = server(style);
    match scene.resolve(name, namespace) {
        None => {
            out.push_str(&format!("** server can't find {name}: NXDOMAIN\n\n"));
            Answer { out, exit: 1, ..Answer::default() }
        }
        Some(found) => {
            for address in &found.addresses {
                out.push_str(&format!("Name:\t{}\nAddress: {address}\n", found.name));
            }
            out.push('\n');
            let is_short = style == Lookup::BusyBox && found.name != name;
            let hint = is_short.then(|| {
                "a real nslookup of this BusyBox also complains about the other search domains; busybox:1.28 does not"
                    .to_owned()
            });
            Answer { out, hint, ..Answer::default() }
        }
    }
}

fn srv(scene: &Scene, name: &str, namespace: &str, style: Lookup) -> Answer {
    let mut out = server(style);
    let found =
        Scene::candidates(name, namespace).into_iter().find_map(|full| Some((scene.ports(&full)?, full)));
    let Some((records, full)) = found else {
        out.push_str(&format!("** server can't find {name}: NXDOMAIN\n\n"));
        return Answer { out, exit: 1, ..Answer::default() };
    };
    // Each has an equal part of a hundred.
    let weight = 100 / records.len().max(1);
    for record in &records {
        let dot = if style == Lookup::Bind { "." } else { "" };
        out.push_str(&format!("{full}\tservice = 0 {weight} {} {}{dot}\n", record.port, record.target));
    }
    out.push('\n');
    Answer { out, ..Answer::default() }
}

fn ptr(scene: &Scene, address: &str) -> Answer {
    let mut out = server(Lookup::Bind);
    let reversed: Vec<&str> = address.split('.').rev().collect();
    let asked = format!("{}.in-addr.arpa", reversed.join("."));
    if let Some(name) = scene.name_of(address) {
        out.push_str(&format!("{asked}\tname = {name}\n\n"));
    } else {
        out.push_str(&format!("** server can't find {asked}: NXDOMAIN\n\n"));
        return Answer { out, exit: 1, ..Answer::default() };
    }
    Answer { out, ..Answer::default() }
}
