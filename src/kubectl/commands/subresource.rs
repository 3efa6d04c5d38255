//! `--subresource`: the part of an object that a command works on instead of the whole.
//!
//! Models `Info.Get` and `Helper.WithSubresource`, staging/src/k8s.io/cli-runtime/pkg/resource, Kubernetes
//! v1.36: what a server does not serve for a kind it cannot find. Left out: parts of a real server other than
//! `status` and `scale`; the answer says so.

use serde_json::Value;

use crate::api::{Kind, Object, schema};
use crate::apiserver::{
    SCALE_KIND, SCALE_VERSION, StatusError, Subresource, has_scale, has_status, scale_of,
};
use crate::kubectl::command::Context;
use crate::kubectl::error::CommandError;
use crate::kubectl::selection::{Picked, Picks};

/// Parts that a real server has and this one has not.
const LEFT_OUT: &[(Kind, &[&str])] = &[
    (
        Kind::Pod,
        &[
            "attach",
            "binding",
            "ephemeralcontainers",
            "eviction",
            "exec",
            "log",
            "portforward",
            "proxy",
            "resize",
        ],
    ),
    (Kind::Namespace, &["finalize"]),
    (Kind::Node, &["proxy"]),
    (Kind::Service, &["proxy"]),
    (Kind::ServiceAccount, &["token"]),
];

/// What a command works on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// The object, of which a write changes all or the status.
    Object(Subresource),
    /// Its size, as an object of its own.
    Scale,
}

impl Part {
    /// The part that the flag names, of an object of some kind.
    pub(super) fn of(context: &Context<'_>, kind: Kind) -> Result<Self, CommandError> {
        match context.flags.text("subresource") {
            "" => Ok(Self::Object(Subresource::Main)),
            "status" if has_status(kind) => Ok(Self::Object(Subresource::Status)),
            "scale" if has_scale(kind) => Ok(Self::Scale),
            name if LEFT_OUT.iter().any(|(of, names)| *of == kind && names.contains(&name)) => {
                Err(CommandError::sandbox(format!(
                    "of the parts of objects the sandbox serves status and scale, not {name}"
                )))
            }
            _ => Err(StatusError::no_such_path().into()),
        }
    }

    /// The part of what was picked as a value; of what a file names the file's document.
    pub(super) fn value(self, picked: &Picked) -> Value {
        match &picked.object {
            Some(object) if self == Self::Scale => scale_value(object),
            _ => picked.value(),
        }
    }

    /// The version and kind of such values.
    pub(super) fn version_and_kind(self, picked: &Picked) -> (String, &'static str) {
        if self == Self::Scale && picked.manifest.is_none() {
            return (SCALE_VERSION.to_owned(), SCALE_KIND);
        }
        (picked.key.kind.api_version(), picked.key.kind.resource().kind)
    }
}

/// The size of an object as the server writes it.
pub(super) fn scale_value(object: &Object) -> Value {
    let scale = scale_of(object).unwrap_or_default();
    let mut written = schema::encode(&scale, SCALE_VERSION, SCALE_KIND).unwrap_or(scale);
    if let Value::Object(fields) = &mut written {
        fields.insert("apiVersion".to_owned(), SCALE_VERSION.into());
        fields.insert("kind".to_owned(), SCALE_KIND.into());
    }
    written
}

/// The server's refusal of an object where a scale belongs: it reads both and cannot make one of the other.
pub(super) fn scale_is_no(kind: Kind) -> CommandError {
    let (kind, version) = (kind.resource().kind, kind.resource().version);
    StatusError::bad_request(format!(
        "{kind} in version \"{version}\" cannot be handled as a Scale: converting ({version}.{kind}) to \
         (autoscaling.Scale): unknown conversion"
    ))
    .into()
}

/// Drops what does not have the part that the flag names, and what does not exist. Those that files name are
/// fetched whole.
pub(super) fn narrow(context: &Context<'_>, picks: &mut Picks) -> Result<(), CommandError> {
    if context.flags.text("subresource").is_empty() {
        return Ok(());
    }
    if picks.listed {
        return Err(CommandError::plain("subresource cannot be used when bulk resources are specified"));
    }
    for mut picked in std::mem::take(&mut picks.items) {
        let found = if picked.manifest.is_some() || !picked.source.is_empty() {
            Ok(())
        } else {
            Part::of(context, picked.key.kind).and_then(|_| context.fetch(&picked.key)).map(|object| {
                picked.object = Some(object);
            })
        };
        match found {
            Ok(()) => picks.items.push(picked),
            Err(error) => picks.errors.push(error),
        }
    }
    Ok(())
}
