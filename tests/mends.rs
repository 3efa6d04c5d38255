//! What `why` offers to mend a blocked object really mends it: each line is run as it is offered.
#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use kubesets::api::{Kind, ObjectKey};
use kubesets::cluster::explain::{Class, Explanation, Mend};
use kubesets::cluster::{Cluster, Input};
use kubesets::sim::Span;
use kubesets::transcript;

/// Words of a line that a person is to fill in.
const BLANKS: [&str; 5] = ["IMAGE", "NAME", "NODE", "POD", "ZONE"];
/// Some things have to be mended one after another.
const ROUNDS_MAX: usize = 8;

fn key(named: &str) -> ObjectKey {
    let (type_, name) = named.split_once('/').unwrap();
    let is_it = |kind: &&Kind| {
        let resource = kind.resource();
        resource.singular == type_ || resource.short_names.contains(&type_)
    };
    let kind = Kind::ALL.iter().find(is_it).copied().unwrap();
    ObjectKey::new(kind, if kind.is_namespaced() { "default" } else { "" }, name)
}

/// The lines of the first mend that can be run as it is, and of those that must follow it.
fn lines(about: &Explanation) -> Vec<String> {
    let is_complete = |mend: &&Mend| {
        mend.line.as_ref().is_some_and(|line| !BLANKS.iter().any(|blank| line.contains(blank)))
    };
    let mut offered =
        about.mends.iter().filter(is_complete).skip_while(|mend| mend.words.starts_with("See "));
    let first = offered.next();
    let rest = offered.filter(|mend| mend.words.starts_with("Then "));
    first.into_iter().chain(rest).filter_map(|mend| mend.line.clone()).collect()
}

/// A script brings a cluster into a state in which an object is blocked by a rule; what is offered mends it.
#[track_caller]
fn check(script: &str, object: &str, rule: &str) {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scenarios");
    let mut cluster = Cluster::new(transcript::config(script));
    transcript::play(&mut cluster, script, &|name| std::fs::read_to_string(folder.join(name)).ok()).unwrap();
    let key = key(object);
    let first = cluster.explain(&key);
    assert_eq!((first.class, first.rule.name), (Class::Blocked, rule), "{}", first.sentence);
    let mut done = Vec::new();
    for _ in 0..ROUNDS_MAX {
        let about = cluster.explain(&key);
        if !about.is_blocked() {
            return;
        }
        let offered = lines(&about);
        assert!(!offered.is_empty(), "nothing more is offered after {done:?}: {}", about.sentence);
        for line in offered {
            // In another terminal: what is mended may be what the first waits for.
            cluster.submit(Input::Line { terminal: 1, line: line.clone() }).unwrap();
            cluster.run_until(cluster.now() + Span::from_seconds(150));
            done.push(line);
        }
    }
    assert!(
        !cluster.explain(&key).is_blocked(),
        "{done:?} left {object} blocked: {}",
        cluster.explain(&key).sentence
    );
}

const WEB: &str = "$ kubectl apply -f web.yaml\nsettle\n";
const BAD: &str = "$ kubectl set image sts/web nginx=nginx:bad\n+60s\n";

#[test]
fn rollouts() {
    check(&format!("{WEB}{BAD}"), "sts/web", "PodReady");
    check(&format!("{WEB}{BAD}$ kubectl rollout undo sts/web\n+5s\n"), "sts/web", "BrokenRollout");
    check(&format!("{WEB}{BAD}$ kubectl rollout undo sts/web\n+5s\n"), "pod/web-1", "ImagePull");
    let large = "$ kubectl set resources sts/web --requests=cpu=64\n+60s\n";
    check(&format!("{WEB}{large}"), "sts/web", "PodReady");
    check(&format!("{WEB}{large}"), "pod/web-1", "TooLarge");
    check(&format!("{WEB}{large}$ kubectl rollout undo sts/web\n+5s\n"), "sts/web", "BrokenRollout");
    check(&format!("{WEB}{large}$ kubectl rollout undo sts/web\n+5s\n"), "pod/web-1", "TooLarge");
    let cordoned = "$ kubectl set image sts/web nginx=nginx:2\n+1s\n$ kubectl cordon -l kubernetes.io/os=linux\n+30s\n\
                    $ kubectl set image sts/web nginx=nginx:3\n+5s\n";
    check(&format!("{WEB}{cordoned}"), "sts/web", "PodReady");
    let partition =
        r#"$ kubectl patch sts web -p '{"spec":{"updateStrategy":{"rollingUpdate":{"partition":7}}}}'"#;
    let update = "$ kubectl set image sts/web nginx=nginx:2\n+5s\n";
    check(&format!("{WEB}{partition}\n{update}"), "sts/web", "PartitionTooHigh");
    let start = r#"$ kubectl patch sts web -p '{"spec":{"ordinals":{"start":5},"updateStrategy":{"rollingUpdate":{"partition":4}}}}'"#;
    check(&format!("{WEB}{start}\nsettle\n{update}"), "sts/web", "PartitionTooHigh");
    let on_delete = r#"$ kubectl patch sts web -p '{"spec":{"updateStrategy":{"type":"OnDelete","rollingUpdate":null}}}'"#;
    check(&format!("{WEB}{on_delete}\n{update}"), "sts/web", "OnDelete");
    let claims = r#"$ kubectl patch sts web -p '{"spec":{"persistentVolumeClaimRetentionPolicy":{"whenScaled":"Delete"}}}'"#;
    let again =
        "settle\n$ kubectl scale sts web --replicas=1\n+1s\n$ kubectl scale sts web --replicas=2\n+20s\n";
    check(&format!("{WEB}{claims}\n{again}"), "sts/web", "StaleClaimGone");
    let hello = "$ kubectl create deployment hello --image=hello:1 --replicas=3\nsettle\n";
    let bad = "$ kubectl set image deploy/hello hello=hello:bad\n+60s\n";
    check(&format!("{hello}{bad}"), "deploy/hello", "MinimumAvailability");
    check(&format!("{hello}{bad}+700s\n"), "deploy/hello", "ProgressDeadline");
    let pause = "$ kubectl rollout pause deploy/hello\n$ kubectl set image deploy/hello hello=hello:2\n+5s\n";
    check(&format!("{hello}{pause}"), "deploy/hello", "Paused");
    let stays = r#"$ kubectl patch sts web -p '{"spec":{"updateStrategy":{"type":"OnDelete","rollingUpdate":null}}}'
$ kubectl set image sts/web nginx=nginx:bad
+2s
$ kubectl delete pod web-1
+60s
"#;
    check(&format!("{WEB}{stays}"), "pod/web-1", "ImagePull");
}

#[test]
fn refused_requests() {
    let stranger = "$ kubectl run web-0 --image=a\n+5s\n$ kubectl apply -f web.yaml\n+5s\n";
    check(stranger, "sts/web", "RequestRefused");
    let account = "$ kubectl create deployment hello --image=hello:1 --replicas=2 --dry-run=client -o yaml > hello.yaml\n\
                   $ sed -i 's/      containers:/      serviceAccountName: absent\\n      containers:/' hello.yaml\n\
                   $ kubectl apply -f hello.yaml\n+2s\n";
    check(account, "deploy/hello", "ReplicaFailure");
}

#[test]
fn daemon_sets() {
    let set = "$ cat > ds.yaml <<END\n> apiVersion: apps/v1\n> kind: DaemonSet\n> metadata: {name: agent}\n> spec:\n\
               >   selector: {matchLabels: {app: agent}}\n>   template:\n>     metadata: {labels: {app: agent}}\n\
               >     spec: {nodeSelector: {disk: ssd}, containers: [{name: a, image: 'a:1'}]}\n> END\n\
               $ kubectl apply -f ds.yaml\n+5s\n";
    check(set, "ds/agent", "SuitableNode");
    let update = "$ kubectl label nodes --all disk=ssd\n+20s\n$ kubectl set image ds/agent a=a:bad\n+60s\n";
    check(&format!("{set}{update}"), "ds/agent", "MaxUnavailable");
    let on_delete = r#"$ kubectl patch ds agent -p '{"spec":{"updateStrategy":{"type":"OnDelete","rollingUpdate":null}}}'"#;
    let update = "$ kubectl label nodes --all disk=ssd\n+20s\n$ kubectl set image ds/agent a=a:2\n+5s\n";
    check(&format!("{set}{on_delete}\n{update}"), "ds/agent", "OnDelete");
}

#[test]
fn placement() {
    let run = |spec: &str| format!("$ kubectl run a --image=a --overrides='{{\"spec\":{spec}}}'\n+5s\n");
    check(&run(r#"{"nodeSelector":{"disk":"ssd"}}"#), "pod/a", "NoNodeMatches");
    check(&run(r#"{"schedulingGates":[{"name":"quota"}]}"#), "pod/a", "Gated");
    let cordon = "$ kubectl cordon node-1 node-2 node-3 node-4\n";
    check(&format!("{cordon}{}", run("{}")), "pod/a", "Cordoned");
    let taint = "$ kubectl taint nodes --all gpu=yes:NoSchedule\n";
    check(&format!("{taint}{}", run("{}")), "pod/a", "Tainted");
    let lost = "%node node-1\n$ fault stop node/node-1\n+60s\n";
    check(&format!("{lost}{}", run("{}")), "pod/a", "Tainted");
    let two = "$ kubectl taint nodes --all node.kubernetes.io/out-of-service=nodeshutdown:NoSchedule gpu=yes:NoSchedule\n";
    check(&format!("{two}{}", run("{}")), "pod/a", "Tainted");
    check(&run(r#"{"nodeSelector":{"disk":"ssd","size":"large"}}"#), "pod/a", "NoNodeMatches");
    let elsewhere = "$ fault misplace sc/standard --node=node-4\n$ kubectl cordon node-4\n\
                     $ kubectl apply -f web.yaml\n+30s\n$ fault clear sc/standard\n";
    check(elsewhere, "pod/web-0", "VolumeElsewhere");
    let zone = "%node node-1\n$ kubectl label node node-1 topology.kubernetes.io/zone=a\n\
                $ kubectl apply -f web.yaml\nsettle\n\
                $ kubectl label pv --all topology.kubernetes.io/zone=b\n$ kubectl delete pod web-0\n+30s\n";
    check(zone, "pod/web-0", "VolumeZone");
}

#[test]
fn containers() {
    check("$ fault no-image image/a:1\n$ kubectl run a --image=a:1\n+30s\n", "pod/a", "ImagePull");
    check(&format!("{WEB}$ fault crash-loop pod/web-1\n+300s\n"), "pod/web-1", "CrashLoop");
    check(&format!("{WEB}! unready web-1\n+5s\n"), "pod/web-1", "Unready");
    let gate = r#"$ kubectl run a --image=a --overrides='{"spec":{"readinessGates":[{"conditionType":"example.com/x"}]}}'
+10s
"#;
    check(gate, "pod/a", "ReadinessGate");
    check(&format!("{WEB}! unready web-1\n! unready web-0\n+5s\n"), "svc/nginx", "NoReadyPod");
}

#[test]
fn storage() {
    let fault = "$ fault no-volume sc/standard\n$ kubectl apply -f web.yaml\n+30s\n";
    for (object, rule) in
        [("pvc/www-web-0", "ProvisionerRecovery"), ("pod/web-0", "VolumesBinding"), ("sts/web", "PodReady")]
    {
        check(fault, object, rule);
    }
    check(
        &format!("{WEB}$ kubectl delete pvc www-web-1 --wait=false\n+5s\n"),
        "pvc/www-web-1",
        "ClaimUnused",
    );
}

#[test]
fn selectors_and_budgets() {
    let service = "$ kubectl create deployment front --image=front:1 --replicas=2\n\
                   $ kubectl create service clusterip back --tcp=80\nsettle\n\
                   $ kubectl patch service back -p '{\"spec\":{\"selector\":{\"app\":null,\"tier\":\"front\"}}}'\n+2s\n";
    check(service, "svc/back", "SelectsNothing");
    let budget = |flags: &str| {
        format!(
            "$ kubectl create deployment front --image=front:1 --replicas=2\nsettle\n$ kubectl create pdb front {flags}\n+2s\n"
        )
    };
    check(&budget("--selector=name=front --max-unavailable=1"), "pdb/front", "Pods");
    check(&budget("--selector=app=front --max-unavailable=0"), "pdb/front", "NeverAllows");
    check(&budget("--selector=app=front --min-available=2"), "pdb/front", "NeverAllows");
    check(&budget("--selector=app=front --min-available=100%"), "pdb/front", "NeverAllows");
    let lone = "$ kubectl run lone --image=a --labels=app=lone\n\
                $ kubectl create pdb lone --selector=app=lone --min-available=50%\n+5s\n";
    check(lone, "pdb/lone", "ManagedPods");
    let drain = format!(
        "%node node-1\n%node node-2\n{}$& kubectl drain node-1 --ignore-daemonsets\n+2s\n",
        budget("--selector=app=front --max-unavailable=0")
    );
    check(&drain, "node/node-1", "DrainNever");
    let two = "$ kubectl create pdb again --selector=app=front --max-unavailable=1\n+2s\n";
    let two = format!("{}{two}", budget("--selector=app=front --max-unavailable=1"));
    check(&two, "pdb/front", "SeveralBudgets");
}

#[test]
fn deletions_and_lost_nodes() {
    let finalizer = "$ kubectl patch pod web-1 --type=merge -p '{\"metadata\":{\"finalizers\":[\"example.com/x\"]}}'\n\
                     $ kubectl delete pod web-1 --wait=false\n+60s\n";
    check(&format!("{WEB}{finalizer}"), "sts/web", "PodTermination");
    check(&format!("{WEB}{finalizer}"), "pod/web-1", "Finalizer");
    let namespace = "$ kubectl create namespace old\n$ kubectl -n old create configmap kept --from-literal=a=b\n\
                     $ kubectl -n old patch configmap kept --type=merge -p '{\"metadata\":{\"finalizers\":[\"example.com/x\"]}}'\n\
                     $ kubectl delete namespace old --wait=false\n+5s\n";
    check(namespace, "ns/old", "NamespaceContentRemaining");
    check("$ fault stop node/node-1\n+70s\n", "node/node-1", "KubeletReturn");
    let pod = "$ kubectl run a --image=a --overrides='{\"spec\":{\"nodeName\":\"node-1\"}}'\nsettle\n";
    check(&format!("{pod}$ fault stop node/node-1\n+400s\n"), "pod/a", "TerminatingOnLostNode");
}
