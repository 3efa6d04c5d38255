//! What a container's process does: whether it ends by itself, and whether it ends when it is told to.
//!
//! Models what a container runtime would find out by running the command; Kubernetes v1.36 itself knows
//! nothing of it. A small table of shell words is read; all else runs until it is stopped.
//! Left out: every program that is not in the table, variables, pipes, loops (a loop runs on).

use super::timing::Timing;
use crate::api::pod::Container;
use crate::sim::Span;

/// What a process does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Behaviour {
    /// After how long it ends by itself, and with which code; `None` when it runs until it is stopped.
    pub(super) ends: Option<(Span, i64)>,
    /// Whether it takes no notice of SIGTERM, so that it is killed once its grace period is over.
    pub(super) ignores_term: bool,
}

const SERVES: Behaviour = Behaviour { ends: None, ignores_term: false };

/// Images whose own command is a shell, which ends at once where nobody types.
const SHELL_IMAGES: &[&str] = &["alpine", "bash", "busybox", "debian", "fedora", "hello-world", "ubuntu"];

/// Programs that end at once with code 0.
const SHORT_PROGRAMS: &[&str] = &[
    ":", "cat", "chmod", "chown", "cp", "date", "echo", "env", "export", "hostname", "id", "ls", "mkdir",
    "mv", "printenv", "printf", "pwd", "rm", "set", "sysctl", "touch", "true", "uname", "whoami",
];

/// What the process of a container does.
pub(super) fn behaviour(container: &Container, is_init: bool, timing: &Timing) -> Behaviour {
    let words = words(container);
    let first = words.first().map(|word| program(word));
    if timing.stand_in {
        let ends = is_init.then_some((Span::from_ms(timing.init_run_ms), 0));
        return Behaviour { ends, ignores_term: first == Some("sleep") };
    }
    let is_shell = |program: &str| matches!(program, "sh" | "bash" | "ash" | "dash");
    let waits_for_input = container.extra.get("stdin").is_some_and(|stdin| stdin == true);
    let found = match first {
        // A shell that somebody may type to takes no notice of SIGTERM.
        None if waits_for_input && SHELL_IMAGES.contains(&image_name(&container.image)) => {
            Behaviour { ends: None, ignores_term: true }
        }
        Some(first) if words.len() == 1 && is_shell(first) => Behaviour {
            ends: if waits_for_input { None } else { Some((Span::ZERO, 0)) },
            ignores_term: waits_for_input,
        },
        None if SHELL_IMAGES.contains(&image_name(&container.image)) => {
            Behaviour { ends: Some((Span::ZERO, 0)), ignores_term: false }
        }
        None => SERVES,
        Some(_) => run(&words),
    };
    match found.ends {
        None if is_init && !found.ignores_term => {
            Behaviour { ends: Some((Span::from_ms(timing.init_run_ms), 0)), ignores_term: false }
        }
        _ => found,
    }
}

/// What a command does, a shell's script or another program.
pub(super) fn run(words: &[String]) -> Behaviour {
    match (words.first().map(|word| program(word)), words.get(1)) {
        (Some("sh" | "bash" | "ash" | "dash"), Some(flag)) if is_script_flag(flag) => {
            script(words.get(2).map_or("", String::as_str))
        }
        _ => simple(words),
    }
}

fn is_script_flag(flag: &str) -> bool {
    flag.starts_with('-') && flag.ends_with('c')
}

fn words(container: &Container) -> Vec<String> {
    container.command.iter().cloned().chain(container.args().map(str::to_owned)).collect()
}

fn program(word: &str) -> &str {
    word.rsplit('/').next().unwrap_or(word)
}

fn image_name(image: &str) -> &str {
    let name = program(image);
    name.split([':', '@']).next().unwrap_or(name)
}

/// One program without a shell around it; as process 1 it takes no notice of SIGTERM unless it asks for it.
fn simple(words: &[String]) -> Behaviour {
    let texts: Vec<&str> = words.iter().map(String::as_str).collect();
    match outcome(&texts) {
        Outcome::Ends(after, code) => Behaviour { ends: Some((after, code)), ignores_term: true },
        Outcome::Forever => Behaviour { ends: None, ignores_term: true },
        Outcome::Unknown => SERVES,
    }
}

enum Outcome {
    Ends(Span, i64),
    Forever,
    Unknown,
}

fn outcome(words: &[&str]) -> Outcome {
    let Some((first, rest)) = words.split_first() else {
        return Outcome::Ends(Span::ZERO, 0);
    };
    match (program(first), rest.first().copied()) {
        ("sleep", Some(time)) => seconds(time).map_or(Outcome::Forever, |span| Outcome::Ends(span, 0)),
        ("false", _) => Outcome::Ends(Span::ZERO, 1),
        ("tail", _) if rest.contains(&"-f") => Outcome::Forever,
        ("pause", _) => Outcome::Forever,
        (name, _) if SHORT_PROGRAMS.contains(&name) => Outcome::Ends(Span::ZERO, 0),
        _ => Outcome::Unknown,
    }
}

fn seconds(time: &str) -> Option<Span> {
    let (number, factor) = match time.chars().last()? {
        's' => (time.trim_end_matches('s'), 1),
        'm' => (time.trim_end_matches('m'), 60),
        'h' => (time.trim_end_matches('h'), 3_600),
        'd' => (time.trim_end_matches('d'), 86_400),
        _ => (time, 1),
    };
    Some(Span::from_seconds(number.parse::<u64>().ok()?.saturating_mul(factor)))
}

/// A script: its commands one after another, until one ends it or runs on.
fn script(text: &str) -> Behaviour {
    let mut passed = Span::ZERO;
    let mut code = 0;
    let text = text.replace("&&", "\u{1}");
    let mut skipping = false;
    let mut start = 0;
    let ends: Vec<usize> =
        text.match_indices([';', '\n', '\u{1}']).map(|(at, _)| at).chain([text.len()]).collect();
    for end in ends {
        let command = text.get(start..end).unwrap_or_default();
        let joined = text.get(end..).is_some_and(|rest| rest.starts_with('\u{1}'));
        start = end + 1;
        let words: Vec<&str> =
            command.split_whitespace().map(|word| word.trim_matches(['"', '\''])).collect();
        if words.is_empty() || words.first().is_some_and(|word| word.starts_with('#')) {
            continue;
        }
        if !skipping {
            match words.as_slice() {
                ["exit", rest @ ..] => {
                    let code = rest.first().map_or(Some(code), |word| word.parse().ok()).unwrap_or(2);
                    return Behaviour { ends: Some((passed, code & 0xff)), ignores_term: true };
                }
                ["exec", rest @ ..] => {
                    let words: Vec<String> = rest.iter().map(|&word| word.to_owned()).collect();
                    let found = simple(&words);
                    return Behaviour {
                        ends: found.ends.map(|(after, code)| (passed + after, code)),
                        ..found
                    };
                }
                words => match outcome(words) {
                    Outcome::Ends(after, ended) => {
                        passed = passed + after;
                        code = ended;
                    }
                    // A loop or a server: who knows; loops of a shell do not listen to SIGTERM.
                    Outcome::Unknown => {
                        let is_loop = matches!(words.first(), Some(&("while" | "until" | "for")));
                        return Behaviour {
                            ends: None,
                            ignores_term: is_loop && words.first() == Some(&"while"),
                        };
                    }
                    Outcome::Forever => return Behaviour { ends: None, ignores_term: true },
                },
            }
        }
        skipping = joined && code != 0;
    }
    Behaviour { ends: Some((passed, code)), ignores_term: true }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(image: &str, command: &[&str], is_init: bool, timing: &Timing) -> String {
        let container = Container {
            image: image.to_owned(),
            command: command.iter().map(|&word| word.to_owned()).collect(),
            ..Container::default()
        };
        let found = behaviour(&container, is_init, timing);
        let ends =
            found.ends.map_or("runs on".to_owned(), |(after, code)| format!("{code} after {}", after.ms()));
        format!("{ends}{}", if found.ignores_term { ", ignores TERM" } else { "" })
    }

    #[test]
    fn a_small_table_of_commands_ends() {
        let table: &[(&str, &[&str], &str)] = &[
            ("nginx", &[], "runs on"),
            ("busybox:1.36", &[], "0 after 0"),
            ("busybox", &["sleep", "infinity"], "runs on, ignores TERM"),
            ("busybox", &["/bin/sleep", "3600"], "0 after 3600000, ignores TERM"),
            ("busybox", &["sleep", "1h"], "0 after 3600000, ignores TERM"),
            ("busybox", &["false"], "1 after 0, ignores TERM"),
            ("busybox", &["sh", "-c", "exit 1"], "1 after 0, ignores TERM"),
            ("busybox", &["sh", "-ec", "sleep 5; exit 300"], "44 after 5000, ignores TERM"),
            ("busybox", &["sh", "-c", "echo hi && sleep 2"], "0 after 2000, ignores TERM"),
            ("busybox", &["sh", "-c", "false && sleep 2"], "1 after 0, ignores TERM"),
            ("busybox", &["sh", "-c", "while true; do sleep 1; done"], "runs on, ignores TERM"),
            ("zk", &["sh", "-c", "start-zookeeper --servers=3"], "runs on"),
            ("busybox", &["sh", "-c", "exit x"], "2 after 0, ignores TERM"),
            ("busybox", &["sh", "-c"], "0 after 0, ignores TERM"),
            ("busybox", &["sh", "-c", "é;&&\u{1}"], "runs on"),
        ];
        for (image, command, expected) in table {
            assert_eq!(told(image, command, false, &Timing::default()), *expected, "{image} {command:?}");
        }
    }

    #[test]
    fn init_containers_end_unless_they_wait_forever() {
        let real = Timing::default();
        assert_eq!(told("setup", &[], true, &real), "0 after 1000");
        assert_eq!(
            told("busybox", &["sh", "-c", "until nslookup db; do sleep 2; done"], true, &real),
            "0 after 1000"
        );
        assert_eq!(told("busybox", &["sleep", "infinity"], true, &real), "runs on, ignores TERM");
        assert_eq!(told("busybox", &["sleep", "3"], false, &Timing::recorded()), "runs on, ignores TERM");
    }
}
