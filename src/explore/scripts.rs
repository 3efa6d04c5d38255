//! Random scripts for the terminal's shell: lines from a grammar, and the same with letters changed.

use crate::sim::Rng;

/// How deeply commands nest in a line.
const DEPTH_MAX: u32 = 4;

const PROGRAMS: &[&str] = &[
    "echo", "printf", "seq", "true", "false", "cat", "tee", "head", "tail", "wc", "sort", "uniq", "cut",
    "tr", "grep", "sed", "awk", "ls", "rm", "mkdir", "cp", "mv", "touch", "test", "[", "sleep", "watch",
    "xargs", "sh", "env", "date", "curl", "wget", "vi", "basename", "dirname", "which", "history", "export",
    "unset", "set", "shift", "read", "cd", "exit", "eval", "time", "sudo", "rev", "tac", "nl", "paste",
    "base64", "diff", "yes", "jq", "local", "return", ":", "kubectl", "k", "why", "fault", "evict", "help",
    "clear", "wait", "jobs", "trap", "alias", "nope", "minikube", "flock", "timeout", "column", "fold",
    "let",
];
const KUBECTL: &[&str] = &[
    "get pods",
    "get pods -w",
    "get sts web -o yaml",
    "get po -o name",
    "get pods --no-headers",
    "get all",
    "get pods -o jsonpath='{.items[*].metadata.name}'",
    "get pods -o go-template='{{range .items}}{{.kind}}{{end}}'",
    "get po -o custom-columns=N:.metadata.name",
    "describe sts web",
    "apply -f -",
    "apply -f web.yaml",
    "apply -k .",
    "delete pod web-0",
    "delete pod web-0 --wait=false",
    "scale sts web --replicas=3",
    "scale sts web --replicas=$n",
    "rollout status sts/web",
    "rollout status sts/web --timeout=5s",
    "rollout undo sts/web",
    "logs web-0",
    "patch sts web -p '{\"spec\":{\"replicas\":1}}'",
    "wait --for=condition=Ready pod/web-0 --timeout=3s",
    "create cm made --from-literal=a=b --dry-run=client -o yaml",
    "exec web-0 -- hostname",
    "exec web-0 -- flock -n /tmp/lock sleep 1",
    "exec -it web-0 -- sh",
    "label pod web-0 a=b --overwrite",
    "edit sts web",
    "drain node-1 --ignore-daemonsets",
    "uncordon node-1",
    "kustomize .",
    "set image sts/web nginx=x",
    "get events",
    "explain pod",
    "config view",
    "version",
    "help",
];
const WORDS: &[&str] = &[
    "a",
    "service",
    "http://172.18.0.2:30080",
    "b.yaml",
    "web.yaml",
    "-n",
    "-r",
    "-l",
    "-o",
    "-f",
    "-e",
    "-w",
    "-1",
    "1",
    "3",
    "10",
    "--",
    "-",
    "x=1",
    "*",
    "?",
    "[ab]*",
    "{a,b}",
    "{1..3}",
    "{3..1..2}",
    "$n",
    "$1",
    "$@",
    "$*",
    "$#",
    "$?",
    "$$",
    "$!",
    "${n}",
    "${n:-d}",
    "${n:=d}",
    "${n:?e}",
    "${n:+x}",
    "${#n}",
    "${n%.*}",
    "${n##*/}",
    "${n/a/b}",
    "${n:1:2}",
    "'s/a/b/g'",
    "'{print $1, $NF}'",
    "'NR==2{next}1'",
    "'/a/,/b/p'",
    "'^[a-z]*(x|y)+$'",
    "'$!N;s/\\n/ /'",
    "\"a $n b\"",
    "\"$(echo q)\"",
    "'it'\\''s'",
    "$'a\\nb'",
    "\\$",
    "~",
    "~/a",
    "/etc/hosts",
    "/dev/null",
    "../a",
    "ü",
    "日本",
    "%s\\n",
    "%d",
    "%5.2f",
    "+%s",
    "!",
    "=",
    "-eq",
    "-z",
    "-d",
    "s",
    "2>&1",
    "",
];
const REDIRECTS: &[&str] = &[
    ">a",
    ">>a",
    "<a",
    "2>/dev/null",
    "&>a",
    "2>&1",
    ">&2",
    "<<<word",
    "> /dev/null",
    "<&-",
    ">$n",
    "< nope",
];

/// The lines of a script.
pub(super) fn script(rng: &mut Rng) -> Vec<String> {
    let mut text = String::new();
    for _ in 0..=rng.below(4) {
        text.push_str(&list(rng, 0));
        text.push('\n');
    }
    if rng.below(3) == 0 {
        text = mutated(&text, rng);
    }
    if rng.below(6) == 0 {
        return text.lines().map(|line| format!("$ {line}")).collect();
    }
    text.lines().map(str::to_owned).collect()
}

fn pick<'a>(rng: &mut Rng, items: &[&'a str]) -> &'a str {
    rng.choose(items).copied().unwrap_or_default()
}

fn list(rng: &mut Rng, depth: u32) -> String {
    let mut text = pipeline(rng, depth);
    for _ in 0..rng.below(3) {
        text.push_str(pick(rng, &["; ", " && ", " || ", "\n", " & ", ";; ", " ; ;"]));
        text.push_str(&pipeline(rng, depth));
    }
    text
}

fn pipeline(rng: &mut Rng, depth: u32) -> String {
    let mut text = if rng.below(12) == 0 { "! ".to_owned() } else { String::new() };
    text.push_str(&command(rng, depth));
    for _ in 0..rng.below(3) {
        text.push_str(pick(rng, &[" | ", "|", " |& ", " |\n"]));
        text.push_str(&command(rng, depth));
    }
    text
}

fn command(rng: &mut Rng, depth: u32) -> String {
    if depth >= DEPTH_MAX {
        return simple(rng, depth);
    }
    let below = depth + 1;
    match rng.below(16) {
        0 => format!("for n in {}; do {}; done", words(rng, below), list(rng, below)),
        1 => format!("while {}; do {}; done", pipeline(rng, below), list(rng, below)),
        2 => format!("until {}; do {}; done", pipeline(rng, below), list(rng, below)),
        3 => format!("if {}; then {}; else {}; fi", list(rng, below), list(rng, below), list(rng, below)),
        4 => format!("( {} )", list(rng, below)),
        5 => format!("{{ {}; }}", list(rng, below)),
        6 => format!("cat <<{}\n{}\nEOF", pick(rng, &["EOF", "'EOF'", "-EOF", "\\EOF"]), list(rng, below)),
        7 => format!("n={} {}", word(rng, below), simple(rng, below)),
        8 => format!(
            "case {} in {}) {};; *) {};; esac",
            word(rng, below),
            word(rng, below),
            list(rng, below),
            list(rng, below)
        ),
        9 => format!("f() {{ {}; }}; f {}", list(rng, below), words(rng, below)),
        10 => format!("[[ {} == {} ]]", word(rng, below), word(rng, below)),
        _ => simple(rng, depth),
    }
}

fn simple(rng: &mut Rng, depth: u32) -> String {
    let mut text = match rng.below(3) {
        0 => format!("kubectl {}", pick(rng, KUBECTL)),
        _ => format!("{} {}", pick(rng, PROGRAMS), words(rng, depth)),
    };
    if rng.below(4) == 0 {
        text.push(' ');
        text.push_str(pick(rng, REDIRECTS));
    }
    if rng.below(10) == 0 {
        text.push_str(" \\\n  ");
        text.push_str(&words(rng, depth));
    }
    text
}

fn words(rng: &mut Rng, depth: u32) -> String {
    let count = rng.below(5);
    (0..count).map(|_| word(rng, depth)).collect::<Vec<_>>().join(" ")
}

fn word(rng: &mut Rng, depth: u32) -> String {
    if depth >= DEPTH_MAX {
        return pick(rng, WORDS).to_owned();
    }
    match rng.below(14) {
        0 => format!("$({})", list(rng, depth + 1)),
        1 => format!("`{}`", simple(rng, DEPTH_MAX)),
        2 => format!("$(({}))", arithmetic(rng, 0)),
        3 => format!("\"{}$({})\"", pick(rng, WORDS), pipeline(rng, depth + 1)),
        4 => format!("{}{}", word(rng, depth + 1), word(rng, depth + 1)),
        5 => format!("<({})", pipeline(rng, depth + 1)),
        _ => pick(rng, WORDS).to_owned(),
    }
}

fn arithmetic(rng: &mut Rng, depth: u32) -> String {
    let atom =
        pick(rng, &["1", "n", "$n", "0x1f", "08", "9223372036854775807", "-1", "x=2", "n++", "", "!n"]);
    if depth >= DEPTH_MAX || rng.below(2) == 0 {
        return atom.to_owned();
    }
    let operator = pick(rng, &["+", "-", "*", "/", "%", "**", "<<", "&&", "==", "?1:", ",", "^"]);
    match rng.below(3) {
        0 => format!("({}){operator}{atom}", arithmetic(rng, depth + 1)),
        _ => format!("{atom}{operator}{}", arithmetic(rng, depth + 1)),
    }
}

/// A text with some of its bytes changed, taken out, moved or repeated.
fn mutated(text: &str, rng: &mut Rng) -> String {
    let mut bytes = text.as_bytes().to_vec();
    let at =
        |rng: &mut Rng, bytes: &[u8]| usize::try_from(rng.below(bytes.len() as u64 + 1)).unwrap_or_default();
    for _ in 0..=rng.below(6) {
        let (from, to) = (at(rng, &bytes), at(rng, &bytes));
        let (from, to) = (from.min(to), from.max(to).min(from.min(to) + 40));
        let piece: Vec<u8> = bytes.get(from..to).unwrap_or_default().to_vec();
        match rng.below(5) {
            0 => drop(bytes.splice(from..to, [])),
            1 => drop(
                bytes.splice(from..from, piece.repeat(usize::try_from(rng.below(20)).unwrap_or_default())),
            ),
            2 => {
                let place = at(rng, &bytes);
                drop(bytes.splice(place..place, piece));
            }
            3 => {
                let new = u8::try_from(rng.below(256)).unwrap_or_default();
                drop(bytes.splice(from..from, [new]));
            }
            _ => {
                let sign = pick(
                    rng,
                    &[
                        "'", "\"", "`", "$(", ")", "${", "}", "\\", "<<E", "|", "&", ";", "\n", "((", "[[",
                        "#", "\r", "\0",
                    ],
                );
                drop(bytes.splice(from..from, sign.bytes()));
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
