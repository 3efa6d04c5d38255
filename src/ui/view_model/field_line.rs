//! Where a field stands in the text of a manifest: the file that holds an object, and the line of a path.
//!
//! Manifests are indented blocks; within one the way to a field is followed key by key and item by item. What
//! stands inside braces on one line is taken as that line.

use crate::api::yaml::read_manifest;
use crate::api::{Kind, ObjectKey};

/// A line with something on it.
#[derive(Clone, Debug)]
struct Line<'a> {
    number: usize,
    indent: usize,
    text: &'a str,
}

/// Where a field stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Found {
    /// The line, from 1.
    pub line: usize,
    /// Whether the field itself is there; otherwise it is the line under which it belongs.
    pub is_there: bool,
}

/// The first line of an object's document in a manifest; `None` when it is not there.
pub fn document_of(text: &str, key: &ObjectKey, namespace: &str) -> Option<usize> {
    let documents = read_manifest(text).documents;
    let found = documents.iter().find(|document| {
        let at = |path: &[&str]| {
            let value = path.iter().try_fold(&document.value, |value, name| value.get(*name));
            value.and_then(|value| value.as_str()).unwrap_or_default()
        };
        let its = at(&["metadata", "namespace"]);
        let its = if its.is_empty() { namespace } else { its };
        Kind::of(at(&["apiVersion"]), at(&["kind"])) == Some(key.kind)
            && at(&["metadata", "name"]) == key.name
            && (key.namespace.is_empty() || its == key.namespace)
    });
    found.map(|document| document.line)
}

/// The line of a path in the document that begins at a line.
pub fn line_of(text: &str, start: usize, path: &str) -> Found {
    let lines = text.lines().enumerate().skip(start.saturating_sub(1));
    let document = lines.take_while(|(index, line)| index + 1 == start || !line.starts_with("---"));
    let mut block: Vec<Line<'_>> = document.filter_map(|(index, text)| line(index + 1, text)).collect();
    let mut at = start;
    for (name, items) in path.split('.').map(segment) {
        let Some((found, children)) = child(&block, name) else {
            return Found { line: at, is_there: false };
        };
        (at, block) = (found, children);
        for item in items {
            let Some((found, children)) = nth(&block, item) else {
                return Found { line: at, is_there: false };
            };
            (at, block) = (found, children);
        }
    }
    Found { line: at, is_there: true }
}

fn line(number: usize, text: &str) -> Option<Line<'_>> {
    let bare = text.trim();
    let is_empty = bare.is_empty() || bare.starts_with('#') || bare.starts_with("---");
    (!is_empty).then(|| Line { number, indent: text.len() - text.trim_start().len(), text: bare })
}

/// `containers[0]` is the name `containers` and the item 0.
fn segment(segment: &str) -> (&str, Vec<usize>) {
    let (name, rest) = segment.split_once('[').unwrap_or((segment, ""));
    let items = rest.split('[').filter_map(|item| item.trim_end_matches(']').parse().ok());
    (name, items.collect())
}

fn is_item(line: &Line<'_>) -> bool {
    line.text == "-" || line.text.starts_with("- ")
}

/// The line of a key of a block, and what is below it.
fn child<'a>(block: &[Line<'a>], name: &str) -> Option<(usize, Vec<Line<'a>>)> {
    let indent = block.first()?.indent;
    let is_key = |line: &Line<'_>| {
        let bare = line.text.trim_start_matches(['"', '\'']);
        let rest = bare.strip_prefix(name).map(|rest| rest.trim_start_matches(['"', '\'']));
        line.indent == indent && rest.is_some_and(|rest| rest.starts_with(':'))
    };
    let at = block.iter().position(is_key)?;
    let number = block.get(at)?.number;
    let below = block.get(at + 1..).unwrap_or_default().iter();
    let is_below = |line: &&Line<'_>| line.indent > indent || (line.indent == indent && is_item(line));
    Some((number, below.take_while(is_below).cloned().collect()))
}

/// The line of an item of a block, and the item as a block of its own.
fn nth<'a>(block: &[Line<'a>], item: usize) -> Option<(usize, Vec<Line<'a>>)> {
    let indent = block.first()?.indent;
    let begins = |line: &Line<'_>| line.indent == indent && is_item(line);
    let starts: Vec<usize> = (0..block.len()).filter(|at| block.get(*at).is_some_and(begins)).collect();
    let start = *starts.get(item)?;
    let end = starts.get(item + 1).copied().unwrap_or(block.len());
    let mut own: Vec<Line<'a>> = block.get(start..end)?.to_vec();
    let number = own.first()?.number;
    if let Some(first) = own.first_mut() {
        let rest = first.text.trim_start_matches('-');
        first.indent += first.text.len() - rest.trim_start().len();
        first.text = rest.trim_start();
        if first.text.is_empty() {
            own.remove(0);
        }
    }
    Some((number, own))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "\
# a Service, and a set
apiVersion: v1
kind: Service
metadata: {name: nginx}
spec:
  selector:
    app: nginx
---
apiVersion: apps/v1
kind: StatefulSet
metadata:
  name: web
spec:
  replicas: 2
  # how pods reach a new template
  updateStrategy:
    type: RollingUpdate
    rollingUpdate: {partition: 3}
  template:
    spec:
      containers:
      - name: a
        image: a:1
        resources:
          requests:
            cpu: 1
      -
        name: b
        \"image\": b:1
  volumeClaimTemplates:
    - metadata: {name: www}
      spec:
        storageClassName: fast
";

    fn key(kind: Kind, name: &str) -> ObjectKey {
        ObjectKey::new(kind, "default", name)
    }

    #[test]
    fn documents_are_found_by_kind_and_name() {
        assert_eq!(document_of(TEXT, &key(Kind::Service, "nginx"), "default"), Some(2));
        assert_eq!(document_of(TEXT, &key(Kind::StatefulSet, "web"), "default"), Some(9));
        assert_eq!(document_of(TEXT, &key(Kind::StatefulSet, "web"), "other"), None);
        assert_eq!(document_of(TEXT, &key(Kind::StatefulSet, "other"), "default"), None);
        assert_eq!(document_of("kind: [", &key(Kind::Service, "nginx"), "default"), None);
    }

    #[test]
    fn paths_are_followed_to_their_lines() {
        for (path, line, is_there) in [
            ("spec.replicas", 14, true),
            ("spec.updateStrategy.type", 17, true),
            ("spec.updateStrategy.rollingUpdate.partition", 18, false),
            ("spec.template.spec.containers[0].image", 23, true),
            ("spec.template.spec.containers[0].resources.requests", 25, true),
            ("spec.template.spec.containers[1].image", 29, true),
            ("spec.template.spec.containers[2].image", 21, false),
            ("spec.template.spec.nodeSelector", 20, false),
            ("spec.volumeClaimTemplates[0].spec.storageClassName", 33, true),
            ("spec.paused", 13, false),
            ("metadata.finalizers", 11, false),
        ] {
            assert_eq!(line_of(TEXT, 9, path), Found { line, is_there }, "{path}");
        }
        assert_eq!(line_of(TEXT, 2, "spec.selector"), Found { line: 6, is_there: true });
        assert_eq!(line_of(TEXT, 2, "spec.replicas"), Found { line: 5, is_there: false });
    }
}
