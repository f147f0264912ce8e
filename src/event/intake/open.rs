//! Opening: finds out whether a stream is compressed, by its first bytes.
//!
//! Takes any reader; gives one that reads plain bytes. Knows gzip, also of several members, and zstd, also of several frames.

use std::io::{self, BufRead, BufReader, Chain, Cursor, Read};

use flate2::bufread::MultiGzDecoder;

/// How many bytes are read at once.
const BUFFER_BYTES: usize = 64 * 1024;

const GZIP: [u8; 2] = [0x1F, 0x8B];
const ZSTD: [u8; 4] = [0x28, 0xB5, 0x2F, 0xFD];

/// Opens a stream of events: plain, gzip or zstd. What goes wrong with the first bytes is told when they are read.
pub fn open(reader: impl Read) -> impl BufRead {
    let mut reader = reader;
    let mut first = Vec::with_capacity(ZSTD.len());
    let sniffed = Read::by_ref(&mut reader).take(ZSTD.len() as u64).read_to_end(&mut first);
    if let Err(error) = sniffed {
        return Opened::Broken(Some(error));
    }
    let kind = (first.starts_with(&GZIP), first.starts_with(&ZSTD));
    let whole = BufReader::with_capacity(BUFFER_BYTES, Cursor::new(first).chain(reader));
    match kind {
        (true, _) => Opened::Gzip(BufReader::with_capacity(BUFFER_BYTES, MultiGzDecoder::new(whole))),
        (_, true) => match zstd::stream::read::Decoder::with_buffer(whole) {
            Ok(decoder) => Opened::Zstd(BufReader::with_capacity(BUFFER_BYTES, decoder)),
            Err(error) => Opened::Broken(Some(error)),
        },
        _ => Opened::Plain(whole),
    }
}

type Whole<R> = BufReader<Chain<Cursor<Vec<u8>>, R>>;

enum Opened<R: Read> {
    Plain(Whole<R>),
    Gzip(BufReader<MultiGzDecoder<Whole<R>>>),
    Zstd(BufReader<zstd::stream::read::Decoder<'static, Whole<R>>>),
    Broken(Option<io::Error>),
}

impl<R: Read> Read for Opened<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Opened::Plain(reader) => reader.read(buffer),
            Opened::Gzip(reader) => reader.read(buffer),
            Opened::Zstd(reader) => reader.read(buffer),
            Opened::Broken(error) => error.take().map_or(Ok(0), Err),
        }
    }
}

impl<R: Read> BufRead for Opened<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        match self {
            Opened::Plain(reader) => reader.fill_buf(),
            Opened::Gzip(reader) => reader.fill_buf(),
            Opened::Zstd(reader) => reader.fill_buf(),
            Opened::Broken(error) => error.take().map_or(Ok(&[]), Err),
        }
    }

    fn consume(&mut self, count: usize) {
        match self {
            Opened::Plain(reader) => reader.consume(count),
            Opened::Gzip(reader) => reader.consume(count),
            Opened::Zstd(reader) => reader.consume(count),
            Opened::Broken(_) => {}
        }
    }
}
