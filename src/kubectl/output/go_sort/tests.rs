//! Orders that a real kubectl printed.

use super::{sort, sorted_by_key};

/// Keys with many equals, in patterns that take each path.
fn keys(pattern: usize, count: usize) -> Vec<usize> {
    let mut state = count;
    let mut drawn = || {
        state = state * 48_271 % 2_147_483_647;
        state % (count / 2)
    };
    let key = |index: usize| match pattern {
        0 => 0,
        1 => index % 3,
        2 => count - index,
        3 => index * 7919 % 101,
        4 => index ^ if index.is_multiple_of(23) { 2 } else { 0 },
        5 => index / 7 % 3,
        6 => index.min(count - index),
        7 => drawn(),
        8 => (count - index) / 4,
        _ => index / 5,
    };
    (0..count).map(key).collect()
}

/// A row for each pattern, a number for each count.
const ORDERS: &str = "
    807246916 689224792 945523790 311237336 648357403 401009588 701008844 691508967
    367588884 981621688 84235553 269869772 920948240 284392272 824906902 251793992
    801640977 168904284 608726642 207645835 887742850 597468342 348367527 833085962
    555861031 118824208 933851168 978784801 693266960 640343065 307713076 370957646
    363611732 673688134 165177347 120497771 735430930 771047089 245598259 334644645
    807246916 689224792 741170560 726319981 337529855 673710100 758141298 828577691
    813242002 144391157 267740986 479192968 899421730 884937509 526760693 80028628
    909550542 522899469 664569476 510146340 754259500 29343023 315439255 208826173
    216847992 551604513 371981105 142768226 356060875 332350654 554774624 473982951
    807246916 689224792 945523790 311237336 648357403 401009588 701008844 691508967
";

/// What `kubectl get --sort-by` of a real kubectl made of them, each order as one number.
#[test]
fn equals_come_in_the_order_in_which_go_leaves_them() {
    let counts = [13, 20, 49, 50, 51, 100, 300, 1000];
    for (pattern, row) in ORDERS.lines().filter(|line| !line.trim().is_empty()).enumerate() {
        for (count, sum) in counts.into_iter().zip(row.split_whitespace()) {
            let keys = keys(pattern, count);
            let mut order: Vec<usize> = (0..count).collect();
            sort(&mut order, &mut |a, b| keys[a] < keys[b]);
            let found = order.iter().fold(0, |sum, at| (sum * 31 + at) % 1_000_000_007);
            assert_eq!(found.to_string(), sum, "pattern {pattern} of {count}");
        }
    }
}

#[test]
fn a_comparison_that_makes_no_sense_ends_too() {
    for count in [0, 1, 2, 12, 13, 60, 500] {
        for answer in [true, false] {
            let mut order: Vec<usize> = (0..count).collect();
            sort(&mut order, &mut |_, _| answer);
            crate::collections::sort(&mut order);
            assert!(order.into_iter().eq(0..count));
        }
    }
    assert_eq!(sorted_by_key(vec!["b2", "a", "b1"], |text| text.chars().next()), ["a", "b2", "b1"]);
}
