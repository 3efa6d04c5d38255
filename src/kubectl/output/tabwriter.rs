//! Aligns tab-terminated cells into columns of text.
//!
//! Models `text/tabwriter` of Go's library in the form kubectl uses it (github.com/liggitt/tabwriter,
//! which can remember the widths of columns), Kubernetes v1.36. A column is a block of consecutive lines
//! that have a cell there; the text after the last tab of a line belongs to no column.
//! Left out: right alignment, HTML filtering, escaped text, padding with tabs.

/// Formats blocks of text; keeps the widths of columns between blocks if told so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TabWriter {
    min_width: usize,
    padding: usize,
    remembered: Option<Vec<usize>>,
}

impl TabWriter {
    /// The writer of `kubectl get`: cells at least 6 wide, 3 apart, columns never shrink while it lives.
    pub fn table() -> Self {
        Self { min_width: 6, padding: 3, remembered: Some(Vec::new()) }
    }

    /// The writer of `kubectl describe`: cells 2 apart.
    pub fn describe() -> Self {
        Self::new(0, 2)
    }

    /// A writer that forgets the widths after each block.
    pub fn new(min_width: usize, padding: usize) -> Self {
        Self { min_width, padding, remembered: None }
    }

    /// Returns `text` with its columns aligned.
    pub fn format(&mut self, text: &str) -> String {
        let mut lines: Vec<Vec<&str>> =
            text.split(['\n', '\u{c}']).map(|line| line.split(['\t', '\u{b}']).collect()).collect();
        let ends_with_break = text.is_empty() || text.ends_with(['\n', '\u{c}']);
        if ends_with_break {
            lines.pop();
        }
        let mut layout = Layout { writer: self, lines: &lines, widths: Vec::new(), out: String::new() };
        layout.block(0, lines.len());
        let mut out = layout.out;
        if !ends_with_break {
            out.pop();
        }
        out
    }
}

/// One run over the lines of a text.
struct Layout<'a> {
    writer: &'a mut TabWriter,
    lines: &'a [Vec<&'a str>],
    widths: Vec<usize>,
    out: String,
}

impl Layout<'_> {
    /// Formats the lines `from..to`, whose columns left of `widths.len()` are known.
    fn block(&mut self, mut from: usize, to: usize) {
        let column = self.widths.len();
        let mut this = from;
        while this < to {
            if self.cell_width(this, column).is_none() {
                this += 1;
                continue;
            }
            self.write(from, this);
            from = this;
            let mut width = self.writer.min_width;
            while let Some(cell) = (this < to).then(|| self.cell_width(this, column)).flatten() {
                width = width.max(cell + self.writer.padding);
                this += 1;
            }
            let width = self.remember(column, width);
            self.widths.push(width);
            self.block(from, this);
            self.widths.pop();
            from = this;
        }
        self.write(from, to);
    }

    /// The width of a cell that belongs to a column; the last cell of a line does not.
    fn cell_width(&self, line: usize, column: usize) -> Option<usize> {
        let cells = self.lines.get(line)?;
        let cell = cells.get(column)?;
        (column + 1 < cells.len()).then(|| cell.chars().count())
    }

    fn remember(&mut self, column: usize, width: usize) -> usize {
        let Some(remembered) = &mut self.writer.remembered else { return width };
        if let Some(known) = remembered.get_mut(column) {
            *known = width.max(*known);
            return *known;
        }
        remembered.push(width);
        width
    }

    fn write(&mut self, from: usize, to: usize) {
        for line in self.lines.get(from..to).unwrap_or_default() {
            for (index, cell) in line.iter().enumerate() {
                self.out.push_str(cell);
                if let Some(width) = self.widths.get(index) {
                    let padding = width.saturating_sub(cell.chars().count());
                    self.out.extend(std::iter::repeat_n(' ', padding));
                }
            }
            self.out.push('\n');
        }
    }
}

#[cfg(test)]
mod tests {
    use super::TabWriter;

    #[test]
    fn columns_are_blocks_of_consecutive_lines() {
        let cases = [
            ("", ""),
            ("a", "a"),
            ("a\n", "a\n"),
            ("\n\n", "\n\n"),
            ("a\tb\tc\naa\tbb\tc\n", "a   b   c\naa  bb  c\n"),
            ("a\t\naaaa\t\n", "a     \naaaa  \n"),
            ("Name:\tweb\nNamespace:\tdefault\n", "Name:       web\nNamespace:  default\n"),
            ("a\tb\nplain\nlonger\tb\n", "a  b\nplain\nlonger  b\n"),
            ("a\tb\tc\na\tb\nlonger\tb\tc\n", "a       b  c\na       b\nlonger  b  c\n"),
            ("\ta\tb\n\taaa\tb\n", "  a    b\n  aaa  b\n"),
            ("Äö\tb\nabc\td", "Äö   b\nabc  d"),
        ];
        for (text, wanted) in cases {
            assert_eq!(TabWriter::describe().format(text), wanted, "{text:?}");
        }
    }

    #[test]
    fn the_table_writer_never_shrinks_a_column() {
        let mut writer = TabWriter::table();
        assert_eq!(writer.format("NAME\tAGE\nlonger-name\t1s\n"), "NAME          AGE\nlonger-name   1s\n");
        assert_eq!(writer.format("a\t2s\n"), "a             2s\n");
        assert_eq!(TabWriter::table().format("A\tB\n"), "A     B\n");
    }
}
