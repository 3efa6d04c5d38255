//! Finds what a JSONPath template stands for.
//!
//! Models jsonpath.go of k8s.io/client-go/util/jsonpath and the comparisons of its forked `template`
//! package, Kubernetes v1.36. Left out: Go structs.

use std::borrow::Cow;

use serde_json::Value;

use super::Results;
use super::parse::{Node, Param};
use crate::kubectl::output::go_value::{compare, print_value, type_name};

/// How deep ranges may stand inside of ranges.
const MAX_RANGES: usize = 50;
/// How many results a template may have, since nested ranges multiply.
const MAX_RESULTS: usize = 200_000;

/// Finds the results of each top-level node.
pub(super) fn find<'v>(
    nodes: &[Node],
    allow_missing_keys: bool,
    value: &'v Value,
) -> Result<Vec<Results<'v>>, String> {
    let mut run = Run { nodes, allow_missing_keys, ..Run::default() };
    run.find(0, &vec![Cow::Borrowed(value)])
}

#[derive(Default)]
struct Run<'n> {
    nodes: &'n [Node],
    allow_missing_keys: bool,
    begin_range: usize,
    in_range: usize,
    end_range: usize,
    last_end: Option<usize>,
    found: usize,
}

impl<'n> Run<'n> {
    /// Walks the nodes from an index on, with the current objects.
    fn find<'v>(&mut self, from: usize, current: &Results<'v>) -> Result<Vec<Results<'v>>, String> {
        let mut all = Vec::new();
        let nodes: &'n [Node] = self.nodes;
        let mut index = from;
        while let Some(node) = nodes.get(index) {
            let results = self.walk(current.clone(), node)?;
            if self.end_range > 0 && self.end_range <= self.in_range {
                self.end_range -= 1;
                self.last_end = Some(index);
                break;
            }
            if self.begin_range > 0 {
                self.begin_range -= 1;
                self.in_range += 1;
                if self.in_range > MAX_RANGES {
                    return Err("template is nested too deeply".to_owned());
                }
                if results.is_empty() {
                    // The nodes inside are walked for nothing, to find the end of the range.
                    self.find(index + 1, &Vec::new())?;
                }
                for value in results {
                    all.extend(self.find(index + 1, &vec![value])?);
                }
                self.in_range -= 1;
                if let Some(end) = self.last_end.filter(|end| *end > index) {
                    index = end;
                }
            } else {
                self.found += results.len() + 1;
                if self.found > MAX_RESULTS {
                    return Err("template has too many results".to_owned());
                }
                all.push(results);
            }
            index += 1;
        }
        Ok(all)
    }

    fn walk<'v>(&mut self, input: Results<'v>, node: &Node) -> Result<Results<'v>, String> {
        let each = |value: Value| input.iter().map(|_| Cow::Owned(value.clone())).collect();
        match node {
            Node::Text(text) => Ok(vec![Cow::Owned(Value::from(text.as_str()))]),
            Node::List(nodes) => self.list(input, nodes),
            Node::Field(name) => self.field(&input, name),
            Node::Identifier(name) => self.identifier(input, name),
            Node::Array(params) => slice(&input, params),
            Node::Filter { left, operator, right } => self.filter(&input, left, operator, right),
            Node::Int(number) => Ok(each(Value::from(*number))),
            Node::Float(number) => Ok(each(Value::from(*number))),
            Node::Bool(flag) => Ok(each(Value::from(*flag))),
            Node::Wildcard => Ok(input.iter().flat_map(children).collect()),
            Node::Recursive => {
                let mut out = Vec::new();
                for value in &input {
                    descend(value, &mut out);
                }
                Ok(out)
            }
            Node::Union(lists) => {
                let mut out = Vec::new();
                for list in lists {
                    out.extend(self.list(input.clone(), list)?);
                }
                Ok(out)
            }
        }
    }

    fn list<'v>(&mut self, mut current: Results<'v>, nodes: &[Node]) -> Result<Results<'v>, String> {
        for node in nodes {
            current = self.walk(current, node)?;
        }
        Ok(current)
    }

    fn identifier<'v>(&mut self, input: Results<'v>, name: &str) -> Result<Results<'v>, String> {
        match name {
            "range" => {
                self.begin_range += 1;
                Ok(input)
            }
            "end" if self.in_range > 0 => {
                self.end_range += 1;
                Ok(Vec::new())
            }
            "end" => Err("not in range, nothing to end".to_owned()),
            _ => Err(format!("unrecognized identifier {name}")),
        }
    }

    fn field<'v>(&self, input: &Results<'v>, name: &str) -> Result<Results<'v>, String> {
        let found: Results<'v> = input.iter().filter_map(|value| member(value, name)).collect();
        if found.is_empty() && !input.is_empty() && !self.allow_missing_keys {
            return Err(format!("{name} is not found"));
        }
        Ok(found)
    }

    fn filter<'v>(
        &mut self,
        input: &Results<'v>,
        left: &[Node],
        operator: &str,
        right: &[Node],
    ) -> Result<Results<'v>, String> {
        let mut out = Vec::new();
        for value in input {
            if !value.is_array() {
                let shown = print_value(value);
                return Err(format!("{shown} is not array or slice and cannot be filtered"));
            }
            for item in children(value) {
                let lefts = self.list(vec![item.clone()], left);
                if operator == "exists" {
                    if lefts.is_ok_and(|lefts| !lefts.is_empty()) {
                        out.push(item);
                    }
                    continue;
                }
                let Some(a) = single(lefts?)? else { continue };
                let Some(b) = single(self.list(vec![item.clone()], right)?)? else { continue };
                if compare(operator, &a, &b)? {
                    out.push(item);
                }
            }
        }
        Ok(out)
    }
}

fn single(mut results: Results<'_>) -> Result<Option<Cow<'_, Value>>, String> {
    if results.len() > 1 {
        return Err("can only compare one element at a time".to_owned());
    }
    Ok(results.pop())
}

fn member<'v>(value: &Cow<'v, Value>, name: &str) -> Option<Cow<'v, Value>> {
    match value {
        Cow::Borrowed(value) => value.as_object()?.get(name).map(Cow::Borrowed),
        Cow::Owned(value) => value.as_object()?.get(name).cloned().map(Cow::Owned),
    }
}

/// The elements of a list or map; of a text its bytes, as numbers.
fn children<'v>(value: &Cow<'v, Value>) -> Results<'v> {
    match value {
        Cow::Borrowed(Value::Array(items)) => items.iter().map(Cow::Borrowed).collect(),
        Cow::Borrowed(Value::Object(fields)) => fields.values().map(Cow::Borrowed).collect(),
        Cow::Owned(Value::Array(items)) => items.iter().cloned().map(Cow::Owned).collect(),
        Cow::Owned(Value::Object(fields)) => fields.values().cloned().map(Cow::Owned).collect(),
        Cow::Borrowed(Value::String(text)) => {
            text.bytes().map(|byte| Cow::Owned(Value::from(byte))).collect()
        }
        Cow::Owned(Value::String(text)) => text.bytes().map(|byte| Cow::Owned(Value::from(byte))).collect(),
        _ => Vec::new(),
    }
}

/// A value that has elements, and all that are below it.
#[expect(clippy::ptr_arg, reason = "the borrow inside of it lives longer than the reference")]
fn descend<'v>(value: &Cow<'v, Value>, out: &mut Results<'v>) {
    match value.as_ref() {
        Value::String(text) if !text.is_empty() => out.push(value.clone()),
        Value::Array(_) | Value::Object(_) => {
            let below = children(value);
            if !below.is_empty() {
                out.push(value.clone());
            }
            for child in &below {
                descend(child, out);
            }
        }
        _ => {}
    }
}

/// The elements between start and end of each list.
fn slice<'v>(input: &Results<'v>, params: &[Param; 3]) -> Result<Results<'v>, String> {
    let [start, end, step] = params;
    let mut out = Vec::new();
    for value in input.iter().filter(|value| !value.is_null()) {
        if !value.is_array() {
            return Err(format!("{} is not array or slice", type_name(value)));
        }
        let items = children(value);
        let length = i64::try_from(items.len()).unwrap_or(i64::MAX);
        let from = if start.known && start.value < 0 { start.value + length } else { start.value };
        let mut to = if end.known { end.value } else { length };
        if to < 0 || to == 0 && end.derived {
            to += length;
        }
        if from == to {
            return Ok(out);
        }
        if from >= length || from < 0 {
            return Err(format!("array index out of bounds: index {from}, length {length}"));
        }
        if to > length || to < 0 {
            return Err(format!("array index out of bounds: index {}, length {length}", to - 1));
        }
        if from > to {
            return Err(format!("starting index {from} is greater than ending index {to}"));
        }
        if step.known && step.value <= 0 {
            return Err("step must be > 0".to_owned());
        }
        let stride = if step.known { usize::try_from(step.value).unwrap_or(1) } else { 1 };
        let bounds = usize::try_from(from).unwrap_or_default()..usize::try_from(to).unwrap_or_default();
        out.extend(items.get(bounds).unwrap_or_default().iter().step_by(stride).cloned());
    }
    Ok(out)
}
