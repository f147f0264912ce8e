//! `clarion check --fix`.

use std::fs;

use clarion::cli::Exit;

use super::{THREE_FAULTS, clarion, copy, folder, path, program};

#[test]
fn what_can_be_mended_is_mended_told_and_checked_again() {
    let folder = copy(THREE_FAULTS, "fix");
    let said = clarion(&["check", "--fix", path(&folder), "--format", "short"]);
    let place = path(&folder);
    assert_eq!(
        said.talk.lines().take(3).collect::<Vec<_>>(),
        [
            format!("mended {place}/field.yml:8:7: E0203: `actor.alternateID` is now `actor.alternateId`"),
            format!("mended {place}/key.yml:5:1: E0004: `desription` is now `description`"),
            format!("mended {place}/operator.yml:6:17: E0102: `=` is now `==`"),
        ]
    );
    let text = fs::read_to_string(folder.join("operator.yml")).expect("the mended file");
    assert!(text.ends_with("when: eventType == \"user.session.start\"\n"), "{text}");
    assert_eq!(said.exit, Exit::Fine, "what is left are warnings:\n{}", said.answer);
    assert!(said.answer.lines().all(|line| line.contains("warning[")), "{}", said.answer);
    let again = clarion(&["check", "--fix", path(&folder), "--format", "short"]);
    assert!(!again.talk.contains("mended"), "{}", again.talk);
}

#[test]
fn one_mended_fault_lets_the_next_be_seen_and_mended() {
    let folder = folder("fix-rounds");
    let rule = "id: tests.rounds\ntitle: Rounds\nseverity: low\nstatus: test\ndescription: Two slips on one line.\n\
                when: eventType = \"user.sesion.start\" && actor.typ == \"User\"\n";
    fs::write(folder.join("rule.yml"), rule).expect("a rule");
    let said = clarion(&["check", "--fix", path(&folder), "--format", "short"]);
    let text = fs::read_to_string(folder.join("rule.yml")).expect("the mended file");
    assert!(text.ends_with("when: eventType == \"user.session.start\" and actor.type == \"User\"\n"), "{text}");
    assert_eq!(said.exit, Exit::Fine);
}

#[test]
fn what_only_the_author_knows_is_advised_and_not_mended() {
    let guesses = [
        ("count(began by actor.id) > 3", "add a length, such as `within 15m`"),
        ("sequence(began, began by actor.id)", "add a length behind the last step, such as `within 15m`"),
        ("count(began by actor.id within 5) > 3", "write `5m` for minutes"),
        ("(began by actor.id within 10m)", "ask how many: `count(began by actor.id within 10m)`"),
        ("began by actor.id within 10m", "ask how many: `count(began by actor.id within 10m)`"),
    ];
    for (at, (when, advice)) in guesses.into_iter().enumerate() {
        let folder = folder(&format!("fix-guess-{at}"));
        let rule = format!(
            "id: tests.guess\ntitle: Guess\nseverity: low\nstatus: test\ndescription: Lacks something.\n\
             let:\n  began: eventType == \"user.session.start\"\nwhen: {when}\n"
        );
        fs::write(folder.join("rule.yml"), &rule).expect("a rule");
        let said = clarion(&["check", "--fix", path(&folder)]);
        assert_eq!(said.exit, Exit::Findings);
        assert!(said.answer.contains(advice), "{when}: {}", said.answer);
        assert_eq!(fs::read_to_string(folder.join("rule.yml")).expect("the rule"), rule, "{}", said.talk);
    }
}

#[test]
fn byte_order_mark_and_line_ends_stay_as_they_are() {
    let folder = folder("fix-crlf");
    let rule = "\u{feff}id: tests.crlf\r\ntitle: Café\r\nseverity: low\r\nstatus: test\r\ndescription: From another system.\r\nwhen: eventType = \"user.session.start\"\r\n";
    fs::write(folder.join("rule.yml"), rule).expect("a rule");
    clarion(&["check", "--fix", path(&folder)]);
    let text = fs::read_to_string(folder.join("rule.yml")).expect("the mended file");
    assert_eq!(text, rule.replace(" = ", " == "));
}

#[test]
fn only_what_is_selected_is_mended() {
    let folder = copy(THREE_FAULTS, "fix-selected");
    let before = fs::read_to_string(folder.join("field.yml")).expect("a rule");
    let said = clarion(&["check", "--fix", "--select", "E0102", path(&folder)]);
    assert_eq!(said.talk.matches("mended ").count(), 1, "{}", said.talk);
    assert_eq!(fs::read_to_string(folder.join("field.yml")).expect("a rule"), before);
}

#[test]
fn the_pack_in_the_binary_cannot_be_mended() {
    let output = program(&["check", "--fix"]).current_dir(folder("fix-embedded")).output().expect("the program runs");
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("the pack inside the binary cannot be changed"));
}

#[cfg(unix)]
#[test]
fn permissions_and_links_stay() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let folder = copy(THREE_FAULTS, "fix-modes");
    let elsewhere = super::folder("fix-modes-elsewhere").join("rule.txt");
    fs::rename(folder.join("operator.yml"), &elsewhere).expect("a move");
    fs::set_permissions(&elsewhere, fs::Permissions::from_mode(0o640)).expect("a mode");
    symlink(&elsewhere, folder.join("operator.yml")).expect("a link");
    clarion(&["check", "--fix", path(&folder)]);
    assert!(folder.join("operator.yml").is_symlink());
    assert_eq!(fs::metadata(&elsewhere).expect("a file").permissions().mode() & 0o777, 0o640);
    assert!(fs::read_to_string(&elsewhere).expect("a file").contains("eventType == "));
    assert_eq!(fs::read_dir(elsewhere.parent().expect("a folder")).expect("a folder").count(), 1, "nothing is left beside it");
}
