//! The terminals' own programs: kubectl, minikube, and the sandbox's `why`, `fault`, `evict` and `help`.

use super::visit::{Visit, Visited};
use super::{Cluster, minikube};
use crate::kubectl::{self, ContainerCall, Edit, Outcome, Output, Poll, Stream, Waiter};
use crate::shell::web::Url;
use crate::shell::{self, Call, EditRequest, Io, Program, Progress, Read};
use crate::sim::{Span, Time};

/// Starts one of them.
pub(super) fn start(call: &Call) -> Option<Box<dyn Program>> {
    match call.argv.first()?.as_str() {
        "kubectl" | "k" => Some(Box::new(Kubectl { call: call.clone(), doing: Doing::Input(String::new()) })),
        "minikube" => Some(minikube::start(call)),
        "why" | "fault" | "evict" | "help" => Some(Box::new(Own { call: call.clone() })),
        _ => None,
    }
}

/// A running kubectl.
#[derive(Clone)]
struct Kubectl {
    call: Call,
    doing: Doing,
}

#[derive(Clone)]
enum Doing {
    /// It is about to begin, and may first have to read its input.
    Input(String),
    /// It waits. It has looked at this step of the cluster already, and asked for this instant.
    Waiting { waiter: Box<dyn Waiter>, looked: u64, wake_at: Option<Time> },
    /// The editor is open.
    Editing(Edit),
    /// It is in a container, and waits for something afterwards.
    Inside { visit: Box<Visit>, then: Option<Box<dyn Waiter>> },
    /// It has ended.
    Over,
}

impl Kubectl {
    /// Whether a file that it names is standard input, or the variables that it is to set are.
    fn reads_input(&self) -> bool {
        let has = |wanted: &str| self.call.argv.iter().any(|word| word == wanted);
        if ["-", "-e-", "-e=-", "--env=-"].into_iter().any(has) && self.path() == "kubectl set env" {
            return true;
        }
        let names = |flag: &str| matches!(flag, "-f" | "--filename" | "--patch-file" | "--from-file");
        self.call.argv.windows(2).any(|pair| matches!(pair, [flag, name] if names(flag) && is_input(name)))
            || self.call.argv.iter().any(|word| match word.split_once('=') {
                Some((flag, name)) => names(flag) && is_input(name),
                None => word == "-f-",
            })
    }

    /// The command that its words name: `kubectl set env`.
    fn path(&self) -> String {
        kubectl::dispatch::find(self.call.args()).path
    }

    /// Runs the command; what it needs besides its words is laid into the session before.
    fn run(&self, io: &mut Io<'_>, input: Option<String>) -> Option<Outcome> {
        let urls =
            self.call.args().iter().map(|word| word.rsplit_once('=').map_or(word.as_str(), |(_, url)| url));
        let urls = urls.filter(|word| word.starts_with("http://") || word.starts_with("https://"));
        let found = urls.filter_map(|text| {
            let answer = io.host().fetch(&Url::parse(text)?, "GET", "kubectl/v1.36.2").ok()?;
            (answer.status == 200).then(|| (text.to_owned(), answer.body))
        });
        let documents = found.collect();
        let cluster = io.world::<Cluster>()?;
        let session = &mut cluster.session;
        session.folder.clone_from(&self.call.folder);
        session.stdin = input;
        session.documents = documents;
        let outcome = cluster.noting_writes(|cluster| {
            kubectl::run(self.call.args(), &mut cluster.session, &mut cluster.server)
        });
        cluster.session.stdin = None;
        cluster.session.documents.clear();
        Some(outcome)
    }

    /// Tells that a variable names a program which kubectl would start.
    fn hint_at_programs(&self, io: &mut Io<'_>) {
        let names: &[&str] = match self.path().as_str() {
            "kubectl edit" => &["KUBE_EDITOR", "EDITOR"],
            "kubectl diff" => &["KUBECTL_EXTERNAL_DIFF"],
            _ => return,
        };
        let is_set = |name: &&&str| self.call.environment.get(**name).is_some_and(|value| !value.is_empty());
        if let Some(name) = names.iter().find(is_set) {
            io.hint(format!("the sandbox's kubectl starts no other programs: {name} is ignored"));
        }
    }

    fn take(&mut self, io: &mut Io<'_>, outcome: Outcome) -> Progress {
        match outcome {
            Outcome::Done(output) => self.end(io, output),
            Outcome::Blocked { so_far, waiter } => {
                print(io, so_far);
                let looked = io.world::<Cluster>().map_or(0, |cluster| cluster.steps);
                self.wait(io, waiter, looked)
            }
            Outcome::Inside(call) => self.go_inside(io, *call),
            Outcome::Edit(edit) => {
                let request = EditRequest { name: edit.name.clone(), text: edit.text.clone() };
                self.doing = Doing::Editing(edit);
                Progress::Edit(request)
            }
        }
    }

    /// Waits from now on.
    fn wait(&mut self, io: &Io<'_>, waiter: Box<dyn Waiter>, looked: u64) -> Progress {
        let wake_at = Some(io.now());
        self.doing = Doing::Waiting { waiter, looked, wake_at };
        Progress::Wait { wake_at }
    }

    fn go_inside(&mut self, io: &mut Io<'_>, call: ContainerCall) -> Progress {
        print(io, call.output);
        let visit = Box::new(Visit::new(call.act, &self.call));
        self.stay_inside(io, visit, call.then)
    }

    fn stay_inside(
        &mut self,
        io: &mut Io<'_>,
        mut visit: Box<Visit>,
        then: Option<Box<dyn Waiter>>,
    ) -> Progress {
        match visit.poll(io) {
            Visited::Goes(progress) => {
                self.doing = Doing::Inside { visit, then };
                progress
            }
            Visited::Ended(code) => match then {
                None => Progress::Done(code),
                Some(waiter) => {
                    io.goes_on();
                    self.wait(io, waiter, u64::MAX)
                }
            },
        }
    }

    fn end(&mut self, io: &mut Io<'_>, output: Output) -> Progress {
        self.doing = Doing::Over;
        let exit = output.exit;
        print(io, output);
        Progress::Done(exit)
    }

    fn begin(&mut self, io: &mut Io<'_>, mut text: String) -> Progress {
        if let Some(at) = io.world::<Cluster>().and_then(|cluster| cluster.next_command_at()) {
            self.doing = Doing::Input(text);
            return Progress::Wait { wake_at: Some(at) };
        }
        let mut input = None;
        if self.reads_input() {
            loop {
                match io.read() {
                    Read::Text(more) => text.push_str(&more),
                    Read::End => break,
                    Read::Wait => {
                        self.doing = Doing::Input(text);
                        return Progress::WAIT;
                    }
                }
            }
            input = Some(text);
        }
        match self.run(io, input) {
            Some(outcome) => {
                self.hint_at_programs(io);
                self.take(io, outcome)
            }
            None => Progress::Done(1),
        }
    }
}

fn is_input(name: &str) -> bool {
    matches!(name, "-" | "/dev/stdin")
}

fn print(io: &mut Io<'_>, output: Output) {
    for (stream, text) in output.chunks {
        match stream {
            Stream::Out => io.out(&text),
            Stream::Err => io.err(&text),
        }
    }
    if let Some(hint) = output.hint {
        io.hint(hint);
    }
}

impl Program for Kubectl {
    fn poll(&mut self, io: &mut Io<'_>) -> Progress {
        match std::mem::replace(&mut self.doing, Doing::Over) {
            Doing::Over => Progress::Done(0),
            Doing::Input(text) => self.begin(io, text),
            Doing::Waiting { mut waiter, looked, wake_at } => {
                let now = io.now();
                let Some(cluster) = io.world::<Cluster>() else { return Progress::Done(1) };
                let step = cluster.steps;
                if looked == step {
                    self.doing = Doing::Waiting { waiter, looked, wake_at };
                    return Progress::Wait { wake_at };
                }
                match cluster.noting_writes(|cluster| waiter.poll(&mut cluster.server)) {
                    Poll::Done(output) => self.end(io, output),
                    Poll::Pending { output, wake_at } => {
                        print(io, output);
                        let wake_at = wake_at.map(|at| at.max(now + Span::from_ms(1)));
                        self.doing = Doing::Waiting { waiter, looked: step, wake_at };
                        Progress::Wait { wake_at }
                    }
                    Poll::Inside(call) => self.go_inside(io, *call),
                }
            }
            Doing::Inside { visit, then } => self.stay_inside(io, visit, then),
            Doing::Editing(edit) => {
                let Some(text) = io.take_edited() else {
                    self.doing = Doing::Editing(edit);
                    return Progress::WAIT;
                };
                let outcome = match io.world::<Cluster>() {
                    Some(cluster) => cluster.noting_writes(|cluster| {
                        edit.finish(text.as_deref(), &mut cluster.session, &mut cluster.server)
                    }),
                    None => return Progress::Done(1),
                };
                self.take(io, outcome)
            }
        }
    }

    fn interrupt(&mut self, io: &mut Io<'_>) -> i32 {
        match std::mem::replace(&mut self.doing, Doing::Over) {
            Doing::Waiting { mut waiter, .. } => {
                let output = waiter.interrupt();
                let exit = output.exit;
                print(io, output);
                exit
            }
            Doing::Editing(_) => {
                io.err("Edit cancelled, no changes made.\n");
                0
            }
            Doing::Inside { mut visit, .. } => visit.interrupt(io),
            Doing::Input(_) | Doing::Over => shell::INTERRUPTED,
        }
    }

    fn takes_interrupt(&mut self, io: &mut Io<'_>) -> bool {
        match &mut self.doing {
            Doing::Inside { visit, .. } => visit.takes_interrupt(io),
            _ => false,
        }
    }

    fn boxed_clone(&self) -> Box<dyn Program> {
        Box::new(self.clone())
    }

    fn title(&self) -> String {
        match &self.doing {
            Doing::Waiting { waiter, .. } => waiter.title(),
            Doing::Input(_) | Doing::Editing(_) | Doing::Inside { .. } | Doing::Over => "kubectl".to_owned(),
        }
    }
}

/// One of the sandbox's own commands.
#[derive(Clone)]
struct Own {
    call: Call,
}

impl Program for Own {
    fn poll(&mut self, io: &mut Io<'_>) -> Progress {
        let arguments = self.call.args().join(" ");
        let Some(cluster) = io.world::<Cluster>() else { return Progress::Done(1) };
        let output = match self.call.name() {
            "why" => cluster.why(&arguments),
            "fault" => cluster.fault(&arguments),
            "evict" => cluster.evict(&arguments),
            _ => Output::text(Stream::Out, &help(), 0),
        };
        let exit = output.exit;
        print(io, output);
        Progress::Done(exit)
    }

    fn boxed_clone(&self) -> Box<dyn Program> {
        Box::new(self.clone())
    }

    fn title(&self) -> String {
        self.call.name().to_owned()
    }
}

fn help() -> String {
    let mut names: Vec<&str> = shell::programs::names().collect();
    crate::collections::sort(&mut names);
    format!(
        "kubectl (or k)   talks to the cluster; see kubectl help\n\
         minikube         tells where Services are: ip, service NAME --url, service list\n\
         why TYPE/NAME    says why an object is as it is\n\
         fault help       breaks machines, programs and volumes, and mends them\n\
         evict pod/NAME   asks for an eviction\n\
         The last three are the sandbox's own. Besides there are pipes, loops, redirection, variables, and:\n{}\n",
        names.join(" ")
    )
}
