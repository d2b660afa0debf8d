//! What one local AWS alone knows. Whatever opens a door is made from it or drawn anew, never from the seed: nobody can
//! compute it from outside.

use ring::{
    hmac,
    rand::{SecureRandom, SystemRandom},
};
use std::io;

/// A key that signs texts, and is told to nobody but the person who started this local AWS.
#[derive(Clone)]
pub struct Secret(String);

impl Secret {
    /// A new one.
    ///
    /// # Errors
    /// The system has no randomness to give.
    pub fn random() -> io::Result<Self> {
        random().map(Self)
    }

    /// One that was written down, as [`Self::written`] gave it.
    pub fn read(written: &str) -> Self {
        Self(written.to_owned())
    }

    /// To be kept where only the person can read it.
    pub fn written(&self) -> &str {
        &self.0
    }

    /// 64 hexadecimal digits that only the holder of the secret can make. `about` keeps the uses apart: what was signed
    /// for one is nothing for another.
    pub fn sign(&self, about: &str, text: &str) -> String {
        hex::encode(hmac::sign(&self.key(), format!("{about}\n{text}").as_bytes()))
    }

    /// Whether `signature` is this secret's.
    pub fn has_signed(&self, about: &str, text: &str, signature: &str) -> bool {
        // Both are signed once more: how long the comparison takes tells nothing of what is compared.
        self.sign("comparison", &self.sign(about, text)) == self.sign("comparison", signature)
    }

    fn key(&self) -> hmac::Key {
        hmac::Key::new(hmac::HMAC_SHA256, self.0.as_bytes())
    }
}

/// 32 hexadecimal digits that nobody can foresee.
///
/// # Errors
/// The system has no randomness to give.
pub fn random() -> io::Result<String> {
    let mut bytes = [0; 16];
    SystemRandom::new()
        .fill(&mut bytes)
        .map_err(|_| io::Error::other("the system gives no random numbers"))?;
    Ok(hex::encode(bytes))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn a_signature_is_of_one_secret_one_use_and_one_text() {
        let (mine, other) = (Secret::random().unwrap(), Secret::random().unwrap());
        let signature = mine.sign("registry", "a");
        assert!(Secret::read(mine.written()).has_signed("registry", "a", &signature));
        assert!(!mine.has_signed("proof", "a", &signature));
        assert!(!mine.has_signed("registry", "b", &signature));
        assert!(!other.has_signed("registry", "a", &signature));
        assert!(!mine.has_signed("registry", "a", ""));
    }
}
