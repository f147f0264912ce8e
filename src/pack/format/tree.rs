//! A YAML file as the formatter sees it: values with the way they are written, and the comments that belong to them.

/// A whole file.
#[derive(Debug)]
pub(super) struct Document {
    /// The lines at the top that stay there, whichever key comes first.
    pub(super) head: Vec<Line>,
    /// The file's own map of keys.
    pub(super) root: Node,
}

/// A line beside the values.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Line {
    /// An empty line; several of them count as one.
    Blank,
    /// A comment with its `#`.
    Comment(String),
}

/// A value.
#[derive(Debug)]
pub(super) struct Node {
    /// The anchor with its `&`, and the tag.
    pub(super) properties: Vec<String>,
    /// What it is.
    pub(super) value: Value,
    /// Where it begins, with the anchor and the tag.
    pub(super) begin: usize,
    /// Where its content begins.
    pub(super) start: usize,
    /// Where it ends.
    pub(super) end: usize,
}

/// What a value is.
#[derive(Debug)]
pub(super) enum Value {
    /// Text, a number, a truth, nothing.
    Scalar(Scalar),
    /// `*name`.
    Alias(String),
    /// `[a, b]`, or items behind dashes.
    List(Collection),
    /// `{a: b}`, or keys on lines of their own.
    Map(Collection),
}

/// A scalar.
#[derive(Debug)]
pub(super) struct Scalar {
    /// What it says: the value, not its spelling. Nothing is the empty text in plain style.
    pub(super) text: String,
    /// How it is written.
    pub(super) style: Style,
    /// Whether it stands on more than one line.
    pub(super) is_broken: bool,
}

/// How a scalar is written.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Style {
    /// Without quotes.
    Plain,
    /// In `'`.
    Single,
    /// In `"`.
    Double,
    /// As a `|` block.
    Literal,
    /// As a `>` block of these lines, or of lines that are still to be filled.
    Folded(Vec<String>),
    /// As an expression, which chooses its own style.
    Expression,
    /// As a text with expressions in braces; the same.
    Title,
}

/// A list or a map.
#[derive(Debug)]
pub(super) struct Collection {
    /// Whether it is written in brackets.
    pub(super) is_flow: bool,
    /// Whether it is never written in brackets.
    pub(super) never_flow: bool,
    /// Items, or values with their keys.
    pub(super) children: Vec<Child>,
    /// The lines after the last child.
    pub(super) tail: Vec<Line>,
    /// The column of its children.
    pub(super) column: usize,
}

/// An item of a list, or a key of a map with its value.
#[derive(Debug)]
pub(super) struct Child {
    /// The key, where it is a map.
    pub(super) key: Option<Node>,
    /// The value.
    pub(super) node: Node,
    /// The lines before it.
    pub(super) above: Vec<Line>,
    /// The comment at the end of its first line, or of its only one.
    pub(super) beside: Option<String>,
    /// Where it begins: at its key or its dash.
    pub(super) start: usize,
}

impl Document {
    /// Returns the texts of all comments in the order of the alphabet, to compare them with those of another text.
    pub(super) fn comments(&self) -> Vec<String> {
        let mut found = Vec::new();
        collect_lines(&self.head, &mut found);
        self.root.collect(&mut found);
        found.sort_unstable();
        found.into_iter().map(str::to_owned).collect()
    }

    /// Says whether another file holds the same values in the same order.
    pub(super) fn says(&self, other: &Document) -> bool {
        self.root.says(&other.root)
    }
}

fn collect_lines<'a>(lines: &'a [Line], found: &mut Vec<&'a str>) {
    found.extend(lines.iter().filter_map(|line| match line {
        Line::Comment(text) => Some(text.as_str()),
        Line::Blank => None,
    }));
}

impl Node {
    /// Returns what is in a list or a map.
    pub(super) fn collection(&self) -> Option<&Collection> {
        match &self.value {
            Value::List(collection) | Value::Map(collection) => Some(collection),
            _ => None,
        }
    }

    /// Returns what is in a list or a map.
    pub(super) fn collection_mut(&mut self) -> Option<&mut Collection> {
        match &mut self.value {
            Value::List(collection) | Value::Map(collection) => Some(collection),
            _ => None,
        }
    }

    fn collect<'a>(&'a self, found: &mut Vec<&'a str>) {
        let Some(collection) = self.collection() else { return };
        for child in &collection.children {
            collect_lines(&child.above, found);
            found.extend(child.beside.as_deref());
            child.node.collect(found);
        }
        collect_lines(&collection.tail, found);
    }

    fn says(&self, other: &Node) -> bool {
        if self.properties != other.properties {
            return false;
        }
        match (&self.value, &other.value) {
            (Value::Scalar(own), Value::Scalar(other)) => own.says(other),
            (Value::Alias(own), Value::Alias(other)) => own == other,
            (Value::List(own), Value::List(other)) | (Value::Map(own), Value::Map(other)) => own.says(other),
            _ => false,
        }
    }
}

impl Collection {
    /// Says whether any comment stands inside.
    pub(super) fn has_comments(&self) -> bool {
        let is_comment = |line: &Line| *line != Line::Blank;
        self.tail.iter().any(is_comment)
            || self
                .children
                .iter()
                .any(|child| child.beside.is_some() || child.above.iter().any(is_comment) || child.node.collection().is_some_and(Collection::has_comments))
    }

    fn says(&self, other: &Collection) -> bool {
        let is_same = |(own, other): (&Child, &Child)| {
            let keys = match (&own.key, &other.key) {
                (Some(own), Some(other)) => own.says(other),
                (own, other) => own.is_none() && other.is_none(),
            };
            keys && own.node.says(&other.node)
        };
        self.children.len() == other.children.len() && self.children.iter().zip(&other.children).all(is_same)
    }
}

impl Scalar {
    /// Says whether it is an expression or has some.
    pub(super) fn has_expressions(&self) -> bool {
        matches!(self.style, Style::Expression | Style::Title)
    }

    fn says(&self, other: &Scalar) -> bool {
        if self.has_expressions() || other.has_expressions() {
            // A block ends with a line feed, which is no part of an expression.
            return self.text.trim_end() == other.text.trim_end();
        }
        // In quotes `1` is a text, without them it is a number.
        let is_typed = |scalar: &Scalar| scalar.style == Style::Plain && super::scalar::is_typed(&scalar.text);
        self.text == other.text && is_typed(self) == is_typed(other)
    }
}
