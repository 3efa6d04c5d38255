//! `kubectl scale`: sets how many replicas there should be.
//!
//! Models staging/src/k8s.io/kubectl/pkg/cmd/scale and pkg/scale, Kubernetes v1.36. Left out: nothing.

use super::shared_flags::{ALL, DRY_RUN, FILES, IGNORED, RECORD, RESULT, SELECTOR};
use super::waiters::{block, deadline};
use crate::api::{Object, ObjectKey};
use crate::apiserver::{ApiServer, Preconditions, Request, StatusError, warnings};
use crate::kubectl::command::{Command, Context, Step, record_of};
use crate::kubectl::error::CommandError;
use crate::kubectl::flags::Flag;
use crate::kubectl::objects::set_at;
use crate::kubectl::outcome::{Output, Poll, Waiter};
use crate::kubectl::quote::quote;
use crate::kubectl::result::{DryRun, ResultPrinter};
use crate::kubectl::selection::{Picked, Selection};
use crate::sim::Time;

const FLAGS: &[Flag] = &[
    Flag::number("replicas", "0", "How many there should be. Required."),
    Flag::number(
        "current-replicas",
        "-1",
        "Scales only if there should be this many now; -1 for any number.",
    ),
    Flag::text("resource-version", "", "Scales only if the object is still at this version."),
    Flag::duration("timeout", "0s", "How long to wait until there are so many; 0 does not wait."),
];

/// `kubectl scale`
pub const COMMAND: Command = Command {
    name: "scale",
    short: "Set a new size for a deployment, replica set, or replication controller",
    doc: "Sets how many replicas a StatefulSet, Deployment or ReplicaSet should have. The command returns when that is \
          written, not when the pods run.",
    usage: "[--resource-version=version] [--current-replicas=count] --replicas=COUNT (-f FILENAME | TYPE NAME)",
    examples: "# Five pods\nkubectl scale sts web --replicas=5\n\n# Only if there are three now\nkubectl scale sts web \
               --current-replicas=3 --replicas=5",
    flags: &[FLAGS, FILES, ALL, SELECTOR, DRY_RUN, RESULT, IGNORED, RECORD],
    required: &["replicas"],
    run: Some(run),
    ..Command::EMPTY
};

fn run(context: &mut Context<'_>) -> Result<Step, CommandError> {
    let printer = ResultPrinter::of(context)?;
    let replicas = context.flags.number("replicas");
    if replicas < 0 {
        return Err(CommandError::plain(
            "The --replicas=COUNT flag is required, and COUNT must be greater than or equal to 0",
        ));
    }
    if context.flags.number("current-replicas") < -1 {
        return Err(CommandError::plain("The --current-replicas must specify an integer of -1 or greater"));
    }
    let all = context.flags.switch("all");
    let mut picks = Selection::of(context).type_alone(all).pick(context)?;
    fetch_those_of_files(context, &mut picks.items, &mut picks.errors);
    if !context.flags.text("resource-version").is_empty() && picks.items.len() > 1 {
        return Err(CommandError::plain("cannot use --resource-version with multiple resources"));
    }
    if picks.items.is_empty() {
        CommandError::all(picks.errors)?;
        return Err(CommandError::plain("no objects passed to scale"));
    }
    let waits = context.flags.duration_ms("timeout") != 0 && printer.dry_run().is_none();
    let mut scaling = Scaling {
        left: picks.items.into_iter().map(|picked| (picked.key.clone(), picked)).collect(),
        errors: picks.errors,
        options: Options::of(context, replicas),
        printer,
        waits,
        waiting_until: None,
        warnings: 0,
    };
    if waits {
        return Ok(block(context, scaling));
    }
    let output = scaling.go_on(context.api);
    if let Poll::Done(output) = output {
        for (stream, text) in &output.chunks {
            context.output.write(*stream, text);
        }
        context.output.exit = output.exit;
    }
    context.warnings += scaling.warnings;
    Ok(Step::Done)
}

/// Objects of files are named by their documents; what is printed is the server's.
fn fetch_those_of_files(context: &Context<'_>, items: &mut Vec<Picked>, errors: &mut Vec<CommandError>) {
    items.retain_mut(|picked| {
        if picked.object.is_some() {
            return true;
        }
        match context.fetch(&picked.key) {
            Ok(object) => {
                picked.object = Some(object);
                true
            }
            Err(error) => {
                errors.push(error);
                false
            }
        }
    });
}

#[derive(Clone, Debug)]
struct Options {
    replicas: i64,
    current_replicas: i64,
    resource_version: String,
    timeout_ms: i64,
    /// What `--record` notes.
    change_cause: Option<String>,
}

impl Options {
    fn of(context: &Context<'_>, replicas: i64) -> Self {
        Self {
            replicas,
            current_replicas: context.flags.number("current-replicas"),
            resource_version: context.flags.text("resource-version").to_owned(),
            timeout_ms: context.flags.duration_ms("timeout"),
            change_cause: context.change_cause(),
        }
    }
}

/// Objects that are scaled one after the other, each waited for when that was asked.
#[derive(Clone, Debug)]
struct Scaling {
    left: Vec<(ObjectKey, Picked)>,
    errors: Vec<CommandError>,
    options: Options,
    printer: ResultPrinter,
    waits: bool,
    /// Set while the first of `left` is scaled and not there yet.
    waiting_until: Option<Time>,
    /// How many warnings of the server were printed.
    warnings: usize,
}

impl Scaling {
    fn go_on(&mut self, api: &mut ApiServer) -> Poll {
        let mut output = Output::default();
        while let Some((key, picked)) = self.left.first().cloned() {
            match self.one(api, &key, &picked, &mut output) {
                Ok(Some(text)) => output.out(&text),
                Ok(None) => return Poll::Pending { output, wake_at: self.waiting_until },
                Err(error) => {
                    output.fail(&error);
                    return Poll::Done(output);
                }
            }
            self.left.remove(0);
            self.waiting_until = None;
        }
        if let Err(error) = CommandError::all(std::mem::take(&mut self.errors)) {
            output.fail(&error);
        }
        Poll::Done(output)
    }

    /// Scales one object; what it prints, or nothing while it is waited for.
    fn one(
        &mut self,
        api: &mut ApiServer,
        key: &ObjectKey,
        picked: &Picked,
        output: &mut Output,
    ) -> Result<Option<String>, CommandError> {
        if self.printer.dry_run() != DryRun::Client && self.waiting_until.is_none() {
            self.send(api, key, output)?;
            if self.waits {
                self.waiting_until = Some(deadline(api.now(), self.options.timeout_ms));
            }
        }
        if let Some(until) = self.waiting_until
            && !has_replicas(api, key, self.options.replicas)?
        {
            if api.now() < until {
                return Ok(None);
            }
            return Err(CommandError::plain(format!(
                "timed out waiting for {} to be synced",
                quote(&key.name)
            )));
        }
        let mut value = picked.value();
        set_at(&mut value, &["spec", "replicas"], self.options.replicas.into());
        self.printer.text(&value, "scaled").map(Some)
    }

    fn send(
        &mut self,
        api: &mut ApiServer,
        key: &ObjectKey,
        output: &mut Output,
    ) -> Result<(), CommandError> {
        let object = api.get(key)?;
        let Some((replicas, _)) = scale_of(object) else {
            // Kinds without a size have no scale subresource.
            let error = StatusError::not_found(key.kind, &key.name);
            let mut error = error;
            "the server could not find the requested resource".clone_into(&mut error.message);
            return Err(error.into());
        };
        let (wanted, version) = (self.options.current_replicas, &self.options.resource_version);
        if wanted != -1 && replicas != wanted {
            return Err(CommandError::plain(format!("Expected replicas to be {wanted}, was {replicas}")));
        }
        let actual = object.meta().resource_version.0.to_string();
        if !version.is_empty() && *version != actual {
            return Err(CommandError::plain(format!(
                "Expected resource version to be {version}, was {actual}"
            )));
        }
        if self.printer.dry_run().is_server() {
            return Ok(());
        }
        let before = object.clone();
        let after = api.handle(Request::Scale {
            key: key.clone(),
            replicas: self.options.replicas,
            preconditions: Preconditions::default(),
        })?;
        for warning in warnings(&after, Some(&before)) {
            self.warnings += usize::from(output.warn(&warning));
        }
        if let Some(cause) = &self.options.change_cause {
            api.handle(record_of(key, cause))?;
        }
        Ok(())
    }
}

/// How many replicas there should be and are, for kinds that have a size.
fn scale_of(object: &Object) -> Option<(i64, i64)> {
    match object {
        Object::StatefulSet(set) => Some((set.spec.replicas.unwrap_or(1), set.status.replicas)),
        Object::Deployment(found) => Some((found.spec.replicas.unwrap_or(1), found.status.replicas)),
        Object::ReplicaSet(set) => Some((set.spec.replicas.unwrap_or(1), set.status.replicas)),
        _ => None,
    }
}

fn has_replicas(api: &ApiServer, key: &ObjectKey, wanted: i64) -> Result<bool, CommandError> {
    Ok(match scale_of(api.get(key)?) {
        // Somebody else has scaled it since.
        Some((spec, _)) if spec != wanted => true,
        Some((_, status)) => status == wanted,
        None => true,
    })
}

impl Waiter for Scaling {
    fn poll(&mut self, api: &mut ApiServer) -> Poll {
        self.go_on(api)
    }

    fn interrupt(&mut self) -> Output {
        Output { exit: 130, ..Output::default() }
    }

    fn boxed_clone(&self) -> Box<dyn Waiter> {
        Box::new(self.clone())
    }

    fn title(&self) -> String {
        let name = self.left.first().map_or("", |(key, _)| key.name.as_str());
        format!("kubectl scale waits for {name}")
    }
}
