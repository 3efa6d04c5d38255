//! Checks the source text itself: who may import whom, headers, sizes, names, leftovers.
//!
//! Each rule is a function from a file to findings, and is shown a bad sample at the foot of this file.

mod text;

use std::fs;
use std::path::{Path, PathBuf};

use kubesets::collections::sort;
use text::{SourceFile, Token};

/// The whole permission of each folder of `src`: what it may import besides itself and `collections`, which
/// stands in for parts of std. `main`, `bin` and `lib` only mount.
const LAYERS: &[(&str, &[&str])] = &[
    (COLLECTIONS, &[]),
    ("base64", &[]),
    ("sim", &[]),
    ("shell", &["base64", "sim"]),
    ("api", &["sim"]),
    ("apiserver", &["api", "base64", "sim"]),
    ("client", &["api", "apiserver", "sim"]),
    ("controllers", &["api", "client", "sim"]),
    ("scheduler", &["api", "client", "sim"]),
    ("kubelet", &["api", "client", "sim"]),
    ("kubectl", &["api", "apiserver", "base64", "sim"]),
    ("containers", &["api", "base64", "shell", "sim"]),
    (
        "cluster",
        &[
            "api",
            "apiserver",
            "client",
            "containers",
            "controllers",
            "kubectl",
            "kubelet",
            "scheduler",
            "shell",
            "sim",
        ],
    ),
    ("recording", &["api", "apiserver", "cluster", "kubectl", "kubelet", "sim"]),
    ("transcript", &["api", "cluster", "kubelet", "sim"]),
    ("explore", &["api", "apiserver", "client", "cluster", "kubectl", "kubelet", "sim"]),
    ("ui", &["api", "cluster", "kubectl", "sim"]),
];

const COLLECTIONS: &str = "collections";

/// Folders whose files say which part of Kubernetes they model.
const MODELLING: &[&str] = &["apiserver", "client", "controllers", "scheduler", "kubelet"];

/// Controllers that are a single file; a folder in `src/controllers` is a controller too. All else there is
/// shared.
const SINGLE_FILE_CONTROLLERS: &[&str] = &[
    "attachdetach",
    "cronjob",
    "daemonset",
    "deployment",
    "disruption",
    "endpointslice",
    "garbagecollector",
    "job",
    "namespace",
    "nodelifecycle",
    "persistentvolume",
    "podgc",
    "replicaset",
    "serviceaccount",
    "statefulset",
    "tainteviction",
];

/// To mend comments: `rustfmt +nightly --edition 2024 --config wrap_comments=true,comment_width=110 FILE`.
const LINE_LENGTH: usize = 110;
const FILE_LENGTH: usize = 600;

/// Words that no module or type is named with, and what to write instead.
const BANNED_WORDS: &[(&str, &str)] = &[
    ("manager", "what it decides or keeps: a controller, a cache, a queue"),
    ("engine", "`agenda`, `cluster`, or the part that is meant"),
    ("handler", "the verb it carries out, as `create` or `evict`"),
    ("util", "the concept it holds, as `labels` or `quantity`"),
    ("utils", "the concept it holds, as `labels` or `quantity`"),
    ("helper", "what it does"),
    ("helpers", "the concept they share"),
    ("common", "the concept that is shared, sunk to `api` or `client`"),
];

/// Kubernetes' own names, kept although a word of theirs is banned.
const UPSTREAM_NAMES: &[&str] = &["ControllerManager"];

/// What reads the wall clock, starts threads or has an order that differs from run to run.
const NONDETERMINISTIC: &[(&str, &str)] = &[
    ("Instant", "sim's virtual time"),
    ("SystemTime", "sim's virtual time"),
    ("HashMap", "BTreeMap"),
    ("HashSet", "BTreeSet"),
    ("thread_rng", "sim's seeded generator"),
];

/// What turns text into markup or code.
const SINKS: &[&str] = &[
    "inner_html",
    "set_inner_html",
    "outer_html",
    "set_outer_html",
    "insert_adjacent_html",
    "from_html_unchecked",
    "set_srcdoc",
    "eval",
    "innerHTML",
    "outerHTML",
    "insertAdjacentHTML",
    "srcdoc",
];

/// One breach of a rule.
#[derive(Debug, PartialEq, Eq)]
struct Finding {
    line: usize,
    message: String,
}

fn finding(line: usize, message: impl Into<String>) -> Finding {
    Finding { line, message: message.into() }
}

type Rule = fn(&SourceFile) -> Vec<Finding>;

const RULES: &[(&str, Rule)] = &[
    ("header", header),
    ("models line", models_line),
    ("layering", layering),
    ("controllers apart", controllers_apart),
    ("file length", file_length),
    ("line length", line_length),
    ("banned names", banned_names),
    ("deterministic", deterministic),
    ("no markup from text", no_sinks),
    ("no leftovers", no_leftovers),
];

fn header(file: &SourceFile) -> Vec<Finding> {
    let first = file.raw.lines().next().unwrap_or_default();
    if first.starts_with("//! ") {
        Vec::new()
    } else {
        vec![finding(1, "begin the file with a `//!` header that says what it is for")]
    }
}

fn models_line(file: &SourceFile) -> Vec<Finding> {
    let modelling = file.layer().is_some_and(|layer| MODELLING.contains(&layer));
    let header = file.raw.lines().take_while(|line| line.starts_with("//!"));
    if !modelling || file.is_test_file() || header.into_iter().any(|line| line.starts_with("//! Models ")) {
        return Vec::new();
    }
    vec![finding(1, "the header needs a line `//! Models …` that names the upstream concept or file")]
}

fn layering(file: &SourceFile) -> Vec<Finding> {
    let Some(layer) = file.layer() else { return Vec::new() };
    let Some((_, allowed)) = LAYERS.iter().find(|(name, _)| *name == layer) else {
        return vec![finding(1, format!("`{layer}` is not in the table LAYERS of tests/tidy.rs"))];
    };
    let mut findings = Vec::new();
    for (line, path) in file.paths() {
        let Some(used) = path.first().map(String::as_str) else { continue };
        let known = LAYERS.iter().any(|(name, _)| *name == used);
        if known && used != layer && used != COLLECTIONS && !allowed.contains(&used) {
            findings.push(finding(line, format!("`{layer}` must not use `{used}`")));
        }
    }
    findings.dedup();
    findings
}

fn controllers_apart(file: &SourceFile) -> Vec<Finding> {
    let [first, own, ..] = &file.module[..] else { return Vec::new() };
    if first != "controllers" {
        return Vec::new();
    }
    let is_controller = |name: &str| {
        SINGLE_FILE_CONTROLLERS.contains(&name) || file.sibling_folders.iter().any(|f| f == name)
    };
    if !is_controller(own) {
        return Vec::new();
    }
    let mut findings = Vec::new();
    for (line, path) in file.paths() {
        let [first, used, ..] = &path[..] else { continue };
        if first == "controllers" && used != own && is_controller(used) {
            findings.push(finding(line, format!("controller `{own}` must not use controller `{used}`")));
        }
    }
    findings
}

fn file_length(file: &SourceFile) -> Vec<Finding> {
    let length = file.tests_begin - 1;
    if file.is_test_file() || length <= FILE_LENGTH {
        return Vec::new();
    }
    let message = format!("{length} lines above the tests; at most {FILE_LENGTH}: split by concern");
    vec![finding(length, message)]
}

fn line_length(file: &SourceFile) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (index, line) in file.raw.lines().enumerate() {
        let length = line.chars().count();
        if length > LINE_LENGTH && !file.has_string[index] && !line.contains("://") {
            findings.push(finding(index + 1, format!("{length} characters; at most {LINE_LENGTH}")));
        }
    }
    findings
}

fn banned_names(file: &SourceFile) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut check = |line: usize, name: &str| {
        if UPSTREAM_NAMES.contains(&name) {
            return;
        }
        for word in text::words(name) {
            if let Some((banned, instead)) = BANNED_WORDS.iter().find(|(banned, _)| *banned == word) {
                findings.push(finding(line, format!("`{name}`: instead of `{banned}` name {instead}")));
            }
        }
    };
    for name in &file.module {
        check(1, name);
    }
    // The API's own type names (LifecycleHandler) are Kubernetes' choice.
    if file.layer() != Some("api") {
        for pair in file.tokens.windows(2) {
            if matches!(pair[0].text.as_str(), "mod" | "struct" | "enum" | "trait" | "type" | "union") {
                check(pair[1].line, &pair[1].text);
            }
        }
    }
    findings
}

fn deterministic(file: &SourceFile) -> Vec<Finding> {
    if file.layer().is_none_or(|layer| layer == "ui") {
        return Vec::new();
    }
    let mut findings = Vec::new();
    for (index, token) in file.tokens.iter().enumerate() {
        if let Some((_, instead)) = NONDETERMINISTIC.iter().find(|(name, _)| *name == token.text) {
            findings.push(finding(token.line, format!("`{}`: use {instead}", token.text)));
        }
        let next = |offset: usize| file.tokens.get(index + offset).map(|token| token.text.as_str());
        if token.text == "std" && next(1) == Some("::") && matches!(next(2), Some("time" | "thread")) {
            let module = next(2).unwrap_or_default();
            findings.push(finding(token.line, format!("`std::{module}`: use sim's virtual time")));
        }
    }
    findings
}

fn no_sinks(file: &SourceFile) -> Vec<Finding> {
    let in_page = file.layer() == Some("ui") || file.path.extension().is_some_and(|ending| ending == "js");
    if !in_page {
        return Vec::new();
    }
    let sink = |token: &&Token| SINKS.contains(&token.text.as_str());
    let message =
        |token: &Token| format!("`{}` makes markup or code of text: build nodes instead", token.text);
    file.tokens.iter().filter(sink).map(|token| finding(token.line, message(token))).collect()
}

fn no_leftovers(file: &SourceFile) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (index, comment) in file.comments.iter().enumerate() {
        if let Some(word) = ["TODO", "FIXME", "XXX"].iter().find(|word| comment.contains(**word)) {
            findings
                .push(finding(index + 1, format!("`{word}` in a comment: do it, or say what is left out")));
        }
    }
    for (index, pair) in file.tokens.windows(2).enumerate() {
        let (first, second) = (pair[0].text.as_str(), pair[1].text.as_str());
        if matches!(first, "todo" | "unimplemented" | "dbg") && second == "!" {
            findings.push(finding(pair[0].line, format!("`{first}!` is left over")));
        }
        let opening = index > 0 && file.tokens[index - 1].text == "#";
        if opening && first == "[" && second == "ignore" {
            findings.push(finding(pair[0].line, "an ignored test is no test: mend it or remove it"));
        }
    }
    findings
}

/// The variants of every enum called `WaitingFor` that no test and no scenario names.
fn unnamed_reasons(files: &[SourceFile], scenarios: &str) -> Vec<String> {
    let tested: Vec<&str> = files.iter().map(SourceFile::test_text).chain([scenarios]).collect();
    let mut unnamed = Vec::new();
    for file in files {
        for (line, variant) in file.variants_of("WaitingFor") {
            if !tested.iter().any(|text| text::has_word(text, &variant)) {
                let path = file.path.display();
                unnamed.push(format!("{path}:{line}: no test names WaitingFor::{variant}"));
            }
        }
    }
    unnamed
}

/// Every file below `folder` with one of these endings, in a fixed order; none when the folder does not
/// exist.
fn files_below(folder: &Path, endings: &[&str]) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    sort(&mut paths);
    let mut found = Vec::new();
    for path in paths {
        if path.is_dir() {
            found.extend(files_below(&path, endings));
        } else if endings.iter().any(|ending| path.extension().is_some_and(|its| its == *ending)) {
            found.push(path);
        }
    }
    found
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).expect("a file that was just listed can be read, and is UTF-8")
}

fn sources(root: &Path, folder: &str, ending: &str) -> Vec<SourceFile> {
    let controllers = root.join("src/controllers");
    let folders: Vec<String> = fs::read_dir(&controllers)
        .map(|entries| entries.flatten().filter(|entry| entry.path().is_dir()).collect::<Vec<_>>())
        .unwrap_or_default()
        .iter()
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    files_below(&root.join(folder), &[ending])
        .iter()
        .filter(|path| !path.components().any(|part| part.as_os_str() == "vendor"))
        .map(|path| {
            let relative = path.strip_prefix(root).unwrap_or(path);
            SourceFile::parse(relative, &read(path)).with_sibling_folders(&folders)
        })
        .collect()
}

fn report(findings: &[String]) {
    assert!(findings.is_empty(), "{} finding(s):\n{}", findings.len(), findings.join("\n"));
}

#[test]
fn the_tree_is_tidy() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut findings = Vec::new();
    for file in ["src", "tests", "benches"].iter().flat_map(|folder| sources(root, folder, "rs")) {
        for (name, rule) in RULES {
            for Finding { line, message } in rule(&file) {
                findings.push(format!("{}:{line}: {name}: {message}", file.path.display()));
            }
        }
    }
    for file in ["static", "tests/e2e"].iter().flat_map(|folder| sources(root, folder, "js")) {
        for Finding { line, message } in no_sinks(&file).into_iter().chain(no_leftovers(&file)) {
            findings.push(format!("{}:{line}: {message}", file.path.display()));
        }
    }
    report(&findings);
}

#[test]
fn every_reason_to_wait_is_tested() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let files: Vec<_> = ["src", "tests"].iter().flat_map(|folder| sources(root, folder, "rs")).collect();
    let scenarios: Vec<String> =
        files_below(&root.join("tests"), &["txt", "yaml"]).iter().map(|path| read(path)).collect();
    report(&unnamed_reasons(&files, &scenarios.join("\n")));
}

#[test]
fn every_reason_of_a_controller_has_a_rule() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let known: Vec<&str> = kubesets::cluster::explain::rules().map(|rule| rule.name).collect();
    let mut unknown = Vec::new();
    for file in sources(root, "src/controllers", "rs") {
        for (line, variant) in file.variants_of("WaitingFor").into_iter().chain(file.variants_of("Progress"))
        {
            if !known.contains(&&*variant) {
                let path = file.path.display();
                unknown.push(format!(
                    "{path}:{line}: no rule in src/cluster/explain/rules/rules.txt for {variant}"
                ));
            }
        }
    }
    report(&unknown);
}

fn messages(rule: Rule, path: &str, text: &str) -> Vec<String> {
    let file = SourceFile::parse(Path::new(path), text)
        .with_sibling_folders(&["statefulset".to_owned(), "daemonset".to_owned()]);
    rule(&file).into_iter().map(|Finding { line, message }| format!("{line}: {message}")).collect()
}

#[test]
fn a_missing_header_is_found() {
    assert_eq!(messages(header, "src/sim/mod.rs", "//! Time.\n"), [""; 0]);
    assert_eq!(messages(header, "src/sim/mod.rs", "// Time.\n").len(), 1);
    assert_eq!(messages(models_line, "src/kubelet/mod.rs", "//! Runs Pods.\n").len(), 1);
    assert_eq!(messages(models_line, "src/kubelet/mod.rs", "//! Runs.\n//!\n//! Models kubelet.\n"), [""; 0]);
    assert_eq!(messages(models_line, "src/sim/mod.rs", "//! Time.\n"), [""; 0]);
}

#[test]
fn an_import_across_layers_is_found() {
    let bad = |path, text| messages(layering, path, text);
    assert_eq!(bad("src/sim/a.rs", "use crate::api::Pod;"), ["1: `sim` must not use `api`"]);
    assert_eq!(
        bad("src/controllers/a.rs", "\nuse crate::{api::Pod, apiserver::{Request, Store}};"),
        ["2: `controllers` must not use `apiserver`"]
    );
    assert_eq!(bad("src/ui/mod.rs", "use super::client::Cache;"), ["1: `ui` must not use `client`"]);
    assert_eq!(bad("src/sim/a.rs", "use crate::collections::sort;"), [""; 0]);
    assert_eq!(bad("src/collections/a.rs", "use crate::sim::Time;"), ["1: `collections` must not use `sim`"]);
    assert_eq!(bad("src/api/pod.rs", "fn f() { super::super::ui::draw(); }"), ["1: `api` must not use `ui`"]);
    assert_eq!(
        bad("src/api/pod.rs", "use super::labels; // crate::ui\nconst A: &str = \"crate::ui\";"),
        [""; 0]
    );
    assert_eq!(bad("src/api/pod.rs", "#[cfg(test)]\nmod tests {\n use crate::cluster::Cluster;\n}"), [""; 0]);
    assert_eq!(bad("src/cluster/mod.rs", "use crate::{api, kubectl, scheduler::{self, Queue}};"), [""; 0]);
    assert_eq!(bad("src/shared/mod.rs", "").len(), 1);
}

#[test]
fn a_controller_that_uses_another_is_found() {
    let bad = |path, text| messages(controllers_apart, path, text);
    let other = ["1: controller `statefulset` must not use controller `daemonset`"];
    assert_eq!(bad("src/controllers/statefulset/mod.rs", "use crate::controllers::daemonset::sync;"), other);
    assert_eq!(bad("src/controllers/statefulset/a.rs", "use super::super::daemonset::sync;"), other);
    assert_eq!(bad("src/controllers/podgc.rs", "use super::{history, statefulset};").len(), 1);
    assert_eq!(bad("src/controllers/statefulset/mod.rs", "use crate::controllers::history::next;"), [""; 0]);
    assert_eq!(bad("src/controllers/mod.rs", "use crate::controllers::daemonset::sync;"), [""; 0]);
}

#[test]
fn long_files_and_lines_are_found() {
    let long = "fn f() {}\n".repeat(FILE_LENGTH + 1);
    assert_eq!(messages(file_length, "src/sim/a.rs", &long).len(), 1);
    let tested = format!("fn f() {{}}\n#[cfg(test)]\nmod tests {{\n{long}}}\n");
    assert_eq!(messages(file_length, "src/sim/a.rs", &tested), [""; 0]);
    let comment = format!("// {}", "word ".repeat(30));
    assert_eq!(messages(line_length, "src/sim/a.rs", &comment).len(), 1);
    let string = format!("const A: &str = \"{}\";", "word ".repeat(30));
    assert_eq!(messages(line_length, "src/sim/a.rs", &string), [""; 0]);
}

#[test]
fn banned_names_are_found() {
    let bad = |path, text| messages(banned_names, path, text);
    assert_eq!(bad("src/sim/utils.rs", "").len(), 1);
    assert_eq!(bad("src/sim/a.rs", "struct PodManager;").len(), 1);
    assert_eq!(bad("src/sim/a.rs", "mod common;").len(), 1);
    assert_eq!(bad("src/sim/a.rs", "struct Managed; // a manager\nfn handler() {}"), [""; 0]);
    assert_eq!(bad("src/api/pod.rs", "struct LifecycleHandler;"), [""; 0]);
}

#[test]
fn what_differs_from_run_to_run_is_found() {
    let bad = |path, text| messages(deterministic, path, text);
    assert_eq!(bad("src/sim/a.rs", "use std::collections::HashMap;"), ["1: `HashMap`: use BTreeMap"]);
    assert_eq!(bad("src/kubectl/a.rs", "use std::time::Duration;").len(), 1);
    assert_eq!(bad("src/ui/a.rs", "use std::time::Duration;"), [""; 0]);
}

#[test]
fn markup_from_text_is_found() {
    assert_eq!(messages(no_sinks, "src/ui/a.rs", "element.set_inner_html(text);").len(), 1);
    assert_eq!(messages(no_sinks, "src/ui/a.rs", "Html::from_html_unchecked(text);").len(), 1);
    assert_eq!(messages(no_sinks, "static/a.js", "a.innerHTML = b;").len(), 1);
    assert_eq!(messages(no_sinks, "src/ui/a.rs", "// set_inner_html\nlet a = \"innerHTML\";"), [""; 0]);
}

#[test]
fn leftovers_are_found() {
    let bad = |text| messages(no_leftovers, "src/sim/a.rs", text);
    assert_eq!(bad("fn f() { todo!() }").len(), 1);
    assert_eq!(bad("// FIXME later").len(), 1);
    assert_eq!(bad("#[test]\n#[ignore]\nfn f() {}").len(), 1);
    assert_eq!(bad("#[ignore = \"slow\"]\nfn f() {}").len(), 1);
    assert_eq!(bad("let ignore = a[ignore];"), [""; 0]);
}

#[test]
fn a_reason_no_test_names_is_found() {
    let text = "/// Why.\nenum WaitingFor {\n  /// One.\n  #[a(b)]\n  Ready { pod: Vec<A> },\n  Gone(Pod, Uid),\n  Nothing,\n}\n\
                #[cfg(test)]\nmod tests {\n fn f() { WaitingFor::Ready; }\n}\n";
    let files = [SourceFile::parse(Path::new("src/controllers/a.rs"), text)];
    assert_eq!(
        unnamed_reasons(&files, "waits: Nothing"),
        ["src/controllers/a.rs:6: no test names WaitingFor::Gone"]
    );
}
