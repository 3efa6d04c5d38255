//! From a typed line to the command that runs.
//!
//! Models cobra's `Find` and `Execute`, github.com/spf13/cobra, with the errors of cmd/kubectl, Kubernetes
//! v1.36. Left out: plugins, aliases of kuberc, environment variables.

use std::fmt::Write as _;

use super::command::{Command, Context};
use super::commands::{GLOBAL_FLAGS, ROOT};
use super::error::CommandError;
use super::flags::{Flag, FlagKind, Parsed};
use super::outcome::{Outcome, Output, Stream};
use super::quote::quote;
use super::session::Session;
use super::{help, hints, kubeconfig, suggest};
use crate::apiserver::ApiServer;

/// Runs kubectl with these arguments.
pub fn run(rest: &[String], session: &mut Session, api: &mut ApiServer) -> Outcome {
    let found = find(rest);
    if found.command.name == "help" {
        return Outcome::Done(help_for(&found.rest));
    }
    if found.command.absent {
        return Outcome::Done(Output::hint(
            format!("the sandbox does not have \"{}\" yet; a real cluster does", found.path),
            1,
        ));
    }
    let flags = flags_of(found.command);
    let parsed = match Parsed::parse(&found.rest, &flags) {
        Ok(parsed) => parsed,
        Err(why) => return Outcome::Done(flag_error(&found, &why)),
    };
    if parsed.switch("help") {
        return Outcome::Done(Output::text(Stream::Out, &help::command(found.command, &found.path), 0));
    }
    let Some(function) = found.command.run else {
        return Outcome::Done(group(&found, &parsed.args));
    };
    let refused = match missing_flags(found.command, &parsed).or_else(|| absent_flag(&found, &parsed)) {
        Some(error) => Err(error),
        None => kubeconfig::check(&found.path, &parsed, session),
    };
    if let Err(error) = refused {
        let mut output = Output::default();
        output.fail(&error);
        return Outcome::Done(output);
    }
    let mut context =
        Context { api, session, flags: parsed, path: found.path, output: Output::default(), warnings: 0 };
    let notes = std::mem::take(&mut context.flags.notes);
    context.err(&notes);
    let step = function(&mut context).and_then(|step| context.judge_warnings(step));
    context.finish(step)
}

/// A command that was found, and the words that are left for it.
#[derive(Debug)]
pub struct Found {
    /// It.
    pub command: &'static Command,
    /// Its names.
    pub path: String,
    /// Flags and arguments.
    pub rest: Vec<String>,
}

/// The flags that a command understands.
pub fn flags_of(command: &'static Command) -> Vec<&'static Flag> {
    command.own_flags().chain(GLOBAL_FLAGS.iter()).collect()
}

/// Finds the command that words name.
pub fn find(words: &[String]) -> Found {
    let mut found = Found { command: &ROOT, path: ROOT.name.to_owned(), rest: words.to_vec() };
    while let Some(at) = first_argument(&found) {
        let Some(next) = found.rest.get(at).and_then(|word| found.command.subcommand(word)) else {
            break;
        };
        found.rest.remove(at);
        found.path = format!("{} {}", found.path, next.name);
        found.command = next;
    }
    found
}

/// Where the first word stands that is no flag and no flag's value.
fn first_argument(found: &Found) -> Option<usize> {
    let flags = flags_of(found.command);
    let mut at = 0;
    while let Some(word) = found.rest.get(at) {
        if word == "--" {
            return None;
        }
        if let Some(name) = word.strip_prefix("--") {
            let takes_value = !word.contains('=')
                && flags.iter().find(|flag| flag.name == name).is_none_or(|flag| flag.bare.is_none());
            at += if takes_value { 2 } else { 1 };
        } else if word.len() > 1 && word.starts_with('-') {
            let mut letters = word.chars().skip(1);
            let last = letters.next();
            let alone = letters.next().is_none();
            let takes_value =
                alone && flags.iter().find(|flag| flag.short == last).is_none_or(|flag| flag.bare.is_none());
            at += if takes_value { 2 } else { 1 };
        } else {
            return Some(at);
        }
    }
    None
}

fn flag_error(found: &Found, why: &str) -> Output {
    let mut output = Output::default();
    // An unknown command is told before its flags are.
    let is_root = found.command.name == ROOT.name;
    if let (true, Some(word)) = (is_root, first_argument(found).and_then(|at| found.rest.get(at))) {
        return unknown_command(word);
    }
    let typed = why.strip_prefix("unknown flag: --");
    let hint = typed.and_then(|typed| hints::flag(typed, &flags_of(found.command)));
    let error = CommandError::plain(format!("{why}\nSee '{} --help' for usage.", found.path));
    output.fail(&error.with_hint(hint));
    output
}

fn missing_flags(command: &Command, parsed: &Parsed) -> Option<CommandError> {
    let missing: Vec<String> =
        command.required.iter().filter(|name| !parsed.is_given(name)).map(|name| quote(name)).collect();
    if missing.is_empty() {
        return None;
    }
    Some(CommandError::plain(format!("required flag(s) {} not set", missing.join(", "))))
}

/// Says so where a flag was given that kubectl has and the sandbox does not.
fn absent_flag(found: &Found, parsed: &Parsed) -> Option<CommandError> {
    // One that is given as it is anyway changes nothing.
    let differs = |flag: &Flag| match flag.kind {
        FlagKind::Switch => parsed.switch(flag.name) != (flag.default == "true"),
        _ => parsed.text(flag.name) != flag.default,
    };
    let is_meant = |flag: &Flag| flag.absent && parsed.is_given(flag.name) && differs(flag);
    let flag = found.command.own_flags().find(|flag| is_meant(flag))?;
    let command = found.path.strip_prefix("kubectl ").unwrap_or(&found.path);
    let name = flag.name;
    Some(CommandError::sandbox(format!("the sandbox does not have {command} --{name}; leave the flag out")))
}

/// A group of commands, named alone or with a word that is none of them.
fn group(found: &Found, args: &[String]) -> Output {
    let is_root = found.command.name == ROOT.name;
    match args.first() {
        None if is_root => Output::text(Stream::Out, &help::root(), 0),
        None => {
            // Upstream's groups print to standard error, but for this one.
            let stream = if found.command.name == "rollout" { Stream::Out } else { Stream::Err };
            Output::text(stream, &help::command(found.command, &found.path), 1)
        }
        Some(word) if is_root => unknown_command(word),
        Some(word) => {
            let mut output = Output::default();
            let hint = hints::subcommand(word, found.command.subcommands.iter().map(|command| command.name));
            let message = format!("unknown command {}", quote(&args.join(" ")));
            output.fail(&CommandError::usage(&found.path, &message).with_hint(hint));
            output
        }
    }
}

fn unknown_command(word: &str) -> Output {
    let mut message = format!("error: unknown command {} for \"kubectl\"", quote(word));
    let suggestions = suggest::commands(&ROOT, word);
    if !suggestions.is_empty() {
        message.push_str("\n\nDid you mean this?\n");
        for suggestion in suggestions {
            writeln!(message, "\t{suggestion}").unwrap_or_default();
        }
    }
    let end = if message.ends_with('\n') { "" } else { "\n" };
    Output::text(Stream::Err, &format!("{message}{end}"), 1)
}

fn help_for(words: &[String]) -> Output {
    let names: Vec<String> = words.iter().filter(|word| !word.starts_with('-')).cloned().collect();
    let found = find(&names);
    if found.command.name == ROOT.name && !names.is_empty() {
        let topics: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
        let text = format!("Unknown help topic [{}]\n{}", topics.join(" "), help::root_usage());
        return Output::text(Stream::Err, &text, 0);
    }
    Output::text(Stream::Out, &help::command(found.command, &found.path), 0)
}
