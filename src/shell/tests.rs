//! Whole lines, as text: what is typed, and what is printed.
//!
//! A transcript is run and written again; it must come out as it went in (`UPDATE_EXPECT=1` rewrites it).
//! `$ LINE` types a line, `> LINE` goes on with it, `^C` and `^D` are keys, `+ SECONDS` lets time pass, `edit
//! OLD => NEW` is the open editor. `| TEXT` is standard output, `! TEXT` standard error, `= EXIT` an exit
//! code other than 0, `? HINT`, `~` waits, `@ TEXT` a line that the host's program `tick` prints each second.

use std::any::Any;

use expect_test::expect_file;
use proptest::prelude::*;

use super::files::FileTree;
use super::*;
use crate::collections::SortedMap;
use crate::sim::{Span, Time};

/// A host with files, and a program that prints a line each second.
#[derive(Clone, Debug)]
struct TestHost {
    files: FileTree,
}

impl TestHost {
    fn new() -> Self {
        let mut files = FileTree::of(&[("/etc/passwd", "root:x:0:0:root:/root:/bin/bash\n")]);
        files.make_folder("/home").unwrap();
        files.make_folder("/tmp").unwrap();
        Self { files }
    }
}

#[derive(Clone)]
struct Tick {
    count: u32,
    next: Option<Time>,
}

impl Program for Tick {
    fn poll(&mut self, io: &mut Io<'_>) -> Progress {
        let next = *self.next.get_or_insert(io.now());
        if io.now() >= next {
            self.count += 1;
            io.out(&format!("tick {}\n", self.count));
            self.next = Some(next + Span::from_seconds(1));
        }
        Progress::Wait { wake_at: self.next }
    }

    fn boxed_clone(&self) -> Box<dyn Program> {
        Box::new(self.clone())
    }

    fn title(&self) -> String {
        "tick".to_owned()
    }
}

impl Host for TestHost {
    fn start(&mut self, call: &Call) -> Result<Box<dyn Program>, NotFound> {
        if call.name() == "tick" {
            return Ok(Box::new(Tick { count: 0, next: None }));
        }
        programs::start(call)
    }

    fn files(&mut self) -> &mut dyn Files {
        &mut self.files
    }

    fn world(&mut self) -> &mut dyn Any {
        self
    }
}

struct Player {
    shell: Shell,
    host: TestHost,
    now: Time,
    wake_at: Option<Time>,
    written: String,
}

impl Player {
    fn new() -> Self {
        let environment: SortedMap<String, String> = [("HOME".to_owned(), "/home".to_owned())].into();
        let settings = Settings {
            name: "bash".into(),
            folder: "/home".into(),
            environment,
            is_terminal: true,
            ..Settings::default()
        };
        Self {
            shell: Shell::new(settings),
            host: TestHost::new(),
            now: Time::ZERO,
            wake_at: None,
            written: String::new(),
        }
    }

    fn poll(&mut self) -> Option<i32> {
        let state = self.shell.poll(&mut self.host, self.now);
        self.print();
        match state {
            State::Done(exit) => Some(exit),
            State::Waits { wake_at, .. } => {
                self.wake_at = wake_at;
                None
            }
        }
    }

    fn print(&mut self) {
        for (stream, text) in self.shell.take_output() {
            let mark = if stream == Stream::Out { '|' } else { '!' };
            for line in text.split_inclusive('\n') {
                let end = if line.ends_with('\n') { "" } else { "\\\n" };
                self.written.push_str(&format!("{mark} {line}{end}").replace(CLEAR_SCREEN, "<clear>"));
            }
        }
        if let Some(hint) = self.shell.take_hint() {
            self.written.push_str(&format!("? {hint}\n"));
        }
    }

    fn look(&mut self) {
        if self.shell.is_busy() {
            self.note_end();
        }
    }

    fn note_end(&mut self) {
        match self.poll() {
            Some(0) => {}
            Some(exit) => self.written.push_str(&format!("= {exit}\n")),
            None => self.written.push_str("~\n"),
        }
    }

    fn pass(&mut self, seconds: u64) {
        let until = self.now + Span::from_seconds(seconds);
        while let Some(at) = self.wake_at.take().filter(|at| *at <= until) {
            self.now = at.max(self.now);
            if self.shell.is_busy() && self.poll().is_some() {
                break;
            }
        }
        self.now = until;
    }

    fn play(mut self, transcript: &str) -> String {
        for line in transcript.lines() {
            let is_printed = ["| ", "! ", "= ", "? "].iter().any(|mark| line.starts_with(mark));
            if is_printed || matches!(line, "~" | "|" | "!") {
                continue;
            }
            self.written.push_str(line);
            self.written.push('\n');
            if let Some(typed) = line.strip_prefix("$ ").or_else(|| line.strip_prefix("> ")) {
                if self.shell.is_busy() {
                    self.shell.feed(&format!("{typed}\n"));
                    self.look();
                } else if self.shell.submit(typed) == Taken::Whole {
                    self.note_end();
                }
            } else if line == "^C" {
                let exit = self.shell.interrupt(&mut self.host, self.now);
                self.print();
                self.written.push_str(&format!("= {exit}\n"));
            } else if line == "^D" {
                self.shell.end_input();
                self.look();
            } else if let Some(seconds) = line.strip_prefix("+ ") {
                self.pass(seconds.parse().unwrap());
            } else if let Some(change) = line.strip_prefix("edit ") {
                let (old, new) = change.split_once(" => ").unwrap();
                let text = self.shell.pending_edit().unwrap().text.replacen(old, new, 1);
                self.shell.finish_edit(Some(text));
                self.look();
            }
        }
        self.written.lines().map(|line| line.trim_end().to_owned() + "\n").collect()
    }
}

fn check(name: &str) {
    let path = format!("{}/src/shell/transcripts/{name}.txt", env!("CARGO_MANIFEST_DIR"));
    let transcript = std::fs::read_to_string(&path).unwrap();
    expect_file![path].assert_eq(&Player::new().play(&transcript));
}

#[test]
fn the_language() {
    check("language");
}

#[test]
fn the_text_tools() {
    check("tools");
}

#[test]
fn time_and_keys() {
    check("time");
}

#[test]
fn a_copy_of_a_shell_goes_its_own_way() {
    let mut player = Player::new();
    player.shell.submit("tick | while read a b; do echo $b > n; done");
    player.poll();
    let mut copy = Player { shell: player.shell.clone(), host: player.host.clone(), ..Player::new() };
    copy.wake_at = player.wake_at;
    copy.pass(3);
    assert_eq!(copy.host.files.read("/home/n").as_deref(), Ok("4\n"));
    assert_eq!(player.host.files.read("/home/n").as_deref(), Ok("1\n"));
    player.pass(1);
    assert_eq!(player.host.files.read("/home/n").as_deref(), Ok("2\n"));
}

/// Pieces of which lines are made that look for trouble.
const PIECES: &[&str] = &[
    "echo",
    "a",
    "$(",
    ")",
    "`",
    "'",
    "\"",
    "\\",
    "|",
    "&&",
    "||",
    ";",
    "\n",
    "for i in",
    "do",
    "done",
    "while",
    "true",
    "if",
    "then",
    "else",
    "fi",
    "{",
    "}",
    "(",
    ">",
    ">>",
    "<",
    "<<E",
    "E",
    "2>&1",
    "$x",
    "${x:-",
    "${x%",
    "$((",
    "))",
    "1+",
    "x=",
    "cat",
    "grep -o",
    "sed s/a*/b/g",
    "awk '{print $1}'",
    "sort",
    "head -1",
    "xargs",
    "sh -c",
    "seq 9",
    "*",
    "{1..3}",
    "!",
    "case x in",
    "esac",
    "x)",
    ";;",
    "read x",
    "eval",
    "watch",
    "tick",
    "#",
    "$ ",
    "until",
    "false",
    "set --",
    "$@",
    "break",
    "continue",
    "exit",
    "export",
    "test",
    "[",
    "]",
    "tr a b",
    "wc",
    "-n",
    "ф",
];

/// Runs a line to its end, or for a while; whatever it is, it neither panics nor goes on for ever.
pub(crate) fn run_any(line: &str) {
    let mut player = Player::new();
    if player.shell.submit(line) == Taken::Whole {
        for _ in 0..5 {
            if player.poll().is_some() {
                break;
            }
            player.pass(1);
        }
    }
    player.shell.interrupt(&mut player.host, player.now);
    player.shell.submit("echo alive");
    assert_eq!(player.poll(), Some(0), "{line}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_survived(line in "\\PC{0,60}") {
        run_any(&line);
    }

    #[test]
    fn any_pieces_are_survived(pieces in prop::collection::vec(0..PIECES.len(), 1..25)) {
        let words: Vec<&str> = pieces.iter().map(|piece| PIECES[*piece]).collect();
        run_any(&words.join(" "));
    }
}

#[test]
fn what_never_ends_lets_others_go_on() {
    for line in [
        "while true; do :; done",
        "while :; do echo x; done | grep -v x",
        "x=x; while true; do x=$x$x; done",
        "sh -c 'while true; do true; done'",
        "f='sh -c \"$f\"'; export f; sh -c \"$f\"",
        "f='eval \"$f\"'; eval \"$f\"",
        "while true; do echo xxxxxxxxxxxxxxxxxxxxxxxxxxxx; done",
        "while true; do echo xxxxxxxx >> f; done",
        "seq 30000 > f; while true; do cat f; done | sort",
        "echo $(while true; do echo y; done)",
        "seq 100000 | sed 's/1*2*3*$/x/' | sort | uniq -c",
        "awk 'BEGIN { while (1) x = x + 1 }'",
        "awk 'BEGIN { x = \"a\"; while (1) x = x x }'",
    ] {
        run_any(line);
    }
    for (open, close) in
        [("$(", ")"), ("(", ")"), ("{ ", ";}"), ("if true; then ", "; fi"), ("\"${x:-", "}\"")]
    {
        run_any(&format!("{}echo a{}", open.repeat(3_000), close.repeat(3_000)));
    }
    run_any(&format!("awk '{{ print {} }}'", "1+".repeat(20_000)));
    run_any(&format!("grep -E '{}'", "(a*)*".repeat(2_000)));
    run_any(&format!("echo $(({}1))", "(".repeat(20_000)));
}

#[test]
fn pasted_lines_are_parsed_once_and_not_again_for_each_line() {
    for (first, body, last) in [
        ("cat > many.txt <<EOF", "a line of text, $HOME", "EOF"),
        ("cat > many.txt <<-'EOF'", "\ta line of text", "\tEOF"),
        ("$ cat > many.txt <<EOF", "> a line of text", "> EOF"),
        ("echo '", "a line of text", "' > many.txt"),
        ("echo \"", "a line of text", "\" > many.txt"),
    ] {
        let mut host = TestHost::new();
        let mut shell = Shell::new(Settings { folder: "/home".to_owned(), ..Settings::default() });
        let mut bytes = first.len() + last.len() + 1;
        assert_eq!(shell.submit(first), Taken::Incomplete, "{first}");
        for _ in 0..2_000 {
            assert_eq!(shell.submit(body), Taken::Incomplete, "{first}");
            bytes += body.len() + 1;
        }
        assert_eq!(shell.submit(last), Taken::Whole, "{first}");
        assert!(shell.parsed() <= bytes + first.len(), "{first}: {} of {bytes}", shell.parsed());
        assert!(matches!(shell.poll(&mut host, Time::ZERO), State::Done(0)), "{first}");
        let written = host.files.read("/home/many.txt").unwrap();
        assert!(written.matches("a line of text").count() == 2_000, "{first}");
    }
}

#[test]
fn a_redirection_wants_its_name_on_the_same_line() {
    let mut host = TestHost::new();
    let mut shell = Shell::new(Settings { name: "bash".to_owned(), ..Settings::default() });
    assert_eq!(shell.submit("kubectl describe pod/<podname>"), Taken::Whole);
    assert!(matches!(shell.poll(&mut host, Time::ZERO), State::Done(2)));
    let expected = "bash: syntax error near unexpected token `newline'\n";
    assert_eq!(shell.take_output(), [(Stream::Err, expected.to_owned())]);
}
