//! Regular expressions that explode in other engines: refused when they are read, or linear when they run.

use clarion::language::{Comparison, check_regex, compile, like};

use super::{read_rule, refused, rule_with};

/// Patterns that need exponential or polynomial time where an engine goes back, and sizes that need memory.
const CORPUS: &[&str] = &[
    r"^(a+)+$",
    r"^(a|a)*$",
    r"^(a|aa)+$",
    r"^(a*)*$",
    r"^(a?){60}a{60}$",
    r"(x+x+)+y",
    r"^(([a-z])+.)+[A-Z]([a-z])+$",
    r"(.*)*=.*",
    r"(.*)(.*)(.*)(.*)(.*)[^x]$",
    r"^(\w+\s?)*$",
    r"^([a-zA-Z0-9_.+-]+)+@([a-zA-Z0-9-]+\.)+[a-z]{2,}$",
    r"(a|b|ab)*c",
    r"^(\d+)*[a-z]$",
    r"((((((((((a+)+)+)+)+)+)+)+)+)+)+$",
    r"^(?:a|b|c|d|e|f|g)*?h$",
    r"(?:(?:(?:(?:a{1,10}){1,10}){1,10}){1,10})",
    r"a{1000}",
    r"a{1,100000}",
    r"(a{1,100}){1,100}",
    r"(?:a{0,255}){0,255}",
    r"\w{1,200}z$",
    r"\pL{500}",
    r"[\s\S]{0,65535}",
    r"(?i)(?:straße|STRASSE){1,200}",
    r".*.*.*.*.*.*.*.*.*.*=",
    r"(\b\w+\b\W*){1,50}!",
    r"^(.+)+$",
    r"(?:|a|aa|aaa|aaaa)*b",
    r"(?s).*?(?:a.{0,60}){20}",
    r"[^a]*a[^a]*a[^a]*a[^a]*a[^a]*a$",
];

/// What no engine of linear time can do, and what is no pattern at all.
const INVALID: &[&str] = &[
    r"(a)\1",
    r"(?=a)b",
    r"(?<!a)b",
    r"(?>a+)",
    r"a**b(",
    r"[",
    r"[z-a]",
    r"(?P<n",
    r"\",
    r"a{2,1}",
    r"\u{110000}",
    r"(?z)a",
    r"\p{Nobody}",
    r"*a",
    r"a{99999999999999999999}",
];

#[test]
fn patterns_that_explode_are_refused_or_run_in_a_straight_line() {
    assert_eq!(CORPUS.len(), 30);
    // As long as the engine looks at; none of them fits it but for its last letters.
    let subjects = [format!("{}!", "a".repeat(4095)), format!("{}!", "aB1_.-@".repeat(585)), format!("{}\n", "x".repeat(4095)), "é".repeat(2048)];
    for pattern in CORPUS {
        if let Ok(checked) = check_regex(pattern, "") {
            let regex = compile(&checked.text).unwrap_or_else(|error| panic!("{pattern} was accepted: {error}"));
            for subject in &subjects {
                // Were it not linear, it would not come back.
                regex.is_match(subject);
            }
        }
        let library = read_rule(rule_with(&format!("when: |\n  client.userAgent.rawUserAgent matches /{pattern}/\n")));
        assert!(library.rules().count() == 1 || !library.faults.is_empty(), "{pattern} vanished");
    }
}

#[test]
fn what_is_no_pattern_says_so() {
    for pattern in INVALID {
        assert!(check_regex(pattern, "").is_err(), "{pattern} was accepted");
    }
    for flags in ["g", "u", "U", "R", "ii-s", "é"] {
        assert!(check_regex("a", flags).is_err(), "flags {flags} were accepted");
    }
    refused("too long", &read_rule(rule_with(&format!("when: |\n  actor.id matches /{}/\n", "a".repeat(1025)))), &["E0113"]);
    refused("nested", &read_rule(rule_with(&format!("when: |\n  actor.id matches /{}a{}/\n", "(".repeat(100), ")".repeat(100)))), &["E0112"]);
}

#[test]
fn wildcards_do_not_go_back_without_end() {
    let text = "a".repeat(20_000);
    assert!(!like(&text, &format!("{}b", "*a".repeat(20))));
    assert!(!like(&format!("{text}é"), &format!("{}b", "*a".repeat(20))));
    assert!(like(&text, &"*".repeat(10_000)));
    assert!(!like("", &"?".repeat(10_000)));
}

#[test]
fn long_texts_are_searched_in_a_straight_line_whatever_their_case() {
    // A naive search compares a billion times a hundred letters and more.
    let haystack = "a".repeat(1024 * 1024);
    let needle = format!("{}B", "a".repeat(512 * 1024));
    for op in [Comparison::Contains, Comparison::StartsWith, Comparison::EndsWith, Comparison::Equal] {
        assert!(!clarion::language::holds(op, true, &haystack, &needle));
        assert!(clarion::language::holds(op, true, &haystack, &haystack.to_uppercase()));
    }
}
