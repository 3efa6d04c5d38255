//! nginxdemos/hello: a server that tells who has answered.
//!
//! Models the image with its tag `plain-text` as far as the documents look at it. Left out: the look of its
//! page.

use super::Image;
use super::families::{BUSYBOX as ALPINE_TOOLS, tools};
use super::nginx::{NGINX_IMAGE, finish, seconds, server};
use crate::containers::World;
use crate::containers::http::Request;
use crate::shell::programs::date_text;
use crate::shell::web::Response;

/// nginxdemos/hello, which tells who has answered.
pub(super) static HELLO: Image = Image {
    names: &["hello", "nginx-hello"],
    family: &ALPINE_TOOLS,
    entrypoint: &["/docker-entrypoint.sh"],
    command: &["nginx", "-g", "daemon off;"],
    programs: &[("/docker-entrypoint.sh", server), ("/usr/sbin/nginx", server)],
    tools: tools!("/usr/bin": "curl"),
    lacks: &["bash"],
    answer: Some(hello),
    ..NGINX_IMAGE
};

/// Tells who has answered: as text with the tag `plain-text`, as a page of ours otherwise.
fn hello(world: &mut World, request: &Request) -> Response {
    let Some(pod) = world.pod().cloned() else { return Response::default() };
    let is_text = world.instance().is_some_and(|held| held.tag().contains("plain-text"));
    let (address, name) = (&pod.status.pod_ip, &pod.metadata.name);
    let date = date_text("%d/%b/%Y:%H:%M:%S +0000", seconds(world.at));
    let facts = [
        ("Server address", format!("{address}:{}", request.port)),
        ("Server name", name.clone()),
        ("Date", date),
        ("URI", request.path.clone()),
    ];
    let response = if is_text {
        let lines: Vec<String> = facts.iter().map(|(what, value)| format!("{what}: {value}\n")).collect();
        Response::of(200, "text/plain", lines.concat())
    } else {
        let line =
            |(what, value): &(&str, String)| format!("<p><span>{what}:</span> <span>{value}</span></p>\n");
        let lines = facts.iter().map(line).collect::<Vec<_>>().concat();
        let body = format!(
            "<!DOCTYPE html>\n<html>\n<head>\n<title>Hello World</title>\n</head>\n<body>\n{lines}</body>\n</html>\n"
        );
        Response::of(200, "text/html", body)
    };
    finish(world, request, response, None)
}
