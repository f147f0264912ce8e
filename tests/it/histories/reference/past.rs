//! All events in their order, and the answers that they give.

use std::cell::RefCell;
use std::collections::HashMap;

use clarion::evaluate::{Code, Facts, Memory, Moment, QuestionId, values_equal};
use clarion::event::{Point, Scalar, Span, Timestamp, Type, Value};
use clarion::language::Question;

use super::Kept;
use super::chain::Chain;
use super::program::{Asked, Population, Program};
use super::values::{distance, distinct, int, less, mean, sum, top, zscore};

/// All events in their order, and the answers that they give.
pub(super) struct Past<'p> {
    pub(super) program: &'p Program,
    pub(super) kept: Vec<&'p Kept>,
    pub(super) places: HashMap<&'p str, usize>,
    pub(super) answers: RefCell<HashMap<(QuestionId, usize), Value<'static>>>,
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

/// Returns the answer of a history that is empty.
pub(super) fn nothing(asked: &Asked) -> Value<'static> {
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

pub(super) fn zero(asked: &Asked) -> Value<'static> {
    match asked.remember.value.as_ref().map(|value| value.ty) {
        Some(Type::Scalar(Scalar::Float)) => Value::Float(0.0),
        Some(Type::Scalar(Scalar::Duration)) => Value::Duration(Span::ZERO),
        _ => Value::Int(0),
    }
}

impl<'p> Past<'p> {
    pub(super) fn new(program: &'p Program, mut kept: Vec<&'p Kept>) -> Past<'p> {
        kept.sort_by(|a, b| (a.at, &a.uuid).cmp(&(b.at, &b.uuid)));
        let places = kept.iter().enumerate().map(|(place, kept)| (kept.uuid.as_str(), place)).collect();
        Past { program, kept, places, answers: RefCell::default() }
    }

    pub(super) fn answer_to(&self, asked: &Asked, asker: usize) -> Value<'static> {
        let window = || self.window(asked, asker);
        let earlier = || self.earlier(asked, asker);
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
            Question::FollowedBy => Value::Bool(!self.later(asked, asker).is_empty()),
            Question::ZScore(bucket) => {
                let known = self.members(asked, asker, |place| place <= asker);
                zscore(
                    &known.iter().map(|place| self.at(*place).micros()).collect::<Vec<_>>(),
                    self.at(asker).micros(),
                    asked.remember.history.within.unwrap_or_default().as_micros(),
                    bucket.as_micros(),
                )
            }
            Question::Sequence(_) => Value::Bool(self.sequence(asked, asker)),
        }
    }

    pub(super) fn at(&self, place: usize) -> Timestamp {
        self.kept[place].at
    }

    pub(super) fn facts(&self, place: usize) -> &dyn Facts {
        &self.kept[place].event
    }

    /// Returns the events of (t-D, t], the asker included.
    pub(super) fn window(&self, asked: &Asked, asker: usize) -> Vec<usize> {
        let begin = self.begin_of(asked, asker);
        self.members(asked, asker, |place| place <= asker && begin.is_none_or(|begin| self.at(place) > begin))
    }

    /// Returns the events of [t-D, t), the asker not included.
    pub(super) fn earlier(&self, asked: &Asked, asker: usize) -> Vec<usize> {
        let begin = self.begin_of(asked, asker);
        self.members(asked, asker, |place| place < asker && begin.is_none_or(|begin| self.at(place) >= begin))
    }

    /// Returns the events of (t, t+D], the asker not included.
    pub(super) fn later(&self, asked: &Asked, asker: usize) -> Vec<usize> {
        let end = self.at(asker).plus(asked.remember.history.within.unwrap_or_default());
        self.members(asked, asker, |place| place > asker && self.at(place) <= end)
    }

    fn begin_of(&self, asked: &Asked, asker: usize) -> Option<Timestamp> {
        asked.remember.history.within.map(|within| self.at(asker).minus(within))
    }

    /// Returns the events of a history that share the asker's key, in order, as far as they lie where they must.
    pub(super) fn members(&self, asked: &Asked, asker: usize, lies: impl Fn(usize) -> bool) -> Vec<usize> {
        let Some(key) = self.key(&asked.now_keys, asker) else { return Vec::new() };
        (0..self.kept.len()).filter(|place| lies(*place) && self.belongs(&asked.population, &asked.past_keys, &key, *place, asker, &[])).collect()
    }

    /// Says whether an event is of a population and in a group.
    pub(super) fn belongs(
        &self,
        population: &Population,
        keys: &[Code],
        group: &[Value<'_>],
        place: usize,
        asker: usize,
        steps: &[Option<&dyn Facts>],
    ) -> bool {
        if self.kept[place].alert_of.is_some() && !population.has_alerts {
            return false;
        }
        let in_group = self.key(keys, place).is_some_and(|key| key.iter().zip(group).all(|(one, other)| values_equal(one, other)));
        in_group && population.code.holds(&Moment::new(self.facts(place), self).asked_by(self.facts(asker)).after(steps))
    }

    /// Returns the key of an event; there is none if a part of it is missing.
    pub(super) fn key(&self, keys: &[Code], place: usize) -> Option<Vec<Value<'static>>> {
        let key: Vec<Value<'static>> = keys.iter().map(|key| key.eval(&Moment::new(self.facts(place), self)).into_owned()).collect();
        (!key.iter().any(Value::is_missing)).then_some(key)
    }

    pub(super) fn value(&self, asked: &Asked, place: usize) -> Value<'static> {
        asked.value.as_ref().map_or(Value::Missing, |value| value.eval(&Moment::new(self.facts(place), self)).into_owned())
    }

    /// Returns the values that are there, in the order of the events.
    pub(super) fn values(&self, asked: &Asked, places: &[usize]) -> Vec<Value<'static>> {
        places.iter().map(|place| self.value(asked, *place)).filter(|value| !value.is_missing()).collect()
    }

    pub(super) fn first_seen(&self, asked: &Asked, asker: usize, learning: Option<Span>, earlier: &[usize]) -> bool {
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
    pub(super) fn begin(&self) -> Option<Timestamp> {
        let founded = Timestamp::parse("2009-01-01T00:00:00Z").expect("a time");
        (0..self.kept.len()).map(|place| self.at(place)).find(|at| *at >= founded)
    }

    /// Returns the last event that says where it happened.
    pub(super) fn departure(&self, earlier: &[usize]) -> Option<usize> {
        earlier.iter().rev().copied().find(|place| self.point(*place).is_some())
    }

    fn point(&self, place: usize) -> Option<Point> {
        match self.facts(place).value(self.program.point) {
            Value::Point(point) => Some(point),
            _ => None,
        }
    }

    fn travel(&self, asked: &Asked, asker: usize, earlier: &[usize]) -> Value<'static> {
        let departure = self.departure(earlier);
        let Some((from, start)) = departure.and_then(|place| Some((self.point(place)?, self.at(place)))) else { return Value::Missing };
        let Some(to) = self.point(asker) else { return Value::Missing };
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

    pub(super) fn sequence(&self, asked: &Asked, asker: usize) -> bool {
        Chain::of(self, asked, asker).is_some_and(|chain| chain.is_complete())
    }
}
