//! Patches applied and made, one row each: what there was, the patch, what there is then.

use super::*;
use serde_json::json;

fn yaml(text: &str) -> Value {
    serde_yaml::from_str(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn rows(table: &str) -> impl Iterator<Item = Vec<&str>> {
    table.lines().map(str::trim).filter(|row| !row.is_empty()).map(|row| row.split(" => ").collect())
}

fn shown(result: Result<Value>) -> Value {
    result.unwrap_or_else(|error| Value::from(format!("error: {error}")))
}

#[test]
fn strategic_merge_follows_the_schema() {
    let table = "
        {spec: {replicas: 1, serviceName: a}} => {spec: {replicas: 3}} => {spec: {replicas: 3, serviceName: a}}
        {spec: {replicas: 1, serviceName: a}} => {spec: {replicas: null, paused: null}} => {spec: {serviceName: a}}
        {} => {spec: {replicas: 2, x: null}} => {spec: {replicas: 2}}
        {metadata: {labels: {a: b, c: d}}} => {metadata: {labels: {a: x, c: null, e: f}}} => {metadata: {labels: {a: x, e: f}}}
        {metadata: {labels: {a: b}}} => {metadata: {labels: {$patch: replace, c: d}}} => {metadata: {labels: {c: d}}}
        {metadata: {labels: {a: b}}} => {metadata: {labels: {$patch: delete}}} => {metadata: {labels: {}}}
        {metadata: {labels: {a: b}}} => {metadata: {labels: {$patch: swap}}} => 'error: unknown patch type: swap in map: map[$patch:swap]'
        {metadata: {name: a}} => {metadata: {labels: {$patch: delete}}} => {metadata: {name: a}}
        {metadata: {finalizers: [a, b]}} => {metadata: {finalizers: [b, c]}} => {metadata: {finalizers: [a, b, c]}}
        {metadata: {finalizers: [a, b, c]}} => {metadata: {$deleteFromPrimitiveList/finalizers: [b, x]}} => {metadata: {finalizers: [a, c]}}
        {metadata: {finalizers: [a, b, c]}} => {metadata: {$setElementOrder/finalizers: [c, a]}} => {metadata: {finalizers: [b, c, a]}}
        {metadata: {name: a}} => {metadata: {$deleteFromPrimitiveList/finalizers: [b]}} => {metadata: {name: a}}
        {metadata: {finalizers: [a]}} => {metadata: {$setElementOrder: [a]}} => 'error: invalid patch format of setElementOrder list'
        {metadata: {finalizers: [a]}} => {metadata: {$setElementOrder/finalizers: [a], finalizers: [b]}} => \"error: The order in patch list:\\n[b]\\n doesn't match $setElementOrder list:\\n[a]\\n\"
        {spec: {nope: {a: b}}} => {spec: {nope: {c: d}}} => 'error: unable to find api field in struct StatefulSetSpec for the json field \"nope\"'
        {spec: {replicas: {a: b}}} => {spec: {replicas: {a: {c: d}}}} => {spec: {replicas: {a: {c: d}}}}";
    for row in rows(table) {
        let result = strategic_merge(&yaml(row[0]), &yaml(row[1]), "apps/v1", "StatefulSet");
        assert_eq!(shown(result), yaml(row[2]), "{row:?}");
    }
    let not_a_map = strategic_merge(&json!({}), &json!("nonsense"), "apps/v1", "StatefulSet").unwrap_err();
    let message = "json: cannot unmarshal string into Go value of type map[string]interface {}";
    assert_eq!(not_a_map, PatchError::BadRequest(message.to_owned()));
}

#[test]
fn lists_of_objects_are_merged_by_key() {
    // New items come first unless the patch says otherwise: the docs' two-container example does so too.
    let table = "
        [{name: a, image: x}] => containers: [{name: a, image: y}] => [{name: a, image: y}]
        [{name: a, image: x}] => containers: [{name: b}] => [{name: b}, {name: a, image: x}]
        [{name: a}, {name: b}] => containers: [{name: a, $patch: delete}] => [{name: b}]
        [{name: a}, {name: b}] => containers: [{name: z, $patch: delete}] => [{name: a}, {name: b}]
        [{name: a}, {name: b}] => containers: [{$patch: replace}, {name: c}] => [{name: c}]
        [{name: a}] => containers: [{$patch: delete}] => 'error: map: map[$patch:delete] does not contain declared merge key: name'
        [{name: a}] => containers: [{$patch: merge}] => 'error: merging lists cannot yet be specified in the patch'
        [{name: a}] => containers: [{image: x}] => 'error: map: map[image:x] does not contain declared merge key: name'
        [{name: a}] => containers: [x] => 'error: list element types are not identical: [[map[name:a]] [x]]'
        [{name: a}] => containers: null => ~
        [{name: a}, {name: b}] => {$setElementOrder/containers: [{name: b}, {name: a}], containers: [{name: a, image: x}]} => [{name: b}, {name: a, image: x}]
        [{name: s}, {name: a}, {name: b}] => {$setElementOrder/containers: [{name: b}, {name: a}]} => [{name: s}, {name: b}, {name: a}]
        [{name: a}, {name: s}] => {$setElementOrder/containers: [{name: n}, {name: a}], containers: [{name: n}]} => [{name: n}, {name: a}, {name: s}]
        [{name: a, command: [x, y]}] => containers: [{name: a, command: [z]}] => [{name: a, command: [z]}]
        [{name: a, ports: [{containerPort: 80, name: web}]}] => containers: [{name: a, ports: [{containerPort: 81}]}] => [{name: a, ports: [{containerPort: 81}, {containerPort: 80, name: web}]}]
        [{name: a, env: [{name: X, value: '1'}, {name: Y, value: '2'}]}] => containers: [{name: a, env: [{name: X, $patch: delete}, {name: Y, value: '3'}]}] => [{name: a, env: [{name: Y, value: '3'}]}]";
    for row in rows(table) {
        let original = json!({"spec": {"containers": yaml(row[0])}});
        let result = strategic_merge(&original, &json!({"spec": yaml(row[1])}), "v1", "Pod");
        let merged = result.map(|pod| pod["spec"]["containers"].clone());
        assert_eq!(shown(merged), yaml(row[2]), "{row:?}");
    }
    // Tolerations have no merge key: the list is replaced.
    let (old, new) = (yaml("{spec: {tolerations: [{key: a}]}}"), yaml("{spec: {tolerations: [{key: b}]}}"));
    assert_eq!(shown(strategic_merge(&old, &new, "v1", "Pod")), new);
}

#[test]
fn retain_keys_clears_the_other_fields() {
    let table = "
        {type: RollingUpdate, rollingUpdate: {maxSurge: 1}} => {$retainKeys: [type], type: Recreate} => {type: Recreate}
        {type: RollingUpdate, rollingUpdate: {maxSurge: 1}} => {$retainKeys: [type, rollingUpdate], rollingUpdate: {maxSurge: 2}} => {type: RollingUpdate, rollingUpdate: {maxSurge: 2}}
        {type: RollingUpdate} => {$retainKeys: [rollingUpdate], type: Recreate} => 'error: invalid patch format of retainKeys'
        {type: RollingUpdate} => {$retainKeys: x} => 'error: invalid patch format of retainKeys'";
    for row in rows(table) {
        let [original, patch] =
            [row[0], row[1]].map(|strategy| json!({"spec": {"strategy": yaml(strategy)}}));
        let result = strategic_merge(&original, &patch, "apps/v1", "Deployment");
        assert_eq!(
            shown(result.map(|deployment| deployment["spec"]["strategy"].clone())),
            yaml(row[2]),
            "{row:?}"
        );
    }
    // A volume that changes its source loses the old one.
    let volume = |source: Value| json!({"spec": {"volumes": [source]}});
    let (old, new) = (
        volume(json!({"name": "a", "emptyDir": {}})),
        volume(json!({"name": "a", "hostPath": {"path": "/"}})),
    );
    let patch = two_way(&old, &new, "v1", "Pod").unwrap();
    assert_eq!(patch["spec"]["volumes"][0]["$retainKeys"], json!(["hostPath", "name"]));
    assert_eq!(shown(strategic_merge(&old, &patch, "v1", "Pod")), new);
}

#[test]
fn two_way_patches_say_only_what_changed() {
    let table = "
        {spec: {replicas: 1, paused: true}} => {spec: {replicas: 2}} => {spec: {replicas: 2, paused: null}}
        {metadata: {annotations: {a: b}}} => {metadata: {annotations: {a: b, c: d}}} => {metadata: {annotations: {c: d}}}
        {metadata: {name: a}} => {metadata: {name: a}} => {}
        {spec: {strategy: {type: RollingUpdate, rollingUpdate: {}}}} => {spec: {strategy: {type: Recreate}}} => {spec: {strategy: {$retainKeys: [type], type: Recreate, rollingUpdate: null}}}
        {metadata: {finalizers: [a, b]}} => {metadata: {finalizers: [c, a]}} => {metadata: {finalizers: [c], $deleteFromPrimitiveList/finalizers: [b], $setElementOrder/finalizers: [c, a]}}
        {metadata: {finalizers: [a]}} => {metadata: {}} => {metadata: {finalizers: null}}
        {spec: {template: {spec: {containers: [{name: a, image: x}, {name: b}]}}}} => {spec: {template: {spec: {containers: [{name: c}, {name: a, image: y}]}}}} => {spec: {template: {spec: {$setElementOrder/containers: [{name: c}, {name: a}], containers: [{name: c}, {name: a, image: y}, {name: b, $patch: delete}]}}}}
        {spec: {template: {spec: {containers: [{name: a}, {name: b}]}}}} => {spec: {template: {spec: {containers: [{name: b}, {name: a}]}}}} => {spec: {template: {spec: {$setElementOrder/containers: [{name: b}, {name: a}]}}}}
        {spec: {template: {spec: {tolerations: [{key: a}]}}}} => {spec: {template: {spec: {tolerations: [{key: a}, {key: b}]}}}} => {spec: {template: {spec: {tolerations: [{key: a}, {key: b}]}}}}
        {spec: {replicas: 1}} => {spec: {replicas: one}} => {spec: {replicas: one}}
        {spec: {nope: {a: 1}}} => {spec: {nope: {a: 1}}} => {}
        {spec: {nope: {a: 1}}} => {spec: {nope: {a: 2}}} => 'error: unable to find api field in struct DeploymentSpec for the json field \"nope\"'";
    for row in rows(table) {
        let (original, modified) = (yaml(row[0]), yaml(row[1]));
        let patch = two_way(&original, &modified, "apps/v1", "Deployment");
        assert_eq!(shown(patch.clone()), yaml(row[2]), "{row:?}");
        if let Ok(patch) = patch {
            assert_eq!(
                shown(strategic_merge(&original, &patch, "apps/v1", "Deployment")),
                modified,
                "{row:?}"
            );
        }
    }
    assert!(
        changes_identity(&json!({"metadata": {"name": "b"}})) && changes_identity(&json!({"kind": "Pod"}))
    );
    assert!(!changes_identity(&json!({"metadata": {"labels": {}}})));
}

#[test]
fn three_way_patches_keep_what_others_set() {
    // Last applied, to be applied, live, patch, live afterwards.
    let table = "
        {spec: {replicas: 1}} => {spec: {replicas: 2}} => {spec: {replicas: 1, paused: true}} => {spec: {replicas: 2}} => {spec: {replicas: 2, paused: true}}
        {spec: {replicas: 1, paused: true}} => {spec: {replicas: 1}} => {spec: {replicas: 5, paused: true}} => {spec: {replicas: 1, paused: null}} => {spec: {replicas: 1}}
        {spec: {replicas: 1}} => {spec: {}} => {spec: {replicas: 5}} => {spec: {replicas: null}} => {spec: {}}
        {} => {metadata: {labels: {a: b}}} => {metadata: {labels: {x: y}}} => {metadata: {labels: {a: b}}} => {metadata: {labels: {a: b, x: y}}}
        {metadata: {labels: {a: b}}} => {metadata: {labels: {}}} => {metadata: {labels: {a: c, x: y}}} => {metadata: {labels: {a: null}}} => {metadata: {labels: {x: y}}}
        {metadata: {finalizers: [a, b]}} => {metadata: {finalizers: [a, c]}} => {metadata: {finalizers: [a, b, x]}} => {metadata: {$deleteFromPrimitiveList/finalizers: [b], $setElementOrder/finalizers: [a, c], finalizers: [c]}} => {metadata: {finalizers: [a, c, x]}}
        {spec: {template: {spec: {containers: [{name: a, image: x}, {name: b}]}}}} => {spec: {template: {spec: {containers: [{name: a, image: y}]}}}} => {spec: {template: {spec: {containers: [{name: a, image: x, tty: true}, {name: b}, {name: side}]}}}} => {spec: {template: {spec: {$setElementOrder/containers: [{name: a}], containers: [{name: a, image: y}, {name: b, $patch: delete}]}}}} => {spec: {template: {spec: {containers: [{name: a, image: y, tty: true}, {name: side}]}}}}
        {spec: {replicas: 1}} => {spec: {replicas: 1}} => {spec: {replicas: 1}, status: {replicas: 1}} => {} => {spec: {replicas: 1}, status: {replicas: 1}}
        {spec: {strategy: {type: RollingUpdate}}} => {spec: {strategy: {type: Recreate}}} => {spec: {strategy: {type: RollingUpdate, rollingUpdate: {maxSurge: 1}}}} => {spec: {strategy: {$retainKeys: [type], type: Recreate}}} => {spec: {strategy: {type: Recreate}}}
        {metadata: {annotations: {a: b}}} => {metadata: {}} => {metadata: {annotations: {a: b, c: d}}} => {metadata: {annotations: null}} => {metadata: {}}";
    for row in rows(table) {
        let [original, modified, current] = [row[0], row[1], row[2]].map(yaml);
        let patch = three_way(&original, &modified, &current, ("apps/v1", "Deployment"), true);
        assert_eq!(shown(patch.clone()), yaml(row[3]), "{row:?}");
        let applied = strategic_merge(&current, &patch.unwrap(), "apps/v1", "Deployment");
        assert_eq!(shown(applied), yaml(row[4]), "{row:?}");
    }
}

#[test]
fn without_overwrite_a_field_changed_elsewhere_is_a_conflict() {
    let check = |current: &str| {
        let [original, modified] = ["{spec: {replicas: 1}}", "{spec: {replicas: 2}}"].map(yaml);
        three_way(&original, &modified, &yaml(current), ("apps/v1", "Deployment"), false)
    };
    assert_eq!(shown(check("{spec: {replicas: 1, paused: true}}")), yaml("{spec: {replicas: 2}}"));
    let conflict = check("{spec: {replicas: 3}}").unwrap_err();
    assert_eq!(
        conflict.to_string(),
        "patch:\nspec:\n  replicas: 2\n\nconflicts with changes made from original to current:\nspec:\n  replicas: 3\n\n"
    );
}

#[test]
fn json_patches_act_on_paths() {
    let table = "
        [{op: replace, path: /spec/replicas, value: 3}] => {spec: {replicas: 3, list: [a, b]}}
        [{op: add, path: /spec/list/-, value: c}] => {spec: {replicas: 1, list: [a, b, c]}}
        [{op: add, path: /spec/list/0, value: c}] => {spec: {replicas: 1, list: [c, a, b]}}
        [{op: remove, path: /spec/list/1}, {op: remove, path: /spec/replicas}] => {spec: {list: [a]}}
        [{op: test, path: /spec/replicas, value: 1}, {op: copy, from: /spec/replicas, path: /spec/x}] => {spec: {replicas: 1, x: 1, list: [a, b]}}
        [{op: move, from: /spec/replicas, path: /x}] => {spec: {list: [a, b]}, x: 1}
        [{op: test, path: /spec/replicas, value: 2}] => 'error: testing value /spec/replicas failed: test failed'
        [{op: replace, path: /spec/nope, value: 2}] => {spec: {replicas: 1, list: [a, b], nope: 2}}
        [{op: replace, path: /spec/list/-1, value: c}] => {spec: {replicas: 1, list: [a, c]}}
        [{op: replace, path: /spec/list/2, value: c}] => 'error: replace operation does not apply: doc is missing key: /spec/list/2: missing value'
        [{op: replace, path: '', value: {x: 1}}] => {x: 1}
        [{op: replace, path: '', value: 1}] => 'error: replace operation value must be object or array'
        [{op: add, path: /x}, {op: replace, path: /spec/replicas}] => {spec: {replicas: null, list: [a, b]}, x: null}
        [{op: add, path: /spec/list/-1, value: c}, {op: remove, path: /spec/list/-3}] => {spec: {replicas: 1, list: [b, c]}}
        [{op: add, path: /spec/list/x, value: c}] => 'error: error in add for path: ''/spec/list/x'': value was not a proper array index: ''x'': strconv.Atoi: parsing \"x\": invalid syntax'
        [{op: add, path: ignored/x~1y~0, value: 1}] => {spec: {replicas: 1, list: [a, b]}, x/y~: 1}
        [{op: test, path: /nope}, {op: test, path: /nope, value: null}, {op: remove, path: /spec/list}] => {spec: {replicas: 1}}
        [{op: test, path: /spec/replicas, value: null}] => 'error: testing value /spec/replicas failed: test failed'
        [{op: replace, path: /nope/x, value: 2}] => 'error: replace operation does not apply: doc is missing path: /nope/x: missing value'
        [{op: remove, path: /spec/nope}] => \"error: error in remove for path: '/spec/nope': Unable to remove nonexistent key: nope: missing value\"
        [{op: add, path: /nope/x, value: 2}] => 'error: add operation does not apply: doc is missing path: \"/nope/x\": missing value'
        [{op: add, path: /spec/list/9, value: 2}] => \"error: error in add for path: '/spec/list/9': Unable to access invalid index: 9: invalid index referenced\"
        [{op: swap, path: /spec}] => 'error: Unexpected kind: swap'
        [{path: /spec}] => 'error: Unexpected kind: unknown'
        [{op: add}] => 'error: add operation failed to decode path: missing value'
        [{op: add, path: spec, value: 1}] => 'error: add operation does not apply: doc is missing path: \"spec\": missing value'
        [{op: copy, from: /nope, path: /x}] => {spec: {replicas: 1, list: [a, b]}, x: null}
        [{op: copy, from: /nope/y, path: /x}] => 'error: copy operation does not apply: doc is missing from path: /nope/y: missing value'
        [{op: move, from: /nope, path: /x}] => 'error: error in move for path: ''nope'': Unable to remove nonexistent key: nope: missing value'
        [{op: copy, path: /x}] => 'error: copy operation failed to decode from: operation, missing from field: missing value'
        [{op: test}] => 'error: test operation failed to decode path: operation missing path field: missing value'
        {op: add} => 'error: error decoding patch: json: cannot unmarshal object into Go value of type []handlers.jsonPatchOp'
        [x] => 'error: error decoding patch: json: cannot unmarshal string into Go value of type handlers.jsonPatchOp'
        [{op: 1}] => 'error: error decoding patch: json: cannot unmarshal number into Go struct field jsonPatchOp.op of type string'";
    let original = yaml("{spec: {replicas: 1, list: [a, b]}}");
    for row in rows(table) {
        let result = json_patch(&original, &yaml(row[0])).map(|(patched, _)| patched);
        assert_eq!(shown(result), yaml(row[1]), "{row:?}");
    }
    let (_, warnings) = json_patch(&original, &yaml("[{op: remove, path: /spec, valu: 1}]")).unwrap();
    assert_eq!(warnings, ["json patch unknown field \"[0].valu\""]);
    let failed = json_patch(&original, &yaml("[{op: remove, path: /x}]")).unwrap_err();
    assert_eq!(failed.server_message(), "the server rejected our request due to an error in our request");
}

#[test]
fn json_merge_patches_replace_lists() {
    let original = yaml("{spec: {replicas: 1, list: [a, b]}}");
    let merged = merge_patch(&original, &yaml("{spec: {replicas: null, list: [c], new: {x: null, y: 1}}}"));
    assert_eq!(shown(merged), yaml("{spec: {list: [c], new: {y: 1}}}"));
    let error = merge_patch(&original, &json!("x")).unwrap_err();
    let message =
        "error decoding patch: json: cannot unmarshal string into Go value of type map[string]interface {}";
    assert_eq!(error, PatchError::BadRequest(message.to_owned()));
}
