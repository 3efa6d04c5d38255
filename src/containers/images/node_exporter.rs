//! prom/node-exporter: figures of a node for Prometheus.
//!
//! Left out: most figures; those here are what the cluster itself knows of the node.

use super::Image;
use super::families::BUSYBOX as TOOLS;
use crate::api::Timestamp;
use crate::api::quantity::Quantity;
use crate::containers::World;
use crate::containers::http::Request;
use crate::containers::serve::{Serving, ends_quietly, is_quiet, serve};
use crate::shell::web::Response;
use crate::shell::{Call, Program};
use crate::sim::Time;

/// The image.
pub(super) static IMAGE: Image = Image {
    names: &["node-exporter", "node_exporter"],
    family: &TOOLS,
    entrypoint: &["/bin/node_exporter"],
    users: &[(65534, "nobody")],
    user: 65534,
    programs: &[("/bin/node_exporter", server)],
    lacks: &["bash", "curl"],
    answer: Some(answer),
    ..Image::EMPTY
};

static SERVER: Serving = Serving {
    name: "node_exporter",
    pid: 7,
    words: |_, call| call.argv.join(" "),
    workers: &[],
    ports: |_, _| vec![9100],
    start,
    goes_on: is_quiet,
    end: ends_quietly,
    code: 2,
};

fn server(call: &Call) -> Box<dyn Program> {
    serve(call, &SERVER)
}

fn version(world: &World) -> String {
    let tag = world.instance().map_or("", |held| held.tag());
    let number = tag.trim_start_matches('v');
    let is_number = number.chars().next().is_some_and(|first| first.is_ascii_digit());
    if is_number { number.to_owned() } else { "1.10.2".to_owned() }
}

fn start(world: &mut World, _: &Call, at: Time) -> (String, Option<i32>) {
    let (at, version) = (Timestamp::at(at), version(world));
    let text = format!(
        "time=\"{at}\" level=info msg=\"Starting node_exporter (version={version})\" source=\"node_exporter.go:142\"\n\
         time=\"{at}\" level=info msg=\"Listening on :9100\" source=\"node_exporter.go:186\"\n"
    );
    (text, None)
}

fn answer(world: &mut World, request: &Request) -> Response {
    if request.bare_path() != "/metrics" {
        let body = "<html>\n<head><title>Node Exporter</title></head>\n<body>\n<h1>Node Exporter</h1>\n<p><a href=\"/metrics\">Metrics</a></p>\n</body>\n</html>\n";
        return Response::of(200, "text/html", body);
    }
    let name = world.pod().map(|pod| pod.spec.node_name.clone()).unwrap_or_default();
    let node = world.scene.nodes.iter().find(|node| node.metadata.name == name);
    let memory = node.and_then(|node| Quantity::parse(node.status.capacity.get("memory")?).ok());
    let memory = memory.map_or(0, |memory| memory.value());
    let version = version(world);
    let body = format!(
        "# HELP node_exporter_build_info A metric with a constant '1' value labeled by version.\n# TYPE node_exporter_build_info gauge\n\
         node_exporter_build_info{{version=\"{version}\"}} 1\n\
         # HELP node_memory_MemTotal Memory information field MemTotal.\n# TYPE node_memory_MemTotal gauge\nnode_memory_MemTotal {memory}\n\
         # HELP node_time System time in seconds since epoch (1970).\n# TYPE node_time counter\nnode_time {}\n\
         # HELP node_uname_info Labeled system information as provided by the uname system call.\n# TYPE node_uname_info gauge\n\
         node_uname_info{{nodename=\"{name}\",sysname=\"Linux\"}} 1\n",
        Timestamp::at(world.at).unix_seconds()
    );
    Response::of(200, "text/plain; version=0.0.4", body)
}
