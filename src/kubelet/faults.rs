//! Faults that stay until they are cleared: what is wrong with pods of a name, and with images.
//!
//! Models no part of Kubernetes v1.36: it stands for broken programs and registries. A fault stays with a
//! pod's name, so that a new pod of the same name, as a StatefulSet makes it, has it too. Left out: faults
//! of one container among several; a pod's first container has them.

use crate::collections::SortedMap;
use crate::sim::Span;

/// What is wrong with the pods of a name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PodFaults {
    /// The process ends so long after its start, with this code, again and again.
    pub crash_loop: Option<(Span, i64)>,
    /// It becomes ready so much later.
    pub slow_start: Option<Span>,
    /// It takes no notice of SIGTERM.
    pub ignores_term: bool,
    /// It is not ready (recordings' stand-ins only: elsewhere lost readiness is one pod's own).
    pub unready: bool,
}

/// What is wrong with an image.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ImageFaults {
    /// No registry has it.
    pub is_missing: bool,
    /// A pull takes so long.
    pub slow_pull: Option<Span>,
}

/// All of them.
#[derive(Clone, Debug, Default)]
pub struct Faults {
    /// By namespace and name.
    pub pods: SortedMap<(String, String), PodFaults>,
    /// By the image as pods name it.
    pub images: SortedMap<String, ImageFaults>,
}

const NONE: &PodFaults =
    &PodFaults { crash_loop: None, slow_start: None, ignores_term: false, unready: false };

impl Faults {
    /// What is wrong with the pods of a name.
    pub fn of_pod(&self, namespace: &str, name: &str) -> &PodFaults {
        if self.pods.is_empty() {
            return NONE;
        }
        self.pods.get(&(namespace.to_owned(), name.to_owned())).unwrap_or(NONE)
    }

    /// Whether no registry has an image.
    pub fn is_missing(&self, image: &str) -> bool {
        self.images.get(image).is_some_and(|faults| faults.is_missing)
    }

    /// How long a pull of an image takes, when it takes unusually long.
    pub fn slow_pull(&self, image: &str) -> Option<Span> {
        self.images.get(image)?.slow_pull
    }

    /// Changes what is wrong with the pods of a name.
    pub(super) fn change_pod(&mut self, place: &(String, String), change: impl FnOnce(&mut PodFaults)) {
        let faults = self.pods.entry(place.clone()).or_default();
        change(faults);
        if faults == NONE {
            self.pods.remove(place);
        }
    }

    /// Changes what is wrong with an image.
    pub(super) fn change_image(&mut self, image: &str, change: impl FnOnce(&mut ImageFaults)) {
        let faults = self.images.entry(image.to_owned()).or_default();
        change(faults);
        if *faults == ImageFaults::default() {
            self.images.remove(image);
        }
    }
}
