//! Lines that are typed one after another: what of them is parsed, and when they run.

use proptest::prelude::*;

use super::any_text::PIECES;
use super::player::TestHost;
use crate::shell::syntax::{self, Draft, SyntaxError};
use crate::shell::{Files as _, Settings, Shell, State, Stream, Taken};
use crate::sim::Time;

#[test]
fn pasted_lines_are_parsed_once_and_not_again_for_each_line() {
    for (first, body, last) in [
        ("cat > many.txt <<EOF", "a line of text, $HOME", "EOF"),
        ("cat > many.txt <<-'EOF'", "\ta line of text", "\tEOF"),
        ("$ cat > many.txt <<EOF", "> a line of text", "> EOF"),
        ("echo '", "a line of text", "' > many.txt"),
        ("echo \"", "a line of text", "\" > many.txt"),
    ] {
        let mut host = TestHost::new();
        let mut shell = Shell::new(Settings { folder: "/home".to_owned(), ..Settings::default() });
        let mut bytes = first.len() + last.len() + 1;
        assert_eq!(shell.submit(first), Taken::Incomplete, "{first}");
        for _ in 0..2_000 {
            assert_eq!(shell.submit(body), Taken::Incomplete, "{first}");
            bytes += body.len() + 1;
        }
        assert_eq!(shell.submit(last), Taken::Whole, "{first}");
        assert!(shell.parsed() <= bytes + first.len(), "{first}: {} of {bytes}", shell.parsed());
        assert!(matches!(shell.poll(&mut host, Time::ZERO), State::Done(0)), "{first}");
        let written = host.files.read("/home/many.txt").unwrap();
        assert!(written.matches("a line of text").count() == 2_000, "{first}");
    }
}

#[test]
fn a_redirection_wants_its_name_on_the_same_line() {
    let mut host = TestHost::new();
    let mut shell = Shell::new(Settings { name: "bash".to_owned(), ..Settings::default() });
    assert_eq!(shell.submit("kubectl describe pod/<podname>"), Taken::Whole);
    assert!(matches!(shell.poll(&mut host, Time::ZERO), State::Done(2)));
    let expected = "bash: syntax error near unexpected token `newline'\n";
    assert_eq!(shell.take_output(), [(Stream::Err, expected.to_owned())]);
}

/// Types lines up to the last, which completes them; the letters of the lines, and how many were parsed.
fn typed(first: &str, body: &[&str], rounds: usize, last: &str) -> (usize, usize) {
    let mut shell = Shell::new(Settings::default());
    let mut letters = 0;
    let mut submit = |line: &str, expected: Taken| {
        letters += line.len() + 1;
        assert_eq!(shell.submit(line), expected, "{line}");
    };
    for line in first.split('\n') {
        submit(line, Taken::Incomplete);
    }
    for _ in 0..rounds {
        for line in body {
            submit(line, Taken::Incomplete);
        }
    }
    submit(last, Taken::Whole);
    (letters, shell.parsed())
}

#[test]
fn a_line_of_an_open_loop_costs_itself_and_the_heads_around_it() {
    for (first, body, last) in [
        ("for i in 1; do", &["echo \"$i\" | grep a > file"][..], "done"),
        ("while true\ndo", &["if true; then", "  echo a; sleep 1", "fi"], "done"),
        ("if true; then\nfor i in 1 2 3; do", &["for j in a; do echo $j", "done", "# more"], "done; fi"),
        ("{", &["cat <<EOF", "text", "EOF"], "}"),
        ("(", &["echo 'a", "b'", "echo $(date", ")"], ")"),
        ("echo a \\", &["  b c \\"], "d"),
    ] {
        let heads = first.len() + 2;
        let (letters, parsed) = typed(first, body, 500, last);
        let lines = body.len() * 500;
        // A line may be looked at again together with those of its command.
        let most = letters + lines * (heads + 4 * body.iter().map(|line| line.len() + 1).sum::<usize>());
        assert!(parsed <= most, "{first}: {parsed} of {letters}, at most {most}");
        let (twice, parsed_twice) = typed(first, body, 1_000, last);
        assert!(parsed_twice * letters <= parsed * twice * 11 / 10, "{first}: {parsed} and {parsed_twice}");
    }
}

/// Types lines and compares each time with what all of them mean when they are parsed at once.
fn same_by_lines(lines: &[String]) {
    let mut draft = Draft::default();
    for count in 1..=lines.len() {
        let so_far = lines.get(..count).unwrap_or_default().join("\n");
        let at_once = syntax::parse(&so_far);
        let may_end = if count == 1 {
            draft.begin(&so_far);
            true
        } else {
            draft.go_on(&lines[count - 1])
        };
        if !may_end {
            assert!(at_once.is_err(), "{so_far}");
            continue;
        }
        let by_lines = draft.parse();
        assert_eq!(format!("{by_lines:?}"), format!("{at_once:?}"), "{so_far}");
        if !matches!(by_lines, Err(SyntaxError::Incomplete | SyntaxError::Open(_))) {
            return;
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]

    #[test]
    fn lines_mean_the_same_one_by_one(
        lines in prop::collection::vec(prop::collection::vec(0..PIECES.len(), 0..6), 1..8),
    ) {
        let text = |pieces: &Vec<usize>| pieces.iter().map(|at| PIECES[*at]).collect::<Vec<_>>().join(" ");
        let typed = lines.iter().map(text).collect::<Vec<_>>().join("\n");
        same_by_lines(&typed.split('\n').map(str::to_owned).collect::<Vec<_>>());
    }
}

#[test]
fn lines_that_announce_texts_mean_the_same_one_by_one() {
    for text in [
        "cat <<A; for x in 1; do\na\nA\necho $x\ndone",
        "cat <<A | while read x; do\none\ntwo\nA\necho $x\ndone",
        "for x in 1; do cat <<A; if true; then\nbody\nA\necho b\nfi\ndone",
        "if true; then\ncase x in\na) echo 1\n;;\nb|c)\necho 2;;\nesac\nfi",
        "echo $(for i in 1\ndo echo $i\ndone) b",
        "echo a \\\n  b # c \\\necho d",
        "echo a \\\n'b \\\nc' \\\nd",
    ] {
        same_by_lines(&text.split('\n').map(str::to_owned).collect::<Vec<_>>());
    }
}
