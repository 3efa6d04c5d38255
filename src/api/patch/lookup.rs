//! Walks the schema along with a patch.
//!
//! Models `PatchMetaFromStruct`, strategicpatch/meta.go, Kubernetes v1.36. Left out: the look-up through
//! `OpenAPI`, which agrees on the served kinds.

use super::{PatchError, Result};
use crate::api::schema::{Field, PatchMeta, Struct, Type, root};

/// Where in the schema a patch stands.
#[derive(Clone, Copy, Debug)]
pub(super) enum Schema {
    Struct(&'static Struct),
    Type(&'static Type),
}

impl Schema {
    pub(super) fn of_kind(api_version: &str, kind: &str) -> Result<Self> {
        root(api_version, kind).map(Self::Struct).ok_or_else(|| {
            PatchError::Internal(format!("no kind {kind:?} is registered for version {api_version:?}"))
        })
    }

    /// The schema and the patch rules of a field.
    pub(super) fn field(self, key: &str) -> Result<(Self, PatchMeta)> {
        self.find(key).map(|field| (Self::Type(&field.ty), field.patch))
    }

    /// The schema of the items of a field that is a list, and its patch rules.
    pub(super) fn items(self, key: &str) -> Result<(Self, PatchMeta)> {
        let field = self.find(key)?;
        match field.ty.resolve() {
            Type::Slice(element) => Ok((Self::Type(element), field.patch)),
            _ => Err(PatchError::Internal(format!(
                "expected slice or array type, but got: {}",
                self.go_kind()
            ))),
        }
    }

    /// What Go's reflection calls the kind of type.
    pub(super) fn go_kind(self) -> &'static str {
        let Self::Type(ty) = self else { return "struct" };
        match ty.resolve() {
            Type::String => "string",
            Type::Bool => "bool",
            Type::Int32 => "int32",
            Type::Int64 => "int64",
            Type::Bytes | Type::Slice(_) => "slice",
            Type::Map(..) => "map",
            _ => "struct",
        }
    }

    fn find(self, key: &str) -> Result<&'static Field> {
        let found = match self {
            Self::Struct(found) => Some(found),
            Self::Type(ty) => ty.structure(),
        };
        let found = found.ok_or_else(|| {
            let kind = self.go_kind();
            PatchError::Internal(format!(
                "merging an object in json but data type is not struct, instead is: {kind}"
            ))
        })?;
        let folded = || found.fields.iter().find(|field| field.name.eq_ignore_ascii_case(key));
        found.field(key).or_else(folded).ok_or_else(|| {
            let name = found.name;
            PatchError::Internal(format!(
                "unable to find api field in struct {name} for the json field {key:?}"
            ))
        })
    }
}
