//! Outcomes as JUnit XML: one suite a rule, one test case a case.

use std::collections::BTreeMap;
use std::io;

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};

use crate::cli::escape::shown;
use crate::cli::exit::Refusal;
use crate::diagnostic::{Sources, short};
use crate::rehearsal::{Outcome, Verdict};

use super::passed;

/// Returns the whole document.
pub(super) fn junit(outcomes: &[Outcome], sources: &Sources) -> Result<String, Refusal> {
    let mut suites: BTreeMap<&str, Vec<&Outcome>> = BTreeMap::new();
    for outcome in outcomes {
        suites.entry(&*outcome.rule).or_default().push(outcome);
    }
    let mut bytes = Vec::new();
    write(&suites, outcomes, sources, &mut bytes).map_err(|error| Refusal::world(format!("the report cannot be made: {error}")))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn write(suites: &BTreeMap<&str, Vec<&Outcome>>, outcomes: &[Outcome], sources: &Sources, bytes: &mut Vec<u8>) -> io::Result<()> {
    let mut writer = Writer::new_with_indent(&mut *bytes, b' ', 2);
    writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    let [tests, failures] = numbers(outcomes.iter());
    writer
        .create_element("testsuites")
        .with_attributes([("name", "clarion"), ("tests", &*tests), ("failures", &*failures), ("errors", "0")])
        .write_inner_content(|writer| suites.iter().try_for_each(|(rule, outcomes)| suite(rule, outcomes, sources, writer)))?;
    bytes.push(b'\n');
    Ok(())
}

fn suite(rule: &str, outcomes: &[&Outcome], sources: &Sources, writer: &mut Writer<&mut Vec<u8>>) -> io::Result<()> {
    let [tests, failures] = numbers(outcomes.iter().copied());
    writer
        .create_element("testsuite")
        .with_attributes([("name", rule), ("tests", &*tests), ("failures", &*failures), ("errors", "0")])
        .write_inner_content(|writer| outcomes.iter().try_for_each(|outcome| case(outcome, sources, writer)))?;
    Ok(())
}

fn case(outcome: &Outcome, sources: &Sources, writer: &mut Writer<&mut Vec<u8>>) -> io::Result<()> {
    // Control characters are no XML, however they are written.
    let name = shown(&outcome.case);
    let line = sources.position(outcome.at.file, outcome.at.start).line.to_string();
    let element = writer.create_element("testcase").with_attributes([
        ("classname", &*outcome.rule),
        ("name", &*name),
        ("file", sources.name(outcome.at.file)),
        ("line", &*line),
    ]);
    let (tag, message, text) = match &outcome.verdict {
        Verdict::Passed => return element.write_empty().map(|_| ()),
        Verdict::Failed { way, wanted, got, alerts } => {
            let alerts: Vec<String> = alerts.iter().map(|alert| format!("alert: {} \"{}\"", alert.severity.word(), shown(&alert.title))).collect();
            ("failure", format!("expected {}, got {}, {}", shown(wanted), shown(got), way.words()), alerts.join("\n"))
        }
        Verdict::Unfit(faults) => {
            let faults: Vec<String> = faults.iter().map(|fault| shown(&short(fault, sources)).into_owned()).collect();
            ("failure", "the settings of the case do not fit the rule".to_owned(), faults.join("\n"))
        }
    };
    element.write_inner_content(|writer| {
        let element = writer.create_element(tag).with_attribute(("message", &*message));
        match text.is_empty() {
            true => element.write_empty().map(|_| ()),
            false => element.write_text_content(BytesText::new(&text)).map(|_| ()),
        }
    })?;
    Ok(())
}

/// How many cases there are, and how many of them failed.
fn numbers<'a>(outcomes: impl Iterator<Item = &'a Outcome> + Clone) -> [String; 2] {
    let failed = outcomes.clone().filter(|outcome| !passed(outcome)).count();
    [outcomes.count(), failed].map(|number| number.to_string())
}
