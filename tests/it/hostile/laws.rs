//! Laws that hold for any input: nothing panics, every place lies inside its file, and what the plan makes of a rule is what the rule says.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::sync::{Arc, LazyLock};

use clarion::alert::Alerts;
use clarion::engine::Engine;
use clarion::evaluate::{Lowering, Moment, NoMemory, Questions, wanted};
use clarion::event::{Event, Layout, Origin};
use clarion::language::{Checker, EventTypes, Names, Settings, Snippet, Typed, format, parse};
use clarion::pack::{File, Library, Role, Rule, recommended};
use clarion::plan::Plan;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::{Value as Json, json};

use super::events::{ask_everything, put};
use super::{cases, parse_text, read, read_rule};

/// The texts of right rules, those of the recommended pack among them.
static RULES: LazyLock<Vec<String>> = LazyLock::new(|| {
    let files = fs::read_dir("tests/data/language/accepted").expect("the corpus").flatten().filter_map(|entry| fs::read_to_string(entry.path()).ok());
    let pack = recommended().into_iter().filter(|file| file.role == Role::Rule).filter_map(|file| String::from_utf8(file.bytes.ok()?).ok());
    files.chain(pack).collect()
});

/// The recommended pack, compiled.
static PACK: LazyLock<Arc<Plan>> = LazyLock::new(|| compiled(&pack()));

/// The stateless rules of the corpus, each in a file of its own, compiled to one plan.
static CORPUS: LazyLock<Arc<Plan>> = LazyLock::new(|| {
    let files: Vec<File> = RULES.iter().enumerate().map(|(at, text)| file(&format!("{at}.yml"), text.clone())).collect();
    let mut library = Library::new();
    library.add(&files, &BTreeMap::new());
    compiled(&library)
});

/// The fixtures of the recommended pack.
static FIXTURES: LazyLock<Vec<Json>> = LazyLock::new(|| pack().packs.iter().flat_map(|pack| pack.fixtures.values().cloned()).collect());

fn pack() -> Library {
    let mut library = Library::new();
    library.add(&recommended(), &BTreeMap::new());
    library
}

fn file(name: &str, text: String) -> File {
    File { name: name.to_owned(), role: Role::Rule, bytes: Ok(text.into_bytes()) }
}

fn compiled(library: &Library) -> Arc<Plan> {
    let rules: Vec<Arc<Rule>> = library.rules().filter(|(_, rule)| !rule.remembers()).map(|(_, rule)| Arc::new(rule.clone())).collect();
    Arc::new(Plan::compile(rules, &library.packs.last().expect("a pack").sets))
}

/// A change of some bytes.
#[derive(Clone, Debug)]
enum Mutation {
    Remove(Index, usize),
    Insert(Index, &'static str),
    Replace(Index, u8),
    Repeat(Index, usize),
    Swap(Index, Index),
    CarriageReturns,
}

/// Pieces of text that mean something to one of the readers.
const PIECES: &[&str] = &[
    "\n",
    "\r\n",
    "  ",
    "\t",
    ": ",
    "- ",
    "# ",
    "|\n",
    ">-\n",
    "\"",
    "'",
    "\\",
    "\\u00e9",
    "\\ud800",
    "\\\n",
    "é",
    "𝒳",
    "\u{feff}",
    "\0",
    "&a ",
    "*a",
    "!!str ",
    "? ",
    "---\n",
    "...\n",
    "{",
    "}",
    "[",
    "]",
    "(",
    ")",
    ",",
    "..",
    ".",
    "=",
    "==",
    "==~",
    "!=",
    "<=",
    "/",
    "/i",
    "and ",
    " or ",
    "not ",
    "in ",
    "not in ",
    "contains ",
    "like ",
    "matches ",
    "by ",
    " within ",
    "1h",
    "5",
    "-1",
    "1e400",
    "km/h",
    "$x",
    "actor.id",
    "target",
    "any(",
    "count(",
    "exists(",
    "null",
    "true",
    "now.",
    ".type",
    "eventType",
    "\"user.session.start\"",
    "{{",
    "{actor.id",
    "}}",
];

fn mutation() -> impl Strategy<Value = Mutation> {
    prop_oneof![
        (any::<Index>(), 1..12_usize).prop_map(|(at, count)| Mutation::Remove(at, count)),
        (any::<Index>(), select(PIECES)).prop_map(|(at, piece)| Mutation::Insert(at, piece)),
        (any::<Index>(), any::<u8>()).prop_map(|(at, byte)| Mutation::Replace(at, byte)),
        (any::<Index>(), 1..40_usize).prop_map(|(at, count)| Mutation::Repeat(at, count)),
        (any::<Index>(), any::<Index>()).prop_map(|(a, b)| Mutation::Swap(a, b)),
        Just(Mutation::CarriageReturns),
    ]
}

fn mutations() -> impl Strategy<Value = Vec<Mutation>> {
    vec(mutation(), 1..5)
}

fn mutate(text: &str, mutations: &[Mutation]) -> Vec<u8> {
    let mut bytes = text.as_bytes().to_vec();
    for mutation in mutations {
        let len = bytes.len();
        let place = |at: &Index| at.index(len + 1);
        match mutation {
            Mutation::Remove(at, count) => drop(bytes.drain(place(at)..(place(at) + count).min(len))),
            Mutation::Insert(at, piece) => drop(bytes.splice(place(at)..place(at), piece.bytes())),
            Mutation::Replace(at, byte) => {
                if let Some(place) = bytes.get_mut(place(at)) {
                    *place = *byte;
                }
            }
            Mutation::Repeat(at, count) => {
                let part = bytes[place(at)..(place(at) + count).min(len)].to_vec();
                bytes.splice(place(at)..place(at), part);
            }
            Mutation::Swap(a, b) if len > 0 => bytes.swap(a.index(len), b.index(len)),
            Mutation::Swap(..) => {}
            Mutation::CarriageReturns => bytes = String::from_utf8_lossy(&bytes).replace('\n', "\r\n").into_bytes(),
        }
    }
    bytes
}

proptest! {
    #![proptest_config(cases(150))]

    #[test]
    fn any_bytes_are_a_rule_file_or_a_fault(bytes in vec(any::<u8>(), 0..300), role in 0..5_usize) {
        let role = [Role::Rule, Role::Manifest, Role::Definitions, Role::Fixture("f".to_owned()), Role::List("l".to_owned())][role].clone();
        read(role, bytes);
    }

    #[test]
    fn pieces_in_any_order_are_a_rule_file_or_a_fault(pieces in vec(select(PIECES), 0..60)) {
        read_rule(pieces.concat());
    }

    #[test]
    fn rule_files_that_are_changed_at_random_are_read_or_refused(at in any::<Index>(), mutations in mutations()) {
        let library = read_rule(mutate(at.get(&RULES[..]).as_str(), &mutations));
        prop_assert!(library.rules().count() == 1 || !library.faults.is_empty(), "a rule vanished");
        observe_all(&library);
    }

    #[test]
    fn manifests_and_definitions_that_are_changed_at_random_are_read_or_refused(which in any::<bool>(), mutations in mutations()) {
        let role = if which { Role::Manifest } else { Role::Definitions };
        let files = recommended();
        let file = files.iter().find(|file| file.role == role).expect("the file");
        let text = String::from_utf8(file.bytes.clone().expect("its bytes")).expect("text");
        read(role, mutate(&text, &mutations));
    }
}

/// Runs the rules that are left over a few events: what is accepted can be run.
fn observe_all(library: &Library) {
    if library.rules().next().is_none() {
        return;
    }
    let plan = compiled(library);
    let mut engine = Engine::new(plan.clone());
    let mut alerts = Alerts::new(plan.clone());
    let mut event = Event::new();
    for fixture in FIXTURES.iter().take(4) {
        event.read(plan.layout(), fixture.to_string().as_bytes(), &Origin::default()).expect("a fixture");
        for rule in engine.observe(&event).to_vec() {
            alerts.add(rule, &event);
        }
    }
    alerts.finish();
}

/// The conditions of the corpus, as their authors wrote them.
static CONDITIONS: LazyLock<Vec<String>> = LazyLock::new(|| {
    let texts = RULES.iter().filter_map(|text| {
        let library = read_rule(text.clone());
        let (_, rule) = library.rules().next()?;
        Some(library.sources.snippet(rule.when_at).to_owned())
    });
    texts.collect()
});

proptest! {
    #![proptest_config(cases(300))]

    #[test]
    fn any_text_is_an_expression_or_a_fault(text in "\\PC{0,80}") {
        parse_text(&text);
    }

    #[test]
    fn pieces_in_any_order_are_an_expression_or_a_fault(pieces in vec(select(PIECES), 0..40)) {
        check_text(&pieces.concat());
    }

    #[test]
    fn conditions_that_are_changed_at_random_are_expressions_or_faults(at in any::<Index>(), mutations in mutations()) {
        check_text(&String::from_utf8_lossy(&mutate(at.get(&CONDITIONS[..]).as_str(), &mutations)));
    }

    #[test]
    fn what_is_accepted_is_accepted_again_in_its_canonical_form(text in condition()) {
        let (query, faults) = parse_text(&text);
        prop_assert!(faults.is_empty(), "{text}: {faults:?}");
        let mut sources = clarion::diagnostic::Sources::new();
        let file = sources.add("expression", text.as_str());
        let written = format(&query, &Snippet::whole(file, text.as_str()));
        let (_, faults) = parse_text(&written);
        prop_assert!(faults.is_empty(), "{written}: {faults:?}");
        prop_assert_eq!(checked(&text).expect("accepted").key(), checked(&written).expect("accepted").key(), "{} means something else than {}", written, text);
    }
}

/// Checks an expression and, if it is accepted, evaluates it.
fn check_text(text: &str) {
    parse_text(text);
    if let Some(typed) = checked(text) {
        for fixture in FIXTURES.iter().take(3) {
            value(&typed, fixture);
        }
    }
}

fn checked(text: &str) -> Option<Arc<Typed>> {
    let mut sources = clarion::diagnostic::Sources::new();
    let file = sources.add("expression", text);
    let snippet = Snippet::whole(file, text);
    let mut faults = Vec::new();
    let query = parse(&snippet, &mut faults);
    let (mut names, settings, event_types) = (Names::default(), Settings::default(), EventTypes::default());
    let typed = Checker::new(&snippet, &mut names, &settings, &event_types, &mut faults).value(&query);
    super::sound(&faults, &sources);
    typed.filter(|_| !faults.iter().any(|fault| fault.level() == clarion::diagnostic::Level::Error))
}

fn value(typed: &Arc<Typed>, event: &Json) -> clarion::event::Value<'static> {
    let (mut fields, mut records) = (BTreeSet::new(), Vec::new());
    wanted(typed, &mut fields, &mut records);
    let layout = Layout::new(fields, records);
    let mut read = Event::new();
    read.read(&layout, event.to_string().as_bytes(), &Origin::default()).expect("an event");
    let mut questions = Questions::default();
    let code = Lowering { layout: &layout, questions: &mut questions }.lower(typed);
    code.eval(&Moment::new(&read, &NoMemory)).into_owned()
}

proptest! {
    #![proptest_config(cases(300))]

    #[test]
    fn any_bytes_are_an_event_or_bad(bytes in vec(any::<u8>(), 0..200)) {
        read_event(&bytes);
    }

    #[test]
    fn events_that_are_changed_at_random_are_read_or_bad(at in any::<Index>(), mutations in mutations()) {
        let bytes = mutate(&at.get(&FIXTURES[..]).to_string(), &mutations);
        read_event(&bytes);
        // The stream that holds it loses nothing of its neighbours.
        let stream = [&b"{\"uuid\":\"before\"}\n"[..], &bytes, b"\n{\"uuid\":\"behind\"}\n"].concat();
        let whole: Vec<Vec<u8>> = clarion::event::Intake::new(&stream[..]).flatten().map(|piece| piece.bytes).collect();
        prop_assert_eq!(whole.first().map(Vec::as_slice), Some(&b"{\"uuid\":\"before\"}"[..]));
        prop_assert_eq!(whole.last().map(Vec::as_slice), Some(&b"{\"uuid\":\"behind\"}"[..]));
    }
}

/// Reads an event in every way there is.
fn read_event(bytes: &[u8]) {
    thread_local! {
        static EVERYTHING: Layout = Layout::everything();
    }
    let layout = EVERYTHING.with(Clone::clone);
    let mut event = Event::new();
    match event.read(&layout, bytes, &Origin::default()) {
        Ok(()) => drop(ask_everything(&event, &layout)),
        Err(bad) => assert!(!bad.message.is_empty()),
    }
    assert_eq!(event.raw(), bytes);
    let plan = &*PACK;
    if event.read(plan.layout(), bytes, &Origin::default()).is_ok() {
        Engine::new(plan.clone()).observe(&event);
    }
}

/// Values that a field may have beside those that rules ask for.
fn odd_value() -> impl Strategy<Value = Json> {
    prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        any::<i64>().prop_map(Json::from),
        (-5..70_000_i64).prop_map(Json::from),
        any::<f64>().prop_map(Json::from),
        "\\PC{0,12}".prop_map(Json::from),
        select(TEXTS).prop_map(Json::from),
        vec(select(TEXTS), 0..4).prop_map(Json::from),
        Just(json!({"a": {"b": [1, "x", null]}})),
        Just(json!([])),
    ]
}

/// Texts that the rules below ask for, and their near misses.
const TEXTS: &[&str] = &[
    "user.session.start",
    "user.authentication.sso",
    "policy.evaluate_sign_on",
    "user.nobody.knows",
    "SUCCESS",
    "FAILURE",
    "DENY",
    "success",
    "INVALID_CREDENTIALS",
    "mara.lindqvist@example.com",
    "MARA.LINDQVIST@example.com",
    "zoë@example.com",
    "ZOË@EXAMPLE.COM",
    "00u1",
    "User",
    "AppInstance",
    "203.0.113.7",
    "203.0.113.24",
    "2001:db8::7",
    "10.1.2.3",
    "999.9.9.9",
    "true",
    "12",
    "64500",
    "",
    " ",
    "null",
    "unknown",
    "-",
    "2026-03-02T09:00:00Z",
    "a*b?c",
    "{New Device=POSITIVE, New IP=NEGATIVE}",
    "{\"level\": \"HIGH\"}",
    "LOW",
    "HIGH",
    "straße",
    "STRASSE",
    "İstanbul",
    "i\u{307}stanbul",
];

/// Paths of an event that the rules below read, and some that they do not.
const PATHS: &[&str] = &[
    "eventType",
    "outcome",
    "outcome.result",
    "outcome.reason",
    "actor",
    "actor.id",
    "actor.alternateId",
    "actor.displayName",
    "client.ipAddress",
    "client.userAgent.os",
    "client.userAgent.rawUserAgent",
    "client.geographicalContext.country",
    "client.geographicalContext.geolocation",
    "securityContext",
    "securityContext.asNumber",
    "securityContext.isProxy",
    "securityContext.risk.level",
    "debugContext.debugData.requestUri",
    "debugContext.debugData.behaviors",
    "debugContext.debugData.risk",
    "debugContext.debugData.threatSuspected",
    "target",
    "request.ipChain",
    "published",
    "uuid",
    "version",
];

fn changed_event() -> impl Strategy<Value = Json> {
    let targets = vec(vec((select(&["id", "type", "alternateId", "displayName", "detailEntry", "x"][..]), odd_value()), 0..4), 0..4);
    (any::<Index>(), vec((select(PATHS), odd_value()), 0..6), proptest::option::of(targets)).prop_map(|(at, changes, targets)| {
        let mut event = at.get(&FIXTURES[..]).clone();
        for (path, value) in changes {
            put(&mut event, path, value);
        }
        if let Some(targets) = targets {
            event["target"] = targets
                .into_iter()
                .map(|fields| fields.into_iter().map(|(key, value)| (key.to_owned(), value)).collect::<serde_json::Map<_, _>>())
                .map(Json::from)
                .collect();
        }
        event
    })
}

/// Returns a text as a literal.
fn literal(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// Sides of a comparison that are of one type: left ones, right ones, and lists for the right.
fn sides() -> impl Strategy<Value = (String, String, String)> {
    let text = || select(TEXTS).prop_filter("a pattern would be warned of", |text| !text.contains(['*', '?'])).prop_map(literal);
    let text_left = select(
        &[
            "actor.id",
            "actor.alternateId",
            "actor.displayName",
            "client.userAgent.os",
            "geo.country",
            "debug.requestUri",
            "lower(actor.alternateId)",
            "target.user.alternateId",
            "target[0].displayName",
            "coalesce(actor.displayName, actor.id)",
            "domain(actor.alternateId)",
            "debug.nobodyKnows",
            "split(actor.alternateId, \"@\")[-1]",
        ][..],
    );
    let number = || (-3..70_000_i64).prop_map(|number| number.to_string());
    let number_left = select(
        &[
            "securityContext.asNumber",
            "network.asn",
            "len(target)",
            "len(actor.alternateId)",
            "to_int(actor.id)",
            "hour(published)",
            "securityContext.asNumber % 7",
            "len(actor.id) - 1",
        ][..],
    );
    let address = || select(&["\"203.0.113.7\"", "\"203.0.113.24\"", "\"2001:db8::7\""][..]).prop_map(str::to_owned);
    let list = |part: BoxedStrategy<String>| vec(part, 1..7).prop_map(|parts| format!("[{}]", parts.join(", ")));
    prop_oneof![
        4 => (text_left.prop_map(str::to_owned), text(), list(text().boxed())),
        2 => (number_left.prop_map(str::to_owned), number(), list(number().boxed())),
        1 => (Just("client.ipAddress".to_owned()), address(), Just("[\"203.0.113.0/24\", \"2001:db8::/32\", \"10.1.2.3\"]".to_owned())),
        1 => (Just("outcome.result".to_owned()), select(&["\"SUCCESS\"", "\"FAILURE\"", "\"DENY\""][..]).prop_map(str::to_owned), Just("[\"ALLOW\", \"DENY\"]".to_owned())),
        1 => (Just("eventType".to_owned()), select(&["\"user.session.start\"", "\"user.authentication.sso\"", "\"policy.evaluate_sign_on\""][..]).prop_map(str::to_owned), Just("[\"user.session.start\", \"user.session.end\"]".to_owned())),
        1 => (Just("actor.id".to_owned()), Just("target.user.id".to_owned()), Just("[\"00u1\"]".to_owned())),
    ]
}

/// Conditions of all kinds.
fn condition() -> impl Strategy<Value = String> {
    let text = || select(TEXTS).prop_filter("a pattern would be warned of", |text| !text.contains(['*', '?'])).prop_map(literal);
    let comparison = (sides(), 0..4_usize).prop_map(|((left, right, list), which)| match which {
        0 => format!("{left} == {right}"),
        1 => format!("{left} != {right}"),
        2 => format!("{left} in {list}"),
        _ => format!("{left} not in {list}"),
    });
    let of_text = (
        select(&["actor.alternateId", "actor.displayName", "client.userAgent.rawUserAgent", "debug.requestUri"][..]),
        select(&["==~", "!=~", "contains", "contains~", "starts_with", "starts_with~", "ends_with", "ends_with~"][..]),
        text(),
    )
        .prop_map(|(left, op, right)| format!("{left} {op} {right}"));
    let number = (select(&["securityContext.asNumber", "len(target)", "hour(published)"][..]), select(&["<", "<=", ">", ">="][..]), -3..70_000_i64)
        .prop_map(|(left, op, right)| format!("{left} {op} {right}"));
    let other = select(
        &[
            "exists(actor.id)",
            "exists(target)",
            "exists(securityContext.asNumber)",
            "network.is_proxy",
            "debug.threatSuspected == true",
            "securityContext.isProxy == false",
            "any(target, .type == \"User\")",
            "all(target, .type == \"User\")",
            "none(target, .displayName contains \"e\")",
            "any(filter(target, .type == \"User\"), exists(.id))",
            "len(filter(target, .type == \"AppInstance\")) > 0",
            "behavior.new_device == \"POSITIVE\"",
            "risk.level in [\"HIGH\", \"MEDIUM\"]",
            "actor.alternateId like \"*@example.com\"",
            "actor.alternateId like~ \"MARA*\"",
            "actor.displayName matches /^[A-Z]\\w+ \\w+$/",
            "actor.alternateId matches [/^m/i, /\\d$/]",
            "securityContext.asNumber in 1..64500",
            "distance_km(geo.point, geo.point) < 1",
            "published > \"2026-03-01T00:00:00Z\"",
            "true",
            "false",
            "similarity(actor.alternateId, \"mara.lindqvist@example.com\") > 0.5",
            "weekday(published, \"Europe/Berlin\") in [\"monday\", \"sunday\"]",
            "risk.reasons contains \"Anomalous Device\"",
        ][..],
    )
    .prop_map(str::to_owned);
    let leaf = prop_oneof![4 => comparison, 3 => of_text, 1 => number, 3 => other];
    leaf.prop_recursive(4, 16, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 2..4).prop_map(|parts| format!("({})", parts.join(" and "))),
            vec(inner.clone(), 2..5).prop_map(|parts| format!("({})", parts.join(" or "))),
            inner.prop_map(|part| format!("not ({part})")),
        ]
    })
}

/// Compares a plan's findings with what each rule's condition says when it is evaluated as it stands.
fn plan_agrees(plan: &Arc<Plan>, event: &Json) -> Result<(), TestCaseError> {
    let mut event = event.clone();
    if let Json::Object(object) = &mut event {
        // Without a uuid nothing is remembered of it.
        object.remove("uuid");
    }
    let bytes = event.to_string();
    let mut read = Event::new();
    read.read(plan.layout(), bytes.as_bytes(), &Origin::default()).map_err(|bad| TestCaseError::fail(bad.message))?;
    let mut engine = Engine::new(plan.clone());
    let found: Vec<&str> = engine.observe(&read).iter().filter_map(|index| plan.rule(*index)).map(|rule| &*rule.rule.id).collect();
    let mut questions = Questions::default();
    let mut lowering = Lowering { layout: plan.layout(), questions: &mut questions };
    let moment = Moment::new(&read, &NoMemory);
    let expected: Vec<&str> = plan.rules().iter().filter(|rule| lowering.lower(&rule.rule.when).holds(&moment)).map(|rule| &*rule.rule.id).collect();
    prop_assert_eq!(found, expected, "on {}", bytes);
    Ok(())
}

#[test]
fn functions_on_long_texts_stay_small() {
    let commas = ",".repeat(2 * 1024 * 1024);
    let event = json!({"actor": {"alternateId": commas, "displayName": commas, "detailEntry": {"a": commas}}});
    let given = |text: &str| value(&checked(text).unwrap_or_else(|| panic!("{text} was refused")), &event).to_string();
    assert_eq!(given("len(split(actor.alternateId, \",\"))"), "10000");
    assert_eq!(given("actor.alternateId contains~ actor.displayName"), "true");
    assert_eq!(given("similarity(actor.alternateId, actor.displayName)"), "1");
    assert_eq!(given("actor.alternateId matches /^(,+)+x$/"), "false");
    assert_eq!(given("json(actor.alternateId).a"), given("json(actor.detailEntry).nobody"));
    assert_eq!(given("len(upper(actor.alternateId))"), (2 * 1024 * 1024).to_string());
}

proptest! {
    #![proptest_config(cases(120))]

    #[test]
    fn the_plan_of_the_pack_finds_what_its_rules_say(event in changed_event()) {
        plan_agrees(&PACK, &event)?;
        plan_agrees(&CORPUS, &event)?;
    }

    #[test]
    fn the_plan_of_any_rules_finds_what_they_say(conditions in vec(condition(), 1..8), events in vec(changed_event(), 3)) {
        let files: Vec<File> = conditions.iter().enumerate().map(|(at, condition)| {
            file(&format!("{at}.yml"), format!("id: random.rule-{at}\ntitle: T\nseverity: low\nstatus: test\ndescription: D\nwhen: |\n  {condition}\n"))
        }).collect();
        let mut library = Library::new();
        library.add(&files, &BTreeMap::new());
        prop_assert_eq!(super::errors(&library), Vec::<&str>::new(), "{:?}", library.faults);
        let plan = compiled(&library);
        prop_assert_eq!(plan.rules().len(), conditions.len());
        for event in &events {
            plan_agrees(&plan, event)?;
        }
    }

    #[test]
    fn negated_operators_are_exact_negations((left, right, list) in sides(), text in select(TEXTS), events in vec(changed_event(), 4)) {
        let folded = literal(&text.replace(['*', '?'], "x"));
        let pairs = [
            (format!("{left} != {right}"), format!("not ({left} == {right})")),
            (format!("{left} not in {list}"), format!("not ({left} in {list})")),
            (format!("actor.alternateId !=~ {folded}"), format!("not (actor.alternateId ==~ {folded})")),
            (format!("actor.alternateId not in~ [{folded}]"), format!("not (actor.alternateId in~ [{folded}])")),
        ];
        for (negated, negation) in pairs {
            let (a, b) = (checked(&negated), checked(&negation));
            let (Some(a), Some(b)) = (a, b) else { panic!("{negated} was refused") };
            for event in &events {
                prop_assert_eq!(value(&a, event), value(&b, event), "{} on {}", negated, event);
            }
        }
    }
}
