//! How long a pod stays on a node with `NoExecute` taints.
//!
//! Models `GetMatchingTolerations`, pkg/apis/core/v1/helper, and `getMinTolerationTime`,
//! pkg/controller/tainteviction, Kubernetes v1.36: every taint must be tolerated, each by the pod's first
//! toleration that matches it; the shortest of the times of those counts. Left out: operators `Lt`, `Gt`.

use crate::api::scheduling::{Taint, Toleration};
use crate::sim::Span;

/// What becomes of a pod.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stay {
    /// It tolerates the taints for good.
    Forever,
    /// It goes after that time.
    For(Span),
    /// It does not tolerate one of them and goes at once.
    NotAtAll,
}

/// The taints for which pods are deleted.
pub(super) fn no_execute(taints: &[Taint]) -> Vec<Taint> {
    taints.iter().filter(|taint| taint.effect == "NoExecute").cloned().collect()
}

/// How long a pod with these tolerations stays beside these taints.
pub(super) fn stay(taints: &[Taint], tolerations: &[Toleration]) -> Stay {
    let mut shortest: Option<i64> = None;
    for taint in taints {
        let Some(toleration) = tolerations.iter().find(|toleration| toleration.tolerates(taint)) else {
            return Stay::NotAtAll;
        };
        if let Some(seconds) = toleration.toleration_seconds {
            shortest = Some(shortest.map_or(seconds, |known| known.min(seconds)));
        }
    }
    match shortest {
        None => Stay::Forever,
        Some(seconds) => Stay::For(Span::from_seconds(u64::try_from(seconds).unwrap_or_default())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `taints a b; tolerates a:5 b *` => how long.
    #[track_caller]
    fn check(line: &str) {
        let (given, expected) = line.split_once(" => ").unwrap();
        let (taints, tolerations) = given.split_once(';').unwrap();
        let taints: Vec<Taint> = taints
            .split_whitespace()
            .skip(1)
            .map(|key| Taint { key: key.into(), effect: "NoExecute".into(), ..Taint::default() })
            .collect();
        let tolerations: Vec<Toleration> = tolerations
            .split_whitespace()
            .skip(1)
            .map(|word| {
                let (key, seconds) = word.split_once(':').map_or((word, None), |(k, s)| (k, s.parse().ok()));
                let key = if key == "*" { "" } else { key };
                Toleration {
                    key: key.into(),
                    operator: "Exists".into(),
                    toleration_seconds: seconds,
                    ..Toleration::default()
                }
            })
            .collect();
        let told = match stay(&taints, &tolerations) {
            Stay::Forever => "forever".to_owned(),
            Stay::NotAtAll => "not at all".to_owned(),
            Stay::For(span) => format!("{} s", span.seconds()),
        };
        assert_eq!(told, expected, "{given}");
    }

    #[test]
    fn the_shortest_toleration_counts() {
        check("taints unreachable; tolerates => not at all");
        check("taints unreachable; tolerates unreachable:300 => 300 s");
        check("taints unreachable; tolerates unreachable => forever");
        check("taints unreachable; tolerates * => forever");
        check("taints unreachable gone; tolerates unreachable:300 => not at all");
        check("taints unreachable gone; tolerates unreachable:300 gone:5 => 5 s");
        check("taints unreachable gone; tolerates gone unreachable:300 => 300 s");
        check("taints unreachable; tolerates unreachable:0 => 0 s");
        check("taints unreachable; tolerates unreachable:-3 => 0 s");
        // The first toleration that matches a taint speaks for it.
        check("taints unreachable; tolerates unreachable:300 unreachable:5 => 300 s");
    }
}
