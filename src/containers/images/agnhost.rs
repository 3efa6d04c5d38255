//! agnhost and `serve_hostname`: servers that tell their host's name, for trying Services out.
//!
//! Models `serve-hostname` and `netexec` of test/images/agnhost, Kubernetes v1.36, as far as the documents
//! look at them. Left out: all its other commands; `netexec`'s `/shell`, `/dial`, `/upload`; UDP.

use super::families::BUSYBOX as TOOLS;
use super::{Image, Lookup};
use crate::api::Timestamp;
use crate::api::pod::Container;
use crate::containers::World;
use crate::containers::environment::hostname;
use crate::containers::http::Request;
use crate::containers::serve::{Serving, ends_quietly, is_quiet, serve};
use crate::shell::web::Response;
use crate::shell::{Call, Program};
use crate::sim::Time;

/// agnhost, which does one of many things.
pub(super) static IMAGE: Image = Image {
    names: &["agnhost"],
    family: &TOOLS,
    entrypoint: &["/agnhost"],
    command: &["pause"],
    programs: &[("/agnhost", server)],
    tools: super::families::tools!("/usr/bin": "curl" "dig" "host"),
    lookup: Lookup::Bind,
    does: Some(does),
    answer: Some(answer),
    ..Image::EMPTY
};

/// Its forerunner, which only tells its name.
pub(super) static SERVE_HOSTNAME: Image = Image {
    names: &["serve_hostname", "serve-hostname"],
    family: &TOOLS,
    entrypoint: &["/serve_hostname"],
    programs: &[("/serve_hostname", server)],
    answer: Some(answer),
    ..Image::EMPTY
};

static SERVER: Serving = Serving {
    name: "agnhost",
    pid: 7,
    words: |_, call| call.argv.join(" "),
    workers: &[],
    ports: |_, call| ports(&call.argv),
    start,
    goes_on: is_quiet,
    end: ends_quietly,
    code: 2,
};

fn server(call: &Call) -> Box<dyn Program> {
    serve(call, &SERVER)
}

/// What it is told to do.
fn job(words: &[String]) -> &str {
    let first = words.first().map(String::as_str).unwrap_or_default();
    if first.ends_with("/serve_hostname") {
        return "serve-hostname";
    }
    words.get(1).map_or("pause", String::as_str)
}

/// Whether a container of it does what is modelled.
fn does(container: &Container) -> bool {
    let own = container.command.is_empty().then(|| "/agnhost".to_owned());
    let words = own.into_iter().chain(container.command.iter().cloned());
    let words: Vec<String> = words.chain(container.args().map(str::to_owned)).collect();
    matches!(job(&words), "serve-hostname" | "netexec" | "pause")
}

/// The value of a flag, as Go's programs take it.
fn flag(words: &[String], name: &str) -> Option<i64> {
    let mut rest = words.iter();
    while let Some(word) = rest.next() {
        let Some(flag) = word.strip_prefix("--").or_else(|| word.strip_prefix('-')) else { continue };
        match flag.split_once('=') {
            Some((known, value)) if known == name => return value.parse().ok(),
            None if flag == name => return rest.next()?.parse().ok(),
            _ => {}
        }
    }
    None
}

fn ports(words: &[String]) -> Vec<i64> {
    match job(words) {
        "serve-hostname" => vec![flag(words, "port").unwrap_or(9376)],
        "netexec" => vec![flag(words, "http-port").unwrap_or(8080)],
        _ => Vec::new(),
    }
}

/// A time as Go's log has it.
fn stamp(at: Time) -> String {
    Timestamp::at(at).to_string().replace('-', "/").replace('T', " ").replace('Z', "")
}

fn start(_: &mut World, call: &Call, at: Time) -> (String, Option<i32>) {
    let port = ports(&call.argv).first().copied().unwrap_or_default();
    let text = match job(&call.argv) {
        "serve-hostname" => format!("{} Serving on port {port}.\n", stamp(at)),
        "netexec" => format!("{} Started HTTP server on port {port}\n", stamp(at)),
        _ => String::new(),
    };
    (text, None)
}

fn answer(world: &mut World, request: &Request) -> Response {
    let Some(held) = world.instance() else { return Response::default() };
    let is_plain = job(&held.argv) == "serve-hostname";
    let name = hostname(&world.scene, &held.pod);
    // Who asks has a port of its own, which grows with each connection.
    let client = format!("{}:{}", request.client, 40_000 + world.next_request() % 20_000);
    let path = request.bare_path();
    let line = if is_plain { format!("HTTP request from {client}") } else { format!("GET {path}") };
    world.write_log(world.at, &format!("{} {line}\n", stamp(world.at)));
    let body = match path {
        _ if is_plain => name,
        "/" => now(world),
        "/hostname" | "/hostName" => name,
        "/clientip" => client,
        "/echo" => {
            let query = request.path.split_once('?').map_or("", |(_, query)| query);
            let message = query.split('&').find_map(|part| part.strip_prefix("msg="));
            message.unwrap_or_default().to_owned()
        }
        "/healthz" | "/readyz" => String::new(),
        _ => return Response::of(404, "text/plain; charset=utf-8", "404 page not found\n".to_owned()),
    };
    Response::of(200, "text/plain; charset=utf-8", body)
}

/// The time, as Go prints it with its clock since the program's start.
fn now(world: &World) -> String {
    let time = Timestamp::at(world.at).to_string().replace('T', " ").replace('Z', "");
    let ran = world.place_here().map_or(0, |place| (world.at - place.started).seconds());
    format!("NOW: {time} +0000 UTC m=+{ran}.000000000")
}
