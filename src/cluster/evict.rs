//! The sandbox's own `evict` command: asks the eviction API for one pod, as a drain does for many.
//!
//! kubectl has no such command; it only evicts by draining a node. What is printed are the API server's own
//! words.

use super::Cluster;
use crate::api::{Kind, ObjectKey};
use crate::apiserver::{DeleteOptions, Request};
use crate::kubectl::{CommandError, Output, Stream};

impl Cluster {
    /// Runs `evict pod/NAME`.
    pub(super) fn evict(&mut self, arguments: &str) -> Output {
        let Some(name) = arguments.strip_prefix("pod/").filter(|name| is_one_word(name)) else {
            let text = "usage: evict pod/NAME\nAsks for an eviction, which a disruption budget may refuse. This is the \
                        sandbox's own command, not kubectl's.\n";
            return Output::text(Stream::Err, text, 1);
        };
        let key = ObjectKey::new(Kind::Pod, self.session.namespace.clone(), name);
        match self.server.handle(Request::Evict { key, options: DeleteOptions::default(), dry_run: false }) {
            Ok(_) => Output::text(Stream::Out, &format!("pod/{name} evicted\n"), 0),
            Err(error) => Output::text(Stream::Err, &CommandError::from(error).render(), 1),
        }
    }
}

fn is_one_word(name: &str) -> bool {
    !name.is_empty() && !name.contains(char::is_whitespace)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cluster::{ClusterConfig, Input};

    #[test]
    fn asks_for_one_pod_and_says_what_the_server_says() {
        let mut cluster = Cluster::new(ClusterConfig::default());
        let mut said = |line: &str| {
            cluster.submit(Input::Line { terminal: 0, line: line.to_owned() }).unwrap();
            let entry = cluster.terminal(0).unwrap().entries().last().unwrap().clone();
            (entry.exit, entry.text(Stream::Out) + &entry.text(Stream::Err))
        };
        assert_eq!(
            said("evict pod/none"),
            (Some(1), "Error from server (NotFound): pods \"none\" not found\n".into())
        );
        assert!(said("evict").1.starts_with("usage: evict pod/NAME"));
        assert!(said("evict pod/a b").1.starts_with("usage: evict pod/NAME"));
    }
}
