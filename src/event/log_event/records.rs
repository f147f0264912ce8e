//! Records: the elements of `target` and of `request.ipChain`, a row of cells for each.

use super::cell::Cell;
use crate::event::layout::Block;

/// A list of records; its rows are as wide as the trie that reads them has nodes.
#[derive(Debug, Default)]
pub(super) struct Records {
    cells: Vec<Cell>,
    width: usize,
    count: usize,
}

impl Records {
    pub(super) fn clear(&mut self) {
        self.cells.clear();
        self.count = 0;
    }

    /// Sets how many cells a record has; only for an empty list.
    pub(super) fn set_width(&mut self, width: usize) {
        self.width = width;
    }

    /// Returns how many records there are.
    pub(super) fn count(&self) -> usize {
        self.count
    }

    /// Adds a record and returns its cells.
    pub(super) fn push(&mut self) -> &mut [Cell] {
        let start = self.cells.len();
        self.cells.resize(start + self.width, Cell::Absent);
        self.count += 1;
        self.cells.get_mut(start..).unwrap_or_default()
    }

    /// Returns one cell of one record.
    pub(super) fn cell(&self, index: usize, node: usize) -> Cell {
        self.cells.get(index * self.width + node).filter(|_| index < self.count && node < self.width).copied().unwrap_or_default()
    }
}

impl Block {
    /// Every block there is.
    pub(super) const ALL: [Block; 3] = [Block::Targets, Block::RequestHops, Block::ClientHops];

    /// Returns the block's list.
    pub(super) fn of_mut(self, blocks: &mut [Records; 3]) -> &mut Records {
        let [targets, request_hops, client_hops] = blocks;
        match self {
            Block::Targets => targets,
            Block::RequestHops => request_hops,
            Block::ClientHops => client_hops,
        }
    }
}
