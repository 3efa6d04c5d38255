//! Visits to containers in whole clusters.

use crate::cluster::{Cluster, ClusterConfig, Input};
use crate::sim::{Span, Time};

fn typed(cluster: &mut Cluster, terminal: u32, line: &str, seconds: u64) {
    cluster.submit(Input::Line { terminal, line: line.to_owned() }).unwrap();
    cluster.run_until(cluster.now() + Span::from_seconds(seconds));
}

fn printed(cluster: &Cluster) -> String {
    let terminals = [0, 1].into_iter().filter_map(|id| cluster.terminal(id));
    let entries = terminals.flat_map(|terminal| terminal.entries().iter());
    let line = |entry: &std::rc::Rc<crate::cluster::TerminalEntry>| {
        format!("{:?} {:?} {:?}\n", entry.line, entry.chunks, entry.exit)
    };
    entries.map(line).collect::<Vec<_>>().concat()
}

#[test]
fn a_run_with_visits_to_containers_is_played_again_as_it_was() {
    let mut cluster = Cluster::new(ClusterConfig::with_nodes(2));
    typed(&mut cluster, 0, "kubectl apply -f https://k8s.io/examples/application/web/web.yaml", 30);
    typed(&mut cluster, 0, "kubectl exec web-0 -- sh -c 'echo hello > /usr/share/nginx/html/index.html'", 1);
    typed(&mut cluster, 0, "kubectl run -it --rm look --image=busybox:1.28 --restart=Never", 10);
    typed(&mut cluster, 1, "kubectl logs -f web-0", 1);
    typed(&mut cluster, 0, "wget -qO- web-0.nginx; sleep 100", 1);
    cluster.submit(Input::Interrupt { terminal: 0 }).unwrap();
    typed(&mut cluster, 0, "exit 7", 10);
    typed(&mut cluster, 0, "kubectl exec web-1 -- pkill nginx", 20);
    cluster.submit(Input::Interrupt { terminal: 1 }).unwrap();
    let shown = printed(&cluster);
    for part in ["hello", "GET / HTTP/1.1", "pod default/look terminated (Error)", "Some(7)"] {
        assert!(shown.contains(part), "{part} in {shown}");
    }
    let mut again = Cluster::new(ClusterConfig::with_nodes(2));
    again.play(cluster.inputs(), cluster.now()).unwrap();
    assert_eq!(again.event_log().hash(), cluster.event_log().hash());
    assert_eq!(printed(&again), shown);
}

#[test]
fn a_shell_that_waits_for_a_line_keeps_no_cluster_from_being_settled() {
    let mut cluster = Cluster::new(ClusterConfig::with_nodes(1));
    typed(&mut cluster, 0, "kubectl run -it shell --image=busybox --restart=Never", 20);
    assert!(cluster.terminal(0).unwrap().takes_input() && cluster.is_settled());
    // Closing the terminal closes the shell's input, and so its pod ends.
    cluster.submit(Input::Close { terminal: 0 }).unwrap();
    cluster.run_until(cluster.now() + Span::from_seconds(5));
    typed(&mut cluster, 1, "kubectl get pod shell -o jsonpath='{.status.phase}'", 0);
    assert!(printed(&cluster).contains("Succeeded"), "{}", printed(&cluster));
    assert!(cluster.now() > Time::ZERO);
}

#[test]
fn an_interrupt_ends_what_reads_from_a_pipe_whatever_terminal_it_asks_for() {
    for (line, ends) in [
        ("kubectl edit sts web | kubectl exec -it web-0 -- sh", true),
        ("sleep 1000 | kubectl attach -it box", true),
        ("kubectl exec -it web-0 -- sh", false),
        ("kubectl exec -it web-0 -- sh | cat", false),
    ] {
        let mut cluster = Cluster::new(ClusterConfig::with_nodes(1));
        typed(&mut cluster, 0, "kubectl apply -f https://k8s.io/examples/application/web/web.yaml", 30);
        typed(&mut cluster, 0, "kubectl run box -it --image=busybox --restart=Never", 10);
        cluster.submit(Input::Close { terminal: 0 }).unwrap();
        typed(&mut cluster, 1, line, 5);
        cluster.submit(Input::Interrupt { terminal: 1 }).unwrap();
        assert_eq!(!cluster.terminal(1).unwrap().is_busy(), ends, "{line}: {}", printed(&cluster));
    }
}
