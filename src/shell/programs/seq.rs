//! `seq`: numbers in a row.

use super::format::{Argument, format};
use super::numbers::number;
use super::options::{Options, wrong};
use super::{Mistake, Wrong};
use crate::shell::console::OUTPUT_MAX;
use crate::shell::host::Call;
use crate::shell::io::Io;

/// Lines that are printed at most.
const LINES_MAX: u32 = 100_000;
/// Places behind the point that are written at most.
const PLACES_MAX: usize = 1_000;

/// `seq LAST`, `seq FIRST LAST`, `seq FIRST STEP LAST`; `-s`, `-w`, `-f`.
pub(super) fn seq(call: &Call, io: &mut Io<'_>) -> i32 {
    match text(call) {
        Ok(text) => {
            io.out_limited(&text);
            0
        }
        Err(Wrong(mistake, exit)) => {
            mistake.tell(io);
            exit
        }
    }
}

fn text(call: &Call) -> Result<String, Wrong> {
    // A number below zero is no flag.
    let mut flags = call.clone();
    let is_number =
        |arg: &String| arg.starts_with(|first: char| first.is_ascii_digit() || ".-".contains(first));
    let is_negative =
        |arg: &String| is_number(arg) && arg.get(1..2).is_some_and(|next| ".0123456789".contains(next));
    if let Some(at) = call.argv.iter().position(|arg| is_negative(arg) && arg.starts_with('-')) {
        flags.argv.insert(at, "--".to_owned());
    }
    let long = [("separator", 's'), ("equal-width", 'w'), ("format", 'f')];
    let options = Options::parse(&flags, "s:wf:", &long)?;
    let mut numbers = Vec::new();
    for operand in &options.operands {
        let value: Option<f64> =
            operand.trim_start_matches('+').parse().ok().filter(|value: &f64| value.is_finite());
        let value =
            value.ok_or_else(|| wrong(call, &format!("invalid floating point argument: '{operand}'")))?;
        numbers.push((value, operand.as_str()));
    }
    let one = (1.0, "1");
    let (first, step, last) = match numbers.as_slice() {
        [] => return Err(wrong(call, "missing operand")),
        [last] => (one, one, *last),
        [first, last] => (*first, one, *last),
        [first, step, last] => (*first, *step, *last),
        [_, _, _, (_, extra), ..] => return Err(wrong(call, &format!("extra operand '{extra}'"))),
    };
    if step.0 == 0.0 {
        return Err(wrong(call, &format!("invalid Zero increment value: '{}'", step.1)));
    }
    let places = |text: &str| text.split_once('.').map_or(0, |(_, digits)| digits.len());
    let precision = places(first.1).max(places(step.1)).min(PLACES_MAX);
    let write = |value: f64| format!("{value:.precision$}");
    let width = if options.has('w') { write(first.0).len().max(write(last.0).len()) } else { 0 };
    let pattern = options.value('f');
    if pattern.is_some_and(|pattern| pattern.replace("%%", "").matches('%').count() != 1) {
        let pattern = pattern.unwrap_or_default();
        return Err(Wrong(Mistake::from(format!("seq: format '{pattern}' has no % directive\n")), 1));
    }
    let separator = options.value('s').unwrap_or("\n");
    let (mut texts, mut length) = (Vec::new(), 0);
    for index in 0..LINES_MAX {
        // Rounding must not lose the last one.
        let value = first.0 + f64::from(index) * step.0;
        let beyond = (value - last.0) * step.0.signum();
        if beyond > step.0.abs() * 1e-9 {
            break;
        }
        let text = match pattern {
            Some(pattern) => {
                let value = Argument { text: write(value), number: Some(value), is_code: false };
                format(pattern, &[value]).text
            }
            None => pad(&write(value), width),
        };
        length += text.len() + if texts.is_empty() { 0 } else { separator.len() };
        texts.push(text);
        if length > OUTPUT_MAX {
            break;
        }
    }
    Ok(if texts.is_empty() { String::new() } else { texts.join(separator) + "\n" })
}

/// Zeros before a number, behind its sign.
fn pad(text: &str, width: usize) -> String {
    let (sign, digits) = text.split_at(usize::from(text.starts_with('-')));
    let width = width.saturating_sub(sign.len());
    // What is read as zero has no sign.
    let sign = if number(digits) == 0.0 { "" } else { sign };
    format!("{sign}{digits:0>width$}")
}
