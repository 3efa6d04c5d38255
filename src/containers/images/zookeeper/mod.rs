//! kubernetes-zookeeper: `ZooKeeper` with the scripts of the tutorials.
//!
//! Models the image k8s.gcr.io/kubernetes-zookeeper (its scripts `start-zookeeper`, `zookeeper-ready`, and
//! the older `zkGenConfig.sh` and `zkOk.sh`) with `ZooKeeper` 3.4. Left out: snapshots, observers, access
//! control lists.
//!
//! - `config`: the files that the scripts write. `server`: the process and what it writes. `ensemble`: who
//!   is up, and the data that a quorum agrees on. `nodes`: that data. `client`: `zkCli.sh`.

mod config;
mod server;
mod ensemble;
mod nodes;
mod client;

pub(super) use ensemble::{read, write};

use super::Image;
use super::families::tools;

const READY: &str = "#!/usr/bin/env bash\n# Asks the server on this host whether it is there: its port is the argument.\nOK=$(echo ruok | nc 127.0.0.1 $1)\nif [ \"$OK\" == \"imok\" ]; then\n  exit 0\nelse\n  exit 1\nfi\n";
const METRICS: &str = "#!/usr/bin/env bash\n# Asks the server on this host for its figures.\necho mntr | nc localhost ${1:-2181}\n";

/// The image.
pub(super) static IMAGE: Image = Image {
    names: &["kubernetes-zookeeper", "k8szk", "zookeeper"],
    command: &["start-zookeeper"],
    users: &[(1000, "zookeeper")],
    programs: &[
        ("/opt/zookeeper/bin/start-zookeeper", server::start_zookeeper),
        ("/opt/zookeeper/bin/zkServer.sh", server::zk_server),
        ("/opt/zookeeper/bin/zkGenConfig.sh", config::generate),
        ("/opt/zookeeper/bin/zookeeper-ready", server::ready),
        ("/opt/zookeeper/bin/zkOk.sh", server::ready),
        ("/opt/zookeeper/bin/zkMetrics.sh", server::metrics),
        ("/opt/zookeeper/bin/zookeeper-metrics", server::metrics),
        ("/opt/zookeeper/bin/zkCli.sh", client::client),
    ],
    tools: tools!("/usr/bin": "ps" "pkill" "pgrep" "nc"),
    files: &[
        ("/opt/zookeeper/bin/zookeeper-ready", READY),
        ("/opt/zookeeper/bin/zkOk.sh", READY),
        ("/opt/zookeeper/bin/zkMetrics.sh", METRICS),
        (
            "/opt/zookeeper/conf/zoo_sample.cfg",
            "tickTime=2000\ninitLimit=10\nsyncLimit=5\ndataDir=/tmp/zookeeper\nclientPort=2181\n",
        ),
    ],
    folders: &["/opt/zookeeper/conf", "/var/lib/zookeeper", "/var/log/zookeeper", "/usr/etc"],
    links: &[
        ("/usr/etc/zookeeper", "/opt/zookeeper/conf"),
        ("/usr/bin/start-zookeeper", "/opt/zookeeper/bin/start-zookeeper"),
        ("/usr/bin/zkServer.sh", "/opt/zookeeper/bin/zkServer.sh"),
        ("/usr/bin/zkGenConfig.sh", "/opt/zookeeper/bin/zkGenConfig.sh"),
        ("/usr/bin/zookeeper-ready", "/opt/zookeeper/bin/zookeeper-ready"),
        ("/usr/bin/zkOk.sh", "/opt/zookeeper/bin/zkOk.sh"),
        ("/usr/bin/zkMetrics.sh", "/opt/zookeeper/bin/zkMetrics.sh"),
        ("/usr/bin/zookeeper-metrics", "/opt/zookeeper/bin/zookeeper-metrics"),
        ("/usr/bin/zkCli.sh", "/opt/zookeeper/bin/zkCli.sh"),
    ],
    lacks: &["curl", "wget", "nslookup", "dig", "vi"],
    talk: Some(server::talk),
    ..Image::EMPTY
};
