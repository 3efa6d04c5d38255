//! Where Kubernetes' own documentation tells of a rule, read from `docs.txt`.

const TEXT: &str = include_str!("docs.txt");
const SITE: &str = "https://kubernetes.io/docs/";

/// The page that tells of a rule: whose it is, and its name.
pub(in crate::cluster::explain) fn page_of(by: &str, name: &str) -> Option<String> {
    let (page, ..) = entries().find(|(_, whose, named)| *whose == by && *named == name)?;
    (page != "-").then(|| format!("{SITE}{page}"))
}

/// Each rule with its page.
fn entries() -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
    let mut page = "";
    let lines = TEXT.lines().filter_map(move |line| {
        if !line.starts_with(' ') {
            page = line;
            return None;
        }
        let (by, names) = line.trim().split_once(':')?;
        Some((page, by, names))
    });
    lines.flat_map(|(page, by, names)| names.split_whitespace().map(move |name| (page, by, name)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cluster::explain;
    use crate::collections::sort;

    #[test]
    fn each_rule_stands_once_under_its_page_or_under_those_without() {
        let mut told: Vec<_> = entries().map(|(_, by, name)| (by, name)).collect();
        let mut rules: Vec<_> = explain::rules().map(|rule| (rule.by, rule.name)).collect();
        sort(&mut told);
        sort(&mut rules);
        assert_eq!(told, rules);
    }

    #[test]
    fn pages_are_addresses_below_the_documentation() {
        let is_plain = |page: &str| {
            page.bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'/' | b'-' | b'#'))
        };
        for (page, _, name) in entries().filter(|(page, ..)| *page != "-") {
            let (path, anchor) = page.split_once('#').unwrap_or((page, "top"));
            assert!(path.ends_with('/') && !anchor.is_empty() && is_plain(page), "{name}: {page}");
        }
        assert_eq!(
            page_of("statefulset-controller", "Partition").as_deref(),
            Some("https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#partitions")
        );
        assert_eq!(page_of("api-server", "Absent"), None);
        assert_eq!(page_of("", "RequestRefused"), None);
    }
}
