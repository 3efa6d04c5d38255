//! `read`: a line of the input, parted into variables.

use super::{Machine, Waits};
use crate::shell::io::{Descriptors, Kernel, Read};
use crate::shell::syntax;

/// Flags of bash's `read` that take a value; they have no effect.
const TAKE_VALUES: &[char] = &['a', 'd', 'i', 'n', 'N', 'p', 't', 'u'];

impl Machine {
    pub(super) fn begin_read(&mut self, args: &[String], descriptors: &Descriptors) {
        let (mut is_raw, mut names) = (false, Vec::new());
        let mut args = args.iter();
        while let Some(arg) = args.next() {
            let Some(letters) = arg.strip_prefix('-').filter(|_| names.is_empty()) else {
                names.extend(syntax::is_name(arg).then(|| arg.clone()));
                continue;
            };
            let flags = letters.find(TAKE_VALUES).map_or(letters, |at| letters.get(..at).unwrap_or_default());
            is_raw |= flags.contains('r');
            if letters.ends_with(TAKE_VALUES) && flags.len() + 1 == letters.len() {
                args.next();
            }
        }
        self.waits = Some(Waits::Read { names, is_raw, descriptors: descriptors.clone() });
    }

    /// Goes on with `read`; whether it has ended.
    pub(super) fn read(
        &mut self,
        kernel: &mut Kernel<'_>,
        names: &[String],
        is_raw: bool,
        descriptors: &Descriptors,
    ) -> bool {
        let line = match kernel.io(descriptors).read_line() {
            Read::Wait => return false,
            Read::End => None,
            Read::Text(line) => Some(line),
        };
        self.scope.status = i32::from(!line.as_ref().is_some_and(|line| line.ends_with('\n')));
        let line = line.unwrap_or_default();
        let letters = letters(line.trim_end_matches('\n'), is_raw);
        if names.is_empty() {
            // Without a name it is the line as it stands.
            self.scope.set("REPLY", letters.into_iter().map(|(letter, _)| letter).collect::<String>());
            return true;
        }
        let mut fields = self.scope.separators().fields(&letters, names.len()).into_iter();
        for name in names {
            self.scope.set(name, fields.next().unwrap_or_default());
        }
        true
    }
}

/// The letters of a line, and whether a backslash stood before each.
fn letters(line: &str, is_raw: bool) -> Vec<(char, bool)> {
    let (mut letters, mut is_quoted) = (Vec::new(), false);
    for letter in line.chars() {
        if letter == '\\' && !is_raw && !is_quoted {
            is_quoted = true;
            continue;
        }
        letters.push((letter, is_quoted));
        is_quoted = false;
    }
    letters
}
