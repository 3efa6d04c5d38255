//! Whole sessions as text: every script of `tests/scenarios` is played and its output compared.
//!
//! `UPDATE_EXPECT=1` writes the output anew.
#![expect(clippy::panic, reason = "a script that cannot be played is a failed test")]

use std::path::Path;

use expect_test::expect_file;
use kubesets::cluster::Cluster;
use kubesets::transcript;

fn check(name: &str) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scenarios");
    let path = folder.join(name);
    let script = std::fs::read_to_string(&path).unwrap_or_default();
    let mut cluster = Cluster::new(transcript::config(&script));
    let read = |name: &str| std::fs::read_to_string(folder.join(name)).ok();
    match transcript::play(&mut cluster, &script, &read) {
        Ok(printed) => expect_file![path].assert_eq(&printed),
        Err(error) => panic!("{name}: {error}"),
    }
}

macro_rules! scenarios {
    ($($name:ident)*) => {
        $(#[test]
        fn $name() {
            check(concat!(stringify!($name), ".txt"));
        })*

        #[test]
        fn no_scenario_is_forgotten() {
            let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scenarios");
            let listed = [$(concat!(stringify!($name), ".txt")),*];
            let found = std::fs::read_dir(folder).into_iter().flatten().filter_map(|entry| {
                let name = entry.ok()?.file_name().into_string().ok()?;
                name.ends_with(".txt").then_some(name)
            });
            for name in found {
                assert!(listed.contains(&name.as_str()), "{name} is not in the list of scenarios");
            }
        }
    };
}

scenarios! {
    ordered_creation
    lines_in_a_row
    missing_configuration
    room_given_back
    broken_update
    partition
    bad_lines
    budget_drain
    budget_reasons
    two_budgets
    adoption
    endpoint_slices
    service_ports
    volume_with_claim
    volume_zones
    node_lost
    node_lost_force
    node_removed
    lost_leases
    crash_loop
    lost_image
    document_daemonset
    document_deployment
    ignored_sigterm
    no_volume
    shell
    kustomize
    bad_workloads
    containers_nginx
    containers_zookeeper
    containers_cassandra
    containers_kafka
    containers_wordpress
    containers_daemons
    containers_others
    containers_peers
    containers_starts
    containers_loops
    containers_waiting
    containers_ends
    huge_replicas
    why_again
    why_seen
    why_owners
    why_drains
    why_set_traps
    why_next_try
    why_room
    why_sets
    why_held_up
    why_daemons
    why_deployments
    why_placement
    why_claims
    why_selectors
    why_budgets
    why_nodes
    why_deletion
    why_containers
}
