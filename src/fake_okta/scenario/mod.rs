//! Stories: what happens in an org over some time, as YAML, played into the System Log and to hooks.
//!
//! Takes the text of a story; gives events made from small templates, each with the time when it happened, the time when Okta writes it
//! down, and how often hooks carry it. `docs/fake-okta.md` describes the format.

mod build;
mod play;

use std::collections::BTreeMap;

use include_dir::{Dir, include_dir};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::event::Span;

pub(super) use play::play;

static STORIES: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/src/fake_okta/stories");

/// Most events of one story.
const EVENTS_MAX: usize = 100_000;

/// How fast a story is played.
#[derive(Clone, Copy, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pace {
    /// All of it now, as something that has just ended.
    #[default]
    AtOnce,
    /// That many times as fast as it happened; 1 is as it happened.
    Times(f64),
}

/// A story.
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Story {
    name: String,
    /// What it is about.
    about: String,
    #[serde(default)]
    people: BTreeMap<String, Character>,
    #[serde(default)]
    places: BTreeMap<String, Place>,
    /// Switches that are set when it begins: how unruly deliveries are.
    #[serde(default)]
    switches: Map<String, Value>,
    steps: Vec<Step>,
}

/// Who appears in it.
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Character {
    login: String,
    name: String,
    #[serde(default)]
    id: String,
}

/// Where requests come from, and with what.
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Place {
    ip: String,
    city: Option<String>,
    state: Option<String>,
    country: Option<String>,
    lat: Option<f64>,
    lon: Option<f64>,
    as_number: Option<i64>,
    as_org: Option<String>,
    proxy: Option<bool>,
    agent: Option<String>,
    os: Option<String>,
    browser: Option<String>,
    device: Option<String>,
}

/// One or several events.
#[derive(Clone, PartialEq, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Step {
    /// How long after the event before; `at` counts from the beginning instead.
    after: Option<String>,
    at: Option<String>,
    /// The template; the fixtures of the recommended pack are the templates.
    like: Option<String>,
    /// Or only the event type, and a plain event.
    #[serde(rename = "type")]
    event_type: Option<String>,
    actor: Option<String>,
    /// The user to whom it is done.
    target: Option<String>,
    from: Option<String>,
    /// Events with the same word have the same session.
    session: Option<String>,
    /// `RESULT` or `RESULT reason`.
    outcome: Option<String>,
    /// Keys of debugData.
    debug: Map<String, Value>,
    /// Paths and their values; `{n}` is the number of the repetition, from 1.
    with: Map<String, Value>,
    repeat: Option<usize>,
    every: Option<String>,
    /// How much later than it happened Okta writes it down.
    late: Option<String>,
    /// How often hooks carry it: 0 for never, 2 for a double.
    copies: Option<usize>,
}

impl Story {
    /// Reads a story.
    ///
    /// # Errors
    /// A sentence about what is wrong with it.
    pub fn read(text: &str) -> Result<Story, String> {
        let json = crate::pack::yaml_to_json(text)?;
        let story: Story = serde_json::from_value(json).map_err(|error| error.to_string())?;
        // A story that cannot be played is told at once, not in its middle.
        build::events(&story, &mut super::ids::Ids::new(0)).map(|_| story)
    }

    /// Returns the names of the stories in the binary, sorted.
    pub fn names() -> Vec<&'static str> {
        let mut names: Vec<&str> = STORIES.files().filter_map(|file| file.path().file_stem()?.to_str()).collect();
        names.sort_unstable();
        names
    }

    /// Returns a story of the binary.
    ///
    /// # Errors
    /// There is none of that name.
    pub fn embedded(name: &str) -> Result<Story, String> {
        let file = STORIES.get_file(format!("{name}.yml")).and_then(|file| file.contents_utf8());
        let text = file.ok_or_else(|| format!("there is no story `{name}`; there are {}", Story::names().join(", ")))?;
        Story::read(text)
    }

    /// Returns its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns what it is about.
    pub fn about(&self) -> &str {
        &self.about
    }
}

/// Reads a length of time such as `90s`, with or without a plus.
fn span(text: Option<&String>, what: &str) -> Result<Option<Span>, String> {
    let Some(text) = text else { return Ok(None) };
    Span::parse(text.trim_start_matches('+')).map(Some).ok_or_else(|| format!("`{what}: {text}` is no length of time such as `90s` or `5m`"))
}
