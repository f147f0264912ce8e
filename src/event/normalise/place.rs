//! Places: latitude and longitude together.
//!
//! Okta writes 0.00, 0.00 where it knows no place; a tower in the sea off Ghana would make every journey impossible.

use super::coerce::coerce;
use crate::event::log_event::Lexeme;
use crate::event::schema::StandIns;
use crate::event::types::{Scalar, Type};
use crate::event::value::{Point, Value};

/// Returns the place of two coordinates, if it is one on the earth and not 0, 0.
pub(super) fn point(lat: Lexeme<'_>, lon: Lexeme<'_>) -> Option<Point> {
    let (lat, lon) = (degrees(lat, 90.0)?, degrees(lon, 180.0)?);
    (lat != 0.0 || lon != 0.0).then_some(Point { lat, lon })
}

fn degrees(lexeme: Lexeme<'_>, most: f64) -> Option<f64> {
    match coerce(lexeme, Type::Scalar(Scalar::Float), StandIns::All) {
        Value::Float(degrees) if degrees.abs() <= most => Some(degrees),
        _ => None,
    }
}
