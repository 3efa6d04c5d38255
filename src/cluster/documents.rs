//! The documents' example manifests by URL.
//!
//! The sandbox has no network. What tutorials tell their readers to fetch is kept here, with the same
//! objects.

/// Sites whose examples they are.
const SITES: &[&str] =
    &["k8s.io/", "kubernetes.io/", "raw.githubusercontent.com/kubernetes/website/", "kow3ns.github.io/"];

/// The document of a URL.
pub(super) fn find(url: &str) -> Option<&'static str> {
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"))?;
    let rest = rest.strip_prefix("www.").unwrap_or(rest);
    let mut path = SITES.iter().find_map(|site| rest.strip_prefix(site))?;
    // Sites have them in several places; what names one are its last folders.
    loop {
        match text(path) {
            None => path = path.split_once('/')?.1,
            found => return found,
        }
    }
}

/// Written as code, and not as a table: texts that only this function holds leave the page's first module
/// with it.
#[inline(never)]
fn text(path: &str) -> Option<&'static str> {
    Some(match path {
        "examples/application/web/web.yaml" => include_str!("../../static/examples/web.yaml"),
        "examples/application/web/web-parallel.yaml" => {
            include_str!("../../static/examples/web-parallel.yaml")
        }
        "examples/controllers/nginx-deployment.yaml" => {
            include_str!("../../static/documents/nginx-deployment.yaml")
        }
        "examples/controllers/daemonset.yaml" => include_str!("../../static/documents/daemonset.yaml"),
        "examples/controllers/fluentd-daemonset.yaml" => {
            include_str!("../../static/documents/fluentd-daemonset.yaml")
        }
        "examples/controllers/fluentd-daemonset-update.yaml" => {
            include_str!("../../static/documents/fluentd-daemonset-update.yaml")
        }
        "examples/application/zookeeper/zookeeper.yaml" => {
            include_str!("../../static/documents/zookeeper.yaml")
        }
        "tutorials/stateful-application/zookeeper.yaml" => {
            include_str!("../../static/documents/zookeeper-2016.yaml")
        }
        "kubernetes-zookeeper/manifests/zookeeper_mini.yaml" => {
            include_str!("../../static/documents/zookeeper_mini.yaml")
        }
        "kubernetes-kafka/manifests/kafka_mini.yaml" => {
            include_str!("../../static/documents/kafka_mini.yaml")
        }
        "examples/application/cassandra/cassandra-service.yaml" => {
            include_str!("../../static/documents/cassandra-service.yaml")
        }
        "examples/application/cassandra/cassandra-statefulset.yaml" => {
            include_str!("../../static/documents/cassandra-statefulset.yaml")
        }
        "examples/application/wordpress/mysql-deployment.yaml" => {
            include_str!("../../static/documents/mysql-deployment.yaml")
        }
        "examples/application/wordpress/wordpress-deployment.yaml" => {
            include_str!("../../static/documents/wordpress-deployment.yaml")
        }
        _ => return None,
    })
}
