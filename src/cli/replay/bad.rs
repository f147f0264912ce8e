//! What is no event: shown, counted, set aside.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use crate::cli::escape::shown;
use crate::cli::exit::Refusal;
use crate::cli::files::plain;
use crate::cli::out::Out;
use crate::cli::rules::grouped;

/// Most bad events that are shown; the others are only counted.
const SHOWN_MAX: usize = 20;

/// Takes in what is no event.
#[derive(Debug)]
pub(super) struct BadEvents {
    kept: Option<(PathBuf, BufWriter<File>)>,
    count: usize,
}

impl BadEvents {
    /// Makes the file to keep them in, where one is wanted; it must not be one of the inputs.
    pub(super) fn new(path: Option<&Path>, inputs: &[PathBuf]) -> Result<Self, Refusal> {
        let Some(path) = path else { return Ok(BadEvents { kept: None, count: 0 }) };
        let is_input = path.canonicalize().is_ok_and(|path| inputs.iter().any(|input| input.canonicalize().is_ok_and(|input| input == path)));
        if is_input {
            return Err(Refusal::usage(format!("`{}` is read and cannot be written to at the same time", path.display())));
        }
        let file = File::create(path).map_err(|error| Refusal::world(format!("cannot write `{}`: {}", path.display(), plain(&error))))?;
        Ok(BadEvents { kept: Some((path.to_owned(), BufWriter::new(file))), count: 0 })
    }

    /// Takes one in.
    pub(super) fn note(&mut self, input: &str, line: u64, message: &str, bytes: &[u8], out: &mut Out<'_>) -> Result<(), Refusal> {
        self.count += 1;
        if self.count <= SHOWN_MAX {
            out.warn(format_args!("{}:{line}: {}", shown(input), shown(message)));
        }
        if let Some((path, file)) = &mut self.kept {
            let written = file.write_all(bytes.strip_suffix(b"\n").unwrap_or(bytes)).and_then(|()| file.write_all(b"\n"));
            written.map_err(|error| refuse(path, &error))?;
        }
        Ok(())
    }

    /// Says how many there were beyond those shown; returns how many there were.
    pub(super) fn finish(self, out: &mut Out<'_>) -> Result<usize, Refusal> {
        if self.count > SHOWN_MAX {
            out.warn(format_args!("and {} more that are no events", grouped(self.count - SHOWN_MAX)));
        }
        if let Some((path, mut file)) = self.kept {
            file.flush().map_err(|error| refuse(&path, &error))?;
        }
        Ok(self.count)
    }
}

fn refuse(path: &Path, error: &std::io::Error) -> Refusal {
    Refusal::world(format!("cannot write `{}`: {}", path.display(), plain(error)))
}
