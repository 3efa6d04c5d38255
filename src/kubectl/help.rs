//! The help texts: the overview of all commands, and one command's own.
//!
//! Models the templates of staging/src/k8s.io/kubectl/pkg/util/templates, Kubernetes v1.36. Left out: the
//! options that every command has, except under `kubectl options`.

use std::fmt::Write as _;

use super::command::Command;
use super::commands::{GROUPS, ROOT};
use super::flags::{Flag, FlagKind};
use crate::collections::sort_by_key;

/// What `kubectl` alone prints.
pub fn root() -> String {
    format!(
        "{}\n\n Find more information at: https://kubernetes.io/docs/reference/kubectl/{}",
        ROOT.short,
        root_usage()
    )
}

/// What of that is no description: it begins with the lines that part it from one.
pub fn root_usage() -> String {
    let mut text = "\n\n".to_owned();
    let width = 15;
    for (title, names) in GROUPS {
        text.push_str(title);
        text.push('\n');
        for name in *names {
            let short = ROOT.subcommand(name).map_or("", |command| command.short);
            writeln!(text, "  {name:width$} {short}").unwrap_or_default();
        }
        text.push('\n');
    }
    text.push_str("Usage:\n  kubectl [flags] [options]\n\n");
    text.push_str("Use \"kubectl <command> --help\" for more information about a given command.\n");
    text.push_str(
        "Use \"kubectl options\" for a list of global command-line options (applies to all commands).\n",
    );
    text
}

/// What `--help` of a command prints.
pub fn command(command: &Command, path: &str) -> String {
    if command.name == ROOT.name {
        return root();
    }
    let mut text = String::new();
    text.push_str(if command.doc.is_empty() { command.short } else { command.doc });
    text.push_str("\n\n");
    if !command.examples.is_empty() {
        text.push_str("Examples:\n");
        for line in command.examples.lines() {
            text.push_str(if line.is_empty() { "" } else { "  " });
            text.push_str(line);
            text.push('\n');
        }
        text.push('\n');
    }
    if !command.subcommands.is_empty() {
        text.push_str("Available Commands:\n");
        let width = command.subcommands.iter().map(|sub| sub.name.len()).max().unwrap_or_default();
        for sub in command.subcommands {
            writeln!(text, "  {:width$}   {}", sub.name, sub.short).unwrap_or_default();
        }
        text.push('\n');
    }
    let mut flags: Vec<&Flag> = command.own_flags().filter(|flag| flag.deprecated.is_none()).collect();
    sort_by_key(&mut flags, |flag| flag.name);
    if !flags.is_empty() {
        text.push_str("Options:\n");
        let blocks: Vec<String> = flags.iter().map(|flag| option(flag)).collect();
        text.push_str(&blocks.join("\n"));
        text.push('\n');
    }
    writeln!(text, "Usage:\n  {path}{}\n", usage(command)).unwrap_or_default();
    if !command.subcommands.is_empty() {
        writeln!(text, "Use \"{path} <command> --help\" for more information about a given command.")
            .unwrap_or_default();
    }
    text.push_str(
        "Use \"kubectl options\" for a list of global command-line options (applies to all commands).\n",
    );
    text
}

fn usage(command: &Command) -> String {
    if command.usage.is_empty() {
        " [flags] [options]".to_owned()
    } else {
        format!(" {} [options]", command.usage)
    }
}

/// One flag as the list of options shows it.
pub fn option(flag: &Flag) -> String {
    let short = flag.short.map_or("   ".to_owned(), |short| format!("-{short},"));
    let default = match flag.kind {
        FlagKind::Text => format!("'{}'", flag.default),
        FlagKind::List | FlagKind::Array => "[]".to_owned(),
        _ => flag.default.to_owned(),
    };
    format!("    {short} --{}={default}:\n{}", flag.name, wrap(flag.help))
}

fn wrap(help: &str) -> String {
    const WIDTH: usize = 72;
    let mut text = String::new();
    let mut line = String::new();
    for word in help.split_whitespace() {
        if !line.is_empty() && line.len() + 1 + word.len() > WIDTH {
            writeln!(text, "\t{line}").unwrap_or_default();
            line.clear();
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    if !line.is_empty() {
        writeln!(text, "\t{line}").unwrap_or_default();
    }
    text
}
