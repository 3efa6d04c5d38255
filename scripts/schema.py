#!/usr/bin/env python3
"""Writes src/api/schema/v1_36.txt from the Go types of Kubernetes and its OpenAPI document.

usage: scripts/schema.py KUBERNETES_SOURCE SWAGGER_JSON > src/api/schema/v1_36.txt
"""
import json, re, sys

SRC, SWAGGER = sys.argv[1], json.load(open(sys.argv[2]))["definitions"]
STAGING = SRC + "/staging/src/k8s.io/"
PACKAGES = {  # Go import name in the sources -> folder
    "core": "api/core/v1", "apps": "api/apps/v1", "policy": "api/policy/v1", "storage": "api/storage/v1",
    "discovery": "api/discovery/v1", "coordination": "api/coordination/v1", "scheduling": "api/scheduling/v1",
    "autoscaling": "api/autoscaling/v1", "batch": "api/batch/v1", "meta": "apimachinery/pkg/apis/meta/v1",
}
ROOTS = [("core", "v1", k) for k in """Pod Service Namespace Node PersistentVolumeClaim PersistentVolume ConfigMap Secret
    ServiceAccount Event Endpoints List Binding PodTemplate""".split()]
ROOTS += [("apps", "apps/v1", k) for k in "StatefulSet DaemonSet Deployment ReplicaSet ControllerRevision".split()]
ROOTS += [("policy", "policy/v1", k) for k in "PodDisruptionBudget Eviction".split()]
ROOTS += [("storage", "storage.k8s.io/v1", "StorageClass"), ("discovery", "discovery.k8s.io/v1", "EndpointSlice"),
          ("coordination", "coordination.k8s.io/v1", "Lease"), ("scheduling", "scheduling.k8s.io/v1", "PriorityClass"),
          ("autoscaling", "autoscaling/v1", "Scale"), ("batch", "batch/v1", "Job"), ("meta", "v1", "DeleteOptions")]
BUILTIN = {"string", "bool", "int32", "int64", "float64", "byte"}
SPECIAL = {"resource.Quantity": "Quantity", "intstr.IntOrString": "IntOrString", "runtime.RawExtension": "raw",
           "meta.Time": "Time", "meta.MicroTime": "MicroTime", "meta.FieldsV1": "raw", "types.UID": "types.UID",
           "types.NodeName": "types.NodeName"}

structs, named, enums = {}, {}, {}  # all keyed "package.Name"
for package, folder in PACKAGES.items():
    text = open(STAGING + folder + "/types.go").read()
    for name, body in re.findall(r"^type (\w+) struct \{\n(.*?)^\}", text, re.M | re.S):
        structs[f"{package}.{name}"] = body
    for name, target in re.findall(r"^type (\w+) ((?:map|\[\]|\w).*)$", text, re.M):
        if not target.startswith(("struct", "interface")):
            named[f"{package}.{name}"] = re.sub(r"\s*//.*", "", target)
    for name, value in re.findall(r'^\s*\w+\s+(\w+)\s*=\s*"([^"]*)"', text, re.M):
        enums.setdefault(f"{package}.{name}", []).append(value)

def go_type(expression, package):
    """The table's form of a Go type, and the names it needs."""
    if expression.startswith("*"):
        inner, needs = go_type(expression[1:], package)
        return "*" + inner, needs
    if expression == "[]byte":
        return "bytes", []
    if expression.startswith("[]"):
        inner, needs = go_type(expression[2:], package)
        return "[]" + inner, needs
    if m := re.match(r"map\[([\w.]+)\](.*)", expression):
        key, key_needs = go_type(m[1], package)
        inner, needs = go_type(m[2], package)
        return f"map[{key}]" + inner, needs + key_needs
    if expression in BUILTIN:
        return expression, []
    if "." not in expression:
        expression = f"{package}.{expression}"
    prefix, name = expression.split(".")
    expression = {"metav1": "meta", "v1": "core", "corev1": "core", "apiv1": "core"}.get(prefix, prefix) + "." + name
    if expression in SPECIAL:
        return SPECIAL[expression], []
    return expression, [expression]

def fields(struct):
    package, rows, needs = struct.split(".")[0], [], []
    for line in structs[struct].splitlines():
        m = re.match(r"^\t(?:(\w+)\s+)?([*\[\]\w.]+)\s+`(.*)`", line)
        if not m or line.strip().startswith("//"):
            continue
        tag = dict(re.findall(r'(\w+):"([^"]*)"', m[3]))
        name, *options = tag.get("json", "").split(",")
        kind, more = go_type(m[2], package)
        if not name:
            inner_rows, inner_needs = fields(kind)
            rows, needs = rows + inner_rows, needs + inner_needs
            continue
        strategies = tag.get("patchStrategy", "").split(",")
        mark = "??" if "omitzero" in options else "?" if "omitempty" in options else ""
        if "merge" in strategies:
            mark += "@" + tag.get("patchMergeKey", "")
        mark += "#" if "retainKeys" in strategies else ""
        mark += "%" if "replace" in strategies else ""
        rows.append((name, kind, mark))
        needs += more
    return rows, needs

def required(struct):
    package, name = struct.split(".")
    for title, definition in SWAGGER.items():
        if title.endswith(f".{package}.v1.{name}") or package == "meta" and title.endswith(f".meta.v1.{name}"):
            return set(definition.get("required", []))
    return set()

todo, seen = [f"{'meta' if k == 'List' else p}.{k}" for p, _, k in ROOTS], {}
while todo:
    name = todo.pop()
    if name in seen:
        continue
    if name in structs:
        rows, needs = fields(name)
        seen[name] = [(n, k, ("!" if n in required(name) else "") + mark) for n, k, mark in rows]
    else:
        target, needs = go_type(named[name], name.split(".")[0])
        seen[name] = target
    todo += needs

bare = {}
for name in sorted(seen):
    bare.setdefault(name.split(".")[1], []).append(name)
short = {n: s for s, ns in bare.items() for n in ns if len(ns) == 1}
rename = lambda t: re.sub(r"\b[a-z]+\.[A-Z]\w*", lambda m: short.get(m[0], m[0]), t)
for _, version, kind in ROOTS:
    print("kind", version, kind)
for name in sorted(seen, key=lambda n: short.get(n, n)):
    title, body = short.get(name, name), seen[name]
    if isinstance(body, str):
        print(title, "=", " ".join([rename(body)] + (enums.get(name, []) if body == "string" else [])))
    else:
        print(title, " ".join(f"{n}:{rename(k)}{mark}" for n, k, mark in body))
