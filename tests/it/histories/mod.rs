//! Rules that remember.

mod handmade;
mod reference;
mod vocabulary;
