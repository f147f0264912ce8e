//! `definitions.yml`: names that all rules of a pack share.

use super::keys::Reader;
use super::rule::is_name;
use super::yaml::{Node, Value as Yaml};
use crate::diagnostic::{Code, Diagnostic, nearest};
use crate::language::{NameTable, Names, parse};

/// What a definition says beside its meaning.
#[derive(Clone, Debug)]
pub struct Definition {
    /// The name.
    pub name: String,
    /// One line on what it is.
    pub doc: String,
    /// The fixture that shows it.
    pub example: Option<String>,
}

impl Reader<'_> {
    pub(super) fn definitions(&mut self, node: &Node, fixtures: &[&str]) -> (NameTable, Vec<Definition>) {
        let mut table = NameTable::default();
        let mut definitions = Vec::new();
        let Yaml::Map(entries) = &node.value else {
            self.wrong_kind(node, "`definitions.yml` is a map of names");
            return (table, definitions);
        };
        for (key, node) in self.once(entries) {
            let why = Names::taken(&key.text).or_else(|| (!is_name(&key.text)).then(|| "letters, digits and `_`, a letter first".to_owned()));
            if let Some(why) = why {
                self.push(Diagnostic::new(Code::NameTaken, key.at, format!("`{}` cannot name a definition", key.text)).label(why));
                continue;
            }
            let Some(keys) = self.map(node, "a definition", &["doc", "means", "example"], &["doc", "means"]) else { continue };
            let doc = keys.get("doc").and_then(|node| self.text(node, "`doc`")).unwrap_or_default();
            let example = keys.get("example").and_then(|node| {
                let name = self.text(node, "`example`")?;
                if !fixtures.contains(&name.as_str()) {
                    let near = nearest(&name, fixtures.iter().copied());
                    self.push(
                        Diagnostic::new(Code::UnknownFixture, node.at, format!("unknown fixture `{name}`"))
                            .label("the pack has no such event")
                            .did_you_mean(near),
                    );
                }
                Some(name)
            });
            if let Some(snippet) = keys.get("means").and_then(|node| self.expression(node, "`means`")) {
                let query = parse(&snippet, self.faults);
                table.add(&key.text, key.at, snippet, query);
            }
            definitions.push(Definition { name: key.text.clone(), doc, example });
        }
        (table, definitions)
    }
}
