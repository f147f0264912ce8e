//! Rules that remember.

mod engine_runner;
mod handmade;
mod reference;
mod vocabulary;
