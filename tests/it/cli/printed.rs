//! `clarion completions` and `clarion man`.

use std::fs;

use clarion::cli::Exit;

use super::{clarion, folder, path};

const COMMANDS: [&str; 13] = ["check", "fmt", "test", "run", "backtest", "explain", "why", "events", "schema", "okta", "fake-okta", "completions", "man"];

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
    // Commands below a command have pages of their own.
    for command in ["okta-connect", "okta-recreate-hook", "okta-rotate-hook-secret"] {
        assert!(folder.join(format!("clarion-{command}.1")).is_file(), "{command}");
    }
    let of_commands = |name: &str| COMMANDS.contains(&name.trim_start_matches("clarion-").trim_end_matches(".1"));
    let pages = fs::read_dir(&folder).expect("the pages").map(|entry| entry.expect("a page").file_name().to_string_lossy().into_owned());
    assert_eq!(pages.filter(|name| of_commands(name)).count(), COMMANDS.len());
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
