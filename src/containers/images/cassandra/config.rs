//! What the environment says of a node, and the files that the image's start script writes of it.
//!
//! Models `run.sh` of gcr.io/google-samples/cassandra: each variable replaces a line of `cassandra.yaml`.
//! Left out: the lines that no variable replaces.

use crate::containers::World;

/// The file that the server reads.
pub(super) const CONFIG: &str = "/etc/cassandra/cassandra.yaml";
/// The datacenter and the rack, where both are given.
const RACK_FILE: &str = "/etc/cassandra/cassandra-rackdc.properties";
/// `cassandra.yaml` as the image brings it.
pub(super) const UNTOUCHED: &str = "cluster_name: 'Test Cluster'\nnum_tokens: 256\n";

/// What a node is told.
pub(super) struct Config {
    pub(super) cluster: String,
    pub(super) tokens: String,
    pub(super) rpc_address: String,
    pub(super) snitch: String,
    pub(super) datacenter: String,
    pub(super) rack: String,
    seeds: Option<String>,
    has_place: bool,
}

impl Config {
    /// What the environment of the container says that the world is in.
    pub(super) fn of(world: &World) -> Self {
        let given = |name: &str| {
            let value = world.instance().and_then(|held| held.environment.get(name));
            value.filter(|value| !value.is_empty()).cloned()
        };
        let or = |name: &str, usual: &str| given(name).unwrap_or_else(|| usual.to_owned());
        // Without both of them the snitch knows one place only.
        let has_place = given("CASSANDRA_DC").is_some() && given("CASSANDRA_RACK").is_some();
        let place = |name: &str, usual: &str| if has_place { or(name, usual) } else { usual.to_owned() };
        let snitch = if has_place { "GossipingPropertyFileSnitch" } else { "SimpleSnitch" };
        Self {
            cluster: or("CASSANDRA_CLUSTER_NAME", "Test Cluster"),
            tokens: or("CASSANDRA_NUM_TOKENS", "32"),
            rpc_address: or("CASSANDRA_RPC_ADDRESS", "0.0.0.0"),
            snitch: or("CASSANDRA_ENDPOINT_SNITCH", snitch),
            datacenter: place("CASSANDRA_DC", "datacenter1"),
            rack: place("CASSANDRA_RACK", "rack1"),
            seeds: given("CASSANDRA_SEEDS"),
            has_place,
        }
    }

    /// The names of those that it asks for the ring.
    pub(super) fn seed_hosts<'a>(&'a self, address: &'a str) -> impl Iterator<Item = &'a str> {
        self.seeds(address).split(',').map(str::trim).filter(|host| !host.is_empty())
    }

    fn seeds<'a>(&'a self, address: &'a str) -> &'a str {
        self.seeds.as_deref().unwrap_or(address)
    }

    /// What the script says before the server starts.
    pub(super) fn announced(&self, address: &str) -> String {
        format!(
            "Starting Cassandra on {address}\nCASSANDRA_CLUSTER_NAME {}\nCASSANDRA_ENDPOINT_SNITCH {}\n\
             CASSANDRA_NUM_TOKENS {}\nCASSANDRA_RPC_ADDRESS {}\nCASSANDRA_SEEDS {}\n",
            self.cluster,
            self.snitch,
            self.tokens,
            self.rpc_address,
            self.seeds(address)
        )
    }

    /// The files that it writes.
    pub(super) fn files(&self, address: &str) -> Vec<(&'static str, String)> {
        let yaml = format!(
            "cluster_name: {}\nnum_tokens: {}\nlisten_address: {address}\nbroadcast_address: {address}\n\
             rpc_address: {}\nbroadcast_rpc_address: {address}\nendpoint_snitch: {}\n\
             disk_optimization_strategy: ssd\nauto_bootstrap: false\ndata_file_directories:\n    - /cassandra_data/data\n\
             seed_provider:\n    - class_name: org.apache.cassandra.locator.SimpleSeedProvider\n      parameters:\n          - seeds: \"{}\"\n",
            self.cluster,
            self.tokens,
            self.rpc_address,
            self.snitch,
            self.seeds(address)
        );
        let mut files = vec![(CONFIG, yaml)];
        if self.has_place {
            files.push((RACK_FILE, format!("dc={}\nrack={}\n", self.datacenter, self.rack)));
        }
        files
    }
}
