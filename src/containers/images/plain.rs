//! An image of which nothing is known: a plain Linux, whose program runs and says nothing.

use super::Image;
use crate::containers::serve::{Serving, ends_quietly, is_quiet, serve};
use crate::shell::{Call, Program};

/// An image of which nothing is known.
pub(super) static UNKNOWN: Image = Image {
    names: &["an unknown image"],
    is_known: false,
    command: &["/app"],
    programs: &[("/app", app)],
    ..Image::EMPTY
};

static APP: Serving = Serving {
    name: "app",
    pid: 7,
    words: |_, call| call.argv.join(" "),
    workers: &[],
    ports: |_, _| Vec::new(),
    start: |_, _, _| (String::new(), None),
    goes_on: is_quiet,
    end: ends_quietly,
    code: 0,
};

/// A program that runs until it is told to end.
pub(in crate::containers) fn app(call: &Call) -> Box<dyn Program> {
    serve(call, &APP)
}
