//! The output formats of `-o`: which there are, and what each prints.
//!
//! Models `PrintFlags` of staging/src/k8s.io/cli-runtime/pkg/genericclioptions and kubectl/pkg/cmd/get,
//! Kubernetes v1.36. Left out: nothing.

use serde_json::Value;

use super::command::Context;
use super::error::CommandError;
use super::formats;
use super::objects::text_at;
use super::output::custom_columns::CustomColumns;
use super::output::go_template::GoTemplate;
use super::output::go_value::go_syntax;
use super::output::jsonpath::JsonPath;
use super::output::order::Order;
use super::quote::quote;
use super::result::name_of;

/// How objects are printed when they are not printed as a table or a word.
#[derive(Clone, Debug, PartialEq)]
pub enum Format {
    /// `-o json`
    Json(Order),
    /// `-o yaml`; several values are parted by `---`.
    Yaml {
        /// Whether one was printed already.
        printed: bool,
    },
    /// `-o kyaml`
    Kyaml(Order),
    /// `-o name`
    Name,
    /// `-o jsonpath=…` with the text of the template.
    JsonPath(String, JsonPath),
    /// `-o jsonpath-as-json=…`
    JsonPathAsJson(String, JsonPath),
    /// `-o go-template=…`
    GoTemplate(GoTemplate),
    /// `-o custom-columns=…`
    Columns(CustomColumns),
}

const RESULT_FORMATS: &str = "go-template,go-template-file,json,jsonpath,jsonpath-as-json,jsonpath-file,kyaml,name,template,templatefile,yaml";
const GET_FORMATS: &str = "custom-columns,custom-columns-file,go-template,go-template-file,json,jsonpath,\
     jsonpath-as-json,jsonpath-file,kyaml,name,template,templatefile,wide,yaml";
/// Formats that take their template after `=` or in `--template`.
const TEMPLATES: [&str; 9] = [
    "custom-columns-file",
    "custom-columns",
    "go-template-file",
    "go-template",
    "templatefile",
    "template",
    "jsonpath-as-json",
    "jsonpath-file",
    "jsonpath",
];

impl Format {
    /// The format that `-o` and `--template` ask for; `None` for the command's own.
    ///
    /// # Errors
    /// kubectl's words for a format that it does not know or that lacks its template.
    pub fn of(context: &Context<'_>, for_get: bool) -> Result<Option<Self>, CommandError> {
        let output = context.flags.text("output");
        let template = context.flags.text("template");
        let output = if output.is_empty() && !template.is_empty() { "go-template" } else { output };
        if output == "wide" && for_get {
            return Ok(None);
        }
        // These may be written in capitals; wide and the templates may not.
        match output.to_ascii_lowercase().as_str() {
            "" => return Ok(None),
            "json" => return Ok(Some(Self::Json(Order::Sorted))),
            "yaml" => return Ok(Some(Self::Yaml { printed: false })),
            "name" => return Ok(Some(Self::Name)),
            "kyaml" => return Ok(Some(Self::Kyaml(Order::Sorted))),
            _ => {}
        }
        let (name, inline) = match output.split_once('=') {
            Some((name, inline)) => (name, inline),
            None => (output, ""),
        };
        let known = TEMPLATES.contains(&name) && (for_get || !name.starts_with("custom-columns"));
        if !known {
            let allowed = if for_get { GET_FORMATS } else { RESULT_FORMATS };
            return Err(CommandError::plain(format!(
                "unable to match a printer suitable for the output format {}, allowed formats are: {allowed}",
                quote(output)
            )));
        }
        let text = if inline.is_empty() { template } else { inline };
        Self::of_template(context, name, text).map(Some)
    }

    /// The same for a command that knows the types of what it prints.
    #[must_use]
    pub fn of_structs(self) -> Self {
        match self {
            Self::Json(_) => Self::Json(Order::Object),
            Self::Kyaml(_) => Self::Kyaml(Order::Object),
            other => other,
        }
    }

    fn of_template(context: &Context<'_>, name: &str, text: &str) -> Result<Self, CommandError> {
        if name.starts_with("custom-columns") {
            return columns(context, name, text).map(Self::Columns);
        }
        if text.is_empty() {
            return Err(CommandError::plain("template format specified but no template given"));
        }
        let text = match name {
            "go-template-file" | "templatefile" | "jsonpath-file" => read(context, text)?,
            _ => text.to_owned(),
        };
        if !name.starts_with("jsonpath") {
            let mut template = GoTemplate::parse(&text).map_err(|why| match GoTemplate::lacks(&why) {
                Some(word) => {
                    CommandError::sandbox(format!("the sandbox's templates do not have {{{{{word}}}}}"))
                }
                None => CommandError::plain(format!("error parsing template {text}, {why}")),
            })?;
            template.allow_missing_keys = context.flags.switch("allow-missing-template-keys");
            return Ok(Self::GoTemplate(template));
        }
        let mut path = JsonPath::parse(&text)
            .map_err(|why| CommandError::plain(format!("error parsing jsonpath {text}, {why}")))?;
        path.allow_missing_keys = context.flags.switch("allow-missing-template-keys");
        Ok(if name == "jsonpath-as-json" {
            Self::JsonPathAsJson(text, path)
        } else {
            Self::JsonPath(text, path)
        })
    }

    /// Prints a value: an object or a list of them.
    ///
    /// # Errors
    /// When a template does not fit.
    pub fn print(&mut self, value: &Value) -> Result<String, CommandError> {
        match self {
            Self::Json(order) => Ok(formats::to_json_in(*order, value)),
            Self::Yaml { printed } => {
                let separator = if std::mem::replace(printed, true) { "---\n" } else { "" };
                Ok(format!("{separator}{}", formats::to_yaml(value)))
            }
            Self::Kyaml(order) => Ok(formats::to_kyaml(*order, value)),
            Self::Name => Ok(names(value)),
            Self::JsonPath(text, path) => path.execute(value).map_err(|why| broken_path(text, &why, value)),
            Self::JsonPathAsJson(text, path) => {
                path.execute_as_json(value).map_err(|why| broken_path(text, &why, value))
            }
            Self::GoTemplate(template) => template
                .execute(value)
                .map_err(|why| CommandError::Printed { stdout: why.printed, message: why.message }),
            Self::Columns(columns) => columns
                .print(&items(value))
                .map_err(|(stdout, message)| CommandError::Printed { stdout, message }),
        }
    }
}

fn read(context: &Context<'_>, file: &str) -> Result<String, CommandError> {
    context.session.file(file).map(str::to_owned).ok_or_else(|| {
        CommandError::plain(format!(
            "error reading --template {file}, open {file}: no such file or directory\n"
        ))
    })
}

fn columns(context: &Context<'_>, name: &str, text: &str) -> Result<CustomColumns, CommandError> {
    let no_headers = context.flags.switch("no-headers");
    if name == "custom-columns" {
        return CustomColumns::from_spec(text, no_headers).map_err(CommandError::plain);
    }
    if text.is_empty() {
        return Err(CommandError::plain("custom-columns format specified but no custom columns given"));
    }
    let file = context.session.file(text).ok_or_else(|| {
        CommandError::plain(format!(
            "error reading template {text}, open {text}: no such file or directory\n"
        ))
    })?;
    CustomColumns::from_template(file).map_err(CommandError::plain)
}

fn broken_path(text: &str, why: &str, value: &Value) -> CommandError {
    CommandError::plain(format!(
        "error executing jsonpath {}: Error executing template: {why}. Printing more information for debugging the \
         template:\n\ttemplate was:\n\t\t{text}\n\tobject given to jsonpath engine was:\n\t\t{}\n\n\n",
        quote(text),
        go_syntax(value)
    ))
}

/// The items of a list, or the one object.
fn items(value: &Value) -> Vec<&Value> {
    match value.get("items").and_then(Value::as_array) {
        Some(items) if text_at(value, &["kind"]).ends_with("List") => items.iter().collect(),
        _ => vec![value],
    }
}

fn names(value: &Value) -> String {
    items(value).into_iter().map(|item| name_of(item) + "\n").collect()
}
