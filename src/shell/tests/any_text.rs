//! Whatever is typed, the shell neither panics nor goes on for ever.

use proptest::prelude::*;

use super::player::Player;
use crate::shell::Taken;

/// Pieces of which lines are made that look for trouble.
pub(super) const PIECES: &[&str] = &[
    "echo",
    "a",
    "$(",
    ")",
    "`",
    "'",
    "\"",
    "\\",
    "|",
    "&&",
    "||",
    ";",
    "\n",
    "for i in",
    "do",
    "done",
    "while",
    "true",
    "if",
    "then",
    "else",
    "fi",
    "{",
    "}",
    "(",
    ">",
    ">>",
    "<",
    "<<E",
    "E",
    "2>&1",
    "$x",
    "${x:-",
    "${x%",
    "$((",
    "))",
    "1+",
    "((",
    "for ((i=0;i<3;i++))",
    "x**",
    "x+=",
    "let x=",
    "set -o pipefail",
    "timeout 1",
    "column -t",
    "paste -",
    "fold -w 1",
    "tac",
    "date -d",
    "x=",
    "cat",
    "grep -o",
    "sed s/a*/b/g",
    "awk '{print $1}'",
    "sort -k1.2",
    "sed -n 'N;P;D'",
    "sed ':a;s/a/b/;ta;H;x'",
    "awk '{getline; print | \"cat\"}'",
    "awk -v RS=",
    "grep -wE '(a)\\1'",
    "xargs -L1",
    "read -n 1 x",
    "printf '%*d\\x4'",
    "$'\\x",
    "$(<",
    "${x%[",
    "$[",
    "return",
    "readonly x",
    "sort",
    "head -1",
    "xargs",
    "sh -c",
    "seq 9",
    "*",
    "{1..3}",
    "!",
    "case x in",
    "esac",
    "x)",
    ";;",
    "read x",
    "eval",
    "watch",
    "tick",
    "#",
    "$ ",
    "until",
    "false",
    "set --",
    "$@",
    "break",
    "continue",
    "exit",
    "export",
    "test",
    "[",
    "]",
    "tr a b",
    "wc",
    "-n",
    "ф",
];

/// Runs a line to its end, or for a while; whatever it is, it neither panics nor goes on for ever.
fn run_any(line: &str) {
    let mut player = Player::new();
    if player.shell.submit(line) == Taken::Whole {
        for _ in 0..5 {
            if player.poll().is_some() {
                break;
            }
            player.pass(1);
        }
    }
    player.shell.interrupt(&mut player.host, player.now);
    player.shell.submit("echo alive");
    assert_eq!(player.poll(), Some(0), "{line}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_survived(line in "\\PC{0,60}") {
        run_any(&line);
    }

    #[test]
    fn any_pieces_are_survived(pieces in prop::collection::vec(0..PIECES.len(), 1..25)) {
        let words: Vec<&str> = pieces.iter().map(|piece| PIECES[*piece]).collect();
        run_any(&words.join(" "));
    }
}

#[test]
fn what_never_ends_lets_others_go_on() {
    for line in [
        "while true; do :; done",
        "while :; do echo x; done | grep -v x",
        "x=x; while true; do x=$x$x; done",
        "sh -c 'while true; do true; done'",
        "f='sh -c \"$f\"'; export f; sh -c \"$f\"",
        "f='eval \"$f\"'; eval \"$f\"",
        "while true; do echo xxxxxxxxxxxxxxxxxxxxxxxxxxxx; done",
        "while true; do echo xxxxxxxx >> f; done",
        "seq 30000 > f; while true; do cat f; done | sort",
        "echo $(while true; do echo y; done)",
        "seq 100000 | sed 's/1*2*3*$/x/' | sort | uniq -c",
        "awk 'BEGIN { while (1) x = x + 1 }'",
        "awk 'BEGIN { while (1) system(\"true\") }'",
        "awk 'BEGIN { while (1) print > \"f\" }'",
        "seq 30000 | awk -v RS='[0-9]*5' '{print}' | sort",
        "sed ':a;ba' /etc/passwd",
        "sed ':a;s/x*$/&xxxxxxxx/;ta' /etc/passwd",
        "seq 3000 | paste -sd, | grep -E '(.*),(.*)\\1\\2x'",
        "awk 'BEGIN { x = \"a\"; while (1) x = x x }'",
    ] {
        run_any(line);
    }
    for (open, close) in
        [("$(", ")"), ("(", ")"), ("{ ", ";}"), ("if true; then ", "; fi"), ("\"${x:-", "}\"")]
    {
        run_any(&format!("{}echo a{}", open.repeat(3_000), close.repeat(3_000)));
    }
    run_any(&format!("awk '{{ print {} }}'", "1+".repeat(20_000)));
    run_any(&format!("grep -E '{}'", "(a*)*".repeat(2_000)));
    run_any(&format!("echo $(({}1))", "(".repeat(20_000)));
    run_any(&format!("test {}a", "'(' ".repeat(100_000)));
    run_any(&format!("awk 'BEGIN {{ {}\"x\" }}'", "getline < ".repeat(20_000)));
    run_any(&format!("seq 0.{}1", "0".repeat(70_000)));
    run_any(&format!("seq 0.{}1 1", "0".repeat(70_000)));
    run_any(&format!("echo {{{}1..2}}", "0".repeat(70_000)));
    run_any(&format!("grep -E 'a{{0}}{}'", "{255}".repeat(7)));
    run_any(&format!("printf '{}' a", "%10000s".repeat(20_000)));
    run_any(&format!("printf %10000s {}", "a ".repeat(100_000)));
    run_any("seq -f %010000g 100000");
    run_any("awk 'BEGIN { x = sprintf(\"%10000s\", \"\"); while (1) gsub(/ /, \"  \", x) }'");
    run_any("awk 'BEGIN { OFS = sprintf(\"%10000s\", \"\"); NF = 10000; print }'");
    run_any("seq 30000 | paste -sd, | sed 's/[0-9]*/<&>/g' | wc");
    run_any(&format!("seq 9000 | paste -sd, | sed 's/.*/{}/' | wc", "&".repeat(2_000)));
}
