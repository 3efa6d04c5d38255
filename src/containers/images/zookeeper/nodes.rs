//! The data of an ensemble: nodes by path, and the number of the last transaction.
//!
//! A server keeps it in a file on its volume, in a form of the sandbox's own.

use crate::collections::SortedMap;

/// A node.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::containers::images) struct Znode {
    pub(in crate::containers::images) data: String,
    /// Transactions: of its making, of its data, of its children.
    pub(super) made: u64,
    pub(super) changed: u64,
    pub(super) children_changed: u64,
    /// Seconds since 1970.
    pub(super) made_at: u64,
    pub(super) changed_at: u64,
    pub(super) version: u64,
    pub(super) children_version: u64,
    pub(super) owner: u64,
}

/// All nodes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::containers::images) struct Nodes {
    /// The last transaction: the epoch in its upper half.
    pub(super) last: u64,
    /// The container that led when it was written.
    pub(super) leader: String,
    all: SortedMap<String, Znode>,
}

/// What cannot be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::containers::images) enum NodeError {
    /// There is no such node.
    NoNode,
    /// It is there already.
    Exists,
    /// It has children.
    NotEmpty,
    /// Its version is another one.
    BadVersion,
}

const HEAD: &str = "# ZooKeeper's data, in the sandbox's own form.";

fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('\n', "\\n").replace('\t', "\\t")
}

fn unescaped(text: &str) -> String {
    let mut out = String::new();
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        match (letter, if letter == '\\' { letters.next() } else { None }) {
            ('\\', Some('n')) => out.push('\n'),
            ('\\', Some('t')) => out.push('\t'),
            ('\\', Some(other)) => out.push(other),
            (letter, _) => out.push(letter),
        }
    }
    out
}

impl Nodes {
    /// Reads the file of a server.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut lines = text.lines();
        lines.next().filter(|line| *line == HEAD)?;
        let (last, leader) = lines.next()?.split_once(' ')?;
        let mut nodes = Self { last: last.parse().ok()?, leader: leader.to_owned(), all: SortedMap::new() };
        for line in lines {
            let parts: Vec<&str> = line.split('\t').collect();
            let [path, numbers @ .., data] = parts.as_slice() else { return None };
            let numbers: Vec<u64> =
                numbers.iter().map(|number| number.parse().ok()).collect::<Option<_>>()?;
            let [made, changed, children_changed, made_at, changed_at, version, children_version, owner] =
                numbers.as_slice()
            else {
                return None;
            };
            nodes.all.insert(
                unescaped(path),
                Znode {
                    data: unescaped(data),
                    made: *made,
                    changed: *changed,
                    children_changed: *children_changed,
                    made_at: *made_at,
                    changed_at: *changed_at,
                    version: *version,
                    children_version: *children_version,
                    owner: *owner,
                },
            );
        }
        Some(nodes)
    }

    /// The file of a server.
    pub(super) fn text(&self) -> String {
        let mut text = format!("{HEAD}\n{} {}\n", self.last, self.leader);
        for (path, node) in &self.all {
            text.push_str(&format!(
                "{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\n",
                escaped(path),
                node.made,
                node.changed,
                node.children_changed,
                node.made_at,
                node.changed_at,
                node.version,
                node.children_version,
                node.owner,
                escaped(&node.data)
            ));
        }
        text
    }

    /// How many there are, with those that every server has.
    pub(super) fn count(&self) -> usize {
        self.all.len() + 4
    }

    pub(in crate::containers::images) fn get(&self, path: &str) -> Option<Znode> {
        match path {
            "/" | "/zookeeper" | "/zookeeper/quota" => Some(self.all.get(path).cloned().unwrap_or_default()),
            _ => self.all.get(path).cloned(),
        }
    }

    /// The names of a node's children, in the order in which Java's hash set has them.
    pub(in crate::containers::images) fn children(&self, path: &str) -> Vec<String> {
        let prefix = if path == "/" { "/".to_owned() } else { format!("{path}/") };
        let own: &[&str] = match path {
            "/" => &["zookeeper"],
            "/zookeeper" => &["quota"],
            _ => &[],
        };
        let below = self.all.keys().filter_map(|known| known.strip_prefix(&prefix));
        let mut names: Vec<String> =
            below.filter(|rest| !rest.contains('/') && !rest.is_empty()).map(str::to_owned).collect();
        for name in own {
            if !names.iter().any(|known| known == name) {
                names.push((*name).to_owned());
            }
        }
        let buckets = (names.len() * 4 / 3 + 1).next_power_of_two().max(16);
        crate::collections::sort_by_key(&mut names, |name| {
            let bucket = usize::try_from(spread(name)).unwrap_or_default() & (buckets - 1);
            (bucket, name.clone())
        });
        names
    }

    /// The next transaction.
    pub(super) fn next(&mut self) -> u64 {
        self.last += 1;
        self.last
    }

    fn parent(path: &str) -> &str {
        match path.rsplit_once('/') {
            Some(("", _)) | None => "/",
            Some((parent, _)) => parent,
        }
    }

    fn touch_parent(&mut self, path: &str, zxid: u64) {
        let parent = Self::parent(path).to_owned();
        let mut node = self.get(&parent).unwrap_or_default();
        node.children_changed = zxid;
        node.children_version += 1;
        self.all.insert(parent, node);
    }

    /// Makes a node; its path, which is longer than asked for when it is to have a number.
    pub(in crate::containers::images) fn create(
        &mut self,
        path: &str,
        data: &str,
        sequential: bool,
        now: u64,
    ) -> Result<String, NodeError> {
        let parent = self.get(Self::parent(path)).ok_or(NodeError::NoNode)?;
        let path =
            if sequential { format!("{path}{:010}", parent.children_version) } else { path.to_owned() };
        if self.get(&path).is_some() {
            return Err(NodeError::Exists);
        }
        let zxid = self.next();
        self.touch_parent(&path, zxid);
        let data = data.to_owned();
        let node = Znode {
            data,
            made: zxid,
            changed: zxid,
            children_changed: zxid,
            made_at: now,
            changed_at: now,
            ..Znode::default()
        };
        self.all.insert(path.clone(), node);
        Ok(path)
    }

    /// Changes the data of a node.
    pub(in crate::containers::images) fn set(
        &mut self,
        path: &str,
        data: &str,
        version: Option<u64>,
        now: u64,
    ) -> Result<(), NodeError> {
        let mut node = self.get(path).ok_or(NodeError::NoNode)?;
        if version.is_some_and(|version| version != node.version) {
            return Err(NodeError::BadVersion);
        }
        data.clone_into(&mut node.data);
        node.version += 1;
        node.changed = self.next();
        node.changed_at = now;
        self.all.insert(path.to_owned(), node);
        Ok(())
    }

    /// Removes a node, with all below it when that is asked for.
    pub(in crate::containers::images) fn delete(&mut self, path: &str, deep: bool) -> Result<(), NodeError> {
        if self.all.get(path).is_none() {
            return Err(NodeError::NoNode);
        }
        let below = format!("{path}/");
        if !deep && self.all.keys().any(|known| known.starts_with(&below)) {
            return Err(NodeError::NotEmpty);
        }
        let zxid = self.next();
        self.all.retain(|known, _| known != path && !known.starts_with(&below));
        self.touch_parent(path, zxid);
        Ok(())
    }
}

/// `String.hashCode`, spread as `HashMap` does.
fn spread(text: &str) -> u32 {
    let hash =
        text.encode_utf16().fold(0_u32, |hash, unit| hash.wrapping_mul(31).wrapping_add(u32::from(unit)));
    hash ^ (hash >> 16)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nodes_are_made_changed_and_removed() {
        let mut nodes = Nodes::default();
        assert_eq!(nodes.create("/a/b", "x", false, 1), Err(NodeError::NoNode));
        assert_eq!(nodes.create("/a", "x\ty\\n", false, 1).as_deref(), Ok("/a"));
        assert_eq!(nodes.create("/a", "x", false, 1), Err(NodeError::Exists));
        assert_eq!(nodes.create("/a/q-", "", true, 2).as_deref(), Ok("/a/q-0000000000"));
        assert_eq!(nodes.create("/a/q-", "", true, 2).as_deref(), Ok("/a/q-0000000001"));
        assert_eq!(nodes.set("/a", "z\n", Some(3), 3), Err(NodeError::BadVersion));
        assert_eq!(nodes.set("/a", "z\n", Some(0), 3), Ok(()));
        assert_eq!(nodes.delete("/a", false), Err(NodeError::NotEmpty));
        assert_eq!(nodes.children("/a"), ["q-0000000000", "q-0000000001"]);
        assert_eq!(Nodes::parse(&nodes.text()), Some(nodes.clone()));
        assert_eq!(nodes.delete("/a", true), Ok(()));
        assert_eq!((nodes.children("/"), nodes.last), (vec!["zookeeper".to_owned()], 5));
        assert_eq!(Nodes::parse("rubbish"), None);
        // As Java's: "a".hashCode() is 97, "hello".hashCode() is 99162322.
        assert_eq!((spread("a"), spread("hello")), (97, 0x05e9_18d2 ^ 0x05e9));
    }
}
