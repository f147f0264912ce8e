//! Rules that remember: the engine against a reference that keeps everything and goes through all of it.

mod dice;
mod engine_runner;
mod generate;
mod handmade;
mod law;
mod reference;
mod rewritten;
mod schedule;
mod telling;
mod vocabulary;
