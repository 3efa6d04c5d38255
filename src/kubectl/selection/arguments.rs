//! Types and names as they are typed: `pods a b`, `pod/a`, `sts,ds`.

use super::Selection;
use crate::api::Kind;
use crate::kubectl::error::CommandError;
use crate::kubectl::resources::{kinds_of, split_types, type_and_name, types_of};

#[derive(Clone, Debug)]
pub(super) enum Arguments {
    /// No argument.
    None,
    /// `TYPE/NAME …`
    Pairs(Vec<(String, String)>),
    /// `TYPE[,TYPE] NAME …`
    TypeAndNames(String, Vec<String>),
}

impl Selection {
    pub(super) fn has_selector(&self, arguments: &Arguments) -> bool {
        let type_alone = match arguments {
            Arguments::TypeAndNames(_, names) => names.is_empty(),
            Arguments::None | Arguments::Pairs(_) => false,
        };
        !self.labels.is_empty() || !self.fields.is_empty() || self.all || (self.type_alone && type_alone)
    }

    pub(super) fn arguments(&self) -> Result<Arguments, CommandError> {
        let args = pairs_of_several_types(&self.args);
        let slashes = args.iter().filter(|arg| arg.contains('/')).count();
        if slashes == 0 {
            return Ok(match args.as_slice() {
                [] => Arguments::None,
                [types, names @ ..] => Arguments::TypeAndNames(types.clone(), names.to_vec()),
            });
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
            if let Some((resource, name)) = type_and_name(arg)? {
                pairs.push((resource.to_owned(), name.to_owned()));
            }
        }
        Ok(Arguments::Pairs(pairs))
    }

    pub(super) fn kinds(&self, types: &str) -> Result<Vec<Kind>, CommandError> {
        if self.single_type && types_of(types).len() > 1 {
            return Err(CommandError::plain("you may only specify a single resource type"));
        }
        kinds_of(types)
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
