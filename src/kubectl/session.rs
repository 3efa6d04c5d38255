//! What a terminal keeps from one line to the next: files and the namespace.
//!
//! Left out: kubeconfig contexts other than the one cluster.

use crate::collections::{SortedMap, SortedSet};

/// The folder of the session's files.
pub const HOME: &str = "/home/learner";

/// The files and settings that kubectl's lines refer to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// Text of each file by name: relative to [`HOME`], or an absolute path elsewhere.
    pub files: SortedMap<String, String>,
    /// Folders that were made, named as files are.
    pub folders: SortedSet<String>,
    /// The namespace of the current context.
    pub namespace: String,
    /// The folder in which the present command runs, an absolute path.
    pub folder: String,
    /// What the present command's standard input holds, when it reads any.
    pub stdin: Option<String>,
    /// Documents of the network that the present command names, by URL.
    pub documents: SortedMap<String, String>,
}

impl Default for Session {
    fn default() -> Self {
        Self {
            files: SortedMap::new(),
            folders: SortedSet::new(),
            namespace: "default".to_owned(),
            folder: HOME.to_owned(),
            stdin: None,
            documents: SortedMap::new(),
        }
    }
}

impl Session {
    /// The text of a file that a command names.
    pub fn file(&self, name: &str) -> Option<&str> {
        if let ("-" | "/dev/stdin", Some(text)) = (name, &self.stdin) {
            return Some(text);
        }
        self.files.get(&self.key(name)).or_else(|| self.files.get(name)).map(String::as_str)
    }

    /// The name under which a file is kept that a command names; that of the home folder is empty.
    pub fn key(&self, name: &str) -> String {
        let mut parts: Vec<&str> = Vec::new();
        let folder = if name.starts_with('/') { "" } else { &self.folder };
        for part in folder.split('/').chain(name.split('/')) {
            match part {
                "" | "." => {}
                ".." => drop(parts.pop()),
                part => parts.push(part),
            }
        }
        let path = format!("/{}", parts.join("/"));
        match path.strip_prefix(HOME) {
            Some("") => String::new(),
            Some(rest) if rest.starts_with('/') => rest.trim_start_matches('/').to_owned(),
            _ => path,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Session;

    #[test]
    fn files_are_named_from_the_current_folder() {
        let session = Session { folder: "/home/learner/demo".to_owned(), ..Session::default() };
        let cases = [
            ("web.yaml", "demo/web.yaml"),
            ("./../web.yaml", "web.yaml"),
            ("/home/learner/a/b.yaml", "a/b.yaml"),
            ("/tmp/x", "/tmp/x"),
            ("..", ""),
            ("/home/learners", "/home/learners"),
        ];
        for (name, expected) in cases {
            assert_eq!(session.key(name), expected, "{name}");
        }
    }
}
