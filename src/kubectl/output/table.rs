//! Prints rows under headers, as `kubectl get` does.
//!
//! Models `HumanReadablePrinter`, k8s.io/cli-runtime/pkg/printers/tableprinter.go, Kubernetes v1.36.
//! Headers are printed once per table and only if there are rows; a cell ends at its first line break.
//! Left out: decoration with namespaces, labels and kinds, which whoever makes the rows adds as columns.

use super::tabwriter::TabWriter;

/// Prints tables and, in a watch, further rows with the same column widths.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TablePrinter {
    writer: TabWriter,
    headers: Option<Vec<String>>,
    no_headers: bool,
}

impl TablePrinter {
    /// A printer; `no_headers` is kubectl's flag.
    pub fn new(no_headers: bool) -> Self {
        Self { writer: TabWriter::table(), headers: None, no_headers }
    }

    /// Prints rows, with upper-case headers before the first ones and whenever the columns change.
    pub fn print(&mut self, headers: &[String], rows: &[Vec<String>]) -> String {
        let text = self.lines(headers, rows);
        self.writer.format(&text)
    }

    /// Prints several tables, each headers and rows, whose cells stand below each other.
    pub fn print_all(&mut self, tables: &[(Vec<String>, Vec<Vec<String>>)]) -> String {
        let text: String = tables.iter().map(|(headers, rows)| self.lines(headers, rows)).collect();
        self.writer.format(&text)
    }

    /// The lines before their cells are aligned.
    fn lines(&mut self, headers: &[String], rows: &[Vec<String>]) -> String {
        let mut text = String::new();
        if rows.is_empty() {
            return text;
        }
        if !self.no_headers && self.headers.as_deref() != Some(headers) {
            let upper: Vec<String> = headers.iter().map(|header| header.to_ascii_uppercase()).collect();
            push_line(&mut text, &upper);
            self.headers = Some(headers.to_vec());
        }
        for row in rows {
            let cells: Vec<String> =
                row.iter().take(headers.len()).map(|cell| escape_terminal(&first_line(cell))).collect();
            push_line(&mut text, &cells);
        }
        text
    }
}

/// Prints one table.
pub fn print_table(headers: &[String], rows: &[Vec<String>], no_headers: bool) -> String {
    TablePrinter::new(no_headers).print(headers, rows)
}

/// Prints one table, with headers even where there are no rows.
pub fn print_table_always(headers: &[String], rows: &[Vec<String>], no_headers: bool) -> String {
    if rows.is_empty() && !no_headers {
        return format!("{}\n", headers.join("   ").to_ascii_uppercase());
    }
    print_table(headers, rows, no_headers)
}

fn push_line(text: &mut String, cells: &[String]) {
    text.push_str(&cells.join("\t"));
    text.push('\n');
}

/// Cuts a cell at its first line break and says so with dots.
fn first_line(cell: &str) -> String {
    match cell.split_once(['\u{c}', '\n', '\r']) {
        Some((first, _)) => format!("{first}..."),
        None => cell.to_owned(),
    }
}

/// Shows the escape character as `^[` and a carriage return as `\r`, so that no object can steer a terminal.
pub fn escape_terminal(text: &str) -> String {
    text.replace('\u{1b}', "^[").replace('\r', "\\r")
}

#[cfg(test)]
mod tests {
    use super::{TablePrinter, print_table};

    fn owned(cells: &[&str]) -> Vec<String> {
        cells.iter().map(|cell| (*cell).to_owned()).collect()
    }

    #[test]
    fn a_watch_keeps_the_widths_and_prints_headers_once() {
        let headers = owned(&["Name", "Ready", "Status"]);
        let mut printer = TablePrinter::new(false);
        assert_eq!(printer.print(&headers, &[]), "");
        assert_eq!(
            printer.print(&headers, &[owned(&["web-0", "0/1", "Pending"])]),
            "NAME    READY   STATUS\nweb-0   0/1     Pending\n"
        );
        assert_eq!(
            printer.print(&headers, &[owned(&["web-0", "1/1", "Running"])]),
            "web-0   1/1     Running\n"
        );
        assert_eq!(
            print_table(&headers, &[owned(&["a", "b\nc", "\u{1b}[0m", "extra"])], true),
            "a     b...   ^[[0m\n"
        );
    }
}
