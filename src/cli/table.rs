//! Tables: columns as wide as their widest cell, the last one cut at the edge of the terminal.
//!
//! Takes cells of any text; gives lines that are safe to show. Styles are added here, so that they do not count as width.

use anstyle::Style;
use unicode_width::UnicodeWidthStr;

use super::escape::{shown, shown_within};
use super::out::STRONG;

/// Columns are this far apart.
const GAP: usize = 2;

/// The last column is never made narrower than this, however narrow the terminal is.
const LAST_COLUMN_MIN: usize = 20;

/// A table that is put together before it is shown.
#[derive(Debug)]
pub(super) struct Table {
    rows: Vec<Vec<(String, Style)>>,
}

impl Table {
    /// Makes a table with a head, which may be empty.
    pub(super) fn new(head: &[&str]) -> Self {
        let head: Vec<(String, Style)> = head.iter().map(|text| ((*text).to_owned(), STRONG)).collect();
        Table { rows: if head.is_empty() { Vec::new() } else { vec![head] } }
    }

    /// Adds a row of cells, each with its style.
    pub(super) fn row<const N: usize>(&mut self, cells: [(&str, Style); N]) {
        self.rows.push(cells.into_iter().map(|(text, style)| (shown(text).into_owned(), style)).collect());
    }

    /// Returns the table's lines; `width` is how many columns a person sees.
    pub(super) fn lines(&self, colored: bool, width: Option<usize>) -> impl Iterator<Item = String> {
        let widths = self.widths();
        self.rows.iter().map(move |row| line(row, &widths, colored, width))
    }

    fn widths(&self) -> Vec<usize> {
        let mut widths = Vec::new();
        for row in &self.rows {
            widths.resize(widths.len().max(row.len()), 0);
            for (width, (cell, _)) in widths.iter_mut().zip(row) {
                *width = (*width).max(cell.width());
            }
        }
        widths
    }
}

fn line(cells: &[(String, Style)], widths: &[usize], colored: bool, columns: Option<usize>) -> String {
    let mut text = String::new();
    let mut used = 0;
    for (at, ((cell, style), width)) in cells.iter().zip(widths).enumerate() {
        let is_last = at + 1 == cells.len();
        let room = if is_last { columns.map_or(usize::MAX, |columns| columns.saturating_sub(used).max(LAST_COLUMN_MIN)) } else { usize::MAX };
        let cell = shown_within(cell, room);
        let pad = if is_last || cells.iter().skip(at + 1).all(|(rest, _)| rest.is_empty()) { 0 } else { width.saturating_sub(cell.width()) + GAP };
        match colored && *style != Style::new() {
            true => text.push_str(&format!("{style}{cell}{style:#}")),
            false => text.push_str(&cell),
        }
        text.extend(std::iter::repeat_n(' ', pad));
        used += cell.width() + pad;
    }
    text
}
