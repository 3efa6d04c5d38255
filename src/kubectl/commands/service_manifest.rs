//! The Service that `expose` and `run --expose` make.
//!
//! Models `createService` of staging/src/k8s.io/kubectl/pkg/cmd/expose/expose.go and
//! kubectl/pkg/generate/versioned/service.go, Kubernetes v1.36.

use serde_json::{Map, Value, json};

use crate::kubectl::error::CommandError;
use crate::kubectl::objects::set_at;
use crate::kubectl::quote::quote;

/// What the Service should be.
#[derive(Clone, Debug, Default)]
pub(super) struct Wishes {
    /// Its name.
    pub(super) name: String,
    /// The labels of its pods, as typed: `a=b,c=d`.
    pub(super) selector: String,
    /// Its own labels, as typed.
    pub(super) labels: String,
    /// Its ports, divided by commas.
    pub(super) ports: String,
    /// The protocol of all ports; empty for those of the exposed object.
    pub(super) protocol: String,
    /// The protocols of the exposed object's ports.
    pub(super) protocols: Vec<(String, String)>,
    /// Where all ports lead; empty for the same port.
    pub(super) target_port: String,
    /// An address outside.
    pub(super) external_ip: String,
    /// The address of its load balancer.
    pub(super) load_balancer_ip: String,
    /// Its type.
    pub(super) type_: String,
    /// Whether a client stays with a pod.
    pub(super) session_affinity: String,
    /// Its address, or `None`.
    pub(super) cluster_ip: String,
}

/// The Service.
///
/// # Errors
/// kubectl's words for what makes no sense.
pub(super) fn service(wishes: &Wishes) -> Result<Value, CommandError> {
    let mut service = json!({
        "metadata": {"name": wishes.name},
        "spec": {"selector": labels(&wishes.selector)?},
    });
    if !wishes.labels.is_empty() {
        set_at(&mut service, &["metadata", "labels"], labels(&wishes.labels)?);
    }
    let ports = ports(wishes)?;
    if !ports.is_empty() {
        set_at(&mut service, &["spec", "ports"], ports.into());
    }
    if !matches!(wishes.session_affinity.as_str(), "" | "None" | "ClientIP") {
        let affinity = &wishes.session_affinity;
        return Err(CommandError::plain(format!("unknown session affinity: {affinity}")));
    }
    let balancer = if wishes.type_ == "LoadBalancer" { &wishes.load_balancer_ip } else { "" };
    let texts = [
        ("type", wishes.type_.as_str()),
        ("loadBalancerIP", balancer),
        ("sessionAffinity", &wishes.session_affinity),
        ("clusterIP", &wishes.cluster_ip),
    ];
    for (field, text) in texts.into_iter().filter(|(_, text)| !text.is_empty()) {
        set_at(&mut service, &["spec", field], text.into());
    }
    if !wishes.external_ip.is_empty() {
        set_at(&mut service, &["spec", "externalIPs"], json!([wishes.external_ip]));
    }
    Ok(service)
}

fn ports(wishes: &Wishes) -> Result<Vec<Value>, CommandError> {
    if wishes.ports.is_empty() {
        return Ok(Vec::new());
    }
    let texts: Vec<&str> = wishes.ports.split(',').collect();
    let mut ports = Vec::new();
    for (index, text) in texts.iter().enumerate() {
        let number = number(text)?;
        let target = match wishes.target_port.as_str() {
            "" => json!(number),
            target => target.parse::<i64>().map_or_else(|_| json!(target), |number| json!(number)),
        };
        let mut add = |name: String, protocol: &str| {
            let mut port = json!({"port": number, "protocol": protocol, "targetPort": target});
            if !name.is_empty() {
                set_at(&mut port, &["name"], name.into());
            }
            ports.push(port);
        };
        let name = if texts.len() > 1 { format!("port-{}", index + 1) } else { String::new() };
        let own: Vec<&str> =
            wishes.protocols.iter().filter(|(port, _)| port == text).map(|(_, own)| own.as_str()).collect();
        match (wishes.protocol.as_str(), own.as_slice()) {
            ("", []) => add(name, "TCP"),
            ("", [protocol]) => add(name, protocol),
            ("", several) => {
                for protocol in several {
                    add(format!("port-{}-{}", index + 1, protocol.to_ascii_lowercase()), protocol);
                }
            }
            (protocol, _) => add(name, protocol),
        }
    }
    Ok(ports)
}

/// A whole number as Go reads it (`strconv.Atoi`).
pub(super) fn number(text: &str) -> Result<i64, CommandError> {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    let why = if is_number { "value out of range" } else { "invalid syntax" };
    text.parse()
        .ok()
        .filter(|_| is_number)
        .ok_or_else(|| CommandError::plain(format!("strconv.Atoi: parsing {}: {why}", quote(text))))
}

/// Labels as typed.
///
/// # Errors
/// kubectl's words for what is no list of labels.
pub(super) fn labels(text: &str) -> Result<Value, CommandError> {
    let mut labels = Map::new();
    for part in text.split(',') {
        let pair: Vec<&str> = part.split('=').collect();
        match pair.as_slice() {
            ["", _] => return Err(CommandError::plain("unexpected empty label key")),
            [key, value] => labels.insert((*key).to_owned(), (*value).into()),
            _ => return Err(CommandError::plain(format!("unexpected label spec: {part}"))),
        };
    }
    Ok(Value::Object(labels))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(wishes: &Wishes) -> String {
        match service(wishes) {
            Ok(service) => service.to_string(),
            Err(error) => error.message(),
        }
    }

    #[test]
    fn ports_take_protocols_and_names() {
        let base = Wishes { name: "web".into(), selector: "a=b".into(), ..Wishes::default() };
        let protocols =
            vec![("80".into(), "TCP".into()), ("53".into(), "TCP".into()), ("53".into(), "UDP".into())];
        let several = Wishes { ports: "80,53".into(), protocols, ..base.clone() };
        assert_eq!(
            words(&several),
            r#"{"metadata":{"name":"web"},"spec":{"ports":[{"name":"port-1","port":80,"protocol":"TCP","targetPort":80},{"name":"port-2-tcp","port":53,"protocol":"TCP","targetPort":53},{"name":"port-2-udp","port":53,"protocol":"UDP","targetPort":53}],"selector":{"a":"b"}}}"#
        );
        let one =
            Wishes { ports: "80".into(), target_port: "http".into(), protocol: "UDP".into(), ..several };
        assert_eq!(
            words(&one),
            r#"{"metadata":{"name":"web"},"spec":{"ports":[{"port":80,"protocol":"UDP","targetPort":"http"}],"selector":{"a":"b"}}}"#
        );
        let headless = Wishes { cluster_ip: "None".into(), labels: "x=y".into(), ..base };
        assert_eq!(
            words(&headless),
            r#"{"metadata":{"labels":{"x":"y"},"name":"web"},"spec":{"clusterIP":"None","selector":{"a":"b"}}}"#
        );
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        let base = Wishes { name: "web".into(), selector: "a=b".into(), ..Wishes::default() };
        for (wishes, why) in [
            (
                Wishes { ports: "http".into(), ..base.clone() },
                "strconv.Atoi: parsing \"http\": invalid syntax",
            ),
            (Wishes { selector: "a".into(), ..base.clone() }, "unexpected label spec: a"),
            (Wishes { labels: "=b".into(), ..base.clone() }, "unexpected empty label key"),
            (Wishes { session_affinity: "x".into(), ..base }, "unknown session affinity: x"),
        ] {
            assert_eq!(words(&wishes), why);
        }
    }
}
