//! The connection's life: connect, watch, repair, rotate, disconnect.
//!
//! Takes what a person gives (domain, client id, client secret) and the event types that rules need; leaves one verified event hook in the
//! org and a record in the store, or says in plain words what is in the way. Every act is written down before it is done, so that whatever
//! cuts it off, the next one finds what it left. Knows nothing of what events mean.

mod connect;
mod desk;
mod disconnect;
mod doctor;
mod error;
mod health;
mod hook;
mod problem;
mod public_url;
mod receiver;
mod recreate;
mod rotate;
mod settle;
mod state;
mod status;
mod steps;
mod subscription;
#[cfg(test)]
mod tests;
mod troubleshooting;

pub use connect::{Connected, Request, connect, reconnect};
pub use desk::Desk;
pub use disconnect::{Disconnected, Farewell, disconnect};
pub use doctor::{Check, Verdict, doctor};
pub use error::Error;
pub use health::check;
pub use hook::{HOOKS_MAX, hook_name};
pub use problem::{Effect, Problem, ProblemKind};
pub use public_url::{PublicUrl, PublicUrlFault};
pub use receiver::{Admission, Doors, HOOK_PATH, Receiver, router};
pub use recreate::recreate;
pub use rotate::{OVERLAP, rotate_client_secret, rotate_hook_secret};
pub use settle::settle;
pub use state::{Button, STATES, State, StateRow, Tone};
pub use status::{Checked, Status};
pub use steps::{Report, Step, Watch};
pub use subscription::Subscription;
pub use troubleshooting::{TROUBLES, Trouble};
