//! Lines that were pasted with their prompts, as documents show them.

/// Whether a text begins with a prompt.
pub(super) fn has_prompt(text: &str) -> bool {
    let first = text.lines().find(|line| !line.trim().is_empty());
    first.is_some_and(|line| after_prompt(line.trim_start()).is_some())
}

/// Text that was pasted with prompts, `$ ` and `> `, without them. What stands there without a prompt stays.
pub(super) fn without_prompts(text: &str) -> String {
    let strip = |line: &str| {
        let bare = line.trim_start();
        let rest = after_prompt(bare).or_else(|| bare.strip_prefix("> "));
        rest.unwrap_or(if bare == ">" || bare == "$" { "" } else { line }).to_owned()
    };
    text.lines().map(strip).collect::<Vec<_>>().join("\n")
}

/// What stands behind a prompt: `$ `, `/ # `, `root@web-0:/# `.
fn after_prompt(line: &str) -> Option<&str> {
    if let Some(rest) = line.strip_prefix("$ ") {
        return Some(rest);
    }
    let (prompt, rest) = line.split_once("# ").or_else(|| line.split_once("$ "))?;
    let is_host = prompt.contains('@') && prompt.contains(':') && !prompt.contains(char::is_whitespace);
    let is_folder = prompt.starts_with('/') && prompt.ends_with(' ') && !prompt.trim_end().contains(' ');
    (is_host || is_folder).then_some(rest)
}

#[cfg(test)]
mod tests {
    use super::{has_prompt, without_prompts};

    #[test]
    fn prompts_of_pasted_lines_are_left_out() {
        let cases = [
            ("$ kubectl get pods", "kubectl get pods"),
            ("  $ k get pods", "k get pods"),
            ("$ cat <<EOF\n> a\n> EOF\n$ ls", "cat <<EOF\na\nEOF\nls"),
            ("# a comment\nkubectl get pods", "# a comment\nkubectl get pods"),
            ("/ # nslookup web-0.nginx", "nslookup web-0.nginx"),
            ("root@web-0:/# hostname", "hostname"),
            ("echo $ a", "echo $ a"),
            ("cat <<EOF\n> a\nEOF", "cat <<EOF\n> a\nEOF"),
            ("/bin/echo a # b", "/bin/echo a # b"),
        ];
        for (text, expected) in cases {
            let bare = if has_prompt(text) { without_prompts(text) } else { text.to_owned() };
            assert_eq!(bare, expected, "{text}");
        }
    }
}
