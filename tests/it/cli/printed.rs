//! `clarion completions` and `clarion man`.

use std::fs;

use clarion::cli::Exit;

use super::{clarion, folder, path};

const COMMANDS: [&str; 11] = ["check", "fmt", "test", "run", "explain", "why", "events", "schema", "fake-okta", "completions", "man"];

#[test]
fn every_shell_gets_a_script_that_knows_all_commands() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let said = clarion(&["completions", shell]);
        assert_eq!((said.exit, said.talk.as_str()), (Exit::Fine, ""), "{shell}");
        for word in COMMANDS.iter().copied().chain(["fail-on-match", "fail-level"]) {
            assert!(said.answer.contains(word), "{shell}: {word}");
        }
    }
    assert_eq!(clarion(&["completions", "tcsh"]).exit, Exit::Usage);
}

#[test]
fn the_manual_has_a_page_for_each_command() {
    let folder = folder("man").join("man1");
    let said = clarion(&["man", path(&folder)]);
    assert_eq!((said.exit, said.answer.as_str()), (Exit::Fine, ""));
    for command in COMMANDS {
        let page = fs::read_to_string(folder.join(format!("clarion-{command}.1"))).unwrap_or_else(|error| panic!("{command}: {error}"));
        assert!(page.contains(".SH SYNOPSIS") && page.contains(&format!("clarion\\-{}", command.replace('-', "\\-"))), "{page}");
    }
    assert_eq!(fs::read_dir(&folder).expect("the pages").count(), COMMANDS.len() + 1);
    let main = clarion(&["man"]);
    assert_eq!(main.answer, fs::read_to_string(folder.join("clarion.1")).expect("the main page"));
    assert!(main.answer.contains("Exit codes"), "{}", main.answer);
}

#[test]
fn a_folder_that_cannot_be_made_is_the_worlds_fault() {
    let said = clarion(&["man", "Cargo.toml/man"]);
    assert_eq!(said.exit, Exit::World);
    assert!(said.talk.starts_with("error: cannot write to `Cargo.toml/man`"), "{}", said.talk);
}
