//! nginx and images made of it: a web server for the files of a folder.
//!
//! Models nginx's official image and registry.k8s.io/nginx-slim as far as the documents look at them. Left
//! out: configuration files that people mount or change; reloading.

use super::families::tools;
use super::{Image, absent};
use crate::api::Timestamp;
use crate::containers::World;
use crate::containers::http::Request;
use crate::containers::serve::{Serving, Written, http_path, probed_between, serve};
use crate::shell::programs::date_text;
use crate::shell::web::Response;
use crate::shell::{Call, FileKind, Files, Program};
use crate::sim::Time;

/// Where its documents are.
const ROOT: &str = "/usr/share/nginx/html";

const WELCOME: &str = "<!DOCTYPE html>\n<html>\n<head>\n<title>Welcome to nginx!</title>\n<style>\nhtml { color-scheme: light dark; }\nbody { width: 35em; margin: 0 auto;\nfont-family: Tahoma, Verdana, Arial, sans-serif; }\n</style>\n</head>\n<body>\n<h1>Welcome to nginx!</h1>\n<p>If you see this page, the nginx web server is successfully installed and\nworking. Further configuration is required.</p>\n\n<p>For online documentation and support please refer to\n<a href=\"http://nginx.org/\">nginx.org</a>.<br/>\nCommercial support is available at\n<a href=\"http://nginx.com/\">nginx.com</a>.</p>\n\n<p><em>Thank you for using nginx.</em></p>\n</body>\n</html>\n";

const FAILED: &str = "<!DOCTYPE html>\n<html>\n<head>\n<title>Error</title>\n</head>\n<body>\n<h1>An error occurred.</h1>\n</body>\n</html>\n";

const FILES: &[(&str, &str)] = &[
    ("/usr/share/nginx/html/index.html", WELCOME),
    ("/usr/share/nginx/html/50x.html", FAILED),
    (
        "/etc/nginx/nginx.conf",
        "user  nginx;\nworker_processes  1;\n\nevents {\n    worker_connections  1024;\n}\n\nhttp {\n    include       /etc/nginx/conf.d/*.conf;\n}\n",
    ),
    (
        "/etc/nginx/conf.d/default.conf",
        "server {\n    listen       80;\n    server_name  localhost;\n\n    location / {\n        root   /usr/share/nginx/html;\n        index  index.html index.htm;\n    }\n}\n",
    ),
];

/// The official image.
pub(super) static NGINX: Image = Image {
    names: &["nginx", "nginx-unprivileged"],
    entrypoint: &["/docker-entrypoint.sh"],
    command: &["nginx", "-g", "daemon off;"],
    environment: &[("PKG_RELEASE", "1~bookworm")],
    users: &[(101, "nginx")],
    programs: &[("/docker-entrypoint.sh", server), ("/usr/sbin/nginx", server)],
    tools: tools!("/usr/bin": "curl"),
    files: FILES,
    folders: &["/var/log/nginx"],
    lacks: &["ps", "vi", "vim", "nano", "wget", "nslookup", "dig", "ping", "nc"],
    brings: Some(&[absent::DEBIAN, "nginx-debug envsubst gettext ngettext openssl njs"]),
    answer: Some(answer),
    ..Image::EMPTY
};

/// The small one of the tutorials.
pub(super) static NGINX_SLIM: Image = Image {
    names: &["nginx-slim"],
    entrypoint: &[],
    command: &["nginx", "-g", "daemon off;"],
    environment: &[],
    tools: tools!("/usr/bin": "curl" "ps" "pkill" "pgrep"),
    lacks: &["vi", "vim", "nano", "wget", "nslookup", "dig", "ping", "nc"],
    ..NGINX_IMAGE
};

/// What both have.
pub(super) const NGINX_IMAGE: Image = Image {
    users: &[(33, "www-data"), (101, "nginx")],
    programs: &[("/usr/sbin/nginx", server)],
    files: FILES,
    folders: &["/var/log/nginx"],
    answer: Some(answer),
    ..Image::EMPTY
};

static NGINX_SERVER: Serving = Serving {
    name: "nginx",
    pid: 7,
    words: |_, _| "nginx: master process nginx -g daemon off;".to_owned(),
    workers: &["nginx: worker process"],
    ports: |world, _| {
        let is_unprivileged =
            world.instance().is_some_and(|held| held.container.image.contains("unprivileged"));
        vec![if is_unprivileged { 8080 } else { 80 }]
    },
    start,
    goes_on,
    end,
    code: 0,
};

pub(super) fn server(call: &Call) -> Box<dyn Program> {
    // `nginx -s quit` and the like speak to the server that runs.
    if call.args().first().is_some_and(|arg| matches!(arg.as_str(), "-s" | "-v" | "-V" | "-t")) {
        return crate::shell::programs::brief(call.clone(), control);
    }
    serve(call, &NGINX_SERVER)
}

fn control(call: &Call, io: &mut crate::shell::Io<'_>) -> i32 {
    let Some(world) = io.world::<World>() else { return 1 };
    let version = version(world);
    match call.args().first().map(String::as_str) {
        Some("-t") => {
            io.err("nginx: the configuration file /etc/nginx/nginx.conf syntax is ok\nnginx: configuration file /etc/nginx/nginx.conf test is successful\n");
        }
        Some("-s") => {
            let ends = call.args().get(1).is_some_and(|word| matches!(word.as_str(), "quit" | "stop"));
            let here = world.here.clone();
            if let Some(held) = world.instance_mut().filter(|_| ends) {
                let masters: Vec<u32> =
                    held.processes.iter().filter(|p| p.words.contains("master")).map(|p| p.pid).collect();
                for pid in masters {
                    held.processes.kill(pid);
                }
                world.touched.insert(here);
            }
        }
        _ => io.err(&format!("nginx version: nginx/{version}\n")),
    }
    0
}

/// The version that a tag stands for.
fn version(world: &World) -> String {
    let Some(held) = world.instance() else { return String::new() };
    let (tag, is_slim) = (held.tag(), held.image.names.contains(&"nginx-slim"));
    if is_slim {
        return if tag.starts_with("0.2") { "1.23.2" } else { "1.9.5" }.to_owned();
    }
    let number = tag.split('-').next().unwrap_or_default();
    let dots = number.matches('.').count();
    match number.chars().next().is_some_and(|first| first.is_ascii_digit()) {
        true if dots == 1 && held.image.names.contains(&"nginx") => format!("{number}.0"),
        true if dots == 2 => number.to_owned(),
        _ => "1.29.4".to_owned(),
    }
}

fn is_official(world: &World) -> bool {
    world.instance().is_some_and(|held| !held.image.names.contains(&"nginx-slim"))
}

pub(super) fn seconds(at: Time) -> u64 {
    u64::try_from(Timestamp::at(at).unix_seconds()).unwrap_or_default()
}

/// A line of the error log.
fn notice(at: Time, pid: u32, text: &str) -> String {
    format!("{} [notice] {pid}#{pid}: {text}\n", date_text("%Y/%m/%d %H:%M:%S", seconds(at)))
}

fn start(world: &mut World, _: &Call, at: Time) -> (String, Option<i32>) {
    // nginx-slim logs its start to a file.
    if !is_official(world) {
        return (String::new(), None);
    }
    let mut text = String::new();
    let script = "/docker-entrypoint.sh";
    text.push_str(&format!(
        "{script}: /docker-entrypoint.d/ is not empty, will attempt to perform configuration\n"
    ));
    text.push_str(&format!("{script}: Looking for shell scripts in /docker-entrypoint.d/\n"));
    text.push_str(&format!("{script}: Launching /docker-entrypoint.d/10-listen-on-ipv6-by-default.sh\n"));
    text.push_str(
        "10-listen-on-ipv6-by-default.sh: info: Getting the checksum of /etc/nginx/conf.d/default.conf\n",
    );
    text.push_str(
        "10-listen-on-ipv6-by-default.sh: info: Enabled listen on IPv6 in /etc/nginx/conf.d/default.conf\n",
    );
    text.push_str(&format!("{script}: Launching /docker-entrypoint.d/20-envsubst-on-templates.sh\n"));
    text.push_str(&format!("{script}: Launching /docker-entrypoint.d/30-tune-worker-processes.sh\n"));
    text.push_str(&format!("{script}: Configuration complete; ready for start up\n"));
    text.push_str(&notice(at, 1, "using the \"epoll\" event method"));
    text.push_str(&notice(at, 1, &format!("nginx/{}", version(world))));
    text.push_str(&notice(at, 1, "start worker processes"));
    text.push_str(&notice(at, 1, "start worker process 29"));
    (text, None)
}

fn end(world: &World, at: Time) -> String {
    if !is_official(world) {
        return String::new();
    }
    let mut text = notice(at, 1, "signal 3 (SIGQUIT) received, shutting down");
    text.push_str(&notice(at, 29, "gracefully shutting down"));
    text.push_str(&notice(at, 29, "exit"));
    text + &notice(at, 1, "exit")
}

/// A page that says what went wrong.
fn page(world: &World, status: u16, title: &str) -> Response {
    let version = version(world);
    let body = format!(
        "<html>\r\n<head><title>{status} {title}</title></head>\r\n<body>\r\n<center><h1>{status} {title}</h1></center>\r\n\
         <hr><center>nginx/{version}</center>\r\n</body>\r\n</html>\r\n"
    );
    Response::of(status, "text/html", body)
}

/// The file that a path leads to, or what is wrong with it.
fn document(world: &World, path: &str) -> Result<String, (u16, &'static str, String)> {
    let file = crate::shell::files::resolve("/", &format!("{ROOT}{path}"));
    match Files::kind(world, &file) {
        Some(FileKind::Folder) => ["index.html", "index.htm"]
            .iter()
            .find_map(|index| Files::read(world, &format!("{file}/{index}")).ok())
            .ok_or_else(|| (403, "Forbidden", format!("directory index of \"{file}/\" is forbidden"))),
        Some(FileKind::File) => Ok(Files::read(world, &file).unwrap_or_default()),
        None => Err((404, "Not Found", format!("open() \"{file}\" failed (2: No such file or directory)"))),
    }
}

fn answer(world: &mut World, request: &Request) -> Response {
    let mut error = None;
    let response = match request.method.as_str() {
        "GET" | "HEAD" => match document(world, request.bare_path()) {
            Ok(body) => {
                let kind = match request.bare_path().rsplit_once('.') {
                    Some((_, "txt")) => "text/plain",
                    Some((_, "json")) => "application/json",
                    Some((_, "css")) => "text/css",
                    _ => "text/html",
                };
                Response::of(200, kind, body)
            }
            Err((status, title, why)) => {
                error = Some(why);
                page(world, status, title)
            }
        },
        _ => page(world, 405, "Not Allowed"),
    };
    finish(world, request, response, error.as_deref())
}

/// A line of the access log.
fn access(at: Time, client: &str, asked: &str, status: u16, bytes: usize, agent: &str) -> String {
    let date = date_text("%d/%b/%Y:%H:%M:%S +0000", seconds(at));
    format!("{client} - - [{date}] \"{asked} HTTP/1.1\" {status} {bytes} \"-\" \"{agent}\" \"-\"\n")
}

/// The kubelet's probes, which come from the node's end of the pod network.
fn goes_on(world: &World, _: &Call, from: Time, to: Time) -> Written {
    let port = world.instance().and_then(|held| held.ports.first().copied()).unwrap_or(80);
    let (probes, next) = probed_between(world, |probe| http_path(world, probe, port), from, to);
    let own = world.pod().map(|pod| pod.status.pod_ip.clone()).unwrap_or_default();
    let node = own.rsplit_once('.').map(|(network, _)| format!("{network}.1")).unwrap_or_default();
    let mut text = String::new();
    for (at, path) in probes {
        let (status, bytes) = match document(world, path.split('?').next().unwrap_or_default()) {
            Ok(body) => (200, body.len()),
            Err((status, title, _)) => (status, page(world, status, title).body.len()),
        };
        text.push_str(&access(at, &node, &format!("GET {path}"), status, bytes, "kube-probe/1.36"));
    }
    (text, next)
}

/// Adds the headers that every answer has, and writes the log.
pub(super) fn finish(
    world: &mut World,
    request: &Request,
    mut response: Response,
    error: Option<&str>,
) -> Response {
    let (at, version) = (world.at, version(world));
    let date = date_text("%a, %d %b %Y %H:%M:%S GMT", seconds(at));
    let length = response.body.len();
    response.headers.insert(0, ("Server", format!("nginx/{version}")));
    response.headers.insert(1, ("Date", date));
    response.headers.push(("Content-Length", length.to_string()));
    response.headers.push(("Connection", "keep-alive".to_owned()));
    let Request { client, method, path, host, agent, .. } = request;
    let mut lines = String::new();
    if let Some(why) = error {
        lines.push_str(&format!(
            "{} [error] 29#29: *1 {why}, client: {client}, server: localhost, request: \"{method} {path} HTTP/1.1\", host: \"{host}\"\n",
            date_text("%Y/%m/%d %H:%M:%S", seconds(at)),
        ));
    }
    lines.push_str(&access(at, client, &format!("{method} {path}"), response.status, length, agent));
    // Probes are written down when their time comes (`goes_on`).
    if !agent.starts_with("kube-probe") {
        world.write_log(at, &lines);
    }
    if request.method == "HEAD" {
        response.body.clear();
    }
    response
}
