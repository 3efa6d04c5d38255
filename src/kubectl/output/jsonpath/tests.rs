//! Templates people type, and those of upstream's tests in our words.

use serde_json::{Value, json};

use super::{JsonPath, relaxed_expression};

fn pods() -> Value {
    json!({"kind": "List", "items": [
        {"metadata": {"name": "web-0", "labels": {"app.kubernetes.io/name": "x"}},
         "spec": {"containers": [{"name": "c", "image": "nginx:1"}], "replicas": 1}, "status": {"phase": "Running", "ready": true}},
        {"metadata": {"name": "web-1"},
         "spec": {"containers": [{"name": "c", "image": "nginx:2"}], "replicas": 2}, "status": {"phase": "Pending", "ready": false}},
        {"metadata": {"name": "web-2"}, "spec": {"containers": [], "replicas": 3, "unschedulable": true}, "status": {"f": 0.5, "n": null}},
    ]})
}

fn run(template: &str) -> String {
    match JsonPath::parse(template).and_then(|path| path.execute(&pods())) {
        Ok(text) => text,
        Err(error) => format!("error: {error}"),
    }
}

#[test]
fn templates_print_what_kubectl_prints() {
    let cases = [
        ("{.kind}", "List"),
        ("{ .kind }", "List"),
        ("{$.kind}{@.kind}", "ListList"),
        ("kind is {.kind}}", "kind is List}"),
        ("{.items[0].metadata.name}", "web-0"),
        ("{.items[-1].metadata.name}", "web-2"),
        ("{.items[*].metadata.name}", "web-0 web-1 web-2"),
        ("{.items[0:2].metadata.name}", "web-0 web-1"),
        ("{.items[:-1].metadata.name}", "web-0 web-1"),
        ("{.items[::2].metadata.name}", "web-0 web-2"),
        ("{.items[0,2].metadata.name}", "web-0 web-2"),
        ("{.items[*]['metadata.name','status.phase']}", "web-0 web-1 web-2 Running Pending"),
        ("{.items[0].metadata['name']}", "web-0"),
        ("{.items[0].metadata.labels.app\\.kubernetes\\.io/name}", "x"),
        ("{.items[0].metadata.labels['app\\.kubernetes\\.io/name']}", "x"),
        (
            "{range .items[*]}{.metadata.name}{\" \"}{.spec.containers[0].image}{\"\\n\"}{end}",
            "error: array index out of bounds: index 0, length 0",
        ),
        (
            "{range .items[*]}{.metadata.name}{\"\\t\"}{.spec.containers[*].image}{\"\\n\"}{end}",
            "web-0\tnginx:1\nweb-1\tnginx:2\nweb-2\t\n",
        ),
        ("{range .none[*]}{.metadata.name}{end}done", "done"),
        ("{range .items[*]}{range .spec.containers[*]}[{.name}]{end};{end}.", "[c];[c];;."),
        ("{range .items[*]}{.spec.replicas},", "1,2,3,,"),
        ("{.items[?(@.metadata.name==\"web-1\")].status.phase}", "Pending"),
        ("{.items[?(@.metadata.name=='web-1')].status.phase}", "Pending"),
        ("{.items[?(@.spec.unschedulable==true)].metadata.name}", "web-2"),
        ("{.items[?(@.spec.replicas>1)].metadata.name}", "web-1 web-2"),
        ("{.items[?(@.spec.replicas<=2)].metadata.name}", "web-0 web-1"),
        ("{.items[?(@.spec.replicas!=2)].metadata.name}", "web-0 web-2"),
        ("{.items[?(@.status.phase)].metadata.name}", "web-0 web-1"),
        ("{.items[?(@.spec.replicas==\"1\")]}", "error: incompatible types for comparison"),
        ("{..image}", "nginx:1 nginx:2"),
        ("{.items[0].spec.containers[0]}", "{\"image\":\"nginx:1\",\"name\":\"c\"}"),
        ("{.items[2].spec.containers}", "[]"),
        ("{.items[2].status.f} {.items[2].status.n} {.items[0].status.ready}", "0.5 null true"),
        ("{.missing.more}", ""),
        ("{'single \"q\"'}{\"\\u00e9\\t|\"}", "single \"q\"é\t|"),
        ("{}", "{\"items\""),
        ("{3}{1.5}{true}", "31.5true"),
        ("", ""),
        ("{.kind.*}", "76 105 115 116"),
    ];
    for (template, wanted) in cases {
        let printed = run(template);
        if template == "{}" {
            assert!(printed.starts_with(wanted), "{printed}");
        } else {
            assert_eq!(printed, wanted, "{template}");
        }
    }
}

#[test]
fn errors_are_upstreams() {
    let cases = [
        ("{.x", "unclosed action"),
        ("{.items[0}", "unterminated array"),
        ("{.items[a]}", "invalid array index a"),
        ("{.items[1.2]}", "invalid array index 1.2"),
        ("{.items[?(@.x==1]}", "unterminated filter"),
        ("{.items[?(@.x==1)}", "unclosed array expect ]"),
        ("{\"abc}", "unterminated quoted string"),
        ("{....x}", "invalid multiple recursive descent"),
        ("{%}", "unrecognized character in action: U+0025 '%'"),
        ("{foo}", "unrecognized identifier foo"),
        ("{end}", "not in range, nothing to end"),
        ("{.items[7]}", "array index out of bounds: index 7, length 3"),
        ("{.items[2:1]}", "starting index 2 is greater than ending index 1"),
        ("{.kind[0]}", "string is not array or slice"),
        ("{.items[0][0]}", "map[string]interface {} is not array or slice"),
        ("{.kind[?(@.x)]}", "List is not array or slice and cannot be filtered"),
        ("{.items[?(@.metadata==1)]}", "invalid type for comparison"),
        ("{.items[?(@.spec.replicas=>1)]}", "unrecognized filter operator =>"),
        ("{1.2.3}", "cannot parse number 1.2.3"),
    ];
    for (template, wanted) in cases {
        assert_eq!(run(template), format!("error: {wanted}"), "{template}");
    }
    let strict = JsonPath { allow_missing_keys: false, ..JsonPath::parse("{.nope}").unwrap() };
    assert_eq!(strict.execute(&pods()).unwrap_err(), "nope is not found");
}

#[test]
fn odd_templates_end() {
    for template in
        ["{".repeat(1000), "{range .items[*]}".repeat(60), "{.items[*]}".repeat(3000), "[?(".repeat(500)]
    {
        assert!(run(&template).len() < 10_000_000);
    }
    let wide = format!("{}{{.metadata.name}}", "{range $.items[*]}".repeat(20));
    assert!(run(&wide).len() < 10_000_000);
}

#[test]
fn paths_are_completed() {
    for path in ["metadata.name", ".metadata.name", "{metadata.name}", "{.metadata.name}"] {
        assert_eq!(relaxed_expression(path).unwrap(), "{.metadata.name}", "{path}");
    }
    assert_eq!(relaxed_expression("").unwrap(), "");
    assert!(relaxed_expression("{.a}{.b}").unwrap_err().starts_with("unexpected path string"));
}

#[test]
fn results_can_be_json() {
    let path = JsonPath::parse("{.items[*].spec.replicas}").unwrap();
    assert_eq!(path.execute_as_json(&pods()).unwrap(), "[\n    1,\n    2,\n    3\n]\n");
}
