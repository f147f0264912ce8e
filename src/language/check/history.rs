//! Histories and the questions asked of them.

use std::sync::Arc;

use super::{Checker, Meaning, SharedHistory};
use crate::diagnostic::{Code, Diagnostic, Span};
use crate::event::{Scalar, Span as Duration, Type, Value};
use crate::language::ast::{Argument, ArgumentKind, Call, Comparison, Expr, Kind, Place, Quantity, Query, Within};
use crate::language::functions::{HistoryFunction, Row};
use crate::language::typed::{History, Key, Node, Question, Remember, Scope, Sequence, Step, Typed};

/// How long Okta keeps its log.
const RETENTION: Duration = Duration::days(90);

/// Most repetitions of one step.
const TIMES_MAX: i64 = 1000;

impl Checker<'_> {
    /// Checks a history: a name of one, or a population with its tail.
    pub(super) fn history(&mut self, query: &Query) -> Option<SharedHistory> {
        let base = match &query.expr.kind {
            Kind::Paren(inner) if inner.has_tail() || self.names_history(&inner.expr) => Some(self.history(inner)?),
            Kind::Path(path) if path.segments.is_empty() => match self.named(&path.name, path.name_at) {
                Some(Meaning::History(history)) => Some(history),
                Some(Meaning::Broken) => return None,
                _ => None,
            },
            _ => None,
        };
        // Every part is checked before one that is at fault ends the matter.
        let population = if base.is_none() { self.population(&query.expr) } else { None };
        let keys: Vec<Option<Key>> = query.keys.iter().map(|key| self.key(key)).collect();
        let within = match &query.within {
            Some(within) => Some(self.within(within)?),
            None => None,
        };
        let Some(base) = base else {
            let keys: Vec<Key> = keys.into_iter().collect::<Option<_>>()?;
            return Some(assemble(population?, keys, within, self.span(query.at)));
        };
        let keys: Vec<Key> = keys.into_iter().collect::<Option<_>>()?;
        if !query.has_tail() {
            return Some(base);
        }
        if let (Some(_), Some(tail)) = (base.within, &query.within) {
            let fault = self.fault(Code::HistoryNeeded, tail.at, "this history already has a `within`").label("a second length").also(base.at, "the history");
            self.push(fault);
            return None;
        }
        let mut joined = base.keys.clone();
        joined.extend(keys);
        Some(Arc::new(History { population: base.population.clone(), keys: joined, within: base.within.or(within), at: self.span(query.at) }))
    }

    fn population(&mut self, expr: &Expr) -> Option<Arc<Typed>> {
        let surroundings = self.population_surroundings(Vec::new(), Vec::new());
        let typed = self.surrounded(surroundings, |checker| checker.expr(expr))?;
        if typed.ty == Type::Scalar(Scalar::Bool) {
            return Some(typed);
        }
        let text = self.snippet.get(expr.at).to_owned();
        let fault = self
            .fault(Code::HistoryNeeded, expr.at, "a history is needed here")
            .label(format!("this is {}", typed.ty))
            .help(format!("say which events: `eventType == \"...\" by {} within 1h`", if text.len() < 40 { &text } else { "actor.id" }));
        self.push(fault);
        None
    }

    fn key(&mut self, key: &Expr) -> Option<Key> {
        if let Kind::Path(path) = &key.kind
            && self.is_record(path)
        {
            let text = self.snippet.get(key.at).to_owned();
            let fault = self
                .fault(Code::BadKey, key.at, "events cannot be grouped by this")
                .label("this is a record")
                .help(format!("name a field of it, such as `{text}.id`"));
            self.push(fault);
            return None;
        }
        let surroundings = super::Surroundings::default();
        let typed = self.surrounded(surroundings, |checker| checker.expr(key))?;
        let bad = match typed.ty {
            Type::Scalar(Scalar::Json | Scalar::Point) | Type::List(_) | Type::Records(_) | Type::Record(_) => Some(format!("this is {}", typed.ty)),
            _ if typed.constant().is_some() => Some("this is the same for every event".to_owned()),
            _ if typed.remembers() => Some("this asks a history itself".to_owned()),
            _ => None,
        };
        if let Some(label) = bad {
            let fault = self
                .fault(Code::BadKey, key.at, "events cannot be grouped by this")
                .label(label)
                .help("a key is a field with a single value, such as `actor.id` or `client.ipAddress`");
            self.push(fault);
            return None;
        }
        Some(Key { past: typed.clone(), now: typed })
    }

    fn within(&mut self, within: &Within) -> Option<Duration> {
        let at = within.value.at;
        let length = match &within.value.kind {
            Kind::Quantity(Quantity::Duration(length)) => *length,
            Kind::Quantity(_) => {
                let fault = self
                    .fault(Code::WrongUnit, at, "`within` needs a duration")
                    .label("this is not a length of time")
                    .help("a duration is written like `15m` or `1h30m`");
                self.push(fault);
                return None;
            }
            Kind::Int(_) | Kind::Float(_) => {
                let text = self.snippet.get(at).to_owned();
                let fault = self
                    .fault(Code::MalformedQuantity, at, "this duration has no unit")
                    .label("seconds, minutes, hours or days?")
                    // Only the author knows the unit, so this is advice and not a fix.
                    .help(format!("write `{text}m` for minutes"));
                self.push(fault);
                return None;
            }
            Kind::Setting(name) => {
                let typed = self.setting(at, name)?;
                match typed.constant() {
                    Some(Value::Duration(length)) => length,
                    _ => {
                        let fault = self.fault(Code::WrongUnit, at, "`within` needs a duration").label(format!("this setting is {}", typed.ty));
                        self.push(fault);
                        return None;
                    }
                }
            }
            _ => return None,
        };
        self.length(length, at)
    }

    fn length(&mut self, length: Duration, at: Place) -> Option<Duration> {
        if length <= Duration::micros(0) {
            let fault = self.fault(Code::EmptyWindow, at, "a window must be longer than nothing").label("no event can lie in it");
            self.push(fault);
            return None;
        }
        if length > RETENTION {
            let fault = self
                .fault(Code::WindowOverRetention, at, "this window is longer than Okta keeps its log")
                .label("Okta keeps 90 days")
                .help("it fills only from events that Clarion itself has seen; after a new start it is blind for what lies further back");
            self.push(fault);
        }
        Some(length)
    }

    /// Checks a call of a function over a history.
    pub(super) fn history_call(&mut self, place: Place, row: &Row, function: HistoryFunction, of: bool, call: &Call) -> Option<Arc<Typed>> {
        if function == HistoryFunction::Sequence {
            return self.sequence(place, row, call);
        }
        let mut value = None;
        let mut history = None;
        let mut number = None;
        let mut period: Option<(String, Duration, Place)> = None;
        let mut sound = true;
        for argument in &call.arguments {
            match &argument.kind {
                ArgumentKind::Of { value: taken, history: query } if of && history.is_none() => {
                    value = Some((self.taken_value(taken), taken.at));
                    history = Some((self.history(query), query));
                }
                ArgumentKind::Of { .. } if !of => {
                    sound = false;
                    self.refuse(Code::BadOf, argument.at, format!("`{}` takes a history without `of`", row.name), row);
                }
                ArgumentKind::Period { word, length, length_at } if period.is_none() && word == expected_period(function) => match length {
                    Quantity::Duration(length) => period = Some((word.clone(), *length, argument.at)),
                    _ => {
                        sound = false;
                        self.refuse(Code::WrongUnit, *length_at, format!("`{word}` needs a duration"), row);
                    }
                },
                ArgumentKind::Plain { label: None, times: None, value: query } if function == HistoryFunction::Top && history.is_some() && number.is_none() => {
                    number = Some(query)
                }
                ArgumentKind::Plain { label: None, times: None, value: query } if !of && history.is_none() => history = Some((self.history(query), query)),
                ArgumentKind::Plain { label: None, times: None, value: query } if of && history.is_none() => {
                    sound = false;
                    let message = format!("`{}` needs to know of what: `value of history`", row.name);
                    self.refuse(Code::BadOf, query.at, message, row);
                }
                ArgumentKind::Plain { label: None, times: None, .. } | ArgumentKind::Of { .. } => {
                    sound = false;
                    self.count_arguments(row, place, call.arguments.len(), 1, 1);
                }
                _ => {
                    sound = false;
                    self.out_of_place(row, argument);
                }
            }
        }
        if !sound {
            return None;
        }
        let Some((history, query)) = history else {
            self.count_arguments(row, place, 0, 1, 1);
            return None;
        };
        let history = history?;
        let (value, value_at) = match value {
            Some((value, at)) => (Some(value?), at),
            None => (None, place),
        };
        self.needs_window(row, function, &history, query)?;
        let ty = self.history_type(row, function, value.as_deref(), value_at)?;
        let question = self.question(row, function, place, &history, number, period)?;
        let remember = Remember { question, history, value };
        Some(Typed::new(Node::Remember(Arc::new(remember)), ty, self.span(place)))
    }

    /// Checks what is taken from each event: it belongs to the past event, as the population does.
    fn taken_value(&mut self, expr: &Expr) -> Option<Arc<Typed>> {
        let surroundings = super::Surroundings::default();
        let typed = self.surrounded(surroundings, |checker| checker.expr(expr))?;
        if let Type::Scalar(Scalar::Json) | Type::List(_) | Type::Record(_) | Type::Records(_) = typed.ty {
            let fault = self.fault(Code::ArgumentType, expr.at, "a single value is needed here").label(format!("this is {}", typed.ty));
            self.push(fault);
            return None;
        }
        Some(typed)
    }

    fn needs_window(&mut self, row: &Row, function: HistoryFunction, history: &History, query: &Query) -> Option<()> {
        if history.within.is_some() {
            return Some(());
        }
        use HistoryFunction as F;
        if matches!(function, F::Seen | F::FirstSeen | F::Last | F::First | F::TravelSpeed | F::TravelDistance) {
            let fault = self
                .fault(Code::UnboundedMemory, query.at, format!("`{}` without `within` remembers without end", row.name))
                .label("no `within`")
                .help("add `within 90d`, which is as long as Okta keeps its log");
            self.push(fault);
            return Some(());
        }
        let way = if matches!(function, F::FollowedBy) { "ahead" } else { "back" };
        // How far is what the rule means, so this is advice and not a fix.
        let fault = self
            .fault(Code::WindowMissing, query.at, format!("`{}` needs to know how far {way}", row.name))
            .label("no `within`")
            .help("add a length, such as `within 15m`");
        self.push(fault);
        None
    }

    fn history_type(&mut self, row: &Row, function: HistoryFunction, value: Option<&Typed>, at: Place) -> Option<Type> {
        use HistoryFunction as F;
        let scalar = match value.map(|value| value.ty) {
            Some(Type::Scalar(scalar)) => scalar,
            _ => Scalar::Text,
        };
        let numeric = matches!(scalar, Scalar::Int | Scalar::Float | Scalar::Duration);
        Some(match function {
            F::Count | F::Distinct => Type::Scalar(Scalar::Int),
            F::Seen | F::FirstSeen | F::FollowedBy | F::Sequence => Type::Scalar(Scalar::Bool),
            F::Values | F::Top => Type::List(scalar),
            F::Last | F::First => Type::Scalar(scalar),
            F::TravelSpeed => Type::Scalar(Scalar::Speed),
            F::TravelDistance => Type::Scalar(Scalar::Distance),
            F::ZScore => Type::Scalar(Scalar::Float),
            F::Avg if numeric => Type::Scalar(if scalar == Scalar::Duration { scalar } else { Scalar::Float }),
            F::Sum if numeric => Type::Scalar(scalar),
            F::Min | F::Max if numeric || scalar == Scalar::Time => Type::Scalar(scalar),
            F::Avg | F::Sum | F::Min | F::Max => {
                let message = format!("`{}` needs numbers", row.name);
                let fault = self
                    .fault(Code::ArgumentType, at, message)
                    .label(format!("this is {}", Type::Scalar(scalar)))
                    .help("read a number from text with `to_int(...)`");
                self.push(fault);
                return None;
            }
        })
    }

    fn question(
        &mut self,
        row: &Row,
        function: HistoryFunction,
        place: Place,
        history: &History,
        number: Option<&Query>,
        period: Option<(String, Duration, Place)>,
    ) -> Option<Question> {
        use HistoryFunction as F;
        if let Some((word, length, at)) = &period
            && history.within.is_some_and(|within| *length > within)
        {
            self.refuse(Code::BadPeriod, *at, format!("`{word}` is longer than the window"), row);
            return None;
        }
        Some(match function {
            F::Count => Question::Count,
            F::Distinct => Question::Distinct,
            F::Sum => Question::Sum,
            F::Min => Question::Min,
            F::Max => Question::Max,
            F::Avg => Question::Avg,
            F::Values => Question::Values,
            F::Seen => Question::Seen,
            F::Last => Question::Last,
            F::First => Question::First,
            F::FirstSeen => Question::FirstSeen(period.map(|(_, length, _)| length)),
            F::TravelSpeed => Question::TravelSpeed,
            F::TravelDistance => Question::TravelDistance,
            F::FollowedBy => Question::FollowedBy,
            F::Sequence => return None,
            F::Top => {
                let Some(number) = number else {
                    self.count_arguments(row, place, 1, 2, 2);
                    return None;
                };
                match self.expr(&number.expr)?.constant() {
                    Some(Value::Int(number)) if (1..=100).contains(&number) => Question::Top(number),
                    _ => {
                        self.refuse(Code::ArgumentType, number.at, "`top` needs a number from 1 to 100".to_owned(), row);
                        return None;
                    }
                }
            }
            F::ZScore => {
                let Some((_, length, at)) = period else {
                    self.refuse(Code::BadPeriod, place, "`zscore` needs the length of its buckets: `each 1d`".to_owned(), row);
                    return None;
                };
                let length = self.length(length, at)?;
                if history.within.is_some_and(|within| within.as_micros() < length.as_micros().saturating_mul(3)) {
                    self.refuse(Code::BadPeriod, at, "a mean needs at least two full buckets before the current one".to_owned(), row);
                    return None;
                }
                Question::ZScore(length)
            }
        })
    }

    /// Checks a sequence.
    fn sequence(&mut self, place: Place, row: &Row, call: &Call) -> Option<Arc<Typed>> {
        let mut drafts = Vec::new();
        let mut until = Vec::new();
        let mut tail: Option<&Query> = None;
        let mut names: Vec<Option<Arc<str>>> = Vec::new();
        let mut sound = true;
        let last = call.arguments.len().saturating_sub(1);
        let step_names: Vec<Arc<str>> = call
            .arguments
            .iter()
            .filter_map(|argument| match &argument.kind {
                ArgumentKind::Plain { label: Some((name, _)), .. } => Some(Arc::from(name.as_str())),
                _ => None,
            })
            .collect();
        for (position, argument) in call.arguments.iter().enumerate() {
            match &argument.kind {
                ArgumentKind::Until(query) => {
                    if drafts.is_empty() {
                        sound = false;
                        self.absent_edge(self.span(argument.at));
                        continue;
                    }
                    if position == last {
                        tail = Some(query);
                    }
                    let surroundings = self.population_surroundings(names.clone(), step_names.clone());
                    match self.surrounded(surroundings, |checker| checker.truth(&query.expr)) {
                        Some(typed) => until.push(typed),
                        None => sound = false,
                    }
                }
                ArgumentKind::Plain { label, times, value } => {
                    if position == last && value.has_tail() {
                        tail = Some(value);
                    } else if value.has_tail() {
                        sound = false;
                        self.refuse(Code::UnevenKeys, value.at, "`by` and `within` stand once, behind the last step".to_owned(), row);
                        continue;
                    }
                    let earlier = label.as_ref().and_then(|(name, _)| place_of_step(call.arguments.iter().take(position), name));
                    if let (Some((name, at)), Some(earlier)) = (label, earlier) {
                        sound = false;
                        let fault = self
                            .fault(Code::NameTaken, *at, format!("`{name}` cannot name a step"))
                            .label("another step has this name")
                            .also(self.span(earlier), "the first one")
                            .help("give every step a name of its own");
                        self.push(fault);
                    }
                    match self.step(&value.expr, label.as_ref(), times.as_ref(), &names, &step_names) {
                        Some(step) => {
                            names.push(step.name.clone());
                            drafts.push(step);
                        }
                        None => {
                            sound = false;
                            names.push(label.as_ref().map(|(name, _)| Arc::from(name.as_str())));
                        }
                    }
                }
                _ => {
                    sound = false;
                    self.out_of_place(row, argument);
                }
            }
        }
        if !sound {
            return None;
        }
        self.sequence_shape(row, place, &drafts)?;
        let keys: Vec<Option<Key>> = tail.map(|tail| tail.keys.iter().map(|key| self.key(key)).collect()).unwrap_or_default();
        let keys: Vec<Key> = keys.into_iter().collect::<Option<_>>()?;
        let Some(within) = tail.and_then(|tail| tail.within.as_ref()) else {
            let fault = self
                .fault(Code::WindowMissing, place, "`sequence` needs to know how long it may take")
                .label("no `within`")
                .help("add a length behind the last step, such as `within 15m`");
            self.push(fault);
            return None;
        };
        let within = self.within(within)?;
        let shared: Vec<Arc<Typed>> = keys.iter().map(|key| key.past.clone()).collect();
        for step in &mut drafts {
            if !step.keys.is_empty() && !shared.is_empty() {
                let fault = Diagnostic::new(Code::UnevenKeys, step.at, "keys stand either at each step or behind the last one")
                    .label("a key of its own, beside the shared one");
                self.push(fault);
                return None;
            }
            if step.keys.is_empty() {
                step.keys.clone_from(&shared);
            }
        }
        let at = self.span(place);
        let population = drafts.last().map(|step| step.population.clone())?;
        let history = History { population, keys, within: Some(within), at };
        let remember = Remember { question: Question::Sequence(Arc::new(Sequence { steps: drafts, until })), history: Arc::new(history), value: None };
        Some(Typed::new(Node::Remember(Arc::new(remember)), Type::Scalar(Scalar::Bool), at))
    }

    fn sequence_shape(&mut self, row: &Row, place: Place, steps: &[Step]) -> Option<()> {
        let present = steps.iter().filter(|step| !step.absent).count();
        if present < 2 {
            let edge = steps.iter().find(|step| step.absent);
            match edge {
                Some(step) if steps.len() >= 2 => self.absent_edge(step.at),
                _ => self.refuse(Code::TooFewSteps, place, "a sequence needs at least two steps".to_owned(), row),
            }
            return None;
        }
        for edge in [steps.first(), steps.last()].into_iter().flatten() {
            if edge.absent {
                self.absent_edge(edge.at);
                return None;
            }
        }
        let counts: Vec<usize> = steps.iter().map(|step| step.keys.len()).collect();
        if let Some((step, _)) = steps.iter().zip(&counts).find(|(_, count)| Some(*count) != counts.first()) {
            let fault = Diagnostic::new(Code::UnevenKeys, step.at, "the steps of a sequence share their keys one by one")
                .label(format!("{} here", keys_text(step.keys.len())))
                .also(steps.first().map_or(step.at, |first| first.at), format!("{} here", keys_text(counts.first().copied().unwrap_or(0))))
                .help("give every step the same number of keys: `(a by actor.id), (b by target.user.id)`");
            self.push(fault);
            return None;
        }
        Some(())
    }

    fn absent_edge(&mut self, at: Span) {
        let fault = Diagnostic::new(Code::AbsentEdgeStep, at, "a sequence begins and ends with something that happens")
            .label("this must not happen")
            .help("for a condition that is a negation write it in parentheses: `(not exists(x))`; for something that does not come afterwards ask `not followed_by(...)`");
        self.push(fault);
    }

    fn step(
        &mut self,
        expr: &Expr,
        label: Option<&(String, Place)>,
        times: Option<&(i64, Place)>,
        names: &[Option<Arc<str>>],
        step_names: &[Arc<str>],
    ) -> Option<Step> {
        let at = self.span(expr.at);
        let (absent, expr) = match &expr.kind {
            Kind::Not(inner) => (true, &**inner),
            _ => (false, expr),
        };
        let times = match times {
            Some((times, at)) if !(1..=TIMES_MAX).contains(times) => {
                let digits = self.snippet.get(*at).find(|c: char| !(c.is_ascii_digit() || c == '_')).unwrap_or(0);
                let at = Place { start: at.start, end: at.start + digits };
                let fault = self.fault(Code::BadTimes, at, "a step happens between once and 1000 times").label("out of range");
                self.push(fault);
                return None;
            }
            Some((times, _)) => *times,
            None => 1,
        };
        let name: Option<Arc<str>> = match label {
            Some((name, at)) => {
                if let Some(why) = super::Names::taken(name) {
                    let fault = self.fault(Code::NameTaken, *at, format!("`{name}` cannot name a step")).label(why);
                    self.push(fault);
                    return None;
                }
                Some(Arc::from(name.as_str()))
            }
            None => None,
        };
        let (query_keys, expr): (&[Expr], &Expr) = match &expr.kind {
            Kind::Paren(query) if query.has_tail() => {
                if let Some(within) = &query.within {
                    let fault = self.fault(Code::UnevenKeys, within.at, "a step has no length of its own").label("`within` stands once, behind the last step");
                    self.push(fault);
                    return None;
                }
                (&query.keys, &query.expr)
            }
            _ => (&[], expr),
        };
        let surroundings = self.population_surroundings(names.to_vec(), step_names.to_vec());
        let population = self.surrounded(surroundings, |checker| checker.truth(expr));
        let keys: Vec<Option<Key>> = query_keys.iter().map(|key| self.key(key)).collect();
        let keys: Vec<Key> = keys.into_iter().collect::<Option<_>>()?;
        Some(Step { name, times, absent, population: population?, keys: keys.into_iter().map(|key| key.past).collect(), at })
    }
}

/// Finds the step of a name.
fn place_of_step<'a>(mut arguments: impl Iterator<Item = &'a Argument>, wanted: &str) -> Option<Place> {
    arguments.find_map(|argument| match &argument.kind {
        ArgumentKind::Plain { label: Some((name, at)), .. } if name == wanted => Some(*at),
        _ => None,
    })
}

fn keys_text(count: usize) -> String {
    match count {
        0 => "no key".to_owned(),
        1 => "one key".to_owned(),
        count => format!("{count} keys"),
    }
}

fn expected_period(function: HistoryFunction) -> &'static str {
    match function {
        HistoryFunction::FirstSeen => "learning",
        HistoryFunction::ZScore => "each",
        _ => "",
    }
}

/// Puts a history together; equalities between the past event and the one that asks become keys.
fn assemble(population: Arc<Typed>, mut keys: Vec<Key>, within: Option<Duration>, at: Span) -> SharedHistory {
    let mut rest = Vec::new();
    let parts: Vec<Arc<Typed>> = match &population.node {
        Node::And(parts) => parts.clone(),
        _ => vec![population.clone()],
    };
    for part in parts {
        match equality_key(&part) {
            Some(key) => keys.push(key),
            None => rest.push(part),
        }
    }
    let population = match (rest.len(), rest.pop()) {
        (0, _) | (_, None) => Typed::new(Node::Constant(Value::Bool(true)), Type::Scalar(Scalar::Bool), population.at),
        (1, Some(only)) => only,
        (_, Some(last)) => {
            rest.push(last);
            Typed::new(Node::And(rest), Type::Scalar(Scalar::Bool), population.at)
        }
    };
    Arc::new(History { population, keys, within, at })
}

/// Reads `past == now.x` as a key.
fn equality_key(part: &Typed) -> Option<Key> {
    let Node::Compare(Comparison::Equal, false, left, right) = &part.node else { return None };
    if matches!(left.ty, Type::List(_) | Type::Scalar(Scalar::Json | Scalar::Point)) || left.ty != right.ty {
        return None;
    }
    match (sides(left)?, sides(right)?) {
        (Scope::Here, Scope::Now) => Some(Key { past: left.clone(), now: of_now(right) }),
        (Scope::Now, Scope::Here) => Some(Key { past: right.clone(), now: of_now(left) }),
        _ => None,
    }
}

/// Returns whose fields an expression reads, if they are all of one event.
fn sides(typed: &Typed) -> Option<Scope> {
    let mut scopes = Vec::new();
    let mut asks = false;
    typed.walk(&mut |part| match &part.node {
        Node::Field(scope, _) | Node::Indexed(scope, ..) | Node::Records(scope, ..) => scopes.push(*scope),
        Node::Remember(_) => asks = true,
        _ => {}
    });
    let first = *scopes.first()?;
    (!asks && scopes.iter().all(|scope| *scope == first)).then_some(first)
}

/// Rewrites an expression over `now.` fields as one over the event at hand.
fn of_now(typed: &Arc<Typed>) -> Arc<Typed> {
    let node = match &typed.node {
        Node::Field(_, field) => Node::Field(Scope::Here, field.clone()),
        Node::Indexed(_, kind, at, field) => Node::Indexed(Scope::Here, *kind, *at, *field),
        Node::Records(_, kind, filters) => Node::Records(Scope::Here, *kind, filters.clone()),
        Node::Call(function, parts) => Node::Call(*function, parts.iter().map(of_now).collect()),
        Node::List(parts) => Node::List(parts.iter().map(of_now).collect()),
        Node::Picked(base, at, field) => Node::Picked(of_now(base), *at, *field),
        Node::Json(base, steps) => Node::Json(of_now(base), steps.clone()),
        Node::At(base, at) => Node::At(of_now(base), *at),
        Node::Negate(inner) => Node::Negate(of_now(inner)),
        Node::Arithmetic(operator, left, right) => Node::Arithmetic(*operator, of_now(left), of_now(right)),
        Node::Named(name, inner) => Node::Named(name.clone(), of_now(inner)),
        other => other.clone(),
    };
    Typed::new(node, typed.ty, typed.at)
}
