//! What is asked of nodes: drains and losses.

use super::ensure;
use crate::api::deployment::Deployment;
use crate::api::pod::Pod;
use crate::explore::run::Run;
use crate::explore::workloads::{DEPLOYMENT, STATEFUL_SET};

pub(super) fn budget_of_zero_holds(run: &mut Run) -> Result<(), String> {
    let Some(first) = run.first_pod()? else { return Ok(()) };
    let Some(pod) = run.pod(&first) else { return Err(format!("{first} is not there")) };
    run.budget(STATEFUL_SET, "nginx", "maxUnavailable: 0");
    let node = pod.spec.node_name.clone();
    run.line_in(1, &format!("kubectl drain {node} --ignore-daemonsets --timeout=90s"));
    run.wait(100);
    let now = run.pod(&first);
    run.line(&format!("kubectl uncordon {node}"));
    let stays = now.is_some_and(|now| now.metadata.uid == pod.metadata.uid && !now.is_terminating());
    ensure(stays || run.is_over(), format!("{first} was evicted"))
}

pub(super) fn drain_ends(run: &mut Run) -> Result<(), String> {
    // A pod whose volume is on the drained node has nowhere to go, and no other may leave while it waits.
    if run.cluster.config().local_volumes {
        return Ok(());
    }
    run.budget(STATEFUL_SET, "nginx", "maxUnavailable: 1");
    run.budget(DEPLOYMENT, "front", "maxUnavailable: 1");
    let node = run.any_node();
    run.line_in(1, &format!("kubectl drain {node} --ignore-daemonsets --force"));
    let exit = |run: &Run| run.cluster.terminal(1).and_then(|terminal| terminal.entries().last()?.exit);
    let has_ended = run.wait_for(900, |run| exit(run).is_some());
    let exit = exit(run);
    run.line(&format!("kubectl uncordon {node}"));
    ensure(has_ended && (exit == Some(0) || run.is_over()), format!("the drain of {node}: {exit:?}"))
}

pub(super) fn lost_node_is_made_up_for(run: &mut Run) -> Result<(), String> {
    let Some(first) = run.first_pod()? else { return Ok(()) };
    let Some(pod) = run.pod(&first) else { return Err(format!("{first} is not there")) };
    let node = pod.spec.node_name.clone();
    let there = |run: &Run, app: &str| -> Vec<String> {
        run.pods(app)
            .into_iter()
            .filter(|pod| pod.spec.node_name == node)
            .map(|pod| pod.metadata.uid)
            .collect()
    };
    let (agents, webs) = (there(run, "agent"), there(run, "nginx"));
    run.line(&format!("fault stop node/{node}"));
    let is_replaced = run.wait_for(900, |run| {
        let front: Option<Deployment> = run.typed(DEPLOYMENT);
        let lost = |pod: &Pod| pod.spec.node_name == node && !pod.is_terminating();
        let is_complete =
            front.is_some_and(|front| front.status.available_replicas == front.spec.replicas.unwrap_or(1));
        is_complete
            && !run.pods("front").iter().any(lost)
            && run.pod(&first).is_some_and(|pod| pod.is_terminating())
    });
    ensure(is_replaced, "the pods of the lost node are not replaced")?;
    run.wait(300);
    let stay = there(run, "agent") == agents && there(run, "nginx") == webs;
    run.line(&format!("fault start node/{node}"));
    ensure(stay || run.is_over(), "pods of the lost node are gone although nobody could have ended them")?;
    let old = pod.metadata.uid;
    let is_back = run.wait_for(300, |run| run.is_new_and_ready(&first, &old));
    ensure(is_back, format!("{first} is not back after its node"))
}
