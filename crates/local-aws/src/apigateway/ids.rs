//! Ids and key values: they look random, and come from the seed and from how often one was drawn before.

use crate::call::Call;
use sha2::{Digest, Sha256};

const LOWER: &[u8] = b"abcdefghijklmnopqrstuvwxyz0123456789";
const MIXED: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/// A source of ids for one request.
pub(crate) struct Ids {
    seed: String,
    drawn: u64,
}

impl Ids {
    /// Ids differ between accounts and regions, because the stage URL knows an API by its id alone.
    pub(crate) fn of(call: &mut Call<'_>) -> Self {
        let gateway = &mut call.region_mut().apigateway;
        gateway.draws += 1;
        let draws = gateway.draws;
        Self { seed: format!("{} {} {} {draws}", call.config.seed, call.account, call.region), drawn: 0 }
    }

    /// Ten characters of `[a-z0-9]`.
    pub(crate) fn id(&mut self) -> String {
        self.text(10, LOWER)
    }

    /// The value of an API key: forty letters and digits.
    pub(crate) fn key_value(&mut self) -> String {
        self.text(40, MIXED)
    }

    fn text(&mut self, length: usize, alphabet: &[u8]) -> String {
        self.drawn += 1;
        let blocks = (0..length.div_ceil(32)).flat_map(|block| {
            Sha256::digest(format!("{} {} {block}", self.seed, self.drawn)).into_iter().collect::<Vec<u8>>()
        });
        blocks.take(length).map(|byte| char::from(alphabet[usize::from(byte) % alphabet.len()])).collect()
    }
}

/// One id.
pub(crate) fn fresh(call: &mut Call<'_>) -> String {
    Ids::of(call).id()
}
