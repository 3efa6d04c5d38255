//! Types and names as they are typed: `pods a b`, `pod/a`, `sts,ds`.

use super::Selection;
use crate::api::Kind;
use crate::kubectl::error::CommandError;
use crate::kubectl::resources::{kinds_of, split_types};

#[derive(Clone, Debug)]
pub(super) enum Arguments {
    /// `TYPE/NAME …`
    Pairs(Vec<(String, String)>),
    /// `TYPE[,TYPE] NAME …`
    TypeAndNames(String, Vec<String>),
}

impl Selection {
    pub(super) fn has_selector(&self, arguments: &Arguments) -> bool {
        let type_alone = match arguments {
            Arguments::TypeAndNames(types, names) => !types.is_empty() && names.is_empty(),
            Arguments::Pairs(_) => false,
        };
        !self.labels.is_empty() || !self.fields.is_empty() || self.all || (self.type_alone && type_alone)
    }

    pub(super) fn arguments(&self) -> Result<Arguments, CommandError> {
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

    pub(super) fn kinds(&self, types: &str) -> Result<Vec<Kind>, CommandError> {
        let kinds = kinds_of(types)?;
        if self.single_type && (kinds.len() > 1 || types.contains(',')) {
            return Err(CommandError::plain("you may only specify a single resource type"));
        }
        Ok(kinds)
    }
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
