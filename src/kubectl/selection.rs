//! The objects that a command's arguments, files and selectors speak of.
//!
//! Models the resource builder, staging/src/k8s.io/cli-runtime/pkg/resource/builder.go, with its error words,
//! Kubernetes v1.36. Left out: chunks, URLs, standard input.

use serde_json::Value;

use super::command::Context;
use super::error::CommandError;
use super::field_selector::FieldQuery;
use super::kustomize;
use super::label_selector::LabelQuery;
use super::manifest::{self, Check, Document, Documents};
use super::objects::{self, check_path_name, set_at, text_at, wire};
use super::quote::quote;
use super::resources::{group_version_resource, kind_of, kinds_of, split_types};
use crate::api::codec::from_value;
use crate::api::heartbeat::as_read;
use crate::api::{Kind, Object, ObjectKey, schema};
use crate::apiserver::{ApiServer, StatusError};

/// One object that was picked.
#[derive(Clone, Debug)]
pub struct Picked {
    /// Which object.
    pub key: ObjectKey,
    /// The file that named it; empty when arguments did.
    pub source: String,
    /// The document of that file.
    pub manifest: Option<Value>,
    /// The object as the server has it, when it was asked.
    pub object: Option<Object>,
}

impl Picked {
    /// As warnings name it: `statefulsets/web`.
    pub fn object_name(&self) -> String {
        format!("{}/{}", self.key.kind.resource().plural, self.key.name)
    }

    /// The object as a value: the server's, or the file's.
    pub fn value(&self) -> Value {
        match (&self.object, &self.manifest) {
            (Some(object), _) => wire(object),
            (None, Some(manifest)) => manifest.clone(),
            (None, None) => Value::Null,
        }
    }
}

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
}

/// What was picked.
#[derive(Clone, Debug, Default)]
pub struct Picks {
    /// The objects, in order.
    pub items: Vec<Picked>,
    /// What could not be picked.
    pub errors: Vec<CommandError>,
    /// Whether one object was asked for by name.
    pub single: bool,
    /// Whether objects were listed, not named.
    pub listed: bool,
    /// The kinds whose objects were listed.
    pub kinds: Vec<Kind>,
    /// What the server warns of instead of refusing it.
    pub dropped: Vec<String>,
}

impl Picks {
    /// The server's warning about the kinds that were asked for.
    pub fn warning(&self) -> Option<&'static str> {
        let mut kinds = self.kinds.iter().copied().chain(self.items.iter().map(|picked| picked.key.kind));
        if kinds.any(|kind| kind == Kind::Endpoints) {
            return Some("v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice");
        }
        None
    }

    /// Drops the fields of a document that its kind does not have, as a server does that is not to be strict.
    fn drop_unknown_fields(&mut self, document: &mut Document, check: Check) {
        let (version, kind) = (document.kind.api_version(), document.kind.resource().kind);
        let Ok((_, warnings)) = schema::decode_with_warnings(&document.value, &version, kind) else {
            return;
        };
        if let (false, Some(root)) = (warnings.is_empty(), schema::root(&version, kind)) {
            manifest::prune(&mut document.value, root);
        }
        if check == Check::Warn {
            self.dropped.extend(warnings);
        }
    }

    /// Leaves out the objects that were not found.
    pub fn ignore_not_found(&mut self) {
        self.errors.retain(|error| !error.is_not_found());
    }
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
        let check = Check::of(context.flags.text("validate"))?;
        if !self.kustomize.is_empty() {
            let documents = self.build(context, check)?;
            return self.pick_documents(context, documents, check);
        }
        if self.files.is_empty() {
            return self.pick_arguments(context.api);
        }
        let documents = manifest::read_files(context.session, &self.files, check)?;
        self.pick_documents(context, documents, check)
    }

    /// The objects of a kustomization.
    fn build(&self, context: &mut Context<'_>, check: Check) -> Result<Documents, CommandError> {
        if !self.files.is_empty() {
            return Err(CommandError::plain("only one of -f or -k can be specified"));
        }
        if context.flags.switch("recursive") {
            return Err(CommandError::plain("the -k flag can't be used with -f or -R"));
        }
        let built = kustomize::build(context.session, &self.kustomize)?;
        for warning in built.warnings {
            context.err(&format!("{warning}\n"));
        }
        Ok(built
            .objects
            .into_iter()
            .flat_map(|object| manifest::read_value(&self.kustomize, object, check))
            .collect())
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
            Arguments::TypeAndNames(types, _) if !types.is_empty() => {
                self.kinds(&types)?;
                Err(CommandError::plain("resource(s) were provided, but no name was specified"))
            }
            Arguments::TypeAndNames(..) => Err(CommandError::plain(
                "You must provide one or more resources by argument or filename.\nExample resource specifications \
                 include:\n   '-f rsrc.yaml'\n   '--filename=rsrc.json'\n   '<resource> <name>'\n   '<resource>'",
            )),
        }
    }

    fn has_selector(&self, arguments: &Arguments) -> bool {
        let type_alone = match arguments {
            Arguments::TypeAndNames(types, names) => !types.is_empty() && names.is_empty(),
            Arguments::Pairs(_) => false,
        };
        !self.labels.is_empty() || !self.fields.is_empty() || self.all || (self.type_alone && type_alone)
    }

    fn arguments(&self) -> Result<Arguments, CommandError> {
        let args = pairs_of_several_types(&self.args);
        let slashes = args.iter().filter(|arg| arg.contains('/')).count();
        if slashes == 0 {
            let types = args.first().cloned().unwrap_or_default();
            return Ok(Arguments::TypeAndNames(types, args.get(1..).unwrap_or_default().to_vec()));
        }
        if slashes != args.len() {
            return Err(CommandError::plain(
                "there is no need to specify a resource type as a separate argument when passing arguments in \
                 resource/name form (e.g. 'kubectl get resource/<resource_name>' instead of 'kubectl get resource \
                 resource/<resource_name>'",
            ));
        }
        let mut pairs = Vec::new();
        for arg in &args {
            let parts: Vec<&str> = arg.split('/').collect();
            let [resource, name] = parts.as_slice() else {
                return Err(CommandError::plain(
                    "arguments in resource/name form may not have more than one slash",
                ));
            };
            if resource.is_empty() || name.is_empty() || split_types(resource).len() != 1 {
                return Err(CommandError::plain(
                    "arguments in resource/name form must have a single resource and name",
                ));
            }
            pairs.push(((*resource).to_owned(), (*name).to_owned()));
        }
        Ok(Arguments::Pairs(pairs))
    }

    fn kinds(&self, types: &str) -> Result<Vec<Kind>, CommandError> {
        let kinds = kinds_of(types)?;
        if self.single_type && (kinds.len() > 1 || types.contains(',')) {
            return Err(CommandError::plain("you may only specify a single resource type"));
        }
        Ok(kinds)
    }

    fn pick_listed(&self, api: &ApiServer, arguments: &Arguments) -> Result<Picks, CommandError> {
        let Arguments::TypeAndNames(types, names) = arguments else {
            return Err(CommandError::plain(
                "selectors and the all flag cannot be used when passing resource/name arguments",
            ));
        };
        if !names.is_empty() {
            return Err(CommandError::plain("name cannot be provided when a selector is specified"));
        }
        if types.is_empty() {
            return Err(CommandError::plain("at least one resource must be specified to use a selector"));
        }
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

    fn pick_documents(
        &self,
        context: &Context<'_>,
        documents: Documents,
        check: Check,
    ) -> Result<Picks, CommandError> {
        match self.arguments()? {
            Arguments::Pairs(_) => {
                return Err(CommandError::plain(
                    "resource/name arguments cannot be provided when a path is specified",
                ));
            }
            Arguments::TypeAndNames(types, _) if !types.is_empty() => {
                return Err(CommandError::plain(
                    "when paths, URLs, or stdin is provided as input, you may not specify resource arguments as well",
                ));
            }
            Arguments::TypeAndNames(..) => {}
        }
        let labels = LabelQuery::parse(&self.labels).map_err(|why| {
            CommandError::plain(format!("the provided selector {} is not valid: {why}", quote(&self.labels)))
        })?;
        let mut picks = Picks { single: self.files.len() == 1 && documents.len() == 1, ..Picks::default() };
        for mut document in documents {
            if let (true, Ok(document)) = (check != Check::Strict, &mut document) {
                picks.drop_unknown_fields(document, check);
            }
            match document.and_then(|document| self.of_document(context.api, document)) {
                Ok(picked) => {
                    if self.labels.is_empty() || labels.matches(&labels_of(&picked)) {
                        picks.items.push(picked);
                    }
                }
                Err(error) => picks.errors.push(error),
            }
        }
        Ok(picks)
    }

    fn of_document(&self, api: &ApiServer, document: Document) -> Result<Picked, CommandError> {
        let Document { source, kind, mut value } = document;
        let name = text_at(&value, &["metadata", "name"]).to_owned();
        let mut namespace = text_at(&value, &["metadata", "namespace"]).to_owned();
        if !kind.is_namespaced() {
            objects::remove_at(&mut value, &["metadata", "namespace"]);
            namespace.clear();
        } else if namespace.is_empty() {
            namespace.clone_from(&self.namespace);
            set_at(&mut value, &["metadata", "namespace"], namespace.as_str().into());
        } else if self.namespace_is_given && namespace != self.namespace {
            return Err(CommandError::plain(format!(
                "the namespace from the provided object {} does not match the namespace {}. You must pass \
                 '--namespace={namespace}' to perform this operation.",
                quote(&namespace),
                quote(&self.namespace)
            )));
        }
        let key = ObjectKey::new(kind, namespace, name);
        let object =
            if self.latest && !key.name.is_empty() { Some(objects::fetch(api, &key)?) } else { None };
        Ok(Picked { key, source, manifest: Some(value), object })
    }
}

fn labels_of(picked: &Picked) -> crate::api::LabelMap {
    let labels = picked.manifest.as_ref().and_then(|value| value.get("metadata")?.get("labels")).cloned();
    labels.and_then(|labels| from_value(labels).ok()).unwrap_or_default()
}

/// `a,b c d` means `a/c a/d b/c b/d`.
fn pairs_of_several_types(args: &[String]) -> Vec<String> {
    if let [types, names @ ..] = args {
        let kinds = split_types(types);
        if !names.is_empty() && kinds.len() > 1 {
            return kinds
                .iter()
                .flat_map(|kind| names.iter().map(move |name| format!("{kind}/{name}")))
                .collect();
        }
    }
    args.to_vec()
}

#[derive(Clone, Debug)]
enum Arguments {
    /// `TYPE/NAME …`
    Pairs(Vec<(String, String)>),
    /// `TYPE[,TYPE] NAME …`
    TypeAndNames(String, Vec<String>),
}

/// Selectors that were read.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Filter {
    labels: LabelQuery,
    fields: FieldQuery,
}

impl Filter {
    /// Whether an object is picked.
    pub fn picks(&self, object: &Object) -> bool {
        self.labels.matches(&object.meta().labels)
            && (self.fields.is_empty() || self.fields.matches(&wire(object)))
    }
}
