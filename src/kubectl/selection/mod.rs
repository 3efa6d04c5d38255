//! The objects that a command's arguments, files and selectors speak of.
//!
//! Models the resource builder, staging/src/k8s.io/cli-runtime/pkg/resource/builder.go, with its error words,
//! Kubernetes v1.36. Left out: chunks, URLs, standard input.
//!
//! - `picked`: what was picked. `arguments`: types and names. `documents`: those of files.

mod picked;
mod arguments;
mod documents;

use arguments::Arguments;
pub use picked::{Filter, Picked, Picks, drop_unknown_fields};

use super::command::Context;
use super::error::CommandError;
use super::field_selector::FieldQuery;
use super::label_selector::LabelQuery;
use super::manifest::{self, Check};
use super::objects::{self, check_path_name};
use super::quote::quote;
use super::resources::{group_version_resource, kind_of};
use crate::api::heartbeat::as_read;
use crate::api::{Kind, Object, ObjectKey};
use crate::apiserver::{ApiServer, StatusError};

/// What is to be picked.
#[derive(Clone, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own that a person may give")]
pub struct Selection {
    /// Types and names.
    pub args: Vec<String>,
    /// Files.
    pub files: Vec<String>,
    /// The folder of a kustomization.
    pub kustomize: String,
    /// The namespace.
    pub namespace: String,
    /// Whether the namespace was typed, so that files may not name another.
    pub namespace_is_given: bool,
    /// Whether all namespaces are meant.
    pub all_namespaces: bool,
    /// Labels, as typed.
    pub labels: String,
    /// Fields, as typed.
    pub fields: String,
    /// Whether `--all` was given.
    pub all: bool,
    /// Whether a type alone means all of its objects.
    pub type_alone: bool,
    /// Whether objects of files are fetched from the server.
    pub latest: bool,
    /// Whether objects that arguments name need not exist yet.
    pub lazy: bool,
    /// Whether more than one type is refused.
    pub single_type: bool,
    /// Whether files are not validated though the command has `--validate`: it is about what it sends.
    pub unchecked: bool,
}

impl Selection {
    /// A selection by the usual flags of a command: arguments, `-f`, `-l`, `-n`.
    pub fn of(context: &Context<'_>) -> Self {
        Self {
            args: context.args().to_vec(),
            files: context.flags.list("filename").to_vec(),
            kustomize: context.flags.text("kustomize").to_owned(),
            namespace: context.namespace(),
            namespace_is_given: context.namespace_is_given(),
            all_namespaces: context.flags.switch("all-namespaces"),
            labels: context.flags.text("selector").trim().to_owned(),
            fields: context.flags.text("field-selector").trim().to_owned(),
            ..Self::default()
        }
    }

    /// The same with another list of arguments.
    #[must_use]
    pub fn args(mut self, args: &[String]) -> Self {
        self.args = args.to_vec();
        self
    }

    /// The same where a type alone means all of its objects.
    #[must_use]
    pub fn type_alone(mut self, allowed: bool) -> Self {
        self.type_alone = allowed;
        self
    }

    /// The same where objects of files are fetched from the server.
    #[must_use]
    pub fn latest(mut self) -> Self {
        self.latest = true;
        self
    }

    /// Picks the objects.
    ///
    /// # Errors
    /// When the selection as a whole makes no sense; what fails for one object is in the answer.
    pub fn pick(&self, context: &mut Context<'_>) -> Result<Picks, CommandError> {
        let check = if context.flags.has("validate") && !self.unchecked {
            Check::of(context.flags.text("validate"))?
        } else {
            Check::Unchecked
        };
        if !self.kustomize.is_empty() {
            let documents = self.build(context, check)?;
            return self.pick_documents(context, documents, check);
        }
        if self.files.is_empty() {
            return self.pick_arguments(context.api);
        }
        let recursive = context.flags.switch("recursive");
        let documents = manifest::read_files(context.session, &self.files, recursive, check)?;
        self.pick_documents(context, documents, check)
    }

    /// Picks the objects that arguments and selectors name.
    ///
    /// # Errors
    /// When the selection as a whole makes no sense.
    pub fn pick_arguments(&self, api: &ApiServer) -> Result<Picks, CommandError> {
        let arguments = self.arguments()?;
        if self.has_selector(&arguments) {
            return self.pick_listed(api, &arguments);
        }
        match arguments {
            Arguments::Pairs(pairs) => self.pick_pairs(api, &pairs),
            Arguments::TypeAndNames(types, names) if !names.is_empty() => {
                let kinds = self.kinds(&types)?;
                let [kind] = kinds.as_slice() else {
                    return Err(CommandError::plain("you must specify only one resource"));
                };
                let pairs: Vec<(Kind, String)> = names.iter().map(|name| (*kind, name.clone())).collect();
                self.pick_named(api, &pairs)
            }
            Arguments::TypeAndNames(types, _) => {
                self.kinds(&types)?;
                Err(CommandError::plain("resource(s) were provided, but no name was specified"))
            }
            Arguments::None => Err(CommandError::plain(
                "You must provide one or more resources by argument or filename.\nExample resource specifications \
                 include:\n   '-f rsrc.yaml'\n   '--filename=rsrc.json'\n   '<resource> <name>'\n   '<resource>'",
            )),
        }
    }

    fn pick_listed(&self, api: &ApiServer, arguments: &Arguments) -> Result<Picks, CommandError> {
        let types = match arguments {
            Arguments::TypeAndNames(types, names) if names.is_empty() => types,
            Arguments::TypeAndNames(..) => {
                return Err(CommandError::plain("name cannot be provided when a selector is specified"));
            }
            Arguments::Pairs(_) => {
                return Err(CommandError::plain(
                    "selectors and the all flag cannot be used when passing resource/name arguments",
                ));
            }
            Arguments::None => {
                return Err(CommandError::plain("at least one resource must be specified to use a selector"));
            }
        };
        let mut picks = Picks { listed: true, ..Picks::default() };
        for kind in self.kinds(types)? {
            picks.kinds.push(kind);
            match self.list(api, kind) {
                Ok(objects) => picks.items.extend(objects.into_iter().map(|object| Picked {
                    key: object.key(),
                    source: String::new(),
                    manifest: None,
                    object: Some(object),
                })),
                Err(error) => picks.errors.push(error),
            }
        }
        Ok(picks)
    }

    /// The objects of a kind that the selectors pick.
    ///
    /// # Errors
    /// The server's refusal of a selector.
    pub fn list(&self, api: &ApiServer, kind: Kind) -> Result<Vec<Object>, CommandError> {
        let filter = self.filter(kind)?;
        let namespace = (kind.is_namespaced() && !self.all_namespaces).then_some(self.namespace.as_str());
        let mut picked = api.read_list(kind, namespace);
        picked.retain(|object| filter.picks(object));
        Ok(picked.iter().map(|object| as_read(object, api.now())).collect())
    }

    /// The selectors, ready to be asked.
    ///
    /// # Errors
    /// The server's refusal of a selector.
    pub fn filter(&self, kind: Kind) -> Result<Filter, CommandError> {
        let refused = |why: String| {
            CommandError::from(StatusError::bad_request(format!(
                "Unable to find {} that match label selector {}, field selector {}: {why}",
                quote(&group_version_resource(kind)),
                quote(&self.labels),
                quote(&self.fields),
            )))
        };
        Ok(Filter {
            labels: LabelQuery::parse(&self.labels).map_err(refused)?,
            fields: FieldQuery::parse(&self.fields, kind).map_err(refused)?,
        })
    }

    fn pick_pairs(&self, api: &ApiServer, pairs: &[(String, String)]) -> Result<Picks, CommandError> {
        let mut named = Vec::new();
        for (resource, name) in pairs {
            named.push((kind_of(resource)?, name.clone()));
        }
        let several = named.iter().any(|(kind, _)| named.first().is_some_and(|(first, _)| first != kind));
        if self.single_type && several {
            return Err(CommandError::plain("you may only specify a single resource type"));
        }
        self.pick_named(api, &named)
    }

    fn pick_named(&self, api: &ApiServer, pairs: &[(Kind, String)]) -> Result<Picks, CommandError> {
        let mut picks = Picks { single: pairs.len() == 1, ..Picks::default() };
        for (kind, name) in pairs {
            if kind.is_namespaced() && self.all_namespaces {
                return Err(CommandError::plain(
                    "a resource cannot be retrieved by name across all namespaces",
                ));
            }
            let namespace = if kind.is_namespaced() { self.namespace.as_str() } else { "" };
            let key = ObjectKey::new(*kind, namespace, name.as_str());
            let found = if self.lazy {
                check_path_name(name).map(|()| api.get(&key).ok().map(|object| as_read(object, api.now())))
            } else {
                objects::fetch(api, &key).map(Some)
            };
            match found {
                Ok(object) => {
                    picks.items.push(Picked { key, source: String::new(), manifest: None, object });
                }
                Err(error) => picks.errors.push(error),
            }
        }
        Ok(picks)
    }
}
