//! Keys and values from files, literals and environment files, for config maps and secrets.
//!
//! Models `ParseFileSource`, `ParseLiteralSource` and `AddFromEnvFile`, staging/src/k8s.io/kubectl/pkg,
//! Kubernetes v1.36. Left out: files that are no text.

use crate::kubectl::command::Context;
use crate::kubectl::error::CommandError;
use crate::kubectl::flags::Flag;
use crate::kubectl::label_syntax::env_name_errors;
use crate::kubectl::quote::quote;

/// `--from-file`, `--from-literal`, `--from-env-file`
pub(super) const SOURCES: &[Flag] = &[
    Flag::list(
        "from-file",
        "A file whose text becomes the value of its name, KEY=FILE, or a folder of files.",
    ),
    Flag::array("from-literal", "KEY=VALUE"),
    Flag::list("from-env-file", "A file of lines KEY=VALUE."),
];

/// A key with its value.
pub(super) type Pair = (String, String);

fn plain(message: String) -> CommandError {
    CommandError::plain(message)
}

/// Refuses sources that do not go together.
pub(super) fn check(context: &Context<'_>) -> Result<(), CommandError> {
    let given = |flag: &str| !context.flags.list(flag).is_empty();
    if given("from-env-file") && (given("from-file") || given("from-literal")) {
        return Err(plain("from-env-file cannot be combined with from-file or from-literal".to_owned()));
    }
    Ok(())
}

/// Keys and values of literals.
pub(super) fn literals(context: &Context<'_>) -> Result<Vec<Pair>, CommandError> {
    let pair = |literal: &String| {
        let parts = literal.split_once('=').filter(|(key, _)| !key.is_empty());
        parts
            .map(|(key, value)| (key.to_owned(), value.to_owned()))
            .ok_or_else(|| plain(format!("invalid literal source {literal}, expected key=value")))
    };
    context.flags.list("from-literal").iter().map(pair).collect()
}

/// Keys and values of files; `default_key` takes the place of a file's name.
pub(super) fn files(context: &Context<'_>, default_key: Option<&str>) -> Result<Vec<Pair>, CommandError> {
    let mut pairs = Vec::new();
    for source in context.flags.list("from-file") {
        let (key, path) = match default_key {
            Some(key) if !source.contains('=') => (key.to_owned(), source.clone()),
            _ => file_source(source)?,
        };
        if let Some(text) = context.session.file(&path) {
            pairs.push((key, text.to_owned()));
            continue;
        }
        let folder = folder(context, &path);
        if folder.is_empty() {
            return Err(plain(format!("error reading {path}: no such file or directory")));
        }
        if source.contains('=') {
            return Err(plain("cannot give a key name for a directory path".to_owned()));
        }
        pairs.extend(folder);
    }
    Ok(pairs)
}

/// The files right below a folder.
fn folder(context: &Context<'_>, path: &str) -> Vec<Pair> {
    let folder = path.trim_start_matches("./").trim_end_matches('/');
    let below = |name: &str| match folder {
        "." | "" => Some(name.to_owned()),
        _ => name.strip_prefix(folder)?.strip_prefix('/').map(str::to_owned),
    };
    let files = context.session.files.iter();
    files
        .filter_map(|(name, text)| Some((below(name)?, text.clone())))
        .filter(|(name, _)| !name.contains('/'))
        .collect()
}

fn file_source(source: &str) -> Result<Pair, CommandError> {
    let parts: Vec<&str> = source.split('=').collect();
    match parts.as_slice() {
        [path] => Ok((path.rsplit('/').next().unwrap_or(path).to_owned(), (*path).to_owned())),
        ["", path] => Err(plain(format!("key name for file path {path} missing"))),
        [key, ""] => Err(plain(format!("file path for key name {key} missing"))),
        [key, path] => Ok(((*key).to_owned(), (*path).to_owned())),
        _ => Err(plain("key names or file paths cannot contain '='".to_owned())),
    }
}

/// Keys and values of environment files: a line without `=` takes its value from the environment, which is
/// empty here.
pub(super) fn env_files(context: &Context<'_>) -> Result<Vec<Pair>, CommandError> {
    let mut pairs = Vec::new();
    for path in context.flags.list("from-env-file") {
        let text = context.session.file(path);
        let text = text.ok_or_else(|| plain(format!("error reading {path}: no such file or directory")))?;
        for line in
            text.lines().map(str::trim_start).filter(|line| !line.is_empty() && !line.starts_with('#'))
        {
            let (key, value) = line.split_once('=').unwrap_or((line, ""));
            let errors = env_name_errors(key);
            if !errors.is_empty() {
                return Err(plain(format!("{} is not a valid key name: {}", quote(key), errors.join(";"))));
            }
            pairs.push((key.to_owned(), value.to_owned()));
        }
    }
    Ok(pairs)
}

/// What is wrong with a key (`IsConfigMapKey`).
pub(super) fn key_errors(key: &str) -> Vec<String> {
    const RULE: &str = "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. \
                        'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')";
    let mut errors = Vec::new();
    if key.len() > 253 {
        errors.push("must be no more than 253 characters".to_owned());
    }
    let is_valid = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_');
    if key.is_empty() || !key.bytes().all(is_valid) {
        errors.push(RULE.to_owned());
    }
    match key {
        "." => errors.push("must not be '.'".to_owned()),
        ".." => errors.push("must not be '..'".to_owned()),
        _ if key.starts_with("..") => errors.push("must not start with '..'".to_owned()),
        _ => {}
    }
    errors
}
