//! `read`: a line of the input, parted into variables.

use super::options::NO_ARRAYS;
use super::{Machine, Waits};
use crate::shell::descriptors::Descriptors;
use crate::shell::io::{Kernel, Read};
use crate::shell::syntax;

/// Flags of bash's `read` that take a value.
const TAKE_VALUES: &str = "adinNptu";
/// Those that take none.
const OTHERS: &str = "ers";

/// What `read` was told.
#[derive(Clone, Debug)]
pub(super) struct Wanted {
    names: Vec<String>,
    is_raw: bool,
    /// What ends the line.
    delimiter: char,
    /// So many letters are enough.
    most: Option<usize>,
}

impl Machine {
    /// Begins to read, unless a flag is wrong or lacking.
    pub(super) fn begin_read(&mut self, kernel: &mut Kernel<'_>, args: &[String], descriptors: &Descriptors) {
        let mut wants = Wanted { names: Vec::new(), is_raw: false, delimiter: '\n', most: None };
        self.scope.status = 2;
        let mut args = args.iter();
        let mut prompt = None;
        while let Some(arg) = args.next() {
            let letters = arg.strip_prefix('-').filter(|_| wants.names.is_empty());
            let Some(letters) = letters.filter(|letters| *letters != "-") else {
                wants.names.extend(syntax::is_name(arg).then(|| arg.clone()));
                continue;
            };
            for (at, letter) in letters.char_indices() {
                wants.is_raw |= letter == 'r';
                if !TAKE_VALUES.contains(letter) {
                    if OTHERS.contains(letter) {
                        continue;
                    }
                    return self.say(kernel, descriptors, &format!("read: -{letter}: invalid option"));
                }
                let rest = letters.get(at + 1..).unwrap_or_default();
                let value = if rest.is_empty() { args.next().cloned() } else { Some(rest.to_owned()) };
                let value = value.unwrap_or_default();
                match letter {
                    'a' => return kernel.io(descriptors).hint(NO_ARRAYS),
                    'd' => wants.delimiter = value.chars().next().unwrap_or('\0'),
                    'n' => wants.most = value.parse().ok(),
                    'N' => (wants.most, wants.delimiter) = (value.parse().ok(), '\0'),
                    'p' => prompt = Some(value),
                    't' => kernel.io(descriptors).hint("the sandbox's terminal takes no notice of read -t"),
                    other => {
                        let hint = format!("the sandbox's terminal does not have read -{other}");
                        return kernel.io(descriptors).hint(hint);
                    }
                }
                break;
            }
        }
        let mut io = kernel.io(descriptors);
        if let Some(prompt) = prompt
            && io.reads_terminal()
        {
            io.err(&prompt);
        }
        self.waits = Some(Waits::Read { wants, descriptors: descriptors.clone() });
    }

    /// Goes on with `read`; whether it has ended.
    pub(super) fn read(
        &mut self,
        kernel: &mut Kernel<'_>,
        wants: &Wanted,
        descriptors: &Descriptors,
    ) -> bool {
        let line = match kernel.io(descriptors).read_until(wants.delimiter, wants.most) {
            Read::Wait => return false,
            Read::End => None,
            Read::Text(line) => Some(line),
        };
        let is_whole = |line: &String| {
            line.ends_with(wants.delimiter) || wants.most.is_some_and(|most| line.chars().count() >= most)
        };
        self.scope.status = i32::from(!line.as_ref().is_some_and(is_whole));
        let line = line.unwrap_or_default();
        let letters = letters(line.strip_suffix(wants.delimiter).unwrap_or(&line), wants.is_raw);
        if wants.names.is_empty() {
            // Without a name it is the line as it stands.
            self.scope.set("REPLY", letters.into_iter().map(|(letter, _)| letter).collect::<String>());
            return true;
        }
        let mut fields = self.scope.separators().fields(&letters, wants.names.len()).into_iter();
        for name in &wants.names {
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
