//! Typed expressions as a rule would write them, for explanations and evidence.

use super::typed::{History, JsonStep, Key, Node, Quantifier, Question, Remember, Scope, Sequence, Step, Typed};
use crate::event::Value;

impl Typed {
    /// Returns the expression as text; names stand for themselves.
    pub fn text(&self) -> String {
        Writer::default().expression(self)
    }
}

impl History {
    /// Returns the history as text.
    pub fn text(&self) -> String {
        Writer::default().history(self)
    }
}

impl Remember {
    /// Returns the question as text.
    pub fn text(&self) -> String {
        Writer::default().question(self)
    }
}

/// Writes expressions where they stand: inside of a sequence or of none, and of the event at hand or of the one that asks.
#[derive(Default)]
struct Writer<'s> {
    steps: &'s [Step],
    /// What stands before the fields of the event at hand.
    here: &'static str,
}

impl Writer<'_> {
    fn expression(&self, typed: &Typed) -> String {
        match &typed.node {
            Node::Constant(value) => literal(value),
            Node::Setting(name, _) => format!("${name}"),
            Node::List(parts) => format!("[{}]", joined(parts.iter().map(|part| self.expression(part)), ", ")),
            Node::Range(low, high) => format!("{low}..{high}"),
            Node::Field(scope, field) => format!("{}{}", self.scope(*scope), field.path()),
            Node::Element(_, field) => format!(".{}", field.get().path),
            Node::Indexed(scope, kind, at, field) => format!("{}{}[{at}].{}", self.scope(*scope), kind.path(), field.get().path),
            Node::Records(scope, kind, filters) => {
                filters.iter().fold(format!("{}{}", self.scope(*scope), kind.path()), |list, filter| format!("filter({list}, {})", self.expression(filter)))
            }
            Node::Picked(base, at, field) => format!("{}[{at}].{}", self.expression(base), field.get().path),
            Node::Json(base, steps) => steps.iter().fold(self.expression(base), |text, step| match step {
                JsonStep::Key(key) => format!("{text}[{}]", super::check::quoted(key)),
                JsonStep::Index(index) => format!("{text}[{index}]"),
            }),
            Node::At(base, at) => format!("{}[{at}]", self.expression(base)),
            Node::Not(inner) => format!("not {}", self.grouped(inner)),
            Node::And(parts) => {
                joined(parts.iter().map(|part| if matches!(part.node, Node::Or(_)) { self.grouped(part) } else { self.expression(part) }), " and ")
            }
            Node::Or(parts) => joined(parts.iter().map(|part| self.expression(part)), " or "),
            Node::Negate(inner) => format!("-{}", self.grouped(inner)),
            Node::Arithmetic(operator, left, right) => format!("{} {} {}", self.grouped(left), operator.text(), self.grouped(right)),
            Node::Compare(op, fold, left, right) => format!("{} {} {}", self.expression(left), op.text(*fold), self.expression(right)),
            Node::Matches(left, patterns) => {
                format!("{} matches {}", self.expression(left), joined(patterns.iter().map(|pattern| format!("/{}/", pattern.text)), ", "))
            }
            Node::Call(function, arguments) => format!("{}({})", function.name(), joined(arguments.iter().map(|part| self.expression(part)), ", ")),
            Node::Quantified(quantifier, records, condition) => {
                let name = match quantifier {
                    Quantifier::Any => "any",
                    Quantifier::All => "all",
                    Quantifier::None => "none",
                };
                format!("{name}({}, {})", self.expression(records), self.expression(condition))
            }
            Node::Named(name, _) => name.to_string(),
            Node::Remember(remember) => self.question(remember),
        }
    }
    fn history(&self, history: &History) -> String {
        let asks = Writer { steps: self.steps, here: "now." };
        let compared = history.keys.iter().filter(|key| !is_shared(key));
        let compared: String = compared.map(|key| format!(" and {} == {}", self.grouped(&key.past), asks.grouped(&key.now))).collect();
        let is_alternative = !compared.is_empty() && matches!(history.population.node, Node::Or(_));
        let population = if is_alternative { self.grouped(&history.population) } else { self.expression(&history.population) };
        population + &compared + &self.keys(history) + &within(history)
    }

    /// Writes what groups a history. Keys that are compared with others of the event that asks are a part of its population.
    fn keys(&self, history: &History) -> String {
        by(joined(history.keys.iter().filter(|key| is_shared(key)).map(|key| self.expression(&key.past)), ", "))
    }

    fn question(&self, remember: &Remember) -> String {
        let history = || self.history(&remember.history);
        let of = |name: &str, rest: String| match &remember.value {
            Some(value) => format!("{name}({} of ({}){rest})", self.expression(value), history()),
            None => format!("{name}({}{rest})", history()),
        };
        match &remember.question {
            Question::Top(most) => of("top", format!(", {most}")),
            Question::FirstSeen(Some(learning)) => of("first_seen", format!(", learning {learning}")),
            Question::ZScore(each) => of("zscore", format!(", each {each}")),
            Question::Sequence(sequence) => self.sequence(sequence, &remember.history),
            Question::Count => of("count", String::new()),
            Question::Distinct => of("distinct", String::new()),
            Question::Sum => of("sum", String::new()),
            Question::Min => of("min", String::new()),
            Question::Max => of("max", String::new()),
            Question::Avg => of("avg", String::new()),
            Question::Values => of("values", String::new()),
            Question::Seen => of("seen", String::new()),
            Question::Last => of("last", String::new()),
            Question::First => of("first", String::new()),
            Question::FirstSeen(None) => of("first_seen", String::new()),
            Question::TravelSpeed => of("travel_speed", String::new()),
            Question::TravelDistance => of("travel_distance", String::new()),
            Question::FollowedBy => of("followed_by", String::new()),
        }
    }

    fn sequence(&self, sequence: &Sequence, history: &History) -> String {
        let inside = Writer { steps: &sequence.steps, here: "" };
        let mut parts: Vec<String> = sequence.steps.iter().map(|step| inside.step(step, history.keys.is_empty())).collect();
        // Behind all steps: it can call any of them by its name.
        parts.extend(sequence.until.iter().map(|until| format!("until {}", inside.expression(until))));
        format!("sequence({}{}{})", parts.join(", "), self.keys(history), within(history))
    }

    fn step(&self, step: &Step, has_own_keys: bool) -> String {
        let name = step.name.as_ref().map_or_else(String::new, |name| format!("{name}: "));
        let times = if step.times > 1 { format!("{} times ", step.times) } else { String::new() };
        let keys = if has_own_keys { by(joined(step.keys.iter().map(|key| self.expression(key)), ", ")) } else { String::new() };
        let population = self.expression(&step.population);
        // A bare `not` would be a step that must not happen.
        let is_group = !keys.is_empty() || matches!(step.population.node, Node::Not(_)) || (step.absent && is_compound(&step.population));
        let population = if is_group { format!("({population}{keys})") } else { population };
        format!("{name}{times}{}{population}", if step.absent { "not " } else { "" })
    }

    /// Writes which event a field is of: a step by its name, or by its place if it has none.
    fn scope(&self, scope: Scope) -> String {
        match scope {
            Scope::Here => self.here.to_owned(),
            Scope::Now => "now.".to_owned(),
            Scope::Step(at) => match self.steps.get(at).and_then(|step| step.name.as_ref()) {
                Some(name) => format!("{name}."),
                None => format!("step {}'s ", at + 1),
            },
        }
    }

    fn grouped(&self, typed: &Typed) -> String {
        if is_compound(typed) { format!("({})", self.expression(typed)) } else { self.expression(typed) }
    }
}

fn is_compound(typed: &Typed) -> bool {
    matches!(typed.node, Node::And(_) | Node::Or(_) | Node::Arithmetic(..) | Node::Compare(..) | Node::Matches(..))
}

/// Says whether a key is the same of past events and of the one that asks.
fn is_shared(key: &Key) -> bool {
    key.past.text() == key.now.text()
}

/// Writes keys behind what they group.
fn by(keys: String) -> String {
    if keys.is_empty() { keys } else { format!(" by {keys}") }
}

fn within(history: &History) -> String {
    history.within.map_or_else(String::new, |within| format!(" within {within}"))
}

fn joined(parts: impl Iterator<Item = String>, separator: &str) -> String {
    parts.collect::<Vec<_>>().join(separator)
}

fn literal(value: &Value<'_>) -> String {
    match value {
        Value::Text(text) => super::check::quoted(text),
        Value::List(parts) => format!("[{}]", joined(parts.iter().map(literal), ", ")),
        Value::Address(_) | Value::Network(_) | Value::Time(_) => super::check::quoted(&value.to_string()),
        Value::Distance(metres) => format!("{}km", metres / METRES_PER_KILOMETRE),
        Value::Speed(speed) => format!("{}km/h", per_hour(*speed)),
        value => value.to_string(),
    }
}

const METRES_PER_KILOMETRE: f64 = 1000.0;

/// Returns a speed, given in metres per second, in kilometres per hour: as it was written, where that is a number of a few digits.
fn per_hour(speed: f64) -> f64 {
    let exact = speed * 3.6;
    let short = (exact * 1e6).round() / 1e6;
    if short / 3.6 == speed { short } else { exact }
}
