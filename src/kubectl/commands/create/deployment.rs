//! `kubectl create deployment`: pods of one or more images from a few words.
//!
//! Models `staging/src/k8s.io/kubectl/pkg/cmd/create/create_deployment.go`, Kubernetes v1.36.

use serde_json::{Value, json};

use super::made::{make, name};
use crate::api::Kind;
use crate::kubectl::command::{Command, Context, Step};
use crate::kubectl::commands::shared_flags::{DRY_RUN, IGNORED, RESULT, SAVE_CONFIG, VALIDATE};
use crate::kubectl::error::CommandError;
use crate::kubectl::flags::Flag;
use crate::sim::Rng;

const FLAGS: &[Flag] = &[
    Flag::list("image", "The image to run; several images make several containers. Required."),
    Flag::number("port", "-1", "The port that the first container listens on."),
    Flag::number("replicas", "1", "How many pods there should be.").short('r'),
];

/// `kubectl create deployment`
pub(super) const DEPLOYMENT: Command = Command {
    name: "deployment",
    aliases: &["deploy"],
    short: "Create a deployment with the specified name",
    doc: "Makes a Deployment whose pods run an image. Their label is app=NAME.",
    usage: "NAME --image=image -- [COMMAND] [args...]",
    examples: "# Three pods of nginx\nkubectl create deployment my-dep --image=nginx --replicas=3\n\n# With a command\n\
               kubectl create deployment my-dep --image=busybox -- date\n\n# Only look at it\nkubectl create deployment \
               my-dep --image=nginx --dry-run=client -o yaml",
    flags: &[FLAGS, SAVE_CONFIG, DRY_RUN, RESULT, IGNORED, VALIDATE],
    required: &["image"],
    run: Some(run),
    ..Command::EMPTY
};

fn run(context: &mut Context<'_>) -> Result<Step, CommandError> {
    let name = name(context)?;
    let images = context.flags.list("image").to_vec();
    let command = context.args().get(1..).unwrap_or_default().to_vec();
    if images.len() > 1 && !command.is_empty() {
        return Err(CommandError::plain("cannot specify multiple --image options and command"));
    }
    let seed = context.api.now().ms();
    let mut containers: Vec<Value> = images.iter().map(|image| container(image, &command, seed)).collect();
    let port = context.flags.number("port");
    if let (true, Some(Value::Object(first))) = (port >= 0, containers.first_mut()) {
        first.insert("ports".to_owned(), json!([{"containerPort": port}]));
    }
    let labels = json!({"app": name});
    let manifest = json!({
        "metadata": {"name": name, "labels": labels},
        "spec": {
            "replicas": context.flags.number("replicas"),
            "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels}, "spec": {"containers": containers}},
        },
    });
    make(context, Kind::Deployment, manifest, Some("failed to create deployment:"))
}

fn container(image: &str, command: &[String], seed: u64) -> Value {
    let mut container = json!({"name": container_name(image, seed), "image": image});
    if let (false, Value::Object(fields)) = (command.is_empty(), &mut container) {
        fields.insert("command".to_owned(), json!(command));
    }
    container
}

/// The image's name without registry, tag and digest. One that is no valid name gets dashes and a suffix.
fn container_name(image: &str, seed: u64) -> String {
    let last = image.rsplit('/').next().unwrap_or(image);
    let name = last.split([':', '@']).next().unwrap_or(last);
    if !name.contains(['_', '.']) {
        return name.to_owned();
    }
    let suffix = Rng::new(seed).fork(image).safe_suffix(5);
    format!("{}-{suffix}", name.replace(['_', '.'], "-"))
}

#[cfg(test)]
mod tests {
    use super::container_name;

    #[test]
    fn containers_are_named_after_their_image() {
        for (image, name) in [
            ("busybox", "busybox"),
            ("nginx:1.27", "nginx"),
            ("registry.k8s.io/e2e-test-images/agnhost:2.39", "agnhost"),
            ("host:5000/nginx@sha256:abc", "nginx"),
        ] {
            assert_eq!(container_name(image, 1), name);
        }
        let made_up = container_name("my_app.v2:1", 1);
        assert!(made_up.starts_with("my-app-v2-") && made_up.len() == 15, "{made_up}");
    }
}
