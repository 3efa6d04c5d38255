//! The kinds of faults with their numbers, and how often each has fired.
//!
//! The numbers are those of the list that the exploration goes by; what a browser does to a page (F-30) is
//! not here.

use std::fmt;

use crate::collections::SortedMap;

macro_rules! kinds {
    ($($kind:ident $id:literal $what:literal;)*) => {
        /// A kind of fault.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum FaultKind {
            $(#[doc = $what] $kind,)*
        }

        impl FaultKind {
            /// All kinds.
            pub const ALL: &'static [Self] = &[$(Self::$kind,)*];

            /// Its number.
            pub const fn id(self) -> &'static str {
                match self {
                    $(Self::$kind => $id,)*
                }
            }

            /// What happens.
            pub const fn what(self) -> &'static str {
                match self {
                    $(Self::$kind => $what,)*
                }
            }
        }
    };
}

kinds! {
    StaleCaches "F-01" "nothing reaches a process for a while";
    UnevenCaches "F-02" "one kind reaches a process late, the others in time";
    TimeTravel "F-03" "the controllers start anew with a view older than before";
    MissedStates "F-04" "a watch breaks, and a list shows only the last of several states";
    MissedDeletion "F-05" "an object is gone, and a list only no longer shows it";
    LostWork "F-06" "a key is lost from a work queue";
    ReorderedWork "F-07" "a key is synced twice or before another, or what is due comes in another order";
    CrashBetweenWrites "F-08" "the controllers' process ends between two writes of one sync";
    Restart "F-09" "a process starts anew with an empty memory";
    TwoLeaders "F-10" "two processes run the controllers for a moment";
    Conflict "F-11" "an update is refused for a conflict that is none";
    WriteLost "F-12" "a write fails before it is carried out";
    AnswerLost "F-13" "a write is carried out, and its sender is told that it failed";
    Quota "F-14" "no more pods may be made for a while";
    Unavailable "F-15" "the API server cannot be reached for a while";
    KubeletStopped "F-16" "a kubelet stops for a while; its containers run on";
    PowerLoss "F-17" "a machine loses power for a while";
    Partition "F-18" "a node is cut off for a while; its kubelet works on";
    NodeDeleted "F-19" "a node is deleted, and one of its name joins later";
    BadImage "F-20" "an image cannot be pulled for a while, or takes long";
    Crash "F-21" "containers end, once or after every start";
    LostReadiness "F-22" "pods lose readiness, or reach it late";
    SlowTermination "F-23" "pods take no notice of SIGTERM, or are held by a finalizer";
    Volumes "F-24" "volumes cannot be made, or a claim is deleted";
    NodeChanged "F-25" "a node is tainted, relabelled, cordoned, short of something or of another size";
    SkewedClock "F-26" "a node's clock goes wrong by a minute";
    PlantedRevision "F-27" "the name of a coming revision is taken";
    Interference "F-28" "people change and delete things while a change is still under way";
    EvictionStorm "F-29" "several drains and evictions at once";
}

impl fmt::Display for FaultKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}

/// How often each kind has fired.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fired(SortedMap<FaultKind, u64>);

impl Fired {
    /// Counts one.
    pub fn note(&mut self, kind: FaultKind) {
        *self.0.entry(kind).or_default() += 1;
    }

    /// How often a kind has fired.
    pub fn count(&self, kind: FaultKind) -> u64 {
        self.0.get(&kind).copied().unwrap_or_default()
    }

    /// Adds what fired elsewhere.
    pub fn add(&mut self, other: &Self) {
        for (kind, count) in &other.0 {
            *self.0.entry(*kind).or_default() += count;
        }
    }

    /// The kinds that never fired.
    pub fn missing(&self) -> Vec<FaultKind> {
        FaultKind::ALL.iter().copied().filter(|kind| self.count(*kind) == 0).collect()
    }
}

impl fmt::Display for Fired {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for kind in FaultKind::ALL {
            writeln!(f, "{} {:>8}  {}", kind.id(), self.count(*kind), kind.what())?;
        }
        Ok(())
    }
}
