//! What must be told of a finding: everything that is shown, as the events in their order have it, and evidence that is what it says.

use std::collections::BTreeSet;

use clarion::evaluate::{Code, Moment, values_equal};
use clarion::event::{Event, Value};
use clarion::language::Question;

use super::super::telling::{Proof, Telling};
use super::chain::Chain;
use super::past::Past;
use super::program::{Asked, RuleCode};
use super::values::{distinct, int};
use super::{Questioned, possible};

/// Most events of a piece of evidence that are listed from each end.
const LISTED_MAX: usize = 20;

/// Numbers with fractions are added in some order; they are the same when so small a part of them differs.
const SAME: f64 = 1e-9;

/// Says what is wrong with what is told of a rule on an event that is judged alone: nothing that depends on what came before it is known.
pub(super) fn fault_alone(rule: &RuleCode, event: &Event, telling: &Telling) -> Option<String> {
    if !telling.evidence.is_empty() {
        return Some("there is evidence of an event that is judged alone".to_owned());
    }
    let is_sure = |when: &Code| possible(when, event) == [false, true];
    let value = |code: &Code| match code {
        Code::Not(_) | Code::And(_) | Code::Or(_) => match possible(code, event) {
            [true, true] => Value::Missing,
            [_, yes] => Value::Bool(yes),
        },
        other => {
            let questions = Questioned::default();
            let value = other.eval(&Moment::new(event, &questions)).into_owned();
            if questions.0.get() { Value::Missing } else { value }
        }
    };
    shown_otherwise(&rule.shown(is_sure, value), telling)
}

fn shown_otherwise(expected: &[(String, Value<'static>)], telling: &Telling) -> Option<String> {
    let is_same = expected.len() == telling.shown.len() && expected.iter().zip(&telling.shown).all(|((a, x), (b, y))| a == b && same(x, y));
    (!is_same).then(|| format!("shown must be\n    {expected:?}\n  and is\n    {:?}", telling.shown))
}

/// Says whether two values are the same, but for how numbers with fractions were added.
fn same(a: &Value<'_>, b: &Value<'_>) -> bool {
    match (a, b) {
        (Value::Float(a), Value::Float(b)) | (Value::Speed(a), Value::Speed(b)) | (Value::Distance(a), Value::Distance(b)) => {
            a == b || (a - b).abs() <= SAME * a.abs().max(b.abs()).max(1.0)
        }
        (Value::List(a), Value::List(b)) => a.len() == b.len() && a.iter().zip(b.iter()).all(|(a, b)| same(a, b)),
        (Value::Missing, Value::Missing) => true,
        _ => values_equal(a, b),
    }
}

/// Says whether an answer is one that events have made.
fn is_something(value: &Value<'_>) -> bool {
    match value {
        Value::Missing | Value::Bool(false) | Value::Int(0) => false,
        Value::List(parts) => !parts.is_empty(),
        _ => true,
    }
}

impl Past<'_> {
    /// Says what is wrong with what is told of a rule on an event.
    pub(super) fn fault(&self, rule: &RuleCode, asker: usize, telling: &Telling) -> Option<String> {
        let moment = Moment::new(self.facts(asker), self);
        let expected = rule.shown(|when| when.holds(&moment), |code| code.eval(&moment).into_owned());
        if let Some(fault) = shown_otherwise(&expected, telling) {
            return Some(fault);
        }
        let proofs: BTreeSet<&str> = telling.evidence.iter().map(|proof| proof.question.as_str()).collect();
        if proofs.len() < telling.evidence.len() {
            return Some("an answer has evidence twice".to_owned());
        }
        for question in &rule.asks {
            let asked = self.program.asked_by_key(question);
            let proof = telling.evidence.iter().find(|proof| proof.question == *question);
            let fault = match proof {
                Some(proof) => self.disproof(asked, asker, proof),
                None => self.needs_proof(asked, asker).then(|| "there is no evidence".to_owned()),
            };
            if let Some(fault) = fault {
                return Some(format!("{question}: {fault}"));
            }
        }
        let unasked = proofs.into_iter().find(|known| !rule.asks.iter().any(|asked| asked == known));
        unasked.map(|question| format!("{question} has evidence and is not asked"))
    }

    /// Says whether there are events behind an answer.
    fn needs_proof(&self, asked: &Asked, asker: usize) -> bool {
        // Of something that is new it is that there are none.
        let is_of_events = !matches!(asked.remember.question, Question::FirstSeen(_));
        is_of_events && is_something(&self.answer_to(asked, asker))
    }

    /// Says what is wrong with the evidence of an answer.
    fn disproof(&self, asked: &Asked, asker: usize, proof: &Proof) -> Option<String> {
        if !self.needs_proof(asked, asker) {
            return Some("nothing that can be shown made the answer".to_owned());
        }
        let answer = self.answer_to(asked, asker);
        let window = self.window(asked, asker);
        let newest = |count: usize| window[window.len().saturating_sub(count)..].to_vec();
        let (value, events) = match &asked.remember.question {
            // Of what is only compared no more is told than decides.
            Question::Count => (int(proof.count.min(window.len())), newest(proof.count)),
            Question::Distinct => return self.distinct_disproof(asked, &window, &answer, proof),
            Question::Sequence(_) => return self.sequence_disproof(asked, asker, proof),
            Question::Seen | Question::Last => (answer, self.earlier(asked, asker).pop().into_iter().collect()),
            Question::First => (answer, self.earlier(asked, asker).into_iter().take(1).collect()),
            Question::TravelSpeed | Question::TravelDistance => (answer, self.departure(&self.earlier(asked, asker)).into_iter().collect()),
            Question::FollowedBy => (answer, self.later(asked, asker)),
            _ => (answer, window),
        };
        if !same(&value, &proof.value) {
            return Some(format!("the answer is {value:?}, not {:?}", proof.value));
        }
        self.listed_otherwise(&events, proof)
    }

    /// Says what is wrong with the list of some events.
    fn listed_otherwise(&self, events: &[usize], proof: &Proof) -> Option<String> {
        let uuids: Vec<&str> = events.iter().map(|place| self.kept[*place].uuid.as_str()).collect();
        let is_listed = |at: &usize| *at < LISTED_MAX || *at + LISTED_MAX >= uuids.len();
        let listed: Vec<&str> = (0..uuids.len()).filter(is_listed).map(|at| uuids[at]).collect();
        let (first, last) = (events.first().map(|place| self.at(*place)), events.last().map(|place| self.at(*place)));
        let is_right = proof.count == events.len() && proof.uuids == listed && (proof.first, proof.last) == (first, last);
        (!is_right)
            .then(|| format!("the events behind it are {uuids:?}, not {} of them, {:?}, from {:?} to {:?}", proof.count, proof.uuids, proof.first, proof.last))
    }

    /// Finds the events of a list that holds all of them.
    fn whole_list(&self, proof: &Proof) -> Option<Vec<usize>> {
        (proof.count == proof.uuids.len()).then(|| proof.uuids.iter().map(|uuid| self.places.get(uuid.as_str()).copied()).collect()).flatten()
    }

    /// Of different values either all events of the window are told, or the newest of each of so many as decide.
    fn distinct_disproof(&self, asked: &Asked, window: &[usize], answer: &Value<'_>, proof: &Proof) -> Option<String> {
        if same(answer, &proof.value) && proof.count == window.len() {
            return self.listed_otherwise(window, proof);
        }
        let mut newest: Vec<usize> = Vec::new();
        for place in window.iter().rev() {
            let value = self.value(asked, *place);
            let is_new = !value.is_missing() && !newest.iter().any(|known| values_equal(&self.value(asked, *known), &value));
            if is_new && newest.len() < proof.count {
                newest.push(*place);
            }
        }
        newest.reverse();
        let values = distinct(self.values(asked, &newest)).len();
        if !same(&int(values), &proof.value) {
            return Some(format!("the answer is {values}, not {:?}", proof.value));
        }
        self.listed_otherwise(&newest, proof)
    }

    /// The events of a sequence must be steps that complete it without any other event.
    fn sequence_disproof(&self, asked: &Asked, asker: usize, proof: &Proof) -> Option<String> {
        if !same(&Value::Bool(true), &proof.value) {
            return Some(format!("the answer is true, not {:?}", proof.value));
        }
        let steps: usize = asked.steps.iter().filter(|step| !step.is_absent).map(|step| step.times).sum();
        if proof.count != steps {
            return Some(format!("its steps take {steps} events, not {}", proof.count));
        }
        // Of long ones the middle is not listed.
        if proof.count > proof.uuids.len() {
            return None;
        }
        let Some(events) = self.whole_list(proof) else { return Some(format!("it lists events that are not there: {:?}", proof.uuids)) };
        if let Some(fault) = self.listed_otherwise(&events, proof) {
            return Some(fault);
        }
        let is_enough = Chain::of(self, asked, asker).is_some_and(|chain| events.is_sorted() && chain.taking_only(events.into_iter().collect()).is_complete());
        (!is_enough).then(|| format!("these events do not complete it: {:?}", proof.uuids))
    }
}
