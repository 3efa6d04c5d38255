//! The words of the sandbox's `fault` command: what can be done to what, with which options.

/// What a fault happens to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Target {
    /// A pod, by name in the terminal's namespace.
    Pod,
    /// A node's machine.
    Node,
    /// An image, as pods name it.
    Image,
    /// A storage class.
    Class,
}

impl Target {
    pub(super) const ALL: [Self; 4] = [Self::Pod, Self::Node, Self::Image, Self::Class];

    /// What stands before the slash.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Pod => "pod",
            Self::Node => "node",
            Self::Image => "image",
            Self::Class => "sc",
        }
    }

    /// What may stand there instead.
    pub(super) const fn others(self) -> &'static [&'static str] {
        match self {
            Self::Pod => &["pods", "po"],
            Self::Node => &["nodes", "no"],
            Self::Image => &["images"],
            Self::Class => &["storageclass", "storageclasses"],
        }
    }
}

/// One thing that can be done.
#[derive(Clone, Copy, Debug)]
pub(super) struct Verb {
    pub(super) name: &'static str,
    pub(super) target: Target,
    /// Options, each with a value.
    pub(super) options: &'static [&'static str],
    /// What it does, for the help.
    pub(super) does: &'static str,
    /// What is printed when it was done.
    pub(super) done: &'static str,
}

const fn verb(
    name: &'static str,
    target: Target,
    options: &'static [&'static str],
    does: &'static str,
    done: &'static str,
) -> Verb {
    Verb { name, target, options, does, done }
}

/// Everything that can be done; `list`, `clear` and `help` come on top.
pub(super) const VERBS: &[Verb] = &[
    verb("crash", Target::Pod, &["code"], "its first container ends (--code=1)", "a container ended"),
    verb("oom", Target::Pod, &[], "its first container takes too much memory", "a container was killed"),
    verb(
        "crash-loop",
        Target::Pod,
        &["code", "after"],
        "its first container ends after every start (--after=1s --code=1)",
        "crashes after every start from now on",
    ),
    verb("liveness", Target::Pod, &[], "fails its liveness probe once", "failed its liveness probe"),
    verb("unready", Target::Pod, &[], "fails its readiness probes", "is not ready from now on"),
    verb("ready", Target::Pod, &[], "passes its readiness probes again", "may be ready again"),
    verb(
        "evict",
        Target::Pod,
        &[],
        "is given up by a node that is short of memory",
        "was evicted by its node",
    ),
    verb(
        "ignore-sigterm",
        Target::Pod,
        &[],
        "its processes run on until their grace period is over",
        "takes no notice of SIGTERM from now on",
    ),
    verb(
        "slow-start",
        Target::Pod,
        &["by"],
        "passes its readiness probe late (--by=60s)",
        "starts up slowly from now on",
    ),
    verb("no-image", Target::Image, &[], "no registry has it", "cannot be pulled from now on"),
    verb("slow-pull", Target::Image, &["by"], "a pull takes long (--by=60s)", "is pulled slowly from now on"),
    verb("no-volume", Target::Class, &[], "its volumes cannot be made", "makes no volumes from now on"),
    verb(
        "misplace",
        Target::Class,
        &["node"],
        "its volumes are made on --node, wherever their pods are to run",
        "makes its volumes elsewhere from now on",
    ),
    verb("stop", Target::Node, &[], "loses power; no container survives", "has no power"),
    verb("stop-kubelet", Target::Node, &[], "its kubelet stops; containers run on", "has no kubelet"),
    verb("partition", Target::Node, &[], "its network is cut; its kubelet works on", "cannot be reached"),
    verb("start", Target::Node, &[], "power, kubelet and network are back", "is back"),
    verb("restart", Target::Node, &[], "loses power and starts again", "was started again"),
    verb(
        "add",
        Target::Node,
        &["cpu", "memory", "pods", "zone"],
        "a machine joins (--cpu=4 --memory=8Gi --pods=110 --zone=)",
        "joins",
    ),
    verb("remove", Target::Node, &[], "its machine is gone for good", "has no machine any more"),
    verb(
        "resize",
        Target::Node,
        &["cpu", "memory", "pods"],
        "its machine gets another size",
        "has another size",
    ),
    verb("pressure", Target::Node, &["of"], "is short of --of=memory|disk|pid", "is short of it from now on"),
];

/// The verb of a name.
pub(super) fn find(name: &str) -> Option<&'static Verb> {
    VERBS.iter().find(|verb| verb.name == name)
}

/// The help text.
pub(super) fn help() -> String {
    let mut text = "Breaks things and mends them. This is the sandbox's own command, not kubectl's: it stands for \
                    what happens to machines, programs and registries.\n\nUsage:\n  fault VERB TARGET [--option=value]\n  \
                    fault list\n  fault clear TARGET | --all\n"
        .to_owned();
    for target in Target::ALL {
        text.push_str(&format!("\n{}/NAME:\n", target.word()));
        for verb in VERBS.iter().filter(|verb| verb.target == target) {
            text.push_str(&format!("  {:<15} {}\n", verb.name, verb.does));
        }
    }
    text
}
