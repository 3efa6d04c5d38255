//! What `nodetool status` prints of a ring.
//!
//! Models nodetool's `Status`, Cassandra 3.11. Left out: nodes that join, leave or move; loads are made up,
//! and always the same for a node.

use crate::sim::Rng;

/// A node of the ring.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Node {
    pub(super) address: String,
    pub(super) id: String,
    pub(super) rack: String,
    pub(super) datacenter: String,
    pub(super) tokens: String,
    pub(super) is_up: bool,
}

/// A figure between two bounds that always is the same for a text.
fn figure(text: &str, from: u64, below: u64) -> u64 {
    from + Rng::new(0).fork(text).below(below - from)
}

/// The part of the data that each node has, in tenths of a percent: two copies of everything.
fn owned(nodes: &[Node]) -> Vec<u64> {
    let copies = 2_u64.min(nodes.len() as u64).max(1);
    let weights: Vec<u64> = nodes.iter().map(|node| figure(&node.id, 80, 120)).collect();
    let sum: u64 = weights.iter().sum::<u64>().max(1);
    let mut parts: Vec<u64> =
        weights.iter().map(|weight| (weight * copies * 1_000 / sum).min(1_000)).collect();
    let missing = (copies * 1_000).saturating_sub(parts.iter().sum());
    if let Some(least) = parts.iter_mut().min() {
        *least += missing;
    }
    parts
}

/// The table of all nodes.
pub(super) fn status(nodes: &[Node]) -> String {
    let mut datacenters: Vec<&str> = nodes.iter().map(|node| node.datacenter.as_str()).collect();
    crate::collections::sort(&mut datacenters);
    datacenters.dedup();
    let width = nodes.iter().map(|node| node.address.len()).max().unwrap_or(9).max("Address".len());
    let owned = owned(nodes);
    let mut text = String::new();
    for datacenter in datacenters {
        let title = format!("Datacenter: {datacenter}");
        text.push_str(&format!("{title}\n{}\n", "=".repeat(title.len())));
        text.push_str("Status=Up/Down\n|/ State=Normal/Leaving/Joining/Moving\n");
        text.push_str(&format!(
            "--  {:<width$}  {:<10} {:<12} {:<17} {:<37} Rack\n",
            "Address", "Load", "Tokens", "Owns (effective)", "Host ID"
        ));
        for (node, owns) in nodes.iter().zip(&owned).filter(|(node, _)| node.datacenter == datacenter) {
            let sign = if node.is_up { 'U' } else { 'D' };
            let load = figure(&format!("load {}", node.id), 6_500, 11_000);
            let load = format!("{}.{:02} KiB", load / 100, load % 100);
            let owns = format!("{}.{}%", owns / 10, owns % 10);
            text.push_str(&format!(
                "{sign}N  {:<width$}  {load:<10} {:<12} {owns:<17} {:<37} {}\n",
                node.address, node.tokens, node.id, node.rack
            ));
        }
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn node(number: u32) -> Node {
        Node {
            address: format!("10.244.{number}.2"),
            id: format!("id-{number}"),
            rack: "Rack1".to_owned(),
            datacenter: "DC1".to_owned(),
            tokens: "32".to_owned(),
            is_up: number != 2,
        }
    }

    #[test]
    fn a_ring_has_two_copies_of_everything() {
        for count in 1..6_u64 {
            let nodes: Vec<Node> = (0..u32::try_from(count).unwrap()).map(node).collect();
            assert_eq!(owned(&nodes).iter().sum::<u64>(), 1_000 * count.min(2), "{count}");
        }
        let text = status(&[node(0), node(1), node(2)]);
        let signs: Vec<&str> = text.lines().skip(5).take(3).filter_map(|line| line.get(..2)).collect();
        assert_eq!(signs, ["UN", "UN", "DN"]);
        assert!(text.starts_with("Datacenter: DC1\n===============\nStatus=Up/Down\n"), "{text}");
    }
}
