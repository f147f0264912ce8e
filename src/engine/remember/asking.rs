//! Asking: the truth about an event, given what is kept.
//!
//! Every answer is worked out from the cells alone, so that it does not depend on the order in which events came. Whatever cell is
//! looked at is noted: when it changes, the decision is made again.

use std::cell::{Cell as Slot, RefCell};

use smallvec::SmallVec;

use super::answer;
use super::cells::{Cell, CellId, Cells, put_cell_key};
use super::row::Row;
use super::steps;
use crate::evaluate::{Code, Facts, Memory, Moment, QuestionId};
use crate::event::{Timestamp, Value};
use crate::plan::remember::{Ask, Plain, RememberPlan, Source};

/// Deepest nesting of histories that is followed; the checker's bound on size keeps rules far below.
const DEPTH_MAX: u32 = 64;

/// What is known of an org.
#[derive(Clone, Copy)]
pub(super) struct View<'a> {
    pub(super) plan: &'a RememberPlan,
    pub(super) cells: &'a Cells,
    /// When the org's known history begins.
    pub(super) begin: Option<Timestamp>,
    /// Behind it nothing comes any more.
    pub(super) watermark: Timestamp,
    /// Whether nothing comes any more at all.
    pub(super) finished: bool,
    /// The event at hand with its cells by the numbers of their sets, where those are known already.
    pub(super) home: Option<(&'a Row, &'a [(u32, CellId)])>,
}

/// Cells that a decision has looked at, each with the time of the event that asked.
#[derive(Debug, Default)]
pub(super) struct Looked {
    pub(super) found: Vec<(CellId, Timestamp)>,
    /// Those that are not there: the set, where the key ends among the keys, and the time.
    missing: Vec<(u32, usize, Timestamp)>,
    keys: Vec<u8>,
}

impl Looked {
    pub(super) fn clear(&mut self) {
        self.found.clear();
        self.missing.clear();
        self.keys.clear();
    }

    pub(super) fn is_empty(&self) -> bool {
        self.found.is_empty() && self.missing.is_empty()
    }

    /// Returns those that are not there: the set, the key and the time.
    pub(super) fn missing(&self) -> impl Iterator<Item = (u32, &[u8], Timestamp)> {
        let mut start = 0;
        self.missing.iter().map(move |(base, end, at)| {
            let from = std::mem::replace(&mut start, *end);
            (*base, self.keys.get(from..*end).unwrap_or_default(), *at)
        })
    }
}

/// What is taken for answers that are still open: yes or no for each question, whichever event asks it. Where past events ask it too, as in
/// `count(a and not followed_by(b) ...)`, all of them get the same.
#[derive(Debug, Default)]
pub(super) struct Assumed {
    /// The questions in the order in which they were met, by where they stand in the plan.
    met: RefCell<SmallVec<[usize; 4]>>,
    /// A bit for each of them that is taken for yes.
    yes: u32,
}

/// Most open questions whose answers are told apart; of more, those behind them are all taken alike.
pub(super) const OPEN_MAX: usize = 4;

impl Assumed {
    /// Takes every open answer for no.
    pub(super) fn no() -> Assumed {
        Assumed::default()
    }

    /// Takes every open answer for yes.
    pub(super) fn yes() -> Assumed {
        Assumed { yes: u32::MAX, ..Assumed::default() }
    }

    /// Takes the next combination for the questions that were met; nothing once all were tried, or where none is open. The first is no for
    /// all, the second is yes for all.
    pub(super) fn next(self) -> Option<Assumed> {
        let met = self.met.borrow().len().min(OPEN_MAX);
        if met == 0 {
            return None;
        }
        let all = (1u32 << met) - 1;
        let tried = if self.yes == u32::MAX { 0 } else { self.yes };
        let next = if self.yes == 0 { u32::MAX } else { tried + 1 };
        (next == u32::MAX || next < all).then_some(Assumed { yes: next, ..self })
    }

    /// Asks something with no for all, and then with every other combination.
    pub(super) fn each<'a, T>(inquiry: impl Fn(Assumed) -> Inquiry<'a>, ask: impl Fn(&Inquiry<'a>) -> T) -> (T, Vec<T>) {
        let first = inquiry(Assumed::no());
        let (answer, mut others) = (ask(&first), Vec::new());
        let mut next = first.assumed.next();
        while let Some(assumed) = next {
            let inquiry = inquiry(assumed);
            others.push(ask(&inquiry));
            next = inquiry.assumed.next();
        }
        (answer, others)
    }

    fn of(&self, plain: &Plain) -> bool {
        let mut met = self.met.borrow_mut();
        let question = std::ptr::from_ref(plain).addr();
        let place = met.iter().position(|known| *known == question).unwrap_or_else(|| {
            met.push(question);
            met.len() - 1
        });
        self.yes >> place.min(OPEN_MAX) & 1 == 1
    }
}

/// One decision in the making.
pub(super) struct Inquiry<'a> {
    pub(super) view: View<'a>,
    /// The rule whose decision it is.
    pub(super) rule: u32,
    /// What is taken for answers that are still open.
    pub(super) assumed: Assumed,
    /// When the first of the open answers settles.
    pub(super) open: Slot<Option<Timestamp>>,
    /// Whether not every choice of a sequence's steps was tried.
    pub(super) unfinished: Slot<bool>,
    /// Whether an answer was silent because too little of the org's history is known.
    pub(super) young: Slot<bool>,
    /// The cells that were looked at.
    pub(super) looked: RefCell<Looked>,
    depth: Slot<u32>,
}

/// A decision as seen from one event: its own, or one inside its histories.
pub(super) struct Asking<'a> {
    pub(super) inquiry: &'a Inquiry<'a>,
    pub(super) row: &'a Row,
}

impl<'a> Inquiry<'a> {
    pub(super) fn new(view: View<'a>, rule: u32, assumed: Assumed) -> Self {
        Inquiry::noting(view, rule, assumed, Looked::default())
    }

    /// Makes one that notes the cells it looks at behind others.
    pub(super) fn noting(view: View<'a>, rule: u32, assumed: Assumed, looked: Looked) -> Self {
        Inquiry {
            view,
            rule,
            assumed,
            open: Slot::new(None),
            unfinished: Slot::new(false),
            young: Slot::new(false),
            looked: RefCell::new(looked),
            depth: Slot::new(0),
        }
    }

    /// Says whether all conditions hold on an event.
    pub(super) fn all_hold(&self, codes: &[Code], row: &Row) -> bool {
        let asking = Asking { inquiry: self, row };
        let moment = Moment::new(row, &asking);
        codes.iter().all(|code| code.holds(&moment))
    }

    /// Evaluates something on an event.
    pub(super) fn eval<R>(&self, row: &Row, with: impl FnOnce(&Moment<'_>) -> R) -> R {
        let asking = Asking { inquiry: self, row };
        with(&Moment::new(row, &asking))
    }

    /// Says whether an event of a set belongs to the history, with the event that asks and the steps so far in view.
    pub(super) fn belongs(&self, source: &Source, row: &Row, now: &Row, steps: &[Option<&dyn Facts>]) -> bool {
        if let Some(alert) = row.alert()
            && !(source.sees_alerts && self.view.plan.sees(self.rule, alert))
        {
            return false;
        }
        if source.residual.is_empty() {
            return true;
        }
        let asking = Asking { inquiry: self, row };
        let moment = Moment::new(row, &asking).asked_by(now).after(steps);
        source.residual.iter().all(|code| code.holds(&moment))
    }

    /// Says whether every event of a set belongs to the history.
    pub(super) fn all_belong(&self, source: &Source) -> bool {
        source.residual.is_empty() && !source.sees_alerts && !self.view.plan.base(source.base).is_some_and(|base| base.sees_alerts)
    }

    /// Looks at the cell of a source for the keys of the event that asks, and notes that. No keys, no cell.
    pub(super) fn look(&self, source: &Source, now: &[Code], row: &Row) -> Option<Option<&'a Cell>> {
        let base = source.base;
        let mut looked = self.looked.borrow_mut();
        if source.same_keys
            && let Some((home, cells)) = self.view.home
            && home.is(row)
            && let Some((_, id)) = cells.iter().find(|(known, _)| *known == base)
            && let Some(cell) = self.view.cells.get(*id)
        {
            looked.found.push((*id, row.at()));
            return Some(Some(cell));
        }
        let start = looked.keys.len();
        if put_cell_key(now, row, &mut looked.keys).is_none() {
            looked.keys.truncate(start);
            return None;
        }
        let key = looked.keys.get(start..).unwrap_or_default();
        match self.view.cells.find(base, key) {
            Some(id) => {
                looked.keys.truncate(start);
                looked.found.push((id, row.at()));
                Some(self.view.cells.get(id))
            }
            None => {
                let end = looked.keys.len();
                looked.missing.push((base, end, row.at()));
                Some(None)
            }
        }
    }

    /// Notes that the answer to a question is open until a time; gives what is taken for it.
    pub(super) fn leave_open(&self, plain: &Plain, until: Timestamp) -> bool {
        self.open.set(Some(self.open.get().map_or(until, |known| known.min(until))));
        self.assumed.of(plain)
    }

    /// Answers a question for an event.
    pub(super) fn answer(&self, question: QuestionId, row: &Row) -> Value<'static> {
        let Some(ask) = self.view.plan.ask(question) else { return Value::Missing };
        if self.depth.get() >= DEPTH_MAX {
            return answer::empty(ask);
        }
        self.depth.set(self.depth.get() + 1);
        let value = match ask {
            Ask::Plain(plain) => answer::answer(self, plain, row),
            Ask::Steps(steps) => Value::Bool(steps::holds(self, steps, row)),
        };
        self.depth.set(self.depth.get() - 1);
        value
    }

    /// Returns the events that made an answer what it is.
    pub(super) fn evidence(&self, question: QuestionId, row: &Row) -> Vec<Row> {
        match self.view.plan.ask(question) {
            Some(Ask::Plain(plain)) => self.members_of(plain, row),
            Some(Ask::Steps(steps)) => steps::find(self, steps, row).unwrap_or_default(),
            None => Vec::new(),
        }
    }

    fn members_of(&self, plain: &Plain, row: &Row) -> Vec<Row> {
        answer::members(self, plain, row)
    }
}

impl Memory for Asking<'_> {
    fn answer(&self, question: QuestionId, _: &Moment<'_>) -> Value<'static> {
        self.inquiry.answer(question, self.row)
    }
}
