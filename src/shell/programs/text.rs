//! Programs that print what they are given: echo, printf and the like.

use super::format::{Argument, format};
use crate::shell::console::{CLEAR_SCREEN, OUTPUT_MAX};
use crate::shell::escapes::{Place, unescaped};
use crate::shell::host::Call;
use crate::shell::io::Io;

/// Programs that every shell has itself.
const BUILTINS: &[&str] = &[
    ":", ".", "[", "alias", "break", "cd", "command", "continue", "echo", "eval", "exec", "exit", "export",
    "false", "let", "local", "printf", "pwd", "read", "readonly", "return", "set", "shift", "source", "test",
    "true", "type", "unalias", "unset", "wait",
];

/// `echo`: `-n` leaves the line end out, `-e` reads backslashes.
pub(super) fn echo(call: &Call, io: &mut Io<'_>) -> i32 {
    let mut words = call.args();
    let (mut ends, mut escapes) = (true, false);
    while let Some((first, rest)) = words.split_first() {
        let is_flags = first.len() > 1
            && first.strip_prefix('-').is_some_and(|letters| letters.chars().all(|l| "neE".contains(l)));
        if !is_flags {
            break;
        }
        ends &= !first.contains('n');
        escapes = first.contains('e') || (escapes && !first.contains('E'));
        words = rest;
    }
    let mut text = words.join(" ");
    if escapes {
        let (read, is_cut) = unescaped(&text, Place::Echo);
        text = read;
        ends &= !is_cut;
    }
    if ends {
        text.push('\n');
    }
    io.out(&text);
    0
}

/// `printf FORMAT VALUES`: the format is used again while values are left. `-v` is the shell's affair.
pub(super) fn printf(call: &Call, io: &mut Io<'_>) -> i32 {
    let (args, has_flags) = match call.args() {
        [dashes, rest @ ..] if dashes == "--" => (rest, false),
        args => (args, true),
    };
    let Some((pattern, values)) = args.split_first() else {
        io.err("printf: usage: printf [-v var] format [arguments]\n");
        return 2;
    };
    if has_flags && pattern.starts_with("-v") {
        io.hint("the sandbox's printf does not have -v: NAME=$(printf …)");
        return 2;
    }
    if has_flags && let Some(flag) = pattern.strip_prefix('-').and_then(|rest| rest.chars().next()) {
        io.err(&format!(
            "bash: printf: -{flag}: invalid option\nprintf: usage: printf [-v var] format [arguments]\n"
        ));
        return 2;
    }
    if pattern.contains(")T") && pattern.contains("%(") {
        io.hint("the sandbox's printf does not have %(…)T: date +FORMAT");
        return 1;
    }
    let (pattern, _) = unescaped(pattern, Place::Format);
    let mut values: Vec<Argument> = values.iter().map(|value| Argument::word(value)).collect();
    let (mut text, mut wrong) = (String::new(), String::new());
    loop {
        let made = format(&pattern, &values);
        text.push_str(&made.text);
        for why in &made.wrong {
            wrong.push_str(&format!("bash: printf: {why}\n"));
        }
        values.drain(..made.taken.min(values.len()));
        if values.is_empty() || made.taken == 0 || made.is_cut || text.len() > OUTPUT_MAX {
            break;
        }
    }
    io.out_limited(&text);
    io.err(&wrong);
    i32::from(!wrong.is_empty())
}

/// `true`, and what needs to do nothing here.
pub(super) fn succeed(_: &Call, _: &mut Io<'_>) -> i32 {
    0
}

/// `false`.
pub(super) fn fail(_: &Call, _: &mut Io<'_>) -> i32 {
    1
}

/// `basename PATH [SUFFIX]`.
pub(super) fn basename(call: &Call, io: &mut Io<'_>) -> i32 {
    let Some(path) = call.args().first() else {
        io.err("basename: missing operand\n");
        return 1;
    };
    let name = path.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
    let suffix = call.args().get(1).map(String::as_str).unwrap_or_default();
    let bare = name.strip_suffix(suffix).filter(|bare| !bare.is_empty()).unwrap_or(name);
    io.out(&format!("{bare}\n"));
    0
}

/// `dirname PATH`.
pub(super) fn dirname(call: &Call, io: &mut Io<'_>) -> i32 {
    let Some(path) = call.args().first() else {
        io.err("dirname: missing operand\n");
        return 1;
    };
    let folder = match path.trim_end_matches('/').rsplit_once('/') {
        Some(("", _)) => "/",
        Some((folder, _)) => folder,
        None => ".",
    };
    io.out(&format!("{folder}\n"));
    0
}

/// `which NAME`, `command -v NAME`.
pub(super) fn which(call: &Call, io: &mut Io<'_>) -> i32 {
    let mut status = 0;
    let is_type = call.name() == "type" || call.args().iter().any(|arg| arg == "-V");
    for name in call.args().iter().filter(|arg| !arg.starts_with('-')) {
        let asked = Call { argv: vec![name.clone()], ..call.clone() };
        let is_own = call.name() != "which" && BUILTINS.contains(&name.as_str());
        let found = is_own || io.host().start(&asked).is_ok();
        match (found, is_type) {
            (true, true) if is_own => io.out(&format!("{name} is a shell builtin\n")),
            (true, true) => io.out(&format!("{name} is /usr/bin/{name}\n")),
            (true, false) if is_own => io.out(&format!("{name}\n")),
            (true, false) => io.out(&format!("/usr/bin/{name}\n")),
            (false, true) => io.err(&format!("bash: type: {name}: not found\n")),
            (false, false) => {}
        }
        status |= i32::from(!found);
    }
    status
}

/// `printenv`, and `env` without a command.
pub(super) fn environment(call: &Call, io: &mut Io<'_>) -> i32 {
    if let Some(name) = call.args().first().filter(|_| call.name() == "printenv") {
        let Some(value) = call.environment.get(name) else { return 1 };
        io.out(&format!("{value}\n"));
        return 0;
    }
    for (name, value) in &call.environment {
        io.out(&format!("{name}={value}\n"));
    }
    0
}

/// `clear`.
pub(super) fn clear(_: &Call, io: &mut Io<'_>) -> i32 {
    io.out(CLEAR_SCREEN);
    0
}
