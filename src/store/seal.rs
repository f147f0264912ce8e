//! Sealing: secrets encrypted with XChaCha20-Poly1305 under the master key, each bound to its workspace and field.
//!
//! A sealed text is `form (1) | key id (8) | place (8) | nonce (24) | ciphertext and tag`. Everything in front of the ciphertext, and the
//! place in full, are authenticated with it. Key id and place are there so that a refusal can say what is wrong.

use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{KeyInit, XChaCha20Poly1305, XNonce};
use rand::TryRngCore;
use rand::rngs::OsRng;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::{Error, MasterKey, SealFault};
use crate::okta::Secret;

/// The form of a sealed text.
const FORM: u8 = 1;
const NONCE_BYTES: usize = 24;
const PLACE_BYTES: usize = 8;
/// Everything in front of the ciphertext.
const HEAD_BYTES: usize = 1 + 8 + PLACE_BYTES + NONCE_BYTES;

/// Where a secret belongs.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place<'p> {
    /// The workspace.
    pub(super) workspace: &'p str,
    /// The field, as messages name it.
    pub(super) field: &'static str,
    /// What tells several secrets of one field apart; empty where there is one.
    pub(super) item: &'p str,
}

impl Place<'_> {
    /// Returns the place as bytes. Lengths stand in front of the parts, so that no two places give the same bytes.
    fn bytes(&self) -> Vec<u8> {
        let mut bytes = b"clarion secret\0".to_vec();
        for part in [self.workspace, self.field, self.item] {
            bytes.extend_from_slice(&(part.len() as u64).to_be_bytes());
            bytes.extend_from_slice(part.as_bytes());
        }
        bytes
    }

    fn digest(&self) -> [u8; PLACE_BYTES] {
        let mut short = [0; PLACE_BYTES];
        short.iter_mut().zip(Sha256::digest(self.bytes()).iter()).for_each(|(to, from)| *to = *from);
        short
    }
}

/// Seals a secret for its place.
pub(super) fn seal(key: &MasterKey, place: Place<'_>, secret: &Secret) -> Result<Vec<u8>, Error> {
    let mut nonce = [0; NONCE_BYTES];
    OsRng.try_fill_bytes(&mut nonce).map_err(|_| Error::NoRandomness)?;
    let mut sealed = vec![FORM];
    sealed.extend_from_slice(&key.id());
    sealed.extend_from_slice(&place.digest());
    sealed.extend_from_slice(&nonce);
    let aad = [sealed.as_slice(), &place.bytes()].concat();
    let payload = Payload { msg: secret.expose().as_bytes(), aad: &aad };
    let ciphertext = XChaCha20Poly1305::new(key.bytes().into()).encrypt(&XNonce::from(nonce), payload);
    sealed.extend_from_slice(&ciphertext.map_err(|_| Error::Database("a secret is too long to be sealed".to_owned()))?);
    Ok(sealed)
}

/// Opens what was sealed for a place.
pub(super) fn open(key: &MasterKey, place: Place<'_>, sealed: &[u8]) -> Result<Secret, Error> {
    let refuse = |why| Error::Sealed { field: place.field, why };
    match sealed.first() {
        Some(&FORM) => {}
        Some(_) => return Err(refuse(SealFault::UnknownForm)),
        None => return Err(refuse(SealFault::Damaged)),
    }
    let (head, ciphertext) = sealed.split_at_checked(HEAD_BYTES).ok_or(refuse(SealFault::Damaged))?;
    let part = |from: usize, to: usize| head.get(from..to).unwrap_or_default();
    if part(1, 9) != key.id() {
        return Err(refuse(SealFault::OtherKey));
    }
    if part(9, 9 + PLACE_BYTES) != place.digest() {
        return Err(refuse(SealFault::Moved));
    }
    let nonce: [u8; NONCE_BYTES] = part(9 + PLACE_BYTES, HEAD_BYTES).try_into().map_err(|_| refuse(SealFault::Damaged))?;
    let aad = [head, &place.bytes()].concat();
    let payload = Payload { msg: ciphertext, aad: &aad };
    let opened = XChaCha20Poly1305::new(key.bytes().into()).decrypt(&XNonce::from(nonce), payload);
    let opened = Zeroizing::new(opened.map_err(|_| refuse(SealFault::Damaged))?);
    let text = std::str::from_utf8(&opened).map_err(|_| refuse(SealFault::Damaged))?;
    Ok(Secret::new(text.to_owned()))
}
