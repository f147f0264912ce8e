use super::{Code, Diagnostic, Level, Sources, Span, explain, human, nearest};

#[test]
fn every_code_has_a_page_that_names_it() {
    for code in Code::ALL {
        let page = explain(*code);
        assert!(page.contains(code.number()), "docs/diagnostics/{}.md is missing or does not name its code", code.number());
        assert!(page.contains("```"), "{} shows no example", code.number());
    }
}

#[test]
fn codes_are_numbered_in_order_and_once() {
    let numbers: Vec<&str> = Code::ALL.iter().map(|code| code.number()).collect();
    let mut sorted = numbers.clone();
    sorted.sort_unstable();
    sorted.dedup();
    assert_eq!(numbers, sorted);
    assert_eq!(Code::parse("e0203"), Some(Code::UnknownField));
    assert_eq!(Code::UnusedLet.level(), Level::Warning);
}

#[test]
fn a_misspelt_name_finds_its_neighbour_and_nonsense_finds_none() {
    let names = ["user.mfa.okta_verify.deny_push", "user.session.start", "user.session.end"];
    assert_eq!(nearest("user.mfa.okta_verify.denypush", names), Some("user.mfa.okta_verify.deny_push"));
    assert_eq!(nearest("user.sesion.start", names), Some("user.session.start"));
    assert_eq!(nearest("zebra", names), None);
}

#[test]
fn positions_count_lines_and_characters_from_one() {
    let mut sources = Sources::new();
    let file = sources.add("a.yml", "title: café\r\nwhen: x\n");
    let at = sources.position(file, 12);
    assert_eq!((at.line, at.column), (1, 12));
    let at = sources.position(file, 14);
    assert_eq!((at.line, at.column), (2, 1));
    let at = sources.position(file, 999);
    assert_eq!((at.line, at.column), (3, 1));
}

#[test]
fn a_rendered_diagnostic_shows_the_code_the_place_and_the_advice() {
    let mut sources = Sources::new();
    let file = sources.add("rules/a.yml", "id: a\nwhen: actor.alternateID == \"x\"\n");
    let diagnostic = Diagnostic::new(Code::UnknownField, Span::new(file, 12, 29), "unknown field `actor.alternateID`")
        .label("no such field on an Okta event")
        .did_you_mean(Some("actor.alternateId"));
    insta::assert_snapshot!(human(&diagnostic, &sources, false), @r#"
    error[E0203]: unknown field `actor.alternateID`
     --> rules/a.yml:2:7
      |
    2 | when: actor.alternateID == "x"
      |       ^^^^^^^^^^^^^^^^^ no such field on an Okta event
      |
      = help: did you mean `actor.alternateId`?
    "#);
}
