//! Addresses of machines and of networks.
//!
//! Models `IsValidIPForLegacyField`, `IsValidCIDRForLegacyField` and the warnings of both,
//! staging/src/k8s.io/apimachinery/pkg/util/validation/ip.go, Kubernetes v1.36, with strict validation on as
//! it is by default.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::causes::{Causes, Path};
use crate::api::schema::quote;

/// An address as Go's older functions read it, and whether zeros stand before a number of it, which others
/// read as octal.
fn sloppy(text: &str) -> Option<(IpAddr, bool)> {
    if let Ok(address) = text.parse() {
        return Some((address, false));
    }
    let mut octets = [0; 4];
    let mut parts = text.split('.');
    for octet in &mut octets {
        let part = parts.next().filter(|part| is_number(part))?;
        *octet = part.parse().ok()?;
    }
    parts.next().is_none().then(|| (Ipv4Addr::from(octets).into(), true))
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether an address of the older protocol is written as one of the newer.
fn is_mapped(address: IpAddr) -> bool {
    matches!(address, IpAddr::V6(address) if address.to_ipv4_mapped().is_some())
}

/// What is wrong with an address.
pub(super) fn ip(text: &str) -> Option<&'static str> {
    match sloppy(text) {
        None => Some("must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)"),
        Some((_, true)) => Some("must not have leading 0s"),
        Some((address, _)) if is_mapped(address) => Some("must not be an IPv4-mapped IPv6 address"),
        Some(_) => None,
    }
}

/// Whether a text can be read as an address.
pub(super) fn is_one(text: &str) -> bool {
    sloppy(text).is_some()
}

/// Refuses what is no address of a single machine that others can reach (`ValidateEndpointIP`).
pub(super) fn reachable(text: &str, path: &Path, causes: &mut Causes) {
    let address = match (ip(text), sloppy(text)) {
        (None, Some((address, _))) => address,
        (error, _) => return causes.invalid(path, text, error.unwrap_or_default()),
    };
    let (is_near, is_to_many) = match address {
        IpAddr::V4(address) => {
            let octets = address.octets();
            (address.is_link_local(), matches!(octets, [224, 0, 0, _]))
        }
        IpAddr::V6(address) => {
            let first = address.segments()[0];
            (first & 0xffc0 == 0xfe80, first & 0xff0f == 0xff02)
        }
    };
    if address.is_unspecified() {
        causes.invalid(path, text, &format!("may not be unspecified ({text})"));
    }
    for (is_so, range) in [
        (address.is_loopback(), "loopback range (127.0.0.0/8, ::1/128)"),
        (is_near, "link-local range (169.254.0.0/16, fe80::/10)"),
        (is_to_many, "link-local multicast range (224.0.0.0/24, ff02::/10)"),
    ] {
        if is_so {
            causes.invalid(path, text, &format!("may not be in the {range}"));
        }
    }
}

/// An address and a length; whether zeros stand before a number of either.
fn sloppy_network(text: &str) -> Option<(IpAddr, u32, bool)> {
    let (address, length) = text.split_once('/')?;
    let (address, padded) = sloppy(address)?;
    let bits = if address.is_ipv4() { 32 } else { 128 };
    let number = length.parse().ok().filter(|number| is_number(length) && *number <= bits)?;
    Some((address, number, padded || (length.len() > 1 && length.starts_with('0'))))
}

/// The first address of the network that one is in.
fn first(address: IpAddr, length: u32) -> IpAddr {
    match address {
        IpAddr::V4(address) => {
            let mask = u32::MAX.checked_shl(32 - length).unwrap_or_default();
            Ipv4Addr::from_bits(address.to_bits() & mask).into()
        }
        IpAddr::V6(address) => {
            let mask = u128::MAX.checked_shl(128 - length).unwrap_or_default();
            Ipv6Addr::from_bits(address.to_bits() & mask).into()
        }
    }
}

/// What is wrong with a network.
pub(super) fn cidr(text: &str) -> Option<&'static str> {
    match sloppy_network(text) {
        None => Some("must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)"),
        Some((_, _, true)) => Some("must not have leading 0s in IP or prefix length"),
        Some((address, ..)) if is_mapped(address) => Some("must not have an IPv4-mapped IPv6 address"),
        Some((address, length, _)) if first(address, length) != address => {
            Some("must not have bits set beyond the prefix length")
        }
        Some(_) => None,
    }
}

/// Whether all can be read as networks, as they should be written or not.
pub(super) fn are_networks(list: &[serde_json::Value]) -> bool {
    list.iter().all(|text| text.as_str().and_then(sloppy_network).is_some())
}

/// The one way to write an address of the newer protocol, where it is written otherwise.
pub(super) fn canonical_form(text: &str) -> Option<String> {
    let form = text.parse::<Ipv6Addr>().ok()?.to_string();
    (form != text).then_some(form)
}

/// What an address that is valid is warned of: there is one way to write it.
pub(super) fn ip_warning(text: &str) -> Option<String> {
    canonical("IPv6 address", text, &canonical_form(text)?)
}

/// The same of a network.
pub(super) fn cidr_warning(text: &str) -> Option<String> {
    let (address, length, _) = sloppy_network(text).filter(|(address, ..)| address.is_ipv6())?;
    canonical("IPv6 CIDR value", text, &format!("{address}/{length}"))
}

fn canonical(what: &str, text: &str, form: &str) -> Option<String> {
    (text != form)
        .then(|| format!("{what} {} should be in RFC 5952 canonical format ({})", quote(text), quote(form)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_strictly() {
        let table = [
            ("10.9.8.7", None),
            ("2001:db8::ffff", None),
            ("x", Some("must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)")),
            ("1.2.3", Some("must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)")),
            ("010.2.3.4", Some("must not have leading 0s")),
            ("::ffff:1.2.3.4", Some("must not be an IPv4-mapped IPv6 address")),
        ];
        for (text, expected) in table {
            assert_eq!(ip(text), expected, "{text}");
        }
        let table = [
            ("10.0.0.0/8", None),
            ("0.0.0.0/0", None),
            ("1.2.3.4/32", None),
            ("2001:db8::/64", None),
            ("10.0.0.0", Some("must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)")),
            ("10.0.0.0/33", Some("must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)")),
            ("10.0.0.0/+8", Some("must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)")),
            ("10.0.0.0/08", Some("must not have leading 0s in IP or prefix length")),
            ("10.00.0.0/8", Some("must not have leading 0s in IP or prefix length")),
            ("::ffff:1.2.3.0/120", Some("must not have an IPv4-mapped IPv6 address")),
            ("10.1.0.0/8", Some("must not have bits set beyond the prefix length")),
        ];
        for (text, expected) in table {
            assert_eq!(cidr(text), expected, "{text}");
        }
    }

    #[test]
    fn the_newer_protocol_has_one_way_to_write_an_address() {
        assert_eq!(ip_warning("10.9.8.7"), None);
        assert_eq!(ip_warning("fe80::1"), None);
        let long = "IPv6 address \"FE80:0::1\" should be in RFC 5952 canonical format (\"fe80::1\")";
        assert_eq!(ip_warning("FE80:0::1").as_deref(), Some(long));
        assert_eq!(cidr_warning("10.0.0.0/8"), None);
        let long = "IPv6 CIDR value \"FE80::/64\" should be in RFC 5952 canonical format (\"fe80::/64\")";
        assert_eq!(cidr_warning("FE80::/64").as_deref(), Some(long));
    }
}
