//! What is said of a container: its Events, and why it waits.
//!
//! Models the Events of pkg/kubelet/kuberuntime and pkg/kubelet/images, and the reasons of a waiting state,
//! Kubernetes v1.36. Left out: Events of sandboxes and of volumes.

use super::Scene;
use super::container::{ContainerRun, Role};
use super::images::{self, ImageNeed, go_duration};
use super::lifecycle::Stage;
use super::timing::Timing;
use crate::api::pod::{Container, Pod};
use crate::client::EventType;
use crate::collections::SortedSet;
use crate::sim::Span;

/// An Event that is to be told about a container or, without a field path, about its pod.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Told {
    pub(super) type_: EventType,
    pub(super) reason: &'static str,
    pub(super) message: String,
    pub(super) field_path: String,
}

/// Where a container runs: its specification, its pod, its node's images.
#[derive(Debug)]
pub(super) struct Place<'a> {
    pub(super) scene: Scene<'a>,
    pub(super) images: &'a mut SortedSet<String>,
    pub(super) pod: &'a Pod,
    pub(super) container: &'a Container,
    pub(super) told: &'a mut Vec<Told>,
}

impl Place<'_> {
    fn tell(&mut self, role: Role, type_: EventType, reason: &'static str, message: String) {
        if self.scene.timing.stand_in {
            return;
        }
        let list = if role == Role::App { "containers" } else { "initContainers" };
        let field_path = format!("spec.{list}{{{}}}", self.container.name);
        self.told.push(Told { type_, reason, message, field_path });
    }
}

impl ContainerRun {
    /// Tells of a stage that the container has entered.
    pub(super) fn tell_of(
        &self,
        stage: Stage,
        was: Stage,
        pulling_for: Span,
        need: ImageNeed,
        place: &mut Place<'_>,
    ) {
        let (role, image) = (self.role, place.container.image.clone());
        let (normal, warning) = (EventType::Normal, EventType::Warning);
        match stage {
            Stage::Pulling => place.tell(role, normal, "Pulling", format!("Pulling image \"{image}\"")),
            Stage::Starting if was == Stage::Pulling => {
                place.tell(role, normal, "Pulled", images::pulled_message(&image, pulling_for));
            }
            Stage::Starting if need == ImageNeed::Nothing => {
                let message = format!(
                    "Container image \"{image}\" already present on machine and can be accessed by the pod"
                );
                place.tell(role, normal, "Pulled", message);
            }
            Stage::Running if was == Stage::PostStart => {}
            Stage::Running | Stage::PostStart => {
                place.tell(role, normal, "Created", "Container created".to_owned());
                place.tell(role, normal, "Started", "Container started".to_owned());
            }
            Stage::RunContainerError => {
                let why = self.failed_start.as_ref().map_or("", |failed| failed.message.as_str());
                place.tell(role, normal, "Created", "Container created".to_owned());
                place.tell(role, warning, "Failed", format!("Error: {why}"));
            }
            Stage::PostStartHookError => {
                place.tell(role, warning, "FailedPostStartHook", "PostStartHook failed".to_owned());
                place.tell(role, normal, "Killing", "FailedPostStartHook".to_owned());
            }
            Stage::ErrImagePull => {
                let why = images::pull_error(&image);
                place.tell(role, warning, "Failed", format!("Failed to pull image \"{image}\": {why}"));
                place.tell(role, warning, "Failed", "Error: ErrImagePull".to_owned());
            }
            Stage::ImagePullBackOff => {
                place.tell(role, normal, "BackOff", format!("Back-off pulling image \"{image}\""));
                place.tell(role, warning, "Failed", "Error: ImagePullBackOff".to_owned());
            }
            Stage::ErrImageNeverPull => {
                place.tell(role, warning, "ErrImageNeverPull", never_pull_message(&image));
                place.tell(role, warning, "Failed", "Error: ErrImageNeverPull".to_owned());
            }
            Stage::InvalidImageName => {
                place.tell(role, warning, "InspectFailed", images::invalid_name(&image));
                place.tell(role, warning, "Failed", "Error: InvalidImageName".to_owned());
            }
            Stage::CreateContainerConfigError => {
                let why = self.config_error.as_deref().unwrap_or_default();
                place.tell(role, warning, "Failed", format!("Error: {why}"));
            }
            Stage::CrashLoopBackOff => {
                let message = format!(
                    "Back-off restarting failed container {} in pod {}",
                    place.container.name,
                    pod_in_words(place.pod)
                );
                place.tell(role, warning, "BackOff", message);
            }
            Stage::Queued | Stage::Creating | Stage::Starting | Stage::Exited => {}
        }
    }

    /// Reason and message while it waits; `None` when its stage has none of its own.
    pub(super) fn waiting(
        &self,
        pod: &Pod,
        container: &Container,
        timing: &Timing,
    ) -> Option<(&'static str, String)> {
        let image = &container.image;
        // The earlier failure shows until the next try has ended.
        let is_tried = matches!(
            self.stage,
            Stage::Creating | Stage::Pulling | Stage::Starting | Stage::CreateContainerConfigError
        );
        if let Some(why) = self.config_error.as_ref().filter(|_| is_tried) {
            return Some(("CreateContainerConfigError", why.clone()));
        }
        let has_failed = matches!(self.stage, Stage::Exited | Stage::RunContainerError) && !self.is_done();
        if let Some(failed) = self.failed_start.as_ref().filter(|_| has_failed) {
            return Some((failed.step.reason(), failed.message.clone()));
        }
        Some(match self.stage {
            Stage::ErrImagePull => ("ErrImagePull", images::pull_error(image)),
            Stage::ImagePullBackOff => (
                "ImagePullBackOff",
                format!("Back-off pulling image \"{image}\": ErrImagePull: {}", images::pull_error(image)),
            ),
            // The earlier failure shows until the new pull has ended.
            Stage::Pulling if self.pull_failures > 0 => (
                "ImagePullBackOff",
                format!("Back-off pulling image \"{image}\": ErrImagePull: {}", images::pull_error(image)),
            ),
            Stage::ErrImageNeverPull => ("ErrImageNeverPull", never_pull_message(image)),
            Stage::InvalidImageName => ("InvalidImageName", images::invalid_name(image)),
            Stage::CrashLoopBackOff => (
                "CrashLoopBackOff",
                format!(
                    "back-off {} restarting failed container={} pod={}",
                    go_duration(timing.crash_back_off(self.crashes)),
                    container.name,
                    pod_in_words(pod)
                ),
            ),
            _ => return None,
        })
    }
}

fn never_pull_message(image: &str) -> String {
    format!("Container image \"{image}\" is not present with pull policy of Never")
}

/// A pod as log lines name it: `web-0_default(uid)`.
pub(super) fn pod_in_words(pod: &Pod) -> String {
    format!("{}_{}({})", pod.metadata.name, pod.metadata.namespace, pod.metadata.uid)
}
