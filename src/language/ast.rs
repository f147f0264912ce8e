//! The shape of an expression, before names and types are known.
//!
//! Made by `parse`, read by `check` and `format`. Every node keeps its place in the expression's own text.

use crate::event::Span as Duration;

/// A stretch of bytes of the expression's text.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct Place {
    /// Offset of the first byte.
    pub start: usize,
    /// Offset after the last byte.
    pub end: usize,
}

impl Place {
    /// Returns the smallest place that covers both.
    pub fn to(self, other: Place) -> Place {
        Place { start: self.start.min(other.start), end: self.end.max(other.end) }
    }
}

/// An expression, with its tail if it is a history.
#[derive(Clone, PartialEq, Debug)]
pub struct Query {
    /// The population, or the whole expression where there is no tail.
    pub expr: Expr,
    /// What `by` names.
    pub keys: Vec<Expr>,
    /// The length that `within` names.
    pub within: Option<Within>,
    /// Where all of it stands.
    pub at: Place,
}

impl Query {
    /// Says whether `by` or `within` stands behind the expression.
    pub fn has_tail(&self) -> bool {
        !self.keys.is_empty() || self.within.is_some()
    }
}

/// The operand of `within`.
#[derive(Clone, PartialEq, Debug)]
pub struct Within {
    /// A literal or a setting.
    pub value: Expr,
    /// Where it stands, the word `within` included.
    pub at: Place,
}

/// One expression.
#[derive(Clone, PartialEq, Debug)]
pub struct Expr {
    /// What it is.
    pub kind: Kind,
    /// Where it stands.
    pub at: Place,
}

/// What an expression is.
#[derive(Clone, PartialEq, Debug)]
pub enum Kind {
    /// `"text"` or `'text'`, unescaped.
    Text(String),
    /// A whole number.
    Int(i64),
    /// A number with a fraction.
    Float(f64),
    /// `true` or `false`.
    Bool(bool),
    /// A number with a unit.
    Quantity(Quantity),
    /// `/pattern/flags`.
    Regex {
        /// The pattern, with `\/` written as `/`.
        pattern: String,
        /// Letters after the closing slash.
        flags: String,
    },
    /// `[a, b]`.
    List(Vec<Expr>),
    /// `low..high`, both ends included.
    Range(i64, i64),
    /// `a.b["c"][0]`.
    Path(Path),
    /// `.a.b`, the element of a list.
    Element(Vec<Segment>),
    /// `$name`.
    Setting(String),
    /// `not a`.
    Not(Box<Expr>),
    /// `-a`.
    Negate(Box<Expr>),
    /// `a and b and ...`, at least two.
    And(Vec<Expr>),
    /// `a or b or ...`, at least two.
    Or(Vec<Expr>),
    /// `a + b` and its like.
    Arithmetic(Arithmetic, Box<Expr>, Box<Expr>),
    /// `a == b` and its like.
    Compare(Box<Compare>),
    /// `f(a, b)`.
    Call(Call),
    /// `f(a).b[0]`.
    Member(Box<Expr>, Vec<Segment>),
    /// `( ... )`; kept, because in a sequence `(not a)` is not `not a`.
    Paren(Box<Query>),
    /// Stands where the text could not be understood; the fault has been reported.
    Broken,
}

/// A name and what follows it.
#[derive(Clone, PartialEq, Debug)]
pub struct Path {
    /// The first name.
    pub name: String,
    /// Where the first name stands.
    pub name_at: Place,
    /// What follows.
    pub segments: Vec<Segment>,
}

/// One step of a path.
#[derive(Clone, PartialEq, Debug)]
pub struct Segment {
    /// The step.
    pub kind: SegmentKind,
    /// Where it stands, without the dot.
    pub at: Place,
}

/// What a step of a path is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum SegmentKind {
    /// `.name` or `["name"]`.
    Name(String),
    /// `[0]`.
    Index(i64),
}

/// A comparison.
#[derive(Clone, PartialEq, Debug)]
pub struct Compare {
    /// The operator.
    pub op: Comparison,
    /// Whether `~` asks to ignore case.
    pub fold: bool,
    /// Where the operator stands.
    pub op_at: Place,
    /// The left side.
    pub left: Expr,
    /// The right side.
    pub right: Expr,
}

/// The operators that compare.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Comparison {
    /// `==`
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterEqual,
    /// `in`
    In,
    /// `not in`
    NotIn,
    /// `contains`
    Contains,
    /// `contains all`
    ContainsAll,
    /// `starts_with`
    StartsWith,
    /// `ends_with`
    EndsWith,
    /// `like`
    Like,
    /// `matches`
    Matches,
}

impl Comparison {
    /// Returns the operator as it is written, with `~` where case is ignored.
    pub fn text(self, fold: bool) -> &'static str {
        match (self, fold) {
            (Comparison::Equal, false) => "==",
            (Comparison::Equal, true) => "==~",
            (Comparison::NotEqual, false) => "!=",
            (Comparison::NotEqual, true) => "!=~",
            (Comparison::Less, _) => "<",
            (Comparison::LessEqual, _) => "<=",
            (Comparison::Greater, _) => ">",
            (Comparison::GreaterEqual, _) => ">=",
            (Comparison::In, false) => "in",
            (Comparison::In, true) => "in~",
            (Comparison::NotIn, false) => "not in",
            (Comparison::NotIn, true) => "not in~",
            (Comparison::Contains, false) => "contains",
            (Comparison::Contains, true) => "contains~",
            (Comparison::ContainsAll, false) => "contains all",
            (Comparison::ContainsAll, true) => "contains~ all",
            (Comparison::StartsWith, false) => "starts_with",
            (Comparison::StartsWith, true) => "starts_with~",
            (Comparison::EndsWith, false) => "ends_with",
            (Comparison::EndsWith, true) => "ends_with~",
            (Comparison::Like, false) => "like",
            (Comparison::Like, true) => "like~",
            (Comparison::Matches, _) => "matches",
        }
    }

    /// Returns the comparison that says the same with its sides exchanged.
    pub fn mirrored(self) -> Comparison {
        match self {
            Comparison::Less => Comparison::Greater,
            Comparison::LessEqual => Comparison::GreaterEqual,
            Comparison::Greater => Comparison::Less,
            Comparison::GreaterEqual => Comparison::LessEqual,
            op => op,
        }
    }
}

/// The operators that calculate.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Arithmetic {
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `/`
    Divide,
    /// `%`
    Remainder,
}

impl Arithmetic {
    /// Returns the operator as it is written.
    pub fn text(self) -> &'static str {
        match self {
            Arithmetic::Add => "+",
            Arithmetic::Subtract => "-",
            Arithmetic::Multiply => "*",
            Arithmetic::Divide => "/",
            Arithmetic::Remainder => "%",
        }
    }
}

/// A call of a function.
#[derive(Clone, PartialEq, Debug)]
pub struct Call {
    /// The function's name.
    pub name: String,
    /// Where the name stands.
    pub name_at: Place,
    /// What is handed over.
    pub arguments: Vec<Argument>,
}

/// One argument of a call.
#[derive(Clone, PartialEq, Debug)]
pub struct Argument {
    /// What it is.
    pub kind: ArgumentKind,
    /// Where it stands.
    pub at: Place,
}

/// What an argument is.
#[derive(Clone, PartialEq, Debug)]
pub enum ArgumentKind {
    /// An expression or a history; with `label:` and `n times` when it is a step.
    Plain {
        /// The step's name.
        label: Option<(String, Place)>,
        /// How often the step must happen.
        times: Option<(i64, Place)>,
        /// The expression or history.
        value: Query,
    },
    /// `value of history`.
    Of {
        /// What is taken from each event.
        value: Expr,
        /// Where the word `of` stands between.
        history: Query,
    },
    /// `until event`.
    Until(Query),
    /// `learning 7d` or `each 1d`.
    Period {
        /// The word.
        word: String,
        /// The length.
        length: Quantity,
        /// Where the length stands.
        length_at: Place,
    },
}

/// A number with a unit.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Quantity {
    /// A length of time.
    Duration(Duration),
    /// Metres.
    Distance(f64),
    /// Metres per second.
    Speed(f64),
}
