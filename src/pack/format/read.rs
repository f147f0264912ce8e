//! Text to tree.
//!
//! The events of the YAML parser say what stands where and how it is written; where a list's dashes stand they do not say,
//! so that these are looked up in the text.

use granit_parser::{Event, Parser, ScalarStyle, Span, StructureStyle};

use super::comments::{self, Comment};
use super::tree::{Child, Collection, Document, Line, Node, Scalar, Style, Value};

/// Most comments on the way to one value; far more than a file of the greatest size has lines worth reading.
const COMMENTS_MAX: usize = 1_000_000;

/// Reads a text that is known to be one YAML document; gives nothing where it is no map, or uses what no map of a pack does.
pub(super) fn read(text: &str) -> Option<Document> {
    let options = granit_parser::options! {
        emit_anchor_events: true,
        emit_comments: true,
        disallow_directives: true,
        max_buffered_comment_events: COMMENTS_MAX,
    };
    let mut comments = Vec::new();
    let mut events = Vec::new();
    for next in Parser::new_from_str_with_options(text, options) {
        let (event, span) = next.ok()?;
        match event {
            Event::Comment(..) => comments.push(Comment::new(text, &span)?),
            Event::StreamStart | Event::StreamEnd | Event::DocumentStart(..) | Event::DocumentEnd => {}
            event => events.push((event, span)),
        }
    }
    comments.sort_by_key(|comment| comment.start);
    let mut reader = Reader { text, comments: &comments, events: events.into_iter().peekable() };
    let mut root = reader.node()?;
    // A second document, or what is left of a tree that was not understood.
    let is_file = matches!(&root.value, Value::Map(map) if root.properties.is_empty() && !map.children.is_empty());
    if !is_file || reader.events.next().is_some() {
        return None;
    }
    mark_blank_lines(text, root.collection_mut()?);
    comments::attach(&mut root, comments);
    Some(Document { head: Vec::new(), root })
}

/// Says whether a node takes no room in the text.
fn is_nothing(node: &Node) -> bool {
    node.properties.is_empty() && matches!(&node.value, Value::Scalar(scalar) if scalar.text.is_empty() && scalar.style == Style::Plain)
}

struct Reader<'t, 'c, I: Iterator<Item = (Event<'t>, Span)>> {
    text: &'t str,
    comments: &'c [Comment],
    events: std::iter::Peekable<I>,
}

impl<'t, I: Iterator<Item = (Event<'t>, Span)>> Reader<'t, '_, I> {
    fn node(&mut self) -> Option<Node> {
        let (event, span) = self.events.next()?;
        let range = span.byte_range()?;
        let mut properties = Vec::new();
        let mut start = range.start;
        let mut begin = usize::MAX;
        if let Some(tag) = span.tag_span() {
            properties.push(tag.slice(self.text)?.to_owned());
            begin = begin.min(tag.byte_range()?.start);
        }
        if let Some((Event::Anchor(..), at)) = self.events.peek() {
            properties.insert(0, at.slice(self.text)?.to_owned());
            begin = begin.min(at.byte_range()?.start);
            self.events.next();
        }
        let mut end = range.end;
        let value = match event {
            Event::Scalar(text, style, ..) => {
                let source = span.slice(self.text)?;
                end = range.start + source.trim_end().len();
                if matches!(style, ScalarStyle::Literal | ScalarStyle::Folded) {
                    begin = begin.min(self.block_sign_before(range.start)?);
                }
                Value::Scalar(scalar(text.into_owned(), style, source, span.start.col()))
            }
            Event::Alias(_) => Value::Alias(span.slice(self.text)?.to_owned()),
            Event::SequenceStart(style, ..) => {
                let collection = self.list(style)?;
                Value::List(self.close(collection, &mut start, &mut end)?)
            }
            Event::MappingStart(style, ..) => {
                let collection = self.map(style)?;
                Value::Map(self.close(collection, &mut start, &mut end)?)
            }
            _ => return None,
        };
        Some(Node { properties, value, begin: begin.min(start), start, end })
    }

    fn list(&mut self, style: StructureStyle) -> Option<Collection> {
        let mut children = Vec::new();
        while !matches!(self.events.peek()?.0, Event::SequenceEnd) {
            let mut node = self.node()?;
            let start = if style == StructureStyle::Block { self.dash_before(node.begin)? } else { node.begin };
            if is_nothing(&node) {
                // An item that is nothing stands right behind its dash.
                node.start = node.start.min(start + 1);
                node.end = node.start;
            }
            children.push(Child { key: None, node, above: Vec::new(), beside: None, start });
        }
        Some(collection(children, style))
    }

    fn map(&mut self, style: StructureStyle) -> Option<Collection> {
        let mut children = Vec::new();
        while !matches!(self.events.peek()?.0, Event::MappingEnd) {
            let key = self.node()?;
            if key.collection().is_some() {
                return None;
            }
            let mut node = self.node()?;
            if is_nothing(&node) {
                node.start = node.start.min(key.end + 1);
                node.end = node.start;
            }
            let start = key.begin;
            children.push(Child { key: Some(key), node, above: Vec::new(), beside: None, start });
        }
        Some(collection(children, style))
    }

    /// Takes the event that ends a list or a map. In brackets it says where that is; otherwise the last child does.
    fn close(&mut self, mut collection: Collection, start: &mut usize, end: &mut usize) -> Option<Collection> {
        let (_, span) = self.events.next()?;
        if collection.is_flow {
            *end = span.byte_range()?.end;
            return Some(collection);
        }
        let first = collection.children.first()?.start;
        *start = first;
        *end = collection.children.last()?.node.end;
        collection.column = self.text.get(line_start(self.text, first)..first)?.chars().count();
        Some(collection)
    }

    /// Returns the place of the dash that an item stands behind.
    fn dash_before(&self, item: usize) -> Option<usize> {
        let before = self.text_before(item)?;
        before.ends_with('-').then(|| before.len() - 1)
    }

    /// Returns the place of the `|` or `>` that a block stands behind.
    fn block_sign_before(&self, content: usize) -> Option<usize> {
        let before = self.text_before(content)?;
        let sign = before.trim_end_matches(|c: char| c.is_ascii_digit() || matches!(c, '+' | '-'));
        sign.ends_with(['|', '>']).then(|| sign.len() - 1)
    }

    /// Returns the text before a place without the white space and the comments at its end.
    fn text_before(&self, place: usize) -> Option<&str> {
        let mut before = self.text.get(..place)?.trim_end();
        while let Ok(found) = self.comments.binary_search_by_key(&before.len(), |comment| comment.end) {
            before = self.text.get(..self.comments.get(found)?.start)?.trim_end();
        }
        Some(before)
    }
}

fn collection(children: Vec<Child>, style: StructureStyle) -> Collection {
    Collection { is_flow: style == StructureStyle::Flow, never_flow: false, children, tail: Vec::new(), column: 0 }
}

fn scalar(text: String, style: ScalarStyle, source: &str, column: usize) -> Scalar {
    let style = match style {
        ScalarStyle::Plain => Style::Plain,
        ScalarStyle::SingleQuoted => Style::Single,
        ScalarStyle::DoubleQuoted => Style::Double,
        ScalarStyle::Literal => Style::Literal,
        ScalarStyle::Folded => Style::Folded(folded_lines(&text, source, column).unwrap_or_default()),
    };
    // The parser hands nothing over as `~`.
    let text = if style == Style::Plain && source.is_empty() { String::new() } else { text };
    Scalar { text, style, is_broken: source.contains(['\n', '\r']) }
}

/// Returns the lines of a `>` block without their indentation, where nothing in it is indented more and no line ends in
/// spaces.
fn folded_lines(text: &str, source: &str, column: usize) -> Option<Vec<String>> {
    let mut out = Vec::new();
    for (at, line) in source.trim_end().lines().enumerate() {
        let line = if at == 0 { line } else { line.get(line.len().min(column)..)? };
        out.push(line.trim_end().to_owned());
    }
    (super::scalar::fold(&out) == text.trim_end_matches('\n')).then_some(out)
}

/// Notes the empty lines before children.
fn mark_blank_lines(text: &str, collection: &mut Collection) {
    for child in &mut collection.children {
        if blank_before(text, child.start) {
            child.above.push(Line::Blank);
        }
        if let Some(inner) = child.node.collection_mut() {
            mark_blank_lines(text, inner);
        }
    }
}

/// Returns the place where the line of an offset begins.
pub(super) fn line_start(text: &str, offset: usize) -> usize {
    text.get(..offset).and_then(|before| before.rfind(['\n', '\r'])).map_or(0, |found| found + 1)
}

/// Says whether something is the first of its line and an empty line stands before it.
pub(super) fn blank_before(text: &str, offset: usize) -> bool {
    let start = line_start(text, offset);
    let is_first = text.get(start..offset).is_some_and(|indent| indent.trim().is_empty());
    let Some(before) = text.get(..start).filter(|before| is_first && !before.is_empty()) else { return false };
    let before = before.strip_suffix("\r\n").or_else(|| before.strip_suffix(['\n', '\r'])).unwrap_or(before);
    before.get(line_start(before, before.len())..).is_some_and(|line| line.trim().is_empty())
}
