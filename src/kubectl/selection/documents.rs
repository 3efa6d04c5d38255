//! The objects that files and kustomizations speak of.

use super::arguments::Arguments;
use super::picked::{Place, drop_unknown_fields};
use super::{Picked, Picks, Selection};
use crate::api::ObjectKey;
use crate::api::codec::from_value;
use crate::apiserver::{ApiServer, StatusError};
use crate::kubectl::command::Context;
use crate::kubectl::error::CommandError;
use crate::kubectl::kustomize;
use crate::kubectl::label_selector::LabelQuery;
use crate::kubectl::manifest::{self, Check, Document, Documents};
use crate::kubectl::objects::{self, set_at, text_at};
use crate::kubectl::quote::quote;

impl Selection {
    /// The objects of a kustomization.
    pub(super) fn build(&self, context: &mut Context<'_>, check: Check) -> Result<Documents, CommandError> {
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

    pub(super) fn pick_documents(
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
            Arguments::TypeAndNames(..) => {
                return Err(CommandError::plain(
                    "when paths, URLs, or stdin is provided as input, you may not specify resource arguments as well",
                ));
            }
            Arguments::None => {}
        }
        let labels = LabelQuery::parse(&self.labels).map_err(|why| {
            CommandError::plain(format!("the provided selector {} is not valid: {why}", quote(&self.labels)))
        })?;
        let mut picks = Picks { single: self.files.len() == 1 && documents.len() == 1, ..Picks::default() };
        for mut document in documents {
            if let (true, Ok(Document { kind, value, .. })) = (check.drops_unknown(), &mut document) {
                let warnings = drop_unknown_fields(*kind, value);
                if check == Check::Warn {
                    picks.dropped.extend(warnings);
                }
            }
            let source = document.as_ref().ok().map(|document| document.source.clone());
            match document.and_then(|document| self.of_document(context.api, document)) {
                Ok(picked) => {
                    if self.labels.is_empty() || labels.matches(&labels_of(&picked)) {
                        picks.items.push(picked);
                    }
                }
                Err(error) => {
                    picks.errors.push(error);
                    picks.places.push(Place { after: picks.items.len(), source });
                }
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
        if text_at(&value, &["apiVersion"]).is_empty() {
            // The path on the server lacks the version too.
            return Err(StatusError::no_such_path().into());
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
