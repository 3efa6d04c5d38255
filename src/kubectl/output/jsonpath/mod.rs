//! JSONPath templates: `{.items[*].metadata.name}`.
//!
//! Models k8s.io/client-go/util/jsonpath and `RelaxedJSONPathExpression` of k8s.io/kubectl/pkg/cmd/get,
//! Kubernetes v1.36. The members of a map are visited by sorted key, where Go takes any order.
//! Left out: paths into Go structs; kubectl's objects are maps.

mod evaluate;
mod parse;

use std::borrow::Cow;

use serde_json::Value;

use super::go_value::print_value;
use super::json::{compact, pretty};
use parse::Node;

/// The results of one node of a template.
pub type Results<'v> = Vec<Cow<'v, Value>>;

/// A parsed template.
#[derive(Clone, Debug, PartialEq)]
pub struct JsonPath {
    nodes: Vec<Node>,
    /// A missing key is nothing rather than an error; kubectl's default.
    pub allow_missing_keys: bool,
}

impl JsonPath {
    /// Parses a template; the error is upstream's, such as `unclosed action`.
    pub fn parse(text: &str) -> Result<Self, String> {
        Ok(Self { nodes: parse::parse(text)?, allow_missing_keys: true })
    }

    /// Finds what each part of the template stands for.
    pub fn find<'v>(&self, value: &'v Value) -> Result<Vec<Results<'v>>, String> {
        evaluate::find(&self.nodes, self.allow_missing_keys, value)
    }

    /// Prints a value by the template, as `-o jsonpath=…`.
    pub fn execute(&self, value: &Value) -> Result<String, String> {
        let mut out = String::new();
        for results in self.find(value)? {
            let shown: Vec<String> = results
                .iter()
                .map(|result| match result.as_ref() {
                    Value::Array(_) | Value::Object(_) => compact(result),
                    Value::Null => "null".to_owned(),
                    scalar => print_value(scalar),
                })
                .collect();
            out.push_str(&shown.join(" "));
        }
        Ok(out)
    }

    /// Prints the results as JSON lists, as `-o jsonpath-as-json=…`.
    pub fn execute_as_json(&self, value: &Value) -> Result<String, String> {
        let lists = self.find(value)?;
        Ok(lists
            .into_iter()
            .map(|results| pretty(&Value::Array(results.into_iter().map(Cow::into_owned).collect())))
            .collect())
    }
}

/// Makes a whole template of a path that may lack its braces or its first dot.
pub fn relaxed_expression(path: &str) -> Result<String, String> {
    if path.is_empty() {
        return Ok(String::new());
    }
    let inner = path.strip_prefix('{').and_then(|path| path.strip_suffix('}')).unwrap_or(path);
    let field = inner.strip_prefix('.').filter(|field| !field.is_empty()).unwrap_or(inner);
    if field.is_empty() || field.contains(['{', '}']) {
        return Err(
            "unexpected path string, expected a 'name1.name2' or '.name1.name2' or '{name1.name2}' or \
                    '{.name1.name2}'"
                .to_owned(),
        );
    }
    Ok(format!("{{.{field}}}"))
}

#[cfg(test)]
mod tests;
