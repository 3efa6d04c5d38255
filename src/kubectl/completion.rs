//! Tab completion: commands, flags, types, names and files.
//!
//! Models staging/src/k8s.io/kubectl/pkg/util/completion, Kubernetes v1.36. Left out: containers, values of
//! templates.

use super::command::Command;
use super::commands::ROOT;
use super::dispatch::{find, flags_of};
use super::resources::kind_of;
use super::session::Session;
use crate::api::Kind;
use crate::api::schema::{self, item_struct};
use crate::apiserver::ApiServer;
use crate::collections::sort;

/// What may stand at the cursor.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Completion {
    /// Where the word begins that is to be replaced, in bytes.
    pub from: usize,
    /// What may stand there, sorted; each ends with a space when nothing can follow in the same word.
    pub candidates: Vec<String>,
}

/// What may stand at the cursor of a line (a position in bytes).
pub fn complete(line: &str, cursor: usize, session: &Session, api: &ApiServer) -> Completion {
    let before = line.get(..cursor).unwrap_or(line);
    let from = before
        .rfind(char::is_whitespace)
        .map_or(0, |at| at + before.get(at..).and_then(|rest| rest.chars().next()).map_or(1, char::len_utf8));
    let word = before.get(from..).unwrap_or_default();
    let head = before.get(..from).unwrap_or_default().trim_start();
    let head = head.strip_prefix("$ ").unwrap_or(head);
    let words: Vec<String> = head.split_whitespace().map(str::to_owned).collect();
    let Some((program, rest)) = words.split_first() else {
        return finish(from, word, vec!["kubectl ".to_owned()]);
    };
    if program != "kubectl" && program != "k" {
        return Completion { from, candidates: Vec::new() };
    }
    // The part before a slash or comma of the word stays as it is.
    let scene = Scene { rest, word, session, api };
    finish(from, word, scene.candidates())
}

fn finish(from: usize, word: &str, mut candidates: Vec<String>) -> Completion {
    candidates.retain(|candidate| candidate.starts_with(word));
    sort(&mut candidates);
    candidates.dedup();
    Completion { from, candidates }
}

struct Scene<'a> {
    rest: &'a [String],
    word: &'a str,
    session: &'a Session,
    api: &'a ApiServer,
}

impl Scene<'_> {
    fn candidates(&self) -> Vec<String> {
        let found = find(self.rest);
        let flags = flags_of(found.command);
        if let Some((flag, value)) = self.word.split_once('=').filter(|(flag, _)| flag.starts_with('-')) {
            let _ = value;
            let name = flag.trim_start_matches('-');
            return self.values(name).into_iter().map(|value| format!("{flag}={value}")).collect();
        }
        if self.word.starts_with('-') {
            return flags
                .iter()
                .filter(|flag| flag.deprecated.is_none())
                .map(|flag| {
                    if flag.bare.is_some() {
                        format!("--{} ", flag.name)
                    } else {
                        format!("--{}=", flag.name)
                    }
                })
                .collect();
        }
        if let Some(last) = self.rest.last().filter(|last| last.starts_with('-') && !last.contains('=')) {
            let takes_value = flags.iter().find(|flag| {
                let long = last.strip_prefix("--").is_some_and(|name| name == flag.name);
                long || last
                    .strip_prefix('-')
                    .is_some_and(|short| flag.short.map(String::from).as_deref() == Some(short))
            });
            if let Some(flag) = takes_value.filter(|flag| flag.bare.is_none()) {
                return self.values(flag.name);
            }
        }
        if !found.command.subcommands.is_empty() && arguments(&found.rest).is_empty() {
            let mut names: Vec<String> =
                found.command.subcommands.iter().map(|command| format!("{} ", command.name)).collect();
            if found.command.run.is_none() || found.command.name == ROOT.name {
                return names;
            }
            names.extend(self.types(found.command));
            return names;
        }
        self.arguments(found.command, &arguments(&found.rest))
    }

    fn values(&self, flag: &str) -> Vec<String> {
        let ended = |values: &[&str]| values.iter().map(|value| format!("{value} ")).collect();
        match flag {
            "filename" | "f" | "patch-file" => {
                self.session.files.keys().map(|name| format!("{name} ")).collect()
            }
            "namespace" | "n" => self
                .api
                .list(Kind::Namespace, None)
                .map(|object| format!("{} ", object.meta().name))
                .collect(),
            "output" | "o" => {
                let mut values: Vec<String> = ended(&["json", "yaml", "wide", "name"]);
                values.extend(["jsonpath=", "go-template=", "custom-columns="].map(str::to_owned));
                values
            }
            "cascade" => ended(&["background", "foreground", "orphan"]),
            "dry-run" => ended(&["client", "server", "none"]),
            "type" => ended(&["strategic", "merge", "json"]),
            "for" => ["create ", "delete ", "condition=", "jsonpath="].map(str::to_owned).to_vec(),
            _ => Vec::new(),
        }
    }

    /// Types, or names when a type was typed already.
    fn arguments(&self, command: &Command, args: &[String]) -> Vec<String> {
        if let ("explain", Some((path, _))) = (command.name, self.word.rsplit_once('.')) {
            return fields(path);
        }
        if !takes_objects(command) {
            return Vec::new();
        }
        if matches!(command.name, "cordon" | "uncordon" | "drain") {
            return self.names(Kind::Node, "");
        }
        if let Some((types, _)) = self.word.split_once('/') {
            return match kind_of(types) {
                Ok(kind) => self.names(kind, &format!("{types}/")),
                Err(_) => Vec::new(),
            };
        }
        let pods_alone = matches!(command.name, "logs" | "exec");
        match args.first() {
            None if pods_alone => self.names(Kind::Pod, ""),
            None => self.types(command),
            Some(word) => match kind_of(word) {
                Ok(kind) if !pods_alone => {
                    let mut names = self.names(kind, "");
                    names.retain(|name| !args.iter().any(|arg| arg == name.trim_end()));
                    names
                }
                _ => Vec::new(),
            },
        }
    }

    fn types(&self, command: &Command) -> Vec<String> {
        if !takes_objects(command) {
            return Vec::new();
        }
        let head = self.word.rsplit_once(',').map_or("", |(head, _)| head);
        let head = if head.is_empty() { String::new() } else { format!("{head},") };
        let mut words: Vec<String> = Vec::new();
        for kind in Kind::ALL {
            let names = kind.resource();
            words.push(format!("{head}{} ", names.plural));
            words.extend(names.short_names.iter().map(|short| format!("{head}{short} ")));
            // The singular is offered once it is typed far enough, so that `pod/` can follow.
            let tail = self.word.get(head.len()..).unwrap_or_default();
            if !tail.is_empty() && names.singular.starts_with(tail) {
                words.push(format!("{head}{} ", names.singular));
            }
        }
        words
    }

    fn names(&self, kind: Kind, prefix: &str) -> Vec<String> {
        let given = self.rest.iter().enumerate().find_map(|(at, word)| match word.as_str() {
            "-n" | "--namespace" => self.rest.get(at + 1).cloned(),
            _ => word.strip_prefix("--namespace=").or_else(|| word.strip_prefix("-n=")).map(str::to_owned),
        });
        let namespace = given.unwrap_or_else(|| self.session.namespace.clone());
        let namespace = kind.is_namespaced().then_some(namespace.as_str());
        let objects = self.api.read_list(kind, namespace);
        objects.iter().map(|object| format!("{prefix}{} ", object.meta().name)).collect()
    }
}

/// The fields below a type's field, each with the path before it: `sts.spec.replicas`.
fn fields(path: &str) -> Vec<String> {
    let mut names = path.split('.');
    let kind = names.next().and_then(|first| kind_of(first).ok());
    let root = kind.and_then(|kind| schema::root(&kind.api_version(), kind.resource().kind));
    let at = names.try_fold(root, |at, name| Some(at?.field(name).and_then(|field| item_struct(&field.ty))));
    let fields = at.flatten().map_or(&[][..], |found| &found.fields);
    fields.iter().map(|field| format!("{path}.{}", field.name)).collect()
}

fn takes_objects(command: &Command) -> bool {
    command.run.is_some()
        && !matches!(
            command.name,
            "apply"
                | "create"
                | "replace"
                | "version"
                | "options"
                | "api-resources"
                | "api-versions"
                | "completion"
                | "cluster-info"
                | "can-i"
                | "current-context"
                | "use-context"
                | "get-clusters"
                | "get-users"
        )
        && !command.usage.starts_with('[')
        || matches!(command.name, "get" | "scale" | "label" | "annotate" | "logs")
}

/// The words that are neither flags nor, as far as can be told, their values.
fn arguments(rest: &[String]) -> Vec<String> {
    let mut arguments = Vec::new();
    let mut words = rest.iter();
    while let Some(word) = words.next() {
        if matches!(word.as_str(), "-n" | "--namespace" | "-l" | "-o" | "-f" | "-p") {
            words.next();
        } else if !word.starts_with('-') {
            arguments.push(word.clone());
        }
    }
    arguments
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::complete;
    use crate::api::Kind;
    use crate::apiserver::{ApiServer, Body, Request};
    use crate::kubectl::Session;
    use crate::sim::Rng;

    fn candidates(line: &str) -> Vec<String> {
        let mut api = ApiServer::new(Rng::new(1));
        for (kind, namespace, name) in [
            (Kind::Namespace, "", "default"),
            (Kind::Node, "", "node-1"),
            (Kind::ConfigMap, "default", "alpha"),
            (Kind::ConfigMap, "default", "beta"),
        ] {
            let metadata = json!({"name": name});
            let value = json!({"apiVersion": "v1", "kind": kind.resource().kind, "metadata": metadata});
            let namespace = namespace.to_owned();
            api.handle(Request::Create { kind, namespace, body: Body::Manifest(value), dry_run: false })
                .unwrap();
        }
        let files = [("web.yaml".to_owned(), String::new())].into();
        complete(line, line.len(), &Session { files, ..Session::default() }, &api).candidates
    }

    #[test]
    fn what_may_follow_is_offered() {
        let cases: &[(&str, &[&str])] = &[
            ("", &["kubectl "]),
            ("kubectl sc", &["scale "]),
            ("k rollout re", &["restart ", "resume "]),
            ("kubectl get statef", &["statefulset ", "statefulsets "]),
            ("kubectl get cm ", &["alpha ", "beta "]),
            ("kubectl get cm alpha ", &["beta "]),
            ("kubectl describe cm/a", &["cm/alpha "]),
            ("kubectl get sts,config", &["sts,configmap ", "sts,configmaps "]),
            ("kubectl apply -f w", &["web.yaml "]),
            ("kubectl apply --filename=w", &["--filename=web.yaml "]),
            ("kubectl get cm -o y", &["yaml "]),
            ("kubectl get -n d", &["default "]),
            ("kubectl -n default get cm b", &["beta "]),
            ("kubectl cordon ", &["node-1 "]),
            ("kubectl scale --repl", &["--replicas="]),
            ("kubectl get --watch-o", &["--watch-only "]),
            ("kubectl explain sts.spec.pod", &["sts.spec.podManagementPolicy"]),
            ("kubectl explain sts.spec.replicas.x", &[]),
            ("kubectl explain statefulset", &["statefulset ", "statefulsets "]),
            ("kubectl completion ", &[]),
            ("kubectl nope ", &[]),
            ("ls ", &[]),
        ];
        for (line, expected) in cases {
            assert_eq!(candidates(line), *expected, "{line}");
        }
    }
}
