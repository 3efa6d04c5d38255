//! A set for few items: a sorted vector, with the methods of std's `BTreeSet`.
//!
//! What `sorted_map` beside this file says of sizes holds here too.

use std::borrow::Borrow;
use std::ops::RangeBounds;

use super::sorted_map::{self, SortedMap};

/// Items in their order, each once.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SortedSet<T> {
    items: SortedMap<T, ()>,
}

impl<T> SortedSet<T> {
    /// An empty set.
    pub const fn new() -> Self {
        Self { items: SortedMap::new() }
    }

    /// How many items there are.
    pub fn len(&self) -> usize {
        self.items.len()
    }

    /// Whether there is no item.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// Removes all items.
    pub fn clear(&mut self) {
        self.items.clear();
    }

    /// The items in their order.
    pub fn iter(&self) -> Iter<'_, T> {
        Iter { items: self.items.iter() }
    }

    /// The items in this range, in their order.
    pub fn range<Q: Ord + ?Sized>(&self, range: impl RangeBounds<Q>) -> Iter<'_, T>
    where
        T: Borrow<Q>,
    {
        Iter { items: self.items.range(range) }
    }

    /// The lowest item.
    pub fn first(&self) -> Option<&T> {
        self.items.first_key_value().map(|(item, ())| item)
    }

    /// The highest item.
    pub fn last(&self) -> Option<&T> {
        self.items.last_key_value().map(|(item, ())| item)
    }

    /// Takes the lowest item out.
    pub fn pop_first(&mut self) -> Option<T> {
        self.items.pop_first().map(|(item, ())| item)
    }

    /// Keeps the items for which `keep` is true.
    pub fn retain(&mut self, mut keep: impl FnMut(&T) -> bool) {
        self.items.retain(|item, ()| keep(item));
    }

    /// Whether the item is in it.
    pub fn contains<Q: Ord + ?Sized>(&self, item: &Q) -> bool
    where
        T: Borrow<Q>,
    {
        self.items.contains_key(item)
    }

    /// Takes the item out, and says whether it was there.
    pub fn remove<Q: Ord + ?Sized>(&mut self, item: &Q) -> bool
    where
        T: Borrow<Q>,
    {
        self.items.remove(item).is_some()
    }
}

impl<T: Ord> SortedSet<T> {
    /// Puts the item in, and says whether it is new.
    pub fn insert(&mut self, item: T) -> bool {
        self.items.insert(item, ()).is_none()
    }
}

impl<T> Default for SortedSet<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T: Ord> Extend<T> for SortedSet<T> {
    fn extend<I: IntoIterator<Item = T>>(&mut self, items: I) {
        for item in items {
            self.insert(item);
        }
    }
}

impl<T: Ord> FromIterator<T> for SortedSet<T> {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Self {
        let mut set = Self::new();
        set.extend(items);
        set
    }
}

impl<T: Ord, const N: usize> From<[T; N]> for SortedSet<T> {
    fn from(items: [T; N]) -> Self {
        items.into_iter().collect()
    }
}

impl<T> IntoIterator for SortedSet<T> {
    type Item = T;
    type IntoIter = IntoIter<T>;

    fn into_iter(self) -> IntoIter<T> {
        IntoIter { items: self.items.into_iter() }
    }
}

impl<'a, T> IntoIterator for &'a SortedSet<T> {
    type Item = &'a T;
    type IntoIter = Iter<'a, T>;

    fn into_iter(self) -> Iter<'a, T> {
        self.iter()
    }
}

/// The items of a set in their order.
#[derive(Clone, Debug)]
pub struct Iter<'a, T> {
    items: sorted_map::Iter<'a, T, ()>,
}

impl<T> Default for Iter<'_, T> {
    fn default() -> Self {
        Self { items: sorted_map::Iter::default() }
    }
}

impl<'a, T> Iterator for Iter<'a, T> {
    type Item = &'a T;

    fn next(&mut self) -> Option<&'a T> {
        self.items.next().map(|(item, ())| item)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.items.size_hint()
    }
}

impl<T> DoubleEndedIterator for Iter<'_, T> {
    fn next_back(&mut self) -> Option<Self::Item> {
        self.items.next_back().map(|(item, ())| item)
    }
}

impl<T> ExactSizeIterator for Iter<'_, T> {}

/// The items of a set themselves.
#[derive(Debug)]
pub struct IntoIter<T> {
    items: std::vec::IntoIter<(T, ())>,
}

impl<T> Iterator for IntoIter<T> {
    type Item = T;

    fn next(&mut self) -> Option<T> {
        self.items.next().map(|(item, ())| item)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.items.size_hint()
    }
}
