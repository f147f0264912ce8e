//! Playing a story: all at once, or as time passes.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use crate::event::{Span, Timestamp};
use crate::fake_okta::options::Person;
use crate::fake_okta::org::Org;
use crate::fake_okta::server::Shared;

use super::build::{Planned, events};
use super::{Pace, Story};

/// Plays a story into the org. The times of its events are as far apart as it says, at any pace; the last one is of now, or of when it
/// comes. Gives the number of events.
pub(in crate::fake_okta) fn play(shared: &Arc<Shared>, story: &Story, pace: Pace) -> Result<usize, String> {
    let factor = match pace {
        Pace::AtOnce => None,
        Pace::Times(factor) if factor.is_finite() && factor > 0.0 => Some(factor),
        Pace::Times(factor) => return Err(format!("a story cannot be played {factor} times as fast")),
    };
    let mut org = shared.org();
    org.change_switches(&story.switches)?;
    let planned = events(story, &mut org.ids)?;
    let length = planned.iter().map(|planned| planned.written).max().unwrap_or(Span::ZERO);
    appear(&mut org, story, &planned);
    let count = planned.len();
    let begin = org.now().minus(length).plus(real(length, factor));
    match factor {
        None => planned.into_iter().for_each(|planned| write(&mut org, begin, planned)),
        Some(_) => {
            let shared = shared.clone();
            shared.runtime.clone().spawn(async move {
                let mut passed = Span::ZERO;
                for planned in planned {
                    let wait = Span::micros(planned.written.as_micros().saturating_sub(passed.as_micros()));
                    passed = planned.written;
                    let micros = u64::try_from(real(wait, factor).as_micros()).unwrap_or(0);
                    tokio::time::sleep(Duration::from_micros(micros)).await;
                    write(&mut shared.org(), begin, planned);
                }
            });
        }
    }
    Ok(count)
}

/// Returns how long a stretch of the story takes to play.
fn real(length: Span, factor: Option<f64>) -> Span {
    #[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "a length of time to within a microsecond or so")]
    factor.map_or(Span::ZERO, |factor| Span::micros((length.as_micros() as f64 / factor) as i64))
}

fn write(org: &mut Org, begin: Timestamp, planned: Planned) {
    let published = begin.plus(planned.at);
    let mut event = planned.event;
    if let Some(map) = event.as_object_mut() {
        map.insert("published".to_owned(), published.to_string().into());
    }
    org.persist(event, published, planned.copies);
}

/// The people of a story are users of the org.
fn appear(org: &mut Org, story: &Story, planned: &[Planned]) {
    for person in story.people.values() {
        let of = |event: &Value, pointer: &str| event.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
        let id = planned.iter().find_map(|planned| {
            let is_actor = of(&planned.event, "/actor/alternateId").as_ref() == Some(&person.login);
            of(&planned.event, "/actor/id").filter(|_| is_actor)
        });
        let id = if person.id.is_empty() { id.unwrap_or_default() } else { person.id.clone() };
        // Who is there already stays as they are.
        let _ = org.add_person(&Person { id, login: person.login.clone(), name: person.name.clone(), status: String::new() });
    }
}
