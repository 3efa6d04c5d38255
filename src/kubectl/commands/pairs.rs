//! Arguments of the form `RESOURCE… KEY=VALUE… KEY-`, as `label`, `annotate` and `set` take them.
//!
//! Models `GetResourcesAndPairs` and `ParsePairs`, staging/src/k8s.io/kubectl/pkg/cmd/util/helpers.go,
//! Kubernetes v1.36.

use crate::kubectl::error::CommandError;

/// Divides the arguments: resources first, pairs after them.
///
/// # Errors
/// When a resource follows a pair.
pub fn divide<'a>(args: &'a [String], pair_kind: &str) -> Result<(&'a [String], &'a [String]), CommandError> {
    let is_pair =
        |arg: &String| (arg.contains('=') && !arg.starts_with('=')) || (arg.ends_with('-') && arg != "-");
    let first = args.iter().position(is_pair).unwrap_or(args.len());
    let (resources, pairs) = args.split_at(first);
    if let Some(late) = pairs.iter().find(|arg| !is_pair(arg)) {
        return Err(CommandError::plain(format!(
            "all resources must be specified before {pair_kind} changes: {late}"
        )));
    }
    Ok((resources, pairs))
}

/// Keys with values that are to be set, and keys that are to be removed.
pub type Pairs = (Vec<(String, String)>, Vec<String>);

/// Reads pairs.
///
/// # Errors
/// When one is malformed.
pub fn parse(pairs: &[String], pair_kind: &str, may_remove: bool) -> Result<Pairs, CommandError> {
    let mut set: Vec<(String, String)> = Vec::new();
    let mut removed = Vec::new();
    let mut invalid = Vec::new();
    for pair in pairs {
        if let Some((key, value)) = pair.split_once('=').filter(|(key, _)| !key.is_empty()) {
            match set.iter_mut().find(|(known, _)| known == key) {
                Some(known) => value.clone_into(&mut known.1),
                None => set.push((key.to_owned(), value.to_owned())),
            }
        } else if let Some(key) = pair.strip_suffix('-').filter(|key| may_remove && !key.is_empty()) {
            removed.push(key.to_owned());
        } else {
            invalid.push(pair.clone());
        }
    }
    if invalid.is_empty() {
        Ok((set, removed))
    } else {
        Err(CommandError::plain(format!("invalid {pair_kind} format: {}", invalid.join(", "))))
    }
}
