//! PATCH: changes parts of an object.
//!
//! Models the patchers of staging/src/k8s.io/apiserver/pkg/endpoints/handlers/patch.go, Kubernetes v1.36: the
//! patch is applied to the object as it would be printed, and what comes out is decoded strictly, defaulted
//! and updated. Left out: server-side apply.

use serde_json::Value;

use super::{ApiServer, PatchType, StatusError, Subresource, manifest};
use crate::api::patch::{PatchError, json_patch, merge_patch, strategic_merge};
use crate::api::schema::{self, DecodeError, go_print};
use crate::api::{Object, ObjectKey};

impl ApiServer {
    /// Applies a patch to the stored object and updates it.
    pub(super) fn patch(
        &mut self,
        key: &ObjectKey,
        patch_type: PatchType,
        patch: &Value,
        subresource: Subresource,
        dry_run: bool,
    ) -> Result<Object, StatusError> {
        let old = self.stored(key)?;
        let (version, kind) = (key.kind.api_version(), key.kind.resource().kind);
        let value = old.to_value();
        let current = schema::encode(&value, &version, kind).unwrap_or(value);
        let decoded = match patch_type {
            PatchType::Strategic => {
                let patched = strategic_merge(&current, patch, &version, kind).map_err(refused)?;
                schema::convert(&patched, &version, kind)
                    .map_err(|error| StatusError::invalid_patch(&go_print(patch), &error.to_string()))?
            }
            PatchType::Merge => {
                let patched = merge_patch(&current, patch).map_err(refused)?;
                decode(&patched, Vec::new(), &version, kind)?
            }
            PatchType::Json => {
                let (patched, warnings) = json_patch(&current, patch).map_err(refused)?;
                decode(&patched, warnings, &version, kind)?
            }
        };
        let (new, author) = manifest::complete(key.kind, decoded)?;
        self.update(key, new, subresource, author, dry_run)
    }
}

/// Decodes the outcome of a JSON patch; `strict` are complaints about the patch itself.
fn decode(patched: &Value, mut strict: Vec<String>, version: &str, kind: &str) -> Result<Value, StatusError> {
    let invalid = |why: &str| Err(StatusError::invalid_patch(&patched.to_string(), why));
    match schema::decode(patched, version, kind) {
        Ok(decoded) if strict.is_empty() => Ok(decoded),
        Ok(_) => invalid(&DecodeError::Strict(strict).to_string()),
        Err(DecodeError::Strict(unknown)) => {
            strict.extend(unknown);
            invalid(&DecodeError::Strict(strict).to_string())
        }
        Err(error) => invalid(&error.to_string()),
    }
}

fn refused(error: PatchError) -> StatusError {
    match error {
        PatchError::Unprocessable(_) => StatusError::unprocessable(error.server_message()),
        PatchError::BadRequest(message) => StatusError::bad_request(message),
        PatchError::Internal(message) | PatchError::Conflict(message) => StatusError::unknown(message),
    }
}
