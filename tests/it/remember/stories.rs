//! Short stories of what comes late, twice, from the wrong time, or far too often.

use clarion::engine::remember::{BadSnapshot, Change, Limits, Remembering};
use clarion::event::{Event, Origin, Span};

use super::{Run, at, event, set};

const START: &str = "user.session.start";
const END: &str = "user.session.end";
const LOCK: &str = "user.account.lock";

const BY_U: &str = r#""actor":{"id":"u"}"#;

fn five() -> super::Set {
    set(&[("five", r#"eventType == "user.session.start" and count(eventType == "user.session.start" by actor.id within 10m) >= 5"#)])
}

#[test]
fn an_event_that_comes_twice_counts_once() {
    let set = five();
    let mut run = Run::new(&set);
    for at in 0..4 {
        for _ in 0..3 {
            run.event(&event(at, &format!("e{at}"), START, BY_U));
        }
    }
    assert!(run.said.is_empty());
    assert_eq!(run.engine.counters().duplicates, 8);
    run.event(&event(5, "e5", START, BY_U));
    assert_eq!(run.said, ["+five e5"]);
}

#[test]
fn a_late_fifth_event_raises_the_alert_at_its_place() {
    let set = five();
    let mut run = Run::new(&set);
    for second in [0, 60, 180, 240] {
        run.event(&event(second, &format!("e{second}"), START, BY_U));
    }
    let changes = run.event(&event(120, "late", START, BY_U));
    assert_eq!(run.said, ["+five e240"]);
    let Some(Change::Fired(fired)) = changes.first() else { panic!("{changes:?}") };
    let evidence = fired.evidence.first().unwrap();
    assert_eq!((evidence.count, evidence.uuids.join(" ")), (5, "e0 e60 late e180 e240".to_owned()));
    assert_eq!((fired.published, evidence.first, evidence.last), (Some(at(240)), Some(at(0)), Some(at(240))));
}

#[test]
fn a_late_event_amends_what_is_told_of_a_finding() {
    let set = five();
    let mut run = Run::new(&set);
    for second in [0, 60, 120, 180, 300] {
        run.event(&event(second, &format!("e{second}"), START, BY_U));
    }
    assert_eq!(run.said, ["+five e300"]);
    // Of a finding nothing is told that is not so: the fifth last event is another one now.
    let changes = run.event(&event(240, "late", START, BY_U));
    assert_eq!(run.said, ["+five e300", "+five late", "~five e300"]);
    let Some(Change::Amended(amended)) = changes.get(1) else { panic!("{changes:?}") };
    assert_eq!(amended.evidence.first().unwrap().uuids.join(" "), "e60 e120 e180 late e300");
    // What changes nothing is not told again, neither now nor after a restart.
    run.engine = Remembering::restore(set.plan.clone(), Limits::default(), &run.engine.snapshot()).unwrap();
    run.event(&event(10, "before", START, BY_U));
    run.event(&event(240, "late", START, BY_U));
    assert_eq!(run.said[3..], ["+five e180", "~five late"]);
    assert_eq!(run.engine.counters().amended, 2);
}

#[test]
fn a_late_event_amends_evidence_that_was_not_needed_for_the_answer() {
    let set = set(&[(
        "again",
        r#"eventType == "user.session.end" and followed_by((eventType == "user.account.lock" and seen(eventType == "user.session.start" by actor.id within 1m)) by actor.id within 1h)"#,
    )]);
    let mut run = Run::new(&set);
    for (at, id, event_type) in [(0, "a", END), (10, "b", START), (20, "c", LOCK), (200, "d", LOCK)] {
        run.event(&event(at, id, event_type, BY_U));
    }
    assert_eq!(run.said, ["+again a"]);
    let changes = run.event(&event(190, "late", START, BY_U));
    assert_eq!(run.said, ["+again a", "~again a"]);
    let Some(Change::Amended(amended)) = changes.first() else { panic!("{changes:?}") };
    assert_eq!(amended.evidence.first().unwrap().uuids.join(" "), "c d");
}

#[test]
fn a_rule_that_said_nothing_still_has_the_bytes_of_its_event_when_a_late_one_changes_that() {
    let set = five();
    let mut run = Run::within(&set, Limits { keep_raw: true, ..Limits::default() });
    for second in [0, 60, 180, 240] {
        run.event(&event(second, &format!("e{second}"), START, BY_U));
    }
    // Neither a restart nor a reload in between loses them.
    let limits = run.engine.limits().clone();
    run.engine = Remembering::restore(set.plan.clone(), limits, &run.engine.snapshot()).unwrap();
    let mut run = run.reload(&set);
    let held = run.engine.counters().bytes;
    let changes = run.event(&event(120, "late", START, BY_U));
    let Some(Change::Fired(fired)) = changes.first() else { panic!("{changes:?}") };
    assert_eq!(fired.raw.as_deref(), Some(event(240, "e240", START, BY_U).as_bytes()));
    run.event(&event(300 + 2 * 3600, "new", LOCK, BY_U));
    assert!(run.engine.counters().bytes < held, "once nothing can change they are let go");
}

#[test]
fn the_bytes_of_events_on_which_nothing_was_said_stay_within_their_limit() {
    let set = five();
    let bytes_max = 2_000_000;
    let mut run = Run::within(&set, Limits { keep_raw: true, bytes_max, ..Limits::default() });
    let padding = "x".repeat(2_000);
    for number in 0..3_000 {
        run.event(&event(number, &format!("e{number}"), START, &format!(r#""actor":{{"id":"u{}"}},"displayMessage":"{padding}""#, number % 700)));
    }
    let counters = run.engine.counters();
    assert!(counters.bytes < bytes_max * 3 / 2 && counters.forgotten > 0, "{counters:?}");
}

#[test]
fn evidence_lists_the_first_and_the_last_twenty() {
    let set = set(&[("many", r#"eventType == "user.session.start" and count(eventType == "user.session.start" by actor.id within 10m) >= 45"#)]);
    let mut run = Run::new(&set);
    let mut last = Vec::new();
    for number in 0..50 {
        last = run.event(&event(number, &format!("e{number:02}"), START, BY_U));
    }
    let Some(Change::Fired(fired)) = last.first() else { panic!("{last:?}") };
    let evidence = fired.evidence.first().unwrap();
    let expected: Vec<String> = (5..25).chain(30..50).map(|number| format!("e{number:02}")).collect();
    assert_eq!((evidence.count, &evidence.uuids), (45, &expected), "of the newest that decide");
}

#[test]
fn a_late_event_withdraws_an_alert_about_its_absence() {
    let set = set(&[("alone", r#"eventType == "user.session.end" and not seen(eventType == "user.session.start" by actor.id within 1h)"#)]);
    let mut run = Run::new(&set);
    run.event(&event(100, "end", END, BY_U));
    run.event(&event(50, "start", START, BY_U));
    assert_eq!(run.said, ["+alone end", "-alone end"]);
    assert_eq!(run.engine.counters().withdrawn, 1);
}

#[test]
fn a_missing_sequel_speaks_when_the_watermark_passes() {
    let set = set(&[
        ("no", r#"eventType == "user.session.start" and not followed_by(eventType == "user.session.end" by actor.id within 10m)"#),
        ("yes", r#"eventType == "user.session.start" and followed_by(eventType == "user.session.end" by actor.id within 10m)"#),
    ]);
    let mut run = Run::new(&set);
    run.event(&event(0, "a", START, BY_U));
    run.event(&event(700, "b", START, BY_U));
    run.event(&event(800, "end", END, BY_U));
    assert_eq!(run.said, ["+yes b"], "yes is said at once, no is not said yet");
    run.event(&event(600 + 3600, "c", LOCK, BY_U));
    assert_eq!(run.said.len(), 1, "the last moment of the window may still come");
    run.event(&event(601 + 3600, "d", LOCK, BY_U));
    assert_eq!(run.said, ["+yes b", "+no a"]);
    run.event(&event(601 + 3600, "e", START, BY_U));
    let changes = run.engine.advance("", at(100_000));
    run.take(&changes);
    assert_eq!(run.said, ["+yes b", "+no a", "+no e"]);
}

#[test]
fn what_open_answers_can_still_refute_together_is_not_said() {
    // Holds where both are no, and where both are yes; not where the session ends and nobody is locked.
    let score = r#"eventType == "user.session.start"
        and weight(followed_by(eventType == "user.session.end" by actor.id within 10m), 30)
          + weight(not followed_by(eventType == "user.account.lock" by actor.id within 20m), 20) <= 30"#;
    let set = set(&[("score", score)]);
    let mut run = Run::new(&set);
    for (second, uuid, what) in [(0, "a", START), (60, "b", END), (1_300, "c", START), (9_000, "d", END)] {
        run.event(&event(second, uuid, what, BY_U));
        assert!(second == 9_000 || run.said.is_empty(), "{:?}", run.said);
    }
    assert_eq!(run.said, ["+score c"], "of the first it was never sure");
}

#[test]
fn an_event_behind_the_watermark_is_evaluated_alone() {
    let set = five();
    let mut run = Run::new(&set);
    for second in [0, 60, 180, 240] {
        run.event(&event(second, &format!("e{second}"), START, BY_U));
    }
    run.event(&event(300 + 2 * 3600, "new", LOCK, BY_U));
    run.event(&event(250, "late", START, BY_U));
    assert!(run.said.is_empty());
    assert_eq!(run.engine.counters().late, 1);
}

#[test]
fn of_an_event_alone_nothing_is_said_that_depends_on_what_came_before() {
    let history = r#"eventType == "user.session.start" by actor.id within 30m"#;
    let asked = [
        format!("last(client.ipAddress of ({history})) != client.ipAddress"),
        format!("not exists(first(client.ipAddress of ({history})))"),
        format!("count({history}) != 7"),
        format!("count({history}) not in 4..9"),
        format!("not (max(securityContext.asNumber of ({history})) > 5)"),
        format!("not seen({history}) or seen({history})"),
        format!("none(target, .id == last(actor.id of ({history})))"),
        format!("(count({history}) != 7 and exists(client.ipAddress)) or seen({history})"),
        format!("not (count({history}) == 7 or not exists(client.ipAddress))"),
    ];
    let shown = [
        format!("count({history}) >= 5 or client.ipAddress in \"10.0.0.1/32\""),
        format!("not (count({history}) < 5 and client.ipAddress not in \"10.0.0.1/32\")"),
    ];
    let rules: Vec<(String, String)> = asked
        .iter()
        .map(|condition| ("depends", condition))
        .chain(shown.iter().map(|condition| ("shows", condition)))
        .zip(0..)
        .map(|((name, condition), number)| (format!("{name}{number}"), format!(r#"eventType == "user.session.end" and ({condition})"#)))
        .collect();
    let set = set(&rules.iter().map(|(name, condition)| (name.as_str(), condition.as_str())).collect::<Vec<_>>());
    let mut run = Run::new(&set);
    run.event(&event(0, "first", LOCK, BY_U));
    run.event(&event(3 * 3600, "new", LOCK, BY_U));
    run.event(&event(60, "late", END, r#""actor":{"id":"u"},"client":{"ipAddress":"10.0.0.1"},"target":[{"id":"x"}]"#));
    assert_eq!(run.said, ["+shows10 late", "+shows9 late"]);
}

#[test]
fn no_event_from_before_okta_begins_a_history() {
    let set = set(&[(
        "first",
        r#"eventType == "user.session.start" and first_seen(client.ipAddress of (eventType == "user.session.start" by actor.id within 60d))"#,
    )]);
    let start = |second: i64, uuid: &str| event(second, uuid, START, r#""actor":{"id":"u"},"client":{"ipAddress":"10.0.0.1"}"#);
    let mut run = Run::new(&set);
    run.event(&format!(r#"{{"uuid":"old","published":"1970-01-01T00:00:00.000Z","eventType":"{LOCK}"}}"#));
    run.event(&start(0, "a"));
    run.event(&start(60, "b"));
    assert!(run.said.is_empty(), "{:?}", run.said);
    run.event(&event(70 * 86_400, "c", START, r#""actor":{"id":"v"},"client":{"ipAddress":"10.0.0.1"}"#));
    assert_eq!(run.said, ["+first c"]);
}

#[test]
fn events_of_times_that_have_not_come_move_nothing_however_many_they_are() {
    let set = five();
    let mut run = Run::new(&set);
    run.engine.set_latest(at(600));
    for second in [0, 60, 120, 180] {
        run.event(&event(second, &format!("e{second}"), START, BY_U));
        run.event(&format!(r#"{{"uuid":"far{second}","published":"9999-01-01T00:00:00.000Z","eventType":"{LOCK}"}}"#));
    }
    run.event(&event(240, "fifth", START, BY_U));
    assert_eq!((run.said.as_slice(), run.engine.counters().late), (["+five fifth".to_owned()].as_slice(), 0));
    // What has not come yet comes: the watermark goes on with the clock.
    run.event(&event(7_200, "later", LOCK, BY_U));
    assert_eq!(run.engine.watermark(""), Some(at(240 - 3_600)));
    run.engine.set_latest(at(7_500));
    run.event(&event(7_300, "later still", LOCK, BY_U));
    assert_eq!(run.engine.watermark(""), Some(at(7_300 - 3_600)));
}

#[test]
fn a_restart_does_not_take_the_watermark_back() {
    let set = five();
    let mut run = Run::new(&set);
    for second in [0, 60, 180, 240] {
        run.event(&event(second, &format!("e{second}"), START, BY_U));
    }
    run.event(&event(300 + 2 * 3600, "new", LOCK, BY_U));
    let mut run = run.reload(&set);
    assert_eq!(run.engine.watermark(""), Some(at(300 + 3600)));
    run.event(&event(250, "late", START, BY_U));
    assert_eq!(run.engine.counters().late, 1);
}

#[test]
fn what_a_count_needs_is_kept_when_the_rest_of_its_key_goes() {
    let set = set(&[("three", r#"eventType == "user.session.end" and count(eventType == "user.session.start" by actor.id within 1h) >= 3"#)]);
    let mut run = Run::new(&set);
    for second in [0, 3000, 3010, 3020, 3030] {
        run.event(&event(second, &format!("s{second}"), START, BY_U));
    }
    // The first is over, and of the others nobody will count more than three.
    run.event(&event(7300, "new", LOCK, BY_U));
    assert_eq!(run.engine.counters().events, 3);
    run.event(&event(6590, "end", END, BY_U));
    assert_eq!(run.said, ["+three end"]);
}

#[test]
fn an_event_without_uuid_or_time_is_evaluated_alone() {
    let started = r#"seen(eventType == "user.session.start" by actor.id within 1h)"#;
    let set = set(&[
        ("sure", &format!(r#"eventType == "user.session.end" and (actor.id == "u" or {started})"#)),
        // Nobody knows what came before it, so an absence is no finding.
        ("absent", &format!(r#"eventType == "user.session.end" and not {started}"#)),
        ("few", r#"eventType == "user.session.end" and count(eventType == "user.session.start" by actor.id within 1h) < 5"#),
        ("present", &format!(r#"eventType == "user.session.end" and {started}"#)),
    ]);
    let mut run = Run::new(&set);
    let changes = run.event(r#"{"uuid":"x","eventType":"user.session.end","actor":{"id":"u"}}"#);
    assert!(matches!(changes.as_slice(), [Change::Fired(fired)] if fired.alone && fired.uuid.as_deref() == Some("x")));
    run.found.clear();
    let changes = run.event(&format!(r#"{{"published":"{}","eventType":"user.session.end","actor":{{"id":"u"}}}}"#, at(0)));
    assert!(matches!(changes.as_slice(), [Change::Fired(fired)] if fired.alone && fired.uuid.is_none()));
    assert_eq!(run.said, ["+sure x", "+sure "]);
    assert_eq!(run.engine.counters().unplaced, 2);
    assert_eq!(run.engine.counters().keys, 0);
}

#[test]
fn a_sequence_with_too_many_choices_is_given_up_and_counted() {
    let set = set(&[(
        "linked",
        r#"sequence(begun: eventType == "user.session.start", ended: eventType == "user.session.end" and client.ipAddress != begun.client.ipAddress,
           eventType == "user.account.lock" and client.ipAddress == ended.client.ipAddress by actor.id within 1h)"#,
    )]);
    let mut run = Run::new(&set);
    let from = |last: u32| format!(r#"{BY_U},"client":{{"ipAddress":"10.0.0.{last}"}}"#);
    for number in 0..350 {
        run.event(&event(number, &format!("a{number}"), START, &from(1)));
        run.event(&event(1000 + number, &format!("b{number}"), END, &from(2)));
    }
    run.event(&event(2000, "last", LOCK, &from(3)));
    assert!(run.said.is_empty());
    assert_eq!(run.engine.counters().unfinished, 1);
    run.event(&event(2001, "fits", LOCK, &from(2)));
    assert_eq!((run.said.as_slice(), run.engine.counters().unfinished), (["+linked fits".to_owned()].as_slice(), 1));
}

#[test]
fn an_event_behind_the_watermark_is_no_proof_of_an_absence() {
    let set = set(&[("absent", r#"eventType == "user.session.end" and not seen(eventType == "user.session.start" by actor.id within 1h)"#)]);
    let mut run = Run::new(&set);
    run.event(&event(0, "start", "user.session.start", BY_U));
    run.event(&event(5 * 3600, "new", "user.session.start", BY_U));
    run.event(&event(60, "late", "user.session.end", BY_U));
    assert!(run.said.is_empty(), "{:?}", run.said);
    assert_eq!(run.engine.counters().late, 1);
}

#[test]
fn no_single_event_moves_the_watermark_to_a_wrong_time() {
    for wrong in ["9999-12-31T23:59:59Z", "2026-03-09T08:00:00Z", "1970-01-01T00:00:00Z"] {
        for place in 0..5 {
            let set = five();
            let mut run = Run::new(&set);
            for number in 0..5 {
                if place == number {
                    // It comes twice, and is still one event.
                    for _ in 0..2 {
                        run.event(&format!(r#"{{"uuid":"wrong","published":"{wrong}","eventType":"user.session.start","actor":{{"id":"u"}}}}"#));
                    }
                }
                run.event(&event(number * 60, &format!("e{number}"), START, BY_U));
            }
            assert_eq!(run.said, ["+five e4"], "{wrong} before event {place}");
            assert_eq!(run.engine.counters().late, u64::from(wrong.starts_with("1970") && place > 1), "{wrong} before event {place}");
        }
    }
}

#[test]
fn no_event_is_believed_to_be_ahead_of_its_receipt() {
    let set = five();
    let mut engine = Remembering::new(set.plan.clone(), Limits::default());
    let mut one = Event::new();
    for (number, published) in ["9999-12-31T23:59:59Z", "9998-12-31T23:59:59Z"].iter().enumerate() {
        let json = format!(r#"{{"uuid":"w{number}","published":"{published}","eventType":"user.session.start","actor":{{"id":"u"}}}}"#);
        one.read(&set.layout, json.as_bytes(), &Origin::default()).unwrap();
        engine.observe(&one, Some(at(0)));
    }
    assert_eq!(engine.watermark(""), Some(at(300).minus(Span::hours(1))));
}

#[test]
fn a_long_silence_does_not_hold_the_watermark() {
    let set = five();
    let mut run = Run::new(&set);
    let week = 7 * 86_400;
    for second in [0, 1, week, week + 1, week + 2] {
        run.event(&event(second, &format!("e{second}"), LOCK, BY_U));
    }
    assert_eq!(run.engine.watermark(""), Some(at(week + 2 - 3600)));
}

#[test]
fn a_flood_of_keys_does_not_evict_the_victim() {
    let set = five();
    let limits = Limits { keys_per_history_max: 100, ..Limits::default() };
    let mut run = Run::within(&set, limits);
    for number in 0..20_000 {
        if number % 5000 == 4999 || number < 2 {
            run.event(&event(number / 100, &format!("v{number}"), START, BY_U));
        }
        run.event(&event(number / 100, &format!("f{number}"), START, &format!(r#""actor":{{"id":"flood{number}"}}"#)));
        assert!(run.engine.counters().keys <= 100);
    }
    assert_eq!(run.said, ["+five v14999", "+five v19999"]);
    assert!(run.engine.counters().evicted > 19_000);
}

#[test]
fn bytes_stay_within_their_limit() {
    let set = five();
    let limits = Limits { bytes_max: 2_000_000, ..Limits::default() };
    let mut run = Run::within(&set, limits.clone());
    run.event(&event(0, "v0", START, BY_U));
    run.event(&event(0, "v1", START, BY_U));
    for number in 0..30_000 {
        run.event(&event(number / 100, &format!("f{number}"), START, &format!(r#""actor":{{"id":"flood{number}"}}"#)));
    }
    // Those that came before are remembered apart, eighteen bytes for each.
    assert!(run.engine.counters().bytes < limits.bytes_max + 2_000_000, "{:?}", run.engine.counters());
    for number in 2..5 {
        run.event(&event(300, &format!("v{number}"), START, BY_U));
    }
    assert_eq!(run.said, ["+five v4"]);
}

#[test]
fn what_is_over_is_let_go() {
    let set = five();
    let mut run = Run::new(&set);
    for number in 0..3000 {
        run.event(&event(number * 10, &format!("e{number}"), START, &format!(r#""actor":{{"id":"u{number}"}}"#)));
    }
    // Ten minutes of the window and an hour of lateness, at six events a minute.
    let counters = run.engine.counters();
    assert!((420..=430).contains(&counters.keys), "{counters:?}");
    assert!(counters.bytes < 1_000_000, "{counters:?}");
}

#[test]
fn what_came_first_goes_first_after_others_were_let_go() {
    let set = five();
    let mut run = Run::within(&set, Limits { keys_per_history_max: 500, ..Limits::default() });
    let by = |name: &str, number: i64| format!(r#""actor":{{"id":"{name}{number}"}}"#);
    for number in 0..1000 {
        run.event(&event(number * 10, &format!("e{number}"), START, &by("u", number)));
    }
    // Of the quiet hours some 420 keys are left: they make room for those of a flood, and then the first of the flood itself.
    for number in 0..600 {
        run.event(&event(10_000, &format!("f{number}"), START, &by("f", number)));
    }
    assert_eq!(run.engine.counters().keys, 500);
    for (second, number) in [(1, 99), (1, 101)].into_iter().flat_map(|(first, key)| (first..first + 4).map(move |second| (second, key))) {
        run.event(&event(10_000 + second, &format!("f{number}-{second}"), START, &by("f", number)));
    }
    assert_eq!(run.said, ["+five f101-4"]);
}

#[test]
fn damaged_snapshots_are_refused() {
    let set = five();
    let mut run = Run::new(&set);
    for number in 0..10 {
        run.event(&event(number, &format!("e{number}"), START, BY_U));
    }
    let bytes = run.engine.snapshot();
    let restore = |bytes: &[u8]| Remembering::restore(set.plan.clone(), Limits::default(), bytes);
    assert!(restore(&bytes).is_ok());
    for at in 0..bytes.len() {
        let mut damaged = bytes.clone();
        damaged[at] ^= 0x40;
        assert!(restore(&damaged).is_err(), "byte {at}");
        assert!(restore(&bytes[..at]).is_err(), "cut at {at}");
    }
    let mut newer = bytes.clone();
    newer[8] = 9;
    assert_eq!(restore(&newer).unwrap_err(), BadSnapshot::OtherVersion(9));
    assert_eq!(restore(b"something else").unwrap_err(), BadSnapshot::NotASnapshot);
}

#[test]
fn a_rule_that_changed_begins_anew_and_takes_nothing_back() {
    let before = set(&[("a", r#"eventType == "user.session.end" and not seen(eventType == "user.session.start" by actor.id within 1h)"#)]);
    let after = set(&[("a", r#"eventType == "user.session.end" and not seen(eventType == "user.session.start" by actor.id within 2h)"#)]);
    let mut run = Run::new(&before);
    run.event(&event(100, "end", END, BY_U));
    let mut run = run.reload(&after);
    run.event(&event(50, "start", START, BY_U));
    run.finish();
    assert_eq!(run.said, ["+a end"]);
}

#[test]
fn orgs_are_apart() {
    let set = five();
    let mut engine = Remembering::new(set.plan.clone(), Limits::default());
    let mut one = Event::new();
    let mut said = 0;
    for number in 0..10 {
        let origin = Origin { org: Some(if number % 2 == 0 { "a.okta.com" } else { "b.okta.com" }.into()), ..Origin::default() };
        one.read(&set.layout, event(number, &format!("e{}", number / 2), START, BY_U).as_bytes(), &origin).unwrap();
        said += engine.observe(&one, None).len();
        assert_eq!(
            said,
            match number {
                0..8 => 0,
                8 => 1,
                _ => 2,
            }
        );
    }
}

#[test]
fn an_alert_that_is_withdrawn_is_no_event_any_more() {
    let set = set(&[
        ("first", r#"eventType == "user.session.end" and not seen(eventType == "user.session.start" by actor.id within 1h)"#),
        ("over", r#"count(eventType == "clarion.alert" and alert.severity == "medium" by actor.id within 1h) >= 2"#),
    ]);
    let mut run = Run::new(&set);
    run.event(&event(100, "e1", END, BY_U));
    run.event(&event(200, "e2", END, BY_U));
    assert_eq!(run.said, ["+first e1", "+first e2", "+over e2:first"]);
    run.event(&event(150, "start", START, BY_U));
    assert_eq!(run.said[3..], ["-first e2", "-over e2:first"]);
}

#[test]
fn evidence_tells_as_much_as_decides() {
    let set = set(&[(
        "five",
        r#"eventType == "user.session.start" and count(eventType == "user.session.start" by actor.id within 10m) >= 5 and distinct(client.ipAddress of (eventType == "user.session.start" by actor.id within 10m)) >= 2"#,
    )]);
    let mut run = Run::new(&set);
    let mut last = Vec::new();
    for number in 0..8 {
        last = run.event(&event(number, &format!("e{number}"), START, &format!(r#""actor":{{"id":"u"}},"client":{{"ipAddress":"10.0.0.{number}"}}"#)));
    }
    let Some(Change::Fired(fired)) = last.first() else { panic!("{last:?}") };
    let values: Vec<String> = fired.evidence.iter().map(|evidence| evidence.value.to_string()).collect();
    assert_eq!(values, ["5", "2"], "what decides is told, and no more than that is kept");
}
