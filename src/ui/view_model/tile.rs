//! A pod as a tile.
//!
//! A tile is made anew only when its pod has changed: what is shared stays the same in memory, so that the
//! page sees at once that there is nothing to draw.

use std::rc::Rc;

use super::Selected;
use super::revisions::{Letters, RevisionMark};
use super::status::Shape;
use crate::api::meta::Condition;
use crate::api::pod::Pod;
use crate::api::{Kind, Object, ObjectKey};
use crate::cluster::Cluster;
use crate::collections::SortedMap;
use crate::kubectl::printers::pod_status;
use crate::sim::Time;

/// A pod as a tile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TileView {
    /// Names the pod over the cluster's whole life.
    pub uid: String,
    /// Names the pod.
    pub key: ObjectKey,
    /// The part of its name after the last dash, when that is a number.
    pub ordinal: Option<u64>,
    /// kubectl's `STATUS`.
    pub status: String,
    /// Its shape.
    pub shape: Shape,
    /// kubectl's `READY`.
    pub ready: String,
    /// Its revision.
    pub revision: Option<RevisionMark>,
    /// How often its containers were started again.
    pub restarts: i64,
    /// Its claims.
    pub claims: Vec<ClaimView>,
    /// How far its containers are made, while they are.
    pub making: Option<Making>,
    /// Whether it is shown in the inspector.
    pub is_selected: bool,
    /// All of this in one sentence.
    pub sentence: String,
}

/// Since when something is made, until when if nothing goes wrong, and when this was looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Making {
    /// Since when.
    pub from: Time,
    /// Until when.
    pub until: Time,
    /// When this was so.
    pub now: Time,
}

/// A claim on a tile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClaimView {
    /// Its name.
    pub name: String,
    /// Its phase.
    pub phase: String,
}

/// The claim of a name, as it stands.
pub fn claim(cluster: &Cluster, namespace: &str, name: &str) -> ClaimView {
    ClaimView { name: name.to_owned(), phase: claim_phase(cluster, namespace, name).to_owned() }
}

fn claim_phase<'a>(cluster: &'a Cluster, namespace: &str, name: &str) -> &'a str {
    let key = ObjectKey::new(Kind::PersistentVolumeClaim, namespace, name);
    match cluster.server().get(&key) {
        Ok(Object::PersistentVolumeClaim(claim)) if claim.metadata.is_terminating() => "Terminating",
        Ok(Object::PersistentVolumeClaim(claim)) => claim.status.phase.as_str(),
        _ => "missing",
    }
}

/// The tiles made so far.
#[derive(Debug, Default)]
pub struct Tiles {
    /// By the address of the version of the pod: it is held, so that no other can have it.
    known: SortedMap<usize, Known>,
    /// Pictures of the stage so far.
    round: u64,
}

/// The tile of one version of a pod.
#[derive(Debug)]
struct Known {
    pod: Rc<Pod>,
    tile: Rc<TileView>,
    /// In which round it was asked for.
    round: u64,
}

impl Tiles {
    /// The tile of a pod; the same as before when nothing of it has changed.
    // Out of line, so that the page's start does not carry it.
    #[inline(never)]
    pub fn of(
        &mut self,
        pod: &Rc<Pod>,
        cluster: &Cluster,
        letters: &Letters,
        selected: Selected<'_>,
    ) -> Rc<TileView> {
        let (meta, round) = (&pod.metadata, self.round);
        let address = Rc::as_ptr(pod).addr();
        if let Some(known) = self.known.get_mut(&address).filter(|known| Rc::ptr_eq(&known.pod, pod)) {
            known.round = round;
            let tile = &known.tile;
            let has_claims =
                |claim: &ClaimView| claim_phase(cluster, &meta.namespace, &claim.name) == claim.phase;
            let is_selected = selected == Some(&tile.key);
            // A kubelet goes from stage to stage without telling.
            let makes = tile.shape == Shape::Creating && tile.making.is_none();
            if tile.is_selected == is_selected
                && tile.claims.iter().all(has_claims)
                && !(makes && cluster.kubelets().making(pod).is_some())
            {
                return Rc::clone(tile);
            }
        }
        let tile = Rc::new(TileView::of(pod, cluster, letters, selected));
        self.known.insert(address, Known { pod: Rc::clone(pod), tile: Rc::clone(&tile), round });
        tile
    }

    /// Ends a picture of the stage, for which all pods were asked for: forgets others when there are many.
    pub fn end_round(&mut self, pods: usize) {
        if self.known.len() > 2 * pods + 16 {
            self.known.retain(|_, known| known.round == self.round);
        }
        self.round += 1;
    }
}

impl TileView {
    /// Whether its containers run.
    pub fn is_running(&self) -> bool {
        matches!(self.shape, Shape::Ready | Shape::NotReady)
    }

    /// The tile of a pod.
    fn of(pod: &Pod, cluster: &Cluster, letters: &Letters, selected: Selected<'_>) -> Self {
        let meta = &pod.metadata;
        let status = pod_status(pod);
        let ready = pod.status.container_statuses.iter().filter(|status| status.ready).count();
        let total = pod.spec.containers.len();
        let key = ObjectKey::new(Kind::Pod, meta.namespace.clone(), meta.name.clone());
        let revision = letters.mark_of_pod(meta);
        let shape = Shape::of(pod, &status);
        let making = (shape == Shape::Creating).then(|| cluster.kubelets().making(pod)).flatten();
        let mut tile = Self {
            uid: meta.uid.clone(),
            ordinal: meta.name.rsplit_once('-').and_then(|(_, ordinal)| ordinal.parse().ok()),
            shape,
            making: making.map(|(from, until)| Making { from, until, now: cluster.now() }),
            status,
            ready: format!("{ready}/{total}"),
            revision,
            restarts: pod.status.container_statuses.iter().map(|status| status.restart_count).sum(),
            claims: pod.claim_names().map(|name| claim(cluster, &meta.namespace, &name)).collect(),
            is_selected: selected == Some(&key),
            key,
            sentence: String::new(),
        };
        tile.sentence = tile.sentence_for(pod);
        tile
    }

    fn sentence_for(&self, pod: &Pod) -> String {
        let mut sentence = self.key.name.clone();
        if let Some(revision) = &self.revision {
            sentence.push_str(", revision ");
            sentence.push_str(&revision.letter);
        }
        sentence.push_str(", ");
        sentence.push_str(&self.status);
        if self.shape != Shape::Terminating {
            let is_ready = Condition::is_true(&pod.status.conditions, "Ready");
            sentence.push_str(if is_ready { ", ready" } else { ", not ready" });
        }
        if pod.is_bound() {
            sentence.push_str(", on ");
            sentence.push_str(&pod.spec.node_name);
        } else {
            sentence.push_str(", on no node yet");
        }
        if self.restarts > 0 {
            sentence.push_str(&format!(", {} restarts", self.restarts));
        }
        for claim in &self.claims {
            sentence.push_str(&format!(", claim {} {}", claim.name, claim.phase));
        }
        sentence
    }
}

#[cfg(test)]
mod tests {
    use super::super::stage::StageView;
    use super::*;
    use crate::cluster::{ClusterConfig, Input};
    use crate::sim::Span;

    fn run(cluster: &mut Cluster, line: &str) {
        let line = line.to_owned();
        assert!(cluster.submit(Input::Line { terminal: 0, line }).is_ok());
    }

    #[test]
    fn what_has_not_changed_is_not_made_again_and_what_is_gone_is_forgotten() {
        let mut cluster = Cluster::new(ClusterConfig::with_nodes(6));
        run(&mut cluster, "kubectl create deployment hello --image=hello --replicas=60");
        let limit = cluster.now() + Span::from_seconds(600);
        assert!(cluster.run_until_settled(limit));
        let (letters, mut tiles) = (Letters::default(), Tiles::default());
        let mut draw = |cluster: &Cluster, old: &StageView| {
            let view = StageView::of(cluster, &letters, &mut tiles, None, old);
            tiles.end_round(view.pods);
            let known = tiles.known.len();
            assert!(known <= 3 * view.pods + 16, "{known} tiles are kept of {} pods", view.pods);
            view
        };
        let first = draw(&cluster, &StageView::default());
        let mut last = draw(&cluster, &first);
        assert!(last.lanes.iter().zip(&first.lanes).all(|(lane, old)| Rc::ptr_eq(lane, old)));
        let name = first.lanes[2].tiles[0].key.name.clone();
        run(&mut cluster, &format!("kubectl delete pod {name} --wait=false"));
        let after = draw(&cluster, &last);
        let changed: Vec<bool> =
            after.lanes.iter().zip(&last.lanes).map(|(lane, old)| !Rc::ptr_eq(lane, old)).collect();
        assert_eq!(changed, [false, false, true, false, false, false]);
        run(&mut cluster, "kubectl rollout restart deployment hello");
        while !cluster.is_settled() && cluster.step() {
            last = draw(&cluster, &last);
        }
        assert_eq!((last.pods, last.tiles().count()), (60, 60));
    }
}
