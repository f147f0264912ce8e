//! Secrets that hide themselves: client secrets, tokens, private keys, hook secrets, one-time links.
//!
//! The text is wiped from memory with the last copy. It has no `Display` and no serde; its `Debug` says only that something is hidden.

use std::fmt;
use std::sync::Arc;

use secrecy::{ExposeSecret, SecretString};
use subtle::ConstantTimeEq;

/// A secret text. Copies share one place in memory.
#[derive(Clone)]
pub struct Secret(Arc<SecretString>);

impl Secret {
    /// Takes the text over; the caller keeps no other copy of it.
    pub fn new(text: String) -> Self {
        Secret(Arc::new(SecretString::from(text)))
    }

    /// Returns the text. Every use of this is a place to look at: it must not print, log or save what it gets.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

impl PartialEq for Secret {
    /// Compares in a time that tells nothing but the length.
    fn eq(&self, other: &Self) -> bool {
        self.expose().as_bytes().ct_eq(other.expose().as_bytes()).into()
    }
}

impl Eq for Secret {}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[hidden]")
    }
}
