//! The table of states and the catalogue of troubles: their words are a promise.

use std::fmt::Write as _;
use std::fs;

use clarion::integration::{STATES, State, TROUBLES};

#[test]
fn the_table_of_states_is_as_promised() {
    let mut table = String::new();
    for row in STATES {
        assert_eq!(row.state.row(), row, "each state has one row");
        let _ = writeln!(table, "{}\n  chip: {} ({})\n  {}", row.name, row.chip, row.tone.name(), row.sentence);
        for (which, button) in [("primary", row.primary), ("secondary", row.secondary)] {
            if let Some(button) = button {
                let title = button.title.map(|title| format!(" [{title}]")).unwrap_or_default();
                let _ = writeln!(table, "  {which}: {}{title} = {}", button.label, button.command);
            }
        }
        let _ = writeln!(table, "  doc: {}", row.doc());
    }
    insta::assert_snapshot!(table);
}

#[test]
fn every_state_has_a_row() {
    let all =
        [State::NotConnected, State::Connecting, State::Connected, State::Degraded, State::HookMissing, State::ReconnectWithSaved, State::ReconnectWithNew];
    all.iter().for_each(|state| assert_eq!(state.row().state, *state));
    assert_eq!(STATES.len(), all.len());
}

/// The anchor that a heading gets.
fn anchor(heading: &str) -> String {
    let kept = heading.to_lowercase();
    kept.chars().filter(|c| c.is_alphanumeric() || *c == ' ' || *c == '-').map(|c| if c == ' ' { '-' } else { c }).collect()
}

#[test]
fn every_anchor_is_a_heading_and_every_text_stands_below_it() {
    let page = fs::read_to_string("docs/connecting.md").expect("the page");
    let anchors: Vec<String> = page.lines().filter_map(|line| line.strip_prefix('#')).map(|line| anchor(line.trim_start_matches('#').trim())).collect();
    for row in STATES {
        assert!(anchors.iter().any(|anchor| anchor == row.anchor), "{}", row.anchor);
    }
    let flat = page.split_whitespace().collect::<Vec<_>>().join(" ");
    for trouble in TROUBLES {
        assert!(anchors.iter().any(|anchor| anchor == trouble.slug), "{}", trouble.slug);
        assert!(page.contains(&format!("# {}\n", trouble.title)), "{}", trouble.title);
        trouble.texts.iter().for_each(|text| assert!(flat.contains(text), "{text}"));
    }
    assert!(TROUBLES.iter().all(|trouble| anchor(trouble.title) == trouble.slug));
}
