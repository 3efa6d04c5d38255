//! kubernetes-kafka: brokers, topics, and the console's producer and consumer.
//!
//! Models the image k8s.gcr.io/kubernetes-kafka with Kafka 0.10.2 as far as the tutorial looks at it. Topics
//! are kept in ZooKeeper, messages on the brokers' volumes. Left out: keys, consumer groups, compaction,
//! offsets that are committed.
//!
//! - `broker`: the process, and which brokers are up. `topics`: `kafka-topics.sh`. `messages`: the logs of
//!   partitions. `console`: the producer and the consumer.

mod broker;
mod topics;
mod messages;
mod console;

use super::Image;
use super::families::tools;

/// The image. The blog that introduced it once misspells its name, and means this one.
pub(super) static IMAGE: Image = Image {
    names: &["kubernetes-kafka", "kubnetes-kafka", "k8skafka"],
    command: &["kafka-server-start.sh", "/opt/kafka/config/server.properties"],
    users: &[(1000, "kafka")],
    programs: &[
        ("/opt/kafka/bin/kafka-server-start.sh", broker::server),
        ("/opt/kafka/bin/kafka-broker-api-versions.sh", broker::versions),
        ("/opt/kafka/bin/kafka-topics.sh", topics::topics),
        ("/opt/kafka/bin/kafka-console-producer.sh", console::producer),
        ("/opt/kafka/bin/kafka-console-consumer.sh", console::consumer),
    ],
    tools: tools!("/usr/bin": "ps" "pkill" "pgrep" "nc"),
    files: &[(
        "/opt/kafka/config/server.properties",
        "broker.id=0\nlog.dirs=/tmp/kafka-logs\nnum.partitions=1\nzookeeper.connect=localhost:2181\n",
    )],
    folders: &["/var/lib/kafka"],
    links: &[
        ("/usr/bin/kafka-server-start.sh", "/opt/kafka/bin/kafka-server-start.sh"),
        ("/usr/bin/kafka-broker-api-versions.sh", "/opt/kafka/bin/kafka-broker-api-versions.sh"),
        ("/usr/bin/kafka-topics.sh", "/opt/kafka/bin/kafka-topics.sh"),
        ("/usr/bin/kafka-console-producer.sh", "/opt/kafka/bin/kafka-console-producer.sh"),
        ("/usr/bin/kafka-console-consumer.sh", "/opt/kafka/bin/kafka-console-consumer.sh"),
    ],
    lacks: &["curl", "wget", "nslookup", "vi"],
    asks: Some(broker::is_broker),
    ..Image::EMPTY
};

/// The value of an option: `--name value` or `--name=value`.
fn option(call: &crate::shell::Call, name: &str) -> Option<String> {
    let mut args = call.args().iter();
    while let Some(arg) = args.next() {
        match arg.strip_prefix(name) {
            Some("") => return args.next().cloned(),
            Some(rest) if rest.starts_with('=') => return rest.get(1..).map(str::to_owned),
            _ => {}
        }
    }
    None
}

/// Whether a switch was given.
fn switch(call: &crate::shell::Call, name: &str) -> bool {
    call.args().iter().any(|arg| arg == name)
}
