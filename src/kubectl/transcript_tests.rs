//! Sessions as text: lines that are typed, and what they print.
//!
//! A transcript is run and written again; it must come out as it went in (`UPDATE_EXPECT=1` rewrites it). Its
//! lines are `$ LINE` (typed), `| TEXT` (standard output), `! TEXT` (standard error), `= EXIT` (other than
//! 0), `? HINT`, `~ TITLE` (the command waits), `+ SECONDS` (time passes), `^C`, `@ TYPE NAME JSON` (a
//! controller writes a status), `< FILE`, its text and `>` (a file), `edit OLD => NEW` (the open editor), `#
//! COMMENT`.

use expect_test::expect_file;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{Edit, Outcome, Output, Poll, Session, Stream, Waiter, complete, resources, words};
use crate::api::{Kind, ObjectKey};
use crate::apiserver::{ApiServer, Body, PatchType, Request, Subresource};
use crate::sim::{Rng, Span, Time};

/// Runs a line that begins with `kubectl` or `k`.
fn run(line: &str, session: &mut Session, api: &mut ApiServer) -> Outcome {
    super::run(words::split(line).get(1..).unwrap_or_default(), session, api)
}

struct Player {
    api: ApiServer,
    session: Session,
    waiter: Option<Box<dyn Waiter>>,
    edit: Option<Edit>,
    written: String,
}

fn server() -> ApiServer {
    let mut api = ApiServer::new(Rng::new(1));
    api.set_now(Time::from_ms(60_000));
    let mut create = |kind: Kind, value: Value| {
        let body = Body::Manifest(value);
        api.handle(Request::Create { kind, namespace: String::new(), body, dry_run: false }).unwrap();
    };
    for name in ["default", "kube-system"] {
        create(Kind::Namespace, json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}));
    }
    for name in ["node-1", "node-2"] {
        create(Kind::Node, json!({"apiVersion": "v1", "kind": "Node", "metadata": {"name": name}}));
    }
    api
}

impl Player {
    fn new() -> Self {
        let session = Session::default();
        Self { api: server(), session, waiter: None, edit: None, written: String::new() }
    }

    fn play(mut self, transcript: &str) -> String {
        let mut lines = transcript.lines();
        while let Some(line) = lines.next() {
            let printed = ["| ", "! ", "= ", "? ", "~ "].iter().any(|mark| line.starts_with(mark))
                || line == "|"
                || line == "!";
            if printed {
                continue;
            }
            self.note(line);
            if let Some(typed) = line.strip_prefix("$ ") {
                let outcome = run(typed, &mut self.session, &mut self.api);
                self.take(outcome);
            } else if let Some(seconds) = line.strip_prefix("+ ") {
                let now = self.api.now() + Span::from_seconds(seconds.parse().unwrap());
                self.api.set_now(now);
            } else if let Some(status) = line.strip_prefix("@ ") {
                self.write_status(status);
            } else if let Some(name) = line.strip_prefix("< ") {
                let mut text = String::new();
                for line in lines.by_ref() {
                    self.note(line);
                    if line == ">" {
                        break;
                    }
                    text.push_str(line);
                    text.push('\n');
                }
                self.session.files.insert(name.to_owned(), text);
            } else if let Some(change) = line.strip_prefix("edit ") {
                let edit = self.edit.take().unwrap();
                let (old, new) = change.split_once(" => ").unwrap();
                let text = edit.text.replace(old, new);
                let outcome = edit.finish(Some(&text), &mut self.session, &mut self.api);
                self.take(outcome);
            } else if line == "^C" {
                let output = self.waiter.take().unwrap().interrupt();
                self.print(&output, true);
            }
            self.poll();
        }
        self.written
    }

    fn note(&mut self, line: &str) {
        self.written.push_str(line);
        self.written.push('\n');
    }

    fn write_status(&mut self, words: &str) {
        let mut parts = words.splitn(3, ' ');
        let kind = resources::kind_of(parts.next().unwrap()).unwrap();
        let name = parts.next().unwrap();
        let status: Value = serde_json::from_str(parts.next().unwrap()).unwrap();
        let request = Request::Patch {
            key: ObjectKey::new(kind, "default", name),
            patch_type: PatchType::Merge,
            patch: json!({"status": status}),
            subresource: Subresource::Status,
            dry_run: false,
            drops_unknown: false,
        };
        self.api.handle(request).unwrap();
    }

    fn take(&mut self, outcome: Outcome) {
        match outcome {
            Outcome::Done(output) => self.print(&output, true),
            Outcome::Blocked { so_far, waiter } => {
                self.print(&so_far, false);
                self.note(&format!("~ {}", waiter.title()));
                self.waiter = Some(waiter);
            }
            Outcome::Inside(call) => {
                self.print(&call.output, false);
                self.note(&format!("~ {:?}", call.act));
            }
            Outcome::Edit(edit) => {
                self.note(&format!("~ editor {}", edit.name));
                let comments: Vec<String> = edit
                    .text
                    .lines()
                    .skip(4)
                    .filter(|line| line.starts_with('#'))
                    .map(str::to_owned)
                    .collect();
                for comment in comments {
                    self.note(&format!("| {comment}"));
                }
                self.edit = Some(edit);
            }
        }
    }

    fn print(&mut self, output: &Output, ended: bool) {
        for (stream, text) in &output.chunks {
            let mark = if *stream == Stream::Out { '|' } else { '!' };
            for line in text.split_inclusive('\n') {
                let end = if line.ends_with('\n') { "" } else { "<no newline>" };
                let line = line.trim_end_matches('\n');
                let space = if line.is_empty() { "" } else { " " };
                self.note(&format!("{mark}{space}{line}{end}"));
            }
        }
        if ended && output.exit != 0 {
            self.note(&format!("= {}", output.exit));
        }
        if let Some(hint) = &output.hint {
            self.note(&format!("? {hint}"));
        }
    }

    fn poll(&mut self) {
        let Some(mut waiter) = self.waiter.take() else { return };
        match waiter.poll(&mut self.api) {
            Poll::Pending { output, .. } => {
                self.print(&output, false);
                self.waiter = Some(waiter);
            }
            Poll::Done(output) => {
                self.print(&output, true);
                self.note("= ended");
            }
            Poll::Inside(call) => {
                self.print(&call.output, false);
                self.note(&format!("~ {:?}", call.act));
                self.waiter = call.then;
            }
        }
    }
}

macro_rules! transcripts {
    ($($name:ident)*) => {
        $(#[test]
        fn $name() {
            let transcript = include_str!(concat!("transcripts/", stringify!($name), ".txt"));
            expect_file![concat!("transcripts/", stringify!($name), ".txt")].assert_eq(&Player::new().play(transcript));
        })*

        #[test]
        fn no_transcript_is_forgotten() {
            let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/kubectl/transcripts");
            let named = [$(concat!(stringify!($name), ".txt")),*];
            for entry in std::fs::read_dir(folder).unwrap() {
                let name = entry.unwrap().file_name().into_string().unwrap();
                assert!(named.contains(&name.as_str()), "{name}");
            }
        }
    };
}

transcripts! {
    wrong_commands get watch apply_and_create delete scale_and_wait patch_and_edit rollout labels
    drain_and_taint words_and_help create expose_and_run set deployments mistakes discovery explain describe
    subresources last_applied replace_force admission formats reading_files
}

const WORDS: &[&str] = &[
    "kubectl",
    "k",
    "get",
    "apply",
    "delete",
    "scale",
    "patch",
    "rollout",
    "status",
    "undo",
    "history",
    "set",
    "image",
    "label",
    "annotate",
    "wait",
    "describe",
    "edit",
    "create",
    "config",
    "sts",
    "pods",
    "web",
    "web-0",
    "sts/web",
    "-f",
    "web.yaml",
    "-o",
    "yaml",
    "jsonpath={.items[0]}",
    "-l",
    "a in (b)",
    "--replicas=3",
    "-w",
    "--all",
    "-A",
    "-p",
    "{\"spec\":{}}",
    "nginx=a",
    "--for=delete",
    "--timeout=1s",
    "--dry-run=server",
    "'",
    "\\",
    "{",
    "=",
    "/",
    ",",
    "-",
    "--",
    "é",
    "a=b",
    "a-",
    "--type=json",
    "[]",
    "null",
    "--sort-by=.a",
    "-n",
    "",
    "nodes",
    "node-1",
    "all",
    "cordon",
    "explain",
    "sts.spec.updateStrategy",
    "--recursive",
    "auth",
    "can-i",
    "api-resources",
    "ep",
    "poods",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn no_line_panics(words in proptest::collection::vec(proptest::sample::select(WORDS), 0..9), junk in "\\PC{0,6}", cursor in 0_usize..60) {
        let mut player = Player::new();
        let set = include_str!("transcripts/get.txt");
        let manifest = set.split("< web.yaml\n").nth(1).and_then(|rest| rest.split("\n>\n").next()).unwrap();
        player.session.files.insert("web.yaml".to_owned(), manifest.to_owned());
        run("kubectl apply -f web.yaml", &mut player.session, &mut player.api);
        let line = format!("kubectl {} {junk}", words.join(" "));
        let outcome = run(&line, &mut player.session, &mut player.api);
        player.take(outcome);
        player.poll();
        if let Some(edit) = player.edit.take() {
            edit.finish(Some(&junk), &mut player.session, &mut player.api);
        }
        complete(&line, cursor.min(line.len()), &player.session, &player.api);
    }
}
