//! Turns: what is due is taken off the agenda, runs to completion, and brings what comes next.
//!
//! Nothing of it is upstream's: there every component runs by itself, and the network carries what changes.

use super::process::Wrong;
use super::{Cluster, ProcessName, Terminal, Wakeup};
use crate::api::Kind;
use crate::apiserver::watch::WatchLog;
use crate::collections::SortedSet;
use crate::sim::{Span, Time};

/// A command's deadline that lies further ahead than this keeps no cluster from being settled.
const DEADLINE_IS_FAR: Span = Span::from_seconds(60);

impl Cluster {
    /// Runs the next wakeup; `false` when there is none.
    pub fn step(&mut self) -> bool {
        self.run_next(None)
    }

    /// How many changes of pods the next wakeup brings to the controllers, which take in all of them in one
    /// turn. Others take in, or do, a part in each.
    pub fn pod_changes_next(&self) -> usize {
        match self.agenda.peek() {
            Some((due, Wakeup::Deliver(ProcessName::ControllerManager))) => {
                self.controller_manager.arriving(Kind::Pod, self.server.store(), due).count()
            }
            _ => 0,
        }
    }

    pub(super) fn run_next(&mut self, wrong: Wrong<'_>) -> bool {
        let Some(wakeup) = self.agenda.pop() else {
            return false;
        };
        self.steps += 1;
        self.server.set_now(self.agenda.now());
        self.last_actor = wakeup.actor();
        self.run_wakeup(wakeup, wrong);
        self.after_change();
        true
    }

    fn run_wakeup(&mut self, wakeup: Wakeup, wrong: Wrong<'_>) {
        match wakeup {
            Wakeup::Deliver(name) => self.deliver(name, wrong),
            Wakeup::Controllers(timer) => {
                let timers = self.controller_manager.wake(timer, &mut self.server, wrong);
                self.schedule(timers, Wakeup::Controllers);
            }
            Wakeup::Scheduler(timer) => {
                let timers = self.scheduler.wake(timer, &mut self.server, wrong);
                self.schedule(timers, Wakeup::Scheduler);
            }
            Wakeup::Kubelets(timer) => {
                let timers = self.kubelets.wake(timer, &mut self.server, wrong);
                self.schedule(timers, Wakeup::Kubelets);
            }
            Wakeup::Terminal(id) => self.poll_terminal(id),
            Wakeup::Start(name) => self.start(name, None, Time::ZERO, wrong),
            Wakeup::FormerLeader(timer) => {
                if let Some(leader) = &mut self.former_leader {
                    let timers = leader.wake(timer, &mut self.server, wrong);
                    self.schedule(timers, Wakeup::FormerLeader);
                }
            }
            Wakeup::EndFormerLeader => self.end_former_leader(),
        }
    }

    /// Runs everything that is due up to and including an instant, and moves the present there.
    pub fn run_until(&mut self, until: Time) {
        while self.next_due().is_some_and(|due| due <= until) {
            self.step();
        }
        if until > self.now() {
            self.agenda.advance(until);
            self.server.set_now(until);
        }
    }

    /// Whether no work is due any more. A command that lets time pass, or whose deadline is far, is none.
    pub fn is_settled(&self) -> bool {
        let is_far = |due| due - self.agenda.now() > DEADLINE_IS_FAR;
        self.agenda.due_until(Time::from_ms(u64::MAX)).all(|(due, wakeup)| match wakeup {
            Wakeup::Terminal(id) => is_far(due) || self.terminal(*id).is_some_and(Terminal::rests),
            _ => false,
        })
    }

    /// Runs until it is settled, at most until an instant; says whether it is.
    pub fn run_until_settled(&mut self, limit: Time) -> bool {
        while let Some(due) = self.next_due() {
            if self.is_settled() {
                return true;
            }
            if due > limit {
                self.run_until(limit);
                return false;
            }
            self.step();
        }
        true
    }

    fn deliver(&mut self, name: ProcessName, wrong: Wrong<'_>) {
        match name {
            ProcessName::ControllerManager => {
                let timers = self.controller_manager.deliver(&mut self.server, wrong);
                self.schedule(timers, Wakeup::Controllers);
            }
            ProcessName::FormerLeader => {
                if let Some(leader) = &mut self.former_leader {
                    let timers = leader.deliver(&mut self.server, wrong);
                    self.schedule(timers, Wakeup::FormerLeader);
                }
            }
            ProcessName::Scheduler => {
                let timers = self.scheduler.deliver(&mut self.server, wrong);
                self.schedule(timers, Wakeup::Scheduler);
            }
            ProcessName::Kubelets => {
                let timers = self.kubelets.deliver(&mut self.server, wrong);
                self.schedule(timers, Wakeup::Kubelets);
            }
        }
    }

    pub(super) fn schedule<T>(&mut self, timers: Vec<(Time, T)>, wrap: impl Fn(T) -> Wakeup) {
        for (at, timer) in timers {
            self.agenda.schedule(at, wrap(timer));
        }
    }

    /// After anything that may have changed the store: the log is written, and whoever follows the changed
    /// kinds is put on the agenda for when the changes arrive.
    pub(super) fn after_change(&mut self) {
        loop {
            let changed = self.server.take_changed_kinds();
            if changed.is_empty() {
                break;
            }
            self.event_log.append(self.server.store(), &changed);
            if changed.contains(&Kind::Service) {
                self.note_services();
            }
            if changed.contains(&Kind::Service) || changed.contains(&Kind::EndpointSlice) {
                self.look_again();
            }
            if changed.contains(&Kind::Pod) {
                // What containers do then is told to their kubelets at once.
                self.attend();
            }
            self.forget_delivered(&changed);
            for id in self.terminals.keys().copied().collect::<Vec<_>>() {
                let at = self.now() + Span::from_ms(self.config.watch_latency_ms);
                self.wake_terminal(id, at);
            }
        }
        self.wake_visitors();
        let store = self.server.store();
        let arrivals = [
            (ProcessName::ControllerManager, self.controller_manager.next_delivery(store)),
            (ProcessName::Scheduler, self.scheduler.next_delivery(store)),
            (ProcessName::Kubelets, self.kubelets.next_delivery(store)),
        ];
        let former = self.former_leader.as_mut().and_then(|leader| leader.next_delivery(store));
        for (name, at) in arrivals.into_iter().chain([(ProcessName::FormerLeader, former)]) {
            if let Some(at) = at {
                self.agenda.schedule(at, Wakeup::Deliver(name));
            }
        }
        self.drop_pointless_timers();
    }

    /// What comes next is something that will really happen: a controller's timer may have lost its point.
    fn drop_pointless_timers(&mut self) {
        while let Some((at, Wakeup::Controllers(timer))) = self.agenda.peek()
            && self.controller_manager.component.forgo(*timer, at)
        {
            self.agenda.drop_next();
        }
    }

    fn forget_delivered(&mut self, kinds: &SortedSet<Kind>) {
        for &kind in kinds {
            if let Some(needed) = self.needed(kind) {
                self.server.forget_before(kind, needed.saturating_sub(self.config.watch_log_kept));
            }
        }
    }

    /// From where on the changes of a kind have not reached all that follow it; what no process follows is
    /// kept for commands alone.
    fn needed(&self, kind: Kind) -> Option<u64> {
        let positions = [
            self.controller_manager.position(kind),
            self.scheduler.position(kind),
            self.kubelets.position(kind),
            self.former_leader.as_ref().and_then(|leader| leader.position(kind)),
        ];
        let end = || self.server.store().watch_log(kind).map(WatchLog::end);
        positions.into_iter().flatten().min().or_else(end)
    }

    /// A copy that goes on like this cluster. It leaves out the changes that nobody can ask for any more:
    /// with them it would hold each version that its objects have ever had.
    #[must_use]
    pub fn copy_to_keep(&self) -> Self {
        let mut copy = self.clone();
        // A command that watches may lag behind.
        if self.terminals.values().all(|terminal| !terminal.is_busy()) {
            for &kind in Kind::ALL {
                if let Some(needed) = self.needed(kind) {
                    copy.server.forget_before(kind, needed);
                }
            }
        }
        copy
    }
}

#[cfg(test)]
mod tests {
    use super::super::{ClusterConfig, Input};
    use super::*;
    use crate::api::Object;
    use crate::api::pod::Pod;

    /// What a count of pods grew by in the turns that changed it, until nothing is due.
    fn growth(cluster: &mut Cluster, counts: impl Fn(&Pod) -> bool) -> Vec<usize> {
        let count = |cluster: &Cluster| {
            let pods = cluster.server().list(Kind::Pod, None);
            pods.filter(|object| matches!(object, Object::Pod(pod) if counts(pod))).count()
        };
        let (mut steps, mut instants) = (Vec::new(), SortedSet::new());
        loop {
            let before = count(cluster);
            if !cluster.step() {
                break;
            }
            let grown = count(cluster) - before;
            if grown > 0 {
                steps.push(grown);
                instants.insert(cluster.now());
            }
        }
        assert_eq!(instants.len(), 1, "a turn that goes on takes no time");
        steps
    }

    fn cluster_after(line: &str) -> Cluster {
        let mut cluster = Cluster::new(ClusterConfig::with_nodes(4));
        assert!(cluster.submit(Input::Line { terminal: 0, line: line.to_owned() }).is_ok());
        cluster
    }

    #[test]
    fn the_changes_that_come_next_are_those_that_were_made() {
        let mut cluster = cluster_after("kubectl create deployment hello --image=hello --replicas=40");
        let mut most = 0;
        loop {
            most = most.max(cluster.pod_changes_next());
            if !cluster.step() {
                break;
            }
        }
        assert!(most >= 40, "at most {most} changes came at once to the controllers");
    }

    #[test]
    fn many_pods_are_made_and_placed_in_several_turns_of_one_instant() {
        let deployment = cluster_after("kubectl create deployment hello --image=hello --replicas=40");
        assert_eq!(growth(&mut deployment.clone(), |_| true), [32, 8]);
        assert_eq!(growth(&mut deployment.clone(), Pod::is_bound), [16, 16, 8]);
    }

    #[test]
    fn a_parallel_set_makes_its_pods_in_several_turns() {
        let manifest = "apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: web}\nspec:\n  replicas: 40\n  \
            serviceName: web\n  podManagementPolicy: Parallel\n  selector: {matchLabels: {app: web}}\n  \
            template:\n    metadata: {labels: {app: web}}\n    spec: {containers: [{name: web, image: hello}]}";
        let line = format!("kubectl apply -f - <<EOF\n{manifest}\nEOF");
        assert_eq!(growth(&mut cluster_after(&line), |_| true), [32, 8]);
    }

    #[test]
    fn what_a_set_has_begun_ends_although_the_set_is_deleted_meanwhile() {
        let mut cluster = cluster_after("kubectl create deployment hello --image=hello --replicas=40");
        let pods = |cluster: &Cluster| cluster.server().list(Kind::Pod, None).count();
        while pods(&cluster) == 0 {
            assert!(cluster.step());
        }
        let line = "kubectl delete deployment hello".to_owned();
        assert!(cluster.submit(Input::Line { terminal: 1, line }).is_ok());
        let mut most = 0;
        while cluster.step() {
            most = most.max(pods(&cluster));
        }
        assert_eq!((most, pods(&cluster)), (40, 0));
    }
}
