//! A part of an object that its versions share for as long as none of them changes it.
//!
//! Most writes change an object's status and leave its spec alone; with a part of its own each version would
//! cost a copy of both, and a comparison that reads both. Upstream has no such thing: its caches share whole
//! objects, and forbid changing them.

use std::ops::{Deref, DerefMut};
use std::rc::Rc;

use serde_json::Value;

use super::codec::{Field, FieldError};

/// A value that is copied when it is changed while others have it too.
#[derive(Clone, Debug, Default)]
pub struct Shared<T>(Rc<T>);

impl<T> From<T> for Shared<T> {
    fn from(value: T) -> Self {
        Self(Rc::new(value))
    }
}

impl<T> Deref for Shared<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T: Clone> DerefMut for Shared<T> {
    fn deref_mut(&mut self) -> &mut T {
        Rc::make_mut(&mut self.0)
    }
}

impl<T: PartialEq> PartialEq for Shared<T> {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0) || self.0 == other.0
    }
}

impl<T: Field + Clone> Field for Shared<T> {
    fn read(&mut self, value: Value) -> Result<(), FieldError> {
        T::read(self, value)
    }

    fn write(&self) -> Value {
        T::write(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_shared_until_one_changes_it() {
        let first: Shared<Vec<String>> = vec!["a".to_owned()].into();
        let mut second = first.clone();
        assert!(Rc::ptr_eq(&first.0, &second.0));
        second.push("b".to_owned());
        assert_eq!((first.len(), second.len()), (1, 2));
        assert_ne!(first, second);
        second.pop();
        assert_eq!(first, second);
    }
}
