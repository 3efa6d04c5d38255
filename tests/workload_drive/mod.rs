//! Drives a whole cluster for tests of any workload: lines that are typed, virtual time, faults of requests,
//! and after every step all invariants and what the test itself wants to hold.

use std::fmt;
use std::rc::Rc;

use kubesets::api::object::Typed;
use kubesets::api::pod::Pod;
use kubesets::api::{Object, ObjectKey};
use kubesets::client::Interference;
use kubesets::cluster::invariants::Checker;
use kubesets::cluster::{Cluster, ClusterConfig, Input, Terminal};
use kubesets::sim::Span;

/// Looks at the cluster after every step.
type Look = Box<dyn FnMut(&Cluster)>;

/// A cluster with everything that is asked of it after every step.
pub(crate) struct Drive {
    pub(crate) cluster: Cluster,
    checker: Checker,
    look: Option<Look>,
    wrong: Option<Box<dyn Interference>>,
}

impl fmt::Debug for Drive {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for pod in list::<Pod>(&self.cluster) {
            let (meta, image) = (&pod.metadata, &pod.spec.containers[0].image);
            let ready = if pod.is_ready() { "ready" } else { "" };
            let ends = if pod.is_terminating() { "terminating" } else { "" };
            let (phase, node) = (&pod.status.phase, &pod.spec.node_name);
            writeln!(f, "{} {phase} {ready} {ends} on {node} with {image}", meta.name)?;
        }
        Ok(())
    }
}

impl Drive {
    /// A cluster in which `wrong` decides what goes wrong with requests.
    pub(crate) fn new(config: ClusterConfig, wrong: Option<Box<dyn Interference>>) -> Self {
        let (cluster, checker) = (Cluster::new(config), Checker::default());
        let mut drive = Self { cluster, checker, look: None, wrong };
        drive.check();
        drive.pass(10);
        drive
    }

    /// From now on this is called after every step, and panics when something does not hold.
    pub(crate) fn always(&mut self, look: impl FnMut(&Cluster) + 'static) {
        self.look = Some(Box::new(look));
        self.check();
    }

    fn check(&mut self) {
        if let Err(violation) = self.checker.check_step(&self.cluster) {
            panic!("{violation:#?}\n{self:?}");
        }
        if let Some(look) = &mut self.look {
            look(&self.cluster);
        }
    }

    fn step(&mut self) {
        match &mut self.wrong {
            Some(wrong) => self.cluster.step_with(wrong.as_mut()),
            None => self.cluster.step(),
        };
        self.check();
    }

    fn submit(&mut self, input: Input) {
        self.cluster.submit(input).unwrap();
        self.check();
    }

    /// Types a line, which has to succeed, and waits for its end: what it printed.
    pub(crate) fn line(&mut self, line: &str) -> String {
        self.submit(Input::Line { terminal: 0, line: line.to_owned() });
        while self.cluster.terminal(0).is_some_and(Terminal::is_busy) && self.cluster.next_due().is_some() {
            self.step();
        }
        let entry = self.cluster.terminal(0).unwrap().entries().last().unwrap();
        let text: String = entry.chunks.iter().map(|(_, text)| text.as_str()).collect();
        assert_eq!(entry.exit, Some(0), "{line}: {text}");
        text
    }

    /// Writes the file `set.yaml` of the session.
    pub(crate) fn file(&mut self, text: &str) {
        self.submit(Input::File { name: "set.yaml".to_owned(), text: text.to_owned() });
    }

    /// Applies a manifest.
    pub(crate) fn apply(&mut self, text: &str) {
        self.file(text);
        self.line("kubectl apply -f set.yaml");
    }

    /// Runs until something holds, at most for ten minutes; asked after every step.
    pub(crate) fn until(&mut self, what: &str, mut holds: impl FnMut(&Cluster) -> bool) {
        let limit = self.cluster.now() + Span::from_seconds(600);
        while !holds(&self.cluster) {
            let due = self.cluster.next_due();
            assert!(due.is_some_and(|due| due <= limit), "{what} does not come:\n{self:?}");
            self.step();
        }
    }

    /// Lets time pass.
    pub(crate) fn pass(&mut self, seconds: u64) {
        let end = self.cluster.now() + Span::from_seconds(seconds);
        while self.cluster.next_due().is_some_and(|due| due <= end) {
            self.step();
        }
        self.cluster.run_until(end);
        self.check();
    }
}

/// All objects of a kind, by name.
pub(crate) fn list<T: Typed>(cluster: &Cluster) -> Vec<Rc<T>> {
    cluster.server().list(T::KIND, None).filter_map(T::of).map(Rc::clone).collect()
}

/// An object of namespace `default`.
pub(crate) fn get<T: Typed>(cluster: &Cluster, name: &str) -> Option<Rc<T>> {
    let found: Result<&Object, _> = cluster.server().get(&ObjectKey::new(T::KIND, "default", name));
    found.ok().and_then(T::of).map(Rc::clone)
}
