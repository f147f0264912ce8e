//! The grammar's pairs to the tree.
//!
//! Operators get their shape from one table of precedences; slips that the grammar let in are refused here, each with
//! the text to write instead. Gives nothing only where the tree would be too deep.

use pest::iterators::{Pair, Pairs};

use super::quantity::parse_quantity;
use super::{DEPTH_MAX, Rule};
use crate::diagnostic::{Code, Diagnostic};
use crate::language::ast::{Argument, ArgumentKind, Arithmetic, Call, Compare, Comparison, Expr, Kind, Path, Place, Query, Segment, SegmentKind, Within};
use crate::language::snippet::Snippet;

/// Builds the tree of a whole expression.
pub(super) fn query(snippet: &Snippet, mut pairs: Pairs<'_, Rule>, faults: &mut Vec<Diagnostic>) -> Option<Query> {
    let expression = pairs.next()?;
    let query = expression.into_inner().find(|pair| pair.as_rule() == Rule::query)?;
    let mut builder = Builder { snippet, faults, too_deep: false };
    let query = builder.query(query, 0);
    (!builder.too_deep).then_some(query)
}

/// What an infix operator does, loosest binding first; `None` is a comparison, which does not chain.
#[derive(Clone, Copy, PartialEq)]
enum Infix {
    Or,
    And,
    Compare(Comparison, bool),
    Arithmetic(Arithmetic),
}

/// The table of precedences, loosest first: `or`, `and`, `not`, comparisons, `+ -`, `* / %`, unary `-`.
fn binding(infix: Infix) -> u8 {
    match infix {
        Infix::Or => 1,
        Infix::And => 2,
        Infix::Compare(..) => 4,
        Infix::Arithmetic(Arithmetic::Add | Arithmetic::Subtract) => 5,
        Infix::Arithmetic(_) => 6,
    }
}
const BINDING_NOT: u8 = 3;
const BINDING_NEGATE: u8 = 7;

struct Builder<'a, 'f> {
    snippet: &'a Snippet,
    faults: &'f mut Vec<Diagnostic>,
    too_deep: bool,
}

fn place(pair: &Pair<'_, Rule>) -> Place {
    let span = pair.as_span();
    // A rule that ends in optional parts may have run over the white space before them.
    let trimmed = span.as_str().trim_end().len();
    Place { start: span.start(), end: span.start() + trimmed }
}

/// The operators and operands of one operation, to be taken from the front.
struct Run<'i> {
    pairs: std::iter::Peekable<Pairs<'i, Rule>>,
}

impl Builder<'_, '_> {
    fn fault(&mut self, code: Code, at: Place, message: impl Into<String>) -> Diagnostic {
        Diagnostic::new(code, self.snippet.span(at), message)
    }

    /// Refuses a tree that is too deep, once.
    fn deep(&mut self, at: Place) -> Expr {
        if !self.too_deep {
            self.too_deep = true;
            let fault = self
                .fault(Code::NestedTooDeep, at, "this expression is nested too deep")
                .label(format!("more than {DEPTH_MAX} levels"))
                .help("name parts of it with `let`");
            self.faults.push(fault);
        }
        Expr { kind: Kind::Broken, at }
    }

    fn query(&mut self, pair: Pair<'_, Rule>, depth: usize) -> Query {
        let at = place(&pair);
        let mut expr = Expr { kind: Kind::Broken, at };
        let mut keys = Vec::new();
        let mut within = None;
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::operation => expr = self.operation(part, depth),
                Rule::by => {
                    for key in part.into_inner().filter(|part| part.as_rule() == Rule::key) {
                        if let Some(operation) = key.into_inner().next() {
                            keys.push(self.operation(operation, depth + 1));
                        }
                    }
                }
                Rule::within => {
                    let at = place(&part);
                    if let Some(value) = part.into_inner().find(|part| part.as_rule() != Rule::kw_within) {
                        within = Some(Within { value: self.operand(value, depth + 1), at });
                    }
                }
                _ => {}
            }
        }
        Query { expr, keys, within, at }
    }

    fn operation(&mut self, pair: Pair<'_, Rule>, depth: usize) -> Expr {
        let at = place(&pair);
        if depth > DEPTH_MAX {
            return self.deep(at);
        }
        let mut run = Run { pairs: pair.into_inner().peekable() };
        self.climb(&mut run, 0, depth, at)
    }

    /// Precedence climbing: takes operands and operators that bind at least as tight as `least`.
    fn climb(&mut self, run: &mut Run<'_>, least: u8, depth: usize, whole: Place) -> Expr {
        if depth > DEPTH_MAX {
            return self.deep(whole);
        }
        let mut left = self.prefixed(run, depth, whole);
        let mut compared = false;
        let mut steps = 0;
        while let Some(next) = run.pairs.peek() {
            if next.as_rule() != Rule::infix {
                break;
            }
            let Some(operator) = next.clone().into_inner().next() else { break };
            let operator_at = place(&operator);
            let infix = self.infix_silent(&operator);
            let tightness = binding(infix);
            if tightness < least {
                break;
            }
            run.pairs.next();
            if let Some(null_at) = null_behind(&operator, run) {
                run.pairs.next();
                let at = operator_at.to(null_at);
                let fault = self
                    .fault(Code::NullLiteral, at, format!("`{}` is not an operator", self.snippet.get(at)))
                    .label("a missing value is not a value")
                    .help("ask with `exists(field)` or `not exists(field)`");
                self.faults.push(fault);
                left = Expr { kind: Kind::Broken, at: left.at.to(at) };
                continue;
            }
            self.refuse_slip(&operator);
            let right = self.climb(run, tightness + 1, depth + 1, whole);
            if matches!(infix, Infix::Compare(..)) {
                if compared {
                    let fault = self
                        .fault(Code::ChainedComparison, operator_at, "comparisons do not chain")
                        .label("a second comparison")
                        .help("join two comparisons with `and`: `a < b and b < c`");
                    self.faults.push(fault);
                    left = Expr { kind: Kind::Broken, at: left.at.to(right.at) };
                    continue;
                }
                compared = true;
            }
            if let Infix::Arithmetic(_) = infix {
                // A chain leans to the left and is as deep as it is long.
                steps += 1;
                if depth + steps > DEPTH_MAX {
                    return self.deep(operator_at);
                }
            }
            left = self.join(left, infix, operator_at, right);
            if operator.as_rule() == Rule::slip_foreign && operator.as_str() != "<>" {
                // What stands on the right belongs to the other language too.
                left.kind = Kind::Broken;
            }
        }
        left
    }

    fn join(&mut self, left: Expr, infix: Infix, op_at: Place, right: Expr) -> Expr {
        let at = left.at.to(right.at);
        let kind = match infix {
            Infix::Or => match left.kind {
                Kind::Or(mut parts) => {
                    parts.push(right);
                    Kind::Or(parts)
                }
                kind => Kind::Or(vec![Expr { kind, at: left.at }, right]),
            },
            Infix::And => match left.kind {
                Kind::And(mut parts) => {
                    parts.push(right);
                    Kind::And(parts)
                }
                kind => Kind::And(vec![Expr { kind, at: left.at }, right]),
            },
            Infix::Arithmetic(operator) => Kind::Arithmetic(operator, Box::new(left), Box::new(right)),
            Infix::Compare(op, fold) => Kind::Compare(Box::new(Compare { op, fold, op_at, left, right })),
        };
        Expr { kind, at }
    }

    fn prefixed(&mut self, run: &mut Run<'_>, depth: usize, whole: Place) -> Expr {
        let Some(next) = run.pairs.next() else { return Expr { kind: Kind::Broken, at: whole } };
        let at = place(&next);
        if next.as_rule() != Rule::prefix {
            return self.operand(next, depth);
        }
        let Some(operator) = next.into_inner().next() else { return Expr { kind: Kind::Broken, at } };
        match operator.as_rule() {
            Rule::minus => {
                let operand = self.climb(run, BINDING_NEGATE, depth + 1, whole);
                let at = at.to(operand.at);
                match operand.kind {
                    Kind::Int(number) => Expr { kind: Kind::Int(-number), at },
                    Kind::Float(number) => Expr { kind: Kind::Float(-number), at },
                    kind => Expr { kind: Kind::Negate(Box::new(Expr { kind, at: operand.at })), at },
                }
            }
            _ => {
                if operator.as_rule() == Rule::slip_bang {
                    let fault = self.fault(Code::SymbolForWord, at, "negation is written `not`").label("not an operator here").fix(
                        "write `not`",
                        if self.snippet.text.get(at.end..).is_some_and(|rest| rest.starts_with(char::is_whitespace)) { "not" } else { "not " },
                    );
                    self.faults.push(fault);
                } else if operator.as_str() != "not" {
                    self.capitals(at, operator.as_str());
                }
                let operand = self.climb(run, BINDING_NOT, depth + 1, whole);
                Expr { at: at.to(operand.at), kind: Kind::Not(Box::new(operand)) }
            }
        }
    }

    fn capitals(&mut self, at: Place, word: &str) {
        let lower = word.to_ascii_lowercase();
        let fault = self
            .fault(Code::SymbolForWord, at, format!("`{word}` is written in small letters"))
            .label("not an operator here")
            .fix(format!("write `{lower}`"), lower);
        self.faults.push(fault);
    }

    /// Returns what an operator does; slips are taken for what they mean.
    fn infix_silent(&self, pair: &Pair<'_, Rule>) -> Infix {
        let text = pair.as_str();
        let fold = text.contains('~') && !matches!(text, "=~" | "!~");
        let compare = |op| Infix::Compare(op, fold);
        match pair.as_rule() {
            Rule::or | Rule::slip_or => Infix::Or,
            Rule::and | Rule::slip_and => Infix::And,
            Rule::equal => compare(Comparison::Equal),
            Rule::not_equal => compare(Comparison::NotEqual),
            Rule::less => compare(Comparison::Less),
            Rule::less_equal => compare(Comparison::LessEqual),
            Rule::greater => compare(Comparison::Greater),
            Rule::greater_equal => compare(Comparison::GreaterEqual),
            Rule::r#in => compare(Comparison::In),
            Rule::not_in => compare(Comparison::NotIn),
            Rule::contains => compare(Comparison::Contains),
            Rule::contains_all => compare(Comparison::ContainsAll),
            Rule::starts_with => compare(Comparison::StartsWith),
            Rule::ends_with => compare(Comparison::EndsWith),
            Rule::like => compare(Comparison::Like),
            Rule::matches => compare(Comparison::Matches),
            Rule::plus => Infix::Arithmetic(Arithmetic::Add),
            Rule::minus => Infix::Arithmetic(Arithmetic::Subtract),
            Rule::times_sign => Infix::Arithmetic(Arithmetic::Multiply),
            Rule::divide => Infix::Arithmetic(Arithmetic::Divide),
            Rule::remainder => Infix::Arithmetic(Arithmetic::Remainder),
            Rule::slip_equal if text == "!==" => compare(Comparison::NotEqual),
            Rule::slip_foreign if text == "<>" => compare(Comparison::NotEqual),
            Rule::slip_foreign if text == "=~" => compare(Comparison::Matches),
            Rule::slip_foreign => compare(Comparison::Matches),
            Rule::slip_word => compare(word_meant(text).0),
            _ => compare(Comparison::Equal),
        }
    }

    fn refuse_slip(&mut self, pair: &Pair<'_, Rule>) {
        let at = place(pair);
        let text = pair.as_str();
        let fault = match pair.as_rule() {
            Rule::slip_or | Rule::slip_and => {
                let word = if text == "||" { "or" } else { "and" };
                self.fault(Code::SymbolForWord, at, format!("`{text}` is written `{word}`")).label("not an operator here").fix(format!("write `{word}`"), word)
            }
            Rule::or | Rule::and if text != text.to_ascii_lowercase() => return self.capitals(at, text),
            Rule::r#in | Rule::not_in if text != text.to_ascii_lowercase() => return self.capitals(at, text),
            Rule::slip_equal => {
                let write = if text == "!==" { "!=" } else { "==" };
                self.fault(Code::SingleEquals, at, format!("`{text}` is not an operator"))
                    .label("two values are compared here")
                    .fix(format!("write `{write}`"), write)
            }
            Rule::slip_foreign => {
                let fault = self.fault(Code::ForeignOperator, at, format!("`{text}` is not an operator"));
                match text {
                    "<>" => fault.fix("write `!=`", "!="),
                    "=~" => fault.fix("write `matches`", "matches"),
                    _ => fault.help("write `not (a matches /pattern/)`"),
                }
            }
            Rule::slip_word => {
                let (_, write) = word_meant(text);
                let fault = self.fault(Code::ForeignOperator, at, format!("`{text}` is not an operator"));
                if text.trim().to_ascii_lowercase().starts_with("is") {
                    fault.fix(format!("write `{write}`; a missing value is asked for with `exists(x)`"), write)
                } else {
                    fault.fix(format!("write `{write}`"), write)
                }
            }
            _ => return,
        };
        self.faults.push(fault);
    }

    fn operand(&mut self, pair: Pair<'_, Rule>, depth: usize) -> Expr {
        let pair = if pair.as_rule() == Rule::operand { pair.into_inner().next() } else { Some(pair) };
        let Some(pair) = pair else { return Expr { kind: Kind::Broken, at: Place::default() } };
        let at = place(&pair);
        let kind = match pair.as_rule() {
            Rule::text => Kind::Text(self.unescape(at, pair.as_str())),
            Rule::raw_text => Kind::Text(inside(pair.as_str()).to_owned()),
            Rule::regex => regex(pair.as_str()),
            Rule::number => self.number(at, pair.as_str()),
            Rule::quantity => self.quantity(at, pair.as_str()),
            Rule::range => self.range(at, pair),
            Rule::slip_range => {
                let fault = self
                    .fault(Code::BadRange, at, "the ends of a range are whole numbers")
                    .label("not a range")
                    .help("compare with both ends: `x >= a and x <= b`");
                self.faults.push(fault);
                Kind::Broken
            }
            Rule::boolean => Kind::Bool(pair.as_str() == "true"),
            Rule::slip_null => {
                let fault = self
                    .fault(Code::NullLiteral, at, format!("there is no `{}` in an expression", pair.as_str()))
                    .label("a missing value is not a value")
                    .help("ask with `exists(field)` or `not exists(field)`");
                self.faults.push(fault);
                Kind::Broken
            }
            Rule::list => Kind::List(pair.into_inner().filter(|part| part.as_rule() == Rule::operation).map(|part| self.operation(part, depth + 1)).collect()),
            Rule::paren => match pair.into_inner().next() {
                Some(inner) => Kind::Paren(Box::new(self.query(inner, depth + 1))),
                None => Kind::Broken,
            },
            Rule::setting => Kind::Setting(pair.as_str().trim_start_matches('$').to_owned()),
            Rule::element => Kind::Element(self.segments(pair)),
            Rule::path => {
                let mut inner = pair.clone().into_inner();
                match inner.next() {
                    Some(word) => {
                        let name_at = place(&word);
                        Kind::Path(Path { name: word.as_str().to_owned(), name_at, segments: self.segments(pair) })
                    }
                    None => Kind::Broken,
                }
            }
            Rule::call => return self.call_expr(pair, depth),
            _ => Kind::Broken,
        };
        Expr { kind, at }
    }

    fn segments(&mut self, pair: Pair<'_, Rule>) -> Vec<Segment> {
        let mut segments = Vec::new();
        for part in pair.into_inner() {
            let at = place(&part);
            let kind = match part.as_rule() {
                Rule::segment => SegmentKind::Name(part.as_str().to_owned()),
                Rule::index => match part.into_inner().next() {
                    Some(inner) if inner.as_rule() == Rule::index_number => SegmentKind::Index(self.index(&inner)),
                    Some(inner) if inner.as_rule() == Rule::text => SegmentKind::Name(self.unescape(place(&inner), inner.as_str())),
                    Some(inner) => SegmentKind::Name(inside(inner.as_str()).to_owned()),
                    None => continue,
                },
                _ => continue,
            };
            segments.push(Segment { kind, at });
        }
        segments
    }

    /// A call, and the parts of its value that stand behind it.
    fn call_expr(&mut self, pair: Pair<'_, Rule>, depth: usize) -> Expr {
        let at = place(&pair);
        let tail = pair.clone().into_inner().find(|part| part.as_rule() == Rule::call_tail);
        let call = self.call(pair, depth);
        let Some(tail) = tail else { return Expr { kind: call, at } };
        let inner_end = self.snippet.text.get(..place(&tail).start).map_or(at.end, |text| text.trim_end().len());
        let inner = Expr { kind: call, at: Place { start: at.start, end: inner_end } };
        Expr { kind: Kind::Member(Box::new(inner), self.segments(tail)), at }
    }

    fn call(&mut self, pair: Pair<'_, Rule>, depth: usize) -> Kind {
        let mut name = (String::new(), Place::default());
        let mut arguments = Vec::new();
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::function => name = (part.as_str().to_owned(), place(&part)),
                Rule::argument => arguments.push(self.argument(part, depth + 1)),
                _ => {}
            }
        }
        Kind::Call(Call { name: name.0, name_at: name.1, arguments })
    }

    fn argument(&mut self, pair: Pair<'_, Rule>, depth: usize) -> Argument {
        let at = place(&pair);
        let broken = Query { expr: Expr { kind: Kind::Broken, at }, keys: Vec::new(), within: None, at };
        let mut label = None;
        let mut times = None;
        let mut queries = Vec::new();
        for part in pair.into_inner() {
            let part_at = place(&part);
            match part.as_rule() {
                Rule::period => return self.period(part, at, broken),
                Rule::until => {
                    let query = part.into_inner().find(|part| part.as_rule() == Rule::query).map_or(broken, |query| self.query(query, depth));
                    return Argument { kind: ArgumentKind::Until(query), at };
                }
                Rule::label => label = Some((part.as_str().trim_end_matches(':').trim_end().to_owned(), part_at)),
                Rule::times => {
                    let number = part.into_inner().next();
                    let value = number.map_or(0, |number| number.as_str().replace('_', "").parse().unwrap_or(-1));
                    times = Some((value, part_at));
                }
                Rule::query => queries.push(self.query(part, depth)),
                _ => {}
            }
        }
        let mut queries = queries.into_iter();
        let value = queries.next().unwrap_or(broken);
        let Some(history) = queries.next() else {
            return Argument { kind: ArgumentKind::Plain { label, times, value }, at };
        };
        if let Some((_, label_at)) = label.as_ref().map(|(name, at)| (name, *at)).or(None) {
            let fault = self.fault(Code::StepOutsideSequence, label_at, "a name cannot stand before `of`").label("only steps of a sequence have names");
            self.faults.push(fault);
        }
        if value.has_tail() {
            let tail = value.within.as_ref().map_or(value.at, |within| within.at);
            let fault = self.fault(Code::BadOf, tail, "`by` and `within` belong behind `of`").help("write `value of (population by key within duration)`");
            self.faults.push(fault);
        }
        Argument { kind: ArgumentKind::Of { value: value.expr, history }, at }
    }

    fn period(&mut self, pair: Pair<'_, Rule>, at: Place, broken: Query) -> Argument {
        let mut inner = pair.into_inner();
        let (Some(word), Some(length)) = (inner.next(), inner.next()) else {
            return Argument { kind: ArgumentKind::Until(broken), at };
        };
        let word = word.as_str().to_owned();
        let length_at = place(&length);
        match self.quantity(length_at, length.as_str()) {
            Kind::Quantity(length) => Argument { kind: ArgumentKind::Period { word, length, length_at }, at },
            _ => Argument { kind: ArgumentKind::Plain { label: None, times: None, value: broken }, at },
        }
    }

    fn number(&mut self, at: Place, text: &str) -> Kind {
        let plain = text.replace('_', "");
        if !plain.contains(['.', 'e', 'E']) {
            if let Ok(number) = plain.parse::<i64>() {
                return Kind::Int(number);
            }
        } else if let Ok(number) = plain.parse::<f64>()
            && number.is_finite()
        {
            return Kind::Float(number);
        }
        let fault = self
            .fault(Code::NumberOutOfRange, at, format!("`{text}` is out of range"))
            .label("whole numbers reach to 9223372036854775807, others to about 1.8e308");
        self.faults.push(fault);
        Kind::Broken
    }

    fn quantity(&mut self, at: Place, text: &str) -> Kind {
        match parse_quantity(text) {
            Ok(quantity) => Kind::Quantity(quantity),
            Err(bad) => {
                let fault = self.fault(Code::MalformedQuantity, at, bad.message);
                let fault = match bad.meant {
                    Some(meant) => fault.fix(format!("write `{meant}`"), meant),
                    None => fault.help(bad.help),
                };
                self.faults.push(fault);
                Kind::Broken
            }
        }
    }

    fn index(&mut self, pair: &Pair<'_, Rule>) -> i64 {
        pair.as_str().replace('_', "").parse().unwrap_or_else(|_| {
            let fault = self.fault(Code::NumberOutOfRange, place(pair), format!("`{}` is out of range", pair.as_str())).label("no list is so long");
            self.faults.push(fault);
            0
        })
    }

    fn range(&mut self, at: Place, pair: Pair<'_, Rule>) -> Kind {
        let ends: Vec<Option<i64>> =
            pair.into_inner().filter(|part| part.as_rule() == Rule::range_end).map(|part| part.as_str().replace('_', "").parse().ok()).collect();
        let (Some(Some(low)), Some(Some(high))) = (ends.first(), ends.get(1)) else {
            let fault = self.fault(Code::NumberOutOfRange, at, "an end of this range is out of range");
            self.faults.push(fault);
            return Kind::Broken;
        };
        if low > high {
            let fault = self
                .fault(Code::BadRange, at, "this range holds nothing")
                .label(format!("{low} is more than {high}"))
                .help("both ends are included and the lower one comes first; around midnight write `hour(published) in [22, 23] or hour(published) in 0..5`");
            self.faults.push(fault);
        }
        Kind::Range(*low, *high)
    }

    fn unescape(&mut self, at: Place, quoted: &str) -> String {
        let body = inside(quoted);
        let mut out = String::with_capacity(body.len());
        let mut chars = body.char_indices();
        while let Some((offset, next)) = chars.next() {
            if next != '\\' {
                out.push(next);
                continue;
            }
            let Some((end, escape)) = chars.next() else { break };
            let start = at.start + 1 + offset;
            let mut escape_at = Place { start, end: at.start + 1 + end + escape.len_utf8() };
            let value = match escape {
                'n' => Some('\n'),
                't' => Some('\t'),
                'r' => Some('\r'),
                '"' | '\\' | '/' | '\'' => Some(escape),
                'u' => {
                    let digits: String = body.get(end + 1..).unwrap_or("").chars().take(4).collect();
                    let value = (digits.len() == 4).then(|| u32::from_str_radix(&digits, 16).ok()).flatten().and_then(char::from_u32);
                    if value.is_some() {
                        for _ in 0..4 {
                            chars.next();
                        }
                        escape_at.end += 4;
                    }
                    value
                }
                _ => None,
            };
            match value {
                Some(value) => out.push(value),
                None => {
                    let fault = self
                        .fault(Code::BadEscape, escape_at, format!("`\\{escape}` is not an escape"))
                        .label("escapes are \\n \\t \\r \\\" \\\\ \\uXXXX")
                        .help(format!("for a backslash itself write `\\\\{escape}`, or put the text into single quotes"));
                    self.faults.push(fault);
                }
            }
        }
        out
    }
}

fn inside(quoted: &str) -> &str {
    quoted.get(1..quoted.len().saturating_sub(1)).unwrap_or("")
}

fn regex(text: &str) -> Kind {
    let end = text.rfind('/').unwrap_or(0);
    let pattern = text.get(1..end).unwrap_or("").replace("\\/", "/");
    Kind::Regex { pattern, flags: text.get(end + 1..).unwrap_or("").to_owned() }
}

/// Says where `null` stands behind `is` or `is not`, which together ask whether something is there.
fn null_behind(operator: &Pair<'_, Rule>, run: &mut Run<'_>) -> Option<Place> {
    if operator.as_rule() != Rule::slip_word || !operator.as_str().to_ascii_lowercase().starts_with("is") {
        return None;
    }
    let next = run.pairs.peek()?.clone();
    let inner = next.into_inner().next()?;
    (inner.as_rule() == Rule::slip_null).then(|| place(&inner))
}

/// What a word of another language means in ours.
fn word_meant(text: &str) -> (Comparison, &'static str) {
    match text.split_whitespace().collect::<Vec<_>>().join(" ").to_ascii_lowercase().as_str() {
        "startswith" | "sw" => (Comparison::StartsWith, "starts_with"),
        "endswith" | "ew" => (Comparison::EndsWith, "ends_with"),
        "has" | "co" => (Comparison::Contains, "contains"),
        "regex" => (Comparison::Matches, "matches"),
        "is not" | "ne" => (Comparison::NotEqual, "!="),
        _ => (Comparison::Equal, "=="),
    }
}
