//! `dig` and `host`, as far as they look names of the cluster up.

use super::world;
use crate::containers::dns::SERVER;
use crate::containers::scene::Scene;
use crate::shell::programs::brief;
use crate::shell::{Call, Io, Program};

/// `dig [+short] [+search] [TYPE] NAME [TYPE]`.
pub(super) fn dig(call: &Call) -> Box<dyn Program> {
    brief(call.clone(), run_dig)
}

fn run_dig(call: &Call, io: &mut Io<'_>) -> i32 {
    let Some(world) = world(io) else { return 1 };
    let namespace = world.pod().map(|pod| pod.metadata.namespace.clone()).unwrap_or_default();
    let (mut kind, mut name, mut short, mut searches) = ("A".to_owned(), None, false, false);
    for arg in call.args() {
        match arg.to_ascii_uppercase().as_str() {
            "+SHORT" => short = true,
            "+SEARCH" => searches = true,
            known @ ("A" | "SRV" | "AAAA" | "ANY") => known.clone_into(&mut kind),
            _ if arg.starts_with(['+', '@', '-']) => {}
            _ => name = Some(arg.clone()),
        }
    }
    let Some(name) = name else {
        io.err("dig: a name is wanted\n");
        return 1;
    };
    let candidates = if searches {
        Scene::candidates(&name, &namespace)
    } else {
        vec![name.trim_end_matches('.').to_owned()]
    };
    let found = candidates.iter().find_map(|full| Some((full.clone(), records(&world.scene, full, &kind)?)));
    let (full, records) = found.unwrap_or((name.trim_end_matches('.').to_owned(), Vec::new()));
    if short {
        for (_, _, value) in &records {
            io.out(&format!("{value}\n"));
        }
        return 0;
    }
    let status = if records.is_empty() { "NXDOMAIN" } else { "NOERROR" };
    let mut text = format!(
        "\n; <<>> DiG <<>> {}\n;; global options: +cmd\n;; Got answer:\n;; ->>HEADER<<- opcode: QUERY, status: {status}\n\
         ;; flags: qr aa rd; QUERY: 1, ANSWER: {}, AUTHORITY: 0, ADDITIONAL: 0\n\n;; QUESTION SECTION:\n;{full}.\tIN\t{kind}\n",
        call.args().join(" "),
        records.len()
    );
    if !records.is_empty() {
        text.push_str("\n;; ANSWER SECTION:\n");
        for (owner, kind, value) in &records {
            text.push_str(&format!("{owner}.\t30\tIN\t{kind}\t{value}\n"));
        }
    }
    text.push_str(&format!("\n;; SERVER: {SERVER}#53({SERVER})\n"));
    io.out(&text);
    0
}

type Record = (String, String, String);

fn records(scene: &Scene, full: &str, kind: &str) -> Option<Vec<Record>> {
    if kind == "SRV" {
        let ports = scene.ports(full)?;
        let weight = 100 / ports.len().max(1);
        let one = |port: &crate::containers::dns::Srv| {
            (full.to_owned(), "SRV".to_owned(), format!("0 {weight} {} {}.", port.port, port.target))
        };
        return Some(ports.iter().map(one).collect());
    }
    let addresses = scene.addresses(full)?;
    Some(addresses.into_iter().map(|address| (full.to_owned(), "A".to_owned(), address)).collect())
}

/// `host NAME`.
pub(super) fn host(call: &Call) -> Box<dyn Program> {
    brief(call.clone(), |call, io| {
        let Some(world) = world(io) else { return 1 };
        let namespace = world.pod().map(|pod| pod.metadata.namespace.clone()).unwrap_or_default();
        let Some(name) = call.args().iter().find(|arg| !arg.starts_with('-')).cloned() else { return 1 };
        if let Some(found) = world.scene.resolve(&name, &namespace) {
            for address in &found.addresses {
                io.out(&format!("{} has address {address}\n", found.name));
            }
            0
        } else {
            io.out(&format!("Host {name} not found: 3(NXDOMAIN)\n"));
            1
        }
    })
}
