//! A value of the last rendering, for callbacks that stay the same.

use std::cell::RefCell;
use std::rc::Rc;

use yew::prelude::*;

/// What `value` was when the component was rendered last: a callback that is not made anew with each
/// rendering asks for it when it is called.
#[hook]
pub(crate) fn use_latest<T: Clone + 'static>(value: &T) -> Rc<RefCell<T>> {
    let latest = use_mut_ref(|| value.clone());
    latest.replace(value.clone());
    latest
}
