//! The cursor: passes over JSON, and refuses exactly what serde_json refuses.
//!
//! Takes text; tells where strings and values end. Nesting is kept on a stack of its own that is used again, so depth costs no recursion
//! and reading no allocation. Never makes values and never words a fault: the few texts that are refused are shown to serde_json again.

use crate::event::plain::plain_length;

/// A place in a text.
pub(super) struct Cursor<'t> {
    rest: &'t [u8],
    length: usize,
    /// The brackets that are open inside the value that is passed over.
    open: &'t mut Vec<u8>,
}

/// The text is not JSON, from the cursor's place on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct NotJson;

impl<'t> Cursor<'t> {
    pub(super) fn new(text: &'t str, at: usize, open: &'t mut Vec<u8>) -> Cursor<'t> {
        let rest = text.as_bytes().get(at..).unwrap_or_default();
        Cursor { rest, length: text.len(), open }
    }

    /// Returns how many bytes lie behind.
    #[inline]
    pub(super) fn at(&self) -> usize {
        self.length - self.rest.len()
    }

    /// Returns the byte here; 0, which JSON has nowhere, at the end.
    #[inline]
    pub(super) fn peek(&self) -> u8 {
        self.rest.first().copied().unwrap_or(0)
    }

    /// Steps over one byte.
    #[inline]
    pub(super) fn step(&mut self) {
        self.skip(1);
    }

    #[inline]
    fn skip(&mut self, count: usize) {
        self.rest = self.rest.get(count..).unwrap_or_default();
    }

    /// Steps over white space.
    #[inline]
    pub(super) fn pass_space(&mut self) {
        while matches!(self.peek(), b' ' | b'\n' | b'\t' | b'\r') {
            self.step();
        }
    }

    /// Steps over that byte, which must be here.
    #[inline]
    pub(super) fn expect(&mut self, byte: u8) -> Result<(), NotJson> {
        if self.peek() != byte {
            return Err(NotJson);
        }
        self.step();
        Ok(())
    }

    /// Steps over a key and its colon.
    #[inline]
    fn pass_key(&mut self) -> Result<(), NotJson> {
        self.pass_string()?;
        self.pass_colon()
    }

    /// Steps over a colon and the white space around it.
    #[inline]
    pub(super) fn pass_colon(&mut self) -> Result<(), NotJson> {
        self.pass_space();
        self.expect(b':')?;
        self.pass_space();
        Ok(())
    }

    /// Steps over a value of any kind.
    pub(super) fn pass_value(&mut self) -> Result<(), NotJson> {
        match self.peek() {
            b'"' => self.pass_string().map(drop),
            b'{' | b'[' => self.pass_nested(),
            _ => self.pass_word(),
        }
    }

    /// Steps over a string; returns whether it has escapes.
    #[inline]
    pub(super) fn pass_string(&mut self) -> Result<bool, NotJson> {
        self.expect(b'"')?;
        let mut escaped = false;
        loop {
            self.skip(plain_length(self.rest));
            match self.rest.split_first() {
                Some((b'"', rest)) => {
                    self.rest = rest;
                    return Ok(escaped);
                }
                Some((b'\\', rest)) => {
                    self.rest = rest;
                    escaped = true;
                    self.pass_escape()?;
                }
                _ => return Err(NotJson),
            }
        }
    }

    fn pass_escape(&mut self) -> Result<(), NotJson> {
        match self.peek() {
            b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => self.step(),
            b'u' => {
                self.step();
                for _ in 0..4 {
                    if !self.peek().is_ascii_hexdigit() {
                        return Err(NotJson);
                    }
                    self.step();
                }
            }
            _ => return Err(NotJson),
        }
        Ok(())
    }

    fn pass_nested(&mut self) -> Result<(), NotJson> {
        self.open.clear();
        loop {
            // Here stands a value.
            match self.peek() {
                bracket @ (b'{' | b'[') => {
                    self.step();
                    self.pass_space();
                    if self.peek() == closing(bracket) {
                        self.step();
                    } else {
                        self.open.push(bracket);
                        if bracket == b'{' {
                            self.pass_key()?;
                        }
                        continue;
                    }
                }
                b'"' => drop(self.pass_string()?),
                _ => self.pass_word()?,
            }
            // Here ends one: close what closes, until another begins.
            loop {
                let Some(&bracket) = self.open.last() else {
                    return Ok(());
                };
                self.pass_space();
                if self.peek() == b',' {
                    self.step();
                    self.pass_space();
                    if bracket == b'{' {
                        self.pass_key()?;
                    }
                    break;
                }
                self.expect(closing(bracket))?;
                self.open.pop();
            }
        }
    }

    /// Steps over a number, a boolean or null.
    #[inline]
    fn pass_word(&mut self) -> Result<(), NotJson> {
        let word: &[u8] = match self.peek() {
            b'n' => b"null",
            b't' => b"true",
            b'f' => b"false",
            _ => return self.pass_number(),
        };
        self.rest = self.rest.strip_prefix(word).ok_or(NotJson)?;
        Ok(())
    }

    fn pass_number(&mut self) -> Result<(), NotJson> {
        if self.peek() == b'-' {
            self.step();
        }
        match self.peek() {
            b'0' => self.step(),
            _ => self.pass_digits()?,
        }
        if self.peek() == b'.' {
            self.step();
            self.pass_digits()?;
        }
        if matches!(self.peek(), b'e' | b'E') {
            self.step();
            if matches!(self.peek(), b'+' | b'-') {
                self.step();
            }
            self.pass_digits()?;
        }
        // A zero before other digits: serde_json refuses it by name, so that it must not look like two values.
        if self.peek().is_ascii_digit() { Err(NotJson) } else { Ok(()) }
    }

    fn pass_digits(&mut self) -> Result<(), NotJson> {
        let count = self.rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        self.skip(count);
        if count == 0 { Err(NotJson) } else { Ok(()) }
    }
}

#[inline]
fn closing(bracket: u8) -> u8 {
    if bracket == b'{' { b'}' } else { b']' }
}
