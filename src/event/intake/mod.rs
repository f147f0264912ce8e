//! Intake: a stream of bytes, cut into events.
//!
//! Takes newline-delimited JSON, a JSON array, objects one after another (pretty or not), event hook deliveries, and any mixture of
//! them; `open` also takes them compressed. Gives the bytes of each event exactly, with the line where it begins, and what is no event
//! as a bad piece. Streams: it holds one piece at a time, however long a line is. Never opens files and never reads an event.

mod delivery;
mod open;
mod pieces;
mod scanner;
#[cfg(test)]
mod tests;

use std::collections::VecDeque;
use std::fmt;
use std::io::BufRead;
use std::sync::Arc;

use super::origin::Source;
use pieces::{Outcome, Pieces};

pub use open::open;

/// How many bytes of a bad piece are kept, for showing or setting aside.
pub const BAD_PIECE_BYTES_MAX: usize = 64 * 1024;

/// The bytes of one event.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Piece {
    /// The event as it came.
    pub bytes: Vec<u8>,
    /// The line where it begins, from 1.
    pub line: u64,
    /// By which way it came, where the stream says so.
    pub source: Option<Source>,
    /// The org's host, where the stream says so.
    pub org: Option<Arc<str>>,
}

/// Bytes that are no event.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct BadPiece {
    /// The kind of fault, for counting.
    pub kind: BadPieceKind,
    /// The line where they begin, or for `Cut` the line reached; from 1.
    pub line: u64,
    /// What is wrong, in plain words.
    pub message: String,
    /// The bytes, or the first [`BAD_PIECE_BYTES_MAX`] of them.
    pub bytes: Vec<u8>,
}

/// The kinds of fault in a stream.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum BadPieceKind {
    /// Text that is no object.
    NotAnObject,
    /// An object that is not closed where it should be.
    NotClosed,
    /// More bytes than any event has.
    TooLong,
    /// An event hook delivery that holds no list of events.
    NoEvents,
    /// The stream ended early; nothing follows.
    Cut,
}

/// Cuts a stream into events.
#[derive(Debug)]
pub struct Intake<R> {
    pieces: Pieces<R>,
    /// The rest of a delivery.
    waiting: VecDeque<Result<Piece, BadPiece>>,
}

impl<R: BufRead> Intake<R> {
    /// Makes an intake that reads from there.
    pub fn new(reader: R) -> Intake<R> {
        Intake { pieces: Pieces::new(reader), waiting: VecDeque::new() }
    }

    /// Reads the next event into `piece`, whose buffer is used again; none is the end.
    pub fn next_into(&mut self, piece: &mut Piece) -> Option<Result<(), BadPiece>> {
        loop {
            if let Some(next) = self.waiting.pop_front() {
                return Some(next.map(|next| *piece = next));
            }
            let outcome = self.pieces.next_into(&mut piece.bytes)?;
            if outcome.fault.is_some() {
                return Some(Err(BadPiece::of(outcome, std::mem::take(&mut piece.bytes))));
            }
            match delivery::split(&piece.bytes, outcome.line) {
                Some(events) => self.waiting.extend(events),
                None => {
                    (piece.line, piece.source, piece.org) = (outcome.line, None, None);
                    return Some(Ok(()));
                }
            }
        }
    }
}

impl<R: BufRead> Iterator for Intake<R> {
    type Item = Result<Piece, BadPiece>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut piece = Piece::default();
        let next = self.next_into(&mut piece)?;
        Some(next.map(|()| piece))
    }
}

impl BadPiece {
    fn of(outcome: Outcome, mut bytes: Vec<u8>) -> BadPiece {
        let kind = outcome.fault.unwrap_or(BadPieceKind::NotAnObject);
        let message = outcome.message.unwrap_or_else(|| kind.words().to_owned());
        bytes.truncate(BAD_PIECE_BYTES_MAX);
        bytes.shrink_to_fit();
        BadPiece { kind, line: outcome.line, message, bytes }
    }
}

impl BadPieceKind {
    fn words(self) -> &'static str {
        match self {
            BadPieceKind::NotAnObject => "not a JSON object",
            BadPieceKind::NotClosed => "the object is not closed before the end of the line",
            BadPieceKind::TooLong => "an object of more than 16 MiB",
            BadPieceKind::NoEvents => "an event hook delivery without a list of events",
            BadPieceKind::Cut => "the input ends early",
        }
    }
}

impl fmt::Display for BadPiece {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.message)
    }
}

impl std::error::Error for BadPiece {}
