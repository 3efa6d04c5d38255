//! Sorts as Go does: equals do not keep their order, but it is always the same that they get.
//!
//! Models `sort.Sort` of Go's library (pattern-defeating quicksort, since Go 1.19), with which kubectl v1.36
//! orders objects and events. Left out: nothing.

use std::ops::Range;

/// Up to this many are sorted by insertion.
const INSERTION: usize = 12;
/// From this many on, the pivot is a median of medians, and few misplaced ones are moved one by one.
const LONG: usize = 50;
/// So many comparisons choose that pivot; when all find the greater one first, the range runs backwards.
const SWAPS_MAX: usize = 12;
/// So many misplaced ones are moved before the range is taken as unsorted.
const MOVES_MAX: usize = 5;

/// Orders positions by what `less` says of two of them.
pub fn sort(order: &mut [usize], less: &mut dyn FnMut(usize, usize) -> bool) {
    let (range, limit) = (0..order.len(), usize::BITS - order.len().leading_zeros());
    Sorter { order, less }.quick(range, limit);
}

/// Things in the order of a key.
pub fn sorted_by_key<T, K: Ord>(things: Vec<T>, key: impl Fn(&T) -> K) -> Vec<T> {
    let keys: Vec<K> = things.iter().map(key).collect();
    let mut order: Vec<usize> = (0..things.len()).collect();
    sort(&mut order, &mut |a, b| keys.get(a) < keys.get(b));
    let mut things: Vec<Option<T>> = things.into_iter().map(Some).collect();
    order.into_iter().filter_map(|at| things.get_mut(at)?.take()).collect()
}

/// What three samples of a range say of it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Looks {
    Increasing,
    Decreasing,
    Unknown,
}

struct Sorter<'s> {
    order: &'s mut [usize],
    less: &'s mut dyn FnMut(usize, usize) -> bool,
}

impl Sorter<'_> {
    fn less(&mut self, a: usize, b: usize) -> bool {
        match (self.order.get(a), self.order.get(b)) {
            (Some(a), Some(b)) => (self.less)(*a, *b),
            _ => false,
        }
    }

    fn swap(&mut self, a: usize, b: usize) {
        self.order.swap(a, b);
    }

    /// Parts a range at a pivot and goes on with each part; `limit` bad pivots are allowed.
    fn quick(&mut self, mut range: Range<usize>, mut limit: u32) {
        let (mut was_balanced, mut was_partitioned) = (true, true);
        loop {
            let length = range.len();
            if length <= INSERTION {
                return self.insert(&range);
            }
            if limit == 0 {
                return self.heap(&range);
            }
            if !was_balanced {
                self.break_patterns(&range);
                limit -= 1;
            }
            let (mut pivot, mut looks) = self.choose_pivot(&range);
            if looks == Looks::Decreasing {
                self.order.get_mut(range.clone()).unwrap_or_default().reverse();
                pivot = range.end - 1 - (pivot - range.start);
                looks = Looks::Increasing;
            }
            let may_be_sorted = was_balanced && was_partitioned && looks == Looks::Increasing;
            if may_be_sorted && self.insert_few(&range) {
                return;
            }
            // What stands before the range is at most the pivot: if it is not less, many are equal.
            if range.start > 0 && !self.less(range.start - 1, pivot) {
                range.start = self.partition_equal(&range, pivot);
                continue;
            }
            let (middle, partitioned) = self.partition(&range, pivot);
            was_partitioned = partitioned;
            let (left, right) = (range.start..middle, middle + 1..range.end);
            let (left_length, right_length) = (left.len(), range.end - middle);
            was_balanced = left_length.min(right_length) >= length / 8;
            // The shorter part is done at once.
            let (now, later) = if left_length < right_length { (left, right) } else { (right, left) };
            self.quick(now, limit);
            range = later;
        }
    }

    fn insert(&mut self, range: &Range<usize>) {
        for index in range.clone().skip(1) {
            let mut at = index;
            while at > range.start && self.less(at, at - 1) {
                self.swap(at, at - 1);
                at -= 1;
            }
        }
    }

    fn heap(&mut self, range: &Range<usize>) {
        let (first, length) = (range.start, range.len());
        for root in (0..=(length - 1) / 2).rev() {
            self.sift_down(root, length, first);
        }
        for last in (0..length).rev() {
            self.swap(first, first + last);
            self.sift_down(0, last, first);
        }
    }

    fn sift_down(&mut self, mut root: usize, end: usize, first: usize) {
        loop {
            let mut child = 2 * root + 1;
            if child >= end {
                return;
            }
            if child + 1 < end && self.less(first + child, first + child + 1) {
                child += 1;
            }
            if !self.less(first + root, first + child) {
                return;
            }
            self.swap(first + root, first + child);
            root = child;
        }
    }

    /// Puts those that are less than the pivot before it; where it then stands, and whether all stood so.
    fn partition(&mut self, range: &Range<usize>, pivot: usize) -> (usize, bool) {
        let first = range.start;
        self.swap(first, pivot);
        let (mut low, mut high) = (first + 1, range.end - 1);
        let mut swapped = false;
        loop {
            while low <= high && self.less(low, first) {
                low += 1;
            }
            while low <= high && !self.less(high, first) {
                high -= 1;
            }
            if low > high {
                self.swap(high, first);
                return (high, !swapped);
            }
            self.swap(low, high);
            swapped = true;
            low += 1;
            high -= 1;
        }
    }

    /// Puts those that equal the pivot before those that are greater; where the greater begin.
    fn partition_equal(&mut self, range: &Range<usize>, pivot: usize) -> usize {
        let first = range.start;
        self.swap(first, pivot);
        let (mut low, mut high) = (first + 1, range.end - 1);
        loop {
            while low <= high && !self.less(first, low) {
                low += 1;
            }
            while low <= high && self.less(first, high) {
                high -= 1;
            }
            if low > high {
                return low;
            }
            self.swap(low, high);
            low += 1;
            high -= 1;
        }
    }

    /// Moves a few misplaced ones; whether the range is sorted then.
    fn insert_few(&mut self, range: &Range<usize>) -> bool {
        let mut at = range.start + 1;
        for _ in 0..MOVES_MAX {
            while at < range.end && !self.less(at, at - 1) {
                at += 1;
            }
            if at == range.end {
                return true;
            }
            if range.len() < LONG {
                return false;
            }
            self.swap(at, at - 1);
            if at - range.start >= 2 {
                let mut down = at - 1;
                while down >= 1 && self.less(down, down - 1) {
                    self.swap(down, down - 1);
                    down -= 1;
                }
            }
            if range.end - at >= 2 {
                let mut up = at + 1;
                while up < range.end && self.less(up, up - 1) {
                    self.swap(up, up - 1);
                    up += 1;
                }
            }
        }
        false
    }

    /// Swaps three in the middle with others, drawn from numbers that the length alone decides.
    fn break_patterns(&mut self, range: &Range<usize>) {
        let length = range.len();
        let mut random = u64::try_from(length).unwrap_or_default();
        let mask = (1_u64 << (u64::BITS - random.leading_zeros())) - 1;
        let middle = range.start + length / 4 * 2;
        for index in middle - 1..=middle + 1 {
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            let other = usize::try_from(random & mask).unwrap_or_default();
            let other = if other >= length { other - length } else { other };
            self.swap(index, range.start + other);
        }
    }

    fn choose_pivot(&mut self, range: &Range<usize>) -> (usize, Looks) {
        let quarter = range.len() / 4;
        let mut swaps = 0;
        let mut samples = [1, 2, 3].map(|part| range.start + quarter * part);
        if range.len() >= LONG {
            samples = samples.map(|at| self.median([at - 1, at, at + 1], &mut swaps));
        }
        let pivot = self.median(samples, &mut swaps);
        let looks = match swaps {
            0 => Looks::Increasing,
            SWAPS_MAX => Looks::Decreasing,
            _ => Looks::Unknown,
        };
        (pivot, looks)
    }

    fn median(&mut self, [mut a, mut b, mut c]: [usize; 3], swaps: &mut usize) -> usize {
        self.in_order(&mut a, &mut b, swaps);
        self.in_order(&mut b, &mut c, swaps);
        self.in_order(&mut a, &mut b, swaps);
        b
    }

    fn in_order(&mut self, a: &mut usize, b: &mut usize, swaps: &mut usize) {
        if self.less(*b, *a) {
            *swaps += 1;
            std::mem::swap(a, b);
        }
    }
}

#[cfg(test)]
mod tests;
