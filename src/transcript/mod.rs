//! Whole sessions as text: lines that are typed, time that passes, and what is printed.
//!
//! ```text
//! %node worker-1 disk=fast gpu:NoSchedule
//! # A comment.
//! = WEB-01
//! 2$ kubectl get pods -w
//! = WEB-02
//! $ kubectl apply -f web.yaml
//! statefulset.apps/web created
//! 2| NAME    READY   STATUS    RESTARTS   AGE
//! 2| web-0   0/1     Pending   0          0s
//! +20s
//! 2^C
//! ! crash web-0
//! ```
//! `$` types a line and waits for its end, at most ten minutes, or until it asks for input or an editor; `$&`
//! does not wait, and nor does a line that watches. `>` goes on with a line that is not complete. `+20s` lets
//! time pass, `settle` runs until nothing is due (at most an hour), `^C` interrupts, `^D` ends the input,
//! `edit OLD => NEW` changes what the editor holds and saves it, `!` injects a fault. A number in front names
//! another terminal than the first, and what that one prints stands behind its number and a bar. `=` names
//! the entry of a list that the next typed line plays. `%node` lines are the cluster's nodes, with
//! labels and taints.
//!
//! A file that a line names and the session does not have yet is read beside the script. All other lines are
//! output of an earlier run; they are written anew. Output that would read as one of the above gets a bar.

mod action;
mod player;

use crate::api::scheduling::Taint;
use crate::cluster::{Cluster, ClusterConfig, InputError};
use crate::kubelet::NodeConfig;
use action::{Action, terminal};
use player::Player;

/// The cluster that a script asks for: the default one, with the nodes that its head names.
pub fn config(script: &str) -> ClusterConfig {
    let nodes: Vec<NodeConfig> =
        script.lines().filter_map(|line| node(line.strip_prefix("%node ")?)).collect();
    if nodes.is_empty() {
        return ClusterConfig::default();
    }
    ClusterConfig { nodes, ..ClusterConfig::default() }
}

fn node(text: &str) -> Option<NodeConfig> {
    let mut words = text.split_whitespace();
    let mut node = NodeConfig::named(words.next()?);
    for word in words {
        if let Some((key, effect)) = word.rsplit_once(':') {
            let (key, value) = key.split_once('=').unwrap_or((key, ""));
            node.taints.push(Taint {
                key: key.to_owned(),
                value: value.to_owned(),
                effect: effect.to_owned(),
                ..Taint::default()
            });
        } else if let Some((key, value)) = word.split_once('=') {
            node.labels.insert(key.to_owned(), value.to_owned());
        }
    }
    Some(node)
}

/// Plays a script and returns it with the output as it is now. `read` finds files by name.
///
/// # Errors
/// When an input is not taken.
pub fn play(
    cluster: &mut Cluster,
    script: &str,
    read: &dyn Fn(&str) -> Option<String>,
) -> Result<String, InputError> {
    let mut player = Player::new(cluster, read);
    for line in script.lines() {
        player.line(line)?;
    }
    Ok(player.out)
}

/// One typed line of a script, or a key that was pressed: what [`entries`] finds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The identifier that stands before it.
    pub id: String,
    /// All that is typed from there to the next identifier, a line each.
    pub typed: Vec<String>,
}

/// The entries that a script names with `=`.
pub fn entries(script: &str) -> Vec<Entry> {
    let mut entries: Vec<Entry> = Vec::new();
    for line in script.lines() {
        if let Some(id) = line.strip_prefix("= ") {
            entries.push(Entry { id: id.to_owned(), typed: Vec::new() });
            continue;
        }
        let (_, rest) = terminal(line);
        let typed = match Action::of(line) {
            Some(Action::Type { typed, .. }) => typed,
            Some(Action::Interrupt) => "^C",
            _ => match rest.strip_prefix("> ").or_else(|| (rest == ">").then_some("")) {
                Some(typed) => typed,
                None => continue,
            },
        };
        if let Some(entry) = entries.last_mut() {
            entry.typed.push(typed.to_owned());
        }
    }
    entries
}
