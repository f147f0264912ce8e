//! Where events are read from: files and stdin, plain or compressed.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use super::exit::Refusal;
use super::files::plain;
use super::out::Out;

/// What stands for stdin among files.
const STDIN: &str = "-";

/// An input that has been opened.
pub(super) struct Input<'w> {
    /// The name that messages show.
    pub(super) name: String,
    pub(super) reader: Box<dyn Read + 'w>,
    /// How many bytes it has, where that is known.
    pub(super) bytes: Option<u64>,
}

impl std::fmt::Debug for Input<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Input").field("name", &self.name).field("bytes", &self.bytes).finish_non_exhaustive()
    }
}

/// Opens a file, or stdin where it is called `-`.
pub(super) fn open<'w>(path: &Path, out: &mut Out<'w>) -> Result<Input<'w>, Refusal> {
    if path == Path::new(STDIN) {
        let stdin = out.take_stdin().ok_or_else(|| Refusal::usage("`-` can be read only once"))?;
        if out.onlookers().input {
            out.say("reading events from the terminal; end with Ctrl-D");
        }
        return Ok(Input { name: "<stdin>".to_owned(), reader: Box::new(stdin), bytes: None });
    }
    let refuse = |why: &str| Refusal::world(format!("cannot read `{}`: {why}", path.display()));
    let file = File::open(path).map_err(|error| refuse(&plain(&error)))?;
    let metadata = file.metadata().map_err(|error| refuse(&plain(&error)))?;
    if metadata.is_dir() {
        return Err(refuse("it is a folder").help(format!("name the files in it: `{}/*`", path.display())));
    }
    let bytes = metadata.is_file().then_some(metadata.len());
    Ok(Input { name: path.display().to_string(), reader: Box::new(file), bytes })
}

/// Returns the paths to read; none given means stdin.
pub(super) fn paths(given: &[PathBuf]) -> Vec<PathBuf> {
    if given.is_empty() { vec![PathBuf::from(STDIN)] } else { given.to_vec() }
}
