//! What holds for all commands: exits, streams, colours, pipes.

use std::io::{self, Read, Write};
use std::process::Stdio;

use clarion::cli::{Exit, Onlookers, Out, run};

use super::{EVENTS, PACK, THREE_FAULTS, clarion, clarion_with, program};

#[test]
fn alone_it_says_enough_to_go_on() {
    let said = clarion(&[]);
    insta::assert_snapshot!(said.transcript());
}

#[test]
fn help_names_the_commands_and_what_the_exit_codes_mean() {
    let said = clarion(&["--help"]);
    insta::assert_snapshot!(said.transcript());
}

#[test]
fn every_command_has_a_help_that_is_an_answer() {
    for command in ["check", "fmt", "test", "run", "explain", "why", "events", "schema", "completions", "man"] {
        let said = clarion(&[command, "--help"]);
        assert_eq!((said.exit, said.talk.as_str()), (Exit::Fine, ""), "{command}");
        assert!(said.answer.contains(&format!("Usage: clarion {command}")), "{}", said.answer);
    }
}

#[test]
fn wrong_use_is_talk_and_exits_with_2() {
    for args in [["chekc"].as_slice(), &["check", "--format", "xml"], &["run", "--level", "huge"], &["why"], &["--nonsense"]] {
        let said = clarion(args);
        assert_eq!((said.exit, said.answer.as_str()), (Exit::Usage, ""), "{args:?}");
        assert!(said.talk.starts_with("error: "), "{}", said.talk);
    }
}

#[test]
fn a_misspelt_command_is_told_its_neighbour() {
    assert!(clarion(&["chekc"]).talk.contains("'check'"));
}

#[test]
fn colours_are_for_terminals_or_those_who_ask() {
    let colored = Onlookers { answer_colored: true, talk_colored: true, ..Onlookers::default() };
    let args = ["check", THREE_FAULTS];
    assert!(!clarion(&args).transcript().contains('\u{1b}'));
    assert!(clarion_with(&args, b"", colored).answer.contains('\u{1b}'));
    assert!(!clarion_with(&["check", THREE_FAULTS, "--color", "never"], b"", colored).transcript().contains('\u{1b}'));
    assert!(clarion(&["--color", "always", "check", THREE_FAULTS]).answer.contains('\u{1b}'));
}

#[test]
fn no_color_outweighs_a_forced_colour_and_is_outweighed_by_the_option() {
    let has_colour = |args: &[&str], variables: &[(&str, &str)]| {
        let output = program(args).envs(variables.iter().copied()).output().expect("the program runs");
        output.stdout.contains(&0x1b)
    };
    let (plain, forced) = (["check", THREE_FAULTS], ["check", THREE_FAULTS, "--color", "always"]);
    assert!(!has_colour(&plain, &[]));
    assert!(has_colour(&plain, &[("CLICOLOR_FORCE", "1")]));
    assert!(!has_colour(&plain, &[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")]));
    assert!(has_colour(&forced, &[("NO_COLOR", "1")]));
}

#[test]
fn a_reader_who_leaves_early_is_no_fault() {
    // More than any pipe holds, so that writing must meet the closed end.
    let mut child = program(&["events", "--fields", "--format", "json"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program runs");
    let mut answer = child.stdout.take().expect("its answer");
    let mut first = [0; 10];
    answer.read_exact(&mut first).expect("a first line");
    drop(answer);
    let output = child.wait_with_output().expect("it ends");
    assert_eq!(output.status.code(), Some(0));
    let talk = String::from_utf8_lossy(&output.stderr);
    assert!(!talk.contains("error") && !talk.contains("panic"), "{talk}");
}

/// A disk that is full.
struct Full;

impl Write for Full {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        Err(io::Error::from(io::ErrorKind::StorageFull))
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn an_answer_that_cannot_be_written_is_a_failure() {
    let mut talk = Vec::new();
    let (mut nothing, mut full) = (io::empty(), Full);
    let mut out = Out::new(&mut nothing, &mut full, &mut talk);
    assert_eq!(run(["clarion", "schema"].map(Into::into), &mut out), Exit::World);
    let talk = String::from_utf8_lossy(&talk);
    assert!(talk.starts_with("error: the output cannot be written"), "{talk}");
    assert_eq!(talk.lines().count(), 1, "{talk}");
}

#[test]
fn rules_that_do_not_load_exit_with_3_and_leave_the_answer_empty() {
    let commands: [&[&str]; 4] = [
        &["test", THREE_FAULTS],
        &["run", EVENTS, "--rules", THREE_FAULTS],
        &["explain", "tests.sound", "--rules", THREE_FAULTS],
        &["why", "tests.sound", EVENTS, "--rules", THREE_FAULTS],
    ];
    for args in commands {
        let said = clarion(args);
        assert_eq!((said.exit, said.answer.as_str()), (Exit::Rules, ""), "{args:?}");
        for code in ["E0203", "E0004", "E0102"] {
            assert!(said.talk.contains(code), "{args:?}: {}", said.talk);
        }
    }
}

#[test]
fn settings_that_do_not_exist_or_do_not_fit_are_refused() {
    let refused = |setting: &str| {
        let said = clarion(&["explain", "tests.factors-reset", "--rules", PACK, "--set", setting]);
        assert_eq!((said.exit, said.answer.as_str()), (Exit::Usage, ""), "{setting}");
        said.talk
    };
    assert_eq!(refused("help_desk"), "error: `--set help_desk` has no `=`\nhelp: write `--set name=value`\n");
    assert_eq!(refused("help_desk_user=x"), "error: the rules have no setting `help_desk_user`\nhelp: did you mean `help_desk_users`?\n");
    assert_eq!(refused("corporate_networks=home"), "error: the setting `corporate_networks` cannot be set: `home` is not list of networks\n");
}
