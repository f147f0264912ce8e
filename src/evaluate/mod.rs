//! The meaning of one expression on one event.
//!
//! Takes a typed expression and a layout; gives [`Code`], the same expression with every field resolved to a slot, and its value on a
//! [`Moment`]. No evaluation can fail: what cannot be said is missing. Histories are asked through [`Memory`], so that the engine and
//! the reference in the tests share this room and nothing else.

mod arithmetic;
mod calls;
mod code;
mod compare;
mod lower;
mod moment;

pub use code::{Code, QuestionId, RecordsCode, Test};
pub use compare::equal as values_equal;
pub use lower::{Lowering, Questions, wanted, wanted_of_part};
pub use moment::{Facts, Memory, Moment, NoMemory};
