//! Paths: which field of which event a dotted name reads.

use std::sync::Arc;

use super::{Checker, Meaning};
use crate::diagnostic::{Code, nearest};
use crate::event::{FieldRef, RecordKind, Scalar, Type, debug_key, debug_keys, field, fields, record_field, record_fields};
use crate::language::ast::{Path, Place, Segment, SegmentKind};
use crate::language::typed::{JsonStep, Node, Scope, Typed};

/// The long way to Okta's debugData, which `debug.` stands for.
const DEBUG_DATA: [&str; 2] = ["debugContext", "debugData"];

impl Checker<'_> {
    /// Checks a path.
    pub(super) fn path(&mut self, place: Place, path: &Path) -> Option<Arc<Typed>> {
        let step = self.surroundings.steps.iter().rposition(|step| step.as_deref() == Some(path.name.as_str()));
        if path.name == "now" {
            if !self.surroundings.in_population {
                let fault = self.fault(Code::NowOutsideHistory, place, "`now.` has no meaning here").label("only inside a history's population");
                let fault = fault.help("inside a population plain names are the past event's, and `now.x` is the current event's");
                self.push(fault);
                return None;
            }
            return self.scoped(place, path, Scope::Now);
        }
        if let Some(step) = step {
            return self.scoped(place, path, Scope::Step(step));
        }
        match self.named(&path.name, path.name_at) {
            // A name that could not be given leaves the field alone whose name it took.
            Some(Meaning::Broken) if !path.segments.is_empty() => {}
            Some(meaning) => return self.through_name(place, path, meaning),
            None => {}
        }
        let mut names = vec![(path.name.as_str(), path.name_at)];
        names.extend(leading_names(&path.segments));
        self.field_path(place, Scope::Here, &names, &path.segments, 1)
    }

    /// Checks what stands behind `now.` or a step's name.
    fn scoped(&mut self, place: Place, path: &Path, scope: Scope) -> Option<Arc<Typed>> {
        let names = leading_names(&path.segments);
        if names.is_empty() {
            let fault = self
                .fault(Code::UnexpectedText, place, format!("`{}` is an event, not a value", path.name))
                .label("name a field of it")
                .help(format!("such as `{}.actor.id`", path.name));
            self.push(fault);
            return None;
        }
        self.field_path(place, scope, &names, &path.segments, 0)
    }

    fn through_name(&mut self, place: Place, path: &Path, meaning: Meaning) -> Option<Arc<Typed>> {
        match meaning {
            Meaning::Broken => None,
            Meaning::History(_) => {
                self.history_as_value(place, place);
                None
            }
            Meaning::Value(typed) if path.segments.is_empty() => {
                // The place is that of the use, so that a diagnostic marks the text at hand.
                Some(Arc::new(Typed { at: self.span(place), ..(*typed).clone() }))
            }
            Meaning::Value(typed) => self.enter_value(place, typed, &path.segments),
        }
    }

    /// Checks a path of field names; `taken` says how many of them are not segments.
    fn field_path(&mut self, place: Place, scope: Scope, names: &[(&str, Place)], segments: &[Segment], taken: usize) -> Option<Arc<Typed>> {
        if let Some(found) = self.debug_path(place, scope, names, segments, taken) {
            return found;
        }
        for len in (1..=names.len()).rev() {
            let joined = join(names.iter().take(len));
            let Some(id) = field(&joined) else { continue };
            let ty = id.get().ty;
            let rest = segments.get(len - taken.min(len)..).unwrap_or(&[]);
            if let Type::Records(kind) = ty {
                let tail = names.get(len..).unwrap_or(&[]);
                if let (Some(_), None) = (tail.first(), record_field(kind, &join(tail.iter()))) {
                    break;
                }
                return self.enter_records(place, scope, kind, &joined, rest);
            }
            let typed = Typed::new(Node::Field(scope, FieldRef::Known(id)), ty, self.span(place));
            return if rest.is_empty() { Some(typed) } else { self.enter_value(place, typed, rest) };
        }
        let prefix = if taken == 0 {
            self.snippet.get(Place { start: place.start, end: names.first().map_or(place.end, |(_, at)| at.start) }).to_owned()
        } else {
            String::new()
        };
        self.unknown_field(place, names, segments.len() + taken, &prefix);
        None
    }

    /// Checks `debug.X` and `debugContext.debugData.X`.
    fn debug_path(&mut self, place: Place, scope: Scope, names: &[(&str, Place)], segments: &[Segment], taken: usize) -> Option<Option<Arc<Typed>>> {
        let first = names.first()?.0;
        let skip = if first == "debug" {
            1
        } else if names.len() >= 2 && first == DEBUG_DATA[0] && names.get(1).is_some_and(|(name, _)| *name == DEBUG_DATA[1]) {
            2
        } else {
            return None;
        };
        let Some((key, key_at)) = names.get(skip).copied() else {
            let fault = self
                .fault(Code::UnknownField, place, format!("`{first}` alone is not a field"))
                .label("name a key of debugData")
                .help("such as `debug.factor`");
            self.push(fault);
            return Some(None);
        };
        if debug_key(key).is_none() {
            let whole = Place { start: place.start, end: key_at.end };
            let prefix = self.snippet.get(Place { start: place.start, end: key_at.start }).to_owned();
            let near = nearest(key, debug_keys().iter().map(|key| key.name)).map(|near| format!("{prefix}{near}"));
            let fault = self
                .fault(Code::UnknownDebugKey, whole, format!("Okta's catalogue lists no debugData key `{key}`"))
                .label("read as text")
                .note("debugData is no contract: Okta may write keys that it does not document")
                .did_you_mean(near.as_deref());
            self.push(fault);
        }
        let reference = FieldRef::Debug(Arc::from(key));
        let typed = Typed::new(Node::Field(scope, reference.clone()), reference.ty(), self.span(place));
        let rest = segments.get(skip + 1 - taken..).unwrap_or(&[]);
        Some(if rest.is_empty() { Some(typed) } else { self.enter_value(place, typed, rest) })
    }

    /// Checks steps into a value: parts of JSON, elements of a list.
    pub(super) fn enter_value(&mut self, place: Place, base: Arc<Typed>, rest: &[Segment]) -> Option<Arc<Typed>> {
        let at = self.span(place);
        match base.ty {
            Type::Scalar(Scalar::Json) => {
                let steps = rest
                    .iter()
                    .map(|segment| match &segment.kind {
                        SegmentKind::Name(name) => JsonStep::Key(name.clone()),
                        SegmentKind::Index(index) => JsonStep::Index(*index),
                    })
                    .collect();
                Some(Typed::new(Node::Json(base, steps), Type::Scalar(Scalar::Json), at))
            }
            Type::List(scalar) => match rest {
                [Segment { kind: SegmentKind::Index(index), .. }] => Some(Typed::new(Node::At(base, *index), Type::Scalar(scalar), at)),
                [first, ..] => {
                    let fault =
                        self.fault(Code::PathThroughList, first.at, "this is a list, it has no named parts").label(format!("{} has no such part", base.ty));
                    self.push(fault);
                    None
                }
                [] => Some(base),
            },
            ty => {
                let first = rest.first().map_or(place, |segment| segment.at);
                let name = self.snippet.get(first).to_owned();
                let fault = self
                    .fault(Code::UnknownField, place, format!("unknown field `{}`", self.snippet.get(place)))
                    .label(format!("what stands before `{name}` is {ty} and has no parts"));
                let fault = if ty == Type::Scalar(Scalar::Text) { fault.help("if the text holds JSON, read it with `json(...)`") } else { fault };
                self.push(fault);
                None
            }
        }
    }

    /// Splits a path that goes straight through a list of records into the list and what is asked of its elements.
    pub(super) fn list_path(&self, path: &Path) -> Option<(String, String)> {
        let mut names = vec![path.name.as_str()];
        names.extend(leading_names(&path.segments).iter().map(|(name, _)| *name));
        (1..names.len()).rev().find_map(|len| {
            let (list, rest) = names.split_at_checked(len)?;
            let list = list.join(".");
            let Type::Records(kind) = field(&list)?.get().ty else { return None };
            // `target.user.id` is a field of its own, found before its list.
            let is_field = (len + 1..=names.len()).any(|len| names.get(..len).is_some_and(|names| field(&names.join(".")).is_some()));
            let known = !is_field && record_field(kind, &rest.join(".")).is_some();
            known.then(|| (list, rest.join(".")))
        })
    }

    /// Says whether a path stops at a record, such as `target.user`.
    pub(super) fn is_record(&self, path: &Path) -> bool {
        let mut names = vec![path.name.as_str()];
        names.extend(leading_names(&path.segments).iter().map(|(name, _)| *name));
        let prefix = format!("{}.", names.join("."));
        names.len() > 1 && field(names.join(".").as_str()).is_none() && fields().iter().any(|field| field.path.starts_with(&prefix))
    }

    /// Checks what stands behind a list of records.
    fn enter_records(&mut self, place: Place, scope: Scope, kind: RecordKind, list: &str, rest: &[Segment]) -> Option<Arc<Typed>> {
        let at = self.span(place);
        match rest {
            [] => Some(Typed::new(Node::Records(scope, kind, Vec::new()), Type::Records(kind), at)),
            [Segment { kind: SegmentKind::Index(index), .. }, fields @ ..] if !fields.is_empty() => {
                let (record, steps) = self.record_path(place, kind, fields, "")?;
                let ty = record_type(kind, record);
                let typed = Typed::new(Node::Indexed(scope, kind, *index, record), ty, at);
                if steps.is_empty() { Some(typed) } else { self.enter_value(place, typed, steps) }
            }
            [Segment { kind: SegmentKind::Index(_), .. }, ..] => {
                let fault = self
                    .fault(Code::RecordCompared, place, "a record has no value of its own")
                    .label("name a field of it")
                    .help(format!("such as `{list}[0].{}`", record_fields(kind).first().map_or("id", |field| field.path)));
                self.push(fault);
                None
            }
            [_, ..] => {
                let tail = self.snippet.get(rest.first().map_or(place, |first| first.at).to(place_end(place))).to_owned();
                let fault = self
                    .fault(Code::PathThroughList, place, format!("`{list}` is a list of {}", plural(kind)))
                    .label("which one of them is meant?")
                    .help(format!("ask `any({list}, .{tail} == ...)`, or name the first of a kind: `target.user`, `target.app`, `target.group`, ..."));
                self.push(fault);
                None
            }
        }
    }

    /// Checks a field of one record of a filtered list.
    pub(super) fn picked(&mut self, place: Place, base: Arc<Typed>, kind: RecordKind, segments: &[Segment]) -> Option<Arc<Typed>> {
        let [Segment { kind: SegmentKind::Index(index), .. }, fields @ ..] = segments else {
            let fault = self
                .fault(Code::PathThroughList, place, format!("this is {}", base.ty))
                .label("which one of them is meant?")
                .help("pick one by its position, such as `filter(...)[0].id`");
            self.push(fault);
            return None;
        };
        if fields.is_empty() {
            let fault = self.fault(Code::RecordCompared, place, "a record has no value of its own").label("name a field of it");
            self.push(fault);
            return None;
        }
        let (record, rest) = self.record_path(place, kind, fields, "")?;
        let typed = Typed::new(Node::Picked(base, *index, record), record_type(kind, record), self.span(place));
        if rest.is_empty() { Some(typed) } else { self.enter_value(place, typed, rest) }
    }

    /// Finds the longest field of a record that the segments name; gives what is left of them.
    fn record_path<'s>(&mut self, place: Place, kind: RecordKind, segments: &'s [Segment], dot: &str) -> Option<(crate::event::RecordFieldId, &'s [Segment])> {
        let names = leading_names(segments);
        for len in (1..=names.len()).rev() {
            if let Some(record) = record_field(kind, &join(names.iter().take(len))) {
                return Some((record, segments.get(len..).unwrap_or(&[])));
            }
        }
        let joined = join(names.iter());
        let near = nearest(&joined, record_fields(kind).iter().map(|field| field.path)).map(|near| format!("{dot}{near}"));
        let at = match (segments.first(), segments.last()) {
            (Some(first), Some(last)) => Place { start: first.at.start - dot.len().min(first.at.start), end: last.at.end },
            _ => place,
        };
        let known: Vec<&str> = record_fields(kind).iter().map(|field| field.path).collect();
        let fault = self
            .fault(Code::UnknownField, at, format!("a {} has no field `{joined}`", singular(kind)))
            .label("no such field")
            .did_you_mean(near.as_deref())
            .note(format!("it has: {}", known.join(", ")));
        self.push(fault);
        None
    }

    /// Checks `.x`, a field of the element at hand.
    pub(super) fn element(&mut self, place: Place, segments: &[Segment]) -> Option<Arc<Typed>> {
        let Some(kind) = self.surroundings.elements.last().copied() else {
            let fault = self
                .fault(Code::ElementOutsideList, place, "a leading dot means an element of a list")
                .label("there is no list here")
                .help("it has a meaning inside `any(target, ...)`, `all`, `none` and `filter`");
            self.push(fault);
            return None;
        };
        let (record, rest) = self.record_path(place, kind, segments, ".")?;
        let typed = Typed::new(Node::Element(kind, record), record_type(kind, record), self.span(place));
        if rest.is_empty() { Some(typed) } else { self.enter_value(place, typed, rest) }
    }

    fn unknown_field(&mut self, place: Place, names: &[(&str, Place)], parts: usize, prefix: &str) {
        let joined = join(names.iter());
        if let Some((root, root_at)) = names.first().copied().filter(|_| prefix.is_empty() && parts > 1)
            && self.unknown_step(root, root_at)
        {
            return;
        }
        if parts == 1 && prefix.is_empty() {
            let near = self.near_name(&joined);
            let fault = self
                .fault(Code::UnknownName, place, format!("unknown name `{joined}`"))
                .label("no field, `let` or definition has this name")
                .did_you_mean(near.as_deref());
            self.push(fault);
            return;
        }
        let at = match (names.first(), names.last()) {
            (Some((_, first)), Some((_, last))) => Place { start: first.start - prefix.len().min(first.start), end: last.end },
            _ => place,
        };
        let near = nearest(&joined, fields().iter().map(|field| field.path)).map(|near| format!("{prefix}{near}"));
        let root = names.first().map_or("", |(name, _)| *name);
        let known: Vec<&str> =
            fields().iter().map(|field| field.path).filter(|path| path.strip_prefix(root).is_some_and(|rest| rest.starts_with('.'))).collect();
        let fault = self.fault(Code::UnknownField, at, format!("unknown field `{joined}`")).label("no such field on an Okta event");
        let fault = fault.did_you_mean(near.as_deref());
        let fault = if near.is_none() && !known.is_empty() && known.len() <= 12 { fault.note(format!("there are: {}", known.join(", "))) } else { fault };
        self.push(fault);
    }
}

impl Checker<'_> {
    /// Answers a name that is no field where a sequence has steps with names.
    fn unknown_step(&mut self, root: &str, at: Place) -> bool {
        let steps = self.surroundings.step_names.clone();
        let is_field = fields().iter().any(|field| field.path.split('.').next() == Some(root));
        if steps.is_empty() || is_field {
            return false;
        }
        if steps.iter().any(|step| &**step == root) {
            let fault = self.fault(Code::UnknownStep, at, format!("the step `{root}` comes later")).label("a step can use only those before it");
            self.push(fault);
            return true;
        }
        let near = nearest(root, steps.iter().map(|step| &**step)).map(str::to_owned);
        if near.is_none() {
            return false;
        }
        let fault =
            self.fault(Code::UnknownStep, at, format!("unknown step `{root}`")).label("no step of the sequence has this name").did_you_mean(near.as_deref());
        self.push(fault);
        true
    }
}

/// Returns the names that follow one another from the front.
fn leading_names(segments: &[Segment]) -> Vec<(&str, Place)> {
    segments
        .iter()
        .map_while(|segment| match &segment.kind {
            SegmentKind::Name(name) => Some((name.as_str(), segment.at)),
            SegmentKind::Index(_) => None,
        })
        .collect()
}

fn join<'a>(names: impl Iterator<Item = &'a (&'a str, Place)>) -> String {
    names.map(|(name, _)| *name).collect::<Vec<_>>().join(".")
}

fn place_end(place: Place) -> Place {
    Place { start: place.end, end: place.end }
}

fn record_type(kind: RecordKind, id: crate::event::RecordFieldId) -> Type {
    record_fields(kind).iter().find(|field| record_field(kind, field.path) == Some(id)).map_or(Type::Scalar(Scalar::Text), |field| field.ty)
}

fn plural(kind: RecordKind) -> &'static str {
    match kind {
        RecordKind::Target => "targets",
        RecordKind::Hop => "hops",
    }
}

fn singular(kind: RecordKind) -> &'static str {
    match kind {
        RecordKind::Target => "target",
        RecordKind::Hop => "hop of the chain",
    }
}
