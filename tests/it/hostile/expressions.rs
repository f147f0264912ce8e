//! Expressions that are too long, too deep, too many, or written to be read again and again.

use super::{errors, parse_text, read_rule, refused, rule_with};

/// Parses; gives the number of the only fault.
fn fault_of(text: &str) -> &'static str {
    let (_, faults) = parse_text(text);
    assert_eq!(faults.len(), 1, "{} bytes, {:?}", text.len(), faults.iter().take(3).collect::<Vec<_>>());
    faults[0].code.number()
}

#[test]
fn depth_has_an_end() {
    let deep = [
        "(".repeat(100_000),
        "[".repeat(100_000),
        "count(".repeat(20_000),
        "([".repeat(30_000),
        format!("{}true{}", "(".repeat(60_000), ")".repeat(5_000)),
        format!("{}true", "not ".repeat(16_000)),
        format!("{}1 == 1", "-".repeat(60_000)),
        format!("{}true", "!".repeat(60_000)),
        format!("{}true", "not - ! ".repeat(8_000)),
        format!("1{} > 0", " + 1".repeat(10_000)),
        format!("1{} > 0", " - -1".repeat(10_000)),
        format!("{}true{}", "not (".repeat(60), ")".repeat(60)),
    ];
    for text in deep {
        // 100,000 letters are too long before they are too deep.
        let code = fault_of(&text);
        assert!(code == "E0110" || code == "E0111", "{code} for {}", &text[..20]);
    }
    let (_, faults) = parse_text(&format!("{}true{}", "(".repeat(30), ")".repeat(30)));
    assert!(faults.is_empty(), "what a person writes is not too deep: {faults:?}");
}

#[test]
fn length_has_an_end_and_reaches_to_it() {
    let list = |bytes: usize| {
        let head = "actor.id in [";
        let body = "\"a\",".repeat((bytes - head.len() - 1) / 4);
        let text = format!("{head}{body}");
        format!("{text}{}]", " ".repeat(bytes - text.len() - 1))
    };
    let longest = 64 * 1024;
    let (query, faults) = parse_text(&list(longest));
    assert!(faults.is_empty(), "{faults:?}");
    assert!(!format!("{:?}", query.expr.kind).starts_with("Broken"));
    assert_eq!(fault_of(&list(longest + 1)), "E0111");
    let flat = ["true and ", "not true or ", "1 == 1 and (true) and "].map(|part| format!("{}true", part.repeat(longest / part.len() - 1)));
    for text in flat {
        let (_, faults) = parse_text(&text);
        assert!(faults.is_empty(), "{:?}", faults.first());
    }
}

#[test]
fn nothing_is_read_again_and_again() {
    // Each level of these could be read in two ways, so that all of them together could be read in 2^20 and more.
    for (open, close) in [
        ("count(a by b, (", "))"),
        ("count(a by b, ", ")"),
        ("sequence(x: a by b, (", "))"),
        ("f(a of b, [", "])"),
        ("(a by b, (", "))"),
        ("f(learning: a by b, (", "))"),
    ] {
        let (_, faults) = parse_text(&format!("{}!!{}", open.repeat(30), close.repeat(30)));
        assert!(!faults.is_empty(), "{open} was accepted");
    }
}

#[test]
fn names_that_double_are_refused() {
    let value: String = (1..=40).map(|at| format!("  a{at}: a{} and a{}\n", at - 1, at - 1)).collect();
    refused("conditions", &read_rule(rule_with(&format!("let:\n  a0: actor.id == \"x\"\n{value}when: a40\n"))), &["E0111"]);
    let number: String = (1..=40).map(|at| format!("  a{at}: a{} + a{}\n", at - 1, at - 1)).collect();
    refused("numbers", &read_rule(rule_with(&format!("let:\n  a0: securityContext.asNumber\n{number}when: a40 > 1\n"))), &["E0111"]);
    let history: String = (1..=40).map(|at| format!("  h{at}: count(h{}) > 1 and count(h{}) > 2 by actor.id within 1h\n", at - 1, at - 1)).collect();
    // These are too deep before they are too big.
    refused("histories", &read_rule(rule_with(&format!("let:\n  h0: actor.id == \"x\" by actor.id within 1h\n{history}when: seen(h40)\n"))), &["E0110"]);
    let keys: String = (1..=40).map(|at| format!("  k{at}: coalesce(k{}, k{})\n", at - 1, at - 1)).collect();
    refused("keys", &read_rule(rule_with(&format!("let:\n  k0: actor.id\n{keys}when: count(exists(actor.id) by k40 within 1h) > 3\n"))), &["E0111"]);
}

#[test]
fn names_in_a_long_row_are_refused() {
    // In the order of the names, against it, and as histories in histories: each would be 5,000 levels deep.
    let forward: String = (0..5_000).map(|at| format!("  a{at:04}: not a{:04}\n", at + 1)).collect();
    let backward: String = (1..5_000).map(|at| format!("  a{at:04}: not a{:04}\n", at - 1)).collect();
    let histories: String = (1..2_000).map(|at| format!("  a{at:04}: count(a{:04}) > 1 by actor.id within 1h\n", at - 1)).collect();
    for (name, lets, when) in [
        ("forward", format!("{forward}  a5000: exists(actor.id)\n"), "a0000"),
        ("backward", format!("  a0000: exists(actor.id)\n{backward}"), "a4999"),
        ("histories", format!("  a0000: exists(actor.id) by actor.id within 1h\n{histories}"), "seen(a1999)"),
    ] {
        let library = read_rule(rule_with(&format!("let:\n{lets}when: {when}\n")));
        assert!(errors(&library).contains(&"E0110"), "{name}: {:?}", errors(&library));
        assert_eq!(library.rules().count(), 0, "{name}");
    }
}

#[test]
fn names_in_a_circle_are_refused() {
    let circle: String = (0..50).map(|at| format!("  a{at}: not a{}\n", (at + 1) % 50)).collect();
    assert!(errors(&read_rule(rule_with(&format!("let:\n{circle}when: a0\n")))).contains(&"E0208"));
    assert!(errors(&read_rule(rule_with("let:\n  a: count(a) > 1 by actor.id within 1h\nwhen: seen(a)\n"))).contains(&"E0208"));
}

#[test]
fn guesses_at_what_was_meant_have_an_end() {
    // Likeness is worked out for each name and each candidate, and costs their lengths multiplied.
    let long = "user_session".repeat(5_000);
    for text in [
        format!("exists({long})"),
        format!("eventType == \"{long}\""),
        format!("{long}(1)"),
        format!("outcome.result == \"{long}\""),
        format!("exists(debug.{long})"),
        format!("exists(actor.{long})"),
        format!("actor.id == ${long}"),
        format!("hour(published, \"{long}\") > 1"),
    ] {
        let library = read_rule(rule_with(&format!("when: |\n  {text}\n")));
        assert!(!library.faults.is_empty(), "{}", &text[..30]);
    }
    let many: Vec<String> = (0..4_000).map(|at| format!("\"user.s{at}\"")).collect();
    let library = read_rule(rule_with(&format!("when: |\n  eventType in [{}]\n", many.join(","))));
    assert_eq!(library.faults.iter().filter(|fault| fault.code.number() == "E0201").count(), 4_000);
}

#[test]
fn numbers_that_nothing_holds_are_refused() {
    for number in [
        "18446744073709551617",
        "9223372036854775808",
        "1e400",
        "1e99999999999999999999",
        "0.1e310",
        "99999999999999999999d",
        "1e400km",
        "5000000000000000000h",
    ] {
        let library = read_rule(rule_with(&format!("when: |\n  securityContext.asNumber == {number}\n")));
        assert!(!errors(&library).is_empty(), "{number} was accepted");
    }
    for index in ["99999999999999999999", "-99999999999999999999", "9223372036854775808"] {
        let library = read_rule(rule_with(&format!("when: |\n  target[{index}].id == \"x\"\n")));
        assert!(!errors(&library).is_empty(), "{index} was accepted");
    }
    let library = read_rule(rule_with("when: |\n  -0 == 0 and -0.0 == 0.0 and securityContext.asNumber == -9223372036854775807\n"));
    assert_eq!(errors(&library), Vec::<&str>::new());
}

#[test]
fn signs_that_belong_nowhere_are_refused_where_they_stand() {
    for sign in ["\0", "\u{feff}", "\u{202e}", "\u{200b}", "\u{a0}x", "\u{2028}", "´", "“a”", "…", "𝒳", "\\", "`", "@", "~", "^", "{", "}", ";", "?", "&", "|"]
    {
        for text in [
            sign.to_owned(),
            format!("exists(actor.id) {sign}"),
            format!("actor.id == {sign}"),
            format!("{sign} exists(actor.id)"),
            format!("actor.{sign} == 1"),
            format!("f({sign})"),
        ] {
            let (_, faults) = parse_text(&text);
            assert!(!faults.is_empty(), "{text:?} was accepted");
        }
    }
}
