//! What stands where: which values are expressions, which keys have an order, which lists are never written in brackets.

use crate::pack::{RULE_KEYS, Role};

/// What a value is to its file.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Place {
    /// A rule file.
    Rule,
    /// `pack.yml`.
    Manifest,
    /// `definitions.yml`.
    Definitions,
    /// One definition.
    Definition,
    /// The settings of a pack.
    Settings,
    /// One setting.
    Setting,
    /// A map from names to expressions.
    Named,
    /// `severity`.
    Grades,
    /// An entry of `severity`.
    Grade,
    /// `alert`.
    Alert,
    /// A list of expressions.
    Expressions,
    /// `respond`.
    Responses,
    /// An entry of `respond`: a call, or a map with one.
    Response,
    /// An expression.
    Expression,
    /// A text with expressions in braces.
    Title,
    /// Anything else.
    Plain,
}

impl Place {
    /// Returns the place of a file's value.
    pub(super) fn of(role: &Role) -> Place {
        match role {
            Role::Rule => Place::Rule,
            Role::Manifest => Place::Manifest,
            Role::Definitions => Place::Definitions,
            Role::Fixture(_) | Role::List(_) => Place::Plain,
        }
    }

    /// Returns the place of the value behind a key.
    pub(super) fn under(self, key: &str) -> Place {
        match (self, key) {
            (Place::Rule, "let" | "context") => Place::Named,
            (Place::Rule, "severity") => Place::Grades,
            (Place::Rule, "alert") => Place::Alert,
            (Place::Rule, "respond") => Place::Responses,
            (Place::Alert, "title") => Place::Title,
            (Place::Alert, "group_by") => Place::Expressions,
            (Place::Definitions, _) => Place::Definition,
            (Place::Manifest, "settings") => Place::Settings,
            (Place::Settings, _) => Place::Setting,
            (Place::Rule | Place::Grade, "when") | (Place::Named, _) | (Place::Definition, "means") | (Place::Response, "do" | "unless") => Place::Expression,
            _ => Place::Plain,
        }
    }

    /// Returns the place of an item of a list.
    pub(super) fn item(self) -> Place {
        match self {
            Place::Grades => Place::Grade,
            Place::Responses => Place::Response,
            Place::Expressions => Place::Expression,
            _ => Place::Plain,
        }
    }

    /// Returns the keys in the order in which they are written; other keys follow them as they stand. Inside a case the
    /// order is the author's: it often says what happens first.
    pub(super) fn order(self) -> &'static [&'static str] {
        match self {
            Place::Rule => RULE_KEYS,
            Place::Manifest => &["name", "version", "description", "sources", "event_types", "settings"],
            Place::Definition => &["doc", "means", "example"],
            Place::Setting => &["type", "default", "file", "doc"],
            Place::Grade => &["when", "level"],
            Place::Alert => &["title", "group_by", "suppress"],
            Place::Response => &["do", "unless", "approval", "limit"],
            _ => &[],
        }
    }

    /// Says whether a scalar here is an expression.
    pub(super) fn is_expression(self) -> bool {
        matches!(self, Place::Expression | Place::Response)
    }

    /// Says whether a list here, or the file's own map, is never written in brackets.
    pub(super) fn never_flow(self) -> bool {
        matches!(self, Place::Rule | Place::Manifest | Place::Definitions | Place::Grades | Place::Responses)
    }
}
