//! From what is said of an object to its field in the editor.

use super::{Page, State};
use crate::api::yaml::emit;
use crate::api::{Object, ObjectKey};
use crate::ui::view_model::field_line::{document_of, place_of};

/// Fields that the server fills in: a manifest does not hold them.
const SERVERS_OWN: [&str; 5] = ["uid", "resourceVersion", "generation", "creationTimestamp", "managedFields"];

impl State {
    /// Opens the manifest that holds an object, and goes to one of its fields. Out of line, so that the
    /// page's start does not carry it.
    #[inline(never)]
    pub(super) fn show_field(&mut self, key: &ObjectKey, path: &str) {
        let namespace = self.cluster.session().namespace.clone();
        let holds = |name: &String| document_of(self.files.text(name), key, &namespace);
        let open = Some(&self.files.open).filter(|name| holds(name).is_some());
        let holder = open.or_else(|| self.files.tabs.iter().find(|name| holds(name).is_some())).cloned();
        let Some(name) = holder.or_else(|| self.open_copy(key)) else {
            return self.tell(format!("{} is not there any more.", key.name));
        };
        let count = self.files.jump.as_ref().map_or(0, |jump| jump.count + 1);
        if self.files.open != name || self.files.shows_edit {
            self.open_tab(&name);
        }
        let text = self.files.text(&name);
        let Some(start) = document_of(text, key, &namespace) else { return };
        let found = place_of(text, start, path);
        let at = (found.line, found.column);
        self.files.jump = Some(super::files::Jump { file: name.clone(), at, count });
        self.page = Page::Manifest;
        if !found.is_there {
            self.tell(format!(
                "{path} does not stand in {name}: its default counts. It belongs below this line."
            ));
        }
    }

    /// A new file with the object as it is, for one that stands in no manifest.
    fn open_copy(&mut self, key: &ObjectKey) -> Option<String> {
        let mut value = self.cluster.server().get(key).ok().map(Object::to_value)?;
        if let Some(fields) = value.as_object_mut() {
            fields.remove("status");
        }
        if let Some(meta) = value.get_mut("metadata").and_then(|meta| meta.as_object_mut()) {
            for name in SERVERS_OWN {
                meta.remove(name);
            }
        }
        let wanted = format!("{}-{}.yaml", key.kind.resource().singular, key.name);
        let name = self.add_file(&wanted, &emit(&value));
        self.tell(format!("{} stands in no open manifest: {name} is a copy of it as it is now.", key.name));
        Some(name)
    }
}
