//! What the server answers to objects it cannot read, and what it makes of those it can.

use super::*;

fn said(api_version: &str, kind: &str, yaml: &str) -> String {
    let value: Value = serde_yaml::from_str(yaml).unwrap();
    decode(&value, api_version, kind).map_or_else(|error| error.to_string(), |value| value.to_string())
}

#[test]
fn names_every_unknown_field_with_its_path() {
    let yaml = "{metadata: {foo: 1}, spec: {containerss: [], template: {spec: {containers: [{name: a}, {name: b, foo: 1, Image: x}]}}}}";
    assert_eq!(
        said("apps/v1", "StatefulSet", yaml),
        "strict decoding error: unknown field \"metadata.foo\", unknown field \"spec.containerss\", \
         unknown field \"spec.template.spec.containers[1].Image\", unknown field \"spec.template.spec.containers[1].foo\""
    );
    assert_eq!(said("v1", "Pod", "{Spec: {}}"), "strict decoding error: unknown field \"Spec\"");
    let error = decode(&serde_json::json!({"spec": {"replicsa": 3}}), "apps/v1", "StatefulSet").unwrap_err();
    assert_eq!(
        error.cannot_be_handled("apps/v1", "StatefulSet", "StatefulSet"),
        "StatefulSet in version \"v1\" cannot be handled as a StatefulSet: \
         strict decoding error: unknown field \"spec.replicsa\""
    );
}

#[test]
fn says_which_type_it_wanted() {
    let table = r"
        {spec: {replicas: two}} => string into Go struct field StatefulSetSpec.spec.replicas of type int32
        {spec: {replicas: 2.5}} => number 2.5 into Go struct field StatefulSetSpec.spec.replicas of type int32
        {spec: {replicas: 99999999999}} => number 99999999999 into Go struct field StatefulSetSpec.spec.replicas of type int32
        {spec: {replicas: true}} => bool into Go struct field StatefulSetSpec.spec.replicas of type int32
        {metadata: {labels: {a: true}}} => bool into Go struct field ObjectMeta.metadata.labels of type string
        {metadata: {labels: [a]}} => array into Go struct field ObjectMeta.metadata.labels of type map[string]string
        {metadata: {name: 5}} => number into Go struct field ObjectMeta.metadata.name of type string
        {metadata: {uid: 5}} => number into Go struct field ObjectMeta.metadata.uid of type types.UID
        {metadata: x} => string into Go struct field StatefulSet.metadata of type v1.ObjectMeta
        {metadata: {creationTimestamp: 5}} => number into Go struct field ObjectMeta.metadata.creationTimestamp of type string
        {spec: []} => array into Go struct field StatefulSet.spec of type v1.StatefulSetSpec
        {spec: {template: {spec: {containers: {name: a}}}}} => object into Go struct field PodSpec.spec.template.spec.containers of type []v1.Container
        {spec: {template: {spec: {containers: [a]}}}} => string into Go struct field PodSpec.spec.template.spec.containers of type v1.Container
        {spec: {template: {spec: {containers: [{command: sleep}]}}}} => string into Go struct field Container.spec.template.spec.containers.command of type []string
        {spec: {template: {spec: {containers: [{env: [{name: A, value: 1}]}]}}}} => number into Go struct field EnvVar.spec.template.spec.containers.env.value of type string
        {spec: {template: {spec: {restartPolicy: 1}}}} => number into Go struct field PodSpec.spec.template.spec.restartPolicy of type v1.RestartPolicy
        {spec: {updateStrategy: {rollingUpdate: {maxUnavailable: true}}}} => bool into Go struct field RollingUpdateStatefulSetStrategy.spec.updateStrategy.rollingUpdate.maxUnavailable of type int32
        {spec: {updateStrategy: {rollingUpdate: {maxUnavailable: 1.5}}}} => number 1.5 into Go struct field RollingUpdateStatefulSetStrategy.spec.updateStrategy.rollingUpdate.maxUnavailable of type int32
        {spec: {template: {spec: {containers: [{resources: {limits: 1}}]}}}} => number into Go struct field ResourceRequirements.spec.template.spec.containers.resources.limits of type v1.ResourceList
        {nonsense: 1, spec: {replicas: two, serviceName: 5}} => string into Go struct field StatefulSetSpec.spec.replicas of type int32
        [] => array into Go value of type v1.StatefulSet";
    for row in table.lines().filter(|row| !row.trim().is_empty()) {
        let (yaml, message) = row.trim().split_once(" => ").unwrap();
        assert_eq!(
            said("apps/v1", "StatefulSet", yaml),
            format!("json: cannot unmarshal {message}"),
            "{yaml}"
        );
    }
}

#[test]
fn passes_on_what_a_type_says_of_itself() {
    let shape = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
    // The first unmarshaller that fails ends the decoding, whatever was wrong before it.
    let yaml = "{metadata: {name: 5}, spec: {volumeClaimTemplates: [{spec: {resources: {requests: {storage: lots}}}}]}}";
    assert_eq!(said("apps/v1", "StatefulSet", yaml), shape);
    assert_eq!(said("v1", "Pod", "{spec: {overhead: {cpu: true}}}"), shape);
    assert_eq!(
        said("v1", "Pod", "{metadata: {creationTimestamp: soon}}"),
        "parsing time \"soon\" as \"2006-01-02T15:04:05Z07:00\": cannot parse \"soon\" as \"2006\""
    );
    assert_eq!(said("v1", "Secret", "{data: {a: 'x y'}}"), "illegal base64 data at input byte 1");
    assert_eq!(
        said("apps/v1", "Nonsense", "{}"),
        "no kind \"Nonsense\" is registered for version \"apps/v1\""
    );
}

#[test]
fn keeps_what_go_would_write_again() {
    for (kind, yaml, json) in [
        ("Pod", "{spec: null, metadata: {name: a, labels: {}}}", r#"{"metadata":{"name":"a"}}"#),
        (
            "Pod",
            "{spec: {containers: [{name: a, image: '', stdin: false, resources: {}, ports: []}], priority: 0}}",
            r#"{"spec":{"containers":[{"name":"a","resources":{}}],"priority":0}}"#,
        ),
        (
            "Pod",
            "{spec: {containers: [null], nodeSelector: {a: null}, overhead: {cpu: null, memory: 1024Mi, x: 0.5}}}",
            r#"{"spec":{"containers":[{}],"nodeSelector":{"a":""},"overhead":{"cpu":"0","memory":"1Gi","x":"500m"}}}"#,
        ),
        (
            "Pod",
            "{spec: {volumes: [{name: a, emptyDir: {}}]}}",
            r#"{"spec":{"volumes":[{"emptyDir":{},"name":"a"}]}}"#,
        ),
        (
            "Service",
            "{spec: {ports: [{port: 80.0, targetPort: web}]}}",
            r#"{"spec":{"ports":[{"port":80,"targetPort":"web"}]}}"#,
        ),
        ("Secret", "{data: {a: \"YW\\nI=\"}}", r#"{"data":{"a":"YWI="}}"#),
    ] {
        assert_eq!(said("v1", kind, yaml), json, "{yaml}");
    }
}

#[test]
fn matches_the_recorded_answers() {
    let frame = "StatefulSet in version \"v1\" cannot be handled as a StatefulSet: ";
    for (yaml, message) in [
        ("{spec: {replicas: 2, replicsa: 3}}", "strict decoding error: unknown field \"spec.replicsa\""),
        (
            "{spec: {replicas: two}}",
            "json: cannot unmarshal string into Go struct field StatefulSetSpec.spec.replicas of type int32",
        ),
        (
            "{spec: {volumeClaimTemplates: [{spec: {resources: {requests: {storage: lots}}}}]}}",
            "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
        ),
    ] {
        let error = decode(&serde_yaml::from_str(yaml).unwrap(), "apps/v1", "StatefulSet").unwrap_err();
        let said = error.cannot_be_handled("apps/v1", "StatefulSet", "StatefulSet");
        assert_eq!(said, format!("{frame}{message}"));
    }
}
