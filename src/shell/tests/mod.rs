//! Whole lines, as text: what is typed, and what is printed.
//!
//! A transcript is run and written again; it must come out as it went in (`UPDATE_EXPECT=1` rewrites it).
//! `$ LINE` types a line, `> LINE` goes on with it, `^C` and `^D` are keys, `+ SECONDS` lets time pass, `edit
//! OLD => NEW` is the open editor. `| TEXT` is standard output, `! TEXT` standard error, `= EXIT` an exit
//! code other than 0, `? HINT`, `~` waits, `@ TEXT` a line that the host's program `tick` prints each second.

mod player;
mod any_text;
mod typing;

use expect_test::expect_file;

use player::Player;

use super::Files as _;

fn check(name: &str) {
    let path = format!("{}/src/shell/transcripts/{name}.txt", env!("CARGO_MANIFEST_DIR"));
    let transcript = std::fs::read_to_string(&path).unwrap();
    expect_file![path].assert_eq(&Player::new().play(&transcript));
}

#[test]
fn the_language() {
    check("language");
}

#[test]
fn the_text_tools() {
    check("tools");
}

#[test]
fn sed_and_its_scripts() {
    check("sed");
}

#[test]
fn awk_and_what_it_opens() {
    check("awk");
}

#[test]
fn tools_for_lines() {
    check("lines");
}

#[test]
fn words_and_conditions() {
    check("words");
}

#[test]
fn time_and_keys() {
    check("time");
}

#[test]
fn a_copy_of_a_shell_goes_its_own_way() {
    let mut player = Player::new();
    player.shell.submit("tick | while read a b; do echo $b > n; done");
    player.poll();
    let mut copy = Player { shell: player.shell.clone(), host: player.host.clone(), ..Player::new() };
    copy.wake_at = player.wake_at;
    copy.pass(3);
    assert_eq!(copy.host.files.read("/home/n").as_deref(), Ok("4\n"));
    assert_eq!(player.host.files.read("/home/n").as_deref(), Ok("1\n"));
    player.pass(1);
    assert_eq!(player.host.files.read("/home/n").as_deref(), Ok("2\n"));
}
