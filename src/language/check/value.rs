//! Literals, lists and calculations.

use std::borrow::Cow;
use std::sync::Arc;

use super::Checker;
use crate::diagnostic::Code;
use crate::event::{Scalar, Type, Value};
use crate::language::ast::{Arithmetic, Expr, Kind, Place, Quantity};
use crate::language::typed::{Node, Typed};

impl Checker<'_> {
    /// Checks a single literal.
    pub(super) fn literal(&mut self, expr: &Expr) -> Option<Arc<Typed>> {
        let (value, scalar) = match &expr.kind {
            Kind::Text(text) => (Value::Text(Cow::Owned(text.clone())), Scalar::Text),
            Kind::Int(number) => (Value::Int(*number), Scalar::Int),
            Kind::Float(number) => (Value::Float(*number), Scalar::Float),
            Kind::Bool(truth) => (Value::Bool(*truth), Scalar::Bool),
            Kind::Quantity(Quantity::Duration(length)) => (Value::Duration(*length), Scalar::Duration),
            Kind::Quantity(Quantity::Distance(metres)) => (Value::Distance(*metres), Scalar::Distance),
            Kind::Quantity(Quantity::Speed(speed)) => (Value::Speed(*speed), Scalar::Speed),
            _ => return None,
        };
        Some(Typed::new(Node::Constant(value), Type::Scalar(scalar), self.span(expr.at)))
    }

    /// Checks a list; its elements must be of one type.
    pub(super) fn list(&mut self, place: Place, parts: &[Expr]) -> Option<Arc<Typed>> {
        let at = self.span(place);
        if parts.is_empty() {
            let fault = self.fault(Code::MixedList, place, "this list is empty").label("a list needs at least one element");
            self.push(fault);
            return None;
        }
        let typed: Vec<Option<Arc<Typed>>> = parts.iter().map(|part| self.expr(part)).collect();
        let typed: Vec<Arc<Typed>> = typed.into_iter().collect::<Option<_>>()?;
        let mut scalar = None;
        for part in &typed {
            let Type::Scalar(this) = part.ty else {
                let fault = crate::diagnostic::Diagnostic::new(Code::MixedList, part.at, "a list holds single values").label(format!("this is {}", part.ty));
                self.push(fault);
                return None;
            };
            scalar = match scalar {
                None => Some(this),
                Some(Scalar::Int) if this == Scalar::Float => Some(Scalar::Float),
                Some(Scalar::Float) if this == Scalar::Int => Some(Scalar::Float),
                Some(before) if before == this => Some(before),
                Some(before) => {
                    let fault = crate::diagnostic::Diagnostic::new(Code::MixedList, part.at, "the elements of a list have one type").label(format!(
                        "this is {}; those before it are {}",
                        Type::Scalar(this),
                        Type::Scalar(before)
                    ));
                    self.push(fault);
                    return None;
                }
            };
        }
        let ty = Type::List(scalar?);
        Some(Typed::new(Node::List(typed), ty, at))
    }

    /// Checks a change of sign.
    pub(super) fn negate(&mut self, place: Place, operand: &Expr) -> Option<Arc<Typed>> {
        let inner = self.expr(operand)?;
        match inner.ty {
            Type::Scalar(scalar @ (Scalar::Int | Scalar::Float | Scalar::Duration)) => {
                Some(Typed::new(Node::Negate(inner), Type::Scalar(scalar), self.span(place)))
            }
            ty => {
                let fault = self.fault(Code::NumberNeeded, operand.at, "`-` needs a number").label(format!("this is {ty}"));
                self.push(fault);
                None
            }
        }
    }

    /// Checks a calculation.
    pub(super) fn arithmetic(&mut self, place: Place, operator: Arithmetic, left: &Expr, right: &Expr) -> Option<Arc<Typed>> {
        let (left_typed, right_typed) = (self.expr(left), self.expr(right));
        let (left_typed, right_typed) = (left_typed?, right_typed?);
        let (Type::Scalar(a), Type::Scalar(b)) = (left_typed.ty, right_typed.ty) else {
            let bad = if matches!(left_typed.ty, Type::Scalar(_)) { (right.at, right_typed.ty) } else { (left.at, left_typed.ty) };
            let fault = self.fault(Code::NumberNeeded, bad.0, format!("`{}` needs numbers", operator.text())).label(format!("this is {}", bad.1));
            self.push(fault);
            return None;
        };
        let Some(scalar) = arithmetic_type(operator, a, b) else {
            let number = |scalar| matches!(scalar, Scalar::Int | Scalar::Float | Scalar::Duration | Scalar::Time | Scalar::Json);
            let (bad, ty) = if number(a) { (right.at, right_typed.ty) } else { (left.at, left_typed.ty) };
            let fault = self
                .fault(Code::NumberNeeded, bad, format!("`{}` cannot join {} and {}", operator.text(), left_typed.ty, right_typed.ty))
                .label(format!("this is {ty}"));
            let fault = if a == Scalar::Text && b == Scalar::Text {
                fault.help("texts are put together in titles: `{actor.displayName} and {target.user.displayName}`")
            } else {
                fault
            };
            self.push(fault);
            return None;
        };
        Some(Typed::new(Node::Arithmetic(operator, left_typed, right_typed), Type::Scalar(scalar), self.span(place)))
    }
}

/// Returns the type of a calculation, if the two sides can be joined by it.
fn arithmetic_type(operator: Arithmetic, left: Scalar, right: Scalar) -> Option<Scalar> {
    use Arithmetic::{Add, Divide, Multiply, Remainder, Subtract};
    use Scalar::{Duration, Float, Int, Time};
    Some(match (operator, left, right) {
        (Divide, Int | Float, Int | Float) => Float,
        (_, Int, Int) => Int,
        (_, Int | Float, Int | Float) => Float,
        (Add | Subtract | Remainder, Duration, Duration) => Duration,
        (Divide, Duration, Duration) => Float,
        (Multiply, Duration, Int) | (Multiply, Int, Duration) | (Divide, Duration, Int) => Duration,
        (Add | Subtract, Time, Duration) => Time,
        (Subtract, Time, Time) => Duration,
        (Add | Subtract, left, right) if left == right && matches!(left, Scalar::Distance | Scalar::Speed) => left,
        _ => return None,
    })
}
