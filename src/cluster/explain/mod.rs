//! Why an object is as it is: the sandbox's own `why` command, and what the page says of an object.
//!
//! [`Cluster::explain`] is a pure function of the cluster. Where a controller has decided, its verdict is
//! taken and the rule behind it added; what no controller speaks of is found out here. What is blocked for
//! good is told apart from what waits: whatever an object waits for is itself explained, down to the one that
//! nothing but a person moves, and what mends that one mends all above it.
//!
//! - [`explanation`], [`rule`]: what is said. `rules`: those behind the verdicts of controllers.
//! - `view`: what is looked at. `kinds`: which concern explains which kind. `decided`: controllers' verdicts.
//! - `stateful_set`, `daemon_set`, `deployment`, `pod`, `containers`, `placement`, `obstacle`, `claim`,
//!   `budget`, `selected`, `service`, `node`, `silence`, `deletion`: a concern each.
//! - `change`: what changes a pod, whoever owns it. `refused`: requests that controllers make in vain.
//! - [`print`](mod@print): as text.

pub mod explanation;
pub mod rule;
mod rules;
mod view;
mod decided;
mod refused;
mod kinds;
mod stateful_set;
mod daemon_set;
mod deployment;
mod pod;
mod change;
mod containers;
mod placement;
mod obstacle;
mod claim;
mod budget;
mod selected;
mod service;
mod node;
mod silence;
mod deletion;
pub mod print;

pub use explanation::{Class, Explanation, Field, Mend};
pub use rule::{Ends, Rule};

use super::Cluster;
use crate::api::daemonset::DaemonSet;
use crate::api::node::Node;
use crate::api::{Object, ObjectKey};
use crate::controllers::Decision;
use crate::controllers::daemonset::node_should_run_daemon_pod;
use crate::kubectl::resources::kind_of;
use crate::kubectl::{Output, Stream};
use crate::scheduler::Attempt;
use view::View;

/// Every rule that an explanation can name.
pub fn rules() -> impl Iterator<Item = Rule> {
    let own = [
        kinds::RULES,
        stateful_set::RULES,
        pod::RULES,
        containers::RULES,
        placement::RULES,
        obstacle::RULES,
        claim::RULES,
        budget::RULES,
        service::RULES,
        node::RULES,
        deletion::RULES,
    ];
    rules::all().chain(own.into_iter().flatten().map(|rule| **rule))
}

impl Cluster {
    /// Why an object is as it is, and what would change it.
    pub fn explain(&self, key: &ObjectKey) -> Explanation {
        kinds::explain(View::of(self), key)
    }

    /// The scheduler's attempts to place a pod, the newest first; none for other objects.
    pub fn attempts(&self, key: &ObjectKey) -> Vec<&Attempt> {
        match self.server.get(key) {
            Ok(Object::Pod(pod)) => placement::attempts(View::of(self), pod),
            _ => Vec::new(),
        }
    }

    /// The rule behind a decision; `None` when nothing was to be decided.
    pub fn rule_of(&self, decision: &Decision) -> Option<Rule> {
        Some(rules::of_decision(decision.by, decision.verdict.reason()?.name))
    }

    /// The newest decision about an object.
    pub fn reason_for(&self, key: &ObjectKey) -> Option<&Decision> {
        self.decisions(key).last()
    }

    /// Why a `DaemonSet` wants no pod on a node; `None` when it wants one.
    pub fn daemon_pod_refusal(&self, set: &DaemonSet, node: &Node) -> Option<String> {
        node_should_run_daemon_pod(node, set).misfit().map(ToString::to_string)
    }

    /// Runs `why TYPE/NAME`.
    pub(super) fn why(&self, arguments: &str) -> Output {
        let Some(key) = self.why_key(arguments) else {
            let text = "usage: why TYPE/NAME [-n NAMESPACE], such as: why sts/web\nThis is the sandbox's own command, not kubectl's.\n";
            return Output::text(Stream::Err, text, 1);
        };
        if self.server.get(&key).is_err() {
            let text = format!("{} \"{}\" not found\n", key.kind.group_resource(), key.name);
            return Output::text(Stream::Err, &text, 1);
        }
        let text = print::explanation(&self.explain(&key), &self.attempts(&key));
        Output::text(Stream::Out, &text, 0)
    }

    /// The object that is asked for: `TYPE/NAME` or `TYPE NAME`, and perhaps `-n NAMESPACE`.
    fn why_key(&self, arguments: &str) -> Option<ObjectKey> {
        let mut namespace = None;
        let mut named = Vec::new();
        let mut words = arguments.split_whitespace();
        while let Some(word) = words.next() {
            let glued =
                word.strip_prefix("--namespace=").or(word.strip_prefix("-n=")).or(word.strip_prefix("-n"));
            match (word, glued) {
                ("-n" | "--namespace", _) => namespace = Some(words.next()?),
                (_, Some(given)) => namespace = Some(given),
                _ => named.push(word),
            }
        }
        let (type_, name) = match *named.as_slice() {
            [both] => both.split_once('/')?,
            [type_, name] => (type_, name),
            _ => return None,
        };
        let kind = kind_of(type_).ok()?;
        let namespace = namespace.unwrap_or(&self.session.namespace);
        Some(ObjectKey::new(kind, if kind.is_namespaced() { namespace } else { "" }, name))
    }
}
