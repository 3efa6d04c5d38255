//! Values over time: each holds until the next.

use crate::sim::Time;

/// A value from an instant on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Since<T> {
    /// From when on.
    pub at: Time,
    /// How many changes of the store came before it, itself included.
    pub order: u64,
    /// The value.
    pub value: T,
}

/// Values over time, oldest first. When there are too many, every second one of the older half is dropped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trail<T> {
    values: Vec<Since<T>>,
    max: usize,
}

impl<T: PartialEq> Trail<T> {
    /// An empty trail that keeps at most `max` values.
    pub fn new(max: usize) -> Self {
        Self { values: Vec::new(), max }
    }

    /// Adds a value, unless it is the last one.
    pub fn push(&mut self, at: Time, order: u64, value: T) {
        match self.values.last_mut() {
            Some(last) if last.value == value => return,
            // Within one instant only the last value can be seen.
            Some(last) if last.at == at => *last = Since { at, order, value },
            _ => self.values.push(Since { at, order, value }),
        }
        if self.values.len() > self.max {
            self.thin();
        }
    }

    /// Drops every second value of the older half.
    fn thin(&mut self) {
        let half = self.values.len() / 2;
        let mut index = 0;
        self.values.retain(|_| {
            index += 1;
            index > half || index % 2 == 1
        });
    }

    /// Forgets values after a number of changes.
    pub fn truncate(&mut self, order: u64) {
        self.values.retain(|since| since.order <= order);
    }

    /// All values, oldest first.
    pub fn all(&self) -> &[Since<T>] {
        &self.values
    }

    /// The values up to an instant, oldest first.
    pub fn until(&self, at: Time) -> &[Since<T>] {
        &self.values[..self.values.partition_point(|since| since.at <= at)]
    }

    /// The value at an instant.
    pub fn at(&self, at: Time) -> Option<&T> {
        self.until(at).last().map(|since| &since.value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn instants(trail: &Trail<u64>) -> Vec<(u64, u64)> {
        trail.all().iter().map(|since| (since.at.ms(), since.value)).collect()
    }

    #[test]
    fn a_value_is_told_when_it_changes() {
        let mut trail = Trail::new(100);
        for (at, order, value) in [(0, 1, 1), (5, 2, 1), (5, 3, 2), (5, 4, 3), (9, 5, 4)] {
            trail.push(Time::from_ms(at), order, value);
        }
        assert_eq!(instants(&trail), [(0, 1), (5, 3), (9, 4)]);
        assert_eq!(trail.at(Time::from_ms(8)), Some(&3));
        trail.truncate(4);
        assert_eq!(instants(&trail), [(0, 1), (5, 3)]);
    }

    #[test]
    fn old_values_get_thinner() {
        let mut trail = Trail::new(7);
        for at in 0..8 {
            trail.push(Time::from_ms(at), at, at);
        }
        assert_eq!(instants(&trail), [(0, 0), (2, 2), (4, 4), (5, 5), (6, 6), (7, 7)]);
    }
}
