//! Rules as code, and every question that they ask.

use std::collections::BTreeSet;
use std::sync::Arc;

use clarion::diagnostic::Level;
use clarion::evaluate::{Code, Lowering, QuestionId, Questions, wanted};
use clarion::event::{Event, FieldRef, Layout, Origin, Slot, Value};
use clarion::language::{ALERT_EVENT_TYPE, Comparison, Key, Node, Question, Remember, Typed};
use clarion::pack::{Library, Part, Rule, Severity};
use serde_json::Value as Json;

/// The rules of a library as code, and every question that they ask.
pub(super) struct Program {
    pub(super) layout: Layout,
    pub(super) uuid: Slot,
    pub(super) point: Slot,
    pub(super) rules: Vec<RuleCode>,
    pub(super) asked: Vec<Asked>,
}

pub(super) struct RuleCode {
    pub(super) id: Arc<str>,
    pub(super) when: Code,
    severity: Vec<(Option<Code>, Severity)>,
    /// What its title, context and groups show, each with its name.
    shows: Vec<(String, Code)>,
    /// The questions that its condition asks itself, by their keys.
    pub(super) asks: BTreeSet<String>,
    pub(super) asks_about_alerts: bool,
    pub(super) when_asks_about_alerts: bool,
    /// The rules that it names in conditions on `alert.rule`.
    pub(super) named: Vec<String>,
}

/// A question as code.
pub(super) struct Asked {
    pub(super) remember: Arc<Remember>,
    pub(super) population: Population,
    pub(super) past_keys: Vec<Code>,
    pub(super) now_keys: Vec<Code>,
    pub(super) value: Option<Code>,
    pub(super) steps: Vec<StepCode>,
    pub(super) until: Vec<Population>,
    /// What groups them: the key that all steps share, if they do.
    pub(super) until_keys: Vec<Code>,
}

pub(super) struct Population {
    pub(super) code: Code,
    /// Alerts belong only to a population that asks for them.
    pub(super) has_alerts: bool,
}

pub(super) struct StepCode {
    pub(super) population: Population,
    pub(super) keys: Vec<Code>,
    pub(super) times: usize,
    pub(super) is_absent: bool,
}

impl Program {
    pub(super) fn new(library: &Library) -> Program {
        let broken: Vec<&str> = library.faults.iter().filter(|fault| fault.level() == Level::Error).map(|fault| fault.message.as_str()).collect();
        assert!(broken.is_empty(), "the rules have errors: {broken:?}");
        let rules: Vec<_> = library.rules().map(|(_, rule)| rule).filter(|rule| rule.enabled).collect();
        let (uuid, point) = (FieldRef::find("uuid").expect("a field"), FieldRef::find("geo.point").expect("a field"));
        let (mut fields, mut records) = (BTreeSet::from([uuid.clone(), point.clone()]), Vec::new());
        for typed in rules.iter().flat_map(|rule| rule.expressions()) {
            wanted(typed, &mut fields, &mut records);
        }
        let layout = Layout::new(fields, records);
        let mut questions = Questions::default();
        let mut lower = Lowering { layout: &layout, questions: &mut questions };
        let rules: Vec<RuleCode> = rules
            .iter()
            .map(|rule| RuleCode {
                id: rule.id.clone(),
                when: lower.lower(&rule.when),
                severity: rule.severity.iter().map(|grade| (grade.when.as_ref().map(|when| lower.lower(when)), grade.level)).collect(),
                shows: shows(rule).into_iter().map(|(name, typed)| (name, lower.lower(typed))).collect(),
                asks: asks(&rule.when),
                asks_about_alerts: rule.expressions().any(|typed| asks_about_alerts(typed)),
                when_asks_about_alerts: asks_about_alerts(&rule.when),
                named: rule.expressions().flat_map(|typed| texts_compared_with(typed, "alert.rule")).collect(),
            })
            .collect();
        let mut asked = Vec::new();
        while let Some(remember) = questions.get(QuestionId(u32::try_from(asked.len()).expect("few questions"))).cloned() {
            let mut lower = Lowering { layout: &layout, questions: &mut questions };
            asked.push(Asked::new(remember, &mut lower));
        }
        let (uuid, point) = (layout.slot(&uuid).expect("wanted"), layout.slot(&point).expect("wanted"));
        Program { layout, uuid, point, rules, asked }
    }

    pub(super) fn asked_by_key(&self, key: &str) -> &Asked {
        self.asked.iter().find(|asked| asked.remember.key() == key).unwrap_or_else(|| panic!("nobody asks {key}"))
    }

    pub(super) fn read(&self, event: &Json, origin: &Origin) -> Event {
        let mut read = Event::new();
        read.read(&self.layout, event.to_string().as_bytes(), origin).expect("an event");
        read
    }
}

impl RuleCode {
    /// Returns how bad its finding is, by which conditions hold.
    pub(super) fn severity(&self, holds: impl Fn(&Code) -> bool) -> &'static str {
        self.severity.iter().find(|(when, _)| when.as_ref().is_none_or(&holds)).map_or("", |(_, level)| level.word())
    }

    /// Returns what is shown of its finding, by which conditions hold and what expressions are.
    pub(super) fn shown(&self, holds: impl Fn(&Code) -> bool, value: impl Fn(&Code) -> Value<'static>) -> Vec<(String, Value<'static>)> {
        let severity = ("severity".to_owned(), Value::Text(self.severity(holds).into()));
        std::iter::once(severity).chain(self.shows.iter().map(|(name, code)| (name.clone(), value(code)))).collect()
    }
}

impl Asked {
    pub(super) fn new(remember: Arc<Remember>, lower: &mut Lowering<'_>) -> Asked {
        let keys = |lower: &mut Lowering<'_>, side: fn(&Key) -> &Arc<Typed>| remember.history.keys.iter().map(|key| lower.lower(side(key))).collect();
        let past_keys = keys(lower, |key| &key.past);
        let now_keys = keys(lower, |key| &key.now);
        let (mut steps, mut until, mut until_keys) = (Vec::new(), Vec::new(), Vec::new());
        if let Question::Sequence(sequence) = &remember.question {
            let texts: Vec<Vec<String>> = sequence.steps.iter().map(|step| step.keys.iter().map(|key| key.key()).collect()).collect();
            if let (Some(last), true) = (sequence.steps.last(), texts.iter().all(|keys| Some(keys) == texts.first())) {
                until_keys.extend(last.keys.iter().map(|key| lower.lower(key)));
            }
            steps.extend(sequence.steps.iter().map(|step| StepCode {
                population: Population::new(&step.population, lower),
                keys: step.keys.iter().map(|key| lower.lower(key)).collect(),
                times: usize::try_from(step.times).expect("at least once"),
                is_absent: step.absent,
            }));
            until.extend(sequence.until.iter().map(|until| Population::new(until, lower)));
        }
        let population = Population::new(&remember.history.population, lower);
        let value = remember.value.as_ref().map(|value| lower.lower(value));
        Asked { remember, population, past_keys, now_keys, value, steps, until, until_keys }
    }
}

impl Population {
    pub(super) fn new(typed: &Typed, lower: &mut Lowering<'_>) -> Population {
        Population { code: lower.lower(typed), has_alerts: asks_about_alerts(typed) }
    }
}

/// Returns what a rule shows of a finding, each with its name.
fn shows(rule: &Rule) -> Vec<(String, &Arc<Typed>)> {
    let title = rule.alert.title.parts.iter().filter_map(|part| match part {
        Part::Value(typed) => Some(("title".to_owned(), typed)),
        Part::Text(_) => None,
    });
    let context = rule.context.iter().map(|(name, typed)| (format!("context {name}"), typed));
    let groups = rule.alert.group_by.iter().map(|typed| ("group".to_owned(), typed));
    title.chain(context).chain(groups).collect()
}

/// Returns the questions that an expression asks itself, those inside of histories not among them.
fn asks(typed: &Typed) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    match &typed.node {
        Node::Remember(remember) => {
            found.insert(remember.key());
        }
        node => node.children(&mut |child| found.extend(asks(child))),
    }
    found
}

pub(super) fn asks_about_alerts(typed: &Typed) -> bool {
    texts_compared_with(typed, "eventType").iter().any(|text| text == ALERT_EVENT_TYPE)
}

/// Returns the texts that a field is compared with for equality, histories included.
fn texts_compared_with(typed: &Typed, path: &str) -> Vec<String> {
    let mut found = Vec::new();
    typed.walk(&mut |part| {
        if let Node::Compare(Comparison::Equal | Comparison::In, _, left, right) = &part.node
            && let Node::Field(_, FieldRef::Known(id)) = &left.unnamed().node
            && id.get().path == path
        {
            found.extend(right.texts().into_iter().map(|(text, _)| text));
        }
    });
    found
}
