//! Bad and good manifests: the inputs of the table of known answers, and the recorded files.

use serde_json::{Value, json};

use super::super::parse;
use super::read_manifest;

/// The message after `error parsing FILE: ` and the line for the editor's mark.
fn fault(text: &str) -> (String, Option<usize>) {
    let error = read_manifest(text).error.unwrap_or_else(|| panic!("accepted: {text:?}"));
    (error.message.replace("error converting YAML to JSON: ", ""), error.line)
}

#[test]
fn broken_yaml_is_answered_in_gos_words() {
    let cases = [
        (
            "apiVersion: v1\nkind: Pod\nmetadata:\n\tname: x\n",
            "yaml: line 4: found character that cannot start any token",
            Some(4),
        ),
        (
            "a: 1\nb: 2\nmetadata: name: p\n",
            "yaml: line 3: mapping values are not allowed in this context",
            Some(3),
        ),
        ("a:\n  b: 1\n  c: 2\n d: 3\n", "yaml: line 3: did not find expected key", Some(4)),
        ("foo: [bar\nbaz: - 1\n", "yaml: line 1: did not find expected ',' or ']'", Some(2)),
        ("a: \"b\nc: d\n", "yaml: line 3: found unexpected end of stream", Some(3)),
        ("a: 1\nb: @x\n", "yaml: line 2: found character that cannot start any token", Some(2)),
        ("b: `x`\n", "yaml: found character that cannot start any token", Some(1)),
        ("a: 1\nb: *nope\n", "yaml: unknown anchor 'nope' referenced", Some(2)),
        ("a: &a [*a]\n", "yaml: anchor 'a' value contains itself", Some(1)),
        ("x: &b 1\ny: *b\na: &a\n  c: *a\n", "yaml: anchor 'a' value contains itself", Some(4)),
        ("a: 1\nb: \"x\u{1}y\"\n", "yaml: control characters are not allowed", Some(2)),
        ("%YAML 1.2\n---\na: 1\n", "yaml: found incompatible YAML document", Some(1)),
        ("[a, b]: c\n", "yaml: invalid map key: []interface {}{\"a\", \"b\"}", None),
        (
            "{a: b}: c\n",
            "json: offset 2: invalid character 'a' looking for beginning of object key string",
            Some(1),
        ),
        ("? {a: b}\n: c\n", "yaml: invalid map key: map[interface {}]interface {}{\"a\":\"b\"}", None),
        ("a: .inf\n", "json: unsupported value: +Inf", None),
        ("a: .nan\n", "json: unsupported value: NaN", None),
        ("a: b\n<<: 1\n", "yaml: map merge requires map or sequence of maps as the value", None),
        ("a: 1\n--- foo\nb: 1\n", "invalid Yaml document separator: foo", Some(2)),
    ];
    for (text, message, line) in cases {
        assert_eq!(fault(text), (message.to_owned(), line), "{text:?}");
    }
}

#[test]
fn broken_json_is_answered_in_gos_words() {
    let cases = [
        ("{\"a\": ", "unexpected EOF"),
        ("{\"a\" 1: [}", "json: offset 6: invalid character '1' after object key"),
        ("{\"a\": tru]", "json: offset 10: invalid character ']' in literal true (expecting 'e')"),
        ("{\"a\": 1}{\"b\": 1}{\"c\" }", "invalid character '}' after object key"),
        ("{\"a\": [1 2}", "json: offset 10: invalid character '2' after array element"),
    ];
    for (text, message) in cases {
        assert_eq!(fault(text).0, message, "{text:?}");
    }
}

#[test]
fn the_documents_before_a_broken_one_are_kept() {
    let manifest = read_manifest("# first\n\na: 1\n---\n# second\nb: 2\n---\nc: [\n---\nd: 4\n");
    let lines: Vec<usize> = manifest.documents.iter().map(|document| document.line).collect();
    assert_eq!(lines, [3, 6]);
    let error = manifest.error.unwrap();
    assert_eq!(
        error.message,
        "error converting YAML to JSON: yaml: line 1: did not find expected node content"
    );
    assert_eq!(error.line, Some(9));
}

#[test]
fn yaml_1_1_is_read() {
    let text = "a: yes\nb: 'yes'\nc: 012\nd: 0o14\ne: 0x10\nf: 1_000\ng: 1e3\nh: 1:30\ni: 2024-01-01\nj: ~\nk: \"~\"\n\
        l: !!str 12\nm: !!python/object:x.Y yes\nn: off\n8080: x\ny: 1\no: |-\n  yes\np: &x no\nq: *x\nr: 1.50\n\
        s: !local {a: on}\nt: multi\n  line\nu: \"a\\tb\"\nv: -0x10\nw: ''\nx:\n";
    let wanted = json!({
        "a": true, "b": "yes", "c": 10, "d": 12, "e": 16, "f": 1000, "g": 1000, "h": "1:30", "i": "2024-01-01",
        "j": null, "k": "~", "l": "12", "m": "yes", "false": "off", "8080": "x", "true": 1, "o": "yes",
        "p": false, "q": false, "r": 1.5, "s": {"a": true}, "t": "multi line", "u": "a\tb", "v": -16, "w": "",
        "x": null,
    });
    let mut wanted = wanted;
    wanted["false"] = Value::from(false);
    assert_eq!(parse(text).unwrap(), wanted);
}

#[test]
fn merge_keys_and_double_keys() {
    let cases = [
        ("x: &x {a: 1, b: 2}\nz:\n  <<: *x\n  b: 3\n", json!({"x": {"a": 1, "b": 2}, "z": {"a": 1, "b": 3}})),
        ("<<: [{a: 1}, {a: 2, b: 2}]\n", json!({"a": 1, "b": 2})),
        ("a: 1\na: 2\n", json!({"a": 2})),
        ("\"<<\": 1\n", json!({"<<": 1})),
    ];
    for (text, wanted) in cases {
        assert_eq!(parse(text).unwrap(), wanted, "{text:?}");
    }
}

#[test]
fn line_ends_marks_and_json_are_accepted() {
    let one = json!({"a": {"b": [1]}});
    for text in [
        "a:\n  b: [1]\n",
        "a:\r\n  b: [1]\r\n",
        "\u{feff}a:\n  b: [1]\n",
        "---\na:\n  b: [1]\n",
        "--- # comment\na:\n  b: [1]\n---\n---\n# end\n",
        "{\"a\": {\"b\": [1]}}",
        "{\"a\": {\"b\": [1,],}}\n",
        "{a: {b: [1]}}\n",
        "a:\n  b: [1]\n...\n",
    ] {
        let manifest = read_manifest(text);
        assert_eq!((manifest.error, manifest.documents.len()), (None, 1), "{text:?}");
        assert_eq!(manifest.documents[0].value, one, "{text:?}");
    }
    for text in ["", "\n", "# nothing\n", "---\n", "---\n---\n"] {
        assert_eq!(read_manifest(text), super::Manifest::default(), "{text:?}");
    }
    let two = read_manifest("{\"a\": 1}\n{\"b\": \"\\u00e9\\ud83d\\ude00\"}");
    assert_eq!(two.documents[1].value, json!({"b": "é😀"}));
    assert_eq!(two.documents[1].line, 2);
    assert_eq!(read_manifest("{\"a\": 1}\n---\nb: 1\n").documents.len(), 2);
}

#[test]
fn bombs_are_refused_at_once() {
    let mut bomb = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x]\n");
    for level in 1..9 {
        let before = format!("*a{}", level - 1);
        let aliases = vec![before; 9].join(", ");
        bomb.extend(["a", &level.to_string(), ": &a", &level.to_string(), " [", &aliases, "]\n"]);
    }
    assert_eq!(fault(&bomb).0, "yaml: document contains excessive aliasing");
    let long = format!("a: &a {}\nb: [{}]\n", "x".repeat(100_000), vec!["*a"; 1_000].join(", "));
    assert_eq!(fault(&long).0, "yaml: document contains excessive aliasing");
    assert_eq!(fault(&"[".repeat(500_000)).0, "yaml: exceeded max depth of 100");
    assert_eq!(fault(&format!("{}1", "- ".repeat(300_000))).0, "yaml: exceeded max depth of 100");
    let deep = format!("{}1{}", "{\"a\":".repeat(101), "}".repeat(101));
    assert_eq!(fault(&deep).0, "json: offset 501: invalid character '{' exceeded max depth");
    assert!(parse(&format!("{}1", "- ".repeat(100))).is_ok());
    assert!(fault(&"a".repeat(2_000_000)).0.starts_with("text of 2000000 bytes is too long"));
    assert_eq!(fault(&"a: 1\n---\n".repeat(300)).0, "too many documents: the sandbox reads at most 200");
}

#[test]
fn what_is_printed_is_read_again() {
    for text in [
        "yes",
        "012",
        "a: b",
        " x",
        "l1\nl2\n\n",
        "'",
        "\"",
        "\t",
        "1:30",
        "",
        "~",
        "2024-01-01",
        "é😀\u{85}",
    ] {
        let value = json!({ text: [text, {"k": text}] });
        assert_eq!(parse(&crate::api::yaml::emit(&value)).unwrap(), value, "{text:?}");
    }
}

/// Cuts, doubles and swaps pieces of good texts; whatever comes out is read or refused.
#[test]
fn no_mutilated_text_panics() {
    let seeds = [
        "apiVersion: v1\nkind: Pod\nmetadata: {name: p, labels: {a: \"b\"}}\nspec:\n  containers:\n  - name: c\n    command: [sh, -c, 'x']\n",
        "a: &a [1, *b, {<<: *a}]\n? - k\n: |+2\n   t\n---\n%TAG ! x\n!!str &b 'é'\n# c\n...\n",
        "{\"a\": [1.5e3, true, null, \"\\u00e9\\n\"]}\n{\"b\": {}}\n",
    ];
    let mut state: u64 = 42;
    let mut below = |limit: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).unwrap_or_default() % limit.max(1)
    };
    for round in 0..4_000 {
        let mut letters: Vec<char> = seeds[round % seeds.len()].chars().collect();
        for _ in 0..=below(4) {
            let (from, to) = (below(letters.len()), below(letters.len()));
            let piece: Vec<char> = letters.iter().skip(from).take(below(8)).copied().collect();
            match below(3) {
                0 => drop(letters.splice(to..to, piece)),
                1 => drop(letters.drain(from.min(to)..(from.min(to) + below(8)).min(letters.len()))),
                _ => letters
                    .insert(to, ['"', '\'', '{', '[', ':', '-', '*', '&', '\t', '\n', '#', '!'][below(12)]),
            }
        }
        let text: String = letters.into_iter().collect();
        for document in read_manifest(&text).documents {
            assert_eq!(parse(&crate::api::yaml::emit(&document.value)).unwrap(), document.value, "{text:?}");
        }
    }
}
