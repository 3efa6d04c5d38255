//! What upstream's tests of a status endpoint share: a condition that is put there with the whole status, and
//! one that is patched in.

use std::rc::Rc;

use kubesets::api::meta::Condition;
use kubesets::api::object::Typed;
use serde_json::{Value, json};

use super::workload_drive::{Drive, get};

/// Writes conditions to the status of one object, and looks for them there.
pub(crate) struct StatusEndpoint<T> {
    /// The resource and the name, as kubectl takes them.
    pub(crate) object: &'static str,
    /// The conditions of such an object.
    pub(crate) conditions: fn(&T) -> &[Condition],
}

impl<T: Typed> StatusEndpoint<T> {
    fn assert_has(&self, drive: &Drive, type_: &str, reason: &str, message: &str) {
        let name = self.object.split('/').next_back().unwrap();
        let object: Rc<T> = get(&drive.cluster, name).unwrap();
        let found = Condition::find((self.conditions)(&object), type_);
        let told = found.map(|c| (c.status.as_str(), c.reason.as_str(), c.message.as_str()));
        assert_eq!(told, Some(("True", reason, message)), "{type_}");
    }

    /// Replaces the status by itself with one condition more; how many there were before.
    pub(crate) fn replace(&self, drive: &mut Drive) -> usize {
        let told = drive.line(&format!("kubectl get {} --subresource=status -o json", self.object));
        let mut told: Value = serde_json::from_str(&told).unwrap();
        let conditions = &mut told["status"]["conditions"];
        if conditions.is_null() {
            *conditions = json!([]);
        }
        let conditions = conditions.as_array_mut().unwrap();
        let before = conditions.len();
        let message = "Set from e2e test";
        conditions
            .push(json!({"type": "StatusUpdate", "status": "True", "reason": "E2E", "message": message}));
        drive.file(&told.to_string());
        drive.line("kubectl replace --subresource=status -f set.yaml");
        self.assert_has(drive, "StatusUpdate", "E2E", message);
        before
    }

    /// Patches another condition in.
    pub(crate) fn patch(&self, drive: &mut Drive) {
        drive.line(&format!(
            "kubectl patch {} --subresource=status --type=merge \
             -p '{{\"status\":{{\"conditions\":[{{\"type\":\"StatusPatched\",\"status\":\"True\"}}]}}}}'",
            self.object
        ));
        self.assert_patched(drive);
    }

    /// The condition that was patched in is still there.
    pub(crate) fn assert_patched(&self, drive: &Drive) {
        self.assert_has(drive, "StatusPatched", "", "");
    }
}
