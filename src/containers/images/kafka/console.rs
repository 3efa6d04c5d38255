//! The producer and the consumer of the console.

use super::broker::{Broker, cluster};
use super::topics::{self, Topic};
use super::{messages, option, switch};
use crate::api::Timestamp;
use crate::containers::World;
use crate::shell::programs::{brief, date_text};
use crate::shell::{Call, INTERRUPTED, Io, Program, Progress, Read};

fn warning(io: &mut Io<'_>, text: &str) {
    let now = io.now();
    let seconds = u64::try_from(Timestamp::at(now).unix_seconds()).unwrap_or_default();
    let stamp = format!("{},{:03}", date_text("%Y-%m-%d %H:%M:%S", seconds), now.ms() % 1_000);
    io.err(&format!("[{stamp}] WARN {text}\n"));
}

/// The brokers that are up, and a topic, which is made when there is none.
fn topic(world: &mut World, addresses: &str, name: &str) -> Option<(Vec<Broker>, Topic)> {
    let up = cluster(world, addresses)?;
    let server = up.first()?.zookeeper.clone();
    if let Some(found) = topics::find(world, &server, name) {
        return Some((up, found));
    }
    topics::create(world, &server, name, 1, 1).ok()?;
    Some((up, topics::find(world, &server, name)?))
}

/// `kafka-console-producer.sh --topic NAME --broker-list HOST:PORT,…`.
pub(super) fn producer(call: &Call) -> Box<dyn Program> {
    let (Some(topic), Some(brokers)) = (
        option(call, "--topic"),
        option(call, "--broker-list").or_else(|| option(call, "--bootstrap-server")),
    ) else {
        return brief(call.clone(), |_, io| {
            io.err("Missing required argument \"[topic]\" or \"[broker-list]\"\n");
            1
        });
    };
    Box::new(Producer {
        topic,
        brokers,
        unsent: Vec::new(),
        is_prompted: false,
        has_warned: false,
        ends: false,
    })
}

#[derive(Clone)]
struct Producer {
    topic: String,
    brokers: String,
    /// Messages that no broker has taken yet.
    unsent: Vec<String>,
    is_prompted: bool,
    has_warned: bool,
    ends: bool,
}

impl Producer {
    fn send(&mut self, io: &mut Io<'_>) {
        while let Some(message) = self.unsent.first().cloned() {
            let sent = io.world::<World>().is_some_and(|world| {
                topic(world, &self.brokers, &self.topic)
                    .is_some_and(|(up, found)| messages::write(world, &up, &self.topic, &found, &message))
            });
            if !sent {
                if !self.has_warned {
                    let first = self.brokers.split(',').next().unwrap_or_default().to_owned();
                    let text = format!(
                        "Bootstrap broker {first} disconnected (org.apache.kafka.clients.NetworkClient)"
                    );
                    warning(io, &text);
                }
                self.has_warned = true;
                return;
            }
            self.has_warned = false;
            self.unsent.remove(0);
        }
    }
}

impl Program for Producer {
    fn poll(&mut self, io: &mut Io<'_>) -> Progress {
        loop {
            self.send(io);
            if self.ends {
                return if self.unsent.is_empty() { Progress::Done(0) } else { Progress::WAIT };
            }
            if !self.is_prompted {
                io.out(">");
                self.is_prompted = true;
            }
            match io.read_line() {
                Read::Wait => return Progress::WAIT,
                Read::End => self.ends = true,
                Read::Text(line) => {
                    self.is_prompted = false;
                    self.unsent.push(line.trim_end_matches('\n').to_owned());
                }
            }
        }
    }

    fn interrupt(&mut self, io: &mut Io<'_>) -> i32 {
        io.out("^C\n");
        INTERRUPTED
    }

    fn boxed_clone(&self) -> Box<dyn Program> {
        Box::new(self.clone())
    }

    fn title(&self) -> String {
        "kafka-console-producer.sh".to_owned()
    }
}

/// `kafka-console-consumer.sh --topic NAME --bootstrap-server HOST:PORT [--from-beginning] [--max-messages N]`.
pub(super) fn consumer(call: &Call) -> Box<dyn Program> {
    let (Some(topic), Some(brokers)) = (option(call, "--topic"), option(call, "--bootstrap-server")) else {
        return brief(call.clone(), |_, io| {
            io.err("Missing required argument \"[topic]\" or \"[bootstrap-server]\"\n");
            1
        });
    };
    let most = option(call, "--max-messages").and_then(|text| text.parse().ok());
    let from_beginning = switch(call, "--from-beginning");
    Box::new(Consumer { topic, brokers, from_beginning, most, offsets: None, count: 0, has_warned: false })
}

#[derive(Clone)]
struct Consumer {
    topic: String,
    brokers: String,
    from_beginning: bool,
    most: Option<usize>,
    /// How far each partition was read.
    offsets: Option<Vec<usize>>,
    count: usize,
    has_warned: bool,
}

impl Consumer {
    /// The messages of all partitions; `None` when no broker answers.
    fn fetch(&self, world: &mut World) -> Option<Vec<Vec<String>>> {
        let (up, found) = topic(world, &self.brokers, &self.topic)?;
        let parts = found.partitions.iter().enumerate();
        Some(
            parts
                .map(|(part, copies)| {
                    messages::read(world, &up, &self.topic, part, copies).unwrap_or_default()
                })
                .collect(),
        )
    }
}

impl Program for Consumer {
    fn poll(&mut self, io: &mut Io<'_>) -> Progress {
        let fetched = io.world::<World>().and_then(|world| self.fetch(world));
        let Some(parts) = fetched else {
            if !self.has_warned {
                let text = "Connection to node -1 could not be established. Broker may not be available. (org.apache.kafka.clients.NetworkClient)";
                warning(io, text);
            }
            self.has_warned = true;
            return Progress::WAIT;
        };
        self.has_warned = false;
        let from_beginning = self.from_beginning;
        let offsets = self.offsets.get_or_insert_with(|| {
            parts.iter().map(|lines| if from_beginning { 0 } else { lines.len() }).collect()
        });
        offsets.resize(parts.len(), 0);
        for (lines, offset) in parts.iter().zip(offsets.iter_mut()) {
            for line in lines.iter().skip(*offset) {
                if self.most.is_some_and(|most| self.count >= most) {
                    break;
                }
                io.out(&format!("{line}\n"));
                self.count += 1;
                *offset += 1;
            }
        }
        if self.most.is_some_and(|most| self.count >= most) {
            io.out(&format!("Processed a total of {} messages\n", self.count));
            return Progress::Done(0);
        }
        Progress::WAIT
    }

    fn interrupt(&mut self, io: &mut Io<'_>) -> i32 {
        io.out(&format!("^CProcessed a total of {} messages\n", self.count));
        INTERRUPTED
    }

    fn boxed_clone(&self) -> Box<dyn Program> {
        Box::new(self.clone())
    }

    fn title(&self) -> String {
        "kafka-console-consumer.sh".to_owned()
    }
}
