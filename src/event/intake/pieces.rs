//! Pieces: whole objects and what is none, from a reader.
//!
//! Takes a reader; feeds the scanner and reads again what the scanner wants to see again. The last piece says why the stream was cut, if
//! it was. Knows nothing of deliveries.

use std::io::{self, BufRead};

use super::BadPieceKind;
use super::scanner::{Found, Scanner};

/// A stream of pieces.
#[derive(Debug)]
pub(super) struct Pieces<R> {
    reader: R,
    scanner: Scanner,
    /// Bytes to read again, and how many of them were.
    replay: Vec<u8>,
    replayed: usize,
    end: End,
}

#[derive(PartialEq, Eq, Debug)]
enum End {
    /// Not yet.
    Open,
    /// The stream has ended, with a read error's words if it ended early; what is still open comes out.
    Closing(Option<String>),
    Ended,
}

/// What a piece is, but for its bytes.
#[derive(PartialEq, Eq, Debug)]
pub(super) struct Outcome {
    /// The fault; none for a whole object.
    pub(super) fault: Option<BadPieceKind>,
    /// The line where the piece begins, or where the stream was cut.
    pub(super) line: u64,
    /// Better words for the fault than its kind's.
    pub(super) message: Option<String>,
}

impl<R: BufRead> Pieces<R> {
    pub(super) fn new(reader: R) -> Pieces<R> {
        Pieces { reader, scanner: Scanner::new(), replay: Vec::new(), replayed: 0, end: End::Open }
    }

    /// Reads the next piece into `bytes`; none is the end.
    pub(super) fn next_into(&mut self, bytes: &mut Vec<u8>) -> Option<Outcome> {
        let found = self.advance()?;
        let start = self.scanner.take_piece(bytes);
        let ended = self.end != End::Open && self.replay.is_empty();
        let message = (ended && found == Ok(Found::Bad(BadPieceKind::NotClosed))).then(|| "the object is not closed before the end of the input".to_owned());
        Some(match found {
            Ok(Found::Whole) => Outcome { fault: None, line: start, message },
            Ok(Found::Bad(kind)) => Outcome { fault: Some(kind), line: start, message },
            Err(why) => Outcome { fault: Some(BadPieceKind::Cut), line: self.scanner.line(), message: Some(why) },
        })
    }

    /// Reads on until something is found; an error is why the stream was cut, and the last thing there is.
    fn advance(&mut self) -> Option<Result<Found, String>> {
        loop {
            if let Some(again) = self.replay.get(self.replayed..).filter(|again| !again.is_empty()) {
                let (used, found) = self.scanner.feed(again);
                self.replayed += used;
                match found {
                    Some(found) => return Some(Ok(found)),
                    None => continue,
                }
            }
            self.replay = Vec::new();
            match &mut self.end {
                End::Ended => return None,
                End::Open => match self.reader.fill_buf() {
                    Ok([]) => self.end = End::Closing(None),
                    Ok(bytes) => {
                        let (used, found) = self.scanner.feed(bytes);
                        self.reader.consume(used);
                        if let Some(found) = found {
                            self.note_replay();
                            return Some(Ok(found));
                        }
                    }
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                    Err(error) => {
                        self.end = End::Closing(Some(format!("the input cannot be read to its end: {error}")));
                    }
                },
                End::Closing(cut) => {
                    let cut = cut.take();
                    let found = self.scanner.finish();
                    self.note_replay();
                    if !self.replay.is_empty() {
                        // What is open then comes out after what has to be read again.
                        self.end = End::Closing(cut);
                        return found.map(Ok);
                    }
                    self.end = End::Ended;
                    return cut.map(Err).or(found.map(Ok));
                }
            }
        }
    }

    fn note_replay(&mut self) {
        // INVARIANT: what is read again knows its lines, so that nothing of it has to be read a third time.
        (self.replay, self.replayed) = (self.scanner.take_replay(), 0);
    }
}
