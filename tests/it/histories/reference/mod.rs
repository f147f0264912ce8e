//! The reference: what rules that remember must find, worked out the slow and obvious way.
//!
//! Takes the rules and the events of one org; keeps every event, sorts them by (published, uuid) and answers each question to a
//! history by going through all of them. Written from the specification alone: shares the typed tree and the evaluator of one
//! expression on one event with the engine, and nothing else. The only cleverness is that an answer is not worked out twice.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use clarion::diagnostic::Level;
use clarion::evaluate::{Code, Facts, Lowering, Memory, Moment, QuestionId, Questions, values_equal, wanted};
use clarion::event::{Event, FieldRef, Layout, Origin, Point, Scalar, Slot, Source, Span, Timestamp, Type, Value};
use clarion::language::{ALERT_EVENT_TYPE, Comparison, Key, Node, Question, Remember, Typed};
use clarion::pack::{Library, Severity};
use serde_json::{Value as Json, json};

/// Findings: the id of the rule and the uuid of the event; the uuid is empty where the event has none.
pub(super) type Findings = BTreeSet<(String, String)>;

/// How far the watermark may run ahead of the receiver's clock.
const AHEAD_MAX: Span = Span::minutes(5);

/// Mean radius of the earth in metres.
const EARTH_RADIUS: f64 = 6_371_008.8;

/// An event and when it was received, if that is known.
#[derive(Clone, Copy)]
pub(super) struct Arrival<'e> {
    pub(super) event: &'e Json,
    pub(super) received: Option<Timestamp>,
}

/// Returns what the rules of a library find in the events of one org, given in the order of their arrival.
///
/// With a lateness, events that come behind the watermark are evaluated alone; without one nothing is ever late.
pub(super) fn findings(library: &Library, events: &[Json], org: &str, lateness: Option<Span>) -> Findings {
    let arrivals: Vec<Arrival<'_>> = events.iter().map(|event| Arrival { event, received: None }).collect();
    findings_of(library, &arrivals, org, lateness)
}

/// Returns what the rules of a library find in what arrives from one org.
pub(super) fn findings_of(library: &Library, arrivals: &[Arrival<'_>], org: &str, lateness: Option<Span>) -> Findings {
    let program = Program::new(library);
    let origin = Origin { source: Source::File, org: Some(Arc::from(org)) };
    let (kept, alone) = take_in(&program, arrivals, &origin, lateness);
    let mut findings = evaluate_alone(&program, &alone);
    findings.extend(evaluate_together(&program, &kept, &origin));
    findings
}

// ---- events ----------------------------------------------------------------------------------------------------------

/// An event that belongs to history.
struct Kept {
    event: Event,
    at: Timestamp,
    uuid: String,
    /// Of an alert as an event: the rule that raised it.
    alert_of: Option<Arc<str>>,
}

/// Takes each event once, tells those apart that are evaluated alone, and sorts the others.
fn take_in(program: &Program, arrivals: &[Arrival<'_>], origin: &Origin, lateness: Option<Span>) -> (Vec<Kept>, Vec<Event>) {
    let mut seen: HashSet<String> = HashSet::new();
    let mut newest: Option<Timestamp> = None;
    let (mut kept, mut alone) = (Vec::new(), Vec::new());
    for arrival in arrivals {
        let event = program.read(arrival.event, origin);
        let Some(uuid) = event.uuid().map(str::to_owned) else {
            alone.push(event);
            continue;
        };
        if !seen.insert(uuid.clone()) {
            continue;
        }
        let Some(at) = event.published() else {
            alone.push(event);
            continue;
        };
        let watermark = lateness.zip(newest).map(|(lateness, newest)| newest.minus(lateness));
        let trusted = arrival.received.map_or(at, |received| at.min(received.plus(AHEAD_MAX)));
        newest = Some(newest.map_or(trusted, |newest| newest.max(trusted)));
        if watermark.is_some_and(|watermark| at < watermark) {
            alone.push(event);
        } else {
            kept.push(Kept { event, at, uuid, alert_of: None });
        }
    }
    kept.sort_by(|a, b| (a.at, &a.uuid).cmp(&(b.at, &b.uuid)));
    (kept, alone)
}

/// Evaluates events of whose past nobody can be sure: what is found must hold whatever has happened.
fn evaluate_alone(program: &Program, events: &[Event]) -> Findings {
    let mut findings = Findings::new();
    for event in events {
        for rule in &program.rules {
            if possible(&rule.when, event) == [false, true] {
                findings.insert((rule.id.to_string(), event.uuid().unwrap_or("").to_owned()));
            }
        }
    }
    findings
}

/// Evaluates events that are each other's history: first the rules that do not ask about alerts, then those whose alerts are known.
fn evaluate_together(program: &Program, kept: &[Kept], origin: &Origin) -> Findings {
    let plain: BTreeSet<&str> = program.rules.iter().filter(|rule| !rule.asks_about_alerts).map(|rule| &*rule.id).collect();
    let is_there = |id: &&str| program.rules.iter().any(|rule| *rule.id == **id);
    let mut findings = Findings::new();
    let mut alerts: BTreeMap<&str, Vec<Kept>> = BTreeMap::new();
    while alerts.len() < program.rules.len() {
        let round: Vec<&RuleCode> = program
            .rules
            .iter()
            .filter(|rule| !alerts.contains_key(&*rule.id))
            .filter(|rule| !rule.asks_about_alerts || sees(rule, &plain).iter().filter(|id| is_there(id)).all(|id| alerts.contains_key(id)))
            .collect();
        assert!(!round.is_empty(), "rules over alerts form a circle, which the compiler refuses");
        let mut memories: BTreeMap<BTreeSet<&str>, Past<'_>> = BTreeMap::new();
        let mut raised: Vec<(&RuleCode, Vec<Kept>)> = Vec::new();
        for rule in round {
            let visible = if rule.asks_about_alerts { sees(rule, &plain) } else { BTreeSet::new() };
            let past = memories.entry(visible.clone()).or_insert_with(|| {
                let alerts = visible.iter().filter_map(|id| alerts.get(id)).flatten();
                Past::new(program, kept.iter().chain(alerts).collect())
            });
            raised.push((rule, evaluate(rule, past, program, origin)));
        }
        drop(memories);
        for (rule, fired) in raised {
            findings.extend(fired.iter().map(|alert| (rule.id.to_string(), alert.uuid[..alert.uuid.len() - rule.id.len() - 1].to_owned())));
            alerts.insert(&rule.id, fired);
        }
    }
    findings
}

/// Returns the rules whose alerts a rule over alerts sees.
fn sees<'r>(rule: &'r RuleCode, plain: &BTreeSet<&'r str>) -> BTreeSet<&'r str> {
    plain.iter().copied().chain(rule.named.iter().map(String::as_str)).collect()
}

/// Evaluates a rule on every event; gives its alerts as events.
fn evaluate(rule: &RuleCode, past: &Past<'_>, program: &Program, origin: &Origin) -> Vec<Kept> {
    let mut alerts = Vec::new();
    for kept in &past.kept {
        let moment = Moment::new(&kept.event, past);
        if (kept.alert_of.is_none() || rule.when_asks_about_alerts) && rule.when.holds(&moment) {
            let severity = rule.severity.iter().find(|(when, _)| when.as_ref().is_none_or(|when| when.holds(&moment))).map_or("", |(_, level)| level.word());
            let uuid = format!("{}:{}", kept.uuid, rule.id);
            let raw: Json = serde_json::from_slice(kept.event.raw()).expect("it was read before");
            let mut event = json!({
                "eventType": ALERT_EVENT_TYPE,
                "uuid": uuid,
                "published": kept.at.to_string(),
                "alert": { "rule": &*rule.id, "severity": severity },
            });
            if let Some(actor) = raw.get("actor") {
                event["actor"] = actor.clone();
            }
            alerts.push(Kept { event: program.read(&event, origin), at: kept.at, uuid, alert_of: Some(rule.id.clone()) });
        }
    }
    alerts
}

// ---- rules -------------------------------------------------------------------------------------------------------------

/// The rules of a library as code, and every question that they ask.
struct Program {
    layout: Layout,
    uuid: Slot,
    point: Slot,
    rules: Vec<RuleCode>,
    asked: Vec<Asked>,
}

struct RuleCode {
    id: Arc<str>,
    when: Code,
    severity: Vec<(Option<Code>, Severity)>,
    asks_about_alerts: bool,
    when_asks_about_alerts: bool,
    /// The rules that it names in conditions on `alert.rule`.
    named: Vec<String>,
}

/// A question as code.
struct Asked {
    remember: Arc<Remember>,
    population: Population,
    past_keys: Vec<Code>,
    now_keys: Vec<Code>,
    value: Option<Code>,
    steps: Vec<StepCode>,
    until: Vec<Population>,
    /// What groups them: the key that all steps share, if they do.
    until_keys: Vec<Code>,
}

struct Population {
    code: Code,
    /// Alerts belong only to a population that asks for them.
    has_alerts: bool,
}

struct StepCode {
    population: Population,
    keys: Vec<Code>,
    times: usize,
    is_absent: bool,
}

impl Program {
    fn new(library: &Library) -> Program {
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

    fn read(&self, event: &Json, origin: &Origin) -> Event {
        let mut read = Event::new();
        read.read(&self.layout, event.to_string().as_bytes(), origin).expect("an event");
        read
    }
}

impl Asked {
    fn new(remember: Arc<Remember>, lower: &mut Lowering<'_>) -> Asked {
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
    fn new(typed: &Typed, lower: &mut Lowering<'_>) -> Population {
        Population { code: lower.lower(typed), has_alerts: asks_about_alerts(typed) }
    }
}

fn asks_about_alerts(typed: &Typed) -> bool {
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

// ---- histories ---------------------------------------------------------------------------------------------------------

/// All events in their order, and the answers that they give.
struct Past<'p> {
    program: &'p Program,
    kept: Vec<&'p Kept>,
    places: HashMap<&'p str, usize>,
    answers: RefCell<HashMap<(QuestionId, usize), Value<'static>>>,
}

impl Memory for Past<'_> {
    fn answer(&self, question: QuestionId, moment: &Moment<'_>) -> Value<'static> {
        let asked = &self.program.asked[question.0 as usize];
        let place = match moment.here.value(self.program.uuid) {
            Value::Text(uuid) => self.places.get(&*uuid).copied(),
            _ => None,
        };
        let Some(asker) = place else { return nothing(asked) };
        if let Some(answer) = self.answers.borrow().get(&(question, asker)) {
            return answer.clone();
        }
        let answer = self.answer_to(asked, asker);
        self.answers.borrow_mut().insert((question, asker), answer.clone());
        answer
    }
}

/// Says whether a condition may be false, and whether it may be true, where nobody knows what its histories say.
fn possible(condition: &Code, event: &Event) -> [bool; 2] {
    let parts = |parts: &[Code]| -> Vec<[bool; 2]> { parts.iter().map(|part| possible(part, event)).collect() };
    match condition {
        Code::Not(inner) => {
            let [no, yes] = possible(inner, event);
            [yes, no]
        }
        Code::And(all) => [parts(all).iter().any(|[no, _]| *no), parts(all).iter().all(|[_, yes]| *yes)],
        Code::Or(all) => [parts(all).iter().all(|[no, _]| *no), parts(all).iter().any(|[_, yes]| *yes)],
        other => {
            let questions = Questioned::default();
            match other.holds(&Moment::new(event, &questions)) {
                _ if questions.0.get() => [true, true],
                holds => [!holds, holds],
            }
        }
    }
}

/// Notes whether a history was asked.
#[derive(Default)]
struct Questioned(Cell<bool>);

impl Memory for Questioned {
    fn answer(&self, _: QuestionId, _: &Moment<'_>) -> Value<'static> {
        self.0.set(true);
        Value::Missing
    }
}

/// Returns the answer of a history that is empty.
fn nothing(asked: &Asked) -> Value<'static> {
    match asked.remember.question {
        Question::Count | Question::Distinct => Value::Int(0),
        Question::Sum => zero(asked),
        Question::Values | Question::Top(_) => Value::List(Vec::new()),
        Question::Seen | Question::FirstSeen(_) | Question::FollowedBy | Question::Sequence(_) => Value::Bool(false),
        Question::Min
        | Question::Max
        | Question::Avg
        | Question::Last
        | Question::First
        | Question::TravelSpeed
        | Question::TravelDistance
        | Question::ZScore(_) => Value::Missing,
    }
}

fn zero(asked: &Asked) -> Value<'static> {
    match asked.remember.value.as_ref().map(|value| value.ty) {
        Some(Type::Scalar(Scalar::Float)) => Value::Float(0.0),
        Some(Type::Scalar(Scalar::Duration)) => Value::Duration(Span::ZERO),
        _ => Value::Int(0),
    }
}

impl<'p> Past<'p> {
    fn new(program: &'p Program, mut kept: Vec<&'p Kept>) -> Past<'p> {
        kept.sort_by(|a, b| (a.at, &a.uuid).cmp(&(b.at, &b.uuid)));
        let places = kept.iter().enumerate().map(|(place, kept)| (kept.uuid.as_str(), place)).collect();
        Past { program, kept, places, answers: RefCell::default() }
    }

    fn answer_to(&self, asked: &Asked, asker: usize) -> Value<'static> {
        let within = asked.remember.history.within;
        let now = self.at(asker);
        let begin = within.map(|within| now.minus(within));
        // (t-D, t], the asker included.
        let window = || self.members(asked, asker, |place| place <= asker && begin.is_none_or(|begin| self.at(place) > begin));
        // [t-D, t), the asker not included.
        let earlier = || self.members(asked, asker, |place| place < asker && begin.is_none_or(|begin| self.at(place) >= begin));
        let values = || self.values(asked, &window());
        match &asked.remember.question {
            Question::Count => int(window().len()),
            Question::Distinct => int(distinct(values()).len()),
            Question::Sum => sum(zero(asked), values()),
            Question::Min => values().into_iter().reduce(|least, value| if less(&value, &least) { value } else { least }).unwrap_or_default(),
            Question::Max => values().into_iter().reduce(|greatest, value| if less(&greatest, &value) { value } else { greatest }).unwrap_or_default(),
            Question::Avg => {
                let values = values();
                let count = values.len();
                mean(sum(zero(asked), values), count)
            }
            Question::Values => Value::List(distinct(values())),
            Question::Top(most) => Value::List(top(values(), usize::try_from(*most).unwrap_or(0))),
            Question::Seen => Value::Bool(!earlier().is_empty()),
            Question::Last => earlier().last().map_or(Value::Missing, |place| self.value(asked, *place)),
            Question::First => earlier().first().map_or(Value::Missing, |place| self.value(asked, *place)),
            Question::FirstSeen(learning) => Value::Bool(self.first_seen(asked, asker, *learning, &earlier())),
            Question::TravelSpeed | Question::TravelDistance => self.travel(asked, asker, &earlier()),
            Question::FollowedBy => {
                let end = now.plus(within.unwrap_or_default());
                Value::Bool(!self.members(asked, asker, |place| place > asker && self.at(place) <= end).is_empty())
            }
            Question::ZScore(bucket) => {
                let known = self.members(asked, asker, |place| place <= asker);
                zscore(
                    &known.iter().map(|place| self.at(*place).micros()).collect::<Vec<_>>(),
                    now.micros(),
                    within.unwrap_or_default().as_micros(),
                    bucket.as_micros(),
                )
            }
            Question::Sequence(_) => Value::Bool(self.sequence(asked, asker)),
        }
    }

    fn at(&self, place: usize) -> Timestamp {
        self.kept[place].at
    }

    fn facts(&self, place: usize) -> &dyn Facts {
        &self.kept[place].event
    }

    /// Returns the events of a history that share the asker's key, in order, as far as they lie where they must.
    fn members(&self, asked: &Asked, asker: usize, lies: impl Fn(usize) -> bool) -> Vec<usize> {
        let Some(key) = self.key(&asked.now_keys, asker) else { return Vec::new() };
        (0..self.kept.len()).filter(|place| lies(*place) && self.belongs(&asked.population, &asked.past_keys, &key, *place, asker, &[])).collect()
    }

    /// Says whether an event is of a population and in a group.
    fn belongs(&self, population: &Population, keys: &[Code], group: &[Value<'_>], place: usize, asker: usize, steps: &[Option<&dyn Facts>]) -> bool {
        if self.kept[place].alert_of.is_some() && !population.has_alerts {
            return false;
        }
        let in_group = self.key(keys, place).is_some_and(|key| key.iter().zip(group).all(|(one, other)| values_equal(one, other)));
        in_group && population.code.holds(&Moment::new(self.facts(place), self).asked_by(self.facts(asker)).after(steps))
    }

    /// Returns the key of an event; there is none if a part of it is missing.
    fn key(&self, keys: &[Code], place: usize) -> Option<Vec<Value<'static>>> {
        let key: Vec<Value<'static>> = keys.iter().map(|key| key.eval(&Moment::new(self.facts(place), self)).into_owned()).collect();
        (!key.iter().any(Value::is_missing)).then_some(key)
    }

    fn value(&self, asked: &Asked, place: usize) -> Value<'static> {
        asked.value.as_ref().map_or(Value::Missing, |value| value.eval(&Moment::new(self.facts(place), self)).into_owned())
    }

    /// Returns the values that are there, in the order of the events.
    fn values(&self, asked: &Asked, places: &[usize]) -> Vec<Value<'static>> {
        places.iter().map(|place| self.value(asked, *place)).filter(|value| !value.is_missing()).collect()
    }

    fn first_seen(&self, asked: &Asked, asker: usize, learning: Option<Span>, earlier: &[usize]) -> bool {
        let value = self.value(asked, asker);
        if value.is_missing() || self.key(&asked.now_keys, asker).is_none() {
            return false;
        }
        if earlier.iter().any(|place| values_equal(&self.value(asked, *place), &value)) {
            return false;
        }
        let now = self.at(asker);
        if let Some(within) = asked.remember.history.within
            && self.begin().is_none_or(|begin| now.since(begin).as_micros() < within.as_micros() / 2 + within.as_micros() % 2)
        {
            return false;
        }
        // How long a key has been known does not end with the window.
        learning.is_none_or(|learning| !self.members(asked, asker, |place| place < asker && self.at(place) <= now.minus(learning)).is_empty())
    }

    /// Returns when what is known of the org begins: with its first event since Okta was founded.
    fn begin(&self) -> Option<Timestamp> {
        let founded = Timestamp::parse("2009-01-01T00:00:00Z").expect("a time");
        (0..self.kept.len()).map(|place| self.at(place)).find(|at| *at >= founded)
    }

    fn travel(&self, asked: &Asked, asker: usize, earlier: &[usize]) -> Value<'static> {
        let point = |place: usize| match self.facts(place).value(self.program.point) {
            Value::Point(point) => Some(point),
            _ => None,
        };
        let Some((from, start)) = earlier.iter().rev().find_map(|place| Some((point(*place)?, self.at(*place)))) else { return Value::Missing };
        let Some(to) = point(asker) else { return Value::Missing };
        let metres = distance(from, to);
        if matches!(asked.remember.question, Question::TravelDistance) {
            return Value::Distance(metres);
        }
        let seconds = self.at(asker).since(start).as_seconds();
        match (seconds > 0.0, metres < 1.0) {
            (true, _) => Value::Speed(metres / seconds),
            (false, true) => Value::Missing,
            (false, false) => Value::Speed(f64::INFINITY),
        }
    }

    fn sequence(&self, asked: &Asked, asker: usize) -> bool {
        let Some(last) = asked.steps.last() else { return false };
        let (Some(group), Some(within)) = (self.key(&last.keys, asker), asked.remember.history.within) else { return false };
        let chain = Chain { past: self, asked, asker, group, begin: self.at(asker).minus(within) };
        chain.completes(0, None, None, &mut vec![None; asked.steps.len()])
    }
}

/// The search for the events that a sequence's steps take.
struct Chain<'a> {
    past: &'a Past<'a>,
    asked: &'a Asked,
    asker: usize,
    group: Vec<Value<'static>>,
    begin: Timestamp,
}

impl<'a> Chain<'a> {
    /// Says whether the steps from one on can be taken behind the event that completed the step before it; `first` is the chain's first event.
    fn completes(&self, step: usize, before: Option<usize>, first: Option<usize>, taken: &mut Vec<Option<&'a dyn Facts>>) -> bool {
        let Some(code) = self.asked.steps.get(step) else { return !self.is_over(first, taken) };
        if code.is_absent {
            return self.completes(step + 1, before, first, taken);
        }
        let from = before.map_or(0, |before| before + 1);
        let is_last = step + 1 == self.asked.steps.len();
        let candidates = if is_last { from.max(self.asker)..self.asker + 1 } else { from..self.asker };
        for candidate in candidates {
            if !self.takes(code, candidate, taken) {
                continue;
            }
            // The step's last so many events up to the candidate.
            let events: Vec<usize> = (from..=candidate).rev().filter(|place| self.takes(code, *place, taken)).take(code.times).collect();
            let Some(beginning) = events.get(code.times - 1) else { continue };
            // The absent steps between the step before and this one.
            let absent = self.asked.steps[..step].iter().rev().take_while(|step| step.is_absent);
            let refuted = absent.into_iter().any(|absent| (from..candidate).any(|place| self.belongs(absent, place, taken)));
            if refuted {
                continue;
            }
            taken[step] = Some(self.past.facts(candidate));
            if self.completes(step + 1, Some(candidate), first.or(Some(*beginning)), taken) {
                return true;
            }
            taken[step] = None;
        }
        false
    }

    fn takes(&self, step: &StepCode, place: usize, taken: &[Option<&dyn Facts>]) -> bool {
        self.past.at(place) > self.begin && self.belongs(step, place, taken)
    }

    fn belongs(&self, step: &StepCode, place: usize, taken: &[Option<&dyn Facts>]) -> bool {
        self.past.belongs(&step.population, &step.keys, &self.group, place, self.asker, taken)
    }

    /// Says whether an `until` lies between the chain's first event and the current one. It shares the key that all steps share, if they do.
    fn is_over(&self, first: Option<usize>, taken: &[Option<&dyn Facts>]) -> bool {
        let begin = first.map_or(self.asker, |first| first + 1);
        let group: &[Value<'_>] = if self.asked.until_keys.is_empty() { &[] } else { &self.group };
        self.asked.until.iter().any(|until| (begin..self.asker).any(|place| self.past.belongs(until, &self.asked.until_keys, group, place, self.asker, taken)))
    }
}

// ---- values ------------------------------------------------------------------------------------------------------------

fn int(count: usize) -> Value<'static> {
    Value::Int(i64::try_from(count).expect("few events"))
}

fn distinct(values: Vec<Value<'static>>) -> Vec<Value<'static>> {
    let mut found: Vec<Value<'static>> = Vec::new();
    for value in values {
        if !found.iter().any(|known| values_equal(known, &value)) {
            found.push(value);
        }
    }
    found
}

fn top(values: Vec<Value<'static>>, most: usize) -> Vec<Value<'static>> {
    let count = |value: &Value<'_>| values.iter().filter(|other| values_equal(other, value)).count();
    let mut found = distinct(values.clone());
    // The sort is stable, so that ties stay in the order of their first events.
    found.sort_by_key(|value| std::cmp::Reverse(count(value)));
    found.truncate(most);
    found
}

fn less(a: &Value<'_>, b: &Value<'_>) -> bool {
    match (a, b) {
        (Value::Int(a), Value::Int(b)) => a < b,
        (Value::Float(a), Value::Float(b)) => a < b,
        (Value::Duration(a), Value::Duration(b)) => a < b,
        (Value::Time(a), Value::Time(b)) => a < b,
        _ => false,
    }
}

fn sum(zero: Value<'static>, values: Vec<Value<'static>>) -> Value<'static> {
    values.into_iter().fold(zero, |sum, value| match (sum, value) {
        (Value::Int(a), Value::Int(b)) => a.checked_add(b).map_or(Value::Missing, Value::Int),
        (Value::Float(a), Value::Float(b)) => Value::Float(a + b),
        (Value::Duration(a), Value::Duration(b)) => a.as_micros().checked_add(b.as_micros()).map_or(Value::Missing, |sum| Value::Duration(Span::micros(sum))),
        _ => Value::Missing,
    })
}

fn mean(sum: Value<'static>, count: usize) -> Value<'static> {
    let Some(whole) = i64::try_from(count).ok().filter(|count| *count > 0) else { return Value::Missing };
    match sum {
        Value::Int(sum) => Value::Float(sum as f64 / whole as f64),
        Value::Float(sum) => Value::Float(sum / whole as f64),
        Value::Duration(sum) => Value::Duration(Span::micros(sum.as_micros() / whole)),
        _ => Value::Missing,
    }
}

/// How far the count of the current bucket lies from the mean of the full ones before it. The times are those of the key's events up to now.
fn zscore(times: &[i64], now: i64, within: i64, length: i64) -> Value<'static> {
    let Some(first) = times.first() else { return Value::Missing };
    let current = now.div_euclid(length);
    let count = |bucket: i64| times.iter().filter(|time| time.div_euclid(length) == bucket).count() as f64;
    // Full buckets begin inside (t-D, t], and not before the bucket of the key's first event.
    let oldest = (now - within).div_euclid(length) + 1;
    let full: Vec<f64> = (oldest.max(first.div_euclid(length))..current).map(count).collect();
    if full.len() < 2 {
        return Value::Missing;
    }
    let many = full.len() as f64;
    let mean = full.iter().sum::<f64>() / many;
    let deviation = (full.iter().map(|count| (count - mean).powi(2)).sum::<f64>() / many).sqrt();
    if deviation == 0.0 { Value::Missing } else { Value::Float((count(current) - mean) / deviation) }
}

/// Returns the distance of two positions in metres, along the great circle.
fn distance(a: Point, b: Point) -> f64 {
    let half = |degrees: f64| (degrees.to_radians() / 2.0).sin().powi(2);
    let chord = half(b.lat - a.lat) + a.lat.to_radians().cos() * b.lat.to_radians().cos() * half(b.lon - a.lon);
    2.0 * EARTH_RADIUS * chord.sqrt().min(1.0).asin()
}
