//! Go templates: `{{range .items}}{{.metadata.name}}{{end}}`.
//!
//! Models Go's text/template and `GoTemplatePrinter` of k8s.io/cli-runtime/pkg/printers, Kubernetes v1.36.
//! Left out: templates within templates, and the function `call`.

mod execute;
mod found;
mod functions;
mod lex;
mod parse;
mod printf;
mod tree;

use serde_json::Value;

use super::go_value::print_value;
use super::json::compact;

/// A parsed template.
#[derive(Clone, Debug, PartialEq)]
pub struct GoTemplate {
    /// Whether a key that a map does not have gives `<no value>`; otherwise it is an error.
    pub allow_missing_keys: bool,
    text: String,
    nodes: Vec<tree::Node>,
}

/// Why a template could not be run to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExecuteError {
    /// What kubectl has printed by then, with its explanation.
    pub printed: String,
    /// What kubectl says after `error: `.
    pub message: String,
}

impl GoTemplate {
    /// The word of a template within a template in what [`Self::parse`] refused; the sandbox has none.
    pub fn lacks(why: &str) -> Option<&str> {
        why.split_once(parse::LACKS).map(|(_, word)| word)
    }

    /// Parses a template; the error is Go's, such as `template: output:1: unexpected EOF`.
    pub fn parse(text: &str) -> Result<Self, String> {
        Ok(Self { allow_missing_keys: true, text: text.to_owned(), nodes: parse::parse(text)? })
    }

    /// Prints a value by the template; no newline is added.
    pub fn execute(&self, value: &Value) -> Result<String, ExecuteError> {
        execute::execute(self, value).map_err(|(before, error)| ExecuteError {
            printed: format!(
                "{before}Error executing template: {error}. Printing more information for debugging the template:\n\
                 \ttemplate was:\n\t\t{}\n\traw data was:\n\t\t{}\n\tobject given to template engine was:\n\t\t{}\n\n",
                self.text,
                compact(value),
                print_value(value),
            ),
            message: format!("error executing template {:?}: {error}", self.text),
        })
    }
}

#[cfg(test)]
mod tests;
