//! Calls of functions.

use std::sync::Arc;

use super::compare::literal_text;
use super::{Checker, Surroundings};
use crate::diagnostic::{Code, Diagnostic, nearest};
use crate::event::{Scalar, Type, Value, Zone};
use crate::language::ast::{Argument, ArgumentKind, Call, Place, Query};
use crate::language::functions::{FUNCTIONS, Form, Function, Gives, Parameter, RecordFunction, Row, function};
use crate::language::typed::{Node, Quantifier, Typed};

impl Checker<'_> {
    /// Checks a call.
    pub(super) fn call(&mut self, place: Place, call: &Call) -> Option<Arc<Typed>> {
        let Some(row) = function(&call.name) else {
            let near = nearest(&call.name, FUNCTIONS.iter().map(|row| row.name));
            let fault = self
                .fault(Code::UnknownFunction, call.name_at, format!("unknown function `{}`", call.name))
                .label("no function has this name")
                .did_you_mean(near);
            let fault = match self.named(&call.name, call.name_at) {
                Some(_) => fault.help(format!("`{}` is a name, not a function: leave the parentheses away", call.name)),
                None => fault,
            };
            self.push(fault);
            return None;
        };
        match row.form {
            Form::Plain(function, parameters, required, repeats, gives) => {
                let queries = self.plain_arguments(row, call)?;
                self.count_arguments(row, place, queries.len(), required, if repeats { usize::MAX } else { parameters.len() })?;
                let typed: Vec<Option<Arc<Typed>>> = queries
                    .iter()
                    .enumerate()
                    .map(|(at, query)| {
                        let parameter = parameters.get(at).or(parameters.last()).copied().unwrap_or(Parameter::Any);
                        self.argument(row, parameter, query)
                    })
                    .collect();
                let typed: Vec<Arc<Typed>> = typed.into_iter().collect::<Option<_>>()?;
                let ty = match gives {
                    Gives::One(scalar) => Type::Scalar(scalar),
                    Gives::ListOf(scalar) => Type::List(scalar),
                    Gives::Decided => self.decide(function, &queries, &typed)?,
                };
                Some(Typed::new(Node::Call(function, typed), ty, self.span(place)))
            }
            Form::Record(function) => self.record_call(place, row, function, call),
            Form::History(function, of) => self.history_call(place, row, function, of, call),
        }
    }

    /// Returns the arguments of a function that takes nothing but values.
    fn plain_arguments<'q>(&mut self, row: &Row, call: &'q Call) -> Option<Vec<&'q Query>> {
        let mut queries = Vec::new();
        let mut sound = true;
        for argument in &call.arguments {
            match &argument.kind {
                ArgumentKind::Plain { label: None, times: None, value } => queries.push(value),
                _ => {
                    sound = false;
                    self.out_of_place(row, argument);
                }
            }
        }
        sound.then_some(queries)
    }

    /// Refuses what only steps of a sequence or questions to a history have.
    pub(super) fn out_of_place(&mut self, row: &Row, argument: &Argument) {
        let fault = match &argument.kind {
            ArgumentKind::Of { .. } => {
                self.fault(Code::BadOf, argument.at, format!("`{}` takes no `of`", row.name)).label("`value of history` does not fit here")
            }
            ArgumentKind::Period { word, .. } => self
                .fault(Code::BadPeriod, argument.at, format!("`{word}` does not belong to `{}`", row.name))
                .label(if word == "each" { "only `zscore` has buckets" } else { "only `first_seen` learns" }),
            ArgumentKind::Until(_) => self
                .fault(
                    Code::StepOutsideSequence,
                    Place { start: argument.at.start, end: argument.at.start + "until".len() },
                    "`until` stands only in a sequence",
                )
                .label("not a step of a sequence"),
            ArgumentKind::Plain { label: Some((_, at)), .. } => {
                self.fault(Code::StepOutsideSequence, *at, "only steps of a sequence have names").label("not a step of a sequence")
            }
            ArgumentKind::Plain { times: Some((_, at)), .. } => self
                .fault(Code::StepOutsideSequence, *at, "`times` stands only in a sequence")
                .label("not a step of a sequence")
                .help("to ask how many write `count(...) >= n`"),
            ArgumentKind::Plain { .. } => return,
        };
        self.push(fault.help(format!("it is written `{}`", row.usage)));
    }

    pub(super) fn count_arguments(&mut self, row: &Row, place: Place, given: usize, least: usize, most: usize) -> Option<()> {
        if (least..=most).contains(&given) {
            return Some(());
        }
        let wanted = match (least, most) {
            (least, usize::MAX) => format!("at least {least} arguments"),
            (1, 1) => "one argument".to_owned(),
            (least, most) if least == most => format!("{least} arguments"),
            (least, most) => format!("{least} to {most} arguments"),
        };
        let given = if given == 0 { "none".to_owned() } else { given.to_string() };
        let fault = self
            .fault(Code::ArgumentCount, place, format!("`{}` takes {wanted}", row.name))
            .label(format!("{given} given"))
            .help(format!("it is written `{}`, for example `{}`", row.usage, row.example));
        self.push(fault);
        None
    }

    fn argument(&mut self, row: &Row, parameter: Parameter, query: &Query) -> Option<Arc<Typed>> {
        if query.has_tail() || self.names_history(&query.expr) {
            self.query_as_value(query.at, query);
            return None;
        }
        if parameter == Parameter::Condition {
            return self.truth(&query.expr);
        }
        let mut typed = self.expr(&query.expr)?;
        if parameter == Parameter::Time
            && let Some(text) = literal_text(&typed)
        {
            let Some(time) = crate::event::Timestamp::parse(&text) else {
                let fault = self
                    .fault(Code::NotATime, query.at, format!("`{text}` is not a time"))
                    .label(format!("`{}` needs a time", row.name))
                    .help("times are written like `2026-01-31T09:00:00Z`, with their zone");
                self.push(fault);
                return None;
            };
            typed = Typed::new(Node::Constant(Value::Time(time)), Type::Scalar(Scalar::Time), typed.at);
        }
        if parameter == Parameter::Address
            && let Some(text) = literal_text(&typed)
            && let Ok(address) = text.parse()
        {
            typed = Typed::new(Node::Constant(Value::Address(address)), Type::Scalar(Scalar::Address), typed.at);
        }
        if parameter == Parameter::Zone {
            return self.zone(query.at, typed);
        }
        if parameter == Parameter::NetworkOrBits {
            return self.network_or_bits(query.at, typed);
        }
        if accepts(parameter, typed.ty) {
            return Some(typed);
        }
        let fault = self
            .fault(Code::ArgumentType, query.at, format!("`{}` needs {} here", row.name, wanted(parameter)))
            .label(format!("this is {}", typed.ty))
            .help(format!("it is written `{}`, for example `{}`", row.usage, row.example));
        self.push(fault);
        None
    }

    fn zone(&mut self, place: Place, typed: Arc<Typed>) -> Option<Arc<Typed>> {
        let Some(name) = literal_text(&typed) else {
            let fault = self
                .fault(Code::ArgumentType, place, "a time zone is written out")
                .label("known only when an event is there")
                .help("write its IANA name, such as `\"Europe/Berlin\"`");
            self.push(fault);
            return None;
        };
        if Zone::parse(&name).is_some() {
            return Some(typed);
        }
        let near = Zone::nearest(&name);
        let fault = self.fault(Code::UnknownZone, place, format!("unknown time zone `{name}`")).label("not an IANA time zone");
        let fault = match near {
            Some(near) => fault.fix(format!("did you mean `{near}`?"), super::compare::quoted(&near)),
            None => fault.help("write its IANA name, such as `\"Europe/Berlin\"` or `\"UTC\"`"),
        };
        self.push(fault);
        None
    }

    fn network_or_bits(&mut self, place: Place, typed: Arc<Typed>) -> Option<Arc<Typed>> {
        if let Some(Value::Int(bits)) = typed.constant() {
            if (0..=128).contains(&bits) {
                return Some(typed);
            }
            let fault = self.fault(Code::NotAnAddress, place, format!("an address has no {bits} bits")).label("0 to 32, or to 128 for version 6");
            self.push(fault);
            return None;
        }
        let values: Vec<Value<'static>> = match typed.constant() {
            Some(Value::List(values)) => values,
            Some(value) => vec![value],
            None => Vec::new(),
        };
        let mut networks = Vec::with_capacity(values.len());
        for value in values {
            match value {
                Value::Network(network) => networks.push(Value::Network(network)),
                Value::Address(address) => networks.push(Value::Network(address.into())),
                Value::Text(text) => {
                    let network = text.parse::<ipnet::IpNet>().ok().or_else(|| text.parse::<std::net::IpAddr>().ok().map(Into::into));
                    let Some(network) = network else {
                        let fault = self
                            .fault(Code::NotAnAddress, place, format!("`{text}` is not an address or a network"))
                            .label("a network is written like `10.0.0.0/8`");
                        self.push(fault);
                        return None;
                    };
                    networks.push(Value::Network(network.trunc()));
                }
                _ => break,
            }
        }
        if networks.is_empty() {
            let fault =
                self.fault(Code::ArgumentType, place, "`cidr` needs a network, a list of networks or a number of bits").label(format!("this is {}", typed.ty));
            self.push(fault);
            return None;
        }
        Some(Typed::new(Node::Constant(Value::List(networks)), Type::List(Scalar::Network), typed.at))
    }

    /// Decides the type of a call whose arguments decide it.
    fn decide(&mut self, function: Function, queries: &[&Query], typed: &[Arc<Typed>]) -> Option<Type> {
        match function {
            Function::Cidr => Some(match typed.get(1).map(|bits| bits.ty) {
                Some(Type::List(_)) => Type::Scalar(Scalar::Bool),
                _ => Type::Scalar(Scalar::Text),
            }),
            Function::Weight => typed.get(1).map(|points| points.ty),
            _ => {
                let first = typed.first()?;
                let mut ty = first.ty;
                for (part, query) in typed.iter().zip(queries).skip(1) {
                    ty = match (ty, part.ty) {
                        (before, now) if before == now => before,
                        (Type::Scalar(Scalar::Int), Type::Scalar(Scalar::Float)) | (Type::Scalar(Scalar::Float), Type::Scalar(Scalar::Int)) => {
                            Type::Scalar(Scalar::Float)
                        }
                        (Type::Scalar(Scalar::Json), Type::Scalar(_)) | (Type::Scalar(_), Type::Scalar(Scalar::Json)) => Type::Scalar(Scalar::Json),
                        (before, now) => {
                            let fault = self
                                .fault(Code::ArgumentType, query.at, "the arguments of `coalesce` have one type")
                                .label(format!("this is {now}; the one before it is {before}"));
                            self.push(fault);
                            return None;
                        }
                    };
                }
                Some(ty)
            }
        }
    }

    fn record_call(&mut self, place: Place, row: &Row, function: RecordFunction, call: &Call) -> Option<Arc<Typed>> {
        let queries = self.plain_arguments(row, call)?;
        self.count_arguments(row, place, queries.len(), 2, 2)?;
        let (Some(list), Some(condition)) = (queries.first(), queries.get(1)) else { return None };
        let records = self.expr(&list.expr)?;
        let Type::Records(kind) = records.ty else {
            let fault = self.fault(Code::ArgumentType, list.at, format!("`{}` needs a list of records", row.name)).label(format!("this is {}", records.ty));
            let fault = match records.ty {
                Type::List(_) => fault.help("ask what a list of values holds with `contains`"),
                _ => fault.help(format!("such as `target` or `request.ipChain`: `{}`", row.example)),
            };
            self.push(fault);
            return None;
        };
        let mut inner = self.surroundings.clone();
        inner.elements.push(kind);
        let condition = self.surrounded(inner, |checker| checker.truth_of(condition))?;
        let at = self.span(place);
        Some(match function {
            RecordFunction::Any => Typed::new(Node::Quantified(Quantifier::Any, records, condition), Type::Scalar(Scalar::Bool), at),
            RecordFunction::All => Typed::new(Node::Quantified(Quantifier::All, records, condition), Type::Scalar(Scalar::Bool), at),
            RecordFunction::None => Typed::new(Node::Quantified(Quantifier::None, records, condition), Type::Scalar(Scalar::Bool), at),
            RecordFunction::Filter => {
                let Node::Records(scope, kind, filters) = &records.unnamed().node else { return None };
                let mut filters = filters.clone();
                filters.push(condition);
                Typed::new(Node::Records(*scope, *kind, filters), Type::Records(*kind), at)
            }
        })
    }

    fn truth_of(&mut self, query: &Query) -> Option<Arc<Typed>> {
        if query.has_tail() {
            self.query_as_value(query.at, query);
            return None;
        }
        self.truth(&query.expr)
    }

    /// Returns the surroundings of a history's population.
    pub(super) fn population_surroundings(&self, steps: Vec<Option<Arc<str>>>, step_names: Vec<Arc<str>>) -> Surroundings {
        Surroundings { in_population: true, elements: Vec::new(), steps, step_names }
    }

    /// Refuses an argument that is not what a question to a history needs.
    pub(super) fn refuse(&mut self, code: Code, place: Place, message: String, row: &Row) {
        let fault: Diagnostic = self.fault(code, place, message).help(format!("it is written `{}`, for example `{}`", row.usage, row.example));
        self.push(fault);
    }
}

fn accepts(parameter: Parameter, ty: Type) -> bool {
    match parameter {
        Parameter::Any => !matches!(ty, Type::Record(_)),
        Parameter::Sized => matches!(ty, Type::Records(_) | Type::List(_) | Type::Scalar(Scalar::Text | Scalar::Json)),
        Parameter::Text => matches!(ty, Type::Scalar(Scalar::Text | Scalar::Json)),
        Parameter::Time => ty == Type::Scalar(Scalar::Time),
        Parameter::Address => ty == Type::Scalar(Scalar::Address),
        Parameter::Point => ty == Type::Scalar(Scalar::Point),
        Parameter::Number => matches!(ty, Type::Scalar(Scalar::Int | Scalar::Float)),
        // These have checks of their own.
        Parameter::Zone | Parameter::NetworkOrBits | Parameter::Condition => false,
    }
}

fn wanted(parameter: Parameter) -> &'static str {
    match parameter {
        Parameter::Text => "text",
        Parameter::Time => "a time",
        Parameter::Zone => "a time zone",
        Parameter::Any => "a value",
        Parameter::Address => "an address",
        Parameter::NetworkOrBits => "a network or a number of bits",
        Parameter::Point => "a position such as `geo.point`",
        Parameter::Condition => "a condition",
        Parameter::Number => "a number",
        Parameter::Sized => "a text or a list",
    }
}
