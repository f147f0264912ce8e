//! Tests of the client against small servers with scripted answers.

mod bodies;
mod domain;
mod errors;
mod headers;
mod hooks;
mod laws;
mod limiter;
mod logs;
mod pieces;
mod resolve;
mod retries;
mod secrets;
mod server;
mod suspend;
mod token;
mod users;
mod wire;
