//! The output formats of `-o`: which there are, and what each prints.
//!
//! Models `PrintFlags` of staging/src/k8s.io/cli-runtime/pkg/genericclioptions and kubectl/pkg/cmd/get, Kubernetes v1.36.
//! Left out: `kyaml`.

use serde_json::Value;

use crate::api::Object;
use crate::kubectl::command::Context;
use crate::kubectl::error::CommandError;
use crate::kubectl::formats;
use crate::kubectl::objects::text_at;
use crate::kubectl::quote::quote;
use crate::kubectl::result::name_of;
use crate::sim::Time;

/// How objects are printed when they are not printed as a table or a word.
#[derive(Clone, Debug, PartialEq)]
pub enum Format {
    /// `-o json`
    Json,
    /// `-o yaml`
    Yaml,
    /// `-o name`
    Name,
}

const RESULT_FORMATS: &str = "go-template,go-template-file,json,jsonpath,jsonpath-as-json,jsonpath-file,kyaml,name,template,templatefile,yaml";
const GET_FORMATS: &str = "custom-columns,custom-columns-file,go-template,go-template-file,json,jsonpath,\
     jsonpath-as-json,jsonpath-file,kyaml,name,template,templatefile,wide,yaml";

impl Format {
    /// The format that `-o` and `--template` ask for; `None` for the command's own.
    ///
    /// # Errors
    /// kubectl's words for a format that it does not know or that lacks its template.
    pub fn of(context: &Context<'_>, for_get: bool) -> Result<Option<Self>, CommandError> {
        let format = context.flags.text("output");
        match format {
            "" => Ok(None),
            "wide" if for_get => Ok(None),
            "json" => Ok(Some(Self::Json)),
            "yaml" => Ok(Some(Self::Yaml)),
            "name" => Ok(Some(Self::Name)),
            _ => {
                let allowed = if for_get { GET_FORMATS } else { RESULT_FORMATS };
                Err(CommandError::plain(format!(
                    "unable to match a printer suitable for the output format {}, allowed formats are: {allowed}",
                    quote(format)
                )))
            }
        }
    }

    /// Prints a value: an object or a list of them.
    ///
    /// # Errors
    /// When a template does not fit.
    pub fn print(&self, value: &Value) -> Result<String, CommandError> {
        Ok(match self {
            Self::Json => serde_json::to_string_pretty(value).unwrap_or_default() + "\n",
            Self::Yaml => formats::to_yaml(value),
            Self::Name => names(value),
        })
    }
}

fn names(value: &Value) -> String {
    match value.get("items").and_then(Value::as_array) {
        Some(items) if text_at(value, &["kind"]).ends_with("List") => items.iter().map(names).collect(),
        _ => name_of(value) + "\n",
    }
}

/// The age of an object as tables print it.
pub fn age(object: &Object, now: Time) -> String {
    match object.meta().creation_timestamp {
        Some(created) => format!("{}s", created.age_seconds(now)),
        None => "<unknown>".to_owned(),
    }
}
