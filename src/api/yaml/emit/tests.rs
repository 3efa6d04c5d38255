//! What is printed, case by case, and every recorded `-o yaml`.

use serde_json::{Value, json};

use super::emit;

#[test]
fn text_is_quoted_only_when_needed() {
    let cases = [
        ("web", "web"),
        ("", "\"\""),
        ("true", "\"true\""),
        ("y", "\"y\""),
        ("012", "\"012\""),
        ("1.0", "\"1.0\""),
        ("1:30", "\"1:30\""),
        ("2026-11-21T05:34:50Z", "\"2026-11-21T05:34:50Z\""),
        ("1Gi", "1Gi"),
        ("-c", "-c"),
        ("- c", "'- c'"),
        ("a: b", "'a: b'"),
        ("a:b", "a:b"),
        ("a:", "'a:'"),
        ("#x", "'#x'"),
        ("a #x", "'a #x'"),
        ("it's", "it's"),
        ("*", "'*'"),
        ("'q'", "'''q'''"),
        (" a", "' a'"),
        ("a\tb", "\"a\\tb\""),
        ("é", "é"),
        ("😀", "\"\\U0001F600\""),
        ("<<", "<<"),
        ("{}", "'{}'"),
        ("a\nb", "|-\n  a\n  b"),
        ("a\n", "|\n  a"),
        ("a\n\n", "|+\n  a\n"),
        (" a\n", "|2\n   a"),
        ("a \nb", "\"a \\nb\""),
        ("a\nb ", "\"a\\nb \""),
    ];
    for (text, wanted) in cases {
        assert_eq!(emit(&Value::from(text)), format!("{wanted}\n"), "{text:?}");
    }
}

#[test]
fn collections_are_laid_out_as_kubectl_does() {
    let value = json!({"m": {"list": [1, {"a": 1, "b": [[2], []]}, "x"], "e": {}, "f": 0.5, "big": 1_000_000.0}, "n": null,
        "t": "l1\nl2\n", "item10": 1, "item2": 2});
    let wanted = "item2: 2\nitem10: 1\nm:\n  big: 1000000\n  e: {}\n  f: 0.5\n  list:\n  - 1\n  - a: 1\n    b:\n    - - 2\n    - []\n  - x\n\"n\": null\nt: |\n  l1\n  l2\n";
    assert_eq!(emit(&value), wanted);
    assert_eq!(emit(&json!([])), "[]\n");
    assert_eq!(emit(&json!({})), "{}\n");
}

#[test]
fn long_text_is_folded_after_80_columns() {
    let words = "0/3 nodes are available: 1 node(s) were unschedulable, 2 node(s) didn't match pod anti-affinity rules.";
    assert_eq!(
        emit(&json!({"message": words})),
        "message: '0/3 nodes are available: 1 node(s) were unschedulable, 2 node(s) didn''t\n  match pod anti-affinity rules.'\n"
    );
}

#[test]
fn long_keys_follow_a_question_mark() {
    let key = "k".repeat(129);
    assert_eq!(emit(&json!({key.as_str(): [1]})), format!("? {key}\n: - 1\n"));
}
