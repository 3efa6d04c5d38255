//! The rules behind what controllers decide, one table for each group of them.

mod workloads;
mod others;

use super::rule::{Ends, Rule, rule};

/// A request that was refused, whoever sent it.
const REFUSED: Rule = rule(
    "",
    "RequestRefused",
    Ends::Itself,
    "",
    "A sync whose request is refused is tried again after a wait that doubles each time, from 5 ms up to 1000 s.",
);

/// The rules of controllers.
pub(super) const TABLES: [&[Rule]; 6] = [
    workloads::STATEFUL_SET,
    workloads::DAEMON_SET,
    workloads::DEPLOYMENT,
    workloads::REPLICA_SET,
    others::BUDGETS_AND_NODES,
    others::STORAGE_AND_OWNERS,
];

/// The rule of a decision.
pub(super) fn of_decision(by: &str, name: &str) -> &'static Rule {
    let known = TABLES.iter().copied().flatten().find(|rule| rule.by == by && rule.name == name);
    debug_assert!(known.is_some() || name == REFUSED.name, "no rule for {name} of {by}");
    known.unwrap_or(&REFUSED)
}
