//! Expressions as bash works them out.

use super::*;
use crate::collections::SortedMap;

impl Variables for SortedMap<String, String> {
    fn value(&self, name: &str) -> Option<String> {
        self.get(name).cloned()
    }

    fn set(&mut self, name: &str, number: i64) {
        self.insert(name.to_owned(), number.to_string());
    }
}

fn four() -> SortedMap<String, String> {
    [("i".to_owned(), "4".to_owned())].into()
}

#[test]
fn expressions_are_worked_out_as_in_c() {
    let cases = [
        ("1 + 2 * 3", 7),
        ("(1+2)*3", 9),
        ("i+1", 5),
        ("none", 0),
        ("7/2", 3),
        ("-7 % 3", -1),
        ("1 < 2 && 3 >= 3", 1),
        ("i == 4 ? 10 : 20", 10),
        ("1<<4 | 1", 17),
        ("!0 + ~0", 0),
        ("0x10 + 010", 24),
        ("2**3", 8),
        ("2**3**2 - 1", 511),
        ("-2**2 * 2", 8),
        ("3**0", 1),
        ("i - -1", 5),
        ("--5", 5),
        ("", 0),
    ];
    for (text, expected) in cases {
        assert_eq!(evaluate(text, &mut four()), Ok(expected), "{text}");
    }
    for wrong in
        ["1 +", "1/0", "(1", "1 2", "a b", "2**-1", "5=1", "i = ", &"(".repeat(100), &"i=".repeat(100)]
    {
        assert!(evaluate(wrong, &mut four()).is_err(), "{wrong}");
    }
    let mut circle: SortedMap<String, String> = [("x".to_owned(), "x".to_owned())].into();
    assert!(evaluate("x", &mut circle).is_err());
    let twice = |n: u32| (format!("x{n}"), format!("x{}+x{}", n + 1, n + 1));
    let mut chain: SortedMap<String, String> = (0..25).map(twice).collect();
    assert!(evaluate("x0", &mut chain).is_err());
}

#[test]
fn expressions_set_variables() {
    // What an expression comes to, and what `i` is then, which is 4 before.
    let cases = [
        ("i++", 4, "5"),
        ("++i", 5, "5"),
        ("i-- - 1", 3, "3"),
        ("- --i", -3, "3"),
        ("i=7", 7, "7"),
        ("i += 2", 6, "6"),
        ("i *= i = 3", 12, "12"),
        ("i <<= 1, i + 1", 9, "8"),
        ("(i = 1) + i", 2, "1"),
        ("i == 4", 1, "4"),
        // A side that does not count is not worked out.
        ("0 && (i = 9)", 0, "4"),
        ("1 || 1/0", 1, "4"),
        ("1 ? 2 : (i = 9)", 2, "4"),
    ];
    for (text, expected, after) in cases {
        let mut variables = four();
        assert_eq!(evaluate(text, &mut variables), Ok(expected), "{text}");
        assert_eq!(variables.value("i").as_deref(), Some(after), "{text}");
    }
}
