//! The verbs, as scripts: one request a line, what the server answers under it.

mod deletions;
mod writes;

use expect_test::Expect;

use crate::api::meta::ResourceVersion;
use crate::api::pod::Pod;
use crate::api::{Kind, Object, ObjectKey, Timestamp};
use crate::apiserver::{
    ApiServer, Body, DeleteOptions, Preconditions, PropagationPolicy, Request, StatusError, Subresource,
};
use crate::sim::{Rng, Time};

/// A script's server, and the copies of objects that its client remembers.
struct Script {
    server: ApiServer,
    remembered: Vec<Object>,
}

fn check(script: &str, expected: &Expect) {
    let mut run = Script { server: ApiServer::new(Rng::new(1)), remembered: Vec::new() };
    let mut said = String::new();
    for line in script.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let before = run.server.store().revision();
        let answer = run.line(line).map_or_else(|error| format!("{}: {error}", error.reason), |o| shown(&o));
        let events = run.server.store().revision() - before;
        said.push_str(&format!("{line}\n  {answer} ({events} written)\n"));
    }
    expected.assert_eq(&said);
}

/// An object in one line.
fn shown(object: &Object) -> String {
    let meta = object.meta();
    let mut parts = vec![format!("{} v{} gen {}", object.key(), meta.resource_version.0, meta.generation)];
    if let Some(end) = meta.deletion_timestamp {
        parts.push(format!("ends at {}s", end.time().seconds()));
    }
    parts.extend(meta.deletion_grace_period_seconds.map(|grace| format!("grace {grace}")));
    if !meta.finalizers.is_empty() {
        parts.push(format!("finalizers {}", meta.finalizers.join(",")));
    }
    if let Object::Pod(pod) = object {
        parts.push(format!("phase {} node {:?}", pod.status.phase, pod.spec.node_name));
        parts.extend(pod.status.conditions.iter().map(|c| format!("{}={}", c.type_, c.status)));
    }
    parts.join(", ")
}

impl Script {
    fn line(&mut self, line: &str) -> Result<Object, StatusError> {
        let words: Vec<&str> = line.split_whitespace().collect();
        let (verb, args) = words.split_first().unwrap();
        let option = |name: &str| args.iter().find_map(|word| word.strip_prefix(name)?.strip_prefix('='));
        let key = |word: &str| {
            let (kind, name) = word.split_once('/').unwrap();
            let kind = *Kind::ALL.iter().find(|k| k.resource().singular == kind).unwrap();
            ObjectKey::new(kind, if kind.is_namespaced() { "default" } else { "" }, name)
        };
        let preconditions = Preconditions {
            uid: option("uid").map(str::to_owned),
            resource_version: option("version").map(|v| v.parse().unwrap()),
        };
        let options = DeleteOptions {
            grace_period_seconds: option("grace").map(|g| g.parse().unwrap()),
            preconditions: preconditions.clone(),
            propagation_policy: option("cascade").map(|policy| match policy {
                "foreground" => PropagationPolicy::Foreground,
                "orphan" => PropagationPolicy::Orphan,
                _ => PropagationPolicy::Background,
            }),
        };
        let dry_run = args.contains(&"dry-run");
        match *verb {
            "at" => {
                self.server.set_now(Time::from_ms(args[0].parse::<u64>().unwrap() * 1000));
                Err(StatusError::bad_request("(time)"))
            }
            "create" => {
                let object = made(&key(args[0]), option("finalizers"), option("generate"));
                self.server.handle(Request::Create {
                    kind: object.kind(),
                    namespace: object.meta().namespace.clone(),
                    body: Body::Typed(object),
                    dry_run,
                })
            }
            "remember" => {
                let object = self.server.get(&key(args[0])).cloned()?;
                self.remembered.push(object.clone());
                Ok(object)
            }
            "update" | "status" => {
                let mut object = if args.contains(&"old") {
                    self.remembered.last().unwrap().clone()
                } else {
                    self.server.get(&key(args[0])).cloned()?
                };
                changed(&mut object, &option);
                let subresource = if *verb == "status" { Subresource::Status } else { Subresource::Main };
                let body = Body::Typed(object);
                self.server.handle(Request::Update { key: key(args[0]), body, subresource, dry_run })
            }
            "delete" => self.server.handle(Request::Delete { key: key(args[0]), options, dry_run }),
            "evict" => self.server.handle(Request::Evict { key: key(args[0]), options, dry_run }),
            "bind" => {
                let (uid, node) = (preconditions.uid, args[1].to_owned());
                self.server.handle(Request::Bind { key: key(args[0]), uid, node })
            }
            "scale" => {
                let replicas = args[1].parse().unwrap();
                self.server.handle(Request::Scale { key: key(args[0]), replicas, preconditions })
            }
            "get" => self.server.get(&key(args[0])).cloned(),
            other => panic!("{other}"),
        }
    }
}

fn made(key: &ObjectKey, finalizers: Option<&str>, generate: Option<&str>) -> Object {
    let spec = match key.kind {
        Kind::Pod => "{spec: {terminationGracePeriodSeconds: 30, containers: [{name: a, image: b}]}}",
        Kind::StatefulSet => {
            "{spec: {replicas: 1, podManagementPolicy: OrderedReady, selector: {matchLabels: {a: b}},
              updateStrategy: {type: RollingUpdate}, template: {metadata: {labels: {a: b}}, spec: {dnsPolicy: Default,
              restartPolicy: Always, terminationGracePeriodSeconds: 30, containers: [{name: a, image: b,
              imagePullPolicy: Always, terminationMessagePolicy: File}]}}}}"
        }
        _ => "{}",
    };
    let mut object = Object::from_value(key.kind, serde_yaml::from_str(spec).unwrap()).unwrap();
    let meta = object.meta_mut();
    meta.namespace.clone_from(&key.namespace);
    match generate {
        Some(prefix) => prefix.clone_into(&mut meta.generate_name),
        None => meta.name.clone_from(&key.name),
    }
    meta.finalizers = finalizers.into_iter().flat_map(|names| names.split(',')).map(str::to_owned).collect();
    object
}

fn changed<'a>(object: &mut Object, option: &dyn Fn(&str) -> Option<&'a str>) {
    let meta = object.meta_mut();
    if let Some(label) = option("label") {
        meta.labels.insert("l".into(), label.into());
    }
    if let Some(names) = option("finalizers") {
        meta.finalizers = names.split(',').filter(|name| !name.is_empty()).map(str::to_owned).collect();
    }
    if let Some(version) = option("version") {
        meta.resource_version = ResourceVersion(version.parse().unwrap());
    }
    if option("times").is_some() {
        meta.creation_timestamp = Some(Timestamp::at(Time::from_ms(5_000_000)));
        meta.generation = 99;
        meta.deletion_timestamp = None;
    }
    if let Object::Pod(pod) = object {
        let pod: &mut Pod = std::rc::Rc::make_mut(pod);
        pod.status.phase = option("phase").map_or(pod.status.phase.clone(), str::to_owned);
        if let Some(image) = option("image") {
            pod.spec.containers[0].image = image.into();
        }
    }
    if let (Object::StatefulSet(set), Some(replicas)) = (object, option("replicas")) {
        std::rc::Rc::make_mut(set).spec.replicas = Some(replicas.parse().unwrap());
    }
}
