//! Programs that print what they are given: echo, printf, seq and the like.

use super::format;
use crate::shell::console::CLEAR_SCREEN;
use crate::shell::host::Call;
use crate::shell::io::Io;

/// Lines that `seq` prints at most.
const SEQUENCE_MAX: i64 = 100_000;

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
        let (read, is_cut) = format::escapes(&text);
        text = read;
        ends &= !is_cut;
    }
    if ends {
        text.push('\n');
    }
    io.out(&text);
    0
}

/// `printf FORMAT VALUES`: the format is used again while values are left.
pub(super) fn printf(call: &Call, io: &mut Io<'_>) -> i32 {
    let Some((pattern, mut values)) = call.args().split_first() else {
        io.err("printf: usage: printf [-v var] format [arguments]\n");
        return 2;
    };
    let (pattern, _) = format::escapes(pattern);
    let mut text = String::new();
    loop {
        let (more, taken) = format::format(&pattern, values);
        text.push_str(&more);
        values = values.get(taken..).unwrap_or_default();
        if values.is_empty() || taken == 0 {
            break;
        }
    }
    io.out(&text);
    0
}

/// `seq LAST`, `seq FIRST LAST`, `seq FIRST STEP LAST`; `-s` and `-w`.
pub(super) fn seq(call: &Call, io: &mut Io<'_>) -> i32 {
    let mut separator = "\n".to_owned();
    let mut pads = false;
    let mut numbers: Vec<i64> = Vec::new();
    let mut args = call.args().iter();
    while let Some(arg) = args.next() {
        let attached = arg.strip_prefix("--separator=").or(arg.strip_prefix("-s"));
        if let Some(text) = attached {
            separator =
                if text.is_empty() { args.next().cloned().unwrap_or_default() } else { text.to_owned() };
        } else if arg == "-w" {
            pads = true;
        } else if let Ok(number) = arg.parse() {
            numbers.push(number);
        } else {
            io.err(&format!("seq: invalid floating point argument: '{arg}'\n"));
            return 1;
        }
    }
    let (first, step, last) = match numbers.as_slice() {
        [last] => (1, 1, *last),
        [first, last] => (*first, 1, *last),
        [first, step, last] if *step != 0 => (*first, *step, *last),
        _ => {
            io.err("seq: missing operand\n");
            return 1;
        }
    };
    let mut texts = Vec::new();
    let mut number = first;
    let width = if pads { first.to_string().len().max(last.to_string().len()) } else { 0 };
    for _ in 0..SEQUENCE_MAX {
        if (step > 0 && number > last) || (step < 0 && number < last) {
            break;
        }
        texts.push(format!("{number:0width$}"));
        let Some(next) = number.checked_add(step) else { break };
        number = next;
    }
    if !texts.is_empty() {
        io.out(&(texts.join(&separator) + "\n"));
    }
    0
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
    for name in call.args().iter().filter(|arg| !arg.starts_with('-')) {
        let asked = Call { argv: vec![name.clone()], ..call.clone() };
        if io.host().start(&asked).is_ok() {
            io.out(&format!("/usr/bin/{name}\n"));
        } else {
            status = 1;
        }
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
