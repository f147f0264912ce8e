//! Values as bytes: how events are kept, how keys are told apart, how state is saved.
//!
//! The forms are stable: what is written today is read by every later version, or refused by the version of the snapshot around it.

use std::borrow::Cow;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::event::{Point, Span, Timestamp, Value};

/// Deepest nesting of lists that is read back.
const DEPTH_MAX: usize = 8;

/// Writes a number in as few bytes as it needs.
pub(super) fn put_count(out: &mut Vec<u8>, count: usize) {
    let mut rest = count as u64;
    while rest >= 0x80 {
        out.push((rest as u8 & 0x7f) | 0x80);
        rest >>= 7;
    }
    out.push(rest as u8);
}

/// Writes bytes with their length before them.
pub(super) fn put_bytes(out: &mut Vec<u8>, bytes: &[u8]) {
    put_count(out, bytes.len());
    out.extend_from_slice(bytes);
}

/// Writes a value.
pub(super) fn put_value(out: &mut Vec<u8>, value: &Value<'_>) {
    match value {
        Value::Missing => out.push(0),
        Value::Bool(truth) => out.extend([1, u8::from(*truth)]),
        Value::Int(number) => put_fixed(out, 2, number.to_le_bytes()),
        Value::Float(number) => put_fixed(out, 3, number.to_bits().to_le_bytes()),
        Value::Text(text) => {
            out.push(4);
            put_bytes(out, text.as_bytes());
        }
        Value::Time(time) => put_fixed(out, 5, time.micros().to_le_bytes()),
        Value::Duration(span) => put_fixed(out, 6, span.as_micros().to_le_bytes()),
        Value::Address(IpAddr::V4(address)) => put_fixed(out, 7, address.octets()),
        Value::Address(IpAddr::V6(address)) => put_fixed(out, 8, address.octets()),
        Value::Network(network) => {
            out.push(9);
            put_bytes(out, network.to_string().as_bytes());
        }
        Value::Point(point) => {
            put_fixed(out, 10, point.lat.to_bits().to_le_bytes());
            out.extend(point.lon.to_bits().to_le_bytes());
        }
        Value::Distance(metres) => put_fixed(out, 11, metres.to_bits().to_le_bytes()),
        Value::Speed(speed) => put_fixed(out, 12, speed.to_bits().to_le_bytes()),
        Value::List(parts) => {
            out.push(13);
            put_count(out, parts.len());
            parts.iter().for_each(|part| put_value(out, part));
        }
        Value::Json(json) => {
            out.push(14);
            put_bytes(out, json.to_string().as_bytes());
        }
    }
}

fn put_fixed<const N: usize>(out: &mut Vec<u8>, tag: u8, bytes: [u8; N]) {
    out.push(tag);
    out.extend(bytes);
}

/// Writes a value so that equal values have equal bytes. A missing value has none.
pub(super) fn put_key(out: &mut Vec<u8>, value: &Value<'_>) -> Option<()> {
    match value {
        Value::Missing => return None,
        // Whole numbers are equal to themselves with a decimal point.
        #[expect(clippy::cast_possible_truncation, reason = "the range is checked first")]
        Value::Float(number) if number.trunc() == *number && number.abs() < 9.0e15 => put_value(out, &Value::Int(*number as i64)),
        Value::List(parts) => {
            out.push(13);
            put_count(out, parts.len());
            for part in parts {
                if put_key(out, part).is_none() {
                    out.push(0);
                }
            }
        }
        Value::Distance(number) | Value::Speed(number) if *number == 0.0 => {
            put_fixed(out, if matches!(value, Value::Speed(_)) { 12 } else { 11 }, 0u64.to_le_bytes())
        }
        Value::Point(point) => put_value(out, &Value::Point(Point { lat: point.lat + 0.0, lon: point.lon + 0.0 })),
        value => put_value(out, value),
    }
    Some(())
}

/// Reads what was written; every read says whether there was enough.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bytes<'b> {
    rest: &'b [u8],
}

impl<'b> Bytes<'b> {
    pub(super) fn new(bytes: &'b [u8]) -> Self {
        Bytes { rest: bytes }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    #[inline]
    pub(super) fn take(&mut self, count: usize) -> Option<&'b [u8]> {
        let (taken, rest) = self.rest.split_at_checked(count)?;
        self.rest = rest;
        Some(taken)
    }

    pub(super) fn fixed<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.take(N)?.try_into().ok()
    }

    #[inline]
    pub(super) fn byte(&mut self) -> Option<u8> {
        let (byte, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(*byte)
    }

    pub(super) fn i64(&mut self) -> Option<i64> {
        self.fixed().map(i64::from_le_bytes)
    }

    #[inline]
    pub(super) fn count(&mut self) -> Option<usize> {
        // Nearly all are small.
        match self.rest {
            [byte @ 0..0x80, rest @ ..] => {
                self.rest = rest;
                Some(usize::from(*byte))
            }
            _ => self.large_count(),
        }
    }

    fn large_count(&mut self) -> Option<usize> {
        let mut count = 0u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            count |= u64::from(byte & 0x7f).checked_shl(shift)?;
            if byte & 0x80 == 0 {
                return usize::try_from(count).ok();
            }
        }
        None
    }

    /// Reads a number of 16 bits that was written as a count.
    #[inline]
    pub(super) fn number(&mut self) -> Option<u16> {
        self.count().and_then(|count| u16::try_from(count).ok())
    }

    pub(super) fn bytes(&mut self) -> Option<&'b [u8]> {
        let count = self.count()?;
        self.take(count)
    }

    pub(super) fn text(&mut self) -> Option<&'b str> {
        std::str::from_utf8(self.bytes()?).ok()
    }

    fn float(&mut self) -> Option<f64> {
        self.fixed().map(|bytes| f64::from_bits(u64::from_le_bytes(bytes)))
    }

    pub(super) fn value(&mut self) -> Option<Value<'b>> {
        self.value_at(0)
    }

    fn value_at(&mut self, depth: usize) -> Option<Value<'b>> {
        Some(match self.byte()? {
            0 => Value::Missing,
            1 => Value::Bool(self.byte()? != 0),
            2 => Value::Int(self.i64()?),
            3 => Value::Float(self.float()?),
            4 => Value::Text(Cow::Borrowed(self.text()?)),
            5 => Value::Time(Timestamp::from_micros(self.i64()?)),
            6 => Value::Duration(Span::micros(self.i64()?)),
            7 => Value::Address(IpAddr::V4(Ipv4Addr::from(self.fixed::<4>()?))),
            8 => Value::Address(IpAddr::V6(Ipv6Addr::from(self.fixed::<16>()?))),
            9 => Value::Network(self.text()?.parse().ok()?),
            10 => Value::Point(Point { lat: self.float()?, lon: self.float()? }),
            11 => Value::Distance(self.float()?),
            12 => Value::Speed(self.float()?),
            13 => {
                let count = self.count()?;
                let depth = (depth < DEPTH_MAX).then_some(depth + 1)?;
                let mut parts = Vec::new();
                for _ in 0..count {
                    parts.push(self.value_at(depth)?);
                }
                Value::List(parts)
            }
            14 => Value::Json(Box::new(serde_json::from_str(self.text()?).ok()?)),
            _ => return None,
        })
    }

    /// Reads a value as the bytes that it was written as, unless there are numbers with a point in it: of those the same bytes can be
    /// two that are not equal.
    pub(super) fn exact_bytes(&mut self) -> Option<&'b [u8]> {
        let before = self.rest;
        matches!(before.first()?, 1 | 2 | 4..=9).then_some(())?;
        self.skip_value()?;
        before.get(..before.len().checked_sub(self.rest.len())?)
    }

    /// Passes over a value.
    #[inline]
    pub(super) fn skip_value(&mut self) -> Option<()> {
        let bytes = match self.byte()? {
            // Nearly all are texts.
            4 | 9 | 14 => self.count()?,
            0 => 0,
            1 => 1,
            2 | 3 | 5 | 6 | 11 | 12 => 8,
            7 => 4,
            8 | 10 => 16,
            13 => return self.skip_list(),
            _ => return None,
        };
        self.take(bytes).map(drop)
    }

    fn skip_list(&mut self) -> Option<()> {
        (0..self.count()?).try_for_each(|_| self.skip_value())
    }
}
