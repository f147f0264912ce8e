//! `clarion why`: each part of a rule's condition with its value on one event.

use std::path::Path;

use clap::ValueEnum;
use serde_json::{Value as Json, json};

use crate::engine::remember::AHEAD_MAX;
use crate::event::{BadEvent, Event, Intake, Layout, Origin, Source, Value};
use crate::pack::Pack;
use crate::rehearsal::{Inspection, Standing, Why, WhyOfAlert};

use super::clock::now;
use super::escape::{self, shown, shown_within};
use super::exit::{Exit, Refusal};
use super::input;
use super::out::{BAD, DOUBTFUL, FAINT, GOOD, Out, STRONG};
use super::rules::{self, RuleOptions, count};

/// Tells why an event does or does not fulfil a rule
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The rule, by its id or its file
    pub(super) rule: String,
    /// The event: a file, `-` for stdin, or the name of a sample event in the rule's pack
    pub(super) event: String,
    /// Which event, where there are several; of a rule over alerts `UUID:RULE` is the alert of a rule on an event
    #[arg(long, value_name = "UUID")]
    pub(super) uuid: Option<String>,
    /// Of which org the event is, where several have one of its uuid
    #[arg(long, value_name = "HOST")]
    pub(super) org: Option<String>,
    /// How it is told
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub(super) format: Format,
    /// Which rules to look in.
    #[command(flatten)]
    pub(super) rules: RuleOptions,
}

/// How it is told.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, ValueEnum)]
pub(super) enum Format {
    /// As a tree
    #[default]
    Human,
    /// As one JSON object
    Json,
}

/// Longest value that is shown whole.
const VALUE_COLUMNS_MAX: usize = 200;

/// Most events among which one is looked for.
const EVENTS_MAX: usize = 1_000_000;

/// Runs the command. Whether the event fulfils the rule does not decide the exit: both are answers.
///
/// # Errors
/// Refuses rules that do not load, a rule or an event that does not exist, and an event that cannot be read.
pub(super) fn run(args: &Args, out: &mut Out<'_>) -> Result<Exit, Refusal> {
    let library = args.rules.load_for(&args.rule, out)?;
    let (pack, rule) = rules::find(&library, &args.rule)?;
    let remembers = rule.remembers();
    let mut inspection = Inspection::new(rule, pack.rules.iter(), &pack.sets);
    inspection.set_latest(now().plus(AHEAD_MAX));
    let (asks_about_alerts, has_others) = (rule.asks_about_alerts(), inspection.has_others());
    // An alert as an event is named by the event that it was found on, and by its rule; one on another alert by that rule as well.
    let mut named = args.uuid.as_deref().into_iter().flat_map(|uuid| uuid.splitn(if asks_about_alerts { usize::MAX } else { 1 }, ':'));
    let (uuid, raised_by): (Option<&str>, Vec<&str>) = (named.next(), named.collect());
    for other in &raised_by {
        rules::find(&library, other)?;
    }
    let Found { bytes, origin, others } = event(args, uuid, pack, (remembers || asks_about_alerts).then_some(&mut inspection), out)?;
    let is_alone = remembers && is_judged_alone(&bytes);
    let unreadable = |error: BadEvent| Refusal::world(format!("the event cannot be read: {error}"));
    let tree = match raised_by.split_last() {
        None => inspection.why(rule, &bytes, &origin, &library.sources).map_err(unreadable)?,
        Some((other, before)) => {
            let refuse = |what: &str| {
                let event: Vec<&str> = uuid.into_iter().chain(before.iter().copied()).collect();
                Refusal::usage(what).help(format!("ask why: `{}`", command(args, other, &event.join(":"))))
            };
            match inspection.why_of_alert(rule, &raised_by, &bytes, &origin, &library.sources).map_err(unreadable)? {
                WhyOfAlert::Told(tree) => *tree,
                WhyOfAlert::Open => return Err(refuse(&format!("whether `{other}` raises that alert is still open"))),
                WhyOfAlert::None => return Err(refuse(&format!("`{other}` raises no such alert, or `{}` does not look at it", rule.id))),
            }
        }
    };
    let is_open = tree.standing == Standing::Open;
    let fires = tree.value == Value::Bool(true) && tree.standing == Standing::Known;
    match args.format {
        Format::Json => {
            out.line(escape::json(&json!({ "rule": &*rule.id, "fires": fires, "open": is_open, "remembers": remembers, "condition": to_json(&tree) })))
        }
        Format::Human => {
            let id = out.paint(STRONG, &rule.id);
            let verdict = match (fires, is_open) {
                (_, true) => out.paint(DOUBTFUL, "is still open"),
                (true, _) => out.paint(GOOD, "holds"),
                (false, _) => out.paint(BAD, "does not hold"),
            };
            let what = if raised_by.is_empty() { "event" } else { "alert" };
            out.line(format_args!("{id} {verdict} on this {what}\n"));
            draw(&tree, &Branch::default(), out);
        }
    }
    if is_alone {
        out.warn("this event has no `uuid`, or no `published` that is a time: it is judged alone, and what histories say of it is not known");
    } else if remembers && others == 0 {
        out.warn("this rule asks about other events, and this one came alone; name a file that holds them too, and this one by `--uuid`");
    }
    if asks_about_alerts && !has_others {
        out.warn("this rule asks about alerts, and only this rule was run: it is told as if no rule had raised one");
    }
    if !rule.enabled {
        out.warn("this rule is switched off (`enabled: false`)");
    }
    Ok(Exit::Fine)
}

/// Says whether an event has no place among others.
fn is_judged_alone(bytes: &[u8]) -> bool {
    let mut event = Event::new();
    event.read(&Layout::new([], []), bytes, &Origin::default()).is_ok() && (event.uuid().is_none() || event.published().is_none())
}

/// Returns the command that asks why a rule does or does not hold on an event, with the same rules at hand.
fn command(args: &Args, rule: &str, uuid: &str) -> String {
    format!("clarion why {} {} --uuid {}{}", shown(rule), shown(&args.event), shown(uuid), shown(&args.rules.words()))
}

struct Found {
    bytes: Vec<u8>,
    origin: Origin,
    /// How many other events came with it.
    others: usize,
}

/// Finds the event; where the rule remembers, the inspection is shown every event that comes with it.
fn event(args: &Args, uuid: Option<&str>, pack: &Pack, mut inspection: Option<&mut Inspection>, out: &mut Out<'_>) -> Result<Found, Refusal> {
    let fixture = pack.fixtures.get(&args.event).filter(|_| !Path::new(&args.event).exists());
    if let Some(event) = fixture {
        let found = Found { bytes: event.to_string().into_bytes(), origin: Origin { source: Source::SystemLog, org: None }, others: 0 };
        if let Some(inspection) = inspection {
            // One that cannot be read is refused when it is looked at.
            let _ = inspection.observe(&found.bytes, &found.origin);
        }
        return Ok(found);
    }
    let input = input::open(Path::new(&args.event), out).map_err(|refusal| match refusal.help {
        None => refusal.help("name a file with an event, or a sample event of the rule's pack"),
        Some(_) => refusal,
    })?;
    let name = input.name.clone();
    let wanted = uuid.map(str::to_lowercase);
    let (mut found, mut bad) = (None, None);
    let mut others = 0;
    for piece in Intake::new(crate::event::open(input.reader)).take(EVENTS_MAX) {
        let piece = match piece {
            Ok(piece) => piece,
            Err(fault) => {
                bad.get_or_insert_with(|| format!("{}:{}: {}", shown(&name), fault.line, shown(&fault.message)));
                continue;
            }
        };
        let origin = Origin { source: piece.source.unwrap_or_default(), org: piece.org };
        if let Some(inspection) = &mut inspection
            && let Err(error) = inspection.observe(&piece.bytes, &origin)
        {
            bad.get_or_insert_with(|| format!("{}:{}: {error}", shown(&name), piece.line));
        }
        let is_of_org = args.org.as_ref().is_none_or(|org| origin.org.as_deref() == Some(org.as_str()));
        let is_wanted = is_of_org && wanted.as_ref().is_none_or(|wanted| uuid_of(&piece.bytes).as_ref() == Some(wanted));
        if let Some(Found { origin: first, .. }) = found.as_ref().filter(|_| is_wanted && wanted.is_some())
            && first.org != origin.org
        {
            let orgs = [&first.org, &origin.org].map(|org| org.as_deref().unwrap_or("unknown"));
            let refusal = Refusal::usage(format!("`{}` holds an event of that uuid of each of two orgs: {}", shown(&name), shown(&orgs.join(", "))));
            return Err(refusal.help("say which one with `--org HOST`"));
        }
        if !is_wanted || found.is_some() {
            others += 1;
            continue;
        }
        found = Some(Found { bytes: piece.bytes, origin, others: 0 });
        if wanted.is_some() && inspection.is_none() {
            break;
        }
    }
    match (found, bad, wanted) {
        (Some(_), _, None) if others > 0 => {
            let refusal = Refusal::usage(format!("`{}` holds {}", shown(&name), count(others + 1, "event")));
            Err(refusal.help(match inspection.is_some_and(|inspection| inspection.has_others()) {
                true => "say which one with `--uuid UUID`, or with `--uuid UUID:RULE` the alert of a rule on one",
                false => "say which one with `--uuid UUID`",
            }))
        }
        (Some(found), bad, wanted) => {
            // Where an event was named, what else stands in the file does not matter.
            if let (Some(bad), None) = (bad, wanted) {
                out.warn(bad);
            }
            Ok(Found { others, ..found })
        }
        (None, _, Some(uuid)) if uuid.contains(':') => {
            let (event, rule) = uuid.split_once(':').unwrap_or_default();
            let refusal = Refusal::usage(format!("`{}` names an alert, and `why` is asked about events of Okta's", shown(&uuid)));
            Err(refusal.help(format!("ask why it was raised: `{}`", command(args, rule, event))))
        }
        (None, _, Some(uuid)) => Err(Refusal::usage(format!("`{}` holds no event `{}`", shown(&name), shown(&uuid)))),
        (None, Some(bad), None) => Err(Refusal::world(bad)),
        (None, None, None) => Err(Refusal::world(format!("`{}` holds no event", shown(&name)))),
    }
}

fn uuid_of(bytes: &[u8]) -> Option<String> {
    let mut event = crate::event::Event::new();
    event.read(&Layout::new([], []), bytes, &Origin::default()).ok()?;
    event.uuid().map(str::to_owned)
}

/// The lines that lead to a part of the tree.
#[derive(Clone, Debug, Default)]
struct Branch {
    /// What stands before the part's own line.
    own: String,
    /// What stands before the lines of its parts.
    below: String,
}

fn draw(tree: &Why, branch: &Branch, out: &mut Out<'_>) {
    let (word, style) = match (&tree.value, tree.is_condition, tree.standing) {
        (_, _, Standing::Unreached) => ("", FAINT),
        (_, true, Standing::Open) => ("open", DOUBTFUL),
        (_, true, Standing::Unknown) => ("unknown", DOUBTFUL),
        (Value::Bool(true), true, _) => ("true", GOOD),
        (Value::Bool(false), true, _) => ("false", BAD),
        (Value::Missing, true, _) => ("missing", DOUBTFUL),
        _ => ("", FAINT),
    };
    let word = out.paint(style, &format!("{word:7}"));
    let lines = out.paint(FAINT, &branch.own);
    let text = shown(&tree.text);
    match tree.is_condition && (matches!(tree.standing, Standing::Unreached | Standing::Unknown) || !tree.value.is_missing()) {
        true => out.line(format_args!("{word} {lines}{text}")),
        false => {
            let value = tree.value.to_string();
            let value = match &tree.value {
                Value::Text(_) => format!("\"{}\"", shown_within(&value, VALUE_COLUMNS_MAX)),
                _ => shown_within(&value, VALUE_COLUMNS_MAX).into_owned(),
            };
            let style = if tree.value.is_missing() { DOUBTFUL } else { STRONG };
            let value = out.paint(style, &value);
            out.line(format_args!("{word} {lines}{text} = {value}"));
        }
    }
    let aside = |told: &str, out: &mut Out<'_>| {
        let trunk = if tree.parts.is_empty() { "   " } else { "│  " };
        let lines = out.paint(FAINT, &format!("{}{trunk}", branch.below));
        let told = out.paint(FAINT, told);
        out.line(format_args!("        {lines}{told}"));
    };
    if let Some(evidence) = &tree.evidence {
        let span = match (evidence.first, evidence.last) {
            (Some(first), Some(last)) if first != last => format!(" from {first} to {last}"),
            (Some(first), _) => format!(" at {first}"),
            _ => String::new(),
        };
        aside(&format!("{}{span}", count(evidence.count, "event")), out);
    }
    if let Some(note) = &tree.note {
        aside(&shown(note), out);
    }
    for (at, part) in tree.parts.iter().enumerate() {
        let (fork, trunk) = if at + 1 == tree.parts.len() { ("└─ ", "   ") } else { ("├─ ", "│  ") };
        let below = Branch { own: format!("{}{fork}", branch.below), below: format!("{}{trunk}", branch.below) };
        draw(part, &below, out);
    }
}

fn to_json(tree: &Why) -> Json {
    json!({
        "text": tree.text,
        "value": tree.value.to_json(),
        "missing": tree.value.is_missing(),
        "open": tree.standing == Standing::Open,
        "unknown": tree.standing == Standing::Unknown,
        "note": tree.note,
        "parts": tree.parts.iter().map(to_json).collect::<Vec<_>>(),
        "evidence": tree.evidence.as_ref().map(|evidence| json!({
            "count": evidence.count,
            "first": evidence.first.map(|time| time.to_string()),
            "last": evidence.last.map(|time| time.to_string()),
            "events": evidence.uuids,
        })),
    })
}
