//! Collects the indented lines of a description and aligns them.
//!
//! Models `PrefixWriter`, `nestedPrefixWriter` and `tabbedString`, k8s.io/kubectl/pkg/describe/describe.go,
//! Kubernetes v1.36.

use super::table::escape_terminal;
use super::tabwriter::TabWriter;

/// Text that is written line by line at a level; two spaces per level.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PrefixWriter {
    pending: String,
    aligned: String,
    /// The level that all others are counted from.
    base: usize,
}

impl PrefixWriter {
    /// An empty description.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds text at a level; cells end with a tab, lines with a newline.
    pub fn write(&mut self, level: usize, text: &str) {
        self.pending.extend(std::iter::repeat_n("  ", self.base + level));
        self.pending.push_str(&escape_terminal(text));
    }

    /// Adds a line at a level.
    pub fn write_line(&mut self, level: usize, text: &str) {
        self.write(level, text);
        self.pending.push('\n');
    }

    /// Writes what counts its levels from this one, also where it goes on with a line.
    pub fn nested(&mut self, level: usize, write: impl FnOnce(&mut Self)) {
        self.base += level;
        write(self);
        self.base -= level;
    }

    /// Aligns what was written so far; later lines form their own columns.
    pub fn flush(&mut self) {
        self.aligned.push_str(&TabWriter::describe().format(&self.pending));
        self.pending.clear();
    }

    /// The whole text with its tabs: what is printed where no column writer stands behind.
    pub fn finish_unaligned(self) -> String {
        self.aligned + &self.pending
    }

    /// The whole text, aligned.
    pub fn finish(mut self) -> String {
        self.flush();
        self.aligned
    }
}

#[cfg(test)]
mod tests {
    use super::PrefixWriter;

    #[test]
    fn levels_indent_and_columns_align() {
        let mut writer = PrefixWriter::new();
        writer.write(0, "Name:\tweb\n");
        writer.write(0, "Namespace:\tdefault\n");
        writer.write_line(0, "Pod Template:");
        writer.write(1, "Labels:\tapp=nginx\n");
        writer.flush();
        writer.write(0, "Events:\t<none>\n");
        assert_eq!(
            writer.finish(),
            "Name:       web\nNamespace:  default\nPod Template:\n  Labels:  app=nginx\nEvents:  <none>\n"
        );
    }
}
