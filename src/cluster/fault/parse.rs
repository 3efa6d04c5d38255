//! From a line such as `fault crash pod/web-1 --code=3` to what is to be done.

use super::verbs::{self, Target, VERBS, Verb};
use crate::kubectl::go_duration;
use crate::kubelet::{Control, NodeConfig, Pressure};

/// What a line asks for.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Asked {
    /// The help text.
    Help,
    /// What is wrong just now.
    List,
    /// The end of everything that is wrong.
    ClearAll,
    /// A fault or its end, and what is said when it was done.
    Do { controls: Vec<Control>, said: String },
}

/// What stands after the verb.
#[derive(Debug, Default)]
struct Rest<'a> {
    targets: Vec<&'a str>,
    options: Vec<(&'a str, &'a str)>,
    all: bool,
}

impl<'a> Rest<'a> {
    fn of(words: &[&'a str]) -> Result<Self, String> {
        let mut rest = Self::default();
        let mut words = words.iter();
        while let Some(word) = words.next() {
            match word.trim_start_matches('-') {
                "all" if word.starts_with('-') => rest.all = true,
                option if word.starts_with('-') => {
                    let pair = match option.split_once('=') {
                        Some(pair) => pair,
                        None => (option, *words.next().ok_or(format!("option needs a value: {word}"))?),
                    };
                    rest.options.push(pair);
                }
                _ => rest.targets.push(word),
            }
        }
        Ok(rest)
    }

    fn option(&self, name: &str) -> Option<&'a str> {
        self.options.iter().rev().find(|(known, _)| *known == name).map(|(_, value)| *value)
    }

    fn number<T: std::str::FromStr>(&self, name: &str) -> Result<Option<T>, String> {
        let parse =
            |text: &str| text.parse().ok().ok_or_else(|| format!("--{name} needs a number, not {text:?}"));
        self.option(name).map(parse).transpose()
    }

    fn span_ms(&self, name: &str, default_ms: u64) -> Result<u64, String> {
        let Some(text) = self.option(name) else {
            return Ok(default_ms);
        };
        let ms = go_duration::parse(text)?;
        u64::try_from(ms).ok().ok_or_else(|| format!("--{name} cannot be negative"))
    }
}

/// Reads the words after `fault`.
pub(super) fn parse(words: &[&str], session_namespace: &str) -> Result<Asked, String> {
    let Some((first, rest)) = words.split_first() else {
        return Ok(Asked::Help);
    };
    let rest = Rest::of(rest)?;
    match *first {
        "help" | "-h" | "--help" => return Ok(Asked::Help),
        "list" => return Ok(Asked::List),
        "clear" if rest.all => return Ok(Asked::ClearAll),
        _ => {}
    }
    let namespace = rest.option("namespace").or(rest.option("n")).unwrap_or(session_namespace);
    if *first == "clear" {
        let (target, name) = target(&rest)?;
        let controls = cleared(target, name, namespace);
        return Ok(Asked::Do { controls, said: format!("{}/{name} is as it should be\n", target.word()) });
    }
    let verb = verbs::find(first).ok_or_else(|| format!("unknown fault {first:?}"))?;
    let (target, name) = target(&rest)?;
    if target != verb.target {
        let (wanted, word) = (verb.target.word(), target.word());
        return Err(format!("{} happens to a {wanted}, not to a {word}: {wanted}/NAME", verb.name));
    }
    let known = |name: &&str| matches!(*name, "n" | "namespace") || verb.options.contains(name);
    if let Some((unknown, _)) = rest.options.iter().find(|(name, _)| !known(name)) {
        return Err(format!("{} has no option --{unknown}", verb.name));
    }
    let control = control(verb, name, namespace, &rest)?;
    Ok(Asked::Do { controls: vec![control], said: format!("{}/{name} {}\n", target.word(), verb.done) })
}

/// The one target: `pod/web-0`.
fn target<'a>(rest: &Rest<'a>) -> Result<(Target, &'a str), String> {
    let [text] = rest.targets.as_slice() else {
        return Err("name one target, such as pod/web-0 or node/node-1".to_owned());
    };
    let (word, name) =
        text.split_once('/').ok_or_else(|| format!("say what {text:?} is: pod/{text}, node/{text}, …"))?;
    let found = Target::ALL.into_iter().find(|t| t.word() == word || t.others().contains(&word));
    let target = found.ok_or_else(|| format!("nothing can be done to a {word:?}"))?;
    if name.is_empty() { Err(format!("{word}/ needs a name")) } else { Ok((target, name)) }
}

fn control(verb: &Verb, name: &str, namespace: &str, rest: &Rest<'_>) -> Result<Control, String> {
    let (namespace, pod, node) = (namespace.to_owned(), name.to_owned(), name.to_owned());
    Ok(match verb.name {
        "crash" => Control::Exit { namespace, pod, code: rest.number("code")?.unwrap_or(1) },
        "oom" => Control::OutOfMemory { namespace, pod },
        "crash-loop" => Control::CrashLoop {
            namespace,
            pod,
            after_ms: rest.span_ms("after", 1_000)?,
            code: rest.number("code")?.unwrap_or(1),
        },
        "liveness" => Control::FailLiveness { namespace, pod },
        "unready" => Control::Unready { namespace, pod },
        "ready" => Control::Ready { namespace, pod },
        "evict" => Control::Evict { namespace, pod },
        "ignore-sigterm" => Control::IgnoreTerm { namespace, pod },
        "slow-start" => Control::SlowStart { namespace, pod, by_ms: rest.span_ms("by", 60_000)? },
        "no-image" => Control::BreakImage { image: pod },
        "slow-pull" => Control::SlowPull { image: pod, by_ms: rest.span_ms("by", 60_000)? },
        "no-volume" => Control::FailProvisioning { class: pod, on: true },
        "misplace" => {
            let node = rest.option("node").ok_or("say where the volumes are made: --node=NODE")?;
            Control::MisplaceVolumes { class: pod, node: Some(node.to_owned()) }
        }
        "stop" => Control::PowerOff { node },
        "stop-kubelet" => Control::StopNode { node },
        "partition" => Control::Partition { node },
        "start" => Control::StartNode { node },
        "restart" => Control::Reboot { node },
        "add" => Control::AddNode { node: new_node(name, rest)? },
        "remove" => Control::ForgetNode { node },
        "resize" => {
            let size = |name: &str| rest.option(name).unwrap_or_default().to_owned();
            Control::Resize { node, cpu: size("cpu"), memory: size("memory"), pods: rest.number("pods")? }
        }
        _ => Control::Pressure { node, of: pressure(rest.option("of").unwrap_or_default())?, on: true },
    })
}

fn new_node(name: &str, rest: &Rest<'_>) -> Result<NodeConfig, String> {
    let mut node = NodeConfig::named(name);
    if let Some(cpu) = rest.option("cpu") {
        cpu.clone_into(&mut node.cpu);
    }
    if let Some(memory) = rest.option("memory") {
        memory.clone_into(&mut node.memory);
    }
    if let Some(pods) = rest.number("pods")? {
        node.pods = pods;
    }
    if let Some(zone) = rest.option("zone") {
        node.labels.insert("topology.kubernetes.io/zone".to_owned(), zone.to_owned());
    }
    Ok(node)
}

fn pressure(text: &str) -> Result<Pressure, String> {
    let why = || "say what the node is short of: --of=memory, --of=disk or --of=pid".to_owned();
    Pressure::of(text).ok_or_else(why)
}

/// What ends all that can be wrong with a target.
fn cleared(target: Target, name: &str, namespace: &str) -> Vec<Control> {
    let name = name.to_owned();
    match target {
        Target::Pod => vec![Control::ClearPod { namespace: namespace.to_owned(), pod: name }],
        Target::Image => vec![Control::ClearImage { image: name }],
        Target::Class => vec![
            Control::FailProvisioning { class: name.clone(), on: false },
            Control::MisplaceVolumes { class: name, node: None },
        ],
        Target::Node => {
            let pressures = [Pressure::Memory, Pressure::Disk, Pressure::Pid];
            let off = |of| Control::Pressure { node: name.clone(), of, on: false };
            let mut controls = vec![Control::StartNode { node: name.clone() }];
            controls.extend(pressures.map(off));
            controls
        }
    }
}

/// The words that may follow; what stands before the last of them is complete.
pub(super) fn options_of(verb: &str) -> &'static [&'static str] {
    VERBS.iter().find(|known| known.name == verb).map_or(&[], |verb| verb.options)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(line: &str) -> String {
        let words: Vec<&str> = line.split_whitespace().collect();
        match parse(&words, "default") {
            Ok(Asked::Do { controls, .. }) => format!("{controls:?}"),
            Ok(other) => format!("{other:?}"),
            Err(why) => why,
        }
    }

    #[test]
    fn lines_are_read() {
        for (line, expected) in [
            ("", "Help"),
            ("list", "List"),
            ("clear --all", "ClearAll"),
            ("crash pod/a", "[Exit { namespace: \"default\", pod: \"a\", code: 1 }]"),
            ("crash po/a --code 137 -n prod", "[Exit { namespace: \"prod\", pod: \"a\", code: 137 }]"),
            ("slow-pull image/a/b:1 --by=2m", "[SlowPull { image: \"a/b:1\", by_ms: 120000 }]"),
            ("misplace sc/s --node=n", "[MisplaceVolumes { class: \"s\", node: Some(\"n\") }]"),
            ("resize node/n --cpu=8", "[Resize { node: \"n\", cpu: \"8\", memory: \"\", pods: None }]"),
            ("clear image/a", "[ClearImage { image: \"a\" }]"),
            ("explode node/n", "unknown fault \"explode\""),
            ("crash web-0", "say what \"web-0\" is: pod/web-0, node/web-0, …"),
            ("crash node/n", "crash happens to a pod, not to a node: pod/NAME"),
            ("crash pod/a --by=3s", "crash has no option --by"),
            ("crash pod/a pod/b", "name one target, such as pod/web-0 or node/node-1"),
            ("crash pod/", "pod/ needs a name"),
            ("crash pod/a --code=x", "--code needs a number, not \"x\""),
            ("crash pod/a --code", "option needs a value: --code"),
            ("slow-start pod/a --by=5", "time: missing unit in duration \"5\""),
            ("misplace sc/s", "say where the volumes are made: --node=NODE"),
            ("pressure node/n --of=air", "say what the node is short of: --of=memory, --of=disk or --of=pid"),
            ("crash sts/web", "nothing can be done to a \"sts\""),
        ] {
            assert_eq!(told(line), expected, "{line}");
        }
        for verb in VERBS {
            let extra = match verb.name {
                "misplace" => " --node=n",
                "pressure" => " --of=pid",
                _ => "",
            };
            let line = format!("{} {}/x{extra}", verb.name, verb.target.word());
            assert!(told(&line).starts_with('['), "{line}: {}", told(&line));
        }
    }
}
