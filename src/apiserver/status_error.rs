//! How the API server refuses: reason, message and causes in its own words.
//!
//! Models `StatusError` and its constructors, staging/src/k8s.io/apimachinery/pkg/api/errors/errors.go,
//! Kubernetes v1.36. Left out: the request's uid and the retry-after header, except as seconds on
//! `TooManyRequests`.

use std::fmt;

use crate::api::Kind;

/// One field that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cause {
    /// Path of the field, such as `spec.replicas`.
    pub field: String,
    /// What is wrong with it: `Invalid value: -1: must be greater than or equal to 0`.
    pub message: String,
}

/// A refusal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatusError {
    /// HTTP status code.
    pub code: u16,
    /// In one word, such as `NotFound`; empty when unknown.
    pub reason: &'static str,
    /// In a sentence, as the server writes it.
    pub message: String,
    /// The fields that are wrong (`Invalid`), or the budget's arithmetic (`TooManyRequests`).
    pub causes: Vec<Cause>,
    /// What the causes are: `DisruptionBudget`, `NamespaceTerminating`; empty for fields.
    pub cause_type: &'static str,
    /// What it was about: `pods`, `statefulsets.apps`; for `Invalid` the kind.
    pub about: String,
    /// The object's name.
    pub name: String,
    /// Seconds after which to try again.
    pub retry_after_seconds: Option<u32>,
}

impl StatusError {
    fn new(code: u16, reason: &'static str, message: String) -> Self {
        Self {
            code,
            reason,
            message,
            causes: Vec::new(),
            cause_type: "",
            about: String::new(),
            name: String::new(),
            retry_after_seconds: None,
        }
    }

    fn about(mut self, about: String, name: &str) -> Self {
        self.about = about;
        name.clone_into(&mut self.name);
        self
    }

    /// No such object.
    pub fn not_found(kind: Kind, name: &str) -> Self {
        let resource = kind.group_resource();
        Self::new(404, "NotFound", format!("{resource} \"{name}\" not found")).about(resource, name)
    }

    /// The name is taken.
    pub fn already_exists(kind: Kind, name: &str) -> Self {
        let resource = kind.group_resource();
        Self::new(409, "AlreadyExists", format!("{resource} \"{name}\" already exists")).about(resource, name)
    }

    /// The object has changed meanwhile, or a precondition does not hold.
    pub fn conflict(kind: Kind, name: &str, why: &str) -> Self {
        let resource = kind.group_resource();
        Self::new(409, "Conflict", format!("Operation cannot be fulfilled on {resource} \"{name}\": {why}"))
            .about(resource, name)
    }

    /// The usual conflict: a version other than the stored one.
    pub fn modified(kind: Kind, name: &str) -> Self {
        Self::conflict(
            kind,
            name,
            "the object has been modified; please apply your changes to the latest version and try again",
        )
    }

    /// The request makes no sense.
    pub fn bad_request(message: impl Into<String>) -> Self {
        Self::new(400, "BadRequest", message.into())
    }

    /// Not allowed.
    pub fn forbidden(kind: Kind, name: &str, why: &str) -> Self {
        let resource = kind.group_resource();
        Self::new(403, "Forbidden", format!("{resource} \"{name}\" is forbidden: {why}"))
            .about(resource, name)
    }

    /// Fields are wrong.
    pub fn invalid(kind: Kind, name: &str, causes: Vec<Cause>) -> Self {
        Self::invalid_as((&kind.to_string(), kind.resource().group), name, causes)
    }

    /// The same about an object of a kind that is not stored.
    pub fn invalid_as((kind, group): (&str, &str), name: &str, causes: Vec<Cause>) -> Self {
        let about = match group {
            "" => kind.to_owned(),
            group => format!("{kind}.{group}"),
        };
        let listed: Vec<String> =
            causes.iter().map(|cause| format!("{}: {}", cause.field, cause.message)).collect();
        let message = match listed.as_slice() {
            [one] => format!("{about} \"{name}\" is invalid: {one}"),
            many => format!("{about} \"{name}\" is invalid: [{}]", many.join(", ")),
        };
        let mut error = Self::new(422, "Invalid", message).about(kind.to_owned(), name);
        error.causes = causes;
        error
    }

    /// A patch whose outcome is no object of the kind.
    pub fn invalid_patch(patch: &str, why: &str) -> Self {
        let cause = Cause {
            field: "patch".to_owned(),
            message: format!("Invalid value: {}: {why}", crate::api::schema::quote(patch)),
        };
        let message = format!(" \"\" is invalid: {}: {}", cause.field, cause.message);
        let mut error = Self::new(422, "Invalid", message);
        error.causes = vec![cause];
        error
    }

    /// A request that is well-formed but does not fit the object.
    pub fn unprocessable(message: impl Into<String>) -> Self {
        Self::new(422, "Invalid", message.into())
    }

    /// An error without a reason of its own.
    pub fn unknown(message: impl Into<String>) -> Self {
        Self::new(500, "", message.into())
    }

    /// There is no such path.
    pub fn no_such_path() -> Self {
        Self::new(404, "NotFound", "the server could not find the requested resource".to_owned())
    }

    /// A budget does not allow it now.
    pub fn too_many_requests(message: impl Into<String>, retry_after_seconds: u32) -> Self {
        let mut error = Self::new(429, "TooManyRequests", message.into());
        error.retry_after_seconds = Some(retry_after_seconds).filter(|seconds| *seconds > 0);
        error
    }

    /// The verb is not served for the kind.
    pub fn method_not_supported(message: impl Into<String>) -> Self {
        Self::new(405, "MethodNotAllowed", message.into())
    }

    /// The server did not answer in time: what was asked for may have been done or not.
    pub fn timeout() -> Self {
        let message = "Timeout: request did not complete within the allotted timeout";
        Self::new(504, "Timeout", message.to_owned())
    }

    /// Something is wrong with the server itself.
    pub fn internal(message: &str) -> Self {
        Self::new(500, "InternalError", format!("Internal error occurred: {message}"))
    }

    /// Whether no such object exists.
    pub fn is_not_found(&self) -> bool {
        self.reason == "NotFound"
    }

    /// Whether the name is taken.
    pub fn is_already_exists(&self) -> bool {
        self.reason == "AlreadyExists"
    }

    /// Whether the object has changed meanwhile.
    pub fn is_conflict(&self) -> bool {
        self.reason == "Conflict"
    }

    /// Whether the namespace takes no new objects because it is being deleted.
    pub fn is_namespace_terminating(&self) -> bool {
        self.reason == "Forbidden" && self.message.ends_with("because it is being terminated")
    }
}

impl fmt::Display for StatusError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for StatusError {}
