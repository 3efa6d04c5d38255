//! Drains one node after the other: evicts its pods side by side and waits until they are gone.
//!
//! Models `RunDrain` and `deleteOrEvictPodsSimple`, staging/src/k8s.io/kubectl/pkg/cmd/drain/drain.go,
//! Kubernetes v1.36, in virtual time.

use std::collections::VecDeque;

use super::evicting::{Eviction, Terms};
use super::filters::{self, Options};
use crate::api::{Kind, Object};
use crate::apiserver::ApiServer;
use crate::kubectl::commands::waiters::deadline;
use crate::kubectl::error::CommandError;
use crate::kubectl::objects::wire;
use crate::kubectl::outcome::{Output, Poll, Waiter};
use crate::kubectl::quote::quote;
use crate::kubectl::result::DryRun;
use crate::sim::Time;

/// The node that is being drained.
#[derive(Clone, Debug)]
struct Current {
    node: Object,
    pods: Vec<Eviction>,
    until: Option<Time>,
    errors: Vec<CommandError>,
}

/// Nodes that are drained one after the other.
#[derive(Clone, Debug)]
pub(super) struct Drain {
    nodes: VecDeque<Object>,
    options: Options,
    terms: Terms,
    current: Option<Current>,
    remaining: Vec<String>,
    /// Why each of them failed.
    fatal: Vec<CommandError>,
}

impl Drain {
    pub(super) fn new(nodes: Vec<Object>, options: Options, terms: Terms) -> Self {
        Self { nodes: nodes.into(), options, terms, current: None, remaining: Vec::new(), fatal: Vec::new() }
    }

    fn begin(&mut self, node: Object, api: &mut ApiServer, output: &mut Output) {
        let sorted = filters::sort(api, &node.meta().name, &self.options);
        if !sorted.errors.is_empty() {
            let errors = sorted.errors.into_iter().map(CommandError::plain).collect();
            self.fail(&node, CommandError::Many(errors), output);
            return;
        }
        if !sorted.warning.is_empty() {
            output.err(&format!("Warning: {}\n", sorted.warning));
        }
        if self.terms.printer.dry_run() == DryRun::Client {
            for pod in &sorted.pods {
                let meta = &pod.metadata;
                output.out(&format!("evicting pod {}/{} (dry run)\n", meta.namespace, meta.name));
            }
            self.drained(&node, output);
            return;
        }
        let mut pods: Vec<Eviction> =
            sorted.pods.into_iter().map(|pod| Eviction::new(Object::from(pod), api.now())).collect();
        let mut errors = Vec::new();
        if self.terms.deletes {
            for pod in &mut pods {
                if let Err(error) = pod.delete(&self.terms, api) {
                    errors.push(error.into());
                    break;
                }
            }
            // Upstream waits for none of the pods when one could not be deleted.
            if !errors.is_empty() {
                pods.clear();
            }
        }
        let until = (self.terms.timeout_ms > 0).then(|| deadline(api.now(), self.terms.timeout_ms));
        self.current = Some(Current { node, pods, until, errors });
    }

    fn drained(&mut self, node: &Object, output: &mut Output) {
        match self.terms.printer.text(&wire(node), "drained") {
            Ok(text) => output.out(&text),
            Err(error) => output.fail(&error),
        }
    }

    fn fail(&mut self, node: &Object, error: CommandError, output: &mut Output) {
        let name = &node.meta().name;
        output.err(&format!(
            "error: unable to drain node {} due to error: {}, continuing command...\n",
            quote(name),
            text_of(&error)
        ));
        self.remaining.push(name.clone());
        self.fatal.push(error);
    }

    /// Goes on with the pods of the current node; `Some` says when to look again.
    fn go_on(&self, current: &mut Current, api: &mut ApiServer, output: &mut Output) -> Option<Time> {
        let (terms, until) = (&self.terms, current.until);
        for pod in &mut current.pods {
            current.errors.extend(pod.announce(terms, until, api, output).err());
        }
        for pod in &mut current.pods {
            current.errors.extend(pod.ask(terms, api, output).err());
        }
        for pod in &mut current.pods {
            let looked = pod.look(terms, until, api, output);
            current.errors.extend(looked.err());
            if terms.deletes && !current.errors.is_empty() {
                // One deadline ends the wait for all.
                current.pods.clear();
                return None;
            }
        }
        let waiting = current.pods.iter().filter(|pod| !pod.is_over());
        waiting.filter_map(|pod| pod.due(until)).min()
    }

    fn end_node(&mut self, current: Current, api: &ApiServer, output: &mut Output) {
        let Current { node, mut errors, .. } = current;
        if errors.is_empty() {
            self.drained(&node, output);
            return;
        }
        // Deletions end with the first error, evictions with a list, if only of one.
        let error = if self.terms.deletes { errors.remove(0) } else { CommandError::Many(errors) };
        let name = &node.meta().name;
        let pending = filters::sort(api, name, &self.options);
        if !pending.pods.is_empty() {
            output.err(&format!(
                "There are pending pods in node {} when an error occurred: {}\n",
                quote(name),
                text_of(&error)
            ));
            for pod in &pending.pods {
                output.err(&format!("pod/{}\n", pod.metadata.name));
            }
        }
        if !pending.errors.is_empty() {
            let listed: Vec<CommandError> = pending.errors.into_iter().map(CommandError::plain).collect();
            output.err(&format!(
                "Following errors occurred while getting the list of pods to delete:\n{}",
                aggregate(&listed)
            ));
        }
        self.fail(&node, error, output);
    }

    fn end(&mut self, mut output: Output) -> Poll {
        if !self.remaining.is_empty() {
            output.err("There are pending nodes to be drained:\n");
            for name in &self.remaining {
                output.err(&format!(" {name}\n"));
            }
            output.fail(&all(std::mem::take(&mut self.fatal)));
        }
        Poll::Done(output)
    }
}

/// The nodes' errors as one: that of a single node stands for itself, and within a list each has its line.
fn all(mut fatal: Vec<CommandError>) -> CommandError {
    if fatal.len() == 1 {
        return fatal.remove(0);
    }
    let line = |error| match error {
        CommandError::Many(errors) => CommandError::plain(aggregate(&errors)),
        other => other,
    };
    CommandError::Many(fatal.into_iter().map(line).collect())
}

fn text_of(error: &CommandError) -> String {
    match error {
        CommandError::Many(errors) => aggregate(errors),
        one => one.message(),
    }
}

/// Errors in one line, as Go prints several.
fn aggregate(errors: &[CommandError]) -> String {
    let mut texts: Vec<String> = Vec::new();
    for text in errors.iter().map(CommandError::message) {
        if !texts.contains(&text) {
            texts.push(text);
        }
    }
    match texts.as_slice() {
        [one] => one.clone(),
        many => format!("[{}]", many.join(", ")),
    }
}

impl Waiter for Drain {
    fn poll(&mut self, api: &mut ApiServer) -> Poll {
        let mut output = Output::default();
        loop {
            if let Some(mut current) = self.current.take() {
                if let Some(at) = self.go_on(&mut current, api, &mut output) {
                    self.current = Some(current);
                    return Poll::Pending { output, wake_at: Some(at) };
                }
                self.end_node(current, api, &mut output);
            }
            match self.nodes.pop_front() {
                Some(node) => self.begin(node, api, &mut output),
                None => return self.end(output),
            }
        }
    }

    fn interrupt(&mut self) -> Output {
        Output { exit: 130, ..Output::default() }
    }

    fn boxed_clone(&self) -> Box<dyn Waiter> {
        Box::new(self.clone())
    }

    fn title(&self) -> String {
        let node = self.current.as_ref().map_or("", |current| current.node.meta().name.as_str());
        format!("draining {node} of {}", Kind::Pod.resource().plural)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_are_listed_as_go_does() {
        let errors: Vec<CommandError> = ["a", "b", "a"].into_iter().map(CommandError::plain).collect();
        assert_eq!(aggregate(&errors), "[a, b]");
        assert_eq!(aggregate(&errors[..1]), "a");
    }

    #[test]
    fn a_node_has_its_error_and_several_have_a_line_each() {
        let one = || CommandError::plain("context deadline exceeded");
        let many =
            |texts: &[&str]| CommandError::Many(texts.iter().map(|t| CommandError::plain(*t)).collect());
        assert_eq!(all(vec![one()]).render(), "error: context deadline exceeded\n");
        assert_eq!(all(vec![many(&["a"])]).render(), "a\n");
        assert_eq!(all(vec![many(&["a", "b"])]).render(), "a\nb\n");
        assert_eq!(all(vec![one(), one()]).render(), "context deadline exceeded\n".repeat(2));
        assert_eq!(all(vec![many(&["a", "b"]), many(&["c"])]).render(), "[a, b]\nc\n");
    }
}
