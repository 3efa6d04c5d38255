//! What fields the served kinds have: their names, Go types, merge keys, and which of them Go leaves out when
//! empty.
//!
//! Models the struct definitions in staging/src/k8s.io/api and k8s.io/apimachinery/pkg/apis/meta/v1,
//! Kubernetes v1.36. Left out: the text that describes each field; kinds that are not served.

mod table;
pub mod convert;
pub mod decode;
pub mod encode;
mod go;
mod go_time;

pub use convert::convert_with_warnings;
pub use decode::{DecodeError, decode, decode_with_warnings};
pub use encode::{encode, encode_struct};
pub use go::{go_print, json_word, quote};

/// A Go type, as far as it shows in JSON.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Type {
    /// `string`
    String,
    /// `bool`
    Bool,
    /// `int32`
    Int32,
    /// `int64`
    Int64,
    /// `[]byte`, written in base64
    Bytes,
    /// `resource.Quantity`
    Quantity,
    /// `intstr.IntOrString`
    IntOrString,
    /// `metav1.Time`, to the second
    Time,
    /// `metav1.MicroTime`, to the microsecond
    MicroTime,
    /// Any JSON value, kept as it is.
    Raw,
    /// `[]T`
    Slice(Box<Self>),
    /// `map[K]T` with keys of a string type
    Map(Box<Self>, Box<Self>),
    /// `*T`: Go tells an empty value from an absent one
    Pointer(Box<Self>),
    /// A type with a name of its own.
    Named(&'static str),
}

/// What a named type stands for.
#[derive(Clone, Debug)]
pub enum Definition {
    /// A struct.
    Struct(Struct),
    /// Another type, with the values that are known when it is a string.
    Alias(Type, Vec<&'static str>),
}

/// A Go struct.
#[derive(Clone, Debug)]
pub struct Struct {
    /// Its Go name, such as `StatefulSetSpec`.
    pub name: &'static str,
    /// Its fields in the order of the Go source, embedded ones included.
    pub fields: Vec<Field>,
}

/// How a strategic merge patch treats a field.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PatchMeta {
    /// A list is merged item by item instead of replaced.
    pub merge: bool,
    /// The field that tells the items of a merged list of objects apart; empty for primitives.
    pub merge_key: &'static str,
    /// Fields that a patch does not name are cleared.
    pub retain_keys: bool,
    /// The value is replaced as a whole.
    pub replace: bool,
}

/// One field of a struct.
#[derive(Clone, Debug)]
pub struct Field {
    /// Its JSON name.
    pub name: &'static str,
    /// Its Go type.
    pub ty: Type,
    /// Whether `OpenAPI` lists it as required.
    pub required: bool,
    /// Whether Go leaves it out when it is empty; structs never are.
    pub omit_empty: bool,
    /// Whether Go leaves it out when it is a zero struct.
    pub omit_zero: bool,
    /// How a strategic merge patch treats it.
    pub patch: PatchMeta,
}

impl Struct {
    /// The field of that exact name.
    pub fn field(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.name == name)
    }
}

impl Type {
    /// The type behind pointers and names; a struct stays a name.
    pub fn resolve(&self) -> &Self {
        match self {
            Self::Pointer(inner) => inner.resolve(),
            Self::Named(name) => match table::definition(name) {
                Some(Definition::Alias(target, _)) => target.resolve(),
                Some(Definition::Struct(_)) | None => self,
            },
            _ => self,
        }
    }

    /// The struct that this is or points to.
    pub fn structure(&self) -> Option<&'static Struct> {
        match self.resolve() {
            Self::Named(name) => struct_named(name),
            _ => None,
        }
    }

    /// The type of a list's items or a map's values.
    pub fn element(&self) -> Option<&Self> {
        match self.resolve() {
            Self::Slice(element) | Self::Map(_, element) => Some(element),
            _ => None,
        }
    }

    /// The values that are known of a named string, such as `Always`, `Never`.
    pub fn values(&self) -> &'static [&'static str] {
        match self {
            Self::Pointer(inner) => inner.values(),
            Self::Named(name) => match table::definition(name) {
                Some(Definition::Alias(_, values)) => values,
                Some(Definition::Struct(_)) | None => &[],
            },
            _ => &[],
        }
    }

    /// The name that Go's reflection prints, such as `[]v1.Container`.
    pub fn go_name(&self) -> String {
        match self {
            Self::String => "string".to_owned(),
            Self::Bool => "bool".to_owned(),
            Self::Int32 => "int32".to_owned(),
            Self::Int64 => "int64".to_owned(),
            Self::Bytes => "[]uint8".to_owned(),
            Self::Quantity => "resource.Quantity".to_owned(),
            Self::IntOrString => "intstr.IntOrString".to_owned(),
            Self::Time => "v1.Time".to_owned(),
            Self::MicroTime => "v1.MicroTime".to_owned(),
            Self::Raw => "runtime.RawExtension".to_owned(),
            Self::Slice(element) => format!("[]{}", element.go_name()),
            Self::Map(key, element) => format!("map[{}]{}", key.go_name(), element.go_name()),
            Self::Pointer(inner) => format!("*{}", inner.go_name()),
            Self::Named(name) if name.starts_with("types.") => (*name).to_owned(),
            Self::Named(name) => format!("v1.{}", bare_name(name)),
        }
    }
}

/// The struct of a kind, such as `StatefulSet` of `apps/v1`.
pub fn root(api_version: &str, kind: &str) -> Option<&'static Struct> {
    kinds().any(|served| served == (api_version, kind)).then(|| struct_named(kind)).flatten()
}

/// The struct of a Go name, such as `PodTemplateSpec`.
pub fn struct_named(name: &str) -> Option<&'static Struct> {
    match table::definition(name) {
        Some(Definition::Struct(found)) => Some(found),
        Some(Definition::Alias(..)) | None => None,
    }
}

/// What a Go name stands for.
pub fn definition(name: &str) -> Option<&'static Definition> {
    table::definition(name)
}

/// The field at the end of a path of JSON names, through lists and maps.
pub fn field_at(api_version: &str, kind: &str, path: &[&str]) -> Option<&'static Field> {
    let (last, parents) = path.split_last()?;
    let mut at = root(api_version, kind)?;
    for name in parents {
        at = item_struct(&at.field(name)?.ty)?;
    }
    at.field(last)
}

/// The struct of a field's value, or of its items when it is a list or map.
pub fn item_struct(ty: &'static Type) -> Option<&'static Struct> {
    ty.structure().or_else(|| item_struct(ty.element()?))
}

/// The kinds of the table, as API version and kind.
pub fn kinds() -> impl Iterator<Item = (&'static str, &'static str)> {
    table::table().kinds.iter().copied()
}

/// A type's name without the package that tells it from its namesakes.
fn bare_name(name: &str) -> &str {
    name.rsplit('.').next().unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_named_type_is_defined() {
        let mut structs = 0;
        for (name, definition) in &table::table().types {
            if let Definition::Struct(found) = definition {
                structs += 1;
                assert!(!found.fields.is_empty(), "{name}");
                for field in &found.fields {
                    let mut ty = field.ty.resolve();
                    while let Some(element) = ty.element() {
                        ty = element.resolve();
                    }
                    assert!(
                        !matches!(ty, Type::Named(_)) || ty.structure().is_some(),
                        "{name}.{}: {ty:?}",
                        field.name
                    );
                }
            }
        }
        assert!(structs > 200);
        assert!(kinds().all(|(api_version, kind)| root(api_version, kind).is_some()));
        assert!(root("apps/v1", "Pod").is_none());
    }

    #[test]
    fn knows_what_a_field_is() {
        let at = |path: &str| field_at("apps/v1", "StatefulSet", &path.split('.').collect::<Vec<_>>());
        let containers = at("spec.template.spec.containers").unwrap();
        assert_eq!((containers.patch.merge, containers.patch.merge_key), (true, "name"));
        assert!(containers.required && !containers.omit_empty);
        assert_eq!(containers.ty.go_name(), "[]v1.Container");
        let policy = at("spec.podManagementPolicy").unwrap();
        assert_eq!(policy.ty.values(), ["OrderedReady", "Parallel"]);
        assert_eq!(policy.ty.go_name(), "v1.PodManagementPolicyType");
        assert_eq!(
            at("spec.template.spec.containers.resources.limits").unwrap().ty.go_name(),
            "v1.ResourceList"
        );
        assert_eq!(at("metadata.uid").unwrap().ty.go_name(), "types.UID");
        let volumes = at("spec.template.spec.volumes").unwrap().patch;
        assert_eq!((volumes.merge, volumes.merge_key, volumes.retain_keys), (true, "name", true));
        assert!(at("spec.nonsense").is_none() && at("spec.replicas.x").is_none());
        let finalizers = at("metadata.finalizers").unwrap().patch;
        assert_eq!((finalizers.merge, finalizers.merge_key), (true, ""));
    }
}
