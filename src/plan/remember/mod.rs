//! Rules that remember, in the form that is run.
//!
//! Takes checked rules and the layout of the plan; gives a [`RememberPlan`]: the sets of past events that have to be kept ([`Base`],
//! each once however many histories and rules read it), the questions asked of them, the rules with their conditions cut into what the
//! event alone decides and what needs a history, and how long each thing can still matter. Immutable and shared; keeps no state.

mod ask;
mod describe;
mod form;
mod reach;
mod reads;
mod refute;
mod shape;
mod split;

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use crate::evaluate::{Code, Lowering, QuestionId, Questions, wanted};
use crate::event::{Event, FieldRef, Layout, Span, event_types};
use crate::language::{ALERT_EVENT_TYPE, Node, Sets, TypeSet, Typed};
use crate::pack::{Rule, Severity};
use crate::plan::program::{Atoms, Program};
use crate::plan::{RuleIndex, simplify};

pub use ask::{Ask, Plain, Source, Stage, Steps};
pub use describe::HistoryText;
pub use form::{Form, Need};
pub use reads::SOURCE_PATH;
pub use refute::Refutation;
pub use shape::{Mask, Shape};

use reach::Reaches;
use split::Thresholds;

/// As far as time goes.
pub const ENDLESS: Span = Span::micros(i64::MAX);

/// The rules that remember, compiled.
#[derive(Debug)]
pub struct RememberPlan {
    shape: Shape,
    rules: Vec<RememberRule>,
    /// The number here of each rule of the whole plan that has one.
    numbers: Vec<Option<u32>>,
    bases: Vec<Base>,
    questions: Questions,
    asks: Vec<Ask>,
    rules_by_type: Vec<Vec<u32>>,
    bases_by_type: Vec<Vec<u32>>,
    extra: HashMap<Box<str>, usize>,
    alert_type: usize,
    /// The predicates of the whole plan.
    atoms: Arc<[Code]>,
}

/// A rule that remembers, or one whose alerts others ask about.
#[derive(Debug)]
pub struct RememberRule {
    /// The rule's place in the whole plan.
    pub index: RuleIndex,
    /// Its id.
    pub id: Arc<str>,
    /// The same text for every rule of the same id and condition.
    pub meaning: String,
    /// Whether its findings are said here; those of a stateless rule are said by the stateless engine.
    pub speaks: bool,
    /// Whether it asks about alerts: in its condition, or for what is told of its findings.
    pub about_alerts: bool,
    /// Whether its condition does, so that it can hold on an alert.
    pub holds_on_alerts: bool,
    /// The rules, by number, whose alerts it sees.
    pub sees: Vec<bool>,
    /// Whether some rule sees its alerts.
    pub is_seen: bool,
    /// What the event alone must fulfil, its type apart: without it no history is asked.
    pub guard: Program,
    /// The conditions that need a history.
    pub rest: Vec<Code>,
    /// What decides the severity, first that holds.
    pub severity: Vec<(Option<Code>, Severity)>,
    /// The questions of its condition.
    pub asked: Vec<QuestionId>,
    /// The questions of its condition, title, context and so on.
    pub shown: Vec<QuestionId>,
    /// How long after its event a decision can still change, counted by the watermark.
    pub lag: Span,
    /// The fields that are read of an event on which it decides, once the guard holds.
    pub fields: Mask,
    /// The sets of past events that its condition asks, by number, if it asks all of them for what lies before its event and by the keys
    /// that its event has there; none otherwise. Where the event belongs to all of them, whoever changes them meets it there.
    pub home: Vec<u32>,
    /// What refutes its condition, whatever else holds.
    pub refutations: Vec<Refutation>,
    types: TypeSet,
}

/// A set of past events that is kept, grouped by keys.
#[derive(Debug)]
pub struct Base {
    /// The same text for every base of the same meaning.
    pub meaning: String,
    /// What belongs to it and what groups it, as a rule would write it.
    pub text: String,
    /// Which events of its types belong to it.
    pub member: Program,
    /// What groups them.
    pub keys: Vec<Code>,
    /// Whether alerts can belong to it.
    pub sees_alerts: bool,
    /// How long a member can matter, counted by the watermark.
    pub retention: Span,
    /// How long after a member a decision may ask about it.
    pub back: Span,
    /// How long before a member a decision may wait for it.
    pub forward: Option<Span>,
    /// How far behind the watermark a decision may still ask about it.
    pub slack: Span,
    /// How much is kept of what lies before that.
    pub form: Form,
    /// Whether the time of the key's first member is needed for ever.
    pub keeps_first: bool,
    /// The fields that are read of its members once it is known that they are members, by path.
    pub reads: BTreeSet<String>,
    /// The same fields, by number.
    pub fields: Mask,
    types: TypeSet,
}

impl RememberPlan {
    /// Compiles rules; those that neither remember nor are asked about are left out. `layout` must have every field that they read;
    /// `questions` are those that the stateless plan has numbered, so that both call a question by the same number. With `is_exact` counts are
    /// worked out beyond what decides.
    pub(super) fn compile(
        rules: &[(RuleIndex, &Rule)],
        layout: &Layout,
        sets: &Sets,
        questions: &Questions,
        atoms: &mut Atoms,
        is_exact: bool,
    ) -> RememberPlan {
        let chosen = chosen(rules);
        let mut thresholds = Thresholds::default();
        let mut fields: BTreeSet<FieldRef> = BTreeSet::new();
        let mut taken: BTreeSet<FieldRef> = BTreeSet::new();
        let mut records = Vec::new();
        for (_, rule, _) in &chosen {
            for typed in rule.expressions() {
                typed.walk(&mut |part| taken.extend(field_taken(part).cloned()));
                // A count that is shown has to be exact.
                if !is_exact {
                    thresholds.add(typed);
                }
                wanted(typed, &mut fields, &mut records);
            }
        }
        // What stands first in a kept event is found first.
        let others = fields.difference(&taken).cloned();
        let shape = Shape::new(layout, taken.iter().cloned().chain(others), &records);
        let mut questions = questions.clone();
        let mut planned: Vec<RememberRule> = chosen
            .iter()
            .map(|(index, rule, sees)| compile_rule(*index, rule, sees, sets, atoms, &mut Lowering { layout, questions: &mut questions }))
            .collect();

        let mut drafts = ask::Drafts { layout, sets, thresholds: &thresholds, atoms, bases: Vec::new(), by_meaning: HashMap::new() };
        let mut asks = Vec::new();
        // Asking one question may bring others with it.
        while let Some(remember) = questions.get(QuestionId(u32::try_from(asks.len()).unwrap_or(u32::MAX))).cloned() {
            let ask = drafts.ask(&remember, &mut questions);
            asks.push(ask);
        }
        let mut bases = drafts.bases;
        let typed: Vec<&Rule> = chosen.iter().map(|(_, rule, _)| *rule).collect();
        let reaches = Reaches::of(&typed, &planned);
        reaches.apply(&typed, &mut planned, &mut bases, &mut asks, &questions);
        form::choose(&mut bases, asks.iter().zip(questions.iter().map(|(_, remember)| &**remember)));
        for base in &mut bases {
            base.fields = shape.mask(&base.reads);
        }
        for (planned, rule) in planned.iter_mut().zip(&typed) {
            planned.home = home(&planned.asked, &asks, &bases);
            planned.refutations = refute::refutations(rule, &mut questions, &asks, &bases);
            let mut reads = reads::of_rule(rule, planned.is_seen);
            if planned.is_seen {
                // Its alerts as events are of the same actor.
                reads.extend(shape.fields().iter().map(|(path, _)| path).filter(|path| path.starts_with("actor.")).cloned());
            }
            planned.fields = shape.mask(&reads);
        }

        let known = event_types().len();
        let extra: HashMap<Box<str>, usize> = sets.names().iter().enumerate().skip(known).map(|(at, name)| (name.as_str().into(), at)).collect();
        let alert_type = extra.get(ALERT_EVENT_TYPE).copied().unwrap_or(sets.other());
        let types = sets.names().len() + 1;
        let rules_by_type = by_type(types, planned.iter().map(|rule| &rule.types));
        let bases_by_type = by_type(types, bases.iter().map(|base| &base.types));
        let numbers = numbers(&planned);
        RememberPlan { shape, rules: planned, numbers, bases, questions, asks, rules_by_type, bases_by_type, extra, alert_type, atoms: Arc::default() }
    }

    /// Takes over the predicates of the whole plan, once all are known.
    pub(super) fn share(&mut self, atoms: Arc<[Code]>) {
        self.atoms = atoms;
    }

    /// Returns the predicates of the whole plan, by number.
    pub fn atoms(&self) -> &[Code] {
        &self.atoms
    }

    /// Says whether there is nothing to remember.
    pub fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }

    /// Says whether findings of a rule are said here and not by the stateless engine.
    pub fn owns(&self, rule: RuleIndex) -> bool {
        self.number(rule).and_then(|number| self.rule(number)).is_some_and(|rule| rule.speaks)
    }

    /// Returns the number that a rule has here.
    pub fn number(&self, rule: RuleIndex) -> Option<u32> {
        self.numbers.get(rule.0 as usize).copied().flatten()
    }

    /// Returns the rules, by number.
    pub fn rules(&self) -> &[RememberRule] {
        &self.rules
    }

    /// Returns a rule.
    pub fn rule(&self, number: u32) -> Option<&RememberRule> {
        self.rules.get(number as usize)
    }

    /// Returns the sets of past events, by number.
    pub fn bases(&self) -> &[Base] {
        &self.bases
    }

    /// Returns a set of past events.
    pub fn base(&self, number: u32) -> Option<&Base> {
        self.bases.get(number as usize)
    }

    /// Returns every question, those inside histories included; the numbers of the stateless plan stay.
    pub fn questions(&self) -> &Questions {
        &self.questions
    }

    /// Returns how a question is answered.
    pub fn ask(&self, question: QuestionId) -> Option<&Ask> {
        self.asks.get(question.0 as usize)
    }

    /// Returns which fields of an event are kept.
    pub fn shape(&self) -> &Shape {
        &self.shape
    }

    /// Returns the place of an event's type.
    pub fn type_of(&self, event: &Event) -> usize {
        match event.event_type_index() {
            Some(index) => usize::from(index),
            None => event.event_type().and_then(|name| self.extra.get(name).copied()).unwrap_or(self.rules_by_type.len().saturating_sub(1)),
        }
    }

    /// Returns the place of the type of alerts.
    pub fn alert_type(&self) -> usize {
        self.alert_type
    }

    /// Returns the rules that an event of a type can trigger, by number.
    pub fn rules_of(&self, event_type: usize) -> &[u32] {
        self.rules_by_type.get(event_type).map_or(&[], Vec::as_slice)
    }

    /// Returns the sets that an event of a type can belong to, by number.
    pub fn bases_of(&self, event_type: usize) -> &[u32] {
        self.bases_by_type.get(event_type).map_or(&[], Vec::as_slice)
    }

    /// Says whether a rule sees the alerts of another.
    pub fn sees(&self, rule: u32, other: u32) -> bool {
        self.rule(rule).and_then(|rule| rule.sees.get(other as usize)).copied().unwrap_or(false)
    }

    /// Says whether the condition of a rule can hold on an alert of another.
    pub fn holds_on_alert_of(&self, rule: u32, other: u32) -> bool {
        self.rule(rule).is_some_and(|rule| rule.holds_on_alerts) && self.sees(rule, other)
    }
}

/// Returns the field that a question takes from every event, if that is what this is.
fn field_taken(part: &Typed) -> Option<&FieldRef> {
    let Node::Remember(remember) = &part.node else { return None };
    match &remember.value.as_deref()?.node {
        Node::Field(_, field) => Some(field),
        _ => None,
    }
}

fn by_type<'t>(types: usize, sets: impl Iterator<Item = &'t TypeSet>) -> Vec<Vec<u32>> {
    let mut places = vec![Vec::new(); types];
    for (set, number) in sets.zip(0..) {
        for at in set.iter() {
            if let Some(place) = places.get_mut(at) {
                place.push(number);
            }
        }
    }
    places
}

/// Returns the place in a list of each of its rules, by the rule's place in the whole plan.
fn numbers(planned: &[RememberRule]) -> Vec<Option<u32>> {
    let mut numbers = Vec::new();
    for (rule, number) in planned.iter().zip(0..) {
        let at = rule.index.0 as usize;
        if numbers.len() <= at {
            numbers.resize(at + 1, None);
        }
        if let Some(place) = numbers.get_mut(at) {
            *place = Some(number);
        }
    }
    numbers
}

/// What a rule has to do with alerts.
#[derive(Debug, Default)]
struct Sight {
    about: bool,
    sees: Vec<bool>,
    is_seen: bool,
}

/// Chooses the rules that matter here and says whose alerts they see.
///
/// A rule never sees its own alerts; one that names no rule sees the alerts of rules that do not ask about alerts themselves; one that
/// names rules sees the alerts of those as well.
fn chosen<'r>(rules: &[(RuleIndex, &'r Rule)]) -> Vec<(RuleIndex, &'r Rule, Sight)> {
    let about: Vec<bool> = rules.iter().map(|(_, rule)| rule.asks_about_alerts()).collect();
    if !about.contains(&true) {
        return rules.iter().filter(|(_, rule)| rule.remembers()).map(|(index, rule)| (*index, *rule, Sight::default())).collect();
    }
    let sees = |at: usize| -> Vec<bool> {
        if about.get(at) != Some(&true) {
            return Vec::new();
        }
        let named: Vec<String> = rules.get(at).into_iter().flat_map(|(_, rule)| rule.alert_rules()).map(|(name, _)| name).collect();
        rules.iter().zip(&about).enumerate().map(|(other, ((_, rule), about))| other != at && (!about || named.iter().any(|name| **name == *rule.id))).collect()
    };
    let sight: Vec<Vec<bool>> = (0..rules.len()).map(sees).collect();
    let mut is_seen = vec![false; rules.len()];
    for sees in &sight {
        is_seen.iter_mut().zip(sees).for_each(|(is_seen, sees)| *is_seen |= sees);
    }
    let keep: Vec<bool> =
        rules.iter().enumerate().map(|(at, (_, rule))| rule.remembers() || about.get(at) == Some(&true) || is_seen.get(at) == Some(&true)).collect();
    let kept = |flags: &[bool]| flags.iter().zip(&keep).filter(|(_, keep)| **keep).map(|(flag, _)| *flag).collect::<Vec<bool>>();
    let mut out = Vec::new();
    for (at, ((index, rule), keep)) in rules.iter().zip(&keep).enumerate() {
        if *keep {
            let sees = sight.get(at).map(|sees| kept(sees)).unwrap_or_default();
            out.push((*index, *rule, Sight { about: about.get(at) == Some(&true), sees, is_seen: is_seen.get(at) == Some(&true) }));
        }
    }
    out
}

fn compile_rule(index: RuleIndex, rule: &Rule, sight: &Sight, sets: &Sets, atoms: &mut Atoms, lowering: &mut Lowering<'_>) -> RememberRule {
    let parts = split::split(&rule.when);
    let types = sets.may(&rule.when);
    let necessary: Vec<Arc<Typed>> = parts.alone.iter().cloned().chain(parts.bound.iter().flat_map(|part| split::last_step(part))).collect();
    let guard = atoms.program(&simplify::all_of(&necessary, &rule.when, &types, sets), lowering);
    let rest = parts.bound.iter().map(|part| lowering.lower(part)).collect();
    let severity = rule.severity.iter().map(|grade| (grade.when.as_ref().map(|typed| lowering.lower(typed)), grade.level)).collect();
    let asked = outer_questions(&rule.when, lowering.questions);
    let mut shown: Vec<QuestionId> = rule.expressions().flat_map(|typed| outer_questions(typed, lowering.questions)).collect();
    shown.sort_unstable();
    shown.dedup();
    let grades: Vec<String> =
        rule.severity.iter().map(|grade| format!("{}{:?}", grade.when.as_ref().map(|typed| typed.key()).unwrap_or_default(), grade.level)).collect();
    RememberRule {
        index,
        id: rule.id.clone(),
        meaning: format!("{}\n{}\n{}", rule.id, rule.when.key(), grades.join("\n")),
        speaks: rule.remembers() || sight.about,
        about_alerts: sight.about,
        holds_on_alerts: rule.when.asks_about_alerts(),
        sees: sight.sees.clone(),
        is_seen: sight.is_seen,
        guard,
        rest,
        severity,
        asked,
        shown,
        lag: Span::ZERO,
        fields: Mask::default(),
        home: Vec::new(),
        refutations: Vec::new(),
        types,
    }
}

/// Returns the sets that questions ask, if all are asked for what lies before the event that asks and by its own keys.
fn home(asked: &[QuestionId], asks: &[Ask], bases: &[Base]) -> Vec<u32> {
    let sources: Vec<&Source> = asked.iter().filter_map(|question| asks.get(question.0 as usize)).flat_map(Ask::sources).collect();
    let is_home = |source: &&Source| {
        let base = bases.get(source.base as usize);
        source.same_keys && base.is_some_and(|base| base.forward.is_none() && !base.sees_alerts)
    };
    if !sources.iter().all(is_home) {
        return Vec::new();
    }
    let all: BTreeSet<u32> = sources.iter().map(|source| source.base).collect();
    all.into_iter().collect()
}

/// Returns the questions that an expression asks itself, those inside histories not among them.
fn outer_questions(typed: &Typed, questions: &mut Questions) -> Vec<QuestionId> {
    let mut all = Vec::new();
    reach::outer(typed, &mut |remember| all.push(questions.id(remember)));
    all.sort_unstable();
    all.dedup();
    all
}
