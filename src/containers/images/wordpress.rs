//! wordpress: its page for the installation, as long as its database answers.
//!
//! Left out: everything behind the installation.

use super::Image;
use super::families::tools;
use crate::api::Timestamp;
use crate::containers::World;
use crate::containers::http::Request;
use crate::containers::serve::{Serving, is_quiet, serve};
use crate::shell::programs::date_text;
use crate::shell::web::Response;
use crate::shell::{Call, FileKind, Files, Program};
use crate::sim::Time;

/// Where its files are.
const ROOT: &str = "/var/www/html";

/// The image.
pub(super) static IMAGE: Image = Image {
    names: &["wordpress"],
    entrypoint: &["docker-entrypoint.sh"],
    command: &["apache2-foreground"],
    folder: ROOT,
    users: &[(33, "www-data")],
    programs: &[
        ("/usr/local/bin/docker-entrypoint.sh", server),
        ("/usr/local/bin/apache2-foreground", server),
    ],
    tools: tools!("/usr/bin": "curl"),
    folders: &[ROOT],
    lacks: &["ps", "vi", "wget", "nslookup", "ping", "mysql"],
    answer: Some(answer),
    ..Image::EMPTY
};

static SERVER: Serving = Serving {
    name: "apache2",
    pid: 7,
    words: |_, _| "apache2 -DFOREGROUND".to_owned(),
    workers: &["apache2 -DFOREGROUND"],
    ports: |_, _| vec![80],
    start,
    goes_on: is_quiet,
    end: |_, at| notice(at, "mpm_prefork", "AH00170: caught SIGWINCH, shutting down gracefully"),
    code: 0,
};

fn server(call: &Call) -> Box<dyn Program> {
    serve(call, &SERVER)
}

fn seconds(at: Time) -> u64 {
    u64::try_from(Timestamp::at(at).unix_seconds()).unwrap_or_default()
}

fn notice(at: Time, module: &str, text: &str) -> String {
    let date = date_text("%a %b %d %H:%M:%S", seconds(at));
    let year = date_text("%Y", seconds(at));
    format!("[{date}.{:03}000 {year}] [{module}:notice] [pid 1] {text}\n", at.ms() % 1_000)
}

fn start(world: &mut World, _: &Call, at: Time) -> (String, Option<i32>) {
    let mut text = String::new();
    if Files::kind(world, &format!("{ROOT}/index.php")) != Some(FileKind::File) {
        text.push_str(&format!("WordPress not found in {ROOT} - copying now...\n"));
        for folder in ["wp-admin", "wp-content", "wp-includes"] {
            Files::make_folder(world, &format!("{ROOT}/{folder}")).unwrap_or_default();
        }
        for file in ["index.php", "wp-login.php", "wp-settings.php", "wp-config.php", "wp-admin/install.php"]
        {
            Files::write(world, &format!("{ROOT}/{file}"), "<?php\n").unwrap_or_default();
        }
        text.push_str(&format!("Complete! WordPress has been successfully copied to {ROOT}\n"));
    }
    let address = world.pod().map(|pod| pod.status.pod_ip.clone()).unwrap_or_default();
    text.push_str(&format!(
        "AH00558: apache2: Could not reliably determine the server's fully qualified domain name, using {address}. Set the 'ServerName' directive globally to suppress this message\n"
    ));
    text.push_str(&notice(
        at,
        "mpm_prefork",
        "AH00163: Apache/2.4.57 (Debian) PHP/8.2.8 configured -- resuming normal operations",
    ));
    text.push_str(&notice(at, "core", "AH00094: Command line: 'apache2 -D FOREGROUND'"));
    (text, None)
}

/// Whether its database answers.
fn has_database(world: &mut World) -> bool {
    let host = world.instance().and_then(|held| held.environment.get("WORDPRESS_DB_HOST")).cloned();
    let host = host.unwrap_or_else(|| "mysql".to_owned());
    let (host, port) = host.split_once(':').unwrap_or((&host, "3306"));
    let port = port.parse().unwrap_or(3306);
    world.reach(host, port).is_ok()
}

fn answer(world: &mut World, request: &Request) -> Response {
    let html = "text/html; charset=UTF-8";
    let response = if !has_database(world) {
        Response::of(
            500,
            html,
            "<!DOCTYPE html>\n<html lang=\"en-US\">\n<head>\n<title>Database Error</title>\n</head>\n<body id=\"error-page\">\n<div class=\"wp-die-message\"><h1>Error establishing a database connection</h1></div>\n</body>\n</html>\n",
        )
    } else if request.bare_path() == "/wp-admin/install.php" {
        Response::of(
            200,
            html,
            "<!DOCTYPE html>\n<html lang=\"en-US\" xml:lang=\"en-US\">\n<head>\n<title>WordPress &rsaquo; Installation</title>\n</head>\n<body class=\"wp-core-ui language-chooser\">\n<p id=\"logo\">WordPress</p>\n<form id=\"setup\" method=\"post\" action=\"?step=1\"><label for=\"language\">Select a default language</label></form>\n</body>\n</html>\n",
        )
    } else {
        let mut away = Response::of(302, html, "");
        away.headers.push(("Location", format!("http://{}/wp-admin/install.php", request.host)));
        away
    };
    let at = world.at;
    let Request { client, method, path, agent, .. } = request;
    let line = format!(
        "{client} - - [{}] \"{method} {path} HTTP/1.1\" {} {} \"-\" \"{agent}\"\n",
        date_text("%d/%b/%Y:%H:%M:%S +0000", seconds(at)),
        response.status,
        response.body.len() + 250
    );
    if !agent.starts_with("kube-probe") {
        world.write_log(at, &line);
    }
    response
}
