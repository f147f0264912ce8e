//! Files that are broken, bombs, or not what YAML readers agree about.

use clarion::pack::{Library, Role};

use super::{errors, read, read_rule, refused, rule_with};

fn good() -> String {
    rule_with("when: eventType == \"user.session.start\" and actor.alternateId == \"zoë@example.com\"\n")
}

#[test]
fn broken_files_say_what_is_wrong() {
    let when = "when: exists(actor.id)\n";
    let files: Vec<(&str, String, &[&str])> = vec![
        ("nothing", String::new(), &["E0006"]),
        ("white space", " \n\n  \n".to_owned(), &["E0006"]),
        ("only a comment", "# nothing\n".to_owned(), &["E0006"]),
        ("null", "~\n".to_owned(), &["E0006"]),
        ("a word", "word\n".to_owned(), &["E0006"]),
        ("a number", "1e40\n".to_owned(), &["E0006"]),
        ("a number that nothing holds", "1e400\n".to_owned(), &["E0002"]),
        ("a list", "- id: x\n".to_owned(), &["E0006"]),
        ("JSON that ends early", "{\"id\": \"x\", ".to_owned(), &["E0002"]),
        ("a quotation mark that stays open", format!("title: \"open\n{when}"), &["E0002"]),
        ("a tab before a key", rule_with("\twhen: exists(actor.id)\n"), &["E0002"]),
        ("two documents", format!("{}---\n{}", good(), good()), &["E0007"]),
        ("a NUL in a plain text", rule_with("when: exists(actor.id)\nrunbook: a\0b\n"), &["E0002"]),
        ("a NUL between keys", rule_with("\0\nwhen: exists(actor.id)\n"), &["E0002"]),
        ("a bell in a quoted text", rule_with("when: exists(actor.id)\nrunbook: \"a\u{7}b\"\n"), &["E0002"]),
        ("a duplicate key", rule_with("when: exists(actor.id)\nseverity: high\n"), &["E0003"]),
        ("an unknown key", rule_with("when: exists(actor.id)\nwhenever: now\n"), &["E0004"]),
        ("a key that is a list", rule_with("when: exists(actor.id)\n? [a, b]\n: c\n"), &["E0002"]),
        ("a key that is a map", rule_with("when: exists(actor.id)\n? {a: b}\n: c\n"), &["E0002"]),
        ("an alias of nobody", rule_with("when: *nobody\n"), &["E0002"]),
        ("a merge key", "base: &base {when: exists(actor.id)}\n<<: *base\n".to_owned(), &["E0007"]),
        ("an object of Python", rule_with("when: !!python/object/apply:os.system [id]\n"), &["E0006"]),
        ("binary data", rule_with("when: !!binary Ym9vbQ==\n"), &["E0205"]),
        ("a condition that is a map", rule_with("when: {a: b}\n"), &["E0006"]),
        ("a condition that is a number", rule_with("when: 1\n"), &["E0302"]),
        ("a condition that is not a number", rule_with("when: .nan\n"), &["E0002"]),
    ];
    for (name, text, codes) in files {
        let library = read_rule(text);
        // Where two answers would both be right, the place and the words are what matters.
        assert!(errors(&library).iter().any(|code| codes.contains(code)), "{name}: {:?}", library.faults);
        assert_eq!(library.rules().count(), 0, "{name} is a rule all the same");
    }
}

#[test]
fn bombs_are_over_a_limit() {
    let laughs = (1..=9).map(|at| format!("l{at}: &l{at} [{}]\n", vec![format!("*l{}", at - 1); 9].join(", "))).collect::<String>();
    let text = "x".repeat(100_000);
    let files = [
        ("a billion laughs", format!("l0: &l0 [ha, ha]\n{laughs}")),
        ("a text that is used again and again", format!("a: &a {text}\nb: [{}]\n", vec!["*a"; 10_000].join(", "))),
        ("an alias of itself", "a: &a [*a]\n".to_owned()),
        ("an alias of what holds it", "a: &a {b: {c: [*a]}}\n".to_owned()),
        ("10,000 lists in lists", format!("a: {}{}\n", "[".repeat(10_000), "]".repeat(10_000))),
        ("10,000 lists that stay open", format!("a: {}\n", "[".repeat(10_000))),
        ("10,000 maps in maps", format!("a: {}b{}\n", "{a: ".repeat(10_000), "}".repeat(10_000))),
        ("10,000 dashes", format!("a:\n{}b\n", "- ".repeat(10_000))),
        ("lists in lists by indentation", (0..1_000).map(|depth| format!("{}a:\n", " ".repeat(depth))).collect()),
        ("200,000 values", format!("a: [{}]\n", "1,".repeat(200_000))),
        ("a file of 1 MiB and a little more", format!("a: {}\n", "x".repeat(1024 * 1024))),
        ("a thousand documents", "---\na: b\n".repeat(1_000)),
        ("a thousand anchors", (0..1_000).map(|at| format!("k{at}: &a{at} x\n")).collect()),
    ];
    for (name, text) in files {
        let library = read_rule(text);
        let codes = errors(&library);
        assert!(codes == ["E0007"] || codes == ["E0002"], "{name}: {:?}", library.faults.first());
        assert_eq!(library.faults.len(), 1, "{name} is one fault");
    }
}

#[test]
fn keys_without_number_are_all_reported() {
    let unknown: String = (0..5_000).map(|at| format!("k{at}: 1\n")).collect();
    let library = read_rule(format!("{}{unknown}", good()));
    assert_eq!(library.faults.iter().filter(|fault| fault.code.number() == "E0004").count(), 5_000);
    let twice = "title: again\n".repeat(5_000);
    let library = read_rule(format!("{}{twice}", good()));
    assert_eq!(library.faults.iter().filter(|fault| fault.code.number() == "E0003").count(), 5_000);
}

#[test]
fn texts_of_almost_a_mebibyte_are_read_or_refused() {
    let long = "x".repeat(900 * 1024);
    let keys: &[(&str, &[&str])] = &[
        ("id", &["E0012"]),
        ("severity", &["E0008"]),
        ("status", &["E0008"]),
        ("confidence", &["E0008"]),
        ("date", &["E0014"]),
        ("enabled", &["E0006"]),
        ("when", &["E0111"]),
        ("attack", &["E0006"]),
        ("tests", &["E0006"]),
        ("let", &["E0006"]),
        (&long, &["E0002"]),
    ];
    for (key, codes) in keys {
        let lines = good().lines().filter(|line| !line.starts_with(&format!("{key}:"))).map(|line| format!("{line}\n")).collect::<String>();
        let value = if key.len() > 100 { "1" } else { &long };
        refused(key.get(..10).unwrap_or(key), &read_rule(format!("{lines}{key}: {value}\n")), codes);
    }
    for key in ["title", "description", "runbook", "author"] {
        let lines = good().lines().filter(|line| !line.starts_with(&format!("{key}:"))).map(|line| format!("{line}\n")).collect::<String>();
        let library = read_rule(format!("{lines}{key}: {long}\n"));
        assert_eq!((errors(&library), library.rules().count()), (vec![], 1), "{key}");
    }
}

#[test]
fn line_ends_and_marks_of_byte_order_make_no_difference() {
    for text in [good(), good().replace('\n', "\r\n"), format!("\u{feff}{}", good()), format!("\u{feff}{}", good().replace('\n', "\r\n"))] {
        let library = read_rule(text);
        assert_eq!((errors(&library), library.rules().count()), (vec![], 1));
        let (_, rule) = library.rules().next().expect("the rule");
        assert!(library.sources.snippet(rule.when_at).starts_with("eventType =="), "{:?}", library.sources.snippet(rule.when_at));
    }
}

#[test]
fn bytes_that_are_no_text_are_found_wherever_they_stand() {
    let text = good().into_bytes();
    for at in (0..=text.len()).filter(|at| str::from_utf8(&text[..*at]).is_ok()) {
        for bad in [&b"\xff"[..], b"\xc3", b"\xed\xa0\x80", b"\xf5\x80\x80\x80", b"\xc0\xaf"] {
            let mut bytes = text.clone();
            bytes.splice(at..at, bad.iter().copied());
            let library = read_rule(bytes);
            refused("no text", &library, &["E0011"]);
            assert_eq!(library.faults[0].span.start as usize, at);
        }
    }
    let utf16: Vec<u8> = good().encode_utf16().flat_map(u16::to_le_bytes).collect();
    refused("UTF-16", &read_rule([&b"\xff\xfe"[..], &utf16].concat()), &["E0011"]);
}

#[test]
fn words_that_yaml_readers_disagree_about_stay_what_they_are() {
    let library = read_rule(rule_with("when: actor.alternateId in [\"no\", \"1e3\", \"0x10\", \"1_000\", \"12:30:45\", \"2026-03-02\", \".inf\", \"~\"]\n"));
    assert_eq!((errors(&library), library.rules().count()), (vec![], 1));
    for word in ["yes", "On", "OFF", "n"] {
        refused(word, &read_rule(rule_with(&format!("when: exists(actor.id)\nenabled: {word}\n"))), &["E0006"]);
    }
    for number in ["1e400", "-.inf", ".nan", "18446744073709551617", "0x1ffffffffffffffff", "0o17"] {
        let library = read_rule(good().replace("title: A title", &format!("title: {number}")));
        match library.rules().next() {
            Some((_, rule)) => assert_eq!(rule.title, number, "a title is what is written"),
            None => assert_eq!(errors(&library), ["E0002"], "{number}"),
        }
    }
}

#[test]
fn other_files_of_a_pack_are_refused_as_well() {
    let brackets = "[".repeat(100_000);
    let fixtures: &[(&str, &str)] = &[
        ("nothing", ""),
        ("a list", "[]"),
        ("cut off", "{\"a\": "),
        ("deep", &brackets),
        ("a number", "{\"a\": 1e400}"),
        ("not JSON", "{\"ä\": ü}"),
        ("text behind", "{} {}"),
    ];
    for (name, text) in fixtures {
        let library = read(Role::Fixture("f".to_owned()), *text);
        assert_eq!(library.faults.len(), 1, "{name}");
    }
    let manifests = [
        "",
        "[]",
        "name: x",
        "name: x\nversion: 1\ndescription: d\nsettings: {a: {type: list of text, default: 7}}\n",
        "name: x\nversion: 1\ndescription: d\nsettings: {a: {type: speed, default: 1e400km/h}}\n",
    ];
    for text in manifests {
        assert!(!read(Role::Manifest, text).faults.is_empty(), "{text:?}");
    }
    for text in ["", "[]", "a: 1", "a: {means: b}\nb: {means: a}\n", "a: {means: '((('}\n"] {
        assert!(!read(Role::Definitions, text).faults.is_empty(), "{text:?}");
    }
    let mut library = Library::new();
    library.no_rules("an/empty/folder");
    assert_eq!(errors(&library), ["E0009"]);
}
