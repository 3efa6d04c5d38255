//! Kustomizations as text, and the objects that they make.

use super::*;

fn session(files: &[(&str, &str)]) -> Session {
    let files = files.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
    Session { files, ..Session::default() }
}

fn built(files: &[(&str, &str)], folder: &str) -> String {
    match build(&session(files), folder) {
        Ok(built) => {
            let objects: Vec<String> = built.objects.iter().map(crate::kubectl::formats::to_yaml).collect();
            built.warnings.into_iter().map(|line| line + "\n").collect::<String>() + &objects.join("---\n")
        }
        Err(error) => error.render(),
    }
}

const SET: &str = "apiVersion: apps/v1
kind: StatefulSet
metadata:
  name: web
spec:
  serviceName: nginx
  selector:
    matchLabels:
      app: nginx
  template:
    metadata:
      labels:
        app: nginx
    spec:
      containers:
      - name: nginx
        image: registry.k8s.io/nginx-slim:0.21
        env:
        - name: PASSWORD
          valueFrom:
            secretKeyRef:
              name: pass
              key: password
";
const SERVICE: &str = "apiVersion: v1
kind: Service
metadata:
  name: nginx
spec:
  clusterIP: None
";

const CHANGED: &str = "# Warning: 'commonLabels' is deprecated. Please use 'labels' instead. Run 'kustomize edit fix' to update your Kustomization automatically.
apiVersion: v1
data:
  password: WU9VUl9QQVNTV09SRA==
kind: Secret
metadata:
  labels:
    team: a
    tier: front
  name: my-pass-5m26tmdb5k
  namespace: shop
type: Opaque
---
apiVersion: v1
kind: Service
metadata:
  labels:
    team: a
    tier: front
  name: my-nginx
  namespace: shop
spec:
  clusterIP: None
  selector:
    tier: front
---
apiVersion: apps/v1
kind: StatefulSet
metadata:
  labels:
    team: a
    tier: front
  name: my-web
  namespace: shop
spec:
  replicas: 3
  selector:
    matchLabels:
      app: nginx
      tier: front
  serviceName: my-nginx
  template:
    metadata:
      labels:
        app: nginx
        tier: front
    spec:
      containers:
      - env:
        - name: PASSWORD
          valueFrom:
            secretKeyRef:
              key: password
              name: my-pass-5m26tmdb5k
        image: registry.k8s.io/nginx-slim:0.24
        name: nginx
";

#[test]
fn names_labels_and_images_are_changed_wherever_they_stand() {
    let kustomization = "resources: [set.yaml, service.yaml]
namespace: shop
namePrefix: my-
labels:
- pairs: {team: a}
commonLabels: {tier: front}
images:
- name: registry.k8s.io/nginx-slim
  newTag: '0.24'
replicas:
- {name: web, count: 3}
secretGenerator:
- name: pass
  literals: ['password=YOUR_PASSWORD']
";
    let files = [("kustomization.yaml", kustomization), ("set.yaml", SET), ("service.yaml", SERVICE)];
    assert_eq!(built(&files, "."), CHANGED);
}

const PATCHED: &str = "apiVersion: v1
data:
  A: \"1\"
  b: c
  zoo.cfg: |
    tickTime=2000
kind: ConfigMap
metadata:
  name: conf-dev-f5t5dgcb67
---
apiVersion: apps/v1
kind: StatefulSet
metadata:
  name: web-dev
spec:
  replicas: 1
  selector:
    matchLabels:
      app: nginx
  serviceName: other
  template:
    metadata:
      labels:
        app: nginx
    spec:
      containers:
      - env:
        - name: PASSWORD
          valueFrom:
            secretKeyRef:
              key: password
              name: pass
        image: nginx:1
        name: nginx
";

#[test]
fn an_overlay_patches_its_base() {
    let base =
        "resources: [set.yaml]\nconfigMapGenerator:\n- name: conf\n  files: [zoo.cfg]\n  envs: [vars]\n";
    let overlay = "resources: [../base]
nameSuffix: -dev
patches:
- target: {kind: StatefulSet}
  patch: |-
    - {op: replace, path: /spec/serviceName, value: other}
- patch: |-
    apiVersion: apps/v1
    kind: StatefulSet
    metadata: {name: web}
    spec: {replicas: 1, template: {spec: {containers: [{name: nginx, image: 'nginx:1'}]}}}
configMapGenerator:
- {name: conf, behavior: merge, literals: [b=c]}
";
    let files = [
        ("base/kustomization.yaml", base),
        ("base/set.yaml", SET),
        ("base/zoo.cfg", "tickTime=2000\n"),
        ("base/vars", "# not this\nA=1\n"),
        ("dev/kustomization.yaml", overlay),
    ];
    assert_eq!(built(&files, "dev"), PATCHED);
}

#[test]
fn what_is_wrong_is_told_in_kustomizes_words() {
    let cases = [
        (
            "resources: [nope.yaml]\n",
            "error: accumulating resources: accumulation err='accumulating resources from 'nope.yaml': evalsymlink \
             failure on '/home/learner/nope.yaml' : lstat /home/learner/nope.yaml: no such file or directory': must \
             build at directory: not a valid directory: evalsymlink failure on '/home/learner/nope.yaml' : lstat \
             /home/learner/nope.yaml: no such file or directory\n",
        ),
        ("resource: [a]\n", "error: invalid Kustomization: json: unknown field \"resource\"\n"),
        (
            "resources: a\n",
            "error: invalid Kustomization: json: cannot unmarshal string into Go struct field \
             Kustomization.resources of type []string\n",
        ),
        ("\n", "error: kustomization.yaml is empty\n"),
        (
            "resources: [service.yaml, service.yaml]\n",
            "error: accumulating resources: accumulation err='merging resources from 'service.yaml': may not add \
             resource with an already registered id: Service.v1.[noGrp]/nginx.[noNs]': must build at directory: \
             '/home/learner/service.yaml': file is not directory\n",
        ),
        (
            "secretGenerator: [{name: a, literals: [b]}]\n",
            "error: loading KV pairs: literal sources [b]: invalid literal source b, expected key=value\n",
        ),
    ];
    for (kustomization, expected) in cases {
        let files = [("kustomization.yaml", kustomization), ("service.yaml", SERVICE)];
        assert_eq!(built(&files, "./"), expected, "{kustomization}");
    }
    assert_eq!(
        built(&[("a.yaml", "")], "."),
        "error: unable to find one of 'kustomization.yaml', 'kustomization.yml' or 'Kustomization' in directory \
         '/home/learner'\n"
    );
    let lacks = build(&session(&[("kustomization.yaml", "helmCharts: []\n")]), ".").unwrap_err();
    assert!(matches!(lacks, CommandError::Sandbox(why) if why.contains("helmCharts")));
}

#[test]
fn capitals_make_no_difference_in_names_of_fields() {
    let config_map = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n";
    let files = [("kustomization.yaml", "nameprefix: test-\nResources: [a.yaml]\n"), ("a.yaml", config_map)];
    assert_eq!(built(&files, "."), "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: test-a\n");
    let wrong = built(&[("kustomization.yaml", "nameprefixes: test-\n")], ".");
    assert_eq!(wrong, "error: invalid Kustomization: json: unknown field \"nameprefixes\"\n");
}
