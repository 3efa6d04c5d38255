//! Turns one YAML document into a value.
//!
//! Models `yaml.Unmarshal` of go.yaml.in/yaml/v2 and `YAMLToJSON` of sigs.k8s.io/yaml, Kubernetes v1.36, on
//! top of `serde_yaml`: scalars by YAML 1.1, the last of two equal keys wins, merge keys, keys that are not
//! text become text, unknown tags are ignored. Left out: `!!binary`; the text behind a local tag is
//! resolved although Go keeps it as text.

use std::cell::{Cell, RefCell};
use std::fmt;

use serde::Deserialize as _;
use serde::de::{DeserializeSeed, EnumAccess, IgnoredAny, MapAccess, SeqAccess, VariantAccess as _, Visitor};
use serde_json::{Map, Value};

use super::error::{YamlError, translate};
use super::float::{format_g, to_number};
use super::go_syntax::go_syntax;
use super::limits::{EXTRA_BYTES, EXTRA_NODES, MAX_DEPTH, check_text};
use super::scalar::{Scalar, resolve};

/// Reads the first YAML document of a text; an empty text is null.
///
/// Errors read `yaml: line 3: …`, without the words `error converting YAML to JSON`.
pub fn parse(text: &str) -> Result<Value, YamlError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    check_text(text)?;
    // Go reads a document to its end before it looks at what it means.
    if let Some(document) = serde_yaml::Deserializer::from_str(text).next() {
        IgnoredAny::deserialize(document).map_err(|error| translate(&error, text))?;
    }
    match load(text) {
        Ok(value) => Ok(value),
        Err(Failure::TooDeep) => Err(too_deep(text)),
        Err(Failure::Said(message)) => Err(YamlError::new(message, None)),
        Err(Failure::Parser(error)) => Err(translate(&error, text)),
    }
}

enum Failure {
    TooDeep,
    Said(String),
    Parser(serde_yaml::Error),
}

fn load(text: &str) -> Result<Value, Failure> {
    let Some(document) = serde_yaml::Deserializer::from_str(text).next() else { return Ok(Value::Null) };
    let loader = Loader { text, nodes: Cell::new(0), bytes: Cell::new(0), failure: RefCell::new(None) };
    match (Node { loader: &loader, depth: 0 }).deserialize(document) {
        Ok(Loaded::Value(value)) => Ok(value),
        Ok(Loaded::Merge) => Ok(Value::from("<<")),
        Err(error) => Err(loader.failure.take().unwrap_or(Failure::Parser(error))),
    }
}

/// Says whether a document is too deep because an anchor holds itself.
fn too_deep(text: &str) -> YamlError {
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    let aliases = text.match_indices('*').take(20);
    for (at, _) in aliases {
        let name: String =
            text.get(at + 1..).unwrap_or_default().chars().take_while(|c| is_name(*c)).collect();
        if name.is_empty() || !text.contains(&format!("&{name}")) {
            continue;
        }
        let (Some(before), Some(after)) = (text.get(..at), text.get(at + 1 + name.len()..)) else { continue };
        // Without this alias the document ends: the alias stands inside of its own anchor.
        if !matches!(load(&format!("{before}~{after}")), Err(Failure::TooDeep)) {
            let line = super::error::line_breaks(before.as_bytes()) + 1;
            return YamlError::new(format!("yaml: anchor '{name}' value contains itself"), Some(line));
        }
    }
    YamlError::new(format!("yaml: exceeded max depth of {MAX_DEPTH}"), None)
}

/// What is known while a document is read.
struct Loader<'t> {
    text: &'t str,
    nodes: Cell<usize>,
    bytes: Cell<usize>,
    failure: RefCell<Option<Failure>>,
}

impl Loader<'_> {
    fn fail<E: serde::de::Error>(&self, failure: Failure) -> E {
        self.failure.replace(Some(failure));
        E::custom("stopped")
    }

    fn say<E: serde::de::Error>(&self, message: impl Into<String>) -> E {
        self.fail(Failure::Said(message.into()))
    }

    /// Counts a node and its text, so that aliases cannot make a small text a huge value.
    fn count<E: serde::de::Error>(&self, bytes: usize) -> Result<(), E> {
        self.nodes.set(self.nodes.get() + 1);
        self.bytes.set(self.bytes.get() + bytes);
        let fits = self.nodes.get() <= self.text.len() + EXTRA_NODES
            && self.bytes.get() <= self.text.len() + EXTRA_BYTES;
        if fits { Ok(()) } else { Err(self.say("yaml: document contains excessive aliasing")) }
    }

    /// Tells whether a piece of the text stands there without quotes and without a tag.
    fn is_plain(&self, piece: &str) -> bool {
        let offset = (piece.as_ptr() as usize).wrapping_sub(self.text.as_ptr() as usize);
        let Some(before) = self.text.get(..offset) else { return false };
        if before.ends_with(['"', '\'']) {
            return false;
        }
        let line = before.rsplit('\n').next().unwrap_or_default();
        !line
            .split_whitespace()
            .rev()
            .find(|word| !word.starts_with('&'))
            .is_some_and(|word| word.starts_with('!') && !word.ends_with(':') && line.ends_with([' ', '\t']))
    }

    /// A float as JSON shows it: whole numbers lose their point.
    fn float<E: serde::de::Error>(&self, float: f64) -> Result<Value, E> {
        to_number(float)
            .map(Value::Number)
            .ok_or_else(|| self.say(format!("json: unsupported value: {}", format_g(float))))
    }
}

/// A node of a document: a value, or the key that merges.
enum Loaded {
    Value(Value),
    Merge,
}

/// Reads one node at a depth.
#[derive(Clone, Copy)]
struct Node<'l, 't> {
    loader: &'l Loader<'t>,
    depth: usize,
}

impl Node<'_, '_> {
    fn inside<E: serde::de::Error>(self) -> Result<Self, E> {
        if self.depth >= MAX_DEPTH {
            return Err(self.loader.fail(Failure::TooDeep));
        }
        Ok(Self { loader: self.loader, depth: self.depth + 1 })
    }

    fn scalar<E: serde::de::Error>(self, value: impl Into<Value>, bytes: usize) -> Result<Loaded, E> {
        self.loader.count(bytes)?;
        Ok(Loaded::Value(value.into()))
    }

    /// The text of a map key.
    fn key<E: serde::de::Error>(self, key: Value) -> Result<String, E> {
        match key {
            Value::String(text) => Ok(text),
            Value::Bool(flag) => Ok(flag.to_string()),
            Value::Number(number) => Ok(number.to_string()),
            Value::Null => Err(self.loader.say("unsupported map key of type: %!s(<nil>), key: <nil>")),
            Value::Array(_) | Value::Object(_) => {
                Err(self.loader.say(format!("yaml: invalid map key: {}", go_syntax(&key))))
            }
        }
    }

    fn merge<E: serde::de::Error>(self, into: &mut Map<String, Value>, value: Loaded) -> Result<(), E> {
        let refuse = || self.loader.say("yaml: map merge requires map or sequence of maps as the value");
        match value {
            Loaded::Value(Value::Object(fields)) => into.extend(fields),
            Loaded::Value(Value::Array(items)) => {
                // Earlier maps win, so they come last.
                for item in items.into_iter().rev() {
                    let Value::Object(fields) = item else { return Err(refuse()) };
                    into.extend(fields);
                }
            }
            _ => return Err(refuse()),
        }
        Ok(())
    }
}

impl<'de> DeserializeSeed<'de> for Node<'_, '_> {
    type Value = Loaded;

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<Loaded, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Node<'_, '_> {
    type Value = Loaded;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a YAML node")
    }

    fn visit_unit<E: serde::de::Error>(self) -> Result<Loaded, E> {
        self.scalar(Value::Null, 0)
    }

    fn visit_none<E: serde::de::Error>(self) -> Result<Loaded, E> {
        self.scalar(Value::Null, 0)
    }

    fn visit_bool<E: serde::de::Error>(self, flag: bool) -> Result<Loaded, E> {
        self.scalar(flag, 0)
    }

    fn visit_i64<E: serde::de::Error>(self, number: i64) -> Result<Loaded, E> {
        self.scalar(number, 0)
    }

    fn visit_u64<E: serde::de::Error>(self, number: u64) -> Result<Loaded, E> {
        self.scalar(number, 0)
    }

    #[expect(clippy::cast_precision_loss, reason = "Go too reads numbers beyond 64 bits as floats")]
    fn visit_i128<E: serde::de::Error>(self, number: i128) -> Result<Loaded, E> {
        self.visit_f64(number as f64)
    }

    #[expect(clippy::cast_precision_loss, reason = "Go too reads numbers beyond 64 bits as floats")]
    fn visit_u128<E: serde::de::Error>(self, number: u128) -> Result<Loaded, E> {
        self.visit_f64(number as f64)
    }

    fn visit_f64<E: serde::de::Error>(self, number: f64) -> Result<Loaded, E> {
        let value = self.loader.float(number)?;
        self.scalar(value, 0)
    }

    /// Text that stands in the source as it is: it may be unquoted and mean something else.
    fn visit_borrowed_str<E: serde::de::Error>(self, text: &'de str) -> Result<Loaded, E> {
        if !self.loader.is_plain(text) {
            return self.scalar(text, text.len());
        }
        if text == "<<" {
            return Ok(Loaded::Merge);
        }
        match resolve(text) {
            Scalar::Null => self.visit_unit(),
            Scalar::Bool(flag) => self.visit_bool(flag),
            Scalar::Int(number) => self.visit_i64(number),
            Scalar::Uint(number) => self.visit_u64(number),
            Scalar::Float(number) => self.visit_f64(number),
            Scalar::Timestamp | Scalar::Text => self.scalar(text, text.len()),
        }
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Loaded, E> {
        self.scalar(text, text.len())
    }

    fn visit_enum<A: EnumAccess<'de>>(self, tagged: A) -> Result<Loaded, A::Error> {
        let (IgnoredAny, variant) = tagged.variant()?;
        variant.newtype_variant_seed(self)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Loaded, A::Error> {
        let inside = self.inside()?;
        self.loader.count(0)?;
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(inside)? {
            list.push(match item {
                Loaded::Value(value) => value,
                Loaded::Merge => Value::from("<<"),
            });
        }
        Ok(Loaded::Value(Value::Array(list)))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Loaded, A::Error> {
        let inside = self.inside()?;
        self.loader.count(0)?;
        let mut fields = Map::new();
        while let Some(key) = entries.next_key_seed(inside)? {
            match key {
                Loaded::Merge => {
                    let value = entries.next_value_seed(inside)?;
                    self.merge(&mut fields, value)?;
                }
                Loaded::Value(key) => {
                    let key = self.key::<A::Error>(key)?;
                    let value = match entries.next_value_seed(inside)? {
                        Loaded::Value(value) => value,
                        Loaded::Merge => Value::from("<<"),
                    };
                    fields.insert(key, value);
                }
            }
        }
        Ok(Loaded::Value(Value::Object(fields)))
    }
}
