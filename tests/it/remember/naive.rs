//! The plainest evaluator: keeps all events, sorts them, and answers by scanning.

use std::collections::BTreeSet;
use std::sync::Arc;

use clarion::evaluate::{Code, Facts, Lowering, Memory, Moment, QuestionId, Questions, values_equal};
use clarion::event::{Event, Layout, Origin, Span, Timestamp, Value};
use clarion::language::{Question, Remember, Typed};
use clarion::pack::Rule;

/// A question with everything in it lowered.
struct Lowered {
    remember: Arc<Remember>,
    population: Code,
    past: Vec<Code>,
    now: Vec<Code>,
    value: Option<Code>,
    steps: Vec<(Code, Vec<Code>)>,
    until: Vec<Code>,
}

pub(super) struct Naive<'a> {
    rules: &'a [Arc<Rule>],
    layout: &'a Layout,
    codes: Vec<Code>,
    lowered: Vec<Lowered>,
    about_alerts: Vec<bool>,
}

struct Whole<'a> {
    naive: &'a Naive<'a>,
    events: &'a [Event],
    /// The rules whose alerts are seen.
    seen: &'a dyn Fn(&str) -> bool,
}

struct At<'a> {
    whole: &'a Whole<'a>,
    index: usize,
}

fn mentions(typed: &Typed) -> bool {
    typed.key().contains("clarion.alert")
}

impl<'a> Naive<'a> {
    pub(super) fn new(rules: &'a [Arc<Rule>], layout: &'a Layout) -> Self {
        let mut questions = Questions::default();
        let lower = |typed: &Typed, questions: &mut Questions| Lowering { layout, questions }.lower(typed);
        let codes = rules.iter().map(|rule| lower(&rule.when, &mut questions)).collect();
        let mut lowered: Vec<Lowered> = Vec::new();
        while let Some(remember) = questions.get(QuestionId(lowered.len() as u32)).cloned() {
            let history = &remember.history;
            let (mut steps, mut until) = (Vec::new(), Vec::new());
            if let Question::Sequence(sequence) = &remember.question {
                for step in &sequence.steps {
                    let keys = step.keys.iter().map(|key| lower(key, &mut questions)).collect();
                    steps.push((lower(&step.population, &mut questions), keys));
                }
                until = sequence.until.iter().map(|until| lower(until, &mut questions)).collect();
            }
            lowered.push(Lowered {
                population: lower(&history.population, &mut questions),
                past: history.keys.iter().map(|key| lower(&key.past, &mut questions)).collect(),
                now: history.keys.iter().map(|key| lower(&key.now, &mut questions)).collect(),
                value: remember.value.as_ref().map(|value| lower(value, &mut questions)),
                steps,
                until,
                remember,
            });
        }
        let about_alerts = rules.iter().map(|rule| mentions(&rule.when)).collect();
        Naive { rules, layout, codes, lowered, about_alerts }
    }

    /// Returns every finding of the sorted stream as (rule, uuid).
    pub(super) fn findings(&self, jsons: &[String]) -> BTreeSet<(String, String)> {
        let mut events = read_all(self.layout, jsons);
        let mut found = BTreeSet::new();
        for about in [false, true] {
            let mut alerts = Vec::new();
            for ((rule, code), _) in self.rules.iter().zip(&self.codes).zip(&self.about_alerts).filter(|(_, is)| **is == about) {
                let seen =
                    |other: &str| about && other != &*rule.id && self.rules.iter().zip(&self.about_alerts).any(|(known, about)| &*known.id == other && !about);
                let whole = Whole { naive: self, events: &events, seen: &seen };
                for (index, event) in events.iter().enumerate() {
                    if alert_of(event, self.layout).is_some_and(|other| !seen(&other)) {
                        continue;
                    }
                    if whole.holds(code, index) {
                        let uuid = event.uuid().unwrap().to_owned();
                        found.insert((rule.id.to_string(), uuid.clone()));
                        let actor: serde_json::Value = serde_json::from_slice(event.raw()).unwrap();
                        let alert = serde_json::json!({
                            "uuid": format!("{uuid}:{}", rule.id), "published": event.published().unwrap().to_string(), "eventType": "clarion.alert",
                            "actor": actor["actor"], "alert": { "rule": &*rule.id, "severity": "medium" }
                        });
                        alerts.push(alert.to_string());
                    }
                }
            }
            events.extend(read_all(self.layout, &alerts));
            events.sort_by_key(order);
        }
        found
    }
}

fn order(event: &Event) -> (Timestamp, String) {
    (event.published().unwrap(), event.uuid().unwrap().to_owned())
}

fn alert_of(event: &Event, layout: &Layout) -> Option<String> {
    if event.event_type() != Some("clarion.alert") {
        return None;
    }
    let slot = layout.slot(&clarion::event::FieldRef::find("alert.rule").unwrap());
    Some(slot.map_or_else(
        || serde_json::from_slice::<serde_json::Value>(event.raw()).unwrap()["alert"]["rule"].as_str().unwrap().to_owned(),
        |slot| event.value(slot).to_string(),
    ))
}

fn read_all(layout: &Layout, jsons: &[String]) -> Vec<Event> {
    let mut events: Vec<Event> = Vec::new();
    for json in jsons {
        let mut event = Event::new();
        event.read(layout, json.as_bytes(), &Origin::default()).unwrap();
        if !events.iter().any(|known| known.uuid() == event.uuid()) {
            events.push(event);
        }
    }
    events.sort_by_key(order);
    events
}

impl Whole<'_> {
    fn time(&self, index: usize) -> Timestamp {
        self.events[index].published().unwrap()
    }

    fn holds(&self, code: &Code, index: usize) -> bool {
        let at = At { whole: self, index };
        code.holds(&Moment::new(&self.events[index], &at))
    }

    fn visible(&self, index: usize, population_about: bool) -> bool {
        alert_of(&self.events[index], self.naive.layout).is_none_or(|rule| population_about && (self.seen)(&rule))
    }

    fn keys(&self, codes: &[Code], index: usize) -> Option<Vec<Value<'static>>> {
        let moment = Moment::new(&self.events[index], &clarion::evaluate::NoMemory);
        codes.iter().map(|code| Some(code.eval(&moment).into_owned()).filter(|value| !value.is_missing())).collect()
    }

    fn value(&self, code: &Code, index: usize) -> Value<'static> {
        let at = At { whole: self, index };
        code.eval(&Moment::new(&self.events[index], &at)).into_owned()
    }

    fn belongs(&self, code: &Code, about: bool, index: usize, asker: usize, steps: &[Option<&dyn Facts>]) -> bool {
        let at = At { whole: self, index };
        self.visible(index, about) && code.holds(&Moment::new(&self.events[index], &at).asked_by(&self.events[asker]).after(steps))
    }

    fn members(&self, lowered: &Lowered, asker: usize) -> Option<Vec<usize>> {
        let now = self.keys(&lowered.now, asker)?;
        let about = mentions(&lowered.remember.history.population);
        let same = |index: &usize| self.keys(&lowered.past, *index).is_some_and(|past| past.iter().zip(&now).all(|(a, b)| values_equal(a, b)));
        Some((0..self.events.len()).filter(same).filter(|index| self.belongs(&lowered.population, about, *index, asker, &[])).collect())
    }

    fn answer(&self, question: QuestionId, asker: usize) -> Value<'static> {
        let lowered = &self.naive.lowered[question.0 as usize];
        let t = self.time(asker);
        let within = lowered.remember.history.within.unwrap_or(Span::micros(i64::MAX));
        let members = self.members(lowered, asker);
        let keyed = members.is_some();
        let members = members.unwrap_or_default();
        let window: Vec<usize> = members.iter().copied().filter(|index| *index <= asker && self.time(*index) > t.minus(within)).collect();
        let before: Vec<usize> = members.iter().copied().filter(|index| *index < asker && self.time(*index) >= t.minus(within)).collect();
        let value = |index: usize| self.value(lowered.value.as_ref().unwrap(), index);
        let mut ranked: Vec<(Value<'static>, usize)> = Vec::new();
        if lowered.value.is_some() {
            for index in &window {
                let value = value(*index);
                match ranked.iter_mut().find(|(known, _)| values_equal(known, &value)) {
                    _ if value.is_missing() => {}
                    Some((_, count)) => *count += 1,
                    None => ranked.push((value, 1)),
                }
            }
        }
        let numbers = || {
            window.iter().map(|index| value(*index)).filter(|value| !value.is_missing()).map(|value| match value {
                Value::Int(number) => number,
                other => panic!("{other:?}"),
            })
        };
        let bool = Value::Bool;
        match &lowered.remember.question {
            Question::Count => Value::Int(window.len() as i64),
            Question::Distinct => Value::Int(ranked.len() as i64),
            Question::Values => Value::List(ranked.into_iter().map(|(value, _)| value).collect()),
            Question::Top(most) => {
                ranked.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
                Value::List(ranked.into_iter().take(*most as usize).map(|(value, _)| value).collect())
            }
            Question::Sum => Value::Int(numbers().sum()),
            Question::Min => numbers().min().map_or(Value::Missing, Value::Int),
            Question::Max => numbers().max().map_or(Value::Missing, Value::Int),
            Question::Avg => {
                let all: Vec<i64> = numbers().collect();
                if all.is_empty() { Value::Missing } else { Value::Float(all.iter().sum::<i64>() as f64 / all.len() as f64) }
            }
            Question::Seen => bool(!before.is_empty()),
            Question::Last => before.last().map_or(Value::Missing, |index| value(*index)),
            Question::First => before.first().map_or(Value::Missing, |index| value(*index)),
            Question::FirstSeen(learning) => {
                let begin = self.events.first().unwrap().published().unwrap();
                let now = value(asker);
                let silent = lowered.remember.history.within.is_some_and(|within| 2 * t.since(begin).as_micros() < within.as_micros());
                let learned = learning.is_none_or(|length| members.iter().any(|index| *index < asker && self.time(*index) <= t.minus(length)));
                bool(keyed && !now.is_missing() && !silent && learned && !before.iter().any(|index| values_equal(&value(*index), &now)))
            }
            Question::TravelSpeed | Question::TravelDistance => {
                let slot = self.naive.layout.slot(&clarion::event::FieldRef::find("geo.point").unwrap()).unwrap();
                let point = |index: usize| match self.events[index].value(slot) {
                    Value::Point(point) => Some((point.lat.to_radians(), point.lon.to_radians())),
                    _ => None,
                };
                let Some((there, here)) = before.iter().rev().find_map(|index| point(*index).map(|place| (*index, place))).zip(point(asker)) else {
                    return Value::Missing;
                };
                let ((at, (lat1, lon1)), (lat2, lon2)) = (there, here);
                let a = ((lat2 - lat1) / 2.0).sin().powi(2) + lat1.cos() * lat2.cos() * ((lon2 - lon1) / 2.0).sin().powi(2);
                let metres = 2.0 * 6_371_008.8 * a.sqrt().min(1.0).asin();
                if matches!(lowered.remember.question, Question::TravelDistance) {
                    return Value::Distance(metres);
                }
                let seconds = t.since(self.time(at)).as_seconds();
                if seconds > 0.0 {
                    Value::Speed(metres / seconds)
                } else if metres < 1.0 {
                    Value::Missing
                } else {
                    Value::Speed(f64::INFINITY)
                }
            }
            Question::FollowedBy => bool(members.iter().any(|index| *index > asker && self.time(*index) <= t.plus(within))),
            Question::ZScore(each) => {
                let each = each.as_micros();
                let Some(first) = members.iter().find(|index| **index <= asker).map(|index| self.time(*index).micros()) else { return Value::Missing };
                let bucket = t.micros().div_euclid(each);
                let count = |at: i64| members.iter().filter(|index| **index <= asker && self.time(**index).micros().div_euclid(each) == at).count() as f64;
                let full: Vec<f64> =
                    (0..bucket).rev().take_while(|at| at * each > t.minus(within).micros()).filter(|at| (at + 1) * each > first).map(count).collect();
                let n = full.len() as f64;
                let mean = full.iter().sum::<f64>() / n;
                let deviation = (full.iter().map(|count| (count - mean).powi(2)).sum::<f64>() / n).sqrt();
                if full.len() < 2 || deviation == 0.0 { Value::Missing } else { Value::Float((count(bucket) - mean) / deviation) }
            }
            Question::Sequence(sequence) => {
                let last = lowered.steps.len() - 1;
                let Some(now) = self.keys(&lowered.steps[last].1, asker) else { return bool(false) };
                let start = t.minus(within);
                let keyed = |keys: &[Code], index: usize| self.keys(keys, index).is_some_and(|past| past.iter().zip(&now).all(|(a, b)| values_equal(a, b)));
                let mut chosen: Vec<Option<usize>> = vec![None; lowered.steps.len()];
                bool(self.step(lowered, sequence, 0, None, None, asker, start, &keyed, &mut chosen))
            }
        }
    }

    /// Tries every choice of events, one after the other.
    #[allow(clippy::too_many_arguments, reason = "a search by hand")]
    fn step(
        &self,
        lowered: &Lowered,
        sequence: &clarion::language::Sequence,
        at: usize,
        before: Option<usize>,
        first: Option<usize>,
        asker: usize,
        start: Timestamp,
        keyed: &dyn Fn(&[Code], usize) -> bool,
        chosen: &mut Vec<Option<usize>>,
    ) -> bool {
        let last = lowered.steps.len() - 1;
        let step = &sequence.steps[at];
        if step.absent {
            return self.step(lowered, sequence, at + 1, before, first, asker, start, keyed, chosen);
        }
        let member = |which: usize, index: usize, chosen: &[Option<usize>]| {
            let steps: Vec<Option<&dyn Facts>> = chosen.iter().map(|index| index.map(|index| &self.events[index] as &dyn Facts)).collect();
            let (code, keys) = &lowered.steps[which];
            keyed(keys, index) && self.time(index) > start && self.belongs(code, mentions(&sequence.steps[which].population), index, asker, &steps)
        };
        let candidates: Vec<usize> = (before.map_or(0, |before| before + 1)..=asker).filter(|index| member(at, *index, chosen)).collect();
        for (place, index) in candidates.iter().enumerate() {
            if (at == last) != (*index == asker) || place + 1 < step.times as usize {
                continue;
            }
            let absent = (0..at).rev().take_while(|which| sequence.steps[*which].absent);
            let mut clean = true;
            for which in absent {
                clean &= !(before.unwrap_or(0) + 1..*index).any(|between| member(which, between, chosen));
            }
            let first = first.unwrap_or(candidates[place + 1 - step.times as usize]);
            if !clean {
                continue;
            }
            chosen[at] = Some(*index);
            if at == last {
                let shared = lowered.remember.history.keys.len() == lowered.steps[last].1.len();
                let steps: Vec<Option<&dyn Facts>> = chosen.iter().map(|index| index.map(|index| &self.events[index] as &dyn Facts)).collect();
                let ended = (first + 1..asker).any(|index| {
                    lowered.until.iter().any(|code| (!shared || keyed(&lowered.steps[last].1, index)) && self.belongs(code, false, index, asker, &steps))
                });
                if !ended {
                    return true;
                }
            } else if self.step(lowered, sequence, at + 1, Some(*index), Some(first), asker, start, keyed, chosen) {
                return true;
            }
            chosen[at] = None;
        }
        false
    }
}

impl Memory for At<'_> {
    fn answer(&self, question: QuestionId, _: &Moment<'_>) -> Value<'static> {
        self.whole.answer(question, self.index)
    }
}
