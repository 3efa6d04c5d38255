//! The programs that come with every shell: coreutils and text tools, as tutorials use them.
//!
//! - `options`: flags; `real`: those that only the real programs have. `brief`: programs that print and end.
//!   `filter`: programs that read lines.
//! - `text`: echo, printf and their formats (`format`, `numbers`, `quoting`). `seq`: numbers in a row.
//!   `cat`, `nl`, `base64`, `lines` (head, tail), `counting` (uniq, wc), `cut` (and tr), `sort`, `grep`,
//!   `turned` (tac, rev, fold), `column`, `paste`, `sed`, `awk`: filters; `substitute`: how both replace.
//!   `files`: rm, cp and the like; `ls`. `condition`: test. `curl`, `web` (wget): the network.
//! - `running`: sh and what runs others. `xargs`, `watch`, `timeout`, `sleep`, `editor`: those. `date`: the
//!   time.

mod options;
mod real;
mod brief;
mod numbers;
mod quoting;
mod filter;
mod format;
mod text;
mod seq;
mod cat;
mod nl;
mod base64;
mod lines;
mod counting;
mod cut;
mod sort;
mod turned;
mod column;
mod paste;
mod grep;
mod substitute;
mod sed;
mod awk;
mod files;
mod ls;
mod condition;
mod curl;
mod web;
mod running;
mod sleep;
mod xargs;
mod timeout;
mod editor;
mod watch;
mod date;

use super::host::{Call, NotFound, Program};
use super::io::Io;
use super::mistake::Mistake;
use brief::Brief;

pub use date::date_text;
pub use options::{Options, wrong};

/// Makes a program; what is wrong with its arguments is printed and its exit code is given.
type Make = fn(Call) -> Result<Box<dyn Program>, Wrong>;

/// Does all at once, and gives the exit code.
type Run = fn(&Call, &mut Io<'_>) -> i32;

/// What is wrong with a call, and the exit code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrong(pub Mistake, pub i32);

/// A program that prints and ends.
pub fn brief(call: Call, run: fn(&Call, &mut Io<'_>) -> i32) -> Box<dyn Program> {
    Box::new(Brief { call, run })
}

/// Programs that print and end.
const INSTANT: &[(&str, Run)] = &[
    ("echo", text::echo),
    ("printf", text::printf),
    ("seq", seq::seq),
    ("true", text::succeed),
    ("false", text::fail),
    ("basename", text::basename),
    ("dirname", text::dirname),
    ("which", text::which),
    ("type", text::which),
    ("command", text::which),
    ("printenv", text::environment),
    ("clear", text::clear),
    ("reset", text::clear),
    ("date", date::date),
    ("pwd", files::pwd),
    ("ls", ls::ls),
    ("rm", files::rm),
    ("rmdir", files::rmdir),
    ("mkdir", files::mkdir),
    ("touch", files::touch),
    ("cp", files::cp),
    ("mv", files::mv),
    ("chmod", text::succeed),
    ("test", condition::test),
    ("[", condition::test),
    ("wget", web::wget),
];

/// All others.
const OTHERS: &[(&str, Make)] = &[
    ("cat", cat::cat),
    ("nl", nl::nl),
    ("base64", base64::base64),
    ("tee", cat::tee),
    ("head", lines::head),
    ("tail", lines::tail),
    ("uniq", counting::uniq),
    ("wc", counting::wc),
    ("cut", cut::cut),
    ("tr", cut::tr),
    ("sort", sort::sort_lines),
    ("tac", turned::tac),
    ("rev", turned::rev),
    ("fold", turned::fold),
    ("column", column::column),
    ("paste", paste::paste),
    ("grep", grep::grep),
    ("egrep", grep::grep),
    ("fgrep", grep::grep),
    ("sed", sed::sed),
    ("awk", awk::awk),
    ("gawk", awk::awk),
    ("sleep", sleep::sleep),
    ("xargs", xargs::xargs),
    ("timeout", timeout::timeout),
    ("sh", running::sh),
    ("bash", running::sh),
    ("env", running::env),
    ("sudo", running::sudo),
    ("time", running::sudo),
    ("vi", editor::editor),
    ("vim", editor::editor),
    ("nano", editor::editor),
    ("watch", watch::watch),
    ("curl", curl::curl),
];

/// The names of all programs that come with every shell.
pub fn names() -> impl Iterator<Item = &'static str> {
    INSTANT.iter().map(|(name, _)| *name).chain(OTHERS.iter().map(|(name, _)| *name))
}

/// Starts a program that comes with every shell.
///
/// # Errors
/// When there is none of that name.
pub fn start(call: &Call) -> Result<Box<dyn Program>, NotFound> {
    if !is_in_path(call) {
        return Err(NotFound::default());
    }
    if let Some((_, run)) = INSTANT.iter().find(|(name, _)| *name == call.name()) {
        return Ok(Box::new(Brief { call: call.clone(), run: *run }));
    }
    let Some((_, make)) = OTHERS.iter().find(|(name, _)| *name == call.name()) else {
        return Err(NotFound::default());
    };
    Ok(match make(call.clone()) {
        Ok(program) => program,
        Err(Wrong(mistake, exit)) => {
            Box::new(brief::Complaint { name: call.name().to_owned(), mistake, exit })
        }
    })
}

/// A path must name a folder where programs are.
fn is_in_path(call: &Call) -> bool {
    let word = call.argv.first().map(String::as_str).unwrap_or_default();
    match word.rsplit_once('/') {
        None => true,
        Some((folder, _)) => matches!(folder, "/bin" | "/usr/bin" | "/sbin" | "/usr/sbin" | "/usr/local/bin"),
    }
}
