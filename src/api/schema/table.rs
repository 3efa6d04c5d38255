//! Reads the table of types once, on first use.
//!
//! Models nothing by itself: `v1_36.txt` holds every field of the kinds that are served, as in Kubernetes
//! v1.36: Go types of k8s.io/api and their `OpenAPI` document, written by scripts/schema.py. A line is one of
//!
//! - `kind API_VERSION KIND`
//! - `TYPE = string VALUE...`: a named string and its known values
//! - `TYPE = TARGET`: any other named type
//! - `TYPE field:TYPE MARKS ...`: a struct. Marks: `!` required, `?` omitempty, `??` omitzero, `@KEY` merged
//!   by KEY (`@` alone: as a set), `#` retainKeys, `%` replaced
//!
//! Left out: any check of the text, which is part of the program and covered by a test.

use super::{Definition, Field, PatchMeta, Struct, Type};
use crate::collections::SortedMap;
use std::sync::OnceLock;

const TEXT: &str = include_str!("v1_36.txt");

pub(super) struct Table {
    pub(super) kinds: Vec<(&'static str, &'static str)>,
    pub(super) types: SortedMap<&'static str, Definition>,
}

pub(super) fn table() -> &'static Table {
    static TABLE: OnceLock<Table> = OnceLock::new();
    TABLE.get_or_init(parse)
}

pub(super) fn definition(name: &str) -> Option<&'static Definition> {
    table().types.get(name)
}

fn parse() -> Table {
    let mut table = Table { kinds: Vec::new(), types: SortedMap::new() };
    for line in TEXT.lines() {
        let words: Vec<&'static str> = line.split_whitespace().collect();
        match words.as_slice() {
            ["kind", api_version, kind] => table.kinds.push((api_version, kind)),
            [name, "=", target, values @ ..] => {
                table.types.insert(name, Definition::Alias(parse_type(target), values.to_vec()));
            }
            [name, fields @ ..] => {
                let fields = fields.iter().filter_map(|word| parse_field(word)).collect();
                table.types.insert(name, Definition::Struct(Struct { name, fields }));
            }
            [] => {}
        }
    }
    for name in ["types.UID", "types.NodeName"] {
        table.types.insert(name, Definition::Alias(Type::String, Vec::new()));
    }
    table
}

fn parse_field(word: &'static str) -> Option<Field> {
    let (name, rest) = word.split_once(':')?;
    let end = rest.find(['!', '?', '@', '#', '%']).unwrap_or(rest.len());
    let (ty, marks) = rest.split_at(end);
    let merge_key = marks.split_once('@').map(|(_, key)| key.trim_end_matches(['#', '%']));
    let patch = PatchMeta {
        merge: merge_key.is_some(),
        merge_key: merge_key.unwrap_or_default(),
        retain_keys: marks.contains('#'),
        replace: marks.contains('%'),
    };
    Some(Field {
        name,
        ty: parse_type(ty),
        required: marks.contains('!'),
        omit_empty: marks.contains('?'),
        omit_zero: marks.contains("??"),
        patch,
    })
}

fn parse_type(text: &'static str) -> Type {
    if let Some(inner) = text.strip_prefix('*') {
        return Type::Pointer(Box::new(parse_type(inner)));
    }
    if let Some(element) = text.strip_prefix("[]") {
        return Type::Slice(Box::new(parse_type(element)));
    }
    if let Some((key, element)) = text.strip_prefix("map[").and_then(|rest| rest.split_once(']')) {
        return Type::Map(Box::new(parse_type(key)), Box::new(parse_type(element)));
    }
    match text {
        "string" => Type::String,
        "bool" => Type::Bool,
        "int32" => Type::Int32,
        "int64" => Type::Int64,
        "bytes" => Type::Bytes,
        "Quantity" => Type::Quantity,
        "IntOrString" => Type::IntOrString,
        "Time" => Type::Time,
        "MicroTime" => Type::MicroTime,
        "raw" => Type::Raw,
        name => Type::Named(name),
    }
}
