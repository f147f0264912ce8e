//! Any text as an expression: no panic, places inside the text, and what is accepted survives its own canonical form.
#![no_main]

use clarion::diagnostic::Sources;
use clarion::language::{Checker, EventTypes, Names, Settings, Snippet, one_line, parse};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let mut sources = Sources::new();
    let file = sources.add("fuzz", text);
    let snippet = Snippet::whole(file, text);
    let mut faults = Vec::new();
    let query = parse(&snippet, &mut faults);
    let parses = faults.is_empty();
    let mut names = Names::default();
    let (settings, event_types) = (Settings::default(), EventTypes::default());
    let meaning = Checker::new(&snippet, &mut names, &settings, &event_types, &mut faults).value(&query);
    for fault in &faults {
        assert!(fault.span.end as usize <= text.len(), "{fault:?}");
        assert!(text.is_char_boundary(fault.span.start as usize) && text.is_char_boundary(fault.span.end as usize), "{fault:?}");
    }
    if parses {
        let written = one_line(&query, &snippet);
        let file = sources.add("written", written.clone());
        let again = Snippet::whole(file, written.clone());
        let mut more = Vec::new();
        let reparsed = parse(&again, &mut more);
        assert!(more.is_empty(), "{written:?}: {more:?}");
        assert_eq!(one_line(&reparsed, &again), written);
        if let Some(meaning) = meaning {
            let mut names = Names::default();
            let second = Checker::new(&again, &mut names, &settings, &event_types, &mut more).value(&reparsed);
            assert_eq!(second.map(|typed| typed.key()), Some(meaning.key()), "{written:?}");
        }
    }
});
