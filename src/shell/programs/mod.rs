//! The programs that come with every shell.

use super::host::{Call, NotFound, Program};

/// Starts a program that comes with every shell.
///
/// # Errors
/// When there is none of that name.
pub fn start(call: &Call) -> Result<Box<dyn Program>, NotFound> {
    let _ = call;
    Err(NotFound::default())
}
