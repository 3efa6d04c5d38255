//! A container that somebody has looked into.

use std::fmt;
use std::rc::Rc;

use super::environment;
use super::images::{self, Image};
use super::lifetime::Main;
use super::log::Log;
use super::mounts::{Mount, mounts};
use super::process::Processes;
use super::scene::Scene;
use super::tree::Tree;
use crate::api::pod::{Container, ContainerStatus, Pod};
use crate::collections::{SortedMap, SortedSet};
use crate::sim::Time;

/// Names one start of a container among all: the runtime's own id.
pub type ContainerId = String;

/// One start of a container.
#[derive(Clone, Debug)]
pub struct Place {
    /// The pod.
    pub pod: Rc<Pod>,
    /// Its container's name.
    pub container: String,
    /// This start of it.
    pub id: ContainerId,
    /// When it started.
    pub started: Time,
    /// When it ended, and with which code.
    pub ended: Option<(Time, i64)>,
}

/// Why a container cannot be looked into.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// There is no such pod.
    NoPod,
    /// It has no such container.
    NoContainer,
    /// It has no node.
    NoNode,
    /// It does not run, and why: the kubelet's words about its log.
    NotRunning(String),
}

/// Where a container of a pod is, as its status says; `None` of one that never started.
pub(super) fn statuses(pod: &Pod) -> impl Iterator<Item = &ContainerStatus> {
    pod.status.container_statuses.iter().chain(&pod.status.init_container_statuses)
}

/// The id of the container that runs. The stand-ins of recordings give all of them one.
pub(super) fn id_of(pod: &Pod, status: &ContainerStatus) -> ContainerId {
    if status.container_id.ends_with("//x") {
        return format!("{}/{}/{}", pod.metadata.uid, status.name, status.restart_count);
    }
    status.container_id.clone()
}

/// The start of a container that runs now, or ran last, or ran before that.
pub(super) fn place(pod: &Rc<Pod>, container: &str, previous: bool) -> Result<Place, Refusal> {
    let name = &pod.metadata.name;
    let mut named = pod.spec.containers.iter().chain(&pod.spec.init_containers);
    if !named.any(|known| known.name == container) {
        return Err(Refusal::NoContainer);
    }
    if !pod.is_bound() {
        return Err(Refusal::NoNode);
    }
    let not_running = |why: String| Err(Refusal::NotRunning(why));
    let Some(status) = statuses(pod).find(|status| status.name == container) else {
        return not_running(format!("container {container:?} in pod {name:?} is not available"));
    };
    let ended = |state: &crate::api::pod::ContainerState| {
        let ended = state.terminated.as_ref().filter(|ended| !ended.container_id.is_empty())?;
        Some(Place {
            pod: Rc::clone(pod),
            container: container.to_owned(),
            id: ended.container_id.clone(),
            started: ended.started_at.map_or(Time::ZERO, super::super::api::timestamp::Timestamp::time),
            ended: Some((
                ended.finished_at.map_or(Time::ZERO, super::super::api::timestamp::Timestamp::time),
                ended.exit_code,
            )),
        })
    };
    if previous {
        return ended(&status.last_state).ok_or_else(|| {
            Refusal::NotRunning(format!(
                "previous terminated container {container:?} in pod {name:?} not found"
            ))
        });
    }
    if let Some(running) = &status.state.running {
        return Ok(Place {
            pod: Rc::clone(pod),
            container: container.to_owned(),
            id: id_of(pod, status),
            started: running.started_at.map_or(Time::ZERO, super::super::api::timestamp::Timestamp::time),
            ended: None,
        });
    }
    if let Some(place) = ended(&status.state).or_else(|| ended(&status.last_state)) {
        return Ok(place);
    }
    let reason = status.state.waiting.as_ref().map_or("", |waiting| waiting.reason.as_str());
    let why = match reason {
        "" => " - no logs yet".to_owned(),
        "ErrImagePull" => ": image can't be pulled".to_owned(),
        "ImagePullBackOff" => ": trying and failing to pull image".to_owned(),
        reason => format!(": {reason}"),
    };
    not_running(format!("container {container:?} in pod {name:?} is waiting to start{why}"))
}

/// A container's inside.
#[derive(Clone)]
pub(super) struct Instance {
    pub(super) pod: Rc<Pod>,
    pub(super) container: Container,
    pub(super) image: &'static Image,
    pub(super) tree: Tree,
    pub(super) mounts: Vec<Mount>,
    pub(super) environment: SortedMap<String, String>,
    pub(super) log: Log,
    pub(super) processes: Processes,
    /// The ports at which its servers listen.
    pub(super) ports: Vec<i64>,
    /// The words of its program.
    pub(super) argv: Vec<String>,
    /// Its program; away while it is being run.
    pub(super) main: Option<Main>,
    /// What the sandbox has to say about what its program does, for those who are attached to it.
    pub(super) hint: Option<String>,
    /// It asked for something that the sandbox does not know.
    pub(super) is_unsure: bool,
    /// It loops, and its kubelet knows until when.
    pub(super) waits: bool,
    /// Its message was taken.
    pub(super) has_left: bool,
    /// Probes that fail since somebody changed something, as the kubelet was told.
    pub(super) failing: Vec<super::probe::ProbeKind>,
    /// Probes that already failed when the container was looked into: what they ask is not modelled.
    pub(super) unknown: Option<Vec<super::probe::ProbeKind>>,
}

impl fmt::Debug for Instance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Instance").field("pod", &self.pod.metadata.name).finish_non_exhaustive()
    }
}

impl Instance {
    /// A container as it was when it started; `None` when its pod has none of that name.
    pub(super) fn new(scene: &Scene, place: &Place) -> Option<Self> {
        let pod = Rc::clone(&place.pod);
        let mut named = pod.spec.containers.iter().chain(&pod.spec.init_containers);
        let container = named.find(|container| container.name == place.container)?.clone();
        let image = images::of(&container.image);
        let environment = environment::variables(scene, &pod, &container, image, place.started);
        let argv = argv(&container, image, &environment);
        let mut tree = Tree::of(image);
        for (path, text) in own_files(scene, &pod, image) {
            tree.put(path, text, place.started);
        }
        let mut main = Main::new(&container, image, &argv, &environment, place.started);
        if let Some((_, code)) = place.ended.filter(|_| images::missing_program(&container).is_some()) {
            main.never_starts(code);
        }
        let message = crate::shell::files::resolve("/", super::termination::path(&container));
        tree.put(&message, String::new(), place.started);
        Some(Self {
            mounts: mounts(scene, &pod, &container),
            log: Log::default(),
            processes: Processes::of(&argv, place.started),
            ports: Vec::new(),
            main: Some(main),
            argv,
            hint: None,
            is_unsure: false,
            waits: false,
            has_left: false,
            failing: Vec::new(),
            unknown: None,
            tree,
            image,
            environment,
            container,
            pod,
        })
    }

    /// Whether its own program has ended.
    pub(super) fn has_ended(&self) -> bool {
        self.main.as_ref().is_some_and(|main| main.ended.is_some())
    }

    /// The folder that its programs start in.
    pub(super) fn folder(&self) -> String {
        folder(&self.container, self.image)
    }

    /// The number of the user that its programs run as.
    pub(super) fn user(&self) -> u32 {
        self.security_number("runAsUser").unwrap_or(self.image.user)
    }

    /// The name of a user, where the image has one.
    pub(super) fn user_name(&self, user: u32) -> Option<&'static str> {
        if user == 0 {
            return Some("root");
        }
        self.image.users.iter().find(|(known, _)| *known == user).map(|(_, name)| *name)
    }

    /// The group that its programs run as.
    pub(super) fn group(&self) -> u32 {
        let user = self.user();
        let own = if self.user_name(user).is_some() { user } else { 0 };
        self.security_number("runAsGroup").unwrap_or(own)
    }

    fn security_number(&self, field: &str) -> Option<u32> {
        u32::try_from(self.pod.security(&self.container, field)?.as_u64()?).ok()
    }

    /// All groups that its programs belong to, in order.
    pub(super) fn groups(&self) -> Vec<u32> {
        let context = self.pod.spec.extra.get("securityContext");
        let more = context.and_then(|context| context.get("supplementalGroups")?.as_array());
        let more = more.into_iter().flatten().filter_map(|group| u32::try_from(group.as_u64()?).ok());
        let all: SortedSet<u32> = more.chain(self.fs_group()).chain([self.group()]).collect();
        all.into_iter().collect()
    }

    /// The group that volumes belong to.
    pub(super) fn fs_group(&self) -> Option<u32> {
        let context = self.pod.spec.extra.get("securityContext")?;
        u32::try_from(context.get("fsGroup")?.as_u64()?).ok()
    }
}

/// The folder that a container's programs start in.
pub(super) fn folder(container: &Container, image: &Image) -> String {
    let given = container.extra.get("workingDir").and_then(serde_json::Value::as_str);
    let folder = given.filter(|folder| !folder.is_empty()).unwrap_or(image.folder);
    if folder.is_empty() { "/".to_owned() } else { folder.to_owned() }
}

/// The words of a container's program: its own, or the image's.
fn argv(container: &Container, image: &Image, environment: &SortedMap<String, String>) -> Vec<String> {
    let owned = |words: &[&str]| words.iter().map(|&word| word.to_owned()).collect::<Vec<String>>();
    let args: Vec<String> = container.args().map(str::to_owned).collect();
    let mut words = container.command.clone();
    if words.is_empty() {
        words = owned(image.entrypoint);
        words.extend(if args.is_empty() { owned(image.command) } else { args });
    } else {
        words.extend(args);
    }
    words.iter().map(|word| environment::expanded(word, environment)).collect()
}

/// Files that every container is given.
fn own_files(scene: &Scene, pod: &Pod, image: &Image) -> Vec<(&'static str, String)> {
    let (namespace, domain) = (&pod.metadata.namespace, super::dns::DOMAIN);
    let host = environment::hostname(scene, pod);
    let full = environment::full_hostname(scene, pod);
    let names = if full == host { host.clone() } else { format!("{full}\t{host}") };
    let users = image.users.iter().map(|(id, name)| format!("{name}:x:{id}:{id}::/:/bin/sh\n"));
    vec![
        ("/etc/hostname", format!("{host}\n")),
        (
            "/etc/hosts",
            format!(
                "# Kubernetes-managed hosts file.\n127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost \
                 ip6-loopback\nfe00::0\tip6-localnet\nfe00::0\tip6-mcastprefix\nfe00::1\tip6-allnodes\n\
                 fe00::2\tip6-allrouters\n{}\t{names}\n",
                pod.status.pod_ip
            ),
        ),
        (
            "/etc/resolv.conf",
            format!(
                "search {namespace}.svc.{domain} svc.{domain} {domain}\nnameserver {}\noptions ndots:5\n",
                super::dns::SERVER
            ),
        ),
        (
            "/etc/passwd",
            format!("root:x:0:0:root:/root:{}\n{}", image.family.login, users.collect::<String>()),
        ),
    ]
}
