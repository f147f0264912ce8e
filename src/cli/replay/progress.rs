//! A bar that shows how far a long input has been read, for people only.

use std::fs;
use std::io::Read;
use std::path::PathBuf;

use indicatif::{ProgressBar, ProgressStyle};

use crate::cli::out::Onlookers;

/// Inputs shorter than this are read before a bar could be seen.
const BYTES_MIN: u64 = 8 * 1024 * 1024;

/// How far the reading is.
#[derive(Debug)]
pub(super) struct Progress {
    bar: ProgressBar,
}

impl Progress {
    /// Makes a bar over all inputs together; hidden where nobody looks on or there is little to read.
    pub(super) fn new(paths: &[PathBuf], onlookers: Onlookers) -> Self {
        let sizes: Vec<Option<u64>> = paths.iter().map(|path| fs::metadata(path).ok().filter(fs::Metadata::is_file).map(|metadata| metadata.len())).collect();
        let total: Option<u64> = sizes.into_iter().sum();
        let is_wanted = onlookers.talk && !onlookers.input && total.is_none_or(|total| total >= BYTES_MIN);
        let bar = match total {
            _ if !is_wanted => ProgressBar::hidden(),
            Some(total) => styled(ProgressBar::new(total), "{bar:40} {bytes} of {total_bytes}, {eta} left"),
            None => styled(ProgressBar::new_spinner(), "{spinner} {bytes} read"),
        };
        Progress { bar }
    }

    /// Wraps a reader so that what it reads moves the bar.
    pub(super) fn watch<R: Read>(&self, reader: R) -> impl Read + use<R> {
        self.bar.wrap_read(reader)
    }

    /// Does something while the bar is out of the way.
    pub(super) fn suspend<T>(&self, act: impl FnOnce() -> T) -> T {
        self.bar.suspend(act)
    }

    /// Takes the bar away.
    pub(super) fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

fn styled(bar: ProgressBar, template: &str) -> ProgressBar {
    match ProgressStyle::with_template(template) {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}
