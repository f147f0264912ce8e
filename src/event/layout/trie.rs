//! Tries over JSON keys: which parts of an event are walked into, kept or passed over.
//!
//! Takes JSON paths; gives nodes in an order where a node's descendants follow it directly, so that a node's number is also its cell's
//! place and a whole subtree is one range. Never sees an event.

use std::collections::BTreeMap;

/// What keys of a JSON object lead to something that is wanted.
#[derive(Debug)]
pub(in crate::event) struct Trie {
    nodes: Vec<Node>,
}

/// A wanted place in the JSON.
#[derive(Debug)]
pub(in crate::event) struct Node {
    /// Whether the value here is kept as it stands.
    pub(in crate::event) kept: bool,
    /// The block of records that the list here fills.
    pub(in crate::event) block: Option<Block>,
    /// The number after the last descendant's.
    pub(in crate::event) end: usize,
    /// Sorted by their starts.
    children: Vec<Child>,
    /// A bit for each length of key modulo 64 that a child has: most keys of an event are refused by this alone.
    lengths: u64,
}

#[derive(Debug)]
struct Child {
    key: Box<str>,
    /// The key's first bytes, to compare before the rest.
    start: u64,
    node: usize,
}

/// The lists of records that an event may hold. Hops stand in one of two places, so they have two blocks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::event) enum Block {
    Targets,
    RequestHops,
    ClientHops,
}

impl Trie {
    /// Builds the trie that keeps the values at `kept` and reads the lists at `blocks`; each path is a row of keys.
    pub(in crate::event) fn new(kept: &[Vec<&str>], blocks: &[(Vec<&str>, Block)]) -> Trie {
        let mut root = Draft::default();
        for path in kept {
            root.place(path).kept = true;
        }
        for (path, block) in blocks {
            root.place(path).block = Some(*block);
        }
        let mut nodes = Vec::new();
        flatten(root, &mut nodes);
        Trie { nodes }
    }

    /// Returns how many nodes there are, which is how many cells a walk needs.
    pub(in crate::event) fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Returns a node by its number; 0 is the root.
    pub(in crate::event) fn node(&self, number: usize) -> Option<&Node> {
        self.nodes.get(number)
    }

    /// Returns the number of the node at a path.
    pub(in crate::event) fn find(&self, path: &[&str]) -> Option<usize> {
        path.iter().try_fold(0, |number, key| self.node(number)?.child(key))
    }
}

impl Node {
    /// Returns the number of the child under that key.
    #[inline]
    pub(in crate::event) fn child(&self, key: &str) -> Option<usize> {
        if self.lengths & length_bit(key) == 0 {
            return None;
        }
        let start = start_of(key);
        let first = self.children.partition_point(|child| child.start < start);
        let alike = self.children.get(first..)?.iter().take_while(|child| child.start == start);
        alike.into_iter().find(|child| *child.key == *key).map(|child| child.node)
    }

    /// Returns whether anything below this place is wanted.
    pub(in crate::event) fn has_children(&self) -> bool {
        !self.children.is_empty()
    }
}

#[derive(Default)]
struct Draft {
    kept: bool,
    block: Option<Block>,
    children: BTreeMap<Box<str>, Draft>,
}

impl Draft {
    fn place(&mut self, path: &[&str]) -> &mut Draft {
        path.iter().fold(self, |draft, key| draft.children.entry((*key).into()).or_default())
    }
}

fn flatten(draft: Draft, nodes: &mut Vec<Node>) -> usize {
    let number = nodes.len();
    let lengths = draft.children.keys().fold(0, |bits, key| bits | length_bit(key));
    nodes.push(Node { kept: draft.kept, block: draft.block, end: 0, children: Vec::new(), lengths });
    let flattened = draft.children.into_iter().map(|(key, child)| Child { start: start_of(&key), key, node: flatten(child, nodes) });
    let mut children: Vec<Child> = flattened.collect();
    children.sort_by_key(|child| child.start);
    let end = nodes.len();
    if let Some(node) = nodes.get_mut(number) {
        node.children = children;
        node.end = end;
    }
    number
}

/// Returns the first eight bytes of a key as a number; a shorter key's are followed by zeros.
#[inline]
fn start_of(key: &str) -> u64 {
    match key.as_bytes().first_chunk() {
        Some(eight) => u64::from_le_bytes(*eight),
        None => key.bytes().rev().fold(0, |start, byte| start << 8 | u64::from(byte)),
    }
}

#[inline]
fn length_bit(key: &str) -> u64 {
    1 << (key.len() % 64)
}
