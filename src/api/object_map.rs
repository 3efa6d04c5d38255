//! The objects of one kind, by namespace and name.
//!
//! Looking one up builds no key, and listing goes through one compiled iterator, wherever it is called.
//! Copies of the whole map share their namespaces until one of them is changed, and then still names and
//! objects.

use std::collections::{BTreeMap, btree_map};
use std::marker::PhantomData;
use std::rc::Rc;

use super::Object;
use super::object::Typed;
use crate::collections::{SortedMap, sorted_map};

/// Objects of one kind, by namespace and name.
#[derive(Clone, Debug, Default)]
pub struct ObjectMap {
    /// No namespace is empty.
    namespaces: SortedMap<String, Rc<BTreeMap<Rc<str>, Object>>>,
}

impl ObjectMap {
    /// How many objects there are.
    pub fn len(&self) -> usize {
        self.namespaces.values().map(|names| names.len()).sum()
    }

    /// Whether there is no object.
    pub fn is_empty(&self) -> bool {
        self.namespaces.is_empty()
    }

    /// The object of this name.
    pub fn get(&self, namespace: &str, name: &str) -> Option<&Object> {
        self.namespaces.get(namespace)?.get(name)
    }

    /// Puts an object in the place that its metadata names, and gives back the one that was there.
    pub fn insert(&mut self, object: Object) -> Option<Object> {
        let meta = object.meta();
        let name = Rc::from(meta.name.as_str());
        if let Some(names) = self.namespaces.get_mut(&meta.namespace) {
            Rc::make_mut(names).insert(name, object)
        } else {
            self.namespaces.insert(meta.namespace.clone(), Rc::new(BTreeMap::from([(name, object)])));
            None
        }
    }

    /// Takes the object of this name out.
    pub fn remove(&mut self, namespace: &str, name: &str) -> Option<Object> {
        let names = self.namespaces.get_mut(namespace)?;
        // Looked for first: what is not there is no reason to copy what is.
        let removed = names.contains_key(name).then(|| Rc::make_mut(names).remove(name)).flatten();
        if names.is_empty() {
            self.namespaces.remove(namespace);
        }
        removed
    }

    /// All objects by namespace and name; those of one namespace only when one is given.
    pub fn list(&self, namespace: Option<&str>) -> Objects<'_> {
        match namespace {
            None => Objects { namespaces: self.namespaces.iter(), names: btree_map::Values::default() },
            Some(namespace) => {
                let names = self.namespaces.get(namespace).map(|names| names.values());
                Objects { namespaces: sorted_map::Iter::default(), names: names.unwrap_or_default() }
            }
        }
    }
}

/// Objects by namespace and name.
#[derive(Clone, Debug, Default)]
pub struct Objects<'a> {
    namespaces: sorted_map::Iter<'a, String, Rc<BTreeMap<Rc<str>, Object>>>,
    names: btree_map::Values<'a, Rc<str>, Object>,
}

impl<'a> Objects<'a> {
    /// Those of a type, all of them if it is that of the map.
    pub fn typed<T: Typed>(self) -> TypedObjects<'a, T> {
        TypedObjects { objects: self, of: PhantomData }
    }
}

impl<'a> Iterator for Objects<'a> {
    type Item = &'a Object;

    #[inline(never)]
    fn next(&mut self) -> Option<&'a Object> {
        loop {
            if let Some(object) = self.names.next() {
                return Some(object);
            }
            self.names = self.namespaces.next()?.1.values();
        }
    }
}

/// Objects of a type by namespace and name.
#[derive(Clone, Debug)]
pub struct TypedObjects<'a, T> {
    objects: Objects<'a>,
    of: PhantomData<T>,
}

impl<'a, T: Typed> Iterator for TypedObjects<'a, T> {
    type Item = &'a Rc<T>;

    #[inline(never)]
    fn next(&mut self) -> Option<&'a Rc<T>> {
        self.objects.find_map(T::of)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::pod::Pod;

    fn names(objects: Objects<'_>) -> String {
        let names: Vec<String> = objects.map(|object| object.key().to_string()).collect();
        names.join(" ")
    }

    #[test]
    fn objects_are_listed_by_namespace_and_name() {
        let mut map = ObjectMap::default();
        for place in ["b/y", "a/z", "b/x", "/node"] {
            let mut pod = Pod::default();
            let (namespace, name) = place.split_once('/').unwrap();
            (pod.metadata.namespace, pod.metadata.name) = (namespace.to_owned(), name.to_owned());
            assert!(map.insert(pod.into()).is_none());
        }
        assert_eq!(names(map.list(None)), "Pod/node Pod/a/z Pod/b/x Pod/b/y");
        assert_eq!(names(map.list(Some("b"))), "Pod/b/x Pod/b/y");
        assert_eq!(names(map.list(Some("c"))), "");
        assert_eq!((map.len(), map.list(None).typed::<Pod>().count()), (4, 4));
        assert!(map.remove("c", "x").is_none() && map.remove("a", "x").is_none());
        assert!(map.remove("a", "z").is_some() && map.get("a", "z").is_none());
        assert_eq!(names(map.list(None)), "Pod/node Pod/b/x Pod/b/y");
    }
}
