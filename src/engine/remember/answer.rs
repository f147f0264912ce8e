//! Answers to questions about one set of past events.

use std::collections::HashMap;

use super::asking::{Asking, Inquiry};
use super::cells::Cell;
use super::codec::put_key;
use super::different::Different;
use super::row::Row;
use crate::evaluate::{Moment, values_equal};
use crate::event::{Point, Scalar, Span, Timestamp, Value};
use crate::language::Question;
use crate::plan::remember::{Ask, ENDLESS, Plain};

/// Mean radius of the earth in metres.
const EARTH_RADIUS: f64 = 6_371_008.8;

/// Movement below this many metres in no time is none.
const SAME_PLACE_METRES: f64 = 1.0;

/// Which events around the one that asks a question is about.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reach {
    /// (t-D, t], the event that asks included.
    Window,
    /// [t-D, t), strictly before the event that asks.
    Before,
    /// (t, t+D], strictly after it.
    After,
}

fn reach(question: &Question) -> Reach {
    match question {
        Question::Count
        | Question::Distinct
        | Question::Sum
        | Question::Min
        | Question::Max
        | Question::Avg
        | Question::Values
        | Question::Top(_)
        | Question::ZScore(_) => Reach::Window,
        Question::FollowedBy => Reach::After,
        _ => Reach::Before,
    }
}

/// Returns the answer over no events at all.
pub(super) fn empty(ask: &Ask) -> Value<'static> {
    match ask {
        Ask::Plain(plain) => empty_of(plain),
        Ask::Steps(_) => Value::Bool(false),
    }
}

fn empty_of(plain: &Plain) -> Value<'static> {
    match plain.question {
        Question::Count | Question::Distinct => Value::Int(0),
        Question::Sum => match plain.scalar {
            Some(Scalar::Float) => Value::Float(0.0),
            Some(Scalar::Duration) => Value::Duration(Span::ZERO),
            _ => Value::Int(0),
        },
        Question::Values | Question::Top(_) => Value::List(Vec::new()),
        Question::Seen | Question::FirstSeen(_) | Question::FollowedBy | Question::Sequence(_) => Value::Bool(false),
        Question::Min
        | Question::Max
        | Question::Avg
        | Question::Last
        | Question::First
        | Question::TravelSpeed
        | Question::TravelDistance
        | Question::ZScore(_) => Value::Missing,
    }
}

/// The events of a cell that a question is about.
struct Range<'a> {
    cell: Option<&'a Cell>,
    from: usize,
    to: usize,
}

impl<'a> Range<'a> {
    fn of(plain: &Plain, cell: Option<&'a Cell>, row: &Row) -> Range<'a> {
        let Some(entries) = cell.map(|cell| &cell.entries) else { return Range { cell, from: 0, to: 0 } };
        let within = plain.within.unwrap_or(ENDLESS);
        let start = row.at().minus(within);
        let (from, to) = match reach(&plain.question) {
            Reach::Window if within == ENDLESS => (0, entries.partition_point(|entry| !entry.is_after(row))),
            Reach::Window => (entries.partition_point(|entry| entry.at <= start), entries.partition_point(|entry| !entry.is_after(row))),
            Reach::Before => (entries.partition_point(|entry| entry.at < start), entries.partition_point(|entry| entry.is_before(row))),
            Reach::After => {
                let end = row.at().plus(within);
                (entries.partition_point(|entry| !entry.is_after(row)), entries.partition_point(|entry| entry.at <= end))
            }
        };
        Range { cell, from, to: to.max(from) }
    }

    fn len(&self) -> usize {
        self.to - self.from
    }

    fn iter(&self) -> impl DoubleEndedIterator<Item = &'a Row> + use<'a> {
        let (from, to) = (self.from, self.to);
        self.cell.into_iter().flat_map(move |cell| cell.entries.range(from, to).map(|entry| &entry.row))
    }
}

/// Answers a question for an event.
pub(super) fn answer(inquiry: &Inquiry<'_>, plain: &Plain, row: &Row) -> Value<'static> {
    let Some(cell) = inquiry.look(&plain.source, &plain.now, row) else { return empty_of(plain) };
    let range = Range::of(plain, cell, row);
    let belongs = |entry: &&Row| inquiry.belongs(&plain.source, entry, row, &[]);
    match &plain.question {
        Question::Count => Value::Int(int(count(inquiry, plain, &range, row))),
        Question::Distinct => Value::Int(int(newest_of_each(inquiry, plain, &range, row).len())),
        Question::Sum | Question::Min | Question::Max | Question::Avg => number(plain, &taken(inquiry, plain, &range, row)),
        Question::Values => Value::List(ranked(taken(inquiry, plain, &range, row)).into_iter().map(|(value, _)| value).collect()),
        Question::Top(most) => {
            let mut ranked = ranked(taken(inquiry, plain, &range, row));
            // The sort is stable: equally frequent values stay in the order of their first events.
            ranked.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
            ranked.truncate(usize::try_from(*most).unwrap_or(0));
            Value::List(ranked.into_iter().map(|(value, _)| value).collect())
        }
        Question::Seen => Value::Bool(if inquiry.all_belong(&plain.source) { range.len() > 0 } else { range.iter().rev().any(|entry| belongs(&entry)) }),
        Question::Last => range.iter().rev().find(belongs).map_or(Value::Missing, |entry| take(inquiry, plain, entry)),
        Question::First => range.iter().find(belongs).map_or(Value::Missing, |entry| take(inquiry, plain, entry)),
        Question::FirstSeen(learning) => Value::Bool(first_seen(inquiry, plain, &range, row, *learning)),
        Question::TravelSpeed | Question::TravelDistance => travel(inquiry, plain, &range, row),
        Question::FollowedBy => Value::Bool(followed_by(inquiry, plain, &range, row)),
        Question::ZScore(each) => zscore(inquiry, plain, &range, row, *each).map_or(Value::Missing, Value::Float),
        Question::Sequence(_) => Value::Bool(false),
    }
}

/// Returns the events that made an answer what it is.
pub(super) fn members(inquiry: &Inquiry<'_>, plain: &Plain, row: &Row) -> Vec<Row> {
    let Some(cell) = inquiry.look(&plain.source, &plain.now, row) else { return Vec::new() };
    let range = Range::of(plain, cell, row);
    let mut all = range.iter().filter(|entry| inquiry.belongs(&plain.source, entry, row, &[]));
    let forward = |newest_first: Vec<&Row>| newest_first.into_iter().rev().cloned().collect();
    match plain.question {
        // No more than what decides is kept for ever, so no more than that is told.
        Question::Count if plain.enough.is_some() => forward(all.rev().take(plain.enough.unwrap_or(usize::MAX)).collect()),
        Question::Distinct if plain.enough.is_some() => forward(newest_of_each(inquiry, plain, &range, row)),
        Question::Seen => all.next_back().into_iter().cloned().collect(),
        Question::TravelSpeed | Question::TravelDistance => all.rev().find(|entry| point(inquiry, plain, entry).is_some()).into_iter().cloned().collect(),
        Question::Last => all.next_back().into_iter().cloned().collect(),
        Question::First => all.next().into_iter().cloned().collect(),
        // What made it true is that there is none.
        Question::FirstSeen(_) => Vec::new(),
        _ => all.cloned().collect(),
    }
}

fn int(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

fn take(inquiry: &Inquiry<'_>, plain: &Plain, entry: &Row) -> Value<'static> {
    match &plain.value {
        Some(value) => inquiry.eval(entry, |moment| value.eval(moment).into_owned()),
        None => Value::Missing,
    }
}

/// Returns how many events there are, as far as that decides anything.
fn count(inquiry: &Inquiry<'_>, plain: &Plain, range: &Range<'_>, row: &Row) -> usize {
    let enough = plain.enough.unwrap_or(usize::MAX);
    if inquiry.all_belong(&plain.source) {
        return range.len().min(enough);
    }
    range.iter().rev().filter(|entry| inquiry.belongs(&plain.source, entry, row, &[])).take(enough).count()
}

/// Returns the newest event of each value, the newest first, as far as their number decides anything.
fn newest_of_each<'a>(inquiry: &Inquiry<'_>, plain: &Plain, range: &Range<'a>, row: &Row) -> Vec<&'a Row> {
    let enough = plain.enough.unwrap_or(usize::MAX);
    let mut values = Different::default();
    let mut newest = Vec::new();
    let mut key = Vec::new();
    for entry in range.iter().rev() {
        if newest.len() >= enough {
            break;
        }
        if !inquiry.belongs(&plain.source, entry, row, &[]) {
            continue;
        }
        key.clear();
        let is_there = plain.value.as_ref().and_then(|value| inquiry.eval(entry, |moment| put_key(&mut key, &value.eval(moment)))).is_some();
        if is_there && values.is_new(&key) {
            newest.push(entry);
        }
    }
    newest
}

/// Returns the values that are there, in the order of their events.
fn taken(inquiry: &Inquiry<'_>, plain: &Plain, range: &Range<'_>, row: &Row) -> Vec<Value<'static>> {
    range
        .iter()
        .filter(|entry| inquiry.belongs(&plain.source, entry, row, &[]))
        .map(|entry| take(inquiry, plain, entry))
        .filter(|value| !value.is_missing())
        .collect()
}

/// Returns the different values with how often each came, in the order of their first events.
fn ranked(values: Vec<Value<'static>>) -> Vec<(Value<'static>, usize)> {
    let mut places: HashMap<Vec<u8>, usize> = HashMap::new();
    let mut ranked: Vec<(Value<'static>, usize)> = Vec::new();
    for value in values {
        let mut key = Vec::new();
        if put_key(&mut key, &value).is_none() {
            continue;
        }
        let place = *places.entry(key).or_insert(ranked.len());
        match ranked.get_mut(place) {
            Some((_, count)) => *count += 1,
            None => ranked.push((value, 1)),
        }
    }
    ranked
}

fn number(plain: &Plain, values: &[Value<'static>]) -> Value<'static> {
    match plain.question {
        Question::Min => extreme(values, std::cmp::Ordering::Less),
        Question::Max => extreme(values, std::cmp::Ordering::Greater),
        Question::Avg if values.is_empty() => Value::Missing,
        Question::Sum if values.is_empty() => match plain.scalar {
            Some(Scalar::Float) => Value::Float(0.0),
            Some(Scalar::Duration) => Value::Duration(Span::ZERO),
            _ => Value::Int(0),
        },
        _ => total(values, matches!(plain.question, Question::Avg)),
    }
}

fn extreme(values: &[Value<'static>], wanted: std::cmp::Ordering) -> Value<'static> {
    let mut best: Option<&Value<'static>> = None;
    for value in values {
        if best.is_none_or(|best| order(value, best) == Some(wanted)) {
            best = Some(value);
        }
    }
    best.cloned().unwrap_or_default()
}

#[expect(clippy::cast_precision_loss, reason = "numbers beyond 2^53 are compared with fractions only approximately")]
fn order(a: &Value<'_>, b: &Value<'_>) -> Option<std::cmp::Ordering> {
    match (a, b) {
        (Value::Int(a), Value::Int(b)) => Some(a.cmp(b)),
        (Value::Int(a), Value::Float(b)) => (*a as f64).partial_cmp(b),
        (Value::Float(a), Value::Int(b)) => a.partial_cmp(&(*b as f64)),
        (Value::Float(a), Value::Float(b)) => a.partial_cmp(b),
        (Value::Time(a), Value::Time(b)) => Some(a.cmp(b)),
        (Value::Duration(a), Value::Duration(b)) => Some(a.cmp(b)),
        _ => None,
    }
}

/// Adds up, or takes the mean. Whole numbers are added exactly; a sum that no number can hold is missing.
#[expect(clippy::cast_precision_loss, reason = "a mean needs no more than 53 bits")]
fn total(values: &[Value<'static>], mean: bool) -> Value<'static> {
    let count = values.len();
    let mut whole = 0i128;
    let mut broken = 0.0f64;
    let mut has_fractions = false;
    let mut is_duration = false;
    for value in values {
        match value {
            Value::Int(number) => whole += i128::from(*number),
            Value::Duration(span) => {
                is_duration = true;
                whole += i128::from(span.as_micros());
            }
            Value::Float(number) => {
                has_fractions = true;
                broken += number;
            }
            _ => {}
        }
    }
    if is_duration {
        let micros = if mean { whole / i128::try_from(count.max(1)).unwrap_or(1) } else { whole };
        return i64::try_from(micros).map_or(Value::Missing, |micros| Value::Duration(Span::micros(micros)));
    }
    let sum = whole as f64 + broken;
    let result = match (mean, has_fractions) {
        (true, _) => Value::Float(sum / count.max(1) as f64),
        (false, true) => Value::Float(sum),
        (false, false) => i64::try_from(whole).map_or(Value::Missing, Value::Int),
    };
    match result {
        Value::Float(number) if !number.is_finite() => Value::Missing,
        result => result,
    }
}

fn first_seen(inquiry: &Inquiry<'_>, plain: &Plain, range: &Range<'_>, row: &Row, learning: Option<Span>) -> bool {
    let Some(value) = &plain.value else { return false };
    let asking = Asking { inquiry, row };
    let now = value.eval(&Moment::new(row, &asking));
    if now.is_missing() {
        return false;
    }
    if let Some(within) = plain.within {
        let known = inquiry.view.begin.map_or(0, |begin| row.at().since(begin).as_micros());
        if known < within.as_micros() / 2 + within.as_micros() % 2 {
            inquiry.young.set(true);
            return false;
        }
    }
    if let Some(learning) = learning {
        let until = row.at().minus(learning);
        let is_known = if inquiry.all_belong(&plain.source) {
            range.cell.and_then(Cell::first).is_some_and(|first| first <= until)
        } else {
            let entries = range.cell.into_iter().flat_map(|cell| cell.entries.iter()).map(|entry| &entry.row);
            entries.take_while(|entry| entry.at() <= until && *entry < row).any(|entry| inquiry.belongs(&plain.source, entry, row, &[]))
        };
        if !is_known {
            return false;
        }
    }
    let is_same = |entry: &Row| inquiry.eval(entry, |moment| values_equal(&value.eval(moment), &now));
    !range.iter().rev().any(|entry| inquiry.belongs(&plain.source, entry, row, &[]) && is_same(entry))
}

/// Returns where an event happened.
fn point(inquiry: &Inquiry<'_>, plain: &Plain, row: &Row) -> Option<Point> {
    match take(inquiry, plain, row) {
        Value::Point(point) => Some(point),
        _ => None,
    }
}

fn travel(inquiry: &Inquiry<'_>, plain: &Plain, range: &Range<'_>, row: &Row) -> Value<'static> {
    let Some(here) = point(inquiry, plain, row) else { return Value::Missing };
    let before = range
        .iter()
        .rev()
        .filter_map(|entry| point(inquiry, plain, entry).map(|place| (entry, place)))
        .find(|(entry, _)| inquiry.belongs(&plain.source, entry, row, &[]));
    let Some((entry, there)) = before else { return Value::Missing };
    let metres = distance(there, here);
    if matches!(plain.question, Question::TravelDistance) {
        return Value::Distance(metres);
    }
    let seconds = row.at().since(entry.at()).as_seconds();
    match seconds > 0.0 {
        true => Value::Speed(metres / seconds),
        false if metres < SAME_PLACE_METRES => Value::Missing,
        false => Value::Speed(f64::INFINITY),
    }
}

/// Returns the distance of two positions in metres, along the great circle.
fn distance(a: Point, b: Point) -> f64 {
    let (from, to) = (a.lat.to_radians(), b.lat.to_radians());
    let lat = (to - from) / 2.0;
    let lon = (b.lon - a.lon).to_radians() / 2.0;
    let chord = lat.sin().powi(2) + from.cos() * to.cos() * lon.sin().powi(2);
    2.0 * EARTH_RADIUS * chord.sqrt().min(1.0).asin()
}

fn followed_by(inquiry: &Inquiry<'_>, plain: &Plain, range: &Range<'_>, row: &Row) -> bool {
    if range.iter().any(|entry| inquiry.belongs(&plain.source, entry, row, &[])) {
        return true;
    }
    let settles = row.at().plus(plain.settles.get(inquiry.rule as usize).copied().unwrap_or(ENDLESS));
    if inquiry.view.finished || settles < inquiry.view.watermark {
        return false;
    }
    inquiry.leave_open(plain, settles)
}

/// Returns how far the current bucket's count lies from the mean of the earlier full ones, in standard deviations.
#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
fn zscore(inquiry: &Inquiry<'_>, plain: &Plain, range: &Range<'_>, row: &Row, each: Span) -> Option<f64> {
    let each = each.as_micros().max(1);
    let bucket = |at: Timestamp| at.micros().div_euclid(each);
    let start = row.at().minus(plain.within?).micros();
    let current = bucket(row.at());
    let bound = inquiry.all_belong(&plain.source);
    let first = if bound {
        range.cell.and_then(Cell::first)
    } else {
        let entries = range.cell.into_iter().flat_map(|cell| cell.entries.iter()).map(|entry| &entry.row);
        entries.take_while(|entry| *entry <= row).find(|entry| inquiry.belongs(&plain.source, entry, row, &[])).map(|entry| entry.at())
    }?;
    // A bucket is earlier and full if it lies wholly in the window and not wholly before the key's first event.
    let oldest = start.div_euclid(each).saturating_add(1).max(bucket(first));
    let buckets = usize::try_from(current.checked_sub(oldest)?).ok().filter(|count| *count >= 2)?;
    let mut counts: HashMap<i64, usize> = HashMap::new();
    for entry in range.iter().filter(|entry| bound || inquiry.belongs(&plain.source, entry, row, &[])) {
        *counts.entry(bucket(entry.at())).or_default() += 1;
    }
    let now = counts.get(&current).copied().unwrap_or(0) as f64;
    let (sum, squares) = counts
        .iter()
        .filter(|(at, _)| (oldest..current).contains(*at))
        .fold((0u128, 0u128), |(sum, squares), (_, count)| (sum + *count as u128, squares + (*count as u128).pow(2)));
    let n = buckets as u128;
    // n^2 times the variance, in whole numbers, so that a variance of zero is exactly that.
    let spread = n * squares - sum * sum;
    if spread == 0 {
        return None;
    }
    let mean = sum as f64 / n as f64;
    let deviation = (spread as f64).sqrt() / n as f64;
    Some((now - mean) / deviation)
}
