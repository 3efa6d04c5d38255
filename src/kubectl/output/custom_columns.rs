//! Prints columns that the user chose: `-o custom-columns=NAME:.metadata.name`.
//!
//! Models `CustomColumnsPrinter`, k8s.io/kubectl/pkg/cmd/get/customcolumn.go, Kubernetes v1.36.
//! Left out: nothing.

use serde_json::Value;

use super::go_value::print_value;
use super::jsonpath::{JsonPath, relaxed_expression};
use super::table::escape_terminal;
use super::tabwriter::TabWriter;

/// Prints rows of chosen columns; in a watch the headers come once and the widths stay.
#[derive(Clone, Debug, PartialEq)]
pub struct CustomColumns {
    headers: Vec<String>,
    /// The columns' paths; what is wrong with one is told once the headers are printed.
    paths: Result<Vec<JsonPath>, String>,
    no_headers: bool,
    writer: TabWriter,
}

impl CustomColumns {
    /// Reads `HEADER:path,HEADER:path`.
    pub fn from_spec(spec: &str, no_headers: bool) -> Result<Self, String> {
        if spec.is_empty() {
            return Err("custom-columns format specified but no custom columns given".to_owned());
        }
        let mut columns = Vec::new();
        for part in spec.split(',') {
            let Some(column) = part.split_once(':') else {
                return Err(format!(
                    "unexpected custom-columns spec: {part}, expected <header>:<json-path-expr>"
                ));
            };
            columns.push(column);
        }
        Self::new(columns, no_headers)
    }

    /// Reads a file of two lines: headers, then paths.
    pub fn from_template(text: &str) -> Result<Self, String> {
        const FORMAT: &str = "Expected format is one line of space separated headers, one line of space separated column specs.";
        let mut lines = text.lines();
        let headers =
            lines.next().ok_or_else(|| format!("invalid template, missing header line. {FORMAT}"))?;
        let specs = lines.next().ok_or_else(|| format!("invalid template, missing spec line. {FORMAT}"))?;
        let headers: Vec<&str> = headers.split_whitespace().collect();
        let specs: Vec<&str> = specs.split_whitespace().collect();
        if headers.len() != specs.len() {
            let (headers, specs) = (headers.len(), specs.len());
            return Err(format!(
                "number of headers ({headers}) and field specifications ({specs}) don't match"
            ));
        }
        Self::new(headers.into_iter().zip(specs).collect(), false)
    }

    fn new(columns: Vec<(&str, &str)>, no_headers: bool) -> Result<Self, String> {
        let (headers, paths): (Vec<&str>, Vec<&str>) = columns.into_iter().unzip();
        let paths: Result<Vec<String>, String> = paths.into_iter().map(relaxed_expression).collect();
        Ok(Self {
            headers: headers.into_iter().map(str::to_owned).collect(),
            paths: paths?.iter().map(|path| JsonPath::parse(path)).collect(),
            no_headers,
            writer: TabWriter::table(),
        })
    }

    /// Prints a row for each object, under the headers if they were not printed yet; where it breaks off,
    /// what was printed by then and why.
    pub fn print(&mut self, objects: &[&Value]) -> Result<String, (String, String)> {
        let mut text = String::new();
        if !self.no_headers {
            text.push_str(&self.headers.join("\t"));
            text.push('\n');
            self.no_headers = true;
        }
        let rows = self.rows(objects, &mut text);
        let text = self.writer.format(&text);
        rows.map_err(|why| (text.clone(), why))?;
        Ok(text)
    }

    fn rows(&self, objects: &[&Value], text: &mut String) -> Result<(), String> {
        let paths = self.paths.as_ref().map_err(String::clone)?;
        for object in objects {
            let cells: Result<Vec<String>, String> = paths.iter().map(|path| cell(path, object)).collect();
            text.push_str(&cells?.join("\t"));
            text.push('\n');
        }
        Ok(())
    }
}

/// What a path finds, with commas; `<none>` if it is nothing.
fn cell(path: &JsonPath, object: &Value) -> Result<String, String> {
    let lists = path.find(object)?;
    let mut texts: Vec<String> = Vec::new();
    if lists.first().is_none_or(Vec::is_empty) {
        texts.push("<none>".to_owned());
    }
    texts.extend(lists.iter().flatten().map(|value| escape_terminal(&print_value(value))));
    Ok(texts.join(","))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::CustomColumns;

    #[test]
    fn chosen_columns_are_aligned() {
        let objects = [
            json!({"metadata": {"name": "web-0", "labels": {"a": "b"}}, "status": {"phase": "Running"}, "list": [1, 2]}),
            json!({"metadata": {"name": "a-much-longer-name"}, "status": {"phase": null}}),
        ];
        let objects: Vec<_> = objects.iter().collect();
        let cases = [
            (
                "NAME:.metadata.name,PHASE:.status.phase",
                "NAME                 PHASE\nweb-0                Running\na-much-longer-name   <nil>\n",
            ),
            (
                "N:metadata.name,L:{.list[*]}",
                "N                    L\nweb-0                1,2\na-much-longer-name   <none>\n",
            ),
            ("L:.metadata.labels,l:.list", "L          l\nmap[a:b]   [1 2]\n<none>     <none>\n"),
        ];
        for (spec, wanted) in cases {
            assert_eq!(
                CustomColumns::from_spec(spec, false).unwrap().print(&objects).unwrap(),
                wanted,
                "{spec}"
            );
        }
        let mut printer = CustomColumns::from_spec("M:.list[0]", true).unwrap();
        assert_eq!(printer.print(&objects[..1]).unwrap(), "1\n");
        let broken = |spec| CustomColumns::from_spec(spec, false).unwrap().print(&objects).unwrap_err();
        assert_eq!(broken("A:.x[,B:.y"), ("A     B\n".to_owned(), "unterminated array".to_owned()));
        let backwards: Vec<_> = objects.iter().copied().rev().collect();
        let mut printer = CustomColumns::from_spec("N:.metadata.name,L:.list[5]", false).unwrap();
        let (rows, why) = printer.print(&backwards).unwrap_err();
        assert_eq!(rows, "N                    L\na-much-longer-name   <none>\n");
        assert_eq!(why, "array index out of bounds: index 5, length 2");
    }

    #[test]
    fn broken_columns_are_refused() {
        let cases = [
            ("", "custom-columns format specified but no custom columns given"),
            ("A", "unexpected custom-columns spec: A, expected <header>:<json-path-expr>"),
            ("A:.x,B", "unexpected custom-columns spec: B, expected <header>:<json-path-expr>"),
            (
                "A:{.x",
                "unexpected path string, expected a 'name1.name2' or '.name1.name2' or '{name1.name2}' or '{.name1.name2}'",
            ),
        ];
        for (spec, wanted) in cases {
            assert_eq!(CustomColumns::from_spec(spec, false).unwrap_err(), wanted, "{spec}");
        }
        assert_eq!(
            CustomColumns::from_template("A B\n.x").unwrap_err(),
            "number of headers (2) and field specifications (1) don't match"
        );
    }
}
