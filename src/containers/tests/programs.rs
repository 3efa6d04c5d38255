//! What programs of images answer.

use serde_json::json;

use super::stage::{pod, run, world};

#[test]
fn a_process_has_the_groups_of_its_security_context() {
    let mut world = world(vec![pod(
        "group",
        "busybox:1.28",
        0,
        &json!({
            "securityContext":
                {"runAsUser": 1000, "runAsGroup": 3000, "fsGroup": 2000, "supplementalGroups": [4000]},
            "container": {"command": ["sleep", "1h"]},
        }),
    )]);
    for (pod, line, expected) in [
        (
            "group",
            "id; id -G; id -gn",
            "uid=1000 gid=3000 groups=2000,3000,4000\n2000 3000 4000\n! id: unknown ID 3000\n3000\n= 1",
        ),
        ("group", "id -u; id -g; id -nu nothing 2> /dev/null", "1000\n3000\n1000\n= 1"),
    ] {
        assert_eq!(run(&mut world, pod, line), expected, "{pod}: {line}");
    }
}

#[test]
fn programs_answer_as_those_of_the_image_do() {
    let mut world = world(vec![
        pod("web-0", "nginx:1.27", 0, &json!({"hostname": "web-0", "subdomain": "nginx"})),
        pod("box", "busybox:1.28", 0, &json!({"container": {"command": ["sleep", "1h"]}})),
    ]);
    for (pod, line, expected) in [
        (
            "web-0",
            "hostname; hostname -f; hostname -d",
            "web-0\nweb-0.nginx.default.svc.cluster.local\nnginx.default.svc.cluster.local\n",
        ),
        ("box", "hostname -f", "box\n"),
        ("web-0", "nosuch", "! sh: 1: nosuch: not found\n= 127"),
        ("box", "nosuch", "! sh: nosuch: not found\n= 127"),
        ("web-0", "ps", "! sh: 1: ps: not found\n= 127"),
        ("box", "cat nothing", "! cat: can't open 'nothing': No such file or directory\n= 1"),
        ("web-0", "cat nothing", "! cat: nothing: No such file or directory\n= 1"),
        ("box", "rm nothing", "! rm: can't remove 'nothing': No such file or directory\n= 1"),
        ("box", "ls nothing", "! ls: nothing: No such file or directory\n= 1"),
        ("box", "rm /bin/id; id", "! sh: id: not found\n= 127"),
        ("web-0", "id -u; whoami", "0\nroot\n"),
        (
            "box",
            "cat /settings/color; echo red > /settings/color",
            "blue! sh: /settings/color: Read-only file system\n= 1",
        ),
        ("web-0", "curl -s -o /dev/null -w '%{http_code} ' localhost localhost/x", "200 404 "),
        ("box", "wget -qO- web-0.nginx | grep title", "<title>Welcome to nginx!</title>\n"),
        ("box", "wget -q -O /tmp/page front && wc -l < /tmp/page", "23\n"),
        (
            "box",
            "wget -qO- web-0.nginx:8080",
            "! wget: can't connect to remote host (10.244.0.15): Connection refused\n= 1",
        ),
        (
            "box",
            "wget -O- web-0.nginx:8080",
            "! Connecting to web-0.nginx (10.244.0.15:8080)\nwget: can't connect to remote host (10.244.0.15): Connection refused\n= 1",
        ),
        ("box", "wget -qO- nobody", "! wget: bad address 'nobody'\n= 1"),
        ("web-0", "curl nobody", "! curl: (6) Could not resolve host: nobody\n= 6"),
        ("web-0", "curl -s 10.244.9.9", "= 7"),
        ("web-0", "curl -m 1 front:81", "~"),
        (
            "box",
            "nc -z web-0.nginx 80; nc -z web-0.nginx 81",
            "! nc: web-0.nginx (web-0.nginx:81): Connection refused\n= 1",
        ),
        ("box", "kill 1; kill 99", "! sh: kill: (99) - No such process\n= 1"),
        ("box", "pkill nothing", "= 1"),
        ("box", "cd /tmp && echo 'echo $1 of $#' > run.sh && sh run.sh x y", "x of 2\n"),
        ("box", "which sh nslookup bash", "/usr/bin/sh\n/usr/bin/nslookup\n= 1"),
        ("box", "grep -c . /etc/resolv.conf; grep box /etc/hosts", "3\n10.244.0.13\tbox\n"),
        ("web-0", "nginx -v", "! nginx version: nginx/1.27.0\n"),
    ] {
        assert_eq!(run(&mut world, pod, line), expected, "{pod}: {line}");
    }
}
