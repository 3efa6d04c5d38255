//! `nc` and `ping`.

use super::{hint, world};
use crate::containers::network::Trouble;
use crate::shell::programs::{Options, Wrong, brief};
use crate::shell::{Call, Io, Program, Progress, Read};
use crate::sim::{Span, Time};

/// `nc [-zv] [-w SECONDS] HOST PORT`: sends what it reads, and prints what comes back.
pub(super) fn nc(call: &Call) -> Box<dyn Program> {
    match Options::parse(call, "zvw:nqN", &[]) {
        Ok(options) => Box::new(Netcat { options, text: String::new() }),
        Err(Wrong(..)) => brief(call.clone(), |_, io| {
            io.err("nc: invalid option\nusage: nc [-zv] [-w SECONDS] HOST PORT\n");
            1
        }),
    }
}

#[derive(Clone)]
struct Netcat {
    options: Options,
    text: String,
}

impl Program for Netcat {
    fn poll(&mut self, io: &mut Io<'_>) -> Progress {
        let operands = &self.options.operands;
        let (Some(host), Some(port)) =
            (operands.first().cloned(), operands.get(1).and_then(|text| text.parse().ok()))
        else {
            io.err("usage: nc [-zv] [-w SECONDS] HOST PORT\n");
            return Progress::Done(1);
        };
        let is_probe = self.options.has('z');
        while let Some(read) = (!is_probe).then(|| io.read_line()) {
            match read {
                Read::Text(line) => self.text.push_str(&line),
                Read::Wait if self.text.is_empty() => return Progress::WAIT,
                // A server that answers a line does so at once.
                Read::Wait | Read::End => break,
            }
        }
        let Some(found) = world(io) else { return Progress::Done(1) };
        let answer = match found.reach(&host, port) {
            Ok(peer) if is_probe => Ok((String::new(), peer)),
            Ok(peer) => {
                let text = self.text.clone();
                let answer = found.within(&peer.place, |world| {
                    world.instance()?.image.talk.map(|talk| talk(world, port, &text))
                });
                Ok((answer.flatten().unwrap_or_default(), peer))
            }
            Err(trouble) => Err(trouble),
        };
        match answer {
            Ok((text, peer)) => {
                if self.options.has('v') {
                    let address = &peer.place.pod.status.pod_ip;
                    io.err(&format!("{host} ({address}:{port}) open\n"));
                }
                io.out(&text);
                Progress::Done(0)
            }
            Err(trouble) => {
                let why = match trouble {
                    Trouble::Unresolved => format!("nc: bad address '{host}'\n"),
                    Trouble::Silence => format!("nc: {host} ({host}:{port}): Connection timed out\n"),
                    Trouble::NoRoute => format!("nc: {host} ({host}:{port}): No route to host\n"),
                    _ => format!("nc: {host} ({host}:{port}): Connection refused\n"),
                };
                io.err(&why);
                if let Some(hint) = hint(&trouble, &host) {
                    io.hint(hint);
                }
                Progress::Done(1)
            }
        }
    }

    fn boxed_clone(&self) -> Box<dyn Program> {
        Box::new(self.clone())
    }

    fn title(&self) -> String {
        "nc".to_owned()
    }
}

/// `ping [-c COUNT] HOST`.
pub(super) fn ping(call: &Call) -> Box<dyn Program> {
    match Options::parse(call, "c:W:w:q4n", &[]) {
        Ok(options) => Box::new(Ping { options, sent: 0, came: 0, next: None }),
        Err(Wrong(..)) => brief(call.clone(), |_, io| {
            io.err("ping: unrecognized option\n");
            1
        }),
    }
}

#[derive(Clone)]
struct Ping {
    options: Options,
    sent: u64,
    came: u64,
    next: Option<Time>,
}

impl Ping {
    fn sum(&self, io: &mut Io<'_>, host: &str) -> i32 {
        let lost = (self.sent - self.came) * 100 / self.sent.max(1);
        let (sent, came) = (self.sent, self.came);
        io.out(&format!(
            "\n--- {host} ping statistics ---\n{sent} packets transmitted, {came} packets received, {lost}% packet loss\n"
        ));
        i32::from(came == 0)
    }
}

impl Program for Ping {
    fn poll(&mut self, io: &mut Io<'_>) -> Progress {
        let Some(host) = self.options.operands.first().cloned() else {
            io.err("ping: a host is wanted\n");
            return Progress::Done(1);
        };
        let count = self.options.value('c').and_then(|text| text.parse::<u64>().ok()).unwrap_or(u64::MAX);
        let Some(found) = world(io) else { return Progress::Done(1) };
        let Some(address) = found.address_of(&host) else {
            io.err(&format!("ping: bad address '{host}'\n"));
            return Progress::Done(1);
        };
        let answers = found.answers_ping(&address);
        let now = io.now();
        if self.next.is_none() {
            io.out(&format!("PING {host} ({address}): 56 data bytes\n"));
            self.next = Some(now);
        }
        while self.next.is_some_and(|next| next <= now) {
            if self.sent >= count {
                return Progress::Done(self.sum(io, &host));
            }
            if answers {
                io.out(&format!("64 bytes from {address}: seq={} ttl=62 time=0.2 ms\n", self.sent));
                self.came += 1;
            }
            self.sent += 1;
            if self.sent >= count && answers {
                return Progress::Done(self.sum(io, &host));
            }
            self.next = self.next.map(|next| next + Span::from_seconds(1));
        }
        io.rests();
        Progress::Wait { wake_at: self.next }
    }

    fn interrupt(&mut self, io: &mut Io<'_>) -> i32 {
        let host = self.options.operands.first().cloned().unwrap_or_default();
        self.sum(io, &host)
    }

    fn boxed_clone(&self) -> Box<dyn Program> {
        Box::new(self.clone())
    }

    fn title(&self) -> String {
        "ping".to_owned()
    }
}
