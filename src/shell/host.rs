//! What a shell stands on: files, and programs that are not its own.
//!
//! A terminal's host has the session's files and starts kubectl; a container's host has the container's files
//! and what its image brings. The same [`super::Shell`] runs on both.

use std::any::Any;
use std::fmt;

use super::io::Io;
use super::web::{FetchError, Response, Url};
use crate::collections::SortedMap;
use crate::sim::Time;

/// The words, the environment and the folder that a program is started with.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Call {
    /// Its name and its arguments.
    pub argv: Vec<String>,
    /// The exported variables.
    pub environment: SortedMap<String, String>,
    /// The current folder, an absolute path.
    pub folder: String,
    /// How many shells run one within the other.
    pub level: u32,
}

impl Call {
    /// The name that it was started by, without folders.
    pub fn name(&self) -> &str {
        let word = self.argv.first().map(String::as_str).unwrap_or_default();
        word.rsplit('/').next().unwrap_or_default()
    }

    /// Its arguments.
    pub fn args(&self) -> &[String] {
        self.argv.get(1..).unwrap_or_default()
    }

    /// The absolute path of a file that was named.
    pub fn path(&self, name: &str) -> String {
        super::files::resolve(&self.folder, name)
    }
}

/// No program of that name is there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NotFound {
    /// What the sandbox has to say about it.
    pub hint: Option<String>,
}

/// What a look at a program gave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Progress {
    /// It ended with this exit code.
    Done(i32),
    /// It waits: for input, for room in its output, for the host's world to change, or until an instant.
    Wait {
        /// When to look again even if nothing else happens.
        wake_at: Option<Time>,
    },
    /// It wants a text edited; [`Io::take_edited`] gives the answer.
    Edit(EditRequest),
}

impl Progress {
    /// It waits for its streams or for a change.
    pub const WAIT: Self = Self::Wait { wake_at: None };
}

/// A text that a program wants edited.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EditRequest {
    /// Name for the editor.
    pub name: String,
    /// What the editor opens with.
    pub text: String,
}

/// A running program.
pub trait Program {
    /// Runs until it ends or has to wait. It is called again whenever something may have changed.
    fn poll(&mut self, io: &mut Io<'_>) -> Progress;

    /// Ends it, as Ctrl-C does; returns its exit code.
    fn interrupt(&mut self, io: &mut Io<'_>) -> i32 {
        let _ = io;
        INTERRUPTED
    }

    /// Whether Ctrl-C is its own affair, as a shell's to which one types: what it was doing ends, and it goes
    /// on.
    fn takes_interrupt(&mut self, io: &mut Io<'_>) -> bool {
        let _ = io;
        false
    }

    /// A copy of it.
    fn boxed_clone(&self) -> Box<dyn Program>;

    /// What it is, in a few words.
    fn title(&self) -> String;
}

/// The exit code of what Ctrl-C ended.
pub const INTERRUPTED: i32 = 130;

/// Its title alone: printing every program would be code that the page loads for nothing.
impl fmt::Debug for dyn Program {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.title())
    }
}

impl Clone for Box<dyn Program> {
    fn clone(&self) -> Self {
        self.boxed_clone()
    }
}

/// Whose programs they are, where that shows in what they complain of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Dialect {
    /// GNU's, with bash.
    #[default]
    Gnu,
    /// GNU's, with dash as `sh`.
    Dash,
    /// BusyBox's.
    BusyBox,
}

/// What surrounds a shell.
pub trait Host {
    /// Whose programs it has.
    fn dialect(&self) -> Dialect {
        Dialect::default()
    }

    /// Starts a program. A host has its own programs first and then those of [`super::programs::start`] that
    /// it wants to have.
    ///
    /// # Errors
    /// When it has none of that name.
    fn start(&mut self, call: &Call) -> Result<Box<dyn Program>, NotFound>;

    /// The files.
    fn files(&mut self) -> &mut dyn Files;

    /// Asks for a document of the network, once; `agent` is who asks.
    ///
    /// # Errors
    /// Why it cannot be had.
    fn fetch(&mut self, url: &Url, method: &str, agent: &str) -> Result<Response, FetchError> {
        let _ = (url, method, agent);
        Err(FetchError::default())
    }

    /// The instant as seconds since 1970, for `date`.
    fn unix_seconds(&self, now: Time) -> u64 {
        now.seconds()
    }

    /// What the host's own programs act on. The shell does not look at it.
    fn world(&mut self) -> &mut dyn Any;
}

/// What stands under a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileKind {
    /// A text.
    File,
    /// A folder.
    Folder,
}

/// Why a file could not be read or written, in the words of the C library.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileError {
    /// There is none.
    NotFound,
    /// It is a folder.
    IsFolder,
    /// Something above it is no folder.
    NotFolder,
    /// It would become longer than files may be.
    TooLarge,
    /// The files together would.
    NoSpace,
    /// It may not be changed.
    Refused,
    /// Nothing may be changed there.
    ReadOnly,
    /// The folder is not empty.
    NotEmpty,
    /// It is there already.
    Exists,
}

impl fmt::Display for FileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotFound => "No such file or directory",
            Self::IsFolder => "Is a directory",
            Self::NotFolder => "Not a directory",
            Self::TooLarge => "File too large",
            Self::NoSpace => "No space left on device",
            Self::Refused => "Permission denied",
            Self::ReadOnly => "Read-only file system",
            Self::NotEmpty => "Directory not empty",
            Self::Exists => "File exists",
        })
    }
}

/// Something in a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileEntry {
    /// Its name in the folder.
    pub name: String,
    /// What it is.
    pub kind: FileKind,
    /// How many bytes it has.
    pub bytes: usize,
}

/// What `ls -l` shows of a file beside its name and size.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attributes {
    /// Such as `drwxr-xr-x`.
    pub mode: String,
    /// Whose it is.
    pub owner: String,
    /// Whose group's it is.
    pub group: String,
    /// When it was changed, in seconds since 1970, where that is known.
    pub modified: Option<u64>,
}

/// Files by absolute path, without `.`, `..` and a slash at the end.
pub trait Files {
    /// What stands there.
    fn kind(&self, path: &str) -> Option<FileKind>;

    /// The text of a file.
    ///
    /// # Errors
    /// When there is none.
    fn read(&self, path: &str) -> Result<String, FileError>;

    /// Writes a file; what was there is gone.
    ///
    /// # Errors
    /// When it cannot be.
    fn write(&mut self, path: &str, text: &str) -> Result<(), FileError>;

    /// Writes at the end of a file.
    ///
    /// # Errors
    /// When it cannot be.
    fn append(&mut self, path: &str, text: &str) -> Result<(), FileError> {
        let before = match self.read(path) {
            Ok(before) => before,
            Err(FileError::NotFound) => String::new(),
            Err(error) => return Err(error),
        };
        self.write(path, &(before + text))
    }

    /// Makes a folder.
    ///
    /// # Errors
    /// When it cannot be.
    fn make_folder(&mut self, path: &str) -> Result<(), FileError>;

    /// Removes a file or an empty folder.
    ///
    /// # Errors
    /// When it cannot be.
    fn remove(&mut self, path: &str) -> Result<(), FileError>;

    /// What `ls -l` shows.
    fn attributes(&self, path: &str) -> Attributes {
        let is_folder = self.kind(path) == Some(FileKind::Folder);
        Attributes {
            mode: if is_folder { "drwxr-xr-x" } else { "-rw-r--r--" }.to_owned(),
            owner: "root".to_owned(),
            group: "root".to_owned(),
            modified: None,
        }
    }

    /// What stands in a folder, by name.
    ///
    /// # Errors
    /// When it is none.
    fn list(&self, folder: &str) -> Result<Vec<FileEntry>, FileError>;
}
