//! Templates people type with kubectl, and what Go says to broken ones.

use serde_json::{Value, json};

use super::GoTemplate;

fn data() -> Value {
    json!({
        "kind": "List",
        "metadata": {"name": "web", "labels": {"app": "nginx", "tier": "front"}, "note": null},
        "items": [{"name": "a", "ports": [80, 443]}, {"name": "b", "ports": []}],
        "count": 3, "ratio": 0.5, "on": true, "off": false, "empty": "", "none": [], "secret": "aGVsbG8="
    })
}

fn run(template: &str) -> String {
    match GoTemplate::parse(template) {
        Err(error) => format!("error: {error}"),
        Ok(parsed) => match parsed.execute(&data()) {
            Ok(text) => text,
            Err(error) => {
                let prefix = format!("error executing template {template:?}: ");
                format!("error: {}", error.message.strip_prefix(&prefix).unwrap_or(&error.message))
            }
        },
    }
}

#[test]
fn templates_print_what_go_prints() {
    let cases = [
        ("plain", "plain"),
        ("{{.kind}}", "List"),
        ("{{ .metadata.name }}!", "web!"),
        ("{{.missing}} {{.missing.more}} {{.metadata.note}}", "<no value> <no value> <no value>"),
        ("{{.metadata.labels}}", "map[app:nginx tier:front]"),
        ("{{.items}}", "[map[name:a ports:[80 443]] map[name:b ports:[]]]"),
        ("{{range .items}}{{.name}},{{end}}", "a,b,"),
        ("{{range $i, $c := .items}}{{$i}}{{$c.name}}{{end}}", "0a1b"),
        ("{{range $c := .items}}{{$c.name}}{{$.kind}}{{end}}", "aListbList"),
        ("{{range $k, $v := .metadata.labels}}{{$k}}={{$v}} {{end}}", "app=nginx tier=front "),
        ("{{range .none}}x{{else}}nothing{{end}}", "nothing"),
        ("{{range .missing}}x{{else}}nothing{{end}}", "nothing"),
        ("{{range .items}}{{range .ports}}{{.}} {{else}}-{{end}}{{end}}", "80 443 -"),
        (
            "{{range .items}}{{.name}}{{break}}{{end}}{{range .items}}{{if eq .name \"a\"}}{{continue}}{{end}}{{.name}}{{end}}",
            "ab",
        ),
        ("{{if .on}}yes{{else}}no{{end}}{{if .off}}yes{{else if .count}}count{{else}}no{{end}}", "yescount"),
        ("{{with .metadata}}{{.name}}{{end}}{{with .missing}}x{{else}}-{{end}}", "web-"),
        ("{{$x := .kind}}{{$x}}{{$x = .count}}{{$x}}", "List3"),
        ("{{index .items 1 \"name\"}} {{(index .items 0).name}}", "b a"),
        ("{{index .metadata.labels \"app\"}} {{index .metadata.labels \"nope\"}}", "nginx <no value>"),
        ("{{len .items}} {{len .kind}} {{.items | len}}", "2 4 2"),
        ("{{html \"<a href='x'>&\"}} {{\"é\" | html}}", "&lt;a href=&#39;x&#39;&gt;&amp; é"),
        ("{{js \"a='<b>'\"}} {{js .kind .count}}", "a\\u003D\\'\\u003Cb\\u003E\\' List3"),
        ("{{urlquery \"a b/é\"}} {{html .kind .missing 3}}{{html}}", "a+b%2F%C3%A9 List&lt;no value&gt;3"),
        ("{{printf \"%+v|%#v|%#v\" 2 \"s\" nil}}", "2|\"s\"|<nil>"),
        (
            "{{printf \"%#v\" .items}}",
            "[]interface {}{map[string]interface {}{\"name\":\"a\", \"ports\":[]interface {}{80, 443}}, \
             map[string]interface {}{\"name\":\"b\", \"ports\":[]interface {}{}}}",
        ),
        (
            "{{printf \"%s has %d of %v %5.2f|%-5s|%05d %q %t %%\" .kind .count .items .ratio \"ab\" 42 \"x\" .on}}",
            "List has 3 of [map[name:a ports:[80 443]] map[name:b ports:[]]]  0.50|ab   |00042 \"x\" true %",
        ),
        (
            "{{printf \"%d\" \"x\"}} {{printf \"%s\"}} {{printf \"a\" 1}}",
            "%!d(string=x) %!s(MISSING) a%!(EXTRA int64=1)",
        ),
        ("{{print \"a\" 1 2 \"b\"}} {{println 1 \"x\"}}", "a1 2b 1 x\n"),
        (
            "{{eq .count 3}} {{eq .kind \"x\" \"List\"}} {{ne .count 3}} {{lt 1 2}} {{le 2 2}} {{gt 1 2}} {{ge 2 2}}",
            "true true false true true false true",
        ),
        ("{{eq .missing \"x\"}}", "false"),
        (
            "{{and .on .kind}} {{or .off .empty .kind}} {{not .off}} {{and .off (index .items 9)}}",
            "List List true false",
        ),
        ("{{if and (eq .count 3) (not .off)}}both{{end}}", "both"),
        ("{{.secret | base64decode}} {{base64decode .secret}}", "hello hello"),
        (
            "{{exists . \"metadata\" \"name\"}} {{exists . \"metadata\" \"x\"}} {{exists .items 1}}",
            "true false true",
        ),
        ("a  {{- .kind -}}  b", "aListb"),
        ("a {{/* note */}} b {{- /* note */ -}} c", "a  bc"),
        ("{{\"quoted\\n\"}}{{`raw \\n`}}{{'A'}}", "quoted\nraw \\n65"),
        ("{{range .items}}\n{{.name}}{{end}}", "\na\nb"),
        ("{{.kind\n}}", "List"),
        ("{{range 3}}{{.}}{{end}}", "012"),
        ("{{slice .kind 1 3}}", "is"),
        ("", ""),
    ];
    for (template, wanted) in cases {
        assert_eq!(run(template), wanted, "{template}");
    }
}

#[test]
fn errors_are_gos() {
    let at = "template: output:1";
    let cases = [
        ("{{.x", "unclosed action"),
        ("{{range .items}}", "unexpected EOF"),
        ("{{end}}", "unexpected {{end}}"),
        ("{{else}}", "unexpected {{else}}"),
        ("{{if .x}}{{else}}{{else}}{{end}}", "expected end; found {{else}}"),
        ("{{foo .x}}", "function \"foo\" not defined"),
        ("{{$x}}", "undefined variable \"$x\""),
        ("{{}}", "missing value for command"),
        ("{{if}}{{end}}", "missing value for if"),
        ("{{\"x}}", "unterminated quoted string"),
        ("{{.x | 3}}", "non executable command in pipeline stage 2"),
        ("{{(.x}}", "unclosed left paren"),
        ("{{.x)}}", "unexpected right paren"),
        ("{{.x ! }}", "unexpected \"!\" in operand"),
        ("{{.x!}}", "bad character U+0021 '!'"),
        ("{{break}}", "{{break}} outside {{range}}"),
        ("{{/* x}}", "unclosed comment"),
        ("{{3.4.5}}", "illegal number syntax: \"3.4.5\""),
        ("{{\"a\".b}}", "unexpected . after term \"\\\"a\\\"\""),
    ];
    for (template, wanted) in cases {
        assert_eq!(run(template), format!("error: {at}: {wanted}"), "{template}");
    }
    let cases = [
        (
            "{{.metadata.name.foo}}",
            ":11: executing \"output\" at <.metadata.name.foo>: can't evaluate field foo in type interface {}",
        ),
        (
            "{{.metadata.note.x}}",
            ":11: executing \"output\" at <.metadata.note.x>: nil pointer evaluating interface {}.x",
        ),
        (
            "{{index .items 5}}",
            ":2: executing \"output\" at <index .items 5>: error calling index: index out of range: 5",
        ),
        (
            "{{index .none 0}}",
            ":2: executing \"output\" at <index .none 0>: error calling index: reflect: slice index out of range",
        ),
        ("{{len 3}}", ":2: executing \"output\" at <len 3>: error calling len: len of type int64"),
        (
            "{{lt 1 \"x\"}}",
            ":2: executing \"output\" at <lt 1 \"x\">: error calling lt: incompatible types for comparison",
        ),
        ("{{not}}", ":2: executing \"output\" at <not>: wrong number of args for not: want 1 got 0"),
        ("{{range .kind}}{{end}}", ":8: executing \"output\" at <.kind>: range can't iterate over List"),
        (
            "{{base64decode .count}}",
            ":15: executing \"output\" at <.count>: wrong type for value; expected string; got int64",
        ),
        (
            "{{base64decode \"a*\"}}",
            ":2: executing \"output\" at <base64decode \"a*\">: error calling base64decode: base64 decode failed: illegal base64 data at input byte 1",
        ),
        ("{{.kind 3}}", ":2: executing \"output\" at <.kind>: kind is not a method but has arguments"),
    ];
    for (template, wanted) in cases {
        assert_eq!(run(template), format!("error: {at}{wanted}"), "{template}");
    }
}

#[test]
fn a_failed_run_explains_itself() {
    let error = GoTemplate::parse("x{{.a.b.c}}").unwrap().execute(&json!({"a": {"b": "<"}})).unwrap_err();
    let inner =
        "template: output:1:5: executing \"output\" at <.a.b.c>: can't evaluate field c in type interface {}";
    assert_eq!(error.message, format!("error executing template \"x{{{{.a.b.c}}}}\": {inner}"));
    assert_eq!(
        error.printed,
        format!(
            "xError executing template: {inner}. Printing more information for debugging the template:\n\
             \ttemplate was:\n\t\tx{{{{.a.b.c}}}}\n\traw data was:\n\t\t{{\"a\":{{\"b\":\"\\u003c\"}}}}\n\
             \tobject given to template engine was:\n\t\tmap[a:map[b:<]]\n\n"
        )
    );
}

#[test]
fn odd_templates_end() {
    let nested = "{{range 1000}}".repeat(5) + &"{{end}}".repeat(5);
    for template in [
        "{{".repeat(1000),
        "{{(".to_owned() + &"(".repeat(5000),
        "{{if .on}}".repeat(500),
        nested,
        "{{range 1000000000}}xxxxxxxxxxxxxxxx{{end}}".to_owned(),
        "{{printf \"%999999d%9999999d\" 1 2}}".to_owned(),
        "é{{é".to_owned(),
    ] {
        assert!(run(&template).len() < 10_000_000);
    }
}
