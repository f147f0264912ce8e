//! Numbers with a unit: durations, distances and speeds.

use crate::event::Span as Duration;
use crate::language::ast::Quantity;

/// Why a quantity could not be read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct BadQuantity {
    /// What is wrong, in words.
    pub message: String,
    /// What was probably meant.
    pub meant: Option<String>,
    /// What can be written.
    pub help: String,
}

/// Parses `1h30m`, `500km`, `1.5km` or `900km/h`.
///
/// # Errors
/// Says what is wrong and, for the usual other spellings of units (`15min`, `2hours`, `5ms`), what to write.
pub fn parse_quantity(text: &str) -> Result<Quantity, BadQuantity> {
    if let Some(number) = text.strip_suffix("km/h").and_then(decimal) {
        return Ok(Quantity::Speed(number / 3.6));
    }
    if let Some(number) = text.strip_suffix("km").and_then(decimal) {
        return Ok(Quantity::Distance(number * 1000.0));
    }
    if let Some(span) = Duration::parse(&text.replace('_', "")) {
        return Ok(Quantity::Duration(span));
    }
    if Duration::is_too_long(&text.replace('_', "")) {
        return Err(BadQuantity { message: format!("`{text}` is too long"), meant: None, help: longest_duration() });
    }
    let meant = meant(text);
    let unit = text.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.' || c == '_');
    let message = match unit {
        "m/s" | "mph" | "kmh" | "kph" => format!("`{unit}` is not a unit here"),
        "w" | "M" | "y" | "mo" => format!("`{unit}` is not a unit: its length is not always the same, or is easily mistaken"),
        _ if text.contains('.') => format!("`{text}` is not a duration: its parts are whole numbers, such as `1h30m`"),
        _ => format!("`{text}` is not a duration, a distance or a speed"),
    };
    let help = "durations are written `90s`, `15m`, `8h`, `30d`, `1h30m`; distances `500km`; speeds `900km/h`".to_owned();
    Err(BadQuantity { message, meant, help })
}

/// Says how long a duration can be.
pub fn longest_duration() -> String {
    format!("the longest duration is `{}d`", Duration::DAYS_MAX)
}

fn decimal(text: &str) -> Option<f64> {
    let number: f64 = text.replace('_', "").parse().ok()?;
    (text.starts_with(|c: char| c.is_ascii_digit()) && number.is_finite()).then_some(number)
}

/// Reads other spellings of units, one number and one unit each, and gives ours.
fn meant(text: &str) -> Option<String> {
    let mut rest = text;
    let mut out = String::new();
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '_').unwrap_or(rest.len());
        let (number, tail) = rest.split_at_checked(digits)?;
        let letters = tail.find(|c: char| c.is_ascii_digit()).unwrap_or(tail.len());
        let (unit, tail) = tail.split_at_checked(letters)?;
        if number.is_empty() {
            return None;
        }
        let unit = match unit.to_ascii_lowercase().as_str() {
            // Minutes, months or a million: only the author knows.
            _ if unit == "M" => return None,
            "s" | "sec" | "secs" | "second" | "seconds" => "s",
            "m" | "min" | "mins" | "minute" | "minutes" => "m",
            "h" | "hr" | "hrs" | "hour" | "hours" => "h",
            "d" | "day" | "days" => "d",
            "w" | "wk" | "week" | "weeks" => {
                out.push_str(&format!("{}d", number.replace('_', "").parse::<i64>().ok()?.checked_mul(7)?));
                rest = tail;
                continue;
            }
            "kmh" | "kph" | "kmph" | "km/hr" => "km/h",
            "kms" | "kilometres" | "kilometers" => "km",
            _ => return None,
        };
        out.push_str(number);
        out.push_str(unit);
        rest = tail;
    }
    (out != text && parse_quantity(&out).is_ok()).then_some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_can_mean_one_thing_is_mended() {
        for (text, meant) in [("15min", Some("15m")), ("2Hours", Some("2h")), ("1w", Some("7d")), ("15M", None), ("3mo", None), ("15x", None)] {
            let bad = parse_quantity(text).expect_err("no quantity of ours");
            assert_eq!(bad.meant.as_deref(), meant, "{text}: {}", bad.message);
        }
    }
}
