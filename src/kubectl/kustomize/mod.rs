//! Kustomizations: what `-k` applies, and what `kubectl kustomize` prints.
//!
//! Models `MakeCustomizedResMap`, sigs.k8s.io/kustomize/api/internal/target/kusttarget.go, v0.21, as kubectl
//! v1.36 has it. Left out, and refused: components, replacements, variables, Helm charts, plugins, remote
//! bases; a reference follows a new name only within the kustomization that gives it.
//!
//! - `root`: the files. `generators`, `hash`: `ConfigMap`s and Secrets. `transform`: what is changed.
//!   `patches`: patches. `kinds`: where the fields stand.

mod generators;
mod hash;
mod kinds;
mod patches;
mod root;
mod transform;

use serde_json::Value;

use super::error::CommandError;
use super::objects::{set_at, text_at};
use super::session::Session;
use crate::collections::sort_by_key;
pub use hash::append_hash;
use root::Root;

/// What is wrong, in kustomize's words.
type Wrong = String;

/// Names that a kustomization's file may have.
const FILES: [&str; 3] = ["kustomization.yaml", "kustomization.yml", "Kustomization"];
/// Fields that change nothing here, or are carried out.
const FIELDS: &[&str] = &[
    "apiVersion",
    "kind",
    "metadata",
    "resources",
    "bases",
    "namespace",
    "namePrefix",
    "nameSuffix",
    "commonLabels",
    "labels",
    "commonAnnotations",
    "images",
    "imageTags",
    "replicas",
    "patches",
    "patchesStrategicMerge",
    "patchesJson6902",
    "configMapGenerator",
    "secretGenerator",
    "generatorOptions",
    "sortOptions",
];
/// Fields of a real kustomization that the sandbox lacks.
const ABSENT: &[&str] = &[
    "openapi",
    "replacements",
    "vars",
    "components",
    "crds",
    "helmGlobals",
    "helmCharts",
    "helmChartInflationGenerator",
    "configurations",
    "generators",
    "transformers",
    "validators",
    "buildMetadata",
];
/// Fields with a better name: what kustomize says about them.
const OUTDATED: &[(&str, &str)] = &[
    ("bases", "resources"),
    ("commonLabels", "labels"),
    ("imageTags", "images"),
    ("patchesJson6902", "patches"),
    ("patchesStrategicMerge", "patches"),
];

/// What a kustomization makes.
#[derive(Clone, Debug, Default)]
pub struct Built {
    /// The objects in the order in which they are applied.
    pub objects: Vec<Value>,
    /// What kustomize has to say about outdated fields.
    pub warnings: Vec<String>,
}

/// Builds the kustomization of a folder.
///
/// # Errors
/// kustomize's words, or the sandbox's for what it lacks.
pub fn build(session: &Session, folder: &str) -> Result<Built, CommandError> {
    let mut built = Built::default();
    let made = Root::of(session, folder).and_then(|root| {
        let mut resources = accumulate(&root, &mut built.warnings)?;
        generators::add_suffixes(&mut resources);
        transform::refer_anew(&mut resources);
        if !wants_given_order(&root) {
            sort_by_key(&mut resources, Resource::order);
        }
        Ok(resources)
    });
    match made {
        Ok(resources) => {
            built.objects = resources.into_iter().map(|resource| resource.object).collect();
            Ok(built)
        }
        Err(why) => match why.split_once(LACKS) {
            Some((_, what)) => {
                Err(CommandError::sandbox(format!("the sandbox's kustomize does not have {what}")))
            }
            None => Err(CommandError::plain(why)),
        },
    }
}

/// Marks what the sandbox lacks among what is wrong.
const LACKS: &str = "\u{0}";

fn wants_given_order(root: &Root<'_>) -> bool {
    let order = Kustomization::read(root, &mut Vec::new())
        .ok()
        .and_then(|kustomization| Some(text_at(kustomization.value("sortOptions")?, &["order"]).to_owned()));
    order.as_deref() == Some("fifo")
}

/// The text of a `kustomization.yaml`.
#[derive(Clone, Debug)]
struct Kustomization {
    value: Value,
}

impl Kustomization {
    fn read(root: &Root<'_>, warnings: &mut Vec<String>) -> Result<Self, Wrong> {
        let mut found = FILES.iter().filter_map(|name| root.read(name).ok());
        let Some(text) = found.next() else {
            let [a, b, c] = FILES;
            return Err(format!(
                "unable to find one of '{a}', '{b}' or '{c}' in directory '{}'",
                root.path()
            ));
        };
        if found.next().is_some() {
            return Err(format!("Found multiple kustomization files under: {}\n", root.path()));
        }
        let mut value = super::formats::value(text).map_err(|why| format!("invalid Kustomization: {why}"))?;
        if let Value::Object(fields) = &mut value {
            *fields = std::mem::take(fields).into_iter().map(|(name, held)| (known(name), held)).collect();
        }
        let Some(fields) = value.as_object().filter(|fields| !fields.is_empty()) else {
            return Err("kustomization.yaml is empty".to_owned());
        };
        for (field, held) in fields {
            if ABSENT.contains(&field.as_str()) {
                return Err(format!("{LACKS}the field {field}"));
            }
            check_type(field, held)?;
        }
        for (old, new) in OUTDATED.iter().filter(|(old, _)| fields.contains_key(*old)) {
            warnings.push(format!(
                "# Warning: '{old}' is deprecated. Please use '{new}' instead. Run 'kustomize edit fix' to update your \
                 Kustomization automatically."
            ));
        }
        let kind = text_at(&value, &["kind"]);
        if !matches!(kind, "" | "Kustomization") {
            return Err(format!(
                "Failed to read kustomization file under {}:\nkind should be Kustomization or Component",
                root.path()
            ));
        }
        Ok(Self { value })
    }

    fn value(&self, field: &str) -> Option<&Value> {
        self.value.get(field)
    }

    fn text(&self, field: &str) -> &str {
        text_at(&self.value, &[field])
    }

    fn list(&self, field: &str) -> impl Iterator<Item = &Value> {
        self.value.get(field).and_then(Value::as_array).into_iter().flatten()
    }
}

/// The field that a name stands for: capitals make no difference.
fn known(name: String) -> String {
    let found = FIELDS.iter().chain(ABSENT).find(|field| field.eq_ignore_ascii_case(&name));
    found.map_or(name, |field| (*field).to_owned())
}

/// Refuses fields that a kustomization does not have, and values of another type.
fn check_type(field: &str, value: &Value) -> Result<(), Wrong> {
    if !FIELDS.contains(&field) {
        return Err(format!("invalid Kustomization: json: unknown field \"{field}\""));
    }
    let given = match value {
        Value::Null => return Ok(()),
        Value::Bool(_) => "bool",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    let (wanted, ty) = match field {
        "resources" | "bases" => ("array", "[]string"),
        "labels" => ("array", "[]types.Label"),
        "images" | "imageTags" => ("array", "[]types.Image"),
        "replicas" => ("array", "[]types.Replica"),
        "patches" | "patchesJson6902" => ("array", "[]types.Patch"),
        "patchesStrategicMerge" => ("array", "[]types.PatchStrategicMerge"),
        "configMapGenerator" => ("array", "[]types.ConfigMapArgs"),
        "secretGenerator" => ("array", "[]types.SecretArgs"),
        "commonLabels" | "commonAnnotations" => ("object", "map[string]string"),
        "metadata" => ("object", "types.ObjectMeta"),
        "generatorOptions" => ("object", "types.GeneratorOptions"),
        "sortOptions" => ("object", "types.SortOptions"),
        _ => ("string", "string"),
    };
    if given == wanted {
        return Ok(());
    }
    Err(format!(
        "invalid Kustomization: json: cannot unmarshal {given} into Go struct field Kustomization.{field} of type {ty}"
    ))
}

/// An object on its way through a kustomization.
#[derive(Clone, Debug)]
struct Resource {
    object: Value,
    wants_hash: bool,
    /// The names that it has had.
    names: Vec<String>,
    /// What the others of its kustomization still call it.
    renamed_from: Option<String>,
}

impl Resource {
    fn of(object: Value) -> Self {
        let name = text_at(&object, &["metadata", "name"]).to_owned();
        Self { object, wants_hash: false, names: vec![name], renamed_from: None }
    }

    fn kind(&self) -> &str {
        text_at(&self.object, &["kind"])
    }

    fn name(&self) -> &str {
        text_at(&self.object, &["metadata", "name"])
    }

    fn namespace(&self) -> &str {
        text_at(&self.object, &["metadata", "namespace"])
    }

    fn group_version(&self) -> (&str, &str) {
        let text = text_at(&self.object, &["apiVersion"]);
        text.split_once('/').unwrap_or(("", text))
    }

    fn rename(&mut self, name: String) {
        let old = self.name().to_owned();
        self.renamed_from.get_or_insert(old);
        self.names.push(name.clone());
        set_at(&mut self.object, &["metadata", "name"], name.into());
    }

    fn was_called(&self, name: &str) -> bool {
        self.names.iter().any(|known| known == name)
    }

    /// Whether it is, or was, the object of the other's name.
    fn is_called(&self, other: &Self) -> bool {
        self.kind() == other.kind()
            && self.group_version() == other.group_version()
            && self.was_called(other.name())
            && self.namespace() == other.namespace()
    }

    /// How kustomize names it in its errors.
    fn id(&self) -> String {
        let or = |text: &str, none: &str| if text.is_empty() { none.to_owned() } else { text.to_owned() };
        let (group, version) = self.group_version();
        format!(
            "{}.{}.{}/{}.{}",
            self.kind(),
            or(version, "[noVer]"),
            or(group, "[noGrp]"),
            or(self.name(), "[noName]"),
            or(self.namespace(), "[noNs]")
        )
    }

    fn order(&self) -> (usize, [String; 3], String, String) {
        let or = |text: &str, none: &str| if text.is_empty() { none.to_owned() } else { text.to_owned() };
        let rank = kinds::FIRST.iter().position(|kind| *kind == self.kind()).unwrap_or(kinds::FIRST.len());
        let (group, version) = self.group_version();
        let kind = [or(group, "~G"), version.to_owned(), self.kind().to_owned()];
        (rank, kind, or(self.namespace(), "~X"), self.name().to_owned())
    }
}

/// The objects of a kustomization and of those that it names.
fn accumulate(root: &Root<'_>, warnings: &mut Vec<String>) -> Result<Vec<Resource>, Wrong> {
    let kustomization = Kustomization::read(root, warnings)?;
    let mut resources: Vec<Resource> = Vec::new();
    for path in kustomization.list("resources").chain(kustomization.list("bases")).filter_map(Value::as_str) {
        let found = resources_of(root, path, warnings, &resources)
            .map_err(|why| format!("accumulating resources: {why}"))?;
        resources.extend(found);
    }
    generators::generate(&kustomization, root, &mut resources)?;
    patches::patch(&kustomization, root, &mut resources)?;
    transform::transform(&kustomization, &mut resources)?;
    Ok(resources)
}

/// What one of the `resources` holds: a file's objects, or those of another kustomization.
fn resources_of(
    root: &Root<'_>,
    path: &str,
    warnings: &mut Vec<String>,
    known: &[Resource],
) -> Result<Vec<Resource>, Wrong> {
    if path.contains("://") {
        return Err(format!("{LACKS}remote resources: fetch {path} with curl -LO and name the file"));
    }
    let from_file = read_resources(root, path);
    let not_a_file = match from_file.and_then(|resources| unknown(resources, known, path)) {
        Ok(resources) => return Ok(resources),
        Err(why) => why,
    };
    let within = |why: Wrong| format!("accumulation err='{not_a_file}': {why}");
    let below = root.below(path).map_err(within)?;
    let resources = accumulate(&below, warnings)
        .map_err(|why| within(format!("recursed accumulation of path '{}': {why}", below.path())))?;
    unknown(resources, known, path)
        .map_err(|why| within(format!("recursed merging from path '{}': {why}", below.path())))
}

fn read_resources(root: &Root<'_>, path: &str) -> Result<Vec<Resource>, Wrong> {
    let wrong = |why: String| format!("accumulating resources from '{path}': {why}");
    let text = root.read(path).map_err(wrong)?;
    let mut resources = Vec::new();
    for document in super::formats::documents(text) {
        let value = document.map_err(|why| wrong(format!("MalformedYAMLError: {why} in File: {path}")))?;
        if value.is_null() {
            continue;
        }
        for (field, what) in [("kind", "missing kind"), ("metadata", "missing metadata.name")] {
            if value.get(field).is_none() {
                return Err(wrong(format!("{what} in object {value}")));
            }
        }
        match value.get("items") {
            Some(Value::Array(items)) if text_at(&value, &["kind"]).ends_with("List") => {
                resources.extend(items.iter().cloned().map(Resource::of));
            }
            _ => resources.push(Resource::of(value)),
        }
    }
    Ok(resources)
}

/// No object may come twice.
fn unknown(resources: Vec<Resource>, known: &[Resource], path: &str) -> Result<Vec<Resource>, Wrong> {
    for (place, resource) in resources.iter().enumerate() {
        let earlier = known.iter().chain(resources.iter().take(place));
        let is_same = |other: &Resource| other.id() == resource.id();
        if earlier.into_iter().any(is_same) {
            return Err(format!(
                "merging resources from '{path}': may not add resource with an already registered id: {}",
                resource.id()
            ));
        }
    }
    Ok(resources)
}

#[cfg(test)]
mod tests;
