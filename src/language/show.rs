//! Typed expressions as a rule would write them, for explanations and evidence.

use super::typed::{History, JsonStep, Node, Quantifier, Question, Remember, Scope, Typed};
use crate::event::Value;

impl Typed {
    /// Returns the expression as text; names stand for themselves.
    pub fn text(&self) -> String {
        match &self.node {
            Node::Constant(value) => literal(value),
            Node::Setting(name, _) => format!("${name}"),
            Node::List(parts) => format!("[{}]", joined(parts.iter().map(|part| part.text()), ", ")),
            Node::Range(low, high) => format!("{low}..{high}"),
            Node::Field(scope, field) => format!("{}{}", prefix(*scope), field.path()),
            Node::Element(_, field) => format!(".{}", field.get().path),
            Node::Indexed(scope, kind, at, field) => format!("{}{}[{at}].{}", prefix(*scope), kind.path(), field.get().path),
            Node::Records(scope, kind, filters) => {
                filters.iter().fold(format!("{}{}", prefix(*scope), kind.path()), |list, filter| format!("filter({list}, {})", filter.text()))
            }
            Node::Picked(base, at, field) => format!("{}[{at}].{}", base.text(), field.get().path),
            Node::Json(base, steps) => steps.iter().fold(base.text(), |text, step| match step {
                JsonStep::Key(key) => format!("{text}[{}]", super::check::quoted(key)),
                JsonStep::Index(index) => format!("{text}[{index}]"),
            }),
            Node::At(base, at) => format!("{}[{at}]", base.text()),
            Node::Not(inner) => format!("not {}", grouped(inner)),
            Node::And(parts) => joined(parts.iter().map(|part| if matches!(part.node, Node::Or(_)) { grouped(part) } else { part.text() }), " and "),
            Node::Or(parts) => joined(parts.iter().map(|part| part.text()), " or "),
            Node::Negate(inner) => format!("-{}", grouped(inner)),
            Node::Arithmetic(operator, left, right) => format!("{} {} {}", grouped(left), operator.text(), grouped(right)),
            Node::Compare(op, fold, left, right) => format!("{} {} {}", left.text(), op.text(*fold), right.text()),
            Node::Matches(left, patterns) => format!("{} matches {}", left.text(), joined(patterns.iter().map(|pattern| format!("/{}/", pattern.text)), ", ")),
            Node::Call(function, arguments) => format!("{}({})", function.name(), joined(arguments.iter().map(|part| part.text()), ", ")),
            Node::Quantified(quantifier, records, condition) => {
                let name = match quantifier {
                    Quantifier::Any => "any",
                    Quantifier::All => "all",
                    Quantifier::None => "none",
                };
                format!("{name}({}, {})", records.text(), condition.text())
            }
            Node::Named(name, _) => name.to_string(),
            Node::Remember(remember) => remember.text(),
        }
    }
}

impl History {
    /// Returns the history as text.
    pub fn text(&self) -> String {
        let mut out = self.population.text();
        if !self.keys.is_empty() {
            let keys = self.keys.iter().map(|key| {
                let (past, now) = (key.past.text(), key.now.text());
                if past == now { past } else { format!("{past} == now.{now}") }
            });
            out.push_str(" by ");
            out.push_str(&joined(keys, ", "));
        }
        if let Some(within) = self.within {
            out.push_str(&format!(" within {within}"));
        }
        out
    }
}

impl Remember {
    /// Returns the question as text.
    pub fn text(&self) -> String {
        let of = |name: &str| match &self.value {
            Some(value) => format!("{name}({} of {})", value.text(), self.history.text()),
            None => format!("{name}({})", self.history.text()),
        };
        match &self.question {
            Question::Count => of("count"),
            Question::Distinct => of("distinct"),
            Question::Sum => of("sum"),
            Question::Min => of("min"),
            Question::Max => of("max"),
            Question::Avg => of("avg"),
            Question::Values => of("values"),
            Question::Top(_) => of("top"),
            Question::Seen => of("seen"),
            Question::Last => of("last"),
            Question::First => of("first"),
            Question::FirstSeen(_) => of("first_seen"),
            Question::TravelSpeed => of("travel_speed"),
            Question::TravelDistance => of("travel_distance"),
            Question::FollowedBy => of("followed_by"),
            Question::ZScore(each) => format!("zscore({}, each {each})", self.history.text()),
            Question::Sequence(sequence) => {
                let steps = sequence.steps.iter().map(|step| {
                    let times = if step.times > 1 { format!("{} times ", step.times) } else { String::new() };
                    format!("{}{times}{}", if step.absent { "not " } else { "" }, step.population.text())
                });
                format!("sequence({})", joined(steps, ", "))
            }
        }
    }
}

fn prefix(scope: Scope) -> String {
    match scope {
        Scope::Here => String::new(),
        Scope::Now => "now.".to_owned(),
        Scope::Step(at) => format!("step {}'s ", at + 1),
    }
}

fn grouped(typed: &Typed) -> String {
    match typed.node {
        Node::And(_) | Node::Or(_) | Node::Arithmetic(..) | Node::Compare(..) => format!("({})", typed.text()),
        _ => typed.text(),
    }
}

fn joined(parts: impl Iterator<Item = String>, separator: &str) -> String {
    parts.collect::<Vec<_>>().join(separator)
}

fn literal(value: &Value<'_>) -> String {
    match value {
        Value::Text(text) => super::check::quoted(text),
        Value::List(parts) => format!("[{}]", joined(parts.iter().map(literal), ", ")),
        value => value.to_string(),
    }
}
