//! `kubectl version`: the versions that the sandbox models.
//!
//! Models staging/src/k8s.io/kubectl/pkg/cmd/version, Kubernetes v1.36. Left out: build dates and commits.

use serde_json::json;

use crate::kubectl::command::{Command, Context, Step};
use crate::kubectl::error::CommandError;
use crate::kubectl::flags::Flag;
use crate::kubectl::formats;

const CLIENT: &str = "v1.36.2";
const KUSTOMIZE: &str = "v5.8.1";

const FLAGS: &[Flag] = &[
    Flag::switch("client", "Prints the client's version only."),
    Flag::text("output", "", "yaml or json.").short('o'),
];

/// `kubectl version`
pub const COMMAND: Command = Command {
    name: "version",
    short: "Print the client and server version information",
    doc: "Prints the versions of kubectl and Kubernetes that the sandbox models.",
    usage: "[flags]",
    flags: &[FLAGS],
    run: Some(run),
    ..Command::EMPTY
};

fn run(context: &mut Context<'_>) -> Result<Step, CommandError> {
    if !context.args().is_empty() {
        return Err(CommandError::plain(format!("extra arguments: [{}]", context.args().join(" "))));
    }
    let client_only = context.flags.switch("client");
    let output = context.flags.text("output").to_owned();
    let version = json!({"gitVersion": CLIENT, "major": "1", "minor": "36"});
    let mut value = json!({"clientVersion": version, "kustomizeVersion": KUSTOMIZE});
    if let (false, Some(fields)) = (client_only, value.as_object_mut()) {
        fields.insert("serverVersion".to_owned(), version);
    }
    let text = match output.as_str() {
        "" => {
            let server = if client_only { String::new() } else { format!("Server Version: {CLIENT}\n") };
            format!("Client Version: {CLIENT}\nKustomize Version: {KUSTOMIZE}\n{server}")
        }
        "yaml" => formats::to_yaml(&value),
        "json" => formats::to_json(&value),
        _ => return Err(CommandError::plain("--output must be 'yaml' or 'json'")),
    };
    context.out(&text);
    Ok(Step::Done)
}
