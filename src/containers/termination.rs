//! What a container leaves as the message of its end: a file that it wrote, or the end of its log.
//!
//! Models `getTerminationMessage`, `pkg/kubelet/kuberuntime/kuberuntime_container.go`, Kubernetes v1.36.

use serde_json::Value;

use super::World;
use super::instance::{ContainerId, Place};
use super::log::Wanted;
use crate::api::pod::Container;
use crate::shell::Files as _;
use crate::shell::files::resolve;

/// The file that is read where a container names none.
const PATH: &str = "/dev/termination-log";
/// Bytes of the file that are taken, from its end.
const FILE_BYTES: usize = 4096;
/// Bytes of the log, and lines of it.
const LOG_BYTES: usize = 2048;
const LOG_LINES: usize = 80;
/// Bytes that the messages of one pod may have together.
const POD_BYTES: usize = 12 << 10;

/// What a container has left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Namespace of the pod.
    pub namespace: String,
    /// Name of the pod.
    pub pod: String,
    /// Name of the container.
    pub container: String,
    /// Which start of it.
    pub id: ContainerId,
    /// What it says.
    pub text: String,
}

/// The file that a container writes its message to.
pub(super) fn path(container: &Container) -> &str {
    let path = container.extra.get("terminationMessagePath").and_then(Value::as_str);
    path.filter(|path| !path.is_empty()).unwrap_or(PATH)
}

/// Whether the end of its log stands in for a message when it fails.
pub(super) fn falls_back(container: &Container) -> bool {
    container.extra.get("terminationMessagePolicy").is_some_and(|policy| policy == "FallbackToLogsOnError")
}

impl World {
    /// Takes the message of a container that has ended, once.
    pub(super) fn take_message(&mut self, place: &Place) {
        let Some((_, code)) = place.ended else { return };
        let was_taken = |held: &mut super::instance::Instance| std::mem::replace(&mut held.has_left, true);
        if self.containers.instances.get_mut(&place.id).is_none_or(was_taken) {
            return;
        }
        let text = self.within(place, |world| world.message(code)).unwrap_or_default();
        let spec = &place.pod.spec;
        let share = POD_BYTES / (spec.init_containers.len() + spec.containers.len()).max(1);
        let text = text.get(..text.floor_char_boundary(share)).unwrap_or_default().to_owned();
        if !text.is_empty() {
            self.messages.push(Message {
                namespace: place.pod.metadata.namespace.clone(),
                pod: place.pod.metadata.name.clone(),
                container: place.container.clone(),
                id: place.id.clone(),
                text,
            });
        }
    }

    /// The message of the container that the world is in, which has ended with this code.
    fn message(&self, code: i64) -> String {
        let Some(held) = self.instance() else { return String::new() };
        let file = self.read(&resolve("/", path(&held.container))).unwrap_or_default();
        if file.is_empty() && code != 0 && falls_back(&held.container) {
            let wanted = Wanted { tail: Some(LOG_LINES), ..Wanted::default() };
            return last(&held.log.text(&wanted, true), LOG_BYTES).to_owned();
        }
        last(&file, FILE_BYTES).to_owned()
    }
}

/// The last bytes of a text.
fn last(text: &str, bytes: usize) -> &str {
    let from = text.len().saturating_sub(bytes);
    text.get(text.ceil_char_boundary(from)..).unwrap_or_default()
}
