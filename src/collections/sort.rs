//! Stable sorting that compiles std's sort once, over positions, whatever is sorted.

use std::cmp::Ordering;

/// The positions of `length` items in the order that `compare` gives them.
fn sorted_positions(length: usize, compare: &mut dyn FnMut(usize, usize) -> Ordering) -> Vec<usize> {
    let mut positions: Vec<usize> = (0..length).collect();
    #[expect(clippy::disallowed_methods, reason = "the one place where std's sort is compiled")]
    positions.sort_by(|&a, &b| compare(a, b));
    positions
}

/// Where each item goes, when the one at `positions[i]` goes to `i`.
fn targets(positions: &[usize]) -> Vec<usize> {
    let mut targets = vec![0; positions.len()];
    for (target, &position) in positions.iter().enumerate() {
        targets[position] = target;
    }
    targets
}

/// Sorts by a comparison; equal items keep their order.
pub fn sort_by<T>(items: &mut [T], mut compare: impl FnMut(&T, &T) -> Ordering) {
    let positions = sorted_positions(items.len(), &mut |a, b| compare(&items[a], &items[b]));
    let mut targets = targets(&positions);
    for place in 0..items.len() {
        while targets[place] != place {
            let target = targets[place];
            items.swap(place, target);
            targets.swap(place, target);
        }
    }
}

/// Sorts by what `key` makes of an item; equal items keep their order.
pub fn sort_by_key<T, K: Ord>(items: &mut [T], mut key: impl FnMut(&T) -> K) {
    sort_by(items, |a, b| key(a).cmp(&key(b)));
}

/// Sorts; equal items keep their order.
pub fn sort<T: Ord>(items: &mut [T]) {
    sort_by(items, T::cmp);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_is_that_of_the_stable_sort() {
        // A few hundred numbers with many equal keys, from a linear congruence.
        let mut state = 7_u32;
        let mut numbers: Vec<(u32, usize)> = Vec::new();
        for index in 0..300 {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            numbers.push((state >> 27, index));
        }
        let mut sorted = numbers.clone();
        sort_by_key(&mut sorted, |(key, _)| *key);
        assert!(sorted.is_sorted(), "equal keys keep their order, and the second number is that order");
        sort(&mut numbers);
        assert_eq!(numbers, sorted);
        let mut words = ["b", "", "a"];
        sort(&mut words);
        assert_eq!(words, ["", "a", "b"]);
        sort::<u8>(&mut []);
    }
}
