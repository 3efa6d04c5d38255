//! Where a field stands in the text of a manifest: the file that holds an object, and the place of a path.
//!
//! The way to a field is followed key by key and item by item, through indented blocks and into what stands
//! in braces or brackets (`flow_style`).

use super::flow_style;
use crate::api::yaml::read_manifest;
use crate::api::{Kind, ObjectKey};

/// A line with something on it.
#[derive(Clone, Debug)]
struct Line<'a> {
    indent: usize,
    text: &'a str,
    /// Where its text begins in the whole one.
    at: usize,
}

/// A value on the way to a field.
enum Value<'a> {
    /// Lines that are set in.
    Block(Vec<Line<'a>>),
    /// Braces or brackets at an offset.
    Flow(usize),
}

/// Where a field stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Found {
    /// The line, from 1.
    pub line: usize,
    /// The column as an editor counts it, from 1.
    pub column: usize,
    /// Whether the field itself is there; otherwise it is the place under which it belongs.
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

/// The place of a path in the document that begins at a line.
pub fn place_of(text: &str, start: usize, path: &str) -> Found {
    let mut at = 0;
    let mut block = Vec::new();
    for (index, whole) in text.split_inclusive('\n').enumerate() {
        let ends = index + 1 > start && whole.starts_with("---");
        if ends {
            break;
        }
        block.extend(line(whole, at).filter(|_| index + 1 >= start));
        at += whole.len();
    }
    let mut here = block.first().map_or(0, |line| line.at);
    let mut value = value_of(text, block);
    for (name, items) in path.split('.').map(segment) {
        let items = items.into_iter().map(Step::Item);
        for step in std::iter::once(Step::Key(name)).chain(items) {
            let Some((found, next)) = follow(text, &value, &step) else { return found_at(text, here, false) };
            (here, value) = (found, next);
        }
    }
    found_at(text, here, true)
}

/// One step of a path.
enum Step<'p> {
    Key(&'p str),
    Item(usize),
}

fn follow<'a>(text: &'a str, value: &Value<'a>, step: &Step<'_>) -> Option<(usize, Value<'a>)> {
    match (value, step) {
        (Value::Block(block), Step::Key(name)) => child(text, block, name),
        (Value::Block(block), Step::Item(item)) => nth(text, block, *item),
        (Value::Flow(at), Step::Key(name)) => {
            flow_style::entry(text, *at, name).map(|(key, value)| (key, Value::Flow(value)))
        }
        (Value::Flow(at), Step::Item(item)) => {
            flow_style::item(text, *at, *item).map(|item| (item, Value::Flow(item)))
        }
    }
}

fn found_at(text: &str, at: usize, is_there: bool) -> Found {
    let before = text.get(..at).unwrap_or_default();
    let begun = before.rsplit('\n').next().unwrap_or_default();
    Found { line: before.matches('\n').count() + 1, column: begun.encode_utf16().count() + 1, is_there }
}

fn line(whole: &str, at: usize) -> Option<Line<'_>> {
    let bare = whole.trim();
    let is_empty = bare.is_empty() || bare.starts_with('#') || bare.starts_with("---");
    let indent = whole.len() - whole.trim_start().len();
    (!is_empty).then_some(Line { indent, text: bare, at: at + indent })
}

/// Lines as what they hold.
fn value_of<'a>(text: &str, block: Vec<Line<'a>>) -> Value<'a> {
    match block.first() {
        Some(first) if flow_style::begins(text, first.at) => Value::Flow(first.at),
        _ => Value::Block(block),
    }
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

/// What follows a key on its line, when the line begins with that key.
fn after_key<'a>(line: &Line<'a>, name: &str) -> Option<&'a str> {
    let bare = line.text.trim_start_matches(['"', '\'']);
    bare.strip_prefix(name)?.trim_start_matches(['"', '\'']).strip_prefix(':')
}

/// Where a key of a block stands, and its value.
fn child<'a>(text: &'a str, block: &[Line<'a>], name: &str) -> Option<(usize, Value<'a>)> {
    let indent = block.first()?.indent;
    let is_key = |line: &Line<'_>| line.indent == indent && after_key(line, name).is_some();
    let position = block.iter().position(is_key)?;
    let line = block.get(position)?;
    let rest = after_key(line, name)?.trim_start();
    let value = line.at + line.text.len() - rest.len();
    if flow_style::begins(text, value) {
        return Some((line.at, Value::Flow(value)));
    }
    let below = block.get(position + 1..).unwrap_or_default().iter();
    let is_below = |line: &&Line<'_>| line.indent > indent || (line.indent == indent && is_item(line));
    Some((line.at, value_of(text, below.take_while(is_below).cloned().collect())))
}

/// Where an item of a block stands, and the item as a block of its own.
fn nth<'a>(text: &str, block: &[Line<'a>], item: usize) -> Option<(usize, Value<'a>)> {
    let indent = block.first()?.indent;
    let begins = |line: &Line<'_>| line.indent == indent && is_item(line);
    let starts: Vec<usize> = (0..block.len()).filter(|at| block.get(*at).is_some_and(begins)).collect();
    let start = *starts.get(item)?;
    let end = starts.get(item + 1).copied().unwrap_or(block.len());
    let mut own: Vec<Line<'a>> = block.get(start..end)?.to_vec();
    let at = own.first()?.at;
    if let Some(first) = own.first_mut() {
        let rest = first.text.trim_start_matches('-').trim_start();
        let dash = first.text.len() - rest.len();
        first.indent += dash;
        first.at += dash;
        first.text = rest;
        if first.text.is_empty() {
            own.remove(0);
        }
    }
    Some((at, value_of(text, own)))
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
    fn paths_are_followed_to_their_places() {
        for (path, line, column, is_there) in [
            ("spec.replicas", 14, 3, true),
            ("spec.updateStrategy.type", 17, 5, true),
            ("spec.updateStrategy.rollingUpdate.partition", 18, 21, true),
            ("spec.updateStrategy.rollingUpdate.maxUnavailable", 18, 5, false),
            ("spec.template.spec.containers[0].image", 23, 9, true),
            ("spec.template.spec.containers[0].resources.requests", 25, 11, true),
            ("spec.template.spec.containers[1].image", 29, 9, true),
            ("spec.template.spec.containers[2].image", 21, 7, false),
            ("spec.template.spec.nodeSelector", 20, 5, false),
            ("spec.volumeClaimTemplates[0].metadata.name", 31, 18, true),
            ("spec.volumeClaimTemplates[0].spec.storageClassName", 33, 9, true),
            ("spec.paused", 13, 1, false),
            ("metadata.finalizers", 11, 1, false),
        ] {
            assert_eq!(place_of(TEXT, 9, path), Found { line, column, is_there }, "{path}");
        }
        assert_eq!(place_of(TEXT, 2, "spec.selector"), Found { line: 6, column: 3, is_there: true });
        assert_eq!(place_of(TEXT, 2, "spec.replicas"), Found { line: 5, column: 1, is_there: false });
        assert_eq!(place_of(TEXT, 2, "metadata.name"), Found { line: 4, column: 12, is_there: true });
    }

    #[test]
    fn json_and_braces_over_lines_are_followed_too() {
        let text = "\
kind: Pod
spec:
  {containers: [
    {name: ä, image: 'a:1'}, # the first
    {name: b,
     image: b:1}], nodeName: n}
---
{\"kind\": \"Pod\",
 \"spec\": {\"containers\": [{\"image\": \"c:1\"}]}}
";
        for (start, path, line, column, is_there) in [
            (1, "spec.containers[0].image", 4, 15, true),
            (1, "spec.containers[1].image", 6, 6, true),
            (1, "spec.nodeName", 6, 20, true),
            (1, "spec.containers[2].image", 3, 4, false),
            (8, "spec.containers[0].image", 9, 27, true),
            (8, "spec.nodeName", 9, 2, false),
        ] {
            assert_eq!(place_of(text, start, path), Found { line, column, is_there }, "{path}");
        }
    }
}
