//! Comparisons: whether the two sides fit, and literals that take the other side's type.

use std::sync::Arc;

use super::Checker;
use crate::diagnostic::{Code, Diagnostic, nearest, nearest_within};
use crate::event::{ClosedSet, FieldRef, Scalar, Timestamp, Type, Value};
use crate::language::ast::{Compare, Comparison, Expr, Kind, Place};
use crate::language::regex::{RegexFault, check_regex};
use crate::language::text::holds;
use crate::language::typed::{Node, Pattern, Typed};

/// The values of a closed set are few, so that a faint likeness is a good guess: `FAILED` for `FAILURE`.
const CLOSED_SET_LIKENESS: f64 = 0.55;

/// Most values outside a set, one after another, for which a likely one is looked for.
const GUESSES_MAX: usize = 50;

impl Checker<'_> {
    /// Checks a comparison.
    pub(super) fn compare(&mut self, place: Place, compare: &Compare) -> Option<Arc<Typed>> {
        for side in [&compare.left, &compare.right] {
            if self.names_history(side) {
                self.expr_as_value(side);
                return None;
            }
        }
        if compare.op == Comparison::Matches {
            return self.matches(place, compare);
        }
        if self.through_list(place, compare) {
            return None;
        }
        let (left, right) = (self.expr(&compare.left), self.expr(&compare.right));
        let (left, right) = (left?, right?);
        if let Some(side) = [(&left, &compare.left), (&right, &compare.right)].iter().find(|(typed, _)| matches!(typed.ty, Type::Records(_) | Type::Record(_)))
        {
            let text = self.snippet.get(side.1.at);
            let fault = self
                .fault(Code::RecordCompared, side.1.at, "a list of records cannot be compared")
                .label(format!("this is {}", side.0.ty))
                .help(format!("ask `any({text}, ...)` or `len({text})`"));
            self.push(fault);
            return None;
        }
        let sides = match compare.op {
            Comparison::Equal | Comparison::NotEqual => self.equality(compare, left, right),
            Comparison::Less | Comparison::LessEqual | Comparison::Greater | Comparison::GreaterEqual => self.ordering(compare, left, right),
            Comparison::In | Comparison::NotIn => self.membership(compare, left, right),
            Comparison::Contains | Comparison::ContainsAll => self.containment(compare, left, right),
            Comparison::StartsWith | Comparison::EndsWith | Comparison::Like => self.text_operator(compare, left, right),
            Comparison::Matches => None,
        };
        let (left, right) = sides?;
        if compare.fold && ![left.ty, right.ty].iter().any(|ty| is_textual(*ty)) {
            let fault = self
                .fault(Code::TextNeeded, compare.op_at, "`~` ignores case, which only text has")
                .label(format!("the left side is {}", left.ty))
                .fix("take the `~` away", compare.op.text(false));
            self.push(fault);
        }
        if !self.has_wildcards(&left, &right, compare) {
            self.closed_set(compare, &left, &right);
        }
        Some(self.bool_at(place, Node::Compare(compare.op, compare.fold, left, right)))
    }

    /// Answers `target.type == "User"` with the `any(...)` that was meant.
    fn through_list(&mut self, place: Place, compare: &Compare) -> bool {
        let Kind::Path(path) = &compare.left.kind else { return false };
        let Some((list, field)) = self.list_path(path) else { return false };
        let rest = Place { start: compare.left.at.end, end: place.end };
        let written = format!("any({list}, .{field}{})", self.snippet.get(rest));
        let fault = self
            .fault(Code::PathThroughList, place, format!("`{list}` is a list"))
            .label("which one of them is meant?")
            .fix(format!("write `{written}`"), written);
        self.push(fault.help("or name the first of a kind: `target.user`, `target.app`, `target.group`, ..."));
        true
    }

    fn equality(&mut self, compare: &Compare, left: Arc<Typed>, right: Arc<Typed>) -> Option<(Arc<Typed>, Arc<Typed>)> {
        let (left, right) = self.fit(compare, left, right)?;
        self.wildcards(compare, &left, &right);
        Some((left, right))
    }

    /// Makes a literal take the other side's type, and refuses sides that do not fit.
    fn fit(&mut self, compare: &Compare, left: Arc<Typed>, right: Arc<Typed>) -> Option<(Arc<Typed>, Arc<Typed>)> {
        let left = self.coerce(left, right.ty)?;
        let right = self.coerce(right, left.ty)?;
        let fits = match (left.ty, right.ty) {
            (Type::Scalar(a), Type::Scalar(b) | Type::List(b)) => same(a, b),
            (Type::List(a), Type::Scalar(b)) => same(a, b) && compare.op != Comparison::Equal && compare.op != Comparison::NotEqual,
            (Type::List(a), Type::List(b)) => same(a, b) && matches!(compare.op, Comparison::Contains | Comparison::ContainsAll),
            _ => false,
        };
        if fits {
            return Some((left, right));
        }
        let operator = compare.op.text(compare.fold);
        let fault = self.fault(Code::SidesDoNotFit, compare.left.at.to(compare.right.at), format!("`{operator}` cannot compare {} with {}", left.ty, right.ty));
        let fault = fault.label(format!("{} on the left, {} on the right", left.ty, right.ty));
        let right_at = self.span(compare.right.at);
        self.push(advise(fault, &left, &right, compare, right_at, self.snippet.get(compare.right.at)));
        None
    }

    /// Reads a literal text as an address, a network or a time where the other side has that type.
    fn coerce(&mut self, side: Arc<Typed>, other: Type) -> Option<Arc<Typed>> {
        let (Type::Scalar(wanted) | Type::List(wanted)) = other else { return Some(side) };
        let (Type::Scalar(own) | Type::List(own)) = side.ty else { return Some(side) };
        if own != Scalar::Text || !matches!(wanted, Scalar::Address | Scalar::Network | Scalar::Time) {
            return Some(side);
        }
        match &side.unnamed().node {
            Node::List(parts) => {
                let parts: Vec<Option<Arc<Typed>>> = parts.iter().map(|part| self.coerce(part.clone(), other)).collect();
                let mut parts: Vec<Arc<Typed>> = parts.into_iter().collect::<Option<_>>()?;
                let network = Type::Scalar(Scalar::Network);
                // Plain addresses in a list with networks are networks of one address.
                if parts.iter().any(|part| part.ty == network) {
                    parts = parts.into_iter().map(as_network).collect();
                }
                let Some(Type::Scalar(scalar)) = parts.first().map(|part| part.ty) else { return Some(side) };
                Some(Typed::new(Node::List(parts), Type::List(scalar), side.at))
            }
            Node::Constant(Value::List(values)) | Node::Setting(_, Value::List(values)) => {
                let values: Vec<Option<Value<'static>>> = values.iter().map(|value| self.coerce_one(value, wanted, side.at)).collect();
                let mut values: Vec<Value<'static>> = values.into_iter().collect::<Option<_>>()?;
                if values.iter().any(|value| matches!(value, Value::Network(_))) {
                    values = values.into_iter().map(network_value).collect();
                }
                let scalar = values.first().map_or(wanted, |value| scalar_of(value, wanted));
                Some(Typed::new(Node::Constant(Value::List(values)), Type::List(scalar), side.at))
            }
            Node::Constant(value) | Node::Setting(_, value) => {
                let value = self.coerce_one(value, wanted, side.at)?;
                let scalar = scalar_of(&value, wanted);
                Some(Typed::new(Node::Constant(value), Type::Scalar(scalar), side.at))
            }
            _ => Some(side),
        }
    }

    fn coerce_one(&mut self, value: &Value<'static>, wanted: Scalar, at: crate::diagnostic::Span) -> Option<Value<'static>> {
        let Value::Text(text) = value else { return Some(value.clone()) };
        if wanted == Scalar::Time {
            return match Timestamp::parse(text) {
                Some(time) => Some(Value::Time(time)),
                None => {
                    let fault = Diagnostic::new(Code::NotATime, at, format!("`{text}` is not a time"))
                        .label("compared with a time")
                        .help("times are written like `2026-01-31T09:00:00Z`, with their zone");
                    self.push(fault);
                    None
                }
            };
        }
        if let Ok(address) = text.parse() {
            return Some(Value::Address(address));
        }
        if let Ok(network) = text.parse::<ipnet::IpNet>() {
            return Some(Value::Network(network.trunc()));
        }
        let fault = Diagnostic::new(Code::NotAnAddress, at, format!("`{text}` is not an address or a network"))
            .label("compared with an address")
            .help("addresses are written `203.0.113.7` or `2001:db8::7`, networks `10.0.0.0/8`");
        self.push(fault);
        None
    }

    fn ordering(&mut self, compare: &Compare, left: Arc<Typed>, right: Arc<Typed>) -> Option<(Arc<Typed>, Arc<Typed>)> {
        let operator = compare.op.text(false);
        let is_number = |side: &Typed| matches!(side.ty, Type::Scalar(Scalar::Int | Scalar::Float | Scalar::Duration | Scalar::Distance | Scalar::Speed));
        if is_number(&left) && right.ty == Type::Scalar(Scalar::Text) && right.constant().is_some() {
            return self.fit(compare, left, right);
        }
        for (side, expr) in [(&left, &compare.left), (&right, &compare.right)] {
            let Type::Scalar(scalar) = side.ty else {
                let fault = self.fault(Code::NumberNeeded, expr.at, format!("`{operator}` needs numbers or times")).label(format!("this is {}", side.ty));
                self.push(fault);
                return None;
            };
            let is_literal_time =
                scalar == Scalar::Text && side.constant().is_some() && (left.ty == Type::Scalar(Scalar::Time) || right.ty == Type::Scalar(Scalar::Time));
            if !is_literal_time
                && !matches!(scalar, Scalar::Int | Scalar::Float | Scalar::Time | Scalar::Duration | Scalar::Distance | Scalar::Speed | Scalar::Json)
            {
                let fault = self.fault(Code::NumberNeeded, expr.at, format!("`{operator}` needs numbers or times")).label(format!("this is {}", side.ty));
                let fault = if scalar == Scalar::Text { fault.help("read a number from text with `to_int(...)`") } else { fault };
                self.push(fault);
                return None;
            }
        }
        // A quantity of another kind is a slip of the unit, not of the operator.
        if let (Type::Scalar(a), Type::Scalar(b)) = (left.ty, right.ty)
            && a != b
            && is_measure(a)
            && matches!(compare.right.kind, Kind::Quantity(_) | Kind::Int(_) | Kind::Float(_))
        {
            let fault = self
                .fault(Code::WrongUnit, compare.right.at, format!("{} is compared with {}", left.ty, right.ty))
                .label(format!("{} is expected", left.ty))
                .help(unit_help(a));
            self.push(fault);
            return None;
        }
        self.fit(compare, left, right)
    }

    fn membership(&mut self, compare: &Compare, left: Arc<Typed>, right: Arc<Typed>) -> Option<(Arc<Typed>, Arc<Typed>)> {
        let is_network = right.ty == Type::Scalar(Scalar::Network)
            || (left.ty == Type::Scalar(Scalar::Address) && right.constant().is_some_and(|value| matches!(value, Value::Text(_))));
        if matches!(right.ty, Type::Scalar(Scalar::Json)) || is_network {
            return self.fit(compare, left, right);
        }
        let Type::List(_) = right.ty else {
            let operator = compare.op.text(compare.fold);
            let fault =
                self.fault(Code::ListNeeded, compare.right.at, format!("`{operator}` needs a list on its right")).label(format!("this is {}", right.ty));
            let text = self.snippet.get(compare.right.at).to_owned();
            let fault = match (left.ty, right.ty) {
                (Type::Scalar(Scalar::Text), Type::Scalar(Scalar::Text)) if right.constant().is_none() => {
                    fault.help(format!("to look for a part of a text write `{text} contains {}`", self.snippet.get(compare.left.at)))
                }
                _ => fault.fix(format!("write `[{text}]`"), format!("[{text}]")),
            };
            self.push(fault);
            return None;
        };
        if matches!(left.ty, Type::List(_)) {
            let fault = self
                .fault(Code::SidesDoNotFit, compare.left.at, "`in` looks for one value")
                .label(format!("this is {}", left.ty))
                .help("to ask whether a list has one of some values write `list contains [...]`");
            self.push(fault);
            return None;
        }
        if matches!(right.unnamed().node, Node::Range(..)) && !matches!(left.ty, Type::Scalar(Scalar::Int | Scalar::Float | Scalar::Json)) {
            let fault = self
                .fault(Code::SidesDoNotFit, compare.right.at, format!("a range of numbers cannot hold {}", left.ty))
                .label("this is a range of whole numbers");
            self.push(fault.also(self.span(compare.left.at), format!("this is {}", left.ty)));
            return None;
        }
        let (left, right) = self.fit(compare, left, right)?;
        self.wildcards(compare, &left, &right);
        Some((left, right))
    }

    fn containment(&mut self, compare: &Compare, left: Arc<Typed>, right: Arc<Typed>) -> Option<(Arc<Typed>, Arc<Typed>)> {
        if compare.op == Comparison::ContainsAll && !matches!(right.ty, Type::List(_)) {
            let text = self.snippet.get(compare.right.at).to_owned();
            let fault = self
                .fault(Code::ListNeeded, compare.right.at, "`contains all` needs a list on its right")
                .label(format!("this is {}", right.ty))
                .fix(format!("write `[{text}]`"), format!("[{text}]"));
            self.push(fault);
            return None;
        }
        match left.ty {
            Type::List(_) | Type::Scalar(Scalar::Json) => self.fit(compare, left, right),
            _ => self.text_operator(compare, left, right),
        }
    }

    /// Checks an operator whose both sides are text; the right one may be a list.
    fn text_operator(&mut self, compare: &Compare, left: Arc<Typed>, right: Arc<Typed>) -> Option<(Arc<Typed>, Arc<Typed>)> {
        let operator = compare.op.text(compare.fold);
        for (side, expr, is_right) in [(&left, &compare.left, false), (&right, &compare.right, true)] {
            let fits = match side.ty {
                Type::Scalar(scalar) => matches!(scalar, Scalar::Text | Scalar::Json),
                Type::List(scalar) => is_right && scalar == Scalar::Text,
                _ => false,
            };
            if !fits {
                let fault = self.fault(Code::TextNeeded, expr.at, format!("`{operator}` needs text")).label(format!("this is {}", side.ty));
                self.push(advise_text(fault, side, expr));
                return None;
            }
        }
        if compare.op == Comparison::Like && right.constant().is_none() {
            let fault = self
                .fault(Code::TextNeeded, compare.right.at, "the pattern of `like` is written out")
                .label("this is known only when an event is there")
                .help("write a text such as `\"adm*\"`, or use `starts_with`, `contains`");
            self.push(fault);
            return None;
        }
        Some((left, right))
    }

    fn matches(&mut self, place: Place, compare: &Compare) -> Option<Arc<Typed>> {
        let left = self.expr(&compare.left);
        let parts: Vec<&Expr> = match &compare.right.kind {
            Kind::List(parts) => parts.iter().collect(),
            _ => vec![&compare.right],
        };
        let mut patterns = Vec::new();
        let mut sound = true;
        for part in parts {
            match &part.kind {
                Kind::Regex { pattern, flags } => match self.regex(part.at, pattern, flags) {
                    Some(pattern) => patterns.push(pattern),
                    None => sound = false,
                },
                Kind::Broken => sound = false,
                kind => {
                    sound = false;
                    let fault = self.fault(Code::TextNeeded, part.at, "`matches` needs a regular expression").label("write it between slashes");
                    let fault = match kind {
                        Kind::Text(text) => {
                            let written = format!("/{}/", text.replace('/', "\\/"));
                            fault.fix(format!("write `{written}`"), written)
                        }
                        _ => fault.help("such as `matches /^adm-\\d+$/i`"),
                    };
                    self.push(fault);
                }
            }
        }
        let left = left?;
        if !matches!(left.ty, Type::Scalar(Scalar::Text | Scalar::Json)) {
            let fault = self.fault(Code::TextNeeded, compare.left.at, "`matches` needs text").label(format!("this is {}", left.ty));
            self.push(advise_text(fault, &left, &compare.left));
            return None;
        }
        if sound {
            self.plain_regex(compare, &patterns);
        }
        sound.then(|| self.bool_at(place, Node::Matches(left, patterns)))
    }

    fn regex(&mut self, at: Place, pattern: &str, flags: &str) -> Option<Pattern> {
        match check_regex(pattern, flags) {
            Ok(pattern) => Some(pattern),
            Err(RegexFault::Flag(flag)) => {
                let fault =
                    self.fault(Code::InvalidRegex, at, format!("`{flag}` is not a flag of regular expressions")).label("flags are `i`, `m`, `s` and `x`");
                self.push(fault);
                None
            }
            Err(RegexFault::Invalid(why)) => {
                let fault = self
                    .fault(Code::InvalidRegex, at, "this regular expression is not valid")
                    .label(why)
                    .help("look-around and back-references do not exist: matching takes linear time");
                self.push(fault);
                None
            }
            Err(RegexFault::TooBig) => {
                let fault = self
                    .fault(Code::RegexTooBig, at, "this regular expression is too big")
                    .label("compiled it takes too much memory and time")
                    .help("make repetitions such as `{1,200}` smaller, or use `contains`");
                self.push(fault);
                None
            }
        }
    }

    /// Warns of a regular expression that is really a prefix, a suffix, a part or the whole of a text.
    fn plain_regex(&mut self, compare: &Compare, patterns: &[Pattern]) {
        let [pattern] = patterns else { return };
        let Some(plain) = crate::language::regex::plain_form(&pattern.text) else { return };
        let at = compare.op_at.to(compare.right.at);
        let written = format!("{} {}", plain.op.text(plain.fold), quoted(&plain.text));
        let fault = self
            .fault(Code::RegexIsPlain, at, "this regular expression is a plain text")
            .label("it says no more than an ordinary operator")
            .fix(format!("write `{written}`"), written)
            .note("ordinary operators are indexed across all rules and read better");
        self.push(fault);
    }

    /// Refuses `*` at the ends of a text that an operator takes literally.
    fn wildcards(&mut self, compare: &Compare, left: &Typed, right: &Typed) {
        if !self.has_wildcards(left, right, compare) {
            return;
        }
        let operator = compare.op.text(compare.fold);
        let at = compare.op_at.to(compare.right.at);
        let like = Comparison::Like.text(compare.fold);
        let fault = self.fault(Code::WildcardInEquality, at, format!("`{operator}` takes wildcards literally")).label("only `like` has wildcards");
        let fault = if matches!(compare.op, Comparison::Equal | Comparison::In) {
            let written = format!("{like} {}", self.snippet.get(compare.right.at));
            fault.fix(format!("write `{like}`"), written)
        } else {
            fault.help(format!("write `not (... {like} ...)`"))
        };
        self.push(fault);
    }

    /// Says whether an operator that takes texts whole is given one with wildcards.
    fn has_wildcards(&self, left: &Typed, right: &Typed, compare: &Compare) -> bool {
        if left.ty != Type::Scalar(Scalar::Text) || !matches!(compare.op.positive(), Comparison::Equal | Comparison::In) {
            return false;
        }
        let has_wildcard = |value: &Value<'_>| matches!(value, Value::Text(text) if text.len() > 1 && (text.contains('*') || text.contains("??")));
        match right.constant() {
            Some(Value::List(values)) => values.iter().any(has_wildcard),
            Some(value) => has_wildcard(&value),
            None => false,
        }
    }

    /// Checks literals that are compared with a field of a closed set.
    fn closed_set(&mut self, compare: &Compare, left: &Typed, right: &Typed) {
        let (set, constant) = match (set_of(left), set_of(right)) {
            (Some(set), _) => (set, right),
            (_, Some(set)) => (set, left),
            _ => return,
        };
        for (text, at) in constant.texts() {
            let known = |name: &str| holds(compare.op.positive(), compare.fold, name, &text);
            let found = match set {
                ClosedSet::EventType => self.event_types.names().any(known),
                set => set.values().into_iter().any(known),
            };
            if !found {
                self.outside_set(set, compare, &text, at, &constant.node);
            }
        }
    }

    fn outside_set(&mut self, set: ClosedSet, compare: &Compare, text: &str, at: crate::diagnostic::Span, node: &Node) {
        // Where the text is a literal of its own the fix keeps its quotation marks.
        let is_literal = matches!(node, Node::Constant(_) | Node::List(_));
        let whole = matches!(compare.op.positive(), Comparison::Equal | Comparison::In);
        if set == ClosedSet::EventType {
            let near = if self.guessed_enough(Code::UnknownEventType, at) { None } else { nearest(text, self.event_types.names()).map(str::to_owned) };
            let count = crate::event::event_types().len();
            let message =
                if whole { format!("unknown event type `{text}`") } else { format!("no event type of Okta {} `{text}`", compare.op.text(compare.fold)) };
            let mut fault = Diagnostic::new(Code::UnknownEventType, at, message).label(format!("not in Okta's catalogue of {count} types"));
            if let Some(near) = near.filter(|_| whole && is_literal) {
                fault = fault.fix(format!("did you mean `{near}`?"), quoted(&near));
            } else {
                fault = fault
                    .help("search the catalogue with `clarion events WORD`; a type newer than the catalogue is declared under `event_types` in `pack.yml`");
            }
            self.push(fault);
            return;
        }
        let guess = if self.guessed_enough(Code::UnknownValue, at) { None } else { nearest_within(text, set.values(), CLOSED_SET_LIKENESS) };
        let near = guess.filter(|_| whole && is_literal);
        let values = set.values().join(", ");
        let mut fault = Diagnostic::new(Code::UnknownValue, at, format!("{} is never `{text}`", set.name()))
            .label("not one of its values")
            .note(format!("its values are: {values}"));
        if let Some(near) = near {
            fault = fault.fix(format!("did you mean `{near}`?"), quoted(near));
        }
        self.push(fault);
    }
}

impl Checker<'_> {
    /// Says whether the last faults of this file were all of this kind, so that guessing on would cost much and help nobody.
    fn guessed_enough(&self, code: Code, at: crate::diagnostic::Span) -> bool {
        let before = self.faults.len().checked_sub(GUESSES_MAX).and_then(|at| self.faults.get(at));
        before.is_some_and(|fault| fault.code == code && fault.span.file == at.file)
    }
}

impl Comparison {
    /// Returns the operator that this one negates, or itself.
    pub fn positive(self) -> Comparison {
        match self {
            Comparison::NotEqual => Comparison::Equal,
            Comparison::NotIn => Comparison::In,
            other => other,
        }
    }
}

/// Returns the closed set that an expression's values come from.
pub(super) fn set_of(typed: &Typed) -> Option<ClosedSet> {
    match &typed.unnamed().node {
        Node::Field(_, FieldRef::Known(id)) => id.get().set,
        Node::Call(crate::language::functions::Function::Weekday, _) => None,
        _ => None,
    }
}

fn scalar_of(value: &Value<'_>, wanted: Scalar) -> Scalar {
    match value {
        Value::Network(_) => Scalar::Network,
        Value::Address(_) => Scalar::Address,
        Value::Time(_) => Scalar::Time,
        _ => wanted,
    }
}

fn network_value(value: Value<'static>) -> Value<'static> {
    match value {
        Value::Address(address) => Value::Network(address.into()),
        other => other,
    }
}

fn as_network(part: Arc<Typed>) -> Arc<Typed> {
    match &part.node {
        Node::Constant(value @ Value::Address(_)) => Typed::new(Node::Constant(network_value(value.clone())), Type::Scalar(Scalar::Network), part.at),
        _ => part,
    }
}

fn same(left: Scalar, right: Scalar) -> bool {
    left == right
        || matches!((left, right), (Scalar::Int, Scalar::Float) | (Scalar::Float, Scalar::Int))
        || matches!((left, right), (Scalar::Address, Scalar::Network) | (Scalar::Network, Scalar::Address))
        || left == Scalar::Json
        || right == Scalar::Json
}

fn is_textual(ty: Type) -> bool {
    matches!(ty, Type::Scalar(Scalar::Text | Scalar::Json) | Type::List(Scalar::Text))
}

fn is_measure(scalar: Scalar) -> bool {
    matches!(scalar, Scalar::Duration | Scalar::Distance | Scalar::Speed)
}

fn unit_help(scalar: Scalar) -> &'static str {
    match scalar {
        Scalar::Speed => "a speed is written like `900km/h`",
        Scalar::Distance => "a distance is written like `500km`",
        _ => "a duration is written like `15m` or `1h30m`",
    }
}

/// Adds advice for the usual ways in which two sides do not fit.
fn advise(fault: Diagnostic, left: &Typed, right: &Typed, compare: &Compare, right_at: crate::diagnostic::Span, right_text: &str) -> Diagnostic {
    match (left.ty, right.ty, right.constant()) {
        (Type::Scalar(Scalar::Bool), Type::Scalar(Scalar::Text), Some(Value::Text(text)))
            if text.eq_ignore_ascii_case("true") || text.eq_ignore_ascii_case("false") =>
        {
            let word = text.to_ascii_lowercase();
            fault.fix_at(right_at, format!("write `{word}`"), word)
        }
        (Type::Scalar(Scalar::Int | Scalar::Float), Type::Scalar(Scalar::Text), Some(Value::Text(text))) if text.parse::<i64>().is_ok() => {
            fault.fix_at(right_at, format!("write `{text}`"), text)
        }
        (Type::Scalar(Scalar::Text), Type::Scalar(Scalar::Int | Scalar::Float | Scalar::Bool), Some(_)) => {
            fault.fix_at(right_at, format!("write `\"{right_text}\"`"), format!("\"{right_text}\""))
        }
        (Type::List(_), _, _) if matches!(compare.op, Comparison::Equal) => fault.help("ask what a list holds with `contains`"),
        _ => fault,
    }
}

fn advise_text(fault: Diagnostic, side: &Typed, expr: &Expr) -> Diagnostic {
    match (side.ty, &expr.kind) {
        (Type::Scalar(Scalar::Address), _) => fault.help("addresses are looked up in networks: `client.ipAddress in [\"10.0.0.0/8\"]`"),
        (Type::List(_), Kind::Path(_)) => fault.help("ask what a list holds with `contains`"),
        (Type::Scalar(_), _) => fault.help("turn it into text with `to_text(...)`"),
        _ => fault,
    }
}

/// Returns a text as it is written in an expression.
pub(crate) fn quoted(text: &str) -> String {
    if text.contains(['"', '\\']) && !text.contains('\'') {
        return format!("'{text}'");
    }
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// Returns the literal text of an argument, for functions that need it written out.
pub(super) fn literal_text(typed: &Typed) -> Option<String> {
    typed.constant().and_then(|value| value.as_text().map(str::to_owned))
}
