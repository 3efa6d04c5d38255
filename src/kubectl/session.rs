//! What a terminal keeps from one line to the next: files and the namespace.
//!
//! Left out: kubeconfig contexts other than the one cluster, environment variables, directories.use
//! `crate::collections::SortedMap`;

use crate::collections::SortedMap;

/// The files and settings that kubectl's lines refer to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// Text of each file by name.
    pub files: SortedMap<String, String>,
    /// The namespace of the current context.
    pub namespace: String,
}

impl Default for Session {
    fn default() -> Self {
        Self { files: SortedMap::new(), namespace: "default".to_owned() }
    }
}

impl Session {
    /// The text of a file; `./` before its name makes no difference.
    pub fn file(&self, name: &str) -> Option<&str> {
        let bare = name.trim_start_matches("./");
        self.files.get(name).or_else(|| self.files.get(bare)).map(String::as_str)
    }
}
