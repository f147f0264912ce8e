//! `clarion explain`.

use clarion::cli::Exit;

use super::{PACK, clarion};

#[test]
fn a_rule_is_told_in_words() {
    insta::assert_snapshot!(clarion(&["explain", "tests.factors-reset", "--rules", PACK]).transcript());
}

#[test]
fn a_rule_that_remembers_tells_what_it_keeps() {
    let folder = super::folder("explain-remembers");
    let rule = "id: tests.remembers\ntitle: Remembers\nseverity: low\nstatus: test\ndescription: Counts.\n\
        when: eventType == \"user.session.start\" and count(eventType == \"user.session.start\" by actor.id within 1h) >= 2\n";
    std::fs::write(folder.join("rule.yml"), rule).expect("a rule");
    let said = clarion(&["explain", "tests.remembers", "--rules", super::path(&folder)]);
    let told: Vec<&str> = said.answer.lines().skip_while(|line| !line.starts_with("found")).collect();
    insta::assert_snapshot!(told.join("\n"));
}

#[test]
fn a_rule_is_told_in_json() {
    let said = clarion(&["explain", "tests.factors-reset", "--rules", PACK, "--format", "json"]);
    let told = &said.json_lines()[0];
    assert_eq!(told["event_types"][0], "user.mfa.factor.reset_all");
    assert_eq!(told["delivery"], "hook");
    assert_eq!(told["severity"]["least"], "low");
    assert_eq!(told["place"], "tests/data/cli/pack/factors-reset.yml:1");
}

#[test]
fn a_file_names_the_rule_in_it() {
    let said = clarion(&["explain", "tests/data/cli/pack/session-started.yml"]);
    assert_eq!(said.exit, Exit::Fine);
    assert!(said.answer.starts_with("tests.session-started: Session started\n"), "{}", said.answer);
}

#[test]
fn an_unknown_rule_is_told_its_neighbour() {
    let said = clarion(&["explain", "tests.factor-reset", "--rules", PACK]);
    assert_eq!(said.transcript(), "exit 2\n--- stdout\n--- stderr\nerror: there is no rule `tests.factor-reset`\nhelp: did you mean `tests.factors-reset`?\n");
}

#[test]
fn every_rule_of_the_recommended_pack_can_be_explained() {
    let mut library = clarion::pack::Library::new();
    library.add(&clarion::pack::recommended(), &std::collections::BTreeMap::new());
    for (_, rule) in library.rules().step_by(10) {
        let said = clarion(&["explain", &rule.id]);
        assert_eq!(said.exit, Exit::Fine, "{}", said.talk);
        for word in ["severity", "found", "event types", "delivery", "reads", "predicates", "asks"] {
            assert!(said.answer.lines().any(|line| line.starts_with(word)), "{word}: {}", said.answer);
        }
    }
}
