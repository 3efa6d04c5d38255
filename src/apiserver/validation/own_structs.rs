//! How the server's own structs look as JSON: every field, under its Go name, in Go's order.
//!
//! Models pkg/apis/core/types.go, Kubernetes v1.36, whose structs have no JSON names; they are seen only in
//! the differences that are shown behind "is immutable". Left out: the insides of volume sources that nothing
//! here can mount.

use std::fmt::Write as _;

use serde_json::Value;

use super::super::fields::{at, entries, is_empty, items};
use crate::collections::SortedMap;

/// One line for each struct.
const TABLE: &str = include_str!("own_structs.txt");

/// One field: its Go name, its JSON name, its type.
#[derive(Clone, Copy, Debug)]
struct Field {
    name: &'static str,
    json: Option<&'static str>,
    ty: &'static str,
}

type Structs = SortedMap<&'static str, Vec<Field>>;

fn structs() -> Structs {
    TABLE.lines().filter_map(|line| line.split_once(": ")).map(|(name, list)| (name, fields(list))).collect()
}

fn fields(list: &'static str) -> Vec<Field> {
    let field = |field: &'static str| {
        let (name, ty) = field.split_once(' ')?;
        let (name, json) = match name.split_once('=') {
            Some((name, json)) => (name, Some(json)),
            None => (name, None),
        };
        Some(Field { name, json, ty })
    };
    list.split(", ").filter_map(field).collect()
}

/// A value of the public API as the server's own struct, indented by one blank.
// Out of line, so that the page's start does not carry its table.
#[inline(never)]
pub(super) fn pretty(value: &Value, name: &str) -> String {
    let mut writer = Writer { structs: structs(), out: String::new() };
    writer.structure(value, &Value::Null, name, 0);
    // Go keeps these out of JSON for the sake of web pages.
    writer.out.replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026")
}

struct Writer {
    structs: Structs,
    out: String,
}

impl Writer {
    fn line(&mut self, depth: usize) {
        self.out.push('\n');
        self.out.extend(std::iter::repeat_n(' ', depth));
    }

    /// Writes parts between brackets, each on its own line.
    fn block<T>(
        &mut self,
        brackets: [char; 2],
        parts: impl Iterator<Item = T>,
        depth: usize,
        mut each: impl FnMut(&mut Self, T),
    ) {
        let [open, close] = brackets;
        self.out.push(open);
        let mut any = false;
        for part in parts {
            if std::mem::replace(&mut any, true) {
                self.out.push(',');
            }
            self.line(depth + 1);
            each(self, part);
        }
        if any {
            self.line(depth);
        }
        self.out.push(close);
    }

    fn structure(&mut self, value: &Value, parent: &Value, name: &str, depth: usize) {
        let fields = self.structs.get(name).cloned().unwrap_or_default();
        self.block(['{', '}'], fields.into_iter(), depth, |writer, field| {
            // Writing to a string cannot fail.
            write!(writer.out, "\"{}\": ", field.name).unwrap_or_default();
            let mut lower = field.name.to_owned();
            if let Some(first) = lower.get_mut(..1) {
                first.make_ascii_lowercase();
            }
            let json = field.json.unwrap_or(&lower);
            let (holder, json) = match json.strip_prefix('^') {
                Some(json) => (parent, json),
                None => (value, json),
            };
            writer.any(at(holder, &[json]), value, field.ty, depth + 1);
        });
    }

    fn any(&mut self, value: &Value, parent: &Value, ty: &str, depth: usize) {
        if let Some(ty) = ty.strip_prefix('*') {
            match value {
                Value::Null => self.out.push_str("null"),
                value => self.any(value, parent, ty, depth),
            }
            return;
        }
        if let Some(ty) = ty.strip_prefix('[') {
            match value.as_array().filter(|items| !items.is_empty()) {
                None => self.out.push_str("null"),
                Some(items) => self.block(['[', ']'], items.iter(), depth, |writer, item| {
                    writer.any(item, value, ty, depth + 1);
                }),
            }
            return;
        }
        let absent = value.is_null();
        match ty {
            "s" if absent => self.out.push_str("\"\""),
            "b" if absent => self.out.push_str("false"),
            "i" if absent => self.out.push('0'),
            "q" if absent => self.out.push_str("\"0\""),
            "m" if is_empty(value) => self.out.push_str("null"),
            "L" => self.label_selector(value, depth),
            "s" | "b" | "i" | "q" | "m" | "r" => self.raw(value, depth),
            name => self.structure(value, parent, name, depth),
        }
    }

    /// A value whose fields have no order of their own.
    fn raw(&mut self, value: &Value, depth: usize) {
        match value {
            Value::Object(fields) => self.block(['{', '}'], fields.iter(), depth, |writer, (key, value)| {
                writer.out.push_str(&Value::from(key.as_str()).to_string());
                writer.out.push_str(": ");
                writer.raw(value, depth + 1);
            }),
            Value::Array(items) => {
                self.block(['[', ']'], items.iter(), depth, |writer, item| writer.raw(item, depth + 1));
            }
            value => self.out.push_str(&value.to_string()),
        }
    }

    /// This one is the public API's, and leaves out what is empty.
    fn label_selector(&mut self, value: &Value, depth: usize) {
        let labels = entries(value, "matchLabels").next().is_some().then_some("matchLabels");
        let requirements = items(value, "matchExpressions").first().map(|_| "matchExpressions");
        self.block(['{', '}'], labels.into_iter().chain(requirements), depth, |writer, name| {
            write!(writer.out, "\"{name}\": ").unwrap_or_default();
            writer.raw(at(value, &[name]), depth + 1);
        });
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    #[test]
    fn every_field_is_written_in_the_order_of_go() {
        let spec = json!({"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}},
            "selector": {"matchLabels": {"a": "<b>"}}, "storageClassName": "s"});
        expect_test::expect![[r#"
            {
             "AccessModes": [
              "ReadWriteOnce"
             ],
             "Selector": {
              "matchLabels": {
               "a": "\u003cb\u003e"
              }
             },
             "Resources": {
              "Limits": null,
              "Requests": {
               "storage": "1Gi"
              }
             },
             "VolumeName": "",
             "StorageClassName": "s",
             "VolumeMode": null,
             "DataSource": null,
             "DataSourceRef": null,
             "VolumeAttributesClassName": null
            }"#]]
        .assert_eq(&super::pretty(&spec, "PersistentVolumeClaimSpec"));
        let pod = super::pretty(
            &json!({"hostNetwork": true, "securityContext": {}, "containers": [{"name": "a"}]}),
            "PodSpec",
        );
        assert!(pod.contains("\n  \"HostNetwork\": true,\n"), "{pod}");
        assert!(!super::TABLE.lines().any(|line| line.contains(" :")), "well-formed");
    }
}
